internal import CYaml
import QSim

/// How much the aliases of a YAML text stand for, known before anything is expanded.
///
/// A few hundred bytes of aliases of aliases stand for more values than there is memory; as keys of
/// a mapping, each is compared with all the others; and one within the other, they nest deeper than
/// any stack. So the text is read event by event first, as Yams does it: a value counts as its
/// bytes and four more for what stands around it, an alias as what its anchor holds.
struct AliasExpansion {
  /// The most bytes that the aliases of a text may stand for.
  static let limit = 1 << 22
  /// The most values that may stand one within the other, aliases expanded; a text without aliases
  /// is kept to as many by the parser.
  static let depthLimit = 1000
  /// What a value counts beside its bytes.
  private static let valueSize = 4

  /// What a text has too much of, and the alias with which it has.
  struct Excess {
    let message: String
    let place: SourceRange
  }

  /// The first alias that goes too far; `nil` if none does. What is no YAML ends the search:
  /// whoever composes the text meets it again.
  ///
  /// - Complexity: linear.
  static func excess(in source: String) -> Excess? {
    var bytes = Array(source.utf8)
    guard bytes.contains(UInt8(ascii: "*")) else { return nil }
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { yaml_parser_delete(&parser) }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
    return bytes.withUnsafeMutableBufferPointer { bytes in
      yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      var expansion = AliasExpansion()
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { return nil }
        if let excess = expansion.excess(with: event) { return excess }
      }
    }
  }

  /// What an anchor holds: its bytes and how many values stand one within the other.
  private struct Extent {
    var size: Int
    var depth: Int
  }

  /// A sequence or mapping that is not closed yet.
  private struct Collection {
    let anchor: String?
    var extent = Extent(size: AliasExpansion.valueSize, depth: 1)
  }

  private var anchors: [String: Extent] = [:]
  private var open: [Collection] = []
  /// What all aliases up to here stand for.
  private var expanded = 0

  private mutating func excess(with event: yaml_event_t) -> Excess? {
    switch event.type {
    case YAML_SCALAR_EVENT:
      let size = Int(event.data.scalar.length) + Self.valueSize
      add(Extent(size: size, depth: 1), as: Self.name(event.data.scalar.anchor))
    case YAML_SEQUENCE_START_EVENT:
      open.append(Collection(anchor: Self.name(event.data.sequence_start.anchor)))
    case YAML_MAPPING_START_EVENT:
      open.append(Collection(anchor: Self.name(event.data.mapping_start.anchor)))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      if let collection = open.popLast() { add(collection.extent, as: collection.anchor) }
    case YAML_ALIAS_EVENT: return excess(withAliasIn: event)
    default: break
    }
    return nil
  }

  private mutating func excess(withAliasIn event: yaml_event_t) -> Excess? {
    guard let name = Self.name(event.data.alias.anchor), let extent = anchors[name] else {
      return nil
    }
    expanded += extent.size
    let message: String
    if expanded > Self.limit {
      message = "the aliases of the text stand for more than \(Self.limit) bytes"
    } else if open.count + extent.depth > Self.depthLimit {
      message = "with its aliases the text is nested more than \(Self.depthLimit) deep"
    } else {
      add(extent, as: nil)
      return nil
    }
    let mark = event.start_mark
    return Excess(
      message: message,
      place: SourceRange(
        line: Int(mark.line) + 1, column: Int(mark.column) + 1, length: name.utf8.count + 1))
  }

  /// Adds a value to the collection that it stands in.
  private mutating func add(_ extent: Extent, as anchor: String?) {
    if let anchor { anchors[anchor] = extent }
    guard let last = open.indices.last else { return }
    open[last].extent.size += extent.size
    open[last].extent.depth = max(open[last].extent.depth, extent.depth + 1)
  }

  private static func name(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
