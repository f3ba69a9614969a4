import Crypto
import FoundationEssentials

/// How keys of one key encapsulation mechanism become bytes and back. What keys do is up to
/// swift-crypto's protocols.
struct EncapsulationOperations: Sendable {
  let generate: @Sendable () throws -> any KEMPrivateKey
  let readPublic: @Sendable (Data) throws -> any KEMPublicKey
  let writePublic: @Sendable (any KEMPublicKey) throws -> Data?
  let readSecret: @Sendable (UnsafeRawBufferPointer) throws -> any KEMPrivateKey
  let writeSecret: @Sendable (any KEMPrivateKey) -> SecretBytes?
  /// How many bytes at the end of public keys and ciphertexts are points of Curve25519; 0 for none.
  let curve25519ByteCount: Int

  init<Key: KEMPrivateKey>(
    _: Key.Type, curve25519ByteCount: Int = 0,
    readPublic: @escaping @Sendable (Data) throws -> Key.PublicKey,
    writePublic: @escaping @Sendable (Key.PublicKey) throws -> Data,
    readSecret: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Key,
    writeSecret: @escaping @Sendable (Key) -> SecretBytes
  ) {
    self.curve25519ByteCount = curve25519ByteCount
    generate = { try Key.generate() }
    self.readPublic = { try readPublic($0) }
    self.writePublic = { key in try (key as? Key.PublicKey).map { try writePublic($0) } }
    self.readSecret = { try readSecret($0) }
    self.writeSecret = { key in
      guard let key = key as? Key else { return nil }
      return writeSecret(key)
    }
  }

  /// Whether a public key or ciphertext holds a point with which everybody can compute the secret
  /// agreed on.
  func holdsSmallOrderPoint(_ bytes: [UInt8]) -> Bool {
    curve25519ByteCount > 0
      && SmallOrderPoints.holds(agreementKey: bytes.suffix(curve25519ByteCount))
  }

  static let mlKEM768 = EncapsulationOperations(
    MLKEM768.PrivateKey.self,
    readPublic: { try MLKEM768.PublicKey(rawRepresentation: $0) },
    writePublic: { $0.rawRepresentation },
    readSecret: { try MLKEM768.PrivateKey(seedRepresentation: $0, publicKey: nil) },
    writeSecret: { SecretBytes(wiping: $0.seedRepresentation) })

  static let mlKEM1024 = EncapsulationOperations(
    MLKEM1024.PrivateKey.self,
    readPublic: { try MLKEM1024.PublicKey(rawRepresentation: $0) },
    writePublic: { $0.rawRepresentation },
    readSecret: { try MLKEM1024.PrivateKey(seedRepresentation: $0, publicKey: nil) },
    writeSecret: { SecretBytes(wiping: $0.seedRepresentation) })

  static let xWing = EncapsulationOperations(
    XWingMLKEM768X25519.PrivateKey.self, curve25519ByteCount: 32,
    readPublic: { try XWingMLKEM768X25519.PublicKey(rawRepresentation: $0) },
    writePublic: { $0.rawRepresentation },
    readSecret: { try XWingMLKEM768X25519.PrivateKey(seedRepresentation: $0, publicKey: nil) },
    writeSecret: { SecretBytes(wiping: $0.seedRepresentation) })

  static let x25519 = EncapsulationOperations(
    DHKEM<Curve25519Agreement>.PrivateKey.self, curve25519ByteCount: 32,
    readPublic: { try .init(rawRepresentation: $0) },
    writePublic: { try $0.rawRepresentation },
    readSecret: { .init(try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0)) },
    writeSecret: { SecretBytes(wiping: $0.key.rawRepresentation) })

  static let p256 = EncapsulationOperations(
    DHKEM<P256Agreement>.PrivateKey.self,
    readPublic: { try .init(rawRepresentation: $0) },
    writePublic: { try $0.rawRepresentation },
    readSecret: { .init(try P256.KeyAgreement.PrivateKey(rawRepresentation: $0)) },
    writeSecret: { SecretBytes(wiping: $0.key.rawRepresentation) })

  static let p384 = EncapsulationOperations(
    DHKEM<P384Agreement>.PrivateKey.self,
    readPublic: { try .init(rawRepresentation: $0) },
    writePublic: { try $0.rawRepresentation },
    readSecret: { .init(try P384.KeyAgreement.PrivateKey(rawRepresentation: $0)) },
    writeSecret: { SecretBytes(wiping: $0.key.rawRepresentation) })
}

extension SecretBytes {
  /// Takes over secret bytes that swift-crypto hands out as `Data`, and wipes those as far as they
  /// are ours.
  init(wiping data: consuming Data) {
    self.init(count: data.count) { target in _ = data.copyBytes(to: target) }
    data.resetBytes(in: data.startIndex..<data.endIndex)
  }
}
