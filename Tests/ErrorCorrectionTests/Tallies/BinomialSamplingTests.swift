import ErrorCorrection
import QuantumCore
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct BinomialSamplingTests {
  /// Small and huge counts, by exact inversion and by expansion, rates near both ends.
  @Test(arguments: [
    (10, 0.5), (1000, 0.002), (1000, 0.999), (10_000_000_000_000, 7e-13), (100_000_000, 0.3),
    (1 << 40, 0.5), (.max, 1e-18), (.max, 1e-15), (.max, 1e-9), (.max, 0.25), (.max, 1 - 1e-9),
  ]) func `draws have the mean and the variance of the distribution`(
    trials: Int, rate: Double
  ) {
    var generator = PhiloxGenerator(seed: 11)
    let draws = 4000
    // 1 − rate as it was rounded; deviations from the likeliest end stay exact.
    let small = min(rate, 1 - rate)
    let mean = Double(trials) * small
    let variance = mean * (1 - small)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<draws {
      let drawn = BinomialEstimate.drawnSuccesses(trials: trials, rate: rate, from: &generator)
      #expect(drawn >= 0 && drawn <= trials)
      let few = rate <= 0.5 ? drawn : trials - drawn
      let deviation = Double(few) - mean
      sum += deviation
      squares += deviation * deviation
    }
    let count = Double(draws)
    #expect(abs(sum / count) < 5 * (variance / count).squareRoot())
    // The variance of a square: 2σ⁴ and the excess of the fourth moment.
    let spread = (2 + (1 - 6 * small * (1 - small)) / variance).squareRoot()
    #expect(abs(squares / count / variance - 1) < 5 * spread / count.squareRoot())
  }

  @Test func `both ways of drawing agree where one takes over from the other`() {
    // σ just below and just above the limit: quantiles at the same numbers differ as the parameters
    // do.
    let limit = BinomialEstimate.widestExactDeviation
    for rate in [0.001, 0.1, 0.5] {
      let trials = Int(limit * limit / (rate * (1 - rate)))
      let (below, above) = (trials - trials / 1000, trials + trials / 1000)
      var (sum, other) = (0.0, 0.0)
      let draws = 3000
      var (first, second) = (PhiloxGenerator(seed: 5), PhiloxGenerator(seed: 6))
      for _ in 0..<draws {
        sum += Double(
          BinomialEstimate.drawnSuccesses(trials: below, rate: rate, from: &first))
        other += Double(
          BinomialEstimate.drawnSuccesses(trials: above, rate: rate, from: &second))
      }
      let shift = (other - sum) / Double(draws) - Double(above - below) * rate
      #expect(abs(shift) < 5 * limit * (2 / Double(draws)).squareRoot())
    }
  }

  @Test func `probabilities keep their digits at any number of trials`() {
    // Poissonian where trials are many: P(k) = e^−λ λᵏ/k!.
    for trials in [1_000_000_000_000, Int.max] {
      let mean = 7.0
      var factorial = 0.0
      for k in 0...30 {
        if k > 0 { factorial += log(Double(k)) }
        let expected = -mean + Double(k) * log(mean) - factorial
        let mass = BinomialEstimate.logarithmicMass(k, trials, mean / Double(trials))
        #expect(abs(mass - expected) < 1e-9)
      }
    }
    // All outcomes of a small one.
    let total = (0...40).reduce(0) { $0 + exp(BinomialEstimate.logarithmicMass($1, 40, 0.37)) }
    #expect(abs(total - 1) < 1e-12)
  }

  @Test func `rates of few errors in many shots keep their digits`() throws {
    for (errors, shots) in [(7, 10_000_000_000_000), (1, Int.max), (0, Int.max)] {
      let tally = DecodingTally(shots: shots, errors: errors)
      let rate = try #require(LogicalErrorRate.perCycle(of: [.init(cycles: 10, tally)]))
      let expected = Double(errors) / Double(shots) / 10
      #expect(abs(rate.value - expected) <= 1e-11 * expected)
      let back = LogicalErrorRate.perExperiment(rate.value, cycles: 10)
      #expect(abs(back - 10 * expected) <= 1e-10 * expected)
    }
  }

  @Test func `sums of tallies stay tallies`() {
    let large = DecodingTally(shots: .max, errors: .max)
    let discarded = DecodingTally(shots: .max, discards: .max)
    for sum in [
      large.merged(with: large), large.merged(with: discarded), discarded.merged(with: large),
    ] {
      #expect(sum.shots == .max && sum.errors >= 0 && sum.errors <= sum.shots - sum.discards)
      #expect(LogicalErrorRate.estimate(sum).trials >= 0)
    }
    #expect(
      LogicalErrorRate.perCycle(of: [.init(cycles: 1, large), .init(cycles: 2, large)]) == nil)
  }
}
