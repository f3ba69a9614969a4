import ArgumentParser
import QSim
import Reporting

/// The option that makes a circuit noisy before it is used.
struct NoiseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Add noise: a model with its settings, such as depolarizing:p=0.001, or a JSON file. May be given several times.",
      valueName: "model"))
  var noise: [String] = []

  /// The models, files read.
  ///
  /// - Throws: `CommandFailure` with exit code 64 for what the option says, `InputRejected` for
  ///   what a file says.
  func models() throws -> [NoiseModel] { try noise.map { try NoiseLoader.model($0) } }
}

/// Turns the text of `--noise` and `--model` into noise, and noise into messages.
enum NoiseLoader {
  /// A model of the catalog, or the one a file holds.
  static func model(
    _ text: String, settings: [NoiseModelDefinition.Setting] = []
  ) throws -> NoiseModel {
    switch try asUsage({ () throws(Diagnostic) in
      try NoiseSpecification.parse(text, settings: settings)
    }) {
    case .model(let model): return model
    case .file(let path):
      let file = try InputFile(reading: path)
      do throws(Diagnostic) {
        return try NoiseFile.parse(file.bytes, name: path)
      } catch {
        let source = String(decoding: file.bytes, as: UTF8.self)
        throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
      }
    }
  }

  /// Faults of the command line have exit code 64.
  static func asUsage<Result>(_ body: () throws(Diagnostic) -> Result) throws -> Result {
    do throws(Diagnostic) {
      return try body()
    } catch {
      throw CommandFailure(.usage, error.message, hint: error.hint)
    }
  }

  /// The circuit of a file with noise; as it is where there are no models.
  static func apply(
    _ models: [NoiseModel], to circuit: Circuit, of source: CircuitSource
  ) throws -> NoisyCircuit {
    guard !models.isEmpty else { return NoisyCircuit(circuit: circuit) }
    return try source.rejecting { () throws(Diagnostic) in
      try NoiseModel.applying(models, to: circuit)
    }
  }

  /// Prints what the user should know; the texts, for JSON.
  static func report(_ noisy: NoisyCircuit, on terminal: Terminal) -> [String] {
    let warnings = noisy.warnings
    for warning in warnings { printError(terminal.styled("qsim: warning: \(warning)")) }
    return warnings
  }

  /// The rules and how often they fired.
  static func table(of noisy: NoisyCircuit) -> ReportTable {
    var table = ReportTable(
      key: "noise",
      columns: [
        .init("model", alignment: .left), .init("rule", alignment: .left), .init("fired"),
      ])
    for firing in noisy.firings {
      table.append([.string(firing.model), .string(firing.rule), .uint(firing.count)])
    }
    return table
  }

  /// The same as a list of objects.
  static func list(of firings: [NoisyCircuit.Firing]) -> ReportValue {
    .array(
      firings.map {
        ["model": .string($0.model), "rule": .string($0.rule), "fired": .uint($0.count)]
      })
  }
}
