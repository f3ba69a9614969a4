import QSim
import Reporting

/// Every decoder.
enum DecoderKind: CatalogKind {
  typealias List = DecoderCatalog

  static let word = "decoders"
  static let summary = "List the decoders, or describe some."
  static let examples = ["qsim catalog decoders union-find", "qsim catalog decoders --csv"]

  static func table(of definitions: [DecoderDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("aliases", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for definition in definitions {
      table.append([
        .string(definition.name), .string(definition.aliases.joined(separator: " ")),
        .string(definition.summary),
      ])
    }
    return table
  }

  /// The page of all decoders.
  static var page: String? {
    var text = """
      # Decoders

      Written by `qsim docs --write`; do not edit. `qsim catalog decoders NAME` prints the same for one decoder. How they are \
      used: [Decoding](../Guides/decoding.md). Keys in brackets: [References](../References.md).

      | Decoder | Also called | |
      |---|---|---|

      """
    for definition in DecoderCatalog.all {
      let aliases = definition.aliases.map { "`\($0)`" }.joined(separator: " ")
      text += "| [\(definition.name)](#\(definition.name)) | \(aliases) | \(definition.summary) |\n"
    }
    for definition in DecoderCatalog.all {
      text += "\n## \(definition.name)\n\n\(definition.summary)\n\n\(definition.details)\n"
    }
    return text
  }

  /// One decoder, for a terminal.
  static func text(of definition: DecoderDefinition) -> String {
    let names = ([definition.name] + definition.aliases).joined(separator: ", ")
    let details = HelpText.wrapped(definition.details.replacing("`", with: ""), indent: 2)
    return "\(names)\n  \(definition.summary)\n\n\(details)\n"
  }
}
