import QuantumCore

/// Reads the tokens of a `.stim` text, byte by byte.
///
/// Places are byte offsets; a line and column is worked out for the start of every instruction and
/// for errors.
struct StimReader {
  /// Stands for the end of the text: no byte of valid UTF-8.
  static let end: UInt8 = 0xff

  let bytes: [UInt8]
  var position = 0
  /// Of the instruction read last, reused from one to the next.
  var arguments: [Double] = []
  var targets: [Target] = []

  private var line = 1
  /// Column of the byte at `columnOffset`, both on the current line.
  private var column = 1
  private var columnOffset = 0
  private var lastName = SIMD4<UInt64>.zero
  private var lastGate = Gate.i
  /// Long numbers read before, at a place that their bytes decide: few occur, many times each.
  private var knownNumbers = [(text: SIMD4<UInt64>, value: Double)](
    repeating: (.zero, 0), count: 64)

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
      position = 3
      columnOffset = 3
    }
  }

  @inline(__always) var current: UInt8 { position < bytes.count ? bytes[position] : Self.end }
}

// MARK: - Places

extension StimReader {
  /// The line and column of `position`.
  ///
  /// - Complexity: linear in the distance from the last place asked for.
  var currentPlace: Circuit.SourcePlace {
    mutating get {
      while columnOffset < position {
        if bytes[columnOffset] & 0xc0 != 0x80 { column += 1 }
        columnOffset += 1
      }
      return Circuit.SourcePlace(line: UInt32(clamping: line), column: UInt32(clamping: column))
    }
  }

  /// Steps over a newline.
  private mutating func nextLine() {
    position += 1
    line += 1
    column = 1
    columnOffset = position
  }

  /// The place of some bytes, found by counting from the start of the text.
  private func range(at offset: Int, length: Int) -> SourceRange {
    var (line, column) = (1, 1)
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    for byte in bytes[min(start, offset)..<min(offset, bytes.count)] {
      if byte == UInt8(ascii: "\n") {
        (line, column) = (line + 1, 1)
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
    }
    let covered = bytes[min(offset, bytes.count)..<min(offset + length, bytes.count)]
    return SourceRange(
      line: line, column: column, length: covered.reduce(0) { $0 + ($1 & 0xc0 != 0x80 ? 1 : 0) })
  }

  func failure(
    _ message: String, at offset: Int, length: Int = 1, code: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(message, code: code, at: range(at: offset, length: length), hint: hint)
  }

  /// The scalar at an offset, for messages.
  func spelling(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the text" }
    if bytes[offset] == UInt8(ascii: "\n") { return "the end of the line" }
    if bytes[offset] < 0x20 || bytes[offset] == 0x7f {
      return "control character U+" + hexadecimal(bytes[offset])
    }
    var stop = offset + 1
    while stop < bytes.count, bytes[stop] & 0xc0 == 0x80 { stop += 1 }
    return "'\(String(decoding: bytes[offset..<stop], as: UTF8.self))'"
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// Throws unless the text is UTF-8.
  func checkEncoding() throws(Diagnostic) {
    guard let offset = bytes.firstInvalidUTF8 else { return }
    throw failure(
      "byte 0x\(String(bytes[offset], radix: 16)) is not part of a UTF-8 text", at: offset,
      code: "encoding", hint: "save the file as UTF-8")
  }
}

// MARK: - Space

extension StimReader {
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Skips blanks, newlines and comments.
  mutating func skipDeadSpace() {
    while true {
      switch current {
      case UInt8(ascii: "\n"): nextLine()
      case UInt8(ascii: "#"): skipComment()
      case let byte where Self.isSpace(byte): position += 1
      default: return
      }
    }
  }

  mutating func skipSpace() {
    while Self.isSpace(current) { position += 1 }
  }

  private mutating func skipComment() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
  }
}

// MARK: - Blocks

extension StimReader {
  /// Reads instructions up to the `}` that ends a block, or to the end of the text.
  ///
  /// - Parameters:
  ///   - keyword: what opens blocks.
  ///   - opening: where this block's keyword stands; `nil` outside of blocks.
  ///   - readInstruction: called where an instruction begins.
  mutating func readBlock(
    _ keyword: String, opening: Int?,
    readInstruction: (inout StimReader) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    while true {
      skipDeadSpace()
      switch current {
      case Self.end:
        guard let opening else { return }
        throw failure(
          "this \(keyword) block is never closed", at: opening, length: keyword.utf8.count,
          code: "unterminated-block", hint: "end it with '}' on a line of its own")
      case UInt8(ascii: "}"):
        guard opening != nil else {
          throw failure("'}' without a block to close", at: position, code: "unexpected-token")
        }
        position += 1
        return
      default: try readInstruction(&self)
      }
    }
  }
}

// MARK: - Names and tags

extension StimReader {
  /// Upper-case names packed into 32 bytes.
  private static let gates: [SIMD4<UInt64>: Gate] = {
    var table: [SIMD4<UInt64>: Gate] = [:]
    for (name, gate) in GateCatalog.stimNames { table[packed(name.utf8)!] = gate }
    return table
  }()

  /// At most 32 bytes in upper case, as four words; `nil` for more.
  private static func packed(_ name: some Sequence<UInt8>) -> SIMD4<UInt64>? {
    var key = SIMD4<UInt64>.zero
    var index = 0
    for byte in name {
      guard index < 32 else { return nil }
      let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
      key[index >> 3] |= UInt64(isLower ? byte - 32 : byte) << UInt64(8 * (index & 7))
      index += 1
    }
    return key
  }

  static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  mutating func readGate() throws(Diagnostic) -> Gate {
    let start = position
    while Self.isNamePart(current) { position += 1 }
    guard position > start else {
      throw failure(
        "expected an instruction, found \(spelling(at: start))", at: start, code: "unexpected-token"
      )
    }
    if let key = Self.packed(bytes[start..<position]) {
      if key == lastName { return lastGate }
      if let gate = Self.gates[key] {
        (lastName, lastGate) = (key, gate)
        return gate
      }
    }
    let name = String(decoding: bytes[start..<min(position, start + 64)], as: UTF8.self)
    throw failure(
      "there is no instruction '\(name)'", at: start, length: position - start,
      code: "unknown-gate", hint: Self.hint(for: name))
  }

  private static func hint(for name: String) -> String? {
    if let known = GateCatalog.openQASMNames[name.lowercased()]?.gate,
      let form = StimTag.example(of: known)
    {
      return "this gate is written \(form)"
    }
    guard let nearest = nearestName(to: name, in: GateCatalog.stimNames.keys.sorted()) else {
      return nil
    }
    return "did you mean '\(nearest)'?"
  }

  /// The unescaped tag; empty if there is none.
  mutating func readTag() throws(Diagnostic) -> String {
    guard current == UInt8(ascii: "[") else { return "" }
    let start = position
    position += 1
    var text: [UInt8] = []
    while true {
      switch current {
      case UInt8(ascii: "]"):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), Self.end:
        throw failure(
          "the tag is not closed on its line", at: start, length: position - start,
          code: "unterminated-tag", hint: "close it with ']'")
      case UInt8(ascii: "\\"):
        text.append(try readEscape())
      default:
        text.append(current)
        position += 1
      }
    }
  }

  private mutating func readEscape() throws(Diagnostic) -> UInt8 {
    let start = position
    position += 1
    let escaped: UInt8
    switch current {
    case UInt8(ascii: "C"): escaped = UInt8(ascii: "]")
    case UInt8(ascii: "B"): escaped = UInt8(ascii: "\\")
    case UInt8(ascii: "n"): escaped = UInt8(ascii: "\n")
    case UInt8(ascii: "r"): escaped = UInt8(ascii: "\r")
    default:
      throw failure(
        "unknown escape in a tag", at: start, length: 2, code: "escape",
        hint: "\\C is ']', \\B a backslash, \\n and \\r the line ends")
    }
    position += 1
    return escaped
  }

  /// Where the tag that begins at an offset ends; the offset itself if there is none.
  func skippingTag(from offset: Int) -> Int {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "[") else { return offset }
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "]"), bytes[end] != UInt8(ascii: "\n") {
      end += 1
    }
    return min(end + 1, bytes.count)
  }
}

// MARK: - Arguments

extension StimReader {
  /// Reads `(a, b, …)` into `arguments`; an empty place is 0.
  mutating func readArguments() throws(Diagnostic) {
    arguments.removeAll(keepingCapacity: true)
    guard current == UInt8(ascii: "(") else { return }
    repeat {
      position += 1
      skipBlanks()
      arguments.append(try readNumber())
      skipBlanks()
    } while current == UInt8(ascii: ",")
    guard current == UInt8(ascii: ")") else {
      throw failure(
        "expected ',' or ')' after an argument, found \(spelling(at: position))", at: position,
        code: "unexpected-token")
    }
    position += 1
  }

  private mutating func skipBlanks() {
    while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { position += 1 }
  }

  private static func isNumberPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private mutating func readNumber() throws(Diagnostic) -> Double {
    let start = position
    while Self.isNumberPart(current) { position += 1 }
    if position == start { return 0 }
    let text = bytes[start..<position]
    if let value = Self.shortDecimal(text) { return value }
    if let key = Self.key(of: text) {
      let place = Int(truncatingIfNeeded: (key.wrappedSum() &* 0x9e37_79b9_7f4a_7c15) >> 58)
      if knownNumbers[place].text == key { return knownNumbers[place].value }
      let value = try number(text, at: start)
      knownNumbers[place] = (key, value)
      return value
    }
    return try number(text, at: start)
  }

  /// At most 32 bytes as they are; `nil` for more.
  private static func key(of text: ArraySlice<UInt8>) -> SIMD4<UInt64>? {
    guard text.count <= 32 else { return nil }
    var key = SIMD4<UInt64>.zero
    withUnsafeMutableBytes(of: &key) { $0.copyBytes(from: text) }
    return key
  }

  private func number(_ text: ArraySlice<UInt8>, at start: Int) throws(Diagnostic) -> Double {
    guard let value = Double(String(decoding: text, as: UTF8.self)) else {
      throw failure(
        "this is not a number", at: start, length: position - start, code: "number")
    }
    guard value.isFinite else {
      throw failure(
        "this number is too large", at: start, length: position - start, code: "number")
    }
    return value
  }

  /// The value of at most 15 digits with a point, which one division makes exact; `nil` for
  /// anything else.
  private static func shortDecimal(_ text: ArraySlice<UInt8>) -> Double? {
    guard text.count <= 16 else { return nil }
    var (digits, scale, seenPoint) = (0, 1, false)
    for byte in text {
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
        if seenPoint { scale *= 10 }
      } else {
        return nil
      }
    }
    guard digits < 1 << 53, text.count > (seenPoint ? 1 : 0) else { return nil }
    return Double(digits) / Double(scale)
  }
}

// MARK: - Targets

extension StimReader {
  /// Reads the rest of the line into `targets`, up to its end or a `{`.
  mutating func readTargets() throws(Diagnostic) {
    targets.removeAll(keepingCapacity: true)
    readPlainQubits()
    var needsSpace = true
    while try advanceToTarget(needsSpace: needsSpace) {
      let target = try readTarget()
      targets.append(target)
      needsSpace = target != .combiner
    }
  }

  /// Reads as many qubits as come, each a blank and up to seven digits; anything else is left where
  /// it is.
  ///
  /// Most targets are such, and this loop takes a third of the time of the general one.
  private mutating func readPlainQubits() {
    bytes.withUnsafeBufferPointer { bytes in
      var start = position
      while start < bytes.count, bytes[start] == UInt8(ascii: " ") {
        let limit = min(start + 9, bytes.count)
        var (value, place) = (0, start + 1)
        while place < limit, bytes[place] &- UInt8(ascii: "0") < 10 {
          value = 10 &* value &+ Int(bytes[place] &- UInt8(ascii: "0"))
          place += 1
        }
        guard place > start + 1, place < limit,
          bytes[place] == UInt8(ascii: " ") || bytes[place] == UInt8(ascii: "\n")
        else { break }
        targets.append(.qubit(value))
        start = place
      }
      position = start
    }
  }

  /// Skips to the next target on the line; `false` if there is none.
  mutating func advanceToTarget(needsSpace: Bool) throws(Diagnostic) -> Bool {
    if current == UInt8(ascii: "*") { return true }
    let start = position
    skipSpace()
    switch current {
    case UInt8(ascii: "#"):
      skipComment()
      return false
    case UInt8(ascii: "\n"), UInt8(ascii: "{"), Self.end: return false
    default:
      guard position > start || !needsSpace else {
        throw failure(
          "expected a space before a target, found \(spelling(at: position))", at: position,
          code: "unexpected-token", hint: "targets are separated by spaces")
      }
      return true
    }
  }

  private mutating func readTarget() throws(Diagnostic) -> Target {
    switch current {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return .qubit(try readIndex("a qubit", below: Target.qubitLimit))
    case UInt8(ascii: "!"):
      position += 1
      if let pauli = currentPauli { return try readPauli(pauli, isInverted: true) }
      return .qubit(try readIndex("a qubit", below: Target.qubitLimit), inverted: true)
    case UInt8(ascii: "*"):
      position += 1
      return .combiner
    case UInt8(ascii: "r"): return try readRecord()
    case UInt8(ascii: "s"): return try readSweep()
    default:
      if let pauli = currentPauli { return try readPauli(pauli, isInverted: false) }
      let isBrace = current == UInt8(ascii: "}")
      throw failure(
        "\(spelling(at: position)) does not begin a target", at: position, code: "unexpected-token",
        hint: isBrace
          ? "put '}' on a line of its own" : "targets are like 5, !5, X5, rec[-1], sweep[2] and *")
    }
  }

  private var currentPauli: Pauli? {
    switch current {
    case UInt8(ascii: "X"), UInt8(ascii: "x"): .x
    case UInt8(ascii: "Y"), UInt8(ascii: "y"): .y
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): .z
    default: nil
    }
  }

  private mutating func readPauli(_ pauli: Pauli, isInverted: Bool) throws(Diagnostic) -> Target {
    position += 1
    return .pauli(
      pauli, try readIndex("a qubit", below: Target.qubitLimit), inverted: isInverted)
  }

  private mutating func readRecord() throws(Diagnostic) -> Target {
    let start = position
    guard skip("rec[-") else {
      throw failure(
        "a record is written rec[-k]", at: start, code: "unexpected-token",
        hint: "rec[-1] is the latest measurement")
    }
    let lookback = try readIndex("a record", below: Target.qubitLimit)
    try closeBracket(from: start)
    guard lookback > 0 else {
      throw failure(
        "rec[-0] is no measurement", at: start, length: position - start,
        code: "index-out-of-range",
        hint: "rec[-1] is the latest measurement")
    }
    return .record(lookback)
  }

  private mutating func readSweep() throws(Diagnostic) -> Target {
    let start = position
    guard skip("sweep[") else {
      throw failure("a sweep bit is written sweep[k]", at: start, code: "unexpected-token")
    }
    let index = try readIndex("a sweep bit", below: Target.qubitLimit)
    try closeBracket(from: start)
    return .sweep(index)
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
    position += count
    return true
  }

  private mutating func closeBracket(from start: Int) throws(Diagnostic) {
    guard current == UInt8(ascii: "]") else {
      throw failure(
        "expected ']', found \(spelling(at: position))", at: position, code: "unexpected-token")
    }
    position += 1
  }

  private mutating func readIndex(_ what: String, below limit: Int) throws(Diagnostic) -> Int {
    let start = position
    var value = 0
    while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") {
      value = min(value * 10 + Int(current - UInt8(ascii: "0")), limit)
      position += 1
    }
    guard position > start else {
      throw failure(
        "expected the number of \(what), found \(spelling(at: position))", at: position,
        code: "unexpected-token")
    }
    guard value < limit else {
      throw failure(
        "the number of \(what) is below \(limit)", at: start, length: position - start,
        code: "index-out-of-range")
    }
    return value
  }

  /// Reads `100 {` after `REPEAT`.
  mutating func readRepeatCount(opening: Int) throws(Diagnostic) -> UInt64 {
    let needsSpace = position
    skipSpace()
    let start = position
    var (count, isTooLarge) = (UInt64(0), false)
    while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") {
      let (product, overflow) = count.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(current - UInt8(ascii: "0")))
      isTooLarge = isTooLarge || overflow || carry
      count = sum
      position += 1
    }
    let length = position - start
    guard length > 0, start > needsSpace else {
      throw failure(
        "REPEAT needs a count, found \(spelling(at: position))", at: position,
        code: "unexpected-token", hint: "write REPEAT 100 {")
    }
    guard !isTooLarge else {
      throw failure(
        "a repeat count is below 2^64", at: start, length: length, code: "index-out-of-range")
    }
    guard count > 0 else {
      throw failure("repeating 0 times is not supported", at: start, length: length, code: "repeat")
    }
    skipSpace()
    guard current == UInt8(ascii: "{") else {
      throw failure(
        "expected '{' on the line of REPEAT, found \(spelling(at: position))", at: position,
        code: "unexpected-token", hint: "write REPEAT \(count) {")
    }
    position += 1
    return count
  }
}

// MARK: - Errors

extension StimReader {
  /// Where the parts of an instruction stand.
  struct Tokens {
    var name: Range<Int>
    var arguments: [Range<Int>] = []
    var targets: [Range<Int>] = []
  }

  /// Reads an instruction again to find its parts.
  mutating func tokens(ofInstructionAt offset: Int) -> Tokens {
    position = offset
    while Self.isNamePart(current) { position += 1 }
    var tokens = Tokens(name: offset..<position)
    position = skippingTag(from: position)
    if current == UInt8(ascii: "(") {
      repeat {
        position += 1
        skipBlanks()
        let start = position
        while Self.isNumberPart(current) { position += 1 }
        tokens.arguments.append(start..<max(position, start + 1))
        skipBlanks()
      } while current == UInt8(ascii: ",")
      position += 1
    }
    while (try? advanceToTarget(needsSpace: false)) == true {
      let start = position
      guard (try? readTarget()) != nil else { break }
      tokens.targets.append(start..<position)
    }
    return tokens
  }
}

extension [UInt8] {
  /// The first byte that is not part of a well-formed UTF-8 sequence.
  ///
  /// - Source: The Unicode Standard 15, table 3-7.
  var firstInvalidUTF8: Int? {
    withUnsafeBytes { UTF8Check.firstInvalid(in: $0) }
  }
}
