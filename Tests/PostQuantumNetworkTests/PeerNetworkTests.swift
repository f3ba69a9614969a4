import Glibc
import PostQuantum
import PostQuantumNetwork
import Synchronization
import Testing

/// Two ends of a connection, each on a thread of its own, over the loopback interface.
struct PeerNetworkTests {
  private static func policy() throws -> KeyExchangePolicy {
    try KeyExchangePolicy(
      algorithms: ["ml-kem-768", "x25519"].compactMap(AlgorithmCatalog.algorithm(named:)))
  }

  /// What a listener said while it waited.
  private final class Said: Sendable {
    let port = Mutex<Int?>(nil)
    let notes = Mutex<[String]>([])
  }

  /// Listens on a port that the system chooses, and hands it to the other end.
  private static func meeting(
    _ responder: HandshakeResponder, timeout: Double = 20,
    with other: (_ port: Int) throws -> Void
  ) throws -> (result: Result<PeerResult, NetworkFailure>, notes: [String]) {
    let said = Said()
    let outcome = Mutex<Result<PeerResult, NetworkFailure>?>(nil)
    try withThread {
      let result = Result { () throws(NetworkFailure) in
        try PeerNetwork.listen(
          responder, PeerSettings(port: 0, mediaSeconds: 1, timeout: timeout)
        ) { place in
          said.port.withLock { $0 = place.split(separator: ":").last.flatMap { Int($0) } }
        } note: { text in
          said.notes.withLock { $0.append(text) }
        }
      }
      outcome.withLock { $0 = result }
    } while: {
      while said.port.withLock({ $0 }) == nil, outcome.withLock({ $0 == nil }) { usleep(1000) }
      try other(try #require(said.port.withLock { $0 }))
    }
    return (try #require(outcome.withLock { $0 }), said.notes.withLock { $0 })
  }

  /// Runs something on a thread of its own beside something else; both have ended on return.
  private static func withThread(
    _ body: @escaping @Sendable () -> Void, while other: () throws -> Void
  ) throws {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, context)
    try #require(status == 0)
    defer { pthread_join(thread, nil) }
    try other()
  }

  private final class Body: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  @Test func `both ends have one key and open each other's frames`() throws {
    let (alice, bob) = (try Identity.generate(name: "Alice"), try Identity.generate(name: "Bob"))
    var theirs: PeerResult?
    let (result, notes) = try Self.meeting(
      HandshakeResponder(
        identity: bob, policy: try Self.policy(), trust: .identities([alice.fingerprint]))
    ) { port in
      theirs = try PeerNetwork.connect(
        HandshakeInitiator(
          identity: alice, policy: try Self.policy(), trust: .identities([bob.fingerprint])),
        PeerSettings(port: port, mediaSeconds: 0.5, timeout: 20))
    }
    let (listened, connected) = (try result.get(), try #require(theirs))
    #expect(listened.session.keyID == connected.session.keyID)
    #expect(listened.session.peer.name == "Alice" && connected.session.peer.name == "Bob")
    // 50 frames of sound and 30 pictures a second.
    #expect(listened.sentFrameCount == 80 && listened.openedFrameCount == 40)
    #expect(connected.sentFrameCount == 40 && connected.openedFrameCount == 80)
    #expect(listened.sentByteCount == connected.receivedByteCount)
    #expect(connected.sentByteCount == listened.receivedByteCount)
    #expect(notes.isEmpty)
  }

  @Test func `strangers are noted and do not keep the peer away`() throws {
    let (alice, bob) = (try Identity.generate(name: "Alice"), try Identity.generate(name: "Bob"))
    let mallory = try Identity.generate(name: "Mallory")
    func initiator(_ identity: Identity) throws -> HandshakeInitiator {
      HandshakeInitiator(
        identity: identity, policy: try Self.policy(), trust: .identities([bob.fingerprint]))
    }
    let (result, notes) = try Self.meeting(
      HandshakeResponder(
        identity: bob, policy: try Self.policy(), trust: .identities([alice.fingerprint]))
    ) { port in
      let settings = PeerSettings(port: port, mediaSeconds: 0, timeout: 20)
      let failure = #expect(throws: NetworkFailure.self) {
        try PeerNetwork.connect(try initiator(mallory), settings)
      }
      guard case .refused? = failure else {
        Issue.record("\(String(describing: failure))")
        return
      }
      _ = try PeerNetwork.connect(try initiator(alice), settings)
    }
    #expect(try result.get().session.peer.name == "Alice")
    #expect(notes.count == 1 && notes[0].contains("did not complete the handshake"))
  }

  @Test func `a listener to whom only strangers come says why`() throws {
    let (alice, bob) = (try Identity.generate(name: "Alice"), try Identity.generate(name: "Bob"))
    let (result, _) = try Self.meeting(
      HandshakeResponder(
        identity: bob, policy: try Self.policy(), trust: .identities([bob.fingerprint])),
      timeout: 3
    ) { port in
      _ = try? PeerNetwork.connect(
        HandshakeInitiator(identity: alice, policy: try Self.policy(), trust: .anybody),
        PeerSettings(port: port, mediaSeconds: 0, timeout: 3))
    }
    guard case .failure(.refused(let message, let note)) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(message.contains("the exchange failed"))
    #expect(note == "1 did not complete the handshake within 3.0 s")
  }

  @Test func `where nobody listens the place is named`() throws {
    let alice = try Identity.generate(name: "Alice")
    let failure = #expect(throws: NetworkFailure.self) {
      try PeerNetwork.connect(
        HandshakeInitiator(identity: alice, policy: try Self.policy(), trust: .anybody),
        PeerSettings(port: 1, mediaSeconds: 0, timeout: 0.1))
    }
    #expect(failure == .unreachable("127.0.0.1:1: nobody listens there"))
  }
}
