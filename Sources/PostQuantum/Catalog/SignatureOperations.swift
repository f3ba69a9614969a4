import Crypto
import FoundationEssentials

/// A key that signs. swift-crypto has no protocol for these, so a signature scheme is a record of
/// closures.
public struct SigningKey: Sendable {
  /// The signature scheme that the key is of.
  public let algorithm: Algorithm
  /// The public key that belongs to it, as its standard encodes it.
  public let publicKey: [UInt8]
  let sign: @Sendable (_ message: [UInt8], _ context: [UInt8]) throws -> Data
  let secret: @Sendable () -> SecretBytes

  /// A signature of a message.
  ///
  /// - Parameters:
  ///   - message: what is signed, of any length.
  ///   - context: what the signature is for, at most 255 bytes. ML-DSA has a place for it; with the
  ///     other schemes it must be empty, since they would not sign it.
  public func signature(for message: [UInt8], context: [UInt8] = []) throws(AlgorithmError)
    -> [UInt8]
  {
    guard context.isEmpty || algorithm.hasSignatureContext, context.count <= 255 else {
      throw .contextRefused(algorithm)
    }
    do {
      return Array(try sign(message, context))
    } catch {
      throw .operationFailed(algorithm)
    }
  }

  /// What is kept of the key: the seed or the scalar.
  public func secretBytes() -> SecretBytes { secret() }
}

/// How keys of one signature scheme are made and read, and how signatures are verified.
struct SignatureOperations: Sendable {
  struct Key: Sendable {
    let publicKey: Data
    let sign: @Sendable ([UInt8], [UInt8]) throws -> Data
    let secret: @Sendable () -> SecretBytes
  }

  /// A new key, or that of a secret.
  let makeKey: @Sendable (UnsafeRawBufferPointer?) throws -> Key
  /// Public key, signature, message, context; throws for bytes that are not a public key.
  let verify: @Sendable ([UInt8], [UInt8], [UInt8], [UInt8]) throws -> Bool

  static let mlDSA65 = SignatureOperations(
    makeKey: { secret in
      let key =
        try secret.map { try MLDSA65.PrivateKey(seedRepresentation: $0, publicKey: nil) }
        ?? MLDSA65.PrivateKey()
      return Key(
        publicKey: key.publicKey.rawRepresentation,
        sign: { try key.signature(for: $0, context: $1) },
        secret: { SecretBytes(wiping: key.seedRepresentation) })
    },
    verify: { publicKey, signature, message, context in
      try MLDSA65.PublicKey(rawRepresentation: publicKey)
        .isValidSignature(signature, for: message, context: context)
    })

  static let mlDSA87 = SignatureOperations(
    makeKey: { secret in
      let key =
        try secret.map { try MLDSA87.PrivateKey(seedRepresentation: $0, publicKey: nil) }
        ?? MLDSA87.PrivateKey()
      return Key(
        publicKey: key.publicKey.rawRepresentation,
        sign: { try key.signature(for: $0, context: $1) },
        secret: { SecretBytes(wiping: key.seedRepresentation) })
    },
    verify: { publicKey, signature, message, context in
      try MLDSA87.PublicKey(rawRepresentation: publicKey)
        .isValidSignature(signature, for: message, context: context)
    })

  static let ed25519 = SignatureOperations(
    makeKey: { secret in
      let key =
        try secret.map { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
        ?? Curve25519.Signing.PrivateKey()
      return Key(
        publicKey: key.publicKey.rawRepresentation,
        sign: { message, _ in try key.signature(for: message) },
        secret: { SecretBytes(wiping: key.rawRepresentation) })
    },
    verify: { publicKey, signature, message, _ in
      try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        .isValidSignature(signature, for: message)
    })

  static let ecdsaP256 = SignatureOperations(
    makeKey: { secret in
      let key =
        try secret.map { try P256.Signing.PrivateKey(rawRepresentation: $0) }
        ?? P256.Signing.PrivateKey()
      return Key(
        publicKey: key.publicKey.x963Representation,
        sign: { message, _ in try key.signature(for: message).rawRepresentation },
        secret: { SecretBytes(wiping: key.rawRepresentation) })
    },
    verify: { publicKey, signature, message, _ in
      try P256.Signing.PublicKey(x963Representation: publicKey)
        .isValidSignature(.init(rawRepresentation: signature), for: message)
    })

  static let ecdsaP384 = SignatureOperations(
    makeKey: { secret in
      let key =
        try secret.map { try P384.Signing.PrivateKey(rawRepresentation: $0) }
        ?? P384.Signing.PrivateKey()
      return Key(
        publicKey: key.publicKey.x963Representation,
        sign: { message, _ in try key.signature(for: message).rawRepresentation },
        secret: { SecretBytes(wiping: key.rawRepresentation) })
    },
    verify: { publicKey, signature, message, _ in
      try P384.Signing.PublicKey(x963Representation: publicKey)
        .isValidSignature(.init(rawRepresentation: signature), for: message)
    })
}
