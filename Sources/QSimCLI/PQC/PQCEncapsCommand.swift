import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc encaps`: a shared secret and its ciphertext.
struct PQCEncapsCommand: DocumentedCommand {
  static let summary =
    "Make a shared secret and the ciphertext that tells it to the owner of a key."
  static let details = """
    Of Diffie-Hellman (x25519, p-256, p-384) the ciphertext is a fresh public key and the secret that of DHKEM, RFC 9180. \
    The file of the secret gets mode 0600; only its fingerprint is printed.
    """
  static let examples = [
    "qsim pqc encaps --algorithm ml-kem-768 --public Examples/keys/ml-kem-768.public.pem --ciphertext /dev/null"
  ]
  static let configuration = configured("encaps")

  @OptionGroup var algorithm: AlgorithmOption

  @Option(
    help: ArgumentHelp("The file with the public key, raw or PEM.", valueName: "file"),
    completion: .file())
  var `public`: String

  @Option(
    help: ArgumentHelp("The file for the ciphertext. '-' is standard output.", valueName: "file"),
    completion: .file())
  var ciphertext: String

  @Option(
    help: ArgumentHelp("The file for the shared secret.", valueName: "file"), completion: .file())
  var shared: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithm = try algorithm.encapsulation()
    try KeyOutputs.check(inputs: [`public`], outputs: [ciphertext, shared], output)
    let key = try KeyFile.publicKey(of: algorithm, from: `public`)
    let result = try KeyFile.naming(`public`) { try algorithm.encapsulate(to: key) }
    let secret = SecretBytes(result.sharedSecret)
    var outputs = KeyOutputs(command: "encaps", algorithm)
    outputs.add("public_key_fingerprint", fingerprintOf: key)
    outputs.add("shared_secret_fingerprint", .string(secret.fingerprint().description))
    let sharedFile = try shared.map { try KeyFile.Output($0, .secret(replacesFile: true)) }
    let ciphertextFile = try KeyFile.Output(ciphertext)
    try sharedFile?.write(secret)
    try ciphertextFile.write(result.ciphertext)
    outputs.add(path: shared)
    outputs.add(path: ciphertext)
    outputs.print(output)
  }
}
