@_exported import ComplexModule
import RealModule

/// A dense complex matrix, row-major.
///
/// For gates bit j of a row or column index is the value of the gate's j-th qubit.
public struct ComplexMatrix: Hashable, Sendable {
  /// An entry: a complex number with parts of 64 bits.
  public typealias Element = Complex<Double>

  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// `rowCount * columnCount` entries, row by row.
  public var elements: [Element]

  /// A matrix of entries in rows.
  ///
  /// - Precondition: `elements` holds `rowCount` · `columnCount` entries.
  public init(rowCount: Int, columnCount: Int, elements: [Element]) {
    precondition(
      elements.count == rowCount * columnCount, "A matrix needs rowCount × columnCount entries")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// A matrix of zeros with the given numbers of rows and columns.
  public init(zeros rowCount: Int, by columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount,
      elements: [Element](repeating: .zero, count: rowCount * columnCount))
  }

  /// A matrix of rows that are all equally long; without rows, 0 × 0.
  public init(_ rows: [[Element]]) {
    precondition(rows.allSatisfy { $0.count == rows[0].count }, "Rows differ in length")
    self.init(
      rowCount: rows.count, columnCount: rows.first?.count ?? 0, elements: rows.flatMap(\.self))
  }

  /// The identity of `size` rows and columns.
  public static func identity(_ size: Int) -> ComplexMatrix {
    diagonal([Element](repeating: .one, count: size))
  }

  /// The square matrix with the given diagonal, and zeros elsewhere.
  public static func diagonal(_ entries: [Element]) -> ComplexMatrix {
    var matrix = ComplexMatrix(zeros: entries.count, by: entries.count)
    for (index, entry) in entries.enumerated() { matrix[index, index] = entry }
    return matrix
  }

  /// One entry: `row` in `0..<rowCount`, `column` in `0..<columnCount`.
  @inlinable public subscript(_ row: Int, _ column: Int) -> Element {
    get { elements[row * columnCount + column] }
    set { elements[row * columnCount + column] = newValue }
  }

  /// Whether there are as many rows as columns.
  public var isSquare: Bool { rowCount == columnCount }

  /// Number of qubits of a 2ᵏ × 2ᵏ matrix; `nil` for other shapes.
  public var qubitCount: Int? {
    guard isSquare, rowCount > 0, rowCount & (rowCount - 1) == 0 else { return nil }
    return rowCount.trailingZeroBitCount
  }

  /// The product of an m × k and a k × n matrix.
  ///
  /// - Precondition: `a` has as many columns as `b` has rows.
  /// - Complexity: O(mkn).
  public static func * (a: ComplexMatrix, b: ComplexMatrix) -> ComplexMatrix {
    precondition(a.columnCount == b.rowCount, "Inner sides of a matrix product differ")
    var product = ComplexMatrix(zeros: a.rowCount, by: b.columnCount)
    for row in 0..<a.rowCount {
      for inner in 0..<a.columnCount where a[row, inner] != .zero {
        for column in 0..<b.columnCount { product[row, column] += a[row, inner] * b[inner, column] }
      }
    }
    return product
  }

  /// The sum, entry by entry.
  ///
  /// - Precondition: both matrices have the same shape.
  public static func + (a: ComplexMatrix, b: ComplexMatrix) -> ComplexMatrix {
    precondition(
      a.rowCount == b.rowCount && a.columnCount == b.columnCount, "Matrices differ in shape")
    return ComplexMatrix(
      rowCount: a.rowCount, columnCount: a.columnCount,
      elements: zip(a.elements, b.elements).map { $0 + $1 })
  }

  /// The difference, entry by entry.
  ///
  /// - Precondition: both matrices have the same shape.
  public static func - (a: ComplexMatrix, b: ComplexMatrix) -> ComplexMatrix {
    a + b.scaled(by: -1)
  }

  /// Every entry times `factor`.
  public func scaled(by factor: Element) -> ComplexMatrix {
    ComplexMatrix(
      rowCount: rowCount, columnCount: columnCount, elements: elements.map { $0 * factor })
  }

  /// A ⊗ B; B's index is the low part: `self` acts on the higher qubits.
  public func kronecker(_ low: ComplexMatrix) -> ComplexMatrix {
    var product = ComplexMatrix(zeros: rowCount * low.rowCount, by: columnCount * low.columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount where self[row, column] != .zero {
        for r in 0..<low.rowCount {
          for c in 0..<low.columnCount {
            product[row * low.rowCount + r, column * low.columnCount + c] =
              self[row, column] * low[r, c]
          }
        }
      }
    }
    return product
  }

  /// The conjugate transpose.
  public var adjoint: ComplexMatrix {
    var result = ComplexMatrix(zeros: columnCount, by: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount { result[column, row] = self[row, column].conjugate }
    }
    return result
  }

  /// Largest absolute difference of two entries.
  public func distance(to other: ComplexMatrix) -> Double {
    precondition(
      rowCount == other.rowCount && columnCount == other.columnCount, "Matrices differ in shape")
    return zip(elements, other.elements).reduce(0) { max($0, ($1.0 - $1.1).length) }
  }

  /// Largest absolute difference after the global phase that fits best is taken out.
  public func distanceUpToPhase(to other: ComplexMatrix) -> Double {
    let overlap = zip(elements, other.elements).reduce(Element.zero) { $0 + $1.0.conjugate * $1.1 }
    guard overlap.length > 0 else { return distance(to: other) }
    return scaled(by: Element(overlap.real / overlap.length, overlap.imaginary / overlap.length))
      .distance(to: other)
  }

  /// Whether the matrix A is square and no entry of A·A† differs from the identity's by more than
  /// `tolerance`.
  ///
  /// - Complexity: O(n³) for n rows.
  public func isUnitary(tolerance: Double = 1e-10) -> Bool {
    isSquare && (self * adjoint).distance(to: .identity(rowCount)) <= tolerance
  }

  /// This gate with `controls` further qubits below it, all of which must be 1 (bit j: clear in
  /// `negated` means 1).
  ///
  /// The controls become qubits 0..<controls, the gate's own qubits follow.
  public func controlled(by controls: Int = 1, negated: Int = 0) -> ComplexMatrix {
    precondition(isSquare && controls >= 0, "Only a square matrix can be controlled")
    let low = 1 << controls
    let active = (low - 1) & ~negated
    var result = ComplexMatrix.identity(rowCount * low)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result[row * low + active, column * low + active] = self[row, column]
      }
    }
    return result
  }
}
