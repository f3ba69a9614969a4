import PostQuantum

/// What is said of files that hold no key of the kind that was asked for: which form was met, and
/// what would be right.
extension KeyFile {
  /// A text in PEM without just one whole part of a label.
  static func noPEM(_ path: String, _ label: String, found labels: [String]) -> CommandFailure {
    if labels.count(where: { $0 == label }) > 1 {
      return CommandFailure(
        .badInput, "\(path) holds more than one part '\(label)'", hint: "a file holds one key")
    }
    let message = "\(path) has no whole part '\(label)' in base64"
    for found in labels where found != label {
      guard let (form, hint) = known(found, path) else { continue }
      return CommandFailure(.badInput, "\(message), but \(form) ('\(found)')", hint: hint)
    }
    return CommandFailure(
      .badInput, message,
      hint: "it starts with -----BEGIN \(label)----- and ends with -----END \(label)-----")
  }

  /// What a label says that stands where another should, and what to do about it.
  private static func known(_ label: String, _ path: String) -> (form: String, hint: String)? {
    let conversion = "'openssl pkcs8 -topk8 -nocrypt -in \(path)' writes PKCS #8"
    switch label {
    case "EC PRIVATE KEY": return ("a secret key in the form SEC1", conversion)
    case "RSA PRIVATE KEY", "DSA PRIVATE KEY":
      return ("a key of an algorithm that is not in the catalog", "make a key with pqc keygen")
    case "OPENSSH PRIVATE KEY":
      return ("a secret key in the form of OpenSSH", "take the key in PKCS #8")
    case "ENCRYPTED PRIVATE KEY":
      return (
        "a secret key that is encrypted with a password",
        "'openssl pkcs8 -in \(path)' writes it without"
      )
    case KeyContainer.secretLabel:
      return ("a secret key", "'openssl pkey -pubout -in \(path)' writes the public one")
    case KeyContainer.publicLabel: return ("a public key", "the secret key is in another file")
    case "CERTIFICATE":
      return (
        "a certificate", "'openssl x509 -pubkey -noout -in \(path)' writes the public key in it"
      )
    default: return nil
    }
  }

  /// What is wrong with a container.
  static func failure(
    _ problem: KeyContainer.Problem, _ algorithm: Algorithm, _ path: String
  ) -> CommandFailure {
    if case .otherAlgorithm(let other) = problem { return foreign(other, algorithm, path) }
    let (message, hint) = words(problem, algorithm)
    return CommandFailure(.badInput, "\(path) \(message)", hint: hint)
  }

  private static func foreign(
    _ other: String?, _ algorithm: Algorithm, _ path: String
  ) -> CommandFailure {
    guard let other else {
      return CommandFailure(
        .badInput, "\(path) holds a key of an algorithm that is not in the catalog",
        hint: "'qsim pqc algorithms' lists those that are")
    }
    let isKnown = AlgorithmCatalog.algorithm(named: other) != nil
    return CommandFailure(
      .badInput, "\(path) holds a key of \(other), not of \(algorithm.id)",
      hint: isKnown
        ? "--algorithm \(other) reads it" : "'qsim pqc algorithms' lists those that can be read")
  }

  private static func words(
    _ problem: KeyContainer.Problem, _ algorithm: Algorithm
  ) -> (message: String, hint: String) {
    let size = algorithm.sizes.secretKey ?? 0
    let whole = "it was damaged, or put together from two keys; take a whole copy of it"
    switch problem {
    case .parameters:
      return ("gives \(algorithm.name) parameters", "its AlgorithmIdentifier has none")
    case .version:
      return (
        "is PKCS #8 of an unknown version",
        "the version is 0, or 1 where a public key follows"
      )
    case .expandedKeyOnly:
      return (
        "holds the expanded key only",
        "a key that can be read here holds its seed of \(size) bytes"
      )
    case .untaggedSeed:
      return (
        "holds the seed in an octet string without its tag, as old drafts had it",
        "write it anew from the seed: qsim pqc keygen --seed-file FILE --format pem"
      )
    case .secretLength(let count):
      return ("holds a secret of \(count) bytes", "that of \(algorithm.name) has \(size)")
    case .expandedKeyMismatch: return ("holds an expanded key that is not that of its seed", whole)
    case .publicKeyMismatch:
      return ("holds a public key that is not that of the secret one", whole)
    case .curveMismatch:
      return ("names one curve for the file and another curve for the key in it", whole)
    case .invalidPoint:
      return (
        "holds no point of the curve",
        "a point is 4, x, y, or compressed: 2 or 3, then x"
      )
    case .invalidSecret:
      return ("holds no secret key of \(algorithm.name)", "it is 0, or not below the order")
    case .trailingBytes: return ("has bytes behind the end of its key", whole)
    case .malformed, .otherAlgorithm:
      return (
        "holds no key in the form that PEM has for \(algorithm.name)",
        "public keys are SubjectPublicKeyInfo, secret ones PKCS #8 without a password"
      )
    }
  }
}
