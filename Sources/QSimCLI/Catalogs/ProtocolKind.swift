import QSim
import Reporting

/// Every protocol for key distribution.
enum ProtocolKind: CatalogKind {
  typealias List = QKDProtocolCatalog

  static let word = "protocols"
  static let summary = "List the protocols for key distribution, or describe some."
  static let details =
    "JSON has parameters with units, defaults and ranges, assumptions, and the presets."
  static let examples = ["qsim catalog protocols tf-pm", "qsim catalog protocols --csv"]

  static func table(of definitions: [QKDProtocolDefinition], for form: TableForm) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("id", alignment: .left), .init("family", alignment: .left),
      .init("unit", alignment: .left), .init("summary", alignment: .left),
    ]
    if form == .json {
      columns += [.init("sources"), .init("assumptions"), .init("optimized"), .init("parameters")]
    }
    var table = ReportTable(columns: columns)
    for definition in definitions {
      var row: [ReportValue] = [
        .string(definition.id), .string(definition.family.rawValue),
        .string("bit per \(definition.unit.rawValue)"), .string(definition.summary),
      ]
      if form == .json {
        row += [
          .array(definition.sources.map(ReportValue.string)),
          KeyRateTables.assumptions(definition),
          .array(definition.optimizedParameters.map { .string($0.name) }),
          .array(definition.parameters.map(parameter)),
        ]
      }
      table.append(row)
    }
    return table
  }

  private static func parameter(_ parameter: KeyRateParameter) -> ReportValue {
    [
      "name": .string(parameter.name), "unit": .string(parameter.unit),
      "default": ReportValue(parameter.defaultValue),
      "minimum": .double(parameter.range.lowerBound),
      "maximum": .double(parameter.range.upperBound), "kind": .string(parameter.kind.rawValue),
      "summary": .string(parameter.summary),
    ]
  }

  static var otherTables: [ReportTable] {
    var presets = PresetKind.table(of: Array(KeyRatePresetCatalog.all), for: .json)
    presets.key = "presets"
    return [presets]
  }

  /// The page of all protocols, parameters and presets.
  static var page: String? {
    var text = """
      # Protocols of quantum key distribution

      Written by `qsim docs --write`; do not edit. `qsim catalog protocols NAME` prints the same for one protocol. Rates come \
      from `qsim qkd rate`.

      | Protocol | | Bits per |
      |---|---|---|

      """
    for definition in QKDProtocolCatalog.all {
      text +=
        "| [\(definition.id)](#\(definition.id)) | \(definition.summary) | \(definition.unit.rawValue) |\n"
    }
    for definition in QKDProtocolCatalog.all {
      text += "\n## \(definition.id)\n\n\(definition.summary) \(sources(of: definition))\n\n"
      for assumption in definition.assumptions {
        text += "* `\(assumption.id)`: \(assumption.statement)\n"
      }
      text += "\n| Parameter | Default | Values | |\n|---|--:|---|---|\n"
      for parameter in definition.parameters {
        let star = definition.optimizedParameters.contains(parameter.id) ? " (optimised)" : ""
        text +=
          "| `\(parameter.name)` | \(number(parameter.defaultValue)) | \(parameter.rangeText) | \(parameter.summary)\(star) |\n"
      }
    }
    text += "\n## Presets\n\n| Preset | | Source |\n|---|---|---|\n"
    for preset in KeyRatePresetCatalog.all {
      text += "| `\(preset.name)` | \(preset.summary) | [\(preset.source)] |\n"
    }
    return text
  }

  /// One protocol, for a terminal.
  static func text(of definition: QKDProtocolDefinition) -> String {
    var text = "\(definition.id)\n  \(definition.summary)\n\n"
    for assumption in definition.assumptions {
      text += HelpText.wrapped("\(assumption.id): \(assumption.statement)", indent: 2) + "\n"
    }
    text += "\n"
    let names = definition.parameters.map { "\($0.name)=\(number($0.defaultValue))" }
    let width = names.map(\.count).max() ?? 0
    for (name, parameter) in zip(names, definition.parameters) {
      let padding = String(repeating: " ", count: width - name.count)
      let star = definition.optimizedParameters.contains(parameter.id) ? "; optimised" : ""
      text += "  \(name)\(padding)  \(parameter.summary) \(parameter.rangeText)\(star)\n"
    }
    let presets = KeyRatePresetCatalog.all.filter { $0.isFor(definition) }.map(\.name)
    return text + "\n  presets: \(presets.joined(separator: ", "))\n"
  }

  private static func sources(of definition: QKDProtocolDefinition) -> String {
    definition.sources.map { "[\($0)]" }.joined(separator: ", ")
  }

  private static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    return abs(value) < 1e15 ? Int(exactly: value).map(String.init) ?? "\(value)" : "\(value)"
  }
}
