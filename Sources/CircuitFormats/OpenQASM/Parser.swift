import QuantumCore

/// Reads statements, one at a time, by recursive descent; expressions by precedence climbing.
///
/// Nesting is limited, so that no text can exhaust the stack.
struct Parser {
  var lexer: Lexer
  let version: Int
  /// OpenQASM 2 as the paper has it, without what most readers accept besides.
  let strict: Bool
  /// Whether the text says that it is OpenQASM 3.0, which has fewer words than later ones.
  private var isVersion30 = false
  /// Words of later versions that the text uses as names.
  private var freedWords: Set<Name> = []
  private(set) var token: Token
  private var lookahead: Token?
  /// The end of the token before `token`.
  private(set) var lastSpan = SourceSpan.start
  var warnings: [Diagnostic] = []
  /// Where the text may use `return`, `break` and `continue`.
  var context = Context()
  private var depth = 0

  struct Context {
    var isInSubroutine = false
    var loops = 0
    var isGlobal = true
  }

  /// How deep blocks and parentheses may nest together.
  static let depthLimit = 200

  init(_ source: [UInt8], version: Int, strict: Bool = false) throws(Diagnostic) {
    self.version = version
    self.strict = strict
    lexer = Lexer(source, version: version)
    token = Token(kind: .endOfFile, start: 0, end: 0, span: .start)
    token = try lexer.next()
  }

  // MARK: Tokens

  @discardableResult
  mutating func advance() throws(Diagnostic) -> Token {
    let current = token
    lastSpan = current.span
    if let next = lookahead {
      token = next
      lookahead = nil
    } else {
      token = try lexer.next()
    }
    return current
  }

  mutating func peekNext() throws(Diagnostic) -> Token {
    if let lookahead { return lookahead }
    let next = try lexer.next()
    lookahead = next
    return next
  }

  /// Skips the rest of the line that the current token is on.
  mutating func skipLine() throws(Diagnostic) {
    try lexer.skipLine()
    try advance()
  }

  func isAt(_ kind: Token.Kind) -> Bool { token.kind == kind }

  /// The keyword the current token is, if its version reserves it.
  var keyword: Keyword? { keyword(of: token) }

  func keyword(of token: Token) -> Keyword? {
    guard token.kind == .identifier, let keyword = Keyword(rawValue: token.name) else { return nil }
    if !freedWords.isEmpty, freedWords.contains(token.name) { return nil }
    return version >= 3 || keyword.rawValue < Keyword.firstOfVersion3 ? keyword : nil
  }

  func isAt(_ word: Keyword) -> Bool { keyword == word }

  mutating func accept(_ kind: Token.Kind) throws(Diagnostic) -> Bool {
    guard token.kind == kind else { return false }
    try advance()
    return true
  }

  mutating func accept(_ word: Keyword) throws(Diagnostic) -> Bool {
    guard keyword == word else { return false }
    try advance()
    return true
  }

  @discardableResult
  mutating func expect(_ kind: Token.Kind, _ text: String, _ context: String)
    throws(Diagnostic) -> Token
  {
    guard token.kind == kind else { throw unexpected("expected '\(text)' \(context)") }
    return try advance()
  }

  /// The `;` at the end of a statement.
  mutating func expectSemicolon(_ context: String) throws(Diagnostic) {
    guard token.kind == .semicolon else {
      // A missing semicolon is best shown where it should stand.
      let place = SourceSpan(
        line: lastSpan.line, column: lastSpan.column + lastSpan.length, length: 1)
      throw Diagnostic(
        "expected ';' \(context), not \(described(token))", code: "syntax",
        at: token.span.line == lastSpan.line ? token.span.range : place.range,
        hint: draftHint(context))
    }
    try advance()
  }

  mutating func expectName(_ what: String) throws(Diagnostic) -> (Name, SourceSpan) {
    guard token.kind == .identifier else { throw unexpected("expected \(what)") }
    if let keyword, isVersion30, keyword.isLaterThanVersion30 {
      freedWords.insert(token.name)
    } else if let keyword {
      throw Diagnostic(
        "expected \(what); '\(keyword.text)' is a word of OpenQASM \(version)", code: "syntax",
        at: token.span.range)
    }
    let token = try advance()
    return (token.name, token.span)
  }

  func described(_ token: Token) -> String {
    switch token.kind {
    case .endOfFile: return "the end of the text"
    case .string: return "a string"
    default:
      let text = lexer.text(token)
      return text.utf8.count > 40 ? "'\(text.prefix(32))…'" : "'\(text)'"
    }
  }

  func unexpected(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(
      "\(message), not \(described(token))", code: "syntax", at: token.span.range, hint: hint)
  }

  // MARK: Depth

  mutating func descend() throws(Diagnostic) {
    depth += 1
    if depth > Self.depthLimit {
      throw Diagnostic(
        "blocks and parentheses are nested more than \(Self.depthLimit) deep", code: "too-deep",
        at: token.span.range)
    }
  }

  mutating func ascend() { depth -= 1 }

  // MARK: Version line

  /// Reads `OPENQASM 3.0;` if the text starts with it.
  mutating func parseVersion() throws(Diagnostic) {
    guard isAt(.openqasm) else {
      if version == 2, !isAt(.endOfFile) {
        warnings.append(
          Diagnostic(
            "no version line; read as OpenQASM 2", code: "version", at: token.span.range,
            hint: "start the text with 'OPENQASM 2.0;'", severity: .warning))
      }
      return
    }
    try advance()
    guard token.kind == .integer || token.kind == .real else {
      throw unexpected("expected a version such as \(version).0 after OPENQASM")
    }
    let text = lexer.text(token)
    let major = text.split(separator: ".").first.map(String.init) ?? ""
    guard major == "2" || major == "3", major == "3" || text == "2" || text == "2.0" else {
      throw Diagnostic(
        "OpenQASM \(text) is not known; versions 2.0 and 3.x are", code: "version",
        at: token.span.range)
    }
    guard major == String(version) else {
      throw Diagnostic(
        "the text is OpenQASM \(text) but is read as version \(version)", code: "version",
        at: token.span.range, hint: "read it as qasm\(major)")
    }
    isVersion30 = text == "3.0"
    try advance()
    try expectSemicolon("after the version")
  }

  /// Numbers of the form `digits`, as words, lowest first.
  func integerWords(_ token: Token) throws(Diagnostic) -> [UInt64] {
    var digits = lexer.bytes[token.start..<token.end].filter { $0 != UInt8(ascii: "_") }
    var radix: UInt64 = 10
    if digits.count > 1, digits[0] == UInt8(ascii: "0"), let marker = digits.dropFirst().first {
      switch marker | 0x20 {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "o"): radix = 8
      case UInt8(ascii: "b"): radix = 2
      default: break
      }
      if radix != 10 { digits.removeFirst(2) }
    }
    guard digits.count <= 4096, !digits.isEmpty else {
      throw Diagnostic(
        digits.isEmpty
          ? "'\(lexer.text(token))' has no digits" : "an integer has at most 4096 digits",
        code: "number", at: token.span.range)
    }
    var words: [UInt64] = [0]
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, value < radix else {
        throw Diagnostic(
          "'\(Unicode.Scalar(digit))' is no digit of a number in base \(radix)", code: "number",
          at: token.span.range)
      }
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

  func realValue(_ token: Token) throws(Diagnostic) -> Double {
    var text = lexer.text(token).filter { $0 != "_" }
    if token.kind == .imaginary || token.kind == .timing {
      // The unit, perhaps after a blank.
      while let last = text.last, !last.isNumber, last != "." { text.removeLast() }
    }
    // Swift's reader wants a digit on both sides of the point.
    if text.first == "." { text = "0" + text }
    if let point = text.firstIndex(of: ".") {
      let after = text.index(after: point)
      if after == text.endIndex || !text[after].isNumber { text.insert("0", at: after) }
    }
    guard let value = Double(text), value.isFinite else {
      throw Diagnostic(
        "\(described(token)) is not a finite number", code: "number", at: token.span.range)
    }
    return value
  }
}
