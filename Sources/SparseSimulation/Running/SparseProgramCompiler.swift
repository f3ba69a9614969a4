import ComplexModule
import DenseSimulation
import QuantumCore

/// Turns a circuit into a program of the sparse engine.
///
/// It takes the same steps as `ProgramCompiler` in the same order, so that an event of a shot has
/// the same number in both.
package struct SparseProgramCompiler {
  let circuit: Circuit
  /// For each live qubit its position.
  let positions: [Int: Int]
  private let sweepBits: [Bool]
  private var program: SparseProgram
  var range: SourceRange?
  private var loops: [Loop] = []
  private var sizes: [BlockID: Size] = [:]

  /// Loops are written out up to so many steps.
  private static let longestUnrolled: UInt64 = 20_000

  /// Jumps out of a loop, to be filled in when it ends.
  private struct Loop {
    var endJumps: [Int] = []
    var turnJumps: [Int] = []
  }

  /// How many steps a block takes in one run, and whether it leaves loops.
  private struct Size {
    var steps: UInt64 = 0
    var leaves = false
  }

  /// The program of a circuit, its tail not separated.
  ///
  /// - Parameter qubits: the live qubits, ascending.
  /// - Throws: `Obstacle` for what the engine does not do, with its place.
  package static func compile(
    _ circuit: Circuit, liveQubits qubits: [Int], options: SimulationOptions
  ) throws(Obstacle) -> SparseProgram {
    CompilationCounter.note(.sparseProgram)
    var compiler = SparseProgramCompiler(circuit, qubits, options)
    try compiler.compile(.root)
    return compiler.program
  }

  private init(_ circuit: Circuit, _ qubits: [Int], _ options: SimulationOptions) {
    self.circuit = circuit
    positions = Dictionary(
      uniqueKeysWithValues: qubits.enumerated().map { ($0.element, $0.offset) })
    sweepBits = options.sweepBits
    program = SparseProgram(qubitCount: qubits.count)
  }

  mutating func emit(_ step: SparseProgram.Step) {
    program.steps.append(step)
    program.ranges.append(range)
  }

  mutating func add(_ gate: SparseGate?) {
    if let gate { emit(.gate(gate)) }
  }

  private var label: Int { program.steps.count }

  private mutating func point(_ jumps: [Int], to target: Int) {
    for index in jumps {
      switch program.steps[index] {
      case .jump: program.steps[index] = .jump(target)
      case .jumpUnless(let condition, _): program.steps[index] = .jumpUnless(condition, target)
      default: assertionFailure("Only jumps have targets")
      }
    }
  }

  // MARK: Blocks

  private mutating func compile(_ block: BlockID) throws(Obstacle) {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      range = circuit.range(of: block, at: index)
      switch node {
      case .instruction(let instruction): try compile(instruction, at: index, of: block)
      case .repeatBlock(let count, let body, _): try compile(body, times: count)
      case .branch(let condition, let then, let otherwise):
        try compileBranch(circuit.expression(condition), then, otherwise)
      case .loop(let condition, let body): try compileLoop(circuit.expression(condition), body)
      case .assign(let destination, let value):
        emit(.assign(destination, circuit.expression(value)))
      case .leave(let departure): compileLeave(departure)
      }
    }
  }

  private mutating func compileBranch(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?
  ) throws(Obstacle) {
    emit(.jumpUnless(condition, 0))
    let skip = label - 1
    try compile(then)
    guard let otherwise else { return point([skip], to: label) }
    emit(.jump(0))
    let end = label - 1
    point([skip], to: label)
    try compile(otherwise)
    point([end], to: label)
  }

  private mutating func compileLoop(
    _ condition: ClassicalExpression, _ body: BlockID
  ) throws(Obstacle) {
    let start = label
    emit(.jumpUnless(condition, 0))
    let exit = label - 1
    loops.append(Loop())
    try compile(body)
    emit(.jump(start))
    point([exit], to: label)
    closeLoop(turnsTo: start)
  }

  private mutating func closeLoop(turnsTo turn: Int) {
    guard let loop = loops.popLast() else { return }
    point(loop.endJumps, to: label)
    point(loop.turnJumps, to: turn)
  }

  private mutating func compile(_ body: BlockID, times count: UInt64) throws(Obstacle) {
    let size = size(of: body)
    if size.steps == 0 { return }
    if size.steps.saturatingMultiply(count) <= Self.longestUnrolled, !size.leaves {
      for _ in 0..<count { try compile(body) }
      return
    }
    if try addPower(of: body, exponent: count) { return }
    let slot = program.loopSlotCount
    program.loopSlotCount += 1
    emit(.startLoop(slot: slot, count: count))
    let start = label
    loops.append(Loop())
    try compile(body)
    let turn = label
    emit(.nextTurn(slot: slot, start: start))
    closeLoop(turnsTo: turn)
  }

  /// Adds a block of gates on at most 6 qubits many times over, as one matrix; whether it is such a
  /// block.
  private mutating func addPower(
    of body: BlockID, exponent: UInt64
  ) throws(Obstacle) -> Bool {
    guard circuit.nodes(of: body).allSatisfy({ if case .instruction = $0 { true } else { false } })
    else { return false }
    let (start, place) = (label, range)
    try compile(body)
    let steps = program.steps[start...]
    program.steps.removeSubrange(start...)
    program.ranges.removeSubrange(start...)
    range = place
    var gates: [SparseGate] = []
    for step in steps {
      guard case .gate(let gate) = step else { return false }
      gates.append(gate)
    }
    let qubits = Set(gates.flatMap(\.qubits)).sorted()
    guard qubits.count <= 6 else { return false }
    let local = gates.compactMap { $0.local(to: qubits) }
    guard local.count == gates.count,
      let power = GateApplication.power(local, exponent: exponent, unlessShorterThan: 64),
      let matrix = power.matrix
    else { return false }
    add(SparseGate(matrix: matrix, targets: power.targets.map { qubits[$0] }))
    return true
  }

  private mutating func compileLeave(_ departure: Departure) {
    switch departure {
    case .halt: emit(.halt)
    case .endLoop(let levels), .nextTurn(let levels):
      guard levels >= 1, levels <= loops.count else { return emit(.halt) }
      emit(.jump(0))
      let loop = loops.count - levels
      if case .endLoop = departure {
        loops[loop].endJumps.append(label - 1)
      } else {
        loops[loop].turnJumps.append(label - 1)
      }
    }
  }

  private mutating func size(of block: BlockID) -> Size {
    if let known = sizes[block] { return known }
    var result = Size()
    func include(_ inner: Size, times: UInt64 = 1) {
      result.steps = result.steps.saturatingAdd(inner.steps.saturatingMultiply(times))
      result.leaves = result.leaves || inner.leaves
    }
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        if instruction.gate.definition.isAnnotation { continue }
        include(Size(steps: UInt64(circuit.groupCount(of: instruction))))
      case .repeatBlock(let count, let body, _): include(size(of: body), times: count)
      case .branch(_, let then, let otherwise):
        include(size(of: then))
        if let otherwise { include(size(of: otherwise)) }
        include(Size(steps: 1))
      case .loop(_, let body):
        include(size(of: body))
        include(Size(steps: 1))
      case .assign: include(Size(steps: 1))
      case .leave: include(Size(steps: 1, leaves: true))
      }
    }
    sizes[block] = result
    return result
  }

  // MARK: Instructions

  private mutating func compile(
    _ instruction: Instruction, at index: Int, of block: BlockID
  ) throws(Obstacle) {
    let definition = instruction.gate.definition
    if definition.isAnnotation || [.i, .ii, .u0].contains(instruction.gate) { return }
    if instruction.hasDynamicArguments {
      guard definition.isUnitary, definition.matrix != nil else {
        throw Obstacle(
          .unsupported, "\(definition.name) cannot take arguments computed while running",
          range: range)
      }
      let qubits = circuit.targets(of: instruction).compactMap {
        $0.qubit.flatMap { positions[$0] }
      }
      return emit(.dynamic(instruction, qubits: qubits))
    }
    var failure: Obstacle?
    let circuit = circuit
    // Statements that differ in targets only are one instruction: each group has its own place.
    let isJoined = !circuit.joints.isEmpty
    circuit.forEachPlacedGroup(of: instruction) { group, bit, offset in
      guard failure == nil else { return }
      if isJoined { range = circuit.range(of: block, at: index, target: offset) }
      do throws(Obstacle) {
        try compile(instruction, group, bit)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private mutating func compile(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?
  ) throws(Obstacle) {
    let definition = instruction.gate.definition
    if definition.isNoise { return try compileNoise(instruction, group, bit) }
    if let collapse = definition.collapse {
      if collapse.measures { return try compileMeasurement(instruction, group, bit) }
      guard let target = group.first, let qubit = positions[target.value],
        let basis = collapse.basis
      else { return }
      return emit(.reset(qubit: qubit, basis: basis))
    }
    switch instruction.gate {
    case .spp, .sppDag: try compileProductPhase(instruction.gate, group)
    case .mpad:
      let flip = circuit.arguments(of: instruction).first ?? 0
      emit(.constant(.init(value: group.first?.value == 1, flipProbability: flip, bit: bit)))
    default:
      if group.contains(where: \.isClassicalControl) {
        try compileFeedback(instruction.gate, group)
      } else {
        add(
          SparseGate.of(
            instruction.gate, arguments: circuit.arguments(of: instruction), group: group,
            controlCount: Int(instruction.controlCount), positions: positions))
      }
    }
  }

  /// A Pauli on a qubit where a record or sweep bit is 1.
  private mutating func compileFeedback(
    _ gate: Gate, _ group: ArraySlice<Target>
  ) throws(Obstacle) {
    let found: ClassicalFeedback?
    do throws(Diagnostic) {
      found = try ClassicalFeedback(gate, group[group.startIndex], group[group.startIndex + 1])
    } catch {
      throw Obstacle(.unsupported, error.message, hint: error.hint, range: range)
    }
    guard let feedback = found, let qubit = positions[feedback.qubit] else { return }
    let control = feedback.control
    let gate = SparseGate.singlePauli(feedback.pauli, on: qubit)
    if control.isRecord {
      emit(.feedback(lookback: control.value, gate))
    } else if control.value < sweepBits.count, sweepBits[control.value] {
      add(gate)
    }
  }
}

extension SparseGate {
  /// A gate of a circuit on the positions of live qubits; `nil` if it does nothing.
  package static func of(
    _ gate: Gate, arguments: ArraySlice<Double>, group: ArraySlice<Target>, controlCount: Int,
    positions: [Int: Int]
  ) -> SparseGate? {
    var controls: [(qubit: Int, value: Bool)] = []
    var targets: [Int] = []
    for (place, target) in group.enumerated() {
      guard let qubit = positions[target.value] else { continue }
      if place < controlCount {
        controls.append((qubit, !target.isInverted))
      } else {
        targets.append(qubit)
      }
    }
    return self.gate(gate, arguments: arguments, controls: controls, targets: targets)
  }

  /// The gate on the places of its qubits in a list; `nil` for Pauli products.
  fileprivate func local(to qubits: [Int]) -> GateApplication? {
    let places = targets.map { qubits.firstIndex(of: $0) ?? 0 }
    var (mask, value) = (UInt64(0), UInt64(0))
    for control in controls {
      let bit = UInt64(1) << UInt64(qubits.firstIndex(of: control.qubit) ?? 0)
      mask |= bit
      if control.value { value |= bit }
    }
    switch action {
    case .matrix(let action):
      return GateApplication(action, targets: places, controlMask: mask, controlValue: value)
    case .swap:
      return GateApplication(.swap, targets: places, controlMask: mask, controlValue: value)
    case .pauli: return nil
    }
  }
}
