import Crypto
import FoundationEssentials

/// A sender's key on its way to one member, sealed with the key that the two share.
///
///     version 1 │ suite 2 │ sender 1 │ receiver 1 │ epoch 4 │ step 4 │ nonce 12 │ base key, tag
///
/// The key of the seal is derived from the pre-shared key, its name and the direction, so that a
/// delivery cannot be sent back. Everything before the nonce is authenticated.
struct SenderKeyDelivery {
  static let version: UInt8 = 1
  private static let headByteCount = 13
  private static let nonceByteCount = 12

  let suite: FrameSuite
  let sender: UInt8
  let receiver: UInt8
  let epoch: UInt32
  let step: UInt32

  /// The delivery as bytes.
  func seal(_ baseKey: SymmetricKey, with presharedKey: PresharedKey) -> [UInt8] {
    let plaintext = SecretBytes(baseKey)
    let sealed = plaintext.withUnsafeBytes { bytes in
      try? AES.GCM.seal(bytes, using: key(presharedKey), authenticating: head)
    }
    guard let combined = sealed?.combined else {
      preconditionFailure("AES-GCM seals whatever fits into memory")
    }
    return head + combined
  }

  /// Reads the head of a delivery; what is behind it stays sealed.
  init(_ bytes: [UInt8]) throws(GroupError) {
    guard bytes.count >= Self.headByteCount else { throw .truncated }
    guard bytes[0] == Self.version else { throw .unsupportedVersion(bytes[0]) }
    func number(_ range: Range<Int>) -> UInt64 {
      bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
    }
    let code = UInt16(number(1..<3))
    guard let suite = FrameSuite(rawValue: code) else { throw .unknownFrameSuite(code: code) }
    let length = Self.headByteCount + Self.nonceByteCount + suite.hashByteCount + 16
    guard bytes.count >= length else { throw .truncated }
    guard bytes.count == length else { throw .trailingBytes(count: bytes.count - length) }
    self.init(
      suite: suite, sender: bytes[3], receiver: bytes[4], epoch: UInt32(number(5..<9)),
      step: UInt32(number(9..<13)))
  }

  init(suite: FrameSuite, sender: UInt8, receiver: UInt8, epoch: UInt32, step: UInt32) {
    self.suite = suite
    self.sender = sender
    self.receiver = receiver
    self.epoch = epoch
    self.step = step
  }

  /// The base key in a delivery whose head has been read.
  func open(_ bytes: [UInt8], with presharedKey: PresharedKey) throws(GroupError) -> SymmetricKey {
    do {
      let box = try AES.GCM.SealedBox(combined: bytes[Self.headByteCount...])
      let opened = SecretBytes(
        wiping: try AES.GCM.open(box, using: key(presharedKey), authenticating: head))
      return opened.symmetricKey()
    } catch { throw .authenticationFailed }
  }

  private var head: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.version)
    writer.write(suite.rawValue)
    writer.write(sender)
    writer.write(receiver)
    writer.write(epoch)
    writer.write(step)
    return writer.bytes
  }

  private func key(_ presharedKey: PresharedKey) -> SymmetricKey {
    var info = ByteWriter()
    info.write("qsim sender key delivery 1".utf8)
    info.writeShort(Array(presharedKey.id.utf8))
    info.write(sender)
    info.write(receiver)
    return HKDF<SHA512>.deriveKey(
      inputKeyMaterial: presharedKey.key, info: info.bytes, outputByteCount: 32)
  }
}
