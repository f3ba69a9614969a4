// Tails of distributions for finite keys. Failure probabilities of 10⁻¹⁰⁰ and below are usual, so
// all of them stay logarithms.
import RealModule

/// How far counts and frequencies may stray from what they estimate.
package enum TailBounds {
  /// Hoeffding's deviation √(n/2 · ln(1/ε)) of a count out of n.
  ///
  /// - Parameter logInverseFailure: ln(1/ε).
  package static func hoeffding(_ total: Double, logInverseFailure: Double) -> Double {
    Double.sqrt(max(0, total) / 2 * max(0, logInverseFailure))
  }

  /// The interval of expectations that a Poisson-like count is compatible with (multiplicative
  /// Chernoff bound).
  ///
  /// - Returns: (E_L, E_U): P(count ≥ observed | E_L) ≤ ε and P(count ≤ observed | E_U) ≤ ε. Both
  ///   solve E − n + n ln(n/E) = ln(1/ε), each on its side of n; E_L of no count is 0.
  /// - Source: [Yin20], Eqs. (17)–(20), solved by Newton steps in ln E in place of fixed points.
  package static func chernoff(
    _ count: Double, logInverseFailure: Double
  ) -> (lower: Double, upper: Double) {
    guard count > 0 else { return (0, max(0, logInverseFailure)) }
    let target = logInverseFailure / count
    // With u = ln(E/n): eᵘ − 1 − u = target has one root on each side of 0.
    return (count * Double.exp(root(target, sign: -1)), count * Double.exp(root(target, sign: 1)))
  }

  private static func root(_ target: Double, sign: Double) -> Double {
    guard target > 0 else { return 0 }
    // The first terms of the root in powers of s; far out, places beyond the root, from where
    // Newton steps on a convex function only come nearer.
    let s = Double.sqrt(2 * target)
    var u =
      s < 1
      ? sign * s - s * s / 6 + sign * s * s * s / 36
      : sign < 0 ? -(1 + target) : min(s, Double.log(onePlus: 2 * target) + 1)
    for _ in 0..<60 {
      let step = (excess(u) - target) / Double.expMinusOne(u)
      u -= step
      // Errors square from step to step.
      if abs(step) <= 1e-9 * abs(u) { break }
    }
    return u
  }

  /// eᵘ − 1 − u, without cancellation near 0.
  private static func excess(_ u: Double) -> Double {
    guard abs(u) < 0.5 else { return Double.expMinusOne(u) - u }
    var term = u * u / 2
    var (sum, n) = (0.0, 2.0)
    while abs(term) > 1e-17 * sum {
      sum += term
      n += 1
      term *= u / n
    }
    return sum
  }

  /// The deviation of the error rate of one random sample from that of the rest: Lim's γ, for rates
  /// of many errors.
  ///
  /// γ = √{ (c+d)(1−b)b/(cd ln 2) · log₂[ (c+d)/(cd(1−b)b) · s²/ε² ] } for rate b in a sample of c,
  /// applied to d. 0 for b = 0.
  ///
  /// - Parameters:
  ///   - logInverseFailure: ln(s/ε), with s the number of terms of the protocol (21, 19, …).
  /// - Source: [Lim14], Eq. (5).
  package static func samplingDeviation(
    _ logInverseFailure: Double, rate b: Double, sample c: Double, rest d: Double
  ) -> Double {
    guard b > 0, b < 1, c > 0, d > 0 else { return b == 0 ? 0 : 0.5 }
    let spread = (c + d) / (c * d)
    let variance = (1 - b) * b
    let logarithm = Double.log(spread / variance) + 2 * logInverseFailure
    return Double.sqrt(spread * variance * max(0, logarithm)) / Entropy.ln2
  }

  /// The most that the error rate of the rest can be, given that of a random sample: for the phase
  /// error of a key.
  ///
  /// The larger of two limits: Lim's b + γ, and that of the hypergeometric distribution, which
  /// counts where errors are few. γ takes errors for normally distributed and vanishes with them; a
  /// sample of c without errors still leaves about ln(1/ε)/c.
  ///
  /// - Parameters:
  ///   - logInverseFailure: ln(s/ε), with s the number of terms of the protocol (21, 19, …).
  /// - Source: [Lim14], Eq. (5); [Hoeffding63], Theorem 4, for the hypergeometric distribution.
  package static func errorRateOfRest(
    _ logInverseFailure: Double, rate b: Double, sample c: Double, rest d: Double
  ) -> Double {
    guard b < 1, c > 0, d > 0 else { return 1 }
    let normal =
      b + samplingDeviation(logInverseFailure, rate: b, sample: c, rest: d)
    guard normal < 1 else { return 1 }
    return max(
      normal, hypergeometricLimit(logInverseFailure, errors: b * c, sample: c, rest: d))
  }

  /// The r at which a sample of c has at most k errors with probability ε, if a part r of the other
  /// d is wrong; not too small.
  ///
  /// Of N = c + d with M = k + rd errors, at most k fall into the sample with probability at most
  /// exp(−c D(k/c ‖ M/N)), and, as sample and errors may change places, at most exp(−M D(k/M ‖
  /// c/N)); D is the relative entropy.
  ///
  /// - Parameters:
  ///   - logInverseFailure: ln(1/ε).
  ///   - k: Need not be whole.
  /// - Complexity: O(1): bisection.
  /// - Source: [Hoeffding63], Theorems 1 and 4.
  package static func hypergeometricLimit(
    _ logInverseFailure: Double, errors k: Double, sample c: Double, rest d: Double
  ) -> Double {
    func isExcluded(_ r: Double) -> Bool {
      let (wrong, right) = (k + r * d, (c - k) + (1 - r) * d)
      let seen = k > 0 ? k * Double.log(k / wrong * ((c + d) / c)) : 0
      let bySample = seen + (c - k) * Double.log((c - k) / c * ((c + d) / right))
      let byErrors = seen + r * d * Double.log(r * ((c + d) / wrong))
      return max(bySample, byErrors) >= logInverseFailure
    }
    // Below the rate of the sample nothing is excluded. Logarithms keep the digits of small rates.
    var (low, high) = (k / c, 1.0)
    guard isExcluded(high) else { return 1 }
    for _ in 0..<100 where high - low > 1e-13 * high {
      let middle = low < high / 16 ? high / 16 : (low + high) / 2
      if isExcluded(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// z with P(|N| > z) = ε for a standard normal N: √2 erfc⁻¹(ε); 6.47 at 10⁻¹⁰.
  package static func gaussianQuantile(twoSided failure: Double) -> Double {
    guard failure > 0 else { return .infinity }
    guard failure < 1 else { return 0 }
    // Newton steps on ln erfc, which is concave and nearly a parabola: they converge from the
    // asymptotic guess.
    let target = Double.log(failure)
    var y = Double.sqrt(max(1e-12, -target))
    for _ in 0..<80 {
      let value = Double.erfc(y)
      guard value > 0 else {
        y *= 0.99
        continue
      }
      let slope = -2 / Double.sqrt(.pi) * Double.exp(-y * y) / value
      let step = (Double.log(value) - target) / slope
      y = max(0, y - step)
      if abs(step) <= 1e-15 * max(1, y) { break }
    }
    return y * Double.sqrt(2)
  }
}
