import ComplexModule
import QuantumCore

/// Runs any circuit by its amplitudes.
///
/// Only live qubits have amplitudes: those that a gate acts on. Where every measurement is the last
/// thing that happens to its qubits, the circuit is simulated once and all shots are drawn from the
/// final state; otherwise shots share the simulation for as long as they see the same outcomes.
///
///     let samples = try StateVectorSimulator().sample(circuit, shots: 1000, seed: 1, options: .init())
public struct StateVectorSimulator: Simulator {
  public static let name = "statevector"

  public init() {}

  public static func obstacle(to circuit: Circuit, options: SimulationOptions) -> Obstacle? {
    do throws(Obstacle) {
      _ = try prepare(circuit, options: options, tail: .sampling)
      return nil
    } catch {
      return error
    }
  }

  /// Runs the circuit `shots` times.
  ///
  /// - Returns: the classical bits at the end if the circuit declares any, otherwise the
  ///   measurement record.
  /// - Throws: `Obstacle` if there is one; `Diagnostic` for an error in a classical expression;
  ///   `CancellationError`. Shots of 0 are no error.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Samples {
    let run = try run(circuit, shots: shots, seed: seed, options: options)
    return circuit.bitCount > 0 ? run.bits : run.record
  }

  /// What a run gives.
  public struct Run: Sendable {
    /// Classical bits at the end of each shot.
    public let bits: Samples
    /// Measurements of each shot in the order made.
    public let record: Samples

    package init(bits: Samples, record: Samples) {
      self.bits = bits
      self.record = record
    }

    init<State: ProgramState>(_ run: TrajectoryRun<State>) {
      bits = Samples(source: .bits, table: run.bits.table)
      record = Samples(source: .record, table: run.record.table)
    }
  }

  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Throws: as `sample`.
  public func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Run {
    switch options.precision {
    case .double:
      try run(
        circuit, shots: shots, seed: seed, options: options, from: nil as StateVector<Double>?)
    case .single:
      try run(circuit, shots: shots, seed: seed, options: options, from: nil as StateVector<Float>?)
    }
  }

  /// Runs the circuit `shots` times from a state of its live qubits, or of all its qubits; `nil` is
  /// |0…0⟩.
  ///
  /// - Parameter keepsRecord: whether the measurement record is wanted besides declared bits;
  ///   without, it has no rows.
  /// - Throws: as `sample`; also `Obstacle` if the state has another number of qubits than are
  ///   live.
  @_specialize(where S == Double)
  @_specialize(where S == Float)
  public func run<S: Scalar>(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions,
    from initialState: StateVector<S>?, keepsRecord: Bool = true
  ) throws -> Run {
    precondition(shots >= 0, "A number of shots is not negative")
    var options = options
    options.precision = S.precision
    let (program, live) = try Self.prepare(
      circuit, options: options, tail: .sampling, startingFrom: initialState?.qubitCount)
    try ResultMemory.check(
      circuit, shots: shots, limit: options.memoryLimit, keepsRecord: keepsRecord)
    let memory = try RunMemory(
      of: StateVector<S>.self, program, circuit,
      .samples(shots: shots, keepsRecord: keepsRecord), options: options,
      extraStates: initialState == nil ? 0 : 1
    ).checked(program, S.self, options)
    var request = RunRequest<StateVector<S>>()
    request.keepsRecord = keepsRecord
    let run = try TrajectoryRun<StateVector<S>>(
      program, of: circuit, live: live, shots: shots, seed: seed, options: options,
      request: request, memory: memory, initialState: initialState)
    if shots > 0 { try run.run() }
    return Run(run)
  }

  /// Runs the circuit once; gives its results and the state that they were drawn from.
  ///
  /// - Throws: as `run`.
  @_specialize(where S == Double)
  @_specialize(where S == Float)
  public func runOnce<S: Scalar>(
    _ circuit: Circuit, as type: S.Type = S.self, seed: UInt64, options: SimulationOptions,
    from initialState: StateVector<S>? = nil
  ) throws -> (run: Run, final: FinalState<S>) {
    let (run, live) = try followOne(
      circuit, seed: seed, options: options, from: initialState, withResults: true)
    return (Run(run), try Self.finalState(of: run, live))
  }

  /// One shot and its state.
  private func followOne<S: Scalar>(
    _ circuit: Circuit, seed: UInt64, options: SimulationOptions,
    from initialState: StateVector<S>?, withResults: Bool
  ) throws -> (TrajectoryRun<StateVector<S>>, LiveQubits) {
    var options = options
    options.precision = S.precision
    let (program, live) = try Self.prepare(
      circuit, options: options, tail: .state, startingFrom: initialState?.qubitCount)
    let memory = try RunMemory(
      of: StateVector<S>.self, program, circuit, .state(isMeasured: withResults), options: options,
      extraStates: initialState == nil ? 0 : 1
    ).checked(program, S.self, options)
    var request = RunRequest<StateVector<S>>(samples: withResults)
    request.states = true
    let run = try TrajectoryRun<StateVector<S>>(
      program, of: circuit, live: live, shots: 1, seed: seed, options: options, request: request,
      memory: memory, initialState: initialState)
    try run.run()
    return (run, live)
  }

  private static func finalState<S: Scalar>(
    of run: TrajectoryRun<StateVector<S>>, _ live: LiveQubits
  ) throws(Obstacle) -> FinalState<S> {
    guard let state = run.groups.first?.state else {
      throw Obstacle(.unsupported, "the circuit has no final state")
    }
    return FinalState(liveQubits: live.qubits, state: state)
  }

  // MARK: States

  /// The final amplitudes of a circuit.
  public struct FinalState<S: Scalar>: Sendable {
    /// The qubits that have amplitudes, ascending: bit j of an index is `liveQubits[j]`. All others
    /// are |0⟩. Where the run started from a state of all qubits they are all.
    public let liveQubits: [Int]
    public let state: StateVector<S>
  }

  /// Whether the circuit has one final state: no noise, and nothing happens to a qubit once it is
  /// measured or reset.
  ///
  /// - Parameter stateQubitCount: the qubits of the state that the run starts from; `nil` where
  ///   that is |0…0⟩.
  /// - Throws: `Obstacle` for what the simulator does not do.
  public static func hasUniqueState(
    _ circuit: Circuit, options: SimulationOptions, startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> Bool {
    if circuit.isPlainlyUnitary { return true }
    return try prepare(
      circuit, options: options, tail: .state, startingFrom: stateQubitCount
    ).program.isDeterministic
  }

  /// The state at the end of a circuit, before measurements that nothing follows.
  ///
  /// Where outcomes or noise decide, it is the state of one run that this seed draws; `runOnce`
  /// gives the results of that very run as well.
  ///
  /// - Throws: as `run`.
  public func finalState<S: Scalar>(
    of circuit: Circuit, as type: S.Type = S.self, seed: UInt64 = 0,
    options: SimulationOptions = SimulationOptions(), from initialState: StateVector<S>? = nil
  ) throws -> FinalState<S> {
    let (run, live) = try followOne(
      circuit, seed: seed, options: options, from: initialState, withResults: false)
    return try Self.finalState(of: run, live)
  }

  /// An observable's mean over shots.
  public struct Expectation: Hashable, Sendable, Codable {
    public let value: Double
    /// Of the mean over shots; 0 where the circuit has one final state.
    public let standardError: Double

    public init(value: Double, standardError: Double) {
      (self.value, self.standardError) = (value, standardError)
    }
  }

  /// Expectations of observables at the end of a circuit, before measurements that nothing follows.
  ///
  /// Exact where the circuit has one final state; otherwise the mean over `shots` trajectories.
  ///
  /// - Throws: as `run`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions
  ) throws -> [Expectation] {
    switch options.precision {
    case .double:
      try expectations(
        of: observables, in: circuit, shots: shots, seed: seed, options: options,
        from: nil as StateVector<Double>?)
    case .single:
      try expectations(
        of: observables, in: circuit, shots: shots, seed: seed, options: options,
        from: nil as StateVector<Float>?)
    }
  }

  /// As `expectations(of:in:shots:seed:options:)`, from a state of the live qubits.
  @_specialize(where S == Double)
  @_specialize(where S == Float)
  public func expectations<S: Scalar>(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions, from initialState: StateVector<S>?
  ) throws -> [Expectation] {
    var options = options
    options.precision = S.precision
    let isUnique = try Self.hasUniqueState(
      circuit, options: options, startingFrom: initialState?.qubitCount)
    let count = isUnique ? 1 : max(1, shots)
    let (program, live) = try Self.prepare(
      circuit, options: options, tail: .state, startingFrom: initialState?.qubitCount)
    let plans = observables.map {
      PauliSumPlan(
        Self.terms(of: $0, live: live), qubitCount: live.count, precision: S.precision)
    }
    var request = RunRequest<StateVector<S>>(samples: false)
    request.values = { state in
      plans.map { $0.value(in: state) }
    }
    let memory = try RunMemory(
      of: StateVector<S>.self, program, circuit,
      .expectations(shots: count, terms: observables.reduce(0) { $0 + $1.terms.count }),
      options: options, extraStates: initialState == nil ? 0 : 1
    ).checked(program, S.self, options)
    let run = try TrajectoryRun<StateVector<S>>(
      program, of: circuit, live: live, shots: count, seed: seed, options: options,
      request: request, memory: memory, initialState: initialState)
    try run.run()
    return observables.indices.map { index in
      var moments = WeightedMoments(of: observables[index])
      for group in run.groups { moments.add(group.values[index], count: group.shotCount) }
      return Expectation(value: moments.mean, standardError: moments.standardError)
    }
  }

  // MARK: Planning

  /// What a run of a circuit would do.
  public struct Plan: Sendable {
    /// How shots are made.
    public enum Strategy: String, Sendable, Codable {
      /// One simulation; all shots are drawn from its final state.
      case finalState = "one simulation, shots drawn from the final state"
      /// Shots share a simulation while their outcomes agree.
      case trajectories = "trajectories that share what they have in common"
    }
    public let strategy: Strategy
    /// The qubits that have amplitudes, ascending.
    public let liveQubits: [Int]
    /// Bytes of one state; saturates.
    public let stateBytes: UInt64
    /// Stretches of gates between measurements and choices, in the order of the program.
    public let stretches: [ExecutionPlan]
    /// What the whole run has to do.
    public let work: RunWork
    /// Gates of the circuit that the stretches stand for.
    public var gateCount: Int { stretches.reduce(0) { $0 + $1.gateCount } }
    public var stepCount: Int { stretches.reduce(0) { $0 + $1.stepCount } }
    /// Sweeps over the state of one pass through the program.
    public var sweepCount: Int { stretches.reduce(0) { $0 + $1.sweeps.count } }
    /// Bytes read and written in one pass through the program, were none of the state in cache.
    public var bytes: Double { stretches.reduce(0) { $0 + $1.bytes } }
    /// Real additions and multiplications of one pass through the program.
    public var flops: Double { stretches.reduce(0) { $0 + $1.flops } }
    /// Seconds of one pass through the program on one core: a guess, good to a factor of about two.
    public var estimatedSeconds: Double { stretches.reduce(0) { $0 + $1.estimatedSeconds } }
  }

  /// What `sample` would do with a circuit.
  ///
  /// - Parameters:
  ///   - shots: how often the circuit is to run.
  ///   - listingSteps: Whether gates are merged into steps; without, `stretches` is empty.
  ///   - stateQubitCount: the qubits of the state that the run starts from; `nil` where that is
  ///     |0…0⟩.
  /// - Throws: the obstacle if there is one.
  public static func plan(
    for circuit: Circuit, shots: Int = 1, options: SimulationOptions, listingSteps: Bool = true,
    startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> Plan {
    let (program, live) = try prepare(
      circuit, options: options, tail: .sampling, startingFrom: stateQubitCount)
    var stretches: [ExecutionPlan] = []
    for case (let place, .unitary(let gates)) in program.steps.enumerated()
    where listingSteps {
      stretches.append(
        ExecutionPlan(
          gates, qubitCount: live.count, precision: options.precision,
          startsFromZero: place == 0 && stateQubitCount == nil,
          fusing: options.fusesGates, kernel: options.kernel))
    }
    let reads = ProgramReads(program, circuit: circuit, keepsResults: true)
    let outline = ProgramOutline(of: program) {
      StateVector<Double>.joins($0, of: program, whole: reads)
    }
    return Plan(
      strategy: program.isDeterministic ? .finalState : .trajectories, liveQubits: live.qubits,
      stateBytes: StateMemory.bytes(qubitCount: live.count, precision: options.precision),
      stretches: stretches,
      work: RunWork(
        of: program, outline, on: StateVector<Double>.self, shots: shots, isExact: false))
  }

  /// What a run takes at most, under a limit; it may be more than the limit allows.
  ///
  /// - Parameter stateQubitCount: the qubits of the state that the run starts from; `nil` where
  ///   that is |0…0⟩.
  /// - Throws: the obstacle if there is one.
  public static func memory(
    for circuit: Circuit, _ task: RunTask, options: SimulationOptions,
    startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> MemoryBound {
    var unlimited = options
    unlimited.memoryLimit = nil
    let tail: Program.TailKind = if case .samples = task { .sampling } else { .state }
    var task = task
    if case .expectations(_, let terms) = task,
      try hasUniqueState(circuit, options: unlimited, startingFrom: stateQubitCount)
    {
      task = .expectations(shots: 1, terms: terms)
    }
    let (program, _) = try prepare(
      circuit, options: unlimited, tail: tail, startingFrom: stateQubitCount)
    let extra: UInt64 = stateQubitCount == nil ? 0 : 1
    return options.precision == .double
      ? RunMemory(
        of: StateVector<Double>.self, program, circuit, task, options: options, extraStates: extra
      ).bound
      : RunMemory(
        of: StateVector<Float>.self, program, circuit, task, options: options, extraStates: extra
      ).bound
  }

  /// The qubits of a circuit that need amplitudes, ascending.
  ///
  /// - Parameter stateQubitCount: the qubits of the state that the run starts from; `nil` where
  ///   that is |0…0⟩.
  public static func liveQubits(
    of circuit: Circuit, startingFrom stateQubitCount: Int? = nil
  ) -> [Int] {
    LiveQubits(of: circuit, startingFrom: stateQubitCount).qubits
  }

  // MARK: Checks

  /// Checks that come before any memory is taken.
  private static func prepare(
    _ circuit: Circuit, options: SimulationOptions, tail: Program.TailKind,
    startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> (program: Program, live: LiveQubits) {
    if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
    let live = LiveQubits(of: circuit, startingFrom: stateQubitCount)
    if let obstacle = live.obstacle(startingFrom: stateQubitCount, in: circuit) { throw obstacle }
    if let obstacle = StateMemory.obstacle(
      qubitCount: live.count, precision: options.precision, limit: options.memoryLimit)
    {
      throw obstacle
    }
    return (
      try ProgramCompiler.compile(circuit, live: live, options: options, tail: tail), live
    )
  }
}

extension Circuit {
  /// Whether the outermost block holds nothing but unitary gates and annotations.
  fileprivate var isPlainlyUnitary: Bool {
    nodes(of: .root).allSatisfy { node in
      guard case .instruction(let instruction) = node else { return false }
      let definition = instruction.gate.definition
      return (definition.isUnitary || definition.isAnnotation) && !instruction.hasDynamicArguments
        && !targets(of: instruction).contains(where: \.isClassicalControl)
    }
  }
}
