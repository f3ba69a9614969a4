// A channel that quantum computers cannot read: two parties agree on keys, then seal frames to each
// other.
import PostQuantum

let alice = try Identity.generate(name: "Alice")
let bob = try Identity.generate(name: "Bob")
let policy = try KeyExchangePolicy(
  algorithms: ["ml-kem-768", "x25519"].compactMap(AlgorithmCatalog.algorithm(named:)))

// Each knows the other's fingerprint, compared over the telephone, say.
var initiator = HandshakeInitiator(
  identity: alice, policy: policy, trust: .identities([bob.fingerprint]))
var responder = HandshakeResponder(
  identity: bob, policy: policy, trust: .identities([alice.fingerprint]))

// The parties are state machines: whoever carries their bytes, over a socket or by pigeon, learns
// nothing.
let hello = try responder.receive(initiator.start())
let reply = try initiator.receive(hello.output)
let finish = try responder.receive(reply.output)
guard let ours = reply.session, let theirs = finish.session else { fatalError("no session") }
print("exchange: \(ours.algorithms.map(\.id).joined(separator: " + ")), \(ours.frameSuite)")
print("Alice knows \(ours.peer.name), Bob knows \(theirs.peer.name)")
print("the same keys at both ends: \(ours.keyID == theirs.keyID)")

var sealer = ours.makeSealer()
var opener = theirs.makeOpener()
let frames = try ["We meet at noon.", "Bring the key."].map { try sealer.seal(Array($0.utf8)) }
print("frames of \(frames.map(\.count)) bytes")
// Order does not matter; a frame that comes twice or was changed does.
tell(frames[1], &opener)
tell(frames[0], &opener)
tell(frames[0], &opener)
var forged = try sealer.seal(Array("Yes.".utf8))
forged[forged.count - 1] ^= 1
tell(forged, &opener)

// The next key says nothing about the one before: who steals it cannot read what was sealed so far.
sealer.ratchet()
let later = try sealer.seal(Array("Burn this.".utf8))
tell(later, &opener)
print("lost on the way: \(opener.lostFrameCount(sender: 0, epoch: 0))")

// Whoever is not expected gets nowhere.
let mallory = try Identity.generate(name: "Mallory")
var intruder = HandshakeInitiator(
  identity: mallory, policy: policy, trust: .identities([bob.fingerprint]))
var wary = HandshakeResponder(
  identity: bob, policy: policy, trust: .identities([alice.fingerprint]))
do {
  let answer = try intruder.receive(wary.receive(intruder.start()).output)
  _ = try wary.receive(answer.output)
} catch {
  if case .unknownIdentity = error { print("Mallory is nobody that Bob knows") }
}

/// What a frame holds, or why it is refused.
func tell(_ frame: [UInt8], _ opener: inout FrameOpener) {
  do {
    let opened = try opener.open(frame)
    let text = String(decoding: opened.payload, as: UTF8.self)
    print("frame \(opened.counter) of key \(opened.keyID.step): \(text)")
  } catch {
    print("refused: \(error)")
  }
}
