import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc keygen`: a pair of keys.
struct PQCKeygenCommand: DocumentedCommand {
  static let summary = "Make a pair of keys."
  static let details = """
    Raw keys are the byte strings of the standards; a secret key of ML-KEM or ML-DSA is its seed (64 and 32 bytes). PEM is \
    SubjectPublicKeyInfo and PKCS #8. A file of a secret key gets mode 0600 and replaces no other \
    unless '--force' is given; only fingerprints are printed.
    """
  static let examples = [
    "qsim pqc keygen --algorithm ml-kem-768 --seed-file Examples/keys/example.seed --public - --format pem"
  ]
  static let configuration = configured("keygen")

  @OptionGroup var algorithm: AlgorithmOption

  @Option(
    help: ArgumentHelp("The file for the public key. '-' is standard output.", valueName: "file"),
    completion: .file())
  var `public`: String?

  @Option(
    help: ArgumentHelp(
      "The file for the secret key. May be left out with a seed, which is as good.",
      valueName: "file"),
    completion: .file())
  var secret: String?

  @Option(
    help: ArgumentHelp(
      "Take the key from this seed or scalar instead of drawing one: raw bytes or hexadecimal digits.",
      valueName: "file"),
    completion: .file())
  var seedFile: String?

  @Flag(help: "Let '--secret' replace a file that is there.")
  var force = false

  @Option(help: "How keys are written.")
  var format = KeyFormat.raw

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithm = try algorithm.keyed()
    guard secret != nil || (seedFile != nil && `public` != nil) else {
      throw CommandFailure(
        .usage, "a key that is not written is lost", hint: "name a file with --secret")
    }
    try KeyOutputs.check(inputs: [seedFile], outputs: [`public`, secret], output)
    let container = format == .pem ? try container(of: algorithm) : nil
    let pair = try makePair(algorithm)
    var outputs = KeyOutputs(command: "keygen", algorithm)
    outputs.add("public_key_fingerprint", fingerprintOf: pair.publicKey)
    let secretFile = try secret.map { try KeyFile.Output($0, .secret(replacesFile: force)) }
    let publicFile = try `public`.map { try KeyFile.Output($0) }
    try secretFile?.write(pair.encodedSecret(container))
    try publicFile?.write(pair.encodedPublicKey(container))
    outputs.add(path: secret)
    outputs.add(path: `public`)
    outputs.print(output)
  }

  private func makePair(_ algorithm: Algorithm) throws -> KeyPair {
    guard let seedFile else { return try KeyPair(algorithm) }
    let seed = try KeyFile.seed(count: algorithm.sizes.secretKey ?? 0, from: seedFile)
    return try KeyFile.naming(seedFile) { try KeyPair(algorithm, secret: seed) }
  }

  private func container(of algorithm: Algorithm) throws -> KeyContainer {
    if let container = KeyContainer(algorithm) { return container }
    throw CommandFailure(
      .usage, "there is no PEM for keys of \(algorithm.name)", hint: "leave out --format pem")
  }
}
