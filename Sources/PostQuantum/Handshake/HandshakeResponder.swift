import Crypto

/// The party that answers in an exchange, as a state machine without I/O: bytes of the peer in,
/// bytes for the peer out.
///
/// States: awaiting the hello → awaiting the finish → complete. Any error leads to the state
/// failed, where nothing is accepted any more; `HandshakeInitiator.alert(for:)` is what the peer
/// may be told.
///
/// It encapsulates to whoever says hello, before it knows who that is: callers bound how many
/// strangers they serve at once.
public struct HandshakeResponder: Sendable {
  private enum State: Sendable {
    case awaitingHello
    case awaitingFinish(CombinedSecret, Transcript, [Algorithm])
    case complete
    case failed
  }

  private let identity: Identity
  private let policy: KeyExchangePolicy
  private let trust: PeerTrust
  private let presharedKey: PresharedKey?
  private var state = State.awaitingHello
  private var buffer = MessageBuffer()

  /// A machine that waits.
  ///
  /// - Parameters:
  ///   - identity: this party, with its signing keys.
  ///   - policy: what this party accepts and insists on.
  ///   - trust: which peers are accepted.
  ///   - presharedKey: mixed in if given; the peer must have it too.
  public init(
    identity: Identity, policy: KeyExchangePolicy, trust: PeerTrust,
    presharedKey: PresharedKey? = nil
  ) {
    self.identity = identity
    self.policy = policy
    self.trust = trust
    self.presharedKey = presharedKey
  }

  /// Takes bytes of the peer, in pieces of any size.
  ///
  /// - Throws: `KeyExchangeError` for anything but the messages that are due; the machine has
  ///   failed then.
  public mutating func receive(_ bytes: some Collection<UInt8>) throws(KeyExchangeError)
    -> HandshakeStep
  {
    do throws(KeyExchangeError) {
      return try advance(bytes)
    } catch {
      if case .complete = state {} else { state = .failed }
      throw error
    }
  }

  /// Tells that no more bytes will come.
  ///
  /// - Throws: `KeyExchangeError.endOfStream` unless the exchange is over.
  public mutating func finish() throws(KeyExchangeError) {
    if case .complete = state { return }
    state = .failed
    throw .endOfStream
  }

  private mutating func advance(_ bytes: some Collection<UInt8>) throws(KeyExchangeError)
    -> HandshakeStep
  {
    switch state {
    case .complete: throw .alreadyComplete
    case .failed: throw .alreadyFailed
    case .awaitingHello, .awaitingFinish: break
    }
    buffer.append(bytes)
    var step = HandshakeStep()
    // A hello and what is behind it may come in one piece.
    while step.session == nil, let header = try buffer.header() {
      try checkTurn(header.type)
      guard let body = buffer.takeBody(header) else { break }
      switch (header.type, state) {
      case (.alert, _): throw .refusedByPeer(reason: body.first ?? 0)
      case (.hello, .awaitingHello): step.output += try answer(MessageReader(body))
      case (.finish, .awaitingFinish(let secret, let transcript, let algorithms)):
        step.session = try complete(MessageReader(body), secret, transcript, algorithms)
      default: throw .unexpectedMessage(header.type)
      }
    }
    if step.session != nil { step.rest = buffer.takeRest() }
    return step
  }

  /// Refuses what is out of turn before its body is there.
  private func checkTurn(_ type: MessageType) throws(KeyExchangeError) {
    switch (type, state) {
    case (.reply, _): throw .wrongRole(type)
    case (.alert, _), (.hello, .awaitingHello), (.finish, .awaitingFinish): break
    default: throw .unexpectedMessage(type)
    }
  }

  /// Reads a hello and makes the reply.
  private mutating func answer(_ reader: MessageReader) throws(KeyExchangeError) -> [UInt8] {
    var reader = reader
    _ = try reader.read(HandshakeNonce.byteCount, "nonce")
    try reader.readTerms(policy, presharedKey)
    let offer = try reader.readEncapsulations()
    let selected = try policy.selection(from: offer)
    var publicKeys: [Algorithm: [UInt8]] = [:]
    for algorithm in offer {
      publicKeys[algorithm] = try reader.readPrefixed(
        "public key of \(algorithm)", byteCount: algorithm.sizes.publicKey)
    }
    try reader.finish(.hello)
    var transcript = Transcript()
    transcript.absorb(.hello)
    transcript.absorb(reader.consumed)
    let contributions = try encapsulate(selected, to: publicKeys)
    let head = replyHead(contributions)
    transcript.absorb(.reply)
    transcript.absorb(head)
    let secret = try SecretCombiner.combine(
      contributions, presharedKey: presharedKey,
      context: .init(epoch: policy.epoch, transcript: transcript.digest))
    let body = try head + HandshakeProof.body(of: identity, .responder, secret, &transcript)
    state = .awaitingFinish(secret, transcript, selected)
    return MessageHeader.write(.reply, bodyByteCount: body.count) + body
  }

  private func encapsulate(_ selected: [Algorithm], to publicKeys: [Algorithm: [UInt8]])
    throws(KeyExchangeError) -> [SecretContribution]
  {
    var contributions: [SecretContribution] = []
    for algorithm in selected {
      let publicKey = publicKeys[algorithm] ?? []
      do throws(AlgorithmError) {
        let result = try algorithm.encapsulate(to: publicKey)
        contributions.append(
          SecretContribution(
            algorithm, publicKey: publicKey, ciphertext: result.ciphertext,
            sharedSecret: result.sharedSecret))
      } catch { throw .invalidPublicKey(algorithm) }
    }
    return contributions
  }

  /// A reply up to and with the identity.
  private func replyHead(_ contributions: [SecretContribution]) -> [UInt8] {
    var head = ByteWriter()
    head.write(HandshakeNonce.random())
    head.write(policy.epoch)
    head.write(policy.frameSuite.rawValue)
    head.writeShort(Array((presharedKey?.id ?? "").utf8))
    head.write(codesOf: contributions.map(\.algorithm))
    for contribution in contributions { head.writePrefixed(contribution.ciphertext) }
    head.write(identity.public.encoded)
    return head.bytes
  }

  /// Reads a finish.
  private mutating func complete(
    _ reader: MessageReader, _ secret: CombinedSecret, _ before: Transcript,
    _ algorithms: [Algorithm]
  ) throws(KeyExchangeError) -> KeyExchangeSession {
    var reader = reader
    var transcript = before
    transcript.absorb(.finish)
    let peer = try reader.readIdentity(unlike: identity, trust)
    transcript.absorb(reader.consumed)
    let mark = reader.offset
    try Authentication.verify(&reader, of: peer, .initiator, transcript)
    transcript.absorb(reader.consumed[mark...])
    let code = try reader.read(Authentication.confirmationByteCount, "confirmation")
    try reader.finish(.finish)
    try Authentication.verifyConfirmation(code, secret, .initiator, transcript)
    transcript.absorb(code)
    state = .complete
    return KeyExchangeSession(
      role: .responder, peer: peer, algorithms: algorithms, presharedKeyID: presharedKey?.id,
      policy: policy, secret: secret, transcript: transcript)
  }
}
