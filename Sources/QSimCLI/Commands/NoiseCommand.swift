import ArgumentParser
import QSim
import Reporting

/// `qsim noise`: a clean circuit made noisy.
struct NoiseCommand: DocumentedCommand {
  static let summary = "Make a circuit noisy, by models of the catalog or a noise file."
  static let details = """
    The noisy circuit is written as .stim; channels that Stim lacks are tags on I_ERROR. 'qsim catalog noise' lists the \
    models. A rule that never fires is a warning.
    """
  static let examples = [
    "qsim noise Examples/circuits/ghz.stim --model depolarizing --p 0.01 --report",
    "qsim noise Examples/circuits/repetition_code_cz.stim --model si1000 --p 0.0023 --dialect stimflow",
    "qsim noise Examples/circuits/bell.qasm --model thermal:t1_us=50,t2_us=70 --model readout",
  ]
  static let configuration = configured("noise")

  @OptionGroup var input: CircuitInput

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A model with its settings, such as si1000:p=0.002, or a JSON file. May be given several times.",
      valueName: "model"))
  var model: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the model.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The same as --set p=value.")
  var p: Double?

  @Option(
    help:
      "The same as --set dialect=value: which version of a model, 'paper' or 'stimflow' of si1000.")
  var dialect: String?

  @Option(
    help: ArgumentHelp("The file to write. '-' is standard output.", valueName: "file"),
    completion: .file())
  var out: String?

  @Flag(help: "Print on standard error how often each rule fired.")
  var report = false

  @Option(
    help: ArgumentHelp("The value of an 'input' of the circuit.", valueName: "name=value"))
  var param: [String] = []

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if output.csv, out == nil || out == "-" {
      throw ValidationError("'--csv' prints the rules: give the circuit a file with '--out'.")
    }
    if output.json, out == "-" {
      throw ValidationError("'--json' prints an object: give the circuit a file with '--out'.")
    }
  }

  func run() throws {
    guard !model.isEmpty else {
      throw CommandFailure(
        .usage, "--model says which noise", hint: "'qsim catalog noise' lists the models")
    }
    let models = try self.models()
    let values = try ParameterSweep.single(param, for: "a noisy circuit")
    let source = try input.read(for: Self.self)
    let file = try source.parse(inputs: values)
    let warnings = source.report(file.warnings, on: terminal.current)
    let noisy = try NoiseLoader.apply(models, to: file.circuit, of: source)
    let text = try source.rejecting { () throws(Diagnostic) in
      try noisy.circuit.text(as: .stim)
    }
    let allWarnings = warnings + NoiseLoader.report(noisy, on: terminal.current)
    if out != nil || !(output.json || output.csv) {
      let file = try OutputFile.creating(out ?? "-")
      file.write(text)
      try file.close()
    }
    try printReport(of: noisy, text, file.circuit, source, allWarnings)
  }

  private func models() throws -> [NoiseModel] {
    var settings = try self.settings.map { text in
      try NoiseLoader.asUsage { () throws(Diagnostic) in try NoiseSpecification.setting(text) }
    }
    if let p { settings.append(("p", .number(p))) }
    if let dialect { settings.append(("dialect", .word(dialect))) }
    guard settings.isEmpty || model.count == 1 else {
      throw CommandFailure(
        .usage, "--set, --p and --dialect are for one model, not for \(model.count)",
        hint: "write --model \(model[0]):key=value")
    }
    return try model.map { try NoiseLoader.model($0, settings: settings) }
  }

  private func printReport(
    of noisy: NoisyCircuit, _ text: String, _ circuit: Circuit, _ source: CircuitSource,
    _ warnings: [String]
  ) throws {
    var report = Report(
      provenance: Provenance(command: "noise", version: QSimCommand.version, warnings: warnings))
    report.tables = [NoiseLoader.table(of: noisy)]
    if self.report {
      var table = ""
      TextReport(bars: .none).write(report, to: &table)
      while table.last == "\n" { table.removeLast() }
      printError(table)
    }
    guard output.json || output.csv else { return }
    report.fields["input"] = .object(source.summary(of: circuit))
    report.fields["gates"] = .uint(noisy.circuit.gateCount)
    if let out {
      report.fields["path"] = .string(out)
    } else {
      report.fields["circuit"] = .string(text)
    }
    output.print(report)
  }
}
