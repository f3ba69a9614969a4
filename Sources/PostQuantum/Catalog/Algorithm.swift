/// One cryptographic algorithm: what it is, how large its parts are, how strong it is, where it is
/// defined.
///
/// Options, help, catalog pages, wire codes and laws over all algorithms derive from this record;
/// the catalog is ``AlgorithmCatalog``.
public struct Algorithm: Sendable, Hashable, CustomStringConvertible {
  /// What an algorithm does.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case keyEncapsulation = "kem"
    /// Diffie-Hellman, used as a key encapsulation mechanism (the DHKEM of RFC 9180).
    case keyAgreement = "key-agreement"
    case signature
    case authenticatedEncryption = "aead"
    case keyDerivation = "kdf"
    case hash
  }

  /// Sizes in bytes as they stand in files and messages; `nil` for what an algorithm does not have.
  public struct Sizes: Sendable, Hashable {
    public var publicKey: Int?
    /// What is kept of a private key: the seed where the standard has one, else the scalar.
    public var secretKey: Int?
    /// Of an encapsulation.
    public var ciphertext: Int?
    public var sharedSecret: Int?
    public var signature: Int?
    /// Of a symmetric key.
    public var key: Int?
    public var nonce: Int?
    public var tag: Int?
    public var digest: Int?
  }

  /// As commands spell it, such as `ml-kem-768`.
  public let id: String
  /// As its standard spells it, such as `ML-KEM-768`.
  public let name: String
  public let kind: Kind
  public let summary: String
  public let sizes: Sizes
  /// NIST's category of strength: 1, 3 and 5 are as hard to break as AES-128, -192 and -256, 2 and
  /// 4 as collisions of SHA-256 and SHA-384. For algorithms that a quantum computer breaks it is
  /// the category against classical computers.
  public let securityCategory: Int
  /// Whether no efficient quantum algorithm against it is known.
  public let isQuantumSafe: Bool
  /// The standard or draft.
  public let standard: String
  /// Keys of the references.
  public let sources: [String]
  /// What stands for it in messages; its order is that of the catalog.
  public let code: UInt16

  let operations: Operations

  /// What swift-crypto does for an algorithm.
  enum Operations: Sendable {
    case encapsulation(EncapsulationOperations)
    case signature(SignatureOperations)
    case none
  }

  public var description: String { id }

  /// Whether it can be one of the key encapsulation mechanisms of an exchange.
  public var canEncapsulate: Bool { kind == .keyEncapsulation || kind == .keyAgreement }

  public static func == (one: Algorithm, other: Algorithm) -> Bool { one.code == other.code }
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
