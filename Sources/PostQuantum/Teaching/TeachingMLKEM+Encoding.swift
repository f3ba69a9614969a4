extension TeachingMLKEM {
  // MARK: Rounding

  /// The `bits`-bit number nearest to 2^bits/q times a coefficient, modulo 2^bits. Halves are
  /// rounded up.
  ///
  /// - Source: [FIPS203], equation 4.7.
  package func compress(_ f: [UInt16], bits: Int) -> [UInt16] {
    f.map { UInt16((Int($0) << (bits + 1) + ring.modulus) / (2 * ring.modulus) & (1 << bits - 1)) }
  }

  /// The coefficient nearest to q/2^bits times a number: what `compress` may have come from.
  ///
  /// - Source: [FIPS203], equation 4.8.
  package func decompress(_ f: [UInt16], bits: Int) -> [UInt16] {
    f.map { UInt16((Int($0) * ring.modulus * 2 + 1 << bits) >> (bits + 1)) }
  }

  // MARK: Bytes

  /// Numbers of `bits` bits as bytes, the lowest bit first.
  ///
  /// - Source: [FIPS203], algorithms 3, 5.
  package static func encode(_ f: [UInt16], bits: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: f.count * bits / 8)
    for (place, coefficient) in f.enumerated() {
      for bit in 0..<bits where coefficient >> bit & 1 == 1 {
        bytes[(place * bits + bit) / 8] |= 1 << UInt8((place * bits + bit) % 8)
      }
    }
    return bytes
  }

  /// Numbers of `bits` bits from bytes. Unlike the standard's, it does not reduce them modulo q;
  /// `reduce` does.
  ///
  /// - Source: [FIPS203], algorithms 4, 6.
  package static func decode(_ bytes: some RandomAccessCollection<UInt8>, bits: Int) -> [UInt16] {
    var f = [UInt16](repeating: 0, count: bytes.count * 8 / bits)
    for (place, byte) in bytes.enumerated() {
      for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
        let index = place * 8 + bit
        f[index / bits] |= 1 << UInt16(index % bits)
      }
    }
    return f
  }

  /// Whole coefficients, 12 bits each in the standard.
  func encode(_ vector: [[UInt16]]) -> [UInt8] {
    vector.flatMap { Self.encode($0, bits: ring.coefficientBits) }
  }

  /// The vector of polynomials in bytes. Coefficients of q and more wrap around.
  func decodeVector(_ bytes: some RandomAccessCollection<UInt8>) -> [[UInt16]] {
    split(Self.decode(bytes, bits: ring.coefficientBits).map { $0 % UInt16(ring.modulus) })
  }

  /// Coefficients in a row as polynomials.
  func split(_ coefficients: [UInt16]) -> [[UInt16]] {
    stride(from: 0, to: coefficients.count, by: ring.degree).map {
      Array(coefficients[$0..<$0 + ring.degree])
    }
  }
}
