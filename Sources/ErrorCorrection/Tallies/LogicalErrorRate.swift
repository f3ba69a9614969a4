import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// How often a logical qubit fails: per experiment, and per cycle of it.
///
/// A cycle that flips the observable with probability ε shrinks its expectation by 1 − 2ε, so that
/// an experiment of r cycles fails with probability P, where 1 − 2P = A (1 − 2ε)ʳ and A is what
/// preparation and measurement cost. One number of cycles gives ε under the assumption A = 1; two
/// or more give ε and A.
///
///     let rate = LogicalErrorRate.perCycle(of: [.init(cycles: 5, tally), .init(cycles: 35, longer)])
public struct LogicalErrorRate: Sendable, Hashable {
  /// The probability of a logical error, per cycle or per experiment.
  public let value: Double
  /// One standard deviation, to first order in the binomial deviation of the counts.
  public let standardError: Double

  /// A rate that is known, with its standard deviation.
  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }

  /// The tally of experiments of one length.
  public struct Sample: Sendable, Hashable {
    /// The number of cycles of each experiment, at least 1.
    public let cycles: Double
    /// What was counted in these experiments.
    public let tally: DecodingTally

    /// The tally of experiments of so many cycles.
    ///
    /// - Precondition: there is at least one cycle.
    public init(cycles: Double, _ tally: DecodingTally) {
      precondition(cycles >= 1, "An experiment has at least one cycle")
      self.cycles = cycles
      self.tally = tally
    }
  }

  /// ε from the probability P that an experiment of r cycles fails: [1 − (1 − 2P)^(1/r)] / 2.
  ///
  /// P of ½ and more carry no information about ε, which then is ½.
  public static func perCycle(_ failure: Double, cycles: Double) -> Double {
    failure >= 0.5 ? 0.5 : -expm1(log1p(-2 * failure) / cycles) / 2
  }

  /// P of an experiment of r cycles from ε: the inverse of `perCycle`.
  public static func perExperiment(_ rate: Double, cycles: Double) -> Double {
    rate >= 0.5 ? 0.5 : -expm1(log1p(-2 * rate) * cycles) / 2
  }

  /// Failures among the shots that were kept.
  public static func estimate(_ tally: DecodingTally) -> BinomialEstimate {
    let kept = max(0, tally.shots - tally.discards)
    return BinomialEstimate(successes: min(tally.errors, kept), trials: kept)
  }

  /// Failures per experiment.
  public static func perExperiment(of tally: DecodingTally) -> LogicalErrorRate {
    let estimate = estimate(tally)
    return LogicalErrorRate(value: estimate.rate, standardError: estimate.standardError)
  }

  /// Failures per cycle, from experiments of one length or of several.
  ///
  /// Of several lengths: the slope of ln(1 − 2P) over r, by least squares weighted with the
  /// binomial deviations; for two of them this is ε = [1 − ((1 − 2P₂) / (1 − 2P₁))^(1/(r₂ − r₁))] /
  /// 2.
  ///
  /// - Returns: `nil` where there are no shots, or half of them and more fail.
  public static func perCycle(of samples: [Sample]) -> LogicalErrorRate? {
    let points = samples.compactMap(DecayPoint.init)
    guard let first = points.first else { return nil }
    guard points.contains(where: { $0.cycles != first.cycles }) else {
      let total = points.dropFirst().reduce(first) { $0.merged(with: $1) }
      return LogicalErrorRate(
        slope: total.logarithm / total.cycles, deviation: total.deviation / total.cycles)
    }
    let weights = points.map { 1 / ($0.deviation * $0.deviation) }
    let sum = weights.reduce(0, +)
    let mean = zip(weights, points).reduce(0) { $0 + $1.0 * $1.1.cycles } / sum
    var (covariance, variance) = (0.0, 0.0)
    for (weight, point) in zip(weights, points) {
      covariance += weight * (point.cycles - mean) * point.logarithm
      variance += weight * (point.cycles - mean) * (point.cycles - mean)
    }
    return LogicalErrorRate(
      slope: covariance / variance, deviation: (1 / variance).squareRoot())
  }

  /// From ln(1 − 2ε) and its deviation.
  private init(slope: Double, deviation: Double) {
    value = -expm1(slope) / 2
    standardError = exp(slope) / 2 * deviation
  }

  /// ln(1 − 2P) of experiments of one length.
  private struct DecayPoint {
    let cycles: Double
    let estimate: BinomialEstimate

    init?(_ sample: Sample) {
      self.init(cycles: sample.cycles, estimate: LogicalErrorRate.estimate(sample.tally))
    }

    private init?(cycles: Double, estimate: BinomialEstimate) {
      // Less than half, without doubling what may be large.
      guard estimate.trials > 0, estimate.successes <= (estimate.trials - 1) / 2 else { return nil }
      self.cycles = cycles
      self.estimate = estimate
    }

    func merged(with other: DecayPoint) -> DecayPoint {
      DecayPoint(
        cycles: cycles,
        estimate: BinomialEstimate(
          successes: estimate.successes.saturatingSum(other.estimate.successes),
          trials: estimate.trials.saturatingSum(other.estimate.trials))) ?? self
    }

    var logarithm: Double { log1p(-2 * estimate.rate) }
    /// No failure counts as one half of one, so that weights stay finite.
    var deviation: Double {
      let trials = Double(estimate.trials)
      let rate = max(Double(estimate.successes), 0.5) / trials
      return 2 * (rate * (1 - rate) / trials).squareRoot() / (1 - 2 * min(rate, 0.499_999))
    }
  }
}
