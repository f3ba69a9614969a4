import NIOCore
import PostQuantum

/// Who forwards what the participants of a conference send: keeps everything, and tampers with some
/// of it. It has no key.
///
/// Only ever used on one event loop.
final class ConferenceRelay: @unchecked Sendable {
  /// What the relay does to see whether anybody notices.
  enum Attack: String, CaseIterable, Sendable {
    case changedHello = "change a byte of a public key"
    case strippedHello = "strip quantum-safe algorithms"
    case impostor = "answer in the name of another"
    case changedDelivery = "change a delivered key"
    case changedFrame = "change a byte of a frame"
    case truncatedFrame = "cut a frame short"
    case replayedFrame = "send a frame twice"
    case strangeFrame = "claim another key"

    /// The number of the exchange that is attacked; `nil` for attacks on what follows.
    var exchange: UInt8? {
      switch self {
      case .changedHello: 1
      case .strippedHello: 2
      case .impostor: 3
      default: nil
      }
    }
  }

  /// Everything that came by, as it was sent.
  private(set) var recording: [Envelope] = []
  /// How often an attack reached somebody.
  private(set) var attempts: [Attack: Int] = [:]
  private(set) var droppedFrameCount = 0

  private let impostor: HandshakeResponder
  private var channels: [UInt8: any Channel] = [:]
  private var joined: (count: Int, promise: EventLoopPromise<Void>)?
  private var frameCounts: [UInt8: Int] = [:]
  private var held: [UInt8: Envelope] = [:]
  private var hasChangedDelivery = false

  /// - Parameter impostor: the machine with which the relay answers in the name of another.
  init(impostor: HandshakeResponder) { self.impostor = impostor }

  /// Succeeds when `count` participants have joined.
  func whenJoined(_ count: Int, on loop: any EventLoop) -> EventLoopFuture<Void> {
    let promise = loop.makePromise(of: Void.self)
    joined = (count, promise)
    tellJoined()
    return promise.futureResult
  }

  private func tellJoined() {
    if let joined, channels.count >= joined.count { joined.promise.succeed() }
  }

  /// Takes an envelope of a participant.
  func receive(_ envelope: Envelope, from channel: any Channel) {
    guard envelope.kind != .join else {
      channels[envelope.sender] = channel
      return tellJoined()
    }
    recording.append(envelope)
    for forwarded in tampered(envelope) { forward(forwarded) }
  }

  private func forward(_ envelope: Envelope) {
    for (number, channel) in channels where number != envelope.sender {
      if envelope.receiver == Envelope.everybody || envelope.receiver == number {
        channel.send(envelope)
      }
    }
  }

  /// What is sent on instead of an envelope.
  private func tampered(_ envelope: Envelope) -> [Envelope] {
    switch envelope.kind {
    case .join: []
    case .handshake: tamperedHandshake(envelope)
    case .delivery: tamperedDelivery(envelope)
    case .frame: tamperedFrames(envelope)
    case .goodbye: [held.removeValue(forKey: envelope.sender), envelope].compactMap { $0 }
    }
  }

  private func note(_ attack: Attack, _ envelope: Envelope) {
    let reached = envelope.receiver == Envelope.everybody ? channels.count - 1 : 1
    attempts[attack, default: 0] += reached
  }

  private func tamperedHandshake(_ envelope: Envelope) -> [Envelope] {
    guard let attack = Attack.allCases.first(where: { $0.exchange == envelope.tag }),
      envelope.payload.first == MessageType.hello.rawValue
    else { return [envelope] }
    note(attack, envelope)
    var changed = envelope
    switch attack {
    case .changedHello:
      changed.payload[changed.payload.count / 2] ^= 0x20
    case .strippedHello:
      changed.payload = HelloSurgery.withoutQuantumSafety(envelope.payload) ?? []
    default:
      answer(envelope)
      return []
    }
    return [changed]
  }

  /// Answers a hello that was meant for another.
  private func answer(_ hello: Envelope) {
    var machine = impostor
    var reply = Envelope(
      kind: .handshake, sender: hello.receiver, receiver: hello.sender, tag: hello.tag)
    do {
      reply.payload = try machine.receive(hello.payload).output
    } catch {
      reply.payload = HandshakeInitiator.alert(for: error)
    }
    channels[hello.sender]?.send(reply)
  }

  private func tamperedDelivery(_ envelope: Envelope) -> [Envelope] {
    guard !hasChangedDelivery else { return [envelope] }
    hasChangedDelivery = true
    note(.changedDelivery, envelope)
    var changed = envelope
    changed.payload[changed.payload.count - 20] ^= 1
    return [changed, envelope]
  }

  /// Of every 25 frames of a sender: four are accompanied by a forgery, one is lost, and two change
  /// places.
  private func tamperedFrames(_ envelope: Envelope) -> [Envelope] {
    let index = frameCounts[envelope.sender, default: 0]
    frameCounts[envelope.sender] = index + 1
    var forged = envelope
    switch index % 25 {
    case 3:
      forged.payload[forged.payload.count / 2] ^= 1
      note(.changedFrame, envelope)
      return [forged, envelope]
    case 7:
      note(.replayedFrame, envelope)
      return [envelope, envelope]
    case 11:
      droppedFrameCount += channels.count - 1
      return []
    case 15:
      held[envelope.sender] = envelope
      return []
    case 16:
      return [envelope, held.removeValue(forKey: envelope.sender)].compactMap { $0 }
    case 19:
      forged.payload.removeLast(forged.payload.count - 10)
      note(.truncatedFrame, envelope)
      return [forged, envelope]
    case 22:
      // The key id of eight bytes that nobody has: the header says so in its first four bits.
      forged.payload = [0xF0] + [UInt8](repeating: 0xEE, count: 8) + forged.payload
      note(.strangeFrame, envelope)
      return [forged, envelope]
    default:
      return [envelope]
    }
  }

  /// How often the start of a media frame can be read in all that was kept.
  var readableFrameCount: Int {
    let first = MediaSource.mark[0]
    return recording.count { envelope in
      envelope.payload.indices.contains { start in
        envelope.payload[start] == first
          && envelope.payload[start...].starts(with: MediaSource.mark)
      }
    }
  }
}
