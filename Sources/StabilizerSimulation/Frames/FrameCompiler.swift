import QuantumCore

/// Turns a circuit into a `FrameProgram`.
struct FrameCompiler {
  let circuit: Circuit
  var program: FrameProgram
  private var numbering = QubitNumbering()
  /// Where the generators of live qubits are: 2q is X of qubit q, 2q + 1 its Z.
  var rows: [UInt32] = []
  /// Places in `rows` that gates renamed, with what was there, since the outermost repeat block
  /// began.
  private var renamings: [(generator: Int, row: UInt32)] = []
  private var repeatDepth = 0
  /// Operations from here on may be joined to the one before.
  private var joinFloor = 0
  var actions = [FrameAction?](repeating: nil, count: Gate.allCases.count)
  private var streamIndices: [NoiseStream: Int32] = [:]
  private var caseIndices: [NoiseCases: Int32] = [:]
  var observablePlaces: [UInt32: UInt32] = [:]
  /// For diagnostics: where the instruction being compiled came from.
  private(set) var place: (block: BlockID, index: Int) = (.root, 0)
  /// For every live qubit the product it was last used in, and its factor there.
  var marks: [(product: Int, factor: Int)] = []
  var productCount = 0

  init(_ circuit: Circuit, _ program: FrameProgram) {
    self.circuit = circuit
    self.program = program
  }

  func finished() -> FrameProgram {
    var program = program
    program.liveQubitCount = numbering.count
    return program
  }

  // MARK: Blocks

  mutating func compile(_ block: BlockID) throws {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      place = (block, index)
      switch node {
      case .instruction(let instruction): try compile(instruction)
      case .repeatBlock(let count, let body, _): try compileRepeat(count, body)
      // What is computed from results changes no result.
      case .assign: continue
      case .branch, .loop, .leave:
        throw unsupported(
          "a choice between blocks made while the circuit runs cannot be followed by Pauli frames",
          hint: "feedback such as CX rec[-1] 0 can")
      }
    }
  }

  private mutating func compileRepeat(_ count: UInt64, _ body: BlockID) throws {
    guard count > 1 else { return try compile(body) }
    if repeatDepth == 0, count > program.mostTurns {
      (program.mostTurns, program.longestRepeat) = (count, range)
    }
    let (records, detectors) = (program.recordCount, program.detectorCount)
    let (start, firstRenaming) = (program.operations.count, renamings.count)
    program.operations.append(.init(code: .repeatBlock, count: count))
    joinFloor = program.operations.count
    repeatDepth += 1
    try compile(body)
    repeatDepth -= 1
    undoRenamings(since: firstRenaming)
    if raiseToPower(count, from: start + 1) {
      program.operations.remove(at: start)
    } else {
      program.operations[start].end = program.operations.count
    }
    joinFloor = program.operations.count
    program.recordCount = records.saturatingAdd(
      (program.recordCount - records).saturatingMultiply(count))
    program.detectorCount = detectors.saturatingAdd(
      (program.detectorCount - detectors).saturatingMultiply(count))
  }

  /// Moves rows so that every generator is where it was when the block began.
  private mutating func undoRenamings(since first: Int) {
    var wanted: [Int: UInt32] = [:]
    for renaming in renamings[first...].reversed() { wanted[renaming.generator] = renaming.row }
    renamings.removeLast(renamings.count - first)
    var holders: [UInt32: Int] = [:]
    for generator in wanted.keys { holders[rows[generator]] = generator }
    // In a fixed order, so that the program is the same every time.
    for (generator, row) in wanted.sorted(by: { $0.key < $1.key }) where rows[generator] != row {
      let (old, other) = (rows[generator], holders[row]!)
      append(.init(code: .exchange), [old, row])
      (rows[generator], rows[other]) = (row, old)
      (holders[row], holders[old]) = (generator, other)
    }
  }

  /// Says that a generator now has another row.
  mutating func rename(_ generator: Int, to row: UInt32) {
    if repeatDepth > 0 { renamings.append((generator, rows[generator])) }
    rows[generator] = row
  }

  // MARK: Instructions

  private mutating func compile(_ instruction: Instruction) throws {
    if instruction.gate == .delay { return }
    guard !instruction.hasDynamicArguments else {
      throw unsupported(
        "\(instruction.gate.name) with arguments computed while the circuit runs cannot be followed by Pauli frames"
      )
    }
    if let collapse = instruction.gate.definition.collapse {
      return try compileCollapse(instruction, collapse)
    }
    switch instruction.gate {
    case .i, .x, .y, .z, .ii, .globalPhase, .iError, .iiError, .tick, .qubitCoords, .shiftCoords,
      .barrier:
      try compilePauli(instruction)
    case let gate where gate.definition.allowsClassicalControl: try compileControlled(instruction)
    case .spp, .sppDag: try compileProductPhases(instruction)
    case .mpad:
      let count = circuit.groupCount(of: instruction)
      appendRecords(.pad, count: count, probability: circuit.arguments(of: instruction).first ?? 0)
    case .detector: try compileDetector(instruction)
    case .observableInclude: try compileObservable(instruction)
    case let gate where gate.definition.isNoise: try compileNoise(instruction)
    default: try compileClifford(instruction)
    }
  }

  // MARK: Appending

  /// Number of a qubit that is used; its generators have rows from then on.
  mutating func number(of qubit: Int) -> Int {
    let number = numbering.number(of: qubit)
    if 2 * number == rows.count {
      rows += [UInt32(2 * number), UInt32(2 * number + 1)]
      marks.append((-1, 0))
    }
    return number
  }

  mutating func add(_ source: UInt32, to destination: UInt32) {
    append(.init(code: .add), CollectionOfPair(first: destination, second: source))
  }

  /// Appends an operation with operands, or adds the operands to the last one if it is of the same
  /// kind.
  mutating func append(_ operation: FrameProgram.Operation, _ operands: some Collection<UInt32>) {
    if canJoin(operation) {
      program.operands.append(contentsOf: operands)
      program.operations[program.operations.count - 1].end = program.operands.count
      return
    }
    var operation = operation
    operation.start = program.operands.count
    program.operands.append(contentsOf: operands)
    operation.end = program.operands.count
    program.operations.append(operation)
  }

  /// Makes the last operation one that operands of additions may be appended to.
  mutating func startAdditions(atMost count: Int) {
    append(.init(code: .add), EmptyCollection())
    let (needed, capacity) = (program.operands.count + 2 * count, program.operands.capacity)
    if needed > capacity { program.operands.reserveCapacity(max(needed, 2 * capacity)) }
  }

  mutating func endAdditions() {
    if !program.operations.isEmpty, program.operations[program.operations.count - 1].code == .add {
      program.operations[program.operations.count - 1].end = program.operands.count
    }
  }

  /// Whether operands may be added to the last operation as if they were this one's.
  private func canJoin(_ operation: FrameProgram.Operation) -> Bool {
    guard program.operations.count > joinFloor, let last = program.operations.last else {
      return false
    }
    return last.code == operation.code && last.stream == operation.stream
      && last.cases == operation.cases && last.width == operation.width
  }

  /// Appends what makes `count` records without operands.
  mutating func appendRecords(_ code: FrameProgram.Code, count: Int, probability: Double) {
    guard count > 0 else { return }
    program.operations.append(
      .init(code: code, stream: stream(probability), count: UInt64(count)))
    joinFloor = program.operations.count
    program.recordCount = program.recordCount.saturatingAdd(UInt64(count))
  }

  /// Ends the run of operations that later ones may be joined to.
  mutating func endRun() { joinFloor = program.operations.count }

  /// The stream of a probability; −1 if nothing ever happens.
  mutating func stream(_ probability: Double) -> Int32 {
    guard probability > 0 else { return -1 }
    let stream = NoiseStream(min(1, probability))
    if let index = streamIndices[stream] { return index }
    streamIndices[stream] = Int32(program.streams.count)
    program.streams.append(stream)
    return Int32(program.streams.count - 1)
  }

  mutating func index(of cases: NoiseCases) -> Int32 {
    if let index = caseIndices[cases] { return index }
    caseIndices[cases] = Int32(program.cases.count)
    program.cases.append(cases)
    return Int32(program.cases.count - 1)
  }

  // MARK: Diagnostics

  var range: SourceRange? { circuit.range(of: place.block, at: place.index) }

  /// Where the statement stood that is to blame, of those that are one instruction.
  var rangeOfFault: SourceRange? {
    circuit.rangeOfFault(
      of: place.block, at: place.index, measurements: program.recordCount)
  }

  mutating func noteLookback(_ lookback: Int) throws {
    guard UInt64(lookback) <= program.recordCount else {
      throw Diagnostic(
        "rec[-\(lookback)] is before the start of the record, which holds \(program.recordCount) results here",
        code: "record", at: rangeOfFault)
    }
    program.lookback = max(program.lookback, lookback)
  }

  func unsupported(_ message: String, hint: String? = nil) -> Obstacle {
    Obstacle(.unsupported, message, hint: hint, range: range)
  }

  func notClifford(_ instruction: Instruction) -> Obstacle {
    let controls = instruction.controlCount > 0 ? "controlled " : ""
    return unsupported(
      "\(controls)\(instruction.gate.name) is not a Clifford gate, and Pauli frames follow no others",
      hint: "a dense simulator runs it")
  }
}

/// Two operands, without an array for them.
private struct CollectionOfPair: RandomAccessCollection {
  let first: UInt32
  let second: UInt32
  var startIndex: Int { 0 }
  var endIndex: Int { 2 }
  subscript(_ index: Int) -> UInt32 { index == 0 ? first : second }
}
