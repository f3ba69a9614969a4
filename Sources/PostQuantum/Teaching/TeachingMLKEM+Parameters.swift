extension TeachingMLKEM {
  /// A parameter set: the ring, and how large keys, noise and rounding are.
  ///
  /// - Source: [FIPS203], section 8, table 2.
  public struct Parameters: Sendable, Hashable {
    /// The name of the set in the standard.
    public let name: String
    /// The ring that polynomials are taken from.
    public let ring: TeachingRing
    /// k: vectors have k polynomials, the matrix k × k.
    public let rank: Int
    /// η₁: coefficients of the secret are in −η₁...η₁.
    public let secretNoise: Int
    /// η₂: coefficients of the noise of a ciphertext are in −η₂...η₂.
    public let ciphertextNoise: Int
    /// d_u: bits kept of each coefficient of u.
    public let vectorBits: Int
    /// d_v: bits kept of each coefficient of v.
    public let scalarBits: Int

    /// ML-KEM-512, as hard to break as AES-128.
    public static let mlkem512 = Parameters(
      name: "ML-KEM-512", ring: .standard, rank: 2, secretNoise: 3, ciphertextNoise: 2,
      vectorBits: 10, scalarBits: 4)
    /// ML-KEM-768, as hard to break as AES-192.
    public static let mlkem768 = Parameters(
      name: "ML-KEM-768", ring: .standard, rank: 3, secretNoise: 2, ciphertextNoise: 2,
      vectorBits: 10, scalarBits: 4)
    /// ML-KEM-1024, as hard to break as AES-256.
    public static let mlkem1024 = Parameters(
      name: "ML-KEM-1024", ring: .standard, rank: 4, secretNoise: 2, ciphertextNoise: 2,
      vectorBits: 11, scalarBits: 5)
    /// The same algorithms in a ring with 8 coefficients: every number fits on the screen, anyone
    /// can break it.
    ///
    /// Decapsulation never fails: noise is at most 16 + 16 + 1, rounding adds at most 16 + 8,
    /// together less than q/4.
    public static let toy = Parameters(
      name: "toy", ring: .toy, rank: 2, secretNoise: 1, ciphertextNoise: 1, vectorBits: 7,
      scalarBits: 4)

    /// The toy, then the parameter sets of the standard by size.
    public static let all = [toy, mlkem512, mlkem768, mlkem1024]

    // MARK: Sizes in bytes

    /// A vector of polynomials with all their bits: 384k in the standard.
    package var vectorByteCount: Int { rank * ring.degree * ring.coefficientBits / 8 }
    /// d and z together.
    public var seedByteCount: Int { 64 }
    /// The message m that is encrypted, a bit for each coefficient: 32 in the standard.
    public var messageByteCount: Int { ring.degree / 8 }
    /// The length of an encapsulation key: the vector t̂ and the seed ρ.
    public var encapsulationKeyByteCount: Int { vectorByteCount + 32 }
    /// The length of a decapsulation key: the secret vector, the encapsulation key, its hash, and
    /// the value z for implicit rejection.
    public var decapsulationKeyByteCount: Int { 2 * vectorByteCount + 96 }
    /// The length of a ciphertext, with its coefficients compressed.
    public var ciphertextByteCount: Int {
      ring.degree / 8 * (vectorBits * rank + scalarBits)
    }
    /// The length of a shared secret: 32 bytes for every parameter set.
    public var sharedSecretByteCount: Int { 32 }
  }
}
