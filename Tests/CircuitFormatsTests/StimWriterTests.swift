import CircuitFormats
import QuantumCore
import TestSupport
import Testing

private func parsed(_ text: String) throws -> Circuit {
  try CircuitFile.parse(text, format: .stim).circuit
}

struct StimWriterTests {
  private static func targets(of definition: GateDefinition, groups: Int = 2) -> [Target] {
    switch definition.shape {
    case .none: []
    case .each(let count):
      definition.gate == .mpad
        ? [.qubit(0), .qubit(1)] : (0..<count * groups).map { .qubit($0) }
    case .products: [.pauli(.x, 0, inverted: true), .combiner, .pauli(.z, 3), .pauli(.y, 1)]
    case .whole:
      switch definition.gate {
      case .detector: [.record(1), .record(7)]
      case .observableInclude: [.record(2), .pauli(.y, 4)]
      case .correlatedError, .elseCorrelatedError: [.pauli(.x, 1), .pauli(.z, 2)]
      default: [.qubit(5), .qubit(3)]
      }
    }
  }

  @Test(arguments: GateCatalog.all.filter { $0.stimForm != .none && $0.gate != .repeatBlock })
  func `a written gate is read back equal`(definition: GateDefinition) throws {
    var circuit = Circuit()
    circuit.append(
      definition.gate, arguments: definition.sampleArguments(seed: 7),
      targets: Self.targets(of: definition))
    if definition.isStimGate {
      circuit.append(
        definition.gate, arguments: definition.sampleArguments(seed: 7),
        targets: Self.targets(of: definition), tag: "a]\\\r\nb")
    }
    let text = try circuit.text(as: .stim)
    let again = try parsed(text)
    #expect(try again.text(as: .stim) == text)
    guard definition.isStimGate else {
      #expect(again.nodes(of: .root).count == 1)
      if definition.isNoise { #expect(again == circuit) }
      return
    }
    #expect(again == circuit)
  }

  @Test(arguments: Gate.unitaryGates.filter { ($0.definition.qubitCount ?? 0) >= 1 })
  func `a gate written through others is the same up to phase`(gate: Gate) throws {
    let definition = gate.definition
    let count = try #require(definition.qubitCount)
    var random = PhiloxGenerator(seed: UInt64(gate.rawValue))
    for _ in 0..<3 {
      let arguments = definition.parameters.map { _ in (random.uniform() - 0.5) * 4 * .pi }
      var circuit = Circuit()
      circuit.append(gate, arguments: arguments, targets: (0..<count).reversed().map { .qubit($0) })
      let written = try parsed(try circuit.text(as: .stim))
      let matrix = try #require(circuit.unitaryMatrix(qubitCount: count))
      let other = try #require(written.unitaryMatrix(qubitCount: count))
      #expect(matrix.distanceUpToPhase(to: other) < 1e-12)
    }
  }

  @Test(
    arguments: Gate.unitaryGates.filter {
      $0.definition.isClifford && ($0.definition.qubitCount ?? 0) >= 1
    })
  func `a Clifford is written with Cliffords only`(gate: Gate) throws {
    let count = try #require(gate.definition.qubitCount)
    var circuit = Circuit()
    circuit.append(gate, arguments: [], targets: (0..<count).map { .qubit($0) })
    #expect(try !circuit.text(as: .stim).contains("["))
  }

  private static let cliffordAngles: [(gate: Gate, angles: [Double], text: String)] = [
    (.rz, [.pi / 2], "S 0\n"), (.rx, [.pi], "X 0\n"), (.u2, [0, .pi], "H 0\n"),
    (.u3, [.pi / 2, 0, .pi], "H 0\n"), (.phase, [-.pi / 2], "S_DAG 0\n"),
    (.phase, [.pi / 4], "S[T] 0\n"),
    (.cphase, [.pi], "CZ 0 1\n"), (.rzz, [.pi / 2], "SQRT_ZZ 0 1\n"),
    (.rxx, [-.pi / 2], "SQRT_XX_DAG 0 1\n"),
    (.rz, [0.25], "I[R_Z(theta=0.07957747154594767*pi)] 0\n"), (.globalPhase, [0.25], ""),
    (.crz, [2 * .pi], ""),
  ]

  @Test(arguments: cliffordAngles)
  func `angles of Cliffords give Cliffords`(gate: Gate, arguments: [Double], text: String) throws {
    var circuit = Circuit()
    let count = gate.definition.qubitCount ?? 0
    circuit.append(gate, arguments: arguments, targets: (0..<count).map { .qubit($0) })
    if gate == .crz {
      let matrix = try #require(circuit.unitaryMatrix(qubitCount: 2))
      let written = try parsed(try circuit.text(as: .stim))
      #expect(
        try #require(written.unitaryMatrix(qubitCount: 2)).distanceUpToPhase(to: matrix) < 1e-12)
      return
    }
    #expect(try circuit.text(as: .stim) == text)
  }

  /// Base gate, its arguments, number of controls, how many of them on 0.
  private static let controls: [(gate: Gate, angles: [Double], count: Int, onZero: Int)] = [
    (.x, [], 1, 0), (.x, [], 1, 1), (.y, [], 1, 0), (.z, [], 2, 2), (.x, [], 3, 1), (.h, [], 1, 0),
    (.s, [], 1, 1), (.t, [], 1, 0), (.swap, [], 1, 1), (.rx, [0.3], 1, 0),
    (.globalPhase, [0.4], 1, 0),
    (.globalPhase, [0.4], 2, 1), (.u3, [0.1, 0.2, 0.3], 1, 0), (.cx, [], 1, 1), (.ccx, [], 2, 0),
    (.sqrtX, [], 1, 0),
    (.phase, [0.7], 1, 1), (.h, [], 3, 0), (.x, [], 5, 2), (.swap, [], 3, 1),
    (.u3, [0.1, 0.2, 0.3], 4, 4),
    (.globalPhase, [0.4], 4, 2),
  ]

  @Test(arguments: controls)
  func `controls are written through controlled gates`(
    gate: Gate, arguments: [Double], controls: Int, onZero: Int
  ) throws {
    let count = (gate.definition.qubitCount ?? 0) + controls
    var circuit = Circuit()
    circuit.append(
      gate, arguments: arguments, targets: (0..<count).map { .qubit($0, inverted: $0 < onZero) },
      controlCount: controls)
    let written = try parsed(try circuit.text(as: .stim))
    let matrix = try #require(circuit.unitaryMatrix(qubitCount: count))
    #expect(
      try #require(written.unitaryMatrix(qubitCount: count)).distanceUpToPhase(to: matrix) < 1e-12)
  }

  @Test func `numbers print as C++ streams print them`() {
    let cases: [(Double, String)] = [
      (0.1, "0.1"), (1e-5, "1e-05"), (0.0001, "0.0001"), (1e20, "1e+20"),
      (99_999_999_999, "99999999999"),
      (123_456.5, "123456"), (999_999.5, "1e+06"), (-0.0, "0"), (1 / 3.0, "0.333333"), (-2, "-2"),
      (9.9999995, "10"), (1e-300, "1e-300"), (-9_223_372_036_854_775_808, "-9223372036854775808"),
    ]
    for (number, text) in cases { #expect(StimWriter.text(of: number) == text) }
  }

  @Test func `random circuits are read back as they were written`() throws {
    for seed in 0..<300 {
      var random = PhiloxGenerator(seed: UInt64(seed))
      let circuit = randomCircuit(&random, depth: 0)
      let text = try circuit.text(as: .stim)
      let again = try parsed(text)
      #expect(try again.text(as: .stim) == text, "seed \(seed)")
      #expect(again.measurementCount == circuit.measurementCount)
      #expect(again.gateCount == circuit.gateCount)
      #expect(again.qubitCount == circuit.qubitCount)
    }
  }

  private func randomCircuit(_ random: inout PhiloxGenerator, depth: Int) -> Circuit {
    var circuit = Circuit()
    add(to: &circuit, &random, depth: depth)
    return circuit
  }

  private func add(to circuit: inout Circuit, _ random: inout PhiloxGenerator, depth: Int) {
    let gates = GateCatalog.all.filter { $0.isStimGate && $0.gate != .repeatBlock }
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      if depth < 3, Int.random(in: 0..<6, using: &random) == 0 {
        let count = UInt64.random(in: 1...(1 << 40), using: &random)
        circuit.appendRepeat(count, tag: ["", "loop"].randomElement(using: &random)!) {
          add(to: &$0, &random, depth: depth + 1)
        }
      } else {
        let definition = gates.randomElement(using: &random)!
        circuit.append(
          definition.gate, arguments: definition.sampleArguments(seed: 7),
          targets: Self.targets(of: definition, groups: Int.random(in: 0...3, using: &random)),
          tag: ["", "", "x", "]"].randomElement(using: &random)!)
      }
    }
  }
}

struct StimFeedbackTests {
  private func circuit(_ build: (inout Circuit) -> Void) -> Circuit {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 3)
    circuit.declareBits("c", count: 3)
    build(&circuit)
    return circuit
  }

  @Test func `teleportation becomes feedback on records`() throws {
    let teleport = circuit {
      $0.append(.h, 1)
      $0.append(.cx, 1, 2)
      $0.append(.cx, 0, 1)
      $0.append(.h, 0)
      $0.measure(0, into: 0)
      $0.measure(1, into: 1)
      $0.appendIf(.binary(.equal, .bit(1), .integer(1))) { $0.append(.x, 2) }
      $0.appendIf(.bit(0)) { $0.append(.z, 2) }
      $0.append(.barrier, 0, 1)
      $0.measure(2, into: 2)
    }
    #expect(
      try teleport.text(as: .stim)
        == "H 1\nCX 1 2 0 1\nH 0\nM 0 1\nCX rec[-1] 2\nCZ rec[-2] 2\nM 2\n")
  }

  @Test func `conditions that are parities become feedback`() throws {
    let cases: [(ClassicalExpression, String)] = [
      (.unary(.logicalNot, .bit(0)), "CX rec[-2] 2\nX 2\n"),
      (.binary(.equal, .bit(0), .integer(0)), "CX rec[-2] 2\nX 2\n"),
      (.binary(.notEqual, .bit(0), .integer(0)), "CX rec[-2] 2\n"),
      (.binary(.bitwiseXor, .bit(0), .bit(1)), "CX rec[-2] 2 rec[-1] 2\n"),
      (.binary(.equal, .bit(0), .bit(1)), "CX rec[-2] 2 rec[-1] 2\nX 2\n"),
      (.bit(2), ""),
      (.binary(.equal, .bits(start: 1, count: 2), .integer(1)), "CX rec[-1] 2\n"),
      (.binary(.equal, .bits(start: 1, count: 2), .integer(2)), ""),
      (.binary(.equal, .bits(start: 1, count: 2), .integer(4)), ""),
      (.bits(start: 1, count: 2), "CX rec[-1] 2\n"),
      (.record(2), "CX rec[-2] 2\n"),
      (.binary(.logicalOr, .bit(2), .bit(0)), "CX rec[-2] 2\n"),
      (.binary(.logicalAnd, .bit(2), .bit(0)), ""),
      (.bit(start: 0, count: 3, index: .integer(1)), "CX rec[-1] 2\n"),
      (.integer(1), "X 2\n"),
      (.integer(0), ""),
    ]
    for (condition, feedback) in cases {
      let circuit = circuit {
        $0.measure(0, into: 0)
        $0.measure(1, into: 1)
        $0.appendIf(condition) { $0.append(.x, 2) }
      }
      #expect(try circuit.text(as: .stim) == "M 0 1\n" + feedback, "\(condition)")
    }
  }

  @Test func `the other branch runs on the negated condition`() throws {
    let circuit = circuit {
      $0.measure(0, into: 0)
      $0.appendIf(.bit(0)) {
        $0.append(.y, 1)
      } else: {
        $0.append(.z, 1, 2)
      }
    }
    #expect(try circuit.text(as: .stim) == "M 0\nCY rec[-1] 1\nCZ rec[-1] 1 rec[-1] 2\nZ 1 2\n")
  }

  @Test func `conditions follow copies of bits and the latest measurement`() throws {
    let circuit = circuit {
      $0.measure(0, into: 0)
      $0.appendAssign(.bit(0), to: .bits(start: 1, count: 1))
      $0.measure(1, into: 0)
      $0.appendIf(.bit(1)) { $0.append(.x, 2) }
      $0.appendIf(.bit(0)) { $0.append(.x, 2) }
    }
    #expect(try circuit.text(as: .stim) == "M 0 1\nCX rec[-2] 2 rec[-1] 2\n")
  }

  @Test func `records are counted across folded loops`() throws {
    let circuit = circuit {
      $0.append(.h, 0)
      $0.appendRepeat(1_000_000_000_000) {
        $0.measure(0, into: 0)
        $0.measure(1, into: 1)
        $0.appendIf(.bit(0)) { $0.append(.x, 1) }
      }
      $0.appendIf(.bit(1)) { $0.append(.x, 1) }
    }
    #expect(
      try circuit.text(as: .stim)
        == "H 0\nREPEAT 1000000000000 {\n    M 0 1\n    CX rec[-2] 1\n}\nCX rec[-1] 1\n")
  }

  @Test func `what stim cannot say is refused`() throws {
    let refused: [(String, (inout Circuit) -> Void)] = [
      ("conditional 'h'", { $0.appendIf(.bit(0)) { $0.append(.h, 1) } }),
      ("conditional", { $0.appendIf(.bit(0)) { $0.measure(1) } }),
      (
        "condition",
        {
          $0.appendIf(.binary(.equal, .bits(start: 0, count: 2), .integer(3))) { $0.append(.x, 1) }
        }
      ),
      ("loop", { $0.appendWhile(.bit(0)) { $0.measure(0, into: 0) } }),
      ("leaving", { $0.appendIf(.integer(1)) { $0.appendLeave(.halt) } }),
      (
        "condition",
        {
          $0.appendRepeat(5) {
            $0.appendIf(.bit(0)) { $0.append(.x, 1) }
            $0.measure(0, into: 0)
          }
        }
      ),
      (
        "before the loop",
        {
          $0.appendRepeat(5) {
            $0.appendIf(.bit(0)) { $0.append(.x, 1) }
            $0.measure(2, into: 2)
          }
        }
      ),
      (
        "condition",
        {
          $0.appendRepeat(1 << 62) {
            $0.measure(0, into: 0)
          }
          $0.appendIf(.bit(0)) { $0.append(.x, 1) }
        }
      ),
      ("below 16777216", { $0.append(.h, 1 << 24) }),
    ]
    for (message, build) in refused {
      let circuit = circuit {
        $0.measure(0, into: 0)
        $0.measure(1, into: 1)
        build(&$0)
      }
      let diagnostic = try #require(
        #expect(throws: Diagnostic.self, "\(message)") { try circuit.text(as: .stim) })
      #expect(diagnostic.message.contains(message), "\(diagnostic.message)")
    }
  }

  @Test func `angles known only while running are refused`() throws {
    var circuit = Circuit(qubitCount: 1)
    try circuit.appendDynamic(.rz, arguments: [.real(0.5)], targets: [.qubit(0)])
    #expect(throws: Diagnostic.self) { try circuit.text(as: .stim) }
  }

  @Test func `single-qubit matrices become angles`() throws {
    var random = PhiloxGenerator(seed: 5)
    let angles: [[Double]] =
      [[0, 0, 0.3], [.pi, 0.4, 0], [.pi, 0, 0]]
      + (0..<20).map { _ in (0..<3).map { _ in 6 * random.uniform() } }
    for angles in angles {
      let matrix = Gate.u3.definition.matrix!(angles[...]).scaled(by: .init(length: 1, phase: 0.3))
      var circuit = Circuit()
      circuit.append(matrix, to: 0)
      let written = try CircuitFile.parse(try circuit.text(as: .stim), format: .stim).circuit
      #expect(
        try #require(written.unitaryMatrix(qubitCount: 1)).distanceUpToPhase(to: matrix) < 1e-12)
    }
  }
}
