import NIOCore

/// What participants of a conference send through the relay: who, to whom, what for, and bytes that
/// the relay has no key for.
///
///     length 4 │ kind 1 │ sender 1 │ receiver 1 │ tag 1 │ payload
package struct Envelope: Sendable, Hashable {
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// A participant tells the relay who it is.
    case join
    /// Bytes of a key exchange; the tag is the number of the exchange.
    case handshake
    /// The key of a sender for one receiver.
    case delivery
    /// Sealed media; the tag is the kind of media.
    case frame
    /// A sender has sent all its media.
    case goodbye
  }

  /// The receiver of what all others get.
  package static let everybody: UInt8 = 255
  /// Most bytes of a payload.
  package static let payloadLimit = 1 << 17
  private static let headByteCount = 8

  package var kind: Kind
  package var sender: UInt8
  package var receiver: UInt8
  package var tag: UInt8
  package var payload: [UInt8]

  package init(
    kind: Kind, sender: UInt8, receiver: UInt8 = Envelope.everybody, tag: UInt8 = 0,
    payload: [UInt8] = []
  ) {
    self.kind = kind
    self.sender = sender
    self.receiver = receiver
    self.tag = tag
    self.payload = payload
  }

  /// Bytes on the wire.
  package var byteCount: Int { Self.headByteCount + payload.count }

  package func write(to buffer: inout ByteBuffer) {
    buffer.writeInteger(UInt32(payload.count))
    buffer.writeBytes([kind.rawValue, sender, receiver, tag])
    buffer.writeBytes(payload)
  }

  /// Takes the next envelope out of what has arrived; `nil` until it is all there.
  ///
  /// - Throws: `NetworkFailure.malformed` for bytes that are not an envelope.
  package static func read(from buffer: inout ByteBuffer) throws(NetworkFailure) -> Envelope? {
    guard let count = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
    guard count <= payloadLimit else {
      throw .malformed("an envelope of \(count) bytes came over the network")
    }
    guard buffer.readableBytes >= headByteCount + Int(count) else { return nil }
    guard let head = buffer.readBytes(length: headByteCount),
      let payload = buffer.readBytes(length: Int(count)), let kind = Kind(rawValue: head[4])
    else { throw .malformed("bytes came over the network that are no envelope") }
    return Envelope(kind: kind, sender: head[5], receiver: head[6], tag: head[7], payload: payload)
  }
}

/// Turns the bytes of a connection into envelopes, on its event loop.
final class EnvelopeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var buffer = ByteBuffer()
  private let receive: (Envelope, any Channel) -> Void
  private let fail: (any Error) -> Void

  init(
    receive: @escaping (Envelope, any Channel) -> Void, fail: @escaping (any Error) -> Void
  ) {
    self.receive = receive
    self.fail = fail
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    buffer.writeBuffer(&bytes)
    do {
      while let envelope = try Envelope.read(from: &buffer) { receive(envelope, context.channel) }
      buffer.discardReadBytes()
    } catch {
      errorCaught(context: context, error: error)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error)
    context.close(promise: nil)
  }
}

extension Channel {
  /// Sends an envelope.
  func send(_ envelope: Envelope) {
    var buffer = allocator.buffer(capacity: envelope.byteCount)
    envelope.write(to: &buffer)
    writeAndFlush(buffer, promise: nil)
  }
}
