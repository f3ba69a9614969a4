import ArgumentParser
import QSim

/// `qsim transform`: a circuit in another form.
struct TransformCommand: DocumentedCommand {
  static let summary =
    "Write a circuit flattened, inverted, decomposed, or without noise, tags or feedback."
  static let details = """
    Repeat blocks stay folded where the form allows. 'decomposed' uses H, S, CX, M and R; 'without-feedback' moves records \
    that control Paulis into the detectors and observables that they flip.
    """
  static let examples = [
    "qsim gen --code repetition_code --task memory --distance 3 --rounds 3 | qsim transform --form flattened"
  ]
  static let configuration = configured("transform")

  /// The values of `--form`.
  enum Form: String, CaseIterable, ExpressibleByArgument {
    case flattened, inverse, decomposed
    case withoutNoise = "without-noise"
    case withoutTags = "without-tags"
    case withoutFeedback = "without-feedback"
  }

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Option(help: "The form to write.")
  var form: Form

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let result = try SimulationFailure.explained(source) {
      switch form {
      case .flattened: try circuit.flattened()
      case .inverse: try circuit.inverse()
      case .decomposed: try circuit.decomposed()
      case .withoutNoise: circuit.withoutNoise()
      case .withoutTags: circuit.withoutTags()
      case .withoutFeedback: try circuit.withInlinedFeedback()
      }
    }
    let text = try SimulationFailure.explained(source) { try StimWriter.write(result) }
    let file = try OutputFile.creating(out.out)
    file.write(text)
    try file.close()
  }
}
