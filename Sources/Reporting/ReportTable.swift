/// A table: columns with names and units, and rows of values.
public struct ReportTable: Sendable, Hashable {
  /// Where the text of a column stands in its cells.
  public enum Alignment: Sendable, Hashable {
    /// Flush left, for text.
    case left
    /// Flush right, for numbers.
    case right
  }

  /// One column.
  public struct Column: Sendable, Hashable {
    /// The name in JSON and CSV: snake_case, with its unit (`loss_db_per_km`).
    public var key: String

    /// The heading in text and Markdown.
    public var title: String

    /// The unit, printed in brackets behind the title; `nil` for pure numbers and words.
    public var unit: String?

    /// Where the text stands in its cells.
    public var alignment: Alignment

    /// The significant digits that text and Markdown round a `Double` to. JSON and CSV never round.
    public var digits: Int

    /// Makes a column. The title is the key when none is given; numbers belong to the right.
    public init(
      _ key: String, title: String? = nil, unit: String? = nil, alignment: Alignment = .right,
      digits: Int = 6
    ) {
      self.key = key
      self.title = title ?? key
      self.unit = unit
      self.alignment = alignment
      self.digits = digits
    }

    /// Title and unit as one heading: `loss [dB/km]`.
    public var heading: String { unit.map { "\(title) [\($0)]" } ?? title }
  }

  /// The name of the table in JSON: `rows` unless a report holds several.
  public var key: String

  /// A line above the table in text and Markdown.
  public var title: String?

  /// The columns, left to right.
  public var columns: [Column]

  /// The key of the column that text draws bars for, scaled to its largest value.
  public var barColumn: String?

  /// The rows; each has one value a column.
  public private(set) var rows: [[ReportValue]] = []

  /// Makes a table without rows.
  public init(
    key: String = "rows", title: String? = nil, columns: [Column], barColumn: String? = nil
  ) {
    self.key = key
    self.title = title
    self.columns = columns
    self.barColumn = barColumn
  }

  /// Adds a row at the end.
  ///
  /// - Precondition: `row` has one value a column.
  public mutating func append(_ row: [ReportValue]) {
    precondition(
      row.count == columns.count,
      "A row of \(row.count) values does not fit a table of \(columns.count) columns")
    rows.append(row)
  }

  /// The value of each row in one column.
  public subscript(column key: String) -> [ReportValue]? {
    guard let place = columns.firstIndex(where: { $0.key == key }) else { return nil }
    return rows.map { $0[place] }
  }
}
