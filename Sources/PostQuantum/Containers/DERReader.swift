/// Reads the distinguished encoding of ASN.1: elements of a tag, a length and a content.
///
/// It looks at bytes that it does not own, so that secrets need not be copied. Lengths are checked against what is there; any
/// bytes at all may be given.
struct DERReader {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  /// Whether all elements were read.
  var isAtEnd: Bool { rest.isEmpty }

  /// The content of the next element if it has a tag.
  mutating func content(of tag: UInt8) -> UnsafeRawBufferPointer? {
    guard let header = header(), header.tag == tag else { return nil }
    let end = header.start + header.count
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[header.start..<end])
  }

  /// The next element with its tag and length if it has a tag.
  mutating func element(_ tag: UInt8) -> UnsafeRawBufferPointer? {
    guard let header = header(), header.tag == tag else { return nil }
    let end = header.start + header.count
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[..<end])
  }

  /// The tag of the next element, where its content starts and how long it is.
  private func header() -> (tag: UInt8, start: Int, count: Int)? {
    guard rest.count >= 2 else { return nil }
    var (start, count) = (2, Int(rest[1]))
    if count >= 0x80 {
      // The low bits are the number of bytes that hold the length; three of them are more than any key needs.
      let size = count & 0x7f
      guard (1...3).contains(size), rest.count >= 2 + size else { return nil }
      count = rest[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
      start += size
    }
    return count <= rest.count - start ? (rest[0], start, count) : nil
  }

  /// Tag and length of an element whose content has `count` bytes.
  static func header(_ tag: UInt8, count: Int) -> [UInt8] {
    if count < 0x80 { return [tag, UInt8(count)] }
    var digits: [UInt8] = []
    var rest = count
    while rest > 0 {
      digits.insert(UInt8(truncatingIfNeeded: rest), at: 0)
      rest >>= 8
    }
    return [tag, 0x80 | UInt8(digits.count)] + digits
  }
}
