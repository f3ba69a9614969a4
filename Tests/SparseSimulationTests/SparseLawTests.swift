import DenseSimulation
import Numerics
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// The sparse engine against the state vector and the reference, on random circuits over the whole
/// catalog.
struct SparseLawTests {
  private let options = SimulationOptions(threads: 2)

  @Test func `random circuits give the amplitudes of the state vector`() throws {
    forAll(901, count: 150) { rng in
      let qubits = Int.random(in: 1...8, using: &rng)
      let count = Int.random(in: 1...40, using: &rng)
      let circuit = RandomCircuits.gates(qubits: qubits, count: count, using: &rng)
      let dense = try StateVectorSimulator().finalState(
        of: circuit, as: Double.self, options: options)
      let sparse = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
      #expect(sparse.liveQubits == dense.liveQubits)
      let amplitudes = try sparse.stateVector(as: Double.self).amplitudes
      let error = amplitudes.indices.reduce(0) {
        max($0, (amplitudes[$1] - dense.state[$1]).length)
      }
      #expect(error < 1e-12)
    }
  }

  @Test(arguments: Gate.unitaryGates) func `every gate acts as on the state vector`(gate: Gate)
    throws
  {
    guard let size = gate.definition.qubitCount else { return }
    forAll(UInt64(gate.rawValue), count: 6) { rng in
      let qubits = size + 2
      // On basis states, on products and on entangled states.
      var circuit = Circuit(qubitCount: qubits)
      for qubit in 0..<qubits {
        switch Int.random(in: 0..<4, using: &rng) {
        case 0: circuit.append(.x, qubit)
        case 1: circuit.append(.ry, [rng.uniform() * 6], qubit)
        case 2: circuit.append(.h, qubit)
        default: break
        }
      }
      if Bool.random(using: &rng) {
        for qubit in 1..<qubits { circuit.append(.cx, qubit - 1, qubit) }
      }
      let places = RandomCircuits.distinct(size + 1, of: qubits, using: &rng)
      let controls = Int.random(in: 0...1, using: &rng)
      circuit.append(
        gate, arguments: RandomCircuits.angles(gate, using: &rng),
        targets: places.prefix(size + controls).enumerated().map {
          .qubit($0.element, inverted: $0.offset < controls && Bool.random(using: &rng))
        }, controlCount: controls)
      let dense = try StateVectorSimulator().finalState(
        of: circuit, as: Double.self, options: options)
      let amplitudes = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
        .stateVector(as: Double.self).amplitudes
      let error = amplitudes.indices.reduce(0) {
        max($0, (amplitudes[$1] - dense.state[$1]).length)
      }
      #expect(error < 1e-13)
    }
  }

  @Test func `shots of unitary circuits are those of the state vector`() throws {
    forAll(902, count: 60) { rng in
      let qubits = Int.random(in: 1...8, using: &rng)
      var circuit = RandomCircuits.gates(qubits: qubits, count: 25, using: &rng)
      let bases: [Gate] = [.m, .mx, .my]
      for qubit in 0..<qubits { circuit.append(bases.randomElement(using: &rng)!, qubit) }
      let dense = try StateVectorSimulator().run(circuit, shots: 500, seed: 7, options: options)
      let sparse = try SparseSimulator().run(circuit, shots: 500, seed: 7, options: options)
      #expect(sparse.record == dense.record)
    }
  }

  @Test func `measurements, feedback and noise draw from the exact distribution`() throws {
    forAll(903, count: 60) { rng in
      let qubits = Int.random(in: 2...4, using: &rng)
      var circuit = RandomCircuits.dynamic(
        qubits: qubits, count: 14, withNoise: Bool.random(using: &rng), using: &rng)
      RandomCircuits.appendNoise(to: &circuit, count: 3, using: &rng)
      for _ in 0..<4 { RandomCircuits.appendGate(to: &circuit, qubits: qubits, using: &rng) }
      circuit.append(
        [.m, .mx, .my].randomElement(using: &rng)!, targets: (0..<qubits).map { .qubit($0) })
      let exact = try ReferenceSimulator.distribution(of: circuit)
      let run = try SparseSimulator().run(circuit, shots: 4000, seed: 11, options: options)
      expectSamples(run, match: exact)
    }
  }

  @Test func `measurements and feedback draw what the state vector draws`() throws {
    forAll(904, count: 80) { rng in
      let qubits = Int.random(in: 2...6, using: &rng)
      var circuit = RandomCircuits.dynamic(
        qubits: qubits, count: 20, withNoise: false, using: &rng)
      circuit.append(.m, targets: (0..<qubits).map { .qubit($0) })
      let dense = try StateVectorSimulator().run(circuit, shots: 300, seed: 3, options: options)
      let sparse = try SparseSimulator().run(circuit, shots: 300, seed: 3, options: options)
      #expect(sparse.record == dense.record && sparse.bits == dense.bits)
    }
  }

  @Test func `observables have the values of the state vector`() throws {
    forAll(905, count: 60) { rng in
      let qubits = Int.random(in: 1...7, using: &rng)
      let circuit = RandomCircuits.gates(qubits: qubits, count: 25, using: &rng)
      let letters: [Pauli] = [.i, .x, .y, .z]
      let observables = (0..<6).map { _ in
        let paulis = (0..<qubits).map { _ in letters.randomElement(using: &rng)! }
        return PauliSum([.init(1.5, PauliString(paulis)), .init(-0.5, PauliString([.z]))])
      }
      let dense = try StateVectorSimulator().expectations(
        of: observables, in: circuit, shots: 1, seed: 0, options: options)
      let sparse = try SparseSimulator().expectations(
        of: observables, in: circuit, shots: 1, seed: 0, options: options)
      for (a, b) in zip(dense, sparse) { #expect(abs(a.value - b.value) < 1e-12) }
    }
  }

  @Test func `an observable that outcomes do not change has no error over shots`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 1)
    circuit.append(.ry, [1.1], 1)
    for gate: Gate in [.h, .t] { circuit.append(gate, 0) }
    circuit.append(.m, targets: [.qubit(0), .bit(0)])
    circuit.append(.t, 0)
    circuit.append(.h, 0)
    let observable = try PauliSum(parsing: "0.3 Z1\n0.7 X1")
    for seed in 0..<60 as Range<UInt64> {
      let value = try SparseSimulator().expectations(
        of: [observable], in: circuit, shots: 707, seed: seed, options: options)[0]
      #expect(value.standardError == 0)
      #expect(abs(value.value - 0.759923988470678) < 1e-14)
    }
  }

  @Test func `results do not depend on threads`() throws {
    forAll(906, count: 10) { rng in
      var circuit = RandomCircuits.dynamic(qubits: 5, count: 20, withNoise: true, using: &rng)
      circuit.append(.m, targets: (0..<5).map { .qubit($0) })
      let runs = try [1, 2, 3, 7].map {
        try SparseSimulator().run(
          circuit, shots: 2000, seed: 5, options: SimulationOptions(threads: $0))
      }
      for run in runs { #expect(run.record == runs[0].record && run.bits == runs[0].bits) }
    }
  }

  @Test func `a bound from the gates is above what a run takes`() throws {
    forAll(907, count: 60) { rng in
      let qubits = Int.random(in: 1...8, using: &rng)
      var circuit = RandomCircuits.dynamic(
        qubits: max(2, qubits), count: 20, withNoise: true, using: &rng)
      circuit.append(.m, targets: (0..<max(2, qubits)).map { .qubit($0) })
      let compiled = try SparseSimulator().compiled(for: circuit, options: options)
      let (program, live) = (compiled.program(.sampling), compiled.liveQubits)
      let bound = SupportBound.bound(of: program)
      for seed in 0..<5 as Range<UInt64> {
        let run = try SparseRun(
          program, of: circuit, liveQubits: live, shots: 1, seed: seed, options: options,
          request: SparseRequest())
        try run.run()
        #expect(run.budget.peak <= bound.bytes)
      }
    }
  }
}
