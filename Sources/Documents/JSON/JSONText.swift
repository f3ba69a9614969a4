/// A value of a JSON text and where it stands, so that what is wrong with it can be shown.
package struct JSONText: Sendable {
  package enum Value: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONText])
    /// Entries in order; names are distinct.
    case object([Entry])
  }

  package struct Entry: Sendable {
    package let name: String
    package let nameRange: SourceRange
    package let value: JSONText
  }

  package let value: Value
  /// Of an array or object: its bracket.
  package let range: SourceRange

  /// Deepest nesting that is read.
  package static let depthLimit = JSONOutline.depthLimit

  /// Reads a JSON text [Bray17].
  ///
  /// - Parameter source: UTF-8, with or without a byte order mark.
  /// - Throws: a `Diagnostic` at the first byte that is wrong. A name that an object has twice is
  ///   an error too, unless Python is followed. Never traps.
  /// - Complexity: linear in the text, but for objects of many names: O(n log n).
  package static func parse(
    _ source: [UInt8], options: JSONOutline.Options = .init()
  ) throws(Diagnostic) -> JSONText {
    let result = source.withUnsafeBytes { bytes in
      Result { () throws(Diagnostic) in
        JSONText(try JSONOutline.parse(bytes, options: options), in: bytes)
      }
    }
    return try result.get()
  }

  package init(value: Value, range: SourceRange) {
    self.value = value
    self.range = range
  }

  private init(_ outline: JSONOutline, in source: UnsafeRawBufferPointer) {
    range = outline.range
    value =
      switch outline.value {
      case .null: .null
      case .bool(let flag): .bool(flag)
      case .number(let place):
        .number(Double(String(decoding: source[place], as: UTF8.self)) ?? .nan)
      case .string(let place): .string(JSONOutline.string(place, in: source))
      case .array(let values): .array(values.map { JSONText($0, in: source) })
      case .object(let entries):
        .object(
          entries.map {
            Entry(
              name: $0.name, nameRange: $0.nameRange, value: JSONText($0.value, in: source))
          })
      }
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

  package func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: "noise-file", at: range, hint: hint)
  }
}
