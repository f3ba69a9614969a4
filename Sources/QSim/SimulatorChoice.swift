import DenseSimulation
import QuantumCore
import SparseSimulation
import StabilizerSimulation

/// Which engine runs a circuit when nobody asked for one, and why.
public struct SimulatorChoice: Hashable, Sendable {
  public enum Engine: String, Hashable, Sendable, CaseIterable {
    case stabilizer
    case statevector
    case trajectories
    case sparse
  }

  public let engine: Engine
  /// A clause without a full stop.
  public let why: String

  /// Up to this many live qubits the amplitudes cost no more than the bookkeeping of another
  /// engine.
  static let smallState = 16
  /// From this many live qubits on the sparse engine is taken where a trial shows that it has next
  /// to nothing to do.
  static let largeState = 25

  /// Chooses by the gates and the size of a circuit, never by the number of threads.
  ///
  /// Clifford circuits go to the stabilizer engine, unless amplitudes are wanted or are few: up to
  /// 16 live qubits with one final state, or with control flow, which stabilizers follow shot by
  /// shot. Everything else goes to the dense engine while its amplitudes fit; from 25 live qubits
  /// on, those of few amplitudes that are not 0 go to the sparse engine, and so do circuits whose
  /// amplitudes do not fit where those that are not 0 do.
  ///
  /// - Parameters:
  ///   - needsAmplitudes: whether more is asked for than results of measurements.
  ///   - needsStateVector: whether it is something that only the state vector gives.
  /// - Throws: `Obstacle` if no engine can run the circuit; it says what would be possible.
  public init(
    for circuit: Circuit, options: SimulationOptions, needsAmplitudes: Bool = false,
    needsStateVector: Bool = false
  ) throws {
    let isSampled = !needsAmplitudes && circuit.measurementCount != 0
    let obstacle = StabilizerSimulator.obstacle(to: circuit, options: options)
    let liveCount = StateVectorSimulator.liveQubits(of: circuit).count
    if obstacle == nil, isSampled, liveCount > Self.smallState {
      self.init(.stabilizer, "every gate is Clifford; \(liveCount) live qubits")
      return
    }
    if !needsStateVector, let sparse = try Self.sparse(circuit, liveCount, options) {
      self = sparse
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

  /// The sparse engine, where it is the one to take.
  private static func sparse(
    _ circuit: Circuit, _ liveCount: Int, _ options: SimulationOptions
  ) throws -> SimulatorChoice? {
    guard liveCount >= largeState || !denseFits(liveCount, options) else { return nil }
    let plan: SparsePlan
    do {
      plan = try SparseSimulator.plan(for: circuit, options: options)
    } catch {
      // What the dense engine refuses as well, and says.
      return nil
    }
    if plan.basis == .trial {
      return SimulatorChoice(.sparse, "few of 2^\(liveCount) amplitudes are not 0")
    }
    guard !denseFits(liveCount, options) else { return nil }
    if plan.basis == .trialShot {
      return SimulatorChoice(
        .sparse, "a trial shot had few of 2^\(liveCount) amplitudes that are not 0")
    }
    guard plan.stateBytes <= options.memoryLimit ?? 1 << 40 else { return nil }
    return SimulatorChoice(.sparse, "amplitudes that are not 0 fit, all 2^\(liveCount) do not")
  }

  private static func denseFits(_ liveCount: Int, _ options: SimulationOptions) -> Bool {
    StateMemory.obstacle(
      qubitCount: liveCount, precision: options.precision, limit: options.memoryLimit) == nil
  }

  /// What keeps amplitudes from a circuit, with what keeps stabilizers from it.
  private static func explained(_ dense: Obstacle, notClifford: Obstacle?) -> Obstacle {
    guard case .memory = dense.kind, let notClifford else { return dense }
    let place = notClifford.range.map { " (line \($0.line), column \($0.column))" } ?? ""
    let stabilizers =
      "stabilizers would carry any width, but \(notClifford.message)\(place)"
    let sparse = "--engine sparse tries with as many amplitudes as fit"
    let hint = [dense.hint, sparse, stabilizers].compactMap(\.self).joined(separator: "; ")
    return Obstacle(dense.kind, dense.message, hint: hint, range: dense.range ?? notClifford.range)
  }

  private init(_ engine: Engine, _ why: String) {
    (self.engine, self.why) = (engine, why)
  }
}
