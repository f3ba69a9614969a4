import ComplexModule
import QuantumCore

/// Drops gates that undo the gate right before them, and multiplies neighbours on one qubit.
package enum Simplification {
  /// - Complexity: O(gates).
  package static func simplified(_ gates: [PlannedGate]) -> [PlannedGate] {
    var result: [PlannedGate?] = []
    result.reserveCapacity(gates.count)
    // For each qubit the gates on it that are left, the last one last.
    var history = [[Int]](repeating: [], count: 64)
    for gate in gates {
      let qubits = gate.qubits
      if qubits != 0, let index = history[qubits.trailingZeroBitCount].last,
        let before = result[index], before.qubits == qubits,
        qubits.bitPositions.allSatisfy({ history[$0].last == index })
      {
        if before.isUndone(by: gate) {
          result[index] = nil
          for qubit in qubits.bitPositions { history[qubit].removeLast() }
          continue
        }
        if let product = before.followed(by: gate) {
          result[index] = product
          continue
        }
      }
      for qubit in qubits.bitPositions { history[qubit].append(result.count) }
      result.append(gate)
    }
    return result.compactMap { $0 }
  }
}

extension PlannedGate {
  /// Whether the other gate, on the same qubits, is the inverse.
  fileprivate func isUndone(by other: PlannedGate) -> Bool {
    let (a, b) = (gate, other.gate)
    guard a.targets == b.targets, a.controlMask == b.controlMask, a.controlValue == b.controlValue,
      a.targets.count <= 2, let first = a.matrix, let second = b.matrix
    else { return false }
    return (second * first).distance(to: .identity(first.rowCount)) < 4e-16
  }

  /// This gate and then another on the same single qubit, as one; `nil` where there are more
  /// qubits.
  fileprivate func followed(by other: PlannedGate) -> PlannedGate? {
    guard gate.controlMask == 0, gate.targets.count == 1, other.gate.controlMask == 0,
      let first = gate.matrix, let second = other.gate.matrix
    else { return nil }
    return PlannedGate(
      GateApplication(matrix: second * first, targets: gate.targets),
      gateCount: gateCount + other.gateCount)
  }
}
