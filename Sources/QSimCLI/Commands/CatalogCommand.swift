import ArgumentParser
import QSim
import Reporting

/// `qsim catalog`: what qsim knows.
struct CatalogCommand: DocumentedCommand {
  static let summary = "List what qsim knows."
  static let details = ""
  static let examples = ["qsim catalog gates H", "qsim catalog noise thermal"]
  static let configuration = configured(
    "catalog",
    subcommands: [
      CatalogGatesCommand.self, CatalogNoiseCommand.self, CatalogDecodersCommand.self,
      CatalogProtocolsCommand.self,
    ])

  func run() throws {
    throw LackOfInput(command: Self.self)
  }
}

/// `qsim catalog gates`: every gate, noise channel, measurement and annotation.
struct CatalogGatesCommand: DocumentedCommand {
  static let summary = "List the gates, or describe some."
  static let details = "Names are those of any language, in any case."
  static let examples = ["qsim catalog gates CX", "qsim catalog gates --csv"]
  static let configuration = configured("gates")

  @Argument(help: "Names of gates; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let definitions = names.isEmpty ? GateCatalog.all : try names.map(Self.definition)
    var report = Report(
      provenance: Provenance(command: "catalog gates", version: QSimCommand.version))
    report.tables = [Self.table(of: definitions)]
    if names.isEmpty || output.json || output.csv {
      output.print(report)
      return
    }
    let texts = definitions.map { GateReference.entry(for: $0, isMarkdown: false) }
    OutputFile.standard.write(texts.joined(separator: "\n"))
  }

  private static func definition(named name: String) throws -> GateDefinition {
    let lowered = name.lowercased()
    func names(of definition: GateDefinition) -> [String] {
      [definition.name] + definition.aliases + definition.openQASM.map(\.name)
    }
    if let definition = GateCatalog.all.first(where: {
      $0.name == name || $0.aliases.contains(name)
    }) {
      return definition
    }
    if let definition = GateCatalog.all.first(where: { $0.openQASM.contains { $0.name == name } }) {
      return definition
    }
    if let definition = GateCatalog.all.first(where: {
      names(of: $0).contains { $0.lowercased() == lowered }
    }) {
      return definition
    }
    let hint = nearestName(to: name, in: GateCatalog.all.flatMap(names))
      .map { "did you mean '\($0)'?" }
    throw CommandFailure(
      .usage, "there is no gate '\(name)'", hint: hint ?? "'qsim catalog gates' lists them")
  }

  private static func table(of definitions: [GateDefinition]) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("aliases", alignment: .left),
      .init("openqasm", title: "OpenQASM", alignment: .left),
      .init("parameters", alignment: .left), .init("qubits"),
      .init("category", alignment: .left), .init("summary", alignment: .left),
    ])
    for definition in definitions {
      table.append([
        .string(definition.name), .string(definition.aliases.joined(separator: " ")),
        .string(definition.openQASM.map(\.name).joined(separator: " ")),
        .string(definition.parameters.joined(separator: " ")), ReportValue(definition.qubitCount),
        .string(definition.category.rawValue), .string(definition.summary),
      ])
    }
    return table
  }
}

/// `qsim catalog noise`: every noise model.
struct CatalogNoiseCommand: DocumentedCommand {
  static let summary = "List the noise models, or describe some."
  static let details =
    "Defaults of parameters follow '='; a parameter without one stands for others."
  static let examples = ["qsim catalog noise si1000", "qsim catalog noise --csv"]
  static let configuration = configured("noise")

  @Argument(help: "Names of models; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let definitions = try names.isEmpty ? NoiseModelCatalog.all : names.map(Self.definition)
    if !names.isEmpty, !output.json, !output.csv {
      let texts = definitions.map { NoiseReference.entry(for: $0) }
      OutputFile.standard.write(texts.joined(separator: "\n"))
      return
    }
    var report = Report(
      provenance: Provenance(command: "catalog noise", version: QSimCommand.version))
    report.tables = [Self.table(of: definitions)]
    output.print(report)
  }

  private static func definition(named name: String) throws -> NoiseModelDefinition {
    if let definition = NoiseModelCatalog.definition(named: name) { return definition }
    let hint = nearestName(to: name, in: NoiseModelCatalog.all.map(\.name))
      .map { "did you mean '\($0)'?" }
    throw CommandFailure(
      .usage, "there is no noise model '\(name)'", hint: hint ?? "'qsim catalog noise' lists them")
  }

  private static func table(of definitions: [NoiseModelDefinition]) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("parameters", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for definition in definitions {
      table.append([
        .string(definition.name), .string(NoiseReference.defaults(of: definition)),
        .string(definition.summary),
      ])
    }
    return table
  }
}

/// `qsim catalog protocols`: every protocol for key distribution.
struct CatalogProtocolsCommand: DocumentedCommand {
  static let summary = "List the protocols for key distribution, or describe some."
  static let details =
    "JSON has parameters with units, defaults and ranges, assumptions, and the presets."
  static let examples = ["qsim catalog protocols tf-pm", "qsim catalog protocols --csv"]
  static let configuration = configured("protocols")

  @Argument(help: "Names of protocols; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let definitions = try names.isEmpty ? QKDProtocolCatalog.all : names.map(Self.definition)
    if !names.isEmpty, !output.json, !output.csv {
      let texts = definitions.map { ProtocolReference.entry(for: $0) }
      OutputFile.standard.write(texts.joined(separator: "\n"))
      return
    }
    var report = Report(
      provenance: Provenance(command: "catalog protocols", version: QSimCommand.version))
    report.tables = [Self.table(of: definitions, isFull: output.json)]
    if output.json { report.tables.append(Self.presets()) }
    output.print(report)
  }

  private static func definition(named name: String) throws -> QKDProtocolDefinition {
    do throws(Diagnostic) {
      return try KeyRateScenario.definition(named: name)
    } catch {
      throw CommandFailure(.usage, error.message, hint: error.hint)
    }
  }

  private static func table(of definitions: [QKDProtocolDefinition], isFull: Bool) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("id", alignment: .left), .init("family", alignment: .left),
      .init("unit", alignment: .left), .init("summary", alignment: .left),
    ]
    if isFull {
      columns += [.init("sources"), .init("assumptions"), .init("optimized"), .init("parameters")]
    }
    var table = ReportTable(columns: columns)
    for definition in definitions {
      var row: [ReportValue] = [
        .string(definition.id), .string(definition.family.rawValue),
        .string("bit per \(definition.unit.rawValue)"), .string(definition.summary),
      ]
      if isFull {
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

  private static func presets() -> ReportTable {
    var table = ReportTable(
      key: "presets",
      columns: [
        .init("name"), .init("summary"), .init("source"), .init("protocols"), .init("values"),
      ])
    for preset in KeyRatePresetCatalog.all {
      table.append([
        .string(preset.name), .string(preset.summary), .string(preset.source),
        .array(preset.protocols.map(ReportValue.string)),
        .object(ReportObject(preset.values.map { ($0.id.name, .double($0.value)) })),
      ])
    }
    return table
  }
}
