import QSim
import TestSupport

/// Made-up circuits that a stabilizer simulator runs.
enum CliffordCircuits {
  static let gates = Gate.allCases.filter { $0.definition.isClifford && $0 != .globalPhase }
  /// Clifford gates on one or two qubits.
  static let plainGates = gates.filter { $0.definition.qubitCount != nil }

  /// Gates, Pauli products included.
  static func unitary(qubits: Int, count: Int, using rng: inout PhiloxGenerator) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for _ in 0..<count { appendGate(to: &circuit, qubits: qubits, using: &rng) }
    return circuit
  }

  static func appendGate(
    to circuit: inout Circuit, qubits: Int, using rng: inout PhiloxGenerator
  ) {
    let gate = gates.randomElement(using: &rng)!
    guard let size = gate.definition.qubitCount else {
      return circuit.append(
        gate, targets: product(qubits: qubits, using: &rng))
    }
    guard size <= qubits else { return }
    let places = RandomCircuits.distinct(size, of: qubits, using: &rng)
    circuit.append(gate, targets: places.map { .qubit($0) })
  }

  private static func product(qubits: Int, using rng: inout PhiloxGenerator) -> [Target] {
    let size = Int.random(in: 1...min(3, qubits), using: &rng)
    var targets: [Target] = []
    for qubit in RandomCircuits.distinct(size, of: qubits, using: &rng) {
      if !targets.isEmpty { targets.append(.combiner) }
      let pauli = [Pauli.x, .y, .z].randomElement(using: &rng)!
      targets.append(.pauli(pauli, qubit, inverted: Bool.random(using: &rng)))
    }
    return targets
  }

  /// Gates among measurements, resets, feedback, classical control and, if wanted, noise; few
  /// enough records that outcomes can be listed.
  static func dynamic(
    qubits: Int, count: Int, withNoise: Bool, using rng: inout PhiloxGenerator
  ) -> Circuit {
    var circuit = Circuit(qubitCount: qubits, bitCount: 2)
    var records = 0
    for _ in 0..<count {
      let q = RandomCircuits.distinct(2, of: qubits, using: &rng)
      let flip: [Double] = withNoise && Bool.random(using: &rng) ? [0.1] : []
      switch Int.random(in: 0..<(withNoise ? 15 : 10), using: &rng) {
      case 0 where records < 6:
        let gate: Gate = [.m, .mx, .my, .mr, .mrx, .mry].randomElement(using: &rng)!
        circuit.append(
          gate, arguments: flip,
          targets: [.qubit(q[0], inverted: Bool.random(using: &rng)), .bit(0), .qubit(q[1])])
        records += 2
      case 1 where records < 6:
        let gate: Gate = [.mxx, .myy, .mzz].randomElement(using: &rng)!
        circuit.append(gate, targets: [.qubit(q[0]), .qubit(q[1], inverted: true)])
        records += 1
      case 2 where records < 6:
        let products = product(qubits: qubits, using: &rng) + product(qubits: qubits, using: &rng)
        circuit.append(.mpp, arguments: flip, targets: products)
        records += 2
      case 3: circuit.append([.reset, .resetX, .resetY].randomElement(using: &rng)!, q[0], q[1])
      case 4 where records > 0:
        let control = Target.record(Int.random(in: 1...records, using: &rng))
        circuit.append(
          [.cx, .cy, .cz].randomElement(using: &rng)!, targets: [control, .qubit(q[0])])
      case 5:
        circuit.appendIf(.bit(0)) {
          $0.append(.h, q[0])
        } else: {
          $0.append(.ry, [.pi / 2], q[1])
        }
      case 6: circuit.append(.cphase, [.pi], q[0], q[1])
      case 10: circuit.append(.depolarize1, [0.2], q[0])
      case 11: circuit.append(.depolarize2, [0.3], q[0], q[1])
      case 12: circuit.append(.pauliChannel1, [0.1, 0.05, 0.2], q[0])
      case 13:
        circuit.append(
          .correlatedError, arguments: [0.3], targets: [.pauli(.x, q[0]), .pauli(.y, q[1])])
        circuit.append(.elseCorrelatedError, arguments: [0.4], targets: [.pauli(.z, q[0])])
      case 14 where records < 6:
        circuit.append(.heraldedErase, [0.25], q[0])
        records += 1
      default: appendGate(to: &circuit, qubits: qubits, using: &rng)
      }
    }
    return circuit
  }
}
