import DenseSimulation
import QuantumCore
import TestSupport
import Testing

/// What runs do with more or less memory, threads and shots at a time.
struct RunMemoryTests {
  /// Measurements in the middle, noise of every kind, and feedback.
  static func circuit(_ qubits: Int) -> Circuit {
    var circuit = Circuit()
    for q in 0..<qubits { circuit.append(.h, q) }
    for q in 0..<qubits {
      circuit.append(.t, q)
      circuit.append(.amplitudeDamping, [0.2], q)
      circuit.append(.depolarize1, [0.1], q)
      circuit.append(.m, q)
      circuit.append(.cx, targets: [.record(1), .qubit((q + 1) % qubits)])
      circuit.append(.h, q)
      circuit.append(.cx, q, (q + 1) % qubits)
      circuit.append(.ry, [0.4], (q + 1) % qubits)
    }
    for q in 0..<qubits { circuit.append(.m, q) }
    return circuit
  }

  @Test func `a budget never has more states than there is memory for`() {
    for depth: UInt64 in [0, 1, 2, 5, 12, 31, 66] {
      for threads in [1, 2, 3, 16, 1024] {
        for bytes: UInt64 in [16, 1 << 20, 16 << 20, 17 << 20, 1 << 34] {
          for available: UInt64 in [1, 2, 3, 7, 40, 64, 1000, 1 << 40, .max] {
            let budget = StateBudget(
              depth: depth, stateBytes: bytes, threads: threads, available: available)
            #expect(budget.total >= 1 && budget.total <= available)
            #expect(depth > 0 || budget.total == 1)
            #expect(budget.queueLength == 0 || budget.helperStates == depth - 1)
            #expect(budget.queueLength == 0 || budget.ownStates == UInt64(budget.queueLength) + 1)
          }
        }
      }
    }
  }

  @Test func `a run makes no more states than its budget`() throws {
    let circuit = Self.circuit(6)
    let state = StateMemory.bytes(qubitCount: 6, precision: .double)
    for states: UInt64 in [1, 3, 6, 200] {
      let live = LiveQubits(of: circuit)
      var options = SimulationOptions()
      let program = try ProgramCompiler.compile(
        circuit, live: live, options: options, tail: .sampling)
      let task = RunTask.samples(shots: 300, keepsRecord: true)
      let free = RunMemory(
        of: StateVector<Double>.self, program, circuit, task, options: options, extraStates: 0)
      let rest = free.bound.resultBytes + free.bound.programBytes
      options.memoryLimit =
        states == 1 ? free.bound.resultBytes : rest + states * (state + 1024)
      let memory = RunMemory(
        of: StateVector<Double>.self, program, circuit, task, options: options, extraStates: 0)
      let run = try TrajectoryRun<StateVector<Double>>(
        program, of: circuit, live: live, shots: 300, seed: 1, options: options,
        request: RunRequest(), memory: memory)
      let before = AmplitudeBuffer<Double>.allocationCount
      try run.run()
      let made = AmplitudeBuffer<Double>.allocationCount - before
      #expect(made <= memory.budget.total, "\(made) of \(memory.budget)")
      #expect(memory.budget.total <= 9)
      #expect(states > 1 || made == 1)
    }
  }

  @Test func `threads together make no more states than their budget`() throws {
    let circuit = Self.circuit(6)
    let live = LiveQubits(of: circuit)
    let unlimited = SimulationOptions()
    let program = try ProgramCompiler.compile(
      circuit, live: live, options: unlimited, tail: .sampling)
    let task = RunTask.samples(shots: 500, keepsRecord: true)
    let state = StateMemory.bytes(qubitCount: 6, precision: .double)
    let free = RunMemory(
      of: StateVector<Double>.self, program, circuit, task, options: unlimited, extraStates: 0)
    let rest = free.bound.resultBytes + free.bound.programBytes
    for threads in [1, 2, 4, 7] {
      for states: UInt64? in [nil, 3, 40, 90] {
        let options = SimulationOptions(
          threads: threads, memoryLimit: states.map { rest + $0 * (state + 1024) })
        let memory = RunMemory(
          of: StateVector<Double>.self, program, circuit, task, options: options, extraStates: 0)
        let run = try TrajectoryRun<StateVector<Double>>(
          program, of: circuit, live: live, shots: 500, seed: 1, options: options,
          request: RunRequest(), memory: memory)
        try run.run()
        #expect(run.stateCount > 1 && run.stateCount <= memory.budget.total)
        let bytes = UInt64(run.stateCount) * state
        #expect(
          bytes <= options.memoryLimit ?? .max, "\(run.stateCount) states of \(threads) threads")
      }
    }
  }

  @Test func `neither memory nor threads decide what shots and averages are`() throws {
    let circuit = Self.circuit(5)
    let observable = try PauliSum(parsing: "0.5 X0*Z2\n-1.5 Y1*Y3\n0.3 Z4")
    let simulator = StateVectorSimulator()
    func results(_ options: SimulationOptions) throws -> (
      Samples, [ExpectationValue]
    ) {
      (
        try simulator.sample(circuit, shots: 700, seed: 3, options: options),
        try simulator.expectations(
          of: [observable], in: circuit, shots: 700, seed: 3, options: options)
      )
    }
    let (samples, values) = try results(SimulationOptions())
    for threads in [1, 2, 3, 7] {
      for limit: UInt64? in [nil, 200_000, 220_000, 260_000, 1 << 20] {
        let other = try results(SimulationOptions(threads: threads, memoryLimit: limit))
        #expect(other.0 == samples && other.1 == values, "\(threads) threads, \(limit ?? 0) bytes")
      }
    }
  }

  @Test func `errors are drawn for some of the shots at a time without changing them`() throws {
    var circuit = Circuit()
    for _ in 0..<150 {
      for q in 0..<3 { circuit.append(.depolarize1, [0.3], q) }
      circuit.append(.h, 1)
    }
    for q in 0..<3 { circuit.append(.m, q) }
    let live = LiveQubits(of: circuit)
    let options = SimulationOptions()
    let program = try ProgramCompiler.compile(
      circuit, live: live, options: options, tail: .sampling)
    func memory(_ limit: UInt64?) -> RunMemory {
      RunMemory(
        of: StateVector<Double>.self, program, circuit,
        .samples(shots: 2500, keepsRecord: true), options: SimulationOptions(memoryLimit: limit),
        extraStates: 0)
    }
    func samples(_ memory: RunMemory) throws -> BitTable {
      let run = try TrajectoryRun<StateVector<Double>>(
        program, of: circuit, live: live, shots: 2500, seed: 9, options: options,
        request: RunRequest(), memory: memory)
      try run.run()
      return run.record.table
    }
    #expect(memory(nil).batchSize == 2500 && memory(1 << 20).batchSize < 400)
    #expect(try samples(memory(nil)) == samples(memory(1 << 20)))
  }

  @Test func `a state without a norm is told, not sampled`() {
    var zero = StateVector<Double>(amplitudes: [.zero, .zero])
    #expect(zero.outcomes(forUniforms: [0.5]) == nil)
    let zeroScaled = zero.normalizeIfPossible()
    #expect(!zeroScaled)
    var undefined = StateVector<Double>(amplitudes: [.one, .init(.nan, 0)])
    #expect(undefined.outcomes(forUniforms: [0.5]) == nil)
    let undefinedScaled = undefined.normalizeIfPossible()
    #expect(!undefinedScaled)
    #expect(!undefined.outcomeWeights(of: PauliProduct(.z, on: 0)).areKnown)
    var tiny = StateVector<Double>(amplitudes: [.init(1e-200, 0), .zero])
    let tinyScaled = tiny.normalizeIfPossible()
    #expect(!tinyScaled)
  }
}
