import QuantumCore

/// Runs noisy circuits by their amplitudes, shot by shot: each shot is a pure state that draws its
/// own errors.
///
/// A shot draws whether errors happen before the state is known: Pauli errors do not depend on it,
/// and of other channels the operator that is next to the identity acts with a probability that is
/// bounded from below. So the circuit without errors is planned once; shots run along it together,
/// and a shot that draws an error leaves with a copy, changes the one block in which the error is,
/// and goes on with the plan. Small states run side by side, one thread each.
///
/// It is the machinery of `StateVectorSimulator`, which it serves wherever a circuit has no single
/// final state.
///
/// - Source: [Dalibard92] for trajectories of general channels.
public struct TrajectorySimulator: Simulator {
  public static let name = "trajectories"

  public init() {}

  public static func obstacle(to circuit: Circuit, options: SimulationOptions) -> Obstacle? {
    StateVectorSimulator.obstacle(to: circuit, options: options)
  }

  /// Runs the circuit `shots` times.
  ///
  /// - Returns: the classical bits at the end if the circuit declares any, otherwise the
  ///   measurement record.
  /// - Throws: as `StateVectorSimulator.sample`.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Samples {
    try StateVectorSimulator().sample(circuit, shots: shots, seed: seed, options: options)
  }

  /// Means of observables over trajectories, with their standard errors.
  ///
  /// - Throws: as `sample`.
  public func expectations(
    of observables: [PauliSum], in circuit: Circuit, shots: Int, seed: UInt64,
    options: SimulationOptions
  ) throws -> [StateVectorSimulator.Expectation] {
    try StateVectorSimulator().expectations(
      of: observables, in: circuit, shots: shots, seed: seed, options: options)
  }
}
