import QuantumCore
import RealModule

/// Short texts of numbers for drawings.
enum NumberText {
  /// An angle: a multiple of π where it is one (`3π/4`), four significant digits otherwise.
  static func angle(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return plain(value) }
    for denominator in denominators {
      let multiple = value / .pi * Double(denominator)
      let nearest = multiple.rounded()
      guard nearest != 0, abs(nearest) < 1000, abs(multiple - nearest) <= 1e-9 * abs(nearest)
      else { continue }
      let numerator = Int(nearest)
      let sign = numerator < 0 ? "-" : ""
      let factor = abs(numerator) == 1 ? "" : "\(abs(numerator))"
      return "\(sign)\(factor)π" + (denominator == 1 ? "" : "/\(denominator)")
    }
    return plain(value)
  }

  /// Smallest first, so that the fraction found is reduced.
  private static let denominators: [Int] =
    Array(1...16) + [18, 20, 24, 32, 36, 48, 64] + (7...40).map { 1 << $0 }

  /// At most four significant digits, without an exponent from 10⁻⁴ up to 10⁶.
  static func plain(_ value: Double) -> String {
    if value == 0 { return "0" }
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var decimal = DecimalDigits(abs(value))
    decimal.round(toDigits: 4)
    return (value < 0 ? "-" : "")
      + (-4..<6 ~= decimal.exponent ? decimal.positional : shortScientific(decimal))
  }

  /// A coordinate or count: whole numbers in full, others as `plain`.
  static func coordinate(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    return plain(value)
  }

  /// With an exponent as short as it may be: `1.5e-7`.
  private static func shortScientific(_ decimal: DecimalDigits) -> String {
    let digits = decimal.digits.map { "\($0)" }
    let fraction = digits.count > 1 ? "." + digits[1...].joined() : ""
    return "\(digits[0])\(fraction)e\(decimal.exponent)"
  }
}
