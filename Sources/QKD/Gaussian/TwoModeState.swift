// Goals, in order: Eve's information right to the last digits of itself, however small it is;
// formulas that can be checked.
import RealModule

/// A Gaussian state of two modes whose quadratures are correlated alike but for a sign: variances V
/// and W, correlation z.
///
/// What protocols ask of it are differences: symplectic eigenvalues less 1, entropies of one state
/// less those of another. All of them follow from numbers that the caller knows without
/// subtracting: V−1, W−1, z² and, with P = VW − z², the sums P − 1 ± (V−W), which no physical state
/// has below 0.
struct TwoModeState {
  /// V − 1.
  let firstExcess: Double
  /// W − 1.
  let secondExcess: Double
  /// z².
  let correlation: Double
  /// P − 1 + V − W.
  let upper: Double
  /// P − 1 − V + W.
  let lower: Double

  /// P = λ₁λ₂.
  private var product: Double { 1 + (upper + lower) / 2 }
  /// V − W = λ₁ − λ₂.
  private var difference: Double { (upper - lower) / 2 }
  /// λ₁ + λ₂ = √((V−W)² + 4P).
  private var sum: Double { Double.sqrt(difference * difference + 4 * product) }

  /// λ₁ − 1 and λ₂ − 1, where λ₁ belongs to the first mode: λ₁ − λ₂ = V − W.
  ///
  /// λ₁ − 1 = 2 (P − 1 + V − W) / (λ₁ + λ₂ + 2 − (V−W)), and the other way round; sums that cancel
  /// come from their product 4P.
  var eigenvalueExcesses: (first: Double, second: Double) {
    let (sum, difference) = (sum, difference)
    let wide = sum + abs(difference)
    let narrow = 4 * product / wide
    let (below, above) = difference > 0 ? (narrow, wide) : (wide, narrow)
    return (2 * upper / (2 + below), 2 * lower / (2 + above))
  }

  /// S(both) − S(first | heterodyne outcome of the second), in bits: what the purifying system may
  /// know of that outcome.
  ///
  /// The conditional mode has ν = V − z²/(1+W), ν − 1 = (P − 1 + V − W)/(1+W) and λ₁ − ν = z² (ν−1)
  /// / ((1+W)(ν+λ₂)). A sum of positive terms.
  var heterodyneInformation: Double {
    let (_, second) = eigenvalueExcesses
    let whole = 2 + secondExcess
    let conditional = upper / whole
    let rise = correlation / whole * conditional / (2 + conditional + second)
    return Entropy.thermalRise(from: conditional / 2, by: rise / 2) + Entropy.thermal(second / 2)
  }
}
