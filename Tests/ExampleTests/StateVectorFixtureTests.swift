import Foundation
import QSim
import TestSupport
import Testing

/// A circuit with its final state, worked out by Qiskit or from the specification's matrices; see
/// PROVENANCE.md.
struct StateVectorCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let language: String
  let qasm: String
  let qubits: Int
  let re: [Double]
  let im: [Double]
  var testDescription: String { name }

  static let all: [StateVectorCase] = ["qasm2", "qasm3"].flatMap { language in
    (try? JSONLines.load("Tests/Fixtures/statevectors/\(language).jsonl", as: StateVectorCase.self))
      ?? []
  }

  func distance<S: Scalar>(in precision: S.Type) throws -> Double {
    try distance(
      of: CircuitFile.parse(qasm, format: CircuitFormat(rawValue: language)!).circuit,
      in: precision)
  }

  /// How far the final state of a circuit is from this one.
  func distance<S: Scalar>(of circuit: Circuit, in precision: S.Type) throws -> Double {
    let final: StateVectorSimulator.FinalState<S> = try StateVectorSimulator().finalState(
      of: circuit, seed: 1, options: SimulationOptions())
    // Amplitudes of the live qubits only: the others are 0 in every basis state that has weight.
    var state = [Complex<Double>](repeating: .zero, count: 1 << qubits)
    for (index, amplitude) in final.state.amplitudes.enumerated() {
      let spread = final.liveQubits.enumerated().reduce(0) {
        $0 | (index >> $1.offset & 1) << $1.element
      }
      state[spread] = Complex(Double(amplitude.real), Double(amplitude.imaginary))
    }
    let expected = zip(re, im).map { Complex($0, $1) }
    return ComplexMatrix(rowCount: 1, columnCount: expected.count, elements: state)
      .distanceUpToPhase(
        to: ComplexMatrix(rowCount: 1, columnCount: expected.count, elements: expected))
  }
}

/// Files of one JSON object a line.
enum JSONLines {
  static func load<T: Decodable>(_ path: String, as type: T.Type) throws -> [T] {
    let decoder = JSONDecoder()
    return try String(contentsOf: Repository.url(path), encoding: .utf8)
      .split(separator: "\n").map { try decoder.decode(type, from: Data($0.utf8)) }
  }
}

struct StateVectorFixtureTests {
  @Test func `the fixtures are there`() { #expect(StateVectorCase.all.count >= 300) }

  @Test(arguments: StateVectorCase.all)
  func `final states are those of Qiskit and the specification`(fixture: StateVectorCase) throws {
    #expect(try fixture.distance(in: Double.self) < 1e-10)
    #expect(try fixture.distance(in: Float.self) < 1e-4)
  }
}

/// An algorithm of MQT Bench with its exact outcome distribution; see PROVENANCE.md.
struct BenchmarkCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let language: String
  let measured: Bool
  let complete: Bool
  let qasm: String
  let distribution: [String: Double]
  var testDescription: String { "\(name) \(language)" }

  static let all: [BenchmarkCase] = ["qasm2", "qasm3"].flatMap { language in
    (try? JSONLines.load("Tests/Fixtures/mqt/\(language).jsonl", as: BenchmarkCase.self)) ?? []
  }
}

struct BenchmarkDistributionTests {
  @Test func `the fixtures are there`() { #expect(BenchmarkCase.all.count >= 150) }

  @Test(arguments: BenchmarkCase.all)
  func `benchmark algorithms give their exact distribution`(benchmark: BenchmarkCase) throws {
    var circuit = try CircuitFile.parse(
      benchmark.qasm, format: CircuitFormat(rawValue: benchmark.language)!
    ).circuit
    if !benchmark.measured {
      let bits = circuit.declareBits("all", count: circuit.qubitCount)
      for qubit in 0..<circuit.qubitCount { circuit.measure(qubit, into: bits.lowerBound + qubit) }
    }
    let samples = try StateVectorSimulator().sample(
      circuit, shots: 20_000, seed: 5, options: SimulationOptions(threads: 2))
    var counts: [String: Int] = [:]
    for (bits, count) in samples.counts() {
      var key = BitOrder.qiskit.key(of: bits, registers: circuit.bitRegisters)
      if !benchmark.measured { key = String(key.split(separator: " ")[0]) }
      counts[key, default: 0] += count
    }
    expectCounts(counts, match: benchmark.distribution)
  }
}
