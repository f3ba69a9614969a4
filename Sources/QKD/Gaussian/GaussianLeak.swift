// Goals, in order: Eve's information right to its last digits at any loss and any modulation;
// formulas that can be checked.
import RealModule

/// What the purification of a Gaussian channel knows of Bob's outcome, for coherent states
/// modulated in both quadratures.
///
/// χ = g(λ₁) + g(λ₂) − g(λ₃) − g(λ₄) of [Lodewyck07], Eqs. (8)–(12), and [Weedbrook12] for
/// heterodyne detection. Over long channels it is a small difference of large numbers. So
/// everything is in terms of m = V − 1, r = 1 − T, x = Tξ and t = Tm, and in place of eigenvalues
/// stand y = λ² − 1:
///
///     y₁ + y₂ = A − 2 = (V−W)² + 2(P−1)                 W = 1 + t + x, P = 1 + rm + Vx
///     y₃ + y₄ = C − 2,  y₃ y₄ = 1 − C + D               both with their terms of order 1 gone
///     y₁ − y₃ = [(A−C) y₃ − (y₁y₂ − y₃y₄)] / (y₃ − y₂)  as both are roots of a quadratic
struct GaussianLeak {
  private let modulation: Double
  private let transmittance: Double
  /// r = 1 − T.
  private let loss: Double
  /// x = Tξ.
  private let noise: Double
  /// χ of the receiver.
  private let receiver: CoherentReceiver
  private let state: TwoModeState

  init(_ channel: GaussianChannel) {
    modulation = channel.modulation
    transmittance = channel.transmittance
    loss = 1 - channel.transmittance
    noise = channel.transmittance * channel.excessNoise
    receiver = channel.receiver
    state = TwoModeState(
      firstExcess: modulation, secondExcess: transmittance * modulation + noise,
      correlation: transmittance * modulation * (modulation + 2),
      upper: modulation * (2 * loss + noise), lower: noise * (modulation + 2))
  }

  /// χ in bits, and a bound on its rounding.
  var information: (value: Double, rounding: Double) {
    let (first, second) = state.eigenvalueExcesses
    let (large, small) = (max(first, second), min(first, second))
    let after = conditional(y1: large * (2 + large), y2: small * (2 + small))
    let (third, fourth) = (Self.excess(after.y3), Self.excess(after.y4))
    let rise: Double
    if let fall = after.fall {
      let change = fall / (2 + large + third)
      rise =
        change >= 0
        ? Entropy.thermalRise(from: third / 2, by: change / 2)
        : -Entropy.thermalRise(from: large / 2, by: -change / 2)
    } else {
      rise = Entropy.thermal(large / 2) - Entropy.thermal(third / 2)
    }
    let (others, known) = (Entropy.thermal(small / 2), Entropy.thermal(fourth / 2))
    return (max(0, rise + others - known), 1e-14 * (abs(rise) + others + known))
  }

  /// λ − 1 from λ² − 1.
  private static func excess(_ y: Double) -> Double { y / (1 + Double.sqrt(1 + y)) }

  /// y₃ and y₄ given Bob's outcome, and y₁ − y₃ where that has a form that does not cancel.
  private func conditional(
    y1: Double, y2: Double
  ) -> (y3: Double, y4: Double, fall: Double?) {
    let terms = receiver.detection == .homodyne ? homodyne : heterodyne
    let product = y1 * y2 * terms.kept
    let root = Double.sqrt(max(0, terms.sum * terms.sum - 4 * product))
    let y3 = (terms.sum + root) / 2
    guard y3 > 0 else { return (0, 0, nil) }
    let gap = y3 - y2
    let fall = (terms.fall * y3 - y1 * y2 * (1 - terms.kept)) / gap
    return (y3, product / y3, gap > 0.01 * y3 ? fall : nil)
  }

  /// C − 2, A − C, and y₃y₄ / y₁y₂.
  private typealias Terms = (sum: Double, fall: Double, kept: Double)

  /// A − 2.
  private var eigenvalueSum: Double {
    let difference = noise - loss * modulation
    return difference * difference + 2 * (loss * modulation + (modulation + 1) * noise)
  }

  /// (V²−1)(1 − T + Tξ) = VP − W.
  private var common: Double { modulation * (modulation + 2) * (loss + noise) }

  /// AW − VP − W.
  private var homodyneFall: Double {
    let (m, x, t) = (modulation, noise, transmittance * modulation)
    let linear = 2 + 2 * t + t * m * (3 * transmittance - 2)
    return t * m * loss * (1 + m * loss) + x * (linear + x * (3 + 3 * t + x))
  }

  private var homodyne: Terms {
    let chi = receiver.noise
    let scale = 1 + state.secondExcess + chi
    return ((eigenvalueSum * chi + common) / scale, homodyneFall / scale, chi / scale)
  }

  private var heterodyne: Terms {
    let (m, r, x, t) = (modulation, loss, noise, transmittance * modulation)
    let chi = receiver.noise
    // χ² − 1.
    let square =
      2 * (1 - receiver.efficiency + receiver.electronicNoise) / receiver.efficiency * (chi + 1)
    let scale = (1 + state.secondExcess + chi) * (1 + state.secondExcess + chi)
    let rest =
      m * (m + 2) * x * (x + 2 * r)
      + r * m * (r * m + 2 + r * (m + 2) + 2 * transmittance * (m + 1))
    let linear =
      4 + 8 * t + 4 * t * t + 2 * t * m * (1 + m * (1 - 2 * transmittance * loss))
    let higher = 6 + 8 * t + 6 * t * t - 2 * t * m + x * (4 + 4 * t + x)
    let lightFall =
      2 * t * m * r * (1 + m) + t * t * m * m * r * r + x * (linear + x * higher)
    return (
      (eigenvalueSum * square + 2 * chi * common + rest) / scale,
      (2 * chi * homodyneFall + lightFall) / scale, square / scale
    )
  }
}
