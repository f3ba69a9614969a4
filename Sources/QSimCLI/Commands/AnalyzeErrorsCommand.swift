import ArgumentParser
import QSim

/// `qsim analyze_errors`: the error model of a circuit.
struct AnalyzeErrorsCommand: DocumentedCommand {
  static let summary = "Turn a noisy circuit with detectors into its error model."
  static let details = """
    Writes a .dem file: every independent error mechanism with its probability and the detectors and observables that \
    it flips. What cannot be analysed is an error that names the instruction. Commands that only use the model take cases of a \
    channel that exclude each other as independent, which is no more than an approximation; here that must be asked for.
    """
  static let examples = [
    "qsim gen --code repetition_code --task memory --distance 3 --rounds 100 --before_measure_flip_probability 0.1 "
      + "| qsim analyze_errors --fold_loops"
  ]
  static let configuration = configured("analyze_errors")

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Flag(help: "Suggest how errors with many symptoms are made up of errors with at most two.")
  var decomposeErrors = false

  @Flag(help: "Keep repeat blocks as repeat blocks where what they do recurs.")
  var foldLoops = false

  @Flag(help: "Let detectors be random without noise: each such freedom becomes error(0.5).")
  var allowGaugeDetectors = false

  @Option(
    help: ArgumentHelp(
      "Treat exclusive errors of a channel as independent where each is at most this likely; without a value, always.",
      valueName: "p"))
  var approximateDisjointErrors: Double?

  @Flag(help: "Leave errors as they are that cannot be decomposed, instead of failing.")
  var ignoreDecompositionFailures = false

  @Flag(help: "Do not decompose into parts that flip detectors and are no errors of their own.")
  var blockDecomposeFromIntroducingRemnantEdges = false

  @Option(
    help:
      "The threads that write the model; the result does not depend on it. (default: one per processor)"
  )
  var threads: Int?

  @Flag(
    help:
      "Decompose as Stim does, also into parts that are no errors of the circuit or flip other observables."
  )
  var decomposeLikeStim = false

  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
    if let p = approximateDisjointErrors, !(0...1).contains(p) {
      throw ValidationError("'--approximate-disjoint-errors' is in 0...1.")
    }
  }

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let options = ErrorAnalyzer.Options(
      decomposesErrors: decomposeErrors || decomposeLikeStim, foldsLoops: foldLoops,
      allowsGaugeDetectors: allowGaugeDetectors, disjointErrorThreshold: approximateDisjointErrors,
      ignoresDecompositionFailures: ignoreDecompositionFailures,
      blocksRemnantEdges: blockDecomposeFromIntroducingRemnantEdges,
      decomposesLikeStim: decomposeLikeStim)
    let model = try SimulationFailure.explained(source) {
      try ErrorAnalyzer.model(
        of: circuit, options: options, memoryLimit: MemoryBudget().available)
    }
    let file = try OutputFile.creating(out.out)
    DEMWriter.write(model, threads: threads ?? min(Parallel.processorCount, 1024)) {
      file.write(bytes: $0)
    }
    try file.close()
  }
}
