import QSim

extension RunRequest {
  /// The qubits of `--state-in`; `nil` without.
  ///
  /// - Throws: `InputRejected` where the file is no state.
  func stateQubitCount() throws -> Int? {
    guard let file = initialState else { return nil }
    return try Self.rejecting(file) { () throws(Diagnostic) in
      try NumPyFile.qubitCount(of: file.bytes)
    }
  }

  /// Names the file in what is wrong with a `.npy` file.
  static func rejecting<Result>(_ file: InputFile, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [diagnostic.rendered(file: file.name)])
    }
  }

  /// The order of bits in keys.
  func order(in file: CircuitFile) -> BitOrder {
    bitOrder ?? (file.format == .stim ? .record : .qiskit)
  }

  /// Whether the measurement record is counted or written, rather than declared bits.
  func keepsRecord(of file: CircuitFile) -> Bool {
    file.circuit.bitCount == 0 || order(in: file) == .record
  }

  /// What a run takes at most beside the program itself, results printed as text.
  ///
  /// - Parameter sparse: the plan of the sparse engine, where it is known.
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  func memory(
    of file: CircuitFile, engine: EngineChoice, sparse: SparsePlan? = nil
  ) throws -> MemoryBound {
    let circuit = file.circuit
    let isMeasured = circuit.measurementCount != 0
    if engine == .stabilizer {
      return StabilizerSimulator.memory(for: circuit, shots: shots, options: options)
    }
    if engine == .sparse {
      var unlimited = options
      unlimited.memoryLimit = nil
      return memory(
        of: file, by: try sparse ?? SparseSimulator.plan(for: circuit, options: unlimited))
    }
    let start = try stateQubitCount()
    let writesState = stateOutput != nil || !isMeasured && observables.isEmpty
    var bounds = try tasks(in: file).map { task in
      engine == .densityMatrix
        ? try DensityMatrixSimulator.memory(
          for: circuit, task, options: options, startingFrom: start,
          writesElements: writesState && stateOutput != nil)
        : try StateVectorSimulator.memory(
          for: circuit, task, options: options, startingFrom: start)
    }
    // Counts stay while what else is asked for is found, and so does the file of the state.
    let kept = bounds.count > 1 && isMeasured ? UInt64(shots).saturatingMultiply(48) : 0
    for index in bounds.indices {
      bounds[index].resultBytes = bounds[index].resultBytes.saturatingAdd(kept)
        .saturatingAdd(UInt64(initialState?.bytes.count ?? 0))
    }
    return bounds.max { $0.mostBytes < $1.mostBytes } ?? MemoryBound(stateBytes: 0)
  }

  /// What a run of the sparse engine takes at most.
  private func memory(of file: CircuitFile, by plan: SparsePlan) -> MemoryBound {
    let circuit = file.circuit
    let live = plan.liveQubits.count
    let all: UInt64 = live < 48 ? 1 << UInt64(live) : .max
    let bounds = tasks(in: file).map { task -> MemoryBound in
      guard case .state = task else {
        var needsState = true
        if case .samples = task { needsState = false }
        return plan.memory(of: circuit, task, needsState: needsState, options: options)
      }
      // All amplitudes for a file have their part of the limit; printed ones come on top.
      var (options, kept) = (options, UInt64(0))
      if stateOutput != nil {
        kept = all.saturatingMultiply(options.precision.bytesPerAmplitude)
        options.memoryLimit = options.memoryLimit.map { kept < $0 ? $0 - kept : $0 }
      }
      if circuit.measurementCount == 0, observables.isEmpty {
        let listed = min(all, UInt64(top ?? CircuitRunner.defaultTop))
        kept = kept.saturatingAdd(
          min(
            listed.saturatingMultiply(UInt64(768 + live / 2)),
            max(options.memoryLimit ?? .max, 64 << 20)))
      }
      var bound = plan.memory(of: circuit, task, needsState: true, options: options)
      bound.resultBytes = bound.resultBytes.saturatingAdd(kept)
      return bound
    }
    return bounds.max { $0.mostBytes < $1.mostBytes } ?? MemoryBound(stateBytes: 0)
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
      tasks.append(.state(isMeasured: isMeasured && shots == 1))
    }
    return tasks
  }
}
