import ArgumentParser
import QSim
import Reporting

extension ResultFormat: ExpressibleByArgument {}

/// `qsim run`: counts, amplitudes and expectation values of a circuit.
struct RunCommand: DocumentedCommand {
  static let summary = "Simulate a circuit: counts, amplitudes, expectation values."
  static let details = """
    A circuit that measures gives counts; one that does not gives its largest amplitudes. The same seed gives the \
    same results for any number of threads. Without '--seed' one is drawn and printed.
    """
  static let examples = [
    "qsim run Examples/circuits/bell.qasm --shots 1000 --seed 1",
    "qsim run Examples/circuits/vqe_ansatz.qasm --param theta=0:3:0.5 --param phi=1 --seed 1 --csv",
    "qsim run Examples/circuits/bell.qasm --noise depolarizing:p=0.01 --noise readout --seed 1",
  ]
  static let configuration = configured("run")

  @OptionGroup var input: CircuitInput

  @Option(name: .shortAndLong, help: "How often to run the circuit. (default: 1024)")
  var shots: Int?

  @Option(help: "The seed of everything random: 0 to 18446744073709551615.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "The value of an 'input' of the circuit, or first:last:step for a row a value.",
      valueName: "name=value"))
  var param: [String] = []

  @Flag(help: "Measure every qubit at the end, into a register 'meas'.")
  var measureAll = false

  @Option(
    help: ArgumentHelp(
      "Print the expectation value of an observable: a file with a coefficient and a Pauli product a line.",
      valueName: "file"), completion: .file())
  var observable: [String] = []

  @Flag(
    help:
      "Print the derivative of each observable by every angle of the circuit, which must be unitary up to its last measurements."
  )
  var gradient = false

  @Option(
    help:
      "Show this many outcomes or amplitudes, the most probable ones; 0 for all. (default: 64 as text)"
  )
  var top: Int?

  @Option(
    help: "The order of bits in keys. (default: record for .stim, qiskit for OpenQASM)")
  var bitOrder: BitOrder?

  @Option(
    help: ArgumentHelp("Write the bits of every shot.", valueName: "file"), completion: .file())
  var shotsOut: String?

  @Option(help: "The format of '--shots-out'.")
  var outFormat = ResultFormat.text01

  @Option(
    help: ArgumentHelp(
      "Write the final state of the qubits in use as .npy: amplitudes, or a density matrix.",
      valueName: "file"),
    completion: .file())
  var stateOut: String?

  @Option(
    help: ArgumentHelp(
      "Start from a state of all qubits, or of those in use, in a .npy file.", valueName: "file"),
    completion: .file())
  var stateIn: String?

  @OptionGroup var noise: NoiseOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard shotCount >= 0, shotCount <= Int(UInt32.max) else {
      throw ValidationError("'--shots' is in 0...4294967295.")
    }
    if gradient, observable.isEmpty {
      throw ValidationError("'--gradient' is that of an observable: add '--observable FILE'.")
    }
    if gradient { try engine.checkGradients() }
    if let top, top < 0 { throw ValidationError("'--top' is at least 0.") }
    if writesBitsToOutput, output.json || output.csv || shotsOut == stateOut {
      throw ValidationError("Standard output takes one thing: give the bits or amplitudes a file.")
    }
  }

  func run() throws {
    var stopwatch = Stopwatch()
    let sweep = try ParameterSweep(param)
    if sweep.isSweep, stateOut != nil || shotsOut != nil {
      throw CommandFailure(.usage, "--state-out and --shots-out are for one run, not for a sweep")
    }
    let models = try noise.models()
    let source = try input.read(for: Self.self)
    let line = ProgressLine(progress.progress, title: "simulating")
    defer { line.finish() }
    let options = engine.simulationOptions { fraction in
      line.update(fraction)
      return true
    }
    OutputFile.standard.timeLimit = options.timeLimit
    var results = RunResults(source: source, isSweep: sweep.isSweep)
    var request = RunRequest(
      shots: shotCount, seed: seed ?? 0, engine: engine.engine, options: options,
      bitOrder: bitOrder,
      observables: try observable.map(ObservableFile.read), stateOutput: stateOut,
      shotsOutput: shotsOut.map { ($0, outFormat) }, top: top == 0 ? .max : top)
    request.wantsGradient = gradient
    request.initialState = try stateIn.map { try StateFile(reading: $0) }

    for row in sweep.rows {
      var file = try source.parse(inputs: row, memoryLimit: options.memoryLimit)
      if measureAll { try Self.measureAll(&file.circuit) }
      let cleanCircuit = file.circuit
      let noisy = try NoiseLoader.apply(models, to: cleanCircuit, of: source)
      file.circuit = noisy.circuit
      if results.rows.isEmpty {
        results.warnings = source.report(file.warnings, on: terminal.current)
        results.warnings += NoiseLoader.report(noisy, on: terminal.current)
        results.firings = noisy.firings
        try warn(about: file.circuit, &results)
        warn(
          aboutIdleQubitsOf: file.circuit, startingFrom: request.initialState?.qubitCount, &results)
        warn(about: request.observables, in: file.circuit, &results)
      }
      stopwatch.lap("parse_s")
      let outcome = try SimulationFailure.explained(source, for: engine) {
        let selected = try request.selected(for: file.circuit, options: options)
        if results.rows.isEmpty {
          try check(file.circuit, selected.simulation)
          if file.circuit.measurementCount != 0 || !selected.simulation.hasUniqueState {
            request.seed = seed ?? Self.drawnSeed()
            results.seed = request.seed
          }
          if output.json {
            // Fusing the gates is left to the run: here only the header is wanted.
            results.plan = try EnginePlan(selected, request, for: file, listingSteps: false)
          }
          results.circuit = cleanCircuit
        }
        return try CircuitRunner(request: request).run(
          file, on: selected.simulation, stopwatch: &stopwatch)
      }
      let parameters = sweep.axes.map { ($0.name, $0.printed(row[$0.name] ?? 0)) }
      results.rows.append((parameters, outcome))
      if sweep.isSweep, output.csv { try results.printLatestRow(request: request) }
    }
    line.finish()
    if seed == nil, let drawn = results.seed, !output.json { printError("qsim: seed \(drawn)") }
    if writesBitsToOutput { return }
    results.print(request: request, engine: engine, output: output, timing: stopwatch.laps)
  }

  private var shotCount: Int { shots ?? 1024 }

  /// Whether standard output holds bits or amplitudes, which a table after them would spoil.
  private var writesBitsToOutput: Bool { shotsOut == "-" || stateOut == "-" }

  /// Seeds that are drawn stay below 2⁵³, so that every reader of JSON keeps their digits.
  private static func drawnSeed() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next() >> 11
  }

  private static func measureAll(_ circuit: inout Circuit) throws {
    guard circuit.qubitCount <= 1 << 16 else {
      throw CommandFailure(
        .usage, "--measure-all would measure \(circuit.qubitCount) qubits; it does up to \(1 << 16)"
      )
    }
    if circuit.bitCount == 0, circuit.measurementCount != 0 {
      // A record without names grows at its end.
      for qubit in 0..<circuit.qubitCount { circuit.measure(qubit) }
    } else {
      let bits = circuit.declareBits("meas", count: circuit.qubitCount)
      for (qubit, bit) in zip(0..<circuit.qubitCount, bits) { circuit.measure(qubit, into: bit) }
    }
  }

  /// What can be refused before anything runs.
  private func check(_ circuit: Circuit, _ simulation: any CompiledSimulation) throws {
    if stateOut != nil, shotCount != 1, !simulation.hasUniqueState {
      throw CommandFailure(
        .usage, "--state-out needs one final state, and outcomes or noise decide it here",
        hint:
          "add --shots 1 for the state of one run, or --engine density-matrix for the mixture of all"
      )
    }
    if shotsOut != nil, circuit.measurementCount == 0 {
      throw CommandFailure(
        .usage, "--shots-out has nothing to write: the circuit measures nothing",
        hint: "add --measure-all")
    }
  }

  private func warn(about circuit: Circuit, _ results: inout RunResults) throws {
    guard let shots, shots > 1, observable.isEmpty, circuit.measurementCount == 0 else { return }
    let text = "the circuit measures nothing: its amplitudes are printed, not counts"
    results.warnings.append(text)
    printError(terminal.current.styled("qsim: warning: \(text)\n  hint: add --measure-all"))
  }

  /// A file of amplitudes does not say of which qubits they are.
  private func warn(
    aboutIdleQubitsOf circuit: Circuit, startingFrom stateQubits: Int?, _ results: inout RunResults
  ) {
    guard let stateOut else { return }
    let live = StateVectorSimulator.liveQubits(of: circuit, startingFrom: stateQubits)
    guard live.count < circuit.qubitCount else { return }
    let names = BasisKeys.names(of: Array(live.prefix(16)), in: circuit).joined(separator: " ")
    let list = live.isEmpty ? "none" : names + (live.count > 16 ? " …" : "")
    let text =
      "\(stateOut) holds the state of \(live.count) of the \(circuit.qubitCount) qubits (\(list)); the others are |0⟩"
    results.warnings.append(text)
    printError(terminal.current.styled("qsim: warning: \(text)"))
  }

  /// An observable is written for a circuit: one on qubits that there are not is likely to be
  /// another's.
  private func warn(
    about observables: [(name: String, sum: PauliSum)], in circuit: Circuit,
    _ results: inout RunResults
  ) {
    for (name, sum) in observables where sum.qubitCount > circuit.qubitCount {
      let (last, count) = (sum.qubitCount - 1, circuit.qubitCount)
      let text =
        "\(name) acts on qubit \(last), but the circuit has \(count) qubit\(count == 1 ? "" : "s"): the others count as |0⟩"
      results.warnings.append(text)
      printError(terminal.current.styled("qsim: warning: \(text)"))
    }
  }
}
