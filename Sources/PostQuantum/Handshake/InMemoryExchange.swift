/// Both parties of an exchange in one place, and whatever is between them.
///
/// For tests, for benchmarks and for seeing what is said.
public struct InMemoryExchange: Sendable {
  /// What was sent by whom.
  public struct Message: Sendable, Hashable {
    /// The party that sent the message.
    public let sender: HandshakeRole
    /// The message as it was sent, header included.
    public let bytes: [UInt8]
  }

  /// What was sent so far, in order, before anything interfered.
  public private(set) var messages: [Message] = []

  /// An exchange in which nothing is said yet.
  public init() {}

  /// Runs an exchange to its end.
  ///
  /// - Parameters:
  ///   - initiator: the party that sends the first message.
  ///   - responder: the party that answers it.
  ///   - interfering: what is between the parties: turns each message into what arrives of it.
  /// - Returns: the sessions of the initiator and of the responder.
  /// - Throws: the first party's `KeyExchangeError` that has one.
  public mutating func run(
    _ initiator: inout HandshakeInitiator, _ responder: inout HandshakeResponder,
    interfering: (Message) -> [UInt8] = { $0.bytes }
  ) throws(KeyExchangeError) -> (initiator: KeyExchangeSession, responder: KeyExchangeSession) {
    let hello = try deliver(initiator.start(), from: .initiator, interfering)
    let answered = try responder.receive(hello)
    let reply = deliver(answered.output, from: .responder, interfering)
    let replied = try initiator.receive(reply)
    guard let first = replied.session else { throw .endOfStream }
    let finish = deliver(replied.output, from: .initiator, interfering)
    guard let second = try responder.receive(finish).session else { throw .endOfStream }
    return (first, second)
  }

  private mutating func deliver(
    _ bytes: [UInt8], from sender: HandshakeRole, _ interfering: (Message) -> [UInt8]
  ) -> [UInt8] {
    let message = Message(sender: sender, bytes: bytes)
    messages.append(message)
    return interfering(message)
  }
}
