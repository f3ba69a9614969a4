import Crypto
import Documents

/// What both parties have after an exchange: the same keys, and who the other is.
public struct KeyExchangeSession: Sendable, CustomStringConvertible {
  /// Which of the two parties this is.
  public let role: HandshakeRole
  /// The party that signed; whether it is the right one was decided by `PeerTrust`.
  public let peer: PublicIdentity
  /// What secrets came from, in catalog order.
  public let algorithms: [Algorithm]
  /// The key from elsewhere that was mixed in.
  public let presharedKeyID: String?
  /// How frames are sealed with the keys.
  public let frameSuite: FrameSuite
  /// Which exchange of a series it was, from 0.
  public let epoch: UInt32
  /// The name of the keys, the same at both ends; public.
  public let keyID: String

  private let secret: CombinedSecret
  private let transcript: [UInt8]

  init(
    role: HandshakeRole, peer: PublicIdentity, algorithms: [Algorithm], presharedKeyID: String?,
    policy: KeyExchangePolicy, secret: CombinedSecret, transcript: Transcript
  ) {
    self.role = role
    self.peer = peer
    self.algorithms = algorithms
    self.presharedKeyID = presharedKeyID
    frameSuite = policy.frameSuite
    epoch = policy.epoch
    self.secret = secret
    self.transcript = transcript.digest
    let name = secret.key(for: "key id", context: self.transcript, byteCount: 16)
    keyID = name.withUnsafeBytes { Self.uuid(Array($0)) }
  }

  /// A key for use elsewhere, the same at both ends, under the name of the session.
  ///
  /// - Parameter label: what the key is for; keys of different labels say nothing about each other.
  ///   At most 200 bytes.
  public func presharedKey(label: String = "pre-shared key") -> PresharedKey {
    precondition(label.utf8.count <= 200, "A label has at most 200 bytes")
    let key = secret.key(for: "export " + label, context: transcript, byteCount: 32)
    guard let result = try? PresharedKey(id: keyID, key: key) else {
      preconditionFailure("The name of a session is a UUID")
    }
    return result
  }

  /// Seals frames to the peer. Take it once: two sealers of one session would use the same nonces.
  public func makeSealer() -> FrameSealer {
    FrameSealer(
      suite: frameSuite, baseKey: frameKey(from: role), sender: sender(role), epoch: epoch)
  }

  /// Opens frames of the peer.
  public func makeOpener() -> FrameOpener {
    var opener = FrameOpener(suite: frameSuite)
    do {
      try opener.add(frameKey(from: role.peer), sender: sender(role.peer), epoch: epoch)
    } catch {
      preconditionFailure("A new opener has no keys")
    }
    return opener
  }

  private func frameKey(from role: HandshakeRole) -> SymmetricKey {
    secret.key(
      for: "frames of the \(role.rawValue)", context: transcript,
      byteCount: frameSuite.hashByteCount)
  }

  private func sender(_ role: HandshakeRole) -> UInt8 { role == .initiator ? 0 : 1 }

  /// A UUID of version 8, whose bits are the application's.
  private static func uuid(_ bytes: [UInt8]) -> String {
    var bytes = bytes
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += HexText.digits([byte])
    }
    return text
  }

  /// Who and what, never a key.
  public var description: String {
    "session \(keyID) with \(peer.name), \(algorithms.map(\.id).joined(separator: " + "))"
  }
}

/// What a machine asks of its caller after it was given bytes.
public struct HandshakeStep: Sendable {
  /// The bytes to be sent to the peer.
  public var output: [UInt8] = []
  /// The result, once the exchange is over.
  public var session: KeyExchangeSession?
  /// Bytes behind the exchange, for what comes next.
  public var rest: [UInt8] = []
}
