import QuantumCore

// Whether a schedule can be written as a circuit at all; what the circuit then measures is looked
// at by `violation`.

extension SyndromeSchedule {
  /// The first thing for which no circuit can be written, in words; `nil` for a schedule that has
  /// circuits.
  ///
  /// Qubits have numbers that circuits can have, and places of their own; coordinates are finite
  /// numbers, as many for every check; what a check reads comes back after few rounds; layers hold
  /// Clifford gates on one or two qubits, each of them given as many qubits as it acts on.
  ///
  /// - Complexity: linear in the qubits, the gates and the readings of the checks.
  public var defect: String? {
    qubitDefect ?? coordinateDefect ?? checkDefect ?? rotationDefect ?? layers.defect
  }

  /// Detectors are told of combinations of the records of so many rounds, all of which are tried.
  private static var memoryLimit: Int { 12 }
  /// Coordinates of a detector, one of which is the time.
  private static var coordinateLimit: Int { 254 }

  private var qubitDefect: String? {
    var used = Set<Int>(minimumCapacity: dataQubits.count + checks.count)
    for qubit in [dataQubits, checkQubits].joined() {
      if let defect = qubit.defectOfQubit { return defect }
      guard used.insert(qubit).inserted else { return "two qubits have the same place, \(qubit)" }
    }
    return nil
  }

  private var coordinateDefect: String? {
    let places =
      code.coordinates.enumerated().map { ("data qubit \($0)", $1) }
      + checks.enumerated().map { ("check \($0)", $1.coordinates) }
    for (name, coordinates) in places {
      if let number = coordinates.first(where: { !$0.isFinite }) {
        return "\(name): the coordinate \(number) is not a finite number"
      }
      guard coordinates.count <= Self.coordinateLimit else {
        return "\(name) has \(coordinates.count) coordinates; up to \(Self.coordinateLimit) are "
          + "accepted"
      }
    }
    let count = checks.first?.coordinates.count ?? 0
    guard let odd = checks.firstIndex(where: { $0.coordinates.count != count }) else { return nil }
    return "check \(odd) has \(checks[odd].coordinates.count) coordinates, check 0 has \(count)"
  }

  private var checkDefect: String? {
    for (number, check) in checks.enumerated() where check.memory > Self.memoryLimit {
      return "check \(number): only the records of \(check.memory) rounds cancel; up to "
        + "\(Self.memoryLimit) are accepted"
    }
    let rounds = (checks.lazy.map(\.memory).max() ?? 1) + 1
    let records = UInt64(checks.count).saturatingMultiply(UInt64(rounds))
      .saturatingAdd(UInt64(dataQubits.count))
    guard records < UInt64(Target.valueLimit) else {
      return "detectors look back \(records) records; up to \(Target.valueLimit - 1) are accepted"
    }
    return nil
  }

  private var rotationDefect: String? {
    guard let dataRotation else { return nil }
    guard CliffordAction.byGate[Int(dataRotation.rawValue)]?.qubitCount == 1 else {
      return "the data rotation \(dataRotation.definition.name) is not a Clifford gate on one qubit"
    }
    return nil
  }
}

extension [[SyndromeSchedule.Operation]] {
  fileprivate var defect: String? {
    for (layer, operations) in enumerated() {
      for (number, operation) in operations.enumerated() {
        if let defect = operation.defect {
          return "layer \(layer), operation \(number): \(defect)"
        }
      }
    }
    return nil
  }
}

extension SyndromeSchedule.Operation {
  fileprivate var defect: String? {
    let name = gate.definition.name
    guard let size = CliffordAction.byGate[Int(gate.rawValue)]?.qubitCount else {
      return "\(name) is not a Clifford gate on one or two qubits"
    }
    guard qubits.count % size == 0 else {
      return "\(name) acts on pairs of qubits, and \(qubits.count) qubits are given"
    }
    if let defect = qubits.lazy.compactMap(\.defectOfQubit).first { return defect }
    guard size == 2 else { return nil }
    for start in stride(from: 0, to: qubits.count, by: 2) where qubits[start] == qubits[start + 1] {
      return "\(name) acts on qubit \(qubits[start]) twice"
    }
    return nil
  }
}

extension Int {
  /// What is wrong with the number of a qubit.
  fileprivate var defectOfQubit: String? {
    (0..<Target.qubitLimit).contains(self)
      ? nil : "qubit \(self) is outside 0..<\(Target.qubitLimit)"
  }
}
