import ArgumentParser
import QSim
import Reporting

/// `qsim threshold`: what tallies say about thresholds.
struct ThresholdCommand: DocumentedCommand {
  static let summary = "Fit error rates per cycle, Λ and thresholds to collected tallies."
  static let details = """
    Reads files of 'qsim collect' or sinter. Rows are grouped by decoder and by what their metadata say beside distance, rounds and \
    error rate; what has other values at every distance, and what names files, is left out. ε is the error rate per cycle, or per \
    experiment where metadata have no number of rounds; several numbers of rounds at one distance give it free of what preparation and \
    measurement cost. Λ is what two more in distance divide ε by. Crossings are where neighbouring distances are equally \
    good. Intervals hold 95 % and come from a parametric bootstrap with a fixed seed; that of a distance of which no shot fails, or every \
    one, is exact. Λ leaves out distances of which no shot fails, and says which.
    """
  static let examples = [
    "qsim threshold Examples/collected/surface.csv",
    "qsim threshold Examples/collected/surface.csv --json --reproducible",
  ]
  static let configuration = configured("threshold")

  @Argument(
    help: "Files of tallies. '-' is standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp("Draw the error rates as SVG.", valueName: "file"), completion: .file())
  var svg: String?

  @Option(help: "The metadata key of the distance.")
  var distanceKey = "d"

  @Option(help: "The metadata key of the number of rounds.")
  var roundsKey = "r"

  @Option(help: "The metadata key of the physical error rate.")
  var parameterKey = "p"

  @Option(
    help: ArgumentHelp(
      "A metadata key that makes no groups: rows that differ in it alone add up. May be given several times.",
      valueName: "key"))
  var ignoreKey: [String] = []

  @Option(help: "The seed of the bootstrap.")
  var seed: UInt64 = 1

  @Option(help: "Samples of the bootstrap.")
  var resamples = 1000

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard (1...1_000_000).contains(resamples) else {
      throw ValidationError("'--resamples' is in 1...1000000.")
    }
    if svg == "-", output.json || output.csv {
      throw ValidationError("Standard output takes one thing: give '--svg' a file.")
    }
  }

  func run() throws {
    if files.isEmpty { throw LackOfInput(command: Self.self) }
    let keys = TallyGroups.Keys(
      distance: distanceKey, rounds: roundsKey, parameter: parameterKey, ignored: Set(ignoreKey))
    let groups = try TallyGroups(files: files, keys: keys)
    let analyses = groups.groups.map { group in
      (
        name: group.name,
        analysis: ThresholdAnalysis(group.samples, seed: seed, resamples: resamples)
      )
    }
    let warnings = groups.warnings + analyses.flatMap { leftOut($0.analysis, in: $0.name) }
    for warning in warnings {
      printError(terminal.current.styled("qsim: warning: \(warning)"))
    }
    if let svg {
      let file = try OutputFile.creating(svg)
      let chart = ThresholdReport.chart(analyses, parameter: parameterKey)
      file.write(SVGChart().document(chart))
      try file.close()
      if svg == "-" { return }
    }
    var report = ThresholdReport.report(analyses, parameter: parameterKey)
    report.provenance = Provenance(
      command: "threshold", version: QSimCommand.version, seed: seed, warnings: warnings)
    report.fields["resamples"] = .int(resamples)
    if !output.json {
      report.fields = [:]
      if !output.csv { report.tables = ThresholdReport.plainTables(report, analyses) }
    }
    output.print(report)
  }

  /// Names what does not count, because nothing of it was kept or nothing follows from it.
  private func leftOut(_ analysis: ThresholdAnalysis, in group: String) -> [String] {
    analysis.discarded.map { sample in
      "\(group): all \(sample.tally.shots) shots of \(place(of: sample)) were discarded; "
        + "it does not count"
    }
      + analysis.saturated.map { sample in
        let estimate = LogicalErrorRate.estimate(sample.tally)
        return "\(group): \(estimate.successes) of \(estimate.trials) shots of "
          + "\(place(of: sample)) fail; half and more say nothing about the error rate per cycle, "
          + "so it does not count"
      }
      + analysis.withoutSuppression.map { rate in
        let place = place(rate.distance, rate.parameter)
        let reason =
          rate.tally.errors == 0
          ? "none of \(rate.tally.shots - rate.tally.discards) shots of \(place) fails"
          : "the error rate per cycle of \(place) is not above 0"
        return "\(group): \(reason), so Λ leaves it out"
      }
  }

  private func place(of sample: ThresholdAnalysis.Sample) -> String {
    var place = place(sample.distance, sample.parameter)
    if let cycles = sample.cycles { place += " \(roundsKey)=\(DecimalText.rounded(cycles))" }
    return place
  }

  private func place(_ distance: Int, _ parameter: Double?) -> String {
    let place = "\(distanceKey)=\(distance)"
    return parameter.map { "\(place) \(parameterKey)=\(DecimalText.rounded($0))" } ?? place
  }
}
