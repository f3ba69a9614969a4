import ComplexModule
import QuantumCore

/// Runs noisy circuits on density matrices: channels act as a whole, and nothing is left to chance
/// but what is measured.
///
/// Expectations and the final state are exact. Shots are drawn from the diagonal; a measurement in
/// the middle splits them by its result. Gates and the channels after them on the same one or two
/// qubits are merged into one map. 4ⁿ numbers: up to about 12 qubits comfortably, 15 with patience.
///
///     let energy = try DensityMatrixSimulator().expectations(of: [h], in: circuit, options: .init())
public struct DensityMatrixSimulator: Simulator {
  public static let name = "density-matrix"

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
  ///   `CancellationError`.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Samples {
    let run = try run(circuit, shots: shots, seed: seed, options: options)
    return circuit.bitCount > 0 ? run.bits : run.record
  }

  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Throws: as `sample`.
  public func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> StateVectorSimulator.Run {
    switch options.precision {
    case .double:
      try run(
        circuit, shots: shots, seed: seed, options: options, from: nil as DensityMatrix<Double>?)
    case .single:
      try run(
        circuit, shots: shots, seed: seed, options: options, from: nil as DensityMatrix<Float>?)
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
    from initialState: DensityMatrix<S>?, keepsRecord: Bool = true
  ) throws -> StateVectorSimulator.Run {
    precondition(shots >= 0, "A number of shots is not negative")
    var options = options
    options.precision = S.precision
    let (program, live) = try Self.prepare(
      circuit, options: options, tail: .sampling, startingFrom: initialState?.qubitCount)
    try ResultMemory.check(
      circuit, shots: shots, limit: options.memoryLimit, keepsRecord: keepsRecord)
    let memory = try RunMemory(
      of: DensityMatrix<S>.self, program, circuit,
      .samples(shots: shots, keepsRecord: keepsRecord), options: options,
      extraStates: initialState == nil ? 0 : 1
    ).checked(program, S.self, options)
    var request = RunRequest<DensityMatrix<S>>()
    request.keepsRecord = keepsRecord
    let run = try TrajectoryRun<DensityMatrix<S>>(
      program, of: circuit, live: live, shots: shots, seed: seed, options: options,
      request: request, memory: memory, initialState: initialState)
    if shots > 0 { try run.run() }
    return StateVectorSimulator.Run(run)
  }

  /// The mixed state at the end of a circuit.
  public struct FinalState<S: Scalar>: Sendable {
    /// The qubits that the state is of, ascending: bit j of an index is `liveQubits[j]`. All others
    /// are |0⟩.
    public let liveQubits: [Int]
    public let state: DensityMatrix<S>
  }

  /// The state at the end of a circuit, before measurements that nothing follows: the exact average
  /// over errors and outcomes.
  ///
  /// Outcomes that nothing depends on are averaged as they happen; the others are followed one by
  /// one.
  ///
  /// - Throws: as `run`; `Obstacle` if more than 65536 combinations of outcomes would have to be
  ///   followed.
  @_specialize(where S == Double)
  @_specialize(where S == Float)
  public func finalState<S: Scalar>(
    of circuit: Circuit, as type: S.Type = S.self,
    options: SimulationOptions = SimulationOptions(), from initialState: DensityMatrix<S>? = nil
  ) throws -> FinalState<S> {
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
    let (run, live) = try follow(
      circuit, options, request, .state(isMeasured: false), from: initialState)
    guard let state = run.mixture else {
      throw Obstacle(.unsupported, "the circuit has no final state")
    }
    return FinalState(liveQubits: live.qubits, state: state)
  }

  /// Exact expectations of observables at the end of a circuit, before measurements that nothing
  /// follows.
  ///
  /// - Throws: as `finalState`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit, options: SimulationOptions
  ) throws -> [Double] {
    switch options.precision {
    case .double:
      try expectations(
        of: observables, in: circuit, options: options, from: nil as DensityMatrix<Double>?)
    case .single:
      try expectations(
        of: observables, in: circuit, options: options, from: nil as DensityMatrix<Float>?)
    }
  }

  /// As `expectations(of:in:options:)`, from a state of the live qubits.
  @_specialize(where S == Double)
  @_specialize(where S == Float)
  public func expectations<S: Scalar>(
    of observables: [PauliSum], in circuit: Circuit, options: SimulationOptions,
    from initialState: DensityMatrix<S>?
  ) throws -> [Double] {
    let live = LiveQubits(of: circuit, startingFrom: initialState?.qubitCount)
    var request = RunRequest<DensityMatrix<S>>(samples: false)
    request.values = { state in
      observables.map { Self.expectation(of: $0, in: state, live: live) }
    }
    let terms = observables.reduce(0) { $0 + $1.terms.count }
    let (run, _) = try follow(
      circuit, options, request, .expectations(shots: 1, terms: terms), from: initialState)
    return observables.indices.map { index in
      run.groups.reduce(0) { $0 + $1.weight * $1.values[index] }
    }
  }

  /// Follows every outcome that something depends on.
  private func follow<S: Scalar>(
    _ circuit: Circuit, _ options: SimulationOptions, _ request: RunRequest<DensityMatrix<S>>,
    _ task: RunTask, from initialState: DensityMatrix<S>?
  ) throws -> (TrajectoryRun<DensityMatrix<S>>, LiveQubits) {
    var (options, request) = (options, request)
    options.precision = S.precision
    request.isExact = true
    let (program, live) = try Self.prepare(
      circuit, options: options, tail: .state, startingFrom: initialState?.qubitCount)
    let memory = try RunMemory(
      of: DensityMatrix<S>.self, program, circuit, task, options: options, isExact: true,
      extraStates: initialState == nil ? 0 : 1
    ).checked(program, S.self, options)
    let run = try TrajectoryRun<DensityMatrix<S>>(
      program, of: circuit, live: live, shots: 1, seed: 0, options: options, request: request,
      memory: memory, initialState: initialState)
    try run.run()
    return (run, live)
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

  /// What a run of a circuit would do.
  public struct Plan: Sendable {
    /// One pass over the density matrix.
    public struct Step: Sendable {
      /// `channel` on up to three qubits, or `errors`, `pauli` and `dense` on more.
      public let kind: String
      /// Gates and channels of the circuit that the step stands for.
      public let gateCount: Int
      /// Positions among the live qubits, ascending.
      public let targets: [Int]
      /// In maps on two qubits.
      public let cost: Double
    }
    /// The qubits that the state is of, ascending.
    public let liveQubits: [Int]
    /// Bytes of one state; saturates.
    public let stateBytes: UInt64
    /// Whether a run is one simulation, with all shots drawn from its end.
    public let isOneSimulation: Bool
    public let steps: [Step]
    /// What the whole run has to do.
    public let work: RunWork
    public var gateCount: Int { steps.reduce(0) { $0 + $1.gateCount } }
    /// Sweeps over the state of one pass through the program: one for each step.
    public var sweepCount: Int { steps.count }
    /// Bytes read and written in one pass through the program, were none of the state in cache.
    public var bytes: Double { 2 * Double(stateBytes) * Double(steps.count) }
    /// Real additions and multiplications: a map on k qubits is a real 4ᵏ × 4ᵏ matrix.
    public var flops: Double {
      let numbers = Double(sign: .plus, exponent: 2 * liveQubits.count, significand: 1)
      return steps.reduce(0) { sum, step in
        sum + 2 * numbers
          * Double(sign: .plus, exponent: 2 * min(3, step.targets.count), significand: 1)
      }
    }
    /// Seconds of one pass through the program on one core: a guess, good to a factor of about two.
    public var estimatedSeconds: Double {
      steps.reduce(0) { $0 + $1.cost * Double(stateBytes) * 1.2e-10 + 1e-6 }
    }
  }

  /// What `sample` would do with a circuit.
  ///
  /// - Parameters:
  ///   - shots: how often the circuit is to run.
  ///   - stateQubitCount: the qubits of the state that the run starts from; `nil` where that is
  ///     |0…0⟩.
  /// - Throws: the obstacle if there is one.
  public static func plan(
    for circuit: Circuit, shots: Int = 1, options: SimulationOptions,
    startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> Plan {
    let (program, live) = try prepare(
      circuit, options: options, tail: .sampling, startingFrom: stateQubitCount)
    let reads = ProgramReads(program, circuit: circuit, keepsResults: true)
    let outline = ProgramOutline(of: program) {
      DensityMatrix<Double>.joins($0, of: program, whole: reads)
    }
    var steps: [Plan.Step] = []
    for segment in outline.segments where segment.isStretch {
      let operations = DensityMatrix<Double>.operations(of: program.steps[segment.steps])
      for (step, count) in DensityFusion.fused(operations, fusing: options.fusesGates) {
        let targets = GateApplication.positions(step.qubitMask)
        steps.append(
          Plan.Step(kind: step.kind, gateCount: count, targets: targets, cost: step.cost))
      }
    }
    return Plan(
      liveQubits: live.qubits,
      stateBytes: DensityMemory.bytes(qubitCount: live.count, precision: options.precision),
      isOneSimulation: outline.segments.allSatisfy(\.isStretch), steps: steps,
      work: RunWork(
        of: program, outline, on: DensityMatrix<Double>.self, shots: shots, isExact: false))
  }

  /// What a run takes at most, under a limit; it may be more than the limit allows.
  ///
  /// - Parameters:
  ///   - stateQubitCount: the qubits of the state that the run starts from; `nil` where that is
  ///     |0…0⟩.
  ///   - writesElements: whether the matrix elements of the final state are formed, which take as
  ///     much as two states.
  /// - Throws: the obstacle if there is one.
  public static func memory(
    for circuit: Circuit, _ task: RunTask, options: SimulationOptions,
    startingFrom stateQubitCount: Int? = nil, writesElements: Bool = false
  ) throws(Obstacle) -> MemoryBound {
    var unlimited = options
    unlimited.memoryLimit = nil
    var isExact = true
    if case .samples = task { isExact = false }
    let (program, _) = try prepare(
      circuit, options: unlimited, tail: isExact ? .state : .sampling,
      startingFrom: stateQubitCount)
    let extra: UInt64 = stateQubitCount == nil ? 0 : 1
    var bound =
      options.precision == .double
      ? RunMemory(
        of: DensityMatrix<Double>.self, program, circuit, task, options: options, isExact: isExact,
        extraStates: extra
      ).bound
      : RunMemory(
        of: DensityMatrix<Float>.self, program, circuit, task, options: options, isExact: isExact,
        extraStates: extra
      ).bound
    if writesElements {
      bound.leastStateCount = max(bound.leastStateCount, 3 + extra)
      bound.stateCount = max(bound.stateCount, 3 + extra)
    }
    return bound
  }

  // MARK: Checks

  private static func prepare(
    _ circuit: Circuit, options: SimulationOptions, tail: Program.TailKind,
    startingFrom stateQubitCount: Int? = nil
  ) throws(Obstacle) -> (program: Program, live: LiveQubits) {
    if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
    let live = LiveQubits(of: circuit, startingFrom: stateQubitCount)
    if let obstacle = live.obstacle(startingFrom: stateQubitCount, in: circuit) { throw obstacle }
    if let obstacle = DensityMemory.obstacle(
      qubitCount: live.count, precision: options.precision, limit: options.memoryLimit)
    {
      throw obstacle
    }
    let program = try ProgramCompiler.compile(circuit, live: live, options: options, tail: tail)
    return (program, live)
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
