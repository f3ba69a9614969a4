import PostQuantum
import TestSupport
import Testing

struct TeachingRingTests {
  static let rings = [TeachingRing.standard, .toy]

  private static func polynomial(
    _ ring: TeachingRing, _ rng: inout some RandomNumberGenerator
  ) -> [UInt16] {
    (0..<ring.degree).map { _ in UInt16.random(in: 0..<UInt16(ring.modulus), using: &rng) }
  }

  @Test(arguments: rings) func `the inverse undoes the transform`(ring: TeachingRing) {
    forAll(1) { rng in
      let f = Self.polynomial(ring, &rng)
      #expect(ring.inverseTransform(ring.transform(f)) == f)
      #expect(ring.transform(ring.inverseTransform(f)) == f)
    }
  }

  @Test(arguments: rings) func `transforms multiply as polynomials do`(ring: TeachingRing) {
    forAll(2) { rng in
      let (f, g) = (Self.polynomial(ring, &rng), Self.polynomial(ring, &rng))
      let product = ring.multiply(ring.transform(f), ring.transform(g))
      #expect(ring.inverseTransform(product) == ring.schoolbookProduct(f, g))
      #expect(ring.transform(ring.add(f, g)) == ring.add(ring.transform(f), ring.transform(g)))
      #expect(ring.add(ring.subtract(f, g), g) == f)
    }
  }

  @Test(arguments: rings) func `the transform holds the remainders`(ring: TeachingRing) {
    forAll(3, count: 3) { rng in
      let f = Self.polynomial(ring, &rng)
      let transform = ring.transform(f)
      for (pair, gamma) in ring.pairRoots.enumerated() {
        // Modulo X² − γ, X^(2j) is γʲ.
        var (even, odd, power) = (0, 0, 1)
        for j in stride(from: 0, to: ring.degree, by: 2) {
          even = (even + Int(f[j]) * power) % ring.modulus
          odd = (odd + Int(f[j + 1]) * power) % ring.modulus
          power = power * gamma % ring.modulus
        }
        #expect(transform[2 * pair] == even && transform[2 * pair + 1] == odd)
      }
    }
  }

  @Test(arguments: rings) func `each layer halves the distance`(ring: TeachingRing) {
    var distances: [Int] = []
    var last: [UInt16] = []
    let f = ring.transform([1] + ring.zero.dropLast()) { distance, coefficients in
      distances.append(distance)
      last = coefficients
    }
    let layers = (ring.degree / 2).trailingZeroBitCount
    #expect(distances == (0..<layers).map { ring.degree >> ($0 + 1) })
    // The polynomial 1 is 1 modulo everything.
    #expect(last == f && f == (0..<ring.degree).map { $0 % 2 == 0 ? 1 : 0 })
    distances = []
    _ = ring.inverseTransform(f) { distance, _ in distances.append(distance) }
    #expect(distances == (0..<layers).map { 2 << $0 })
  }

  @Test func `constants are those of the standard`() {
    let ring = TeachingRing.standard
    #expect(ring.blockRoots.prefix(8) == [1, 1729, 2580, 3289, 2642, 630, 1897, 848])
    #expect(ring.pairRoots.prefix(4) == [17, 3312, 2761, 568])
    #expect(ring.inverseOfHalfDegree == 3303 && ring.coefficientBits == 12)
    #expect(TeachingRing.toy.inverseOfHalfDegree * 4 % 257 == 1)
    #expect(ring.centered(1664) == 1664 && ring.centered(1665) == -1664)
  }
}
