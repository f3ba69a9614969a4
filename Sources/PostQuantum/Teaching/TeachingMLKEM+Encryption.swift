// K-PKE, the encryption inside ML-KEM. Safe against listeners only: ML-KEM makes it safe against
// forgers.

extension TeachingMLKEM {
  /// Makes a pair of keys: t = As + e hides the small s.
  ///
  /// - Parameter d: 32 random bytes.
  /// - Source: [FIPS203], algorithm 13.
  func encryptionKeyPair(
    d: [UInt8], _ trace: inout MLKEMTrace
  ) -> (encryption: [UInt8], decryption: [UInt8]) {
    trace.begin(.encryptionKeyGeneration)
    let (rho, sigma) = Self.hashG(d + [UInt8(parameters.rank)])
    trace.record("ρ", "seed of the matrix, public: first half of G(d ‖ k)", .bytes(rho))
    trace.record("σ", "seed of secret and noise: second half of G(d ‖ k)", .bytes(sigma), .secret)
    let matrix = matrix(of: rho)
    trace.record("Â", "matrix of uniform polynomials, drawn from ρ as transforms", .matrix(matrix))
    var counter: UInt8 = 0
    let eta = parameters.secretNoise
    let s = sampleSmallVector(seed: sigma, counter: &counter, eta: eta)
    trace.record("s", "the secret: small polynomials drawn from σ", .small(s), .secret)
    let e = sampleSmallVector(seed: sigma, counter: &counter, eta: eta)
    trace.record("e", "noise: small polynomials drawn from σ", .small(e), .secret)
    let secret = s.map { ring.transform($0) }
    trace.record("ŝ", "NTT(s)", .polynomials(secret), .secret)
    let noise = e.map { ring.transform($0) }
    trace.record("ê", "NTT(e)", .polynomials(noise), .secret)
    let t = zip(matrix, noise).map { ring.add(ring.multiply($0, secret), $1) }
    trace.record("t̂", "Â∘ŝ + ê: equations for s that noise makes hard to solve", .polynomials(t))
    return (encode(t) + rho, encode(secret))
  }

  /// Encrypts a message of one bit a coefficient.
  ///
  /// - Parameters:
  ///   - message: m, n/8 bytes.
  ///   - key: t̂ and ρ.
  ///   - coins: r, 32 bytes. The same coins give the same ciphertext.
  /// - Source: [FIPS203], algorithm 14.
  func encrypt(
    _ message: [UInt8], to key: [UInt8], coins: [UInt8], _ trace: inout MLKEMTrace
  ) -> [UInt8] {
    trace.begin(.encryption)
    let t = decodeVector(key[..<parameters.vectorByteCount])
    trace.record("t̂", "from the encapsulation key", .polynomials(t))
    let matrix = matrix(of: Array(key[parameters.vectorByteCount...]))
    trace.record("Â", "drawn from ρ again", .matrix(matrix))
    var counter: UInt8 = 0
    let y = sampleSmallVector(seed: coins, counter: &counter, eta: parameters.secretNoise)
    trace.record("y", "the sender's secret: small polynomials drawn from r", .small(y), .secret)
    let noise = parameters.ciphertextNoise
    let e1 = sampleSmallVector(seed: coins, counter: &counter, eta: noise)
    trace.record("e₁", "noise drawn from r", .small(e1), .secret)
    let e2 = sampleSmall(seed: coins, counter: &counter, eta: noise)
    trace.record("e₂", "noise drawn from r", .small([e2]), .secret)
    let transformed = y.map { ring.transform($0) }
    let u = (0..<parameters.rank).map { column in
      let products = ring.multiply(matrix.map { $0[column] }, transformed)
      return ring.add(ring.inverseTransform(products), e1[column])
    }
    trace.record("u", "NTT⁻¹(Âᵀ∘ŷ) + e₁: the sender's own equations", .polynomials(u))
    let bits = decompress(Self.decode(message, bits: 1), bits: 1)
    trace.record("μ", "the message: 0 for a bit 0, q/2 for a bit 1", .polynomials([bits]), .secret)
    let v = ring.add(
      ring.add(ring.inverseTransform(ring.multiply(t, transformed)), e2), bits)
    trace.record("v", "NTT⁻¹(t̂ᵀ∘ŷ) + e₂ + μ: the message under a mask", .polynomials([v]))
    let vectorBits = u.map { compress($0, bits: parameters.vectorBits) }
    trace.record("c₁", "u rounded to \(parameters.vectorBits) bits", .polynomials(vectorBits))
    let scalarBits = compress(v, bits: parameters.scalarBits)
    trace.record("c₂", "v rounded to \(parameters.scalarBits) bits", .polynomials([scalarBits]))
    return vectorBits.flatMap { Self.encode($0, bits: parameters.vectorBits) }
      + Self.encode(scalarBits, bits: parameters.scalarBits)
  }

  /// The message in a ciphertext.
  ///
  /// - Parameters:
  ///   - ciphertext: c₁ and c₂.
  ///   - key: ŝ.
  /// - Source: [FIPS203], algorithm 15.
  func decrypt(_ ciphertext: [UInt8], with key: [UInt8], _ trace: inout MLKEMTrace) -> [UInt8] {
    trace.begin(.decryption)
    let border = parameters.rank * ring.degree * parameters.vectorBits / 8
    let u = split(Self.decode(ciphertext[..<border], bits: parameters.vectorBits))
      .map { decompress($0, bits: parameters.vectorBits) }
    trace.record("u′", "c₁ scaled up again: u but for rounding", .polynomials(u))
    let v = decompress(
      Self.decode(ciphertext[border...], bits: parameters.scalarBits), bits: parameters.scalarBits)
    trace.record("v′", "c₂ scaled up again: v but for rounding", .polynomials([v]))
    let secret = decodeVector(key)
    let mask = ring.inverseTransform(ring.multiply(secret, u.map { ring.transform($0) }))
    let w = ring.subtract(v, mask)
    trace.record(
      "w", "v′ − NTT⁻¹(ŝᵀ∘NTT(u′)): μ and a little noise, since sᵀAᵀy cancels", .small([w]), .secret
    )
    let message = Self.encode(compress(w, bits: 1), bits: 1)
    trace.record("m", "0 where w is near 0, 1 where it is near q/2", .bytes(message), .secret)
    return message
  }
}
