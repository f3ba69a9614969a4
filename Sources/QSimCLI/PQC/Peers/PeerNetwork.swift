import NIOCore
import NIOPosix
import PostQuantum

/// Brings one connection about and waits for what comes of it.
enum PeerNetwork {
  /// Waits for a peer that completes the handshake; others are sent away.
  ///
  /// - Parameter announce: told where the listener listens.
  static func listen(
    _ machine: HandshakeResponder, _ options: PeerOptions, announce: (String) -> Void
  ) throws -> PeerConnection.Result {
    // Besides guests: the socket that listens, and one that is accepted before a guest is
    // dismissed.
    let others = 2
    return try run(options, connections: 5...(others + PeerReception.mostGuests)) {
      loop, room, promise in
      let reception = PeerReception(
        machine, options, guests: room - others, promise: promise)
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
  static func connect(_ machine: HandshakeInitiator, _ options: PeerOptions) throws
    -> PeerConnection.Result
  {
    let deadline = Stopwatch.now() + options.timeout
    return try run(options, connections: 2...2) { loop, _, promise in
      while true {
        do {
          let channel = try ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(Int64(max(1, (deadline - Stopwatch.now()) * 1000))))
            .channelInitializer { channel in
              add(
                PeerConnection(.initiator(machine), seconds: options.seconds, promise: promise),
                to: channel)
            }
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: options.host, port: options.port).wait()
          return (
            channel,
            {
              CommandFailure(
                .serviceUnavailable, "no peer completed the handshake within \(options.timeout) s")
            }
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
    _ options: PeerOptions, connections: ClosedRange<Int>,
    _ open: (any EventLoop, Int, EventLoopPromise<PeerConnection.Result>) throws -> (
      any Channel, @Sendable () -> CommandFailure
    )
  ) throws -> PeerConnection.Result {
    let start = Stopwatch.now()
    let (group, room) = try NetworkResources.eventLoopGroup(connections: connections)
    defer { try? group.syncShutdownGracefully() }
    let loop = group.next()
    let promise = loop.makePromise(of: PeerConnection.Result.self)
    let place = "\(options.host):\(options.port)"
    do {
      let (channel, failure) = try open(loop, room, promise)
      let left = max(0, options.timeout - (Stopwatch.now() - start))
      let alarm = loop.scheduleTask(in: .milliseconds(Int64(left * 1000))) {
        promise.fail(failure())
      }
      defer { alarm.cancel() }
      defer { channel.close(promise: nil) }
      return try promise.futureResult.wait()
    } catch let error as CommandFailure {
      promise.fail(error)
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
