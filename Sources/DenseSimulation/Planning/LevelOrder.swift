import QuantumCore

/// Brings gates that can be applied at the same time together: turns as early as they can be, and
/// diagonals as late, so that few products of phases stand between many turns.
package enum LevelOrder {
  /// The same product of gates in another order.
  ///
  /// - Complexity: O(gates).
  package static func sorted(_ gates: [PlannedGate]) -> [PlannedGate] {
    let levels = levels(of: gates)
    // Phases of level l stand before what turns at level l.
    var starts = [Int](repeating: 0, count: 2 * ((levels.max() ?? 0) + 2))
    func place(_ index: Int) -> Int { 2 * levels[index] + (gates[index].turned == 0 ? 0 : 1) }
    for index in gates.indices { starts[place(index) + 1] += 1 }
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    var order = [Int](repeating: 0, count: gates.count)
    for index in gates.indices {
      order[starts[place(index)]] = index
      starts[place(index)] += 1
    }
    return order.map { gates[$0] }
  }

  private static func levels(of gates: [PlannedGate]) -> [Int] {
    var levels = [Int](repeating: 0, count: gates.count)
    // By qubit: the last level that turns it, and the level of the last phases on it.
    var turned = [Int](repeating: 0, count: 64)
    var kept = [Int](repeating: 0, count: 64)
    for (index, gate) in gates.enumerated() {
      let qubits = gate.qubits.bitPositions
      if gate.turned == 0 {
        levels[index] = 1 + (qubits.map { turned[$0] }.max() ?? 0)
        for qubit in qubits { kept[qubit] = max(kept[qubit], levels[index]) }
      } else {
        // Rotations of one qubit add up.
        let step = gate.rotation == nil ? 1 : 0
        levels[index] = qubits.reduce(1) { max($0, turned[$1] + step, kept[$1]) }
        for qubit in qubits { turned[qubit] = levels[index] }
      }
    }
    let last = turned.max() ?? 0
    var next = [Int](repeating: .max, count: 64)
    for (index, gate) in gates.enumerated().reversed() {
      let qubits = gate.qubits.bitPositions
      if gate.turned == 0 {
        let latest = qubits.map { next[$0] }.min() ?? .max
        levels[index] = latest == .max ? max(levels[index], last) : latest
      } else {
        for qubit in qubits { next[qubit] = levels[index] }
      }
    }
    return levels
  }
}
