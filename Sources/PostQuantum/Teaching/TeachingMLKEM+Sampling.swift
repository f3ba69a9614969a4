extension TeachingMLKEM {
  // MARK: Hashes, as section 4.1 names them

  /// H: 32 bytes.
  static func hashH(_ bytes: [UInt8]) -> [UInt8] {
    KeccakSponge.digest(.sha3With256Bits, of: bytes, count: 32)
  }

  /// J: 32 bytes that replace the shared secret of a ciphertext nobody made honestly.
  static func hashJ(_ bytes: [UInt8]) -> [UInt8] {
    KeccakSponge.digest(.shake256, of: bytes, count: 32)
  }

  /// G: twice 32 bytes.
  static func hashG(_ bytes: [UInt8]) -> (first: [UInt8], second: [UInt8]) {
    let digest = KeccakSponge.digest(.sha3With512Bits, of: bytes, count: 64)
    return (Array(digest[..<32]), Array(digest[32...]))
  }

  // MARK: Polynomials

  /// A polynomial whose coefficients are as good as uniform, taken as the transform of one.
  ///
  /// Two numbers from every three bytes of SHAKE128; those that are not below q are thrown away.
  /// Everyone who knows ρ can do this, so a key holds 32 bytes instead of k² polynomials.
  ///
  /// - Parameter seed: ρ and two indices, 34 bytes.
  /// - Source: [FIPS203], algorithm 7.
  func sampleUniform(seed: [UInt8]) -> [UInt16] {
    var sponge = KeccakSponge(.shake128)
    sponge.absorb(seed)
    // All 12 bits in ML-KEM; fewer where q is smaller.
    let mask = UInt16(1) << UInt16(ring.coefficientBits) - 1
    var f: [UInt16] = []
    while f.count < ring.degree {
      let bytes = sponge.squeeze(3).map(UInt16.init)
      for candidate in [bytes[0] | (bytes[1] & 15) << 8, bytes[1] >> 4 | bytes[2] << 4]
      where candidate & mask < ring.modulus && f.count < ring.degree {
        f.append(candidate & mask)
      }
    }
    return f
  }

  /// A polynomial with small coefficients: the difference of two sums of η fair coins.
  ///
  /// - Parameters:
  ///   - seed: 32 secret bytes.
  ///   - counter: How many polynomials were drawn from them before; rises by one.
  ///   - eta: η; coefficients are in −η...η.
  /// - Source: [FIPS203], algorithm 8 with PRF of section 4.1.
  package func sampleSmall(seed: [UInt8], counter: inout UInt8, eta: Int) -> [UInt16] {
    let bytes = KeccakSponge.digest(
      .shake256, of: seed + [counter], count: 2 * ring.degree * eta / 8)
    counter += 1
    let coins = Self.decode(bytes, bits: 1).map(Int.init)
    return (0..<ring.degree).map { place in
      let start = 2 * place * eta
      let (x, y) = (coins[start..<start + eta], coins[start + eta..<start + 2 * eta])
      return UInt16((x.reduce(0, +) - y.reduce(0, +) + ring.modulus) % ring.modulus)
    }
  }

  /// The matrix Â of a public seed ρ, row by row.
  func matrix(of seed: [UInt8]) -> [[[UInt16]]] {
    (0..<parameters.rank).map { row in
      (0..<parameters.rank).map { column in
        sampleUniform(seed: seed + [UInt8(column), UInt8(row)])
      }
    }
  }

  /// k polynomials with small coefficients.
  func sampleSmallVector(seed: [UInt8], counter: inout UInt8, eta: Int) -> [[UInt16]] {
    (0..<parameters.rank).map { _ in sampleSmall(seed: seed, counter: &counter, eta: eta) }
  }
}
