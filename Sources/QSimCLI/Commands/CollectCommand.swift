import ArgumentParser
import QSim
import Reporting

/// `qsim collect`: logical error rates of many tasks.
struct CollectCommand: DocumentedCommand {
  static let summary = "Sample and decode circuits until their logical error rates are known."
  static let details = """
    Tasks are circuits times decoders: files, experiments of the generator, or what a plan lists. Each ends at the first \
    block of shots with which it reaches '--max-shots' or '--max-errors'. Rows are in sinter's CSV columns, one for every \
    finished batch; those of one task add up. With '--out' each is on disk before the next, the first interrupt ends the work at \
    a row with exit code 75, and '--resume' goes on where rows end, after a crash too. With '--seed' it first draws some rows of the \
    file again, and refuses to go on with those of another seed and those that were changed; without, it takes a new seed. Rows are the same for any number of threads, resumed or \
    not; only 'seconds' differs. What rows say about a circuit comes from its file's name, 'd=5,p=0.001.stim', or from the \
    options that made it. A block of shots is not interrupted, so tasks of which one is known to take more than 10 minutes are refused.
    """
  static let examples = [
    "qsim collect --code surface_code --task rotated_memory_z --distance 3,5 --rounds d --p 0.005,0.01 --decoders matching "
      + "--max_shots 10000 --max_errors 100 --seed 1"
  ]
  static let configuration = configured("collect")

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Circuits to sample, as .stim.", valueName: "files"), completion: .file())
  var circuits: [String] = []

  @Option(
    help: ArgumentHelp("A list of tasks, as YAML or JSON.", valueName: "file"),
    completion: .file())
  var plan: String?

  @OptionGroup(title: "Generated experiments") var generator: GeneratorOptions

  @OptionGroup var decoders: DecoderListOptions

  @Option(help: "End a task at this number of shots, exactly.")
  var maxShots: Int?

  @Option(help: "End a task at the first block of shots with this number of errors.")
  var maxErrors: Int?

  @Option(
    help: """
      Refuse circuits with more detectors than this: analysis and decoders of larger ones take long.
      """)
  var maxDetectors = Int(CollectionTask.defaultDetectorLimit)

  @Option(help: "The seed of everything random: 0 to 18446744073709551615.")
  var seed: UInt64?

  @Option(help: "The threads to use; results do not depend on it. (default: one per processor)")
  var threads: Int?

  @Option(
    help: ArgumentHelp("The file to which rows are added.", valueName: "file"),
    completion: .file())
  var out: String?

  @Flag(help: "Go on with the rows that '--out' holds.")
  var resume = false

  @Flag(help: "Count which observables were wrong together.")
  var countObservableErrorCombos = false

  @Flag(help: "Count detection events.")
  var countDetectionEvents = false

  @Flag(help: "Print one JSON object at the end.")
  var json = false

  @Flag(help: "Leave out what differs from run to run: time, memory, machine.")
  var reproducible = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if let maxShots, !(0...1 << 53).contains(maxShots) {
      throw ValidationError("'--max-shots' is in 0...\(1 << 53).")
    }
    if let maxErrors, maxErrors < 1 { throw ValidationError("'--max-errors' is at least 1.") }
    guard maxDetectors >= 1 else { throw ValidationError("'--max-detectors' is at least 1.") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
    if resume, out == nil { throw ValidationError("'--resume' goes on with the file of '--out'.") }
  }

  func run() throws {
    let (tasks, removed) = CollectionRun.distinct(try templates().flatMap { try $0.tasks() })
    var warnings: [String] = []
    if removed > 0 { warnings.append("\(removed) tasks are listed twice and collected once") }
    for warning in warnings { printError(terminal.current.styled("qsim: warning: \(warning)")) }
    let file = try out.map { try StatisticsFile($0, resumes: resume) }
    let chosenSeed = ShotOptions.chosenSeed(seed)
    var run = CollectionRun(
      tasks: tasks, seed: chosenSeed, threads: threads ?? min(Parallel.processorCount, 1024))
    let ids = Set(file?.rows.map(\.id) ?? [])
    let goesOn = tasks.contains { ids.contains($0.task.id) }
    // Rows that were there are of a seed that is not known.
    let seedOfAll = goesOn ? nil : chosenSeed
    if goesOn {
      run.checksEarlierRows = seed != nil
      if seed == nil {
        let text = "the rows that are there are of another seed than \(chosenSeed)"
        warnings.append(text)
        printError(terminal.current.styled("qsim: warning: \(text)"))
      }
    }
    if countDetectionEvents { run.counting.insert(.detectionEvents) }
    if countObservableErrorCombos { run.counting.insert(.observableCombinations) }
    let printsRows = file == nil && !json
    if printsRows { OutputFile.standard.write(TallyRow.header + "\n") }
    let outcome: CollectionRun.Outcome
    do {
      outcome = try explained {
        try run.run(
          earlier: file?.rows ?? [], progress: progress.progress, title: "collecting",
          ending: .init(out == nil ? .interrupted : .stopped) {
            terminal.current.styled(interruption(shots: $0, seed: seedOfAll).text)
          }
        ) {
          if let file { return try file.append($0) }
          guard printsRows else { return }
          OutputFile.standard.write($0.text + "\n")
          try OutputFile.standard.flush()
        }
      }
    } catch {
      file?.removeIfUnused()
      throw error
    }
    guard outcome.isFinished else {
      let shots = outcome.totals.map(\.shots).reduce(0, +)
      throw interruption(shots: "\(shots)", seed: seedOfAll)
    }
    if !printsRows { report(outcome, run, warnings) }
  }

  // MARK: Tasks

  private func templates() throws -> [TaskTemplate] {
    var common = TaskTemplate()
    common.decoders = decoders.names
    common.maximumShots = maxShots
    common.maximumErrors = maxErrors
    common.detectorLimit = UInt64(maxDetectors)
    var templates: [TaskTemplate] = []
    if !circuits.isEmpty {
      var template = common
      template.circuits = circuits
      templates.append(template)
    }
    if let experiment = try generator.experiments() {
      var template = common
      template.experiment = experiment
      templates.append(template)
    }
    if let plan { templates += try PlanFile.templates(plan, filling: common) }
    guard !templates.isEmpty else {
      throw CommandFailure(
        .usage, "there is no task", hint: "give --circuits, --plan, or --code with --distance")
    }
    return templates
  }

  private func explained<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let obstacle as Obstacle {
      if obstacle.isShortage {
        throw CommandFailure(.outOfMemory, obstacle.message, hint: obstacle.hint)
      }
      throw CommandFailure(.badInput, obstacle.message, hint: obstacle.hint)
    } catch let diagnostic as Diagnostic {
      throw CommandFailure(.badInput, diagnostic.message, hint: diagnostic.hint)
    }
  }

  // MARK: Output

  /// - Parameter seed: Of all rows; `nil` if they are of several.
  private func interruption(shots: String, seed: UInt64?) -> CommandFailure {
    guard out != nil else {
      return CommandFailure(.interrupted, "interrupted after \(shots) shots")
    }
    var arguments = CommandLine.arguments.dropFirst().map(ShellQuoting.quoted)
    if !resume { arguments.append("--resume") }
    if self.seed == nil, let seed { arguments.append("--seed \(seed)") }
    return CommandFailure(
      .stopped, "stopped after \(shots) shots, all of them on disk",
      hint: "go on with: qsim \(arguments.joined(separator: " "))")
  }

  private func report(
    _ outcome: CollectionRun.Outcome, _ run: CollectionRun, _ warnings: [String]
  ) {
    var report = Report(
      provenance: Provenance(
        command: "collect", version: QSimCommand.version, seed: run.seed, warnings: warnings))
    report.provenance.timing = [
      "threads_s": .double(outcome.seconds.reduce(0, +))
    ]
    report.provenance.memory = ["peak_rss_bytes": .uint(MemoryBudget.peakResidentBytes)]
    report.provenance.machine = ["threads": .int(run.threads)]
    report.tables = [Self.table(outcome, run.tasks, isJSON: json)]
    var output = OutputFile.standard
    if json {
      JSONReport(reproducible: reproducible).write(report, to: &output)
    } else {
      TextReport(bars: .none).write(report, to: &output)
    }
  }

  private static func table(
    _ outcome: CollectionRun.Outcome, _ tasks: [TaskTemplate.Task], isJSON: Bool
  ) -> ReportTable {
    var table = ReportTable(columns: [
      .init("decoder", alignment: .left), .init("metadata", alignment: .left), .init("shots"),
      .init("errors"), .init("discards"), .init("error_rate", title: "error rate", digits: 4),
      .init("low", digits: 3), .init("high", digits: 3),
    ])
    if isJSON { table.columns += [.init("strong_id"), .init("custom_counts")] }
    for (task, tally) in zip(tasks, outcome.totals) {
      let estimate = LogicalErrorRate.estimate(tally)
      let interval = estimate.wilsonInterval()
      var row: [ReportValue] = [
        .string(task.decoder),
        isJSON
          ? .object(task.metadata)
          : .string(PythonJSON.text(.object(task.metadata), style: .compact)),
        .int(tally.shots), .int(tally.errors), .int(tally.discards), .double(estimate.rate),
        .double(interval.lowerBound), .double(interval.upperBound),
      ]
      if isJSON {
        let counts = tally.customCounts.sorted { $0.key < $1.key }
        row += [
          .string(task.task.id), .object(ReportObject(counts.map { ($0.key, .int($0.value)) })),
        ]
      }
      table.append(row)
    }
    return table
  }
}

/// Arguments as a shell reads them back.
enum ShellQuoting {
  static func quoted(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty
      && argument.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || "_-./=,:+%@".utf8.contains(byte)
      }
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
