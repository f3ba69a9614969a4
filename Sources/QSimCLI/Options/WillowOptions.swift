import ArgumentParser
import QSim
import Reporting

/// Options of `qsim examples willow`, and the experiment itself: the surface codes of Google's
/// Willow processor, simulated.
struct WillowOptions: ParsableArguments {
  /// The name that `qsim examples` takes.
  static let name = "willow"

  /// What `--help` says.
  static let details = """
    'qsim examples willow' simulates the surface codes of Google's Willow: CZ gates, the noise model si1000 at error rate p, decoded, over \
    several numbers of cycles. ε is the logical error rate per cycle from the slope of ln(1 - 2P); Λ is ε of one distance divided by \
    that of the next. Published are Λ and ε of distance 7 [Acharya25]; those of distances 3 and 5 follow from ε ∝ Λ^(-(d+1)/2). The model \
    has one number, p, which presets set so that Λ is near the published one; it knows no leakage and no crosstalk. Presets: \
    \(WillowPreset.all.map { "\($0.name): p = \($0.errorRate) with \($0.decoder), \($0.summary)." }.joined(separator: " "))
    """

  @Option(
    help: "Error rate and decoder by name: \(WillowPreset.all.map(\.name).joined(separator: ", "))."
  )
  var preset: String?

  @Option(help: "The error rate of si1000, instead of the preset's.")
  var p: Double?

  @Option(help: "The decoder, instead of the preset's.")
  var decoder: String?

  @Option(help: ArgumentHelp("Code distances. (default: 3,5,7)", valueName: "list"))
  var distance: NumberList?

  @Option(
    help: ArgumentHelp("Numbers of cycles; at least two. (default: 5,15,25,35)", valueName: "list"))
  var rounds: NumberList?

  @Option(help: "Shots of each experiment. (default: 20000)")
  var shots: Int?

  @Option(help: "The seed of everything random: 0 to 18446744073709551615.")
  var seed: UInt64?

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @Option(
    help: ArgumentHelp("Draw failures over cycles as SVG.", valueName: "file"), completion: .file())
  var svg: String?

  func validate() throws {
    if let preset, !WillowPreset.all.contains(where: { $0.name == preset }) {
      let names = WillowPreset.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no preset '\(preset)': there is \(names).")
    }
    if let p, !(0...0.1).contains(p) { throw ValidationError("'--p' is in 0...0.1.") }
    guard (1...1 << 53).contains(shots ?? 1) else {
      throw ValidationError("'--shots' is in 1...\(1 << 53).")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
    if let rounds, rounds.values.count < 2 || rounds.values.contains(0) {
      throw ValidationError("'--rounds' has two numbers or more: ε is a slope.")
    }
  }

  /// Whether any of them is given.
  var areGiven: Bool {
    preset != nil || p != nil || decoder != nil || distance != nil || rounds != nil
      || shots != nil || seed != nil || threads != nil || svg != nil
  }

  private var distances: [Int] { (distance?.values ?? [3, 5, 7]).sorted() }
  private var cycles: [Int] { (rounds?.values ?? [5, 15, 25, 35]).sorted() }

  /// Runs the experiment and draws it if asked to.
  func report(progress: ProgressChoice) throws -> Report {
    let chosen = WillowPreset.all.first { $0.name == preset } ?? WillowPreset.all[0]
    let errorRate = p ?? chosen.errorRate
    let decoderName = decoder ?? chosen.decoder
    let tasks = try template(decoderName, errorRate).tasks()
    let chosenSeed = ShotOptions.chosenSeed(seed)
    var run = CollectionRun(
      tasks: tasks, seed: chosenSeed, threads: threads ?? min(Parallel.processorCount, 1024))
    run.counting = .detectionEvents
    var watch = Stopwatch()
    let interruption = CommandFailure(.interrupted, "interrupted")
    let outcome = try run.run(
      progress: progress, title: "decoding", ending: .init(.interrupted) { _ in interruption.text }
    ) { _ in }
    watch.lap("collect_s")
    guard outcome.isFinished else { throw interruption }
    let willow = WillowReport(
      errorRate: errorRate, decoder: decoderName, tallies: samples(outcome.totals),
      seed: chosenSeed)
    if let svg {
      let file = try OutputFile.creating(svg)
      file.write(SVGChart().document(willow.chart))
      try file.close()
    }
    var report = willow.report
    report.provenance.timing = watch.laps
    report.provenance.machine = ["threads": .int(run.threads)]
    report.provenance.memory = ["peak_rss_bytes": .uint(MemoryBudget.peakResidentBytes)]
    return report
  }

  private func template(_ decoder: String, _ errorRate: Double) -> TaskTemplate {
    var experiment = GeneratedExperiments(
      code: "surface_code", task: "rotated_memory_z", distances: distances,
      rounds: RoundList(cycles.map(UInt64.init)), errorRates: [errorRate], noise: ["si1000"])
    experiment.gateSet = .cz
    var template = TaskTemplate()
    template.experiment = experiment
    template.decoders = [decoder]
    template.maximumShots = shots ?? 20_000
    return template
  }

  /// Tallies in the order of the tasks: distances outside, cycles within.
  private func samples(_ totals: [DecodingTally]) -> [ThresholdAnalysis.Sample] {
    var tallies = totals.makeIterator()
    var samples: [ThresholdAnalysis.Sample] = []
    for distance in distances {
      for count in cycles {
        guard let tally = tallies.next() else { continue }
        samples.append(
          .init(distance: distance, parameter: nil, cycles: Double(count), tally: tally))
      }
    }
    return samples
  }
}

/// An error rate and a decoder with which si1000 comes near to Willow.
struct WillowPreset {
  let name: String
  let errorRate: Double
  let decoder: String
  let summary: String

  static let all = [
    WillowPreset(
      name: "matching", errorRate: 0.0023, decoder: "matching",
      summary: "Λ near the published one, with plain matching"),
    WillowPreset(
      name: "correlated", errorRate: 0.00308, decoder: "correlated-matching",
      summary: "the same with a better decoder, which bears more noise"),
  ]
}

/// What the paper says [Acharya25].
enum WillowPublished {
  /// Λ and its uncertainty.
  static let suppression = (value: 2.14, uncertainty: 0.02)
  /// Logical error per cycle of distance 7, and its uncertainty: abstract of the paper.
  static let distance7 = (value: 1.43e-3, uncertainty: 0.03e-3)

  /// ε of a distance as the published Λ and ε of distance 7 imply.
  static func rate(distance: Int) -> Double? {
    switch distance {
    case 7: distance7.value
    case 5: distance7.value * suppression.value
    case 3: distance7.value * suppression.value * suppression.value
    default: nil
    }
  }
}
