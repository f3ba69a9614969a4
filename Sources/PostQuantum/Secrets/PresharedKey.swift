import Crypto

/// A key that two parties have already, and the name they call it by: of quantum key distribution,
/// of an earlier exchange, or carried by hand.
public struct PresharedKey: Sendable, CustomStringConvertible {
  /// The fewest bytes that a key may have.
  public static let minimumByteCount = 16
  /// Longest name in bytes.
  public static let maximumIDByteCount = 64

  /// The name of the key, such as the `key_ID` of ETSI GS QKD 014. Both parties say it in the
  /// clear.
  public let id: String
  /// Whoever takes this out takes care of it.
  public let key: SymmetricKey

  /// A key and its name.
  ///
  /// - Throws: `KeyExchangeError.presharedKeyTooShort` below 16 bytes, `.invalidKeyID` unless the
  ///   name has 1 to 64 printable ASCII characters without blanks.
  public init(id: String, secret: borrowing SecretBytes) throws(KeyExchangeError) {
    try self.init(id: id, key: secret.symmetricKey())
  }

  init(id: String, key: SymmetricKey) throws(KeyExchangeError) {
    guard key.bitCount >= 8 * Self.minimumByteCount else {
      throw .presharedKeyTooShort(byteCount: key.bitCount / 8)
    }
    guard Self.isValid(id: Array(id.utf8)) else { throw .invalidKeyID }
    self.id = id
    self.key = key
  }

  static func isValid(id: [UInt8]) -> Bool {
    (1...maximumIDByteCount).contains(id.count) && id.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// What may be shown of the key; equal at both ends.
  public var fingerprint: Fingerprint { SecretBytes(key).fingerprint() }

  /// The name and the fingerprint, never the key.
  public var description: String { "\(id) (\(fingerprint))" }
}
