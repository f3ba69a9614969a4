import DenseSimulation
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// Work counted at two sizes: what has few amplitudes takes work in proportion to its gates.
struct SparseGrowthTests {
  private static let families: [String: @Sendable (Int) -> Circuit] = [
    "damped": { n in
      var circuit = Circuit(qubitCount: n)
      for qubit in 0..<n { circuit.append(.ry, [0.4], qubit) }
      for qubit in 0..<n { circuit.append(.amplitudeDamping, [0.1], qubit) }
      circuit.append(.m, targets: (0..<n).map { .qubit($0) })
      return circuit
    },
    "ghz": { n in
      var circuit = Circuit(qubitCount: n)
      circuit.append(.h, 0)
      for qubit in 1..<n { circuit.append(.cx, qubit - 1, qubit) }
      for qubit in 0..<n { circuit.append(.t, qubit) }
      circuit.append(.m, targets: (0..<n).map { .qubit($0) })
      return circuit
    },
    "unmade ghz": { n in
      var circuit = Circuit(qubitCount: n)
      circuit.append(.h, 0)
      for qubit in 1..<n { circuit.append(.cx, qubit - 1, qubit) }
      circuit.append(.t, 0)
      for qubit in (1..<n).reversed() { circuit.append(.cx, qubit - 1, qubit) }
      circuit.append(.m, targets: (0..<n).map { .qubit($0) })
      return circuit
    },
  ]

  private static func work(_ circuit: Circuit) throws -> (run: UInt64, bound: UInt64) {
    let options = SimulationOptions(threads: 1)
    let compiled = try SparseSimulator().compiled(for: circuit, options: options)
    let (program, live) = (compiled.program(.sampling), compiled.liveQubits)
    let run = try SparseRun(
      program, of: circuit, liveQubits: live, shots: 1, seed: 1, options: options,
      request: SparseRequest())
    try run.run()
    return (run.work, SupportBound.bound(of: program).work)
  }

  @Test(arguments: ["damped", "ghz", "unmade ghz"])
  func `work is in proportion to the qubits`(family: String) throws {
    let make = try #require(Self.families[family])
    let (small, large) = (try Self.work(make(400)), try Self.work(make(800)))
    #expect(small.run > 0 && Double(large.run) < 2.3 * Double(small.run))
    #expect(small.bound > 0 && Double(large.bound) < 2.3 * Double(small.bound))
  }
}
