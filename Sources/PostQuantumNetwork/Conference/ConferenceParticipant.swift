import NIOCore
import PostQuantum

/// One participant of a conference: an identity, an exchange with each other, keys for frames.
///
/// Only ever used on one event loop.
final class ConferenceParticipant: @unchecked Sendable {
  /// One exchange with one other; of several with the same, each has a number.
  struct ExchangeID: Hashable {
    let peer: UInt8
    let number: UInt8
  }

  let number: UInt8
  let identity: Identity
  var channel: (any Channel)?
  private(set) var sentFrameCount = 0
  private(set) var openedFrameCount = 0
  /// Frames that were opened, but are none of the sender's.
  private(set) var wrongFrameCount = 0
  /// How often each kind of error refused a frame.
  private(set) var frameRefusals: [String: Int] = [:]
  private(set) var deliveryRefusals: [GroupError] = []
  /// Why exchanges with this participant failed, alerts of others left out.
  private(set) var exchangeRefusals: [ExchangeID: KeyExchangeError] = [:]

  private let policy: KeyExchangePolicy
  private let trust: PeerTrust
  private let presharedKeys: [UInt8: PresharedKey]
  private let loop: any EventLoop
  private var member: GroupMember
  private var initiators: [ExchangeID: HandshakeInitiator] = [:]
  private var responders: [ExchangeID: HandshakeResponder] = [:]
  private var outcomes: [ExchangeID: EventLoopPromise<KeyExchangeSession>] = [:]
  private var missingDeliveries: Set<UInt8> = []
  private var deliveries: EventLoopPromise<Void>
  private var missingGoodbyes: Set<UInt8> = []
  private var goodbyes: EventLoopPromise<Void>
  private var sources: [UInt8: MediaSource] = [:]

  init(
    _ number: UInt8, identity: Identity, policy: KeyExchangePolicy, trust: PeerTrust,
    presharedKeys: [UInt8: PresharedKey], others: Set<UInt8>, seconds: Double,
    loop: any EventLoop
  ) {
    self.number = number
    self.identity = identity
    self.policy = policy
    self.trust = trust
    self.presharedKeys = presharedKeys
    self.loop = loop
    member = GroupMember(number, suite: policy.frameSuite)
    missingDeliveries = others
    missingGoodbyes = others
    deliveries = loop.makePromise()
    goodbyes = loop.makePromise()
    for other in others.union([number]) {
      sources[other] = MediaSource(sender: other, seconds: seconds)
    }
  }

  private func send(_ envelope: Envelope) { channel?.send(envelope) }

  /// Takes an envelope from the relay.
  func receive(_ envelope: Envelope) {
    switch envelope.kind {
    case .join: break
    case .handshake: takeHandshake(envelope)
    case .delivery: takeDelivery(envelope)
    case .frame: takeFrame(envelope)
    case .goodbye:
      missingGoodbyes.remove(envelope.sender)
      if missingGoodbyes.isEmpty { goodbyes.succeed() }
    }
  }

  /// Everything that was waited for failed.
  func fail(_ error: any Error) {
    for outcome in outcomes.values { outcome.fail(error) }
    deliveries.fail(error)
    goodbyes.fail(error)
  }

  // MARK: Exchanges

  /// The outcome of an exchange that this participant starts or answers.
  func outcome(of id: ExchangeID) -> EventLoopFuture<KeyExchangeSession> {
    promise(of: id).futureResult
  }

  private func promise(of id: ExchangeID) -> EventLoopPromise<KeyExchangeSession> {
    if let promise = outcomes[id] { return promise }
    let promise = loop.makePromise(of: KeyExchangeSession.self)
    outcomes[id] = promise
    return promise
  }

  /// Starts an exchange.
  func start(_ id: ExchangeID) -> EventLoopFuture<KeyExchangeSession> {
    var machine = HandshakeInitiator(
      identity: identity, policy: policy, trust: trust, presharedKey: presharedKeys[id.peer])
    do {
      send(handshake(id, try machine.start()))
      initiators[id] = machine
    } catch {
      promise(of: id).fail(error)
    }
    return outcome(of: id)
  }

  private func handshake(_ id: ExchangeID, _ bytes: [UInt8]) -> Envelope {
    Envelope(
      kind: .handshake, sender: number, receiver: id.peer, tag: id.number, payload: bytes)
  }

  private func takeHandshake(_ envelope: Envelope) {
    let id = ExchangeID(peer: envelope.sender, number: envelope.tag)
    do {
      let step: HandshakeStep
      if initiators[id] != nil {
        guard let received = try initiators[id]?.receive(envelope.payload) else { return }
        step = received
      } else {
        var machine =
          responders.removeValue(forKey: id)
          ?? HandshakeResponder(
            identity: identity, policy: policy, trust: trust, presharedKey: presharedKeys[id.peer])
        defer { responders[id] = machine }
        step = try machine.receive(envelope.payload)
      }
      if !step.output.isEmpty { send(handshake(id, step.output)) }
      if let session = step.session { try settle(id, session) }
    } catch let error as KeyExchangeError {
      refuse(id, error)
    } catch {
      promise(of: id).fail(error)
    }
  }

  private func refuse(_ id: ExchangeID, _ error: KeyExchangeError) {
    if case .refusedByPeer = error {
    } else {
      exchangeRefusals[id] = error
      send(handshake(id, HandshakeInitiator.alert(for: error)))
    }
    promise(of: id).fail(error)
  }

  /// The key of an exchange becomes the one that the pair shares.
  private func settle(_ id: ExchangeID, _ session: KeyExchangeSession) throws {
    try member.add(id.peer, presharedKey: session.presharedKey(label: "conference"))
    promise(of: id).succeed(session)
  }

  // MARK: Keys of senders

  /// Sends the present key to all others.
  func deliver() {
    for other in member.others {
      guard let bytes = try? member.delivery(to: other) else { continue }
      send(Envelope(kind: .delivery, sender: number, receiver: other, payload: bytes))
    }
  }

  /// Succeeds when everybody's key has come.
  var whenDelivered: EventLoopFuture<Void> { deliveries.futureResult }

  private func takeDelivery(_ envelope: Envelope) {
    do throws(GroupError) {
      missingDeliveries.remove(try member.accept(envelope.payload))
      if missingDeliveries.isEmpty { deliveries.succeed() }
    } catch {
      deliveryRefusals.append(error)
    }
  }

  // MARK: Media

  /// Succeeds when everybody has sent everything.
  var whenOver: EventLoopFuture<Void> { goodbyes.futureResult }

  /// Sends all media: ratchets every second, rekeys in the middle, says goodbye.
  func sendMedia() throws {
    guard let source = sources[number] else { return }
    for tick in 0..<source.tickCount {
      if tick > 0, tick == source.tickCount / 2 {
        try member.rekey()
        deliver()
      } else if tick > 0, tick.isMultiple(of: MediaSource.ticksPerSecond) {
        member.ratchet()
      }
      for kind in MediaSource.kinds(at: tick) {
        let frame = try member.seal(
          source.payload(kind, at: tick), metadata: [number, kind.rawValue])
        send(Envelope(kind: .frame, sender: number, tag: kind.rawValue, payload: frame))
        sentFrameCount += 1
      }
    }
    send(Envelope(kind: .goodbye, sender: number))
  }

  private func takeFrame(_ envelope: Envelope) {
    do throws(FrameError) {
      let frame = try member.open(
        envelope.payload, metadata: [envelope.sender, envelope.tag])
      let isRight =
        frame.sender == envelope.sender
        && frame.payload.starts(with: MediaSource.mark + [envelope.sender, envelope.tag])
      if isRight { openedFrameCount += 1 } else { wrongFrameCount += 1 }
    } catch {
      frameRefusals[error.kind, default: 0] += 1
    }
  }
}

extension FrameError {
  /// The error without its particulars.
  var kind: String {
    switch self {
    case .truncated: "truncated"
    case .headerNotMinimal: "header not minimal"
    case .oversized: "oversized"
    case .unknownKey: "unknown key"
    case .retiredKey: "retired key"
    case .replayed: "replayed"
    case .tooOld: "too old"
    case .authenticationFailed: "not authentic"
    case .counterExhausted: "counter exhausted"
    case .duplicateKey: "duplicate key"
    case .wrongKeyLength: "wrong key length"
    }
  }
}
