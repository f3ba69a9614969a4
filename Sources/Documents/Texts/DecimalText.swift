/// Decimal text of numbers, for people.
///
/// Works on the shortest decimal digits of the number, so the result does not depend on the
/// platform's formatted printing and never shows digits the number does not have.
public enum DecimalText {
  /// A number rounded to a count of significant digits: `0.000123457`, `1.5e-07`, `12`.
  ///
  /// Written in full from 10⁻⁵ up to 10¹⁵, with an exponent outside; zeros at the end of the
  /// fraction go. Ties round away from zero.
  ///
  /// - Precondition: `digits` is positive.
  public static func rounded(_ number: Double, digits: Int = 6) -> String {
    precondition(digits > 0, "A number needs at least one digit, not \(digits)")
    guard number.isFinite else {
      return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
    }
    guard number != 0 else { return "0" }
    var decimal = DecimalDigits(number.magnitude)
    decimal.round(toDigits: digits)
    let sign = number < 0 ? "-" : ""
    return sign + (-5..<15 ~= decimal.exponent ? decimal.positional : decimal.scientific)
  }

  /// A count of bytes with a binary unit: `16 TiB`, `23.4 GiB`, `512 B`.
  public static func bytes(_ count: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(rounded(value, digits: value >= 1000 ? 4 : 3)) \(units[unit])"
  }

  /// A duration in seconds with a fitting unit: `1.2 ms`, `3 h 20 min`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "unknown" }
    switch seconds {
    case ..<1e-3: return "\(rounded(seconds * 1e6, digits: 2)) µs"
    case ..<1: return "\(rounded(seconds * 1e3, digits: 2)) ms"
    case ..<100: return "\(rounded(seconds, digits: 2)) s"
    case ..<6000: return "\(rounded((seconds / 60).rounded(), digits: 3)) min"
    case ..<360_000: return "\(rounded((seconds / 3600).rounded(), digits: 3)) h"
    default: return "\(rounded(seconds / 86_400, digits: 2)) days"
    }
  }
}
