/// A value given to an `input` of an OpenQASM 3 program; the declared type says how it is read.
public enum InputValue: Hashable, Sendable {
  /// A whole number; the declared type must hold it.
  case integer(Int64)
  /// A real number.
  case real(Double)
  /// As a user writes it: `0.5`, `-3`, `0x1f`, `0b11`, `0011` for four bits, `true`; `[1, 2, 3]`
  /// for an array, `[[1, 2], [3, 4]]` for one of two dimensions.
  case text(String)

  /// Whether a text is a value of some type.
  public static func isValue(_ text: String) -> Bool {
    if let list = InputList(text) { return list.leaves.allSatisfy { isValue(String($0)) } }
    return text == "true" || text == "false" || InputText(text).isBitString
      || InputText(text).wholeNumber != nil || InputText(text).real != nil
  }
}

/// The values of a program's inputs, by name.
public typealias InputValues = [String: InputValue]

extension InputValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  /// A whole number from a literal.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A real number from a literal.
  public init(floatLiteral value: Double) { self = .real(value) }
  /// The text of a literal, to be read as the declared type says.
  public init(stringLiteral value: String) { self = .text(value) }
  /// The text `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .text(value ? "true" : "false") }
}

extension InputValue: CustomStringConvertible {
  /// The value as a user writes it.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let text): text
    }
  }

  /// For messages: no more than a line holds.
  var shortDescription: String {
    let text = description
    return text.count > 80 ? "\(text.prefix(72))…" : text
  }
}

/// A list of values in brackets, or of lists.
indirect enum InputList {
  case value(Substring)
  case list([InputList])

  /// The deepest nesting that is read: that of an array's dimensions.
  private static let depthLimit = 7

  /// - Returns: `nil` for texts that are not a list in brackets.
  init?(_ text: String) {
    var rest = text[...].drop(while: \.isWhitespace)
    guard let list = Self.list(from: &rest, depth: 0), rest.allSatisfy(\.isWhitespace) else {
      return nil
    }
    self = list
  }

  private static func list(from text: inout Substring, depth: Int) -> InputList? {
    guard text.first == "[", depth < depthLimit else { return nil }
    var parts: [InputList] = []
    repeat {
      text = text.dropFirst().drop(while: \.isWhitespace)
      if text.first == "[" {
        guard let part = list(from: &text, depth: depth + 1) else { return nil }
        parts.append(part)
      } else {
        let end = text.firstIndex { ",[]".contains($0) } ?? text.endIndex
        var word = text[..<end]
        while word.last?.isWhitespace ?? false { word.removeLast() }
        guard !word.isEmpty else { return nil }
        parts.append(.value(word))
        text = text[end...]
      }
      text = text.drop(while: \.isWhitespace)
    } while text.first == ","
    guard text.first == "]" else { return nil }
    text.removeFirst()
    return .list(parts)
  }

  /// All values, in order.
  var leaves: [Substring] {
    switch self {
    case .value(let text): [text]
    case .list(let parts): parts.flatMap(\.leaves)
    }
  }

  /// The values of an array of the given sizes, row by row; `nil` if the list has other sizes.
  func elements(of sizes: [Int]) -> [Substring]? { hasSizes(sizes[...]) ? leaves : nil }

  private func hasSizes(_ sizes: ArraySlice<Int>) -> Bool {
    switch self {
    case .value: sizes.isEmpty
    case .list(let parts):
      parts.count == sizes.first && parts.allSatisfy { $0.hasSizes(sizes.dropFirst()) }
    }
  }

  /// A list of the given sizes for hints, shortened where it is long.
  static func example(of sizes: [Int]) -> String {
    guard let size = sizes.first else { return "0" }
    let part = example(of: Array(sizes.dropFirst()))
    let count = part.count <= 50 ? min(size, 4) : 1
    let parts = [String](repeating: part, count: count)
    return "[\(parts.joined(separator: ","))\(size > count ? ",…" : "")]"
  }
}

/// The forms that the text of a value may have.
struct InputText {
  /// Without quotes and underscores.
  let text: Substring
  /// Whether it stood in quotes, as bit strings do in a program.
  let isQuoted: Bool

  /// The most digits of a number; bit strings may be longer.
  private static let digitLimit = 20_000

  init(_ text: String) {
    let isQuoted = text.count >= 2 && text.first == "\"" && text.last == "\""
    let inner = isQuoted ? text.dropFirst().dropLast() : text[...]
    self.isQuoted = isQuoted
    let isJoined = inner.first != "_" && inner.last != "_"
    self.text = isJoined && inner.contains("_") ? Substring(inner.filter { $0 != "_" }) : inner
  }

  /// Whether there are only zeros and ones.
  var isBitString: Bool { !text.isEmpty && text.utf8.allSatisfy { $0 == 48 || $0 == 49 } }

  /// Whether a decimal number starts with a 0 that it does not need.
  var hasLeadingZeros: Bool {
    text.first == "0" && text.utf8.count > 1 && text.allSatisfy(\.isNumber)
  }

  /// Zeros and ones as 64-bit words, lowest first; the last digit is bit 0.
  var bitWords: [UInt64] {
    var words = [UInt64](repeating: 0, count: (text.utf8.count + 63) / 64)
    for (index, digit) in text.utf8.reversed().enumerated() where digit == 49 {
      words[index / 64] |= 1 << UInt64(index % 64)
    }
    return words
  }

  /// A real number: digits, perhaps with a point and an exponent.
  var real: Double? {
    guard !isQuoted, let first = text.utf8.first,
      (48...57).contains(first) || first == 43 || first == 45 || first == 46,
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  /// A whole number with a sign or without, decimal or behind `0x`, `0o`, `0b`: its size as words,
  /// lowest first.
  var wholeNumber: (isNegative: Bool, isDecimal: Bool, words: [UInt64])? {
    guard !isQuoted, text.utf8.count <= Self.digitLimit else { return nil }
    var digits = text[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    let radixes: [String: UInt64] = ["0x": 16, "0X": 16, "0o": 8, "0O": 8, "0b": 2, "0B": 2]
    let radix = radixes[String(digits.prefix(2))]
    if radix != nil { digits = digits.dropFirst(2) }
    guard !digits.isEmpty, let words = Self.words(digits, radix: radix ?? 10) else { return nil }
    return (isNegative && words != [0], radix == nil, words)
  }

  private static func words(_ digits: Substring, radix: UInt64) -> [UInt64]? {
    var words: [UInt64] = [0]
    for digit in digits {
      guard digit.isASCII, let value = digit.hexDigitValue, value < Int(radix) else { return nil }
      var carry = UInt64(value)
      for index in words.indices {
        let (high, low) = words[index].multipliedFullWidth(by: radix)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        words[index] = sum
        carry = high + (overflow ? 1 : 0)
      }
      if carry > 0 { words.append(carry) }
    }
    return words
  }
}
