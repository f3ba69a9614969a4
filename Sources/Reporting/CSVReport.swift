/// Writes tables as comma-separated values (RFC 4180).
///
/// The first line holds the columns' keys. Fields with a comma, a quote or a line break stand in
/// quotes, quotes inside are doubled. Numbers are not rounded; `null` is an empty field; lists and
/// objects are JSON on one line.
public struct CSVReport: Sendable {
  /// What ends a line: `\r\n` as in the RFC, or `\n` as Unix tools like it. Readers take both.
  public var lineEnding: String

  /// Makes a writer.
  public init(lineEnding: String = "\r\n") {
    self.lineEnding = lineEnding
  }

  /// Writes the header line and every row.
  public func write(_ table: ReportTable, to output: inout some TextOutputStream) {
    writeLine(table.columns.map(\.key), to: &output)
    for row in table.rows {
      writeLine(row.map(Self.text(of:)), to: &output)
    }
  }

  /// Writes every table, an empty line between two of them; the fields as one row where there is no
  /// table.
  public func write(_ report: Report, to output: inout some TextOutputStream) {
    if report.tables.isEmpty, !report.fields.isEmpty {
      var table = ReportTable(columns: report.fields.keys.map { .init($0) })
      table.append(report.fields.entries.map(\.value))
      return write(table, to: &output)
    }
    for (index, table) in report.tables.enumerated() {
      if index > 0 { output.write(lineEnding) }
      write(table, to: &output)
    }
  }

  /// A field as it stands in the file.
  public static func quoted(_ field: String) -> String {
    let special: (UInt8) -> Bool = {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0a || $0 == 0x0d
    }
    guard field.utf8.contains(where: special) else { return field }
    var text = "\""
    for scalar in field.unicodeScalars {
      if scalar == "\"" { text += "\"" }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  private static func text(of value: ReportValue) -> String {
    switch value {
    case .null: ""
    case .string(let string): string
    case .double(let number): number.isNaN ? "nan" : number.description
    case .bool, .int, .uint, .array, .object: JSONReport.line(value)
    }
  }

  private func writeLine(_ fields: [String], to output: inout some TextOutputStream) {
    // A lone empty field would be an empty line, which readers skip.
    let isBlank = fields.count == 1 && fields[0].isEmpty
    output.write(isBlank ? "\"\"" : fields.map(Self.quoted).joined(separator: ","))
    output.write(lineEnding)
  }
}
