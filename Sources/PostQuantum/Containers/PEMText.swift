/// PEM: bytes in base64 between two lines that name them.
///
/// Everything stays in `SecretBytes`, since a private key may pass through.
///
/// - Source: [Josefsson15].
public enum PEMText {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// A line has 64 digits: 16 groups of three bytes.
  private static let groupsPerLine = 16

  /// The text of some bytes under a label such as `PUBLIC KEY`.
  public static func encode(_ bytes: UnsafeRawBufferPointer, label: String) -> SecretBytes {
    let first = Array("-----BEGIN \(label)-----\n".utf8)
    let last = Array("-----END \(label)-----\n".utf8)
    let groupCount = (bytes.count + 2) / 3
    let lineCount = (groupCount + groupsPerLine - 1) / groupsPerLine
    return SecretBytes(count: first.count + 4 * groupCount + lineCount + last.count) { text in
      text.copyBytes(from: first)
      var place = first.count
      func put(_ byte: UInt8) {
        text[place] = byte
        place += 1
      }
      for group in 0..<groupCount {
        let inside = bytes.dropFirst(3 * group).prefix(3)
        let bits =
          inside.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(24 - 8 * inside.count)
        for digit in 0..<4 {
          let isPadding = digit > inside.count
          put(isPadding ? UInt8(ascii: "=") : digits[Int(bits >> UInt32(18 - 6 * digit) & 0x3f)])
        }
        if group % groupsPerLine == groupsPerLine - 1 || group == groupCount - 1 {
          put(UInt8(ascii: "\n"))
        }
      }
      for byte in last { put(byte) }
    }
  }

  /// The bytes under a label; `nil` for a text without such a part, or with anything but base64 in
  /// it. Text may stand before and behind it; a line begins it.
  public static func decode(_ text: UnsafeRawBufferPointer, label: String) -> SecretBytes? {
    guard let place = beginnings(in: text).first(where: { $0.label == label }),
      let finish = end(of: "-----END \(label)-----", in: text, from: place.end)
    else { return nil }
    let lines = text[place.end..<finish - "-----END \(label)-----".utf8.count]
    return decodeBase64(UnsafeRawBufferPointer(rebasing: lines))
  }

  /// The labels of all parts that begin in a text, in their order.
  public static func labels(in text: UnsafeRawBufferPointer) -> [String] {
    beginnings(in: text).map(\.label)
  }

  /// Lines such as `-----BEGIN PUBLIC KEY-----`: the label, and where the line ends.
  private static func beginnings(
    in text: UnsafeRawBufferPointer
  ) -> [(label: String, end: Int)] {
    let (first, last) = (Array("-----BEGIN ".utf8), Array("-----".utf8))
    var places: [(label: String, end: Int)] = []
    // A byte order mark may stand before the first line.
    var start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    while start < text.count {
      let line = text[start...].prefix { $0 != 0x0a && $0 != 0x0d }
      if line.starts(with: first) {
        let label = line.dropFirst(first.count).prefix { $0 != UInt8(ascii: "-") }
        if text[label.endIndex..<line.endIndex].starts(with: last) {
          places.append((String(decoding: label, as: UTF8.self), label.endIndex + last.count))
        }
      }
      start = line.endIndex + 1
    }
    return places
  }

  /// The bytes of a text in base64, blanks left out; `nil` for other texts.
  public static func decodeBase64(_ lines: UnsafeRawBufferPointer) -> SecretBytes? {
    var (digitCount, paddingCount) = (0, 0)
    for byte in lines where !isBlank(byte) {
      if byte == UInt8(ascii: "=") { paddingCount += 1 } else if paddingCount > 0 { return nil }
      if byte != UInt8(ascii: "="), value(of: byte) == nil { return nil }
      digitCount += 1
    }
    guard digitCount % 4 == 0, paddingCount <= 2 else { return nil }
    return SecretBytes(count: digitCount / 4 * 3 - paddingCount) { bytes in
      var (bits, bitCount, place): (UInt32, UInt32, Int) = (0, 0, 0)
      for byte in lines {
        guard let value = value(of: byte) else { continue }
        bits = bits << 6 | value
        bitCount += 6
        if bitCount >= 8, place < bytes.count {
          bitCount -= 8
          bytes[place] = UInt8(truncatingIfNeeded: bits >> bitCount)
          place += 1
        }
      }
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte)
  }

  private static func value(of byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// The place behind the first occurrence of some characters.
  private static func end(
    of word: String, in text: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    let word = Array(word.utf8)
    guard text.count - start >= word.count else { return nil }
    return (start...text.count - word.count).first {
      text[$0..<$0 + word.count].elementsEqual(word)
    }
    .map { $0 + word.count }
  }
}
