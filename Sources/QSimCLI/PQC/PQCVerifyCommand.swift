import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc verify`: whether a signature is that of a file.
struct PQCVerifyCommand: DocumentedCommand {
  static let summary = "Verify the signature of a file; exit code 1 if it is not valid."
  static let details = ""
  static let examples = [
    "qsim pqc sign --algorithm ed25519 --secret Examples/keys/ed25519.secret.pem --message Examples/circuits/bell.qasm --signature - | qsim pqc verify --algorithm ed25519 --public Examples/keys/ed25519.public.pem --message Examples/circuits/bell.qasm --signature -"
  ]
  static let configuration = configured("verify")

  @OptionGroup var algorithm: AlgorithmOption

  @Option(
    help: ArgumentHelp("The file with the public key, raw or PEM.", valueName: "file"),
    completion: .file())
  var `public`: String

  @OptionGroup var message: SignedMessageOptions

  @Option(
    help: ArgumentHelp("The file with the signature. '-' is standard input.", valueName: "file"),
    completion: .file())
  var signature: String

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithm = try algorithm.signature()
    try message.check(algorithm)
    try KeyOutputs.check(inputs: [`public`, message.message, signature], outputs: [], output)
    let key = try KeyFile.publicKey(of: algorithm, from: `public`)
    let bytes = try KeyFile.contents(
      "signature of \(algorithm.name)", count: algorithm.sizes.signature, from: signature)
    let text = try InputFile(reading: message.message).bytes
    let isValid = try KeyFile.naming(`public`) {
      try algorithm.isValid(bytes, for: text, publicKey: key, context: message.contextBytes)
    }
    var outputs = KeyOutputs(command: "verify", algorithm)
    outputs.add("public_key_fingerprint", fingerprintOf: key)
    outputs.add("message_fingerprint", fingerprintOf: text)
    outputs.add("valid", .bool(isValid))
    outputs.print(output)
    guard isValid else {
      throw CommandFailure(
        .checkFailed, "\(signature) is no signature of \(message.message) by that key")
    }
  }
}
