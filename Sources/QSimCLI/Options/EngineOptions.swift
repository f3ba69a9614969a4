import ArgumentParser
import QSim

/// The value of `--engine`: one of the catalog, or `auto`.
struct EngineChoice: ExpressibleByArgument, CustomStringConvertible {
  /// `nil` is the one that suits the circuit.
  let definition: EngineDefinition?

  static let auto = EngineChoice(definition: nil)

  init(definition: EngineDefinition?) { self.definition = definition }

  init?(argument: String) {
    definition = EngineCatalog.definition(named: argument)
    if definition == nil, argument != "auto" { return nil }
  }

  static var allValueStrings: [String] { ["auto"] + EngineCatalog.all.map(\.name) }

  var description: String { definition?.name ?? "auto" }
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

  /// Refuses an engine that gives no gradients, where they are asked for.
  func checkGradients() throws {
    guard let chosen = engine.definition, !chosen.products.contains(.gradient) else { return }
    let names = EngineCatalog.all.filter { $0.products.contains(.gradient) }.map(\.name)
    throw ValidationError("'--gradient' is for '--engine \(names.joined(separator: "' or '"))'.")
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
