import QSim
import Reporting

/// Every code that experiments are generated with.
enum CodeKind: CatalogKind {
  typealias List = CodeCatalog

  static let word = "codes"
  static let summary = "List the codes that 'qsim gen' makes experiments with, or describe some."

  static func table(of codes: [CodeDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("tasks", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for code in codes {
      let tasks = code.tasks.map(\.name)
      table.append([
        .string(code.name),
        form == .json
          ? .array(tasks.map(ReportValue.string)) : .string(tasks.joined(separator: " ")),
        .string(code.summary),
      ])
    }
    return table
  }

  static func text(of code: CodeDefinition) -> String {
    let width = code.tasks.map(\.name.count).max() ?? 0
    var text = "\(code.name)\n  \(code.summary)\n\n"
    for task in code.tasks {
      let padding = String(repeating: " ", count: width - task.name.count)
      text += "  \(task.name)\(padding)  \(task.summary)\n"
    }
    return text
  }

  static var page: String? {
    var text = """
      # Codes

      Written by `qsim docs --write`; do not edit. `qsim catalog codes NAME` prints the same for one code. `qsim gen --code NAME --task \
      TASK` makes the circuit of an experiment; codes of your own: [QSim in Swift](../Guides/swift.md). Keys in brackets: \
      [References](../References.md).

      """
    for code in CodeCatalog.all {
      text += "\n## \(code.name)\n\n\(code.summary)\n\n| Task | | Distances | Fewest rounds |\n"
      text += "|---|---|---|--:|\n"
      for task in code.tasks {
        let parity = task.needsOddDistance ? "odd, " : ""
        let distances = "\(parity)\(task.distances.lowerBound) to \(task.distances.upperBound)"
        text += "| `\(task.name)` | \(task.summary) | \(distances) | \(task.minimumRounds) |\n"
      }
    }
    return text
  }
}
