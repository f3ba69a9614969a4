import QSim
import TestSupport
import Testing

struct OpenQASM3Tests {
  static let circuits: [ReadingCase] = [
    // Declarations and operands
    ReadingCase("qubit q; x q;", "X 0"),
    ReadingCase("qubit[2] q; h q; cx q[0], q[1];", "H 0 1; CX 0 1"),
    ReadingCase("qreg q[2]; creg c[2]; measure q -> c;", "M 0 ->0 1 ->1"),
    ReadingCase(
      "qubit[2] q; bit[2] c; c = measure q; c[1] = measure q[0];", "M 0 ->0 1 ->1; M 0 ->1"),
    ReadingCase("qubit q; bit c = measure q;", "M 0 ->0"),
    ReadingCase("qubit q; measure q;", "M 0"),
    ReadingCase(
      "qubit[4] q; x q[-1]; h q[1:2]; y q[0:2:3]; z q[{3, 0}]; s q[3:-1:2];",
      "X 3; H 1 2; Y 0 2; Z 3 0; S 3 2"),
    ReadingCase(
      "qubit[2] a; qubit[2] b; let c = a[1] ++ b; x c; let d = c[1:]; y d;", "X 1 2 3; Y 2 3"),
    ReadingCase("x $0; cx $0, $3;", "X 0; CX 0 3"),
    ReadingCase(
      "qubit[2] q; reset q; barrier q; barrier; reset q[0];", "R 0 1; barrier 0 1; barrier; R 0"),
    ReadingCase("const int n = 3; qubit[n] q; x q[n - 1];", "X 2"),
    ReadingCase("qubit[2] q; bit[3] c; let d = c[{0, 2}]; d = measure q;", "M 0 ->0 1 ->2"),
    // Gates
    ReadingCase("qubit q; U(0.2, 0, 0) q;", "gphase(0.1); u3(0.2, 0.0, 0.0) 0"),
    ReadingCase("qubit q; u3(0.2, 0.4, 0.6) q;", "gphase(-0.5); u3(0.2, 0.4, 0.6) 0"),
    ReadingCase("qubit q; u2(0.4, 0.6) q;", "gphase(-0.5); u2(0.4, 0.6) 0"),
    ReadingCase(
      "qubit q; gphase(0.25); gphase(-0.25); p(0.5) q; phase(0.5) q; u1(0.5) q;",
      "p(0.5) 0; p(0.5) 0; p(0.5) 0"),
    ReadingCase(
      "qubit[3] q; ctrl @ x q[0], q[1]; ctrl(2) @ x q[0], q[1], q[2]; ctrl @ cx q[0], q[1], q[2];",
      "CX 0 1; ccx 0 1 2; ccx 0 1 2"),
    ReadingCase(
      "qubit[3] q; negctrl @ x q[0], q[1]; ctrl @ negctrl @ y q[0], q[1], q[2];",
      "X ctrl(1) !0 1; Y ctrl(2) 0 !1 2"),
    ReadingCase(
      "qubit[2] q; ctrl @ gphase(0.5) q[0]; ctrl @ U(0.2, 0, 0) q[0], q[1];",
      "p(0.5) 0; p(0.1) 0; cu3(0.2, 0.0, 0.0) 0 1"),
    ReadingCase("qubit[2] q; negctrl @ gphase(0.5) q[0];", "X 0; p(0.5) 0; X 0"),
    ReadingCase(
      "qubit q; inv @ s q; inv @ rx(0.5) q; inv @ inv @ t q;", "S_DAG 0; rx(-0.5) 0; t 0"),
    ReadingCase(
      "qubit q; pow(2) @ s q; pow(0.5) @ z q; pow(-1) @ t q; pow(0) @ x q; pow(3) @ h q;",
      "Z 0; S 0; tdg 0; H 0"),
    ReadingCase(
      "qubit q; pow(0.5) @ x q; pow(-0.5) @ x q; pow(2) @ rx(0.5) q;",
      "SQRT_X 0; SQRT_X_DAG 0; rx(1.0) 0"),
    ReadingCase(
      "gate g(t) a, b { rx(t) a; cx a, b; } qubit[2] q; inv @ g(0.5) q[1], q[0];",
      "CX 1 0; rx(-0.5) 1"),
    ReadingCase(
      "gate g(t) a { gphase(t); x a; } qubit[2] q; ctrl @ g(0.5) q[0], q[1];", "p(0.5) 0; CX 0 1"),
    ReadingCase("gate g a { for int i in [0:2] { x a; } } qubit q; g q;", "X 0; X 0; X 0"),
    ReadingCase("gate g a { inv @ s a; } qubit[2] q; g q;", "S_DAG 0; S_DAG 1"),
    ReadingCase("qubit[2] q; inv @ ctrl @ pow(0.5) @ z q[0], q[1];", "csdg 0 1"),
    // Constants and arithmetic
    ReadingCase(
      "qubit q; rz(pi/2) q; rz(π) q; rz(τ/4) q; rz(tau/4) q; rz(ℇ - euler) q;",
      "rz(1.570796) 0; rz(3.141593) 0; rz(1.570796) 0; rz(1.570796) 0; rz(0.0) 0"),
    ReadingCase(
      "qubit q; rz(1_000) q; rz(0x1F) q; rz(0b101) q; rz(0o17) q; rz(1.5e-1) q;",
      "rz(1000.0) 0; rz(31.0) 0; rz(5.0) 0; rz(15.0) 0; rz(0.15) 0"),
    ReadingCase(
      "qubit q; rz(7 / 2) q; rz(7.0 / 2) q; rz(7 % 4) q; rz(2 ** 3 ** 2) q; rz(-2 ** 2) q; rz(2 ** -1) q;",
      "rz(3.0) 0; rz(3.5) 0; rz(3.0) 0; rz(512.0) 0; rz(-4.0) 0; rz(0.5) 0"),
    ReadingCase(
      "qubit q; rz(1 << 4 | 3) q; rz(6 & 3 ^ 1) q; rz(~0 + 2) q; rz(-8 >> 1) q;",
      "rz(19.0) 0; rz(3.0) 0; rz(1.0) 0; rz(-4.0) 0"),
    ReadingCase(
      "qubit q; if (1 < 2 && !(3 <= 2) || false) x q; if (2 != 2) y q; else z q;", "X 0; Z 0"),
    ReadingCase(
      "qubit q; uint[4] a = 15; a += 3; rz(a) q; int[4] b = 7; b += 1; rz(b) q;",
      "rz(2.0) 0; rz(-8.0) 0"),
    ReadingCase(
      "qubit q; int a = 5; a -= 2; a *= 7; a /= 2; a %= 6; a **= 2; a <<= 1; a >>= 2; a |= 1; a ^= 6; a &= 12; rz(a) q;",
      "rz(12.0) 0"),
    ReadingCase(
      "qubit q; rz(sin(pi/2)) q; rz(arccos(1)) q; rz(floor(1.7)) q; rz(ceiling(1.2)) q; rz(sqrt(9)) q; rz(log(1)) q; rz(exp(0)) q;",
      "rz(1.0) 0; rz(0.0) 0; rz(1.0) 0; rz(2.0) 0; rz(3.0) 0; rz(0.0) 0; rz(1.0) 0"),
    ReadingCase(
      "qubit q; rz(mod(7, 4)) q; rz(mod(-1.5, 1)) q; rz(pow(2, 5)) q; rz(popcount(\"10110\")) q;",
      "rz(3.0) 0; rz(0.5) 0; rz(32.0) 0; rz(3.0) 0"),
    ReadingCase(
      "qubit q; bit[4] c = \"0011\"; if (rotl(c, 1) == \"0110\") x q; if (rotr(c, 1) == \"1001\") y q;",
      "c[0+4] = 3; X 0; Y 0"),
    ReadingCase(
      "qubit q; complex[float[64]] z = 1.5 + 2im; rz(real(z)) q; rz(imag(z * z)) q;",
      "rz(1.5) 0; rz(6.0) 0"),
    ReadingCase(
      "qubit q; rz(int(2.9)) q; rz(int[8](200)) q; rz(float(3)) q; rz(uint[3](9)) q; if (bool(2)) x q;",
      "rz(2.0) 0; rz(-56.0) 0; rz(3.0) 0; rz(1.0) 0; X 0"),
    ReadingCase(
      "qubit q; angle[4] a = pi/2; rz(a) q; a <<= 1; rz(a) q; a += a; rz(a) q; bit b = a[3];",
      "rz(1.570796) 0; rz(3.141593) 0; rz(0.0) 0; c[0+1] = 0"),
    ReadingCase(
      "qubit q; angle a = -pi/2; rz(a) q; rz(2 * a) q;", "rz(-1.570796) 0; rz(-3.141593) 0"),
    ReadingCase(
      "qubit q; uint[8] u = 0b10110010; if (u[1]) x q; if (u[0]) y q; rz(u[4:7]) q; u[0] = 1; rz(u) q; u[4:5] = \"00\"; rz(u) q;",
      "X 0; rz(11.0) 0; rz(179.0) 0; rz(131.0) 0"),
    // Arrays
    ReadingCase(
      "qubit q; array[int[8], 3] a = {1, 2, 3}; a[1] = 7; rz(a[1]) q; rz(a[-1]) q; rz(sizeof(a)) q;",
      "rz(7.0) 0; rz(3.0) 0; rz(3.0) 0"),
    ReadingCase(
      "qubit q; array[float[64], 2, 2] a = {{1, 2}, {3, 4}}; rz(a[1, 0]) q; rz(a[0][1]) q; rz(sizeof(a, 1)) q; a[0] = a[1]; rz(a[0, 0]) q;",
      "rz(3.0) 0; rz(2.0) 0; rz(2.0) 0; rz(3.0) 0"),
    ReadingCase(
      "qubit q; const array[int[8], 2] a = {4, 5}; for int[8] x in a { rz(x) q; } let b = a[1:1] ++ a; rz(b[0]) q;",
      "rz(4.0) 0; rz(5.0) 0; rz(5.0) 0"),
    // Loops and choices on reading
    ReadingCase("qubit[3] q; for int i in [0:2] x q[i];", "X 0; X 1; X 2"),
    ReadingCase("qubit[5] q; for uint i in [4:-2:0] { x q[i]; }", "X 4; X 2; X 0"),
    ReadingCase("qubit[5] q; for int i in {3, 1} { if (i == 1) continue; x q[i]; }", "X 3"),
    ReadingCase("qubit[5] q; for int i in [0:4] { if (i == 2) break; x q[i]; }", "X 0; X 1"),
    ReadingCase(
      "qubit q; for float[64] t in [0:0.5:1] rz(t) q;", "rz(0.0) 0; rz(0.5) 0; rz(1.0) 0"),
    // Ranges whose ends or lengths are no quotients of 64 bits
    ReadingCase("qubit q; for float f in [1e308:1e-10:1.1e308] { x q; break; }", "X 0"),
    ReadingCase("qubit q; for float f in [-1e308:-1e-10:-1.1e308] { x q; break; }", "X 0"),
    ReadingCase("qubit q; for float f in [1.1e308:1e-10:1e308] { x q; break; }", ""),
    ReadingCase("qubit q; for float f in [1e308:1e-10:1e308] { x q; }", "X 0"),
    ReadingCase("qubit q; for float f in [-1.7e308:1e308:1.7e308] { x q; }", "X 0; X 0; X 0; X 0"),
    ReadingCase("qubit q; for float f in [1.7e308:-1e308:-1.7e308] { x q; }", "X 0; X 0; X 0; X 0"),
    ReadingCase("qubit q; for bit b in \"011\" { if (b) x q; else y q; }", "X 0; X 0; Y 0"),
    ReadingCase("qubit[3] q; int i = 0; while (i < 3) { x q[i]; i += 1; }", "X 0; X 1; X 2"),
    ReadingCase(
      "qubit q; int i = 3; switch (i) { case 1, 2 { x q; } case 3 { y q; } default { z q; } }",
      "Y 0"),
    ReadingCase("qubit q; switch (4) { case 1 { x q; } default { z q; } }", "Z 0"),
    ReadingCase("qubit q; x q; end; y q;", "X 0"),
    ReadingCase("qubit q; { int x = 2; rz(x) q; } { int x = 3; rz(x) q; }", "rz(2.0) 0; rz(3.0) 0"),
    // Subroutines
    ReadingCase("def f(qubit a, float[64] t) { rx(t) a; } qubit[2] q; f(q[1], 0.5);", "rx(0.5) 1"),
    ReadingCase(
      "def f(int n) -> int { if (n > 2) { return n; } return 7; } qubit q; rz(f(3)) q; rz(f(1)) q;",
      "rz(3.0) 0; rz(7.0) 0"),
    ReadingCase(
      "def f(mutable array[int[8], 2] a) { a[0] = 9; } array[int[8], 2] b = {1, 2}; f(b); qubit q; rz(b[0]) q;",
      "rz(9.0) 0"),
    ReadingCase(
      "def f(readonly array[int[8], #dim = 1] a) -> int[8] { int[8] s = 0; for int[8] x in a { s += x; } return s; } array[int[8], 3] b = {1, 2, 3}; qubit q; rz(f(b)) q;",
      "rz(6.0) 0"),
    ReadingCase("def f(qubit[2] a) { cx a[0], a[1]; } qubit[3] q; f(q[1:2]);", "CX 1 2"),
    ReadingCase(
      "def f(int n) -> int { if (n < 2) return 1; return n * f(n - 1); } qubit q; rz(f(5)) q;",
      "rz(120.0) 0"),
    // Read and ignored
    ReadingCase(
      "qubit q; @hint word\nx q;\npragma anything at all\n#pragma more\nbox { y q; } duration d = 3.5us; box[d] { z q; }",
      "X 0; Y 0; Z 0"),
    // While running
    ReadingCase("qubit q; bit c; c = measure q; if (c) x q;", "M 0 ->0; if c[0+1] {X 0}"),
    // Once: the annotation alone was taken for the body, and X acted always.
    ReadingCase(
      "qubit q; bit c; c = measure q; if (c) @hint\nx q; y q;",
      "M 0 ->0; if c[0+1] {X 0}; Y 0"),
    ReadingCase(
      "qubit q; bit c; if (c) x q; else @a\n@b.c d\ny q;", "if c[0+1] {X 0} else {Y 0}"),
    ReadingCase("qubit q; for int i in [0:1]\n@hint\nx q;", "X 0; X 0"),
    ReadingCase(
      "qubit q; bit[2] c; if (c == 2) { x q; } else { y q; }",
      "if equal(c[0+2], 2) {X 0} else {Y 0}"),
    ReadingCase(
      "qubit q; bit[3] c; if (c[1:2] >= 2 && !c[0]) x q;",
      "if logicalAnd(lessOrEqual(2, c[1+2]), logicalNot(c[0+1])) {X 0}"),
    ReadingCase(
      "qubit q; bit c; while (c == 0) { c = measure q; }", "while equal(c[0+1], 0) {M 0 ->0}"),
    ReadingCase(
      "qubit q; bit c; while (true) { c = measure q; if (c) break; h q; }",
      "while 1 {M 0 ->0; if c[0+1] {break 1}; H 0}"),
    ReadingCase(
      "qubit q; bit c; int n = 0; if (c) { n = 1; } rz(n) q;",
      "v0 = 0; if c[0+1] {v0 = 1}; rz(toReal(v0)) 0"),
    ReadingCase(
      "qubit[2] q; bit c; for int i in [0:1] { c = measure q[i]; if (c) break; }",
      "repeat 1 {repeat 1 {M 0 ->0; if c[0+1] {break 2}}; repeat 1 {M 1 ->0; if c[0+1] {break 2}}}"),
    ReadingCase("qubit q; bit c; if (c) { end; } x q;", "if c[0+1] {end}; X 0"),
    ReadingCase("qubit q; bit[2] c = \"10\"; if (c[1]) x q;", "c[0+2] = 2; X 0"),
    ReadingCase(
      "qubit q; bit[3] c; int i = 1; c[i] = 1; if (c) { i = 2; } c[i] = 0;",
      "c[1+1] = 1; v0 = 1; if c[0+3] {v0 = 2}; c[0+3][v0] = 0"),
  ]

  @Test(arguments: circuits) func `a text is read as its circuit`(_ test: ReadingCase) throws {
    #expect(listing(try read(test.source).circuit) == test.expected)
  }

  /// Programs whose classical part runs: what the registers hold at the end.
  static let distributions: [(source: String, expected: [String: Double])] = [
    (
      "qubit q; bit[2] c; h q; c[0] = measure q; if (c[0]) { x q; } c[1] = measure q;",
      ["00": 0.5, "01": 0.5]
    ),
    // Teleportation of |1⟩.
    (
      "qubit[3] q; bit a; bit b; bit r; x q[0]; h q[1]; cx q[1], q[2]; cx q[0], q[1]; h q[0]; a = measure q[0]; b = measure q[1]; if (b) x q[2]; if (a) z q[2]; r = measure q[2];",
      ["100": 0.25, "101": 0.25, "110": 0.25, "111": 0.25]
    ),
    // Turns until a 1 comes up, at most three.
    (
      "qubit q; output uint[2] n; n = 0; bit c; while (c == 0 && n < 3) { h q; c = measure q; n += 1; }",
      ["01": 0.5, "10": 0.25, "11": 0.25]
    ),
    (
      "qubit[3] q; bit[3] c; bit r; h q[1]; for int i in [0:2] { c[i] = measure q[i]; if (c[i]) { break; } x q[2]; }",
      ["0010": 0.5, "0000": 0.5]
    ),
    (
      "qubit[2] q; bit[4] c; h q[0]; c[0] = measure q[0]; int x = 3; if (c[0]) { x = 5; } c = x;",
      ["0011": 0.5, "0101": 0.5]
    ),
    (
      "def f(qubit a) -> int[5] { bit b = measure a; if (b) { return 3; } x a; return 4; } qubit[2] q; h q[0]; output int[5] r; r = f(q[0]) + f(q[1]);",
      ["01000": 0.5, "00111": 0.5]
    ),
    (
      "qubit q; bit[2] c; h q; c[0] = measure q; switch (c[0]) { case 0 { c[1] = 1; } default { c[1] = 0; } }",
      ["10": 0.5, "01": 0.5]
    ),
    (
      "qubit[4] q; bit[4] c; bit[2] k; h q[0]; h q[1]; k = measure q[0:1]; reset q; int i = k; x q[i]; c = measure q;",
      ["000001": 0.25, "010010": 0.25, "100100": 0.25, "111000": 0.25]
    ),
    // Iterative phase estimation of 5/16, the lowest bit first.
    (
      "qubit[2] q; angle[4] a; bit[4] r; x q[1]; for int i in [0:3] { reset q[0]; h q[0]; ctrl @ pow(2 ** (3 - i)) @ p(2 * pi * 5 / 16) q[0], q[1]; p(-a) q[0]; h q[0]; a >>= 1; a[2] = measure q[0]; r[i] = a[2]; }",
      ["0101": 1]
    ),
    (
      "qubit q; output bit[3] n; int k = 0; for int i in [0:5] { h q; bit m = measure q; if (m) { continue; } k += 1; if (k == 2) { break; } } n = k;",
      ["000": 1.0 / 64, "001": 6.0 / 64, "010": 57.0 / 64]
    ),
    (
      "qubit q; bit c; array[int[8], 3] a = {1, 2, 3}; output uint[3] r; h q; c = measure q; int i = 0; if (c) { i = 2; } a[i] = 7; r = a[2];",
      ["011": 0.5, "111": 0.5]
    ),
    (
      "qubit q; output uint[3] r; bit c; h q; c = measure q; uint[3] n = 2; if (c) { n = 4; } uint[3] s = 0; for uint[3] j in [1:n] { if (j == 2) continue; s += j; } r = s;",
      ["001": 0.5, "000": 0.5]
    ),
    (
      "qubit[2] q; h q[0]; bit[2] c; c = measure q; c = c << 1; c ^= \"01\";",
      ["01": 0.5, "11": 0.5]
    ),
    (
      "qubit q; bit[70] c; c[69] = 1; bit r; if (c != 0) { r = 1; }",
      ["11" + String(repeating: "0", count: 69): 1]
    ),
    // An array changed by a subroutine, in a block that may not run.
    (
      "def f(mutable array[int[8], 2] a) { a[1] = 6; } qubit q; bit c; output uint[3] r; h q; c = measure q; array[int[8], 2] a = {1, 2}; if (c) { f(a); } r = a[1];",
      ["010": 0.5, "110": 0.5]
    ),
    (
      "qubit q; output bit[2] r; h q; bit b = measure q; if (b) { r = \"10\"; end; } r = \"01\";",
      ["01": 0.5, "10": 0.5]
    ),
  ]

  @Test(arguments: distributions.indices) func `a program runs as its text says`(_ index: Int)
    throws
  {
    let (source, expected) = Self.distributions[index]
    let found = try distribution(try read(source).circuit)
    #expect(isClose(found, expected), "\(source): \(found)")
  }

  @Test func `outputs are the only registers`() throws {
    let circuit = try read(
      "qubit q; bit c; output int[3] n; output bit[2] r; c = measure q; n = 5; r[0] = c;"
    ).circuit
    #expect(circuit.bitRegisters.map(\.name) == ["n", "r"])
    #expect(circuit.bitRegisters.map(\.count) == [3, 2])
    #expect(try distribution(circuit) == ["00101": 1])
  }

  @Test func `inputs take their values`() throws {
    let source =
      "input float[64] theta; input int n; input bit[3] b; input angle a; qubit q; rz(theta * n) q; if (b[1]) x q; rz(a) q;"
    let file = try read(source, inputs: ["theta": 0.5, "n": 3, "b": 2, "a": 1])
    #expect(listing(file.circuit) == "rz(1.5) 0; X 0; rz(1.0) 0")
    #expect(file.inputs == ["theta", "n", "b", "a"])
  }

  @Test func `what is ignored is noted once`() throws {
    let file = try read(
      "qubit q; pragma one\n pragma two\n @a\nx q;\nbox { }\nint[8] i = 1/2; uint[4] u = 20;")
    #expect(
      file.warnings.map(\.code) == [
        "ignored", "ignored", "ignored", "integer-division", "overflow",
      ])
  }

  @Test func `every name of stdgates is read as its gate`() throws {
    for (name, (gate, sources)) in GateCatalog.openQASMNames where sources.contains(.stdgates) {
      let definition = gate.definition
      let arguments =
        definition.parameters.isEmpty
        ? "" : "(\(definition.parameters.map { _ in "0" }.joined(separator: ",")))"
      let qubits = (0..<definition.qubitCount!).map { "q[\($0)]" }.joined(separator: ",")
      let circuit = try read("qubit[5] q; \(name)\(arguments) \(qubits);").circuit
      guard case .instruction(let instruction)? = circuit.nodes().first else { continue }
      #expect(instruction.gate == gate, "\(name)")
    }
  }

  static let errors: [ErrorCase] = [
    ErrorCase("qubit q;\nfoo q;", 2, 1, "unknown gate 'foo'"),
    ErrorCase("qubit q;\nrzz(1) q, q;", 2, 1, "unknown gate 'rzz'", hint: "qelib1.inc"),
    ErrorCase("qubit[2] q;\ncx q[0], q[-2];", 2, 10, "q[0] is used twice"),
    ErrorCase("qubit[2] q;\nx q[2];", 2, 5, "index 2 is outside 0...1"),
    ErrorCase("qubit[2] q;\nx q[-3];", 2, 5, "index -3 is outside"),
    ErrorCase("qubit[2] q;\nx q[0:2];", 2, 7, "index 2 is outside"),
    ErrorCase("qubit q;\nfor i in [0:3] x q;", 2, 5, "'i' needs a type", hint: "for int i in"),
    ErrorCase("qubit q;\ncal { }", 2, 1, "parsed, not simulated: cal"),
    ErrorCase("defcal x $0 { }", 1, 1, "parsed, not simulated: defcal"),
    ErrorCase("defcalgrammar \"openpulse\";", 1, 1, "parsed, not simulated"),
    ErrorCase("extern f(int) -> int;", 1, 1, "parsed, not simulated: extern"),
    ErrorCase("stretch s;", 1, 1, "parsed, not simulated: stretch"),
    ErrorCase("int[65] x;", 1, 5, "at most 64 bits"),
    ErrorCase("int x = y;", 1, 9, "unknown name 'y'"),
    ErrorCase("int count; int y = cuont;", 1, 20, "unknown name 'cuont'", hint: "'count'"),
    ErrorCase("const int x = 1;\nx = 2;", 2, 1, "'x' is a constant and cannot be assigned"),
    ErrorCase("int x = 1 / 0;", 1, 11, "division by zero"),
    ErrorCase("float x = log(-1);", 1, 11, "not a finite number"),
    ErrorCase("qubit q; rz(1.0/0) q;", 1, 16, "not a finite number"),
    ErrorCase(
      "input float[64] theta;", 1, 17, "input 'theta' has no value", hint: "--param theta=value"),
    ErrorCase("qubit q;\nif (q) x q;", 2, 5, "'q' is a qubit"),
    ErrorCase("bit c;\nif (c = 1) { }", 2, 7, "'=='"),
    ErrorCase("while (true) { int x = 1; }", 1, 1, "never ends"),
    ErrorCase("int i = 0;\nwhile (i < 1) { int j = 0; i = 0; }", 2, 0, "steps"),
    ErrorCase("break;", 1, 1, "in a loop only"),
    ErrorCase("return;", 1, 1, "in a subroutine only"),
    ErrorCase("def f() { qubit q; }", 1, 11, "outermost level"),
    ErrorCase("def f() -> int { }\nint x = f();", 1, 5, "ends without returning"),
    ErrorCase(
      "def f(int n) -> int { return f(n); }\nint x = f(1);", 1, 30, "nested", hint: "call itself"),
    ErrorCase("def f(int n) { }\nf();", 2, 1, "takes 1 argument, not 0"),
    ErrorCase("int x;\ndef f() { x = 2; }\nf();", 2, 11, "cannot change 'x'"),
    ErrorCase("def f(qubit a, qubit b) { }\nqubit q;\nf(q, q);", 3, 6, "passed twice"),
    ErrorCase("def f(qubit[2] a) { }\nqubit q;\nf(q);", 3, 3, "expected 2 qubits, not 1"),
    ErrorCase(
      "def f(mutable array[int, 2] a) { }\nconst array[int, 2] b = {1, 2};\nf(b);", 3, 3,
      "read-only"),
    ErrorCase("array[int, 2] a = {1, 2, 3};", 1, 19, "expected 2 elements, not 3"),
    ErrorCase("array[int, 2] a;\na[2] = 1;", 2, 3, "index 2 is outside"),
    ErrorCase("array[int, 100000, 100000] a;", 1, 20, "elements"),
    ErrorCase("bit[2] c = \"011\";", 1, 12, "3 bits cannot be assigned to 2 bits"),
    ErrorCase(
      "bit[2] c; qubit[3] q;\nc = measure q;", 2, 1, "3 qubits cannot be measured into 2 bits"),
    ErrorCase("bit c; qubit q;\nif (measure q) x q;", 2, 5, "stands alone"),
    ErrorCase("switch (1) { case 1: x q; }", 1, 20, "expected '{'", hint: "3.1"),
    ErrorCase("switch (1) { case 1 { } case 1 { } }", 1, 30, "already"),
    ErrorCase("qubit q; gate g a { reset a; }", 1, 21, "gates only"),
    ErrorCase("gate g a {\n  x a\n}", 2, 6, "expected ';'"),
    ErrorCase("qubit q; x q;;", 1, 14, "expected a statement", hint: "second ';'"),
    ErrorCase("qubit[2] q; ctrl @ x q[0];", 1, 20, "'x' with 1 control acts on 2 qubits, not 1"),
    ErrorCase("qubit q; ctrl(0) @ x q;", 1, 15, "1 to 1024 controls"),
    ErrorCase("qubit q; pow @ x q;", 1, 10, "'pow' needs an exponent"),
    ErrorCase("qubit[2] q; x $0;", 1, 15, "physical qubits"),
    ErrorCase("x $16777216;", 1, 3, "limit"),
    ErrorCase("let a = 3;", 1, 9, "an alias names"),
    ErrorCase("bit c[3];", 1, 6, "the size belongs to the type", hint: "bit[n] c"),
    ErrorCase("int include;", 1, 5, "word of OpenQASM"),
    ErrorCase("if (true) {", 1, 11, "no end"),
    ErrorCase("int x = 3 +;", 1, 12, "expected an expression"),
    ErrorCase("int x = 0b12;", 1, 9, "no digit of a number in base 2"),
    ErrorCase("int sin = 3;", 1, 5, "built in"),
    ErrorCase("float x = ln(2);", 1, 11, "unknown function 'ln'", hint: "'log'"),
    ErrorCase("bit[2] a; bit[3] b; bit[3] c = a & b;", 1, 34, "bits of one size"),
    ErrorCase("x;", 1, 1, "acts on 1 qubit"),
    ErrorCase("qubit q;\nx q", 2, 4, "expected ';'"),
    ErrorCase("int x = \"abc\";", 1, 9, "expected an expression"),
    ErrorCase("include \"qasm/other.inc\";", 1, 9, "not known"),
    ErrorCase("output float x;", 1, 14, "parsed, not simulated"),
    ErrorCase("def f() { end; }\nf();", 2, 1, "'end' in a subroutine"),
    // Once: an annotation without a name or a statement was accepted.
    ErrorCase("@", 1, 1, "name of an annotation"),
    ErrorCase("@\nqubit q;", 1, 1, "name of an annotation"),
    ErrorCase("@ hint\nqubit q;", 1, 1, "name of an annotation"),
    ErrorCase("@1 hint\nqubit q;", 1, 1, "name of an annotation"),
    ErrorCase("qubit q;\n@hint", 2, 1, "no statement follows"),
    ErrorCase("if (true) {\n  @hint\n}", 2, 3, "no statement follows"),
    // Once: too few operands for the controls were counted below zero.
    ErrorCase(
      "qubit[2] q; ctrl(3) @ x q[0], q[1];", 1, 23, "with 3 controls acts on 4 qubits, not 2"),
    // Once: blamed on the kinds of the registers.
    ErrorCase("qubit[2] q;\nlet a = q ++ r;", 2, 14, "unknown name 'r'"),
    // Once: called a bit[128].
    ErrorCase("int a = 9999999999999999999999;", 1, 9, "more than 64 bits"),
  ]

  @Test(arguments: errors) func `an error names its place`(_ test: ErrorCase) {
    test.check(version: 3)
  }
}
