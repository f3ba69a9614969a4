import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc sign`: a signature of a file.
struct PQCSignCommand: DocumentedCommand {
  static let summary = "Sign a file."
  static let details = """
    Signatures are raw: those of ML-DSA and Ed25519 as in their standards, those of ECDSA as r and s. ML-DSA and ECDSA draw \
    random numbers, so that a file signed twice has two signatures.
    """
  static let examples = [
    "qsim pqc sign --algorithm ed25519 --secret Examples/keys/ed25519.secret.pem --message Examples/circuits/bell.qasm --signature /dev/null"
  ]
  static let configuration = configured("sign")

  @OptionGroup var algorithm: AlgorithmOption

  @Option(
    help: ArgumentHelp("The file with the secret key, raw or PEM.", valueName: "file"),
    completion: .file())
  var secret: String

  @OptionGroup var message: SignedMessageOptions

  @Option(
    help: ArgumentHelp("The file for the signature. '-' is standard output.", valueName: "file"),
    completion: .file())
  var signature: String

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithm = try algorithm.signature()
    try message.check(algorithm)
    try KeyOutputs.check(inputs: [secret, message.message], outputs: [signature], output)
    let bytes = try KeyFile.secretKey(of: algorithm, from: secret)
    let key = try KeyFile.naming(secret) { try algorithm.signingKey(secret: bytes) }
    let text = try InputFile(reading: message.message).bytes
    let result = try key.signature(for: text, context: message.contextBytes)
    try KeyFile.Output(signature).write(result)
    var outputs = KeyOutputs(command: "sign", algorithm)
    outputs.add("public_key_fingerprint", fingerprintOf: key.publicKey)
    outputs.add("message_fingerprint", fingerprintOf: text)
    outputs.add(path: signature)
    outputs.print(output)
  }
}

/// What is signed.
struct SignedMessageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file that is signed. '-' is standard input.", valueName: "file"),
    completion: .file())
  var message: String

  @Option(
    help: ArgumentHelp(
      "What the signature is for, at most 255 bytes; ML-DSA signs it with the message.",
      valueName: "text"))
  var context = ""

  var contextBytes: [UInt8] { Array(context.utf8) }

  /// - Throws: `CommandFailure` if the algorithm has no place for the context.
  func check(_ algorithm: Algorithm) throws {
    guard !context.isEmpty else { return }
    guard algorithm.hasSignatureContext else {
      throw CommandFailure(.usage, "\(algorithm.name) signs no context", hint: "ML-DSA does")
    }
    guard contextBytes.count <= 255 else {
      throw CommandFailure(
        .usage, "--context has at most 255 bytes, not \(contextBytes.count)")
    }
  }
}
