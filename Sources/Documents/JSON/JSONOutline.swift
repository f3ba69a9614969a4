/// The structure of a JSON text: where its values stand in the bytes.
///
/// Strings and numbers are places, not copies, so that a text that holds secrets can be looked at:
/// whoever wants a string takes it out to where it belongs. `JSONText` is the same with copies.
package struct JSONOutline: Sendable {
  package enum Value: Sendable {
    case null
    case bool(Bool)
    /// The characters of a number; NaN and infinities if those are read.
    case number(Range<Int>)
    /// What stands between the quotes, escapes as they are.
    case string(Range<Int>)
    case array([JSONOutline])
    /// Entries in order; names are distinct.
    case object([Entry])
  }

  package struct Entry: Sendable {
    package let name: String
    package let nameRange: SourceRange
    package let value: JSONOutline
  }

  /// How a text is read.
  package struct Options: Sendable {
    /// What Python writes and reads beside JSON: `NaN`, `Infinity` and `-Infinity` are numbers,
    /// half of a surrogate pair is a character that cannot be decoded, U+FFFD, and of a name that
    /// is given twice the last value counts.
    package var followsPython = false
    /// Messages quote nothing of the text.
    package var isSecret = false

    package init(followsPython: Bool = false, isSecret: Bool = false) {
      self.followsPython = followsPython
      self.isSecret = isSecret
    }
  }

  package let value: Value
  /// Of an array or object: its bracket.
  package let range: SourceRange

  /// Deepest nesting that is read.
  package static let depthLimit = 64

  /// Reads a JSON text [Bray17].
  ///
  /// - Parameter source: UTF-8, with or without a byte order mark.
  /// - Throws: a `Diagnostic` at the first byte that is wrong. A name that an object has twice is
  ///   an error too, unless Python is followed. Never traps.
  /// - Complexity: linear in the text, but for objects of many names: O(n log n).
  package static func parse(
    _ source: UnsafeRawBufferPointer, options: Options = Options()
  ) throws(Diagnostic) -> JSONOutline {
    var scanner = JSONScanner(source, options)
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

  /// The value of a name; `nil` for values that are not objects, and for names that are not there.
  package subscript(_ name: String) -> JSONOutline? {
    guard case .object(let entries) = value else { return nil }
    return entries.first { $0.name == name }?.value
  }

  /// Whole numbers by their digits, which `Double` would round.
  package func integer(in source: UnsafeRawBufferPointer) -> Int? {
    guard case .number(let place) = value else { return nil }
    return Int(String(decoding: source[place], as: UTF8.self))
  }

  // MARK: Strings

  /// Hands out the bytes of a string, escapes resolved.
  ///
  /// - Parameter place: of a string in the text that was read.
  package static func forEachByte(
    ofString place: Range<Int>, in source: UnsafeRawBufferPointer, _ take: (UInt8) -> Void
  ) {
    var position = place.lowerBound
    while position < place.upperBound {
      guard source[position] == UInt8(ascii: "\\") else {
        take(source[position])
        position += 1
        continue
      }
      let letter = source[position + 1]
      position += 2
      guard letter == UInt8(ascii: "u") else {
        take(plainEscapes[letter] ?? letter)
        continue
      }
      var unit = codeUnit(at: position, in: source)
      position += 4
      if (0xd800..<0xdc00).contains(unit),
        let low = lowSurrogate(in: source[position..<place.upperBound])
      {
        unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
        position += 6
      }
      for byte in String(UnicodeScalar(unit) ?? "\u{fffd}").utf8 { take(byte) }
    }
  }

  /// A string, escapes resolved.
  package static func string(_ place: Range<Int>, in source: UnsafeRawBufferPointer) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(place.count)
    forEachByte(ofString: place, in: source) { bytes.append($0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func codeUnit(at position: Int, in source: UnsafeRawBufferPointer) -> UInt32 {
    source[position..<position + 4].reduce(0) { $0 << 4 | UInt32($1.hexadecimalDigit ?? 0) }
  }

  /// The second half of a surrogate pair, if that is what a rest of a string begins with.
  private static func lowSurrogate(in rest: Slice<UnsafeRawBufferPointer>) -> UInt32? {
    guard rest.starts(with: "\\u".utf8), rest.count >= 6 else { return nil }
    let unit = codeUnit(at: rest.startIndex + 2, in: rest.base)
    return (0xdc00..<0xe000).contains(unit) ? unit : nil
  }

  /// What a letter behind a backslash stands for.
  static let plainEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a,
    UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
  ]
}

extension UInt8 {
  /// The value of a hexadecimal digit.
  var hexadecimalDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
