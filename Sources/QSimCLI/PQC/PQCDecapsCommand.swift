import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc decaps`: the shared secret of a ciphertext.
struct PQCDecapsCommand: DocumentedCommand {
  static let summary = "Compute the shared secret of a ciphertext."
  static let details = """
    ML-KEM answers a ciphertext that nobody made honestly with a secret that nobody else knows, not with an error: both sides \
    must confirm that they have the same.
    """
  static let examples = [
    "qsim pqc encaps --algorithm x25519 --public Examples/keys/x25519.public.pem --ciphertext - | qsim pqc decaps --algorithm x25519 --secret Examples/keys/x25519.secret.pem --ciphertext -"
  ]
  static let configuration = configured("decaps")

  @OptionGroup var algorithm: AlgorithmOption

  @Option(
    help: ArgumentHelp("The file with the secret key, raw or PEM.", valueName: "file"),
    completion: .file())
  var secret: String

  @Option(
    help: ArgumentHelp("The file with the ciphertext. '-' is standard input.", valueName: "file"),
    completion: .file())
  var ciphertext: String

  @Option(
    help: ArgumentHelp("The file for the shared secret.", valueName: "file"), completion: .file())
  var shared: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithm = try algorithm.encapsulation()
    try KeyOutputs.check(inputs: [secret, ciphertext], outputs: [shared], output)
    let bytes = try KeyFile.secretKey(of: algorithm, from: secret)
    let key = try KeyFile.naming(secret) { try algorithm.kemKey(secret: bytes) }
    let encapsulated = try KeyFile.contents(
      "ciphertext of \(algorithm.name)", count: algorithm.sizes.ciphertext, from: ciphertext)
    let result = try KeyFile.naming(ciphertext) {
      SecretBytes(try algorithm.decapsulate(encapsulated, with: key))
    }
    var outputs = KeyOutputs(command: "decaps", algorithm)
    outputs.add("public_key_fingerprint", fingerprintOf: try algorithm.publicKey(of: key))
    outputs.add("shared_secret_fingerprint", .string(result.fingerprint().description))
    if let shared {
      try KeyFile.Output(shared, .secret(replacesFile: true)).write(result)
      outputs.add(path: shared)
    }
    outputs.print(output)
  }
}
