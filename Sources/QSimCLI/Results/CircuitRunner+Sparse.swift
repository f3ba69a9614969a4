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
    var final: SparseSimulator.FinalState?
    if isMeasured {
      let run: StateVectorSimulator.Run
      if request.shots == 1, request.stateOutput != nil {
        let both = try simulator.runOnce(circuit, seed: seed, options: options)
        (run, final) = (both.run, both.final)
      } else {
        run = try simulator.run(circuit, shots: request.shots, seed: seed, options: options)
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
        try final ?? simulator.runOnce(circuit, seed: seed, options: options).final
      stopwatch.lap("simulate_s")
      if showsState {
        outcome.amplitudes = try AmplitudeList(
          of: state, limit: request.top ?? Self.defaultTop)
      }
      if let path = request.stateOutput {
        let amplitudes = try state.amplitudes(limit: options.memoryLimit)
        try write(
          StateVector<S>(
            amplitudes: amplitudes.map { Complex(S($0.real), S($0.imaginary)) }), to: path)
      }
    }
    stopwatch.lap("output_s")
    return outcome
  }
}
