import ComplexModule
import QuantumCore

/// Turns a circuit into a program.
package struct ProgramCompiler {
  private let circuit: Circuit
  private let live: LiveQubits
  private let sweepBits: [Bool]
  private var program: Program
  private var gates: [GateApplication] = []
  private var gateRange: SourceRange?
  private var range: SourceRange?
  private var loops: [Loop] = []
  private var summaries: [BlockID: Summary] = [:]

  /// Short loops are written out: gates then merge across turns, and measurements at the end are
  /// seen to be there.
  private static let longestUnrolled: UInt64 = 20_000

  /// Jumps out of a loop, to be filled in when it ends.
  private struct Loop {
    var endJumps: [Int] = []
    var turnJumps: [Int] = []
  }

  /// What a block does, nested blocks included.
  private struct Summary {
    /// Groups that gates act on and classical steps in one run; loops of unknown length count once.
    /// Saturates.
    var groups: UInt64 = 0
    var isUnitary = true
    var leaves = false
    /// Positions acted on.
    var qubits: UInt64 = 0
    /// Whether a matrix on few qubits can stand for the block.
    var hasMatrix = true

    mutating func addClassicalStep() {
      groups = groups.saturatingAdd(1)
      isUnitary = false
    }
  }

  /// The program of a circuit, its tail not separated.
  ///
  /// - Throws: `Obstacle` for what the dense engine does not do, with its place.
  package static func compile(
    _ circuit: Circuit, live: LiveQubits, options: SimulationOptions
  ) throws(Obstacle) -> Program {
    CompilationCounter.note(.program)
    var compiler = ProgramCompiler(circuit: circuit, live: live, options: options)
    try compiler.compile(.root)
    compiler.flush()
    return compiler.program
  }

  /// The program of a circuit with its tail.
  ///
  /// - Throws: as `compile(_:live:options:)`.
  package static func compile(
    _ circuit: Circuit, live: LiveQubits, options: SimulationOptions, tail: Program.TailKind
  ) throws(Obstacle) -> Program {
    var program = try compile(circuit, live: live, options: options)
    program.separateTail(tail)
    return program
  }

  private init(circuit: Circuit, live: LiveQubits, options: SimulationOptions) {
    self.circuit = circuit
    self.live = live
    sweepBits = options.sweepBits
    program = Program(qubitCount: live.count)
  }

  // MARK: Steps

  private mutating func emit(_ step: Program.Step) {
    flush()
    program.steps.append(step)
    program.ranges.append(range)
  }

  private mutating func flush() {
    guard !gates.isEmpty else { return }
    program.steps.append(.unitary(gates))
    program.ranges.append(gateRange)
    gates.removeAll()
  }

  private mutating func add(_ gate: GateApplication?) {
    guard let gate else { return }
    if gates.isEmpty { gateRange = range }
    gates.append(gate)
  }

  /// The index of the next step, as a place to jump to.
  private mutating func label() -> Int {
    flush()
    return program.steps.count
  }

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
    let skip = program.steps.count - 1
    try compile(then)
    guard let otherwise else { return point([skip], to: label()) }
    emit(.jump(0))
    let end = program.steps.count - 1
    point([skip], to: label())
    try compile(otherwise)
    point([end], to: label())
  }

  private mutating func compileLoop(
    _ condition: ClassicalExpression, _ body: BlockID
  ) throws(Obstacle) {
    let start = label()
    emit(.jumpUnless(condition, 0))
    let exit = program.steps.count - 1
    loops.append(Loop())
    try compile(body)
    emit(.jump(start))
    let end = label()
    point([exit], to: end)
    if let loop = loops.popLast() {
      point(loop.endJumps, to: end)
      point(loop.turnJumps, to: start)
    }
  }

  private mutating func compile(_ body: BlockID, times count: UInt64) throws(Obstacle) {
    let summary = summary(of: body)
    if summary.groups == 0, summary.isUnitary { return }
    let total = summary.groups.saturatingMultiply(count)
    if summary.isUnitary, let gates = try repeatedGates(of: body, times: count) {
      gates.forEach { add($0) }
      return
    }
    if total <= Self.longestUnrolled, count <= Self.longestUnrolled, !summary.leaves {
      for _ in 0..<count { try compile(body) }
      return
    }
    let slot = program.loopSlotCount
    program.loopSlotCount += 1
    emit(.startLoop(slot: slot, count: count))
    let start = label()
    loops.append(Loop())
    try compile(body)
    let turn = label()
    emit(.nextTurn(slot: slot, start: start))
    let end = label()
    if let loop = loops.popLast() {
      point(loop.endJumps, to: end)
      point(loop.turnJumps, to: turn)
    }
  }

  /// The gates of a block that holds nothing else, repeat blocks written out or raised to a power;
  /// `nil` if they are too many.
  private mutating func unitaryGates(
    of block: BlockID
  ) throws(Obstacle) -> [GateApplication]? {
    // What stands for the block, or goes through its turns, is placed where the block is.
    let (outer, place) = (gates, range)
    gates = []
    defer { (gates, range) = (outer, place) }
    for (index, node) in circuit.nodes(of: block).enumerated() {
      range = circuit.range(of: block, at: index)
      switch node {
      case .instruction(let instruction): try compile(instruction, at: index, of: block)
      case .repeatBlock(let count, let body, _):
        guard let inner = try repeatedGates(of: body, times: count) else { return nil }
        gates += inner
      case .branch, .loop, .assign, .leave: return nil
      }
    }
    return gates
  }

  private mutating func repeatedGates(
    of body: BlockID, times count: UInt64
  ) throws(Obstacle) -> [GateApplication]? {
    guard let turn = try unitaryGates(of: body) else { return nil }
    if turn.isEmpty { return [] }
    if let power = GateApplication.power(turn, exponent: count, unlessShorterThan: 64) {
      return [power]
    }
    guard UInt64(turn.count).saturatingMultiply(count) <= Self.longestUnrolled else { return nil }
    return (0..<count).flatMap { _ in turn }
  }

  private mutating func compileLeave(_ departure: Departure) {
    switch departure {
    case .halt: emit(.halt)
    case .endLoop(let levels), .nextTurn(let levels):
      guard levels >= 1, levels <= loops.count else { return emit(.halt) }
      emit(.jump(0))
      let (loop, jump) = (loops.count - levels, program.steps.count - 1)
      if case .endLoop = departure {
        loops[loop].endJumps.append(jump)
      } else {
        loops[loop].turnJumps.append(jump)
      }
    }
  }

  private mutating func summary(of block: BlockID) -> Summary {
    if let known = summaries[block] { return known }
    var result = Summary()
    func include(_ inner: Summary, times: UInt64 = 1) {
      result.groups = result.groups.saturatingAdd(inner.groups.saturatingMultiply(times))
      result.isUnitary = result.isUnitary && inner.isUnitary
      result.leaves = result.leaves || inner.leaves
      result.qubits |= inner.qubits
      result.hasMatrix = result.hasMatrix && inner.hasMatrix
    }
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        if definition.isAnnotation { continue }
        let hasClassicalControl =
          definition.allowsClassicalControl
          && circuit.targets(of: instruction).contains(where: \.isRecord)
        result.isUnitary =
          result.isUnitary && definition.isUnitary && !instruction.hasDynamicArguments
          && !hasClassicalControl
        result.hasMatrix = result.hasMatrix && definition.matrix != nil
        for case let qubit? in circuit.targets(of: instruction).map(\.qubit) {
          if let position = live.position(of: qubit) { result.qubits |= 1 << UInt64(position) }
        }
        result.groups = result.groups.saturatingAdd(UInt64(circuit.groupCount(of: instruction)))
      case .repeatBlock(let count, let body, _):
        let inner = summary(of: body)
        // A power of a small matrix takes no longer for a large exponent.
        let isPower = inner.isUnitary && inner.hasMatrix && inner.qubits.nonzeroBitCount <= 6
        include(inner, times: isPower ? min(count, 64) : count)
      case .branch(_, let then, let otherwise):
        include(summary(of: then))
        if let otherwise { include(summary(of: otherwise)) }
        result.addClassicalStep()
      case .loop(_, let body):
        include(summary(of: body))
        result.addClassicalStep()
      case .assign: result.addClassicalStep()
      case .leave:
        result.addClassicalStep()
        result.leaves = true
      }
    }
    summaries[block] = result
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
      return emit(.dynamic(instruction))
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
      guard let target = group.first, let position = live.position(of: target.value),
        let basis = collapse.basis
      else { return }
      return emit(.reset(position: position, basis: basis))
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
        let gate = GateApplication.of(
          instruction.gate, arguments: circuit.arguments(of: instruction), group: group,
          controlCount: Int(instruction.controlCount), live: live)
        if let gate, !gate.isFinite { throw overflow(of: instruction) }
        add(gate)
      }
    }
  }

  private func overflow(of instruction: Instruction) -> Obstacle {
    let values = circuit.arguments(of: instruction).map { "\($0)" }.joined(separator: ", ")
    return Obstacle(
      .unsupported, "the matrix of \(instruction.gate.name)(\(values)) overflows",
      hint: "take angles modulo 4π", range: range)
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
    guard let feedback = found, let position = live.position(of: feedback.qubit) else { return }
    let control = feedback.control
    let application = GateApplication.singlePauli(feedback.pauli, position: position)
    if control.isRecord {
      emit(.feedback(lookback: control.value, application))
    } else if control.value < sweepBits.count, sweepBits[control.value] {
      add(application)
    }
  }

  /// Factors on qubits that are known to be |0⟩ are +1 and drop out: they are Zs.
  private func product(
    of group: ArraySlice<Target>, as letter: Pauli? = nil
  ) throws(Obstacle) -> (product: PauliProduct, isInverted: Bool) {
    var product = PauliProduct()
    var isInverted = false
    for target in group {
      if target.isInverted { isInverted.toggle() }
      guard let pauli = letter ?? target.pauli, let position = live.position(of: target.value)
      else {
        continue
      }
      product.multiply(by: PauliProduct(pauli, on: position))
    }
    guard product.isHermitian else {
      throw Obstacle(
        .unsupported,
        "the Pauli product \(group.map(\.description).joined(separator: "*")) is anti-Hermitian",
        hint: "its factors on one qubit multiply to ±i times a Pauli", range: range)
    }
    return (product, isInverted)
  }

  private mutating func compileProductPhase(
    _ gate: Gate, _ group: ArraySlice<Target>
  ) throws(Obstacle) {
    let (product, isInverted) = try product(of: group)
    // (1 + P)/2 + i^{±1} (1 − P)/2.
    let phase: Complex<Double> = gate == .spp ? .i : -.i
    let half = Complex<Double>(0.5)
    let (alpha, beta) = ((.one + phase) * half, (.one - phase) * half)
    let signed = isInverted ? -product : product
    if product.isIdentity {
      add(GateApplication(.diagonal([alpha + beta * signed.phase])))
    } else {
      add(GateApplication(.pauli(signed, alpha: alpha, beta: beta)))
    }
  }

  private mutating func compileMeasurement(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?
  ) throws(Obstacle) {
    let flip = circuit.arguments(of: instruction).first ?? 0
    let letter = instruction.gate.definition.collapse?.basis
    let (product, isInverted) = try product(of: group, as: letter)
    if product.isIdentity {
      let value = isInverted != (product.letterExponent == 2)
      return emit(.constant(.init(value: value, flipProbability: flip, bit: bit)))
    }
    var measurement = Program.Measurement(
      product: product, isInverted: isInverted, flipProbability: flip, bit: bit)
    if instruction.gate.definition.isReset {
      let position = (product.x | product.z).trailingZeroBitCount
      measurement.correction = PauliProduct(letter == .z ? .x : .z, on: position)
    }
    emit(.measure(measurement))
  }

  private mutating func compileNoise(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?
  ) throws(Obstacle) {
    let gate = instruction.gate
    let arguments = circuit.arguments(of: instruction)
    var noise = Program.Noise(cases: [], bit: bit)
    let definition = gate.definition
    switch (gate, definition.chainRole) {
    case (.iError, _), (.iiError, _): return
    case (_, let role?):
      var product = PauliProduct()
      for target in group {
        guard let pauli = target.pauli, let position = live.position(of: target.value) else {
          continue
        }
        product.multiply(by: PauliProduct(pauli, on: position))
      }
      noise.cases = [(arguments.first ?? 0, product)]
      noise.chain = role == .starts ? .starts : .continues
    default:
      guard let errors = definition.pauliErrors(arguments) else {
        return try compileChannel(gate, Array(arguments), group)
      }
      noise.isHeralded = definition.isHeralded
      if noise.isHeralded, let idle = definition.errorProbabilities(arguments)?.first {
        noise.cases.append((idle, .init()))
      }
      for (probability, pauli) in errors where probability > 0 {
        var product = PauliProduct()
        for (place, target) in group.enumerated() {
          guard let position = live.position(of: target.value) else { continue }
          product.multiply(by: PauliProduct(pauli[place], on: position))
        }
        if product.isIdentity, !noise.isHeralded { continue }
        noise.cases.append((probability, product))
      }
    }
    if noise.isHeralded || noise.chain != .none || !noise.cases.isEmpty { emit(.noise(noise)) }
  }
}

extension ProgramCompiler {
  /// A channel by its Kraus operators.
  private mutating func compileChannel(
    _ gate: Gate, _ arguments: [Double], _ group: ArraySlice<Target>
  ) throws(Obstacle) {
    guard let channel = gate.definition.channel?(arguments) else {
      throw Obstacle(.unsupported, "\(gate.name) is not a channel", range: range)
    }
    let positions = group.compactMap { live.position(of: $0.value) }
    assert(positions.count == group.count, "Every qubit of such a channel is live")
    let confusion = gate == .readoutError ? (p01: arguments[0], p10: arguments[1]) : nil
    let kraus = Program.Kraus(channel, positions: positions, confusion: confusion)
    if kraus.operators.count == 1 {
      add(GateApplication(matrix: kraus.operators[0], targets: positions))
    } else {
      emit(.kraus(kraus))
    }
  }
}

extension GateApplication {
  /// A gate of a circuit on the positions of live qubits; `nil` if it does nothing.
  package static func of(
    _ gate: Gate, arguments: ArraySlice<Double>, group: ArraySlice<Target>, controlCount: Int,
    live: LiveQubits
  ) -> GateApplication? {
    var controls: [(position: Int, value: Bool)] = []
    var targets: [Int] = []
    for (place, target) in group.enumerated() {
      guard let position = live.position(of: target.value) else { continue }
      if place < controlCount {
        controls.append((position, !target.isInverted))
      } else {
        targets.append(position)
      }
    }
    return self.gate(gate, arguments: arguments, controls: controls, targets: targets)
  }

  /// X, Y or Z on one qubit, as the kernels like it.
  package static func singlePauli(_ pauli: Pauli, position: Int) -> GateApplication {
    GateApplication(matrix: pauli.matrix, targets: [position])
  }

  /// Gates one after the other, raised to a power, as one matrix; `nil` if they act on more than 6
  /// qubits or the power is so small that merging them in the usual way is better.
  package static func power(
    _ gates: [GateApplication], exponent: UInt64, unlessShorterThan shortest: UInt64
  ) -> GateApplication? {
    guard exponent >= shortest, gates.allSatisfy({ $0.matrix != nil }) else { return nil }
    let mask = gates.reduce(UInt64(0)) { $0 | $1.qubitMask }
    guard mask.nonzeroBitCount <= 6 else { return nil }
    let qubits = (0..<64).filter { mask >> UInt64($0) & 1 == 1 }
    let local = gates.map { gate in gate.relocated { qubits.firstIndex(of: $0) ?? 0 } }
    var square = product(local, qubitCount: qubits.count)
    var result = ComplexMatrix.identity(square.rowCount)
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = (result * square).nearestUnitary }
      rest >>= 1
      if rest > 0 { square = (square * square).nearestUnitary }
    }
    return GateApplication(matrix: result, targets: qubits)
  }
}
