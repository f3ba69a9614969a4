import NIOCore
import NIOPosix
import PostQuantum
import Reporting

/// A conference over TCP on this machine: participants, and a relay between them that keeps and
/// changes what it can.
///
/// Everything happens on one event loop; the bytes travel through the sockets of the operating
/// system.
public final class Conference: @unchecked Sendable {
  /// What a conference is made of.
  public struct Setup: Sendable {
    /// The algorithms of every exchange, and how frames are sealed.
    public var policy: KeyExchangePolicy
    /// How many take part: 2 to as many as there are `names`.
    public var participantCount: Int
    /// Length of the media in seconds.
    public var seconds: Double
    /// Keys that pairs have already, in the order of `pairs`, as far as they go.
    public var presharedKeys: [PresharedKey]

    /// A conference as it is to be held.
    ///
    /// - Parameters:
    ///   - policy: the algorithms of every exchange, and how frames are sealed.
    ///   - participantCount: how many take part: 2 to as many as there are `Conference.names`.
    ///   - seconds: length of the media.
    ///   - presharedKeys: keys that pairs have already, in the order of `pairs`, as far as they go.
    public init(
      policy: KeyExchangePolicy, participantCount: Int, seconds: Double,
      presharedKeys: [PresharedKey] = []
    ) {
      self.policy = policy
      self.participantCount = participantCount
      self.seconds = seconds
      self.presharedKeys = presharedKeys
    }
  }

  /// What participants are called, which is also how many there can be.
  public static let names = ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi"]
  private static let patience = TimeAmount.seconds(120)

  let setup: Setup
  let participants: [ConferenceParticipant]
  let relay: ConferenceRelay
  /// The sessions of the initiators, in the order of `pairs`.
  private(set) var sessions: [KeyExchangeSession] = []
  /// Attacks on the exchange that nobody noticed.
  private(set) var unnoticedAttacks: [ConferenceRelay.Attack] = []
  private(set) var stopwatch = Stopwatch()

  private let loop: any EventLoop
  private var server: (any Channel)?

  private init(_ setup: Setup, loop: any EventLoop) throws(KeyExchangeError) {
    self.setup = setup
    self.loop = loop
    let identities = try Self.identities(setup.participantCount)
    let trust = PeerTrust.identities(Set(identities.map(\.fingerprint)))
    let impostor = try Identity.generate(name: Self.names[1])
    // The names of keys are said in the clear; the impostor knows them, but not the keys.
    let forged: PresharedKey? =
      if let known = setup.presharedKeys.first {
        try PresharedKey(id: known.id, secret: SecretBytes.random(count: 32))
      } else {
        nil
      }
    relay = ConferenceRelay(
      impostor: HandshakeResponder(
        identity: impostor, policy: setup.policy, trust: .anybody, presharedKey: forged))
    participants = identities.enumerated().map { index, identity in
      ConferenceParticipant(
        UInt8(index), identity: identity, policy: setup.policy, trust: trust,
        presharedKeys: Self.presharedKeys(of: index, setup),
        others: Set(identities.indices.map { UInt8($0) }.filter { $0 != UInt8(index) }),
        seconds: setup.seconds, loop: loop)
    }
  }

  private static func identities(_ count: Int) throws(KeyExchangeError) -> [Identity] {
    var identities: [Identity] = []
    for name in names.prefix(count) { identities.append(try Identity.generate(name: name)) }
    return identities
  }

  /// All pairs of so many participants, the initiator first.
  public static func pairs(_ count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { one in (one + 1..<max(count, one + 1)).map { (one, $0) } }
  }

  private static func presharedKeys(of number: Int, _ setup: Setup) -> [UInt8: PresharedKey] {
    var keys: [UInt8: PresharedKey] = [:]
    for (pair, key) in zip(pairs(setup.participantCount), setup.presharedKeys) {
      if pair.0 == number { keys[UInt8(pair.1)] = key }
      if pair.1 == number { keys[UInt8(pair.0)] = key }
    }
    return keys
  }

  /// Holds a conference from its first connection to its last frame.
  ///
  /// Blocks until it is over, and runs one event loop meanwhile.
  ///
  /// - Precondition: the number of participants is in 2...8.
  /// - Throws: `NetworkFailure` where the network or an exchange fails.
  public static func held(_ setup: Setup) throws(NetworkFailure) -> Conference {
    precondition((2...names.count).contains(setup.participantCount), "A conference is of 2 to 8")
    // A listener, and both ends of every connection.
    let sockets = 1 + 2 * setup.participantCount
    let (group, _) = try NetworkResources.eventLoopGroup(connections: sockets...sockets)
    defer { try? group.syncShutdownGracefully() }
    let loop = group.next()
    do {
      let conference = try Conference(setup, loop: loop)
      try loop.flatSubmit { conference.run() }.wait()
      return conference
    } catch let error as KeyExchangeError {
      throw .refused("an exchange failed: \(error)", note: nil)
    } catch {
      throw NetworkFailure(error, at: "the network failed")
    }
  }

  private func run() -> EventLoopFuture<Void> {
    let alarm = loop.scheduleTask(in: Self.patience) {
      self.fail(NetworkFailure.unreachable("the conference did not come to an end"))
    }
    return connect()
      .flatMap { self.attackExchanges() }
      .flatMap { self.exchange() }
      .flatMap { self.deliver() }
      .flatMap { self.talk() }
      .always { _ in
        alarm.cancel()
        // Whatever nobody waits for any more.
        self.fail(ChannelError.alreadyClosed)
        for participant in self.participants { participant.channel?.close(promise: nil) }
        self.server?.close(promise: nil)
      }
  }

  private func fail(_ error: any Error) {
    for participant in participants { participant.fail(error) }
  }

  // MARK: Phases

  private func connect() -> EventLoopFuture<Void> {
    let relay = relay
    let bootstrap = ServerBootstrap(group: loop)
      .childChannelInitializer { channel in
        Self.add(
          EnvelopeHandler(
            receive: { relay.receive($0, from: $1) }, fail: { self.fail($0) }), to: channel)
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    return bootstrap.bind(host: "127.0.0.1", port: 0).flatMap { server in
      self.server = server
      guard let address = server.localAddress else {
        return self.loop.makeFailedFuture(ChannelError.unknownLocalAddress)
      }
      let connections = self.participants.map { self.connect($0, to: address) }
      return EventLoopFuture.andAllSucceed(connections, on: self.loop)
    }.flatMap {
      relay.whenJoined(self.participants.count, on: self.loop)
    }.map { self.stopwatch.lap("connect_s") }
  }

  private func connect(_ participant: ConferenceParticipant, to address: SocketAddress)
    -> EventLoopFuture<Void>
  {
    ClientBootstrap(group: loop)
      .channelInitializer { channel in
        Self.add(
          EnvelopeHandler(
            receive: { envelope, _ in participant.receive(envelope) },
            fail: { participant.fail($0) }), to: channel)
      }
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connect(to: address)
      .map { channel in
        participant.channel = channel
        channel.send(Envelope(kind: .join, sender: participant.number))
      }
  }

  private static func add(_ handler: EnvelopeHandler, to channel: any Channel)
    -> EventLoopFuture<Void>
  {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  /// The relay tampers with exchanges of the first two, one attack after the other; each must fail.
  private func attackExchanges() -> EventLoopFuture<Void> {
    var done = loop.makeSucceededVoidFuture()
    for attack in ConferenceRelay.Attack.allCases {
      guard let number = attack.exchange else { continue }
      done = done.flatMap {
        self.participants[0].start(.init(peer: 1, number: number))
          .map { _ in self.unnoticedAttacks.append(attack) }
          .flatMapErrorThrowing { error in
            guard error is KeyExchangeError else { throw error }
          }
      }
    }
    return done.map { self.stopwatch.lap("attacks_s") }
  }

  private func exchange() -> EventLoopFuture<Void> {
    let pairs = Self.pairs(participants.count)
    let initiated = pairs.map { one, other in
      participants[one].start(.init(peer: UInt8(other), number: 0))
    }
    let answered = pairs.map { one, other in
      participants[other].outcome(of: .init(peer: UInt8(one), number: 0))
    }
    return EventLoopFuture.whenAllSucceed(initiated, on: loop)
      .and(EventLoopFuture.whenAllSucceed(answered, on: loop))
      .flatMapThrowing { sessions, answers in
        for (one, other) in zip(sessions, answers) where one.keyID != other.keyID {
          throw KeyExchangeError.confirmationFailed
        }
        self.sessions = sessions
        self.stopwatch.lap("exchange_s")
      }
  }

  private func deliver() -> EventLoopFuture<Void> {
    for participant in participants { participant.deliver() }
    return EventLoopFuture.andAllSucceed(participants.map(\.whenDelivered), on: loop)
      .map { self.stopwatch.lap("delivery_s") }
  }

  private func talk() -> EventLoopFuture<Void> {
    do {
      for participant in participants { try participant.sendMedia() }
    } catch {
      return loop.makeFailedFuture(error)
    }
    return EventLoopFuture.andAllSucceed(participants.map(\.whenOver), on: loop)
      .map { self.stopwatch.lap("media_s") }
  }
}
