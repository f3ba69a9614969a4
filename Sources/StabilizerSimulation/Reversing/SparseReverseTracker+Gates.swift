import QuantumCore

// How Clifford gates and feedback move symptoms.

extension SparseReverseTracker {
  func undo(_ instruction: Instruction, _ operations: CliffordRowOperations) throws {
    let targets = targets(of: instruction)
    let steps = operations.steps
    if steps.isEmpty { return }
    if operations.qubitCount == 1 {
      for target in targets {
        for step in steps { perform(step, target.value, target.value) }
      }
      return
    }
    var position = targets.count - 2
    while position >= 0 {
      let (first, second) = (targets[position], targets[position + 1])
      if first.isQubit, second.isQubit {
        for step in steps { perform(step, first.value, second.value) }
      } else {
        try undoFeedback(instruction, first, second)
      }
      position -= 2
    }
  }

  /// Steps back over a circuit of plain Clifford gates of one and two qubits, which need not be
  /// part of this one.
  func undo(gatesOf gates: Circuit) {
    for node in gates.nodes().reversed() {
      guard case .instruction(let instruction) = node,
        let operations = CliffordRowOperations.byGate[Int(instruction.gate.rawValue)]
      else { continue }
      let size = operations.qubitCount
      let targets = Array(gates.targets(of: instruction))
      for start in stride(from: targets.count - size, through: 0, by: -size) {
        for step in operations.steps {
          perform(step, targets[start].value, targets[start + size - 1].value)
        }
      }
    }
  }

  @inline(__always)
  private func perform(_ step: CliffordRowOperations.Step, _ first: Int, _ second: Int) {
    @inline(__always) func place(_ row: UInt8) -> Int {
      2 * (row < 2 ? first : second) + Int(row & 1)
    }
    switch step {
    case .add(let a, let b):
      let source = qubitRows[place(b)]
      if !rows.isEmpty(source) {
        let target = place(a)
        rows.xor(source, into: row(target >> 1, target & 1))
      }
    case .swap(let a, let b):
      let (x, y) = (place(a), place(b))
      if qubitRows[x] | qubitRows[y] == 0 { return }
      let row = self.row(x >> 1, x & 1)
      _ = self.row(y >> 1, y & 1)
      qubitRows[x] = qubitRows[y]
      qubitRows[y] = row
    }
  }

  /// A Pauli applied if a record is 1: a flip of the record flips what the Pauli would.
  private func undoFeedback(_ instruction: Instruction, _ first: Target, _ second: Target) throws {
    let found: ClassicalFeedback?
    do throws(Diagnostic) {
      found = try ClassicalFeedback(instruction.gate, first, second)
    } catch {
      throw CircuitError(error.code, error.message, hint: error.hint)
    }
    guard let feedback = found, feedback.control.isRecord else { return }
    let record = try recordRow(lookback: feedback.control.value)
    if feedback.pauli.hasX { rows.xor(qubitRows[2 * feedback.qubit], into: record) }
    if feedback.pauli.hasZ { rows.xor(qubitRows[2 * feedback.qubit + 1], into: record) }
  }

  /// e^{iπP/4}: an error that anticommutes with P comes out multiplied by P.
  func undoProductRotations(_ instruction: Instruction) throws {
    for product in try products(of: instruction).reversed() {
      gather(product)
      spread(scratchRow, overErrorsAnticommutingWith: product)
    }
  }
}
