import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

/// Trajectories, density matrices and the reference on the same circuits.
struct EngineAgreementTests {
  /// Gates, channels, measurements, resets, feedback, heralds and chains.
  private static func circuit(using rng: inout PhiloxGenerator) -> Circuit {
    let qubits = Int.random(in: 2...4, using: &rng)
    var circuit = RandomCircuits.dynamic(
      qubits: qubits, count: 12, withNoise: true, using: &rng)
    RandomCircuits.appendNoise(to: &circuit, count: 3, using: &rng)
    for _ in 0..<4 { RandomCircuits.appendGate(to: &circuit, qubits: qubits, using: &rng) }
    RandomCircuits.appendNoise(to: &circuit, count: 3, using: &rng)
    circuit.append(
      [.m, .mx, .my].randomElement(using: &rng)!, targets: (0..<qubits).map { .qubit($0) })
    return circuit
  }

  @Test func `both engines draw from the exact distribution`() throws {
    forAll(601, count: 60) { rng in
      let circuit = Self.circuit(using: &rng)
      let exact = try ReferenceSimulator.distribution(of: circuit)
      let options = SimulationOptions(threads: 2)
      let trajectories = try StateVectorSimulator().run(
        circuit, shots: 4000, seed: 11, options: options)
      expectSamples(trajectories, match: exact)
      let mixed = try DensityMatrixSimulator().run(circuit, shots: 4000, seed: 12, options: options)
      expectSamples(mixed, match: exact)
    }
  }

  @Test func `observables agree within their standard errors`() throws {
    forAll(602, count: 30) { rng in
      let circuit = Self.circuit(using: &rng)
      let letters: [Pauli] = [.i, .x, .y, .z]
      let observables = (0..<3).map { _ in
        let paulis = (0..<circuit.qubitCount).map { _ in letters.randomElement(using: &rng)! }
        return PauliSum([.init(0.7, PauliString(paulis))])
      }
      let exact = try DensityMatrixSimulator().expectations(
        of: observables, in: circuit, options: SimulationOptions())
      let sampled = try StateVectorSimulator().expectations(
        of: observables, in: circuit, shots: 3000, seed: 7, options: SimulationOptions(threads: 2))
      for (mean, value) in zip(sampled, exact) {
        #expect(
          abs(mean.value - value) <= 5 * mean.standardError + 1e-9,
          "\(mean.value) ± \(mean.standardError), exactly \(value)")
      }
    }
  }

  /// Each channel of the catalog alone, on a state with every coherence.
  @Test(arguments: NoiseCase.all, [false, true])
  func `a channel acts alike on both engines`(example: NoiseCase, isLast: Bool) throws {
    let bases: [Gate] = [.m, .mx, .my]
    for basis in bases {
      var circuit = Circuit(qubitCount: 3)
      for q in 0..<3 { circuit.append(.h, q) }
      circuit.append(.cx, 0, 1)
      circuit.append(.rx, [0.7], 0)
      circuit.append(.ry, [1.3], 1)
      circuit.append(.cz, 1, 2)
      NoiseCase.append(example, to: &circuit)
      if !isLast {
        circuit.append(.cx, 1, 0)
        circuit.append(.sqrtX, 1)
      }
      circuit.append(basis, targets: [.qubit(0), .qubit(1, inverted: true), .qubit(2)])
      let exact = try ReferenceSimulator.distribution(of: circuit)
      let run = try DensityMatrixSimulator().run(
        circuit, shots: 20_000, seed: 5, options: SimulationOptions())
      expectSamples(run, match: exact)
    }
  }

  @Test(arguments: Precision.allCases)
  func `results do not depend on threads`(precision: Precision) throws {
    forAll(603, count: 12) { rng in
      let circuit = Self.circuit(using: &rng)
      let observable = PauliSum([.init(1, PauliString([.z, .x]))])
      var options = SimulationOptions(precision: precision)
      let first = try StateVectorSimulator().run(circuit, shots: 300, seed: 3, options: options)
      let mixed = try DensityMatrixSimulator().run(circuit, shots: 300, seed: 3, options: options)
      let mean = try StateVectorSimulator().expectations(
        of: [observable], in: circuit, shots: 300, seed: 3, options: options)
      for threads in [2, 3, 8] {
        options.threads = threads
        let again = try StateVectorSimulator().run(circuit, shots: 300, seed: 3, options: options)
        #expect(again.bits == first.bits && again.record == first.record)
        let mixedAgain = try DensityMatrixSimulator().run(
          circuit, shots: 300, seed: 3, options: options)
        #expect(mixedAgain.bits == mixed.bits && mixedAgain.record == mixed.record)
        let meanAgain = try StateVectorSimulator().expectations(
          of: [observable], in: circuit, shots: 300, seed: 3, options: options)
        #expect(meanAgain == mean)
      }
    }
  }

  /// Every shot is what it would be alone, whatever the others and the memory.
  @Test func `a shot does not depend on the others`() throws {
    forAll(604, count: 12) { rng in
      let circuit = Self.circuit(using: &rng)
      let many = try StateVectorSimulator().run(
        circuit, shots: 200, seed: 9, options: SimulationOptions())
      let few = try StateVectorSimulator().run(
        circuit, shots: 40, seed: 9, options: SimulationOptions(threads: 2))
      for shot in 0..<40 {
        #expect(many.bits.table.row(shot) == few.bits.table.row(shot))
        let (a, b) = (many.record.table.row(shot), few.record.table.row(shot))
        #expect((0..<few.record.bitCount).allSatisfy { a[$0] == b[$0] })
      }
      let bytes = UInt64(16) << UInt64(StateVectorSimulator.liveQubits(of: circuit).count)
      for states in 1...3 {
        let options = SimulationOptions(memoryLimit: max(bytes * UInt64(states), 40_000))
        let again = try StateVectorSimulator().run(circuit, shots: 200, seed: 9, options: options)
        #expect(again.bits == many.bits && again.record == many.record)
      }
    }
  }

  @Test func `one run gives the state that its results were drawn from`() throws {
    forAll(605, count: 30) { rng in
      let circuit = Self.circuit(using: &rng)
      let seed = rng.next()
      let (run, final) = try StateVectorSimulator().runOnce(
        circuit, as: Double.self, seed: seed, options: SimulationOptions())
      let again: StateVectorSimulator.FinalState<Double> = try StateVectorSimulator().finalState(
        of: circuit, seed: seed)
      #expect(final.state.amplitudes == again.state.amplitudes)
      #expect(abs(final.state.normSquared - 1) < 1e-12)
      // The last measurement of the first qubit, if it was in the Z basis, has a result that can
      // be.
      #expect(run.record.shotCount == 1)
    }
  }

  @Test func `a measured state agrees with its printed result`() throws {
    // M, then the same qubit again at the end: both results and the state must be one story.
    var circuit = Circuit(qubitCount: 2)
    circuit.append(.h, 0)
    circuit.append(.m, 0)
    circuit.append(.cx, 0, 1)
    circuit.append(.amplitudeDamping, [0.3], 1)
    circuit.append(.m, targets: [.qubit(0), .qubit(1)])
    for seed in 0..<40 {
      let (run, final) = try StateVectorSimulator().runOnce(
        circuit, as: Double.self, seed: UInt64(seed), options: SimulationOptions())
      let row = run.record.table.row(0)
      #expect(row[0] == row[1])
      #expect(abs(final.state.probabilityOfOne(0) - (row[0] ? 1 : 0)) < 1e-12)
      #expect(abs(final.state.probabilityOfOne(1) - (row[2] ? 1 : 0)) < 1e-12)
    }
  }

  @Test func `a long decay is exponential`() throws {
    var circuit = Circuit(qubitCount: 1)
    circuit.append(.x, 0)
    for _ in 0..<200 { circuit.append(.amplitudeDamping, [0.01], 0) }
    circuit.append(.m, 0)
    let exact = Double.pow(0.99, 200)
    for precision in Precision.allCases {
      let options = SimulationOptions(precision: precision)
      let samples = try StateVectorSimulator().sample(
        circuit, shots: 20_000, seed: 4, options: options)
      let ones = (0..<20_000).count { samples.table[$0, 0] }
      expectRate(ones, of: 20_000, is: exact, within: 5)
      let value = try DensityMatrixSimulator().expectations(
        of: [PauliSum([.init(1, PauliString([.z]))])], in: circuit, options: options)
      #expect(abs(value[0] - (1 - 2 * exact)) < (precision == .double ? 1e-12 : 1e-5))
    }
  }

  @Test func `readout errors at the end are flips of what is drawn`() throws {
    var circuit = Circuit(qubitCount: 2)
    circuit.append(.ry, [1.1], 0)
    circuit.append(.cx, 0, 1)
    circuit.append(.readoutError, [0.05, 0.3], 0)
    circuit.append(.readoutError, [0.2, 0.1], 1)
    circuit.append(.m, targets: [.qubit(0), .qubit(1)])
    let exact = try ReferenceSimulator.distribution(of: circuit)
    let run = try StateVectorSimulator().run(
      circuit, shots: 50_000, seed: 8, options: SimulationOptions())
    expectSamples(run, match: exact)
    #expect(
      try StateVectorSimulator.plan(for: circuit, options: SimulationOptions()).strategy
        == .finalState)
  }
}
