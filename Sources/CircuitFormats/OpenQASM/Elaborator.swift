import QuantumCore

// Turns statements into a circuit as they are read, by partial evaluation: what is known on reading
// is computed, loops over known bounds are unrolled, gates and subroutines are expanded. What
// depends on measurements becomes variables, expressions, branches and loops of the circuit.

/// Builds the circuit of a program, statement by statement.
final class Elaborator {
  let version: Int
  let strict: Bool
  let inputs: InputValues
  /// Whether inputs without a value become variables of the circuit.
  let keepsUnsetInputs: Bool
  let names: NameTable

  var circuit = Circuit()
  var warnings: [Diagnostic] = []
  var inputNames: [String] = []
  /// Those that have no value.
  var unsetInputs: [String] = []
  var outputs: [Output] = []
  var sources: OpenQASMSource = []

  var scopes: [Scope] = [Scope()]
  /// Scopes before this one, but for the outermost, belong to callers and are hidden.
  var functionBase = 0
  /// The qubits of the gate or subroutine whose body is run; `nil` in the program itself.
  var bodyQubits: [Int]?
  /// What changes while statements run, and is taken back when a loop has to be done in another
  /// way.
  var state = State()
  /// Loops and calls around the current statement, innermost last.
  var frames: [Frame] = []
  /// Number of blocks around the current statement that run conditionally or repeatedly.
  var runtimeDepth = 0
  /// Number of loops and repeat blocks of the circuit that are open.
  var loopDepth = 0
  /// Loops and subroutines found to be left while running.
  var leftWhileRunning: Set<ObjectIdentifier> = []
  /// Where the gates of a modified or expanded gate go; `nil` while they go to the circuit.
  var collected: [Primitive]?
  var returnValue: Value = .nothing
  var usesPhysicalQubits = false
  var standardGates: [Name: GateSymbol] = [:]
  var notedIgnored: Set<String> = []

  /// Where the loops stand that are being unrolled, outermost first.
  var unrolledLoops: [SourceSpan] = []
  /// Bytes that the circuit and the variables of the program may take.
  private let memoryLimit: UInt64

  private(set) var depth = 0
  private var steps = 0
  let stepLimit: Int
  /// Steps granted besides: long loops bring some with each of their turns.
  private var grantedSteps = 0
  /// Cells of loop variables that are watched, and those of them that were looked up.
  var watchedCells: [Int] = []
  var seenCells: Set<Int> = []
  private(set) var instructions = 0
  private let instructionLimit: Int
  private var applications = 0

  /// Limits that keep a short hostile text from filling memory or time.
  static let depthLimit = 320
  static let applicationLimit = 20_000_000
  static let expressionLimit = 1000
  static let cellLimit = 1 << 20
  /// The most steps granted to long loops: one that never ends is refused within about a second.
  static let grantLimit = 1_000_000
  /// Loops of so many turns are long. Short ones bring no steps: they could multiply without end
  /// when they are nested.
  static let leastLongTurns = 256

  struct Scope {
    var entries: [Name: Entry] = [:]
    var cellBase = 0
  }

  struct Entry {
    let symbol: Symbol
    let span: SourceSpan
  }

  struct State {
    var cells: [Cell] = []
    /// Variables of the circuit that no cell uses now, by name.
    var freeSlots: [String: [Int]] = [:]
    /// Slots that hold values for the rest of a statement.
    var temporaries: [(key: String, slot: Int)] = []
    /// Slots of results on their way to the caller.
    var pendingResults: [(key: String, slot: Int)] = []
    /// Classical bits whose value is known.
    var knownBits: [Int: Bool] = [:]
  }

  struct Output {
    let name: String
    let cell: Int?
    let bits: Range<Int>
  }

  /// A loop or call around the current statement.
  struct Frame {
    enum Mode {
      /// Done on reading: leaving it is a matter of reading on elsewhere.
      case reading
      /// Done on reading, inside a repeat block that runs once so that it can be left while
      /// running.
      case wrapped(hasTurns: Bool)
      /// A loop of the circuit; `hasTurns`: its body is a repeat block that runs once.
      case running(hasTurns: Bool)
    }
    let isCall: Bool
    let mode: Mode
    let runtimeDepth: Int
    /// `loopDepth` outside.
    let loopDepth: Int
    var resultSlots: [Int] = []
    var resultType: ScalarType?
  }

  /// What happens after a statement.
  enum Flow: Equatable {
    case normal
    case breakLoop, continueLoop, returned, ended
    /// The rest of this block is never reached.
    case left
    /// The frame at this index has to be done again in a way that can be left while running.
    case retry(Int)
  }

  /// - Parameters:
  ///   - length: of the text in bytes; each of its statements is a step.
  ///   - memoryLimit: bytes that the circuit and the variables of the program may take.
  init(
    version: Int, strict: Bool, inputs: InputValues, keepsUnsetInputs: Bool, names: NameTable,
    length: Int, memoryLimit: UInt64
  ) {
    self.memoryLimit = memoryLimit
    self.keepsUnsetInputs = keepsUnsetInputs
    stepLimit = 1_000_000 + length
    instructionLimit = 5_000_000 + length
    self.version = version
    self.strict = strict
    self.inputs = inputs
    self.names = names
  }

  /// Ends the program: writes the outputs.
  func finish() throws(Diagnostic) {
    try assignOutputs()
    if !outputs.isEmpty {
      let starts = Set(outputs.map(\.bits.lowerBound))
      circuit.keepBitRegisters { starts.contains($0.start) }
    }
  }

  // MARK: Limits

  func step(_ span: SourceSpan) throws(Diagnostic) {
    steps += 1
    // What steps add one by one is little.
    if steps & 63 == 0 { try checkMemory(span) }
    if steps > stepLimit + grantedSteps {
      throw Diagnostic(
        "the program takes more than \(stepLimit + grantedSteps) steps to unroll",
        code: "too-large",
        at: span.range, hint: "does a loop that does not depend on measurements never end?")
    }
  }

  /// Grants steps for a turn of a loop that is done on reading, the first one being 1. The turns of
  /// a long loop count from its start, once they are so many.
  func grant(turn: Int) {
    guard turn >= Self.leastLongTurns else { return }
    let turns = turn == Self.leastLongTurns ? turn : 1
    grantedSteps = min(grantedSteps + 5 * turns, Self.grantLimit)
  }

  /// Refuses a circuit that grows beyond the memory there is.
  ///
  /// - Parameter targetCount: of what is about to be appended.
  func checkMemory(_ span: SourceSpan, targetCount: Int = 0) throws(Diagnostic) {
    // Storage that grows is copied, and a variable holds its words apart.
    let variables = state.cells.count * 2 * (MemoryLayout<Cell>.stride + 64)
    let bytes = 2 * circuit.storageByteCount + variables + 16 * targetCount
    guard UInt64(bytes) > memoryLimit else { return }
    throw Diagnostic(
      "the program unrolls to more than memory holds: \(circuit.nodeCount) instructions and "
        + "\(state.cells.count) variables so far",
      code: Diagnostic.outOfMemory, at: (unrolledLoops.first ?? span).range,
      hint: "use shorter loops, or registers and arrays of fewer elements")
  }

  func noteInstruction(_ span: SourceSpan) throws(Diagnostic) {
    try noteInstructions(1, span)
  }

  func noteInstructions(_ count: Int, _ span: SourceSpan) throws(Diagnostic) {
    let (sum, overflow) = instructions.addingReportingOverflow(count)
    instructions = overflow ? .max : sum
    if instructions > instructionLimit {
      throw Diagnostic(
        "the program runs more than \(instructionLimit) instructions, all turns of its loops counted",
        code: "too-large", at: span.range)
    }
  }

  func noteApplications(_ count: Int, _ span: SourceSpan) throws(Diagnostic) {
    applications += count
    if applications > Self.applicationLimit || count > Self.applicationLimit {
      throw Diagnostic(
        "the program unrolls to more than \(Self.applicationLimit) gates", code: "too-large",
        at: span.range)
    }
    try checkMemory(span, targetCount: count)
  }

  func descend(_ span: SourceSpan) throws(Diagnostic) {
    depth += 1
    if depth > Self.depthLimit {
      throw Diagnostic(
        "calls, blocks and expressions are nested more than \(Self.depthLimit) deep",
        code: "too-deep", at: span.range,
        hint: frames.contains(where: \.isCall) ? "does a subroutine call itself?" : nil)
    }
  }

  func ascend() { depth -= 1 }

  func warn(_ message: String, _ code: String, _ span: SourceSpan, hint: String? = nil) {
    guard warnings.count < 1000 else { return }
    warnings.append(
      Diagnostic(message, code: code, at: span.range, hint: hint, severity: .warning))
  }

  func setPlace(_ span: SourceSpan) {
    circuit.currentPlace.line = span.line
    circuit.currentPlace.column = span.column
  }

  // MARK: Names

  func lookup(_ name: Name) -> Entry? {
    var index = scopes.count - 1
    while index >= functionBase, index > 0 {
      if let entry = scopes[index].entries[name] {
        if !watchedCells.isEmpty, case .cell(let cell) = entry.symbol { noteSeen(cell) }
        return entry
      }
      index -= 1
    }
    return scopes[0].entries[name]
  }

  private func noteSeen(_ cell: Int) {
    if watchedCells.contains(cell) { seenCells.insert(cell) }
  }

  func declare(_ name: Name, _ symbol: Symbol, _ span: SourceSpan) throws(Diagnostic) {
    if let earlier = scopes[scopes.count - 1].entries[name] {
      throw Diagnostic(
        "'\(names[name])' is already declared on line \(earlier.span.line)", code: "duplicate",
        at: span.range)
    }
    if version >= 3, builtInFunctions.contains(names[name]) || names[name] == "U" {
      throw Diagnostic(
        "'\(names[name])' is built in", code: "duplicate", at: span.range)
    }
    scopes[scopes.count - 1].entries[name] = Entry(symbol: symbol, span: span)
  }

  func unknownName(_ name: Name, _ span: SourceSpan, _ what: String = "name") -> Diagnostic {
    var candidates: [String] = []
    for (index, scope) in scopes.enumerated() where index == 0 || index >= functionBase {
      candidates += scope.entries.keys.prefix(2000).map { names[$0] }.sorted()
    }
    let near = nearestName(to: names[name], in: candidates)
    return Diagnostic(
      "unknown \(what) '\(names[name])'", code: "unknown-name", at: span.range,
      hint: near.map { "did you mean '\($0)'?" })
  }

  func pushScope() { scopes.append(Scope(entries: [:], cellBase: state.cells.count)) }

  func popScope() {
    let base = scopes.removeLast().cellBase
    while state.cells.count > base {
      let cell = state.cells.removeLast()
      for slot in cell.slots { release(slot, key: slotKey(cell.name, cell.type)) }
    }
  }

  func inScope<T>(_ body: () throws(Diagnostic) -> T) throws(Diagnostic) -> T {
    pushScope()
    defer { popScope() }
    return try body()
  }

  // MARK: Cells and slots

  func slotKey(_ name: String, _ type: ScalarType) -> String { (type.isReal ? "f " : "i ") + name }

  func allocateSlot(_ name: String, _ type: ScalarType) -> Int {
    let key = slotKey(name, type)
    if let slot = state.freeSlots[key]?.popLast() { return slot }
    return circuit.declareVariable(name, initialValue: type.zero)
  }

  func release(_ slot: Int, key: String) { state.freeSlots[key, default: []].append(slot) }

  /// A variable of the circuit for the rest of the current statement.
  func temporarySlot(_ type: ScalarType) -> Int {
    let slot = allocateSlot("t", type)
    state.temporaries.append((slotKey("t", type), slot))
    return slot
  }

  func releaseTemporaries(downTo count: Int) {
    while state.temporaries.count > count {
      let (key, slot) = state.temporaries.removeLast()
      release(slot, key: key)
    }
  }

  func makeCell(_ name: String, _ type: ScalarType, _ span: SourceSpan) throws(Diagnostic) -> Int {
    guard state.cells.count < Self.cellLimit else {
      throw Diagnostic(
        "more than \(Self.cellLimit) variables", code: "too-large", at: span.range)
    }
    state.cells.append(
      Cell(
        name: name, type: type,
        words: [Payload](repeating: .known(type.zero), count: type.wordCount)))
    return state.cells.count - 1
  }

  func emitAssign(_ value: ClassicalExpression, slot: Int) {
    circuit.appendAssign(value, to: .variable(slot))
  }

  /// Moves the value of a cell into variables of the circuit.
  func materialise(_ index: Int, _ span: SourceSpan) throws(Diagnostic) {
    let cell = state.cells[index]
    if cell.type == .complex {
      throw Diagnostic(
        "'\(cell.name)' would be a complex number that depends on measurements",
        code: "not-simulated", at: span.range)
    }
    if cell.slots.isEmpty {
      state.cells[index].slots = cell.words.map { _ in allocateSlot(cell.name, cell.type) }
    }
    for (word, slot) in state.cells[index].slots.enumerated() {
      let expression = cell.words[word].expression
      if expression != .variable(slot) { emitAssign(expression, slot: slot) }
      state.cells[index].words[word] = .running(.variable(slot), size: 1)
    }
  }

  // MARK: Regions

  /// Prepares for a block that runs conditionally: what it assigns to is from now on not known on
  /// reading.
  func enterRegion(_ effects: Effects, _ span: SourceSpan) throws(Diagnostic) -> [Int] {
    var pinned: [Int] = []
    for name in effects.assigned.sorted() {
      switch lookup(name)?.symbol {
      case .cell(let cell): pinned.append(cell)
      case .array(let array): pinned += (0..<array.cells.count).map { array.cells[$0] }
      case .bits(let list, _): forgetBits(list)
      default: break
      }
    }
    for name in effects.passed.sorted() {
      if case .array(let array) = lookup(name)?.symbol {
        pinned += (0..<array.cells.count).map { array.cells[$0] }
      }
    }
    for cell in pinned {
      if state.cells[cell].pins == 0 { try materialise(cell, span) }
      state.cells[cell].pins += 1
    }
    runtimeDepth += 1
    return pinned
  }

  func leaveRegion(_ effects: Effects, _ pinned: [Int]) {
    for cell in pinned { state.cells[cell].pins -= 1 }
    for name in effects.assigned {
      if case .bits(let list, _) = lookup(name)?.symbol { forgetBits(list) }
    }
    runtimeDepth -= 1
  }

  func forgetBits(_ list: IndexList) {
    guard !state.knownBits.isEmpty else { return }
    for position in 0..<min(list.count, 4096) { state.knownBits[list[position]] = nil }
  }

  // MARK: Outputs

  func assignOutputs() throws(Diagnostic) {
    for output in outputs {
      guard let cell = output.cell else { continue }
      var start = output.bits.lowerBound
      for word in state.cells[cell].words {
        let count = min(64, output.bits.upperBound - start)
        circuit.appendAssign(word.expression, to: .bits(start: start, count: count))
        start += count
      }
    }
  }
}
