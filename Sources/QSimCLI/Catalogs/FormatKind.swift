import QSim
import Reporting

/// Every format of files that are read or written.
enum FormatKind: CatalogKind {
  typealias List = FormatCatalog

  static let word = "formats"
  static let summary = "List the formats of circuits, error models and results, or describe some."

  static func table(of formats: [FormatDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("holds", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for format in formats {
      table.append([
        .string(format.name), .string(format.content.rawValue), .string(format.summary),
      ])
    }
    return table
  }

  static func text(of format: FormatDefinition) -> String {
    "\(format.name)\n  \(format.summary)\n  holds \(format.content.rawValue)\n"
  }
}
