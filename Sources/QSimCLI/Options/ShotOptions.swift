import ArgumentParser
import QSim

/// Options of commands that draw shots.
struct ShotOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "How many shots to draw.")
  var shots = 1

  @Option(help: "The seed of everything random: 0 to 18446744073709551615.")
  var seed: UInt64?

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @Option(help: ArgumentHelp("The most memory to use, such as 8G.", valueName: "size"))
  var maxMemory: ByteCount?

  @OptionGroup var time: TimeOption

  /// Bytes that may be used.
  var availableMemory: UInt64 { MemoryBudget(limit: maxMemory?.bytes).available }

  func validate() throws {
    guard (0...Self.limit).contains(shots) else {
      throw ValidationError("'--shots' is in 0...\(Self.limit).")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
  }

  private static let limit = 1 << 53

  /// The number of threads in use.
  var threadCount: Int { threads ?? min(Parallel.processorCount, 1024) }

  /// The seed given, or one that is drawn and printed to standard error.
  func chosenSeed() -> UInt64 { Self.chosenSeed(seed) }

  /// A seed given, or one that is drawn and printed to standard error.
  static func chosenSeed(_ seed: UInt64?) -> UInt64 {
    if let seed { return seed }
    // Below 2⁵³, so that every reader of JSON keeps its digits.
    var generator = SystemRandomNumberGenerator()
    let drawn = generator.next() >> 11
    printError("qsim: seed \(drawn)")
    return drawn
  }
}

/// The option that makes a command tell what it decides.
struct VerboseOption: ParsableArguments {
  @Flag(help: "Say on standard error what is decided, and why.")
  var verbose = false

  func say(_ text: @autoclosure () -> String) {
    if verbose { printError("qsim: \(text())") }
  }
}

/// Where the main result of a command goes, in Stim's words.
struct OutOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file to write. '-' is standard output.", valueName: "file"),
    completion: .file())
  var out = "-"
}

/// Where observables go.
struct ObservableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the flips of observables to a file of their own.", valueName: "file"),
    completion: .file())
  var obsOut: String?

  @Option(help: "The format of '--obs-out'.")
  var obsOutFormat = ResultFormat.text01
}

/// The circuit a command reads, in Stim's words.
struct StimInput: ParsableArguments {
  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The circuit, as .stim. '-' is standard input.", valueName: "file"),
    completion: .file())
  var input = "-"

  /// Reads and parses the circuit.
  ///
  /// - Throws: `LackOfInput` when no file is named and standard input is a terminal.
  func read(
    for command: any ParsableCommand.Type
  ) throws -> (source: CircuitSource, circuit: Circuit) {
    if input == "-", Terminal.inputIsTerminal { throw LackOfInput(command: command) }
    return try Self.circuit(input)
  }

  /// Reads the circuit of a file.
  static func circuit(_ path: String) throws -> (source: CircuitSource, circuit: Circuit) {
    let source = CircuitSource(file: try InputFile(reading: path), format: .stim)
    return (source, try source.parse().circuit)
  }
}

/// The error model a command reads.
struct ErrorModelInput: ParsableArguments {
  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The error model, as .dem. '-' is standard input.", valueName: "file"),
    completion: .file())
  var input = "-"

  /// Reads and parses the model.
  func read(
    for command: any ParsableCommand.Type
  ) throws -> (source: CircuitSource, model: DetectorErrorModel) {
    if input == "-", Terminal.inputIsTerminal { throw LackOfInput(command: command) }
    return try Self.model(input)
  }

  /// Reads the model of a file.
  static func model(
    _ path: String
  ) throws -> (source: CircuitSource, model: DetectorErrorModel) {
    let source = CircuitSource(file: try InputFile(reading: path), format: .stim)
    let bytes = source.file.bytes
    return (source, try source.rejecting { () throws(Diagnostic) in try DEMReader.read(bytes) })
  }
}
