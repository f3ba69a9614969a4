import Glibc

/// Whether the bytes of a file are a text, in whatever encoding.
///
/// Bytes of a key are random: 100 of 256 are printable characters or blanks of ASCII, 28 are
/// control characters, 128 lie above ASCII. A text has more of the first kind or, in other scripts,
/// of the last or its upper half, where letters are in many code pages, and hardly any of the
/// second; in UTF-16 and UTF-32 it has the same byte again and again at even places or at odd ones.
/// Bytes that random ones resemble less than once in 100,000 times are taken for a text, by each of
/// these measures.
enum FileText {
  /// Whether the bytes are a text in an encoding that ASCII is part of, such as UTF-8 or Latin-1.
  static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !bytes.isEmpty else { return false }
    let count = bytes.count
    let printable = bytes.count { (0x20...0x7e).contains($0) || isBlank($0) }
    let high = bytes.count { $0 >= 0x80 }
    let control = count - printable - high
    if control == 0, isUTF8(bytes) { return true }
    if beginsAsJSON(bytes), 4 * printable >= 3 * count { return true }
    return isTooMany(printable, of: count, expected: 100.0 / 256)
      || isTooMany(high, of: count, expected: 0.5)
      || isTooMany(bytes.count { $0 >= 0xc0 }, of: count, expected: 0.25)
      || isTooMany(count - control, of: count, expected: 228.0 / 256)
  }

  /// Whether the bytes are a text in UTF-16 or UTF-32: with a mark, with zeros between or behind
  /// characters of ASCII, or with a byte that stands at many even places or many odd ones, which
  /// also words of other texts may have.
  static func isWide(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for mark: [UInt8] in [[0xff, 0xfe], [0xfe, 0xff], [0, 0, 0xfe, 0xff]]
    where bytes.starts(with: mark) { return true }
    let letters = bytes.filter { $0 != 0 }
    if letters.count >= 2, letters.count < bytes.count,
      letters.allSatisfy({ (0x20...0x7e).contains($0) || isBlank($0) })
    {
      return true
    }
    return !isText(bytes) && (hasCommonByte(bytes, at: 0) || hasCommonByte(bytes, at: 1))
  }

  /// Whether a byte is far too frequent at even or odd places, and not at the others as well.
  private static func hasCommonByte(_ bytes: UnsafeRawBufferPointer, at parity: Int) -> Bool {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 2)
    for (place, byte) in bytes.enumerated() { counts[place & 1][Int(byte)] += 1 }
    guard let most = counts[parity].indices.max(by: { counts[parity][$0] < counts[parity][$1] })
    else { return false }
    let (here, there) = (counts[parity], counts[1 - parity])
    // Any of 256 bytes, at one of two kinds of places.
    return isTooMany(here[most], of: here.reduce(0, +), expected: 1.0 / 256, choices: 512)
      && 4 * there[most] < 3 * there.reduce(0, +)
  }

  /// Whether so many of random bytes are of a kind once in 100,000 times at most.
  ///
  /// P(at least k of n) ≤ exp(−n D) with D = f ln(f/p) + (1−f) ln((1−f)/(1−p)), f = k/n.
  ///
  /// - Parameters:
  ///   - expected: p, the part of all bytes that are of the kind.
  ///   - choices: Between how many kinds the most frequent one was chosen.
  /// - Source: [Hoeffding63], Theorem 1.
  private static func isTooMany(
    _ count: Int, of total: Int, expected: Double, choices: Double = 1
  ) -> Bool {
    guard total > 0 else { return false }
    let part = Double(count) / Double(total)
    guard part > expected else { return false }
    let others = part < 1 ? (1 - part) * log((1 - part) / (1 - expected)) : 0
    return Double(total) * (part * log(part / expected) + others) > log(1e5 * choices)
  }

  private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .emptyInput: return true
      case .error: return false
      case .scalarValue: continue
      }
    }
  }

  private static func beginsAsJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let text = bytes.dropFirst(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)
    let start = text.drop(while: isBlank)
    guard start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "[") else { return false }
    let next = start.dropFirst().drop(while: isBlank).first
    return next.map { "\"{[]}".utf8.contains($0) } ?? true
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte)
  }
}
