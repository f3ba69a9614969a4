import Documents

/// Writes reports as aligned text for people.
///
/// Fields come first, one a line, then each table under its headings. Text never holds timing,
/// memory or machine: the same input and seed print the same bytes.
public struct TextReport: Sendable {
  /// How the bars of a table's `barColumn` are drawn.
  public enum Bars: Sendable, Hashable {
    /// Bars are not drawn.
    case none
    /// Bars are drawn with block characters, an eighth of a cell fine.
    case blocks
    /// Bars are drawn with `#`.
    case ascii
  }

  /// How bars are drawn.
  public var bars: Bars

  /// The width of the longest bar, in cells.
  public var barWidth: Int

  /// Makes a writer.
  public init(bars: Bars = .none, barWidth: Int = 40) {
    self.bars = bars
    self.barWidth = max(1, barWidth)
  }

  /// Writes fields and tables, an empty line between two parts.
  public func write(_ report: Report, to output: inout some TextOutputStream) {
    var isFirst = true
    if !report.fields.isEmpty {
      write(report.fields, to: &output)
      isFirst = false
    }
    for table in report.tables {
      if !isFirst { output.write("\n") }
      isFirst = false
      write(table, to: &output)
    }
  }

  /// Writes one `key  value` line an entry, values in one column.
  public func write(_ fields: ReportObject, to output: inout some TextOutputStream) {
    let width = fields.entries.map(\.key.count).max() ?? 0
    for entry in fields.entries {
      let padding = String(repeating: " ", count: width - entry.key.count)
      Self.writeLine("\(entry.key)\(padding)  \(Self.text(of: entry.value))", to: &output)
    }
  }

  /// Writes title, headings and rows of one table.
  public func write(_ table: ReportTable, to output: inout some TextOutputStream) {
    if let title = table.title { Self.writeLine(title, to: &output) }
    let columns = table.columns
    var widths = columns.map(\.heading.count)
    for row in table.rows {
      for (place, value) in row.enumerated() {
        widths[place] = max(
          widths[place], Self.text(of: value, digits: columns[place].digits).count)
      }
    }
    func line(_ cells: [String]) -> String {
      var line = ""
      for (place, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[place] - cell.count)
        if place > 0 { line += "  " }
        line += columns[place].alignment == .left ? cell + padding : padding + cell
      }
      return line
    }
    Self.writeLine(line(columns.map(\.heading)), to: &output)
    let scale = barScale(of: table)
    for row in table.rows {
      let cells = zip(row, columns).map { Self.text(of: $0, digits: $1.digits) }
      var text = line(cells)
      if let scale {
        text += "  " + bar(length: scale.cellsPerUnit * Self.number(row[scale.place]))
      }
      Self.writeLine(text, to: &output)
    }
  }

  /// A value as text reads best: no quotes, numbers rounded.
  public static func text(of value: ReportValue, digits: Int = 6) -> String {
    switch value {
    case .null: "–"
    case .bool(let flag): flag ? "yes" : "no"
    case .double(let number): DecimalText.rounded(number, digits: digits)
    case .string(let string): singleLine(string)
    case .array(let elements):
      elements.map { text(of: $0, digits: digits) }.joined(separator: ", ")
    case .object(let object):
      object.entries.map { "\($0.key) \(text(of: $0.value, digits: digits))" }
        .joined(separator: ", ")
    case .int(let integer): String(integer)
    case .uint(let integer): String(integer)
    }
  }

  /// Control characters of data would move the cursor: they print as U+FFFD.
  private static func singleLine(_ string: String) -> String {
    let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || (0x7f..<0xa0) ~= $0.value }
    guard string.unicodeScalars.contains(where: isControl) else { return string }
    var text = String.UnicodeScalarView()
    for scalar in string.unicodeScalars { text.append(isControl(scalar) ? "\u{fffd}" : scalar) }
    return String(text)
  }

  private static func number(_ value: ReportValue) -> Double {
    switch value {
    case .int(let integer): max(0, Double(integer))
    case .uint(let integer): Double(integer)
    case .double(let number): number.isFinite ? max(0, number) : 0
    default: 0
    }
  }

  private func barScale(of table: ReportTable) -> (place: Int, cellsPerUnit: Double)? {
    guard bars != .none, let key = table.barColumn,
      let place = table.columns.firstIndex(where: { $0.key == key })
    else { return nil }
    let largest = table.rows.map { Self.number($0[place]) }.max() ?? 0
    return largest > 0 ? (place, Double(barWidth) / largest) : nil
  }

  private func bar(length: Double) -> String {
    let eighths = Int((min(length, Double(barWidth)) * 8).rounded())
    switch bars {
    case .none: return ""
    case .ascii: return String(repeating: "#", count: (eighths + 4) / 8)
    case .blocks:
      let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
      return String(repeating: "█", count: eighths / 8) + partial
    }
  }

  private static func writeLine(_ line: String, to output: inout some TextOutputStream) {
    let end = line.utf8.lastIndex { $0 != 0x20 }.map(line.utf8.index(after:)) ?? line.startIndex
    output.write(String(line[..<end]))
    output.write("\n")
  }
}
