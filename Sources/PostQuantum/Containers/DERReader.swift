/// Reads the distinguished encoding of ASN.1: elements of a tag, a length and a content.
///
/// It looks at bytes that it does not own, so that secrets need not be copied. Lengths are checked
/// against what is there and must be as short as they can be; any bytes at all may be given.
struct DERReader {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  /// Whether all elements were read.
  var isAtEnd: Bool { rest.isEmpty }

  /// The tag of the next element; `nil` at the end.
  var nextTag: UInt8? { rest.first }

  /// The content of the next element if it has a tag.
  mutating func content(of tag: UInt8) -> UnsafeRawBufferPointer? {
    guard let header = header(), header.tag == tag else { return nil }
    let end = header.start + header.count
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[header.start..<end])
  }

  /// The content of the only element, if it has a tag and nothing follows.
  mutating func lastContent(of tag: UInt8) -> UnsafeRawBufferPointer? {
    guard let content = content(of: tag), isAtEnd else { return nil }
    return content
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
      // The low bits are the number of bytes that hold the length; three of them are more than
      // any key needs.
      let size = count & 0x7f
      guard (1...3).contains(size), rest.count >= 2 + size, rest[2] != 0 else { return nil }
      count = rest[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
      guard count >= 0x80 else { return nil }
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

/// Tags of elements that key containers have.
enum DERTag {
  static let integer: UInt8 = 0x02
  static let bitString: UInt8 = 0x03
  static let octetString: UInt8 = 0x04
  static let objectIdentifier: UInt8 = 0x06
  static let sequence: UInt8 = 0x30
  /// `[0]`, primitive: the seed of a key that has one.
  static let seed: UInt8 = 0x80
  /// `[1]`, primitive: the public key of OneAsymmetricKey.
  static let implicitPublicKey: UInt8 = 0x81
  /// `[0]`, constructed: attributes of OneAsymmetricKey, the curve of ECPrivateKey.
  static let zeroth: UInt8 = 0xa0
  /// `[1]`, constructed: the public key of ECPrivateKey.
  static let explicitPublicKey: UInt8 = 0xa1
}
