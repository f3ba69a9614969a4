import Numerics
import QSim

/// Made-up circuits; the same generator state gives the same circuit.
public enum RandomCircuits {
  /// Catalog gates with random angles, controls and qubits.
  public static func gates(
    qubits: Int, count: Int, using rng: inout PhiloxGenerator
  ) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for _ in 0..<count {
      if qubits > 1, Int.random(in: 0..<12, using: &rng) == 0 {
        appendProduct(to: &circuit, qubits: qubits, using: &rng)
      } else {
        appendGate(to: &circuit, qubits: qubits, using: &rng)
      }
    }
    return circuit
  }

  /// Two-qubit unitaries of many kinds on random pairs, now and then another gate between them.
  public static func pairs(
    qubits: Int, count: Int, using rng: inout PhiloxGenerator
  ) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for _ in 0..<count {
      if Int.random(in: 0..<5, using: &rng) == 0 {
        appendGate(to: &circuit, qubits: qubits, using: &rng)
        continue
      }
      let pair = distinct(2, of: qubits, using: &rng)
      for _ in 0..<Int.random(in: 1...3, using: &rng) {
        for qubit in pair where Int.random(in: 0..<4, using: &rng) > 0 {
          circuit.append(.u3, angles(.u3, using: &rng), qubit)
        }
        let gate: Gate = [.cx, .rxx, .rzz, .fsim, .su4].randomElement(using: &rng)!
        circuit.append(gate, angles(gate, using: &rng), pair[0], pair[1])
      }
    }
    return circuit
  }

  /// Gates among measurements, resets, feedback and, if wanted, noise. Few enough records that
  /// outcomes can be listed.
  public static func dynamic(
    qubits: Int, count: Int, withNoise: Bool, using rng: inout PhiloxGenerator
  ) -> Circuit {
    var circuit = Circuit(qubitCount: qubits, bitCount: 2)
    var records = 0
    for _ in 0..<count {
      let q = distinct(2, of: qubits, using: &rng)
      switch Int.random(in: 0..<(withNoise ? 14 : 9), using: &rng) {
      case 0 where records < 6:
        let gate: Gate = [.m, .mx, .my, .mr, .mrx, .mry].randomElement(using: &rng)!
        let flip: [Double] = withNoise && Bool.random(using: &rng) ? [0.1] : []
        circuit.append(
          gate, arguments: flip,
          targets: [
            .qubit(q[0], inverted: Bool.random(using: &rng)),
            .bit(Int.random(in: 0..<2, using: &rng)),
          ])
        records += 1
      case 1 where records < 6:
        let gate: Gate = [.mxx, .myy, .mzz].randomElement(using: &rng)!
        circuit.append(gate, targets: [.qubit(q[0]), .qubit(q[1], inverted: true)])
        records += 1
      case 2 where records < 6:
        let paulis: [Pauli] = [.x, .y, .z]
        circuit.append(
          .mpp,
          targets: [
            .pauli(paulis.randomElement(using: &rng)!, q[0]), .combiner,
            .pauli(paulis.randomElement(using: &rng)!, q[1], inverted: Bool.random(using: &rng)),
          ])
        records += 1
      case 3: circuit.append([.reset, .resetX, .resetY].randomElement(using: &rng)!, q[0])
      case 4 where records > 0:
        let control = Target.record(Int.random(in: 1...records, using: &rng))
        let gate: Gate = [.cx, .cy, .cz].randomElement(using: &rng)!
        circuit.append(gate, targets: [control, .qubit(q[0])])
      case 5:
        circuit.appendIf(.bit(Int.random(in: 0..<2, using: &rng))) {
          $0.append(.h, q[0])
        } else: {
          $0.append(.ry, [0.7], q[1])
        }
      case 8: appendProduct(to: &circuit, qubits: qubits, using: &rng)
      case 9: circuit.append(.depolarize1, [0.2], q[0])
      case 10: circuit.append(.depolarize2, [0.3], q[0], q[1])
      case 11: circuit.append(.pauliChannel1, [0.1, 0.05, 0.2], q[0])
      case 12:
        circuit.append(
          .correlatedError, arguments: [0.3], targets: [.pauli(.x, q[0]), .pauli(.y, q[1])])
        circuit.append(.elseCorrelatedError, arguments: [0.4], targets: [.pauli(.z, q[0])])
      case 13 where records < 6:
        circuit.append(.heraldedErase, [0.25], q[0])
        records += 1
      default: appendGate(to: &circuit, qubits: qubits, using: &rng)
      }
    }
    return circuit
  }

  /// Channels of the catalog that record nothing and depend on nothing, on random qubits.
  public static func appendNoise(
    to circuit: inout Circuit, count: Int, using rng: inout PhiloxGenerator
  ) {
    let channels = Gate.allCases.filter { gate in
      guard let size = gate.definition.qubitCount, gate.definition.isNoise else { return false }
      return size <= circuit.qubitCount && gate.definition.recordsPerGroup == 0
    }
    for _ in 0..<count {
      let gate = channels.randomElement(using: &rng)!
      let qubits = distinct(gate.definition.qubitCount!, of: circuit.qubitCount, using: &rng)
      circuit.append(
        gate, arguments: gate.definition.sampleArguments(seed: rng.next() >> 32),
        targets: qubits.map { .qubit($0) })
    }
  }

  /// A phase on a random Pauli product of two qubits.
  private static func appendProduct(
    to circuit: inout Circuit, qubits: Int, using rng: inout PhiloxGenerator
  ) {
    let q = distinct(2, of: qubits, using: &rng)
    let paulis: [Pauli] = [.x, .y, .z]
    circuit.append(
      [.spp, .sppDag].randomElement(using: &rng)!,
      targets: [
        .pauli(paulis.randomElement(using: &rng)!, q[0], inverted: Bool.random(using: &rng)),
        .combiner,
        .pauli(paulis.randomElement(using: &rng)!, q[1]),
      ])
  }

  /// A gate of the catalog that fits on so many qubits, sometimes with more controls.
  public static func appendGate(
    to circuit: inout Circuit, qubits: Int, using rng: inout PhiloxGenerator
  ) {
    while true {
      let gate = Gate.unitaryGates.randomElement(using: &rng)!
      guard let size = gate.definition.qubitCount, size <= qubits else { continue }
      let controls = size < qubits && Int.random(in: 0..<5, using: &rng) == 0 ? 1 : 0
      let places = distinct(size + controls, of: qubits, using: &rng)
      circuit.append(
        gate, arguments: angles(gate, using: &rng),
        targets: places.enumerated().map {
          .qubit($0.element, inverted: $0.offset < controls && Bool.random(using: &rng))
        }, controlCount: controls)
      return
    }
  }

  /// Random arguments for a gate.
  public static func angles(_ gate: Gate, using rng: inout PhiloxGenerator) -> [Double] {
    gate.definition.parameters.map { _ in (rng.uniform() - 0.5) * 12 }
  }

  /// Distinct numbers below `limit` in random order.
  public static func distinct(_ count: Int, of limit: Int, using rng: inout PhiloxGenerator)
    -> [Int]
  {
    Array((0..<limit).shuffled(using: &rng).prefix(count))
  }

  /// A normalised state with normally distributed amplitudes.
  public static func amplitudes(qubits: Int, using rng: inout PhiloxGenerator) -> [Complex<Double>]
  {
    let numbers = (0..<2 << qubits).map { _ in rng.normal() }
    let norm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (0..<1 << qubits).map { Complex(numbers[2 * $0] / norm, numbers[2 * $0 + 1] / norm) }
  }
}
