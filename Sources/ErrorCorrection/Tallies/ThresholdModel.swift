import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The samples of a threshold analysis in order, and the figures that follow from their counts.
struct ThresholdModel {
  /// A distance at a parameter, with samples of one or several numbers of cycles.
  struct Curve {
    let distance: Int
    let parameter: Double?
    /// Places of its samples.
    var samples: [Int]
    let cycles: [Double]
    let tally: DecodingTally
    /// Whether its rate is per cycle: it is per experiment where a sample has no number of cycles.
    var isPerCycle: Bool { cycles.count == samples.count }
  }

  /// Distances at one parameter.
  struct Group {
    let parameter: Double?
    /// Places of curves, by distance.
    let curves: [Int]
    /// Those of them whose rate is not above 0, or that have none: Λ and its interval leave them
    /// out.
    var leftOut: Set<Int> = []
    let factorPlace: Int
    let steps: [(distances: [Int], place: Int)]
  }

  /// Two neighbouring distances over the parameters that both have.
  struct Pair {
    let distances: [Int]
    /// Places of curves, by parameter.
    let points: [(parameter: Double, first: Int, second: Int)]
    let place: Int
  }

  let samples: [ThresholdAnalysis.Sample]
  /// Those of which no shot was kept.
  let discarded: [ThresholdAnalysis.Sample]
  /// Those of which half of the shots fail, or more, where that says nothing about the rate per
  /// cycle of their curve: an experiment of one cycle does where there are no longer ones.
  var saturated: [ThresholdAnalysis.Sample] {
    curves.filter { $0.isPerCycle && $0.cycles.contains { $0 > 1 } }.flatMap { curve in
      curve.samples.map { samples[$0] }.filter { sample in
        let estimate = LogicalErrorRate.estimate(sample.tally)
        return estimate.successes >= estimate.trials - estimate.successes
      }
    }
  }
  private(set) var curves: [Curve] = []
  private(set) var groups: [Group] = []
  private(set) var pairs: [Pair] = []
  /// Figures: one for every curve, then those of groups, then crossings.
  private var figureCount = 0

  /// Errors of every sample.
  var counts: [Int] { samples.map(\.tally.errors) }

  init(_ given: [ThresholdAnalysis.Sample]) {
    let merged = Self.merged(given)
    samples = merged.filter { $0.tally.shots > $0.tally.discards }
    discarded = merged.filter { $0.tally.shots > 0 && $0.tally.shots <= $0.tally.discards }
    addCurves()
    addGroups()
    addPairs()
    let seen = figures(counts)
    for place in groups.indices {
      groups[place].leftOut = Set(groups[place].curves.filter { !(seen[$0] > 0) })
    }
  }

  // MARK: Structure

  private struct Key: Hashable {
    let distance: Int
    let parameter: Double?
    let cycles: Double?
  }

  private static func merged(
    _ given: [ThresholdAnalysis.Sample]
  ) -> [ThresholdAnalysis.Sample] {
    var tallies: [Key: DecodingTally] = [:]
    for sample in given {
      let key = Key(distance: sample.distance, parameter: sample.parameter, cycles: sample.cycles)
      tallies[key, default: DecodingTally()].add(sample.tally)
    }
    func order(_ key: Key) -> (Double, Int, Double) {
      (key.parameter ?? 0, key.distance, key.cycles ?? 0)
    }
    return tallies.sorted { order($0.key) < order($1.key) }
      .map { key, tally in
        ThresholdAnalysis.Sample(
          distance: key.distance, parameter: key.parameter, cycles: key.cycles, tally: tally)
      }
  }

  private mutating func addCurves() {
    var start = 0
    while start < samples.count {
      let first = samples[start]
      let end =
        samples[start...].firstIndex {
          $0.distance != first.distance || $0.parameter != first.parameter
        } ?? samples.count
      let part = samples[start..<end]
      curves.append(
        Curve(
          distance: first.distance, parameter: first.parameter, samples: Array(start..<end),
          cycles: part.compactMap(\.cycles),
          tally: part.reduce(DecodingTally()) { $0.merged(with: $1.tally) }))
      start = end
    }
    figureCount = curves.count
  }

  private mutating func addGroups() {
    var order: [Double?] = []
    var byParameter: [Double?: [Int]] = [:]
    for (place, curve) in curves.enumerated() {
      if byParameter[curve.parameter] == nil { order.append(curve.parameter) }
      byParameter[curve.parameter, default: []].append(place)
    }
    for parameter in order {
      guard let places = byParameter[parameter], places.count > 1 else { continue }
      let factorPlace = figureCount
      let steps = zip(places, places.dropFirst()).enumerated().map { index, pair in
        (
          distances: [curves[pair.0].distance, curves[pair.1].distance],
          place: factorPlace + 1 + index
        )
      }
      groups.append(
        Group(parameter: parameter, curves: places, factorPlace: factorPlace, steps: steps))
      figureCount += 1 + steps.count
    }
  }

  private mutating func addPairs() {
    var byDistance: [Int: [Double: Int]] = [:]
    for (place, curve) in curves.enumerated() {
      guard let parameter = curve.parameter, parameter > 0 else { continue }
      byDistance[curve.distance, default: [:]][parameter] = place
    }
    let distances = Set(curves.map(\.distance)).sorted()
    for (small, large) in zip(distances, distances.dropFirst()) {
      guard let first = byDistance[small], let second = byDistance[large] else { continue }
      let points = first.sorted { $0.key < $1.key }.compactMap { parameter, place in
        second[parameter].map { (parameter: parameter, first: place, second: $0) }
      }
      guard points.count > 1 else { continue }
      pairs.append(Pair(distances: [small, large], points: points, place: figureCount))
      figureCount += 1
    }
  }

  // MARK: Figures

  /// Counts drawn anew from the rates that were seen; a rate of 0 is taken as that of half an
  /// error, and a rate of 1 as that of half an error less than all.
  func redrawn(_ generator: inout PhiloxGenerator) -> [Int] {
    samples.map { sample in
      let trials = sample.tally.shots - sample.tally.discards
      // The rarer outcome, so that the half is not lost beside a large number.
      let failures = sample.tally.errors
      let (isRare, rarer) = (failures <= trials - failures, min(failures, trials - failures))
      let drawn = BinomialEstimate.drawnSuccesses(
        trials: trials, rate: max(Double(rarer), 0.5) / Double(trials), from: &generator)
      return isRare ? drawn : trials - drawn
    }
  }

  /// All figures for some counts of errors; NaN for those that are not there.
  func figures(_ counts: [Int]) -> [Double] {
    var figures = [Double](repeating: .nan, count: figureCount)
    let rates = curves.map { rate(of: $0, counts) }
    for (place, rate) in rates.enumerated() { figures[place] = rate?.value ?? .nan }
    for group in groups {
      let points = group.curves.compactMap { place -> Point? in
        guard !group.leftOut.contains(place), let rate = rates[place], rate.value > 0 else {
          return nil
        }
        let relative = rate.standardError / rate.value
        return Point(
          x: Double(curves[place].distance), y: log(rate.value),
          weight: 1 / (relative * relative))
      }
      if let slope = Self.slope(points) { figures[group.factorPlace] = exp(-2 * slope) }
      for (step, pair) in zip(group.steps, zip(group.curves, group.curves.dropFirst())) {
        guard !group.leftOut.contains(pair.0), !group.leftOut.contains(pair.1),
          let small = rates[pair.0]?.value, let large = rates[pair.1]?.value, small > 0, large > 0
        else { continue }
        let distance = Double(curves[pair.1].distance - curves[pair.0].distance)
        figures[step.place] = pow(small / large, 2 / distance)
      }
    }
    for pair in pairs { figures[pair.place] = crossing(of: pair, figures) }
    return figures
  }

  /// The exact interval of a curve of one length whose shots all fail, or none: there the bootstrap
  /// has nothing to go by. `nil` for other curves.
  func exactInterval(of curve: Curve) -> ClosedRange<Double>? {
    guard curve.samples.count == 1 else { return nil }
    let estimate = LogicalErrorRate.estimate(curve.tally)
    guard estimate.successes == 0 || estimate.successes == estimate.trials else { return nil }
    let interval = estimate.exactInterval()
    // Half and more of experiments of one cycle is a rate as any other.
    guard let cycles = curve.cycles.first, cycles > 1 else { return interval }
    let ends = [interval.lowerBound, interval.upperBound].map {
      LogicalErrorRate.perCycle($0, cycles: cycles)
    }
    return ends[0]...ends[1]
  }

  private func rate(of curve: Curve, _ counts: [Int]) -> LogicalErrorRate? {
    let tallies = curve.samples.map { place -> (cycles: Double?, tally: DecodingTally) in
      var tally = samples[place].tally
      tally.errors = counts[place]
      return (samples[place].cycles, tally)
    }
    let known = tallies.compactMap { item in
      item.cycles.map { LogicalErrorRate.Sample(cycles: $0, item.tally) }
    }
    func perExperiment() -> LogicalErrorRate {
      .perExperiment(of: tallies.reduce(DecodingTally()) { $0.merged(with: $1.tally) })
    }
    guard known.count == tallies.count else { return perExperiment() }
    // An experiment of one cycle fails as often as a cycle does, however often that is.
    return LogicalErrorRate.perCycle(of: known)
      ?? (known.allSatisfy { $0.cycles == 1 } ? perExperiment() : nil)
  }

  private struct Point {
    let x: Double
    let y: Double
    let weight: Double
  }

  /// The slope of a weighted line; `nil` from fewer than two points.
  private static func slope(_ points: [Point]) -> Double? {
    let points = points.filter { $0.weight.isFinite && $0.weight > 0 }
    guard points.count > 1 else { return nil }
    let sum = points.reduce(0) { $0 + $1.weight }
    let mean = points.reduce(0) { $0 + $1.weight * $1.x } / sum
    let variance = points.reduce(0) { $0 + $1.weight * ($1.x - mean) * ($1.x - mean) }
    let covariance = points.reduce(0) { $0 + $1.weight * ($1.x - mean) * $1.y }
    return variance > 0 ? covariance / variance : nil
  }

  /// Where the larger distance stops to be better.
  private func crossing(of pair: Pair, _ rates: [Double]) -> Double {
    var last: (x: Double, gain: Double)?
    for point in pair.points {
      let gain = log(rates[point.first] / rates[point.second])
      guard gain.isFinite else { continue }
      let x = log(point.parameter)
      if let last, last.gain > 0, gain <= 0 {
        return exp(last.x + (x - last.x) * last.gain / (last.gain - gain))
      }
      last = (x, gain)
    }
    return .nan
  }
}
