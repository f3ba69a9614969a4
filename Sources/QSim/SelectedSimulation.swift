import DenseSimulation
import QuantumCore
import SparseSimulation
import StabilizerSimulation

/// A circuit made ready for the engine that was asked for, or for the one that suits it best.
///
///     let selected = try SelectedSimulation(of: circuit)
///     print(selected.engine.name, selected.why ?? "")
///     let shots = try selected.simulation.run(shots: 1000, seed: 1)
public struct SelectedSimulation: Sendable {
  /// The engine that the circuit was made ready for.
  public let engine: EngineDefinition
  /// Why it is this engine where nobody asked for one: a clause without a full stop.
  public let why: String?
  /// The circuit, ready to run.
  public let simulation: any CompiledSimulation

  /// What is asked of a run.
  public struct Needs: Hashable, Sendable {
    /// Whether more is asked for than results of measurements.
    public var amplitudes: Bool
    /// Whether it is something that only the state vector gives.
    public var stateVector: Bool

    /// What a run must give besides results of measurements; nothing by default.
    public init(amplitudes: Bool = false, stateVector: Bool = false) {
      (self.amplitudes, self.stateVector) = (amplitudes, stateVector)
    }
  }

  /// Up to this many live qubits the amplitudes cost no more than the bookkeeping of another
  /// engine.
  static let smallState = 16
  /// From this many live qubits on the sparse engine is taken where a trial shows that it has next
  /// to nothing to do.
  static let largeState = 25

  /// Makes a circuit ready for an engine.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to be run.
  ///   - engine: the engine to run it on.
  ///   - initialState: what the run starts from; `nil` is |0…0⟩.
  ///   - options: threads, limits and what else a run is to keep to.
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  public init(
    of circuit: Circuit, on engine: EngineDefinition,
    startingFrom initialState: (any InitialState)? = nil,
    options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) {
    self.init(
      engine, nil,
      try engine.compiled(for: circuit, startingFrom: initialState, options: options))
  }

  /// Chooses the engine by the gates and the size of a circuit, never by the number of threads.
  ///
  /// Clifford circuits go to the stabilizer engine, unless amplitudes are wanted or are few: up to
  /// 16 live qubits with one final state, or with control flow, which stabilizers follow shot by
  /// shot. Everything else goes to the dense engine while its amplitudes fit; from 25 live qubits
  /// on, those of few amplitudes that are not 0 go to the sparse engine, and so do circuits whose
  /// amplitudes do not fit where those that are not 0 do.
  ///
  /// A run from a state goes to the dense engine. No engine compiles the circuit twice.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to be run.
  ///   - needs: what the run must give besides results of measurements.
  ///   - initialState: what the run starts from; `nil` is |0…0⟩.
  ///   - options: threads, limits and what else a run is to keep to.
  /// - Throws: `Obstacle` if no engine can run the circuit; it says what would be possible.
  public init(
    of circuit: Circuit, needs: Needs = Needs(),
    startingFrom initialState: (any InitialState)? = nil,
    options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) {
    let isSampled = !needs.amplitudes && circuit.measurementCount != 0
    var stabilizers: StabilizerSimulator.Compiled?
    var obstacle: Obstacle?
    // Other engines than the dense ones start from |0…0⟩ only.
    let isFromZero = initialState == nil
    do throws(Obstacle) {
      if isFromZero {
        stabilizers = try StabilizerSimulator().compiled(for: circuit, options: options)
      }
    } catch {
      obstacle = error
    }
    let liveCount = LiveQubits(of: circuit).count
    if let stabilizers, isSampled, liveCount > Self.smallState {
      self.init(
        EngineCatalog.stabilizer, "every gate is Clifford; \(liveCount) live qubits", stabilizers)
      return
    }
    if isFromZero, !needs.stateVector, let sparse = Self.sparse(circuit, liveCount, options) {
      self = sparse
      return
    }
    let dense: StateVectorSimulator.Compiled
    do throws(Obstacle) {
      dense = try StateVectorSimulator().compiled(
        for: circuit, startingFrom: initialState, options: options)
    } catch {
      throw Self.explained(error, notClifford: obstacle)
    }
    if let stabilizers, isSampled, !dense.hasUniqueState, !circuit.hasControlFlow {
      self.init(
        EngineCatalog.stabilizer, "every gate is Clifford, and noise or outcomes decide",
        stabilizers)
      return
    }
    let reason =
      if let obstacle { obstacle.message } else if !isFromZero {
        "the run starts from a state"
      } else if isSampled {
        "a small state"
      } else { "amplitudes are asked for" }
    self.init(
      dense.hasUniqueState ? EngineCatalog.statevector : EngineCatalog.trajectories, reason, dense)
  }

  /// The sparse engine, where it is the one to take.
  private static func sparse(
    _ circuit: Circuit, _ liveCount: Int, _ options: SimulationOptions
  ) -> SelectedSimulation? {
    let denseFits =
      StateMemory.obstacle(
        qubitCount: liveCount, precision: options.precision, limit: options.memoryLimit) == nil
    // What the sparse engine refuses the dense one refuses as well, and says.
    guard liveCount >= largeState || !denseFits,
      let simulation = try? SparseSimulator().compiled(for: circuit, options: options)
    else { return nil }
    let need = simulation.need
    let why: String
    if need.basis == .trial {
      why = "few of 2^\(liveCount) amplitudes are not 0"
    } else if denseFits {
      return nil
    } else if need.basis == .trialShot {
      why = "a trial shot had few of 2^\(liveCount) amplitudes that are not 0"
    } else if need.stateBytes <= options.memoryLimit ?? 1 << 40 {
      why = "amplitudes that are not 0 fit, all 2^\(liveCount) do not"
    } else {
      return nil
    }
    return SelectedSimulation(EngineCatalog.sparse, why, simulation)
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

  private init(
    _ engine: EngineDefinition, _ why: String?, _ simulation: any CompiledSimulation
  ) {
    (self.engine, self.why, self.simulation) = (engine, why, simulation)
  }
}
