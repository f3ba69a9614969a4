import ArgumentParser
import QSim
import Reporting

/// `qsim catalog decoders`: every decoder.
struct CatalogDecodersCommand: DocumentedCommand {
  static let summary = "List the decoders, or describe some."
  static let details = ""
  static let examples = ["qsim catalog decoders union-find", "qsim catalog decoders --csv"]
  static let configuration = configured("decoders")

  @Argument(help: "Names of decoders; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let definitions =
      try names.isEmpty ? DecoderCatalog.all : names.map { try DecoderDefinition.named($0) }
    if !names.isEmpty, !output.json, !output.csv {
      OutputFile.standard.write(
        definitions.map { DecoderReference.entry(for: $0) }.joined(separator: "\n"))
      return
    }
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
    var report = Report(
      provenance: Provenance(command: "catalog decoders", version: QSimCommand.version))
    report.tables = [table]
    output.print(report)
  }
}
