import QuantumCore

extension Circuit {
  /// The detecting region of every detector and observable at every tick, by sparse reverse
  /// tracking.
  ///
  ///     let regions = try circuit.detectingRegions()
  ///     regions[.detector(3), tick: 5]             // such as X1*X2
  ///
  /// - Parameters:
  ///   - ticks: those of interest, counted from 0; what stands before them is not looked at. All if
  ///     left out.
  ///   - toleratesRandom: whether a detector that is random without noise is left out before the
  ///     collapse that makes it so; if not, it is an error.
  /// - Throws: `Diagnostic` naming such a detector, or an instruction that is no stabilizer
  ///   operation; `Obstacle` for control flow or a circuit too long to be walked turn by turn.
  public func detectingRegions(
    ticks: Range<UInt64>? = nil, toleratesRandom: Bool = false
  ) throws -> DetectingRegions {
    var walk = try RegionWalk(self, ticks: ticks, toleratesRandom: toleratesRandom)
    try walk.undo(.root)
    if !walk.isDone { try walk.undoStart() }
    return walk.result
  }

  /// The detecting regions as slices are numbered: 0 is the start of the circuit, 1 its first tick.
  ///
  /// Random detectors are left out before what makes them random.
  ///
  /// - Throws: as `detectingRegions(ticks:toleratesRandom:)`, but for random detectors.
  public func detectingRegions(slicedAt ticks: Range<UInt64>) throws -> DetectingRegions {
    var walk = try RegionWalk(
      self, ticks: ticks, toleratesRandom: true, countsStart: true)
    try walk.undo(.root)
    walk.noteStart()
    return walk.result
  }

  /// Number of `TICK`s that one run passes; saturates.
  public var tickCount: UInt64 { tickCount(of: .root) }

  func tickCount(of block: BlockID) -> UInt64 {
    nodes(of: block).reduce(0) { total, node in
      switch node {
      case .instruction(let instruction):
        total.saturatingAdd(instruction.gate == .tick ? 1 : 0)
      case .repeatBlock(let count, let body, _):
        total.saturatingAdd(tickCount(of: body).saturatingMultiply(count))
      default: total
      }
    }
  }
}

/// Walks a circuit backwards and notes what is sensitive at its ticks.
private struct RegionWalk {
  private let circuit: Circuit
  private let ticks: Range<UInt64>
  /// Whether what stands before the first tick of interest is of no interest.
  private let stopsEarly: Bool
  private let observer: any ReverseObserver
  private let tracker: SparseReverseTracker
  private var facts: BlockFacts
  private var tick: UInt64
  private(set) var result = DetectingRegions()

  init(
    _ circuit: Circuit, ticks: Range<UInt64>?, toleratesRandom: Bool, countsStart: Bool = false
  ) throws {
    facts = BlockFacts(circuit)
    self.circuit = circuit
    tick = circuit.tickCount.saturatingAdd(countsStart ? 1 : 0)
    guard tick < .max else {
      throw Obstacle(.unsupported, "the circuit has 2^64 ticks or more")
    }
    self.ticks = ticks ?? 0..<tick
    stopsEarly = ticks != nil
    observer = toleratesRandom ? TolerantObserver() : StrictObserver()
    tracker = try SparseReverseTracker(circuit)
  }

  /// Whether no tick of interest is left.
  var isDone: Bool { stopsEarly && (tick <= ticks.lowerBound || ticks.isEmpty) }

  mutating func undo(_ block: BlockID) throws {
    let nodes = circuit.nodes(of: block)
    for index in nodes.indices.reversed() where !isDone {
      switch nodes[index] {
      case .instruction(let instruction):
        do {
          try tracker.undo(instruction, telling: observer)
        } catch {
          var range = circuit.rangeOfFault(
            of: block, at: index, measurements: tracker.measurementCount)
          if let error = error as? GaugeError {
            range = circuit.range(ofCollapse: error.collapse, in: block, at: index)
          }
          throw Self.diagnostic(error, instruction.gate, range)
        }
        if instruction.gate == .tick { noteTick() }
      case .repeatBlock(let count, let body, _):
        try undo(body, times: count, range: circuit.range(of: block, at: index))
      case .branch, .loop, .assign, .leave: break  // The tracker refused them.
      }
    }
  }

  private mutating func undo(_ body: BlockID, times count: UInt64, range: SourceRange?) throws {
    var turns = ReverseTurns(body, count, of: circuit, &facts, range: range)
    let ticks = circuit.tickCount(of: body)
    // Turns with ticks of interest are not left out, unless there is nothing to note.
    let (start, end) = (tick - ticks * count, self.ticks.upperBound)
    turns.mostLeftOut = { left in
      guard ticks > 0 else { return left }
      let tick = start + ticks * left
      return tick > end ? min(left, (tick - end) / ticks) : 0
    }
    var skipped: UInt64 = 0
    try tracker.undo(
      turns, leaveOut: { skipped = $0 },
      turn: { _ in
        pass(ticks * skipped)
        skipped = 0
        try undo(body)
        return !isDone
      })
    pass(ticks * skipped)
  }

  private mutating func pass(_ count: UInt64) { tick -= min(tick, count) }

  func undoStart() throws {
    do {
      try tracker.undoStart(telling: observer)
    } catch {
      let symptom = (error as? GaugeError)?.symptoms.first
      throw Self.diagnostic(error, nil, symptom.flatMap { circuit.rangeOfDeclaration(of: $0) })
    }
  }

  /// The start of the circuit, where it has a number.
  mutating func noteStart() {
    if tick == 1 { noteTick() }
  }

  private mutating func noteTick() {
    pass(1)
    guard ticks.contains(tick) else { return }
    var factors: [DetectorErrorModel.Target: [(qubit: Int, pauli: Pauli)]] = [:]
    tracker.forEachSensitiveQubit { qubit in
      // A region has a Z where X errors flip it, and an X where Z errors do.
      for target in tracker.symptoms(of: .x, on: qubit) {
        factors[target, default: []].append((qubit, .z))
      }
      for target in tracker.symptoms(of: .z, on: qubit) {
        factors[target, default: []].append((qubit, .x))
      }
    }
    for (target, factors) in factors {
      result.regions[target, default: [:]][tick] = SparsePauliString(factors)
    }
  }

  private static func diagnostic(
    _ error: any Error, _ gate: Gate?, _ range: SourceRange?
  ) -> any Error {
    switch error {
    case let error as GaugeError:
      let names = error.symptoms.prefix(3).map { "\($0.isDetector ? "D" : "L")\($0.value)" }
      let place = gate.map { "this \($0.name)" } ?? "the start of the circuit"
      return Diagnostic(
        "\(names.joined(separator: ", ")) \(error.symptoms.count > 1 ? "are" : "is") random even "
          + "without noise: \(place) does not commute with what is measured",
        code: "random-detector", at: range)
    case let error as CircuitError:
      return Diagnostic(error.message, code: error.code, at: range, hint: error.hint)
    default: return error
    }
  }
}

/// Lets random detectors be.
private final class TolerantObserver: ReverseObserver {
  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {}
  func collapseRandomizes(_ symptoms: SymptomSet, collapse: [(Pauli, Int)]) {}
}
