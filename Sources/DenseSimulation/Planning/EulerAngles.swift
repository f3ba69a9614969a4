import ComplexModule
import RealModule

/// U = f diag(1, a) [[cos θ, −sin θ], [sin θ, cos θ]] diag(1, b) for a unitary on one qubit, 0 ≤ θ
/// ≤ π/2: the ZYZ angles of [Barenco95].
package struct EulerAngles: Sendable {
  package var factor: Complex<Double>
  package var after: Complex<Double>
  package var before: Complex<Double>
  package var angle: Double

  /// `nil` for what is not unitary.
  package init?(_ matrix: Matrix2) {
    let m = matrix
    let (cosine, sine) = (m[0, 0].length, m[1, 0].length)
    if cosine < 1e-8 {
      factor = -m[0, 1] / Complex(m[0, 1].length)
      before = .one
      after = m[1, 0] / Complex(sine) / factor
    } else {
      factor = m[0, 0] / Complex(cosine)
      before = sine < 1e-8 ? .one : -m[0, 1] / Complex(m[0, 1].length) / factor
      after =
        sine < 1e-8
        ? m[1, 1] / Complex(m[1, 1].length) / factor : m[1, 0] / Complex(sine) / factor
    }
    guard factor.isFinite, before.isFinite, after.isFinite else { return nil }
    angle = .atan2(y: sine, x: cosine)
    let (c, s) = (Complex<Double>(cosine), Complex<Double>(sine))
    let rebuilt = Matrix2(
      factor * c, -factor * before * s, factor * after * s, factor * after * before * c)
    guard abs(cosine * cosine + sine * sine - 1) < 1e-14 else { return nil }
    for index in 0..<4 where (m.elements[index] - rebuilt.elements[index]).length >= 1e-14 {
      return nil
    }
  }
}
