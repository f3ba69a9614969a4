import ComplexModule
import QuantumCore

/// Runs noisy circuits on density matrices: channels act as a whole, and nothing is left to chance
/// but what is measured.
///
/// Expectations and the final state are exact. Shots are drawn from the diagonal; a measurement in
/// the middle splits them by its result. Gates and the channels after them on the same one or two
/// qubits are merged into one map. 4ⁿ numbers: up to about 12 qubits comfortably, 15 with patience.
///
///     let energy = try DensityMatrixSimulator().expectations(of: [h], in: circuit)
public struct DensityMatrixSimulator: Simulator {
  /// The name on the command line, `density-matrix`.
  public static let name = "density-matrix"

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
      bytes: count >= 30
        ? .max : DensityMemory.bytes(qubitCount: count, precision: options.precision),
      text: Self.sizeText(count, options.precision))
  }

  static func sizeText(_ qubitCount: Int, _ precision: Precision) -> String {
    "4^\(qubitCount) × \(precision.bytesPerAmplitude / 2) B"
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
    options: SimulationOptions = SimulationOptions(), from initialState: DensityMatrix<S>?,
    keepsRecord: Bool = true
  ) throws -> ShotResults {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .run(shots: shots, seed: seed, keepsRecord: keepsRecord)
  }

  /// The mixed state at the end of a circuit.
  public struct FinalState<S: Scalar>: Sendable {
    /// The qubits that the state is of, ascending: bit j of an index is `liveQubits[j]`. All others
    /// are |0⟩.
    public let liveQubits: [Int]
    /// The density matrix of the live qubits.
    public let state: DensityMatrix<S>
  }

  /// The state at the end of a circuit, before measurements that nothing follows: the exact average
  /// over errors and outcomes.
  ///
  /// - Throws: as `Compiled.finalState`.
  public func finalState<S: Scalar>(
    of circuit: Circuit, as type: S.Type = S.self,
    options: SimulationOptions = SimulationOptions(), from initialState: DensityMatrix<S>? = nil
  ) throws -> FinalState<S> {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .finalState(as: S.self)
  }

  /// Exact expectations of observables at the end of a circuit, before measurements that nothing
  /// follows.
  ///
  /// - Throws: as `Compiled.finalState`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit,
    options: SimulationOptions = SimulationOptions()
  ) throws -> [Double] {
    try compiled(for: circuit, options: options)
      .expectations(of: observables, shots: 1, seed: 0).map(\.value)
  }

  /// As `expectations(of:in:options:)`, from a state of the live qubits.
  ///
  /// - Throws: as `Compiled.finalState`.
  public func expectations<S: Scalar>(
    of observables: [PauliSum], in circuit: Circuit, options: SimulationOptions,
    from initialState: DensityMatrix<S>?
  ) throws -> [Double] {
    try compiled(for: circuit, startingFrom: initialState, options: options.with(S.precision))
      .expectations(of: observables, shots: 1, seed: 0).map(\.value)
  }
}
