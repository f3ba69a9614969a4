import CircuitFormats
import QuantumCore
import Testing

private func parsed(_ text: String) throws -> Circuit {
  try CircuitFile.parse(text, format: .stim).circuit
}

private func failure(of text: String) throws -> Diagnostic {
  try #require(#expect(throws: Diagnostic.self) { try parsed(text) }, "\(text)")
}

struct StimParserTests {
  @Test(arguments: GateCatalog.stimNames.sorted { $0.key < $1.key })
  func `every name and alias is read in any case`(name: String, gate: Gate) throws {
    guard gate != .repeatBlock else { return }
    let definition = gate.definition
    let arguments = [Double](repeating: 0, count: definition.argumentCount.lowerBound)
    let list = arguments.isEmpty ? "" : "(" + arguments.map { "\($0)" }.joined(separator: ",") + ")"
    for spelling in [name, name.lowercased(), name.capitalized] {
      var expected = Circuit()
      expected.append(gate, arguments: arguments, targets: [])
      #expect(try parsed(spelling + list) == expected)
    }
  }

  @Test func `instructions know their place`() throws {
    let circuit = try parsed("# é\nH 0\r\n\tX 1\nREPEAT[é] 2 { M 0\n  Y 2\n} Z 3\n")
    let places = circuit.nodes(of: .root).indices.map { circuit.range(of: .root, at: $0) }
    #expect(places.map { $0?.line } == [2, 3, 4, 6])
    #expect(places.map { $0?.column } == [1, 2, 1, 3])
    guard case .repeatBlock(_, let body, _) = circuit.nodes(of: .root)[2] else {
      Issue.record("no block")
      return
    }
    #expect(circuit.range(of: body, at: 0) == SourceRange(line: 4, column: 15))
    #expect(circuit.range(of: body, at: 1) == SourceRange(line: 5, column: 3))
  }

  @Test func `adjacent instructions become one only where Stim joins them`() throws {
    let joined = try parsed("H 0\nH 1 2\n# comment\n\nH 3")
    #expect(joined.nodes(of: .root).count == 1)
    #expect(joined.targetStorage.map(\.value) == [0, 1, 2, 3])
    for line in ["DETECTOR rec[-1]", "TICK", "SHIFT_COORDS(1)", "E(0.1) X1", "QUBIT_COORDS(1) 0"] {
      #expect(try parsed("\(line)\n\(line)").nodes(of: .root).count == 2)
    }
    #expect(try parsed("H[a] 0\nH[b] 1").nodes(of: .root).count == 2)
    #expect(try parsed("REPEAT 2 {\nH 0\n}\nH 1").nodes(of: .root).count == 2)
  }

  @Test func `large repeat counts stay folded`() throws {
    let circuit = try parsed("REPEAT 1000000000000000000 {\nM 0 1\n}")
    #expect(circuit.measurementCount == 2_000_000_000_000_000_000)
    #expect(circuit.nodes(of: .root).count == 1)
    let largest = try parsed("REPEAT 18446744073709551615 {\nM 0\n}")
    #expect(largest.measurementCount == .max)
  }

  @Test func `blocks nest up to a limit`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "REPEAT 1 {\n", count: depth) + "H 0\n"
        + String(repeating: "}\n", count: depth)
    }
    #expect(try parsed(nested(StimParser.depthLimit)).gateCount == 1)
    let diagnostic = try failure(of: nested(StimParser.depthLimit + 1))
    #expect(diagnostic.code == "nesting")
    #expect(diagnostic.range?.line == StimParser.depthLimit + 1)
    #expect(try failure(of: nested(200_000)).code == "nesting")
  }

  /// Text, code, line, column, length and a part of the hint.
  private static let errors: [(String, String, Int, Int, Int, String)] = [
    ("H 0\nFOO 1", "unknown-gate", 2, 1, 3, ""),
    ("CNTO 0 1", "unknown-gate", 1, 1, 4, "CNOT"),
    ("SQRTX 0", "unknown-gate", 1, 1, 5, "SQRT_X"),
    ("T 0", "unknown-gate", 1, 1, 1, "S[T]"),
    ("X_ERROR(1.5) 0", "probability", 1, 9, 3, ""),
    ("X_ERROR(0.1, 0.2) 0", "argument-count", 1, 1, 7, "X_ERROR(p)"),
    ("PAULI_CHANNEL_1(0.5, 0.5, 2) 0", "probability", 1, 27, 1, ""),
    ("X_ERROR(1e) 0", "number", 1, 9, 2, ""),
    ("X_ERROR(1e999) 0", "number", 1, 9, 5, ""),
    ("H 0 16777216", "index-out-of-range", 1, 5, 8, ""),
    ("CX 0 1 2", "target-count", 1, 8, 1, ""),
    ("CX 0 1 22 22", "duplicate", 1, 11, 2, ""),
    ("H 0 X12", "targets", 1, 5, 3, ""),
    ("SWAP rec[-12] 3", "targets", 1, 6, 8, ""),
    ("CX rec[-0] 1", "index-out-of-range", 1, 4, 7, "rec[-1]"),
    ("CX rec[1] 1", "unexpected-token", 1, 4, 1, "rec[-1]"),
    ("MPP X1*", "combiner", 1, 7, 1, ""),
    ("R !3", "inverted", 1, 3, 2, ""),
    ("H[é 0", "unterminated-tag", 1, 2, 4, "]"),
    ("H[é\\q] 0", "escape", 1, 4, 2, "\\C"),
    ("# é\nH é", "unexpected-token", 2, 3, 1, ""),
    ("  }", "unexpected-token", 1, 3, 1, ""),
    ("H 0\n REPEAT 5 {\nX 0\n", "unterminated-block", 2, 2, 6, "}"),
    ("REPEAT 0 {\n}", "repeat", 1, 8, 1, ""),
    ("REPEAT 99999999999999999999 {\n}", "index-out-of-range", 1, 8, 20, ""),
    ("REPEAT 2 { H 0 }", "unexpected-token", 1, 16, 1, "line of its own"),
    ("H 0 { X 1 }", "unexpected-token", 1, 5, 1, ""),
    ("\tI[R_X(theta=x)] 0", "malformed-tag", 1, 3, 14, "theta=0.3*pi"),
    ("MPAD 0 1 2", "targets", 1, 10, 1, ""),
    ("OBSERVABLE_INCLUDE(1.5)", "argument", 1, 20, 3, ""),
    ("DETECTOR rec[-1] 5", "targets", 1, 18, 1, "rec[-1]"),
  ]

  @Test(arguments: errors)
  func `errors point at what is wrong`(
    text: String, code: String, line: Int, column: Int, length: Int, hint: String
  ) throws {
    let diagnostic = try failure(of: text)
    #expect(diagnostic.code == code)
    #expect(diagnostic.range == SourceRange(line: line, column: column, length: length))
    #expect(hint.isEmpty || diagnostic.hint?.contains(hint) == true, "\(diagnostic)")
    #expect(!diagnostic.message.hasSuffix("."))
  }

  @Test func `bytes that are not UTF-8 are refused where they stand`() throws {
    let broken: [[UInt8]] = [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
    ]
    for bytes in broken {
      let source = Array("H 0\n# é ".utf8) + bytes + Array("\n".utf8)
      let diagnostic = try #require(
        #expect(throws: Diagnostic.self) { try CircuitFile.parse(source, format: .stim) })
      #expect(diagnostic.code == "encoding")
      #expect(diagnostic.range == SourceRange(line: 2, column: 5))
    }
    let fine = Array("# \u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\nH 0".utf8)
    #expect(try CircuitFile.parse(fine, format: .stim).circuit.gateCount == 1)
  }

  @Test func `ten million targets are read in seconds`() throws {
    var source: [UInt8] = []
    let line = Array("CX 1 2 3 4 5 6 7 8 9 10\nX_ERROR(0.001) 16777215\nM 0\n".utf8)
    for _ in 0..<840_000 { source += line }
    let clock = ContinuousClock()
    var circuit = Circuit()
    let elapsed = try clock.measure {
      circuit = try CircuitFile.parse(source, format: .stim).circuit
    }
    #expect(circuit.targetStorage.count == 840_000 * 12)
    #expect(circuit.measurementCount == 840_000)
    #expect(elapsed < .seconds(15))
  }
}

struct StimTagTests {
  @Test func `tags that name gates make them`() throws {
    var expected = Circuit()
    expected.append(.t, 0, 1)
    expected.append(.tDag, 2)
    expected.append(.rx, [0.3 * .pi], 3)
    expected.append(.u3, [0.1 * .pi, 0.25 * .pi, -0.7 * .pi], 4)
    let text = """
      S[T] 0 1
      S_DAG[T] 2
      I[R_X(theta=0.3*pi)] 3
      I[U3(theta=0.1*pi,phi=0.25*pi,lambda=-0.7*pi)] 4

      """
    #expect(try parsed(text) == expected)
    #expect(try expected.text(as: .stim) == text)
  }

  @Test(arguments: [
    "I[R_X( theta = 0.3 * pi )] 0", "I[R_X(theta=0.30*pi)] 0", "I[R_X(theta=+(0.1+0.2*1)*pi)] 0",
  ])
  func `another spelling of the angle is kept`(line: String) throws {
    let circuit = try parsed(line)
    guard case .instruction(let instruction) = circuit.nodes(of: .root)[0] else { return }
    #expect(instruction.gate == .rx)
    #expect(abs(circuit.arguments(of: instruction)[0] - 0.3 * .pi) < 1e-15)
    #expect(try circuit.text(as: .stim) == line + "\n")
  }

  @Test(arguments: [
    "I[R_Y(theta=0.5*pi)] 0", "I[U3(lambda=1*pi,phi=0*pi,theta=0.5*pi)] 0", "I[R_Z(theta=pi/2)] 0",
    "I[R_Z(theta=1)] 0",
  ])
  func `a tagged gate stays one though it is a Clifford`(line: String) throws {
    #expect(try parsed(line).text(as: .stim) == line + "\n")
    #expect(try parsed(line).forEachGate().map(\.isStimGate) == [false])
  }

  @Test(arguments: [
    "S[t] 0", "X[T] 0", "S[T gate] 0", "I[R_X theta] 0", "I[mine] 0", "H[\\C\\B\\r\\n] 0",
  ])
  func `other tags survive`(line: String) throws {
    #expect(try parsed(line).text(as: .stim) == line + "\n")
    #expect(try parsed(line).forEachGate().map(\.isStimGate) == [true])
  }

  @Test(arguments: [
    "I[R_X] 0", "I[R_X(] 0", "I[R_X()] 0", "I[R_X(0.3*pi)] 0", "I[R_X(theta=0.3*pi,phi=1)] 0",
    "I[R_X(theta=nan)] 0", "I[R_X(theta=1e999)] 0", "I[R_X(theta=0.3*pi)] X0", "S[T()] 0",
    "I[U3(theta=1,phi=2)] 0", "I[R_X(theta=0.3*pi)](0.1) 0", "I[R_Z(theta=3..)] 0",
  ])
  func `a tag that names a gate but not properly is refused`(line: String) throws {
    #expect(try failure(of: line).range?.line == 1)
  }

  @Test func `deep formulas in tags are refused`() throws {
    let deep = String(repeating: "(", count: 100_000)
    #expect(try failure(of: "I[R_X(theta=\(deep)1)] 0").code == "malformed-tag")
    #expect(
      try failure(of: "I[R_X(theta=\(String(repeating: "-", count: 100_000))1)] 0").code
        == "malformed-tag")
  }
}

extension Circuit {
  fileprivate func forEachGate() -> [GateDefinition] {
    var gates: [GateDefinition] = []
    forEachInstruction { gates.append($0.gate.definition) }
    return gates
  }
}
