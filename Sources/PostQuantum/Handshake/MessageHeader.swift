/// The messages of an exchange, in the order in which they are sent.
public enum MessageType: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Initiator to responder: algorithms and public keys.
  case hello = 1
  /// Responder to initiator: ciphertexts, identity, signatures, confirmation.
  case reply = 2
  /// Initiator to responder: identity, signatures, confirmation.
  case finish = 3
  /// Either way: the exchange is refused.
  case alert = 15

  /// The name of the message, in lower case.
  public var description: String {
    switch self {
    case .hello: "hello"
    case .reply: "reply"
    case .finish: "finish"
    case .alert: "alert"
    }
  }

  /// The longest body that is read: all algorithms of the catalog fit.
  var bodyLimit: Int {
    switch self {
    case .hello: 16_384
    case .reply, .finish: 32_768
    case .alert: 1
    }
  }
}

/// What stands before each message: type, version, length of the body.
struct MessageHeader: Sendable, Hashable {
  /// The version of the format, and of the labels of keys.
  static let version: UInt8 = 1
  static let byteCount = 6

  let type: MessageType
  let bodyByteCount: Int

  static func write(_ type: MessageType, bodyByteCount: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(type.rawValue)
    writer.write(version)
    writer.write(UInt32(bodyByteCount))
    return writer.bytes
  }

  /// Reads a header of 6 bytes.
  init(_ bytes: some Collection<UInt8>) throws(KeyExchangeError) {
    let bytes = Array(bytes.prefix(Self.byteCount))
    guard bytes.count == Self.byteCount else { throw .truncatedMessage(field: "header") }
    guard let type = MessageType(rawValue: bytes[0]) else { throw .unknownMessageType(bytes[0]) }
    guard bytes[1] == Self.version else { throw .unsupportedVersion(bytes[1]) }
    let count = bytes[2...].reduce(0) { $0 << 8 | Int($1) }
    guard count <= type.bodyLimit else {
      throw .oversizedMessage(type, byteCount: count, limit: type.bodyLimit)
    }
    self.type = type
    bodyByteCount = count
  }
}

/// Bytes of a stream until they make a message. It never holds more than a message may have and
/// what came with its last bytes.
struct MessageBuffer: Sendable {
  private var bytes: [UInt8] = []

  mutating func append(_ new: some Collection<UInt8>) { bytes.append(contentsOf: new) }

  /// The header of the next message; `nil` until it is there.
  func header() throws(KeyExchangeError) -> MessageHeader? {
    guard bytes.count >= MessageHeader.byteCount else { return nil }
    return try MessageHeader(bytes)
  }

  /// Takes the body of the next message out; `nil` until it is there.
  mutating func takeBody(_ header: MessageHeader) -> [UInt8]? {
    let end = MessageHeader.byteCount + header.bodyByteCount
    guard bytes.count >= end else { return nil }
    let body = Array(bytes[MessageHeader.byteCount..<end])
    bytes.removeFirst(end)
    return body
  }

  /// Takes out whatever is left, which belongs to what follows the exchange.
  mutating func takeRest() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
