import PostQuantum

/// Machines on the eve of each message, and the message that an honest peer sends then.
private struct Rehearsal: Sendable {
  let initiator: HandshakeInitiator
  let responder: HandshakeResponder
  let answered: HandshakeResponder
  let hello, reply, finish: [UInt8]

  init() throws {
    let names = ["ml-kem-768", "p-256"]
    let policy = try KeyExchangePolicy(
      algorithms: names.compactMap(AlgorithmCatalog.algorithm), required: nil)
    let alice = try Identity.generate(name: "alice")
    let bob = try Identity.generate(name: "bob")
    var first = HandshakeInitiator(identity: alice, policy: policy, trust: .anybody)
    var second = HandshakeResponder(identity: bob, policy: policy, trust: .anybody)
    responder = second
    hello = try first.start()
    initiator = first
    reply = try second.receive(hello).output
    answered = second
    finish = try first.receive(reply).output
  }
}

private let rehearsal = Result { try Rehearsal() }

/// Any bytes are refused with an error of the exchange, or waited for; nothing but the honest
/// message makes a session.
///
/// The first byte chooses machine and kind of input, the second the size of pieces. What follows is
/// given to the machine as it is, or tells which bytes of the honest message to change: offset in
/// two bytes, then what to flip.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count > 2, let rehearsal = try? rehearsal.get() else { return 0 }
  let honest = [rehearsal.hello, rehearsal.reply, rehearsal.finish][Int(input[0] % 3)]
  let message = input[0] & 0x80 == 0 ? edited(honest, by: input[2...]) : Array(input[2...])
  let hasSession: Bool
  switch input[0] % 3 {
  case 0:
    var machine = rehearsal.responder
    hasSession = feed(message, by: input[1]) { bytes throws(KeyExchangeError) in
      try machine.receive(bytes)
    }
  case 1:
    var machine = rehearsal.initiator
    hasSession = feed(message, by: input[1]) { bytes throws(KeyExchangeError) in
      try machine.receive(bytes)
    }
  default:
    var machine = rehearsal.answered
    hasSession = feed(message, by: input[1]) { bytes throws(KeyExchangeError) in
      try machine.receive(bytes)
    }
  }
  if hasSession { precondition(message.starts(with: honest), "A forged message was accepted") }
  return 0
}

private func edited(_ honest: [UInt8], by edits: ArraySlice<UInt8>) -> [UInt8] {
  var message = honest
  let edits = Array(edits)
  for index in stride(from: 0, to: edits.count - 2, by: 3) {
    message[(Int(edits[index]) << 8 | Int(edits[index + 1])) % message.count] ^= edits[index + 2]
  }
  return message
}

/// Whether the machine made a session of the bytes.
private func feed(
  _ message: [UInt8], by size: UInt8,
  _ receive: (ArraySlice<UInt8>) throws(KeyExchangeError) -> HandshakeStep
) -> Bool {
  let size = size == 0 ? max(1, message.count) : 16 * Int(size)
  do throws(KeyExchangeError) {
    for start in stride(from: 0, to: message.count, by: size) {
      let step = try receive(message[start..<min(start + size, message.count)])
      if step.session != nil { return true }
    }
  } catch {
    precondition(!error.description.isEmpty)
  }
  return false
}
