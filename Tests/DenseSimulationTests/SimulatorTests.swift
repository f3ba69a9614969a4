import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

struct SimulatorTests {
  private let simulator = StateVectorSimulator()

  @Test(arguments: [true, false], Precision.allCases)
  func `random circuits give the state of the reference`(fuses: Bool, precision: Precision) {
    forAll(11, count: 60) { rng in
      let qubits = Int.random(in: 1...7, using: &rng)
      let circuit = RandomCircuits.gates(qubits: qubits, count: 30, using: &rng)
      let expected = ReferenceSimulator.unitary(of: circuit)
      let options = SimulationOptions(precision: precision, fusesGates: fuses)
      if precision == .double {
        compare(
          try simulator.finalState(of: circuit, as: Double.self, options: options), expected, 1e-12)
      } else {
        compare(
          try simulator.finalState(of: circuit, as: Float.self, options: options), expected, 1e-5)
      }
    }
  }

  /// Live amplitudes against the first column of a circuit's matrix.
  private func compare<S: Scalar>(
    _ final: StateVectorSimulator.FinalState<S>, _ matrix: ComplexMatrix, _ tolerance: Double
  ) {
    var column = [Complex<Double>](repeating: .zero, count: matrix.rowCount)
    for index in 0..<final.state.amplitudeCount {
      let place = final.liveQubits.enumerated().reduce(0) {
        $0 | (index >> $1.offset & 1) << $1.element
      }
      let amplitude = final.state[index]
      column[place] = Complex(Double(amplitude.real), Double(amplitude.imaginary))
    }
    let error = column.indices.reduce(0) { max($0, (column[$1] - matrix[$1, 0]).length) }
    #expect(error < tolerance)
  }

  @Test(arguments: [KernelRoute.simd, .blas], InstructionSet.available)
  func `fused and unfused plans agree on larger states`(route: KernelRoute, set: InstructionSet)
    throws
  {
    try forAllThrowing(23, count: 4) { rng in
      let circuit = RandomCircuits.gates(qubits: 12, count: 80, using: &rng)
      var options = SimulationOptions(threads: 2, kernel: route, instructionSet: set)
      let fused = try simulator.finalState(of: circuit, as: Double.self, options: options).state
      options = SimulationOptions(instructionSet: .baseline, fusesGates: false)
      let plain = try simulator.finalState(of: circuit, as: Double.self, options: options).state
      #expect(distance(fused, plain.amplitudes) < 1e-12)
    }
  }

  @Test func `fusion makes fewer steps and stands for every gate`() throws {
    var rng = PhiloxGenerator(seed: 4)
    let circuit = RandomCircuits.gates(qubits: 14, count: 200, using: &rng)
    let plan = try StateVectorSimulator.plan(for: circuit, options: SimulationOptions())
    let plain = try StateVectorSimulator.plan(
      for: circuit, options: SimulationOptions(fusesGates: false))
    #expect(plan.stepCount < plain.stepCount)
    #expect(plan.gateCount <= plain.gateCount && plan.gateCount > 150)
    #expect(plan.estimatedSeconds < 0.8 * plain.estimatedSeconds)
    #expect(plan.strategy == .finalState)
  }

  @Test func `a Fourier transform takes two steps a qubit at most`() throws {
    let n = 12
    var circuit = Circuit(qubitCount: n)
    for q in (0..<n).reversed() {
      circuit.append(.h, q)
      for k in 0..<q { circuit.append(.cphase, [Double.pi / Double(1 << (q - k))], k, q) }
    }
    let plan = try StateVectorSimulator.plan(for: circuit, options: SimulationOptions())
    #expect(plan.gateCount == n + n * (n - 1) / 2)
    #expect(plan.stepCount <= 2 * n)
    #expect(plan.stretches.count == 1)
  }

  @Test(arguments: [false, true], [true, false])
  func `shots follow the exact distribution of dynamic circuits`(withNoise: Bool, fuses: Bool) {
    forAll(withNoise ? 31 : 30, count: 40) { rng in
      let circuit = RandomCircuits.dynamic(qubits: 3, count: 16, withNoise: withNoise, using: &rng)
      let exact = try ReferenceSimulator.distribution(of: circuit)
      let run = try simulator.run(
        circuit, shots: 4000, seed: rng.next(), options: SimulationOptions(fusesGates: fuses))
      expectSamples(run, match: exact)
    }
  }

  @Test func `a shot's outcome does not depend on threads, other shots, fusion or memory`() throws {
    try forAllThrowing(40, count: 12) { rng in
      let circuit = RandomCircuits.dynamic(qubits: 4, count: 30, withNoise: true, using: &rng)
      let options = SimulationOptions()
      let all = try simulator.run(circuit, shots: 300, seed: 9, options: options)
      for threads in 2...3 {
        let other = try simulator.run(
          circuit, shots: 300, seed: 9, options: SimulationOptions(threads: threads))
        #expect(other.record == all.record && other.bits == all.bits)
      }
      let few = try simulator.run(circuit, shots: 7, seed: 9, options: options)
      for shot in 0..<7 {
        #expect(
          few.record.table.row(shot).elementsEqual(
            all.record.table.row(shot).prefix(few.record.bitCount)))
      }
      // Memory for one state only: parts are run again from the start.
      let live = UInt64(1) << UInt64(StateVectorSimulator.liveQubits(of: circuit).count)
      let cramped = try TestRuns.run(circuit, shots: 300, seed: 9, stateLimit: 16 * live)
      #expect(cramped.record == all.record && cramped.bits == all.bits)
      let unfused = try simulator.run(
        circuit, shots: 300, seed: 9, options: SimulationOptions(fusesGates: false))
      #expect(unfused.record == all.record)
    }
  }

  @Test func `threads do not change a bit of a large state or its samples`() throws {
    var rng = PhiloxGenerator(seed: 3)
    var circuit = RandomCircuits.gates(qubits: 16, count: 60, using: &rng)
    let one = try simulator.finalState(
      of: circuit, as: Float.self, options: SimulationOptions(threads: 1)
    ).state
    for threads in 2...3 {
      let options = SimulationOptions(threads: threads)
      let other = try simulator.finalState(of: circuit, as: Float.self, options: options).state
      #expect(other.amplitudes == one.amplitudes)
      #expect(other.normSquared == one.normSquared)
      #expect(other.probabilityOfOne(3) == one.probabilityOfOne(3))
    }
    for q in 0..<16 { circuit.measure(q) }
    let samples = try (1...3).map {
      try simulator.sample(circuit, shots: 20_000, seed: 1, options: SimulationOptions(threads: $0))
    }
    #expect(samples[0] == samples[1] && samples[0] == samples[2])
  }

  @Test func `a loop runs while its measured bit says so`() throws {
    var circuit = Circuit(qubitCount: 1, bitCount: 1)
    circuit.append(.h, 0)
    circuit.measure(0, into: 0)
    circuit.appendWhile(.bit(0)) { body in
      body.append(.h, 0)
      body.measure(0, into: 0)
    }
    let run = try simulator.run(circuit, shots: 20_000, seed: 2, options: SimulationOptions())
    expectSamples(run, match: try ReferenceSimulator.distribution(of: circuit))
    #expect(run.bits.counts().count == 1)
    #expect(run.record.bitCount > 8)
  }

  @Test func `loops can be left and turned early`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 2)
    circuit.appendRepeat(5) { body in
      body.append(.ry, [0.9], 0)
      body.measure(0, into: 0)
      body.appendIf(.bit(0)) { $0.appendLeave(.endLoop(levels: 1)) }
      body.append(.h, 1)
      body.measure(1, into: 1)
      body.appendIf(.bit(1)) { $0.appendLeave(.nextTurn(levels: 1)) }
      body.append(.x, 0)
    }
    circuit.append(.h, 0)
    circuit.measure(0, into: 1)
    let run = try simulator.run(circuit, shots: 20_000, seed: 5, options: SimulationOptions())
    expectSamples(run, match: try ReferenceSimulator.distribution(of: circuit))
  }

  @Test func `sweep bits control gates`() throws {
    var circuit = Circuit()
    circuit.append(.cx, targets: [.sweep(0), .qubit(0)])
    circuit.append(.cx, targets: [.sweep(1), .qubit(1)])
    circuit.append(.cx, targets: [.sweep(5), .qubit(2)])
    circuit.measure(0, 1, 2)
    let samples = try simulator.sample(
      circuit, shots: 3, seed: 0, options: SimulationOptions(sweepBits: [true, false]))
    #expect(samples.counts() == [BitVector([true, false, false]): 3])
  }

  @Test func `qubits that no gate touches cost nothing`() throws {
    var circuit = Circuit(qubitCount: 1 << 27)
    circuit.append(.h, 16_777_215)
    circuit.measure(5)
    circuit.append(.reset, 100_000_000)
    circuit.append(.mr, arguments: [1], targets: [.qubit(7, inverted: true)])
    circuit.append(.mzz, 3, 4)
    #expect(StateVectorSimulator.liveQubits(of: circuit) == [16_777_215])
    let samples = try simulator.sample(circuit, shots: 10, seed: 0, options: SimulationOptions())
    #expect(samples.counts() == [BitVector([false, false, false]): 10])
  }

  @Test func `too many live qubits are refused with the numbers`() {
    var circuit = Circuit()
    for q in 0..<40 { circuit.append(.h, q) }
    let options = SimulationOptions(memoryLimit: 23 << 30)
    let obstacle = StateVectorSimulator.obstacle(to: circuit, options: options)
    #expect(obstacle?.kind == .memory(required: 1 << 44, available: 23 << 30))
    #expect(obstacle?.message == "needs 16 TiB (2^40 × 16 B), 23 GiB available")
    for q in 40..<1000 { circuit.append(.h, q) }
    #expect(
      StateVectorSimulator.obstacle(to: circuit, options: options)?.kind
        == .memory(required: .max, available: 23 << 30))
    #expect(throws: Obstacle.self) {
      try simulator.sample(circuit, shots: 1, seed: 0, options: SimulationOptions())
    }
  }

  @Test func `what cannot be run is named`() {
    var product = Circuit()
    product.append(.mpp, targets: [.pauli(.x, 0), .combiner, .pauli(.z, 0)])
    #expect(
      StateVectorSimulator.obstacle(to: product, options: SimulationOptions())?.message
        == "the Pauli product X0*Z0 is anti-Hermitian")
    var records = Circuit()
    records.appendRepeat(1_000_000_000_000) {
      $0.append(.h, 0)
      $0.measure(0)
    }
    #expect(throws: Obstacle.self) {
      try simulator.sample(
        records, shots: 1, seed: 0, options: SimulationOptions(memoryLimit: 1 << 30))
    }
    var early = Circuit()
    early.append(.cx, targets: [.record(1), .qubit(0)])
    #expect(throws: Diagnostic.self) {
      try simulator.sample(early, shots: 1, seed: 0, options: SimulationOptions())
    }
  }

  @Test func `gates repeated very often are a power of their matrix`() throws {
    var circuit = Circuit(qubitCount: 8)
    circuit.appendRepeat(1_000_000_000_000_001) { $0.append(.x, 3) }
    circuit.appendRepeat(1_000_000_000_000) { outer in
      outer.appendRepeat(4_000_000) { $0.append(.t, 5) }
      outer.append(.h, 6)
    }
    circuit.measure(3, 5, 6)
    let samples = try simulator.sample(circuit, shots: 5, seed: 0, options: SimulationOptions())
    #expect(samples.counts() == [BitVector([true, false, false]): 5])
  }

  @Test func `running a circuit copies nothing`() throws {
    var rng = PhiloxGenerator(seed: 8)
    var circuit = RandomCircuits.gates(qubits: 10, count: 100, using: &rng)
    for q in 0..<10 { circuit.measure(q) }
    let before = AmplitudeBuffer<Double>.allocationCount
    _ = try simulator.sample(circuit, shots: 1000, seed: 1, options: SimulationOptions())
    #expect(AmplitudeBuffer<Double>.allocationCount == before + 1)
  }

  @Test func `progress can stop a run`() {
    var rng = PhiloxGenerator(seed: 8)
    let circuit = RandomCircuits.gates(qubits: 18, count: 100, using: &rng)
    #expect(throws: CancellationError.self) {
      try simulator.sample(
        circuit, shots: 1, seed: 1, options: SimulationOptions(progress: { $0 < 0.01 }))
    }
  }

  @Test func `expectations are exact or averaged over trajectories`() throws {
    var rng = PhiloxGenerator(seed: 12)
    var circuit = RandomCircuits.gates(qubits: 4, count: 20, using: &rng)
    let observable = try PauliSum(parsing: "0.5 X0*Z2\n-1.5 Y1*Y3\n0.25\n2 Z7")
    func exact(_ circuit: Circuit) throws -> Double {
      let density = try ReferenceSimulator.density(of: circuit)
      return [(0.5, "X_Z_"), (-1.5, "_Y_Y"), (2.25, "____")].reduce(0) { sum, term in
        let product = density * PauliString(term.1)!.matrix
        return sum + term.0 * (0..<16).reduce(0) { $0 + product[$1, $1].real }
      }
    }
    for q in 0..<4 { circuit.append(.ry, [0.3 + Double(q)], q) }
    let one = try simulator.expectations(
      of: [observable], in: circuit, shots: 100, seed: 1, options: SimulationOptions())[0]
    #expect(abs(one.value - (try exact(circuit))) < 1e-12 && one.standardError == 0)
    circuit.append(.depolarize1, [0.3], 1)
    circuit.append(.mx, 2)
    circuit.append(.cx, 2, 0)
    let many = try simulator.expectations(
      of: [observable], in: circuit, shots: 4000, seed: 1, options: SimulationOptions())[0]
    #expect(many.standardError > 0)
    #expect(abs(many.value - (try exact(circuit))) < 5 * many.standardError)
  }

  @Test func `a run can start from a given state`() throws {
    var rng = PhiloxGenerator(seed: 20)
    let start = RandomCircuits.amplitudes(qubits: 3, using: &rng)
    var circuit = Circuit()
    for q in [2, 5, 9] { circuit.append(.h, q) }
    let final = try simulator.finalState(
      of: circuit, as: Double.self, from: StateVector<Double>(amplitudes: start))
    #expect(final.liveQubits == [2, 5, 9])
    var expected = StateVector<Double>(amplitudes: start)
    for q in 0..<3 { expected.apply(.h, to: q) }
    #expect(distance(final.state, expected.amplitudes) < 1e-14)
    #expect(throws: Obstacle.self) {
      try simulator.finalState(
        of: circuit, as: Double.self, from: StateVector<Double>(qubitCount: 2))
    }
  }
}

/// Runs whose room for states is fixed from outside.
enum TestRuns {
  static func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, stateLimit: UInt64
  ) throws -> ShotResults {
    let live = LiveQubits(of: circuit)
    var options = SimulationOptions()
    let program = try ProgramCompiler.compile(
      circuit, live: live, options: options, tail: .sampling)
    let needed = RunMemory(
      of: StateVector<Double>.self, program, circuit, .samples(shots: shots, keepsRecord: true),
      options: options, extraStates: 0
    ).bound
    options.memoryLimit = stateLimit + needed.resultBytes + needed.programBytes
    let run = try TrajectoryRun<StateVector<Double>>(
      program, of: circuit, live: live, shots: shots, seed: seed, options: options,
      request: RunRequest())
    try run.run()
    return .init(
      bits: Samples(source: .bits, table: run.bits.table),
      record: Samples(source: .record, table: run.record.table))
  }
}

func forAllThrowing(
  _ seed: UInt64, count: Int, _ body: (inout PhiloxGenerator) throws -> Void
) throws {
  forAll(seed, count: count) { try body(&$0) }
}
