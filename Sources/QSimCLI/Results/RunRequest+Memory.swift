import QSim

/// The amplitudes that a run starts from, in a `.npy` file.
struct StateFile: DenseInitialState {
  private let file: InputFile
  let qubitCount: Int

  /// - Throws: `InputRejected` where the file is no state; as `InputFile`.
  init(reading path: String) throws {
    file = try InputFile(reading: path)
    let file = file
    qubitCount = try Self.rejecting(file) { try NumPyFile.qubitCount(of: file.bytes) }
  }

  var byteCount: Int { file.bytes.count }

  /// - Throws: `InputRejected` where the amplitudes do not make a state; `Obstacle`.
  func stateVector<S: Scalar>(
    as type: S.Type, options: SimulationOptions
  ) throws -> StateVector<S> {
    try Self.rejecting(file) {
      try NumPyFile.state(from: file.bytes, as: S.self, options: options)
    }
  }

  /// Names the file in what is wrong with it.
  private static func rejecting<Result>(
    _ file: InputFile, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [diagnostic.rendered(file: file.name)])
    }
  }
}

extension RunRequest {
  /// The order of bits in keys.
  func order(in file: CircuitFile) -> BitOrder {
    bitOrder ?? (file.format == .stim ? .record : .qiskit)
  }

  /// Whether the measurement record is counted or written, rather than declared bits.
  func keepsRecord(of file: CircuitFile) -> Bool {
    file.circuit.bitCount == 0 || order(in: file) == .record
  }

  /// What the final state is wanted for.
  func stateUse(of circuit: Circuit) -> StateUse {
    let isShown = circuit.measurementCount == 0 && observables.isEmpty
    return StateUse(
      isWritten: stateOutput != nil, listCount: isShown ? top ?? CircuitRunner.defaultTop : 0)
  }

  /// What a run takes at most beside the program itself, results printed as text.
  ///
  /// - Throws: `Obstacle` if the engine turns out to be unable to run the circuit.
  func memory(
    of file: CircuitFile, on simulation: any CompiledSimulation
  ) throws(Obstacle) -> MemoryBound {
    let kept = keptBytes(of: file.circuit)
    let limit = limit(of: options, for: file.circuit).memoryLimit
    var bounds: [MemoryBound] = []
    for task in tasks(in: file) {
      var bound = try simulation.memory(for: task, limit: limit)
      bound.resultBytes = bound.resultBytes.saturatingAdd(kept)
      bounds.append(bound)
    }
    guard var bound = bounds.max(by: { $0.mostBytes < $1.mostBytes }), bound.stateBytes > 0 else {
      return bounds.first ?? MemoryBound(stateBytes: 0)
    }
    // The task that takes most need not be the one that can do with fewest states.
    let required = bounds.map(\.requiredBytes).max() ?? 0
    let least = (required - 1) / bound.stateBytes + 1
    bound.leastStateCount = max(bound.leastStateCount, least)
    bound.stateCount = max(bound.stateCount, bound.leastStateCount)
    return bound
  }

  /// The options with what the engine may have of the memory: counts and the file of a state lie
  /// beside it.
  func limit(of options: SimulationOptions, for circuit: Circuit) -> SimulationOptions {
    var options = options
    let kept = keptBytes(of: circuit)
    options.memoryLimit = options.memoryLimit.map { kept < $0 ? $0 - kept : $0 }
    return options
  }

  /// Counts stay while what else is asked for is found, and so does the file of the state.
  private func keptBytes(of circuit: Circuit) -> UInt64 {
    let isMoreThanCounts = !observables.isEmpty || stateOutput != nil
    let counts =
      circuit.measurementCount != 0 && isMoreThanCounts ? UInt64(shots).saturatingMultiply(48) : 0
    return counts.saturatingAdd(UInt64(initialState?.byteCount ?? 0))
  }

  /// What is asked of the engine, one after the other.
  private func tasks(in file: CircuitFile) -> [RunTask] {
    let isMeasured = file.circuit.measurementCount != 0
    let terms = observables.reduce(0) { $0 + $1.sum.terms.count }
    var tasks: [RunTask] = []
    if isMeasured { tasks.append(.samples(shots: shots, keepsRecord: keepsRecord(of: file))) }
    if !observables.isEmpty {
      tasks.append(
        wantsGradient ? .gradient(terms: terms) : .expectations(shots: shots, terms: terms))
    }
    if stateOutput != nil || !isMeasured && observables.isEmpty {
      tasks.append(
        .state(isMeasured: isMeasured && shots == 1, use: stateUse(of: file.circuit)))
    }
    return tasks
  }
}
