import QSim

/// What an engine would do with a circuit, whichever it is.
struct EnginePlan {
  /// One pass over the state.
  struct Step {
    /// The sweep that it is part of, from 0.
    let sweep: Int
    let kind: String
    let gateCount: Int
    /// Positions among the live qubits.
    let targets: [Int]
    let controls: [Int]
    let route: KernelRoute
    /// In the engine's own unit.
    let cost: Double
  }

  /// The engine's name, as `--engine` takes it.
  let name: String
  /// Why this engine, and how it goes about it.
  let why: String
  /// `finalState`, `trajectories` or `frames`.
  let strategy: String
  let liveQubits: [Int]
  let stateBytes: UInt64
  /// How the bytes come about, such as `2^20 × 16 B`.
  let stateSize: String
  let gateCount: Int
  let steps: [Step]
  /// Passes over the state.
  let sweepCount: Int
  /// Read and written, were none of the state in cache.
  let bytes: Double
  /// Real additions and multiplications.
  let flops: Double
  let estimatedSeconds: Double
  /// What the whole run has to do; `nil` where it is not added up.
  let work: RunWork?
  /// What the run takes beside the program itself.
  private(set) var memory: MemoryBound

  var stepCount: Int { steps.count }

  /// - Parameters:
  ///   - engine: which engine; not `auto`, which `RunRequest.resolvedEngine` resolves.
  ///   - why: why it is this one; `nil` if it was asked for.
  ///   - request: what the run is asked for; its memory limit decides how many states there may be
  ///     at a time, and is no reason to refuse.
  ///   - listingSteps: whether gates are merged into steps; without, there are none.
  /// - Throws: `Obstacle` if the engine cannot run the circuit.
  init(
    _ engine: EngineChoice, why: String?, _ request: RunRequest, for file: CircuitFile,
    listingSteps: Bool = true
  ) throws {
    let circuit = file.circuit
    var options = request.options
    options.memoryLimit = nil
    let reason = why ?? "asked for"
    let stateQubits = try request.stateQubitCount()
    var sparse: SparsePlan?
    switch engine {
    case .densityMatrix:
      do throws(Obstacle) {
        self.init(
          try DensityMatrixSimulator.plan(
            for: circuit, shots: request.shots, options: options, startingFrom: stateQubits),
          options.precision)
      } catch {
        // Too many qubits for any memory: what would help depends on the memory that there is.
        throw DensityMatrixSimulator.obstacle(to: circuit, options: request.options) ?? error
      }
    case .stabilizer:
      if let obstacle = StabilizerSimulator.obstacle(to: circuit, options: options) {
        throw obstacle
      }
      self.init(stabilizersOf: circuit, reason)
    case .sparse:
      let plan = try SparseSimulator.plan(
        for: circuit, shots: request.shots, options: options)
      sparse = plan
      self.init(plan, reason)
    case .auto, .statevector, .trajectories:
      self.init(
        try StateVectorSimulator.plan(
          for: circuit, shots: request.shots, options: options, listingSteps: listingSteps,
          startingFrom: stateQubits),
        engine, reason, options.precision)
    }
    memory = try request.memory(of: file, engine: engine, sparse: sparse)
  }

  private init(
    _ plan: StateVectorSimulator.Plan, _ engine: EngineChoice, _ reason: String,
    _ precision: Precision
  ) {
    name =
      engine == .trajectories ? TrajectorySimulator.name : StateVectorSimulator.name
    why =
      "\(reason); runs any circuit by its amplitudes; \(Self.count(plan.liveQubits)); \(plan.strategy.rawValue)"
    strategy = "\(plan.strategy)"
    (liveQubits, stateBytes) = (plan.liveQubits, plan.stateBytes)
    stateSize = "2^\(plan.liveQubits.count) × \(precision.bytesPerAmplitude) B"
    let sweeps = plan.stretches.flatMap(\.sweeps)
    steps = sweeps.enumerated().flatMap { index, sweep in sweep.steps.map { (index, $0) } }.map {
      (index, step) in
      Step(
        sweep: index, kind: step.kind, gateCount: step.gateCount, targets: step.targets,
        controls: step.controls, route: step.route, cost: step.cost)
    }
    gateCount = plan.gateCount
    (sweepCount, bytes, flops) = (plan.sweepCount, plan.bytes, plan.flops)
    (estimatedSeconds, work) = (plan.estimatedSeconds, plan.work)
    memory = MemoryBound(stateBytes: plan.stateBytes)
  }

  private init(_ plan: DensityMatrixSimulator.Plan, _ precision: Precision) {
    name = DensityMatrixSimulator.name
    let shots =
      plan.isOneSimulation
      ? "one simulation, shots drawn from its end"
      : "shots part where a result is needed, channels act as a whole"
    why = "asked for; exact mixtures of all errors; \(Self.count(plan.liveQubits)); \(shots)"
    strategy = plan.isOneSimulation ? "finalState" : "trajectories"
    (liveQubits, stateBytes) = (plan.liveQubits, plan.stateBytes)
    stateSize = "4^\(plan.liveQubits.count) × \(precision.bytesPerAmplitude / 2) B"
    steps = plan.steps.enumerated().map { index, step in
      Step(
        sweep: index, kind: step.kind, gateCount: step.gateCount, targets: step.targets,
        controls: [],
        route: .simd, cost: step.cost)
    }
    gateCount = plan.gateCount
    (sweepCount, bytes, flops) = (plan.sweepCount, plan.bytes, plan.flops)
    (estimatedSeconds, work) = (plan.estimatedSeconds, plan.work)
    memory = MemoryBound(stateBytes: plan.stateBytes)
  }

  private init(_ plan: SparsePlan, _ reason: String) {
    name = SparseSimulator.name
    why =
      "\(reason); keeps amplitudes that are not 0, in groups of entangled qubits; \(Self.count(plan.liveQubits))"
    strategy = plan.isOneSimulation ? "finalState" : "trajectories"
    (liveQubits, stateBytes, gateCount) = (plan.liveQubits, plan.stateBytes, plan.gateCount)
    stateSize =
      plan.basis == .bound
      ? "at most 2^\(Int(plan.amplitudeBits.rounded(.up))) amplitudes, \(plan.basis.rawValue)"
      : plan.basis.rawValue
    (steps, sweepCount, bytes, flops, estimatedSeconds) = ([], 0, 0, 0, 0)
    work = plan.work
    memory = MemoryBound(stateBytes: plan.stateBytes)
  }

  private init(stabilizersOf circuit: Circuit, _ reason: String) {
    name = StabilizerSimulator.name
    let isSampledByFrames = !circuit.hasControlFlow
    let shots =
      isSampledByFrames
      ? "one noiseless run, then shots by what they flip" : "shots one by one, as control flow asks"
    liveQubits = StateVectorSimulator.liveQubits(of: circuit)
    why = "\(reason); keeps stabilizers instead of amplitudes; \(shots)"
    strategy = isSampledByFrames ? "frames" : "trajectories"
    let count = UInt64(liveQubits.count)
    // X and Z images of X and Z on every qubit.
    stateBytes = (4 * count * count + 7) / 8
    stateSize = "4 × \(count)² bits"
    gateCount = Int(clamping: circuit.gateCount)
    (steps, sweepCount, bytes, flops, estimatedSeconds) = ([], 0, 0, 0, 0)
    work = nil
    memory = MemoryBound(stateBytes: stateBytes)
  }

  /// What would make the run fit; `nil` if nothing would that the engine knows of.
  func advice(available: UInt64, precision: Precision) -> String? {
    let remedies =
      if memory.stateBytes <= available {
        // Precision changes nothing where amplitudes are always in double precision, or there are
        // none.
        MemoryAdvice.forRun(
          memory, precision: hasSteps ? precision : .single, available: available)
      } else if name == DensityMatrixSimulator.name {
        MemoryAdvice.forDensityMatrix(
          qubitCount: liveQubits.count, precision: precision, available: available)
      } else if hasSteps {
        MemoryAdvice.forStates(
          qubitCount: liveQubits.count, precision: precision, available: available)
      } else { [String]() }
    return MemoryAdvice.hint(remedies)
  }

  /// Whether the engine works through amplitudes, in steps that can be listed.
  var hasSteps: Bool { name != StabilizerSimulator.name && name != SparseSimulator.name }

  private static func count(_ qubits: [Int]) -> String {
    "\(qubits.count) live qubit\(qubits.count == 1 ? "" : "s")"
  }
}
