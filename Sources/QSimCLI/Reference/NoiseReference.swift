import QSim

/// What the catalog knows about noise models, as text.
enum NoiseReference {
  /// The page of all models.
  static var page: String {
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
  static func entry(for definition: NoiseModelDefinition) -> String {
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
  static func defaults(of definition: NoiseModelDefinition) -> String {
    definition.parameters.map { parameter in
      parameter.sets.isEmpty ? "\(parameter.name)=\(defaultText(of: parameter))" : parameter.name
    }.joined(separator: " ")
  }

  static func defaultText(of parameter: NoiseModelDefinition.Parameter) -> String {
    parameter.sets.isEmpty ? "\(parameter.defaultValue)" : ""
  }
}

extension HelpText {
  /// A paragraph in lines of at most 80 columns.
  static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(whereSeparator: \.isWhitespace) {
      if line.count > indent, line.count + 1 + word.count > 80 {
        lines.append(line)
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
