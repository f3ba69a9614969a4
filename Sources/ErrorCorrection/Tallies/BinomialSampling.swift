// Goals, in order: the right distribution for any counts an Int holds; an end after few steps; one
// number of the generator a draw.
import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

extension BinomialEstimate {
  /// A number of successes drawn from the binomial distribution with these trials and a rate.
  ///
  /// Inversion from the mode outwards, exact up to rounding, while the standard deviation is at
  /// most `widestExactDeviation`. Beyond, the quantile in powers of one over the deviation
  /// [CornishFisher38], whose error there is far below one count.
  ///
  /// - Complexity: O(1): at most some ten standard deviations' steps.
  package static func drawnSuccesses(
    trials: Int, rate: Double, from generator: inout PhiloxGenerator
  ) -> Int {
    guard trials > 0, rate > 0 else { return 0 }
    guard rate < 1 else { return trials }
    let uniform = generator.uniform()
    let isRare = rate <= 0.5
    // Few of them, counted from the end where they are few: so their number is a small one.
    let small = isRare ? rate : 1 - rate
    let deviation = (Double(trials) * small * (1 - small)).squareRoot()
    let few =
      deviation <= widestExactDeviation
      ? exactQuantile(trials, small, uniform) : expandedQuantile(trials, small, deviation, uniform)
    return isRare ? few : trials - few
  }

  package static let widestExactDeviation = 1000.0

  /// The rank-and-zigzag inversion: mode, one above, one below, two above …
  private static func exactQuantile(_ trials: Int, _ rate: Double, _ uniform: Double) -> Int {
    let n = Double(trials)
    // The mean is at most a million and a bit where rates are small, half of the trials elsewhere.
    let mode = min(trials, Int(((n + 1) * rate).rounded(.down)))
    let peak = exp(logarithmicMass(mode, trials, rate))
    let odds = rate / (1 - rate)
    var rest = uniform - peak
    var (low, high) = (mode, mode)
    var (lowMass, highMass) = (peak, peak)
    while rest > 0, lowMass > 1e-18 || highMass > 1e-18 {
      if high < trials, highMass > 0 {
        highMass *= odds * Double(trials - high) / Double(high + 1)
        high += 1
        rest -= highMass
        if rest <= 0 { return high }
      } else {
        highMass = 0
      }
      if low > 0, lowMass > 0 {
        lowMass *= Double(low) / (odds * Double(trials - low + 1))
        low -= 1
        rest -= lowMass
        if rest <= 0 { return low }
      } else {
        lowMass = 0
      }
    }
    // What is left of the mass is below rounding.
    return mode
  }

  /// ln P(k) of the binomial distribution, without differences of large logarithms of factorials.
  ///
  /// - Source: [Loader00]: ln P = s(n) − s(k) − s(n−k) − D(k, np) − D(n−k, nq) − ½ ln(2πk(n−k)/n),
  ///   where s is what Stirling's formula leaves and D the deviance.
  package static func logarithmicMass(_ k: Int, _ trials: Int, _ rate: Double) -> Double {
    let (n, x, rest) = (Double(trials), Double(k), Double(trials - k))
    if k == 0 { return n * log1p(-rate) }
    if k == trials { return n * log(rate) }
    let shift = x - n * rate
    return stirlingRest(n) - stirlingRest(x) - stirlingRest(rest)
      - deviance(x, shift) - deviance(rest, -shift) - 0.5 * log(2 * Double.pi * x * (rest / n))
  }

  /// ln k! less Stirling's ½ ln(2πk) + k ln k − k.
  private static func stirlingRest(_ k: Double) -> Double {
    if k < 16 { return lgamma(k + 1) - 0.5 * log(2 * Double.pi * k) - k * log(k) + k }
    let square = k * k
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1 / (1680 * square)) / square) / square) / k
  }

  /// x ln(x/μ) + μ − x for μ = x − `shift`.
  private static func deviance(_ x: Double, _ shift: Double) -> Double {
    let mean = x - shift
    let ratio = shift / (x + mean)
    guard abs(ratio) < 0.1 else { return x * log(x / mean) + mean - x }
    // With r = (x−μ)/(x+μ): ln(x/μ) = 2 artanh r.
    var (power, sum, j) = (2 * x * ratio, shift * ratio, 1.0)
    while true {
      power *= ratio * ratio
      let next = sum + power / (2 * j + 1)
      if next == sum { return next }
      (sum, j) = (next, j + 1)
    }
  }

  /// μ + σz + γ(z²−1)/6 + …, rounded to a count.
  private static func expandedQuantile(
    _ trials: Int, _ rate: Double, _ deviation: Double, _ uniform: Double
  ) -> Int {
    let z = normalQuantile(max(uniform, 0x1p-54))
    let skew = 1 - 2 * rate
    let excess = 1 - 6 * rate * (1 - rate)
    let square = z * z
    let third =
      (excess * z * (square - 3) / 24 - skew * skew * z * (2 * square - 5) / 36) / deviation
    let shift = (deviation * z + skew * (square - 1) / 6 + third).rounded()
    // The mean and the shift apart, so that neither rounds the other away.
    let mean = (Double(trials) * rate).rounded()
    guard mean + shift > 0 else { return 0 }
    guard mean + shift < Double(trials), let first = Int(exactly: mean),
      let second = Int(exactly: shift)
    else { return mean + shift > 0 ? trials : 0 }
    return min(trials, max(0, first + second))
  }

  /// The z below which a standard normal variable lies with a probability in 0…1, by Newton steps
  /// on the tail.
  private static func normalQuantile(_ probability: Double) -> Double {
    let tail = min(probability, 1 - probability)
    guard tail > 0 else { return probability < 0.5 ? -8.3 : 8.3 }
    // Hastings' rational guess, good to 4.5e-4.
    let t = (-2 * log(tail)).squareRoot()
    var z =
      t - (2.515517 + t * (0.802853 + t * 0.010328))
      / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<3 {
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      z += (erfc(z / 2.0.squareRoot()) / 2 - tail) / density
    }
    return probability < 0.5 ? -z : z
  }
}
