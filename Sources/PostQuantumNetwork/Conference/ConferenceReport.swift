import PostQuantum
import Reporting

/// What a conference was like: sizes, times, what the relay tried and what came of it.
public struct ConferenceReport {
  let conference: Conference
  /// Whether times and fingerprints are left out.
  let isReproducible: Bool

  /// The report of a conference that is over.
  ///
  /// - Parameters:
  ///   - conference: a conference that is over.
  ///   - isReproducible: whether times and fingerprints, which differ from run to run, are left
  ///     out.
  public init(on conference: Conference, isReproducible: Bool) {
    self.conference = conference
    self.isReproducible = isReproducible
  }

  private var setup: Conference.Setup { conference.setup }
  private var relay: ConferenceRelay { conference.relay }
  private var pairCount: Int { conference.sessions.count }

  /// The report, and what in it is not as it must be.
  ///
  /// - Throws: `KeyExchangeError` if an algorithm, whose times are measured, fails.
  public func made(by provenance: Provenance) throws -> (report: Report, problems: [String]) {
    var report = Report(provenance: provenance)
    report.provenance.timing = conference.stopwatch.laps
    report.fields = fields
    report.tables = [try algorithms(), messages, attacks]
    if setup.presharedKeys.count < pairCount, !setup.presharedKeys.isEmpty {
      report.provenance.warnings.append(
        "there are \(setup.presharedKeys.count) keys for \(pairCount) pairs; the others go without")
    }
    return (report, problems)
  }

  // MARK: Facts

  private var sentFrames: Int { conference.participants.reduce(0) { $0 + $1.sentFrameCount } }
  private var openedFrames: Int { conference.participants.reduce(0) { $0 + $1.openedFrameCount } }
  private var expectedFrames: Int {
    sentFrames * (setup.participantCount - 1) - relay.droppedFrameCount
  }

  private var fields: ReportObject {
    let names = conference.participants.map(\.identity.name)
    var fields: ReportObject = [
      "participants": .string(names.joined(separator: ", ")),
      "exchange": .string(setup.policy.algorithms.map(\.id).joined(separator: " + ")),
      "signatures": "ml-dsa-65 + ed25519",
      "frames": .string(setup.policy.frameSuite.description),
      "pairs": .int(pairCount), "pairs_with_qkd_key": .int(setup.presharedKeys.count),
      "media_seconds": .double(setup.seconds),
      "frames_sent": .int(sentFrames), "frames_opened": .int(openedFrames),
      "frames_lost": .int(sentFrames * (setup.participantCount - 1) - openedFrames),
      "recorded_messages": .int(relay.recording.count),
      "recorded_bytes": .int(relay.recording.reduce(0) { $0 + $1.byteCount }),
      "recorded_frames_readable": .int(relay.readableFrameCount),
    ]
    if !isReproducible, let session = conference.sessions.first {
      fields["first_key_id"] = .string(session.keyID)
      fields["first_key_fingerprint"] = .string(
        session.presharedKey(label: "conference").fingerprint.description)
    }
    return fields
  }

  private var problems: [String] {
    var problems = conference.unnoticedAttacks.map { "nobody noticed: \($0.rawValue)" }
    if openedFrames != expectedFrames {
      problems.append("\(openedFrames) frames were opened, not \(expectedFrames)")
    }
    let wrong = conference.participants.reduce(0) { $0 + $1.wrongFrameCount }
    if wrong > 0 { problems.append("\(wrong) frames were opened that nobody sent") }
    if relay.readableFrameCount > 0 { problems.append("the recording can be read") }
    for row in attackRows where row.refused != row.attempts {
      problems.append("\(row.attack.rawValue): \(row.refused) of \(row.attempts) were refused")
    }
    return problems
  }

  // MARK: Algorithms

  private func algorithms() throws -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("algorithm", alignment: .left), .init("quantum_safe", title: "quantum-safe"),
      .init("public_key_bytes", title: "public key", unit: "B"),
      .init("answer_bytes", title: "ciphertext or signature", unit: "B"),
      .init("sent_bytes", title: "sent in all", unit: "B"),
    ]
    if !isReproducible {
      columns += [
        .init("keygen_us", title: "make key", unit: "µs", digits: 3),
        .init("use_us", title: "encapsulate or sign", unit: "µs", digits: 3),
        .init("check_us", title: "decapsulate or verify", unit: "µs", digits: 3),
      ]
    }
    var table = ReportTable(key: "algorithms", title: "Algorithms", columns: columns)
    let identity = conference.participants[0].identity.public
    let signatures = [identity.quantumSafeAlgorithm, identity.classicalAlgorithm]
    for algorithm in setup.policy.algorithms + signatures {
      let answer = algorithm.sizes.ciphertext ?? algorithm.sizes.signature ?? 0
      let publicKey = algorithm.sizes.publicKey ?? 0
      // Both parties of a pair send a signature and its key, one a public key and one a ciphertext.
      let times = algorithm.kind == .signature ? 2 : 1
      var row: [ReportValue] = [
        .string(algorithm.id), .bool(algorithm.isQuantumSafe), .int(publicKey),
        .int(answer), .int(pairCount * times * (publicKey + answer)),
      ]
      if !isReproducible { row += try AlgorithmTimes.measured(algorithm).map { .double($0) } }
      table.append(row)
    }
    return table
  }

  // MARK: Messages

  private var messages: ReportTable {
    var table = ReportTable(
      key: "messages", title: "Messages",
      columns: [
        .init("message", alignment: .left), .init("count"), .init("bytes", unit: "B"),
        .init("bytes_each", title: "each", unit: "B", digits: 5),
      ])
    for (name, envelopes) in groups where !envelopes.isEmpty {
      let bytes = envelopes.reduce(0) { $0 + $1.payload.count }
      table.append([
        .string(name), .int(envelopes.count), .int(bytes),
        .double(Double(bytes) / Double(envelopes.count)),
      ])
    }
    return table
  }

  private var groups: [(String, [Envelope])] {
    let honest = relay.recording.filter { $0.kind != .handshake || $0.tag == 0 }
    func messages(_ type: MessageType) -> [Envelope] {
      honest.filter { $0.kind == .handshake && $0.payload.first == type.rawValue }
    }
    func frames(_ kind: MediaSource.Kind) -> [Envelope] {
      honest.filter { $0.kind == .frame && $0.tag == kind.rawValue }
    }
    return [
      ("hello", messages(.hello)), ("reply", messages(.reply)), ("finish", messages(.finish)),
      ("sender key", honest.filter { $0.kind == .delivery }),
      ("sound", frames(.sound)), ("picture", frames(.picture)),
    ]
  }

  // MARK: Attacks

  private var attacks: ReportTable {
    var table = ReportTable(
      key: "attacks", title: "What the relay tried",
      columns: [
        .init("attack", alignment: .left), .init("attempts"), .init("refused"),
        .init("because", alignment: .left),
      ])
    for row in attackRows {
      table.append([
        .string(row.attack.rawValue), .int(row.attempts), .int(row.refused),
        .string(row.reason),
      ])
    }
    return table
  }

  private var attackRows:
    [(attack: ConferenceRelay.Attack, attempts: Int, refused: Int, reason: String)]
  {
    ConferenceRelay.Attack.allCases.compactMap { attack in
      guard let attempts = relay.attempts[attack], attempts > 0 else { return nil }
      let (refused, reason) = refusals(attack)
      return (attack, attempts, refused, reason)
    }
  }

  private func refusals(_ attack: ConferenceRelay.Attack) -> (Int, String) {
    if let number = attack.exchange {
      let errors = conference.participants.flatMap { participant in
        participant.exchangeRefusals.filter { $0.key.number == number }.map(\.value)
      }
      return (errors.count, errors.first.map(reason) ?? "")
    }
    if attack == .changedDelivery {
      let errors = conference.participants.flatMap(\.deliveryRefusals)
      return (errors.count, errors.first?.description ?? "")
    }
    let error: FrameError? =
      switch attack {
      case .changedFrame: .authenticationFailed
      case .truncatedFrame: .truncated
      case .replayedFrame: .replayed(counter: 0)
      case .strangeFrame: .unknownKey(FrameKeyID(value: 0))
      default: nil
      }
    guard let kind = error?.kind else { return (0, "") }
    return (conference.participants.reduce(0) { $0 + ($1.frameRefusals[kind] ?? 0) }, kind)
  }

  /// Fingerprints differ from run to run.
  private func reason(_ error: KeyExchangeError) -> String {
    if case .unknownIdentity = error { return "unknown identity" }
    return error.description
  }
}

/// How long the operations of an algorithm take here.
enum AlgorithmTimes {
  private static let repetitions = 5

  /// Microseconds of making a key, of encapsulating or signing, of decapsulating or verifying: the
  /// median of a few.
  static func measured(_ algorithm: Algorithm) throws -> [Double] {
    var times: [[Double]] = [[], [], []]
    for _ in 0..<repetitions {
      var laps: [Double] = [Stopwatch.now()]
      if algorithm.canEncapsulate {
        let key = try algorithm.generateKEMKey()
        let publicKey = try algorithm.publicKey(of: key)
        laps.append(Stopwatch.now())
        let sent = try algorithm.encapsulate(to: publicKey)
        laps.append(Stopwatch.now())
        _ = try algorithm.decapsulate(sent.ciphertext, with: key)
      } else {
        let key = try algorithm.generateSigningKey()
        laps.append(Stopwatch.now())
        let signature = try key.signature(for: [1, 2, 3])
        laps.append(Stopwatch.now())
        _ = try algorithm.isValid(signature, for: [1, 2, 3], publicKey: key.publicKey)
      }
      laps.append(Stopwatch.now())
      for index in times.indices { times[index].append((laps[index + 1] - laps[index]) * 1e6) }
    }
    return times.map { $0.sorted()[repetitions / 2] }
  }
}
