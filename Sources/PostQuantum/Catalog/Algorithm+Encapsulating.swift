import Crypto
import FoundationEssentials

/// What may be wrong with bytes given to an algorithm.
public enum AlgorithmError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The algorithm does something else.
  case wrongKind(Algorithm)
  /// A key, ciphertext or other input has another length than the algorithm's.
  ///
  /// - Parameters:
  ///   - of: what has the wrong length, in words.
  ///   - expected: the number of bytes that it must have.
  ///   - actual: the number of bytes that it has.
  case wrongLength(Algorithm, of: String, expected: Int, actual: Int)
  /// The bytes have the right length but are not a valid public key.
  case invalidPublicKey(Algorithm)
  /// The bytes have the right length but are not a valid secret key.
  case invalidSecretKey(Algorithm)
  /// The bytes have the right length but are not a valid ciphertext.
  case invalidCiphertext(Algorithm)
  /// A public key or ciphertext holds a point of small order: everybody could compute the secret,
  /// or sign.
  case smallOrderPoint(Algorithm)
  /// Only ML-DSA signs a context, of at most 255 bytes.
  case contextRefused(Algorithm)
  /// The library that implements the algorithm refused for another reason.
  case operationFailed(Algorithm)

  /// The error as a clause without a full stop.
  public var description: String {
    switch self {
    case .wrongKind(let algorithm):
      "\(algorithm) is for \(algorithm.kind.rawValue)"
    case .wrongLength(let algorithm, let part, let expected, let actual):
      "a \(part) of \(algorithm) has \(expected) bytes, not \(actual)"
    case .invalidPublicKey(let algorithm): "no public key of \(algorithm)"
    case .invalidSecretKey(let algorithm): "no secret key of \(algorithm)"
    case .invalidCiphertext(let algorithm): "no ciphertext of \(algorithm)"
    case .smallOrderPoint(let algorithm):
      algorithm.canEncapsulate
        ? "a point of small order, with which \(algorithm) keeps nothing secret"
        : "a public key of small order, under which everybody can sign by \(algorithm)"
    case .contextRefused(let algorithm):
      algorithm.hasSignatureContext
        ? "a context has at most 255 bytes" : "\(algorithm) signs no context"
    case .operationFailed(let algorithm): "\(algorithm) failed"
    }
  }
}

/// Keys, encapsulation and decapsulation of one algorithm, in bytes.
extension Algorithm {
  /// What comes of encapsulating.
  public struct Encapsulation: Sendable {
    /// What is sent to the owner of the public key.
    public let ciphertext: [UInt8]
    /// The secret that both then have, `Algorithm.Sizes.sharedSecret` bytes.
    public let sharedSecret: SymmetricKey
  }

  /// A new private key.
  public func generateKEMKey() throws(AlgorithmError) -> any KEMPrivateKey {
    let operations = try encapsulationOperations()
    do { return try operations.generate() } catch { throw .operationFailed(self) }
  }

  /// The private key of a seed or scalar.
  public func kemKey(secret: borrowing SecretBytes) throws(AlgorithmError) -> any KEMPrivateKey {
    let operations = try encapsulationOperations()
    try check(secret.count, is: sizes.secretKey, "secret key")
    do {
      return try secret.withUnsafeBytes { bytes in try operations.readSecret(bytes) }
    } catch { throw .invalidSecretKey(self) }
  }

  /// The public part of a private key, as the standard encodes it.
  public func publicKey(of key: any KEMPrivateKey) throws(AlgorithmError) -> [UInt8] {
    let operations = try encapsulationOperations()
    guard let bytes = try? operations.writePublic(key.publicKey) else {
      throw .invalidSecretKey(self)
    }
    return Array(bytes)
  }

  /// What is kept of a private key: the seed or the scalar.
  public func secretBytes(of key: any KEMPrivateKey) throws(AlgorithmError) -> SecretBytes {
    let operations = try encapsulationOperations()
    guard let secret = operations.writeSecret(key) else { throw .invalidSecretKey(self) }
    return secret
  }

  /// A fresh secret and its ciphertext for the owner of a public key.
  ///
  /// - Throws: `AlgorithmError` for bytes that are not a key: of another length, not reduced
  ///   (ML-KEM), not on the curve (P-256, P-384), or a point of small order (X25519 and X-Wing).
  public func encapsulate(to publicKey: [UInt8]) throws(AlgorithmError) -> Encapsulation {
    let operations = try encapsulationOperations()
    try check(publicKey.count, is: sizes.publicKey, "public key")
    guard !operations.holdsSmallOrderPoint(publicKey) else { throw .smallOrderPoint(self) }
    do {
      let result = try operations.readPublic(Data(publicKey)).encapsulate()
      return Encapsulation(
        ciphertext: Array(result.encapsulated), sharedSecret: result.sharedSecret)
    } catch { throw .invalidPublicKey(self) }
  }

  /// The secret of a ciphertext.
  ///
  /// ML-KEM answers a ciphertext that nobody encapsulated with a secret that nobody else has
  /// (implicit rejection), not with an error.
  public func decapsulate(_ ciphertext: [UInt8], with key: any KEMPrivateKey)
    throws(AlgorithmError) -> SymmetricKey
  {
    let operations = try encapsulationOperations()
    try check(ciphertext.count, is: sizes.ciphertext, "ciphertext")
    guard !operations.holdsSmallOrderPoint(ciphertext) else { throw .smallOrderPoint(self) }
    do { return try key.decapsulate(Data(ciphertext)) } catch { throw .invalidCiphertext(self) }
  }

  private func encapsulationOperations() throws(AlgorithmError) -> EncapsulationOperations {
    guard case .encapsulation(let operations) = operations else { throw .wrongKind(self) }
    return operations
  }

  func check(_ actual: Int, is expected: Int?, _ part: String) throws(AlgorithmError) {
    guard let expected, actual != expected else { return }
    throw .wrongLength(self, of: part, expected: expected, actual: actual)
  }
}
