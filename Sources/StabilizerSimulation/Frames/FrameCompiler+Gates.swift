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
    apply(gate, toEachOf: circuit.targets(of: instruction))
  }

  mutating func compileClifford(_ instruction: Instruction) throws {
    guard instruction.controlCount == 0,
      CliffordAction.byGate[Int(instruction.gate.rawValue)] != nil
    else { throw notClifford(instruction) }
    apply(instruction.gate, toEachOf: circuit.targets(of: instruction))
  }

  /// A Clifford gate on qubits, as many at a time as it takes.
  mutating func apply(_ gate: Gate, toEachOf targets: ArraySlice<Target>) {
    let action = action(of: gate)
    let width = action.origins.count / 2
    guard targets.count >= width else { return }
    if !action.additions.isEmpty {
      startAdditions(atMost: targets.count / width * action.additions.count)
    }
    let isRenaming = action.isRenaming
    for position in stride(from: targets.startIndex, through: targets.endIndex - width, by: width) {
      let first = 2 * number(of: targets[position].value)
      let second = width > 1 ? 2 * number(of: targets[position + 1].value) : first
      func generator(_ local: UInt8) -> Int { (local < 2 ? first : second) + Int(local & 1) }
      for addition in action.additions {
        program.operands.append(rows[generator(addition.destination)])
        program.operands.append(rows[generator(addition.source)])
      }
      guard isRenaming else { continue }
      var old = SIMD4<UInt32>()
      for local in 0..<2 * width { old[local] = rows[generator(UInt8(local))] }
      for local in 0..<2 * width where local != Int(action.origins[local]) {
        rename(generator(UInt8(local)), to: old[Int(action.origins[local])])
      }
    }
    endAdditions()
  }

  private mutating func action(of gate: Gate) -> FrameAction {
    let index = Int(gate.rawValue)
    if let action = actions[index] { return action }
    let action = FrameAction(CliffordAction.byGate[index]!)
    actions[index] = action
    return action
  }

  /// A controlled Pauli whose control may be a record or a bit from outside.
  mutating func compileControlled(_ instruction: Instruction) throws {
    guard instruction.controlCount == 0 else { throw notClifford(instruction) }
    let targets = circuit.targets(of: instruction)
    guard targets.contains(where: \.isClassicalControl) else {
      return apply(instruction.gate, toEachOf: targets)
    }
    try circuit.forEachGroup(of: instruction) { group, _ in
      guard group.contains(where: \.isClassicalControl) else {
        return apply(instruction.gate, toEachOf: group)
      }
      let feedback: ClassicalFeedback?
      do throws(Diagnostic) {
        feedback = try ClassicalFeedback(
          instruction.gate, group[group.startIndex], group[group.startIndex + 1])
      } catch {
        throw Diagnostic(error.message, code: error.code, at: rangeOfFault, hint: error.hint)
      }
      if let feedback { try append(feedback) }
    }
  }

  private mutating func append(_ feedback: ClassicalFeedback) throws {
    let control = feedback.control
    if control.isRecord {
      try noteLookback(control.value)
    } else {
      program.sweepCount = max(program.sweepCount, control.value + 1)
    }
    let generator = 2 * number(of: feedback.qubit)
    let code: FrameProgram.Code = control.isRecord ? .feedback : .sweep
    if feedback.pauli.hasX {
      append(.init(code: code), [rows[generator], UInt32(control.value)])
    }
    if feedback.pauli.hasZ {
      append(.init(code: code), [rows[generator + 1], UInt32(control.value)])
    }
  }
}
