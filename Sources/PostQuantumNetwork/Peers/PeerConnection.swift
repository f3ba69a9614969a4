import NIOCore
import NIOPosix
import PostQuantum

/// One end of a connection between two processes: a key exchange, then media both ways.
///
/// Behind the exchange, each frame stands behind its length in four bytes; an empty one says that
/// no more will come. Only ever used on one event loop.
final class PeerConnection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer

  /// Either machine; they look the same from outside.
  enum Machine: Sendable {
    case initiator(HandshakeInitiator)
    case responder(HandshakeResponder)

    var sender: UInt8 {
      if case .initiator = self { 0 } else { 1 }
    }

    mutating func receive(_ bytes: [UInt8]) throws(KeyExchangeError) -> HandshakeStep {
      switch self {
      case .initiator(var machine):
        defer { self = .initiator(machine) }
        return try machine.receive(bytes)
      case .responder(var machine):
        defer { self = .responder(machine) }
        return try machine.receive(bytes)
      }
    }
  }

  private static let frameLimit = 1 << 16

  private var machine: Machine
  private let seconds: Double
  private let promise: EventLoopPromise<PeerResult>
  private let whenAgreed: () -> Void
  private var result: PeerResult?
  private var opener: FrameOpener?
  private var buffer = ByteBuffer()
  private var counts = (sent: 0, received: 0)
  private var hasHeardEnd = false

  /// - Parameter whenAgreed: called when the exchange is over and the media begin.
  init(
    _ machine: Machine, seconds: Double, promise: EventLoopPromise<PeerResult>,
    whenAgreed: @escaping () -> Void = {}
  ) {
    self.whenAgreed = whenAgreed
    self.machine = machine
    self.seconds = seconds
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    guard case .initiator(var initiator) = machine else { return }
    do {
      let hello = try initiator.start()
      machine = .initiator(initiator)
      send(hello, context)
    } catch {
      fail(error, context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    counts.received += bytes.readableBytes
    do {
      if result == nil {
        try exchange(bytes.readBytes(length: bytes.readableBytes) ?? [], context)
      } else {
        buffer.writeBuffer(&bytes)
      }
      try openFrames(context)
    } catch {
      fail(error, context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(KeyExchangeError.endOfStream)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

  private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    counts.sent += bytes.count
    context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
  }

  /// Tells the peer that it is refused, then the caller why.
  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    promise.fail(error)
    if result == nil, let error = error as? KeyExchangeError {
      if case .refusedByPeer = error {
      } else {
        send(HandshakeInitiator.alert(for: error), context)
      }
    }
    context.close(promise: nil)
  }

  private func exchange(_ bytes: [UInt8], _ context: ChannelHandlerContext) throws {
    let step = try machine.receive(bytes)
    if !step.output.isEmpty { send(step.output, context) }
    guard let session = step.session else { return }
    result = PeerResult(session: session)
    whenAgreed()
    opener = session.makeOpener()
    buffer.writeBytes(step.rest)
    try sendMedia(session, context)
  }

  private func sendMedia(_ session: KeyExchangeSession, _ context: ChannelHandlerContext) throws {
    let source = MediaSource(sender: machine.sender, seconds: seconds)
    var sealer = session.makeSealer()
    for tick in 0..<source.tickCount {
      if tick > 0, tick.isMultiple(of: MediaSource.ticksPerSecond) { sealer.ratchet() }
      for kind in MediaSource.kinds(at: tick) {
        let frame = try sealer.seal(source.payload(kind, at: tick), metadata: [kind.rawValue])
        send(Self.framed(frame, kind.rawValue), context)
        result?.sentFrameCount += 1
      }
    }
    // An empty frame, sealed like any other, so that nobody else can end the media.
    send(Self.framed(try sealer.seal([], metadata: [Self.endTag]), Self.endTag), context)
  }

  private static let endTag: UInt8 = 0xFF

  private static func framed(_ frame: [UInt8], _ tag: UInt8) -> [UInt8] {
    let count = frame.count + 1
    return (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + [tag] + frame
  }

  private func openFrames(_ context: ChannelHandlerContext) throws {
    while result != nil, !hasHeardEnd,
      let count = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self)
    {
      // The last message of an exchange may be refused when its sender is content already.
      if UInt8(count >> 24) == MessageType.alert.rawValue {
        guard let reason = buffer.getInteger(at: buffer.readerIndex + 6, as: UInt8.self) else {
          return
        }
        throw KeyExchangeError.refusedByPeer(reason: reason)
      }
      guard (1...UInt32(Self.frameLimit)).contains(count) else {
        throw FrameError.oversized(byteCount: Int(count), limit: Self.frameLimit)
      }
      guard buffer.readableBytes >= 4 + Int(count) else { return }
      buffer.moveReaderIndex(forwardBy: 4)
      guard let tag = buffer.readInteger(as: UInt8.self),
        let frame = buffer.readBytes(length: Int(count) - 1)
      else { return }
      _ = try opener?.open(frame, metadata: [tag])
      if tag == Self.endTag { hasHeardEnd = true } else { result?.openedFrameCount += 1 }
    }
    buffer.discardReadBytes()
    guard hasHeardEnd, var result else { return }
    result.sentByteCount = counts.sent
    result.receivedByteCount = counts.received
    // What was sent may still be on its way.
    let (channel, promise, final) = (context.channel, promise, result)
    channel.writeAndFlush(ByteBuffer()).whenComplete { _ in
      promise.succeed(final)
      channel.close(promise: nil)
    }
  }
}
