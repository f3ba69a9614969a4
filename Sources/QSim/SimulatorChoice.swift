import DenseSimulation
import QuantumCore
import StabilizerSimulation

/// Which engine runs a circuit when nobody asked for one, and why.
public struct SimulatorChoice: Hashable, Sendable {
  public enum Engine: String, Hashable, Sendable, CaseIterable {
    case stabilizer
    case statevector
    case trajectories
  }

  public let engine: Engine
  /// A clause without a full stop.
  public let why: String

  /// Up to this many live qubits the amplitudes cost no more than the bookkeeping of another engine.
  static let smallState = 16

  /// Chooses by the gates and the size of a circuit, never by the number of threads.
  ///
  /// Clifford circuits go to the stabilizer engine, unless amplitudes are wanted or are few: up to 16 live qubits with one
  /// final state, or with control flow, which stabilizers follow shot by shot. Everything else goes to the dense engine.
  ///
  /// - Parameter needsAmplitudes: whether more is asked for than results of measurements.
  /// - Throws: `Obstacle` if no engine can run the circuit; it says what would be possible.
  public init(
    for circuit: Circuit, options: SimulationOptions, needsAmplitudes: Bool = false
  ) throws {
    let isSampled = !needsAmplitudes && circuit.measurementCount != 0
    let obstacle = StabilizerSimulator.obstacle(to: circuit, options: options)
    let liveCount = StateVectorSimulator.liveQubits(of: circuit).count
    if obstacle == nil, isSampled, liveCount > Self.smallState {
      self.init(.stabilizer, "every gate is Clifford; \(liveCount) live qubits")
      return
    }
    let hasUniqueState: Bool
    do {
      hasUniqueState = try StateVectorSimulator.hasUniqueState(circuit, options: options)
    } catch {
      throw Self.explained(error, notClifford: obstacle)
    }
    if obstacle == nil, isSampled, !hasUniqueState, !circuit.hasControlFlow {
      self.init(.stabilizer, "every gate is Clifford, and noise or outcomes decide")
      return
    }
    let reason =
      if let obstacle { obstacle.message } else if isSampled {
        "a small state"
      } else { "amplitudes are asked for" }
    self.init(hasUniqueState ? .statevector : .trajectories, reason)
  }

  /// What keeps amplitudes from a circuit, with what keeps stabilizers from it.
  private static func explained(_ dense: Obstacle, notClifford: Obstacle?) -> Obstacle {
    guard case .memory = dense.kind, let notClifford else { return dense }
    let place = notClifford.range.map { " (line \($0.line), column \($0.column))" } ?? ""
    let stabilizers =
      "stabilizers would carry any width, but \(notClifford.message)\(place)"
    let hint = [dense.hint, stabilizers].compactMap(\.self).joined(separator: "; ")
    return Obstacle(dense.kind, dense.message, hint: hint, range: dense.range ?? notClifford.range)
  }

  private init(_ engine: Engine, _ why: String) {
    (self.engine, self.why) = (engine, why)
  }
}
