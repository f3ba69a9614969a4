/// Something that runs circuits: an engine.
///
/// A simulator is a small value that makes circuits ready to run; `CompiledSimulation` runs them.
///
///     let simulation = try StateVectorSimulator().compiled(for: circuit)
///     let shots = try simulation.run(shots: 1000, seed: 1)
///     let energy = try simulation.expectations(of: [hamiltonian], shots: 1000, seed: 1)
public protocol Simulator: Sendable {
  /// A circuit that this engine has made ready to run.
  associatedtype Compiled: CompiledSimulation

  /// The name on the command line, such as `statevector`.
  static var name: String { get }

  /// The engine with its defaults.
  init()

  /// Makes a circuit ready to run. Never allocates a state.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to be run.
  ///   - initialState: what the run starts from; `nil` is |0…0⟩.
  ///   - options: threads, limits and what else a run is to keep to.
  /// - Throws: `Obstacle` if the engine cannot run the circuit, with the place in its text where
  ///   one is to blame.
  func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)?,
    options: SimulationOptions
  ) throws(Obstacle) -> Compiled

  /// What one state of the circuit would take, whether or not there is the memory for it.
  ///
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  func stateSize(
    of circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> StateSize
}

extension Simulator {
  /// Makes a circuit ready to run from |0…0⟩. Never allocates a state.
  ///
  /// - Throws: as `compiled(for:startingFrom:options:)`.
  public func compiled(
    for circuit: Circuit, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) -> Compiled {
    try compiled(for: circuit, startingFrom: nil, options: options)
  }

  /// Why the circuit cannot be run under these options; `nil` if it can. Never allocates a state.
  public static func obstacle(
    to circuit: Circuit, options: SimulationOptions = SimulationOptions()
  ) -> Obstacle? {
    do throws(Obstacle) {
      _ = try Self().compiled(for: circuit, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// Runs the circuit `shots` times.
  ///
  /// - Returns: the classical bits at the end if the circuit declares any, otherwise the
  ///   measurement record.
  /// - Throws: as `CompiledSimulation.run`.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions = SimulationOptions()
  ) throws -> Samples {
    let results = try run(circuit, shots: shots, seed: seed, options: options)
    return circuit.bitCount > 0 ? results.bits : results.record
  }

  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Throws: as `CompiledSimulation.run`.
  public func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions = SimulationOptions()
  ) throws -> ShotResults {
    try compiled(for: circuit, options: options).run(shots: shots, seed: seed)
  }

  /// Means of observables at the end of a circuit, before measurements that nothing follows.
  ///
  /// - Throws: as `CompiledSimulation.expectations`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions = SimulationOptions()
  ) throws -> [ExpectationValue] {
    try compiled(for: circuit, options: options)
      .expectations(of: observables, shots: shots, seed: seed)
  }

  /// The memory of one state of a circuit, whatever limit the options set.
  ///
  /// - Throws: `Obstacle` where the engine cannot run the circuit.
  public func stateSize(
    of circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> StateSize {
    var options = options
    options.memoryLimit = nil
    let plan = try compiled(for: circuit, options: options).plan(shots: 1, listingSteps: false)
    return StateSize(bytes: plan.stateBytes, text: plan.stateSize)
  }
}
