import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct ThresholdAnalysisTests {
  /// Counts with ε(d, p) = 0.01 (p / 0.008)^((d + 1) / 2) per cycle, without scatter.
  static func samples(
    _ rates: [Double], distances: [Int] = [3, 5, 7], shots: Int = 10_000_000,
    cycles: (Int) -> [Double] = { [Double($0)] }
  ) -> [ThresholdAnalysis.Sample] {
    rates.flatMap { p in
      distances.flatMap { d in
        cycles(d).map { r in
          let rate = 0.01 * pow(p / 0.008, Double(d + 1) / 2)
          let failure = LogicalErrorRate.perExperiment(rate, cycles: r)
          let errors = Int((failure * Double(shots)).rounded())
          return .init(
            distance: d, parameter: p, cycles: r,
            tally: DecodingTally(shots: shots, errors: errors))
        }
      }
    }
  }

  @Test func `the suppression factor comes back`() throws {
    let analysis = ThresholdAnalysis(Self.samples([0.004]))
    let suppression = try #require(analysis.suppressions.first)
    #expect(analysis.suppressions.count == 1)
    #expect(abs(suppression.factor.value - 2) < 0.005)
    #expect(suppression.factor.interval.contains(2))
    #expect(suppression.steps.map(\.distances) == [[3, 5], [5, 7]])
    for step in suppression.steps { #expect(abs(step.factor.value - 2) < 0.01) }
  }

  @Test func `several lengths count as one curve`() throws {
    let analysis = ThresholdAnalysis(Self.samples([0.004], cycles: { _ in [5, 20, 35] }))
    #expect(analysis.rates.count == 3)
    #expect(analysis.rates[0].cycles == [5, 20, 35])
    let rate = try #require(analysis.rates[0].rate)
    #expect(abs(rate.value - 0.0025) < 1e-5)
    #expect(abs(try #require(analysis.suppressions.first).factor.value - 2) < 0.01)
  }

  @Test func `the crossing comes back`() throws {
    let analysis = ThresholdAnalysis(Self.samples([0.006, 0.007, 0.009, 0.01]))
    #expect(analysis.crossings.map(\.distances) == [[3, 5], [5, 7]])
    for crossing in analysis.crossings {
      #expect(abs(crossing.parameter.value - 0.008) < 3e-5)
      #expect(crossing.confidence == 1)
    }
  }

  @Test func `there is no crossing below the threshold`() {
    let analysis = ThresholdAnalysis(Self.samples([0.001, 0.002, 0.003]))
    #expect(analysis.crossings.isEmpty && analysis.scaling == nil)
    #expect(analysis.suppressions.count == 3)
  }

  @Test func `the scaling fit finds threshold and exponent`() throws {
    // P = 0.2 + 20 x + 300 x², x = (p − 0.01) d^(1/1.4).
    var samples: [ThresholdAnalysis.Sample] = []
    for p in stride(from: 0.0084, to: 0.0117, by: 0.0004) {
      for d in [3, 5, 7, 9] {
        let x = (p - 0.01) * pow(Double(d), 1 / 1.4)
        let failure = 0.2 + 20 * x + 300 * x * x
        samples.append(
          .init(
            distance: d, parameter: p, cycles: Double(d),
            tally: DecodingTally(shots: 1_000_000, errors: Int(failure * 1_000_000))))
      }
    }
    let fit = try #require(ThresholdAnalysis(samples).scaling)
    #expect(abs(fit.threshold.value - 0.01) < 0.0004)
    #expect(fit.pointCount == samples.count)
  }

  @Test func `intervals hold what they should as often as they should`() {
    var hits = 0
    let repetitions = 150
    for repetition in 0..<repetitions {
      var generator = PhiloxGenerator(seed: UInt64(repetition))
      let scattered = Self.samples([0.004], shots: 20_000).map { sample in
        let rate = Double(sample.tally.errors) / 20_000
        let errors = (0..<20_000).count { _ in generator.uniform() < rate }
        return ThresholdAnalysis.Sample(
          distance: sample.distance, parameter: sample.parameter, cycles: sample.cycles,
          tally: DecodingTally(shots: 20_000, errors: errors))
      }
      let analysis = ThresholdAnalysis(scattered, seed: UInt64(repetition), resamples: 200)
      if analysis.suppressions.first?.factor.interval.contains(2) == true { hits += 1 }
    }
    expectRate(hits, of: repetitions, is: 0.95, within: 4)
  }

  @Test func `the same seed gives the same figures`() {
    let samples = Self.samples([0.004, 0.01], shots: 5000)
    let first = ThresholdAnalysis(samples, seed: 3)
    #expect(first.suppressions == ThresholdAnalysis(samples.reversed(), seed: 3).suppressions)
    #expect(first.suppressions != ThresholdAnalysis(samples, seed: 4).suppressions)
  }

  @Test func `Λ names the distances that it leaves out, and is that of the others`() throws {
    let counted = Self.samples([0.004])
    let silent = ThresholdAnalysis.Sample(
      distance: 9, parameter: 0.004, cycles: 9, tally: DecodingTally(shots: 1000))
    let with = ThresholdAnalysis(counted + [silent])
    let without = ThresholdAnalysis(counted)
    let suppression = try #require(with.suppressions.first)
    #expect(
      suppression.leftOut == [9] && suppression.factor.value == without.suppressions[0].factor.value
    )
    // Nor does the interval rest on it.
    #expect(suppression.factor.interval.contains(2))
    #expect(suppression.factor.interval.upperBound < 2.02)
    #expect(suppression.steps.map(\.distances) == [[3, 5], [5, 7]])
    #expect(with.withoutSuppression.map(\.distance) == [9])
    #expect(without.withoutSuppression.isEmpty && without.suppressions[0].leftOut.isEmpty)
  }

  /// What k of n says of a rate, n − k says of its opposite.
  @Test(arguments: [nil, 1.0], [1, 2, 10, 1000, Int.max])
  func `intervals are the mirror images of those of the opposite`(cycles: Double?, shots: Int)
    throws
  {
    func interval(_ errors: Int) throws -> ClosedRange<Double> {
      let tally = DecodingTally(shots: shots, errors: errors)
      let sample = ThresholdAnalysis.Sample(
        distance: 3, parameter: 0.1, cycles: cycles, tally: tally)
      return try #require(ThresholdAnalysis([sample]).rates[0].rate).interval
    }
    let (none, all) = (try interval(0), try interval(shots))
    let exact = BinomialEstimate(successes: 0, trials: shots).exactInterval()
    #expect(none == exact && none.lowerBound == 0 && none.upperBound > 0)
    #expect(all.upperBound == 1 && all.lowerBound <= 1)
    #expect(abs(all.lowerBound + none.upperBound - 1) < 1e-12)
    for errors in [1, 3, shots / 4, shots / 2] where errors > 0 && errors < shots {
      let (a, b) = (try interval(errors), try interval(shots - errors))
      let width = a.upperBound - a.lowerBound
      #expect(abs(a.lowerBound + b.upperBound - 1) <= 0.2 * width + 1e-12)
      #expect(abs(a.upperBound + b.lowerBound - 1) <= 0.2 * width + 1e-12)
    }
  }

  @Test func `half and more of one cycle count beside no longer ones only`() {
    let most = DecodingTally(shots: 1000, errors: 600)
    let few = DecodingTally(shots: 1000, errors: 300)
    func saturated(_ cycles: [Double?]) -> [Double?] {
      let tallies = [most, few]
      let samples = cycles.enumerated().map { place, cycles in
        ThresholdAnalysis.Sample(
          distance: 3, parameter: 0.1, cycles: cycles, tally: tallies[min(place, 1)])
      }
      return ThresholdAnalysis(samples).saturated.map(\.cycles)
    }
    #expect(saturated([1]) == [] && saturated([3]) == [3])
    #expect(saturated([1, 3]) == [1] && saturated([3, 1]) == [3])
    // Where a length is not known, rates are per experiment, and any share is one.
    #expect(saturated([nil, 3]) == [] && saturated([3, nil]) == [])
  }

  @Test func `no errors are no figure, and nothing traps`() {
    let empty = DecodingTally(shots: 1000)
    let analysis = ThresholdAnalysis([
      .init(distance: 3, parameter: 0.001, cycles: 3, tally: empty),
      .init(distance: 5, parameter: 0.001, cycles: 5, tally: empty),
      .init(distance: 5, parameter: nil, cycles: nil, tally: DecodingTally()),
      .init(distance: 7, parameter: 0, cycles: 1, tally: DecodingTally(shots: 1, errors: 1)),
    ])
    #expect(analysis.suppressions.isEmpty && analysis.crossings.isEmpty)
    #expect(analysis.rates[0].rate?.value == 0 || analysis.rates[1].rate?.value == 0)
    #expect(ThresholdAnalysis([]).rates.isEmpty)
  }
}
