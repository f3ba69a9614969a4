import QuantumCore

/// Splits the bytes of an OpenQASM text into tokens, one at a time.
///
/// Text is UTF-8; a byte order mark at the start is skipped, comments and white space are. Anything
/// that is not a token is a `Diagnostic` with its place, thrown when it is reached.
struct Lexer {
  let bytes: [UInt8]
  let version: Int
  let names = NameTable()
  private(set) var position = 0
  private var line: UInt32 = 1
  private var lineStart = 0
  /// UTF-8 continuation bytes so far on this line: bytes that are not a column of their own.
  private var continuations = 0

  init(_ bytes: [UInt8], version: Int) {
    self.bytes = bytes
    self.version = version
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
      position = 3
      lineStart = 3
    }
  }

  /// The next token; `endOfFile` at the end, again and again.
  mutating func next() throws(Diagnostic) -> Token {
    try skipBlanks()
    guard position < bytes.count else { return token(.endOfFile, from: position) }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      return try identifier()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "."):
      if let digit = peek(1), isDigit(digit) { return try number() }
      return punctuation(.dot, 1)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try string()
    case UInt8(ascii: "$"): return try physicalQubit()
    case 0x80...: return try identifier()
    default: break
    }
    if let token = operatorToken(byte) { return token }
    throw unexpected(byte)
  }

  /// Skips to the end of the line and returns what was skipped: annotations and pragmas.
  mutating func skipLine() throws(Diagnostic) {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { try skipScalar() }
  }

  /// The text of a token.
  func text(_ token: Token) -> String {
    String(decoding: bytes[token.start..<token.end], as: UTF8.self)
  }

  // MARK: Blanks

  private mutating func skipBlanks() throws(Diagnostic) {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        position += 1
        startLine()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0b, 0x0c: position += 1
      case UInt8(ascii: "/"):
        if peek(1) == UInt8(ascii: "/") {
          try skipLine()
        } else if peek(1) == UInt8(ascii: "*") {
          try skipBlockComment()
        } else {
          return
        }
      default: return
      }
    }
  }

  private mutating func skipBlockComment() throws(Diagnostic) {
    let opening = span(from: position, length: 2)
    position += 2
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        position += 2
        return
      }
      if bytes[position] == UInt8(ascii: "\n") {
        position += 1
        startLine()
      } else {
        try skipScalar()
      }
    }
    throw Diagnostic(
      "this comment has no end", code: "syntax", at: opening.range, hint: "close it with '*/'")
  }

  private mutating func startLine() {
    line += 1
    lineStart = position
    continuations = 0
  }

  /// Steps over one scalar of a comment or string, whatever it is, checking that it is text.
  private mutating func skipScalar() throws(Diagnostic) {
    let byte = bytes[position]
    if byte == 0 { throw nulByte() }
    if byte < 0x80 { position += 1 } else { _ = try decodeScalar() }
  }

  // MARK: Characters

  private func peek(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Reads a scalar of two to four bytes and moves behind it.
  private mutating func decodeScalar() throws(Diagnostic) -> Unicode.Scalar {
    let byte = bytes[position]
    let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    guard (0xc2..<0xf5).contains(byte), position + length <= bytes.count else {
      throw invalidUTF8()
    }
    var value = UInt32(byte & (0xff >> UInt8(length + 1)))
    for k in 1..<length {
      let next = bytes[position + k]
      guard next & 0xc0 == 0x80 else { throw invalidUTF8() }
      value = value << 6 | UInt32(next & 0x3f)
    }
    let least: UInt32 = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80
    guard value >= least, let scalar = Unicode.Scalar(value) else { throw invalidUTF8() }
    position += length
    continuations += length - 1
    return scalar
  }

  // MARK: Tokens

  private func span(from start: Int, length: Int) -> SourceSpan {
    SourceSpan(
      line: line, column: UInt32(clamping: start - lineStart - continuations + 1),
      length: UInt32(clamping: max(1, length)))
  }

  private func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(
      kind: kind, start: start, end: position, span: span(from: start, length: position - start))
  }

  private mutating func punctuation(_ kind: Token.Kind, _ length: Int) -> Token {
    let start = position
    position += length
    return token(kind, from: start)
  }

  private mutating func identifier() throws(Diagnostic) -> Token {
    let start = position
    let before = continuations
    while position < bytes.count {
      let byte = bytes[position]
      if isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") {
        position += 1
      } else if byte >= 0x80 {
        let (mark, count) = (position, continuations)
        let scalar = try decodeScalar()
        let isAccepted =
          mark == start ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue
        if !isAccepted {
          (position, continuations) = (mark, count)
          if mark == start { throw unexpected(scalar) }
          break
        }
      } else {
        break
      }
    }
    let column = start - lineStart - before + 1
    let length = (position - start) - (continuations - before)
    var token = Token(
      kind: .identifier, start: start, end: position,
      span: SourceSpan(
        line: line, column: UInt32(clamping: column), length: UInt32(clamping: length)))
    token.name = names.intern(String(decoding: bytes[start..<position], as: UTF8.self))
    return token
  }

  private mutating func physicalQubit() throws(Diagnostic) -> Token {
    let start = position
    position += 1
    while let byte = peek(0), isDigit(byte) { position += 1 }
    guard position > start + 1 else {
      throw Diagnostic(
        "'$' starts a physical qubit such as $0", code: "syntax",
        at: span(from: start, length: 1).range)
    }
    return token(.physicalQubit, from: start)
  }

  private mutating func string() throws(Diagnostic) -> Token {
    let start = position
    let (quote, before) = (bytes[position], continuations)
    let opening = span(from: start, length: 1)
    position += 1
    while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "\n") {
      try skipScalar()
    }
    guard peek(0) == quote else {
      throw Diagnostic("this string has no end", code: "syntax", at: opening.range)
    }
    position += 1
    var token = token(.string, from: start)
    token.span.column = opening.column
    token.span.length = UInt32(clamping: position - start - (continuations - before))
    return token
  }

  private mutating func number() throws(Diagnostic) -> Token {
    let start = position
    if bytes[position] == UInt8(ascii: "0"), version >= 3, let prefix = peek(1) {
      let isPrefix = [
        UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "b"), UInt8(ascii: "B"),
        UInt8(ascii: "o"), UInt8(ascii: "O"),
      ].contains(prefix)
      if isPrefix {
        position += 2
        while let byte = peek(0), isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") {
          position += 1
        }
        return token(.integer, from: start)
      }
    }
    var isReal = false
    skipDigits()
    if peek(0) == UInt8(ascii: ".") {
      isReal = true
      position += 1
      skipDigits()
    }
    if let byte = peek(0), byte | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1)
      let skip = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? 2 : 1
      if let digit = peek(skip), isDigit(digit) {
        isReal = true
        position += skip
        skipDigits()
      }
    }
    if version >= 3 {
      let column = span(from: start, length: 1).column
      if let kind = numberSuffix() {
        var token = token(kind, from: start)
        token.span.column = column
        return token
      }
    }
    if let byte = peek(0), isLetter(byte) || byte == UInt8(ascii: "_") {
      while let byte = peek(0), isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") {
        position += 1
      }
      let word = token(.identifier, from: start)
      throw Diagnostic(
        "'\(text(word))' is neither a number nor a name", code: "syntax", at: word.span.range)
    }
    return token(isReal ? .real : .integer, from: start)
  }

  /// `im` and the units of time, after blanks or none.
  private mutating func numberSuffix() -> Token.Kind? {
    var blanks = 0
    while let byte = peek(blanks), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
      blanks += 1
    }
    let start = position + blanks
    for (suffix, kind) in Self.suffixes {
      let length = suffix.utf8.count
      guard start + length <= bytes.count,
        bytes[start..<start + length].elementsEqual(suffix.utf8)
      else { continue }
      if let after = peek(blanks + length), isWord(after) { continue }
      position = start + length
      continuations += length - suffix.unicodeScalars.count
      return kind
    }
    return nil
  }

  /// The micro sign and the Greek letter look alike.
  private static let suffixes: [(String, Token.Kind)] = [
    ("im", .imaginary), ("dt", .timing), ("ns", .timing), ("us", .timing),
    ("\u{b5}s", .timing), ("\u{3bc}s", .timing), ("ms", .timing), ("s", .timing),
  ]

  private func isWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  private mutating func skipDigits() {
    while let byte = peek(0), isDigit(byte) || (byte == UInt8(ascii: "_") && version >= 3) {
      position += 1
    }
  }

  private mutating func operatorToken(_ byte: UInt8) -> Token? {
    let (second, third) = (peek(1) ?? 0, peek(2) ?? 0)
    let equals = UInt8(ascii: "=")
    /// One of `single`, or of `double` if the second byte is the same, each perhaps followed by
    /// `=`.
    func pick(
      _ single: Token.Kind, _ singleEquals: Token.Kind?, _ double: Token.Kind?,
      _ doubleEquals: Token.Kind?
    ) -> (Token.Kind, Int) {
      if let double, second == byte {
        if let doubleEquals, third == equals { return (doubleEquals, 3) }
        return (double, 2)
      }
      if let singleEquals, second == equals { return (singleEquals, 2) }
      return (single, 1)
    }
    let choice: (Token.Kind, Int)
    switch byte {
    case UInt8(ascii: "("): choice = (.leftParenthesis, 1)
    case UInt8(ascii: ")"): choice = (.rightParenthesis, 1)
    case UInt8(ascii: "["): choice = (.leftBracket, 1)
    case UInt8(ascii: "]"): choice = (.rightBracket, 1)
    case UInt8(ascii: "{"): choice = (.leftBrace, 1)
    case UInt8(ascii: "}"): choice = (.rightBrace, 1)
    case UInt8(ascii: ";"): choice = (.semicolon, 1)
    case UInt8(ascii: ","): choice = (.comma, 1)
    case UInt8(ascii: ":"): choice = (.colon, 1)
    case UInt8(ascii: "@"): choice = (.at, 1)
    case UInt8(ascii: "#"): choice = (.hash, 1)
    case UInt8(ascii: "~"): choice = (.tilde, 1)
    case UInt8(ascii: "="): choice = pick(.equals, nil, .doubleEquals, nil)
    case UInt8(ascii: "+"): choice = pick(.plus, .plusEquals, .doublePlus, nil)
    case UInt8(ascii: "-"):
      choice =
        second == UInt8(ascii: ">") ? (.arrow, 2) : pick(.minus, .minusEquals, nil, nil)
    case UInt8(ascii: "*"): choice = pick(.star, .starEquals, .doubleStar, .doubleStarEquals)
    case UInt8(ascii: "/"): choice = pick(.slash, .slashEquals, nil, nil)
    case UInt8(ascii: "%"): choice = pick(.percent, .percentEquals, nil, nil)
    case UInt8(ascii: "&"): choice = pick(.ampersand, .ampersandEquals, .doubleAmpersand, nil)
    case UInt8(ascii: "|"): choice = pick(.bar, .barEquals, .doubleBar, nil)
    case UInt8(ascii: "^"): choice = pick(.caret, .caretEquals, nil, nil)
    case UInt8(ascii: "!"): choice = pick(.exclamation, .notEquals, nil, nil)
    case UInt8(ascii: "<"): choice = pick(.less, .lessEquals, .shiftLeft, .shiftLeftEquals)
    case UInt8(ascii: ">"):
      choice = pick(.greater, .greaterEquals, .shiftRight, .shiftRightEquals)
    default: return nil
    }
    return punctuation(choice.0, choice.1)
  }

  // MARK: Errors

  private func nulByte() -> Diagnostic {
    Diagnostic(
      "a NUL byte is not text", code: "encoding", at: span(from: position, length: 1).range)
  }

  private func invalidUTF8() -> Diagnostic {
    let byte = String(bytes[position], radix: 16)
    return Diagnostic(
      "byte 0x\(byte) is not UTF-8", code: "encoding", at: span(from: position, length: 1).range,
      hint: "save the file as UTF-8")
  }

  private func unexpected(_ byte: UInt8) -> Diagnostic {
    if byte == 0 { return nulByte() }
    if byte < 0x20 || byte == 0x7f {
      return Diagnostic(
        "control character 0x\(String(byte, radix: 16)) is not OpenQASM", code: "syntax",
        at: span(from: position, length: 1).range)
    }
    return unexpected(Unicode.Scalar(byte))
  }

  private func unexpected(_ scalar: Unicode.Scalar) -> Diagnostic {
    Diagnostic(
      "unexpected character '\(scalar)'", code: "syntax",
      at: span(from: position, length: 1).range)
  }
}
