import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

/// Circuits of blocks inside blocks, with departures of every kind and error chains that cross
/// their borders.
private struct NestedCircuit {
  private(set) var circuit = Circuit(qubitCount: 3, bitCount: 3)
  /// Results that may still be recorded: each doubles what the reference has to follow.
  private var recordsLeft = 7

  init(using rng: inout PhiloxGenerator) {
    for q in 0..<3 { circuit.append(.ry, [rng.uniform() * 3], q) }
    appendNodes(4, turns: 1, loops: 0, depth: 0, &rng)
    appendMeasurement(turns: 1, &rng)
    appendNodes(2, turns: 1, loops: 0, depth: 2, &rng)
    for q in 0..<2 { circuit.append(.m, targets: [.qubit(q), .bit(q)]) }
  }

  private mutating func appendNodes(
    _ count: Int, turns: Int, loops: Int, depth: Int, _ rng: inout PhiloxGenerator
  ) {
    for _ in 0..<count { appendNode(turns: turns, loops: loops, depth: depth, &rng) }
  }

  private mutating func appendNode(
    turns: Int, loops: Int, depth: Int, _ rng: inout PhiloxGenerator
  ) {
    let q = RandomCircuits.distinct(3, of: 3, using: &rng)
    let condition = ClassicalExpression.bits(start: Int.random(in: 0..<3, using: &rng), count: 1)
    switch Int.random(in: 0..<(depth < 3 ? 12 : 8), using: &rng) {
    case 0, 1: appendMeasurement(turns: turns, &rng)
    case 2:
      circuit.append(
        .correlatedError, arguments: [0.4], targets: [.pauli(.x, q[0]), .pauli(.z, q[1])])
    case 3:
      circuit.append(
        .elseCorrelatedError, arguments: [0.5], targets: [.pauli(.y, q[0]), .pauli(.x, q[2])])
    case 4:
      circuit.appendAssign(
        .binary(.bitwiseXor, condition, .literal(.integer(1))),
        to: .bits(start: Int.random(in: 0..<3, using: &rng), count: 1))
    case 5:
      guard loops > 0 else { return circuit.append(.cx, q[0], q[1]) }
      let levels = Int.random(in: 1...loops, using: &rng)
      let departure: Departure =
        [.endLoop(levels: levels), .nextTurn(levels: levels), .halt].randomElement(using: &rng)!
      circuit.appendIf(condition) { $0.appendLeave(departure) }
    case 6: circuit.append(.reset, q[0])
    case 7: circuit.append(.h, q[0])
    case 8, 9:
      let count = Int.random(in: 1...3, using: &rng)
      let outer = circuit.beginBlock()
      appendNodes(3, turns: turns * count, loops: loops + 1, depth: depth + 1, &rng)
      circuit.appendRepeat(UInt64(count), body: circuit.endBlock(returningTo: outer))
    default:
      let outer = circuit.beginBlock()
      appendNodes(2, turns: turns, loops: loops, depth: depth + 1, &rng)
      let then = circuit.endBlock(returningTo: outer)
      _ = circuit.beginBlock()
      appendNodes(1, turns: turns, loops: loops, depth: depth + 1, &rng)
      let otherwise = circuit.endBlock(returningTo: outer)
      circuit.appendBranch(condition, then: then, otherwise: otherwise)
    }
  }

  private mutating func appendMeasurement(turns: Int, _ rng: inout PhiloxGenerator) {
    guard turns <= recordsLeft else { return }
    recordsLeft -= turns
    let q = RandomCircuits.distinct(2, of: 3, using: &rng)
    let bit = Target.bit(Int.random(in: 0..<3, using: &rng))
    switch Int.random(in: 0..<4, using: &rng) {
    case 0: circuit.append(.mr, targets: [.qubit(q[0], inverted: true), bit])
    case 1:
      // Twice the same qubit: the product is Z on the other one.
      circuit.append(
        .mpp,
        targets: [
          .pauli(.x, q[0]), .combiner, .pauli(.z, q[1], inverted: true), .combiner,
          .pauli(.x, q[0]), bit,
        ])
    case 2: circuit.append(.heraldedErase, [0.5], q[0])
    default:
      circuit.append(.m, arguments: [0.125], targets: [.qubit(q[0]), bit])
    }
  }
}

struct ControlFlowTests {
  private let simulator = StateVectorSimulator()

  @Test func `nested blocks, departures and error chains follow the reference`() {
    forAll(51, count: 80) { rng in
      let circuit = NestedCircuit(using: &rng).circuit
      let run = try simulator.run(
        circuit, shots: 3000, seed: rng.next(), options: SimulationOptions())
      expectSamples(run, match: try ReferenceSimulator.distribution(of: circuit))
    }
  }

  @Test func `memory for one state, threads and fusion change no shot of nested blocks`() {
    forAll(52, count: 30) { rng in
      let circuit = NestedCircuit(using: &rng).circuit
      let all = try simulator.run(circuit, shots: 500, seed: 3, options: SimulationOptions())
      let live = UInt64(1) << UInt64(StateVectorSimulator.liveQubits(of: circuit).count)
      for states: UInt64 in [1, 2] {
        let cramped = try TestRuns.run(
          circuit, shots: 500, seed: 3, stateLimit: 16 * live * states)
        #expect(cramped.record == all.record && cramped.bits == all.bits)
      }
      let other = try simulator.run(
        circuit, shots: 500, seed: 3, options: SimulationOptions(threads: 2, fusesGates: false))
      #expect(other.record == all.record && other.bits == all.bits)
    }
  }

  /// The measurements at the end are drawn apart from the steps before them: an early end has none
  /// of them.
  @Test func `a circuit that ends early measures nothing more`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 2)
    circuit.append(.h, 0)
    circuit.measure(0, into: 0)
    circuit.appendIf(.bits(start: 0, count: 1)) { $0.appendLeave(.halt) }
    circuit.append(.ry, [1.1], 1)
    circuit.append(.m, targets: [.qubit(0, inverted: true), .bit(1)])
    circuit.append(.m, 1)
    circuit.appendAssign(.literal(.integer(1)), to: .bits(start: 0, count: 1))
    let run = try simulator.run(circuit, shots: 5000, seed: 1, options: SimulationOptions())
    expectSamples(run, match: try ReferenceSimulator.distribution(of: circuit))
    let both = BitVector([true, true])
    #expect(run.bits.counts()[both] ?? 0 > 2000)
    #expect(run.bits.counts()[BitVector([true, false])] ?? 0 > 2000)
  }

  @Test func `repeated classical steps are not written out without end`() throws {
    var circuit = Circuit(qubitCount: 1, bitCount: 1)
    circuit.appendRepeat(20_000) { outer in
      outer.appendRepeat(20_000) { inner in
        inner.appendAssign(.literal(.integer(1)), to: .bits(start: 0, count: 1))
      }
    }
    let program = try ProgramCompiler.compile(
      circuit, live: LiveQubits(of: circuit), options: SimulationOptions(), tail: .sampling)
    #expect(program.steps.count < 50_000)
  }

  @Test func `a power of a gate keeps the norm`() throws {
    var circuit = Circuit(qubitCount: 3)
    circuit.appendRepeat(1_000_000_000_001) { $0.append(.h, 0) }
    circuit.appendRepeat(1_000_000_000_000_000) { body in
      body.append(.rx, [0.3], 1)
      body.append(.cx, 1, 2)
    }
    let state = try simulator.finalState(of: circuit, as: Double.self).state
    #expect(abs(state.norm - 1) < 1e-12)
    #expect(abs(state.probabilityOfOne(0) - 0.5) < 1e-12)
  }

  @Test func `thousands of gates in single precision can be taken back`() throws {
    var rng = PhiloxGenerator(seed: 61)
    var circuit = Circuit(qubitCount: 6)
    var angles: [(Gate, Double, [Int])] = []
    for _ in 0..<3000 {
      let gate: Gate = [.rx, .ry, .rz, .rzz, .rxx].randomElement(using: &rng)!
      let qubits = RandomCircuits.distinct(gate.definition.qubitCount!, of: 6, using: &rng)
      angles.append((gate, rng.uniform() * 6, qubits))
    }
    for (gate, angle, qubits) in angles {
      circuit.append(gate, arguments: [angle], targets: qubits.map { .qubit($0) })
    }
    for (gate, angle, qubits) in angles.reversed() {
      circuit.append(gate, arguments: [-angle], targets: qubits.map { .qubit($0) })
    }
    for q in 0..<6 { circuit.measure(q) }
    // In the middle too: the collapse brings the norm back to 1.
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 1)
    circuit.measure(0, 1)
    circuit.append(.h, 2)
    for fuses in [true, false] {
      let options = SimulationOptions(precision: .single, fusesGates: fuses)
      let counts = try simulator.sample(circuit, shots: 2000, seed: 1, options: options).counts()
      let zeros = [Bool](repeating: false, count: 8)
      let ones = zeros.dropLast(2) + [true, true]
      #expect(Set(counts.keys) == [BitVector(zeros), BitVector(ones)])
      let state = try simulator.finalState(of: circuit, as: Float.self, options: options).state
      #expect(abs(state.norm - 1) < 1e-3)
    }
  }

  /// Measurements of |+⟩ in the middle and at the end, next to each other in a shot and in
  /// neighbouring shots.
  @Test func `all random numbers of a run are independent`() throws {
    var circuit = Circuit(qubitCount: 2)
    for _ in 0..<4 {
      circuit.append(.h, 0)
      circuit.measure(0)
      circuit.append(.reset, 0)
    }
    circuit.append(.h, 0, 1)
    circuit.append(.xError, [0.5], 1)
    circuit.append(.mx, arguments: [0.5], targets: [.qubit(1)])
    circuit.measure(0)
    let shots = 1 << 14
    let table = try simulator.sample(
      circuit, shots: shots, seed: 5, options: SimulationOptions()
    ).table
    for a in 0..<table.columnCount {
      for b in 0..<table.columnCount {
        for lag in 0...2 where lag > 0 || a < b {
          let count = shots - lag
          let agreements = (0..<count).count { table[$0, a] == table[$0 + lag, b] }
          expectRate(agreements, of: count, is: 0.5, within: 5)
        }
      }
    }
  }

  @Test func `no shots and no qubits are no error`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 1)
    circuit.append(.mpad, targets: [.qubit(1)])
    let none = try simulator.run(circuit, shots: 0, seed: 1, options: SimulationOptions())
    #expect(none.record.shotCount == 0 && none.bits.shotCount == 0 && none.bits.counts().isEmpty)
    let some = try simulator.run(circuit, shots: 3, seed: 1, options: SimulationOptions())
    #expect(some.record.counts() == [BitVector([true]): 3])
    let empty = try simulator.run(Circuit(), shots: 4, seed: 1, options: SimulationOptions())
    #expect(empty.record.counts() == [BitVector(count: 0): 4])
  }
}
