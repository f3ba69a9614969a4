import QuantumCore
import RealModule

/// A unitary of one qubit under any number of controls: what matrices are taken apart into.
struct ControlledUnitary {
  /// 2 × 2.
  var matrix: ComplexMatrix
  var target: Int
  /// Controls on 1.
  var controls: [Int]
  /// Controls on 0.
  var negatedControls: [Int] = []

  /// Entries nearer than this are equal: rounding, never a gate that somebody meant.
  static let tolerance = 1e-13

  static let x = ComplexMatrix([[0, 1], [1, 0]])
}

// MARK: - Matrices on several qubits

extension ControlledUnitary {
  /// Unitaries of one qubit under controls whose product is a matrix, in the order they are
  /// applied.
  ///
  /// Rotations of two rows make the matrix the identity, column after column. Neighbours in the
  /// Gray code differ in one bit, so that each rotation is a controlled gate.
  ///
  /// - Parameter matrix: unitary, 2ᵏ × 2ᵏ for k ≥ 1; bit j of an index is qubit j.
  /// - Complexity: O(8ᵏ); at most 2ᵏ⁻¹(2ᵏ − 1) + 1 steps.
  /// - Source: [Barenco95], section 8, with the Gray code throughout.
  static func steps(of matrix: ComplexMatrix) -> [ControlledUnitary] {
    guard let count = matrix.qubitCount, count >= 1 else { return [] }
    if count == 1 { return [ControlledUnitary(matrix: matrix, target: 0, controls: [])] }
    let order = (0..<matrix.rowCount).map { $0 ^ $0 >> 1 }
    var rest = matrix
    var steps: [ControlledUnitary] = []
    for column in order.indices.dropLast() {
      for position in order.indices.dropFirst(column + 1).reversed() {
        let (upper, lower) = (order[position - 1], order[position])
        let (a, b) = (rest[upper, order[column]], rest[lower, order[column]])
        let isDone = position > column + 1 || (a - 1).length < tolerance
        if b.length < tolerance, isDone { continue }
        let rotation = rotation(takingAway: b, into: a)
        rest.combineRows(upper, lower, by: rotation)
        steps.append(Self.step(rotation.adjoint, upper, lower, qubitCount: count))
      }
    }
    let (upper, lower) = (order[order.count - 2], order[order.count - 1])
    let last = rest[lower, lower]
    if (last - 1).length >= tolerance {
      steps.append(step(.diagonal([1, last]), upper, lower, qubitCount: count))
    }
    return steps.reversed()
  }

  /// The unitary that takes (a, b) to (r, 0) with r > 0.
  private static func rotation(
    takingAway b: ComplexMatrix.Element, into a: ComplexMatrix.Element
  ) -> ComplexMatrix {
    if a.length < tolerance {
      return ComplexMatrix([[0, b.conjugate / .init(b.length)], [1, 0]])
    }
    let r = ComplexMatrix.Element((a.lengthSquared + b.lengthSquared).squareRoot())
    return ComplexMatrix([[a.conjugate / r, b.conjugate / r], [-b / r, a / r]])
  }

  /// A matrix on two rows, whose indices differ in one bit, as a controlled unitary.
  private static func step(
    _ matrix: ComplexMatrix, _ upper: Int, _ lower: Int, qubitCount: Int
  ) -> ControlledUnitary {
    let target = (upper ^ lower).trailingZeroBitCount
    let others = (0..<qubitCount).filter { $0 != target }
    let isUpright = upper >> target & 1 == 0
    let turned = ComplexMatrix([[matrix[1, 1], matrix[1, 0]], [matrix[0, 1], matrix[0, 0]]])
    return ControlledUnitary(
      matrix: isUpright ? matrix : turned, target: target,
      controls: others.filter { upper >> $0 & 1 == 1 },
      negatedControls: others.filter { upper >> $0 & 1 == 0 })
  }
}

extension ComplexMatrix {
  /// Replaces two rows by what a 2 × 2 matrix makes of them.
  fileprivate mutating func combineRows(_ upper: Int, _ lower: Int, by rotation: ComplexMatrix) {
    for column in 0..<columnCount {
      let (a, b) = (self[upper, column], self[lower, column])
      self[upper, column] = rotation[0, 0] * a + rotation[0, 1] * b
      self[lower, column] = rotation[1, 0] * a + rotation[1, 1] * b
    }
  }

  /// θ, φ, λ and the phase γ with matrix = e^{iγ}·u3(θ, φ, λ); angles that are rounding are 0.
  var eulerAngles: (angles: [Double], phase: Double) {
    let (a, b, c) = (self[0, 0], self[0, 1], self[1, 0])
    func tidy(_ angle: Double) -> Double { abs(angle) < 1e-15 ? 0 : angle }
    let theta = tidy(2 * Double.atan2(y: c.length, x: a.length))
    if a.length > 1e-14 {
      let phase = tidy(a.phase)
      let phi = c.length > 1e-14 ? tidy(c.phase - phase) : 0
      let lambda = tidy(c.length > 1e-14 ? (-b).phase - phase : self[1, 1].phase - phase)
      return ([theta, phi, lambda], phase)
    }
    return ([theta, 0, tidy((-b).phase - c.phase)], tidy(c.phase))
  }
}
