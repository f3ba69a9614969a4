@_exported import Documents

/// Writes reports and values as JSON (RFC 8259).
///
/// Keys keep their order. A `Double` prints the shortest digits that read back to the same bits,
/// and always with a fraction or an exponent; NaN and the infinities, which JSON has not, are
/// `null`. Strings escape what JSON demands (quote, backslash, U+0000–U+001F) and nothing else, so
/// the output is UTF-8. A container of at most sixteen scalars stands on one line, everything else
/// has one element a line.
public struct JSONReport: Sendable {
  /// Whether `timing`, `memory` and `machine` are left out.
  public var reproducible: Bool

  /// Makes a writer.
  public init(reproducible: Bool = false) {
    self.reproducible = reproducible
  }

  /// Writes a report: the common header, the fields, the tables as arrays of row objects, then
  /// timing, memory and machine. Rows are streamed, never built as one string.
  public func write(_ report: Report, to output: inout some TextOutputStream) {
    let provenance = report.provenance
    var entries: [(String, ReportValue)] = [
      ("schema", .int(provenance.schema)),
      ("qsim_version", .string(provenance.version)),
      ("command", .string(provenance.command)),
    ]
    if let seed = provenance.seed { entries.append(("seed", .uint(seed))) }
    entries.append(("warnings", .array(provenance.warnings.map(ReportValue.string))))
    entries += report.fields.entries.map { ($0.key, $0.value) }

    output.write("{")
    var separator = "\n"
    func writeKey(_ key: String, to output: inout some TextOutputStream) {
      output.write(separator)
      separator = ",\n"
      output.write("  ")
      Self.writeString(key, to: &output)
      output.write(": ")
    }
    for (key, value) in entries {
      writeKey(key, to: &output)
      Self.write(value, indentation: 1, to: &output)
    }
    for table in report.tables {
      writeKey(table.key, to: &output)
      Self.writeRows(of: table, to: &output)
    }
    if !reproducible {
      for (key, value) in [
        ("timing", provenance.timing), ("memory", provenance.memory),
        ("machine", provenance.machine),
      ] {
        writeKey(key, to: &output)
        Self.write(.object(value), indentation: 1, to: &output)
      }
    }
    output.write("\n}\n")
  }

  /// Writes one value without a line break at its end.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - indentation: The depth of the line it starts on, in steps of two spaces; `nil` writes
  ///     everything on one line.
  ///   - output: Where to.
  public static func write(
    _ value: ReportValue, indentation: Int? = 0, to output: inout some TextOutputStream
  ) {
    switch value {
    case .null: output.write("null")
    case .bool(let flag): output.write(flag ? "true" : "false")
    case .int(let integer): output.write(String(integer))
    case .uint(let integer): output.write(String(integer))
    case .double(let number): output.write(text(of: number))
    case .string(let string): writeString(string, to: &output)
    case .array(let elements):
      let inline = indentation == nil || isShort(elements)
      writeContainer(
        elements, between: ("[", "]"), indentation: inline ? nil : indentation, to: &output
      ) { element, indentation, output in
        write(element, indentation: indentation, to: &output)
      }
    case .object(let object):
      let inline = indentation == nil || isShort(object.entries.lazy.map(\.value))
      writeContainer(
        object.entries, between: ("{", "}"), indentation: inline ? nil : indentation, to: &output
      ) { entry, indentation, output in
        writeString(entry.key, to: &output)
        output.write(": ")
        write(entry.value, indentation: indentation, to: &output)
      }
    }
  }

  /// A value on one line.
  public static func line(_ value: ReportValue) -> String {
    var text = ""
    write(value, indentation: nil, to: &text)
    return text
  }

  /// Writes a string in quotes, escaped.
  public static func writeString(_ string: String, to output: inout some TextOutputStream) {
    JSONString.write(string, to: &output)
  }

  /// The shortest digits that read back to `number`; `null` when it is not finite.
  public static func text(of number: Double) -> String {
    number.isFinite ? number.description : "null"
  }

  private static let inlineLimit = 16

  private static func isShort(_ values: some Collection<ReportValue>) -> Bool {
    values.count <= inlineLimit && values.allSatisfy(\.isScalar)
  }

  private static func writeContainer<Element, Output: TextOutputStream>(
    _ elements: [Element], between brackets: (String, String), indentation: Int?,
    to output: inout Output, writeElement: (Element, Int?, inout Output) -> Void
  ) {
    output.write(brackets.0)
    var isFirst = true
    for element in elements {
      if !isFirst { output.write(indentation == nil ? ", " : ",") }
      isFirst = false
      if let indentation { writeLineBreak(indentation + 1, to: &output) }
      writeElement(element, indentation.map { $0 + 1 }, &output)
    }
    if let indentation, !isFirst { writeLineBreak(indentation, to: &output) }
    output.write(brackets.1)
  }

  private static func writeRows(of table: ReportTable, to output: inout some TextOutputStream) {
    let keys = table.columns.map(\.key)
    writeContainer(
      table.rows, between: ("[", "]"), indentation: table.rows.isEmpty ? nil : 1, to: &output
    ) { row, _, output in
      write(
        .object(ReportObject(uniqueKeysWithValues: zip(keys, row))), indentation: nil, to: &output)
    }
  }

  private static func writeLineBreak(_ indentation: Int, to output: inout some TextOutputStream) {
    output.write("\n")
    for _ in 0..<indentation { output.write("  ") }
  }
}
