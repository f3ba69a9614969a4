import DenseSimulation
import QuantumCore
import SparseSimulation
import StabilizerSimulation

/// An engine: what the command line, plans and the reference say of a simulator.
///
///     let engine = EngineDefinition(
///       MySimulator.self, summary: "Runs circuits of five gates.", products: [.shots])
public struct EngineDefinition: Sendable {
  /// What an engine may give besides results of shots.
  public enum Product: String, Hashable, Sendable, CaseIterable {
    /// Results of measurements.
    case shots
    /// Means of observables.
    case expectations
    /// The state at the end.
    case state
    /// Derivatives of an observable by the angles of the circuit.
    case gradient
  }

  /// The name, as `--engine` takes it.
  public let name: String
  /// What the engine does, in one sentence with a full stop.
  public let summary: String
  /// What one state takes for n live qubits, such as `2^n × 16 B`.
  public let memory: String
  /// What the engine gives.
  public let products: Set<Product>
  /// Precisions that amplitudes may have; empty where there are none.
  public let precisions: [Precision]
  /// Whether runs may start from a state of the user's.
  public let startsFromStates: Bool
  private let simulator: any Simulator

  /// A record, which makes the engine one like those of the catalog.
  ///
  /// - Parameters:
  ///   - engine: the simulator's type.
  ///   - name: `nil` is the simulator's own.
  ///   - summary: what the engine does, in one sentence with a full stop.
  ///   - memory: what one state takes for n live qubits, in words.
  ///   - products: what the engine gives.
  ///   - precisions: precisions that amplitudes may have; empty where there are none.
  ///   - startsFromStates: whether runs may start from a state of the user's.
  public init<Engine: Simulator>(
    _ engine: Engine.Type, name: String? = nil, summary: String, memory: String = "",
    products: Set<Product>, precisions: [Precision] = [], startsFromStates: Bool = false
  ) {
    self.name = name ?? Engine.name
    (self.summary, self.memory, self.products) = (summary, memory, products)
    (self.precisions, self.startsFromStates) = (precisions, startsFromStates)
    simulator = Engine()
  }

  /// Makes a circuit ready to run. Never allocates a state.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to be run.
  ///   - initialState: what the run starts from; `nil` is |0…0⟩.
  ///   - options: threads, limits and what else a run is to keep to.
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  public func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)? = nil,
    options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) -> any CompiledSimulation {
    if !precisions.isEmpty, !precisions.contains(options.precision) {
      throw Obstacle(
        .option, "the \(name) engine keeps amplitudes in \(precisions[0].rawValue) precision",
        hint: "leave out --precision \(options.precision.rawValue)")
    }
    return try simulator.compiled(for: circuit, startingFrom: initialState, options: options)
  }

  /// Whether another engine runs circuits by the same simulator, so that it can run the same ones.
  package func sharesSimulator(with other: EngineDefinition) -> Bool {
    type(of: simulator) == type(of: other.simulator)
  }

  /// What one state of the circuit would take, whether or not there is the memory for it.
  ///
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  public func stateSize(
    of circuit: Circuit, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) -> StateSize {
    try simulator.stateSize(of: circuit, options: options)
  }
}

extension EngineDefinition: CatalogEntry {
  /// The one name of the engine.
  public var catalogNames: [String] { [name] }
}

/// All engines.
public enum EngineCatalog: CatalogList {
  /// The engines in the order in which lists show them.
  public static let all = Catalog(
    "engine", word: "engines", [statevector, densityMatrix, trajectories, stabilizer, sparse])

  /// Amplitudes of all live qubits, with `StateVectorSimulator`.
  public static let statevector = EngineDefinition(
    StateVectorSimulator.self,
    summary: "Follows all amplitudes; one simulation where the circuit has one final state.",
    memory: "2^n × 16 B, 2^n × 8 B in single precision",
    products: [.shots, .expectations, .state, .gradient], precisions: Precision.allCases,
    startsFromStates: true)

  /// The density matrix of all live qubits, with `DensityMatrixSimulator`.
  public static let densityMatrix = EngineDefinition(
    DensityMatrixSimulator.self,
    summary: "Follows the exact mixture of all errors and outcomes.",
    memory: "4^n × 8 B, 4^n × 4 B in single precision",
    products: [.shots, .expectations, .state], precisions: Precision.allCases,
    startsFromStates: true)

  /// Amplitudes of shots that each draw their errors and outcomes, with `StateVectorSimulator`.
  public static let trajectories = EngineDefinition(
    StateVectorSimulator.self, name: "trajectories",
    summary: "Follows all amplitudes of shots that draw their own errors and outcomes.",
    memory: "2^n × 16 B for each state at a time, 2^n × 8 B in single precision",
    products: [.shots, .expectations, .state, .gradient], precisions: Precision.allCases,
    startsFromStates: true)

  /// Tableaus and Pauli frames of Clifford circuits, with `StabilizerSimulator`.
  public static let stabilizer = EngineDefinition(
    StabilizerSimulator.self,
    summary: "Follows stabilizers of Clifford circuits with Pauli noise, on thousands of qubits.",
    memory: "4 n² bits for each thread", products: [.shots])

  /// Amplitudes that are not 0, with `SparseSimulator`.
  public static let sparse = EngineDefinition(
    SparseSimulator.self,
    summary: "Follows the amplitudes that are not 0, in groups of entangled qubits.",
    memory: "some 100 B for each amplitude that is not 0",
    products: [.shots, .expectations, .state], precisions: [.double])
}
