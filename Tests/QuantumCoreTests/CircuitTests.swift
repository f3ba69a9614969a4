import QuantumCore
import Testing

struct CircuitTests {
  private static let empty = [Target]()

  /// What is appended, the code of the error and its place.
  private static let refused:
    [(
      gate: Gate, arguments: [Double], targets: [Target], controls: Int, code: String,
      place: CircuitError.Place
    )] = [
      (.h, [0.1], [.qubit(0)], 0, "argument-count", .instruction),
      (.rx, [], [.qubit(0)], 0, "argument-count", .instruction),
      (.rx, [.nan], [.qubit(0)], 0, "argument", .argument(0)),
      (.xError, [1.5], [.qubit(0)], 0, "probability", .argument(0)),
      (.pauliChannel1, [0.5, 0.5, 0.5], [.qubit(0)], 0, "probability", .argument(0)),
      (.observableInclude, [0.5], [], 0, "argument", .argument(0)),
      (.cx, [], [.qubit(0), .qubit(1), .qubit(2)], 0, "target-count", .target(2)),
      (.cx, [], [.qubit(0), .qubit(1), .qubit(2), .qubit(2)], 0, "duplicate", .target(3)),
      (.cx, [], [.record(1), .record(1)], 0, "duplicate", .target(1)),
      (.ccx, [], [.qubit(0), .qubit(1), .qubit(0)], 0, "duplicate", .target(2)),
      (.h, [], [.record(1)], 0, "targets", .target(0)),
      (.h, [], [.pauli(.x, 1)], 0, "targets", .target(0)),
      (.h, [], [.qubit(1, inverted: true)], 0, "inverted", .target(0)),
      (.mpp, [], [.pauli(.x, 1), .combiner], 0, "combiner", .target(1)),
      (.mpp, [], [.combiner], 0, "combiner", .target(0)),
      (.mpp, [], [.qubit(1)], 0, "targets", .target(0)),
      (.tick, [], [.qubit(1)], 0, "targets", .target(0)),
      (.detector, [], [.qubit(1)], 0, "targets", .target(0)),
      (.m, [], [.bit(0), .qubit(1)], 0, "targets", .target(0)),
      (.m, [], [.qubit(1), .bit(7)], 0, "bit", .target(1)),
      (.h, [], [.qubit(0), .bit(0)], 0, "targets", .target(1)),
      (.m, [], [.qubit(0)], 1, "control", .instruction),
      (.mpad, [], [.qubit(2)], 0, "targets", .target(0)),
      (.unitary, [1, 0], [.qubit(0)], 0, "matrix", .instruction),
      (.unitary, [1, 0, 0, 0, 0, 0, 1, 0], [.qubit(0), .qubit(0)], 1, "duplicate", .instruction),
      (.globalPhase, [0.1], [.qubit(0)], 0, "targets", .target(0)),
      (.repeatBlock, [], [], 0, "repeat", .instruction),
    ]

  @Test func `a refused instruction leaves the circuit as it was`() throws {
    for entry in Self.refused {
      var circuit = Circuit(qubitCount: 2, bitCount: 2)
      circuit.append(.h, 1)
      let before = circuit
      let error = try #require(
        #expect(throws: CircuitError.self, "\(entry)") {
          try circuit.appendChecked(
            entry.gate, arguments: entry.arguments, targets: entry.targets,
            controlCount: entry.controls)
        })
      #expect(error.code == entry.code, "\(entry)")
      #expect(error.place == entry.place, "\(entry)")
      #expect(!error.message.isEmpty && !error.message.hasSuffix("."))
      #expect(circuit == before)
      #expect(circuit.targetStorage == before.targetStorage && circuit.tags == before.tags)
    }
  }

  @Test func `groups are what gates act on`() {
    var circuit = Circuit(qubitCount: 0, bitCount: 3)
    circuit.append(.cx, 0, 1, 2, 3)
    circuit.append(.m, targets: [.qubit(4), .bit(2), .qubit(5), .qubit(6), .bit(0)])
    circuit.append(
      .mpp, targets: [.pauli(.x, 0), .combiner, .pauli(.z, 1), .bit(1), .pauli(.y, 2)])
    circuit.append(.x, targets: [.qubit(0), .qubit(1), .qubit(2)], controlCount: 2)
    circuit.append(.globalPhase, [0.5])
    circuit.append(.h)
    var groups: [[Int]] = []
    var bits: [Int?] = []
    circuit.forEachInstruction { instruction in
      circuit.forEachGroup(of: instruction) { group, bit in
        groups.append(group.map(\.value))
        bits.append(bit)
      }
    }
    #expect(groups == [[0, 1], [2, 3], [4], [5], [6], [0, 1], [2], [0, 1, 2], []])
    #expect(bits == [nil, nil, 2, nil, 0, 1, nil, nil, nil])
    #expect(circuit.qubitCount == 7)
    #expect(circuit.measurementCount == 5)
    #expect(circuit.gateCount == 9)
  }

  @Test func `counts of folded loops are products`() {
    var circuit = Circuit()
    let large: UInt64 = 1_000_000_000_000_000_000
    circuit.append(.h, 0)
    circuit.appendRepeat(large) { $0.measure(0, 1, 2) }
    circuit.append(.tick)
    #expect(circuit.measurementCount == 3 * large)
    #expect(circuit.gateCount == 3 * large + 1)
    #expect(circuit.depth == large + 1)
    var nested = Circuit()
    nested.appendRepeat(large) { $0.appendRepeat(large) { $0.measure(0) } }
    #expect(nested.measurementCount == .max)
    #expect(nested.gateCount == .max)
    #expect(nested.depth == .max)
    nested.append(.h, 0)
    #expect(nested.gateCount == .max && nested.depth == .max)
  }

  @Test func `depth is the longest chain`() {
    var circuit = Circuit()
    circuit.append(.h, 0, 1, 2)
    #expect(circuit.depth == 1)
    circuit.append(.cx, 0, 1)
    circuit.append(.h, 2)
    #expect(circuit.depth == 2)
    circuit.append(.cx, 1, 2)
    #expect(circuit.depth == 3)
    circuit.appendRepeat(10) { $0.append(.h, 0) }
    #expect(circuit.depth == 13)
    circuit.append(.x, 5)
    #expect(circuit.depth == 14)
  }

  @Test func `loops have no fixed number of records`() {
    var circuit = Circuit(qubitCount: 1, bitCount: 1)
    circuit.appendIf(.bit(0)) {
      $0.measure(0)
    } else: {
      $0.measure(0, 1)
    }
    #expect(circuit.measurementCount == 2)
    #expect(circuit.hasControlFlow)
    circuit.appendWhile(.bit(0)) { $0.append(.h, 0) }
    #expect(circuit.measurementCount == 2)
    circuit.appendWhile(.bit(0)) { $0.measure(0, into: 0) }
    #expect(circuit.measurementCount == nil)
  }

  @Test func `equality looks through storage but not past order, tags and numbers`() {
    func build(_ gates: [(Gate, [Double], Int, String)]) -> Circuit {
      var circuit = Circuit()
      for (gate, arguments, qubit, tag) in gates {
        circuit.append(gate, arguments: arguments, targets: [.qubit(qubit)], tag: tag)
      }
      return circuit
    }
    let one = build([(.h, [], 0, "a"), (.rx, [0.5], 1, "b")])
    #expect(one == build([(.h, [], 0, "a"), (.rx, [0.5], 1, "b")]))
    #expect(one != build([(.h, [], 0, "b"), (.rx, [0.5], 1, "a")]))
    #expect(one != build([(.rx, [0.5], 1, "b"), (.h, [], 0, "a")]))
    #expect(one != build([(.h, [], 0, "a"), (.rx, [0.25], 1, "b")]))
    #expect(one != build([(.h, [], 0, "a")]))
    // Tags are numbered in the order they come in; a block adds storage of its own.
    var other = Circuit()
    other.currentPlace = Circuit.SourcePlace(line: 3, column: 4)
    other.append(.h, targets: [.qubit(0)], tag: "a")
    other.append(.rx, arguments: [0.5], targets: [.qubit(1)], tag: "b")
    #expect(one == other)
    other.appendRepeat(2) { $0.append(.h, 0) }
    var third = one
    third.appendRepeat(3) { $0.append(.h, 0) }
    #expect(other != third)
  }

  @Test func `noise is found`() {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.m, [0.0], 0)
    #expect(!circuit.hasNoise)
    var flipped = circuit
    flipped.append(.m, [0.1], 0)
    #expect(flipped.hasNoise)
    circuit.append(.xError, [0.0], 0)
    #expect(circuit.hasNoise)
  }
}

struct ClassicalExpressionTests {
  private static let memory: ClassicalMemory = {
    var circuit = Circuit(qubitCount: 0, bitCount: 8)
    _ = circuit.declareVariable("v", initialValue: .real(2.5))
    var memory = ClassicalMemory(for: circuit)
    memory.bits.setWord(0b1010_0110, at: 0, count: 8)
    for bit in [true, false, true] { memory.record.append(bit) }
    return memory
  }()

  private static let table: [(expression: ClassicalExpression, value: ClassicalValue)] = [
    (.bits(start: 0, count: 8), .integer(0b1010_0110)),
    (.bits(start: 1, count: 3), .integer(3)),
    (.bit(2), .integer(1)),
    (.bit(start: 1, count: 4, index: .integer(3)), .integer(0)),
    (.variable(0), .real(2.5)),
    (.record(1), .integer(1)),
    (.record(2), .integer(0)),
    (.binary(.add, .integer(.max), .integer(1)), .integer(.min)),
    (.binary(.add, .integer(1), .real(0.5)), .real(1.5)),
    (.binary(.divide, .integer(-7), .integer(2)), .integer(-3)),
    (.binary(.remainder, .integer(-7), .integer(2)), .integer(-1)),
    (.binary(.divide, .integer(.min), .integer(-1)), .integer(.min)),
    (.binary(.remainder, .integer(.min), .integer(-1)), .integer(0)),
    (.binary(.unsignedDivide, .integer(-1), .integer(2)), .integer(.max)),
    (.binary(.realDivide, .integer(1), .integer(4)), .real(0.25)),
    (.binary(.power, .integer(3), .integer(4)), .integer(81)),
    (.binary(.power, .integer(2), .integer(64)), .integer(0)),
    (.binary(.power, .integer(2), .integer(-1)), .real(0.5)),
    (.binary(.power, .real(-2), .real(3)), .real(-8)),
    (.binary(.shiftLeft, .integer(1), .integer(64)), .integer(0)),
    (.binary(.shiftRightLogical, .integer(-1), .integer(60)), .integer(15)),
    (.binary(.shiftRightArithmetic, .integer(-8), .integer(1)), .integer(-4)),
    (.binary(.shiftRightArithmetic, .integer(-8), .integer(99)), .integer(-1)),
    (.binary(.bitwiseXor, .integer(6), .integer(3)), .integer(5)),
    (.binary(.less, .integer(-1), .integer(0)), .integer(1)),
    (.binary(.unsignedLess, .integer(-1), .integer(0)), .integer(0)),
    (.binary(.lessOrEqual, .real(1), .integer(1)), .integer(1)),
    (.binary(.equal, .integer(1), .real(1)), .integer(1)),
    (.binary(.notEqual, .real(.nan), .real(.nan)), .integer(1)),
    (.binary(.realRemainder, .real(-1), .real(3)), .real(2)),
    (.unary(.negate, .integer(.min)), .integer(.min)),
    (.unary(.bitwiseNot, .integer(0)), .integer(-1)),
    (.unary(.logicalNot, .real(0)), .integer(1)),
    (.unary(.populationCount, .integer(-1)), .integer(64)),
    (.unary(.wrapUnsigned(4), .integer(-1)), .integer(15)),
    (.unary(.wrapUnsigned(64), .integer(-1)), .integer(-1)),
    (.unary(.wrapSigned(4), .integer(8)), .integer(-8)),
    (.unary(.wrapSigned(4), .integer(7)), .integer(7)),
    (.unary(.unsignedToReal, .integer(-1)), .real(0x1p64)),
    (.unary(.toInteger, .real(-2.9)), .integer(-2)),
    (.unary(.sqrt, .integer(9)), .real(3)),
    (.unary(.floor, .real(-0.5)), .real(-1)),
    (.select(.bit(0), .integer(1), .integer(2)), .integer(2)),
    // The right side is not evaluated.
    (.binary(.logicalAnd, .integer(0), .binary(.divide, .integer(1), .integer(0))), .integer(0)),
    (.binary(.logicalOr, .integer(7), .record(99)), .integer(1)),
    (.select(.integer(1), .integer(5), .record(99)), .integer(5)),
  ]

  @Test func `expressions have the value of the table`() throws {
    for (expression, value) in Self.table {
      #expect(try expression.evaluated(in: Self.memory) == value, "\(expression)")
    }
  }

  @Test func `what has no value throws`() {
    let failing: [(ClassicalExpression, String)] = [
      (.binary(.divide, .integer(1), .integer(0)), "division-by-zero"),
      (.binary(.unsignedRemainder, .integer(1), .integer(0)), "division-by-zero"),
      (.binary(.shiftLeft, .integer(1), .integer(-1)), "range"),
      (.unary(.toInteger, .real(1e300)), "range"), (.unary(.toInteger, .real(.nan)), "range"),
      (.binary(.shiftRightLogical, .integer(1), .integer(-1)), "range"),
      (.binary(.shiftRightArithmetic, .integer(1), .integer(-1)), "range"),
      (.record(4), "record-before-start"),
      (.bit(start: 2, count: 3, index: .integer(3)), "index-out-of-range"),
      (.bit(start: 2, count: 3, index: .integer(-1)), "index-out-of-range"),
    ]
    for (expression, code) in failing {
      let diagnostic = #expect(throws: Diagnostic.self) {
        try expression.evaluated(in: Self.memory)
      }
      #expect(diagnostic?.code == code)
    }
  }

  @Test func `parts are visited outside in`() {
    var count = 0
    let expression = ClassicalExpression.select(
      .bit(start: 0, count: 2, index: .unary(.negate, .variable(0))), .record(1),
      .binary(.add, .integer(1), .integer(2)))
    expression.forEachPart { _ in count += 1 }
    #expect(count == 8)
  }
}
