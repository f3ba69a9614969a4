import PostQuantum
import Reporting

/// What was said in a conference, between two of its participants and the relay, as a diagram.
public enum ConferenceSequence {
  /// The attacks of the relay, one exchange, and the first messages of the media.
  public static func diagram(_ conference: Conference) -> SequenceDiagram {
    let (alice, bob) = (
      conference.participants[0].identity.name, conference.participants[1].identity.name
    )
    let relay = "Relay"
    var diagram = SequenceDiagram(
      title: "A key exchange and a conference", participants: [alice, relay, bob])
    addAttacks(alice, relay, bob, conference, to: &diagram)
    addExchange(alice, relay, bob, conference, to: &diagram)
    diagram.phase("Keys of senders")
    for (one, other) in [(alice, bob), (bob, alice)] {
      diagram.send(
        from: one, to: other, "sender key, sealed", byteCount: size(of: .delivery, conference))
    }
    diagram.phase("Conference")
    for kind in MediaSource.Kind.allCases {
      diagram.send(
        from: alice, to: bob, kind == .sound ? "sound, sealed" : "picture, sealed",
        byteCount: size(of: .frame, tag: kind.rawValue, conference))
    }
    diagram.send(from: relay, to: bob, "frame with a changed byte", style: .crossed)
    diagram.send(from: relay, to: bob, "frame, a second time", style: .crossed)
    diagram.act(alice, "ratchets every second, rekeys halfway")
    diagram.note(
      over: [relay],
      "keeps \(conference.relay.recording.count) messages,\nreads \(conference.relay.readableFrameCount) frames"
    )
    return diagram
  }

  private static func addAttacks(
    _ alice: String, _ relay: String, _ bob: String, _ conference: Conference,
    to diagram: inout SequenceDiagram
  ) {
    diagram.phase("The relay tampers with exchanges")
    for attack in ConferenceRelay.Attack.allCases {
      guard let number = attack.exchange else { continue }
      diagram.send(from: alice, to: relay, "hello")
      if attack == .impostor {
        diagram.send(from: relay, to: alice, "reply in the name of \(bob)", style: .crossed)
      } else {
        diagram.send(from: relay, to: bob, attack.rawValue, style: .crossed)
      }
      if attack == .changedHello { diagram.send(from: bob, to: alice, "reply") }
      for participant in conference.participants.prefix(2) {
        for (id, error) in participant.exchangeRefusals where id.number == number {
          diagram.act(participant.identity.name, "refuses: \(shortened(error))")
        }
      }
    }
  }

  private static func shortened(_ error: KeyExchangeError) -> String {
    switch error {
    case .unknownIdentity: "unknown identity"
    case .missingAlgorithms: "a downgrade"
    default: error.description
    }
  }

  private static func addExchange(
    _ alice: String, _ relay: String, _ bob: String, _ conference: Conference,
    to diagram: inout SequenceDiagram
  ) {
    diagram.phase("Key exchange")
    diagram.act(alice, "makes a key of each algorithm")
    let exchange = conference.relay.recording.filter { envelope in
      envelope.kind == .handshake && envelope.tag == 0
        && Set([envelope.sender, envelope.receiver]) == [0, 1]
    }
    for envelope in exchange {
      let (from, to) = envelope.sender == 0 ? (alice, bob) : (bob, alice)
      let type = envelope.payload.first.flatMap(MessageType.init)
      diagram.send(
        from: from, to: to, type?.description ?? "", byteCount: envelope.payload.count)
      if type == .hello { diagram.act(bob, "encapsulates, combines, signs") }
      if type == .reply { diagram.act(alice, "decapsulates, combines, verifies, signs") }
    }
    let names = conference.setup.policy.algorithms.map(\.name).joined(separator: " + ")
    let key = conference.sessions.first?.presharedKeyID.map { "\n+ QKD key \($0)" } ?? ""
    diagram.note(over: [alice, relay, bob], "both have the key of\n\(names)\(key)")
  }

  private static func size(of kind: Envelope.Kind, tag: UInt8 = 0, _ conference: Conference) -> Int?
  {
    conference.relay.recording.first { $0.kind == kind && $0.tag == tag }?.payload.count
  }
}
