import NIOCore
import NIOPosix
import PostQuantum
import Reporting

/// Two processes that exchange a key over TCP, and then send media to each other.
///
/// Both calls block until the connection has come to its end, and run one event loop meanwhile.
public enum PeerNetwork {
  /// Waits for a peer that completes the handshake; others are sent away.
  ///
  /// - Parameters:
  ///   - machine: The responder of the exchange, copied for each who connects.
  ///   - options: where to listen, how long to wait, and how much to send.
  ///   - announce: Told where the listener listens, as `host:port`.
  ///   - note: Told of strangers who did not complete the handshake: the first 20 of them.
  /// - Throws: `NetworkFailure`.
  public static func listen(
    _ machine: HandshakeResponder, _ options: PeerSettings, announce: (String) -> Void = { _ in },
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(NetworkFailure) -> PeerResult {
    // Besides guests: the socket that listens, and one that is accepted before a guest is
    // dismissed.
    let others = 2
    return try run(options, connections: 5...(others + PeerReception.mostGuests)) {
      loop, room, promise in
      let reception = PeerReception(
        machine, options, guests: room - others, promise: promise, note: note)
      let bootstrap = ServerBootstrap(group: loop)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { reception.receive($0) }
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      let server = try bootstrap.bind(host: options.host, port: options.port).wait()
      announce("\(options.host):\(server.localAddress?.port ?? options.port)")
      return (server, { reception.failure })
    }
  }

  /// Connects to a listener, again and again until there is one.
  ///
  /// - Throws: `NetworkFailure`.
  public static func connect(
    _ machine: HandshakeInitiator, _ options: PeerSettings
  ) throws(NetworkFailure) -> PeerResult {
    let deadline = Stopwatch.now() + options.timeout
    return try run(options, connections: 2...2) { loop, _, promise in
      while true {
        do {
          let channel = try ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(Int64(max(100, (deadline - Stopwatch.now()) * 1000))))
            .channelInitializer { channel in
              add(
                PeerConnection(
                  .initiator(machine), seconds: options.mediaSeconds, promise: promise),
                to: channel)
            }
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: options.host, port: options.port).wait()
          return (
            channel,
            { .unreachable("no peer completed the handshake within \(options.timeout) s") }
          )
        } catch {
          guard Stopwatch.now() < deadline else { throw error }
          try loop.scheduleTask(in: .milliseconds(50)) {}.futureResult.wait()
        }
      }
    }
  }

  private static func add(_ handler: PeerConnection, to channel: any Channel)
    -> EventLoopFuture<Void>
  {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  /// Opens a channel and waits for the promise, as long as the options say.
  ///
  /// - Parameters:
  ///   - connections: how many sockets will be open at once: at least, and at most.
  ///   - open: takes the loop, how many sockets there is room for, and what to promise; gives the
  ///     channel, and what is to be said when the time is up.
  private static func run(
    _ options: PeerSettings, connections: ClosedRange<Int>,
    _ open: (any EventLoop, Int, EventLoopPromise<PeerResult>) throws -> (
      any Channel, @Sendable () -> NetworkFailure
    )
  ) throws(NetworkFailure) -> PeerResult {
    let start = Stopwatch.now()
    let (group, room) = try NetworkResources.eventLoopGroup(connections: connections)
    defer { try? group.syncShutdownGracefully() }
    let loop = group.next()
    let promise = loop.makePromise(of: PeerResult.self)
    do {
      let (channel, failure) = try open(loop, room, promise)
      let left = max(0, options.timeout - (Stopwatch.now() - start))
      let alarm = loop.scheduleTask(in: .milliseconds(Int64(left * 1000))) {
        promise.fail(failure())
      }
      defer { alarm.cancel() }
      defer { channel.close(promise: nil) }
      return try promise.futureResult.wait()
    } catch {
      // The promise must not be left behind.
      promise.fail(error)
      throw NetworkFailure(error, at: "\(options.host):\(options.port)")
    }
  }
}
