import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc bench`: how fast algorithms, whole exchanges and frames are.
struct PQCBenchCommand: DocumentedCommand {
  static let summary = "Measure algorithms, key exchanges and encrypted frames."
  static let details = """
    An exchange is everything that both parties compute for one key, on one thread, without a network. Frames are sealed as by \
    a sender of media; 'bare' is AES-256-GCM on the same bytes and nothing else, with key and nonce made before.
    """
  static let examples = [
    "qsim pqc bench --only exchanges --exchange ml-kem-768,x25519 --seconds 0.05"
  ]
  static let configuration = configured("bench")

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case algorithms, exchanges, frames
  }

  @Option(
    help: ArgumentHelp(
      "Algorithms used together, separated by commas. May be given several times.",
      valueName: "list"))
  var exchange = [
    "ml-kem-768", "x25519,ml-kem-768", "x-wing", "x25519,ml-kem-768,ml-kem-1024",
    "p-384,ml-kem-1024",
  ]

  @Option(help: "Measure one of the parts only.")
  var only: Part?

  @Option(help: ArgumentHelp("How long each row is measured.", valueName: "s"))
  var seconds = 0.5

  @Option(help: ArgumentHelp("Bytes of a frame before it is sealed.", valueName: "n"))
  var frameBytes = 1200

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard (0.001...60).contains(seconds) else {
      throw ValidationError("'--seconds' is in 0.001...60.")
    }
    guard (0...1 << 20).contains(frameBytes) else {
      throw ValidationError("'--frame-bytes' is in 0...1048576.")
    }
  }

  func run() throws {
    let policies = try exchange.map(Self.policy)
    let bench = PQCBench(meter: RateMeter(seconds: seconds))
    var report = Report(
      provenance: Provenance(command: "pqc bench", version: QSimCommand.version))
    if only == nil || only == .algorithms { report.tables.append(try bench.algorithms()) }
    if only == nil || only == .exchanges { report.tables.append(try bench.exchanges(policies)) }
    if only == nil || only == .frames {
      report.tables.append(try bench.frames(byteCount: frameBytes))
    }
    if report.tables.count == 1 { report.tables[0].key = "rows" }
    if output.csv, report.tables.count > 1 {
      throw CommandFailure(.usage, "--csv is for one table", hint: "choose it with --only")
    }
    output.print(report)
  }

  /// - Throws: `CommandFailure` with exit code 64.
  private static func policy(_ list: String) throws -> KeyExchangePolicy {
    let algorithms = try list.split(separator: ",", omittingEmptySubsequences: false).map {
      try Algorithm.named(
        String($0), among: AlgorithmCatalog.encapsulations, for: "exchanging keys")
    }
    do throws(KeyExchangeError) {
      return try KeyExchangePolicy(algorithms: algorithms)
    } catch {
      throw CommandFailure(.usage, "'\(list)': \(error)")
    }
  }
}
