import QuantumCore

// What OpenQASM 2 can say only in its own way: conditions on whole registers, no modifiers, no
// variables.

extension ProgramWriter {
  func refuseVariables() throws(Diagnostic) {
    for (index, node) in circuit.nodes(of: .root).enumerated() {
      if case .assign = node {
        range = circuit.range(of: .root, at: index)
        throw refusal("a computation on classical values", hint: "OpenQASM 3 can")
      }
    }
    guard circuit.variables.isEmpty else {
      throw refusal("classical variables", hint: "OpenQASM 3 can")
    }
  }

  /// Finds the registers that are written as registers of one bit: those whose single bits are
  /// tested, and those of results that control gates.
  func findSplitRegisters() throws(Diagnostic) {
    cutHiddenRegisters()
    try findSplitRegisters(.root)
    guard usesFeedback else { return }
    splitStems[Self.resultsStart] = names.stem(for: recordName)
    var failure: Diagnostic?
    circuit.forEachInstruction { instruction in
      guard instruction.gate.definition.recordsPerGroup > 0 else { return }
      for target in circuit.targets(of: instruction) where target.isBit {
        do throws(Diagnostic) { try split(bitRegister(target.value)) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  /// Makes registers of their own of bits without a name that conditions compare as a whole: they
  /// may have been registers that are not an output, which only version 3 hides.
  private func cutHiddenRegisters() {
    var cuts: Set<Int> = []
    circuit.forEachCondition { condition in
      if let (start, _, count) = comparison(condition) { cuts.formUnion([start, start + count]) }
    }
    guard !cuts.isEmpty else { return }
    var parts: [Register] = []
    for register in hiddenRegisters {
      let inner = cuts.filter { $0 > register.start && register.indices.contains($0) }.sorted()
      let starts = [register.start] + inner
      for (start, end) in zip(starts, inner + [register.indices.upperBound]) {
        let name = start == register.start ? register.name : names.unique("hidden", else: "hidden")
        parts.append(Register(name: name, start: start, count: end - start))
      }
    }
    hiddenRegisters = parts
  }

  private func findSplitRegisters(_ block: BlockID) throws(Diagnostic) {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      range = circuit.range(of: block, at: index) ?? range
      switch node {
      case .branch(let condition, let then, let otherwise):
        if let (bit, _) = singleBit(circuit.expression(condition)) { try split(bitRegister(bit)) }
        try findSplitRegisters(then)
        if let otherwise { try findSplitRegisters(otherwise) }
      case .repeatBlock(_, let body, _), .loop(_, let body): try findSplitRegisters(body)
      case .instruction, .assign, .leave: break
      }
    }
  }

  private func split(_ register: Register?) throws(Diagnostic) {
    guard let register, register.count > 1, splitStems[register.start] == nil else { return }
    guard register.count <= 1_000_000 else {
      throw refusal("a condition on one of \(register.count) bits", hint: "OpenQASM 3 can")
    }
    splitStems[register.start] = names.stem(for: register.name)
  }

  /// The bit and value that a condition tests.
  private func singleBit(_ condition: ClassicalExpression) -> (bit: Int, value: Int64)? {
    switch condition {
    case .bits(let start, 1): return (start, 1)
    case .unary(.logicalNot, let inner):
      return singleBit(inner).map { ($0.bit, 1 - $0.value) }
    case .unary(.toBool, let inner): return singleBit(inner)
    case .binary(.equal, .bits(let start, 1), .literal(let value)),
      .binary(.equal, .literal(let value), .bits(let start, 1)):
      guard case .integer(let number) = value, number == 0 || number == 1 else { return nil }
      return (start, number)
    case .binary(.notEqual, .bits(let start, 1), .literal(let value)):
      guard case .integer(let number) = value, number == 0 || number == 1 else { return nil }
      return (start, 1 - number)
    default: return nil
    }
  }

  /// A condition as version 2 says it.
  private enum Test {
    case known(Bool)
    /// `name==number`, and the same for the opposite where there is one.
    case register(Register, text: String, opposite: String?)
  }

  private func test(_ condition: ClassicalExpression) -> Test? {
    if let value = condition.literalValue { return .known(value.isTrue) }
    if let (bit, value) = singleBit(condition), let register = bitRegister(bit) {
      let name = String(self.bit(bit).prefix { $0 != "[" })
      return .register(register, text: "\(name)==\(value)", opposite: "\(name)==\(1 - value)")
    }
    guard let (start, words, count) = comparison(condition), let register = bitRegister(start),
      register.start == start, register.count == count, splitStems[start] == nil
    else { return nil }
    let top = count % 64
    if top > 0, let last = words.last, last >> UInt64(top) > 0 { return .known(false) }
    return .register(
      register, text: "\(register.name)==\(decimalText(of: words))", opposite: nil)
  }

  /// The run of bits that a condition compares with a number, in words of 64 bits, lowest first.
  private func comparison(
    _ condition: ClassicalExpression
  ) -> (start: Int, words: [UInt64], count: Int)? {
    switch condition {
    case .binary(.equal, .bits(let start, let count), .literal(.integer(let value))),
      .binary(.equal, .literal(.integer(let value)), .bits(let start, let count)):
      return (start, [UInt64(bitPattern: value)], count)
    case .unary(.logicalNot, .bits(let start, let count)): return (start, [0], count)
    case .binary(.logicalAnd, let low, let high):
      guard let a = comparison(low), let b = comparison(high), a.count == 64 * a.words.count,
        b.start == a.start + a.count
      else { return nil }
      return (a.start, a.words + b.words, a.count + b.count)
    default: return nil
    }
  }

  /// A number of any size, by division by 10⁹.
  private func decimalText(of words: [UInt64]) -> String {
    var digits = words.flatMap { [$0 & 0xffff_ffff, $0 >> 32] }
    var parts: [String] = []
    while digits.contains(where: { $0 > 0 }) {
      var rest: UInt64 = 0
      for index in digits.indices.reversed() {
        let value = rest << 32 | digits[index]
        digits[index] = value / 1_000_000_000
        rest = value % 1_000_000_000
      }
      parts.append("\(rest)")
    }
    guard let first = parts.last else { return "0" }
    return parts.dropLast().reversed().reduce(first) {
      $0 + String(repeating: "0", count: 9 - $1.count) + $1
    }
  }

  func writeBranch2(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?
  ) throws(Diagnostic) {
    guard let test = test(condition) else {
      if let (start, _, _) = comparison(condition), let register = bitRegister(start),
        splitStems[register.start] != nil
      {
        throw refusal(
          "a condition on \(register.name) as a whole beside others on its single bits",
          hint: "OpenQASM 3 can")
      }
      throw refusal(
        "this condition; it compares a whole register with a number", hint: "OpenQASM 3 can")
    }
    let (text, opposite, register): (String, String?, Register)
    switch test {
    case .known(let isTrue):
      if let taken = isTrue ? then : otherwise { try write(block: taken) }
      return
    case .register(let own, let test, let other): (register, text, opposite) = (own, test, other)
    }
    guard condition2 == nil else {
      throw refusal("a condition within another", hint: "OpenQASM 3 can")
    }
    let counts = ([then] + (otherwise.map { [$0] } ?? [])).map { resultCount(of: $0) }
    guard !keepsRecord || counts.allSatisfy({ $0 == 0 }) else {
      throw refusal("results in a block that runs conditionally, without bits to store them")
    }
    let before = recentResults
    defer { recentResults = counts.allSatisfy { $0 == 0 } ? before : [] }
    let changes = try write(then, under: text, register)
    guard let otherwise, !circuit.nodes(of: otherwise).isEmpty else { return }
    guard let opposite, !changes else {
      throw refusal("'else' after this condition", hint: "OpenQASM 3 can")
    }
    recentResults = before
    _ = try write(otherwise, under: opposite, register)
  }

  /// - Returns: whether the block changes what the condition tests.
  private func write(_ block: BlockID, under test: String, _ register: Register)
    throws(Diagnostic) -> Bool
  {
    condition2 = Condition2(prefix: "if(\(test)) ", register: register)
    defer { condition2 = nil }
    try write(block: block)
    return condition2?.isStale ?? false
  }

  // MARK: Gates

  func writeGate2(
    _ instruction: Instruction, _ arguments: [String], _ controls: [Target], _ own: [Target]
  ) throws(Diagnostic) {
    let gate = instruction.gate
    if gate == .globalPhase, controls.isEmpty {
      if arguments[0] != "0" { try unconditionalLine("// global phase \(arguments[0])") }
      return
    }
    if gate == .unitary || !controls.isEmpty && controlledGate(gate, controls.count) == nil {
      return try writeParts2(instruction, controls, own)
    }
    let flips = controls.filter(\.isInverted).map { "x \(qubit($0.value));" }
    for flip in flips { try line(flip) }
    let operands = (controls + own).map { qubit($0.value) }
    let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
    guard let whole = controls.isEmpty ? gate : controlledGate(gate, controls.count),
      let name = try applicableName(whole)
    else { throw refusal("the gate \(gate.name)") }
    try line("\(name)\(list) \(operands.joined(separator: ", "));")
    for flip in flips { try line(flip) }
  }

  /// A gate that version 2 has no name for, taken apart.
  private func writeParts2(
    _ instruction: Instruction, _ controls: [Target], _ own: [Target]
  ) throws(Diagnostic) {
    let qubits = (controls + own).map(\.value)
    guard let matrix = circuit.matrix(of: instruction) else {
      throw refusal("the gate \(instruction.gate.name)")
    }
    let steps: [ControlReduction.Step]
    do {
      steps = try ControlReduction.steps(
        of: matrix, on: qubits, controlCount: controls.count,
        negated: Set(controls.filter(\.isInverted).map(\.value)),
        spare: circuit.spareQubit(besides: qubits))
    } catch {
      throw refusal(
        "a gate under \(controls.count) controls in fewer than \(ControlReduction.limit) gates")
    }
    for step in steps {
      let list = step.arguments.map { number($0) }.joined(separator: ", ")
      guard let name = try applicableName(step.gate) else { continue }
      let operands = step.qubits.map { qubit($0) }.joined(separator: ", ")
      try line("\(name)\(list.isEmpty ? "" : "(\(list))") \(operands);")
    }
  }

  /// The catalog's gate that is `base` under `count` controls.
  private func controlledGate(_ base: Gate, _ count: Int) -> Gate? {
    if base == .globalPhase { return count == 1 ? .phase : count == 2 ? .cphase : nil }
    return GateCatalog.all.first {
      $0.controlledForm?.base == base && $0.controlledForm?.controlCount == count
    }?.gate
  }
}

/// The condition that version 2 writes before each statement of a block.
struct Condition2 {
  let prefix: String
  let register: Register
  /// Whether a statement of the block changed the register: what follows would test the new value.
  var isStale = false
}

extension Circuit {
  /// Calls `body` with the condition of every branch.
  func forEachCondition(_ body: (ClassicalExpression) -> Void) {
    for node in blockIDs.lazy.flatMap({ nodes(of: $0) }) {
      if case .branch(let condition, _, _) = node { body(expression(condition)) }
    }
  }

  /// A qubit of the circuit that is not among the given ones.
  func spareQubit(besides qubits: [Int]) -> Int? {
    let taken = Set(qubits)
    return (0...taken.count).first { !taken.contains($0) && $0 < qubitCount }
  }
}
