import ArgumentParser
import QSim
import Reporting

/// `qsim decode`: predictions from detection events.
struct DecodeCommand: DocumentedCommand {
  static let summary = "Predict from detection events which observables flipped."
  static let details = """
    Writes a row of predictions for every row of detection events. Where the flips are known, behind the events or in \
    '--obs-in', '--count-mistakes' prints how often a prediction was wrong instead, with the 95 % Wilson interval. \
    'us_per_shot' is the time of decoding alone. With '--window' the events are decoded as they come: a window of rounds at a \
    time, of which the first are final; '--buffer' more rounds are looked at. Shots that no errors of the model explain are \
    predicted as no flips, and counted; in windows, as the flips that were found. \
    'qsim catalog decoders' lists the decoders.
    """
  static let examples = [
    "qsim decode --dem Examples/shots/chain.dem --in Examples/shots/events.01",
    "qsim detect --in Examples/circuits/surface_code.stim --shots 1000 --seed 1 --append_observables "
      + "| qsim decode --circuit Examples/circuits/surface_code.stim --in_includes_appended_observables --count-mistakes",
  ]
  static let configuration = configured("decode")

  @OptionGroup var model: DecodedModelOptions

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The detection events. '-' is standard input.", valueName: "file"),
    completion: .file())
  var input = "-"

  @Option(help: "The format of the detection events.")
  var inFormat = ResultFormat.text01

  @Flag(help: "The rows of '--in' hold the flips of observables behind the detectors.")
  var inIncludesAppendedObservables = false

  @Option(
    help: ArgumentHelp("The flips of observables, to compare with.", valueName: "file"),
    completion: .file())
  var obsIn: String?

  @Option(help: "The format of '--obs-in'.")
  var obsInFormat = ResultFormat.text01

  @Option(
    help: ArgumentHelp(
      "The file for predictions. '-' is standard output. (default: -, or none where a report is printed)",
      valueName: "file"),
    completion: .file())
  var out: String?

  @Option(help: "The format of the predictions.")
  var outFormat = ResultFormat.text01

  @Option(
    help: ArgumentHelp(
      "The decoder: \(DecoderCatalog.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var decoder = DecoderCatalog.standard.name

  @Option(
    help: ArgumentHelp(
      "Write the weight of every correction: Σ ln((1 − p) / p) over its edges.", valueName: "file"),
    completion: .file())
  var weightsOut: String?

  @Option(
    help: ArgumentHelp(
      "Write how sure the decoder is of every shot, as ln of the odds.", valueName: "file"),
    completion: .file())
  var confidenceOut: String?

  @Option(
    help: ArgumentHelp(
      "Write the edges of every correction: D0 D3 ^ D4, the last to the boundary.",
      valueName: "file"),
    completion: .file())
  var edgesOut: String?

  @Flag(help: "Print how many predictions were wrong.")
  var countMistakes = false

  @OptionGroup(title: "Streaming") var window: WindowOptions

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
    if inIncludesAppendedObservables, obsIn != nil {
      throw ValidationError(
        "'--in-includes-appended-observables' and '--obs-in' exclude each other.")
    }
    if countMistakes, !inIncludesAppendedObservables, obsIn == nil {
      throw ValidationError(
        "'--count-mistakes' compares with '--obs-in' or '--in-includes-appended-observables'.")
    }
    if input == "-", obsIn == "-" {
      throw ValidationError("Standard input holds one thing: give '--obs-in' a file.")
    }
    let files = [out, weightsOut, confidenceOut, edgesOut] + (printsReport ? ["-"] : [])
    if files.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard output takes one thing: give the others a file.")
    }
  }

  /// Whether standard output is for the report.
  private var printsReport: Bool { output.json || output.csv || countMistakes }

  func run() throws {
    let definition = try CommandFailure.named(decoder, in: DecoderCatalog.all)
    if input == "-", Terminal.inputIsTerminal { throw LackOfInput(command: Self.self) }
    var stopwatch = Stopwatch()
    let model = try model.read(
      takesHyperedges: definition.takesHyperedges, for: Self.self)
    stopwatch.lap("parse_s")
    let clock: @Sendable () -> UInt64 = { UInt64(Stopwatch.now() * 1e9) }
    let compiled = try model.compiled(by: window.decoder(definition.decoder, clock: clock))
    stopwatch.lap("compile_s")
    let files = try SimulationFailure.explained(model.source) { try DecodingFiles(self, compiled) }
    var tally = DecodingCounts()
    try files.decodeAll(
      BatchDecoder(compiled, threads: threads ?? min(Parallel.processorCount, 1024)), &tally)
    try files.close()
    let windows = compiled as? CompiledWindowedDecoder
    warn(of: tally, windows)
    if printsReport {
      output.print(report(of: tally, definition, timing: stopwatch.laps, windows: windows))
    }
  }
}

// MARK: - Report

extension DecodeCommand {
  private func warn(of tally: DecodingCounts, _ windows: CompiledWindowedDecoder?) {
    guard tally.unexplained > 0 else { return }
    var text = "no errors of the model explain "
    let shots = "\(tally.unexplained) of \(tally.shots) shots"
    if let windows, let first = windows.firstUnexplainedWindow {
      text += "what earlier windows left of \(shots), first in window \(first + 1) of "
      text += "\(windows.windowCount), from time \(windows.startTime(ofWindow: first)) on; "
      text += "the flips that their windows found are kept. A longer '--buffer' may explain more"
    } else {
      text += "\(shots); they are predicted as no flips"
    }
    printError(terminal.current.styled("qsim: warning: \(text)"))
  }

  private func report(
    of tally: DecodingCounts, _ definition: DecoderDefinition, timing: ReportObject,
    windows: CompiledWindowedDecoder?
  ) -> Report {
    var report = Report(provenance: Provenance(command: "decode", version: QSimCommand.version))
    report.fields["decoder"] = .string(definition.name)
    report.fields["shots"] = .int(tally.shots)
    if tally.unexplained > 0 { report.fields["unexplained"] = .int(tally.unexplained) }
    if let first = windows?.firstUnexplainedWindow {
      report.fields["first_unexplained_window"] = .int(first + 1)
    }
    if inIncludesAppendedObservables || obsIn != nil {
      let estimate = BinomialEstimate(successes: tally.mistakes, trials: tally.shots)
      let interval = estimate.wilsonInterval()
      report.fields["mistakes"] = .int(tally.mistakes)
      report.fields["logical_error_rate"] = tally.shots > 0 ? .double(estimate.rate) : .null
      report.fields["logical_error_rate_low"] = .double(interval.lowerBound)
      report.fields["logical_error_rate_high"] = .double(interval.upperBound)
    }
    var timing = timing
    timing["decode_s"] = .double(tally.seconds)
    timing["us_per_shot"] =
      tally.shots > 0 ? .double(tally.seconds / Double(tally.shots) * 1e6) : .null
    if let windows, windows.roundLength != 1 {
      report.fields["round_length"] = .double(windows.roundLength)
    }
    if let latencies = windows?.latencies, latencies.count > 0 {
      timing["windows"] = .uint(latencies.count)
      timing["window_us_p50"] = .double(Double(latencies.quantile(0.5)) / 1000)
      timing["window_us_p99"] = .double(Double(latencies.quantile(0.99)) / 1000)
      timing["window_us_max"] = .double(Double(latencies.greatest) / 1000)
      if !output.reproducible { report.tables = [Self.table(of: latencies)] }
    }
    report.provenance.timing = timing
    if !output.json, !output.reproducible {
      for entry in timing.entries where !entry.key.hasSuffix("_s") {
        report.fields[entry.key] = entry.value
      }
    }
    return report
  }

  /// How many windows took how long.
  private static func table(of latencies: LatencyHistogram) -> ReportTable {
    var table = ReportTable(
      key: "latencies",
      columns: [
        .init("from_us", title: "from", unit: "µs"), .init("to_us", title: "to", unit: "µs"),
        .init("windows"),
      ])
    for bucket in latencies.octaves {
      table.append([
        .double(Double(bucket.range.lowerBound) / 1000),
        .double(Double(bucket.range.upperBound) / 1000), .uint(bucket.count),
      ])
    }
    return table
  }
}
