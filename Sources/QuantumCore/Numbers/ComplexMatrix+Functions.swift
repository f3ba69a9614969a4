import RealModule

// Goals, in order: correct for every normal matrix, simple. Sizes here are gates (≤ 64 × 64).

extension ComplexMatrix {
  /// Raises a unitary matrix to a real power on the principal branch: eigenvalues e^{iα}, α ∈ (−π,
  /// π], become e^{iαp}.
  ///
  /// Whole powers are products, so that those of matrices with exact numbers, such as √X, are exact.
  ///
  /// - Parameter exponent: finite; beyond 2⁵³ the digits of the phases are spent.
  /// - Precondition: the matrix is unitary.
  /// - Complexity: O(n³) per Jacobi sweep, about ten sweeps.
  /// - Source: [GoldstineHorwitz59] (Jacobi rotations for normal matrices).
  public func power(_ exponent: Double) -> ComplexMatrix {
    if exponent == exponent.rounded(), abs(exponent) <= 0x1p53 {
      return integerPower(Int(exponent))
    }
    let (values, vectors) = normalEigendecomposition()
    let powers = values.map { value -> Element in
      // −1 sits on the branch cut: rounding must not decide the sign of its phase.
      let angle =
        value.real < 0 && abs(value.imaginary) < 1e-12
        ? Double.pi : Double.atan2(y: value.imaginary, x: value.real)
      let turned = angle * exponent
      return turned.isFinite ? Element(.cos(turned), .sin(turned)) : .one
    }
    return vectors * .diagonal(powers) * vectors.adjoint
  }

  private func integerPower(_ exponent: Int) -> ComplexMatrix {
    var result = ComplexMatrix.identity(rowCount)
    let base = exponent < 0 ? adjoint : self
    if abs(exponent) <= 64 {
      for _ in 0..<abs(exponent) { result = result * base }
      return result
    }
    var (square, rest) = (base, abs(exponent))
    while rest > 0 {
      if rest & 1 == 1 { result = (result * square).nearestUnitary }
      rest >>= 1
      if rest > 0 { square = (square * square).nearestUnitary }
    }
    return result
  }

  /// U (3 − U†U)/2: one step of Newton's iteration for the unitary factor of a matrix that is
  /// almost unitary. Squaring doubles the error of the norm, which this takes back.
  package var nearestUnitary: ComplexMatrix {
    let three = ComplexMatrix.identity(rowCount).scaled(by: Element(3))
    return (self * (three - adjoint * self)).scaled(by: Element(0.5))
  }

  /// Eigenvalues and orthonormal eigenvectors (columns) of a normal matrix.
  ///
  /// A normal N is H + iK with commuting Hermitian H and K: diagonalises a generic real combination
  /// of the two by complex Jacobi rotations, which diagonalises both.
  public func normalEigendecomposition() -> (values: [Element], vectors: ComplexMatrix) {
    precondition(isSquare, "Only square matrices have eigenvalues")
    let hermitian = (self + adjoint).scaled(by: Element(0.5))
    let skew = (self - adjoint).scaled(by: Element(0, -0.5))
    // An irrational mix keeps eigenvalues apart that differ in either part.
    var work =
      hermitian.scaled(by: Element(0.6180339887498949))
      + skew.scaled(by: Element(0.7548776662466927))
    var vectors = ComplexMatrix.identity(rowCount)
    for _ in 0..<64 where work.jacobiSweep(accumulating: &vectors) < 1e-30 { break }
    let rotated = vectors.adjoint * self * vectors
    return ((0..<rowCount).map { rotated[$0, $0] }, vectors)
  }

  /// One cyclic sweep of complex Jacobi rotations on a Hermitian matrix; the off-diagonal weight
  /// before it.
  private mutating func jacobiSweep(accumulating vectors: inout ComplexMatrix) -> Double {
    var offDiagonal = 0.0
    for p in 0..<rowCount {
      for q in p + 1..<max(rowCount, p + 1) {
        let coupling = self[p, q]
        let size = coupling.length
        offDiagonal += size * size
        guard size > 1e-300 else { continue }
        let angle = 0.5 * Double.atan2(y: 2 * size, x: self[p, p].real - self[q, q].real)
        let (c, s) = (Double.cos(angle), Double.sin(angle))
        let phase = Element(coupling.real / size, coupling.imaginary / size)
        rotateColumns(p, q, c, s, phase)
        rotateRows(p, q, c, s, phase)
        vectors.rotateColumns(p, q, c, s, phase)
      }
    }
    return offDiagonal
  }

  private mutating func rotateColumns(
    _ p: Int, _ q: Int, _ c: Double, _ s: Double, _ phase: Element
  ) {
    for row in 0..<rowCount {
      let (a, b) = (self[row, p], self[row, q])
      self[row, p] = a * Element(c) + b * phase.conjugate * Element(s)
      self[row, q] = b * Element(c) - a * phase * Element(s)
    }
  }

  private mutating func rotateRows(_ p: Int, _ q: Int, _ c: Double, _ s: Double, _ phase: Element) {
    for column in 0..<columnCount {
      let (a, b) = (self[p, column], self[q, column])
      self[p, column] = a * Element(c) + b * phase * Element(s)
      self[q, column] = b * Element(c) - a * phase.conjugate * Element(s)
    }
  }
}
