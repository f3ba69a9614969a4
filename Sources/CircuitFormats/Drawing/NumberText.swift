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
    let decimal = Decimal(abs(value)).rounded(to: 4)
    return (value < 0 ? "-" : "") + decimal.description
  }

  /// A coordinate or count: whole numbers in full, others as `plain`.
  static func coordinate(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    return plain(value)
  }

  /// 0.d₁d₂d₃… × 10^point, from the shortest decimal text that gives the same `Double`.
  private struct Decimal {
    var digits: [UInt8] = []
    var point = 0

    init(_ value: Double) {
      var exponent = 0
      var afterPoint = false
      var text = Substring(value.description)
      if let mark = text.firstIndex(of: "e") {
        exponent = Int(text[text.index(after: mark)...].drop { $0 == "+" }) ?? 0
        text = text[..<mark]
      }
      for byte in text.utf8 {
        if byte == UInt8(ascii: ".") {
          afterPoint = true
        } else {
          let isLeadingZero = digits.isEmpty && byte == UInt8(ascii: "0")
          if !isLeadingZero { digits.append(byte - UInt8(ascii: "0")) }
          if afterPoint, isLeadingZero { point -= 1 }
          if !afterPoint, !isLeadingZero { point += 1 }
        }
      }
      point += exponent
    }

    func rounded(to count: Int) -> Decimal {
      var result = self
      if digits.count > count {
        let roundsUp = digits[count] >= 5
        result.digits.removeSubrange(count...)
        if roundsUp { result.increment() }
      }
      while result.digits.last == 0 { result.digits.removeLast() }
      return result
    }

    private mutating func increment() {
      for index in digits.indices.reversed() {
        if digits[index] < 9 {
          digits[index] += 1
          return
        }
        digits[index] = 0
      }
      digits.insert(1, at: 0)
      point += 1
    }

    var description: String {
      let text = digits.map { "\($0)" }
      if point > 6 || point < -3 {
        let tail = text.count > 1 ? "." + text[1...].joined() : ""
        return text[0] + tail + "e\(point - 1)"
      }
      if point <= 0 { return "0." + String(repeating: "0", count: -point) + text.joined() }
      if text.count <= point {
        return text.joined() + String(repeating: "0", count: point - text.count)
      }
      return text[..<point].joined() + "." + text[point...].joined()
    }
  }
}
