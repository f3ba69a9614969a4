import Crypto

/// One source of secrecy: what was sent for it, and the secret that came of it.
public struct SecretContribution: Sendable {
  /// The algorithm that gave the secret.
  public let algorithm: Algorithm
  /// The public key that the initiator sent.
  public let publicKey: [UInt8]
  /// The ciphertext that the responder sent.
  public let ciphertext: [UInt8]
  /// The secret that both parties have from this algorithm.
  public let sharedSecret: SymmetricKey

  /// What one algorithm contributes.
  ///
  /// - Parameters:
  ///   - algorithm: a key encapsulation mechanism or key agreement.
  ///   - publicKey: what the initiator sent.
  ///   - ciphertext: what the responder sent.
  ///   - sharedSecret: the secret that both parties have from it.
  public init(
    _ algorithm: Algorithm, publicKey: [UInt8], ciphertext: [UInt8], sharedSecret: SymmetricKey
  ) {
    self.algorithm = algorithm
    self.publicKey = publicKey
    self.ciphertext = ciphertext
    self.sharedSecret = sharedSecret
  }
}

/// One secret out of several, safe as long as any one of them is.
///
///     T      = SHA-512(label ‖ for each source: code, |pk| pk, |ct| ct ‖ |key id| key id ‖ |context| context)
///     secret = HKDF-Extract(salt: T, |k₀| k₀ ‖ |k₁| k₁ ‖ … ‖ |kₙ| kₙ)          k₀: the pre-shared key, if any
///     key    = HKDF-Expand(secret, label ‖ purpose ‖ codes ‖ key id ‖ epoch ‖ context of the key)
///
/// HKDF is that of SHA-512. Sources stand in catalog order, whatever order they are given in; every
/// part stands behind its length, so that no two inputs are the same bytes. The transcript T holds
/// every public key and ciphertext, since ciphertexts of a key encapsulation mechanism alone need
/// not be bound by its secret. An outsider who knows all secrets but one still sees a key that
/// HMAC-SHA-512, keyed in either argument, makes look random.
///
/// - Source: [Barker20] §4 for extract-then-expand, [ETSI103744] for concatenation with context,
///   [Giacon18] for why the ciphertexts belong in.
public struct SecretCombiner: Sendable {
  /// What keys are bound to besides what was exchanged.
  public struct Context: Sendable, Hashable {
    /// Which exchange of a series this is.
    public var epoch: UInt32
    /// What both parties have said so far, or its hash.
    public var transcript: [UInt8]

    /// A context; by default that of the first exchange, with nothing said before.
    public init(epoch: UInt32 = 0, transcript: [UInt8] = []) {
      self.epoch = epoch
      self.transcript = transcript
    }
  }

  static let label = Array("qsim key exchange 1".utf8)

  /// The combination of all sources.
  ///
  /// - Parameters:
  ///   - contributions: in any order.
  ///   - presharedKey: a key from elsewhere, such as one of quantum key distribution.
  ///   - context: what keys are bound to besides what was exchanged.
  /// - Throws: `KeyExchangeError.noAlgorithms` where there is no source at all,
  ///   `.duplicateAlgorithm` for two of one.
  public static func combine(
    _ contributions: [SecretContribution], presharedKey: PresharedKey? = nil,
    context: Context = Context()
  ) throws(KeyExchangeError) -> CombinedSecret {
    guard !contributions.isEmpty || presharedKey != nil else { throw .noAlgorithms }
    let ordered = contributions.sorted { $0.algorithm.code < $1.algorithm.code }
    for (one, next) in zip(ordered, ordered.dropFirst()) where one.algorithm == next.algorithm {
      throw .duplicateAlgorithm(one.algorithm)
    }
    let keyID = Array((presharedKey?.id ?? "").utf8)
    let salt = transcriptHash(ordered, keyID, context)
    let secrets = [presharedKey?.key].compactMap { $0 } + ordered.map(\.sharedSecret)
    let material = concatenated(secrets, startsWithPresharedKey: presharedKey != nil)
    let pseudorandom = HKDF<SHA512>.extract(
      inputKeyMaterial: material.symmetricKey(), salt: salt)
    var info = ByteWriter()
    info.write(codesOf: ordered.map(\.algorithm))
    info.writeShort(keyID)
    info.write(context.epoch)
    return CombinedSecret(
      secret: pseudorandom.withUnsafeBytes { SymmetricKey(data: $0) }, binding: info.bytes)
  }

  private static func transcriptHash(
    _ contributions: [SecretContribution], _ keyID: [UInt8], _ context: Context
  ) -> [UInt8] {
    var text = ByteWriter()
    text.writeShort(label)
    text.write(codesOf: contributions.map(\.algorithm))
    for contribution in contributions {
      text.write(UInt32(contribution.publicKey.count))
      text.write(contribution.publicKey)
      text.write(UInt32(contribution.ciphertext.count))
      text.write(contribution.ciphertext)
    }
    text.writeShort(keyID)
    text.write(UInt64(context.transcript.count))
    text.write(context.transcript)
    return Array(SHA512.hash(data: text.bytes))
  }

  /// Secrets behind their lengths; the first byte tells whether a pre-shared key is among them.
  private static func concatenated(_ secrets: [SymmetricKey], startsWithPresharedKey: Bool)
    -> SecretBytes
  {
    let count = secrets.reduce(1) { $0 + 4 + $1.bitCount / 8 }
    return SecretBytes(count: count) { target in
      target[0] = startsWithPresharedKey ? 1 : 0
      var offset = 1
      for secret in secrets {
        secret.withUnsafeBytes { bytes in
          target.storeBytes(
            of: UInt32(bytes.count).bigEndian, toByteOffset: offset, as: UInt32.self)
          UnsafeMutableRawBufferPointer(rebasing: target[(offset + 4)...]).copyMemory(from: bytes)
          offset += 4 + bytes.count
        }
      }
    }
  }
}

/// What a combiner made: keys for purposes are derived from it.
public struct CombinedSecret: Sendable {
  private let secret: SymmetricKey
  /// Algorithms, key id and epoch.
  private let binding: [UInt8]

  init(secret: SymmetricKey, binding: [UInt8]) {
    self.secret = secret
    self.binding = binding
  }

  /// A key for a purpose, which no other purpose and no other context has.
  ///
  /// - Parameters:
  ///   - purpose: at most 255 bytes of UTF-8.
  ///   - context: such as a hash of all that was said.
  ///   - byteCount: at most 255 · 64.
  public func key(for purpose: String, context: [UInt8] = [], byteCount: Int = 32) -> SymmetricKey {
    precondition(purpose.utf8.count <= 255, "A purpose has at most 255 bytes")
    precondition((1...255 * 64).contains(byteCount), "A key cannot have \(byteCount) bytes")
    var info = ByteWriter()
    info.writeShort(SecretCombiner.label)
    info.writeShort(Array(purpose.utf8))
    info.write(binding)
    info.write(UInt64(context.count))
    info.write(context)
    return HKDF<SHA512>.expand(
      pseudoRandomKey: secret, info: info.bytes, outputByteCount: byteCount)
  }
}
