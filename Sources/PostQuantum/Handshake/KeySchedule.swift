import Crypto

/// The two parties of an exchange.
public enum HandshakeRole: String, Sendable, Hashable, CaseIterable {
  /// The party that sends the first message.
  case initiator
  /// The party that answers it.
  case responder

  var peer: HandshakeRole { self == .initiator ? .responder : .initiator }
}

/// All that was said in an exchange, as a running hash. Each state of it is bound to everything
/// before.
struct Transcript: Sendable {
  private var hash = SHA512()

  mutating func absorb(_ type: MessageType) {
    hash.update(data: [type.rawValue, MessageHeader.version])
  }

  mutating func absorb(_ bytes: some Sequence<UInt8>) { hash.update(data: Array(bytes)) }

  var digest: [UInt8] { Array(hash.finalize()) }
}

/// What parties sign and confirm.
enum Authentication {
  /// The text that both signatures of an identity are made over. Ed25519 and ECDSA have no place
  /// for a context, so it stands in the text.
  static func text(_ role: HandshakeRole, _ transcript: Transcript) -> [UInt8] {
    Array("qsim key exchange 1 \(role.rawValue) signature\0".utf8) + transcript.digest
  }

  static func signatures(by identity: Identity, _ role: HandshakeRole, _ transcript: Transcript)
    throws(KeyExchangeError) -> [UInt8]
  {
    let text = text(role, transcript)
    var writer = ByteWriter()
    for key in [identity.quantumSafe, identity.classical] {
      do throws(AlgorithmError) {
        writer.writePrefixed(try key.signature(for: text))
      } catch { throw .operationFailed(key.algorithm) }
    }
    return writer.bytes
  }

  /// Reads and verifies both signatures of a peer.
  static func verify(
    _ reader: inout MessageReader, of peer: PublicIdentity, _ role: HandshakeRole,
    _ transcript: Transcript
  ) throws(KeyExchangeError) {
    let text = text(role, transcript)
    let keys = [
      (peer.quantumSafeAlgorithm, peer.quantumSafeKey),
      (peer.classicalAlgorithm, peer.classicalKey),
    ]
    var failed: Algorithm?
    for (algorithm, key) in keys {
      let signature = try reader.readPrefixed(
        "signature by \(algorithm)", byteCount: algorithm.sizes.signature)
      do throws(AlgorithmError) {
        let isValid = try algorithm.isValid(signature, for: text, publicKey: key)
        if !isValid { failed = failed ?? algorithm }
      } catch { throw .invalidPublicKey(algorithm) }
    }
    if let failed { throw .invalidSignature(failed) }
  }

  /// Number of bytes of a key confirmation.
  static let confirmationByteCount = 64

  static func confirmation(
    _ secret: CombinedSecret, _ role: HandshakeRole, _ transcript: Transcript
  )
    -> [UInt8]
  {
    let key = secret.key(for: "\(role.rawValue) confirmation", byteCount: 64)
    return Array(HMAC<SHA512>.authenticationCode(for: transcript.digest, using: key))
  }

  static func verifyConfirmation(
    _ code: [UInt8], _ secret: CombinedSecret, _ role: HandshakeRole, _ transcript: Transcript
  ) throws(KeyExchangeError) {
    let key = secret.key(for: "\(role.rawValue) confirmation", byteCount: 64)
    guard
      HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: transcript.digest, using: key)
    else { throw .confirmationFailed }
  }
}
