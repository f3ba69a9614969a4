/// ML-KEM after FIPS 203, step by step: **for learning, not for use**.
///
/// It computes what the standard says, from seeds that are given, and can record every value on the
/// way (`MLKEMTrace`). Secrets stay in ordinary arrays, divisions take a time that depends on them,
/// and nothing is wiped: whoever has keys to protect takes `Crypto.MLKEM768`.
///
///     let scheme = TeachingMLKEM(.mlkem768)
///     let keys = try scheme.keyPair(d: d, z: z)
///     let sent = try scheme.encapsulate(to: keys.encapsulationKey, message: m)
///     let received = try scheme.decapsulate(sent.ciphertext, with: keys.decapsulationKey)
///     // received == sent.sharedSecret
///
/// - Source: [FIPS203].
public struct TeachingMLKEM: Sendable {
  /// The two keys of a receiver.
  public struct KeyPair: Sendable, Hashable {
    /// The encapsulation key ek, which is public.
    public let encapsulationKey: [UInt8]
    /// The decapsulation key dk, which is secret and holds ek, its hash and z.
    public let decapsulationKey: [UInt8]
  }

  /// What a sender computes.
  public struct Encapsulation: Sendable, Hashable {
    /// c: goes to the receiver.
    public let ciphertext: [UInt8]
    /// The shared secret K, which stays with the sender.
    public let sharedSecret: [UInt8]
  }

  /// The parameter set.
  public let parameters: Parameters
  /// The ring that polynomials are taken from.
  public var ring: TeachingRing { parameters.ring }

  /// ML-KEM with a parameter set of the standard, or with one small enough to follow by hand.
  public init(_ parameters: Parameters) {
    self.parameters = parameters
  }

  /// Makes keys from seeds.
  ///
  /// - Parameters:
  ///   - d: 32 random bytes that the keys follow from.
  ///   - z: 32 random bytes for rejecting ciphertexts.
  ///   - trace: Records the values on the way.
  /// - Throws: `InputError` if a seed has another length.
  /// - Source: [FIPS203], algorithm 16.
  public func keyPair(
    d: [UInt8], z: [UInt8], recording trace: inout MLKEMTrace
  ) throws(InputError) -> KeyPair {
    try check(d, is: .seed, count: 32)
    try check(z, is: .seed, count: 32)
    let keys = encryptionKeyPair(d: d, &trace)
    trace.begin(.keyGeneration)
    trace.record("ek", "encapsulation key: t̂ and ρ", .bytes(keys.encryption))
    let hash = Self.hashH(keys.encryption)
    trace.record("H(ek)", "hash of the encapsulation key", .bytes(hash))
    let decapsulationKey = keys.decryption + keys.encryption + hash + z
    trace.record("dk", "decapsulation key: ŝ, ek, H(ek), z", .bytes(decapsulationKey), .secret)
    return KeyPair(encapsulationKey: keys.encryption, decapsulationKey: decapsulationKey)
  }

  /// Makes a shared secret and the ciphertext that tells it to the owner of a key.
  ///
  /// - Parameters:
  ///   - key: ek; every coefficient in it is below q.
  ///   - message: m, the randomness: 32 bytes in the standard.
  ///   - trace: Records the values on the way.
  /// - Throws: `InputError` if a length is wrong or a coefficient is not below q.
  /// - Source: [FIPS203], algorithms 17, 20 and the checks of section 7.2.
  public func encapsulate(
    to key: [UInt8], message: [UInt8], recording trace: inout MLKEMTrace
  ) throws(InputError) -> Encapsulation {
    try checkEncapsulationKey(key)
    try check(message, is: .message, count: parameters.messageByteCount)
    trace.begin(.encapsulation)
    trace.record("m", "the random message", .bytes(message), .secret)
    let (shared, coins) = Self.hashG(message + Self.hashH(key))
    trace.record("K", "shared secret: first half of G(m ‖ H(ek))", .bytes(shared), .secret)
    trace.record("r", "coins of the encryption: second half", .bytes(coins), .secret)
    let ciphertext = encrypt(message, to: key, coins: coins, &trace)
    trace.begin(.encapsulation)
    trace.record("c", "ciphertext: c₁ and c₂", .bytes(ciphertext))
    return Encapsulation(ciphertext: ciphertext, sharedSecret: shared)
  }

  /// The shared secret of a ciphertext.
  ///
  /// A ciphertext that `encapsulate` did not make gives 32 bytes that only z and the ciphertext
  /// decide. The sender of it learns nothing from them, not even that it was rejected: implicit
  /// rejection.
  ///
  /// - Parameters:
  ///   - ciphertext: c.
  ///   - key: dk; the hash in it is that of the encapsulation key in it.
  ///   - trace: Records the values on the way.
  /// - Throws: `InputError` if a length is wrong or the hash is.
  /// - Source: [FIPS203], algorithms 18, 21 and the checks of section 7.3.
  public func decapsulate(
    _ ciphertext: [UInt8], with key: [UInt8], recording trace: inout MLKEMTrace
  ) throws(InputError) -> [UInt8] {
    try check(ciphertext, is: .ciphertext, count: parameters.ciphertextByteCount)
    try checkDecapsulationKey(key)
    let (secret, rest) = (key[..<parameters.vectorByteCount], key[parameters.vectorByteCount...])
    let encapsulationKey = Array(rest.prefix(parameters.encapsulationKeyByteCount))
    let (hash, z) = (Array(key.suffix(64).prefix(32)), Array(key.suffix(32)))
    let message = decrypt(ciphertext, with: Array(secret), &trace)
    trace.begin(.decapsulation)
    var (shared, coins) = Self.hashG(message + hash)
    trace.record("K′", "first half of G(m′ ‖ H(ek))", .bytes(shared), .secret)
    trace.record("r′", "second half: the coins an honest sender took", .bytes(coins), .secret)
    let rejection = Self.hashJ(z + ciphertext)
    trace.record("K̄", "J(z ‖ c): what a forger gets", .bytes(rejection), .secret)
    let again = encrypt(message, to: encapsulationKey, coins: coins, &trace)
    trace.begin(.decapsulation)
    trace.record("c′", "the message encrypted again", .bytes(again), .secret)
    let isHonest = again == ciphertext
    trace.record("c = c′", "whether the sender did as told", .truth(isHonest), .secret)
    if !isHonest { shared = rejection }
    trace.record("K", isHonest ? "K′" : "K̄", .bytes(shared), .secret)
    return shared
  }

  // MARK: Without a trace

  /// Makes keys from seeds.
  public func keyPair(d: [UInt8], z: [UInt8]) throws(InputError) -> KeyPair {
    var trace = MLKEMTrace.off
    return try keyPair(d: d, z: z, recording: &trace)
  }

  /// Makes a shared secret and the ciphertext that tells it to the owner of a key.
  public func encapsulate(
    to key: [UInt8], message: [UInt8]
  ) throws(InputError) -> Encapsulation {
    var trace = MLKEMTrace.off
    return try encapsulate(to: key, message: message, recording: &trace)
  }

  /// The shared secret of a ciphertext.
  public func decapsulate(
    _ ciphertext: [UInt8], with key: [UInt8]
  ) throws(InputError) -> [UInt8] {
    var trace = MLKEMTrace.off
    return try decapsulate(ciphertext, with: key, recording: &trace)
  }
}
