/// One cryptographic algorithm: what it is, how large its parts are, how strong it is, where it is
/// defined.
///
/// Options, help, catalog pages, wire codes and laws over all algorithms derive from this record;
/// the catalog is ``AlgorithmCatalog``.
public struct Algorithm: Sendable, Hashable, CustomStringConvertible {
  /// What an algorithm does.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Key encapsulation: a secret for the owner of a public key.
    case keyEncapsulation = "kem"
    /// Diffie-Hellman, used as a key encapsulation mechanism (the DHKEM of RFC 9180).
    case keyAgreement = "key-agreement"
    /// Digital signatures.
    case signature
    /// Authenticated encryption with associated data, under a symmetric key.
    case authenticatedEncryption = "aead"
    /// Derivation of keys from a secret.
    case keyDerivation = "kdf"
    /// A cryptographic hash function.
    case hash
  }

  /// Sizes in bytes as they stand in files and messages; `nil` for what an algorithm does not have.
  public struct Sizes: Sendable, Hashable {
    /// The length of a public key.
    public var publicKey: Int?
    /// What is kept of a private key: the seed where the standard has one, else the scalar.
    public var secretKey: Int?
    /// The length of an encapsulation.
    public var ciphertext: Int?
    /// The length of the secret that an encapsulation gives.
    public var sharedSecret: Int?
    /// The length of a signature.
    public var signature: Int?
    /// The length of a symmetric key.
    public var key: Int?
    /// The length of a nonce.
    public var nonce: Int?
    /// The length of an authentication tag.
    public var tag: Int?
    /// The length of a hash.
    public var digest: Int?
  }

  /// The name, as commands spell it, such as `ml-kem-768`.
  public let id: String
  /// The name, as the standard spells it, such as `ML-KEM-768`.
  public let name: String
  /// What the algorithm does.
  public let kind: Kind
  /// What the algorithm is, in one sentence with a full stop.
  public let summary: String
  /// The lengths of its keys and outputs.
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

  /// The identifier that commands take.
  public var description: String { id }

  /// Whether it can be one of the key encapsulation mechanisms of an exchange.
  public var canEncapsulate: Bool { kind == .keyEncapsulation || kind == .keyAgreement }

  /// Whether both are the same algorithm, by their codes in messages.
  public static func == (one: Algorithm, other: Algorithm) -> Bool { one.code == other.code }
  /// Hashes the code in messages.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
