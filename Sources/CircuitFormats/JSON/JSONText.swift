import QuantumCore

/// A value of a JSON text and where it stands, so that what is wrong with it can be shown.
package struct JSONText: Sendable {
  package enum Value: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONText])
    /// Entries in order; names are distinct.
    case object([Entry])
  }

  package struct Entry: Sendable {
    package let name: String
    package let nameRange: SourceRange
    package let value: JSONText
  }

  package let value: Value
  /// Of an array or object: its bracket.
  package let range: SourceRange

  /// Deepest nesting that is read.
  package static let depthLimit = 64

  /// Reads a JSON text [Bray17].
  ///
  /// - Parameter source: UTF-8, with or without a byte order mark.
  /// - Throws: a `Diagnostic` at the first byte that is wrong. A name that an object has twice is an error too. Never traps.
  /// - Complexity: linear in the text, but for objects of many names: O(n log n).
  package static func parse(_ source: [UInt8]) throws(Diagnostic) -> JSONText {
    if let offset = source.firstInvalidUTF8 {
      var scanner = JSONScanner(Array(source[..<offset]))
      throw scanner.failureAtEnd("the text is not UTF-8", hint: "save the file as UTF-8")
    }
    var scanner = JSONScanner(source)
    return try scanner.readText()
  }

  /// What kind of value it is, for messages.
  package var kind: String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  package func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: "noise-file", at: range, hint: hint)
  }
}

/// Reads JSON scalar by scalar.
private struct JSONScanner {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var column = 1

  init(_ bytes: [UInt8]) {
    var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    self.scalars = scalars
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
  private var place: SourceRange { SourceRange(line: line, column: column) }

  private mutating func advance() {
    if current == "\n" {
      (line, column) = (line + 1, 1)
    } else {
      column += 1
    }
    position += 1
  }

  private mutating func skipSpace() {
    while let scalar = current, [" ", "\t", "\n", "\r"].contains(scalar) { advance() }
  }

  private func failure(_ message: String, at range: SourceRange? = nil, hint: String? = nil)
    -> Diagnostic
  {
    Diagnostic(message, code: "json", at: range ?? place, hint: hint)
  }

  mutating func failureAtEnd(_ message: String, hint: String?) -> Diagnostic {
    while current != nil { advance() }
    return failure(message, hint: hint)
  }

  private var found: String {
    guard let current else { return "the end of the text" }
    if current == "\n" { return "the end of the line" }
    return current.value < 0x20 || current.value == 0x7f
      ? "a control character" : "'\(current)'"
  }

  mutating func readText() throws(Diagnostic) -> JSONText {
    skipSpace()
    let value = try readValue(depth: 0)
    skipSpace()
    guard current == nil else { throw failure("expected the end of the text, found \(found)") }
    return value
  }

  private mutating func readValue(depth: Int) throws(Diagnostic) -> JSONText {
    let start = place
    guard depth < JSONText.depthLimit else {
      throw failure("values are nested more than \(JSONText.depthLimit) deep")
    }
    switch current ?? "\0" {
    case "{": return JSONText(value: .object(try readObject(depth: depth)), range: start)
    case "[": return JSONText(value: .array(try readArray(depth: depth)), range: start)
    case "\"":
      let text = try readString()
      return JSONText(value: .string(text), range: covering(from: start))
    case "-", "0"..."9":
      let number = try readNumber()
      return JSONText(value: .number(number), range: covering(from: start))
    case "a"..."z", "A"..."Z": return try readWord()
    default: throw failure("expected a value, found \(found)")
    }
  }

  private func covering(from start: SourceRange) -> SourceRange {
    SourceRange(line: start.line, column: start.column, length: column - start.column)
  }

  private mutating func readWord() throws(Diagnostic) -> JSONText {
    let start = place
    var word = ""
    while let scalar = current, ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) {
      word.unicodeScalars.append(scalar)
      advance()
    }
    let range = covering(from: start)
    switch word {
    case "true": return JSONText(value: .bool(true), range: range)
    case "false": return JSONText(value: .bool(false), range: range)
    case "null": return JSONText(value: .null, range: range)
    default:
      throw failure(
        "'\(word.prefix(32))' is no value", at: range, hint: "strings stand in double quotes")
    }
  }

  private mutating func readArray(depth: Int) throws(Diagnostic) -> [JSONText] {
    advance()
    skipSpace()
    var values: [JSONText] = []
    if current == "]" {
      advance()
      return values
    }
    while true {
      skipSpace()
      values.append(try readValue(depth: depth + 1))
      skipSpace()
      if current == "]" {
        advance()
        return values
      }
      guard current == "," else { throw failure("expected ',' or ']', found \(found)") }
      advance()
    }
  }

  private mutating func readObject(depth: Int) throws(Diagnostic) -> [JSONText.Entry] {
    advance()
    skipSpace()
    var entries: [JSONText.Entry] = []
    var names: Set<String> = []
    if current == "}" {
      advance()
      return entries
    }
    while true {
      skipSpace()
      let start = place
      guard current == "\"" else {
        throw failure("expected a name in double quotes, found \(found)")
      }
      let name = try readString()
      let range = covering(from: start)
      guard names.insert(name).inserted else {
        throw failure("\"\(name.prefix(32))\" is given twice", at: range)
      }
      skipSpace()
      guard current == ":" else { throw failure("expected ':', found \(found)") }
      advance()
      skipSpace()
      entries.append(
        .init(name: name, nameRange: range, value: try readValue(depth: depth + 1)))
      skipSpace()
      if current == "}" {
        advance()
        return entries
      }
      guard current == "," else { throw failure("expected ',' or '}', found \(found)") }
      advance()
    }
  }

  /// A number by the grammar of JSON: no leading zeros or plus signs, digits on both sides of a point.
  private mutating func readNumber() throws(Diagnostic) -> Double {
    let start = place
    var text = ""
    func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ("0"..."9").contains($0) } ?? false
    }
    func take(_ scanner: inout JSONScanner) {
      if let scalar = scanner.current { text.unicodeScalars.append(scalar) }
      scanner.advance()
    }
    func takeDigits(_ scanner: inout JSONScanner) throws(Diagnostic) {
      guard isDigit(scanner.current) else {
        throw scanner.failure("expected a digit, found \(scanner.found)")
      }
      while isDigit(scanner.current) { take(&scanner) }
    }
    if current == "-" { take(&self) }
    let isZero = current == "0"
    if isZero { take(&self) } else { try takeDigits(&self) }
    if isZero, isDigit(current) {
      throw failure("a number does not begin with 0", at: start)
    }
    if current == "." {
      take(&self)
      try takeDigits(&self)
    }
    if current == "e" || current == "E" {
      take(&self)
      if current == "+" || current == "-" { take(&self) }
      try takeDigits(&self)
    }
    guard let number = Double(text), number.isFinite else {
      throw failure("the number is too large", at: covering(from: start))
    }
    return number
  }

  private mutating func readString() throws(Diagnostic) -> String {
    let start = place
    advance()
    var text = String.UnicodeScalarView()
    while let scalar = current {
      switch scalar {
      case "\"":
        advance()
        return String(text)
      case "\\":
        advance()
        text.append(try readEscape())
      case _ where scalar.value < 0x20:
        throw failure("a string ends on its line: expected '\"', found \(found)")
      default:
        text.append(scalar)
        advance()
      }
    }
    throw failure("this string is never closed", at: start)
  }

  private mutating func readEscape() throws(Diagnostic) -> Unicode.Scalar {
    guard let scalar = current else { throw failure("the text ends in a string") }
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r", "t": "\t",
    ]
    if let plain = simple[scalar] {
      advance()
      return plain
    }
    guard scalar == "u" else { throw failure("'\\\(scalar)' is no escape") }
    advance()
    let unit = try readCodeUnit()
    guard (0xd800..<0xdc00).contains(unit) else {
      guard let scalar = Unicode.Scalar(unit) else { throw failure("half of a surrogate pair") }
      return scalar
    }
    guard current == "\\" else { throw failure("half of a surrogate pair") }
    advance()
    guard current == "u" else { throw failure("half of a surrogate pair") }
    advance()
    let low = try readCodeUnit()
    guard (0xdc00..<0xe000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    else { throw failure("half of a surrogate pair") }
    return scalar
  }

  private mutating func readCodeUnit() throws(Diagnostic) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let scalar = current, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw failure("\\u needs four hexadecimal digits, found \(found)")
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }
}
