import ComplexModule
import QuantumCore
import RealModule

/// I · diag(after) · (R_q ⊗ R_p) · diag(before) on qubits p and q: rotations R = [[cos, −sin],
/// [sin, cos]], and I that rotates the amplitudes 00 and 11, and those of 01 and 10 (p is 1 in 01),
/// each with real entries.
///
/// Every two-qubit unitary is this and single-qubit gates after it, which the next gates can take
/// in.
package struct PairInteraction: Sendable {
  package typealias Element = Complex<Double>

  package var p: Int
  package var q: Int
  /// Of p, q, the even amplitudes 00 and 11, and the odd ones 01 and 10.
  package var angles: InlineArray<4, Double>
  /// Factors of modulus 1, p as the low bit.
  package var before: InlineArray<4, Element>
  package var after: InlineArray<4, Element>

  /// Kernels take the cosine out of a rotation, which must not be small.
  package static let smallestCosine = 1.0 / 128

  package init(
    p: Int, q: Int, angles: InlineArray<4, Double>, before: InlineArray<4, Element>,
    after: InlineArray<4, Element>
  ) {
    (self.p, self.q, self.angles) = (p, q, angles)
    (self.before, self.after) = (before, after)
  }

  package var matrix: Matrix4 {
    func rotation(_ angle: Double) -> Matrix2 {
      let (c, s) = (Element(Double.cos(angle)), Element(Double.sin(angle)))
      return Matrix2(c, -s, s, c)
    }
    var result = Matrix4(high: rotation(angles[1]), low: rotation(angles[0]))
    for row in 0..<4 {
      for column in 0..<4 { result[row, column] *= after[row] * before[column] }
    }
    for (angle, first, second) in [(angles[2], 0, 3), (angles[3], 1, 2)] {
      let (c, s) = (Element(Double.cos(angle)), Element(Double.sin(angle)))
      for column in 0..<4 {
        let (a, b) = (result[first, column], result[second, column])
        result[first, column] = c * a - s * b
        result[second, column] = s * a + c * b
      }
    }
    return result
  }

  /// The numbers of a pair that `QK_INTERACTIONS` asks for.
  package var coefficients: [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(24)
    for index in 0..<4 { numbers += [.cos(angles[index]), .sin(angles[index])] }
    for index in 0..<4 { numbers += [before[index].real, before[index].imaginary] }
    for index in 0..<4 { numbers += [after[index].real, after[index].imaginary] }
    return numbers
  }

  package func relocated(_ place: (Int) -> Int) -> PairInteraction {
    var moved = self
    (moved.p, moved.q) = (place(p), place(q))
    return moved
  }
}
