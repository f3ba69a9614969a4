/// A circuit made ready for an engine: what does not depend on shots and seed is done once.
///
/// Same circuit, shots and seed give the same results for any number of threads.
public protocol CompiledSimulation: Sendable {
  /// The qubits that the state is of, ascending.
  var liveQubits: [Int] { get }

  /// Whether the final state is the same whatever the seed.
  var hasUniqueState: Bool { get }

  /// Basis states that the final state may have an amplitude for, where that is known before a run;
  /// saturates.
  var basisStateCount: Int? { get }

  /// What a run would do. Never allocates a state that takes more than milliseconds.
  ///
  /// - Parameters:
  ///   - shots: how often the circuit is to run.
  ///   - listingSteps: whether gates are merged into steps; without, there are none.
  /// - Throws: `Obstacle` if the engine turns out to be unable to run the circuit.
  func plan(shots: Int, listingSteps: Bool) throws(Obstacle) -> SimulationPlan

  /// What a run takes at most beside the program itself; it may be more than the limit allows.
  ///
  /// - Parameters:
  ///   - task: what the run is to give.
  ///   - limit: bytes that decide how many states there may be at a time; `nil` is no limit.
  func memory(for task: RunTask, limit: UInt64?) throws(Obstacle) -> MemoryBound

  /// What to try where `available` bytes are too few for `bound`: clauses such as `fewer shots`,
  /// only those that would help.
  func remedies(for bound: MemoryBound, available: UInt64) -> [String]

  /// Runs the circuit `shots` times.
  ///
  /// - Parameters:
  ///   - shots: the number of shots, at least 0.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - keepsRecord: whether the measurement record is wanted besides declared bits; without, it
  ///     may have no rows.
  /// - Throws: `Obstacle` for what the engine does not give and where memory or time run out;
  ///   `Diagnostic` for an error that shows only while running, such as a division by zero in a
  ///   classical expression; `CancellationError`.
  func run(shots: Int, seed: UInt64, keepsRecord: Bool) throws -> ShotResults

  /// Runs the circuit once; gives its results, and the state that they were drawn from or, of
  /// engines that keep mixtures, the mixture of all runs.
  ///
  /// - Throws: as `run`.
  func runOnce(
    seed: UInt64, for use: StateUse
  ) throws -> (results: ShotResults, state: any FinalState)

  /// The state at the end of the circuit, before measurements that nothing follows: where there is
  /// none of its own, that of the run which the seed draws.
  ///
  /// - Throws: as `run`.
  func finalState(seed: UInt64, for use: StateUse) throws -> any FinalState

  /// Means of observables at the end of the circuit, before measurements that nothing follows.
  ///
  /// Exact where the circuit has one final state or the engine keeps mixtures; otherwise over
  /// `shots` runs.
  ///
  /// - Throws: as `run`.
  func expectations(
    of observables: [PauliSum], shots: Int, seed: UInt64
  ) throws -> [ExpectationValue]

  /// ⟨H⟩ at the end of the circuit and its derivative by every angle of every gate.
  ///
  /// - Throws: as `run`.
  func gradient(of observable: PauliSum) throws -> ObservableGradient
}

extension CompiledSimulation {
  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Throws: as `run(shots:seed:keepsRecord:)`.
  public func run(shots: Int, seed: UInt64) throws -> ShotResults {
    try run(shots: shots, seed: seed, keepsRecord: true)
  }

  /// As `finalState(seed:for:)`, for a state that is looked at where it is.
  ///
  /// - Throws: as `run`.
  public func finalState(seed: UInt64 = 0) throws -> any FinalState {
    try finalState(seed: seed, for: StateUse())
  }

  // MARK: What an engine need not give

  /// Not known before a run, for engines that do not say.
  public var basisStateCount: Int? { nil }

  /// No advice, for engines that have none.
  public func remedies(for bound: MemoryBound, available: UInt64) -> [String] { [] }

  /// One shot and its state by two runs under the same seed.
  public func runOnce(
    seed: UInt64, for use: StateUse
  ) throws -> (results: ShotResults, state: any FinalState) {
    (try run(shots: 1, seed: seed), try finalState(seed: seed, for: use))
  }

  /// Refuses, for engines that give no states.
  ///
  /// - Throws: `Obstacle`.
  public func finalState(seed: UInt64, for use: StateUse) throws -> any FinalState {
    throw Obstacle(.option, "this engine gives no states", hint: "take another one")
  }

  /// Refuses, for engines that give no expectation values.
  ///
  /// - Throws: `Obstacle`.
  public func expectations(
    of observables: [PauliSum], shots: Int, seed: UInt64
  ) throws -> [ExpectationValue] {
    throw Obstacle(.option, "this engine gives no expectation values", hint: "take another one")
  }

  /// Refuses, for engines that give no derivatives.
  ///
  /// - Throws: `Obstacle`.
  public func gradient(of observable: PauliSum) throws -> ObservableGradient {
    throw Obstacle(.option, "this engine gives no derivatives", hint: "take another one")
  }
}
