import ComplexModule
import QuantumCore

extension StateVectorSimulator {
  /// A circuit whose amplitudes are followed.
  public struct Compiled: CompiledSimulation {
    let options: SimulationOptions
    let program: CompiledProgram
    let initialState: (any DenseInitialState)?

    var circuit: Circuit { program.circuit }
    var live: LiveQubits { program.live }
    var extraStates: UInt64 { initialState == nil ? 0 : 1 }

    /// - Throws: `Obstacle` for what keeps the engine from running the circuit, memory for one
    ///   state first.
    init(
      _ circuit: Circuit, startingFrom initialState: (any InitialState)?,
      options: SimulationOptions
    ) throws(Obstacle) {
      self.options = options
      self.initialState = try DenseStart.state(initialState)
      if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
      let count = initialState?.qubitCount
      let live = LiveQubits(of: circuit, startingFrom: count)
      if let obstacle = live.obstacle(startingFrom: count, in: circuit) { throw obstacle }
      if let obstacle = StateMemory.obstacle(
        qubitCount: live.count, precision: options.precision, limit: options.memoryLimit)
      {
        throw obstacle
      }
      program = try CompiledProgram(of: circuit, live: live, options: options)
    }

    public var liveQubits: [Int] { live.qubits }

    public var basisStateCount: Int? { 1 << live.count }

    /// Whether there is no noise, and nothing happens to a qubit once it is measured or reset.
    public var hasUniqueState: Bool { program.hasUniqueState }

    // MARK: Running

    public func run(shots: Int, seed: UInt64, keepsRecord: Bool) throws -> ShotResults {
      switch options.precision {
      case .double:
        try run(as: Double.self, shots: shots, seed: seed, keepsRecord: keepsRecord)
      case .single:
        try run(as: Float.self, shots: shots, seed: seed, keepsRecord: keepsRecord)
      }
    }

    private func run<S: Scalar>(
      as type: S.Type, shots: Int, seed: UInt64, keepsRecord: Bool
    ) throws -> ShotResults {
      precondition(shots >= 0, "A number of shots is not negative")
      try ResultMemory.check(
        circuit, shots: shots, limit: options.memoryLimit, keepsRecord: keepsRecord)
      var request = RunRequest<StateVector<S>>()
      request.keepsRecord = keepsRecord
      let run = try trajectories(
        .samples(shots: shots, keepsRecord: keepsRecord), shots: shots, seed: seed, request)
      if shots > 0 { try run.run() }
      return ShotResults(bits: run.bits.table, record: run.record.table)
    }

    public func runOnce(
      seed: UInt64, for use: StateUse
    ) throws -> (results: ShotResults, state: any QuantumCore.FinalState) {
      switch options.precision {
      case .double: try runOnce(as: Double.self, seed: seed)
      case .single: try runOnce(as: Float.self, seed: seed)
      }
    }

    /// Runs the circuit once; gives its results and the state that they were drawn from.
    ///
    /// - Parameters:
    ///   - type: the precision that the circuit was compiled for.
    ///   - seed: the seed of all random numbers; the same seed gives the same result.
    /// - Throws: as `run`.
    public func runOnce<S: Scalar>(
      as type: S.Type, seed: UInt64
    ) throws -> (results: ShotResults, state: FinalState<S>) {
      let run = try followOne(as: S.self, seed: seed, withResults: true)
      return (ShotResults(bits: run.bits.table, record: run.record.table), try state(of: run))
    }

    public func finalState(
      seed: UInt64, for use: StateUse
    ) throws -> any QuantumCore.FinalState {
      switch options.precision {
      case .double: try finalState(as: Double.self, seed: seed)
      case .single: try finalState(as: Float.self, seed: seed)
      }
    }

    /// The state at the end of the circuit, before measurements that nothing follows.
    ///
    /// - Parameters:
    ///   - type: the precision that the circuit was compiled for.
    ///   - seed: the seed of all random numbers; the same seed gives the same result.
    /// - Throws: as `run`.
    public func finalState<S: Scalar>(as type: S.Type, seed: UInt64) throws -> FinalState<S> {
      try state(of: followOne(as: S.self, seed: seed, withResults: false))
    }

    /// One shot and its state.
    private func followOne<S: Scalar>(
      as type: S.Type, seed: UInt64, withResults: Bool
    ) throws -> TrajectoryRun<StateVector<S>> {
      precondition(S.precision == options.precision, "The circuit is compiled for \(S.self)")
      var request = RunRequest<StateVector<S>>(samples: withResults)
      request.states = true
      let run = try trajectories(.state(isMeasured: withResults), shots: 1, seed: seed, request)
      try run.run()
      return run
    }

    private func state<S: Scalar>(
      of run: TrajectoryRun<StateVector<S>>
    ) throws(Obstacle) -> FinalState<S> {
      guard let state = run.groups.first?.state else {
        throw Obstacle(.unsupported, "the circuit has no final state")
      }
      return FinalState(liveQubits: live.qubits, state: state)
    }

    /// A run that is ready to start, its memory checked.
    private func trajectories<S: Scalar>(
      _ task: RunTask, shots: Int, seed: UInt64, _ request: RunRequest<StateVector<S>>
    ) throws -> TrajectoryRun<StateVector<S>> {
      let program = program.program(for: task)
      let memory = try RunMemory(
        of: StateVector<S>.self, program, circuit, task, options: options,
        extraStates: extraStates
      ).checked(program, S.self, options)
      return try TrajectoryRun<StateVector<S>>(
        program, of: circuit, live: live, shots: shots, seed: seed, options: options,
        request: request, memory: memory,
        initialState: try initialState?.stateVector(as: S.self, options: options))
    }

    // MARK: Observables

    public func expectations(
      of observables: [PauliSum], shots: Int, seed: UInt64
    ) throws -> [ExpectationValue] {
      switch options.precision {
      case .double: try expectations(as: Double.self, of: observables, shots: shots, seed: seed)
      case .single: try expectations(as: Float.self, of: observables, shots: shots, seed: seed)
      }
    }

    private func expectations<S: Scalar>(
      as type: S.Type, of observables: [PauliSum], shots: Int, seed: UInt64
    ) throws -> [ExpectationValue] {
      let count = hasUniqueState ? 1 : max(1, shots)
      let plans = observables.map {
        PauliSumPlan(
          StateVectorSimulator.terms(of: $0, live: live), qubitCount: live.count,
          precision: S.precision)
      }
      var request = RunRequest<StateVector<S>>(samples: false)
      request.values = { state in
        plans.map { $0.value(in: state) }
      }
      let terms = observables.reduce(0) { $0 + $1.terms.count }
      let run = try trajectories(
        .expectations(shots: count, terms: terms), shots: count, seed: seed, request)
      try run.run()
      return observables.indices.map { index in
        var moments = WeightedMoments(of: observables[index])
        for group in run.groups { moments.add(group.values[index], count: group.shotCount) }
        return ExpectationValue(value: moments.mean, standardError: moments.standardError)
      }
    }

    // MARK: Planning

    public func plan(shots: Int, listingSteps: Bool) -> SimulationPlan {
      let steps = steps(shots: shots, listing: listingSteps)
      let count = live.count
      var plan = SimulationPlan(
        strategy: steps.strategy,
        approach: "runs any circuit by its amplitudes; \(CountText.liveQubits(count)); "
          + (steps.strategy == .finalState
            ? "one simulation, shots drawn from the final state"
            : "trajectories that share what they have in common"),
        liveQubits: steps.liveQubits, stateBytes: steps.stateBytes,
        stateSize: StateVectorSimulator.sizeText(count, options.precision),
        gateCount: steps.gateCount)
      let sweeps = steps.stretches.flatMap(\.sweeps)
      plan.steps = sweeps.enumerated().flatMap { index, sweep in
        sweep.steps.map { step in
          SimulationPlan.Step(
            sweep: index, kind: step.kind, gateCount: step.gateCount, targets: step.targets,
            controls: step.controls, route: step.route, cost: step.cost)
        }
      }
      plan.sweepCount = steps.sweepCount
      (plan.bytes, plan.flops) = (steps.bytes, steps.flops)
      (plan.estimatedSeconds, plan.work) = (steps.estimatedSeconds, steps.work)
      (plan.threads, plan.precision) = (options.threads, options.precision)
      return plan
    }

    /// The plan with its stretches of gates, of which `listing: false` gives none.
    public func steps(shots: Int = 1, listing: Bool = true) -> Plan {
      let program = program.program(.sampling)
      var stretches: [ExecutionPlan] = []
      for case (let place, .unitary(let gates)) in program.steps.enumerated() where listing {
        stretches.append(
          ExecutionPlan(
            gates, qubitCount: live.count, precision: options.precision,
            startsFromZero: place == 0 && initialState == nil,
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
          of: program, outline, on: StateVector<Double>.self, shots: shots, isExact: false,
          startsFromZero: initialState == nil))
    }

    public func memory(for task: RunTask, limit: UInt64?) -> MemoryBound {
      var (task, options) = (task, options)
      options.memoryLimit = limit
      if case .expectations(_, let terms) = task, hasUniqueState {
        task = .expectations(shots: 1, terms: terms)
      }
      let program = program.program(for: task)
      return options.precision == .double
        ? RunMemory(
          of: StateVector<Double>.self, program, circuit, task, options: options,
          extraStates: extraStates
        ).bound
        : RunMemory(
          of: StateVector<Float>.self, program, circuit, task, options: options,
          extraStates: extraStates
        ).bound
    }

    public func remedies(for bound: MemoryBound, available: UInt64) -> [String] {
      bound.stateBytes <= available
        ? MemoryAdvice.forRun(bound, precision: options.precision, available: available)
        : MemoryAdvice.forStates(
          qubitCount: live.count, precision: options.precision, available: available)
    }
  }
}
