// Goals, in order: no cancellation near 0 and for large arguments; no NaN for arguments at or
// beyond the ends; speed.
import RealModule

/// Entropies in bits.
public enum Entropy {
  /// ln 2, by which natural logarithms become bits.
  @usableFromInline static let ln2 = 0.693_147_180_559_945_309_417_232

  /// The binary entropy h(x) = −x log₂ x − (1−x) log₂(1−x); 0 outside 0…1.
  public static func binary(_ x: Double) -> Double {
    guard x > 0, x < 1 else { return 0 }
    return -(x * Double.log(x) + (1 - x) * Double.log(onePlus: -x)) / ln2
  }

  /// 1 − h(x), what privacy amplification leaves of a bit: 0 at x = 1/2, with all its digits near
  /// there.
  ///
  /// With d = 1 − 2x it is [(1+d) ln(1+d) + (1−d) ln(1−d)] / (2 ln 2) = Σ_k d²ᵏ / (2k (2k−1) ln 2).
  public static func secrecy(_ x: Double) -> Double {
    guard x > 0, x < 1 else { return 1 }
    let square = (1 - 2 * x) * (1 - 2 * x)
    guard square < 0.01 else { return 1 - binary(x) }
    var (power, sum, k) = (square, 0.0, 1.0)
    while power > sum * 1e-18 {
      sum += power / (2 * k * (2 * k - 1))
      power *= square
      k += 1
    }
    return sum / ln2
  }

  /// The Shannon entropy of weights that sum to 1; what is not above 0 counts nothing.
  public static func shannon(_ weights: [Double]) -> Double {
    weights.reduce(0) { $1 > 0 ? $0 - $1 * Double.log($1) / ln2 : $0 }
  }

  /// The entropy g(n) = (n+1) log₂(n+1) − n log₂ n of a thermal state of n mean photons.
  ///
  /// Written as log₂(1+n) + n log₂(1+1/n), whose terms are positive: right to the last digits for
  /// any n.
  public static func thermal(_ meanPhotons: Double) -> Double {
    guard meanPhotons > 0 else { return 0 }
    return
      (Double.log(onePlus: meanPhotons)
      + meanPhotons * Double.log(onePlus: 1 / meanPhotons)) / ln2
  }

  /// g(n + δ) − g(n), which keeps its digits where δ is small beside n and where n is large.
  ///
  /// The change of (n+1) ln(n+1) less that of n ln n, in terms of q(u) = ln(1+u) − u:
  /// δ ln(1 + 1/(n+δ)) + (n+1) q(δ/(n+1)) − n q(δ/n). For large n that of ln(1+n) and of n ln(1 +
  /// 1/n) = 1 − 1/2n + 1/3n² − …
  ///
  /// - Precondition: `meanPhotons` and `rise` are at least 0.
  public static func thermalRise(from meanPhotons: Double, by rise: Double) -> Double {
    let (n, end) = (meanPhotons, meanPhotons + rise)
    guard rise > 0 else { return 0 }
    if n > 10 {
      let (u, w) = (1 / n, 1 / end)
      // uᵏ⁻¹ + uᵏ⁻²w + … + wᵏ⁻¹, by which u − w makes uᵏ − wᵏ.
      var (power, mixed, sum, k) = (1.0, 1.0, 0.0, 1.0)
      while mixed > 1e-18 {
        sum += (k.remainder(dividingBy: 2) == 0 ? -mixed : mixed) / (k + 1)
        power *= u
        mixed = mixed * w + power
        k += 1
      }
      return (Double.log(onePlus: rise / (1 + n)) + rise * u * w * sum) / ln2
    }
    guard n > 0, rise < n else { return thermal(end) - thermal(n) }
    let curvature =
      (n + 1) * logarithmBeyondLinear(rise / (n + 1)) - n * logarithmBeyondLinear(rise / n)
    return (rise * Double.log(onePlus: 1 / end) + curvature) / ln2
  }

  /// ln(1+u) − u for u above −1, without cancellation near 0.
  static func logarithmBeyondLinear(_ u: Double) -> Double {
    guard abs(u) < 0.1 else { return Double.log(onePlus: u) - u }
    var (power, sum, k) = (-u * u, 0.0, 2.0)
    while abs(power) > abs(sum) * 1e-18 {
      sum += power / k
      power *= -u
      k += 1
    }
    return sum
  }

  /// The entropy of a mode of symplectic eigenvalue ν ≥ 1 in shot-noise units: g((ν−1)/2).
  ///
  /// Rounding may leave ν below 1: that counts as a pure mode.
  public static func symplectic(_ eigenvalue: Double) -> Double { thermal((eigenvalue - 1) / 2) }
}

/// 10 to the power of −decibels/10: what a loss leaves.
package func transmittance(ofLossDB loss: Double) -> Double { Double.exp10(-loss / 10) }
