import QuantumCore

// What a run takes is bounded before it starts: every buffer whose size the circuit or the shots
// decide is counted here. `TrajectoryRun` keeps to the same figures, so that the bound which a plan
// prints holds.

/// The memory of one run, and how many states it may have in it.
package struct RunMemory: Sendable {
  package let bound: MemoryBound
  package let budget: StateBudget
  /// Shots that draw their errors at a time.
  package let batchSize: Int

  /// - Parameters:
  ///   - isExact: whether every outcome is followed.
  ///   - extraStates: states besides those of branches, such as where the run starts.
  package init<State: ProgramState>(
    of type: State.Type, _ program: Program, _ circuit: Circuit, _ task: RunTask,
    options: SimulationOptions, isExact: Bool = false, extraStates: UInt64
  ) {
    let stateBytes = State.bytes(qubitCount: program.qubitCount)
    let shots = isExact ? 1 : task.shots
    let randomness = ProgramRandomness(of: program, circuit, State.self, isExact: isExact)
    let limit = options.memoryLimit ?? .max
    let errors = randomness.eventsPerShot
    batchSize = Self.batchSize(shots: shots, events: errors, limit: limit)
    let drawing = Self.drawingBytes(shots: batchSize, events: errors)
    let programBytes = Self.bytes(of: program, mapsBytes: State.drawsErrors ? 1024 : 3072)
      .saturatingAdd(drawing)
    let resultBytes = Self.resultBytes(task, circuit)

    let scratch = State.scratchStates(of: program, circuit)
    var depth: UInt64 = 0
    if randomness.splits {
      depth =
        isExact ? min(UInt64(randomness.eventCount), Self.exactDepth) : UInt64(Self.log2(shots))
    }
    // Classical memory goes with every branch.
    let branchBytes = stateBytes.saturatingAdd(
      UInt64(circuit.bitCount / 8 + 16 * circuit.variables.count) + 512)
    var fixed = extraStates.saturatingAdd(scratch)
    switch task {
    case .state(let isMeasured, _):
      // The sum over outcomes, or a copy in the bases that are measured.
      if isExact ? randomness.splits : isMeasured && !program.tail.basisChanges.isEmpty {
        fixed += 1
      }
    case .gradient: fixed += 1
    case .samples, .expectations: break
    }
    let left =
      limit
      - min(
        limit,
        fixed.saturatingMultiply(stateBytes).saturatingAdd(resultBytes).saturatingAdd(programBytes))
    // Threads side by side would each need scratch memory, and the states of a mixture are added
    // up in one place, in one order.
    var isMixture = false
    if isExact, case .state = task { isMixture = true }
    budget = StateBudget(
      depth: depth, stateBytes: stateBytes,
      threads: scratch > 0 || isMixture ? 1 : options.threads,
      available: max(1, left / max(1, branchBytes)))
    bound = MemoryBound(
      stateBytes: stateBytes, stateCount: budget.total.saturatingAdd(fixed),
      leastStateCount: fixed.saturatingAdd(1), resultBytes: resultBytes,
      programBytes: programBytes.saturatingAdd(
        (branchBytes - stateBytes).saturatingMultiply(budget.total)))
  }

  /// - Throws: `Obstacle` with the numbers where even as few states as will do are too much.
  package func checked<S: Scalar>(
    _ program: Program, _ type: S.Type, _ options: SimulationOptions
  ) throws(Obstacle) -> RunMemory {
    let (required, available) = (bound.leastBytes, options.memoryLimit ?? .max)
    guard !bound.fits(available) else { return self }
    let count = bound.leastStateCount
    let rest = bound.resultBytes.saturatingAdd(bound.programBytes)
    throw Obstacle(
      .memory(required: required, available: available),
      "needs \(ByteText.text(required)) (\(count == 1 ? "a state" : "\(count) states") of "
        + "\(ByteText.text(bound.stateBytes)), \(ByteText.text(rest)) for gates and results)"
        + MemoryAdvice.shortage(available),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forRun(bound, precision: S.precision, available: available)))
  }

  /// Outcomes less likely than 2⁻⁶⁶ are not followed, and the likeliest goes on in place: no more
  /// wait for one another.
  package static let exactDepth: UInt64 = 66

  private static func log2(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - 1 - value.leadingZeroBitCount
  }

  // MARK: Parts

  /// Gates, sites and steps with what is prepared of them, by measurement.
  ///
  /// - Parameter mapsBytes: of one gate; maps on density matrices are larger than gates on
  ///   amplitudes.
  private static func bytes(of program: Program, mapsBytes: UInt64) -> UInt64 {
    let tail = UInt64(program.tail.steps.count).saturatingMultiply(ProgramMemory.bytesPerGroup)
    return program.steps.reduce(tail) { sum, step in
      switch step {
      case .unitary(let gates): sum.saturatingAdd(UInt64(gates.count) * mapsBytes)
      case .noise, .kraus: sum.saturatingAdd(2 * mapsBytes)
      default: sum.saturatingAdd(1024)
      }
    }
  }

  /// Entries of shots, and their errors while they are drawn and sorted; parts that split off have
  /// half as much each.
  private static func drawingBytes(shots: Int, events: Double) -> UInt64 {
    guard events > 0, shots > 0 else { return 0 }
    let mean = events * Double(shots)
    // Eight standard deviations more than are to be expected.
    let most = mean + 8 * mean.squareRoot() + 64
    let bytes = most * 48 + Double(shots) * 96
    return bytes < 0x1p63 ? UInt64(bytes) : .max
  }

  private static func batchSize(shots: Int, events: Double, limit: UInt64) -> Int {
    let room = min(64 << 20, max(1 << 20, limit / 16))
    var size = max(1, shots)
    while size > 1, drawingBytes(shots: size, events: events) > room { size = (size + 1) / 2 }
    return size
  }

  /// Rows of results, drawing from the last state, and counting.
  private static func resultBytes(_ task: RunTask, _ circuit: Circuit) -> UInt64 {
    switch task {
    case .samples(let shots, let keepsRecord):
      return ResultMemory.bytes(of: circuit, shots: shots, keepsRecord: keepsRecord)
    case .expectations(let shots, let terms):
      // One row of values for each group of shots, and partial sums of the terms.
      return UInt64(shots).saturatingMultiply(160).saturatingAdd(termBytes(terms))
    case .state: return 1 << 12
    case .gradient(let terms): return termBytes(terms)
    }
  }

  private static func termBytes(_ terms: Int) -> UInt64 {
    UInt64(terms).saturatingMultiply(512 + 256).saturatingAdd(1 << 16)
  }
}

/// Where a program draws random numbers.
private struct ProgramRandomness {
  /// Whether shots may part.
  var splits = false
  /// Steps at which they may, in one pass; `Int.max` with loops.
  var eventCount = 0
  /// Errors that a shot is expected to draw in the stretch where it draws most.
  var eventsPerShot = 0.0

  init<State: ProgramState>(
    of program: Program, _ circuit: Circuit, _ type: State.Type, isExact: Bool
  ) {
    let reads = ProgramReads(program, circuit: circuit, keepsResults: !isExact)
    let outline = ProgramOutline(of: program) { State.joins($0, of: program, whole: reads) }
    var hasLoops = false
    for segment in outline.segments {
      var events = 0.0
      for step in program.steps[segment.steps] {
        switch step {
        case .noise, .kraus:
          if segment.isStretch {
            events += State.drawsErrors ? step.loudProbability : 0
          } else {
            eventCount += 1
          }
        case .measure, .reset: if !segment.isStretch { eventCount += 1 }
        case .constant(let constant): if constant.flipProbability > 0 { eventCount += 1 }
        case .nextTurn, .jump, .jumpUnless: hasLoops = true
        case .unitary, .dynamic, .feedback, .assign, .startLoop, .halt: break
        }
      }
      eventsPerShot = max(eventsPerShot, events)
    }
    splits = eventCount > 0 || eventsPerShot > 0
    if hasLoops, eventCount > 0 { eventCount = .max }
  }
}

extension Program.Step {
  /// The probability that a shot draws an error here, or has the state decide about one.
  fileprivate var loudProbability: Double {
    switch self {
    case .noise(let noise): noise.totalProbability
    case .kraus(let kraus): kraus.loudProbability
    default: 0
    }
  }
}
