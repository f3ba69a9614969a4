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
///     let samples = try SparseSimulator().sample(circuit, shots: 1000, seed: 1)
public struct SparseSimulator: Simulator {
  /// The name on the command line, `sparse`.
  public static let name = "sparse"

  /// Circuits with more live qubits are refused.
  public static let mostLiveQubits = 1 << 16

  /// The engine, which has no state of its own: any number of circuits may run on it.
  public init() {}

  /// Makes a circuit ready to run from |0…0⟩. Never allocates a state.
  ///
  /// - Throws: `Obstacle` if the engine cannot run the circuit, and for an initial state.
  public func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)?,
    options: SimulationOptions
  ) throws(Obstacle) -> Compiled {
    if initialState != nil { throw Compiled.noStart }
    return try Compiled(circuit, options: options)
  }

  public func stateSize(
    of circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> StateSize {
    var options = options
    options.memoryLimit = nil
    let need = try Compiled(circuit, options: options).need
    return StateSize(
      bytes: need.stateBytes, text: need.basis.rawValue, isBound: need.basis == .bound)
  }

  /// What the engine would need: found by running the circuit where that takes some milliseconds,
  /// otherwise from its gates.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to be run.
  ///   - shots: how often the circuit is to run.
  ///   - options: threads, limits and what else a run is to keep to.
  /// - Throws: `Obstacle` for what the engine does not do. Memory is none: see `stateBytes`.
  public static func plan(
    for circuit: Circuit, shots: Int = 1, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) -> SparsePlan {
    try Self().compiled(for: circuit, options: options).need(shots: shots)
  }

  /// Runs the circuit once; gives its results and the state that they were drawn from.
  ///
  /// - Throws: as `sample`.
  public func runOnce(
    _ circuit: Circuit, seed: UInt64, options: SimulationOptions = SimulationOptions()
  ) throws -> (results: ShotResults, state: FinalState) {
    try compiled(for: circuit, options: options).runOnce(seed: seed, reserving: 0)
  }

  // MARK: States

  /// The state at the end of one run, before measurements that nothing follows.
  public struct FinalState: QuantumCore.FinalState {
    /// The qubits that have amplitudes, ascending: bit j of a basis state is `liveQubits[j]`. All
    /// others are |0⟩.
    public let liveQubits: [Int]
    private let state: SparseState

    fileprivate init(liveQubits: [Int], state: SparseState) {
      (self.liveQubits, self.state) = (liveQubits, state)
    }

    /// Whether the state is mixed: one that has amplitudes never is.
    public var isMixed: Bool { false }

    /// The number of amplitudes that are kept, those of groups of qubits multiplied; saturates.
    public var basisStateCount: Int { state.basisStateCount }

    public func largestAmplitudes(limit: Int) throws(Obstacle) -> [BasisStateAmplitude] {
      try largestAmplitudes(limit: limit, threshold: 1e-20)
    }

    /// Basis states of largest probability with their amplitudes, in the order of their indices.
    ///
    /// - Parameters:
    ///   - limit: the most to give; of equal ones those of least index.
    ///   - threshold: basis states less probable than this part of the most probable one are left
    ///     out.
    /// - Throws: `Obstacle` if the list does not fit in memory.
    public func largestAmplitudes(
      limit: Int, threshold: Double
    ) throws(Obstacle) -> [BasisStateAmplitude] {
      var state = state
      return try state.largestAmplitudes(limit: limit, threshold: threshold)
        .map { BasisStateAmplitude(basisState: $0.bits, amplitude: $0.amplitude) }
    }

    /// The state with an amplitude for every basis state of the live qubits.
    ///
    /// - Parameters:
    ///   - type: the numbers of the result.
    ///   - limit: bytes that they may take; `nil` is the limit of the run.
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

    public func writeNumPy(
      precision: Precision, memoryLimit: UInt64?, to write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
      switch precision {
      case .double:
        try NumPyFile.write(try stateVector(as: Double.self, limit: memoryLimit), to: write)
      case .single:
        try NumPyFile.write(try stateVector(as: Float.self, limit: memoryLimit), to: write)
      }
    }
  }
}

extension SparseSimulator {
  /// A circuit whose amplitudes that are not 0 are followed.
  public struct Compiled: CompiledSimulation {
    let circuit: Circuit
    let options: SimulationOptions
    public let liveQubits: [Int]
    private let programs: TailPrograms<SparseProgram>
    private let needs = Once<SparsePlan>()

    /// - Throws: `Obstacle` for what keeps the engine from running the circuit.
    init(_ circuit: Circuit, options: SimulationOptions) throws(Obstacle) {
      (self.circuit, self.options) = (circuit, options)
      liveQubits = StateVectorSimulator.liveQubits(of: circuit)
      try Self.check(liveQubits.count, options)
      try ProgramMemory.check(circuit, limit: options.memoryLimit)
      let whole = try SparseProgramCompiler.compile(
        circuit, liveQubits: liveQubits, options: options)
      if let index = whole.steps.firstIndex(where: \.overflows) {
        throw Obstacle(
          .unsupported, "the matrix of a gate overflows", hint: "take angles modulo 4π",
          range: whole.ranges[index])
      }
      programs = TailPrograms(whole)
    }

    private static func check(
      _ liveCount: Int, _ options: SimulationOptions
    ) throws(Obstacle) {
      guard liveCount <= mostLiveQubits else {
        throw Obstacle(
          .unsupported,
          "the sparse engine takes up to \(mostLiveQubits) live qubits, the circuit has \(liveCount)",
          hint: "stabilizers take more: --engine stabilizer runs Clifford circuits")
      }
      // A group for each qubit, at worst, before any amplitude is counted.
      let required = UInt64(liveCount).saturatingMultiply(512)
      if let limit = options.memoryLimit, required > limit {
        throw AmplitudeBudget(limit: limit, threads: 1).obstacle(required: required)
      }
    }

    /// The program whose tail is of this kind.
    package func program(_ tail: Program.TailKind) -> SparseProgram { programs.program(tail) }

    /// Whether there is no noise, and nothing happens to a qubit once it is measured or reset.
    public var hasUniqueState: Bool { programs.hasUniqueState }

    // MARK: Running

    public func run(shots: Int, seed: UInt64, keepsRecord: Bool) throws -> ShotResults {
      precondition(shots >= 0, "A number of shots is not negative")
      try ResultMemory.check(
        circuit, shots: shots, limit: options.memoryLimit, keepsRecord: keepsRecord,
        outcomes: outcomeCount(shots: shots, keepsRecord: keepsRecord))
      var request = SparseRequest()
      request.keepsRecord = keepsRecord
      let run = try run(
        .samples(shots: shots, keepsRecord: keepsRecord), shots: shots, seed: seed, request)
      if shots > 0 { try run.run() }
      return ShotResults(bits: run.bits.table, record: run.record.table)
    }

    /// A run that is ready to start.
    ///
    /// - Parameter reserved: bytes of the memory limit that it leaves to others.
    private func run(
      _ task: RunTask, shots: Int, seed: UInt64, _ request: SparseRequest,
      reserving reserved: UInt64 = 0
    ) throws -> SparseRun {
      var options = options
      options.memoryLimit = options.memoryLimit.map { reserved < $0 ? $0 - reserved : $0 }
      var (isSampled, outcomes) = (false, UInt64?.none)
      if case .samples(let shots, let keepsRecord) = task {
        (isSampled, outcomes) = (true, outcomeCount(shots: shots, keepsRecord: keepsRecord))
      }
      return try SparseRun(
        program(isSampled ? .sampling : .state), of: circuit, liveQubits: liveQubits, shots: shots,
        seed: seed, options: options, request: request, task: task, outcomes: outcomes)
    }

    /// Different results that shots may have, where that decides whether they fit; `nil` where there
    /// may be as many as shots, or all of those fit.
    private func outcomeCount(shots: Int, keepsRecord: Bool) -> UInt64? {
      let most = ResultMemory.bytes(of: circuit, shots: shots, keepsRecord: keepsRecord)
      guard let limit = options.memoryLimit, most > limit / 4 else { return nil }
      return need.outcomeCount
    }

    public func runOnce(
      seed: UInt64, for use: StateUse
    ) throws -> (results: ShotResults, state: any QuantumCore.FinalState) {
      let reserved = try vectorBytes(for: use)
      return try runOnce(seed: seed, reserving: reserved)
    }

    /// Runs the circuit once; gives its results and the state that they were drawn from.
    func runOnce(
      seed: UInt64, reserving reserved: UInt64
    ) throws -> (results: ShotResults, state: FinalState) {
      var request = SparseRequest()
      request.keepsState = true
      let run = try run(
        .state(isMeasured: true), shots: 1, seed: seed, request, reserving: reserved)
      try run.run()
      guard let state = run.finalState else {
        throw Obstacle(.unsupported, "the circuit has no final state")
      }
      return (
        ShotResults(bits: run.bits.table, record: run.record.table),
        FinalState(liveQubits: liveQubits, state: state)
      )
    }

    public func finalState(
      seed: UInt64, for use: StateUse
    ) throws -> any QuantumCore.FinalState {
      let reserved = try vectorBytes(for: use)
      return try runOnce(seed: seed, reserving: reserved).state
    }

    /// What all amplitudes take, where they are written.
    ///
    /// - Throws: `Obstacle` if that is more than there is.
    private func vectorBytes(for use: StateUse) throws(Obstacle) -> UInt64 {
      guard use.isWritten else { return 0 }
      let (count, precision) = (liveQubits.count, options.precision)
      if let obstacle = StateMemory.obstacle(
        qubitCount: count, precision: precision, limit: options.memoryLimit)
      {
        throw obstacle
      }
      return StateMemory.bytes(qubitCount: count, precision: precision)
    }

    // MARK: Observables

    public func expectations(
      of observables: [PauliSum], shots: Int, seed: UInt64
    ) throws -> [ExpectationValue] {
      let count = hasUniqueState ? 1 : max(1, shots)
      let positions = Dictionary(
        uniqueKeysWithValues: liveQubits.enumerated().map { ($0.element, $0.offset) })
      let terms = observables.map { Self.terms(of: $0, positions: positions) }
      var request = SparseRequest(samples: false)
      request.values = { state in
        try terms.map { terms in
          let values = try state.expectations(of: terms.map(\.product))
          return zip(terms, values).reduce(0) { $0 + $1.0.coefficient * $1.1 }
        }
      }
      let termCount = observables.reduce(0) { $0 + $1.terms.count }
      let run = try run(
        .expectations(shots: count, terms: termCount), shots: count, seed: seed, request)
      try run.run()
      return observables.indices.map { index in
        var moments = WeightedMoments(of: observables[index])
        for group in run.values { moments.add(group.values[index], count: group.count) }
        return ExpectationValue(value: moments.mean, standardError: moments.standardError)
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

    public func gradient(of observable: PauliSum) throws -> ObservableGradient {
      throw Self.noStart
    }

    static let noStart = Obstacle(
      .option, "the sparse engine starts at |0…0⟩ and gives no derivatives",
      hint: "take --engine statevector")

    // MARK: Planning

    /// What the engine would need for one shot: found by running the circuit where that takes some
    /// milliseconds, otherwise from its gates.
    public var need: SparsePlan { needs.get { SparsePlan(of: self) } }

    /// The same, with the work of so many shots.
    func need(shots: Int) -> SparsePlan {
      var need = need
      need.work = RunWork(of: program(.sampling), shots: shots)
      return need
    }

    public func plan(shots: Int, listingSteps: Bool) -> SimulationPlan {
      let need = need(shots: shots)
      let count = liveQubits.count
      var plan = SimulationPlan(
        strategy: need.isOneSimulation ? .finalState : .trajectories,
        approach: "keeps amplitudes that are not 0, in groups of entangled qubits; "
          + CountText.liveQubits(count),
        liveQubits: liveQubits, stateBytes: need.stateBytes,
        stateSize: need.basis == .bound
          ? "at most 2^\(Int(need.amplitudeBits.rounded(.up))) amplitudes, \(need.basis.rawValue)"
          : need.basis.rawValue, gateCount: need.gateCount)
      (plan.work, plan.countsStates, plan.threads) = (need.work, false, options.threads)
      return plan
    }

    public func memory(for task: RunTask, limit: UInt64?) -> MemoryBound {
      need.memory(of: circuit, task, options: options, limit: limit)
    }

    public func remedies(for bound: MemoryBound, available: UInt64) -> [String] {
      // Amplitudes are always in double precision.
      bound.stateBytes <= available
        ? MemoryAdvice.forRun(bound, precision: .single, available: available) : []
    }
  }
}
