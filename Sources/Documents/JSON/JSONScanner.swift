/// Reads JSON byte by byte.
struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let options: JSONOutline.Options
  private var position = 0
  private var line = 1
  private var column = 1

  init(_ bytes: UnsafeRawBufferPointer, _ options: JSONOutline.Options) {
    self.bytes = bytes
    self.options = options
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  // MARK: Places and messages

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
  private var place: SourceRange { SourceRange(line: line, column: column) }

  private func isCurrent(_ character: Unicode.Scalar) -> Bool {
    current == UInt8(ascii: character)
  }

  private mutating func advance() {
    // Columns count characters: bytes that begin none are passed over.
    if current == 0x0a {
      (line, column) = (line + 1, 1)
    } else if let current, current & 0xc0 != 0x80 {
      column += 1
    }
    position += 1
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      advance()
    }
  }

  private func covering(from start: SourceRange) -> SourceRange {
    SourceRange(line: start.line, column: start.column, length: column - start.column)
  }

  private func failure(_ message: String, at range: SourceRange? = nil, hint: String? = nil)
    -> Diagnostic
  {
    Diagnostic(message, code: "json", at: range ?? place, hint: hint)
  }

  private var found: String {
    guard let current else { return "the end of the text" }
    if current == 0x0a { return "the end of the line" }
    if current < 0x20 || current == 0x7f { return "a control character" }
    if options.isSecret { return "something else" }
    let length = current < 0x80 ? 1 : current < 0xe0 ? 2 : current < 0xf0 ? 3 : 4
    let end = min(position + length, bytes.count)
    return "'\(String(decoding: bytes[position..<end], as: UTF8.self))'"
  }

  // MARK: Values

  mutating func readText() throws(Diagnostic) -> JSONOutline {
    try checkEncoding()
    skipSpace()
    let value = try readValue(depth: 0)
    skipSpace()
    guard current == nil else { throw failure("expected the end of the text, found \(found)") }
    return value
  }

  /// - Throws: a `Diagnostic` at the first byte that is not UTF-8.
  private func checkEncoding() throws(Diagnostic) {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw failure("the text is UTF-16", hint: "save the file as UTF-8")
    }
    guard let offset = UTF8Check.firstInvalid(in: bytes) else { return }
    var scanner = self
    while scanner.position < offset { scanner.advance() }
    throw scanner.failure("the text is not UTF-8", hint: "save the file as UTF-8")
  }

  private mutating func readValue(depth: Int) throws(Diagnostic) -> JSONOutline {
    let start = place
    guard depth < JSONOutline.depthLimit else {
      throw failure("values are nested more than \(JSONOutline.depthLimit) deep")
    }
    switch current ?? 0 {
    case UInt8(ascii: "{"):
      return JSONOutline(value: .object(try readObject(depth: depth)), range: start)
    case UInt8(ascii: "["):
      return JSONOutline(value: .array(try readArray(depth: depth)), range: start)
    case UInt8(ascii: "\""):
      let text = try readString()
      return JSONOutline(value: .string(text), range: covering(from: start))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try readNumber()
      return JSONOutline(value: .number(number), range: covering(from: start))
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      return try readWord()
    default: throw failure("expected a value, found \(found)")
    }
  }

  private mutating func takeWord() -> Range<Int> {
    let start = position
    while let byte = current, (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) {
      advance()
    }
    return start..<position
  }

  private mutating func readWord() throws(Diagnostic) -> JSONOutline {
    let start = place
    let text = takeWord()
    let range = covering(from: start)
    switch String(decoding: bytes[text], as: UTF8.self) {
    case "true": return JSONOutline(value: .bool(true), range: range)
    case "false": return JSONOutline(value: .bool(false), range: range)
    case "null": return JSONOutline(value: .null, range: range)
    case "NaN" where options.followsPython, "Infinity" where options.followsPython:
      return JSONOutline(value: .number(text), range: range)
    case let word:
      let quoted = options.isSecret ? "this word" : "'\(word.prefix(32))'"
      throw failure(
        "\(quoted) is no value", at: range, hint: "strings stand in double quotes")
    }
  }

  private mutating func readArray(depth: Int) throws(Diagnostic) -> [JSONOutline] {
    advance()
    skipSpace()
    var values: [JSONOutline] = []
    if isCurrent("]") {
      advance()
      return values
    }
    while true {
      skipSpace()
      values.append(try readValue(depth: depth + 1))
      skipSpace()
      if isCurrent("]") {
        advance()
        return values
      }
      guard isCurrent(",") else { throw failure("expected ',' or ']', found \(found)") }
      advance()
    }
  }

  private mutating func readObject(depth: Int) throws(Diagnostic) -> [JSONOutline.Entry] {
    advance()
    skipSpace()
    var entries: [JSONOutline.Entry] = []
    var places: [String: Int] = [:]
    if isCurrent("}") {
      advance()
      return entries
    }
    while true {
      skipSpace()
      let entry = try readEntry(depth: depth)
      if let place = places[entry.name] {
        guard options.followsPython else { throw repetition(of: entry) }
        entries[place] = entry
      } else {
        places[entry.name] = entries.count
        entries.append(entry)
      }
      skipSpace()
      if isCurrent("}") {
        advance()
        return entries
      }
      guard isCurrent(",") else { throw failure("expected ',' or '}', found \(found)") }
      advance()
    }
  }

  private func repetition(of entry: JSONOutline.Entry) -> Diagnostic {
    let name = options.isSecret ? "this name" : "\"\(entry.name.prefix(32))\""
    return failure("\(name) is given twice", at: entry.nameRange)
  }

  private mutating func readEntry(depth: Int) throws(Diagnostic) -> JSONOutline.Entry {
    let start = place
    guard isCurrent("\"") else {
      throw failure("expected a name in double quotes, found \(found)")
    }
    let name = JSONOutline.string(try readString(), in: bytes)
    let range = covering(from: start)
    skipSpace()
    guard isCurrent(":") else { throw failure("expected ':', found \(found)") }
    advance()
    skipSpace()
    return .init(name: name, nameRange: range, value: try readValue(depth: depth + 1))
  }

  // MARK: Numbers

  /// A number by the grammar of JSON: no leading zeros or plus signs, digits on both sides of a
  /// point.
  private mutating func readNumber() throws(Diagnostic) -> Range<Int> {
    let (start, first) = (place, position)
    if isCurrent("-") { advance() }
    if options.followsPython, isCurrent("I") {
      let word = takeWord()
      if bytes[word].elementsEqual("Infinity".utf8) { return first..<position }
      throw failure("expected a digit, found \(found)", at: start)
    }
    let isZero = isCurrent("0")
    if isZero { advance() } else { try takeDigits() }
    if isZero, isDigit { throw failure("a number does not begin with 0", at: start) }
    if isCurrent(".") {
      advance()
      try takeDigits()
    }
    if isCurrent("e") || isCurrent("E") {
      advance()
      if isCurrent("+") || isCurrent("-") { advance() }
      try takeDigits()
    }
    guard let number = Double(String(decoding: bytes[first..<position], as: UTF8.self)),
      number.isFinite
    else { throw failure("the number is too large", at: covering(from: start)) }
    return first..<position
  }

  private var isDigit: Bool { current.map { (0x30...0x39).contains($0) } ?? false }

  private mutating func takeDigits() throws(Diagnostic) {
    guard isDigit else { throw failure("expected a digit, found \(found)") }
    while isDigit { advance() }
  }

  // MARK: Strings

  /// What stands between the quotes, its escapes checked.
  private mutating func readString() throws(Diagnostic) -> Range<Int> {
    let start = place
    advance()
    let first = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        defer { advance() }
        return first..<position
      case UInt8(ascii: "\\"):
        advance()
        try readEscape()
      case 0..<0x20:
        throw failure("a string ends on its line: expected '\"', found \(found)")
      default: advance()
      }
    }
    throw failure("this string is never closed", at: start)
  }

  private mutating func readEscape() throws(Diagnostic) {
    guard let letter = current else { throw failure("the text ends in a string") }
    if JSONOutline.plainEscapes[letter] != nil { return advance() }
    guard letter == UInt8(ascii: "u") else {
      throw failure(options.isSecret ? "this is no escape" : "'\\' before \(found) is no escape")
    }
    advance()
    let unit = try readCodeUnit()
    if options.followsPython { return }
    guard !(0xdc00..<0xe000).contains(unit) else { throw failure("half of a surrogate pair") }
    guard (0xd800..<0xdc00).contains(unit) else { return }
    guard isCurrent("\\") else { throw failure("half of a surrogate pair") }
    advance()
    guard isCurrent("u") else { throw failure("half of a surrogate pair") }
    advance()
    guard (0xdc00..<0xe000).contains(try readCodeUnit()) else {
      throw failure("half of a surrogate pair")
    }
  }

  private mutating func readCodeUnit() throws(Diagnostic) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = current?.hexadecimalDigit else {
        throw failure("\\u needs four hexadecimal digits, found \(found)")
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }
}
