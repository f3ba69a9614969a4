import CircuitFormats
import QSim
import QuantumCore
import StabilizerSimulation
import TestSupport

/// The circuit of a `.stim` text.
func stim(_ text: String) throws -> Circuit { try StimParser.parse(Array(text.utf8)) }

/// The text of a circuit, for messages.
func stimText(_ circuit: Circuit) -> String {
  (try? StimWriter.write(circuit)) ?? "a circuit without a text"
}

extension Circuit {
  /// One possible noiseless record, by density matrices.
  func slowReference(sweepBits: [Bool] = []) throws -> BitVector {
    let records = try ReferenceSimulator.distribution(of: withoutNoise(), sweepBits: sweepBits)
    let possible = records.filter { $0.value > 1e-9 }.keys.map(\.record)
    return possible.min { $0.description < $1.description } ?? BitVector(count: 0)
  }
}

/// How often each row of a table occurs.
func rowCounts(_ table: BitTable) -> [String: Int] {
  var counts: [String: Int] = [:]
  for row in 0..<table.rowCount { counts[table.row(row).description, default: 0] += 1 }
  return counts
}

/// Made-up circuits of all that frames can follow.
enum RandomNoisyCliffords {
  static let cliffords = Gate.allCases.filter { CliffordAction.byGate[Int($0.rawValue)] != nil }

  static func circuit(qubits: Int, steps: Int, using rng: inout PhiloxGenerator) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    var records = 0
    for qubit in 0..<qubits where Bool.random(using: &rng) { circuit.append(.h, qubit) }
    for _ in 0..<steps { append(to: &circuit, qubits, &records, &rng) }
    for qubit in 0..<qubits where records < 7 {
      circuit.append(.m, qubit)
      records += 1
    }
    return circuit
  }

  private static func append(
    to circuit: inout Circuit, _ qubits: Int, _ records: inout Int, _ rng: inout PhiloxGenerator
  ) {
    let q = RandomCircuits.distinct(qubits, of: qubits, using: &rng)
    func pauli(_ qubit: Int, _ rng: inout PhiloxGenerator) -> Target {
      .pauli(
        [Pauli.x, .y, .z].randomElement(using: &rng)!, qubit, inverted: Bool.random(using: &rng))
    }
    func noisy(_ rng: inout PhiloxGenerator) -> [Double] {
      Bool.random(using: &rng) ? [0.15] : []
    }
    let hasRoom = records < 6
    switch Int.random(in: 0..<16, using: &rng) {
    case 0 where hasRoom:
      let gate = [Gate.m, .mx, .my, .mr, .mrx, .mry].randomElement(using: &rng)!
      circuit.append(
        gate, arguments: noisy(&rng), targets: [.qubit(q[0], inverted: Bool.random(using: &rng))])
      records += 1
    case 1 where hasRoom:
      circuit.append(
        [.mxx, .myy, .mzz].randomElement(using: &rng)!, arguments: noisy(&rng),
        targets: [.qubit(q[0]), .qubit(q[1], inverted: Bool.random(using: &rng))])
      records += 1
    case 2 where hasRoom:
      let factors = q.prefix(Int.random(in: 1...qubits, using: &rng)).map { pauli($0, &rng) }
      circuit.append(
        .mpp, arguments: noisy(&rng), targets: Array(factors.map { [$0] }.joined(by: .combiner)))
      records += 1
    case 3:
      let factors = q.prefix(Int.random(in: 1...qubits, using: &rng)).map { pauli($0, &rng) }
      circuit.append(
        [.spp, .sppDag].randomElement(using: &rng)!,
        targets: Array(factors.map { [$0] }.joined(by: .combiner)))
    case 4: circuit.append([.reset, .resetX, .resetY].randomElement(using: &rng)!, q[0])
    case 5 where records > 0:
      let control = Target.record(Int.random(in: 1...records, using: &rng))
      let gate = [Gate.cx, .cy, .cz, .xcz, .ycz].randomElement(using: &rng)!
      let isReversed = gate == .xcz || gate == .ycz
      circuit.append(
        gate, targets: isReversed ? [.qubit(q[0]), control] : [control, .qubit(q[0])])
    case 6 where hasRoom:
      circuit.append(
        .heraldedPauliChannel1, [0.1, 0.2, 0.05, 0.15], q[0])
      records += 1
    case 7:
      circuit.append(
        .correlatedError, arguments: [0.3],
        targets: [.pauli(.x, q[0]), .pauli(.y, q[1])])
      circuit.append(
        .elseCorrelatedError, arguments: [0.4], targets: [.pauli(.z, q[0]), .pauli(.x, q[1])])
    case 8, 9:
      let channels =
        [Gate.xError, .yError, .zError, .depolarize1, .depolarize2, .pauliChannel1]
        + [.pauliChannel2]
      let gate = channels.randomElement(using: &rng)!
      let size = gate.definition.qubitCount!
      let count = gate.definition.parameters.count
      circuit.append(
        gate,
        arguments: (0..<count).map { _ in 0.01 + rng.uniform() * 0.5 / Double(count) },
        targets: q.prefix(size).map { .qubit($0) })
    case 10 where hasRoom:
      // A block whose body renames rows.
      circuit.appendRepeat(UInt64(Int.random(in: 2...3, using: &rng))) {
        $0.append([.h, .cXYZ, .sqrtY].randomElement(using: &rng)!, q[0])
        $0.append([.swap, .iswap, .cxswap].randomElement(using: &rng)!, q[0], q[1])
        $0.append(.depolarize1, [0.1], q[0])
      }
    default:
      let gate = cliffords.randomElement(using: &rng)!
      circuit.append(
        gate, targets: q.prefix(gate.definition.qubitCount!).map { .qubit($0) })
    }
  }
}

extension Collection where Element == [Target] {
  fileprivate func joined(by separator: Target) -> [Target] {
    Array(joined(separator: [separator]))
  }
}
