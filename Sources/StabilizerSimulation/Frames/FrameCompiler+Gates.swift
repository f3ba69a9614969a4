import QuantumCore

extension FrameCompiler {
  /// Paulis commute with frames up to sign; controlled they do not.
  mutating func compilePauli(_ instruction: Instruction) throws {
    guard instruction.controlCount > 0, instruction.gate != .i, instruction.gate != .ii else {
      return
    }
    let gates: [Gate: Gate] = [.x: .cx, .y: .cy, .z: .cz]
    guard instruction.controlCount == 1, let gate = gates[instruction.gate] else {
      throw notClifford(instruction)
    }
    circuit.forEachGroup(of: instruction) { group, _ in apply(gate, to: group) }
  }

  mutating func compileClifford(_ instruction: Instruction) throws {
    guard instruction.controlCount == 0,
      CliffordAction.byGate[Int(instruction.gate.rawValue)] != nil
    else { throw notClifford(instruction) }
    circuit.forEachGroup(of: instruction) { group, _ in apply(instruction.gate, to: group) }
  }

  mutating func apply(_ gate: Gate, to group: ArraySlice<Target>) {
    let index = Int(gate.rawValue)
    if actions[index] == nil { actions[index] = FrameAction(CliffordAction.byGate[index]!) }
    let first = 2 * number(of: group.first!.value)
    let second = group.count > 1 ? 2 * number(of: group.last!.value) : first
    func generator(_ local: UInt8) -> Int { (local < 2 ? first : second) + Int(local & 1) }
    let action = actions[index]!
    for addition in action.additions {
      add(rows[generator(addition.source)], to: rows[generator(addition.destination)])
    }
    guard action.isRenaming else { return }
    var old = SIMD4<UInt32>()
    for local in action.origins.indices { old[local] = rows[generator(UInt8(local))] }
    for (local, origin) in action.origins.enumerated() where local != Int(origin) {
      let generator = generator(UInt8(local))
      renamings.append((generator, rows[generator]))
      rows[generator] = old[Int(origin)]
    }
  }

  /// A controlled Pauli whose control may be a record or a bit from outside.
  mutating func compileControlled(_ instruction: Instruction) throws {
    guard instruction.controlCount == 0 else { throw notClifford(instruction) }
    try circuit.forEachGroup(of: instruction) { group, _ in
      guard let control = group.first(where: \.isClassicalControl) else {
        return apply(instruction.gate, to: group)
      }
      let (first, last) = (group.first!, group.last!)
      if first.isClassicalControl, last.isClassicalControl, instruction.gate == .cz { return }
      let isReversed = [.xcz, .ycz].contains(instruction.gate)
      guard let target = group.first(where: \.isQubit),
        instruction.gate == .cz || target == (isReversed ? first : last)
      else {
        throw Diagnostic(
          "\(instruction.gate.name) \(first) \(last) would change the record",
          code: "record-target",
          at: range, hint: "the record controls; the Pauli acts on a qubit")
      }
      try appendFeedback(instruction.gate, control: control, qubit: target.value)
    }
  }

  mutating func appendFeedback(_ gate: Gate, control: Target, qubit: Int) throws {
    if control.isRecord {
      try noteLookback(control.value)
    } else {
      program.sweepCount = max(program.sweepCount, control.value + 1)
    }
    let generator = 2 * number(of: qubit)
    let code: FrameProgram.Code = control.isRecord ? .feedback : .sweep
    if gate != .cz { append(.init(code: code), [rows[generator], UInt32(control.value)]) }
    if gate != .cx, gate != .xcz {
      append(.init(code: code), [rows[generator + 1], UInt32(control.value)])
    }
  }
}
