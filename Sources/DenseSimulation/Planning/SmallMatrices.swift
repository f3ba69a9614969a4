import ComplexModule

/// A complex 2 × 2 matrix without storage of its own, for planning.
package struct Matrix2: Sendable {
  package typealias Element = Complex<Double>

  /// Row by row.
  package var elements: InlineArray<4, Element>

  package init(_ a: Element, _ b: Element, _ c: Element, _ d: Element) { elements = [a, b, c, d] }

  package static let identity = Matrix2(.one, .zero, .zero, .one)

  package subscript(row: Int, column: Int) -> Element {
    get { elements[2 * row + column] }
    set { elements[2 * row + column] = newValue }
  }

  package static func * (a: Matrix2, b: Matrix2) -> Matrix2 {
    Matrix2(
      a[0, 0] * b[0, 0] + a[0, 1] * b[1, 0], a[0, 0] * b[0, 1] + a[0, 1] * b[1, 1],
      a[1, 0] * b[0, 0] + a[1, 1] * b[1, 0], a[1, 0] * b[0, 1] + a[1, 1] * b[1, 1])
  }
}

/// A complex 4 × 4 matrix without storage of its own.
package struct Matrix4: Sendable {
  package typealias Element = Complex<Double>

  package var elements = InlineArray<16, Element>(repeating: .zero)

  package init() {}

  /// Calls `body` with the elements where they lie: an element read through the subscript can cost
  /// a copy of them all.
  @inline(__always)
  package mutating func withElements<Result>(
    _ body: (UnsafeMutablePointer<Element>) -> Result
  ) -> Result {
    withUnsafeMutableBytes(of: &elements) { bytes in
      body(bytes.baseAddress!.assumingMemoryBound(to: Element.self))
    }
  }

  /// Q ⊗ P: P acts on the low bit of an index.
  package init(high q: Matrix2, low p: Matrix2) {
    for row in 0..<4 {
      for column in 0..<4 {
        self[row, column] = q[row >> 1, column >> 1] * p[row & 1, column & 1]
      }
    }
  }

  package subscript(row: Int, column: Int) -> Element {
    get { elements[4 * row + column] }
    set { elements[4 * row + column] = newValue }
  }

  package static func * (a: Matrix4, b: Matrix4) -> Matrix4 {
    var product = Matrix4()
    for row in 0..<4 {
      for column in 0..<4 {
        var sum = a[row, 0] * b[0, column]
        for k in 1..<4 { sum += a[row, k] * b[k, column] }
        product[row, column] = sum
      }
    }
    return product
  }

  /// The transpose times the matrix: symmetric, not Hermitian.
  package var square: Matrix4 {
    var result = Matrix4()
    for row in 0..<4 {
      for column in row..<4 {
        var sum = self[0, row] * self[0, column]
        for k in 1..<4 { sum += self[k, row] * self[k, column] }
        (result[row, column], result[column, row]) = (sum, sum)
      }
    }
    return result
  }

  /// M† U M for the matrix M of Bell states (00 + 11), i(00 − 11), i(01 + 10), (01 − 10), over √2,
  /// as columns.
  package var inBellBasis: Matrix4 {
    var half = Matrix4()
    for row in 0..<4 {
      let (a, b) = (self[row, 0], self[row, 3])
      let (c, d) = (self[row, 1], self[row, 2])
      (half[row, 0], half[row, 1]) = (a + b, (a - b).timesI)
      (half[row, 2], half[row, 3]) = ((c + d).timesI, c - d)
    }
    var result = Matrix4()
    for column in 0..<4 {
      let (a, b) = (half[0, column].multiplied(by: 0.5), half[3, column].multiplied(by: 0.5))
      let (c, d) = (half[1, column].multiplied(by: 0.5), half[2, column].multiplied(by: 0.5))
      (result[0, column], result[1, column]) = (a + b, (b - a).timesI)
      (result[2, column], result[3, column]) = (-(c + d).timesI, c - d)
    }
    return result
  }

  /// M U M†: the inverse of `inBellBasis`.
  package var fromBellBasis: Matrix4 {
    var half = Matrix4()
    for row in 0..<4 {
      let (a, b) = (self[row, 0], self[row, 1].timesI)
      let (c, d) = (self[row, 2].timesI, self[row, 3])
      (half[row, 0], half[row, 3]) = (a - b, a + b)
      (half[row, 1], half[row, 2]) = (d - c, -(c + d))
    }
    var result = Matrix4()
    for column in 0..<4 {
      let (a, b) = (half[0, column].multiplied(by: 0.5), half[1, column].timesI.multiplied(by: 0.5))
      let (c, d) = (half[2, column].timesI.multiplied(by: 0.5), half[3, column].multiplied(by: 0.5))
      (result[0, column], result[3, column]) = (a + b, a - b)
      (result[1, column], result[2, column]) = (c + d, c - d)
    }
    return result
  }

  /// The square root of the sum of the squares of differences.
  package func distance(to other: Matrix4) -> Double {
    var sum = 0.0
    for index in 0..<16 { sum += (elements[index] - other.elements[index]).lengthSquared }
    return sum.squareRoot()
  }

  /// Of a matrix with real entries.
  package var realDeterminant: Double {
    func minor(_ a: Int, _ b: Int, _ row: Int) -> Double {
      self[row, a].real * self[row + 1, b].real - self[row, b].real * self[row + 1, a].real
    }
    // By pairs of columns, in the upper and the lower two rows.
    let upper = (
      minor(0, 1, 0), minor(0, 2, 0), minor(0, 3, 0), minor(1, 2, 0), minor(1, 3, 0), minor(2, 3, 0)
    )
    let lower = (
      minor(2, 3, 2), minor(1, 3, 2), minor(1, 2, 2), minor(0, 3, 2), minor(0, 2, 2), minor(0, 1, 2)
    )
    let outer = upper.0 * lower.0 - upper.1 * lower.1 + upper.2 * lower.2
    return outer + upper.3 * lower.3 - upper.4 * lower.4 + upper.5 * lower.5
  }

  /// Q and P where the matrix is Q ⊗ P up to rounding.
  package var tensorFactors: (high: Matrix2, low: Matrix2) {
    var (place, largest) = (0, 0.0)
    for index in 0..<16 where elements[index].lengthSquared > largest {
      (place, largest) = (index, elements[index].lengthSquared)
    }
    let (row, column) = (place >> 2, place & 3)
    let (top, left) = (row & 2, column & 2)
    var low = Matrix2(
      self[top, left], self[top, left + 1], self[top + 1, left], self[top + 1, left + 1])
    let determinant = low[0, 0] * low[1, 1] - low[0, 1] * low[1, 0]
    let scale = 1 / determinant.length.squareRoot()
    for index in 0..<4 { low.elements[index] = low.elements[index].multiplied(by: scale) }
    let pivot = low[row & 1, column & 1]
    var high = Matrix2.identity
    for a in 0..<2 {
      for b in 0..<2 { high[a, b] = self[2 * a + (row & 1), 2 * b + (column & 1)] / pivot }
    }
    return (high, low)
  }
}

extension Complex<Double> {
  /// The product with i, exactly.
  fileprivate var timesI: Complex<Double> { Complex(-imaginary, real) }
}
