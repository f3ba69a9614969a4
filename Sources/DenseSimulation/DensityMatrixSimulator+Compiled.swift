import ComplexModule
import QuantumCore

extension DensityMatrixSimulator {
  /// A circuit whose mixed state is followed.
  public struct Compiled: CompiledSimulation {
    private let options: SimulationOptions
    private let program: CompiledProgram
    private let initialState: (any InitialState)?

    private var circuit: Circuit { program.circuit }
    private var live: LiveQubits { program.live }
    private var extraStates: UInt64 { initialState == nil ? 0 : 1 }

    /// - Throws: `Obstacle` for what keeps the engine from running the circuit, memory for one
    ///   state first.
    init(
      _ circuit: Circuit, startingFrom initialState: (any InitialState)?,
      options: SimulationOptions
    ) throws(Obstacle) {
      self.options = options
      let isMixed = initialState is any MixedInitialState
      self.initialState = isMixed ? initialState : try DenseStart.state(initialState)
      if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
      let count = initialState?.qubitCount
      let live = LiveQubits(of: circuit, startingFrom: count)
      if let obstacle = live.obstacle(startingFrom: count, in: circuit) { throw obstacle }
      if let obstacle = DensityMemory.obstacle(
        qubitCount: live.count, precision: options.precision, limit: options.memoryLimit)
      {
        throw obstacle
      }
      program = try CompiledProgram(of: circuit, live: live, options: options)
    }

    public var liveQubits: [Int] { live.qubits }

    public var basisStateCount: Int? { 1 << live.count }

    /// Whether all runs end in one state: they do, in the average over errors and outcomes.
    public var hasUniqueState: Bool { true }

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
      var request = RunRequest<DensityMatrix<S>>()
      request.keepsRecord = keepsRecord
      let run = try trajectories(
        .samples(shots: shots, keepsRecord: keepsRecord), shots: shots, seed: seed, request)
      if shots > 0 { try run.run() }
      return ShotResults(bits: run.bits.table, record: run.record.table)
    }

    /// A run that is ready to start, its memory checked.
    private func trajectories<S: Scalar>(
      _ task: RunTask, shots: Int, seed: UInt64, _ request: RunRequest<DensityMatrix<S>>
    ) throws -> TrajectoryRun<DensityMatrix<S>> {
      let program = program.program(for: task)
      let memory = try RunMemory(
        of: DensityMatrix<S>.self, program, circuit, task, options: options,
        isExact: request.isExact, extraStates: extraStates
      ).checked(program, S.self, options)
      return try TrajectoryRun<DensityMatrix<S>>(
        program, of: circuit, live: live, shots: shots, seed: seed, options: options,
        request: request, memory: memory, initialState: try start(as: S.self))
    }

    private func start<S: Scalar>(as type: S.Type) throws -> DensityMatrix<S>? {
      switch initialState {
      case nil: nil
      case let mixed as any MixedInitialState: try mixed.densityMatrix(as: S.self)
      case let pure as any DenseInitialState:
        try DensityMatrix(try pure.stateVector(as: S.self, options: options))
      default: nil
      }
    }

    /// Follows every outcome that something depends on.
    private func follow<S: Scalar>(
      _ task: RunTask, _ request: RunRequest<DensityMatrix<S>>
    ) throws -> TrajectoryRun<DensityMatrix<S>> {
      var request = request
      request.isExact = true
      let run = try trajectories(task, shots: 1, seed: 0, request)
      try run.run()
      return run
    }

    public func finalState(
      seed: UInt64, for use: StateUse
    ) throws -> any QuantumCore.FinalState {
      switch options.precision {
      case .double: try finalState(as: Double.self, isWritten: use.isWritten)
      case .single: try finalState(as: Float.self, isWritten: use.isWritten)
      }
    }

    /// The final state, refused before the run where its matrix elements could not be written.
    private func finalState<S: Scalar>(
      as type: S.Type, isWritten: Bool
    ) throws -> FinalState<S> {
      if isWritten {
        try DensityMatrix<S>.checkElements(qubitCount: live.count, limit: options.memoryLimit)
      }
      return try finalState(as: S.self)
    }

    /// The state at the end of the circuit, before measurements that nothing follows: the exact
    /// average over errors and outcomes.
    ///
    /// Outcomes that nothing depends on are averaged as they happen; the others are followed one by
    /// one.
    ///
    /// - Parameter type: the precision that the circuit was compiled for.
    /// - Throws: as `run`; `Obstacle` if more than 65536 combinations of outcomes would have to be
    ///   followed.
    public func finalState<S: Scalar>(as type: S.Type) throws -> FinalState<S> {
      precondition(S.precision == options.precision, "The circuit is compiled for \(S.self)")
      var request = RunRequest<DensityMatrix<S>>(samples: false)
      request.combine = { mixture, state, weight in
        if mixture != nil {
          mixture?.add(state, scaledBy: weight)
        } else if weight == 1 {
          // The only one: its memory is not used again.
          mixture = state
        } else {
          guard var copy = state.independentCopy() else {
            throw DensityMemory.obstacle(
              required: DensityMatrix<S>.bytes(qubitCount: state.qubitCount), available: 0,
              qubitCount: state.qubitCount, S.precision)
          }
          copy.scale(by: weight)
          mixture = copy
        }
      }
      let run = try follow(.state(isMeasured: false), request)
      guard let state = run.mixture else {
        throw Obstacle(.unsupported, "the circuit has no final state")
      }
      return FinalState(liveQubits: live.qubits, state: state)
    }

    // MARK: Observables

    /// Exact expectations of observables; `shots` and `seed` change nothing.
    ///
    /// - Throws: as `finalState`.
    public func expectations(
      of observables: [PauliSum], shots: Int, seed: UInt64
    ) throws -> [ExpectationValue] {
      switch options.precision {
      case .double: try expectations(as: Double.self, of: observables)
      case .single: try expectations(as: Float.self, of: observables)
      }
    }

    private func expectations<S: Scalar>(
      as type: S.Type, of observables: [PauliSum]
    ) throws -> [ExpectationValue] {
      let live = live
      var request = RunRequest<DensityMatrix<S>>(samples: false)
      request.values = { state in
        observables.map { Self.expectation(of: $0, in: state, live: live) }
      }
      let terms = observables.reduce(0) { $0 + $1.terms.count }
      let run = try follow(.expectations(shots: 1, terms: terms), request)
      return observables.indices.map { index in
        ExpectationValue(
          value: run.groups.reduce(0) { $0 + $1.weight * $1.values[index] }, standardError: 0)
      }
    }

    /// Qubits that are known to be |0⟩: a Z on them is 1, an X or Y gives 0.
    private static func expectation<S: Scalar>(
      of observable: PauliSum, in state: DensityMatrix<S>, live: LiveQubits
    ) -> Double {
      observable.terms.reduce(0) { sum, term in
        var product = PauliProduct()
        for (qubit, pauli) in term.pauli.factors {
          if let position = live.position(of: qubit) {
            product.multiply(by: PauliProduct(pauli, on: position))
          } else if pauli.hasX {
            return sum
          }
        }
        return sum + term.coefficient * state.expectation(of: product).real
      }
    }

    // MARK: Planning

    public func plan(shots: Int, listingSteps: Bool) -> SimulationPlan {
      let program = program.program(.sampling)
      let reads = ProgramReads(program, circuit: circuit, keepsResults: true)
      let outline = ProgramOutline(of: program) {
        DensityMatrix<Double>.joins($0, of: program, whole: reads)
      }
      var steps: [SimulationPlan.Step] = []
      for segment in outline.segments where segment.isStretch && listingSteps {
        let operations = DensityMatrix<Double>.operations(of: program.steps[segment.steps])
        for (step, count) in DensityFusion.fused(operations, fusing: options.fusesGates) {
          steps.append(
            SimulationPlan.Step(
              sweep: steps.count, kind: step.kind, gateCount: count,
              targets: GateApplication.positions(step.qubitMask), cost: step.cost))
        }
      }
      let isOneSimulation = outline.segments.allSatisfy(\.isStretch)
      let bytes = DensityMemory.bytes(qubitCount: live.count, precision: options.precision)
      var plan = SimulationPlan(
        strategy: isOneSimulation ? .finalState : .trajectories,
        approach: "exact mixtures of all errors; \(CountText.liveQubits(live.count)); "
          + (isOneSimulation
            ? "one simulation, shots drawn from its end"
            : "shots part where a result is needed, channels act as a whole"),
        liveQubits: live.qubits, stateBytes: bytes,
        stateSize: DensityMatrixSimulator.sizeText(live.count, options.precision),
        gateCount: steps.reduce(0) { $0 + $1.gateCount })
      (plan.steps, plan.sweepCount) = (steps, steps.count)
      plan.bytes = 2 * Double(bytes) * Double(steps.count)
      // A map on k qubits is a real 4ᵏ × 4ᵏ matrix.
      let numbers = Double(sign: .plus, exponent: 2 * live.count, significand: 1)
      plan.flops = steps.reduce(0) { sum, step in
        sum + 2 * numbers
          * Double(sign: .plus, exponent: 2 * min(3, step.targets.count), significand: 1)
      }
      plan.estimatedSeconds = steps.reduce(0) { $0 + $1.cost * Double(bytes) * 1.2e-10 + 1e-6 }
      plan.work = RunWork(
        of: program, outline, on: DensityMatrix<Double>.self, shots: shots, isExact: false,
        startsFromZero: initialState == nil)
      (plan.threads, plan.precision) = (options.threads, options.precision)
      return plan
    }

    /// The memory that a task takes, within a limit where it can do with less.
    ///
    /// - Note: matrix elements, which a state is written by, take as much as two states.
    public func memory(for task: RunTask, limit: UInt64?) -> MemoryBound {
      var options = options
      options.memoryLimit = limit
      var isExact = true
      if case .samples = task { isExact = false }
      let program = program.program(for: task)
      var bound =
        options.precision == .double
        ? RunMemory(
          of: DensityMatrix<Double>.self, program, circuit, task, options: options,
          isExact: isExact, extraStates: extraStates
        ).bound
        : RunMemory(
          of: DensityMatrix<Float>.self, program, circuit, task, options: options,
          isExact: isExact, extraStates: extraStates
        ).bound
      if case .state(_, let use) = task, use.isWritten {
        bound.leastStateCount = max(bound.leastStateCount, 3 + extraStates)
        bound.stateCount = max(bound.stateCount, 3 + extraStates)
      }
      return bound
    }

    public func remedies(for bound: MemoryBound, available: UInt64) -> [String] {
      bound.stateBytes <= available
        ? MemoryAdvice.forRun(bound, precision: options.precision, available: available)
        : MemoryAdvice.forDensityMatrix(
          qubitCount: live.count, precision: options.precision, available: available)
    }
  }
}

extension DensityStep {
  fileprivate var kind: String {
    switch self {
    case .transfer: "channel"
    case .errors: "errors"
    case .pauli: "pauli"
    case .gate: "dense"
    }
  }

  /// In maps on two qubits.
  fileprivate var cost: Double {
    switch self {
    case .transfer(let transfer): [0, 0.5, 1, 3.5][transfer.qubits.count]
    case .errors: 2
    case .pauli: 3
    case .gate: 30
    }
  }
}

extension DensityMatrix {
  /// ρ ← factor · ρ.
  package mutating func scale(by factor: Double) {
    let (scale, count, executor) = (S(factor), UInt64(coefficientCount), executor)
    withUniqueCoefficients { coefficients in
      let shared = UncheckedSendable(coefficients)
      executor.forEachRange(count) { range in
        for index in Int(range.lowerBound)..<Int(range.upperBound) { shared.value[index] *= scale }
      }
    }
  }

  /// ρ ← ρ + factor · σ.
  package mutating func add(_ other: DensityMatrix, scaledBy factor: Double) {
    precondition(qubitCount == other.qubitCount, "The states differ in their number of qubits")
    let (scale, count, executor) = (S(factor), UInt64(coefficientCount), executor)
    other.withCoefficients { source in
      withUniqueCoefficients { target in
        let shared = UncheckedSendable((source, target))
        executor.forEachRange(count) { range in
          let (source, target) = shared.value
          for index in Int(range.lowerBound)..<Int(range.upperBound) {
            target[index] += scale * source[index]
          }
        }
      }
    }
  }
}
