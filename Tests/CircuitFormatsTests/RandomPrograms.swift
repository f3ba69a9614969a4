import QSim
import TestSupport

/// Made-up circuits with registers, conditions, loops, powers and many controls, few enough results
/// to list all outcomes.
enum RandomPrograms {
  static let qubitCount = 4

  /// - Parameter withBits: results are stored in registers, of which one has no name.
  static func circuit(withBits: Bool, using rng: inout PhiloxGenerator) -> Circuit {
    var circuit = Circuit()
    circuit.declareQubits("x", count: 2)
    circuit.declareQubits(["q_0", "rxx", "measure"].randomElement(using: &rng)!, count: 2)
    if withBits {
      circuit.declareBits("c", count: 2)
      circuit.declareBits(["c_0", "r"].randomElement(using: &rng)!, count: 1)
      circuit.declareBits("hidden", count: 2)
    }
    if Bool.random(using: &rng) { circuit.keepBitRegisters { $0.name != "hidden" } }
    var program = Builder(withBits: withBits)
    for _ in 0..<Int.random(in: 6...14, using: &rng) { program.append(to: &circuit, using: &rng) }
    return circuit
  }

  private struct Builder {
    let withBits: Bool
    var results = 0

    mutating func append(to circuit: inout Circuit, using rng: inout PhiloxGenerator) {
      switch Int.random(in: 0..<14, using: &rng) {
      case 0, 1: appendMeasurement(to: &circuit, using: &rng)
      case 2 where withBits && results > 0: appendBranch(to: &circuit, using: &rng)
      case 3:
        circuit.appendRepeat(UInt64.random(in: 1...3, using: &rng)) {
          RandomPrograms.appendGate(to: &$0, using: &rng)
          $0.append(.s, Int.random(in: 0..<4, using: &rng))
        }
      case 4 where results > 0 && !withBits:
        circuit.append(
          [.cx, .cy, .cz].randomElement(using: &rng)!,
          targets: [
            .record(Int.random(in: 1...results, using: &rng)),
            .qubit(Int.random(in: 0..<4, using: &rng)),
          ])
      case 5: circuit.append(.reset, Int.random(in: 0..<4, using: &rng))
      case 6:
        circuit.append(
          .delay, [Double(Int.random(in: 0...5000, using: &rng)) / 4],
          Int.random(in: 0..<2, using: &rng), 2)
      case 7: circuit.append(.barrier, 0, 3)
      default: RandomPrograms.appendGate(to: &circuit, using: &rng)
      }
    }

    private mutating func appendMeasurement(
      to circuit: inout Circuit, using rng: inout PhiloxGenerator
    ) {
      guard results < 5 else { return }
      results += 1
      let gate: Gate = [.m, .m, .mx, .my, .mr].randomElement(using: &rng)!
      var targets = [
        Target.qubit(
          Int.random(in: 0..<4, using: &rng), inverted: Int.random(in: 0..<4, using: &rng) == 0)
      ]
      if withBits { targets.append(.bit(Int.random(in: 0..<5, using: &rng))) }
      circuit.append(gate, targets: targets)
    }

    private mutating func appendBranch(
      to circuit: inout Circuit, using rng: inout PhiloxGenerator
    ) {
      let conditions: [ClassicalExpression] = [
        .bit(0), .bit(2), .unary(.logicalNot, .bit(1)), .binary(.equal, .bit(2), .integer(1)),
        .binary(.equal, .bits(start: 0, count: 2), .integer(2)),
        .binary(.equal, .bits(start: 3, count: 2), .integer(1)), .bit(4), .integer(1),
      ]
      let condition = conditions.randomElement(using: &rng)!
      let pauli: Gate = [.x, .y, .z].randomElement(using: &rng)!
      let qubits = (Int.random(in: 0..<4, using: &rng), Int.random(in: 0..<4, using: &rng))
      if Bool.random(using: &rng) {
        circuit.appendIf(condition) { $0.append(pauli, qubits.0) }
      } else {
        circuit.appendIf(condition) {
          $0.append(pauli, qubits.0)
        } else: {
          $0.append(.x, qubits.1)
        }
      }
    }
  }

  /// A gate, a power of one, or a gate under up to three controls.
  static func appendGate(to circuit: inout Circuit, using rng: inout PhiloxGenerator) {
    let qubits = (0..<qubitCount).shuffled(using: &rng)
    switch Int.random(in: 0..<6, using: &rng) {
    case 0:
      let gate: Gate = [.swap, .cx, .iswap, .ccx, .h, .ecr].randomElement(using: &rng)!
      let power = gate.definition.matrix!([]).power(
        [0.3, 0.5, -0.25, 1.0 / 3].randomElement(using: &rng)!)
      circuit.append(
        .unitary, arguments: GateDefinition.flattened(power),
        targets: qubits.prefix(gate.definition.qubitCount!).map { .qubit($0) })
    case 1:
      let gate: Gate = [.x, .z, .h, .t, .swap, .rx, .phase, .globalPhase, .u3, .rzz].randomElement(
        using: &rng)!
      let own = gate.definition.qubitCount!
      let controls = Int.random(in: 1...qubitCount - max(1, own), using: &rng)
      circuit.append(
        gate, arguments: RandomCircuits.angles(gate, using: &rng),
        targets: qubits.prefix(own + controls).enumerated().map {
          .qubit($0.element, inverted: $0.offset < controls && Bool.random(using: &rng))
        }, controlCount: controls)
    default:
      let gates = Gate.unitaryGates.filter {
        $0 != .unitary && ($0.definition.qubitCount ?? 9) <= qubitCount
      }
      let gate = gates.randomElement(using: &rng)!
      circuit.append(
        gate, arguments: RandomCircuits.angles(gate, using: &rng),
        targets: qubits.prefix(gate.definition.qubitCount!).map { .qubit($0) })
    }
  }
}
