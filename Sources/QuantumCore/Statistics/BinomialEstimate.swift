import RealModule

/// A proportion seen in independent trials, with intervals.
public struct BinomialEstimate: Hashable, Sendable, Codable {
  /// The number of trials that succeeded.
  public let successes: Int
  /// The number of independent trials.
  public let trials: Int

  /// The outcome of independent trials.
  ///
  /// - Precondition: `0 <= successes <= trials`.
  public init(successes: Int, trials: Int) {
    precondition(successes >= 0 && successes <= trials, "Successes are in 0...trials")
    self.successes = successes
    self.trials = trials
  }

  /// successes / trials; NaN without trials.
  public var rate: Double { Double(successes) / Double(trials) }
  /// √(p(1−p)/n) at the observed rate.
  public var standardError: Double { (rate * (1 - rate) / Double(trials)).squareRoot() }

  /// The Wilson score interval of `z` standard deviations.
  ///
  /// - Source: [Wilson27].
  public func wilsonInterval(z: Double = 1.959963984540054) -> ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let n = Double(trials)
    let center = (rate + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, center - half)...min(1, center + half)
  }

  /// The exact (Clopper–Pearson) interval that misses the true rate with probability at most
  /// `errorProbability`.
  ///
  /// - Source: [ClopperPearson34].
  public func exactInterval(errorProbability: Double = 0.05) -> ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let (k, n, tail) = (Double(successes), Double(trials), errorProbability / 2)
    // Of nothing and of everything they are powers, which keep their digits for any n.
    if successes == 0 { return 0...(-Double.expMinusOne(Double.log(tail) / n)) }
    if successes == trials { return Double.exp(Double.log(tail) / n)...1 }
    let low = inverseRegularizedBeta(tail, k, n - k + 1)
    let high = inverseRegularizedBeta(1 - tail, k + 1, n - k)
    return low...max(low, high)
  }

  /// P(at most `successes` | rate): the lower tail of the binomial distribution.
  public func lowerTail(rate: Double) -> Double {
    successes >= trials
      ? 1 : 1 - regularizedBeta(rate, Double(successes + 1), Double(trials - successes))
  }

  /// P(at least `successes` | rate): the upper tail of the binomial distribution.
  public func upperTail(rate: Double) -> Double {
    successes == 0 ? 1 : regularizedBeta(rate, Double(successes), Double(trials - successes + 1))
  }
}

/// The regularised incomplete beta function I_x(a, b), to about 1e-13.
///
/// - Source: [DLMF] 8.17.22 (continued fraction, evaluated by Lentz's method).
public func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
  let front = Double.exp(
    Double.logGamma(a + b) - Double.logGamma(a) - Double.logGamma(b) + a * Double.log(x) + b
      * Double.log(onePlus: -x))
  let tiny = 1e-300
  var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
  d = 1 / (abs(d) < tiny ? tiny : d)
  var fraction = d
  for step in 1...10_000 {
    let m = Double(step)
    for coefficient in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + coefficient * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + coefficient / c
      if abs(c) < tiny { c = tiny }
      fraction *= c * d
    }
    if abs(c * d - 1) < 1e-15 { break }
  }
  return front * fraction / a
}

/// The x with I_x(a, b) = p, by bisection to the last bit that matters.
private func inverseRegularizedBeta(_ p: Double, _ a: Double, _ b: Double) -> Double {
  var (low, high) = (0.0, 1.0)
  for _ in 0..<200 {
    let middle = (low + high) / 2
    if middle == low || middle == high { break }
    if regularizedBeta(middle, a, b) < p { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
