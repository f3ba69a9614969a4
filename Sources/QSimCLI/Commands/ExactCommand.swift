import ArgumentParser
import QSim
import Reporting

/// `qsim exact`: failure rates without sampling.
struct ExactCommand: DocumentedCommand {
  static let summary = "Work out exactly how often decoders fail on a small error model."
  static let details = """
    Adds up the probabilities of everything that can happen: for models with at most \(SmallErrorModel.bitLimit) detectors \
    and observables together, and any number of mechanisms. 'ml', which is taken where no decoder is named, is the best there can be. 'undecoded' is the \
    probability that an observable flips at all; a decoder that fails more often than that is warned about.
    """
  static let examples = [
    "qsim exact --dem Examples/shots/chain.dem --decoders ml union-find"
  ]
  static let configuration = configured("exact")

  @OptionGroup var model: DecodedModelOptions

  @OptionGroup var decoders: DecoderListOptions

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
  }

  func run() throws {
    let names = decoders.names.isEmpty ? ["ml"] : decoders.names
    let definitions = try names.map { try CommandFailure.named($0, in: DecoderCatalog.all) }
    let threads = threads ?? min(Parallel.processorCount, 1024)
    let model = try model.read(
      takesHyperedges: definitions.allSatisfy(\.takesHyperedges), for: Self.self)
    let (small, exact) = try SimulationFailure.explained(model.source) {
      let small = try SmallErrorModel(model.model)
      return (small, ErrorDistribution(small, threads: threads))
    }
    var table = ReportTable(columns: [
      .init("decoder", alignment: .left), .init("failure_rate", digits: 10),
    ])
    var warnings: [String] = []
    let undecoded = exact.failureRateWithoutDecoding
    for (name, definition) in zip(names, definitions) {
      let decoder = try model.compiled(by: definition.decoder)
      let rate = exact.failureRate(of: decoder, threads: threads)
      table.append([.string(name), .double(rate)])
      if rate > undecoded + 1e-12 {
        warnings.append(
          "\(name) fails more often than without decoding: it takes parts of errors for errors of "
            + "their own")
      }
    }
    for warning in warnings { printError(terminal.current.styled("qsim: warning: \(warning)")) }
    var report = Report(
      provenance: Provenance(command: "exact", version: QSimCommand.version, warnings: warnings))
    report.fields["detectors"] = .int(small.detectorCount)
    report.fields["observables"] = .int(small.observableCount)
    report.fields["undecoded"] = .double(undecoded)
    report.tables = [table]
    output.print(report)
  }
}
