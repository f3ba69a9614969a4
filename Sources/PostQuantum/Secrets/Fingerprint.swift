import Crypto
import Documents

/// A short name of bytes that are secret or long: 16 bytes of a SHA-256 hash, which may be printed
/// and compared.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// Number of bytes.
  public static let byteCount = 16

  /// The `byteCount` bytes of the hash.
  public let bytes: [UInt8]

  /// The fingerprint of a public key or another public text.
  public init(of bytes: UnsafeRawBufferPointer) {
    self.init(label: "public", bytes)
  }

  /// The fingerprint of a secret. Two parties that have the same key see the same fingerprint; one
  /// who guesses a key of few bits can confirm the guess with it, so that only keys of full
  /// strength have fingerprints worth showing.
  init(ofSecret bytes: UnsafeRawBufferPointer) {
    self.init(label: "secret", bytes)
  }

  private init(label: String, _ bytes: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(data: Array("qsim fingerprint \(label)\0".utf8))
    hash.update(bufferPointer: bytes)
    self.bytes = Array(hash.finalize().prefix(Self.byteCount))
  }

  /// A fingerprint as it is printed, with or without colons; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    var digits: [UInt8] = []
    for character in text where character != ":" {
      guard character.isASCII, let digit = character.hexDigitValue else { return nil }
      digits.append(UInt8(digit))
    }
    guard digits.count == 2 * Self.byteCount else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// Pairs of bytes in hexadecimal, separated by colons.
  public var description: String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if index > 0, index.isMultiple(of: 2) { text += ":" }
      text += HexText.digits([byte])
    }
    return text
  }
}
