/// The shortest decimal digits d₀d₁d₂… of a number and an exponent e: the number is d₀.d₁d₂… × 10ᵉ.
package struct DecimalDigits {
  /// Without zeros at either end; `[0]` never comes.
  package private(set) var digits: [UInt8]
  package private(set) var exponent: Int

  /// - Precondition: `number` is finite and positive.
  package init(_ number: Double) {
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

  /// Rounds to a count of digits; ties go away from zero.
  package mutating func round(toDigits count: Int) {
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

  /// Written in full: `0.00123`, `1200`.
  package var positional: String {
    if exponent < 0 {
      return "0." + String(repeating: "0", count: -exponent - 1) + text(digits)
    }
    let whole = text(digits.prefix(exponent + 1))
    let padding = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
    let fraction = text(digits.dropFirst(exponent + 1))
    return whole + padding + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// With an exponent of at least two digits: `1.5e-07`.
  package var scientific: String {
    let fraction = text(digits.dropFirst())
    let magnitude = String(exponent.magnitude)
    return text(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
      + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
  }
}
