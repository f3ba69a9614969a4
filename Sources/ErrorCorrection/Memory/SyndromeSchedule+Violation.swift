import QuantumCore

// Whether a round measures what the checks say: Z of every check qubit, taken back through the
// layers.

extension SyndromeSchedule {
  /// The first way in which the schedule is not one of its code, in words; `nil` for a schedule
  /// that is right.
  ///
  /// Looks at the operators of the code, for a `defect`, then at the layers: each acts once on a
  /// qubit; in every round each check qubit, prepared in |0⟩ before the round, reads the
  /// stabilizers that its check states; and a round does nothing else to logical operators than
  /// `dataRotation`. Signs are left aside, as detectors compare a check with its own past.
  ///
  /// - Complexity: linear in the gates, and in the checks times the layers times the weight of a
  ///   check.
  public var violation: String? {
    if let violation = code.violation ?? defect { return violation }
    do {
      let round = try RoundOfGates(self)
      for (number, check) in checks.enumerated() {
        for turn in check.readings.indices {
          try round.compareReading(ofCheck: number, turn: turn)
        }
      }
      for (number, logical) in code.logicals.enumerated() {
        try round.compareLogical(logical.x, "logical X \(number)")
        try round.compareLogical(logical.z, "logical Z \(number)")
      }
    } catch {
      return error.text
    }
    return nil
  }
}

/// What is wrong with a schedule.
private struct ScheduleViolation: Error {
  let text: String
}

/// The gates of a round by the qubit they act on.
private struct RoundOfGates {
  private struct Group {
    let qubits: [Int]
    /// What a mask of Paulis on the qubits was before the gate.
    let backwards: [UInt8]
  }

  private let schedule: SyndromeSchedule
  private var groups: [[Group]] = []
  /// Layer by layer, the group that acts on a qubit.
  private var places: [[Int: Int]] = []
  private let dataNumbers: [Int: Int]
  private let checkQubits: Set<Int>

  init(_ schedule: SyndromeSchedule) throws(ScheduleViolation) {
    self.schedule = schedule
    dataNumbers = Dictionary(
      uniqueKeysWithValues: schedule.dataQubits.enumerated().map { ($1, $0) })
    checkQubits = Set(schedule.checkQubits)
    for (number, layer) in schedule.layers.enumerated() {
      groups.append([])
      places.append([:])
      for operation in layer { try add(operation, toLayer: number) }
    }
  }

  private mutating func add(
    _ operation: SyndromeSchedule.Operation, toLayer layer: Int
  ) throws(ScheduleViolation) {
    guard let action = CliffordAction.byGate[Int(operation.gate.rawValue)],
      let inverse = operation.gate.definition.inverse(of: []),
      let backwards = CliffordAction.byGate[Int(inverse.gate.rawValue)]
    else { preconditionFailure("A schedule without a defect has Clifford gates") }
    let size = action.qubitCount
    for start in stride(from: 0, to: operation.qubits.count, by: size) {
      let qubits = Array(operation.qubits[start..<start + size])
      for qubit in qubits {
        guard places[layer].updateValue(groups[layer].count, forKey: qubit) == nil else {
          throw ScheduleViolation(text: "layer \(layer) acts on qubit \(qubit) twice")
        }
      }
      groups[layer].append(Group(qubits: qubits, backwards: backwards.unsigned))
    }
  }

  /// Compares what a check qubit reads at the end of a round with what the check states.
  func compareReading(ofCheck number: Int, turn: Int) throws(ScheduleViolation) {
    let check = schedule.checks[number]
    var operators = [check.qubit: Pauli.z]
    for _ in 0...turn { try pullBack(&operators, "check \(number)") }
    let read = try product(of: operators, "check \(number)")
    let stated = check.readings[turn].map { schedule.code.stabilizers[$0] }
      .reduce(SparsePauliString(.i, on: [])) { $0 * $1 }
    guard read == stated else {
      throw ScheduleViolation(
        text: "check \(number) reads \(read) in round \(turn + 1), not \(stated)")
    }
  }

  /// Compares a logical operator before a round with what it is after it.
  func compareLogical(_ logical: SparsePauliString, _ name: String) throws(ScheduleViolation) {
    var operators: [Int: Pauli] = [:]
    for factor in logical.factors {
      operators[schedule.dataQubits[factor.qubit]] = schedule.turned(factor.pauli, rounds: 1)
    }
    try pullBack(&operators, name)
    let before = try product(of: operators, name)
    guard before == logical else {
      throw ScheduleViolation(text: "\(name) comes of \(before) in a round, not of \(logical)")
    }
  }

  /// An operator on the qubits of the code.
  private func product(
    of operators: [Int: Pauli], _ name: String
  ) throws(ScheduleViolation) -> SparsePauliString {
    var factors: [(qubit: Int, pauli: Pauli)] = []
    for (qubit, pauli) in operators {
      guard let data = dataNumbers[qubit] else {
        throw ScheduleViolation(
          text: "\(name) touches qubit \(qubit), which is not of the schedule")
      }
      factors.append((data, pauli))
    }
    return SparsePauliString(factors)
  }

  /// What an operator after a round was before it; check qubits start in |0⟩, so that Z on them is
  /// no part of it.
  private func pullBack(
    _ operators: inout [Int: Pauli], _ name: String
  ) throws(ScheduleViolation) {
    for layer in groups.indices.reversed() { pull(&operators, backThrough: layer) }
    for qubit in operators.keys.sorted() where checkQubits.contains(qubit) {
      guard operators[qubit] == .z else {
        throw ScheduleViolation(
          text: "\(name) depends on \(operators[qubit]?.letter ?? "I") of check qubit \(qubit)")
      }
      operators[qubit] = nil
    }
  }

  /// P ↦ U†PU for the gates U of a layer, signs aside.
  private func pull(_ operators: inout [Int: Pauli], backThrough layer: Int) {
    let touched = Set(operators.keys.compactMap { places[layer][$0] })
    for place in touched {
      let group = groups[layer][place]
      var mask = 0
      for (index, qubit) in group.qubits.enumerated() {
        mask |= Int((operators[qubit] ?? .i).rawValue) << (2 * index)
      }
      let image = group.backwards[mask]
      for (index, qubit) in group.qubits.enumerated() {
        let pauli = Pauli(rawValue: image >> UInt8(2 * index) & 3)
        operators[qubit] = pauli == .i ? nil : pauli
      }
    }
  }
}
