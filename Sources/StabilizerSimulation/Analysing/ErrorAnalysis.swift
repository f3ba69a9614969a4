import QuantumCore

/// One run of the error analyzer: the walk over the blocks, and what it collects.
final class ErrorAnalysis {
  let circuit: Circuit
  let options: ErrorAnalyzer.Options
  /// Bytes that mechanisms and symptoms may take.
  private let memoryLimit: UInt64
  @exclusivity(unchecked)
  var tracker: SparseReverseTracker
  /// Whether the walk only looks ahead: it collects nothing.
  var isScouting = false
  /// What the walk is finding.
  @exclusivity(unchecked)
  private(set) var stretch: ModelStretch
  /// What it found before, later parts of the circuit first.
  var pieces: [ModelPiece] = []
  /// Bytes of all stretches that ended.
  private var endedBytes = 0
  /// Where the walk is, from the outermost block inwards.
  var path: [Frame] = []
  /// Cases of a chain of correlated errors whose start is not yet reached, last one first.
  var chain: [ChainLink] = []
  /// Where the first of them stands.
  private var chainPlace: SourceRange?
  @exclusivity(unchecked)
  var cases = ChannelCases()
  var facts: BlockFacts

  struct Frame {
    let block: BlockID
    var index: Int
    /// In a repeat block, which turn from 1 on, of how many.
    let turn: (number: UInt64, count: UInt64)?
  }

  /// Symptoms of all mechanisms of a stretch together: their places are 32-bit numbers.
  private static let symptomLimit = 1 << 30

  init(_ circuit: Circuit, _ options: ErrorAnalyzer.Options, memoryLimit: UInt64) throws {
    self.circuit = circuit
    self.options = options
    self.memoryLimit = memoryLimit
    tracker = try SparseReverseTracker(circuit, budget: Self.budget(for: options))
    stretch = ModelStretch(allowsGauges: options.allowsGaugeDetectors)
    facts = BlockFacts(circuit)
  }

  func run() throws {
    do {
      try undo(.root, turn: nil)
      try tracker.undoStart(telling: stretch)
      try endStretch()
    } catch let error as CircuitError {
      throw diagnostic(of: error)
    } catch let error as GaugeError {
      throw diagnostic(of: error)
    }
  }

  /// Begins a new stretch.
  func endStretch() throws {
    if stretch.isEmpty { return }
    if options.decomposesErrors { try decompose() }
    pieces.append(.stretch(stretch))
    endedBytes += stretch.table.byteCount
    stretch = ModelStretch(allowsGauges: options.allowsGaugeDetectors)
  }

  func undo(_ block: BlockID, turn: (number: UInt64, count: UInt64)?) throws {
    let nodes = circuit.nodes(of: block)
    path.append(Frame(block: block, index: nodes.count, turn: turn))
    for index in nodes.indices.reversed() {
      path[path.count - 1].index = index
      switch nodes[index] {
      case .instruction(let instruction): try undo(instruction)
      case .repeatBlock(let count, let body, _):
        if !chain.isEmpty { throw looseChain }
        try undoRepeat(count, body)
      case .branch, .loop, .assign, .leave: break
      }
    }
    if !chain.isEmpty { throw looseChain }
    path.removeLast()
  }

  private func undoRepeat(_ count: UInt64, _ body: BlockID) throws {
    let turns = ReverseTurns(body, count, of: circuit, &facts, range: place)
    let isQuiet = turns.isSilent && (!turns.kinds.contains(.noise) || tracker.isBlank)
    if options.foldsLoops, count > 1, !isQuiet { return try foldRepeat(turns) }
    try tracker.undo(turns) { turn in
      try undo(body, turn: (turn, count))
      return true
    }
  }

  private func undo(_ instruction: Instruction) throws {
    try checkMemory()
    if isScouting { return try scout(instruction) }
    let definition = instruction.gate.definition
    if !chain.isEmpty, definition.chainRole == nil { throw looseChain }
    if definition.chainRole == .continues { chainPlace = place }
    switch instruction.gate {
    case _ where definition.errors != nil || definition.chainRole != nil:
      try undoNoise(instruction)
    case .detector:
      try tracker.undo(instruction, telling: stretch)
      stretch.declarations.append(.detector(tracker.detectorCount, instruction))
    case .observableInclude:
      try tracker.undo(instruction, telling: stretch)
      stretch.declarations.append(.observable(instruction))
    case .shiftCoords: stretch.declarations.append(.shift(instruction))
    default: try tracker.undo(instruction, telling: stretch)
    }
  }

  private func scout(_ instruction: Instruction) throws {
    if options.allowsGaugeDetectors {
      try tracker.undo(instruction, telling: LenientObserver.shared)
    } else {
      try tracker.undo(instruction, telling: StrictObserver.shared)
    }
  }

  /// Stops while there is still room for what is held to double, which is how it grows.
  @inline(__always)
  private func checkMemory() throws {
    let held = endedBytes + stretch.table.byteCount + tracker.rows.byteCount
    guard 2 * UInt64(held) <= memoryLimit, stretch.table.symptoms.count < Self.symptomLimit else {
      throw tooLarge(held)
    }
  }

  private func tooLarge(_ held: Int) -> Obstacle {
    Obstacle(
      .memory(
        required: max(2 * UInt64(held), memoryLimit.saturatingAdd(1)), available: memoryLimit),
      "the error mechanisms take \(held) bytes and there is no room for twice as many",
      hint: "fold the loops with 'analyze_errors --fold_loops'")
  }

  private var looseChain: Diagnostic {
    Diagnostic(
      "ELSE_CORRELATED_ERROR has no E or ELSE_CORRELATED_ERROR before it",
      code: "correlated-error", at: chainPlace,
      hint: "a chain begins with E(p) and is not interrupted")
  }
}
