import ArgumentParser
import QSim

/// `qsim explain_errors`: where in a circuit errors come from.
struct ExplainErrorsCommand: DocumentedCommand {
  static let summary = "Find what in a circuit causes given detection events."
  static let details = """
    For every set of symptoms that a single error of the circuit causes: the instructions that do it, with the Paulis, \
    coordinates and turns of repeat blocks. '--dem-filter' asks for the errors of a model only.
    """
  static let examples = [
    "qsim gen --code repetition_code --task memory --distance 3 --rounds 2 --before_measure_flip_probability 0.1 "
      + "| qsim explain_errors --single"
  ]
  static let configuration = configured("explain_errors")

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Option(
    help: ArgumentHelp("Explain the errors of a .dem file only.", valueName: "file"),
    completion: .file())
  var demFilter: String?

  @Flag(help: "Name one error for each set of symptoms, a simple one.")
  var single = false

  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let filter = try demFilter.map { path in
      let (source, model) = try ErrorModelInput.model(path)
      return try SimulationFailure.explained(source) { try model.canonical() }
    }
    let explanations = try SimulationFailure.explained(source) {
      try ErrorExplainer.explain(circuit, filter: filter, isSingle: single)
    }
    let file = try OutputFile.creating(out.out)
    var writer = ErrorExplanationWriter(circuit) { StimWriter.text(of: $0) }
    for explanation in explanations { file.write(writer.text(of: explanation) + "\n") }
    try file.close()
  }
}
