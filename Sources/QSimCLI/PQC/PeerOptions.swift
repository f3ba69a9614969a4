import ArgumentParser
import PostQuantum
import PostQuantumNetwork
import Reporting

/// The options of `qsim pqc listen` and `connect`, which are the two ends of one thing.
struct PeerOptions: ParsableArguments {
  @OptionGroup var exchange: ExchangeOptions

  @Option(help: ArgumentHelp("The address of the listener.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The port of the listener.", valueName: "number"))
  var port = 4460

  @Option(help: ArgumentHelp("What this end calls itself.", valueName: "name"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "The fingerprint of a peer; others are refused. May be given several times.",
      valueName: "fingerprint"))
  var peer: [String] = []

  @Option(
    help: ArgumentHelp("A secret key of ml-dsa-65 to sign with.", valueName: "file"),
    completion: .file())
  var signingKey: String?

  @Option(
    help: ArgumentHelp(
      "A secret key of ed25519 to sign with; goes with --signing-key.", valueName: "file"),
    completion: .file())
  var classicalKey: String?

  @Option(
    help: ArgumentHelp("A key that both have already, to mix in.", valueName: "file"),
    completion: .file())
  var psk: String?

  @Option(
    help: ArgumentHelp("Write the key of the exchange, 32 bytes.", valueName: "file"),
    completion: .file())
  var out: String?

  @Option(help: ArgumentHelp("Length of the media to send, at most 60.", valueName: "s"))
  var seconds = 1.0

  @Option(help: ArgumentHelp("How long to wait for the peer.", valueName: "s"))
  var timeout = 30.0

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("'--port' is in 0...65535.") }
    guard (0...60).contains(seconds) else { throw ValidationError("'--seconds' is in 0...60.") }
    guard (0.1...86400).contains(timeout) else {
      throw ValidationError("'--timeout' is in 0.1...86400.")
    }
    guard (signingKey == nil) == (classicalKey == nil) else {
      throw ValidationError("'--signing-key' and '--classical-key' go together.")
    }
  }

  /// Where the peers meet.
  var settings: PeerSettings {
    PeerSettings(host: host, port: port, mediaSeconds: seconds, timeout: timeout)
  }

  /// Who this end is: of the given keys, or somebody new.
  func identity(named fallback: String) throws -> Identity {
    do {
      guard let signingKey, let classicalKey else {
        return try Identity.generate(name: name ?? fallback)
      }
      return try Identity(
        name: name ?? fallback, quantumSafe: key("ml-dsa-65", from: signingKey),
        classical: key("ed25519", from: classicalKey))
    } catch let error as KeyExchangeError {
      throw CommandFailure(.usage, error.description)
    }
  }

  private func key(_ id: String, from path: String) throws -> SigningKey {
    let algorithm = try CommandFailure.named(id, in: AlgorithmCatalog.all)
    let secret = try KeyFile.secretKey(of: algorithm, from: path)
    return try KeyFile.naming(path) { try algorithm.signingKey(secret: secret) }
  }

  func trust() throws -> PeerTrust {
    if peer.isEmpty { return .anybody }
    return .identities(
      Set(
        try peer.map { text in
          guard let fingerprint = Fingerprint(text) else {
            throw CommandFailure(
              .usage, "'\(text)' is no fingerprint",
              hint: "a fingerprint has 32 hexadecimal digits, such as \(exampleFingerprint)")
          }
          return fingerprint
        }))
  }

  private var exampleFingerprint: String {
    [UInt8](0..<4).withUnsafeBytes { "\(Fingerprint(of: $0))" }
  }

  func presharedKey() throws -> PresharedKey? {
    guard let psk else { return nil }
    let keys = try PresharedKeyFile.keys(from: psk)
    guard keys.count == 1 else {
      throw CommandFailure(.badInput, "\(psk) holds \(keys.count) keys; an exchange takes one")
    }
    return keys[0]
  }

  // MARK: Results

  /// The file for the key, so that nobody is waited for if it cannot be written.
  func keyFile() throws -> KeyFile.Output? {
    try out.map { try KeyFile.Output($0, .secret(replacesFile: true)) }
  }

  /// Writes the key where that was asked for, and tells what came of the connection.
  func finish(
    _ result: PeerResult, to file: KeyFile.Output?, command: String,
    _ identity: Identity, _ stopwatch: Stopwatch, _ output: OutputOptions, on terminal: Terminal
  ) throws {
    let session = result.session
    let key = session.presharedKey()
    try file?.write(SecretBytes(key.key))
    var report = Report(
      provenance: Provenance(command: "pqc \(command)", version: QSimCommand.version))
    report.provenance.timing = stopwatch.laps
    if peer.isEmpty {
      report.provenance.warnings.append(
        "any peer was accepted: compare fingerprints, or name them with --peer")
      printError(terminal.styled("qsim: warning: \(report.provenance.warnings[0])"))
    }
    report.fields = [
      "role": .string(session.role.rawValue), "peer": .string(session.peer.name),
      "algorithms": .string(session.algorithms.map(\.id).joined(separator: " + ")),
      "frames": .string(session.frameSuite.description),
      "preshared_key": ReportValue(session.presharedKeyID),
      "frames_sent": .int(result.sentFrameCount), "frames_opened": .int(result.openedFrameCount),
      "bytes_sent": .int(result.sentByteCount), "bytes_received": .int(result.receivedByteCount),
    ]
    if !output.reproducible {
      report.fields["own_fingerprint"] = .string(identity.fingerprint.description)
      report.fields["peer_fingerprint"] = .string(session.peer.fingerprint.description)
      report.fields["key_id"] = .string(session.keyID)
      report.fields["key_fingerprint"] = .string(key.fingerprint.description)
    }
    output.print(report)
  }
}
