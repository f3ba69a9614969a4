import QuantumCore

/// Which wires a drawing shows, and in which rows.
struct LayoutWires {
  private(set) var wires: [CircuitLayout.Wire] = []
  private(set) var notes: [String] = []
  /// Rows of the qubits that are shown.
  private var qubitRows: [Int: Int] = [:]
  /// Rows of classical registers, by the register's place in the circuit.
  private var registerRows: [Int: Int] = [:]
  private var variableRows: [Int: Int] = [:]
  private let bitRegisters: [Register]

  init(_ circuit: Circuit) {
    bitRegisters = circuit.bitRegisters
    addQubits(of: circuit)
    let classical = ClassicalUse(circuit)
    addRegisters(classical.registers)
    addVariables(of: circuit, used: classical.variables)
  }

  func row(ofQubit qubit: Int) -> Int? { qubitRows[qubit] }
  func row(ofVariable index: Int) -> Int? { variableRows[index] }

  /// The row and the number within its register of a classical bit.
  func place(ofBit bit: Int) -> (row: Int, index: Int)? {
    guard let index = Self.register(ofBit: bit, in: bitRegisters), let row = registerRows[index]
    else { return nil }
    return (row, bit - bitRegisters[index].start)
  }

  /// The place in `registers`, which are in order of their bits, of the one that holds a bit.
  static func register(ofBit bit: Int, in registers: [Register]) -> Int? {
    var (low, high) = (0, registers.count)
    while low < high {
      let middle = (low + high) / 2
      let register = registers[middle]
      if bit < register.start {
        high = middle
      } else if bit >= register.start + register.count {
        low = middle + 1
      } else {
        return middle
      }
    }
    return nil
  }

  // MARK: Qubits

  private mutating func addQubits(of circuit: Circuit) {
    let count = circuit.qubitCount
    let used = Self.usedQubits(of: circuit)
    let shown: [Int]
    if count <= CircuitLayout.Limit.idleQubits {
      shown = Array(0..<count)
    } else {
      shown = Array(used.indices.prefix(CircuitLayout.Limit.wires))
      let unused = count - used.count
      if unused > 0 { notes.append("… \(unused) unused qubit\(unused == 1 ? "" : "s")") }
      let rest = used.count - shown.count
      if rest > 0 { notes.append("… \(rest) more qubits left out, with all that acts on them") }
    }
    var register = 0
    for qubit in shown {
      while register < circuit.qubitRegisters.count,
        qubit >= circuit.qubitRegisters[register].indices.upperBound
      {
        register += 1
      }
      var label = "q\(qubit)"
      if register < circuit.qubitRegisters.count,
        circuit.qubitRegisters[register].indices.contains(qubit)
      {
        let owner = circuit.qubitRegisters[register]
        let name = DrawingText.sanitized(owner.name, limit: CircuitLayout.Limit.name)
        label = "\(name)[\(qubit - owner.start)]"
      }
      qubitRows[qubit] = wires.count
      wires.append(.init(label: label, isClassical: false))
    }
  }

  /// The qubits that instructions act on: as many of the lowest as are shown, and the number of
  /// all.
  private static func usedQubits(of circuit: Circuit) -> (indices: [Int], count: Int) {
    func forEachQubit(_ body: (Int) -> Void) {
      circuit.forEachInstruction { instruction in
        // MPAD's targets are constants.
        if instruction.gate == .mpad { return }
        for target in circuit.targets(of: instruction) {
          if let qubit = target.qubit { body(qubit) }
        }
      }
    }
    var largest = -1
    forEachQubit { largest = max(largest, $0) }
    var bits = BitVector(count: largest + 1)
    forEachQubit { bits[$0] = true }
    var indices: [Int] = []
    for (position, word) in bits.words.enumerated() where word != 0 {
      var rest = word
      while rest != 0 {
        indices.append(position * 64 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
      if indices.count > CircuitLayout.Limit.wires { break }
    }
    return (indices, bits.nonzeroBitCount)
  }

  // MARK: Classical wires

  private static let registerLimit = 64

  private mutating func addRegisters(_ used: Set<Int>) {
    let showsAll = bitRegisters.count <= Self.registerLimit
    var hidden = 0
    for (index, register) in bitRegisters.enumerated() where register.count > 0 {
      guard showsAll || used.contains(index), registerRows.count < Self.registerLimit else {
        hidden += 1
        continue
      }
      registerRows[index] = wires.count
      let name = DrawingText.sanitized(register.name, limit: CircuitLayout.Limit.name)
      wires.append(.init(label: name, isClassical: true, size: register.count))
    }
    if hidden > 0 {
      notes.append("… \(hidden) classical register\(hidden == 1 ? "" : "s") not shown")
    }
  }

  private mutating func addVariables(of circuit: Circuit, used: Set<Int>) {
    for (index, variable) in circuit.variables.enumerated() where used.contains(index) {
      guard variableRows.count < Self.registerLimit else {
        notes.append("… more variables not shown")
        break
      }
      let value =
        switch (variable.inputType, variable.initialValue) {
        case (_?, _): "input"
        case (nil, .integer(let value)): "\(value)"
        case (nil, .real(let value)): NumberText.plain(value)
        }
      variableRows[index] = wires.count
      let name = DrawingText.sanitized(variable.name, limit: CircuitLayout.Limit.name)
      wires.append(.init(label: "\(name) = \(value)", isClassical: true))
    }
  }
}

/// The classical registers and variables that a circuit reads or writes.
private struct ClassicalUse {
  var registers: Set<Int> = []
  var variables: Set<Int> = []
  private let bitRegisters: [Register]

  init(_ circuit: Circuit) {
    bitRegisters = circuit.bitRegisters
    circuit.forEachInstruction { instruction in
      if instruction.gate.definition.recordsPerGroup > 0 {
        for target in circuit.targets(of: instruction) where target.isBit {
          noteBits(from: target.value, count: 1)
        }
      }
      if instruction.hasDynamicArguments {
        for expression in circuit.dynamicArguments(of: instruction) { note(expression) }
      }
    }
    for block in circuit.blocks {
      for node in block.nodes {
        switch node {
        case .branch(let condition, _, _), .loop(let condition, _):
          note(circuit.expression(condition))
        case .assign(let destination, let value):
          note(circuit.expression(value))
          switch destination {
          case .bits(let start, let count): noteBits(from: start, count: count)
          case .bit(let start, let count, let index):
            noteBits(from: start, count: count)
            note(index)
          case .variable(let index): variables.insert(index)
          }
        case .instruction, .repeatBlock, .leave: break
        }
      }
    }
  }

  private mutating func noteBits(from start: Int, count: Int) {
    if let index = LayoutWires.register(ofBit: start, in: bitRegisters) { registers.insert(index) }
    if count > 1,
      let index = LayoutWires.register(ofBit: start + count - 1, in: bitRegisters)
    {
      registers.insert(index)
    }
  }

  private mutating func note(_ expression: ClassicalExpression) {
    var budget = 1000
    note(expression, budget: &budget)
  }

  /// Visits at most `budget` parts: shared parts could make a small value a vast tree.
  private mutating func note(_ expression: ClassicalExpression, budget: inout Int) {
    budget -= 1
    guard budget > 0 else { return }
    switch expression {
    case .literal, .record: break
    case .bits(let start, let count): noteBits(from: start, count: count)
    case .bit(let start, let count, let index):
      noteBits(from: start, count: count)
      note(index, budget: &budget)
    case .variable(let index): variables.insert(index)
    case .unary(_, let a): note(a, budget: &budget)
    case .binary(_, let a, let b):
      note(a, budget: &budget)
      note(b, budget: &budget)
    case .select(let a, let b, let c):
      note(a, budget: &budget)
      note(b, budget: &budget)
      note(c, budget: &budget)
    }
  }
}
