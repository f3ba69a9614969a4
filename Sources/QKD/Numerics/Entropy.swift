// Goals, in order: no cancellation near 0 and for large arguments; no NaN for arguments at or beyond the ends; speed.
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

  /// The Shannon entropy of weights that sum to 1; what is not above 0 counts nothing.
  public static func shannon(_ weights: [Double]) -> Double {
    weights.reduce(0) { $1 > 0 ? $0 - $1 * Double.log($1) / ln2 : $0 }
  }

  /// The entropy g(n) = (n+1) log₂(n+1) − n log₂ n of a thermal state of n mean photons.
  ///
  /// Written as log₂(1+n) + n log₂(1+1/n), whose terms are positive: right to the last digits for any n.
  public static func thermal(_ meanPhotons: Double) -> Double {
    guard meanPhotons > 0 else { return 0 }
    return
      (Double.log(onePlus: meanPhotons)
      + meanPhotons * Double.log(onePlus: 1 / meanPhotons)) / ln2
  }

  /// The entropy of a mode of symplectic eigenvalue ν ≥ 1 in shot-noise units: g((ν−1)/2).
  ///
  /// Rounding may leave ν below 1: that counts as a pure mode.
  public static func symplectic(_ eigenvalue: Double) -> Double { thermal((eigenvalue - 1) / 2) }
}

/// 10 to the power of −decibels/10: what a loss leaves.
package func transmittance(ofLossDB loss: Double) -> Double { Double.exp10(-loss / 10) }
