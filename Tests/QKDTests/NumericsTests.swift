import QKD
import QuantumCore
import RealModule
import Testing

struct EntropyTests {
  @Test func `the binary entropy is symmetric and right at small arguments`() {
    #expect(Entropy.binary(0.5) == 1)
    for x in [1e-300, 1e-18, 1e-9, 0.01, 0.11, 0.3] {
      // h(x) = x (1 − ln x)/ln 2 to first order.
      if x < 1e-8 {
        let expected = x * (1 - Double.log(x)) / Double.log(2.0)
        #expect(abs(Entropy.binary(x) / expected - 1) < 1e-8)
      } else {
        #expect(abs(Entropy.binary(x) - Entropy.binary(1 - x)) < 1e-15)
      }
    }
    for x in [-1.0, 0, 1, 2, .nan, .infinity] { #expect(Entropy.binary(x) == 0) }
  }

  @Test func `the thermal entropy has no cancellation at either end`() {
    // g(n) → log₂(e n) for large n, n log₂(e/n) for small ones.
    #expect(abs(Entropy.thermal(1e12) - Double.log2(Double.exp(1) * 1e12)) < 1e-11)
    let small = 1e-12
    #expect(
      abs(Entropy.thermal(small) / (small * Double.log2(Double.exp(1) / small)) - 1) < 1e-11)
    #expect(Entropy.thermal(1) == 2)
    #expect(Entropy.symplectic(1) == 0 && Entropy.symplectic(0.999) == 0)
  }
}

struct ClampingTests {
  @Test func `what is no number is the worst there is`() {
    for value in [Double.nan, -1, -.infinity, .infinity] {
      #expect(Clamping.length(value) == 0)
      #expect(Clamping.errorBound(value) == 0.5)
    }
    #expect(Clamping.errorBound(0) == 0 && Clamping.errorBound(0.6) == 0.5)
    #expect(Clamping.length(3.5) == 3.5 && Clamping.yield(-2) == 0)
  }
}

struct BesselDifferenceTests {
  @Test(arguments: [(1e-8, 2.5e-17), (0.5, 0.06348337074), (2, 1.2795853023), (10, 2814.716628)])
  func `I0 minus one keeps its digits`(x: Double, expected: Double) {
    #expect(abs(besselI0MinusOne(x) / expected - 1) < 1e-9)
  }
}

struct TailBoundTests {
  @Test func `the Gaussian quantile inverts erfc far into the tail`() {
    #expect(abs(TailBounds.gaussianQuantile(twoSided: 1e-10) - 6.466951) < 1e-6)
    for exponent in [-1.0, -3, -20, -100, -290] {
      let epsilon = Double.exp10(exponent)
      let z = TailBounds.gaussianQuantile(twoSided: epsilon)
      #expect(abs(Double.erfc(z / Double.sqrt(2)) / epsilon - 1) < 1e-9)
    }
  }

  @Test(arguments: [1.0, 10, 1e4, 1e9], [1.0, 20, 100])
  func `Chernoff intervals hold the count and solve their equation`(count: Double, target: Double) {
    let (low, high) = TailBounds.chernoff(count, logInverseFailure: target)
    #expect(low < count && count < high && low >= 0)
    for end in [low, high] {
      let value = end - count + count * Double.log(count / end)
      #expect(abs(value - target) < 1e-6 * (1 + target) + 1e-7 * count)
    }
  }

  @Test func `an interval of no count reaches from nothing to the logarithm`() {
    let (low, high) = TailBounds.chernoff(0, logInverseFailure: 20)
    #expect(low == 0 && high == 20)
  }

  @Test func `sampling deviations vanish with the rate and shrink with the sample`() {
    #expect(TailBounds.samplingDeviation(20, rate: 0, sample: 100, rest: 100) == 0)
    let small = TailBounds.samplingDeviation(20, rate: 0.02, sample: 1e4, rest: 1e6)
    let large = TailBounds.samplingDeviation(20, rate: 0.02, sample: 1e8, rest: 1e10)
    #expect(small > 50 * large && large > 0)
  }
}

struct EpsilonLedgerTests {
  @Test func `what may fail adds up`() throws {
    var ledger = EpsilonLedger()
    try ledger.add("correctness", 1e-15, as: .failureProbability)
    try ledger.add("secrecy", 1e-9, as: .traceDistance)
    try ledger.add("authentication", 1e-12, as: .failureProbability, count: 10)
    #expect(abs(ledger.total - (1e-9 + 1e-11 + 1e-15)) < 1e-24)
    #expect(ledger.definition == .traceDistance)
  }

  @Test(arguments: EpsilonDefinition.allCases, EpsilonDefinition.allCases)
  func `definitions that do not mix are refused both ways`(
    first: EpsilonDefinition, second: EpsilonDefinition
  ) {
    func adds(_ a: EpsilonDefinition, _ b: EpsilonDefinition) -> Bool {
      var ledger = EpsilonLedger()
      do {
        try ledger.add("first", 1e-9, as: a)
        try ledger.add("second", 1e-9, as: b)
        return true
      } catch {
        return false
      }
    }
    #expect(adds(first, second) == adds(second, first))
    let composable: Set<EpsilonDefinition> = [.traceDistance, .failureProbability]
    #expect(adds(first, second) == (composable.contains(first) && composable.contains(second)))
  }

  @Test(arguments: [-1, 2, Double.nan]) func `an epsilon is a probability`(value: Double) {
    var ledger = EpsilonLedger()
    #expect(throws: Diagnostic.self) { try ledger.add("x", value, as: .traceDistance) }
  }
}
