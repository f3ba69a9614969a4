import Crypto
import FoundationEssentials

/// A curve whose Diffie-Hellman is used as a key encapsulation mechanism.
public protocol DHKEMCurve: Sendable {
  /// Keys of swift-crypto that agree on a secret.
  associatedtype PrivateKey: HPKEDiffieHellmanPrivateKeyGeneration
  /// The hash that the shared secret is derived with.
  associatedtype Hash: HashFunction
  /// As RFC 9180 numbers it in §7.1.
  static var identifier: UInt16 { get }
  /// The name of the mechanism in swift-crypto.
  static var kem: HPKE.KEM { get }
  /// Whether points of small order must be found by what is agreed on; on curves of prime order
  /// there is none.
  static var hasSmallOrderPoints: Bool { get }
}

/// Diffie-Hellman as a key encapsulation mechanism: an ephemeral key is the ciphertext, and the
/// shared secret is derived from the agreed one, both public keys and the curve.
///
/// The keys conform to swift-crypto's protocols, as those of ML-KEM do. swift-crypto has the same
/// mechanism within its HPKE, but not for callers.
///
/// - Source: [Barnes22] §4.1.
public enum DHKEM<Curve: DHKEMCurve>: Sendable {
  /// The private key of the curve, as swift-crypto has it.
  public typealias Agreement = Curve.PrivateKey

  /// A public key, for which a secret can be encapsulated.
  public struct PublicKey: KEMPublicKey {
    let key: Agreement.PublicKey

    /// Reads a public key.
    ///
    /// - Parameter rawRepresentation: the point as RFC 9180 serialises it: 32 bytes for X25519,
    ///   uncompressed for NIST's curves.
    /// - Throws: an error of swift-crypto if the bytes are not a point of the curve.
    public init(rawRepresentation: some ContiguousBytes) throws {
      key = try Agreement.PublicKey(rawRepresentation, kem: Curve.kem)
    }

    init(_ key: Agreement.PublicKey) { self.key = key }

    /// The point as RFC 9180 serialises it.
    public var rawRepresentation: Data {
      get throws { try key.hpkeRepresentation(kem: Curve.kem) }
    }

    /// Makes a secret, and the ephemeral public key from which the owner of this key gets the same.
    public func encapsulate() throws -> KEM.EncapsulationResult {
      try encapsulate(with: Agreement.PublicKey.EphemeralPrivateKey())
    }

    /// With a given ephemeral key, for test vectors.
    package func encapsulate(with ephemeral: Agreement.PublicKey.EphemeralPrivateKey) throws
      -> KEM.EncapsulationResult
    {
      let encapsulated = try ephemeral.publicKey.hpkeRepresentation(kem: Curve.kem)
      let agreed = try ephemeral.sharedSecretFromKeyAgreement(with: key)
      return try KEM.EncapsulationResult(
        sharedSecret: sharedSecret(agreed, encapsulated, rawRepresentation),
        encapsulated: encapsulated)
    }
  }

  /// A private key, with which a secret is decapsulated.
  public struct PrivateKey: KEMPrivateKey {
    let key: Agreement

    /// The key encapsulation with a key of the curve.
    public init(_ key: Agreement) { self.key = key }

    /// A new private key from the system's randomness.
    public static func generate() throws -> PrivateKey { PrivateKey(Agreement()) }

    /// The public key that belongs to this key.
    public var publicKey: PublicKey { PublicKey(key.publicKey) }

    /// The secret of an encapsulation for this key.
    ///
    /// - Throws: an error of swift-crypto if the bytes are not a point of the curve.
    public func decapsulate(_ encapsulated: Data) throws -> SymmetricKey {
      let ephemeral = try Agreement.PublicKey(encapsulated, kem: Curve.kem)
      let agreed = try key.sharedSecretFromKeyAgreement(with: ephemeral)
      return try sharedSecret(agreed, encapsulated, publicKey.rawRepresentation)
    }
  }

  /// ExtractAndExpand of RFC 9180.
  ///
  /// - Throws: `CryptoKitError` for an agreed secret of zeros, as [Barnes22] §7.1.4 demands.
  private static func sharedSecret(_ agreed: SharedSecret, _ encapsulated: Data, _ recipient: Data)
    throws -> SymmetricKey
  {
    if Curve.hasSmallOrderPoints, SmallOrderPoints.isZero(agreed) {
      throw CryptoKitError.incorrectParameterSize
    }
    let suite = Data("KEM".utf8) + [UInt8(Curve.identifier >> 8), UInt8(Curve.identifier & 0xFF)]
    let version = Data("HPKE-v1".utf8)
    let label = version + suite + Data("eae_prk".utf8)
    let agreedCount = agreed.withUnsafeBytes { $0.count }
    let material = SecretBytes(count: label.count + agreedCount) { target in
      target.copyBytes(from: label)
      agreed.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: target[label.count...]).copyMemory(from: bytes)
      }
    }
    let pseudorandom = HKDF<Curve.Hash>.extract(
      inputKeyMaterial: material.symmetricKey(), salt: Data())
    let length = Curve.Hash.Digest.byteCount
    var info = Data([UInt8(length >> 8), UInt8(length & 0xFF)])
    info += version + suite + Data("shared_secret".utf8) + encapsulated + recipient
    return HKDF<Curve.Hash>.expand(
      pseudoRandomKey: pseudorandom, info: info, outputByteCount: length)
  }
}

/// Curve25519 with HKDF-SHA-256.
public enum Curve25519Agreement: DHKEMCurve {
  /// The private keys of X25519.
  public typealias PrivateKey = Curve25519.KeyAgreement.PrivateKey
  /// The hash of its key derivation.
  public typealias Hash = SHA256
  /// Its number in RFC 9180.
  public static let identifier: UInt16 = 0x0020
  /// The name of the mechanism in swift-crypto.
  public static var kem: HPKE.KEM { .Curve25519_HKDF_SHA256 }
  /// Whether there are points of small order: there are, since the cofactor is 8.
  public static var hasSmallOrderPoints: Bool { true }
}

/// P-256 with HKDF-SHA-256.
public enum P256Agreement: DHKEMCurve {
  /// Keys of ECDH on P-256.
  public typealias PrivateKey = P256.KeyAgreement.PrivateKey
  /// The hash of its key derivation.
  public typealias Hash = SHA256
  /// Its number in RFC 9180.
  public static let identifier: UInt16 = 0x0010
  /// The name of the mechanism in swift-crypto.
  public static var kem: HPKE.KEM { .P256_HKDF_SHA256 }
  /// Whether there are points of small order: there are none, since the order is prime.
  public static var hasSmallOrderPoints: Bool { false }
}

/// P-384 with HKDF-SHA-384.
public enum P384Agreement: DHKEMCurve {
  /// Keys of ECDH on P-384.
  public typealias PrivateKey = P384.KeyAgreement.PrivateKey
  /// The hash of its key derivation.
  public typealias Hash = SHA384
  /// Its number in RFC 9180.
  public static let identifier: UInt16 = 0x0011
  /// The name of the mechanism in swift-crypto.
  public static var kem: HPKE.KEM { .P384_HKDF_SHA384 }
  /// Whether there are points of small order: there are none, since the order is prime.
  public static var hasSmallOrderPoints: Bool { false }
}
