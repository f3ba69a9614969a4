extension TeachingRing {
  /// The number-theoretic transform: f modulo each of the n/2 quadratic factors of Xⁿ + 1.
  ///
  /// Each layer splits every block in two: modulo X^2L − ζ² becomes modulo X^L − ζ and X^L + ζ,
  /// which is one butterfly (a, b) → (a + ζb, a − ζb) for each pair at distance L.
  ///
  /// - Parameters:
  ///   - f: n coefficients.
  ///   - layer: Called after each layer with its distance L (n/2, …, 4, 2) and the coefficients so
  ///     far.
  /// - Source: [FIPS203], algorithm 9.
  public func transform(
    _ f: [UInt16], layer: (_ distance: Int, _ coefficients: [UInt16]) -> Void = { _, _ in }
  ) -> [UInt16] {
    precondition(f.count == degree, "A polynomial has \(degree) coefficients")
    var f = f
    var block = 1
    var distance = degree / 2
    while distance >= 2 {
      for start in stride(from: 0, to: degree, by: 2 * distance) {
        let zeta = blockRoots[block]
        block += 1
        for j in start..<start + distance {
          let t = zeta * Int(f[j + distance]) % modulus
          let a = Int(f[j])
          f[j + distance] = UInt16((a + modulus - t) % modulus)
          f[j] = UInt16((a + t) % modulus)
        }
      }
      layer(distance, f)
      distance /= 2
    }
    return f
  }

  /// The polynomial with a given transform: the layers of `transform` undone, last first.
  ///
  /// A butterfly undone leaves twice the values, so everything is divided by n/2 at the end.
  ///
  /// - Parameters:
  ///   - f: n/2 remainders of two coefficients.
  ///   - layer: Called after each layer with its distance (2, 4, …, n/2), before the division.
  /// - Source: [FIPS203], algorithm 10.
  public func inverseTransform(
    _ f: [UInt16], layer: (_ distance: Int, _ coefficients: [UInt16]) -> Void = { _, _ in }
  ) -> [UInt16] {
    precondition(f.count == degree, "A transform has \(degree) coefficients")
    var f = f
    var block = degree / 2 - 1
    var distance = 2
    while distance <= degree / 2 {
      for start in stride(from: 0, to: degree, by: 2 * distance) {
        let zeta = blockRoots[block]
        block -= 1
        for j in start..<start + distance {
          let (a, b) = (Int(f[j]), Int(f[j + distance]))
          f[j] = UInt16((a + b) % modulus)
          f[j + distance] = UInt16(zeta * (b + modulus - a) % modulus)
        }
      }
      layer(distance, f)
      distance *= 2
    }
    let scale = inverseOfHalfDegree
    return f.map { UInt16(Int($0) * scale % modulus) }
  }

  /// (n/2)⁻¹ modulo q, 3303 in ML-KEM: halving a number modulo an odd q, as often as n/2 has
  /// factors 2.
  public var inverseOfHalfDegree: Int {
    (0..<(degree / 2).trailingZeroBitCount).reduce(1) { value, _ in
      value % 2 == 0 ? value / 2 : (value + modulus) / 2
    }
  }

  /// The transform of a product from the transforms of its factors: pair by pair, modulo X² − γ.
  ///
  /// (a₀ + a₁X)(b₀ + b₁X) = (a₀b₀ + a₁b₁γ) + (a₀b₁ + a₁b₀)X
  ///
  /// - Source: [FIPS203], algorithms 11, 12.
  public func multiply(_ f: [UInt16], _ g: [UInt16]) -> [UInt16] {
    var product = zero
    for (i, gamma) in pairRoots.enumerated() {
      let (a0, a1) = (Int(f[2 * i]), Int(f[2 * i + 1]))
      let (b0, b1) = (Int(g[2 * i]), Int(g[2 * i + 1]))
      product[2 * i] = UInt16((a0 * b0 + a1 * b1 % modulus * gamma) % modulus)
      product[2 * i + 1] = UInt16((a0 * b1 + a1 * b0) % modulus)
    }
    return product
  }

  /// The scalar product of two vectors of transforms.
  public func multiply(_ f: [[UInt16]], _ g: [[UInt16]]) -> [UInt16] {
    zip(f, g).reduce(zero) { add($0, multiply($1.0, $1.1)) }
  }
}
