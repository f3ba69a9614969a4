import QSim
import Reporting

/// What is asked of a run, besides the circuit.
struct RunRequest {
  var shots: Int
  var seed: UInt64
  var options: SimulationOptions
  /// `nil` is the default of the circuit's language.
  var bitOrder: BitOrder?
  var observables: [(name: String, sum: PauliSum)] = []
  /// Where the amplitudes start; `nil` is |0…0⟩.
  var initialState: InputFile?
  var stateOutput: String?
  var shotsOutput: (path: String, format: ResultFormat)?
  /// The most outcomes or amplitudes to show; `nil` for the default.
  var top: Int?
}

/// What one run of a circuit gave.
struct RunOutcome {
  var counts: OutcomeCounts?
  var keys: BitKeys?
  var observables: [(name: String, value: StateVectorSimulator.Expectation)] = []
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
  static func isRandom(_ circuit: Circuit, options: SimulationOptions) throws -> Bool {
    if circuit.measurementCount != 0 { return true }
    return try !StateVectorSimulator.hasUniqueState(circuit, options: options)
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
    let circuit = file.circuit
    let simulator = StateVectorSimulator()
    let (options, seed) = (request.options, request.seed)
    var outcome = RunOutcome()
    outcome.liveQubits = StateVectorSimulator.liveQubits(of: circuit)
    let initialState = try request.initialState.map { file in
      try loadState(file, as: S.self)
    }
    stopwatch.lap("plan_s")
    let isMeasured = circuit.measurementCount != 0
    if isMeasured {
      let run = try simulator.run(
        circuit, shots: request.shots, seed: seed, options: options, from: initialState)
      stopwatch.lap("simulate_s")
      let order = request.bitOrder ?? (file.format == .stim ? .record : .qiskit)
      let isRecord = circuit.bitCount == 0 || order == .record
      let samples = isRecord ? run.record : run.bits
      let keys = BitKeys(
        order: order, registers: isRecord ? [] : circuit.bitRegisters, bitCount: samples.bitCount)
      outcome.counts = OutcomeCounts(samples, keys: keys)
      outcome.keys = keys
      if let (path, format) = request.shotsOutput {
        try write(circuit.bitCount == 0 ? run.record : run.bits, to: path, format)
      }
      stopwatch.lap("sample_s")
    }
    if !request.observables.isEmpty {
      let values = try simulator.expectations(
        of: request.observables.map(\.sum), in: circuit, shots: request.shots, seed: seed,
        options: options, from: initialState)
      outcome.observables = zip(request.observables, values).map { ($0.name, $1) }
    }
    let showsState = !isMeasured && request.observables.isEmpty
    if showsState || request.stateOutput != nil {
      let final: StateVectorSimulator.FinalState<S> = try simulator.finalState(
        of: circuit, seed: seed, options: options, from: initialState)
      stopwatch.lap("simulate_s")
      if showsState {
        outcome.amplitudes = AmplitudeList(
          of: final.state, limit: request.top ?? Self.defaultTop)
      }
      if let path = request.stateOutput { try write(final.state, to: path) }
    }
    stopwatch.lap("simulate_s")
    return outcome
  }

  private func loadState<S: Scalar>(
    _ file: InputFile, as type: S.Type
  ) throws -> StateVector<S> {
    do {
      return try NumPyFile.state(from: file.bytes, as: S.self, options: request.options)
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [diagnostic.rendered(file: file.name)])
    }
  }

  private func write<S: Scalar>(_ state: StateVector<S>, to path: String) throws {
    let file = try OutputFile.creating(path)
    NumPyFile.write(state) { file.write($0) }
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
