import ArgumentParser
import QSim
import Reporting

extension BenchFormat: ExpressibleByArgument {}

/// `qsim bench`: how fast this machine simulates.
struct BenchCommand: DocumentedCommand {
  static let summary = "Measure how fast circuits, gates and kernels run on this machine."
  static let details = """
    Every case runs once to warm up, then '--repetitions' times; medians are printed. Planning and simulation are \
    timed apart. Circuits depend on the seed only. Suites: \
    \(BenchSuite.allCases.map { "\($0.rawValue): \($0.summary)" }.joined(separator: " "))
    """
  static let examples = ["qsim bench qft ghz --qubits 4-6 --repetitions 1 --format csv"]
  static let configuration = configured("bench")

  @Argument(help: "The suites; those that take seconds without one.")
  var suites: [BenchSuite] = []

  @Option(
    help: ArgumentHelp("A circuit file to measure, may be repeated.", valueName: "file"),
    completion: .file())
  var circuit: [String] = []

  @Option(help: ArgumentHelp("Sizes, such as 16-20,24.", valueName: "list"))
  var qubits: NumberList?

  @Option(
    help: ArgumentHelp("Numbers of threads. (default: one per processor)", valueName: "list"))
  var threads: NumberList?

  @Option(help: ArgumentHelp("single, double, or all. (default: double)", valueName: "list"))
  var precision: ChoiceList<Precision>?

  @Option(
    help: ArgumentHelp(
      "Instruction sets, or all that the processor has. (default: auto)", valueName: "list"))
  var isa: ChoiceList<InstructionSet>?

  @Option(help: "What applies dense gates. The suite 'kernels' measures both without this.")
  var kernel = KernelRoute.auto

  @Option(help: "How often each case is measured.")
  var repetitions = 5

  @Option(help: "The seed of circuits and observables.")
  var seed: UInt64 = 1

  @Option(help: "How results are printed.")
  var format = BenchFormat.text

  @Flag(help: "The same as '--format json'.")
  var json = false

  @Flag(help: "The same as '--format csv'.")
  var csv = false

  @Flag(help: "Run the kernels too, and print what they would put into the cost model.")
  var calibrate = false

  @Option(
    help: ArgumentHelp("Write the results to a file.", valueName: "file"), completion: .file())
  var out: String?

  @Option(
    help: ArgumentHelp("Draw time per gate against qubits as SVG.", valueName: "file"),
    completion: .file())
  var svg: String?

  @Option(
    help: ArgumentHelp(
      "Write the circuits as OpenQASM 2 files; without suites nothing is measured.",
      valueName: "folder"), completion: .directory)
  var writeCircuits: String?

  @Option(help: ArgumentHelp("The most memory to use, such as 8G.", valueName: "size"))
  var maxMemory: ByteCount?

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard (1...10_000).contains(repetitions) else {
      throw ValidationError("'--repetitions' is in 1...10000.")
    }
    if json && csv || (json || csv) && format != .text {
      throw ValidationError("'--format', '--json' and '--csv' exclude each other.")
    }
    if let threads, !threads.values.allSatisfy({ (1...1024).contains($0) }) {
      throw ValidationError("'--threads' is in 1...1024.")
    }
    let most = chosenSuites.map(\.largestQubitCount).max() ?? BenchSuite.rcs.largestQubitCount
    if let qubits, !qubits.values.allSatisfy({ (1...most).contains($0) }) {
      throw ValidationError("'--qubits' is in 1...\(most).")
    }
    if out == "-", svg == "-" {
      throw ValidationError("Standard output takes one thing: give '--svg' a file.")
    }
  }

  func run() throws {
    if let folder = writeCircuits {
      let sizes = qubits?.values ?? WorkloadFiles.defaultQubits
      let count = try WorkloadFiles.write(to: folder, qubits: sizes, seed: seed)
      printError("qsim: \(count) files in \(folder)")
      if suites.isEmpty { return }
    }
    let cases = try plannedCases()
    let line = ProgressLine(progress.progress, title: "measuring")
    defer { line.finish() }
    let meter = BenchMeter(clock: BenchClock(repetitions: repetitions), seed: seed)
    var results: [BenchResult] = []
    for (place, item) in cases.enumerated() {
      line.update(Double(place) / Double(cases.count))
      results += try explained { try meter.results(of: item) }
    }
    let hasKernels = cases.contains { $0.suite == .kernels }
    let warnings = hasKernels ? BenchMeter.missingRoutes(kernel).map { "kernels: \($0)" } : []
    if let svg { try draw(results, meter, to: svg) }
    line.finish()
    for warning in warnings { printError(terminal.current.styled("qsim: warning: \(warning)")) }
    try write(results, warnings)
  }

  // MARK: Cases

  private var chosenSuites: [BenchSuite] {
    let isQuiet = calibrate || !circuit.isEmpty
    var chosen = suites.isEmpty ? (isQuiet ? [] : BenchSuite.standard) : suites
    if !circuit.isEmpty, !chosen.contains(.file) { chosen.append(.file) }
    if calibrate, !chosen.contains(.kernels) { chosen.append(.kernels) }
    return chosen
  }

  private var threadCounts: [Int] { threads?.values ?? [min(Parallel.processorCount, 1024)] }
  private var precisions: [Precision] {
    precision.map { $0.values ?? Precision.allCases } ?? [.double]
  }
  private var instructionSets: [InstructionSet] {
    let best = InstructionSet.available.last ?? .baseline
    return isa.map { ($0.values ?? InstructionSet.available).map { $0 == .auto ? best : $0 } }
      ?? [best]
  }

  /// Every combination; each is checked before the first one runs.
  ///
  /// - Throws: `CommandFailure` with exit code 64 for sizes that a suite has not, 71 for those that
  ///   do not fit; `InputRejected` for files that are no circuits.
  private func plannedCases() throws -> [BenchCase] {
    var cases: [BenchCase] = []
    for suite in chosenSuites {
      if suite == .file {
        guard !circuit.isEmpty else {
          throw CommandFailure(.usage, "file needs a circuit", hint: "name it with --circuit")
        }
        for path in circuit {
          let memory = MemoryBudget(limit: maxMemory?.bytes).available
          let file = try BenchCircuit(path: path, memoryLimit: memory)
          let count = StateVectorSimulator.liveQubits(of: file.circuit).count
          cases += try settings(of: suite, qubitCount: count).map {
            BenchCase(suite: suite, setting: $0, circuit: file)
          }
        }
        continue
      }
      for count in qubits?.values ?? suite.defaultQubits {
        guard count >= suite.smallestQubitCount else {
          throw CommandFailure(
            .usage,
            "\(suite.rawValue) needs at least \(suite.smallestQubitCount) qubits, not \(count)")
        }
        guard count <= suite.largestQubitCount else {
          throw CommandFailure(
            .usage,
            "\(suite.rawValue) takes at most \(suite.largestQubitCount) qubits, not \(count)")
        }
        cases += try settings(of: suite, qubitCount: count).map {
          BenchCase(suite: suite, setting: $0)
        }
      }
    }
    return cases
  }

  private func settings(of suite: BenchSuite, qubitCount: Int) throws -> [BenchSetting] {
    let budget = MemoryBudget(limit: maxMemory?.bytes)
    var settings: [BenchSetting] = []
    for threads in threadCounts {
      for precision in suite.isSparse ? [.double] : precisions {
        for set in suite.isSparse ? Array(instructionSets.prefix(1)) : instructionSets {
          let setting = BenchSetting(
            qubitCount: qubitCount, threads: threads, precision: precision, instructionSet: set,
            kernel: kernel, memoryLimit: budget.available)
          try check(suite, setting, budget)
          settings.append(setting)
        }
      }
    }
    return settings
  }

  private func check(_ suite: BenchSuite, _ setting: BenchSetting, _ budget: MemoryBudget) throws {
    func memory(_ count: Int) -> (bytes: UInt64, explanation: String) {
      suite.memory(qubitCount: count, precision: setting.precision)
    }
    let (required, explanation) = memory(setting.qubitCount)
    let most = (1...suite.largestQubitCount).last { memory($0).bytes <= budget.available } ?? 0
    try budget.check(
      required: required, explanation: explanation, remedy: "try at most \(most) qubits")
    try explained { _ = try StateVector<Double>(allocating: 0, options: setting.options) }
  }

  /// Obstacles as failures of the command.
  private func explained<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let obstacle as Obstacle {
      if obstacle.isShortage {
        throw CommandFailure(.outOfMemory, obstacle.message, hint: obstacle.hint)
      }
      throw CommandFailure(.usage, obstacle.message, hint: obstacle.hint)
    }
  }

  // MARK: Output

  private func draw(_ results: [BenchResult], _ meter: BenchMeter, to path: String) throws {
    var bandwidth: [BenchResult] = []
    let threads = threadCounts.max() ?? 1
    for precision in precisions {
      let dense = results.filter { !$0.suite.isSparse }
      for count in Set(dense.map(\.setting.qubitCount)).sorted() {
        guard var setting = dense.first?.setting else { continue }
        setting.qubitCount = count
        setting.threads = threads
        setting.precision = precision
        let item = BenchCase(suite: .stream, setting: setting)
        bandwidth += try explained { try meter.results(of: item) }
      }
    }
    let file = try OutputFile.creating(path)
    file.write(SVGChart().document(BenchReport.chart(results, bandwidth: bandwidth)))
    try file.close()
  }

  private func write(_ results: [BenchResult], _ warnings: [String]) throws {
    let format = json ? .json : csv ? .csv : format
    var file = try out.map { try OutputFile.creating($0) } ?? OutputFile.standard
    if format == .googleBenchmark {
      JSONReport.write(
        BenchReport.googleBenchmark(results, threads: Parallel.processorCount), to: &file)
      file.write("\n")
      return try file.close()
    }
    var report = Report(
      provenance: Provenance(
        command: "bench", version: QSimCommand.version, seed: seed, warnings: warnings))
    report.provenance.memory = ["peak_rss_bytes": .uint(MemoryBudget.peakResidentBytes)]
    report.provenance.machine = [
      "processors": .int(Parallel.processorCount),
      "isa": .string((InstructionSet.available.last ?? .baseline).rawValue),
    ]
    report.fields["repetitions"] = .int(repetitions)
    if format == .text { report.fields["seed"] = .uint(seed) }
    report.tables = [BenchReport.table(results, format: format)]
    if results.contains(where: { $0.suite == .kernels }) {
      report.tables.append(Calibration.table(results))
    }
    switch format {
    case .json: JSONReport().write(report, to: &file)
    case .csv: CSVReport(lineEnding: "\n").write(report.tables[0], to: &file)
    default: TextReport().write(report, to: &file)
    }
    try file.close()
  }
}
