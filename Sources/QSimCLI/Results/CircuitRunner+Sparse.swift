import QSim

extension CircuitRunner {
  /// Runs one circuit on the amplitudes that are not 0.
  func runSparse<S: Scalar>(
    _ file: CircuitFile, as type: S.Type, _ stopwatch: inout Stopwatch
  ) throws -> RunOutcome {
    let circuit = file.circuit
    let simulator = SparseSimulator()
    let (options, seed) = (request.options, request.seed)
    if request.needsStateVector {
      throw Obstacle(
        .option, "the sparse engine starts at |0…0⟩ and gives no derivatives",
        hint: "take --engine statevector")
    }
    if request.engine == .sparse, S.precision == .single {
      throw Obstacle(
        .option, "the sparse engine keeps amplitudes in double precision",
        hint: "leave out --precision single")
    }
    var outcome = RunOutcome()
    outcome.liveQubits = StateVectorSimulator.liveQubits(of: circuit)
    stopwatch.lap("plan_s")
    let isMeasured = circuit.measurementCount != 0
    // A vector that is written needs its part of the memory.
    var stateOptions = options
    if request.stateOutput != nil, let limit = options.memoryLimit {
      let vector = StateVector<S>.bytes(qubitCount: outcome.liveQubits.count)
      stateOptions.memoryLimit = vector < limit ? limit - vector : limit
    }
    var final: SparseSimulator.FinalState?
    if isMeasured {
      let run: StateVectorSimulator.Run
      if request.shots == 1, request.stateOutput != nil {
        let both = try simulator.runOnce(circuit, seed: seed, options: stateOptions)
        (run, final) = (both.run, both.final)
      } else {
        run = try simulator.run(
          circuit, shots: request.shots, seed: seed, options: options,
          keepsRecord: request.keepsRecord(of: file))
      }
      stopwatch.lap("simulate_s")
      try take(bits: run.bits, record: run.record, of: file, into: &outcome)
      stopwatch.lap("sample_s")
    }
    if !request.observables.isEmpty {
      let values = try simulator.expectations(
        of: request.observables.map(\.sum), in: circuit, shots: request.shots, seed: seed,
        options: options)
      outcome.observables = zip(request.observables, values).map { ($0.name, $1) }
      try checkNumbers(of: outcome)
      stopwatch.lap("simulate_s")
    }
    let showsState = !isMeasured && request.observables.isEmpty
    if showsState || request.stateOutput != nil {
      let state =
        try final ?? simulator.runOnce(circuit, seed: seed, options: stateOptions).final
      stopwatch.lap("simulate_s")
      if showsState {
        let list = try AmplitudeList(of: state, limit: request.top ?? Self.defaultTop)
        try checkRows(list.entries.count)
        outcome.amplitudes = list
      }
      if let path = request.stateOutput {
        try write(state.stateVector(as: S.self, limit: options.memoryLimit), to: path)
      }
    }
    stopwatch.lap("output_s")
    return outcome
  }
}
