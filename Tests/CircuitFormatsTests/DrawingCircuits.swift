import QuantumCore
import Testing

/// Circuits with a drawing in `Fixtures/Drawings`.
enum DrawingCircuits {
  struct Entry: Sendable, CustomTestStringConvertible {
    let name: String
    let circuit: Circuit
    var testDescription: String { name }
  }

  static let all: [Entry] = [
    Entry(name: "bell", circuit: bell), Entry(name: "teleport", circuit: teleport),
    Entry(name: "fourier", circuit: fourier), Entry(name: "controls", circuit: controls),
    Entry(name: "boxes", circuit: boxes), Entry(name: "repetition", circuit: repetition),
    Entry(name: "noise", circuit: noise), Entry(name: "products", circuit: products),
    Entry(name: "feedback", circuit: feedback), Entry(name: "control-flow", circuit: controlFlow),
    Entry(name: "variables", circuit: variables), Entry(name: "huge-register", circuit: huge),
    Entry(name: "empty", circuit: Circuit()), Entry(name: "long", circuit: long),
  ]

  static var bell: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 2)
    circuit.declareBits("c", count: 2)
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 1)
    circuit.measure(0, into: 0)
    circuit.measure(1, into: 1)
    return circuit
  }

  static var teleport: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("message", count: 1)
    circuit.declareQubits("pair", count: 2)
    circuit.declareBits("c", count: 2)
    circuit.declareBits("out", count: 1)
    circuit.append(.u3, [0.3, 0.2, -Double.pi / 8], 0)
    circuit.append(.h, 1)
    circuit.append(.cx, 1, 2)
    circuit.append(.barrier, 0, 1, 2)
    circuit.append(.cx, 0, 1)
    circuit.append(.h, 0)
    circuit.measure(0, into: 0)
    circuit.measure(1, into: 1)
    circuit.appendIf(.bit(1)) { $0.append(.x, 2) }
    circuit.appendIf(.bit(0)) { $0.append(.z, 2) }
    circuit.measure(2, into: 2)
    return circuit
  }

  static var fourier: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 4)
    for target in (0..<4).reversed() {
      circuit.append(.h, target)
      for control in (0..<target).reversed() {
        circuit.append(.cphase, [.pi / Double(1 << (target - control))], control, target)
      }
    }
    circuit.append(.swap, 0, 3, 1, 2)
    return circuit
  }

  static var controls: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 5)
    circuit.append(.ccx, 0, 2, 4)
    circuit.append(.cswap, 4, 1, 2)
    circuit.append(.ccz, 0, 1, 2)
    circuit.append(
      .ry, arguments: [0.1234567], targets: [.qubit(4, inverted: true), .qubit(0), .qubit(2)],
      controlCount: 2)
    circuit.append(.c4x, 0, 1, 2, 3, 4)
    circuit.append(
      .globalPhase, arguments: [.pi / 4], targets: [.qubit(0), .qubit(3)], controlCount: 2)
    circuit.append(.globalPhase, arguments: [-.pi / 2], targets: [])
    circuit.append(
      .iswap, arguments: [], targets: [.qubit(1), .qubit(0), .qubit(2)], controlCount: 1)
    circuit.append(
      .rzx, arguments: [1], targets: [.qubit(4), .qubit(0), .qubit(2)], controlCount: 1)
    return circuit
  }

  static var boxes: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("a", count: 2)
    circuit.declareQubits("bus", count: 3)
    circuit.append(.rzx, [.pi / 2], 3, 1)
    circuit.append(.iswap, 0, 1)
    circuit.append(.ecr, 0, 2)
    circuit.append(ComplexMatrix.identity(8), to: 4, 0, 2)
    circuit.append(.rxx, [3 * .pi / 4], 2, 3)
    circuit.append(.su4, (1...15).map { Double($0) / 7 }, 0, 1)
    circuit.append(.sqrtXDag, 3)
    circuit.append(.sDag, 4)
    circuit.append(.xcy, 0, 1)
    circuit.append(.ycz, 2, 3)
    circuit.append(.reset, 0, 1)
    circuit.append(.resetX, 2)
    return circuit
  }

  static var repetition: Circuit {
    var circuit = Circuit()
    circuit.append(.qubitCoords, arguments: [0, 0], targets: [.qubit(0)])
    circuit.append(.qubitCoords, arguments: [1, 0], targets: [.qubit(1)])
    circuit.append(.qubitCoords, arguments: [2, 0], targets: [.qubit(2)])
    circuit.append(.reset, 0, 1, 2)
    round(&circuit)
    circuit.append(.detector, arguments: [1, 0, 0], targets: [.record(1)])
    circuit.appendRepeat(1000) { circuit in
      round(&circuit)
      circuit.append(.shiftCoords, arguments: [0, 0, 1], targets: [])
      circuit.append(.detector, arguments: [1, 0, 0], targets: [.record(1), .record(2)])
    }
    circuit.append(.m, [0.01], 0, 2)
    circuit.append(.detector, arguments: [1, 0, 1], targets: [.record(1), .record(2), .record(3)])
    circuit.append(.observableInclude, arguments: [0], targets: [.record(1)])
    return circuit
  }

  private static func round(_ circuit: inout Circuit) {
    circuit.append(.tick, targets: [])
    circuit.append(.depolarize1, [0.001], 0, 2)
    circuit.append(.cx, 0, 1)
    circuit.append(.depolarize2, [0.001], 0, 1)
    circuit.append(.cx, 2, 1)
    circuit.append(.depolarize2, [0.001], 2, 1)
    circuit.append(.tick, targets: [])
    circuit.append(.mr, [0.002], 1)
  }

  static var noise: Circuit {
    var circuit = Circuit()
    circuit.append(.xError, [0.1], 0)
    circuit.append(.yError, [1e-7], 1)
    circuit.append(.pauliChannel1, [0.1, 0, 0.25], 0)
    circuit.append(.pauliChannel2, (1...15).map { Double($0) / 1000 }, 0, 2)
    circuit.append(.heraldedErase, [0.015], 1)
    circuit.append(.heraldedPauliChannel1, [0.01, 0, 0, 0.02], 2)
    circuit.append(.correlatedError, arguments: [0.3], targets: [.pauli(.x, 0), .pauli(.y, 2)])
    circuit.append(.elseCorrelatedError, arguments: [0.4], targets: [.pauli(.z, 1)])
    circuit.append(.iError, [0.1, 0.2], 0)
    circuit.append(.iiError, [], 1, 2)
    circuit.append(
      .m, arguments: [0.02], targets: [.qubit(0, inverted: true), .qubit(1), .qubit(2)])
    return circuit
  }

  static var products: Circuit {
    var circuit = Circuit()
    circuit.append(
      .mpp,
      targets: [
        .pauli(.x, 0), .combiner, .pauli(.y, 1, inverted: true), .combiner, .pauli(.z, 3),
        .pauli(.z, 2),
      ])
    circuit.append(.mxx, 0, 1)
    circuit.append(.mzz, 3, 1)
    circuit.append(.spp, targets: [.pauli(.x, 0), .combiner, .pauli(.x, 2)])
    circuit.append(
      .sppDag, targets: [.pauli(.z, 1), .combiner, .pauli(.x, 1), .combiner, .pauli(.y, 3)])
    circuit.append(.mpad, targets: [.qubit(0), .qubit(1)])
    circuit.append(.mx, 0)
    circuit.append(.mry, 3)
    return circuit
  }

  static var feedback: Circuit {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 1)
    circuit.measure(0, 1)
    circuit.append(.cx, targets: [.record(2), .qubit(2)])
    circuit.append(.cz, targets: [.qubit(2), .record(1)])
    circuit.append(.ycz, targets: [.qubit(0), .sweep(3)])
    circuit.append(.cz, targets: [.record(1), .sweep(0)])
    circuit.append(.h, targets: [.qubit(0), .qubit(2)], tag: "tuned")
    return circuit
  }

  static var controlFlow: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 3)
    circuit.declareBits("c", count: 3)
    circuit.declareBits("flag", count: 1)
    circuit.append(.h, 0)
    circuit.measure(0, into: 0)
    circuit.appendIf(.binary(.equal, .bits(start: 0, count: 3), .integer(5))) {
      $0.append(.cx, 1, 2)
    }
    circuit.appendIf(.bit(0)) { circuit in
      circuit.append(.x, 0)
      circuit.append(.h, 1)
    } else: { circuit in
      circuit.append(.z, 0)
      circuit.measure(1, into: 3)
    }
    circuit.appendWhile(.unary(.logicalNot, .bit(3))) { circuit in
      circuit.append(.reset, 2)
      circuit.append(.ry, [.pi / 3], 2)
      circuit.measure(2, into: 3)
      circuit.appendIf(.binary(.logicalAnd, .bit(1), .bit(2))) {
        $0.appendLeave(.endLoop(levels: 1))
      }
    }
    circuit.appendLeave(.halt)
    return circuit
  }

  static var variables: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 2)
    circuit.declareBits("c", count: 2)
    let turn = circuit.declareVariable("turn", initialValue: .integer(0))
    let angle = circuit.declareVariable("θ", initialValue: .real(0.5))
    circuit.appendWhile(.binary(.less, .variable(turn), .integer(3))) { circuit in
      let doubled = ClassicalExpression.binary(.multiply, .integer(2), .variable(angle))
      try? circuit.appendDynamic(.rx, arguments: [doubled], targets: [.qubit(0)])
      circuit.append(.m, targets: [.qubit(0), .bit(0)])
      circuit.appendAssign(
        .binary(.add, .variable(turn), .binary(.bitwiseXor, .bit(0), .integer(1))),
        to: .variable(turn))
      circuit.appendAssign(
        .bit(start: 0, count: 2, index: .variable(turn)), to: .bits(start: 1, count: 1))
    }
    return circuit
  }

  static var huge: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 4_000_000_000)
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 16_777_215)
    return circuit
  }

  static var long: Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 3)
    circuit.declareBits("c", count: 1)
    circuit.appendRepeat(12) { circuit in
      for step in 0..<24 {
        circuit.append(.rx, [Double(step) / 10], step % 3)
        circuit.append(.cx, step % 3, (step + 1) % 3)
      }
    }
    circuit.measure(2, into: 0)
    return circuit
  }
}
