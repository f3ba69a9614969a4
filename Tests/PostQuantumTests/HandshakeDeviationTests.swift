import Crypto
import PostQuantum
import Testing

/// What happens when somebody between, or the peer, does not play by the rules.
struct HandshakeDeviationTests {
  /// One honest exchange, message by message, with the machines as they were before each.
  struct Recording {
    let initiator: HandshakeInitiator
    let responder: HandshakeResponder
    let answered: HandshakeResponder
    let hello, reply, finish: [UInt8]

    init(_ pair: (HandshakeInitiator, HandshakeResponder)) throws {
      var (first, second) = pair
      responder = second
      hello = try first.start()
      initiator = first
      reply = try second.receive(hello).output
      answered = second
      finish = try first.receive(reply).output
    }
  }

  private static func error(_ body: () throws -> Void) -> KeyExchangeError? {
    do { try body() } catch { return error as? KeyExchangeError }
    return nil
  }

  private static func initiatorError(_ recording: Recording, _ bytes: [UInt8]) -> KeyExchangeError?
  {
    error {
      var machine = recording.initiator
      _ = try machine.receive(bytes)
      try machine.finish()
    }
  }

  private static func helloError(_ recording: Recording, _ bytes: [UInt8]) -> KeyExchangeError? {
    error {
      var machine = recording.responder
      _ = try machine.receive(bytes)
      try machine.finish()
    }
  }

  private static func finishError(_ recording: Recording, _ bytes: [UInt8]) -> KeyExchangeError? {
    error {
      var machine = recording.answered
      _ = try machine.receive(bytes)
      try machine.finish()
    }
  }

  @Test func `a changed byte anywhere in a hello is noticed by one party`() throws {
    let recording = try Recording(HandshakeTests.pair())
    for index in recording.hello.indices {
      var changed = recording.hello
      changed[index] ^= index.isMultiple(of: 2) ? 0x01 : 0x80
      var responder = recording.responder
      guard let step = try? responder.receive(changed) else { continue }
      if step.output.isEmpty {
        // A longer length: the rest never comes.
        #expect(Self.helloError(recording, changed) == .endOfStream)
        continue
      }
      let error = Self.initiatorError(recording, step.output)
      #expect(
        error == .invalidSignature(AlgorithmCatalog.signatures[0]),
        "byte \(index): \(String(describing: error))")
    }
  }

  @Test func `a changed byte anywhere in a reply is noticed by the initiator`() throws {
    let recording = try Recording(HandshakeTests.pair())
    for index in recording.reply.indices {
      var changed = recording.reply
      changed[index] ^= index.isMultiple(of: 2) ? 0x01 : 0x80
      #expect(Self.initiatorError(recording, changed) != nil, "byte \(index)")
    }
  }

  @Test func `a changed byte anywhere in a finish is noticed by the responder`() throws {
    let recording = try Recording(HandshakeTests.pair())
    for index in recording.finish.indices {
      var changed = recording.finish
      changed[index] ^= index.isMultiple(of: 2) ? 0x01 : 0x80
      #expect(Self.finishError(recording, changed) != nil, "byte \(index)")
    }
  }

  @Test func `truncated messages are waited for, and a stream that ends is an error`() throws {
    let recording = try Recording(HandshakeTests.pair())
    for count in stride(from: 0, to: recording.hello.count, by: 11) {
      #expect(Self.helloError(recording, Array(recording.hello[..<count])) == .endOfStream)
    }
    for count in stride(from: 0, to: recording.reply.count, by: 101) {
      #expect(Self.initiatorError(recording, Array(recording.reply[..<count])) == .endOfStream)
    }
    for count in stride(from: 0, to: recording.finish.count, by: 101) {
      #expect(Self.finishError(recording, Array(recording.finish[..<count])) == .endOfStream)
    }
  }

  /// A message with the length of its header made to fit a body cut or grown.
  private static func resized(_ message: [UInt8], to count: Int) -> [UInt8] {
    var body = Array(message[6...].prefix(count))
    body += [UInt8](repeating: 0, count: max(0, count - body.count))
    let length = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    return message[..<2] + length + body
  }

  @Test func `bodies that end early or late are told apart`() throws {
    let recording = try Recording(HandshakeTests.pair())
    for count in 0..<recording.hello.count - 6 {
      guard
        case .truncatedMessage = Self.helloError(
          recording, Self.resized(recording.hello, to: count))
      else {
        Issue.record("hello of \(count) bytes")
        continue
      }
    }
    for count in stride(from: 0, to: recording.reply.count - 6, by: 61) {
      guard
        case .truncatedMessage = Self.initiatorError(
          recording, Self.resized(recording.reply, to: count))
      else {
        // Signatures are checked before what follows them is read.
        Issue.record("reply of \(count) bytes")
        continue
      }
    }
    let longer = recording.hello.count - 6 + 3
    #expect(
      Self.helloError(recording, Self.resized(recording.hello, to: longer))
        == .trailingBytes(.hello, count: 3))
    #expect(
      Self.initiatorError(recording, Self.resized(recording.reply, to: recording.reply.count - 5))
        == .trailingBytes(.reply, count: 1))
    #expect(
      Self.finishError(recording, Self.resized(recording.finish, to: recording.finish.count - 4))
        == .trailingBytes(.finish, count: 2))
  }

  @Test func `headers that are not of this protocol are refused at once`() throws {
    let recording = try Recording(HandshakeTests.pair())
    var message = recording.hello
    message[0] = 9
    #expect(Self.helloError(recording, Array(message[..<6])) == .unknownMessageType(9))
    message[0] = 1
    message[1] = 2
    #expect(Self.helloError(recording, Array(message[..<6])) == .unsupportedVersion(2))
    for (bytes, type, limit): ([UInt8], MessageType, Int) in [
      ([1, 1, 0, 0, 0x40, 1], .hello, 16_384), ([3, 1, 0xFF, 0xFF, 0xFF, 0xFF], .finish, 32_768),
      ([2, 1, 0, 0, 0x80, 1], .reply, 32_768), ([15, 1, 0, 0, 0, 2], .alert, 1),
    ] {
      let count = bytes[2...].reduce(0) { $0 << 8 | Int($1) }
      let expected = KeyExchangeError.oversizedMessage(type, byteCount: count, limit: limit)
      #expect(Self.helloError(recording, bytes) == expected)
      #expect(Self.initiatorError(recording, bytes) == expected)
    }
  }

  @Test func `messages out of turn, of the wrong role and sent back are refused`() throws {
    let recording = try Recording(HandshakeTests.pair())
    #expect(Self.helloError(recording, recording.finish) == .unexpectedMessage(.finish))
    #expect(Self.helloError(recording, recording.reply) == .wrongRole(.reply))
    #expect(Self.finishError(recording, recording.hello) == .unexpectedMessage(.hello))
    #expect(Self.finishError(recording, recording.reply) == .wrongRole(.reply))
    #expect(Self.initiatorError(recording, recording.hello) == .wrongRole(.hello))
    #expect(Self.initiatorError(recording, recording.finish) == .wrongRole(.finish))
    #expect(
      Self.helloError(recording, recording.hello + recording.hello) == .unexpectedMessage(.hello))

    var unstarted = try HandshakeTests.pair().0
    #expect(throws: KeyExchangeError.unexpectedMessage(.reply)) {
      try unstarted.receive(recording.reply)
    }
    var started = recording.initiator
    #expect(throws: KeyExchangeError.unexpectedMessage(.hello)) { try started.start() }

    var initiator = recording.initiator
    _ = try initiator.receive(recording.reply)
    #expect(throws: KeyExchangeError.alreadyComplete) { try initiator.receive(recording.reply) }
    var responder = recording.answered
    _ = try responder.receive(recording.finish)
    #expect(throws: KeyExchangeError.alreadyComplete) { try responder.receive(recording.finish) }
    var failed = recording.answered
    #expect(throws: KeyExchangeError.self) { try failed.receive(recording.hello) }
    #expect(throws: KeyExchangeError.alreadyFailed) { try failed.receive(recording.finish) }
  }

  @Test func `messages of another exchange are refused`() throws {
    let recording = try Recording(HandshakeTests.pair())
    let other = try Recording(HandshakeTests.pair())
    #expect(
      Self.initiatorError(recording, other.reply)
        == .invalidSignature(AlgorithmCatalog.signatures[0]))
    #expect(
      Self.finishError(recording, other.finish) == .invalidSignature(AlgorithmCatalog.signatures[0])
    )
    // A hello that was heard before gets an answer, but nobody can finish.
    var again = recording.responder
    _ = try again.receive(recording.hello)
    #expect(throws: KeyExchangeError.invalidSignature(AlgorithmCatalog.signatures[0])) {
      try again.receive(recording.finish)
    }
  }

  @Test func `an alert ends the exchange`() throws {
    let recording = try Recording(HandshakeTests.pair())
    let alert = HandshakeInitiator.alert(for: .unsupportedVersion(7))
    #expect(Self.initiatorError(recording, alert) == .refusedByPeer(reason: 2))
    #expect(Self.helloError(recording, alert) == .refusedByPeer(reason: 2))
    #expect(Self.finishError(recording, alert) == .refusedByPeer(reason: 2))
  }

  // Places in a hello without pre-shared key: header 6, nonce 32, epoch 4, suite 2, key id 1, count
  // 1, codes.
  private static let keyIDOffset = 44
  private static let countOffset = 45
  private static let codesOffset = 46

  @Test func `lists of algorithms that are not in order are refused, each for its reason`() throws {
    let recording = try Recording(HandshakeTests.pair())
    func hello(_ change: (inout [UInt8]) -> Void) -> KeyExchangeError? {
      var message = recording.hello
      change(&message)
      return Self.helloError(recording, message)
    }
    #expect(hello { $0[Self.countOffset] = 0 } == .noAlgorithms)
    #expect(hello { $0[Self.countOffset] = 7 } == .tooManyAlgorithms(count: 7, limit: 6))
    #expect(hello { $0[Self.codesOffset] = 0x7F } == .unknownAlgorithm(code: 0x7F01))
    let signature = AlgorithmCatalog.signatures[0]
    #expect(hello { $0[Self.codesOffset] = 0x03 } == .wrongKind(signature))
    let codes = recording.hello[Self.codesOffset..<Self.codesOffset + 4]
    let (kem, dh) = (Array(codes.prefix(2)), Array(codes.suffix(2)))
    let first = AlgorithmCatalog.encapsulations[0]
    #expect(
      hello { $0.replaceSubrange(Self.codesOffset..<Self.codesOffset + 4, with: kem + kem) }
        == .duplicateAlgorithm(first))
    #expect(
      hello { $0.replaceSubrange(Self.codesOffset..<Self.codesOffset + 4, with: dh + kem) }
        == .algorithmsOutOfOrder)
    #expect(
      hello { $0[Self.codesOffset + 4] ^= 1 }
        == .wrongLength(field: "public key of ml-kem-768", expected: 1184, actual: 1184 ^ 0x100))
    #expect(hello { $0[41] = 1 } == .wrongEpoch(1, expected: 0))
    #expect(hello { $0[43] = 9 } == .unknownFrameSuite(code: 9))
    #expect(
      hello { $0[43] = 4 } == .frameSuiteRefused(.aes128GCMSHA256, expected: .aes256GCMSHA512))
    #expect(hello { $0[Self.keyIDOffset] = 1 } == .invalidKeyID)
  }

  @Test func `stripping an algorithm on the way is refused`() throws {
    // Both would do with ML-KEM alone, but offer X25519 too: what is stripped shows in the
    // signatures.
    let ids = ["ml-kem-768", "x25519"]
    let lax = try HandshakeTests.pair(ids, required: ["ml-kem-768"])
    let strict = try HandshakeTests.pair(ids)
    for (pair, isLax) in [(lax, true), (strict, false)] {
      let recording = try Recording(pair)
      var body = Array(recording.hello[6...])
      // Drop the code and the key of X25519.
      body.removeLast(2 + 32)
      body[Self.countOffset - 6] = 1
      body.removeSubrange(Self.codesOffset - 6 + 2..<Self.codesOffset - 6 + 4)
      let stripped = Self.resized(recording.hello[..<6] + body, to: body.count)
      var responder = recording.responder
      if isLax {
        let reply = try responder.receive(stripped).output
        #expect(
          Self.initiatorError(recording, reply)
            == .invalidSignature(AlgorithmCatalog.signatures[0]))
      } else {
        let missing = try HandshakeTests.algorithms("x25519")
        #expect(throws: KeyExchangeError.missingAlgorithms(missing)) {
          try responder.receive(stripped)
        }
      }
    }
  }

  @Test func `a selection beyond the offer or below what is required is refused`() throws {
    let (alice, bob) = try (HandshakeTests.alice.get(), HandshakeTests.bob.get())
    let wide = try HandshakeTests.policy(
      ["ml-kem-768", "x25519", "p-256"], required: ["ml-kem-768"])
    let narrow = try HandshakeTests.policy(["ml-kem-768"])
    func initiator(_ policy: KeyExchangePolicy) throws -> HandshakeInitiator {
      var machine = HandshakeInitiator(
        identity: alice, policy: policy, trust: .identities([bob.fingerprint]))
      _ = try machine.start()
      return machine
    }
    // The replies are answers to other hellos; the selection is looked at first.
    func reply(_ policy: KeyExchangePolicy) throws -> [UInt8] {
      var sender = HandshakeInitiator(identity: alice, policy: policy, trust: .anybody)
      var responder = HandshakeResponder(identity: bob, policy: policy, trust: .anybody)
      return try responder.receive(sender.start()).output
    }
    var one = try initiator(narrow)
    let unoffered = try HandshakeTests.algorithms("x25519", "p-256")
    #expect(throws: KeyExchangeError.unofferedAlgorithms(unoffered)) {
      try one.receive(reply(wide))
    }
    let strict = try HandshakeTests.policy(["ml-kem-768", "x25519"])
    var other = try initiator(strict)
    let missing = try HandshakeTests.algorithms("x25519")
    #expect(throws: KeyExchangeError.missingAlgorithms(missing)) {
      try other.receive(reply(narrow))
    }
  }

  @Test func `points off the curve are refused`() throws {
    let recording = try Recording(HandshakeTests.pair(["ml-kem-768", "p-256"]))
    var hello = recording.hello
    hello[hello.count - 1] ^= 1
    let curve = try HandshakeTests.algorithms("p-256")[0]
    #expect(Self.helloError(recording, hello) == .invalidPublicKey(curve))
    var reply = recording.reply
    let ciphertextEnd = Self.codesOffset + 4 + 2 + 1088 + 2 + 65
    reply[ciphertextEnd - 1] ^= 1
    #expect(Self.initiatorError(recording, reply) == .invalidCiphertext(curve))
  }

  @Test func `strangers and reflections are refused`() throws {
    let (alice, bob) = try (HandshakeTests.alice.get(), HandshakeTests.bob.get())
    let mallory = try Identity.generate(name: "bob")
    let policy = try HandshakeTests.policy(["ml-kem-768", "x25519"])
    var exchange = InMemoryExchange()
    var initiator = HandshakeInitiator(
      identity: alice, policy: policy, trust: .identities([bob.fingerprint]))
    var stranger = HandshakeResponder(identity: mallory, policy: policy, trust: .anybody)
    #expect(throws: KeyExchangeError.unknownIdentity(mallory.fingerprint)) {
      try exchange.run(&initiator, &stranger)
    }
    var caller = HandshakeInitiator(identity: mallory, policy: policy, trust: .anybody)
    var responder = HandshakeResponder(
      identity: bob, policy: policy, trust: .identities([alice.fingerprint]))
    #expect(throws: KeyExchangeError.unknownIdentity(mallory.fingerprint)) {
      try exchange.run(&caller, &responder)
    }
    var own = HandshakeInitiator(identity: alice, policy: policy, trust: .anybody)
    var mirror = HandshakeResponder(identity: alice, policy: policy, trust: .anybody)
    #expect(throws: KeyExchangeError.reflectedIdentity) { try exchange.run(&own, &mirror) }

    let recording = try Recording(HandshakeTests.pair())
    var reply = recording.reply
    reply.replaceSubrange(6..<38, with: recording.hello[6..<38])
    #expect(Self.initiatorError(recording, reply) == .reflectedNonce)
  }

  @Test func `signatures, names and confirmations that are not right have their own errors`() throws
  {
    let recording = try Recording(HandshakeTests.pair())
    let (lattice, curve) = (AlgorithmCatalog.signatures[0], AlgorithmCatalog.signatures[2])
    // A finish ends with: signature 2 + 3309, signature 2 + 64, confirmation 64.
    let end = recording.finish.count
    func finish(_ change: (inout [UInt8]) -> Void) -> KeyExchangeError? {
      var message = recording.finish
      change(&message)
      return Self.finishError(recording, message)
    }
    #expect(finish { $0[end - 1] ^= 1 } == .confirmationFailed)
    #expect(finish { $0[end - 64 - 1] ^= 1 } == .invalidSignature(curve))
    #expect(finish { $0[end - 64 - 66 - 1] ^= 1 } == .invalidSignature(lattice))
    #expect(
      finish { $0[end - 64 - 65] ^= 1 }
        == .wrongLength(field: "signature by ed25519", expected: 64, actual: 65))
    // It begins with: header 6, name 1 + 5, codes 2 + 2, key 2 + 1952.
    #expect(finish { $0[7] = 7 } == .invalidName)
    #expect(finish { $0[7] = 0xFF } == .invalidName)
    #expect(finish { $0[13] = 3 } == .notASignaturePair(curve, curve))
    #expect(finish { $0[12] = 1 } == .wrongKind(AlgorithmCatalog.encapsulations[0]))
    guard case .unknownIdentity = finish({ $0[20] ^= 1 }) else {
      Issue.record("a changed key of an identity")
      return
    }
  }
}
