import ComplexModule
import RealModule

/// U = (A_q ⊗ A_p) C (B_q ⊗ B_p) for a unitary on two qubits, with C = exp(i(a XX + b YY + c ZZ)):
/// the Cartan decomposition, as [KrausCirac01] finds it.
///
/// C turns the amplitudes 00 and 11 by e^{iα}[[cos δ, i sin δ], [i sin δ, cos δ]], and 01 and 10 by
/// the same with β and ε in the place of α and δ. Qubit p is the low bit of an index. Of the many
/// choices one with a small δ and ε is taken.
package struct CartanDecomposition: Sendable {
  /// α and δ.
  package var even: (phase: Double, angle: Double)
  /// β and ε.
  package var odd: (phase: Double, angle: Double)
  package var before: (high: Matrix2, low: Matrix2)
  package var after: (high: Matrix2, low: Matrix2)

  /// The largest error of an entry that is put down to rounding.
  private static let tolerance = 1e-13

  /// In the Bell basis U is K D Pᵀ with real orthogonal K and P and diagonal D. Products of
  /// single-qubit gates are real there, and C is diagonal.
  ///
  /// - Returns: `nil` where the product of the parts is not the matrix: it is not unitary.
  package init?(_ matrix: Matrix4) {
    let rotated = matrix.inBellBasis
    var symmetric = SymmetricPair(rotated.square)
    symmetric.diagonalise()
    var p = symmetric.vectors
    var phases = symmetric.halfPhases
    var k = rotated * p
    for column in 0..<4 { k.scale(column, by: .unit(-phases[column])) }
    if p.realDeterminant < 0 {
      p.scale(0, by: -1)
      k.scale(0, by: -1)
    }
    if k.realDeterminant < 0 {
      k.scale(0, by: -1)
      phases[0] += .pi
    }
    let choice = Self.bestOrder(phases)
    if choice.isFlipped {
      // Both first of their pairs: the determinant stays.
      for column in [choice.order[0], choice.order[2]] {
        phases[column] += .pi
        k.scale(column, by: -1)
      }
    }
    let orderedK = k.realColumns(choice.order)
    let orderedP = p.realColumns(choice.order).transposed
    let (i, j, m, n) = (choice.order[0], choice.order[1], choice.order[2], choice.order[3])
    even = ((phases[i] + phases[j]) / 2, (phases[i] - phases[j]) / 2)
    odd = ((phases[m] + phases[n]) / 2, (phases[m] - phases[n]) / 2)
    after = orderedK.fromBellBasis.tensorFactors
    before = orderedP.fromBellBasis.tensorFactors
    guard product.distance(to: matrix) < Self.tolerance else { return nil }
  }

  /// Whether a gate is single-qubit gates and phases, CX for one: the symmetric matrix then has two
  /// eigenvalues at most, each twice. Much less work than the parts.
  package static func isControlledPhase(_ matrix: Matrix4) -> Bool {
    let symmetric = matrix.inBellBasis.square
    var half = Complex<Double>.zero
    for index in 0..<4 { half += symmetric[index, index].multiplied(by: 0.5) }
    let product = symmetric * symmetric
    let first = product[0, 0] - half * symmetric[0, 0]
    for row in 0..<4 {
      for column in row..<4 {
        let rest = product[row, column] - half * symmetric[row, column]
        if (row == column ? rest - first : rest).lengthSquared > 1e-24 { return false }
      }
    }
    return true
  }

  package var product: Matrix4 {
    Matrix4(high: after.high, low: after.low) * core * Matrix4(high: before.high, low: before.low)
  }

  private var core: Matrix4 {
    var core = Matrix4()
    for (block, first, second) in [(even, 0, 3), (odd, 1, 2)] {
      let factor = Complex<Double>.unit(block.phase)
      let straight = factor.multiplied(by: .cos(block.angle))
      let crossed = .i * factor.multiplied(by: .sin(block.angle))
      (core[first, first], core[second, second]) = (straight, straight)
      (core[first, second], core[second, first]) = (crossed, crossed)
    }
    return core
  }

  /// Which phases go together, and whether two of them are moved by π, so that the larger of |sin
  /// δ| and |sin ε| is least.
  private static func bestOrder(
    _ phases: InlineArray<4, Double>
  ) -> (order: InlineArray<4, Int>, isFlipped: Bool) {
    // Even permutations, one for each way to pair.
    let orders: InlineArray<3, InlineArray<4, Int>> = [[0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2]]
    var best = (order: orders[0], isFlipped: false)
    var least = Double.infinity
    for index in 0..<3 {
      let order = orders[index]
      let delta = (phases[order[0]] - phases[order[1]]) / 2
      let epsilon = (phases[order[2]] - phases[order[3]]) / 2
      let straight = max(abs(Double.sin(delta)), abs(Double.sin(epsilon)))
      let flipped = max(abs(Double.cos(delta)), abs(Double.cos(epsilon)))
      // Among equals the first, whatever rounding says.
      if straight < least - 1e-9 { (best, least) = ((order, false), straight) }
      if flipped < least - 1e-9 { (best, least) = ((order, true), flipped) }
    }
    return best
  }
}

extension Matrix4 {
  fileprivate mutating func scale(_ column: Int, by factor: Element) {
    withElements { elements in
      for row in 0..<4 { elements[4 * row + column] *= factor }
    }
  }

  /// The real parts of columns in another order.
  fileprivate func realColumns(_ order: InlineArray<4, Int>) -> Matrix4 {
    var (source, result) = (self, Matrix4())
    source.withElements { source in
      result.withElements { result in
        for column in 0..<4 {
          for row in 0..<4 {
            result[4 * row + column] = Element(source[4 * row + order[column]].real)
          }
        }
      }
    }
    return result
  }

  fileprivate var transposed: Matrix4 {
    var (source, result) = (self, Matrix4())
    source.withElements { source in
      result.withElements { result in
        for index in 0..<16 { result[4 * (index & 3) + index >> 2] = source[index] }
      }
    }
    return result
  }
}

extension Complex<Double> {
  /// e^{i·angle}.
  fileprivate static func unit(_ angle: Double) -> Complex<Double> {
    Complex(.cos(angle), .sin(angle))
  }
}

/// The real and imaginary parts of a symmetric unitary: two real symmetric matrices that commute.
private struct SymmetricPair {
  private var re = InlineArray<16, Double>(repeating: 0)
  private var im = InlineArray<16, Double>(repeating: 0)
  private var columns = InlineArray<16, Double>(repeating: 0)
  /// Off-diagonal entries with squares that sum to less are rounding.
  private static let negligible = 4e-30

  init(_ matrix: Matrix4) {
    for index in 0..<16 {
      re[index] = matrix.elements[index].real
      im[index] = matrix.elements[index].imaginary
    }
    for index in 0..<4 { columns[5 * index] = 1 }
  }

  /// Common eigenvectors as columns.
  var vectors: Matrix4 {
    var result = Matrix4()
    for index in 0..<16 { result.elements[index] = Complex(columns[index]) }
    return result
  }

  /// Half of the phases of the eigenvalues.
  var halfPhases: InlineArray<4, Double> {
    var phases = InlineArray<4, Double>(repeating: 0)
    for index in 0..<4 { phases[index] = 0.5 * .atan2(y: im[5 * index], x: re[5 * index]) }
    return phases
  }

  /// Jacobi's method on both at once [BunseGerstner93]: equal eigenvalues of one are told apart by
  /// the other, and where both are equal any vectors will do.
  mutating func diagonalise() {
    for _ in 0..<16 {
      var isDone = true
      for p in 0..<3 {
        for q in (p + 1)..<4 {
          let (x, y) = (re[5 * p] - re[5 * q], 2 * re[4 * p + q])
          let (u, v) = (im[5 * p] - im[5 * q], 2 * im[4 * p + q])
          if y * y + v * v < Self.negligible { continue }
          isDone = false
          let turn = Self.quarter(x: x * x + u * u - y * y - v * v, y: 2 * (x * y + u * v))
          rotate(p, q, cosine: turn.cosine, sine: turn.sine)
        }
      }
      if isDone { return }
    }
  }

  /// Cosine and sine of a quarter of the angle of (x, y), by halving twice; of 0 for the origin.
  private static func quarter(x: Double, y: Double) -> (cosine: Double, sine: Double) {
    let length = (x * x + y * y).squareRoot()
    guard length > 0 else { return (1, 0) }
    let half = halved(cosine: x / length, sine: y / length)
    return halved(cosine: half.cosine, sine: half.sine)
  }

  /// For an angle in −π...π.
  private static func halved(cosine: Double, sine: Double) -> (cosine: Double, sine: Double) {
    if cosine >= 0 {
      let half = (0.5 * (1 + cosine)).squareRoot()
      return (half, 0.5 * sine / half)
    }
    let half = Double(signOf: sine, magnitudeOf: (0.5 * (1 - cosine)).squareRoot())
    return (0.5 * sine / half, half)
  }

  private mutating func rotate(_ p: Int, _ q: Int, cosine: Double, sine: Double) {
    func turn(_ matrix: inout InlineArray<16, Double>, _ a: Int, _ b: Int) {
      let (x, y) = (matrix[a], matrix[b])
      matrix[a] = cosine * x + sine * y
      matrix[b] = cosine * y - sine * x
    }
    for k in 0..<4 {
      turn(&re, 4 * k + p, 4 * k + q)
      turn(&im, 4 * k + p, 4 * k + q)
      turn(&columns, 4 * k + p, 4 * k + q)
    }
    for k in 0..<4 {
      turn(&re, 4 * p + k, 4 * q + k)
      turn(&im, 4 * p + k, 4 * q + k)
    }
  }
}
