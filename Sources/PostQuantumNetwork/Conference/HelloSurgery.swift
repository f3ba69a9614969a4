import PostQuantum

/// What somebody between does to a hello to get weaker keys.
///
/// The format is public (`Docs/Formats/key-exchange.md`), and nothing in a hello is sealed: cutting
/// is easy, and it is noticed.
enum HelloSurgery {
  private static let headerByteCount = 6
  /// Nonce, epoch, suite.
  private static let fixedByteCount = 38

  /// A hello without the algorithms that withstand quantum computers; `nil` for bytes that are no
  /// hello.
  static func withoutQuantumSafety(_ hello: [UInt8]) -> [UInt8]? {
    guard hello.count > headerByteCount + fixedByteCount, hello[0] == MessageType.hello.rawValue
    else { return nil }
    var rest = hello[(headerByteCount + fixedByteCount)...]
    guard let nameByteCount = rest.first, rest.count > Int(nameByteCount) + 1 else { return nil }
    let head = hello[headerByteCount..<rest.startIndex + 1 + Int(nameByteCount)]
    rest = rest.dropFirst(1 + Int(nameByteCount))
    let count = Int(rest.removeFirst())
    guard rest.count >= 2 * count else { return nil }
    var codes: [UInt16] = []
    for _ in 0..<count {
      codes.append(UInt16(rest[rest.startIndex]) << 8 | UInt16(rest[rest.startIndex + 1]))
      rest = rest.dropFirst(2)
    }
    var kept: (codes: [UInt8], keys: [UInt8], count: UInt8) = ([], [], 0)
    for code in codes {
      guard let algorithm = AlgorithmCatalog.algorithm(code: code),
        let size = algorithm.sizes.publicKey, rest.count >= 2 + size
      else { return nil }
      if !algorithm.isQuantumSafe {
        kept.codes += [UInt8(code >> 8), UInt8(code & 0xFF)]
        kept.keys += rest.prefix(2 + size)
        kept.count += 1
      }
      rest = rest.dropFirst(2 + size)
    }
    var body = Array(head)
    body.append(kept.count)
    body += kept.codes
    body += kept.keys
    let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
    return Array(hello[..<2]) + length + body
  }
}
