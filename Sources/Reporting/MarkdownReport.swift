/// Writes tables as Markdown pipe tables.
public struct MarkdownReport: Sendable {
  /// Makes a writer.
  public init() {}

  /// Writes a title line, if there is one, headings, and rows of one table.
  public func write(_ table: ReportTable, to output: inout some TextOutputStream) {
    if let title = table.title { output.write("**\(Self.escaped(title))**\n\n") }
    writeLine(table.columns.map { Self.escaped($0.heading) }, to: &output)
    output.write("|")
    for column in table.columns { output.write(column.alignment == .left ? "---|" : "--:|") }
    output.write("\n")
    for row in table.rows {
      let cells = zip(row, table.columns).map { value, column in
        Self.escaped(TextReport.text(of: value, digits: column.digits))
      }
      writeLine(cells, to: &output)
    }
  }

  /// Writes every table, an empty line between two of them.
  public func write(_ report: Report, to output: inout some TextOutputStream) {
    for (index, table) in report.tables.enumerated() {
      if index > 0 { output.write("\n") }
      write(table, to: &output)
    }
  }

  /// Text that reads as itself in a cell; code spans and emphasis stay.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if character == "|" { escaped += "\\" }
      escaped += character.isNewline ? "<br>" : String(character)
    }
    return escaped
  }

  private func writeLine(_ cells: [String], to output: inout some TextOutputStream) {
    output.write("| " + cells.joined(separator: " | ") + " |\n")
  }
}
