import RealModule

/// Angles of any size: what is added to others is reduced first, so that no sum overflows or loses
/// its digits.
package enum Angle {
  /// Angles up to this size are left as they are: their sums keep 13 digits behind the point.
  private static let limit = 256.0

  /// An angle with the same sine and cosine that may be added to others: the angle itself, or if it
  /// is large the one in [−π, π].
  ///
  /// The sine and the cosine of the very number decide, not a remainder by a rounded 2π.
  package static func reduced(_ angle: Double) -> Double {
    if angle.magnitude <= limit || !angle.isFinite { return angle }
    return Double.atan2(y: .sin(angle), x: .cos(angle))
  }

  /// The same for what has period 4π, such as the angle of a rotation: its half is reduced.
  package static func reducedWithinTwoTurns(_ angle: Double) -> Double {
    if angle.magnitude <= limit { return angle }
    return 2 * reduced(angle / 2)
  }

  /// A large whole multiple of an angle that is a multiple of π/2²⁰ but for rounding, up to
  /// multiples of 4π: no digit is lost, where the product loses as many as the factor has.
  ///
  /// - Parameter factor: whole numbers from 2²⁰ on, of either sign; `nil` for others, and for other
  ///   angles.
  package static func multiple(_ angle: Double, by factor: Double) -> Double? {
    guard factor == factor.rounded(), factor.magnitude >= 0x1p20, angle.magnitude <= limit else {
      return nil
    }
    let units = angle / .pi * 0x1p20
    // What was rounded a few times at most: anything further off, and any small angle, is meant.
    guard units.rounded() != 0, abs(units - units.rounded()) <= 4 * units.ulp else { return nil }
    let turns = 0x1p22
    let product =
      units.rounded().truncatingRemainder(dividingBy: turns)
      * factor.truncatingRemainder(dividingBy: turns)
    return product.truncatingRemainder(dividingBy: turns) / 0x1p20 * .pi
  }

  /// A sum of two angles, up to multiples of 2π.
  package static func sum(_ a: Double, _ b: Double) -> Double { reduced(a) + reduced(b) }

  /// The angle in (−π, π] with the same sine and cosine.
  package static func principal(_ angle: Double) -> Double {
    let turned =
      angle.magnitude <= limit
      ? angle.remainder(dividingBy: 2 * .pi) : Double.atan2(y: .sin(angle), x: .cos(angle))
    return turned <= -.pi ? .pi : turned
  }
}
