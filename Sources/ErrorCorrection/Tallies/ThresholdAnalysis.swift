import QuantumCore

/// What tallies of one family of codes say about its threshold: error rates per cycle, how much
/// they fall from one distance to the next, and where the curves of two distances cross.
///
///     let analysis = ThresholdAnalysis(samples, seed: 1)
///     for suppression in analysis.suppressions { print(suppression.parameter, suppression.factor.value) }
///
/// Intervals are from a parametric bootstrap: all counts are drawn again from binomial
/// distributions with the rates that were seen, and everything is computed anew; the interval holds
/// the middle 95 % of what comes out. Where no shot of a distance fails, or every one, its error
/// rate has the exact interval of the binomial distribution in place of that.
///
/// - Source: [EfronTibshirani93], chapter 6 and section 13.3; [ClopperPearson34].
public struct ThresholdAnalysis: Sendable {
  /// A tally and what it belongs to.
  public struct Sample: Sendable, Hashable {
    /// The distance d of the code.
    public let distance: Int
    /// The physical error rate, or whatever is varied; `nil` if nothing is.
    public let parameter: Double?
    /// Cycles of the experiment; `nil` if not known, and rates are those of experiments.
    public let cycles: Double?
    /// What was counted.
    public let tally: DecodingTally

    /// A tally with the distance, parameter and number of cycles that it belongs to.
    ///
    /// - Precondition: cycles are at least 1.
    public init(distance: Int, parameter: Double?, cycles: Double?, tally: DecodingTally) {
      precondition(cycles ?? 1 >= 1, "An experiment has at least one cycle")
      self.distance = distance
      self.parameter = parameter
      self.cycles = cycles
      self.tally = tally
    }
  }

  /// A figure with the interval that holds it with 95 % confidence.
  public struct Estimate: Sendable, Hashable {
    /// The figure itself.
    public let value: Double
    /// The interval that holds it with 95 % confidence.
    public let interval: ClosedRange<Double>
    /// Standard deviation of the bootstrap.
    public let standardError: Double
  }

  /// The error rate of one distance at one parameter.
  public struct CycleRate: Sendable, Hashable {
    /// The distance d of the code.
    public let distance: Int
    /// The physical error rate, or whatever is varied; `nil` if nothing is.
    public let parameter: Double?
    /// The numbers of cycles it is from; empty where they are not known.
    public let cycles: [Double]
    /// The sum over all of them.
    public let tally: DecodingTally
    /// Whether `rate` is per cycle; it is per experiment where a sample does not say how many
    /// cycles it has.
    public let isPerCycle: Bool
    /// `nil` where nothing can be said, as when half of the shots fail.
    public let rate: Estimate?
  }

  /// How error rates fall with distance at one parameter.
  public struct Suppression: Sendable, Hashable {
    /// The physical error rate, or whatever is varied; `nil` if nothing is.
    public let parameter: Double?
    /// Λ: how much two more in distance divide the error rate by.
    public let factor: Estimate
    /// Distances that Λ is not from, because their rate is not above 0 or there is none.
    public let leftOut: [Int]
    /// The factors between neighbouring distances.
    public let steps: [Step]

    /// How the error rate falls from one distance to the next.
    public struct Step: Sendable, Hashable {
      /// The two distances, the smaller one first.
      public let distances: [Int]
      /// The factor Λ for two more in distance, from these distances alone.
      public let factor: Estimate
    }
  }

  /// Where two distances have the same error rate.
  public struct Crossing: Sendable, Hashable {
    /// The two distances, the smaller one first.
    public let distances: [Int]
    /// The physical error rate at which both have the same logical error rate.
    public let parameter: Estimate
    /// The share of bootstrap samples in which the curves cross at all.
    public let confidence: Double
  }

  /// The error rate of every distance at every parameter.
  public let rates: [CycleRate]
  /// How error rates fall with distance, at every parameter with two distances or more.
  public let suppressions: [Suppression]
  /// Where neighbouring distances have the same error rate.
  public let crossings: [Crossing]
  /// `nil` where there are too few points near a crossing.
  public let scaling: ScalingFit?

  /// Samples of which every shot was discarded: nothing is known from them.
  public let discarded: [Sample]

  /// Samples of which half of the kept shots fail, or more, at a distance that has experiments of
  /// several cycles: no rate per cycle follows from them, and they do not count.
  public let saturated: [Sample]

  /// Rates that are not above 0, mostly as no shot failed, at parameters that have several
  /// distances: their logarithm is none, so no Λ is from them.
  public let withoutSuppression: [CycleRate]

  /// How the figures come about, in words.
  public static let suppressionMethod =
    "weighted least squares of ln ε against distance, ε ∝ Λ^(-(d+1)/2)"
  /// How crossings are found, in words for a report.
  public static let crossingMethod =
    "linear interpolation of ln ε over ln p between neighbouring points"
  /// How intervals are found, in words for a report.
  public static let intervalMethod =
    "parametric bootstrap, central 95 %; Clopper-Pearson for the rate of a distance where no shot fails or every one"

  /// Analyses samples of one family; those of the same distance, parameter and number of cycles add
  /// up.
  ///
  /// - Complexity: O(resamples · samples).
  public init(_ samples: [Sample], seed: UInt64 = 1, resamples: Int = 1000) {
    let model = ThresholdModel(samples)
    let seen = model.figures(model.counts)
    var drawn: [[Double]] = []
    for resample in 0..<resamples {
      var generator = PhiloxGenerator(
        seed: seed, purpose: .thresholdBootstrap, block: UInt64(resample))
      drawn.append(model.figures(model.redrawn(&generator)))
    }
    func estimate(_ place: Int) -> Estimate? {
      Estimate(seen[place], drawn: drawn.map { $0[place] })
    }
    let rates = model.curves.enumerated().map { place, curve in
      CycleRate(
        distance: curve.distance, parameter: curve.parameter, cycles: curve.cycles,
        tally: curve.tally, isPerCycle: curve.isPerCycle,
        rate: estimate(place)?.within(model.exactInterval(of: curve)))
    }
    self.rates = rates
    withoutSuppression = model.groups.flatMap { group in
      group.curves.filter { group.leftOut.contains($0) && !seen[$0].isNaN }.map { rates[$0] }
    }
    suppressions = model.groups.compactMap { group in
      guard let factor = estimate(group.factorPlace) else { return nil }
      let steps = group.steps.compactMap { step in
        estimate(step.place).map { Suppression.Step(distances: step.distances, factor: $0) }
      }
      return Suppression(
        parameter: group.parameter, factor: factor,
        leftOut: group.curves.filter(group.leftOut.contains).map { model.curves[$0].distance },
        steps: steps)
    }
    crossings = model.pairs.compactMap { pair in
      guard let parameter = estimate(pair.place) else { return nil }
      let share = Double(drawn.count { $0[pair.place].isFinite }) / Double(max(1, resamples))
      return Crossing(distances: pair.distances, parameter: parameter, confidence: share)
    }
    scaling = ScalingFit(model, seed: seed)
    discarded = model.discarded
    saturated = model.saturated
  }
}

extension ThresholdAnalysis.Estimate {
  /// The same figure with another interval, unless that is `nil`.
  func within(_ interval: ClosedRange<Double>?) -> Self {
    guard let interval else { return self }
    return Self(
      value: value,
      interval: min(value, interval.lowerBound)...max(value, interval.upperBound),
      standardError: standardError)
  }

  /// - Returns: `nil` if the figure is not there.
  init?(_ value: Double, drawn: [Double]) {
    guard value.isFinite else { return nil }
    self.value = value
    let sorted = drawn.filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else {
      interval = value...value
      standardError = .nan
      return
    }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / Double(max(1, sorted.count - 1))).squareRoot()
    let (low, high) = (max(first, quantile(0.025)), min(last, quantile(0.975)))
    interval = min(low, value)...max(high, value)
  }
}

extension Philox.Purpose {
  /// Counts drawn again to learn how uncertain figures are.
  static let thresholdBootstrap = Philox.Purpose(rawValue: 0x5448_5200)
}
