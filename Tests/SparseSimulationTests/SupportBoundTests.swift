import DenseSimulation
import Numerics
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// The bound from the gates is never below what a run has.
struct SupportBoundTests {
  private let options = SimulationOptions(threads: 2)

  private func bound(of circuit: Circuit) throws -> SupportBound {
    SupportBound.bound(
      of: try SparseSimulator().compiled(for: circuit, options: options).program(.sampling))
  }

  /// Runs a shot for each of some seeds; none may have more than the bound.
  private func check(_ circuit: Circuit, seeds: Range<UInt64> = 0..<3) throws {
    let compiled = try SparseSimulator().compiled(for: circuit, options: options)
    let (program, live) = (compiled.program(.sampling), compiled.liveQubits)
    let bound = SupportBound.bound(of: program)
    for seed in seeds {
      let run = try SparseRun(
        program, of: circuit, liveQubits: live, shots: 1, seed: seed, options: options,
        request: SparseRequest())
      try run.run()
      #expect(Double.log2(Double(run.mostAmplitudes)) <= bound.amplitudeBits)
      #expect(run.budget.peak <= bound.bytes)
    }
  }

  @Test func `qubits reset to a superposition count`() throws {
    for gate: Gate in [.resetX, .resetY] {
      var circuit = Circuit(qubitCount: 12)
      for qubit in 0..<12 { circuit.append(gate, qubit) }
      for qubit in 0..<12 { circuit.append(.t, qubit) }
      for qubit in 1..<12 { circuit.append(.cx, qubit - 1, qubit) }
      circuit.append(.m, targets: (0..<12).map { .qubit($0) })
      #expect(try bound(of: circuit).amplitudeBits >= 12)
      try check(circuit)
    }
  }

  @Test func `groups that a loop joins at its second turn count`() throws {
    // At the first turn every cz finds qubits that are 0.
    var circuit = Circuit(qubitCount: 13, bitCount: 13)
    circuit.appendWhile(.unary(.logicalNot, .bit(12))) { body in
      for qubit in 0..<11 { body.append(.cz, qubit, qubit + 1) }
      for qubit in 0..<12 { body.append(.rx, [0.4], qubit) }
      body.append(.reset, 12)
      body.append(.ry, [0.8], 12)
      body.append(.m, targets: [.qubit(12), .bit(12)])
    }
    circuit.append(.m, targets: (0..<12).map { .qubit($0) })
    #expect(try bound(of: circuit).amplitudeBits >= 12)
    try check(circuit, seeds: 0..<12)
  }

  @Test func `a group that is filled up with zeros counts as it is stored`() throws {
    // 2^10 amplitudes of 12 qubits, in a group that the bound thinks has two more.
    var circuit = Circuit(qubitCount: 14)
    for qubit in 0..<10 { circuit.append(.ry, [0.5], qubit) }
    for qubit in 10..<14 { circuit.append(.cx, qubit - 10, qubit) }
    for qubit in 1..<10 { circuit.append(.cz, qubit - 1, qubit) }
    circuit.append(.cx, 2, 12)
    circuit.append(.cx, 3, 13)
    circuit.append(.ry, [0.3], 0)
    circuit.append(.cx, 0, 10)
    circuit.append(.m, targets: (0..<14).map { .qubit($0) })
    try check(circuit)
  }

  @Test func `random programs with resets, loops and noise stay below the bound`() throws {
    forAll(931, count: 25) { rng in
      let qubits = Int.random(in: 10...14, using: &rng)
      var circuit = Circuit(qubitCount: qubits, bitCount: 2)
      let hasLoop = Bool.random(using: &rng)
      func add(_ count: Int, to circuit: inout Circuit) {
        for _ in 0..<count {
          let q = RandomCircuits.distinct(3, of: qubits, using: &rng)
          switch Int.random(in: 0..<16, using: &rng) {
          case 0...2: circuit.append(.ry, [rng.uniform() * 3], q[0])
          case 3...4: circuit.append(.cx, q[0], q[1])
          case 5...6: circuit.append(.cz, q[0], q[1])
          case 7: circuit.append(.ccx, q[0], q[1], q[2])
          case 8: circuit.append(.cry, [rng.uniform() * 3], q[0], q[1])
          case 9: circuit.append(.swap, q[0], q[1])
          case 10:
            circuit.append([.reset, .resetX, .resetY].randomElement(using: &rng)!, q[0])
          case 11:
            circuit.append(
              [.m, .mx, .mr, .mrx].randomElement(using: &rng)!, targets: [.qubit(q[0]), .bit(0)])
          case 12: circuit.append(.mxx, q[0], q[1])
          case 13: circuit.append(.amplitudeDamping, [0.3], q[0])
          case 14: circuit.append(.depolarize2, [0.3], q[0], q[1])
          default: circuit.append(.x, q[0])
          }
        }
      }
      add(20, to: &circuit)
      if hasLoop {
        circuit.appendWhile(.unary(.logicalNot, .bit(1))) { body in
          add(12, to: &body)
          body.append(.reset, 0)
          body.append(.ry, [1.5], 0)
          body.append(.m, targets: [.qubit(0), .bit(1)])
        }
      } else {
        circuit.appendIf(.bit(0)) {
          add(10, to: &$0)
        } else: {
          add(10, to: &$0)
        }
      }
      add(10, to: &circuit)
      circuit.append(.m, targets: (0..<qubits).map { .qubit($0) })
      try check(circuit)
    }
  }
}
