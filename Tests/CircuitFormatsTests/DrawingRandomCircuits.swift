import QuantumCore

/// Circuits for the laws of drawings.
enum DrawingRandomCircuits {
  /// A circuit of one instruction; `nil` if the gate makes none or takes no controls.
  static func single(_ gate: Gate, controlCount: Int) -> Circuit? {
    var circuit = Circuit()
    var generator = PhiloxGenerator(seed: UInt64(gate.rawValue))
    return append(gate, to: &circuit, controlCount: controlCount, &generator) ? circuit : nil
  }

  /// Any mixture of gates and blocks.
  static func circuit(_ generator: inout PhiloxGenerator) -> Circuit {
    var circuit = Circuit()
    if roll(2, &generator) == 0 {
      circuit.declareQubits("q", count: 3)
      circuit.declareQubits("anc", count: 2)
    }
    circuit.declareBits("c", count: 3)
    circuit.declareBits("d", count: 1)
    let variable = circuit.declareVariable("v", initialValue: .real(0.25))
    fill(&circuit, depth: 0, variable, &generator)
    return circuit
  }

  private static func roll(_ count: Int, _ generator: inout PhiloxGenerator) -> Int {
    Int.random(in: 0..<count, using: &generator)
  }

  private static func fill(
    _ circuit: inout Circuit, depth: Int, _ variable: Int, _ generator: inout PhiloxGenerator
  ) {
    for _ in 0..<(2 + roll(depth == 0 ? 14 : 6, &generator)) {
      let choice = roll(depth < 3 ? 24 : 18, &generator)
      let condition = condition(variable, &generator)
      switch choice {
      case 0: circuit.appendAssign(condition, to: .bits(start: 1, count: 3))
      case 1:
        circuit.appendAssign(condition, to: .bit(start: 0, count: 3, index: .variable(variable)))
      case 2: circuit.appendAssign(condition, to: .variable(variable))
      case 3:
        circuit.appendLeave(
          [.halt, .endLoop(levels: 1), .nextTurn(levels: 2)][roll(3, &generator)])
      case 18:
        circuit.appendRepeat(1 << UInt64(roll(64, &generator)), tag: "t") {
          fill(&$0, depth: depth + 1, variable, &generator)
        }
      case 19: circuit.appendWhile(condition) { fill(&$0, depth: depth + 1, variable, &generator) }
      case 20:
        circuit.appendIf(condition) {
          fill(&$0, depth: depth + 1, variable, &generator)
        } else: {
          fill(&$0, depth: depth + 1, variable, &generator)
        }
      case 21: circuit.appendIf(condition) { _ in }
      case 22, 23:
        circuit.appendIf(condition) {
          let gate = Gate.allCases[roll(Gate.allCases.count, &generator)]
          _ = append(gate, to: &$0, controlCount: 0, &generator)
        }
      default:
        let gate = Gate.allCases[roll(Gate.allCases.count, &generator)]
        _ = append(gate, to: &circuit, controlCount: max(0, roll(4, &generator) - 2), &generator)
      }
    }
  }

  private static func condition(
    _ variable: Int, _ generator: inout PhiloxGenerator
  ) -> ClassicalExpression {
    switch roll(6, &generator) {
    case 0: .bit(roll(4, &generator))
    case 1: .binary(.equal, .bits(start: 0, count: 3), .integer(2))
    case 2: .unary(.logicalNot, .bit(3))
    case 3: .record(1 + roll(4, &generator))
    case 4: .binary(.less, .variable(variable), .real(0.5))
    default:
      .binary(
        .logicalAnd, .bits(start: 2, count: 2), .binary(.divide, .integer(1), .variable(variable)))
    }
  }

  /// Appends a valid instruction of the gate, if it can.
  private static func append(
    _ gate: Gate, to circuit: inout Circuit, controlCount: Int, _ generator: inout PhiloxGenerator
  ) -> Bool {
    let definition = gate.definition
    if gate == .repeatBlock { return false }
    var arguments = (0..<definition.argumentCount.lowerBound).map { Double($0 % 5) * 0.01 + 0.003 }
    var qubits = Array(0..<8)
    qubits.shuffle(using: &generator)
    var targets: [Target] = []
    switch definition.shape {
    case .each(let count):
      targets = qubits.prefix(count + controlCount).enumerated().map { index, qubit in
        .qubit(
          gate == .mpad ? qubit % 2 : qubit,
          inverted: index < controlCount && roll(2, &generator) == 0)
      }
      if definition.allowsClassicalControl, roll(4, &generator) == 0, count > 0 {
        targets[controlCount + roll(count, &generator)] =
          roll(2, &generator) == 0 ? .record(2) : .sweep(1)
      }
      if definition.recordsPerGroup == 1, circuit.bitCount > 0, roll(2, &generator) == 0 {
        targets.append(.bit(roll(circuit.bitCount, &generator)))
      }
    case .products:
      targets = [
        .pauli(.x, qubits[0]), .combiner, .pauli(.y, qubits[1]), .combiner, .pauli(.z, qubits[0]),
        .pauli(.z, qubits[2]),
      ]
    case .whole: targets = whole(gate, qubits, controlCount, &arguments)
    case .none: break
    }
    do {
      try circuit.appendChecked(
        gate, arguments: arguments, targets: targets, controlCount: controlCount,
        tag: roll(5, &generator) == 0 ? "note" : "")
      return true
    } catch {
      return false
    }
  }

  private static func whole(
    _ gate: Gate, _ qubits: [Int], _ controlCount: Int, _ arguments: inout [Double]
  ) -> [Target] {
    switch gate {
    case .detector: return [.record(1), .record(3)]
    case .observableInclude: return [.record(1), .pauli(.x, qubits[0])]
    case .correlatedError, .elseCorrelatedError:
      return [.pauli(.x, qubits[0]), .pauli(.z, qubits[3]), .pauli(.y, qubits[0])]
    case .unitary:
      arguments = GateDefinition.flattened(.identity(4))
      return qubits.prefix(2 + controlCount).map { .qubit($0) }
    default: return qubits.prefix(3).map { .qubit($0) }
    }
  }
}
