import QSim
import Reporting

/// Every published set of parameters for key rates.
enum PresetKind: CatalogKind {
  typealias List = KeyRatePresetCatalog

  static let word = "presets"
  static let summary = "List the published sets of parameters for key rates, or describe some."
  static let details = "'qsim qkd rate --preset NAME' starts from one."

  static func table(of presets: [KeyRatePreset], for form: TableForm) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("name", alignment: .left), .init("summary", alignment: .left),
      .init("source", alignment: .left),
    ]
    if form == .json { columns += [.init("protocols"), .init("values")] }
    var table = ReportTable(columns: columns)
    for preset in presets {
      var row: [ReportValue] = [
        .string(preset.name), .string(preset.summary), .string(preset.source),
      ]
      if form == .json {
        row += [
          .array(preset.protocols.map(ReportValue.string)),
          .object(ReportObject(preset.values.map { ($0.id.name, .double($0.value)) })),
        ]
      }
      table.append(row)
    }
    return table
  }

  static func text(of preset: KeyRatePreset) -> String {
    var text = "\(preset.name)\n  \(preset.summary) [\(preset.source)]\n\n"
    for (id, value) in preset.values { text += "  \(id.name)=\(value)\n" }
    return text
      + HelpText.wrapped("for \(preset.protocols.joined(separator: ", "))", indent: 2) + "\n"
  }
}
