import Crypto

/// Who a party is to others: a name and two public keys, one that withstands quantum computers and
/// a classical one. Both must sign, so that a forger has to break both.
public struct PublicIdentity: Sendable, Hashable {
  /// Longest name in bytes of UTF-8.
  public static let maximumNameByteCount = 64

  /// What the party calls itself; nobody vouches for it but the fingerprint.
  public let name: String
  /// The signature scheme that withstands quantum computers.
  public let quantumSafeAlgorithm: Algorithm
  /// The public key of `quantumSafeAlgorithm`, as its standard encodes it.
  public let quantumSafeKey: [UInt8]
  /// The classical signature scheme.
  public let classicalAlgorithm: Algorithm
  /// The public key of `classicalAlgorithm`, as its standard encodes it.
  public let classicalKey: [UInt8]

  /// A hash of all that makes up the identity, to be compared over another channel.
  public var fingerprint: Fingerprint { encoded.withUnsafeBytes { Fingerprint(of: $0) } }

  /// As it stands in messages.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.writeShort(Array(name.utf8))
    writer.write(quantumSafeAlgorithm.code)
    writer.write(classicalAlgorithm.code)
    writer.writePrefixed(quantumSafeKey)
    writer.writePrefixed(classicalKey)
    return writer.bytes
  }

  init(
    name: String, _ quantumSafeAlgorithm: Algorithm, _ quantumSafeKey: [UInt8],
    _ classicalAlgorithm: Algorithm, _ classicalKey: [UInt8]
  ) {
    self.name = name
    self.quantumSafeAlgorithm = quantumSafeAlgorithm
    self.quantumSafeKey = quantumSafeKey
    self.classicalAlgorithm = classicalAlgorithm
    self.classicalKey = classicalKey
  }

  init(_ reader: inout MessageReader) throws(KeyExchangeError) {
    let nameBytes = try reader.readShort("name")
    let name = String(decoding: nameBytes, as: UTF8.self)
    guard Self.isValid(name: name), Array(name.utf8) == nameBytes else { throw .invalidName }
    let quantumSafe = try reader.readAlgorithm()
    guard quantumSafe.kind == .signature else { throw .wrongKind(quantumSafe) }
    let classical = try reader.readAlgorithm()
    guard classical.kind == .signature else { throw .wrongKind(classical) }
    guard quantumSafe.isQuantumSafe, !classical.isQuantumSafe else {
      throw .notASignaturePair(quantumSafe, classical)
    }
    let quantumSafeKey = try reader.readPrefixed(
      "public key of \(quantumSafe)", byteCount: quantumSafe.sizes.publicKey)
    let classicalKey = try reader.readPrefixed(
      "public key of \(classical)", byteCount: classical.sizes.publicKey)
    self.init(name: name, quantumSafe, quantumSafeKey, classical, classicalKey)
  }

  /// Letters, digits, punctuation and inner blanks; nothing that moves a terminal's cursor.
  static func isValid(name: String) -> Bool {
    (1...maximumNameByteCount).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
          .paragraphSeparator:
          false
        default: true
        }
      }
  }
}

/// A party with its signing keys.
public struct Identity: Sendable {
  /// What others may know of the party.
  public let `public`: PublicIdentity
  let quantumSafe: SigningKey
  let classical: SigningKey

  /// What the party calls itself.
  public var name: String { `public`.name }
  /// The fingerprint of the public identity, to be compared over another channel.
  public var fingerprint: Fingerprint { `public`.fingerprint }

  /// The party that has two signing keys.
  ///
  /// - Throws: `KeyExchangeError.invalidName` unless the name has 1 to 64 bytes of printable UTF-8,
  ///   `.notASignaturePair` unless the first scheme withstands quantum computers and the second is
  ///   classical.
  public init(name: String, quantumSafe: SigningKey, classical: SigningKey)
    throws(KeyExchangeError)
  {
    guard PublicIdentity.isValid(name: name) else { throw .invalidName }
    guard quantumSafe.algorithm.isQuantumSafe, !classical.algorithm.isQuantumSafe else {
      throw .notASignaturePair(quantumSafe.algorithm, classical.algorithm)
    }
    self.quantumSafe = quantumSafe
    self.classical = classical
    `public` = PublicIdentity(
      name: name, quantumSafe.algorithm, quantumSafe.publicKey, classical.algorithm,
      classical.publicKey)
  }

  /// A party with new keys.
  ///
  /// - Parameters:
  ///   - name: what the party calls itself: 1 to 64 bytes of printable UTF-8.
  ///   - quantumSafe: `ml-dsa-65` or `ml-dsa-87`.
  ///   - classical: `ed25519`, `ecdsa-p256` or `ecdsa-p384`.
  public static func generate(
    name: String, quantumSafe: String = "ml-dsa-65", classical: String = "ed25519"
  ) throws(KeyExchangeError) -> Identity {
    try Identity(
      name: name, quantumSafe: newKey(quantumSafe), classical: newKey(classical))
  }

  private static func newKey(_ id: String) throws(KeyExchangeError) -> SigningKey {
    guard let algorithm = AlgorithmCatalog.algorithm(named: id) else {
      throw .unknownAlgorithm(code: 0)
    }
    guard algorithm.kind == .signature else { throw .wrongKind(algorithm) }
    do { return try algorithm.generateSigningKey() } catch { throw .operationFailed(algorithm) }
  }
}

/// Whom an exchange is meant with.
public enum PeerTrust: Sendable, Hashable {
  /// Any party with one of these fingerprints.
  case identities(Set<Fingerprint>)
  /// Whoever answers: safe against listeners, not against somebody between, unless fingerprints are
  /// compared afterwards.
  case anybody
}
