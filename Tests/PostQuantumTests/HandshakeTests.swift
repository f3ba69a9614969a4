import Crypto
import PostQuantum
import Testing

struct HandshakeTests {
  static let alice = Result { try Identity.generate(name: "alice") }
  static let bob = Result { try Identity.generate(name: "bob") }

  static func algorithms(_ ids: String...) throws -> [Algorithm] {
    try ids.map { try #require(AlgorithmCatalog.algorithm(named: $0)) }
  }

  /// Two machines that agree, unless told otherwise.
  static func pair(
    _ ids: [String] = ["ml-kem-768", "x25519"], required: [String]? = nil,
    presharedKey: PresharedKey? = nil, epoch: UInt32 = 0, suite: FrameSuite = .aes256GCMSHA512
  ) throws -> (HandshakeInitiator, HandshakeResponder) {
    let policy = try policy(ids, required: required, epoch: epoch, suite: suite)
    let (alice, bob) = try (alice.get(), bob.get())
    return (
      HandshakeInitiator(
        identity: alice, policy: policy, trust: .identities([bob.fingerprint]),
        presharedKey: presharedKey),
      HandshakeResponder(
        identity: bob, policy: policy, trust: .identities([alice.fingerprint]),
        presharedKey: presharedKey)
    )
  }

  static func policy(
    _ ids: [String], required: [String]? = nil, epoch: UInt32 = 0,
    suite: FrameSuite = .aes256GCMSHA512
  ) throws -> KeyExchangePolicy {
    try KeyExchangePolicy(
      algorithms: ids.map { try #require(AlgorithmCatalog.algorithm(named: $0)) },
      required: required?.map { try #require(AlgorithmCatalog.algorithm(named: $0)) },
      frameSuite: suite, epoch: epoch)
  }

  private static func expectEqualSessions(_ one: KeyExchangeSession, _ other: KeyExchangeSession)
    throws
  {
    #expect(one.keyID == other.keyID)
    #expect(one.algorithms == other.algorithms)
    #expect(one.presharedKey().key == other.presharedKey().key)
    #expect(one.presharedKey(label: "a").key != other.presharedKey(label: "b").key)
    var sealer = one.makeSealer()
    var opener = other.makeOpener()
    let sent = try sealer.seal([1, 2, 3])
    #expect(try opener.open(sent).payload == [1, 2, 3])
    var back = other.makeSealer()
    var front = one.makeOpener()
    let returned = try back.seal([4])
    #expect(try front.open(returned).payload == [4])
    // What one sends, it does not take for the other's.
    #expect(throws: FrameError.self) { try front.open(sent) }
  }

  @Test(arguments: [
    ["ml-kem-768"], ["ml-kem-1024", "p-384"], ["x-wing"], ["ml-kem-768", "x25519", "ml-kem-1024"],
    ["ml-kem-768", "ml-kem-1024", "x-wing", "x25519", "p-256", "p-384"],
  ])
  func `both have the same keys, whatever the algorithms`(ids: [String]) throws {
    var (initiator, responder) = try Self.pair(ids)
    var exchange = InMemoryExchange()
    let (one, other) = try exchange.run(&initiator, &responder)
    try Self.expectEqualSessions(one, other)
    #expect(one.algorithms.count == ids.count)
    #expect(one.peer.name == "bob" && other.peer.name == "alice")
    #expect(exchange.messages.map(\.sender) == [.initiator, .responder, .initiator])
  }

  @Test(arguments: ["ml-dsa-65", "ml-dsa-87"], ["ed25519", "ecdsa-p256", "ecdsa-p384"])
  func `identities sign with any pair of schemes`(quantumSafe: String, classical: String) throws {
    let carol = try Identity.generate(
      name: "carol", quantumSafe: quantumSafe, classical: classical)
    let bob = try Self.bob.get()
    let policy = try Self.policy(["ml-kem-768", "x25519"])
    var initiator = HandshakeInitiator(identity: carol, policy: policy, trust: .anybody)
    var responder = HandshakeResponder(
      identity: bob, policy: policy, trust: .identities([carol.fingerprint]))
    var exchange = InMemoryExchange()
    let (one, other) = try exchange.run(&initiator, &responder)
    try Self.expectEqualSessions(one, other)
    #expect(other.peer == carol.public)
  }

  @Test func `no two exchanges have the same keys`() throws {
    var keys: [String] = []
    for _ in 0..<5 {
      var (initiator, responder) = try Self.pair()
      var exchange = InMemoryExchange()
      keys.append(try exchange.run(&initiator, &responder).initiator.keyID)
    }
    #expect(Set(keys).count == 5)
  }

  @Test func `a pre-shared key is mixed in, and both must have the same`() throws {
    let key = try PresharedKey(id: "qkd-1", secret: SecretBytes.random(count: 32))
    var (initiator, responder) = try Self.pair(presharedKey: key)
    var exchange = InMemoryExchange()
    let (one, other) = try exchange.run(&initiator, &responder)
    try Self.expectEqualSessions(one, other)
    #expect(one.presharedKeyID == "qkd-1")

    let impostor = try PresharedKey(id: "qkd-1", secret: SecretBytes.random(count: 32))
    var (_, wrong) = try Self.pair(presharedKey: impostor)
    var (fresh, _) = try Self.pair(presharedKey: key)
    #expect(throws: KeyExchangeError.confirmationFailed) { try exchange.run(&fresh, &wrong) }

    let renamed = try PresharedKey(id: "qkd-2", secret: SecretBytes.random(count: 32))
    var (_, other2) = try Self.pair(presharedKey: renamed)
    var (fresh2, _) = try Self.pair(presharedKey: key)
    #expect(throws: KeyExchangeError.presharedKeyUnknown(id: "qkd-1")) {
      try exchange.run(&fresh2, &other2)
    }
    var (without, responder3) = try (Self.pair().0, Self.pair(presharedKey: key).1)
    #expect(throws: KeyExchangeError.presharedKeyMissing(expected: "qkd-1")) {
      try exchange.run(&without, &responder3)
    }
    var (with, responder4) = try (Self.pair(presharedKey: key).0, Self.pair().1)
    #expect(throws: KeyExchangeError.presharedKeyUnknown(id: "qkd-1")) {
      try exchange.run(&with, &responder4)
    }
  }

  @Test func `bytes may come in pieces of any size, and what is behind belongs to what follows`()
    throws
  {
    var (initiator, responder) = try Self.pair()
    let hello = try initiator.start()
    var reply: [UInt8] = []
    for byte in hello { reply += try responder.receive([byte]).output }
    var finish: HandshakeStep?
    for start in stride(from: 0, to: reply.count, by: 7) {
      let piece = reply[start..<min(start + 7, reply.count)]
      let step = try initiator.receive(piece)
      if step.session != nil { finish = step }
    }
    let last = try #require(finish)
    let step = try responder.receive(last.output + [1, 2, 3])
    #expect(step.rest == [1, 2, 3])
    try Self.expectEqualSessions(try #require(last.session), try #require(step.session))
    try initiator.finish()
    try responder.finish()
  }

  @Test func `parties that insist on less settle for what both have`() throws {
    let (alice, bob) = try (Self.alice.get(), Self.bob.get())
    let offered = try Self.policy(
      ["ml-kem-768", "ml-kem-1024", "x25519"], required: ["ml-kem-768"])
    let accepted = try Self.policy(
      ["ml-kem-768", "x25519", "p-256"], required: ["ml-kem-768", "x25519"])
    var initiator = HandshakeInitiator(
      identity: alice, policy: offered, trust: .identities([bob.fingerprint]))
    var responder = HandshakeResponder(
      identity: bob, policy: accepted, trust: .identities([alice.fingerprint]))
    var exchange = InMemoryExchange()
    let (one, other) = try exchange.run(&initiator, &responder)
    try Self.expectEqualSessions(one, other)
    #expect(one.algorithms.map(\.id) == ["ml-kem-768", "x25519"])
  }

  @Test func `policies without sense are refused`() throws {
    #expect(throws: KeyExchangeError.noAlgorithms) { try Self.policy([]) }
    #expect(throws: KeyExchangeError.notQuantumSafe) { try Self.policy(["x25519", "p-256"]) }
    #expect(throws: KeyExchangeError.notQuantumSafe) {
      try Self.policy(["x25519", "ml-kem-768"], required: ["x25519"])
    }
    let signature = try Self.algorithms("ml-dsa-65")[0]
    #expect(throws: KeyExchangeError.wrongKind(signature)) { try Self.policy(["ml-dsa-65"]) }
    let kem = try Self.algorithms("ml-kem-768")[0]
    #expect(throws: KeyExchangeError.duplicateAlgorithm(kem)) {
      try Self.policy(["ml-kem-768", "ml-kem-768"])
    }
    let other = try Self.algorithms("ml-kem-1024")
    #expect(throws: KeyExchangeError.missingAlgorithms(other)) {
      try Self.policy(["ml-kem-768"], required: ["ml-kem-1024"])
    }
  }

  @Test func `identities without sense are refused`() throws {
    for name in ["", "a\u{7}b", "\u{202E}evil", String(repeating: "ä", count: 33)] {
      #expect(throws: KeyExchangeError.invalidName) { try Identity.generate(name: name) }
    }
    let pair = try Self.algorithms("ed25519", "ml-dsa-65")
    #expect(throws: KeyExchangeError.notASignaturePair(pair[0], pair[1])) {
      try Identity.generate(name: "x", quantumSafe: "ed25519", classical: "ml-dsa-65")
    }
    let kem = try Self.algorithms("ml-kem-768")[0]
    #expect(throws: KeyExchangeError.wrongKind(kem)) {
      try Identity.generate(name: "x", quantumSafe: "ml-kem-768")
    }
    #expect(try Identity.generate(name: "Zoë O’Hara 量子").name == "Zoë O’Hara 量子")
  }
}
