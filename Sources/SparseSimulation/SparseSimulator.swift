import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule

/// Runs circuits of any width whose state has few amplitudes that are not 0, or falls apart into
/// groups of qubits that do.
///
/// Reversible arithmetic on basis states, W and GHZ states, products of single qubits,
/// teleportation and phase kickback are of this kind on hundreds of qubits. Every gate, measurement
/// and channel of the catalog runs. Time and memory go with the amplitudes that are not 0; `plan`
/// says how many there will be where it can.
///
/// Without noise, results are those of `StateVectorSimulator` for the same seed where circuits fit
/// both, up to 32 qubits in superposition, but for outcomes within rounding of each other. Noise
/// draws other errors of the same distribution. Sums that cancel to less than 9·10⁻¹⁶ of their
/// terms are taken to be 0.
///
///     let samples = try SparseSimulator().sample(circuit, shots: 1000, seed: 1, options: .init())
public struct SparseSimulator: Simulator {
  /// As `--engine` takes it.
  public static let name = "sparse"

  /// Circuits with more live qubits are refused.
  public static let mostLiveQubits = 1 << 16

  public init() {}

  /// What keeps the engine from running a circuit; `nil` if nothing does.
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
  /// - Throws: `Obstacle` if there is one or memory runs out, then with the place; `Diagnostic` for
  ///   an error that shows only while running; `CancellationError`.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Samples {
    let run = try run(circuit, shots: shots, seed: seed, options: options)
    return circuit.bitCount > 0 ? run.bits : run.record
  }

  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Parameter keepsRecord: whether the measurement record is wanted besides declared bits;
  ///   without, it has no rows.
  /// - Throws: as `sample`.
  public func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions,
    keepsRecord: Bool = true
  ) throws -> StateVectorSimulator.Run {
    precondition(shots >= 0, "A number of shots is not negative")
    let (program, live) = try Self.prepare(circuit, options: options, tail: .sampling)
    try ResultMemory.check(
      circuit, shots: shots, limit: options.memoryLimit, keepsRecord: keepsRecord)
    var request = SparseRequest()
    request.keepsRecord = keepsRecord
    let run = try SparseRun(
      program, of: circuit, liveQubits: live, shots: shots, seed: seed, options: options,
      request: request, task: .samples(shots: shots, keepsRecord: keepsRecord))
    if shots > 0 { try run.run() }
    return StateVectorSimulator.Run(
      bits: Samples(source: .bits, table: run.bits.table),
      record: Samples(source: .record, table: run.record.table))
  }

  /// Expectations of observables at the end of a circuit, before measurements that nothing follows.
  ///
  /// Exact where the circuit has one final state; otherwise the mean over `shots` trajectories.
  ///
  /// - Throws: as `sample`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions
  ) throws -> [StateVectorSimulator.Expectation] {
    let (program, live) = try Self.prepare(circuit, options: options, tail: .state)
    let count = program.isDeterministic ? 1 : max(1, shots)
    let positions = Dictionary(
      uniqueKeysWithValues: live.enumerated().map { ($0.element, $0.offset) })
    let terms = observables.map { Self.terms(of: $0, positions: positions) }
    var request = SparseRequest(samples: false)
    request.values = { state in
      try terms.map { terms in
        let values = try state.expectations(of: terms.map(\.product))
        return zip(terms, values).reduce(0) { $0 + $1.0.coefficient * $1.1 }
      }
    }
    let run = try SparseRun(
      program, of: circuit, liveQubits: live, shots: count, seed: seed, options: options,
      request: request,
      task: .expectations(shots: count, terms: observables.reduce(0) { $0 + $1.terms.count }))
    try run.run()
    return observables.indices.map { index in
      var moments = WeightedMoments(of: observables[index])
      for group in run.values { moments.add(group.values[index], count: group.count) }
      return .init(value: moments.mean, standardError: moments.standardError)
    }
  }

  /// Terms on live qubits: an X or Y on any other makes a term 0, a Z leaves it.
  private static func terms(
    of sum: PauliSum, positions: [Int: Int]
  ) -> [(coefficient: Double, product: QubitPauli)] {
    sum.terms.compactMap { term in
      var factors: [(qubit: Int, pauli: Pauli)] = []
      for factor in term.pauli.factors {
        if let position = positions[factor.qubit] {
          factors.append((position, factor.pauli))
        } else if factor.pauli.hasX {
          return nil
        }
      }
      return (term.coefficient, QubitPauli(factors))
    }
  }

  // MARK: States

  /// The state at the end of one run, before measurements that nothing follows.
  public struct FinalState: Sendable {
    /// The qubits that have amplitudes, ascending: bit j of a basis state is `liveQubits[j]`. All
    /// others are |0⟩.
    public let liveQubits: [Int]
    private let state: SparseState

    fileprivate init(liveQubits: [Int], state: SparseState) {
      (self.liveQubits, self.state) = (liveQubits, state)
    }

    /// Basis states of largest probability with their amplitudes, in the order of their indices.
    ///
    /// - Parameters:
    ///   - limit: the most to give; of equal ones those of least index.
    ///   - threshold: basis states less probable than this part of the most probable one are left
    ///     out.
    /// - Throws: `Obstacle` if the list does not fit in memory.
    public func largestAmplitudes(
      limit: Int, threshold: Double = 0
    ) throws(Obstacle) -> [(bits: BitVector, amplitude: Complex<Double>)] {
      var state = state
      return try state.largestAmplitudes(limit: limit, threshold: threshold)
        .map { ($0.bits, $0.amplitude) }
    }

    /// The state with an amplitude for every basis state of the live qubits.
    ///
    /// - Parameter limit: bytes that they may take; `nil` is the limit of the run.
    /// - Throws: `Obstacle` if they are more than the limit or than the system gives, or there are
    ///   more than 48 qubits.
    public func stateVector<S: Scalar>(
      as type: S.Type = S.self, limit: UInt64? = nil
    ) throws(Obstacle) -> StateVector<S> {
      var state = state
      let limit = limit ?? state.budget.limit
      var vector = try StateVector<S>(
        allocating: liveQubits.count, options: SimulationOptions(memoryLimit: limit))
      vector[0] = .zero
      var failure: Obstacle?
      vector.withUniquePointer { amplitudes in
        do throws(Obstacle) { try state.write(to: amplitudes) } catch { failure = error }
      }
      if let failure { throw failure }
      return vector
    }
  }

  /// Runs the circuit once; gives its results and the state that they were drawn from.
  ///
  /// - Throws: as `sample`.
  public func runOnce(
    _ circuit: Circuit, seed: UInt64, options: SimulationOptions
  ) throws -> (run: StateVectorSimulator.Run, final: FinalState) {
    let (program, live) = try Self.prepare(circuit, options: options, tail: .state)
    var request = SparseRequest()
    request.keepsState = true
    let run = try SparseRun(
      program, of: circuit, liveQubits: live, shots: 1, seed: seed, options: options,
      request: request, task: .state(isMeasured: true))
    try run.run()
    guard let state = run.finalState else {
      throw Obstacle(.unsupported, "the circuit has no final state")
    }
    return (
      StateVectorSimulator.Run(
        bits: Samples(source: .bits, table: run.bits.table),
        record: Samples(source: .record, table: run.record.table)),
      FinalState(liveQubits: live, state: state)
    )
  }

  /// Whether the circuit has one final state: no noise, and nothing happens to a qubit once it is
  /// measured or reset.
  ///
  /// - Throws: `Obstacle` for what the simulator does not do.
  public static func hasUniqueState(
    _ circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> Bool {
    try prepare(circuit, options: options, tail: .state).program.isDeterministic
  }

  // MARK: Checks

  package static func prepare(
    _ circuit: Circuit, options: SimulationOptions, tail: Program.TailKind
  ) throws(Obstacle) -> (program: SparseProgram, live: [Int]) {
    let live = StateVectorSimulator.liveQubits(of: circuit)
    guard live.count <= mostLiveQubits else {
      throw Obstacle(
        .unsupported,
        "the sparse engine takes up to \(mostLiveQubits) live qubits, the circuit has \(live.count)",
        hint: "stabilizers take more: --engine stabilizer runs Clifford circuits")
    }
    // A group for each qubit, at worst, before any amplitude is counted.
    let required = UInt64(live.count).saturatingMultiply(512)
    if let limit = options.memoryLimit, required > limit {
      throw AmplitudeBudget(limit: limit, threads: 1).obstacle(required: required)
    }
    let program = try SparseProgramCompiler.compile(
      circuit, liveQubits: live, options: options, tail: tail)
    if let index = program.steps.firstIndex(where: \.overflows) {
      throw Obstacle(
        .unsupported, "the matrix of a gate overflows", hint: "take angles modulo 4π",
        range: program.ranges[index])
    }
    return (program, live)
  }
}
