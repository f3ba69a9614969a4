import NIOCore
import NIOPosix
import PostQuantum

/// Brings one connection about and waits for what comes of it.
enum PeerNetwork {
  /// Waits for one peer to connect.
  ///
  /// - Parameter announce: told where the listener listens.
  static func listen(
    _ machine: HandshakeResponder, _ options: PeerOptions, announce: (String) -> Void
  ) throws -> PeerConnection.Result {
    try run(options) { loop, promise in
      let first = ManagedFlag()
      let bootstrap = ServerBootstrap(group: loop)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          // One peer is served; who comes later is turned away.
          guard first.raise() else { return channel.close() }
          return add(
            PeerConnection(.responder(machine), seconds: options.seconds, promise: promise),
            to: channel)
        }
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      let server = try bootstrap.bind(host: options.host, port: options.port).wait()
      announce("\(options.host):\(server.localAddress?.port ?? options.port)")
      return server
    }
  }

  /// Connects to a listener, again and again until there is one.
  static func connect(_ machine: HandshakeInitiator, _ options: PeerOptions) throws
    -> PeerConnection.Result
  {
    let deadline = Stopwatch.now() + options.timeout
    return try run(options) { loop, promise in
      while true {
        do {
          return try ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(Int64(options.timeout * 1000)))
            .channelInitializer { channel in
              add(
                PeerConnection(.initiator(machine), seconds: options.seconds, promise: promise),
                to: channel)
            }
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: options.host, port: options.port).wait()
        } catch {
          guard Stopwatch.now() < deadline else { throw error }
          try loop.scheduleTask(in: .milliseconds(50)) {}.futureResult.wait()
        }
      }
    }
  }

  /// A flag that can be raised once; touched on one event loop only.
  private final class ManagedFlag: @unchecked Sendable {
    private var isRaised = false

    /// Whether it was down.
    func raise() -> Bool {
      defer { isRaised = true }
      return !isRaised
    }
  }

  private static func add(_ handler: PeerConnection, to channel: any Channel)
    -> EventLoopFuture<Void>
  {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  private static func run(
    _ options: PeerOptions,
    _ open: (any EventLoop, EventLoopPromise<PeerConnection.Result>) throws -> any Channel
  ) throws -> PeerConnection.Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { try? group.syncShutdownGracefully() }
    let loop = group.next()
    let promise = loop.makePromise(of: PeerConnection.Result.self)
    let place = "\(options.host):\(options.port)"
    do {
      let alarm = loop.scheduleTask(in: .milliseconds(Int64(options.timeout * 1000))) {
        promise.fail(
          CommandFailure(.serviceUnavailable, "no peer came to terms within \(options.timeout) s"))
      }
      defer { alarm.cancel() }
      let channel = try open(loop, promise)
      defer { channel.close(promise: nil) }
      return try promise.futureResult.wait()
    } catch let error as CommandFailure {
      throw error
    } catch let error as KeyExchangeError {
      throw CommandFailure(.checkFailed, "the exchange failed: \(error)")
    } catch let error as FrameError {
      throw CommandFailure(.checkFailed, "the media failed: \(error)")
    } catch {
      // The promise must not be left behind.
      promise.fail(error)
      throw CommandFailure(.serviceUnavailable, "\(place): \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case is NIOConnectionError: "nobody listens there"
    case let error as IOError: systemMessage(error.errnoCode)
    default: "\(error)"
    }
  }
}
