/// Something that runs circuits.
///
/// A simulator is a small value; state lives in the call. Same circuit, shots and seed give the
/// same samples for any number of threads.
public protocol Simulator: Sendable {
  /// Name on the command line, such as `statevector`.
  static var name: String { get }

  /// Why the circuit cannot be run under these options; `nil` if it can. Never allocates state.
  static func obstacle(to circuit: Circuit, options: SimulationOptions) -> Obstacle?

  /// Runs the circuit `shots` times.
  ///
  /// - Throws: `Obstacle` if there is one; `Diagnostic` for an error that shows only while running,
  ///   such as a division by zero in a classical expression.
  func sample(_ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions) throws
    -> Samples
}
