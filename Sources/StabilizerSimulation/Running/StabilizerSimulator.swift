import QuantumCore

/// Runs Clifford circuits with Pauli noise on thousands of qubits.
///
/// Gates count as Clifford by what they do: `rx(pi/2)` and `cp(pi)` run, see `CliffordRecognition`.
/// Circuits without branches and loops go through `FrameSampler`, hundreds of shots at a time;
/// others run shot by shot, and what comes before the first random event is simulated once.
///
///     let samples = try StabilizerSimulator().sample(circuit, shots: 1000, seed: 1)
///
/// - Source: [Gidney21], [Aaronson04].
public struct StabilizerSimulator: Simulator {
  /// The name on the command line, `stabilizer`.
  public static let name = "stabilizer"

  /// The engine, which has no state of its own: any number of circuits may run on it.
  public init() {}

  public func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)?,
    options: SimulationOptions
  ) throws(Obstacle) -> Compiled {
    guard initialState == nil else {
      throw Obstacle(
        .option, "the stabilizer engine starts at |0…0⟩", hint: "take --engine statevector")
    }
    return try Compiled(circuit, options: options)
  }

  public func stateSize(
    of circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> StateSize {
    Self.stateSize(liveCount: LiveQubits(of: circuit).count)
  }

  /// X and Z images of X and Z on every qubit.
  private static func stateSize(liveCount: Int) -> StateSize {
    let count = UInt64(liveCount)
    return StateSize(
      bytes: count.saturatingMultiply(count).saturatingMultiply(4).saturatingAdd(7) / 8,
      text: "4 × \(count)² bits")
  }

  /// A circuit with its Cliffords spelt out.
  public struct Compiled: CompiledSimulation {
    private let circuit: Circuit
    private let options: SimulationOptions
    /// Qubits that a run has a row for.
    private let placedCount: Int
    public let liveQubits: [Int]

    /// - Throws: `Obstacle` with the first gate that is not Clifford and its place, and how many
    ///   there are; for noise of another kind; for tableaus that do not fit in memory.
    init(_ circuit: Circuit, options: SimulationOptions) throws(Obstacle) {
      let recognition = CliffordRecognition(of: circuit)
      if let obstacle = obstacle(of: recognition) { throw obstacle }
      if let obstacle = obstacleOfNoise(in: circuit) { throw obstacle }
      (self.circuit, self.options) = (recognition.circuit, options)
      liveQubits = LiveQubits(of: circuit).qubits
      placedCount = PlacedQubits.count(in: recognition.circuit)
      try checkMemory()
    }

    private func checkMemory() throws(Obstacle) {
      let qubits = UInt64(placedCount)
      // Rows of whole blocks, for each thread, and one copy that all start from.
      let bytes = (qubits * 4).saturatingMultiply((qubits + 511) / 512 * 64)
      let required = bytes.saturatingMultiply(UInt64(options.threads) + 1)
      let available = options.memoryLimit ?? 1 << 44
      guard required > available else { return }
      throw Obstacle(
        .memory(required: required, available: available),
        "a tableau of \(qubits) qubits takes \(bytes >> 20) MiB for each thread, "
          + "\(available >> 20) MiB are available")
    }

    /// Nothing that the engine gives without measurements depends on a seed.
    public var hasUniqueState: Bool { true }

    public func run(shots: Int, seed: UInt64, keepsRecord: Bool) throws -> ShotResults {
      precondition(shots >= 0, "A number of shots is not negative")
      try ResultMemory.check(circuit, shots: shots, limit: options.memoryLimit)
      if let frames = FrameRun(circuit) {
        return try frames.run(shots: shots, seed: seed, options: options)
      }
      return try ShotRun(circuit, seed: seed, options: options).run(shots: shots)
    }

    // MARK: What it does not give

    public func runOnce(
      seed: UInt64, for use: StateUse
    ) throws -> (results: ShotResults, state: any FinalState) {
      throw noState
    }

    public func finalState(seed: UInt64, for use: StateUse) throws -> any FinalState {
      throw noState
    }

    public func expectations(
      of observables: [PauliSum], shots: Int, seed: UInt64
    ) throws -> [ExpectationValue] {
      throw noState
    }

    public func gradient(of observable: PauliSum) throws -> ObservableGradient {
      throw noState
    }

    private var noState: Obstacle {
      Obstacle(
        .option, "the stabilizer engine gives results of measurements, and the run asks for more",
        hint: circuit.measurementCount == 0
          ? "add --measure-all, or take another --engine" : "take another --engine")
    }

    // MARK: Planning

    public func plan(shots: Int, listingSteps: Bool) -> SimulationPlan {
      let isSampledByFrames = !circuit.hasControlFlow
      let size = StabilizerSimulator.stateSize(liveCount: liveQubits.count)
      var plan = SimulationPlan(
        strategy: isSampledByFrames ? .frames : .trajectories,
        approach: "keeps stabilizers instead of amplitudes; "
          + (isSampledByFrames
            ? "one noiseless run, then shots by what they flip"
            : "shots one by one, as control flow asks"),
        liveQubits: liveQubits, stateBytes: size.bytes, stateSize: size.text,
        gateCount: Int(clamping: circuit.gateCount))
      (plan.work, plan.threads) = (FrameRun(circuit)?.work(shots: shots), options.threads)
      return plan
    }

    /// The memory that a task takes.
    ///
    /// - Returns: a bound whose `stateBytes` are those of one tableau; each thread has one, and all
    ///   start from one more.
    public func memory(for task: RunTask, limit: UInt64?) -> MemoryBound {
      let qubits = UInt64(liveQubits.count)
      let records = circuit.measurementCount ?? 64
      let tableau = qubits.saturatingMultiply(4).saturatingMultiply((qubits + 511) / 512 * 64)
      // A batch of frames: rows of up to 64 words, and the results of its shots.
      let rows = qubits.saturatingMultiply(2).saturatingAdd(min(records, 1 << 16))
      let batch = rows.saturatingMultiply(128).saturatingAdd(
        min(256 << 20, (records / 64 + 1).saturatingMultiply(8 * 2048)))
      let threads = UInt64(options.threads)
      return MemoryBound(
        stateBytes: tableau, stateCount: threads + 1, leastStateCount: threads + 1,
        resultBytes: ResultMemory.bytes(of: circuit, shots: task.shots, keepsRecord: true),
        programBytes: batch.saturatingAdd(1 << 20).saturatingMultiply(threads)
          .saturatingAdd(records.saturatingMultiply(16)))
    }
  }

  // MARK: Checks

  private static func obstacle(of recognition: CliffordRecognition) -> Obstacle? {
    guard let first = recognition.offenders.first else { return nil }
    let counts = recognition.offenders.map {
      "\($0.count) \($0.gate.name) \($0.count == 1 ? "gate" : "gates")"
    }
    return Obstacle(
      .unsupported,
      "\(first.gate.name) is not a Clifford gate; the circuit has \(counts.joined(separator: ", "))",
      hint: "the dense engines run any gate: --engine statevector", range: first.range)
  }

  private static func obstacleOfNoise(in circuit: Circuit) -> Obstacle? {
    for block in circuit.blockIDs {
      for (place, node) in circuit.nodes(of: block).enumerated() {
        guard case .instruction(let instruction) = node else { continue }
        let gate = instruction.gate
        let definition = gate.definition
        let isKnown =
          definition.errors != nil || definition.chainRole != nil
          || [.iError, .iiError].contains(gate)
        if definition.isNoise, !isKnown {
          return Obstacle(
            .unsupported, "\(gate.name) is not Pauli noise",
            hint: "the dense engines run any channel: --engine density-matrix",
            range: circuit.range(of: block, at: place))
        }
      }
    }
    return nil
  }
}
