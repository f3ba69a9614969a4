import QuantumCore

// What OpenQASM 2 can say only in its own way: conditions on whole registers, no modifiers, no variables.

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

  /// Finds the registers whose single bits are tested: they are written as registers of one bit.
  func findSplitRegisters(_ block: BlockID) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .branch(let condition, let then, let otherwise):
        if let (start, _) = singleBit(circuit.expression(condition)),
          let register = bitRegister(start), register.count > 1
        {
          splitRegisters.insert(register.start)
        }
        findSplitRegisters(then)
        if let otherwise { findSplitRegisters(otherwise) }
      case .repeatBlock(_, let body, _), .loop(_, let body): findSplitRegisters(body)
      case .instruction, .assign, .leave: break
      }
    }
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

  /// The register a condition compares with a number, as `name==number`.
  private func registerTest(_ condition: ClassicalExpression) -> (test: String, register: Register)?
  {
    if let (bit, value) = singleBit(condition), let register = bitRegister(bit) {
      if register.count == 1 { return ("\(register.name)==\(value)", register) }
      let offset = bit - register.start
      return ("\(register.name)_\(offset)==\(value)", register)
    }
    guard
      case .binary(.equal, .bits(let start, let count), .literal(.integer(let value))) = condition,
      let register = bitRegister(start), register.start == start, register.count == count,
      !splitRegisters.contains(start)
    else { return nil }
    return ("\(register.name)==\(UInt64(bitPattern: value))", register)
  }

  func writeBranch2(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?
  ) throws(Diagnostic) {
    guard conditionPrefix.isEmpty, let (test, register) = registerTest(condition) else {
      throw refusal(
        conditionPrefix.isEmpty
          ? "this condition; it compares a whole register with a number"
          : "a condition within another", hint: "OpenQASM 3 can")
    }
    try write(then, under: test, register)
    guard let otherwise else { return }
    guard let (bit, value) = singleBit(condition), !changes(then, register) else {
      throw refusal("'else' after this condition", hint: "OpenQASM 3 can")
    }
    let opposite: ClassicalExpression =
      value == 1 ? .unary(.logicalNot, .bits(start: bit, count: 1)) : .bits(start: bit, count: 1)
    guard let (test, _) = registerTest(opposite) else { return }
    try write(otherwise, under: test, register)
  }

  private func write(_ block: BlockID, under test: String, _ register: Register)
    throws(Diagnostic)
  {
    let nodes = circuit.nodes(of: block)
    for case .instruction(let instruction) in nodes.dropLast()
    where changes(instruction, register) {
      throw refusal("a condition that changes within its block", hint: "OpenQASM 3 can")
    }
    for node in nodes {
      guard case .instruction = node else {
        throw refusal("control flow within a condition", hint: "OpenQASM 3 can")
      }
    }
    conditionPrefix = "if(\(test)) "
    defer { conditionPrefix = "" }
    try self.write(block: block)
  }

  private func changes(_ block: BlockID, _ register: Register) -> Bool {
    circuit.nodes(of: block).contains { node in
      if case .instruction(let instruction) = node { return changes(instruction, register) }
      return true
    }
  }

  private func changes(_ instruction: Instruction, _ register: Register) -> Bool {
    circuit.targets(of: instruction).contains { $0.isBit && register.indices.contains($0.value) }
  }

  // MARK: Gates

  func writeGate2(
    _ instruction: Instruction, _ arguments: [String], _ controls: [Target], _ own: [String]
  ) throws(Diagnostic) {
    if instruction.gate == .globalPhase, controls.isEmpty {
      return try unconditionalLine("// global phase \(arguments[0])")
    }
    var gate = instruction.gate
    if !controls.isEmpty {
      guard let controlled = controlledGate(gate, controls.count) else {
        throw refusal("\(gate.name) with \(controls.count) controls", hint: "OpenQASM 3 can")
      }
      gate = controlled
    }
    let flips = controls.filter(\.isInverted).map { "x \(qubit($0.value));" }
    for flip in flips { try line(flip) }
    let operands = controls.map { qubit($0.value) } + own
    let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
    if gate == .unitary {
      guard let matrix = circuit.matrix(of: instruction), let size = matrix.qubitCount, size <= 1
      else {
        throw refusal(
          "a matrix on \(own.count) qubits", hint: "give it as gates, or as matrices on one qubit")
      }
      if size == 1 {
        let angles = Self.angles(of: matrix).angles.map { number($0) }.joined(separator: ", ")
        try line("u3(\(angles)) \(own[0]);")
      }
    } else if let name = try applicableName(gate) {
      try line("\(name)\(list) \(operands.joined(separator: ", "));")
    } else {
      throw refusal("the gate \(gate.name)")
    }
    for flip in flips { try line(flip) }
  }

  /// The catalog's gate that is `base` under `count` controls.
  private func controlledGate(_ base: Gate, _ count: Int) -> Gate? {
    if base == .globalPhase { return count == 1 ? .phase : count == 2 ? .cphase : nil }
    return GateCatalog.all.first {
      $0.controlledForm?.base == base && $0.controlledForm?.controlCount == count
    }?.gate
  }
}
