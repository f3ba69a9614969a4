import ArgumentParser
import QSim

/// The error model that a decoder is made for: a file, or what a circuit's noise does.
struct DecodedModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The error model, as .dem.", valueName: "file"), completion: .file())
  var dem: String?

  @Option(
    help: ArgumentHelp(
      "A noisy circuit, as .stim, whose error model to use instead.", valueName: "file"),
    completion: .file())
  var circuit: String?

  func validate() throws {
    if dem != nil, circuit != nil {
      throw ValidationError("'--dem' and '--circuit' exclude each other.")
    }
  }

  /// Reads the model. Of a circuit, cases of a channel that exclude each other are taken as
  /// independent.
  ///
  /// - Parameter takesHyperedges: whether errors of a circuit need no decomposition.
  func read(takesHyperedges: Bool, for command: any ParsableCommand.Type) throws -> DecodedModel {
    if let dem {
      let (source, model) = try ErrorModelInput.model(dem)
      return DecodedModel(source: source, model: model)
    }
    guard let circuit else { throw LackOfInput(command: command) }
    let (source, parsed) = try StimInput.circuit(circuit)
    let options = ErrorAnalyzer.Options(
      decomposesErrors: !takesHyperedges, foldsLoops: true, disjointErrorThreshold: 1)
    return try SimulationFailure.explained(source) {
      let model = try ErrorAnalyzer.model(
        of: parsed, options: options, memoryLimit: MemoryBudget().available)
      return DecodedModel(source: source, model: model)
    }
  }
}

/// Decoders by name, in their order.
struct DecoderListOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Decoders, with blanks or commas between them: \(DecoderCatalog.all.map(\.name).joined(separator: ", ")).",
      valueName: "names"))
  var decoders: [String] = []

  /// One name each.
  var names: [String] { decoders.flatMap { $0.split(separator: ",").map(String.init) } }
}

/// An error model with the text it comes from.
struct DecodedModel {
  let source: CircuitSource
  let model: DetectorErrorModel

  /// Makes a decoder; what it refuses is a message about the text.
  func compiled(by decoder: any Decoder) throws -> any CompiledDecoder {
    try SimulationFailure.explained(source) {
      // Windows unroll only what they need.
      if !(decoder is WindowedDecoder) { try DecodingLimits.counts(of: model) }
      return try decoder.compiled(for: model)
    }
  }
}
