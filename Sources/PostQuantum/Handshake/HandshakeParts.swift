/// Random bytes that make an exchange unlike any other.
enum HandshakeNonce {
  static let byteCount = 32

  static func random() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

/// The first part of a reply: what the responder chose, and its ciphertexts.
struct HandshakeAnswer {
  let ciphertexts: [(algorithm: Algorithm, bytes: [UInt8])]

  init(
    _ reader: inout MessageReader, _ ownNonce: [UInt8], _ policy: KeyExchangePolicy,
    _ presharedKey: PresharedKey?
  ) throws(KeyExchangeError) {
    let nonce = try reader.read(HandshakeNonce.byteCount, "nonce")
    guard nonce != ownNonce else { throw .reflectedNonce }
    try reader.readTerms(policy, presharedKey)
    let algorithms = try reader.readEncapsulations()
    try policy.check(selection: algorithms)
    var ciphertexts: [(algorithm: Algorithm, bytes: [UInt8])] = []
    for algorithm in algorithms {
      let bytes = try reader.readPrefixed(
        "ciphertext of \(algorithm)", byteCount: algorithm.sizes.ciphertext)
      ciphertexts.append((algorithm, bytes))
    }
    self.ciphertexts = ciphertexts
  }
}

/// The end of a reply, and all of a finish: identity, signatures, confirmation.
enum HandshakeProof {
  /// Written for one party, and taken up by the transcript.
  static func body(
    of identity: Identity, _ role: HandshakeRole, _ secret: CombinedSecret,
    _ transcript: inout Transcript
  ) throws(KeyExchangeError) -> [UInt8] {
    if role == .initiator { transcript.absorb(.finish) }
    let encoded = role == .initiator ? identity.public.encoded : []
    transcript.absorb(encoded)
    let signatures = try Authentication.signatures(by: identity, role, transcript)
    transcript.absorb(signatures)
    let confirmation = Authentication.confirmation(secret, role, transcript)
    transcript.absorb(confirmation)
    return encoded + signatures + confirmation
  }
}

extension MessageReader {
  /// Epoch, suite of frames and pre-shared key, which must be what the policy says.
  mutating func readTerms(_ policy: KeyExchangePolicy, _ presharedKey: PresharedKey?)
    throws(KeyExchangeError)
  {
    let epoch = try readInteger(UInt32.self, "epoch")
    guard epoch == policy.epoch else { throw .wrongEpoch(epoch, expected: policy.epoch) }
    let suite = try readFrameSuite()
    guard suite == policy.frameSuite else {
      throw .frameSuiteRefused(suite, expected: policy.frameSuite)
    }
    switch (try readKeyID(), presharedKey?.id) {
    case (nil, let expected?): throw .presharedKeyMissing(expected: expected)
    case (let id?, let expected) where id != expected: throw .presharedKeyUnknown(id: id)
    default: break
    }
  }

  /// The identity of a peer that is trusted and is not ourselves.
  mutating func readIdentity(unlike own: Identity, _ trust: PeerTrust) throws(KeyExchangeError)
    -> PublicIdentity
  {
    let peer = try PublicIdentity(&self)
    guard
      peer.quantumSafeKey != own.public.quantumSafeKey, peer.classicalKey != own.public.classicalKey
    else { throw .reflectedIdentity }
    if case .identities(let known) = trust, !known.contains(peer.fingerprint) {
      throw .unknownIdentity(peer.fingerprint)
    }
    return peer
  }
}
