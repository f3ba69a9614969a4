import QSim

/// How large a YAML text becomes where aliases stand for what their anchors hold, known before
/// anything is expanded.
///
/// A few hundred bytes of aliases of aliases stand for more values than there is memory; as keys of
/// a mapping, each is compared with all the others. What an anchor holds ends before its first
/// alias, so the bytes between them, expanded, bound its size. Every `&name` and `*name` counts,
/// wherever it stands: in quotes and comments that makes the bound larger, never smaller.
struct AliasExpansion {
  /// The most bytes that a text with aliases may stand for.
  static let limit = 1 << 22

  /// The first alias that takes the text beyond the limit; `nil` if none does.
  ///
  /// - Complexity: linear.
  static func excess(in source: String) -> SourceRange? {
    var expansion = AliasExpansion()
    return expansion.firstExcess(Array(source.utf8))
  }

  /// Of an anchor: where it opened, in expanded bytes, until an alias closes it; the largest size
  /// seen.
  private struct Anchor {
    var opened: Int?
    var size = 0
  }

  private var anchors: [[UInt8]: Anchor] = [:]
  private var expanded = 0

  private mutating func firstExcess(_ bytes: [UInt8]) -> SourceRange? {
    guard bytes.contains(UInt8(ascii: "*")) else { return nil }
    var (line, lineStart, position) = (1, 0, 0)
    while position < bytes.count {
      let byte = bytes[position]
      let start = position
      position += 1
      expanded += 1
      if byte == 0x0a { (line, lineStart) = (line + 1, position) }
      guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { continue }
      while position < bytes.count, Self.isName(bytes[position]) { position += 1 }
      let name = Array(bytes[(start + 1)..<position])
      if name.isEmpty { continue }
      expanded += name.count
      if byte == UInt8(ascii: "&") {
        if anchors[name]?.opened == nil { anchors[name, default: Anchor()].opened = expanded }
      } else {
        use(name)
        if expanded > Self.limit {
          let column = bytes[lineStart..<start].count { $0 & 0xc0 != 0x80 } + 1
          return SourceRange(line: line, column: column, length: name.count + 1)
        }
      }
    }
    return nil
  }

  private mutating func use(_ name: [UInt8]) {
    guard var anchor = anchors[name] else { return }
    if let opened = anchor.opened {
      anchor.size = max(anchor.size, expanded - opened)
      anchor.opened = nil
      anchors[name] = anchor
    }
    let (sum, overflows) = expanded.addingReportingOverflow(anchor.size)
    expanded = overflows ? .max : sum
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
