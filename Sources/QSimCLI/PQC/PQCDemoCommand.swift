import ArgumentParser
import PostQuantum
import PostQuantumNetwork
import Reporting

/// `qsim pqc demo`: several algorithms at once, a pre-shared key, an encrypted conference, over TCP
/// on this machine.
struct PQCDemoCommand: DocumentedCommand {
  static let summary =
    "Hold an encrypted conference after hybrid key exchanges, over TCP on this machine."
  static let details = """
    Every pair of participants exchanges a key with all algorithms at once, signed by ML-DSA and Ed25519; the key of each pair seals \
    the keys of senders, and these seal generated sound and pictures. All of it goes through a relay that keeps everything and \
    tampers with some; exit code 1 says that it got further than it may. '--seconds' is the length of the media, which are sent as \
    fast as they can be. A QKD key file is what an ETSI GS QKD 014 server delivers, or raw bytes; each key serves one pair. \
    Keys come from the generator of the system, so there is no seed; '--reproducible' leaves out what differs from run to run.
    """
  static let examples = [
    "qsim pqc demo --participants 3 --seconds 1 --reproducible",
    "qsim pqc demo --algorithms x-wing,p-384 --participants 2 --seconds 0.5 --qkd-key Examples/keys/qkd.json --json",
  ]
  static let configuration = configured("demo")

  @OptionGroup var exchange: ExchangeOptions

  @Option(help: ArgumentHelp("How many take part, 2 to 8.", valueName: "n"))
  var participants = 3

  @Option(help: ArgumentHelp("Length of the media, at most 60.", valueName: "s"))
  var seconds = 5.0

  @Option(
    help: ArgumentHelp("Keys to mix into the exchanges of the first pairs.", valueName: "file"),
    completion: .file())
  var qkdKey: String?

  @Option(
    help: ArgumentHelp("Draw who says what to whom, as SVG.", valueName: "file"),
    completion: .file())
  var svg: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard (2...Conference.names.count).contains(participants) else {
      throw ValidationError("'--participants' is in 2...\(Conference.names.count).")
    }
    guard (0...60).contains(seconds) else { throw ValidationError("'--seconds' is in 0...60.") }
    if output.csv { throw ValidationError("'--csv' is for one table; this command has three.") }
  }

  func run() throws {
    var setup = Conference.Setup(
      policy: try exchange.policy(), participantCount: participants, seconds: seconds)
    if let qkdKey {
      let keys = try PresharedKeyFile.keys(from: qkdKey)
      setup.presharedKeys = Array(keys.prefix(Conference.pairs(participants).count))
    }
    let drawing = try svg.map { try OutputFile.creating($0) }
    let conference = try CommandFailure.connecting { () throws(NetworkFailure) in
      try Conference.held(setup)
    }
    if let drawing {
      drawing.write(SVGSequence().document(ConferenceSequence.diagram(conference)))
      try drawing.close()
    }
    let (report, problems) = try ConferenceReport(
      on: conference, isReproducible: output.reproducible
    ).made(by: Provenance(command: "pqc demo", version: QSimCommand.version))
    for warning in report.provenance.warnings {
      printError(terminal.current.styled("qsim: warning: \(warning)"))
    }
    output.print(report)
    guard problems.isEmpty else {
      throw CommandFailure(.checkFailed, problems.joined(separator: "; "))
    }
  }
}

/// The options of commands that exchange keys.
struct ExchangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Algorithms used together, separated by commas; one must be quantum-safe.", valueName: "list")
  )
  var algorithms = "ml-kem-768,x25519,ml-kem-1024"

  /// - Throws: `CommandFailure` with exit code 64.
  func policy() throws -> KeyExchangePolicy {
    let list = try algorithms.split(separator: ",", omittingEmptySubsequences: false).map {
      try Algorithm.named(
        String($0), among: AlgorithmCatalog.encapsulations, for: "exchanging keys")
    }
    do throws(KeyExchangeError) {
      return try KeyExchangePolicy(algorithms: list)
    } catch {
      throw CommandFailure(.usage, "'\(algorithms)': \(error)")
    }
  }
}
