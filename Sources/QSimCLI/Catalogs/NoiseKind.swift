import QSim
import Reporting

/// Every noise model.
enum NoiseKind: CatalogKind {
  typealias List = NoiseModelCatalog

  static let word = "noise"
  static let summary = "List the noise models, or describe some."
  static let details =
    "Defaults of parameters follow '='; a parameter without one stands for others."
  static let examples = ["qsim catalog noise si1000", "qsim catalog noise --csv"]

  static func table(of definitions: [NoiseModelDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("parameters", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for definition in definitions {
      table.append([
        .string(definition.name), .string(defaults(of: definition)),
        .string(definition.summary),
      ])
    }
    return table
  }

  /// The page of all models.
  static var page: String? {
    var text = """
      # Noise models

      Written by `qsim docs --write`; do not edit. `qsim catalog noise NAME` prints the same for one model. How they are used: \
      [Noise](../Guides/noise.md); models of your own: [noise files](../Formats/noise.md); the channels: \
      [gates](gates.md#noise-channels).

      | Model | |
      |---|---|

      """
    for definition in NoiseModelCatalog.all {
      text += "| [\(definition.name)](#\(definition.name)) | \(definition.summary) |\n"
    }
    for definition in NoiseModelCatalog.all {
      text += "\n## \(definition.name)\n\n\(definition.summary)\n\n\(definition.details)\n\n"
      text += "| Parameter | Default | Values | |\n|---|--:|---|---|\n"
      for parameter in definition.parameters {
        text +=
          "| `\(parameter.name)` | \(defaultText(of: parameter)) | \(parameter.valuesText) | \(parameter.summary) |\n"
      }
    }
    return text
  }

  /// One model, for a terminal.
  static func text(of definition: NoiseModelDefinition) -> String {
    var text = "\(definition.name)\n  \(definition.summary)\n\n"
    text += HelpText.wrapped(definition.details.replacing("`", with: ""), indent: 2) + "\n\n"
    let names = definition.parameters.map { parameter in
      parameter.sets.isEmpty
        ? "\(parameter.name)=\(defaultText(of: parameter))" : parameter.name
    }
    let width = names.map(\.count).max() ?? 0
    for (name, parameter) in zip(names, definition.parameters) {
      let padding = String(repeating: " ", count: width - name.count)
      text += "  \(name)\(padding)  \(parameter.summary); \(parameter.valuesText)\n"
    }
    return text
  }

  /// `p=0.001`, without shorthands.
  private static func defaults(of definition: NoiseModelDefinition) -> String {
    definition.parameters.map { parameter in
      parameter.sets.isEmpty ? "\(parameter.name)=\(defaultText(of: parameter))" : parameter.name
    }.joined(separator: " ")
  }

  private static func defaultText(of parameter: NoiseModelDefinition.Parameter) -> String {
    parameter.sets.isEmpty ? "\(parameter.defaultValue)" : ""
  }
}
