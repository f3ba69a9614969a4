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
  var initialState: InputFile?
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

  /// The engine that is meant, and why it is where nobody asked for one.
  ///
  /// - Throws: `Obstacle` if no engine can run the circuit.
  func resolvedEngine(
    for circuit: Circuit, options: SimulationOptions
  ) throws -> (engine: EngineChoice, why: String?) {
    try engine.resolved(
      for: circuit, options: options, needsAmplitudes: needsAmplitudes,
      needsStateVector: needsStateVector)
  }
}

/// What one run of a circuit gave.
struct RunOutcome {
  var counts: OutcomeCounts?
  var keys: BitKeys?
  var observables: [(name: String, value: StateVectorSimulator.Expectation)] = []
  /// Derivatives by the angles of the circuit, for each observable.
  var gradients: [(name: String, entries: [ObservableGradient.Entry])] = []
  /// Largest amplitudes, for circuits without measurements.
  var amplitudes: AmplitudeList?
  var liveQubits: [Int] = []
}

/// Runs circuits as `qsim run` does.
struct CircuitRunner {
  let request: RunRequest

  /// The outcomes and amplitudes that text shows where nothing else is asked for.
  static let defaultTop = 64

  /// Whether results of the circuit depend on the seed.
  ///
  /// - Parameter stateQubitCount: the qubits of the state that the run starts from; `nil` where
  ///   that is |0…0⟩.
  static func isRandom(
    _ circuit: Circuit, engine: EngineChoice, options: SimulationOptions,
    startingFrom stateQubitCount: Int? = nil
  ) throws -> Bool {
    if circuit.measurementCount != 0 { return true }
    if engine == .densityMatrix || engine == .stabilizer { return false }
    return try !engine.hasUniqueState(
      circuit, options: options, startingFrom: stateQubitCount)
  }

  /// Runs one circuit.
  ///
  /// - Throws: `Obstacle`, `Diagnostic`, and `CommandFailure` for files.
  func run(_ file: CircuitFile, stopwatch: inout Stopwatch) throws -> RunOutcome {
    switch request.options.precision {
    case .double: try run(file, as: Double.self, &stopwatch)
    case .single: try run(file, as: Float.self, &stopwatch)
    }
  }

  private func run<S: Scalar>(
    _ file: CircuitFile, as type: S.Type, _ stopwatch: inout Stopwatch
  ) throws -> RunOutcome {
    let engine = try request.resolvedEngine(for: file.circuit, options: request.options).engine
    switch engine {
    case .densityMatrix: return try runMixed(file, as: S.self, &stopwatch)
    case .stabilizer: return try runStabilizers(file, &stopwatch)
    case .sparse: return try runSparse(file, as: S.self, &stopwatch)
    case .auto, .statevector, .trajectories: break
    }
    let circuit = file.circuit
    let simulator = StateVectorSimulator()
    let (options, seed) = (request.options, request.seed)
    var outcome = RunOutcome()
    outcome.liveQubits = StateVectorSimulator.liveQubits(
      of: circuit, startingFrom: try request.stateQubitCount())
    let initialState = try request.initialState.map { file in
      try loadState(file, as: S.self)
    }
    stopwatch.lap("plan_s")
    let isMeasured = circuit.measurementCount != 0
    var final: StateVectorSimulator.FinalState<S>?
    if isMeasured {
      let run: StateVectorSimulator.Run
      if request.shots == 1, request.stateOutput != nil {
        // Results and state of one and the same run.
        let both = try simulator.runOnce(
          circuit, as: S.self, seed: seed, options: options, from: initialState)
        (run, final) = (both.run, both.final)
      } else {
        run = try simulator.run(
          circuit, shots: request.shots, seed: seed, options: options, from: initialState,
          keepsRecord: request.keepsRecord(of: file))
      }
      stopwatch.lap("simulate_s")
      try take(bits: run.bits, record: run.record, of: file, into: &outcome)
      stopwatch.lap("sample_s")
    }
    if request.wantsGradient {
      for (name, sum) in request.observables {
        let gradient = try simulator.gradient(
          of: sum, in: circuit, options: options, from: initialState)
        outcome.observables.append((name, .init(value: gradient.value, standardError: 0)))
        outcome.gradients.append((name, gradient.entries))
      }
      try checkNumbers(of: outcome)
      stopwatch.lap("simulate_s")
    } else if !request.observables.isEmpty {
      let values = try simulator.expectations(
        of: request.observables.map(\.sum), in: circuit, shots: request.shots, seed: seed,
        options: options, from: initialState)
      outcome.observables = zip(request.observables, values).map { ($0.name, $1) }
      try checkNumbers(of: outcome)
      stopwatch.lap("simulate_s")
    }
    let showsState = !isMeasured && request.observables.isEmpty
    if showsState || request.stateOutput != nil {
      let state =
        try final?.state
        ?? simulator.finalState(
          of: circuit, as: S.self, seed: seed, options: options, from: initialState
        ).state
      stopwatch.lap("simulate_s")
      if showsState {
        try checkRows(min(request.top ?? Self.defaultTop, state.amplitudeCount))
        outcome.amplitudes = AmplitudeList(of: state, limit: request.top ?? Self.defaultTop)
      }
      if let path = request.stateOutput { try write(state, to: path) }
    }
    stopwatch.lap("output_s")
    return outcome
  }

  /// Names an observable whose coefficients are so large that its value overflows.
  func checkNumbers(of outcome: RunOutcome) throws {
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
  func checkRows(_ count: Int) throws {
    guard count > 1 << 16 else { return }
    let required = UInt64(count).saturatingMultiply(640)
    let available = request.options.memoryLimit ?? .max
    guard required > available else { return }
    throw Obstacle(
      .memory(required: required, available: available),
      "needs \(DecimalText.bytes(required)) to print \(count) amplitudes, \(DecimalText.bytes(available)) available",
      hint: "take a smaller --top, or write them with --state-out")
  }

  /// Runs one circuit on stabilizers.
  private func runStabilizers(
    _ file: CircuitFile, _ stopwatch: inout Stopwatch
  ) throws -> RunOutcome {
    let circuit = file.circuit
    if let obstacle = StabilizerSimulator.obstacle(to: circuit, options: request.options) {
      throw obstacle
    }
    try ResultMemory.check(circuit, shots: request.shots, limit: request.options.memoryLimit)
    guard circuit.measurementCount != 0, !request.needsAmplitudes else {
      throw Obstacle(
        .option, "the stabilizer engine gives results of measurements, and the run asks for more",
        hint: circuit.measurementCount == 0
          ? "add --measure-all, or take another --engine" : "take another --engine")
    }
    var outcome = RunOutcome()
    stopwatch.lap("plan_s")
    let run = try StabilizerSimulator().run(
      circuit, shots: request.shots, seed: request.seed, options: request.options)
    stopwatch.lap("simulate_s")
    try take(bits: run.bits, record: run.record, of: file, into: &outcome)
    stopwatch.lap("sample_s")
    return outcome
  }

  /// Runs one circuit on density matrices.
  private func runMixed<S: Scalar>(
    _ file: CircuitFile, as type: S.Type, _ stopwatch: inout Stopwatch
  ) throws -> RunOutcome {
    let circuit = file.circuit
    let simulator = DensityMatrixSimulator()
    let options = request.options
    var outcome = RunOutcome()
    outcome.liveQubits = StateVectorSimulator.liveQubits(
      of: circuit, startingFrom: try request.stateQubitCount())
    if let obstacle = DensityMatrixSimulator.obstacle(to: circuit, options: options) {
      throw obstacle
    }
    let initialState = try request.initialState.map { file in
      try DensityMatrix(try loadState(file, as: S.self))
    }
    stopwatch.lap("plan_s")
    let isMeasured = circuit.measurementCount != 0
    if isMeasured {
      let run = try simulator.run(
        circuit, shots: request.shots, seed: request.seed, options: options, from: initialState,
        keepsRecord: request.keepsRecord(of: file))
      stopwatch.lap("simulate_s")
      try take(bits: run.bits, record: run.record, of: file, into: &outcome)
      stopwatch.lap("sample_s")
    }
    if !request.observables.isEmpty {
      let values = try simulator.expectations(
        of: request.observables.map(\.sum), in: circuit, options: options, from: initialState)
      outcome.observables = zip(request.observables, values).map { observable, value in
        (observable.name, .init(value: value, standardError: 0))
      }
      try checkNumbers(of: outcome)
      stopwatch.lap("simulate_s")
    }
    let showsState = !isMeasured && request.observables.isEmpty
    if showsState || request.stateOutput != nil {
      let state = try simulator.finalState(
        of: circuit, as: S.self, options: options, from: initialState
      ).state
      stopwatch.lap("simulate_s")
      if showsState {
        outcome.amplitudes = AmplitudeList(
          ofDiagonal: state, limit: request.top ?? Self.defaultTop)
      }
      if let path = request.stateOutput { try write(state, to: path) }
      stopwatch.lap("output_s")
    }
    return outcome
  }

  /// Counts what shots gave, and writes their bits where asked to.
  func take(
    bits: Samples, record: Samples, of file: CircuitFile, into outcome: inout RunOutcome
  ) throws {
    let circuit = file.circuit
    let order = request.order(in: file)
    let isRecord = circuit.bitCount == 0 || order == .record
    let samples = isRecord ? record : bits
    // Without shots there is no record to count the bits of.
    let isEmpty = samples.shotCount == 0 && isRecord
    let bitCount = isEmpty ? Int(min(circuit.measurementCount ?? 0, 4096)) : samples.bitCount
    let keys = BitKeys(
      order: order, registers: isRecord ? [] : circuit.bitRegisters, bitCount: bitCount)
    outcome.counts = OutcomeCounts(samples, keys: keys)
    outcome.keys = keys
    if let (path, format) = request.shotsOutput {
      try write(circuit.bitCount == 0 ? record : bits, to: path, format)
    }
  }

  private func loadState<S: Scalar>(
    _ file: InputFile, as type: S.Type
  ) throws -> StateVector<S> {
    try RunRequest.rejecting(file) {
      try NumPyFile.state(from: file.bytes, as: S.self, options: request.options)
    }
  }

  func write<S: Scalar>(_ state: StateVector<S>, to path: String) throws {
    let file = try OutputFile.creating(path)
    NumPyFile.write(state) { file.write($0) }
    try file.close()
  }

  private func write<S: Scalar>(_ state: DensityMatrix<S>, to path: String) throws {
    let elements = try state.elements(limit: request.options.memoryLimit)
    let file = try OutputFile.creating(path)
    NumPyFile.write(elements, rowCount: 1 << state.qubitCount) { file.write($0) }
    try file.close()
  }

  private func write(_ samples: Samples, to path: String, _ format: ResultFormat) throws {
    let file = try OutputFile.creating(path)
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
