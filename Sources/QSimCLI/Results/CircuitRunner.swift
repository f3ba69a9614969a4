import QSim
import Reporting

/// What is asked of a run, besides the circuit.
struct RunRequest {
  var shots: Int
  var seed: UInt64
  var engine = EngineChoice.auto
  var options: SimulationOptions
  /// `nil` is the default of the circuit's language.
  var bitOrder: BitOrder?
  var observables: [(name: String, sum: PauliSum)] = []
  /// Whether the derivatives of the observables are wanted too.
  var wantsGradient = false
  /// Where the amplitudes start; `nil` is |0…0⟩.
  var initialState: StateFile?
  var stateOutput: String?
  var shotsOutput: (path: String, format: ResultFormat)?
  /// The most outcomes or amplitudes to show; `nil` for the default.
  var top: Int?

  /// Whether more is asked for than results of measurements.
  var needsAmplitudes: Bool {
    !observables.isEmpty || initialState != nil || stateOutput != nil
  }

  /// Whether it is something that only the state vector gives.
  var needsStateVector: Bool { wantsGradient || initialState != nil }

  /// The circuit, made ready for the engine that is meant.
  ///
  /// - Throws: `Obstacle` if no engine can run the circuit.
  func selected(
    for circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> SelectedSimulation {
    let options = limit(of: options, for: circuit)
    if let definition = engine.definition {
      let selected = try SelectedSimulation(
        of: circuit, on: definition, startingFrom: initialState, options: options)
      guard definition.products == [.shots], needsAmplitudes || circuit.measurementCount == 0 else {
        return selected
      }
      throw Obstacle(
        .option,
        "the \(definition.name) engine gives results of measurements, and the run asks for more",
        hint: circuit.measurementCount == 0
          ? "add --measure-all, or take another --engine" : "take another --engine")
    }
    return try SelectedSimulation(
      of: circuit, needs: .init(amplitudes: needsAmplitudes, stateVector: needsStateVector),
      startingFrom: initialState, options: options)
  }
}

/// What one run of a circuit gave.
struct RunOutcome {
  var counts: OutcomeCounts?
  var keys: BitKeys?
  var observables: [(name: String, value: ExpectationValue)] = []
  /// Derivatives by the angles of the circuit, for each observable.
  var gradients: [(name: String, entries: [ObservableGradient.Entry])] = []
  /// Largest amplitudes, for circuits without measurements.
  var amplitudes: AmplitudeList?
  var liveQubits: [Int] = []
}

/// The files of one run, begun before it: a place that cannot be written to costs no run.
private struct RunOutputs {
  let state: OutputFile?
  let shots: OutputFile?

  /// - Throws: `CommandFailure` where a file cannot be written.
  init(_ request: RunRequest) throws {
    func begun(_ path: String?) throws -> OutputFile? {
      guard let path else { return nil }
      let file = try OutputFile.creating(path)
      file.timeLimit = request.options.timeLimit
      return file
    }
    (shots, state) = (try begun(request.shotsOutput?.path), try begun(request.stateOutput))
  }
}

/// Runs circuits as `qsim run` does.
struct CircuitRunner {
  let request: RunRequest

  /// The outcomes and amplitudes that text shows where nothing else is asked for.
  static let defaultTop = 64

  /// Runs one circuit.
  ///
  /// - Throws: `Obstacle`, `Diagnostic`, and `CommandFailure` for files.
  func run(
    _ file: CircuitFile, on simulation: any CompiledSimulation, stopwatch: inout Stopwatch
  ) throws -> RunOutcome {
    let isMeasured = file.circuit.measurementCount != 0
    let showsState = !isMeasured && request.observables.isEmpty
    let use = request.stateUse(of: file.circuit)
    // What cannot be printed or written is refused before the run.
    if showsState, let count = simulation.basisStateCount {
      try checkRows(min(use.listCount, count))
    }
    let outputs = try RunOutputs(request)
    var outcome = RunOutcome()
    outcome.liveQubits = simulation.liveQubits
    stopwatch.lap("plan_s")
    var final: (any FinalState)?
    if isMeasured {
      let results: ShotResults
      if request.shots == 1, request.stateOutput != nil {
        // Results and state of one and the same run.
        let both = try simulation.runOnce(seed: request.seed, for: use)
        (results, final) = (both.results, both.state)
      } else {
        results = try simulation.run(
          shots: request.shots, seed: request.seed, keepsRecord: request.keepsRecord(of: file))
      }
      stopwatch.lap("simulate_s")
      try take(results, of: file, into: &outcome, outputs)
      stopwatch.lap("sample_s")
    }
    if !request.observables.isEmpty {
      try takeObservables(from: simulation, into: &outcome)
      stopwatch.lap("simulate_s")
    }
    if showsState || request.stateOutput != nil {
      let state = try final ?? simulation.finalState(seed: request.seed, for: use)
      stopwatch.lap("simulate_s")
      if showsState {
        try checkRows(min(use.listCount, state.basisStateCount))
        outcome.amplitudes = try AmplitudeList(of: state, limit: use.listCount)
      }
      if let output = outputs.state { try write(state, to: output) }
    }
    stopwatch.lap("output_s")
    return outcome
  }

  /// Means of the observables, or their derivatives.
  private func takeObservables(
    from simulation: any CompiledSimulation, into outcome: inout RunOutcome
  ) throws {
    if request.wantsGradient {
      for (name, sum) in request.observables {
        let gradient = try simulation.gradient(of: sum)
        outcome.observables.append((name, .init(value: gradient.value, standardError: 0)))
        outcome.gradients.append((name, gradient.entries))
      }
    } else {
      let values = try simulation.expectations(
        of: request.observables.map(\.sum), shots: request.shots, seed: request.seed)
      outcome.observables = zip(request.observables, values).map { ($0.name, $1) }
    }
    try checkNumbers(of: outcome)
  }

  /// Names an observable whose coefficients are so large that its value overflows.
  private func checkNumbers(of outcome: RunOutcome) throws {
    for (name, value) in outcome.observables {
      let derivatives = outcome.gradients.first { $0.name == name }?.entries ?? []
      guard value.value.isFinite, value.standardError.isFinite,
        derivatives.allSatisfy(\.derivative.isFinite)
      else {
        let diagnostic = Diagnostic(
          "the expectation value overflows", code: "overflow",
          hint: "sums of coefficients stay below 1.8e308")
        throw InputRejected(rendered: [diagnostic.rendered(file: name)])
      }
    }
  }

  /// Refuses tables of amplitudes that would not fit into memory.
  private func checkRows(_ count: Int) throws {
    guard count > 1 << 16 else { return }
    let required = UInt64(count).saturatingMultiply(640)
    let available = request.options.memoryLimit ?? .max
    guard required > available else { return }
    throw Obstacle(
      .memory(required: required, available: available),
      "needs \(DecimalText.bytes(required)) to print \(count) amplitudes, \(DecimalText.bytes(available)) available",
      hint: "ask for fewer, as by --top 64, or write them with --state-out")
  }

  /// Counts what shots gave, and writes their bits where asked to.
  private func take(
    _ results: ShotResults, of file: CircuitFile, into outcome: inout RunOutcome,
    _ outputs: RunOutputs
  ) throws {
    let circuit = file.circuit
    let order = request.order(in: file)
    let isRecord = circuit.bitCount == 0 || order == .record
    let samples = isRecord ? results.record : results.bits
    // Without shots there is no record to count the bits of.
    let isEmpty = samples.shotCount == 0 && isRecord
    let bitCount = isEmpty ? Int(min(circuit.measurementCount ?? 0, 4096)) : samples.bitCount
    let keys = BitKeys(
      order: order, registers: isRecord ? [] : circuit.bitRegisters, bitCount: bitCount)
    outcome.counts = try OutcomeCounts(samples, keys: keys, within: request.options.timeLimit)
    outcome.keys = keys
    if let output = outputs.shots, let format = request.shotsOutput?.format {
      try write(circuit.bitCount == 0 ? results.record : results.bits, to: output, format)
    }
  }

  private func write(_ state: any FinalState, to file: OutputFile) throws {
    try state.writeNumPy(
      precision: request.options.precision, memoryLimit: request.options.memoryLimit
    ) { bytes in
      file.write(bytes)
      if file.isBroken { try file.flush() }
    }
    try file.close()
  }

  private func write(_ samples: Samples, to file: OutputFile, _ format: ResultFormat) throws {
    do {
      try ResultWriter(format).write(samples.table) { bytes in
        file.write(bytes: bytes)
        if file.isBroken { try file.flush() }
      }
    } catch let diagnostic as Diagnostic {
      throw CommandFailure(.usage, diagnostic.message, hint: diagnostic.hint)
    }
    try file.close()
  }
}
