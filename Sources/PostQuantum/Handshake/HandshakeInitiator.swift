import Crypto

/// The party that starts an exchange, as a state machine without I/O: bytes of the peer in, bytes
/// for the peer out.
///
///     var initiator = HandshakeInitiator(identity: alice, policy: policy, trust: .identities([bob]))
///     try send(initiator.start())
///     while true {
///       let step = try initiator.receive(bytesOfPeer())
///       try send(step.output)
///       if let session = step.session { … }
///     }
///
/// States: ready → (`start`) → awaiting the reply → (`receive`) → complete. Any error leads to the
/// state failed, where nothing is accepted any more; `alert(for:)` is what the peer may be told.
/// Ephemeral keys live no longer than the state that needs them.
///
/// The format is described in `Docs/Formats/key-exchange.md`.
///
/// - Source: [Krawczyk03] for signing the transcript and confirming with a key that the identities
///   are bound to.
public struct HandshakeInitiator: Sendable {
  private struct Offer: Sendable {
    let nonce: [UInt8]
    let keys: [(algorithm: Algorithm, key: any KEMPrivateKey, publicKey: [UInt8])]
    let transcript: Transcript
  }

  private enum State: Sendable {
    case ready
    case awaitingReply(Offer)
    case complete
    case failed
  }

  private let identity: Identity
  private let policy: KeyExchangePolicy
  private let trust: PeerTrust
  private let presharedKey: PresharedKey?
  private var state = State.ready
  private var buffer = MessageBuffer()

  /// A machine that has said nothing yet.
  ///
  /// - Parameters:
  ///   - identity: this party, with its signing keys.
  ///   - policy: what this party offers and insists on.
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

  /// The first message, with a new key of each algorithm.
  ///
  /// - Throws: `KeyExchangeError.operationFailed`, `.unexpectedMessage` for a second start.
  public mutating func start() throws(KeyExchangeError) -> [UInt8] {
    guard case .ready = state else { throw .unexpectedMessage(.hello) }
    var keys: [(algorithm: Algorithm, key: any KEMPrivateKey, publicKey: [UInt8])] = []
    for algorithm in policy.algorithms {
      do throws(AlgorithmError) {
        let key = try algorithm.generateKEMKey()
        keys.append((algorithm, key, try algorithm.publicKey(of: key)))
      } catch { throw .operationFailed(algorithm) }
    }
    let nonce = HandshakeNonce.random()
    var body = ByteWriter()
    body.write(nonce)
    body.write(policy.epoch)
    body.write(policy.frameSuite.rawValue)
    body.writeShort(Array((presharedKey?.id ?? "").utf8))
    body.write(codesOf: policy.algorithms)
    for (_, _, publicKey) in keys { body.writePrefixed(publicKey) }
    var transcript = Transcript()
    transcript.absorb(.hello)
    transcript.absorb(body.bytes)
    state = .awaitingReply(Offer(nonce: nonce, keys: keys, transcript: transcript))
    return MessageHeader.write(.hello, bodyByteCount: body.bytes.count) + body.bytes
  }

  /// Takes bytes of the peer, in pieces of any size.
  ///
  /// - Throws: `KeyExchangeError` for anything but the reply that fits; the machine has failed
  ///   then.
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

  /// What the peer may be told of an error.
  public static func alert(for error: KeyExchangeError) -> [UInt8] {
    MessageHeader.write(.alert, bodyByteCount: 1) + [error.alertReason]
  }

  private mutating func advance(_ bytes: some Collection<UInt8>) throws(KeyExchangeError)
    -> HandshakeStep
  {
    switch state {
    case .complete: throw .alreadyComplete
    case .failed: throw .alreadyFailed
    case .ready, .awaitingReply: break
    }
    buffer.append(bytes)
    guard let header = try buffer.header() else { return HandshakeStep() }
    switch header.type {
    case .hello, .finish: throw .wrongRole(header.type)
    case .reply, .alert: break
    }
    guard case .awaitingReply(let offer) = state else { throw .unexpectedMessage(header.type) }
    guard let body = buffer.takeBody(header) else { return HandshakeStep() }
    if header.type == .alert { throw .refusedByPeer(reason: body.first ?? 0) }
    var step = try finish(offer, MessageReader(body))
    step.rest = buffer.takeRest()
    state = .complete
    return step
  }

  private func finish(_ offer: Offer, _ reader: MessageReader) throws(KeyExchangeError)
    -> HandshakeStep
  {
    var reader = reader
    var transcript = offer.transcript
    transcript.absorb(.reply)
    let answer = try HandshakeAnswer(&reader, offer.nonce, policy, presharedKey)
    transcript.absorb(reader.consumed)
    var mark = reader.offset
    let peer = try reader.readIdentity(unlike: identity, trust)
    transcript.absorb(reader.consumed[mark...])
    let secret = try combine(offer, answer, transcript)
    mark = reader.offset
    try Authentication.verify(&reader, of: peer, .responder, transcript)
    transcript.absorb(reader.consumed[mark...])
    let code = try reader.read(Authentication.confirmationByteCount, "confirmation")
    try reader.finish(.reply)
    try Authentication.verifyConfirmation(code, secret, .responder, transcript)
    transcript.absorb(code)
    let body = try HandshakeProof.body(of: identity, .initiator, secret, &transcript)
    return HandshakeStep(
      output: MessageHeader.write(.finish, bodyByteCount: body.count) + body,
      session: KeyExchangeSession(
        role: .initiator, peer: peer, algorithms: answer.ciphertexts.map(\.algorithm),
        presharedKeyID: presharedKey?.id, policy: policy, secret: secret, transcript: transcript))
  }

  private func combine(_ offer: Offer, _ answer: HandshakeAnswer, _ transcript: Transcript)
    throws(KeyExchangeError) -> CombinedSecret
  {
    var contributions: [SecretContribution] = []
    for (algorithm, ciphertext) in answer.ciphertexts {
      guard let offered = offer.keys.first(where: { $0.algorithm == algorithm }) else {
        throw .unofferedAlgorithms([algorithm])
      }
      do throws(AlgorithmError) {
        contributions.append(
          SecretContribution(
            algorithm, publicKey: offered.publicKey, ciphertext: ciphertext,
            sharedSecret: try algorithm.decapsulate(ciphertext, with: offered.key)))
      } catch { throw .invalidCiphertext(algorithm) }
    }
    return try SecretCombiner.combine(
      contributions, presharedKey: presharedKey,
      context: .init(epoch: policy.epoch, transcript: transcript.digest))
  }
}
