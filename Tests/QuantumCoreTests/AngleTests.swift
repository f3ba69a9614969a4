import QuantumCore
import RealModule
import TestSupport
import Testing

/// Angles of any size that a number can have.
struct AngleTests {
  static let extremes = [
    0.0, 1e-320, 0.3, -2.5, 255.9, 256.5, 1e5, -9_007_199_254_740_993.0, 1e17, 1e300, -1e308, 1e308,
    1.7976931348623157e308,
  ]

  @Test(arguments: extremes) func `a reduced angle has the same sine and cosine`(angle: Double) {
    for reduced in [
      Angle.reduced(angle), Angle.principal(angle), Angle.reducedWithinTwoTurns(angle),
    ] {
      #expect(abs(Double.sin(reduced) - .sin(angle)) < 1e-13)
      #expect(abs(Double.cos(reduced) - .cos(angle)) < 1e-13)
      #expect(reduced.magnitude <= 512)
    }
    let half = Angle.reducedWithinTwoTurns(angle) / 2
    #expect(abs(Double.sin(half) - .sin(angle / 2)) < 1e-13)
  }

  @Test func `every gate with angles is unitary whatever their size`() {
    var generator = PhiloxGenerator(seed: 20_261_130)
    for definition in GateCatalog.all where definition.isUnitary && !definition.parameters.isEmpty {
      guard let matrix = definition.matrix, definition.gate != .unitary else { continue }
      for _ in 0..<40 {
        let arguments = definition.parameters.map { _ in
          Self.extremes.randomElement(using: &generator)!
        }
        let unitary = matrix(arguments[...])
        let size = unitary.rowCount
        let defect = (unitary * unitary.adjoint).distance(to: .identity(size))
        #expect(defect < 1e-12, "\(definition.name)\(arguments)")
        guard let (gate, inverse) = definition.inverse(of: arguments),
          let other = gate.definition.matrix
        else { continue }
        let product = unitary * other(inverse[...])
        #expect(product.distance(to: .identity(size)) < 1e-11, "\(definition.name)\(arguments)")
      }
    }
  }

  @Test func `a general gate keeps the sum of its phases`() {
    let matrix = GateCatalog.definition(of: .u3).matrix!
    for phi in Self.extremes {
      for lambda in Self.extremes {
        let entry = matrix([0, phi, lambda])[1, 1]
        let (a, b) = (
          (Double.cos(phi), Double.sin(phi)), (Double.cos(lambda), Double.sin(lambda))
        )
        #expect(abs(entry.real - (a.0 * b.0 - a.1 * b.1)) < 1e-12)
        #expect(abs(entry.imaginary - (a.1 * b.0 + a.0 * b.1)) < 1e-12)
      }
    }
  }

  /// Multiples of parts of a circle keep every digit; whatever else an angle is, is meant.
  @Test func `only angles that are parts of a circle but for rounding are multiplied as such`() {
    let parts = [(1.0, 4.0), (-3, 8), (1, 1024), (7, 16), (63, 64)]
    for (numerator, denominator) in parts {
      let angle = numerator * .pi / denominator
      for factor in [0x1p20 + 1, 1_000_000_000_000_002, -0x1p53 + 1] {
        let product = Angle.multiple(angle, by: factor)
        let turns = (numerator * factor.truncatingRemainder(dividingBy: 4 * denominator))
          .truncatingRemainder(dividingBy: 4 * denominator)
        #expect(product.map { abs($0 - turns * .pi / denominator) < 1e-12 } == true)
      }
      for offset in [2e-13, -1e-14] where angle.ulp * 8 < abs(offset) {
        #expect(Angle.multiple(angle + offset, by: 1e12) == nil, "\(angle) + \(offset)")
      }
    }
    for angle in [0.3, 1e-13, 2e-20, .leastNonzeroMagnitude, .pi / 3] {
      #expect(Angle.multiple(angle, by: 0x1p40) == nil, "\(angle)")
    }
  }
}
