import RealModule

/// I₀(x) − 1 for the modified Bessel function of order zero, without cancellation.
///
/// The power series Σ_{k≥1} (x²/4)ᵏ/(k!)² has positive terms only, so every digit of a small
/// difference is right.
///
/// - Complexity: O(x + 10) terms.
package func besselI0MinusOne(_ x: Double) -> Double {
  let quarter = x * x / 4
  guard quarter < 1e5 else { return .infinity }
  var (term, sum, k) = (quarter, quarter, 1.0)
  while term > sum * 1e-17 {
    k += 1
    term *= quarter / (k * k)
    sum += term
  }
  return sum
}
