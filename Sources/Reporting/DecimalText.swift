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
    var decimal = Decimal(number.magnitude)
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

  /// Digits d₀d₁d₂… and an exponent e: the number d₀.d₁d₂… × 10ᵉ.
  private struct Decimal {
    var digits: [UInt8]
    var exponent: Int

    /// - Precondition: `number` is finite and positive.
    init(_ number: Double) {
      var digits: [UInt8] = []
      var pointPlace: Int?
      var written = 0
      let parts = number.description.utf8.split(separator: UInt8(ascii: "e"))
      for byte in parts[0] {
        if byte == UInt8(ascii: ".") {
          pointPlace = digits.count
        } else {
          digits.append(byte - UInt8(ascii: "0"))
        }
      }
      if parts.count > 1 { written = Int(String(Substring(parts[1]))) ?? 0 }
      let leadingZeros = digits.prefix { $0 == 0 }.count
      exponent = (pointPlace ?? digits.count) - 1 - leadingZeros + written
      self.digits = Array(digits.dropFirst(leadingZeros))
      dropTrailingZeros()
    }

    mutating func round(toDigits count: Int) {
      guard digits.count > count else { return }
      let isRoundedUp = digits[count] >= 5
      digits.removeSubrange(count...)
      if isRoundedUp {
        while let last = digits.last, last == 9 { digits.removeLast() }
        if digits.isEmpty {
          digits = [1]
          exponent += 1
        } else {
          digits[digits.count - 1] += 1
        }
      }
      dropTrailingZeros()
    }

    private mutating func dropTrailingZeros() {
      while digits.count > 1, digits.last == 0 { digits.removeLast() }
    }

    private func text(_ digits: some Sequence<UInt8>) -> String {
      String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }

    var positional: String {
      if exponent < 0 {
        return "0." + String(repeating: "0", count: -exponent - 1) + text(digits)
      }
      let whole = text(digits.prefix(exponent + 1))
      let padding = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
      let fraction = text(digits.dropFirst(exponent + 1))
      return whole + padding + (fraction.isEmpty ? "" : "." + fraction)
    }

    var scientific: String {
      let fraction = text(digits.dropFirst())
      let magnitude = String(exponent.magnitude)
      return text(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
        + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
    }
  }
}
