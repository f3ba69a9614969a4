// Goals, in order: to be read beside FIPS 204; to be right. It is not made to withstand
// measurements of time.

/// The expanded secret key that follows from a seed of ML-DSA.
///
/// - Source: [FIPS204], algorithms 6, 24, 30 to 33, 35, 41 and 42.
struct MLDSAExpansion {
  /// k and ℓ: rows and columns of the matrix.
  let rows: Int
  let columns: Int
  /// η: coefficients of the secret are in −η...η.
  let noise: Int

  static let mldsa65 = MLDSAExpansion(rows: 6, columns: 5, noise: 4)
  static let mldsa87 = MLDSAExpansion(rows: 8, columns: 7, noise: 2)

  private typealias Polynomial = [Int64]

  private static let modulus: Int64 = 8_380_417
  private static let degree = 256
  /// d: bits that t₀ takes from t.
  private static let droppedBits: Int64 = 13

  /// ρ, K, tr, s₁, s₂ and t₀ as FIPS 204 packs them.
  ///
  /// - Precondition: the seed has 32 bytes.
  func secretKey(seed: [UInt8]) -> [UInt8] {
    precondition(seed.count == 32, "A seed of ML-DSA has 32 bytes")
    let expanded = KeccakSponge.digest(
      .shake256, of: seed + [UInt8(rows), UInt8(columns)], count: 128)
    let (rho, noiseSeed, signingSeed) = (
      Array(expanded[..<32]), Array(expanded[32..<96]), Array(expanded[96...])
    )
    let first = (0..<columns).map { smallPolynomial(noiseSeed, counter: $0) }
    let second = (0..<rows).map { smallPolynomial(noiseSeed, counter: columns + $0) }
    let transformed = first.map(Self.transform)
    var publicKey = rho
    var low: [Polynomial] = []
    for row in 0..<rows {
      var sum = Polynomial(repeating: 0, count: Self.degree)
      for column in 0..<columns {
        let entry = Self.uniformPolynomial(rho + [UInt8(column), UInt8(row)])
        for place in sum.indices {
          sum[place] = (sum[place] + entry[place] * transformed[column][place]) % Self.modulus
        }
      }
      let product = Self.inverseTransform(sum)
      let rounded = zip(product, second[row]).map { Self.rounded($0 + $1) }
      publicKey += Self.packed(rounded.map(\.high), bits: 10)
      low.append(rounded.map(\.low))
    }
    let hash = KeccakSponge.digest(.shake256, of: publicKey, count: 64)
    let noiseBits = noise == 2 ? 3 : 4
    var key = rho + signingSeed + hash
    for polynomial in first + second {
      key += Self.packed(polynomial.map { Int64(noise) - $0 }, bits: noiseBits)
    }
    for polynomial in low {
      key += Self.packed(polynomial.map { (1 << (Self.droppedBits - 1)) - $0 }, bits: 13)
    }
    return key
  }

  /// Power2Round: t = high · 2ᵈ + low with low in −2ᵈ⁻¹ + 1 ... 2ᵈ⁻¹.
  private static func rounded(_ value: Int64) -> (high: Int64, low: Int64) {
    let residue = (value % modulus + modulus) % modulus
    var low = residue & (1 << droppedBits - 1)
    if low > 1 << (droppedBits - 1) { low -= 1 << droppedBits }
    return ((residue - low) >> droppedBits, low)
  }

  /// Numbers one behind the other, the lowest bit first.
  private static func packed(_ numbers: [Int64], bits: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var (pending, count): (UInt64, Int) = (0, 0)
    for number in numbers {
      pending |= UInt64(truncatingIfNeeded: number) << UInt64(count)
      count += bits
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        count -= 8
      }
    }
    return bytes
  }

  // MARK: Drawing polynomials

  /// RejNTTPoly: 23 bits of every three bytes, those that are not below q thrown away.
  private static func uniformPolynomial(_ seed: [UInt8]) -> Polynomial {
    var sponge = KeccakSponge(.shake128)
    sponge.absorb(seed)
    var polynomial: Polynomial = []
    while polynomial.count < degree {
      let bytes = sponge.squeeze(3).map(Int64.init)
      let candidate = bytes[0] | bytes[1] << 8 | (bytes[2] & 0x7f) << 16
      if candidate < modulus { polynomial.append(candidate) }
    }
    return polynomial
  }

  /// RejBoundedPoly: half a byte for each coefficient.
  private func smallPolynomial(_ seed: [UInt8], counter: Int) -> Polynomial {
    var sponge = KeccakSponge(.shake256)
    sponge.absorb(seed + [UInt8(counter & 0xff), UInt8(counter >> 8)])
    var polynomial: Polynomial = []
    while polynomial.count < Self.degree {
      let byte = sponge.squeeze(1)[0]
      for half in [byte & 15, byte >> 4] where polynomial.count < Self.degree {
        if noise == 2, half < 15 { polynomial.append(2 - Int64(half % 5)) }
        if noise == 4, half < 9 { polynomial.append(4 - Int64(half)) }
      }
    }
    return polynomial
  }

  // MARK: The transform

  /// Powers of ζ = 1753 at places with their bits reversed.
  private static let roots: [Int64] = {
    var powers: [Int64] = [1]
    for _ in 1..<degree { powers.append(powers[powers.count - 1] * 1753 % modulus) }
    return (0..<degree).map { powers[Int(UInt8($0).bitReversed)] }
  }()

  private static func transform(_ polynomial: Polynomial) -> Polynomial {
    var values = polynomial
    var (root, length) = (0, degree / 2)
    while length >= 1 {
      for start in stride(from: 0, to: degree, by: 2 * length) {
        root += 1
        for place in start..<start + length {
          let part = roots[root] * values[place + length] % modulus
          values[place + length] = (values[place] - part) % modulus
          values[place] = (values[place] + part) % modulus
        }
      }
      length /= 2
    }
    return values
  }

  private static func inverseTransform(_ polynomial: Polynomial) -> Polynomial {
    var values = polynomial
    var (root, length) = (degree, 1)
    while length < degree {
      for start in stride(from: 0, to: degree, by: 2 * length) {
        root -= 1
        for place in start..<start + length {
          let (one, other) = (values[place], values[place + length])
          values[place] = (one + other) % modulus
          values[place + length] = -roots[root] * (one - other) % modulus
        }
      }
      length *= 2
    }
    // 256⁻¹ modulo q.
    return values.map { $0 * 8_347_681 % modulus }
  }
}

extension UInt8 {
  fileprivate var bitReversed: UInt8 {
    (0..<8).reduce(UInt8(0)) { $0 << 1 | (self >> UInt8($1) & 1) }
  }
}
