import Foundation
import QSim
import TestSupport
import Testing

/// Every conversion of the circuits at hand is read again and is the same circuit.
struct CorpusConversionTests {
  private static let formats: [CircuitFormat] = [.openQASM2, .openQASM3, .stim]

  /// What languages cannot say, so that a conversion may be refused.
  private static let reasons = [
    "noise", "with errors", "condition", "computation", "variables", "loop", "leaving", "sweep",
    "else", "conditional", "running", "control flow", "results in", "depends", "constant result",
    "across control flow", "measurement before",
  ]

  /// The circuit after a conversion; `nil` if the language cannot say it.
  private func rewritten(_ circuit: Circuit, _ format: CircuitFormat) throws -> Circuit? {
    let text: String
    do {
      text = try circuit.text(as: format)
    } catch {
      #expect(Self.reasons.contains { error.message.contains($0) }, "\(error.message)")
      return nil
    }
    return try CircuitFile.parse(text, format: format).circuit
  }

  /// Counts of the bits that a circuit had before it was rewritten: bits without a name come last,
  /// and split registers are the same bits.
  private func counts(
    of samples: Samples, _ again: Circuit, from circuit: Circuit
  ) -> [String: Int] {
    let visible = circuit.bitRegisters.reduce(0) { $0 + $1.count }
    var counts: [String: Int] = [:]
    for (bits, count) in samples.counts() {
      let key = BitOrder.qiskit.key(of: bits, registers: again.bitRegisters)
      counts[String(key.filter { $0 != " " }.suffix(visible)), default: 0] += count
    }
    return counts
  }

  @Test(arguments: CircuitCase.examples + CircuitCase.idioms)
  func `examples and idioms keep their distribution`(example: CircuitCase) throws {
    let circuit = try example.parse().circuit
    for format in Self.formats {
      guard let again = try rewritten(circuit, format) else { continue }
      #expect(again.measurementCount == circuit.measurementCount || format != .stim)
      guard let distribution = example.expected.distribution, format != .stim,
        example.expected.language != "stim"
      else { continue }
      let samples = try CircuitDistributionTests.simulator(for: again).sample(
        again, shots: 4000, seed: 22, options: SimulationOptions(threads: 2))
      let counts = counts(of: samples, again, from: circuit)
      let expected = Dictionary(
        distribution.map { ($0.key.filter { $0 != " " }, $0.value) }, uniquingKeysWith: +)
      expectCounts(counts, match: expected, "\(format)")
    }
  }

  @Test(arguments: StateVectorCase.all, formats)
  func `gates and modifiers keep their state`(fixture: StateVectorCase, format: CircuitFormat)
    throws
  {
    let circuit = try CircuitFile.parse(
      fixture.qasm, format: CircuitFormat(rawValue: fixture.language)!
    ).circuit
    guard let again = try rewritten(circuit, format) else { return }
    #expect(try fixture.distance(of: again, in: Double.self) < 1e-9)
  }

  @Test func `benchmark algorithms are read again after every conversion`() throws {
    for (index, benchmark) in BenchmarkCase.all.enumerated() {
      let circuit = try CircuitFile.parse(
        benchmark.qasm, format: CircuitFormat(rawValue: benchmark.language)!
      ).circuit
      for format in Self.formats {
        guard let again = try rewritten(circuit, format) else { continue }
        #expect(again.qubitCount <= circuit.qubitCount)
        // Distributions of some, for the time that sampling takes.
        guard index % 12 == 0, format != .stim, benchmark.measured else { continue }
        let samples = try StateVectorSimulator().sample(
          again, shots: 4000, seed: 5, options: SimulationOptions(threads: 2))
        let counts = counts(of: samples, again, from: circuit)
        let expected = Dictionary(
          benchmark.distribution.map { ($0.key.filter { $0 != " " }, $0.value) },
          uniquingKeysWith: +)
        expectCounts(counts, match: expected, "\(benchmark.name) \(format)")
      }
    }
  }
}
