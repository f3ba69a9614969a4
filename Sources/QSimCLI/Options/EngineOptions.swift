import ArgumentParser
import QSim

/// The values of `--engine`.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, statevector
  case densityMatrix = "density-matrix"
  case trajectories, stabilizer, sparse

  /// The engine that is meant, and why it is where nobody asked for one.
  ///
  /// - Throws: `Obstacle` if no engine can run the circuit.
  func resolved(
    for circuit: Circuit, options: SimulationOptions, needsAmplitudes: Bool = false,
    needsStateVector: Bool = false
  ) throws -> (engine: EngineChoice, why: String?) {
    guard self == .auto else { return (self, nil) }
    let choice = try SimulatorChoice(
      for: circuit, options: options, needsAmplitudes: needsAmplitudes,
      needsStateVector: needsStateVector)
    let engine: EngineChoice =
      switch choice.engine {
      case .stabilizer: .stabilizer
      case .statevector: .statevector
      case .trajectories: .trajectories
      case .sparse: .sparse
      }
    return (engine, choice.why)
  }
}

extension EngineChoice {
  /// Whether the circuit has one final state.
  ///
  /// - Parameter stateQubitCount: the qubits of the state that the run starts from; `nil` where
  ///   that is |0…0⟩.
  /// - Throws: `Obstacle` for what no engine does.
  func hasUniqueState(
    _ circuit: Circuit, options: SimulationOptions, startingFrom stateQubitCount: Int? = nil
  ) throws -> Bool {
    let live = StateVectorSimulator.liveQubits(of: circuit).count
    // The sparse engine starts at |0…0⟩ and takes more qubits.
    let isDense =
      stateQubitCount != nil || live <= 48 || live > SparseSimulator.mostLiveQubits
    if self != .sparse, isDense {
      var options = options
      if self == .auto, stateQubitCount == nil, live <= 48 { options.memoryLimit = nil }
      return try StateVectorSimulator.hasUniqueState(
        circuit, options: options, startingFrom: stateQubitCount)
    }
    return try SparseSimulator.hasUniqueState(circuit, options: options)
  }
}

extension Precision: ExpressibleByArgument {}
extension KernelRoute: ExpressibleByArgument {}
extension InstructionSet: ExpressibleByArgument {}

/// How a circuit is simulated.
struct EngineOptions: ParsableArguments {
  @Option(help: "The simulator. Asking for one that cannot run the circuit is an error.")
  var engine = EngineChoice.auto

  @Option(help: "The precision of amplitudes: 8 bytes each, or 16.")
  var precision = Precision.double

  @Option(help: "What applies dense gates: direct kernels, or matrix products of OpenBLAS.")
  var kernel = KernelRoute.auto

  @Option(
    help:
      "The instruction set of the direct kernels; the last digits of amplitudes and averages depend on it."
  )
  var isa = InstructionSet.auto

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @Option(help: ArgumentHelp("The most memory to use, such as 8G.", valueName: "size"))
  var maxMemory: ByteCount?

  @OptionGroup var time: TimeOption

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
  }

  /// The number of threads in use.
  var threadCount: Int { threads ?? min(Parallel.processorCount, 1024) }

  /// The options for a simulator, memory limit left out: the command checks that with figures of
  /// its own.
  func simulationOptions(progress: (@Sendable (Double) -> Bool)? = nil) -> SimulationOptions {
    SimulationOptions(
      threads: threadCount, precision: precision, kernel: kernel, instructionSet: isa,
      memoryLimit: MemoryBudget(limit: maxMemory?.bytes).available, timeLimit: time.limit,
      progress: progress)
  }
}

extension ByteCount: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
