// Goals, in order: to be read beside FIPS 203, section 4.3; to be right for any ring of this form;
// speed is no goal.

/// The ring of ML-KEM: polynomials with n coefficients modulo q and modulo Xⁿ + 1.
///
/// A polynomial is an array of n coefficients in 0..<q, that of X⁰ first. Its transform is one too:
/// n/2 remainders of degree one, modulo X² − ζ^(2·BitRev(i)+1), two coefficients each. There are
/// n/2 roots of −1's kind modulo q but no more (for ML-KEM q = 3329 = 13·256 + 1), so Xⁿ + 1 splits
/// into quadratics and not further.
///
///     let ring = TeachingRing.toy                     // 8 coefficients modulo 257
///     let product = ring.inverseTransform(ring.multiply(ring.transform(f), ring.transform(g)))
///
/// - Source: [FIPS203], section 4.3.
public struct TeachingRing: Sendable, Hashable {
  /// The number of coefficients n, a power of two.
  public let degree: Int
  /// The prime q.
  public let modulus: Int
  /// ζ, a primitive n-th root of unity modulo q, so that ζ^(n/2) = −1.
  public let root: Int
  /// ζ^BitRev(i) for the blocks of the transform, i from 1 to n/2 − 1 in the order they are used;
  /// place 0 is not used.
  public let blockRoots: [Int]
  /// ζ^(2·BitRev(i)+1): the i-th quadratic factor is X² minus this.
  public let pairRoots: [Int]

  /// The ring of polynomials modulo q and modulo Xⁿ + 1.
  ///
  /// - Precondition: `degree` is a power of two from 4 up, `modulus` is below 4096, and
  ///   root^(degree/2) is −1.
  public init(degree: Int, modulus: Int, root: Int) {
    precondition(
      degree >= 4 && degree & (degree - 1) == 0, "The degree is a power of two from 4 up")
    precondition((3..<4096).contains(modulus), "The modulus is from 3 to 4095")
    self.degree = degree
    self.modulus = modulus
    self.root = root
    let bits = (degree / 2).trailingZeroBitCount
    func power(_ exponent: Int) -> Int {
      (0..<exponent).reduce(1) { result, _ in result * root % modulus }
    }
    precondition(power(degree / 2) == modulus - 1, "root^(degree/2) is −1")
    blockRoots = (0..<degree / 2).map { power(Self.bitReversed($0, bits: bits)) }
    pairRoots = (0..<degree / 2).map { power(2 * Self.bitReversed($0, bits: bits) + 1) }
  }

  /// The ring of all parameter sets of ML-KEM.
  public static let standard = TeachingRing(degree: 256, modulus: 3329, root: 17)
  /// A ring whose polynomials fit on a line.
  public static let toy = TeachingRing(degree: 8, modulus: 257, root: 4)

  /// The polynomial 0.
  public var zero: [UInt16] { [UInt16](repeating: 0, count: degree) }

  /// The bits of a coefficient: 12 in ML-KEM.
  public var coefficientBits: Int { Int.bitWidth - (modulus - 1).leadingZeroBitCount }

  /// The lowest `bits` bits of a number in the opposite order.
  public static func bitReversed(_ value: Int, bits: Int) -> Int {
    (0..<bits).reduce(0) { $0 | ((value >> $1) & 1) << (bits - 1 - $1) }
  }

  // MARK: Coefficient by coefficient

  /// f + g.
  public func add(_ f: [UInt16], _ g: [UInt16]) -> [UInt16] {
    zip(f, g).map { UInt16((Int($0) + Int($1)) % modulus) }
  }

  /// f − g.
  public func subtract(_ f: [UInt16], _ g: [UInt16]) -> [UInt16] {
    zip(f, g).map { UInt16((Int($0) + modulus - Int($1)) % modulus) }
  }

  /// A coefficient as the integer nearest to 0: −(q−1)/2 to (q−1)/2. Noise is small in this form.
  public func centered(_ coefficient: UInt16) -> Int {
    Int(coefficient) > modulus / 2 ? Int(coefficient) - modulus : Int(coefficient)
  }

  /// The product by the definition: every coefficient with every other, X^n = −1.
  ///
  /// - Complexity: O(n²); `transform`, `multiply` and `inverseTransform` need O(n log n).
  public func schoolbookProduct(_ f: [UInt16], _ g: [UInt16]) -> [UInt16] {
    var sums = [Int](repeating: 0, count: degree)
    for (i, a) in f.enumerated() {
      for (j, b) in g.enumerated() {
        let product = Int(a) * Int(b)
        // X^(i+j) with i + j ≥ n is −X^(i+j−n).
        if i + j < degree { sums[i + j] += product } else { sums[i + j - degree] -= product }
      }
    }
    return sums.map { UInt16(($0 % modulus + modulus) % modulus) }
  }
}
