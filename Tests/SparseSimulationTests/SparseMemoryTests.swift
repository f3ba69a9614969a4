import DenseSimulation
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// Amplitudes and results share one limit.
struct SparseMemoryTests {
  private static func circuit(_ qubits: Int) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for qubit in 0..<qubits { circuit.append(.ry, [0.4], qubit) }
    for qubit in 1..<qubits { circuit.append(.cz, qubit - 1, qubit) }
    for qubit in 0..<qubits { circuit.append(.ry, [0.4], qubit) }
    circuit.append(.m, 0)
    circuit.append(.ry, [0.4], 0)
    circuit.append(.m, targets: (0..<qubits).map { .qubit($0) })
    return circuit
  }

  @Test func `what a run may take stays below the limit`() throws {
    let circuit = Self.circuit(20)
    let plan = try SparseSimulator.plan(for: circuit, options: SimulationOptions())
    for shots in [1, 1000, 100_000] {
      for limit: UInt64 in [200 << 20, 1 << 30] {
        let options = SimulationOptions(threads: 2, memoryLimit: limit)
        let task = RunTask.samples(shots: shots, keepsRecord: true)
        let bound = plan.memory(of: circuit, task, options: options, limit: limit)
        #expect(bound.mostBytes <= limit && bound.resultBytes >= UInt64(shots) * 72)
      }
    }
  }

  @Test func `counting is bounded by the results that there can be`() throws {
    func resultBytes(_ change: (inout Circuit) -> Void) throws -> UInt64 {
      var circuit = Circuit(qubitCount: 200)
      circuit.append(.h, 0)
      for qubit in 1..<200 { circuit.append(.cx, qubit - 1, qubit) }
      change(&circuit)
      circuit.append(.m, targets: (0..<200).map { .qubit($0) })
      let task = RunTask.samples(shots: 1_000_000, keepsRecord: true)
      let plan = try SparseSimulator.plan(for: circuit)
      return plan.memory(of: circuit, task, options: SimulationOptions(), limit: nil).resultBytes
    }
    // Two results: rows of 32 bytes and their order. Others may have a text for every shot.
    #expect(try resultBytes { _ in } < 120_000_000)
    #expect(try resultBytes { $0.append(.xError, [0.1], 5) } > 900_000_000)
    #expect(
      try resultBytes { circuit in (0..<200).forEach { circuit.append(.h, $0) } } > 900_000_000)
    // Ten qubits that are turned by themselves have 2¹¹ results.
    let some = try resultBytes { circuit in
      for qubit in 0..<10 { circuit.append(.h, qubit) }
    }
    #expect(some > 80_000_000 && some < 130_000_000, "\(some)")
  }

  @Test func `amplitudes have what results leave of the limit`() throws {
    let circuit = Self.circuit(16)
    func run(_ shots: Int, _ limit: UInt64) throws {
      _ = try SparseSimulator().run(
        circuit, shots: shots, seed: 1, options: SimulationOptions(threads: 1, memoryLimit: limit))
    }
    try run(10, 16 << 20)
    // The results of 200,000 shots are 14 MiB.
    #expect {
      try run(200_000, 16 << 20)
    } throws: { error in
      guard let obstacle = error as? Obstacle,
        case .memory(let required, 16 << 20) = obstacle.kind
      else { return false }
      return required > 16 << 20
    }
  }

  @Test func `results that leave nothing are refused before the run`() throws {
    #expect {
      _ = try SparseSimulator().run(
        Self.circuit(4), shots: 13_000, seed: 1,
        options: SimulationOptions(threads: 1, memoryLimit: 1 << 20))
    } throws: { error in
      guard let obstacle = error as? Obstacle else { return false }
      return obstacle.hint == "try fewer shots" && obstacle.message.contains("gates and results")
    }
  }

  @Test func `the record has rows only where it is wanted`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 1)
    circuit.append(.h, 0)
    circuit.append(.m, targets: [.qubit(0), .bit(0)])
    let options = SimulationOptions(threads: 1)
    let both = try SparseSimulator().run(circuit, shots: 20, seed: 3, options: options)
    let bits = try SparseSimulator().compiled(for: circuit, options: options).run(
      shots: 20, seed: 3, keepsRecord: false)
    #expect(both.record.table.rowCount == 20 && bits.record.table.rowCount == 0)
    #expect(both.bits == bits.bits)
  }
}
