import Crypto
import FoundationEssentials

/// Key and salt of one key id, derived from a base key.
///
/// - Source: [Omara24] §4.4.2.
package struct FrameKey: Sendable {
  private let key: SymmetricKey
  /// The first 4 and the last 8 bytes of the salt.
  private let salt: (high: UInt32, low: UInt64)

  package init(_ suite: FrameSuite, baseKey: SymmetricKey, keyID: UInt64) {
    key = suite.derive(
      baseKey, Self.label("SFrame 1.0 Secret key ", keyID, suite), byteCount: suite.keyByteCount)
    let salt = suite.derive(
      baseKey, Self.label("SFrame 1.0 Secret salt ", keyID, suite),
      byteCount: FrameSuite.nonceByteCount)
    self.salt = salt.withUnsafeBytes { bytes in
      (
        UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
      )
    }
  }

  static func label(_ text: String, _ keyID: UInt64, _ suite: FrameSuite) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(text.utf8)
    writer.write(keyID)
    writer.write(suite.rawValue)
    return writer.bytes
  }

  /// Appends ciphertext and tag.
  package func seal(
    _ plaintext: UnsafeRawBufferPointer, counter: UInt64, authenticating: [UInt8],
    to output: inout [UInt8]
  ) throws(FrameError) {
    do {
      // A pointer costs swift-crypto less than an array: nothing is made of it on the way.
      let box = try authenticating.withUnsafeBytes { header in
        try AES.GCM.seal(plaintext, using: key, nonce: nonce(counter), authenticating: header)
      }
      guard let combined = box.combined else { throw FrameError.authenticationFailed }
      combined.withUnsafeBytes { bytes in
        output.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: bytes[FrameSuite.nonceByteCount...]))
      }
    } catch { throw .authenticationFailed }
  }

  /// The payload of ciphertext and tag.
  package func open(
    _ sealed: UnsafeRawBufferPointer, counter: UInt64, authenticating: [UInt8]
  ) throws(FrameError) -> [UInt8] {
    let split = sealed.count - FrameSuite.tagByteCount
    guard split >= 0 else { throw .truncated }
    do {
      let box = try AES.GCM.SealedBox(
        nonce: nonce(counter),
        ciphertext: UnsafeRawBufferPointer(rebasing: sealed[..<split]),
        tag: UnsafeRawBufferPointer(rebasing: sealed[split...]))
      let payload = try authenticating.withUnsafeBytes { header in
        try AES.GCM.open(box, using: key, authenticating: header)
      }
      return payload.withUnsafeBytes { Array($0) }
    } catch { throw .authenticationFailed }
  }

  /// Salt xor counter, in network order.
  private func nonce(_ counter: UInt64) throws -> AES.GCM.Nonce {
    let low = salt.low ^ counter
    let words = (
      salt.high.bigEndian, UInt32(truncatingIfNeeded: low >> 32).bigEndian,
      UInt32(truncatingIfNeeded: low).bigEndian
    )
    return try withUnsafeBytes(of: words) { try AES.GCM.Nonce(data: $0) }
  }
}
