import ComplexModule
import QuantumCore

/// Runs any circuit by its amplitudes.
///
/// Only live qubits have amplitudes: those that a gate acts on. Where every measurement is the last
/// thing that happens to its qubits, the circuit is simulated once and all shots are drawn from the
/// final state; otherwise shots share the simulation for as long as they see the same outcomes.
///
/// A shot of a noisy circuit is a pure state that draws its own errors, and it draws whether errors
/// happen before the state is known: Pauli errors do not depend on it, and of other channels the
/// operator that is next to the identity acts with a probability that is bounded from below. So the
/// circuit without errors is planned once; shots run along it together, and a shot that draws an
/// error leaves with a copy, changes the one block in which the error is, and goes on with the
/// plan. Small states run side by side, one thread each.
///
///     let samples = try StateVectorSimulator().sample(circuit, shots: 1000, seed: 1)
///
/// - Source: [Dalibard92] for trajectories of general channels.
public struct StateVectorSimulator: Simulator {
  /// The name on the command line, `statevector`.
  public static let name = "statevector"

  /// The engine, which has no state of its own: any number of circuits may run on it.
  public init() {}

  public func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)?,
    options: SimulationOptions
  ) throws(Obstacle) -> Compiled {
    try Compiled(circuit, startingFrom: initialState, options: options)
  }

  public func stateSize(
    of circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> StateSize {
    let count = LiveQubits(of: circuit).count
    return StateSize(
      bytes: StateMemory.bytes(qubitCount: count, precision: options.precision),
      text: Self.sizeText(count, options.precision))
  }

  static func sizeText(_ qubitCount: Int, _ precision: Precision) -> String {
    "2^\(qubitCount) × \(precision.bytesPerAmplitude) B"
  }

  // MARK: In the precision of a state

  /// Runs the circuit `shots` times from a state of its live qubits, or of all its qubits; `nil` is
  /// |0…0⟩.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to run.
  ///   - shots: the number of shots, at least 0.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - options: threads, limits and what else a run is to keep to.
  ///   - initialState: a state of the live qubits, or of all qubits; `nil` is |0…0⟩.
  ///   - keepsRecord: whether the measurement record is wanted besides declared bits; without, it
  ///     has no rows.
  /// - Throws: as `sample`; also `Obstacle` if the state has another number of qubits than are
  ///   live.
  public func run<S: Scalar>(
    _ circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions = SimulationOptions(), from initialState: StateVector<S>?,
    keepsRecord: Bool = true
  ) throws -> ShotResults {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .run(shots: shots, seed: seed, keepsRecord: keepsRecord)
  }

  /// Runs the circuit once; gives its results and the state that they were drawn from.
  ///
  /// - Throws: as `run`.
  public func runOnce<S: Scalar>(
    _ circuit: Circuit, as type: S.Type = S.self, seed: UInt64,
    options: SimulationOptions = SimulationOptions(), from initialState: StateVector<S>? = nil
  ) throws -> (results: ShotResults, state: FinalState<S>) {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .runOnce(as: S.self, seed: seed)
  }

  /// The final amplitudes of a circuit.
  public struct FinalState<S: Scalar>: Sendable {
    /// The qubits that have amplitudes, ascending: bit j of an index is `liveQubits[j]`. All others
    /// are |0⟩. Where the run started from a state of all qubits they are all.
    public let liveQubits: [Int]
    /// The amplitudes of the live qubits.
    public let state: StateVector<S>
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
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .finalState(as: S.self, seed: seed)
  }

  /// Expectations of observables at the end of a circuit that starts from a state of the live
  /// qubits, before measurements that nothing follows.
  ///
  /// - Throws: as `run`.
  public func expectations<S: Scalar>(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions = SimulationOptions(), from initialState: StateVector<S>?
  ) throws -> [ExpectationValue] {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .expectations(of: observables, shots: shots, seed: seed)
  }

  /// ⟨H⟩ at the end of a circuit, and its derivative by every angle of every gate, in one pass
  /// there and one back.
  ///
  ///     let gradient = try StateVectorSimulator().gradient(of: hamiltonian, in: circuit)
  ///     print(gradient.value, gradient.derivatives)
  ///
  /// - Throws: as `Compiled.gradient`.
  public func gradient(
    of observable: PauliSum, in circuit: Circuit, options: SimulationOptions = SimulationOptions()
  ) throws -> ObservableGradient {
    try compiled(for: circuit, options: options).gradient(of: observable)
  }

  /// As `gradient(of:in:options:)`, from a state of the live qubits.
  ///
  /// - Throws: as `Compiled.gradient`.
  public func gradient<S: Scalar>(
    of observable: PauliSum, in circuit: Circuit, options: SimulationOptions,
    from initialState: StateVector<S>?
  ) throws -> ObservableGradient {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .gradient(of: observable)
  }

  // MARK: Planning

  /// The steps that a run of a circuit would take.
  public struct Plan: Sendable {
    /// How shots are made.
    public let strategy: SimulationPlan.Strategy
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
    /// The number of steps of one pass through the program.
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

  /// The steps that `sample` would take with a circuit.
  ///
  /// - Throws: the obstacle if there is one.
  public static func plan(
    for circuit: Circuit, shots: Int = 1, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) -> Plan {
    try Self().compiled(for: circuit, options: options).steps(shots: shots)
  }

  /// The qubits of a circuit that need amplitudes, ascending.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to run.
  ///   - stateQubitCount: the qubits of the state that the run starts from; `nil` where that is
  ///     |0…0⟩.
  public static func liveQubits(
    of circuit: Circuit, startingFrom stateQubitCount: Int? = nil
  ) -> [Int] {
    LiveQubits(of: circuit, startingFrom: stateQubitCount).qubits
  }
}

extension SimulationOptions {
  /// The same in another precision.
  func with(_ precision: Precision) -> SimulationOptions {
    var options = self
    options.precision = precision
    return options
  }
}
