import QSim
import TestSupport
import Testing

/// What a text is read as.
struct ReadingCase: Sendable, CustomTestStringConvertible {
  let source: String
  let expected: String
  init(_ source: String, _ expected: String) {
    self.source = source
    self.expected = expected
  }
  var testDescription: String { source }
}

struct OpenQASM2Tests {
  static let circuits: [ReadingCase] = [
    ReadingCase("qreg q[2]; h q[0]; cx q[0], q[1];", "H 0; CX 0 1"),
    ReadingCase("qreg q[3]; h q;", "H 0 1 2"),
    ReadingCase("qreg q[2]; qreg r[2]; cx q, r;", "CX 0 2 1 3"),
    ReadingCase("qreg q[2]; qreg r[1]; cx r[0], q;", "CX 2 0 2 1"),
    ReadingCase("qreg q[1]; U(0, pi/2, pi) q[0];", "u3(0.0, 1.570796, 3.141593) 0"),
    ReadingCase("qreg q[2]; CX q[0], q[1];", "CX 0 1"),
    ReadingCase(
      "qreg q[1]; u3(0.1, 0.2, 0.3) q[0]; u2(1, 2) q[0];", "u3(0.1, 0.2, 0.3) 0; u2(1.0, 2.0) 0"),
    ReadingCase("qreg q[1]; u1(0.5) q[0]; p(0.5) q[0];", "p(0.5) 0; p(0.5) 0"),
    ReadingCase(
      "qreg q[1]; rz(1e-3) q[0]; rz(.5) q[0]; rz(2.) q[0];", "rz(0.001) 0; rz(0.5) 0; rz(2.0) 0"),
    ReadingCase("qreg q[1]; rz(1/2) q[0];", "rz(0.5) 0"),
    ReadingCase("qreg q[1]; rz(2^3^0) q[0]; rz(-2^2) q[0];", "rz(2.0) 0; rz(-4.0) 0"),
    ReadingCase("qreg q[1]; rz(1 - 2 - 3) q[0]; rz(8/4/2) q[0];", "rz(-4.0) 0; rz(1.0) 0"),
    ReadingCase(
      "qreg q[1]; rz(sin(pi/2) + cos(0) + tan(0) + exp(0) + ln(1) + sqrt(4)) q[0];", "rz(5.0) 0"),
    ReadingCase("qreg q[1]; rz(-(3 + 4)*2) q[0]; rz(+1) q[0];", "rz(-14.0) 0; rz(1.0) 0"),
    ReadingCase("qreg q[2]; creg c[2]; measure q -> c;", "M 0 ->0 1 ->1"),
    ReadingCase("qreg q[2]; creg c[2]; measure q[1] -> c[0];", "M 1 ->0"),
    ReadingCase("qreg q[2]; reset q; reset q[1];", "R 0 1; R 1"),
    ReadingCase("qreg q[2]; qreg r[1]; barrier q, r[0]; barrier q[1];", "barrier 0 1 2; barrier 1"),
    ReadingCase("qreg q[1]; creg c[2]; if (c == 2) x q[0];", "if equal(c[0+2], 2) {X 0}"),
    ReadingCase("qreg q[1]; creg c[2]; if(c==7) x q[0];", "if equal(c[0+2], 7) {X 0}"),
    ReadingCase(
      "qreg q[1]; creg c[1]; if (c==1) measure q[0] -> c[0];", "if equal(c[0+1], 1) {M 0 ->0}"),
    ReadingCase("qreg q[1]; creg c[1]; if (c==0) reset q;", "if equal(c[0+1], 0) {R 0}"),
    ReadingCase(
      "qreg q[1]; creg c[65]; if (c==18446744073709551617) x q[0];",
      "if logicalAnd(equal(c[0+64], 1), equal(c[64+1], 1)) {X 0}"),
    ReadingCase("gate g a { h a; } qreg q[2]; g q;", "H 0; H 1"),
    ReadingCase("gate g() a { } qreg q[1]; g() q[0];", ""),
    ReadingCase(
      "gate g(t, s) a, b { rx(t/2) a; cx a, b; rz(-s) b; } qreg q[2]; g(1, 2) q[1], q[0];",
      "rx(0.5) 1; CX 1 0; rz(-2.0) 0"),
    ReadingCase(
      "gate f(t) a { rx(t) a; } gate g(t) a { f(2*t) a; } gate h2(t) a { g(t+1) a; barrier a; } qreg q[1]; h2(1) q[0];",
      "rx(4.0) 0; barrier 0"),
    ReadingCase("gate Maj a,b,c { cx c,b; } qreg Q1[3];", ""),
    ReadingCase("qreg q[2]; rxx(0.5) q[0], q[1]; sxdg q[0];", "rxx(0.5) 0 1; SQRT_X_DAG 0"),
    ReadingCase("gate rzz(t) a, b { cx a, b; } qreg q[2]; rzz(1) q[0], q[1];", "CX 0 1"),
    ReadingCase("gate swap a, b { cx a, b; } qreg q[2]; swap q[0], q[1];", "CX 0 1"),
    ReadingCase("opaque magic(a) b, c; opaque other b; qreg q[1]; x q[0];", "X 0"),
    ReadingCase("qreg bit[1]; creg input[1]; x bit[0]; measure bit -> input;", "X 0; M 0 ->0"),
    ReadingCase("qreg x[1]; x x[0];", "X 0"),
    ReadingCase("qreg q[4000000000]; x q[16777215];", "X 16777215"),
    ReadingCase("qreg q[1]; // comment ünïcode\n/* block\n */ x q[0];", "X 0"),
    ReadingCase(
      "qreg q[5]; c4x q[0],q[1],q[2],q[3],q[4]; cswap q[0],q[1],q[2];", "c4x 0 1 2 3 4; cswap 0 1 2"
    ),
    ReadingCase("qreg q[1]; rz(acos(1)) q[0];", "rz(0.0) 0"),
  ]

  @Test(arguments: circuits) func `a text is read as its circuit`(_ test: ReadingCase) throws {
    let file = try read(test.source, version: 2)
    #expect(listing(file.circuit) == test.expected)
    #expect(file.format == .openQASM2)
  }

  @Test func `a missing version line is a warning`() throws {
    let file = try CircuitFile.parse("qreg q[1]; U(0,0,0) q[0];", format: .openQASM2)
    #expect(file.warnings.map(\.code) == ["version"])
  }

  @Test func `comments stand before the version`() throws {
    let text =
      "\u{feff}// name\r\n/* more */ OPENQASM 2.0;\r\ninclude \"qelib1.inc\";\r\nqreg q[1];\r\nx q[0];\r\n"
    let file = try CircuitFile.parse(text, format: .openQASM2)
    #expect(listing(file.circuit) == "X 0")
    #expect(file.circuit.range(of: .root, at: 0) == SourceRange(line: 5, column: 1))
    #expect(file.warnings.isEmpty)
  }

  @Test func `a value beyond a register is a warning`() throws {
    let file = try read("qreg q[1]; creg c[2]; if(c==7) x q[0];", version: 2)
    #expect(file.warnings.map(\.code) == ["never-true"])
  }

  @Test func `registers keep their names`() throws {
    let circuit = try read("qreg a[2]; qreg b[3]; creg c[1]; creg d[4];", version: 2).circuit
    #expect(circuit.qubitRegisters.map(\.name) == ["a", "b"])
    #expect(
      circuit.bitRegisters == [
        Register(name: "c", start: 0, count: 1), Register(name: "d", start: 1, count: 4),
      ])
    #expect(circuit.qubitCount == 5)
  }

  @Test func `strict knows the paper's gates only`() throws {
    #expect(throws: Never.self) { try read("qreg q[1]; u3(1,2,3) q[0];", version: 2, strict: true) }
    #expect(throws: Diagnostic.self) {
      try read("qreg q[2]; swap q[0], q[1];", version: 2, strict: true)
    }
  }

  @Test func `every catalog name is read as its gate`() throws {
    for (name, (gate, sources)) in GateCatalog.openQASMNames where sources.contains(.extended) {
      let definition = gate.definition
      let arguments =
        definition.parameters.isEmpty
        ? "" : "(\(definition.parameters.map { _ in "0.25" }.joined(separator: ",")))"
      let qubits = (0..<definition.qubitCount!).map { "q[\($0)]" }.joined(separator: ",")
      let circuit = try read("qreg q[5]; \(name)\(arguments) \(qubits);", version: 2).circuit
      guard case .instruction(let instruction)? = circuit.nodes().first else {
        Issue.record("\(name) gives nothing")
        continue
      }
      #expect(instruction.gate == gate, "\(name)")
    }
  }

  static let errors: [ErrorCase] = [
    ErrorCase("qreg q[2];\nhh q[0];", 2, 1, "unknown gate 'hh'", hint: "'ch'"),
    ErrorCase("qreg q[2];\ncx q[0], q[0];", 2, 10, "q[0] is used twice"),
    ErrorCase("qreg q[2];\nh q[2];", 2, 5, "index 2 is outside 0...1"),
    ErrorCase("qreg q[2];\ncx q[0];", 2, 1, "acts on 2 qubits, not 1"),
    ErrorCase("qreg q[2];\nrx q[0];", 2, 1, "takes 1 parameter, not 0"),
    ErrorCase("qreg q[2];\nh(1) q[0];", 2, 1, "takes no parameters, not 1"),
    ErrorCase("qreg q[2]; qreg r[3];\ncx q, r;", 2, 7, "registers of 2 and 3"),
    ErrorCase("qreg q[2];\nqreg q[2];", 2, 6, "already declared on line 2"),
    ErrorCase("qreg q[0];", 1, 6, "from 1 on", column: 8),
    ErrorCase("qreg q[2]\nh q[0];", 1, 10, "expected ';'"),
    ErrorCase("qreg q[2];\nrz(1/0) q[0];", 2, 5, "not a finite number"),
    ErrorCase("qreg q[2];\nrz(ln(-1)) q[0];", 2, 4, "not a finite number"),
    ErrorCase("qreg q[2];\nrz(sqrt(-1)) q[0];", 2, 4, "not a finite number"),
    ErrorCase("qreg q[2];\nrz(foo(1)) q[0];", 2, 4, "unknown function 'foo'"),
    ErrorCase("qreg q[2];\nrz(theta) q[0];", 2, 4, "unknown parameter 'theta'"),
    ErrorCase("opaque m a; qreg q[1];\nm q[0];", 2, 1, "opaque"),
    ErrorCase("gate g a {\n  g a;\n}", 2, 3, "used in its own definition"),
    ErrorCase("gate g a {\n  h b;\n}", 2, 5, "'b' is not a qubit of gate 'g'"),
    ErrorCase("gate g(t) a {\n  rx(s) a;\n}", 2, 6, "'s' is not a parameter"),
    ErrorCase("gate g a {\n  foo a;\n}", 2, 3, "unknown gate 'foo'"),
    ErrorCase("gate g a, a { }", 1, 11, "'a' is named twice"),
    ErrorCase("gate g a {\n  measure a -> a;\n}", 2, 3, "gates and barriers only"),
    ErrorCase("gate h a { x a; }", 1, 6, "already defined by the included file"),
    ErrorCase("creg c[2]; qreg q[2];\nif (c = 1) x q[0];", 2, 7, "compares a register"),
    ErrorCase("qreg q[2];\nif (q == 1) x q[0];", 2, 5, "'q' is a qubit register"),
    ErrorCase(
      "qreg q[2]; creg c[3];\nmeasure q -> c;", 2, 1, "2 qubits cannot be measured into 3 bits"),
    ErrorCase("qreg q[2];\nmeasure q -> q;", 2, 14, "'q' is a qubit register"),
    ErrorCase("qreg q[2];\nx c[0];", 2, 3, "unknown qubit 'c'"),
    ErrorCase("qreg q[16777217];\nx q[16777216];", 2, 3, "limit of 16777216"),
    ErrorCase("qreg q[4000000000];\nh q;", 2, 3, "limit of 16777216"),
    ErrorCase("creg c[4000000000];", 1, 6, "classical bits"),
    ErrorCase("qreg q[99999999999999999999];", 1, 8, "from 1 on"),
    ErrorCase("qreg q[9223372036854775807]; qreg r[9223372036854775807];", 1, 6, "2^62"),
    ErrorCase("include \"other.inc\";", 1, 9, "'other.inc' is not known"),
    ErrorCase("qreg q[1];\nx q[0]", 2, 7, "expected ';'"),
    ErrorCase("qreg q[1];\nx q[0]; §", 2, 9, "unexpected character '§'"),
    ErrorCase("qreg q[1]; x q[0]; \u{0}", 1, 20, "NUL"),
    ErrorCase("qreg q[1];\nü q[0]; ö\"", 2, 1, "unknown gate 'ü'"),
    ErrorCase("for int i in [0:1] x q[0];", 1, 9, "expected ';' after a gate", hint: "OpenQASM 3"),
    ErrorCase("qreg q[1]; /* no end", 1, 12, "no end"),
    ErrorCase("OPENQASM 2.0;", 1, 1, "once"),
    ErrorCase("qreg q[1]; rz(3a) q[0];", 1, 15, "neither a number nor a name"),
  ]

  @Test(arguments: errors) func `an error names its place`(_ test: ErrorCase) {
    test.check(version: 2)
  }

  @Test func `missing includes have a one-line fix`() throws {
    let error = try #require(throws: Diagnostic.self) {
      try CircuitFile.parse("OPENQASM 2.0;\nqreg q[1];\nh q[0];", format: .openQASM2)
    }
    #expect(error.range == SourceRange(line: 3, column: 1, length: 1))
    #expect(error.hint == "add 'include \"qelib1.inc\";' to have the standard gates")
  }

  @Test func `another version is refused`() {
    #expect(throws: Diagnostic.self) { try CircuitFile.parse("OPENQASM 3.0;", format: .openQASM2) }
    #expect(throws: Diagnostic.self) { try CircuitFile.parse("OPENQASM 4.0;", format: .openQASM3) }
    #expect(throws: Diagnostic.self) { try CircuitFile.parse("OPENQASM 2.5;", format: .openQASM2) }
  }
}

/// An error with its place; the line and column count from the start of the body.
struct ErrorCase: Sendable, CustomTestStringConvertible {
  let source: String
  let line: Int
  /// 0 where it does not matter.
  let column: Int
  let message: String
  let hint: String?

  init(
    _ source: String, _ line: Int, _ place: Int, _ message: String, hint: String? = nil,
    column: Int? = nil
  ) {
    self.source = source
    self.line = line
    self.column = column ?? place
    self.message = message
    self.hint = hint
  }

  var testDescription: String { source }

  func check(version: Int) {
    let header =
      version == 3
      ? "OPENQASM 3.0; include \"stdgates.inc\";\n" : "OPENQASM 2.0; include \"qelib1.inc\";\n"
    do {
      let file = try CircuitFile.parse(
        header + source, format: version == 3 ? .openQASM3 : .openQASM2)
      Issue.record("accepted as \(listing(file.circuit))")
    } catch {
      #expect(error.message.contains(message), "\(error.message)")
      #expect(error.range?.line == line + 1)
      if column > 0 { #expect(error.range?.column == column, "\(error.message)") }
      if let hint { #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "no hint")") }
    }
  }
}
