import ArgumentParser
import QSim

/// `qsim logical_errors`: small sets of errors that nothing detects.
struct LogicalErrorsCommand: DocumentedCommand {
  static let summary = "Find the fewest errors that flip an observable and no detector."
  static let details = """
    The input is a circuit, or an error model in a file named '*.dem'. 'graphlike' is exact for errors with at most two \
    detection events; 'any' looks at all errors within the limits; 'sat' and 'likeliest-sat' write a problem for a \
    maximum satisfiability solver (WDIMACS), whose optimum is the answer. Found errors are written as a .dem file.
    """
  static let examples = [
    "qsim gen --code surface_code --task rotated_memory_x --distance 3 --rounds 3 --after_clifford_depolarization 0.001 "
      + "| qsim logical_errors"
  ]
  static let configuration = configured("logical_errors")

  /// The values of `--search`.
  enum Search: String, CaseIterable, ExpressibleByArgument {
    case graphlike, any, sat
    case likeliestSAT = "likeliest-sat"
  }

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Option(help: "How to search.")
  var search = Search.graphlike

  @Option(help: "For 'any': the most detection events open between two errors.")
  var maxDetectionEvents = 4

  @Option(help: "For 'any': the most detection events an error may cause to be used.")
  var maxDetectorsPerError = 4

  @Flag(help: "For 'any': let no error raise the number of detection events.")
  var neverIncreasing = false

  @Flag(help: "For 'graphlike': decompose errors and use their parts.")
  var decomposeErrors = false

  @Option(help: "For 'likeliest-sat': the whole number that stands for the largest log-odds.")
  var quantization = 100

  func validate() throws {
    guard (1...1_000_000_000).contains(quantization) else {
      throw ValidationError("'--quantization' is in 1...1000000000.")
    }
  }

  func run() throws {
    let text: String
    if input.input.hasSuffix(".dem") {
      let (source, model) = try ErrorModelInput.model(input.input)
      text = try SimulationFailure.explained(source) { try answer(for: model) }
    } else {
      let (source, circuit) = try input.read(for: Self.self)
      let options = ErrorAnalyzer.Options(
        decomposesErrors: decomposeErrors, disjointErrorThreshold: 1)
      text = try SimulationFailure.explained(source) {
        try answer(
          for: ErrorAnalyzer.model(
            of: circuit, options: options, memoryLimit: MemoryBudget().available))
      }
    }
    let file = try OutputFile.creating(out.out)
    file.write(text)
    try file.close()
  }

  private func answer(for model: DetectorErrorModel) throws(Obstacle) -> String {
    switch search {
    case .graphlike:
      return DEMWriter.write(
        try model.shortestGraphlikeError(isIgnoringOthers: !decomposeErrors))
    case .any:
      let limits = DetectorErrorModel.SearchLimits(
        detectionEvents: maxDetectionEvents, detectorsPerMechanism: maxDetectorsPerError,
        isNeverIncreasing: neverIncreasing)
      return DEMWriter.write(try model.undetectableLogicalError(limits: limits))
    case .sat: return try model.shortestErrorSATProblem()
    case .likeliestSAT: return try model.likeliestErrorSATProblem(quantization: quantization)
    }
  }
}
