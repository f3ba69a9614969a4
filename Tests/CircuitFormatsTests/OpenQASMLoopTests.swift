import QSim
import TestSupport
import Testing

/// Loops of many turns: one block where the turns are the same, written out where they are not.
struct OpenQASMLoopTests {
  static let folded: [ReadingCase] = [
    ReadingCase("qubit q; for int i in [1:300] { x q; }", "repeat 300 {X 0}"),
    ReadingCase("qubit q; for int i in [900:-3:3] { x q; }", "repeat 300 {X 0}"),
    ReadingCase(
      "qubit q; for int i in [1:300] { for int j in [1:400] { x q; } y q; }",
      "repeat 300 {repeat 400 {X 0}; Y 0}"),
    ReadingCase(
      "qubit q; bit c; for int i in [1:300] { c = measure q; if (c) x q; }",
      "repeat 300 {M 0 ->0; if c[0+1] {X 0}}"),
    // What is known changes in the first turn only.
    ReadingCase(
      "qubit q; int n = 1; for int i in [1:300] { rz(n) q; n = 2; }",
      "rz(1.0) 0; repeat 299 {rz(2.0) 0}"),
    ReadingCase("for int i in [0:1000000000000000000] { int n = 2; }", ""),
    ReadingCase("for int i in [-9223372036854775807:9223372036854775807] { }", ""),
    ReadingCase(
      "gate g a { x a; } def f(qubit a) { g a; } qubit q; for int i in [1:300] { f(q); }",
      "repeat 300 {X 0}"),
  ]

  @Test(arguments: folded) func `equal turns become a repeat block`(_ test: ReadingCase) throws {
    #expect(listing(try read(test.source).circuit) == test.expected)
  }

  static let bodies = [
    "x q[0]; rx(0.01) q[1];", "rz(i * 0.01) q[0]; h q[0];", "n = n + 1; if (n == 7) x q[1];",
    "b = !b; if (b) { x q[0]; }", "n = 5; rx(n * 0.01) q[1];", "int k = 3; ry(k * 0.01) q[1];",
    "c[1] = measure q[1]; if (c[1]) x q[0];",
    "v = v + c[1]; if (v == 40) x q[0]; c[1] = measure q[1];",
    "c[0] = !c[0]; if (c[0]) x q[1];", "for int j in [1:260] { rx(0.001) q[0]; }",
    "for int j in [1:260] { rx(i * 0.0001) q[0]; }",
    "array[int[8], 2] a = {1, 2}; rx(a[1] * 0.01) q[0];",
    "gphase(0.1); ctrl @ gphase(0.2) q[0];", "let r = q[0]; x r;", "reset q[0]; x q[0];",
    "while (n < 20) { n = n + 1; x q[0]; }", "switch (n) { case 1 { n = 2; } default { x q[1]; } }",
  ]

  /// A loop does what its body does, written out as often.
  @Test(arguments: bodies) func `a long loop is its body written out`(body: String) throws {
    let head =
      "qubit[2] q; bit[2] c; int[8] n = 1; int[16] v = 0; bool b = false; h q[0]; x q[1]; c[1] = measure q[1]; "
    let tail = " h q[0]; output bit[2] r; r = measure q;"
    let loop = try read("\(head) for int i in [1:300] { \(body) } \(tail)").circuit
    let turns = (1...300).map { "{ const int i = \($0); \(body) } " }.joined()
    let plain = try read("\(head) \(turns) \(tail)").circuit
    #expect(isClose(try distribution(loop), try distribution(plain), tolerance: 1e-9))
  }

  @Test func `jumps leave a long loop`() throws {
    let body = "qubit q; int n = 1; for int i in [1:300] {"
    let left = try read("\(body) if (i == 5) break; x q; }").circuit
    #expect(listing(left) == "X 0; X 0; X 0; X 0")
    let skipped = try read("\(body) if (n == 3) continue; x q; n = 3; }").circuit
    #expect(listing(skipped) == "X 0")
  }

  @Test func `loops whose turns differ may have half a million of them`() throws {
    let source = "qubit q; for uint i in [1:524288] { rz(i * 1e-6) q; }"
    #expect(try read(source).circuit.gateCount == 524_288)
  }

  static let longLoops: [String] = [
    "int i = 0; while (i < 262144) { rz(i * 1e-6) q; i += 1; }",
    "for float t in [0:1:262143] { rz(t * 1e-6) q; rz(t * 1e-6) q; }",
    "for uint i in [1:262144] { rz(i * 1e-6) q; int n = i; n += 1; }",
    "int i = 0; while (true) { i += 1; rz(i * 1e-6) q; if (i == 262144) break; }",
    "int i = 0; while (i < 300) { for int j in [1:1000] { rz(i * j * 1e-6) q; } i += 1; }",
  ]

  /// How long a loop may be depends on its turns, not on the word that it starts with.
  @Test(arguments: longLoops) func `loops of every kind may be as long`(loop: String) throws {
    #expect(try read("qubit q; \(loop)").circuit.gateCount >= 262_144)
  }

  @Test(arguments: [
    "int i = 0;\nwhile (i >= 0) { i = 1 - i; }",
    "int i = 0;\nwhile (true) { i += 1; if (i < 0) break; }",
    "int i = 0;\nfor int j in [1:1000000] { while (i < 200) { i += 1; } i = 0; int k = j; }",
  ])
  func `loops that never end are refused at their place`(source: String) throws {
    let error = try #require(throws: Diagnostic.self) { try read(source) }
    #expect(error.range?.line == 2 && error.message.contains("steps to unroll"), "\(error)")
  }

  // MARK: Memory

  static let largePrograms: [(source: String, line: Int)] = [
    ("qubit q;\nfor int i in [1:100000] {\n rz(i * 1e-6) q;\n}", 2),
    ("qubit q; int i = 0;\nwhile (i < 100000) {\n rz(i * 1e-6) q; i += 1;\n}", 2),
    ("qubit q;\nfor int i in [1:400] {\n for int j in [1:400] {\n rz(i * j * 1e-6) q;\n}\n}", 2),
    ("qubit q; bit c; c = measure q;\nfor int i in [1:50000] {\n if (c) { rz(i * 0.1) q; }\n}", 2),
    ("qubit q; bit c; int n = 0; c = measure q;\nfor int i in [1:50000] {\n n = n + i * c;\n}", 2),
    ("qubit q;\narray[int, 400000] a;", 2),
    ("qubit[1000000] q;\nh q;", 2),
    ("qubit[1000000] q; bit[1000000] c;\nc = measure q;", 2),
    // Outside of loops it is the statement that adds to the circuit.
    ("gate g a { rz(0.1) a; rz(0.2) a; }\nqubit[200000] q;\ng q;", 1),
  ]

  @Test(arguments: largePrograms.indices)
  func `a circuit that outgrows its memory is refused at its loop`(index: Int) throws {
    let (source, line) = Self.largePrograms[index]
    let text = "OPENQASM 3.0; include \"stdgates.inc\"; " + source
    let error = try #require(throws: Diagnostic.self) {
      try CircuitFile.parse(text, format: .openQASM3, memoryLimit: 4 << 20)
    }
    #expect(error.code == Diagnostic.outOfMemory && error.range?.line == line, "\(error)")
    #expect(throws: Never.self) {
      try CircuitFile.parse(text, format: .openQASM3, memoryLimit: 1 << 30)
    }
  }

  @Test(arguments: [
    "qubit q;\nfor int i in [0:10000000] x q;", "qubit q;\nfor int i in [0:1000000000000] { x q; }",
    "qubit q;\nfor int i in [0:3000] { for int j in [0:3000] { x q; } }",
    "qubit q;\nfor int i in [0:18446744073709551615] { x q; }",
    "int n = 0;\nfor int i in [0:100000000] { n = n + i; }",
  ])
  func `loops that would take too much are refused at their place`(source: String) throws {
    let error = try #require(throws: Diagnostic.self) { try read(source) }
    #expect(error.range?.line == 2, "\(error)")
    #expect(error.message.contains("more than") || error.message.contains("at most"), "\(error)")
  }
}
