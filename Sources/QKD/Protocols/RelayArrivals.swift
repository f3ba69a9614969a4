// Goals, in order: every digit of a decoy bound, at any loss and intensity; few terms.
import RealModule

/// Bell measurements by how many photons arrive from each side: the gains of `RelayGains` without
/// coherent states.
///
/// A relay that k and l photons reach answers with probabilities that are sums of positive terms, p
/// = 1 − p_d. With N = k + l and H = C(N,k)/2ᴺ, the probability that all leave by one given port of
/// the beam splitter:
///
///     Z, right:  2p² t_k t_l,  t_k = 2⁻ᵏ, t_0 = p_d           X, right:  2p² H (1 − p 2¹⁻ᴺ);  2p² p_d² for N = 0
///     Z, wrong:  2p² p_d H;    2p² p_d² for N = 0             X, wrong:  2¹⁻ᴺ p² (1 − 2H + 2p_d H);  2p² p_d² for N = 0
struct RelayArrivals {
  let gains: RelayGains

  /// What is asked of the relay.
  enum Outcome {
    case zAll, xAll, xWrong
  }

  /// [q_aa + q_ωω − q_aω − q_ωa] / (a−ω)², q = e^{s+t} Q(s,t), from which single clicks and the
  /// vacuum are gone; for a above ω.
  ///
  /// Of Poissonian pulses, k photons of which arrive: e^s weight_k(s) = ηᵏ sᵏ e^{(1−η)s}/k!, whose
  /// differences are taken one by one.
  ///
  /// - Complexity: O(K²) for the K photons that may arrive.
  func combination(_ outcome: Outcome, from omega: Double, to a: Double) -> Double {
    let alice = Self.rises(gains.alice, from: omega, to: a)
    let bob = Self.rises(gains.bob, from: omega, to: a)
    // H, row by row: H(k,l) = [H(k−1,l) + H(k,l−1)] / 2.
    var ports = [Double](repeating: 0, count: bob.count)
    var sum = 0.0
    for k in alice.indices {
      for l in bob.indices {
        let left = l > 0 ? ports[l - 1] : 0
        ports[l] = k + l == 0 ? 1 : (ports[l] + left) / 2
        sum += alice[k] * bob[l] * probability(outcome, k, l, ports[l])
      }
    }
    return sum
  }

  private func probability(_ outcome: Outcome, _ k: Int, _ l: Int, _ port: Double) -> Double {
    let dark = gains.dark
    let open = (1 - dark) * (1 - dark)
    let split = Double.exp2(-Double(k + l))
    switch outcome {
    case .zAll:
      let right =
        (k > 0 ? Double.exp2(-Double(k)) : dark) * (l > 0 ? Double.exp2(-Double(l)) : dark)
      return 2 * open * (right + dark * (k + l > 0 ? port : dark))
    case .xAll, .xWrong:
      guard k + l > 0 else { return (outcome == .xAll ? 4 : 2) * open * dark * dark }
      let right = 2 * open * port * ((1 - 2 * split) + dark * 2 * split)
      let wrong = 2 * split * open * ((1 - 2 * port) + 2 * dark * port)
      let error = gains.misalignment
      return outcome == .xAll ? right + wrong : (1 - error) * wrong + error * right
    }
  }

  /// [aᵏ e^{(1−η)a} − ωᵏ e^{(1−η)ω}] ηᵏ / (k! (a−ω)) for k = 0, 1, … until they no longer matter.
  private static func rises(_ eta: Double, from omega: Double, to a: Double) -> [Double] {
    let lost = 1 - eta
    let base = Double.exp(lost * omega)
    let growth = Double.expMinusOne(lost * (a - omega))
    var rises = [base * growth / (a - omega)]
    // ηᵏ/k! times ωᵏ, and times (aᵏ − ωᵏ)/(a − ω).
    var (omegaPower, rise, power) = (1.0, 0.0, 1.0)
    for k in 1...200 {
      let factor = eta / Double(k)
      rise = factor * (rise * a + omegaPower)
      omegaPower *= factor * omega
      power *= factor * a
      rises.append(base * (rise * (1 + growth) + omegaPower * growth / (a - omega)))
      if power < 1e-24 * min(1, eta * a) { break }
    }
    return rises
  }
}
