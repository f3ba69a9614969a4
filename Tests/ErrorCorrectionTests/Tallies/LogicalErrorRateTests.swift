import ErrorCorrection
import Testing

struct LogicalErrorRateTests {
  @Test func `rates per cycle and per experiment are inverse`() {
    for rate in [1e-6, 0.01, 0.2, 0.49] {
      for cycles in [1.0, 3, 35] {
        let failure = LogicalErrorRate.perExperiment(rate, cycles: cycles)
        // Near one half differences vanish in rounding.
        guard failure < 0.4999 else { continue }
        let back = LogicalErrorRate.perCycle(failure, cycles: cycles)
        #expect(abs(back / rate - 1) < 1e-6)
      }
    }
    #expect(LogicalErrorRate.perCycle(0.5, cycles: 7) == 0.5)
  }

  @Test func `two lengths give the rate that preparation does not change`() throws {
    let (short, long) = (
      DecodingTally(shots: 100_000, errors: 1_200), DecodingTally(shots: 100_000, errors: 6_000)
    )
    let rate = try #require(
      LogicalErrorRate.perCycle(of: [.init(cycles: 5, short), .init(cycles: 35, long)]))
    // [1 − (0.88 / 0.976)^(1/30)] / 2.
    #expect(abs(rate.value - 0.001_722_7) < 1e-7)
    // √((2·√(.06·.94/1e5)/.88)² + (2·√(.012·.988/1e5)/.976)²) / 30 / 2 · (1 − 2ε).
    #expect(abs(rate.standardError - 3.0676e-5) < 1e-8)
  }

  @Test func `tallies of one length add up`() throws {
    let tally = DecodingTally(shots: 1000, errors: 30)
    let one = try #require(LogicalErrorRate.perCycle(of: [.init(cycles: 4, tally)]))
    let two = try #require(
      LogicalErrorRate.perCycle(of: [.init(cycles: 4, tally), .init(cycles: 4, tally)]))
    #expect(abs(one.value - two.value) < 1e-15)
    #expect(abs(one.standardError / two.standardError - 2.0.squareRoot()) < 1e-9)
  }

  @Test func `nothing is said where nothing is known`() {
    #expect(LogicalErrorRate.perCycle(of: []) == nil)
    #expect(LogicalErrorRate.perCycle(of: [.init(cycles: 3, DecodingTally())]) == nil)
    let random = DecodingTally(shots: 10, errors: 5)
    #expect(LogicalErrorRate.perCycle(of: [.init(cycles: 3, random)]) == nil)
  }
}
