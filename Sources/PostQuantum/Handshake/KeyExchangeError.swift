/// Why an exchange of keys was refused. Each way in which a peer, or somebody between, can deviate
/// has a case of its own.
public enum KeyExchangeError: Error, Hashable, Sendable {
  // MARK: Framing
  /// The header names a type of message that does not exist.
  case unknownMessageType(UInt8)
  /// The header is of another version of the protocol.
  case unsupportedVersion(UInt8)
  /// Told by the header, before the message is read.
  case oversizedMessage(MessageType, byteCount: Int, limit: Int)
  /// A field runs past the end of its message.
  case truncatedMessage(field: String)
  /// Bytes follow the last field of a message.
  case trailingBytes(MessageType, count: Int)
  /// The stream ended within the exchange.
  case endOfStream

  // MARK: Order and roles
  /// A message that the machine does not expect in its state: reordered, or replayed within the
  /// exchange.
  case unexpectedMessage(MessageType)
  /// A message that only the machine's own role sends, as when somebody sends it back.
  case wrongRole(MessageType)
  /// The peer repeats our nonce.
  case reflectedNonce
  /// The peer claims to be us.
  case reflectedIdentity
  /// The machine failed before and accepts nothing more.
  case alreadyFailed
  /// The exchange is over.
  case alreadyComplete

  // MARK: Algorithms
  /// An offer, or what is selected from one, is empty.
  case noAlgorithms
  /// More algorithms than a message may list.
  case tooManyAlgorithms(count: Int, limit: Int)
  /// A code that does not belong to any algorithm of the catalog.
  case unknownAlgorithm(code: UInt16)
  /// One algorithm is listed twice.
  case duplicateAlgorithm(Algorithm)
  /// Algorithms are not in the order of the catalog.
  case algorithmsOutOfOrder
  /// An algorithm for another purpose, such as a signature scheme where a key encapsulation
  /// mechanism is due.
  case wrongKind(Algorithm)
  /// No algorithm that withstands quantum computers is among them.
  case notQuantumSafe
  /// What one party insists on is not offered, or not selected: downgrade.
  case missingAlgorithms([Algorithm])
  /// The responder selected what was not offered.
  case unofferedAlgorithms([Algorithm])
  /// A code that does not belong to any suite of frames.
  case unknownFrameSuite(code: UInt16)
  /// The peer wants frames sealed in another way than this party's policy says.
  case frameSuiteRefused(FrameSuite, expected: FrameSuite)
  /// The message belongs to another exchange of a series.
  case wrongEpoch(UInt32, expected: UInt32)

  // MARK: Keys
  /// A key, ciphertext or signature has another length than its algorithm's.
  ///
  /// - Parameters:
  ///   - field: what has the wrong length, in words.
  ///   - expected: the number of bytes that it must have.
  ///   - actual: the number of bytes that it has.
  case wrongLength(field: String, expected: Int, actual: Int)
  /// Bytes of the right length that are not a valid public key.
  case invalidPublicKey(Algorithm)
  /// Bytes of the right length that are not a valid ciphertext.
  case invalidCiphertext(Algorithm)
  /// The library that implements the algorithm refused for another reason.
  case operationFailed(Algorithm)
  /// A pre-shared key has fewer than `PresharedKey.minimumByteCount` bytes.
  case presharedKeyTooShort(byteCount: Int)
  /// The name of a pre-shared key does not have 1 to 64 printable characters.
  case invalidKeyID
  /// We have a pre-shared key; the peer does not use it.
  case presharedKeyMissing(expected: String)
  /// The peer uses a pre-shared key; we have none, or another.
  case presharedKeyUnknown(id: String)

  // MARK: Authentication
  /// The name of a party does not have 1 to 64 bytes of printable UTF-8.
  case invalidName
  /// An identity signs with a scheme that withstands quantum computers and a classical one, in this
  /// order.
  case notASignaturePair(Algorithm, Algorithm)
  /// The peer is not among those that are trusted.
  case unknownIdentity(Fingerprint)
  /// A signature does not verify: the peer does not have the key, or messages were changed.
  case invalidSignature(Algorithm)
  /// The peer has another key: another pre-shared key, or messages were changed.
  case confirmationFailed

  /// The peer refused; its reason is a number of the format. Nobody vouches for this message.
  case refusedByPeer(reason: UInt8)
}

extension KeyExchangeError: CustomStringConvertible {
  /// The error as a clause without a full stop.
  public var description: String {
    switch self {
    case .unknownMessageType(let type): "unknown type of message \(type)"
    case .unsupportedVersion(let version):
      "version \(version) of the protocol; this is version \(MessageHeader.version)"
    case .oversizedMessage(let type, let count, let limit):
      "a \(type) of \(count) bytes; at most \(limit) are accepted"
    case .truncatedMessage(let field): "the message ends within its \(field)"
    case .trailingBytes(let type, let count): "\(count) bytes behind the end of a \(type)"
    case .endOfStream: "the stream ended within the exchange"
    case .unexpectedMessage(let type): "a \(type) out of turn"
    case .wrongRole(let type): "a \(type), which only this side sends"
    case .reflectedNonce: "the peer repeats our nonce"
    case .reflectedIdentity: "the peer claims to be us"
    case .alreadyFailed: "the exchange failed before"
    case .alreadyComplete: "the exchange is over"
    case .noAlgorithms: "no algorithms"
    case .tooManyAlgorithms(let count, let limit): "\(count) algorithms; at most \(limit)"
    case .unknownAlgorithm(let code): "unknown algorithm \(code)"
    case .duplicateAlgorithm(let algorithm): "\(algorithm) twice"
    case .algorithmsOutOfOrder: "algorithms out of their order"
    case .wrongKind(let algorithm): "\(algorithm) is for \(algorithm.kind.rawValue)"
    case .notQuantumSafe: "no algorithm that withstands quantum computers"
    case .missingAlgorithms(let algorithms):
      "without \(Self.list(algorithms)), which is required: a downgrade"
    case .unofferedAlgorithms(let algorithms): "\(Self.list(algorithms)) was not offered"
    case .unknownFrameSuite(let code): "unknown suite of frames \(code)"
    case .frameSuiteRefused(let suite, let expected): "frames in \(suite), not \(expected)"
    case .wrongEpoch(let epoch, let expected): "epoch \(epoch), not \(expected)"
    case .wrongLength(let field, let expected, let actual):
      "\(field) has \(actual) bytes, not \(expected)"
    case .invalidPublicKey(let algorithm): "no public key of \(algorithm)"
    case .invalidCiphertext(let algorithm): "no ciphertext of \(algorithm)"
    case .operationFailed(let algorithm): "\(algorithm) failed"
    case .presharedKeyTooShort(let count):
      "a pre-shared key of \(count) bytes; at least \(PresharedKey.minimumByteCount) are needed"
    case .invalidKeyID: "the name of a key has 1 to 64 printable characters"
    case .presharedKeyMissing(let id): "without the pre-shared key \(id)"
    case .presharedKeyUnknown(let id): "unknown pre-shared key \(id)"
    case .invalidName: "a name has 1 to 64 bytes of printable UTF-8"
    case .notASignaturePair(let one, let other):
      "\(one) and \(other) are no pair of a quantum-safe and a classical signature"
    case .unknownIdentity(let fingerprint): "unknown identity \(fingerprint)"
    case .invalidSignature(let algorithm): "the signature by \(algorithm) is not valid"
    case .confirmationFailed: "the peer has another key"
    case .refusedByPeer(let reason): "the peer refused (reason \(reason))"
    }
  }

  private static func list(_ algorithms: [Algorithm]) -> String {
    algorithms.map(\.id).joined(separator: ", ")
  }

  /// What an alert says of it: the kind of failure, and nothing that would help somebody who
  /// probes.
  var alertReason: UInt8 {
    switch self {
    case .unknownMessageType, .oversizedMessage, .truncatedMessage, .trailingBytes, .endOfStream,
      .wrongLength, .invalidName, .invalidKeyID:
      1
    case .unsupportedVersion: 2
    case .unexpectedMessage, .wrongRole, .reflectedNonce, .reflectedIdentity, .alreadyFailed,
      .alreadyComplete:
      3
    case .noAlgorithms, .tooManyAlgorithms, .unknownAlgorithm, .duplicateAlgorithm,
      .algorithmsOutOfOrder, .wrongKind, .notQuantumSafe, .missingAlgorithms, .unofferedAlgorithms,
      .unknownFrameSuite, .frameSuiteRefused, .wrongEpoch:
      4
    case .invalidPublicKey, .invalidCiphertext, .operationFailed, .presharedKeyTooShort: 5
    case .presharedKeyMissing, .presharedKeyUnknown: 6
    case .notASignaturePair, .unknownIdentity, .invalidSignature, .confirmationFailed: 7
    case .refusedByPeer: 0
    }
  }
}
