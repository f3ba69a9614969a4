import Foundation
import QSim
import TestSupport
import Testing

/// Legal forms that are easily refused, and illegal ones of earlier drafts that deserve a hint.
struct OpenQASMFormsTests {
  private static func text(_ file: String) throws -> [UInt8] {
    try Repository.bytes("Tests/Fixtures/Reported/openqasm/\(file)")
  }

  // MARK: Reported files

  @Test(arguments: [
    ("compound-measure", "101"), ("blank-before-unit", "1"), ("later-words", "1"),
  ])
  func `a reported file is read`(file: String, bits: String) throws {
    let circuit = try CircuitFile.parse(Self.text(file + ".qasm"), format: .openQASM3).circuit
    #expect(try distribution(circuit) == [bits: 1])
  }

  @Test(arguments: [
    ("draft-size-behind-name", 4, "qubit[n] q", 3), ("draft-untyped-constant", 4, "const int n", 3),
    ("draft-bars", 5, "a ++ b", 3), ("draft-subroutine", 4, "def s(", 3),
    ("braces", 8, "OPENQASM 3.0", 2), ("ryy-hint", 5, "gate ryy(theta) a, b {", 2),
  ])
  func `a reported file is refused with a hint`(
    file: String, line: Int, hint: String, version: Int
  ) throws {
    let error = try #require(throws: Diagnostic.self) {
      try CircuitFile.parse(
        Self.text(file + ".qasm"), format: version == 2 ? .openQASM2 : .openQASM3)
    }
    #expect(error.range?.line == line, "\(error)")
    #expect(error.hint?.contains(hint) == true, "\(error)")
  }

  /// Where each is refused, and why; `nil` for those that are read.
  static let extremes: [(file: String, line: Int, message: String?)] = [
    ("signal4-1-convert.v3", 10, "not a finite number"),
    ("signal4-1-draw.v3", 16, "parameters depend on measurements"), ("signal4-1-noise.v3", 0, nil),
    ("signal4-1-plan.v3", 14, "not a finite number"), ("signal4-1-run.v2", 0, nil),
    ("signal4-3-convert.v3", 11, "not a finite number"),
    ("signal4-3-run.v3", 17, "not a finite number"),
  ]

  @Test(arguments: extremes.indices)
  func `a program over extreme constants is read, or refused at its place`(index: Int) throws {
    let (file, line, message) = Self.extremes[index]
    let format: CircuitFormat = file.hasSuffix("v2") ? .openQASM2 : .openQASM3
    let text = try Self.text(file + ".qasm")
    guard let message else {
      #expect(try CircuitFile.parse(text, format: format).circuit.gateCount > 0)
      return
    }
    let error = #expect(throws: Diagnostic.self) { try CircuitFile.parse(text, format: format) }
    #expect(error?.range?.line == line && error?.message.contains(message) ?? false, "\(file)")
  }

  @Test func `a loop of many turns is unrolled`() throws {
    let circuit = try CircuitFile.parse(Self.text("many-turns.qasm"), format: .openQASM3).circuit
    #expect(circuit.gateCount == 524_290)
    let run = try StateVectorSimulator().run(
      circuit, shots: 3, seed: 1, options: SimulationOptions())
    #expect((0..<3).allSatisfy { run.bits.table[$0, 0] })
  }

  // MARK: Legal forms

  static let circuits: [ReadingCase] = [
    // A measurement on the right of an assignment with an operator
    ReadingCase(
      "qubit[2] q; int[8] n = 3; n += measure q[0];",
      "M 0; v0 = rec[-1]; v1 = wrapSigned(8)(add(3, v0))"),
    // A blank before `im`
    ReadingCase("const complex c = 2 im; qubit q; rz(imag(c)) q;", "rz(2.0) 0"),
    // Commas at the end of lists
    ReadingCase(
      "qubit[3] q; cx q[0], q[1],; barrier q[0], q[1],; rx(0.5,) q[0];",
      "CX 0 1; barrier 0 1; rx(0.5) 0"),
    ReadingCase("qubit q; switch (3) { case 3, { x q; } default { y q; } }", "X 0"),
    ReadingCase(
      "array[int[8], 2, 2,] a = {{1, 2,}, {3, 4,},}; qubit q; rz(a[1, 0,]) q;", "rz(3.0) 0"),
    ReadingCase("def f(int n, qubit a,) { rz(n) a; } qubit q; f(2, q,);", "rz(2.0) 0"),
    ReadingCase(
      "gate g(t,) a, b, { rx(t) a; cx a, b; } qubit[2] q; g(1,) q[0], q[1];", "rx(1.0) 0; CX 0 1"),
    ReadingCase("qubit[4] q; x q[{0, 2,}];", "X 0 2"),
    ReadingCase(
      "def f(readonly array[int[8], 2,] a) -> int { return a[1]; } array[int[8], 2] b = {4, 5}; qubit q; rz(f(b)) q;",
      "rz(5.0) 0"),
    // Expressions as statements
    ReadingCase(
      "qubit q; int n = 2; n; n + 1; -n; (n); int[8](n); n == 2 || true; 3 * n; \"01\"; pi; n ** 2; !true; x q;",
      "X 0"),
    ReadingCase("bit[2] c; qubit q; c; c[0]; c[0] & c[1]; ~c; x q;", "X 0"),
    ReadingCase("def f(int n) -> int { return n; } qubit q; f(2) + 1; sin(1.0) * 2; x q;", "X 0"),
    // Words of later versions as names
    ReadingCase("qubit switch; x switch; int nop = 3; rz(nop) switch;", "X 0; rz(3.0) 0"),
    ReadingCase("gate case(default) nop { rx(default) nop; } qubit q; case(0.5) q;", "rx(0.5) 0"),
    ReadingCase("def switch(qubit case) { x case; } qubit q; switch(q);", "X 0"),
    ReadingCase("qubit q; for int case in [1:2] { rz(case) q; }", "rz(1.0) 0; rz(2.0) 0"),
    ReadingCase("qubit q; nop q; nop; switch (1) { case 1 { x q; } default { } }", "X 0"),
  ]

  @Test(arguments: circuits) func `a legal form is read`(_ test: ReadingCase) throws {
    #expect(listing(try read(test.source).circuit) == test.expected)
  }

  @Test(arguments: ["10 ms", "1.5\tus", "3 µs", "2\u{3bc}s", "1e3 dt", "100ns", "0 s"])
  func `blanks may stand before a unit`(duration: String) throws {
    _ = try read("duration t = \(duration); qubit q; delay[\(duration)] q; x q;")
  }

  @Test(arguments: ["3.1", "3"]) func `words are reserved in the versions that have them`(
    version: String
  ) {
    #expect(throws: Diagnostic.self) {
      try CircuitFile.parse("OPENQASM \(version); qubit switch;", format: .openQASM3)
    }
  }

  @Test func `a value that nobody uses is a warning`() throws {
    let file = try read(
      "int n = 2; n; n + 1;\nf(1); def f(int n) { }".replacing("f(1); ", with: ""))
    #expect(file.warnings.map(\.code) == ["unused-value", "unused-value"])
    #expect(file.warnings.allSatisfy { $0.range?.line == 1 })
    #expect(throws: Diagnostic.self) { try read("nowhere + 1;") }
  }

  @Test(arguments: [
    ("f = 0;\nf |= measure q[0]; f |= measure q[1];", "1"),
    ("f = 1;\nf &= measure q[1];", "0"), ("f = 1; f ^= measure q[0];", "0"),
  ])
  func `results are combined with bits`(body: String, bits: String) throws {
    let circuit = try read("qubit[2] q; bit f; x q[0]; \(body)").circuit
    #expect(try distribution(circuit) == [bits: 1])
  }

  @Test func `a result is combined with a bit chosen while running`() throws {
    let circuit = try read(
      "qubit[2] q; bit[2] f; bit z; x q; z = measure q[0]; int i = z; f[i] |= measure q[i];"
    ).circuit
    #expect(try distribution(circuit) == ["110": 1])
  }

  // MARK: Version 2

  @Test func `version 2 takes empty statements unless strict`() throws {
    let text = "qreg q[1];; ; gate g a { x a;; } g q[0];;"
    #expect(listing(try read(text, version: 2).circuit) == "X 0")
    let error = try #require(throws: Diagnostic.self) {
      try read("qreg q[1];;", version: 2, strict: true)
    }
    #expect(error.hint?.contains("second ';'") == true)
  }

  static let version2: [ErrorCase] = [
    ErrorCase("opaque g;", 1, 8, "at least one qubit"),
    ErrorCase("opaque g(t);", 1, 8, "at least one qubit"),
    ErrorCase(
      "creg c[1]; qreg q[1];\nif (c == 1) { x q[0]; }", 2, 13, "one operation", hint: "OpenQASM 3"),
    ErrorCase(
      "qreg q[2];\ncnot q[0], q[1];", 2, 1, "unknown gate 'cnot'", hint: "did you mean 'cx'?"),
    ErrorCase("qreg q[3];\ntoffoli q[0], q[1], q[2];", 2, 1, "unknown gate", hint: "'ccx'"),
    ErrorCase("qreg q[3];\nfredkin q[0], q[1], q[2];", 2, 1, "unknown gate", hint: "'cswap'"),
    ErrorCase(
      "qreg q[2];\nrzx(0.3) q[0], q[1];", 2, 1, "qelib1.inc does not have it",
      hint: "gate rzx(theta)"),
    ErrorCase(
      "qreg q[2];\necr q[0], q[1];", 2, 1, "qelib1.inc does not have it",
      hint: "define it: gate rzx(theta) a, b {"),
    ErrorCase(
      "qreg q[2];\niswap q[0], q[1];", 2, 1, "qelib1.inc does not have it",
      hint: "gate iswap a, b { cx a, b; s b;"),
    ErrorCase("qreg q[3];\nmcx q[0], q[1], q[2];", 2, 1, "unknown gate 'mcx'", hint: "'cx', 'ccx'"),
    ErrorCase(
      "qreg q[2];\nms(0.5) q[0], q[1];", 2, 1, "unknown gate 'ms'", hint: "gate ms(phi0, phi1)"),
    ErrorCase("qreg q[1];\nhadamard q[0];", 2, 1, "unknown gate", hint: "'h'"),
  ]

  @Test(arguments: version2) func `version 2 refuses at a place with a hint`(_ test: ErrorCase) {
    test.check(version: 2)
  }

  /// The definition that a hint offers is a gate like the catalog's.
  @Test(arguments: [2, 3]) func `the definition that a hint offers is the gate`(version: Int) throws
  {
    var count = 0
    for definition in GateCatalog.all
    where definition.isUnitary && definition.qubitCount ?? 0 > 0 && definition.matrix != nil {
      let name = definition.name.lowercased()
      let arguments =
        definition.parameters.isEmpty
        ? "" : "(\(definition.parameters.indices.map { "0.\($0 + 1)" }.joined(separator: ",")))"
      let size = definition.qubitCount!
      let qubits = (0..<size).map { "q[\($0)]" }.joined(separator: ",")
      let call = "\(name)\(arguments) \(qubits);"
      let register = version == 2 ? "qreg q[\(size)];" : "qubit[\(size)] q;"
      guard let hint = Self.hint(for: "\(register) \(call)", version), hint.hasPrefix("define it: ")
      else { continue }
      count += 1
      let circuit = try read(
        "\(hint.dropFirst("define it: ".count)) \(register) \(call)", version: version
      ).circuit
      let values = definition.parameters.indices.map { Double("0.\($0 + 1)")! }
      let whole = definition.matrix!(values[...])
      let unitary = ReferenceSimulator.unitary(of: circuit)
      #expect(unitary.distanceUpToPhase(to: whole) < 1e-9, "\(name)")
    }
    #expect(count >= 40)
  }

  /// What textbooks, languages and vendors call a gate is read once it is written as its hint says.
  @Test(arguments: ForeignGate.all.keys.sorted(), [2, 3])
  func `the hint for a foreign name is a program`(name: String, version: Int) throws {
    let register = version == 2 ? "qreg q[6];" : "qubit[6] q;"
    let error = try #require(throws: Diagnostic.self) {
      try read("\(register) \(name) q[0];", version: version)
    }
    #expect(error.code == "unknown-gate")
    let hint = try #require(error.hint)
    func call(_ word: some StringProtocol, _ parameters: Int, _ qubits: Int) -> String {
      let list = (0..<parameters).map { "0.\($0 + 1)" }.joined(separator: ", ")
      let operands = (0..<qubits).map { "q[\($0)]" }.joined(separator: ", ")
      return "\(word)\(list.isEmpty ? "" : "(\(list))") \(operands);"
    }
    func call(_ word: some StringProtocol, controls: Int = 0) throws -> String {
      let own = String(word.reversed().prefix { $0 != " " }.reversed())
      let gate = try #require(GateCatalog.openQASMNames[own], "\(word)").gate.definition
      return call(word, gate.parameters.count, controls + (gate.qubitCount ?? 0))
    }
    let quoted = hint.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0 % 2 == 1 ? $1 : nil }
    var programs: [String] = []
    if hint.hasPrefix("did you mean ") {
      programs = [try call(quoted[0])]
    } else if hint.hasPrefix("write 'ctrl(2) @ ") {
      programs = [try call(quoted[0], controls: 2)]
    } else if hint.hasPrefix("include ") {
      programs = ["include \"qelib1.inc\"; \(try call(name))"]
    } else if let start = hint.firstRange(of: ": ")?.upperBound, hint.hasPrefix("define it") {
      let declared = String(hint[start...])
      let head = try #require(declared.components(separatedBy: "gate \(name)").last)
        .prefix { $0 != "{" }
      let parameters = head.contains("(") ? head.prefix { $0 != ")" }.count { $0 == "," } + 1 : 0
      let qubits = head.drop { head.contains("(") && $0 != ")" }.count { $0 == "," } + 1
      programs = ["\(declared) \(call(name, parameters, qubits))"]
    } else {
      // Names of gates with a fixed number of controls, and how version 3 writes any.
      #expect(version == 2 && hint.contains("OpenQASM 3 has 'ctrl(n) @ …'"), "\(hint)")
      programs = try quoted.filter { !$0.contains("@") }.map { try call($0) }
    }
    for program in programs {
      let circuit = try read("\(register) \(program)", version: version).circuit
      #expect(circuit.gateCount > 0, "\(program)")
    }
  }

  /// The gates of ion traps by their published matrices.
  @Test func `the definitions of vendors' gates are theirs`() throws {
    let phi = 0.7
    let (cosine, sine) = (Complex(cos(phi), 0), Complex(0, sin(phi)))
    let (plus, minus) = (cosine + sine, cosine - sine)
    let i = Complex(0.0, 1.0)
    let root = Complex(0.5.squareRoot(), 0)
    let (one, quarter) = (Complex(0.5.squareRoot(), -(0.5.squareRoot())), root + i * root)
    let matrices: [(name: String, call: String, matrix: ComplexMatrix)] = [
      ("gpi", "gpi(0.7) q[0];", ComplexMatrix([[.zero, minus], [plus, .zero]])),
      (
        "gpi2", "gpi2(0.7) q[0];",
        ComplexMatrix([[root, -i * minus * root], [-i * plus * root, root]])
      ),
      (
        "ms", "ms(0.7, 0.7) q[0], q[1];",
        ComplexMatrix([
          [root, .zero, .zero, -i * minus * minus * root],
          [.zero, root, -i * root, .zero], [.zero, -i * root, root, .zero],
          [-i * plus * plus * root, .zero, .zero, root],
        ])
      ),
      (
        "zzmax", "zzmax q[0], q[1];",
        ComplexMatrix([
          [one, .zero, .zero, .zero], [.zero, quarter, .zero, .zero],
          [.zero, .zero, quarter, .zero], [.zero, .zero, .zero, one],
        ])
      ),
    ]
    for (name, call, matrix) in matrices {
      let size = call.contains("q[1]") ? 2 : 1
      let hint = try #require(Self.hint(for: "qubit[\(size)] q; \(call)", 3))
      let circuit = try read(
        "\(hint.dropFirst("define it: ".count)) qubit[\(size)] q; \(call)"
      ).circuit
      let unitary = ReferenceSimulator.unitary(of: circuit)
      #expect(unitary.distanceUpToPhase(to: matrix) < 1e-12, "\(name)")
    }
  }

  /// The hint of the error that a text ends in; `nil` if it is read.
  private static func hint(for source: String, _ version: Int) -> String? {
    do {
      _ = try read(source, version: version)
      return nil
    } catch {
      return (error as? Diagnostic)?.hint
    }
  }

  // MARK: Drafts of version 3

  static let drafts: [ErrorCase] = [
    ErrorCase("qubit q[3];", 1, 8, "belongs to the type", hint: "qubit[n] q"),
    ErrorCase("int x[8];", 1, 6, "belongs to the type", hint: "int[n] x"),
    ErrorCase("input bit b[4];", 1, 12, "belongs to the type", hint: "bit[n] b"),
    ErrorCase("def f(qubit q[2]) { }", 1, 14, "belongs to the type", hint: "since OpenQASM 3.0"),
    ErrorCase("const n = 3;", 1, 7, "the type of a constant", hint: "const int n"),
    ErrorCase("qubit[2] q; let r = q[0] || q[1];", 1, 26, "'++'", hint: "a ++ b"),
    ErrorCase("qubit[2] q; qubit[2] r;\nx q || r;", 2, 5, "expected ';'", hint: "'++'"),
    ErrorCase(
      "def f qubit:q -> bit { }", 1, 7, "one pair of parentheses", hint: "def f(qubit[2] a"),
    ErrorCase("def f(int[8] n) qubit:q { }", 1, 17, "one pair of parentheses", hint: "def f("),
    ErrorCase("def f(int[8]:n) { }", 1, 13, "the name of a parameter", hint: "qubit[2]:a"),
    ErrorCase("qubit a, b;", 1, 8, "expected ';'", hint: "statement of its own"),
    ErrorCase("kernel f(bit) -> bit;", 1, 0, "expected", hint: "extern"),
    ErrorCase("qubit[2] q; cnot q[0], q[1];", 1, 13, "unknown gate 'cnot'", hint: "'cx'"),
    ErrorCase(
      "qubit[2] q; ryy(1) q[0], q[1];", 1, 13, "stdgates.inc does not have it",
      hint: "gate ryy(theta) a, b {"),
  ]

  @Test(arguments: drafts) func `a draft's form is refused with the present one`(_ test: ErrorCase)
  {
    test.check(version: 3)
  }
}
