import QSim
import TestSupport
import Testing

/// What the writers say, and that others could read it.
struct OpenQASMWriterTests {
  private func rewritten(_ circuit: Circuit, _ format: CircuitFormat) throws -> Circuit {
    try CircuitFile.parse(try circuit.text(as: format), format: format).circuit
  }

  // MARK: Names

  @Test func `version 3 keeps every name that is one`() throws {
    let circuit = try read("qubit[2] x; bit[2] r; bit h_1; h x[0]; r = measure x; x x[1];").circuit
    let text = try circuit.text(as: .openQASM3)
    for line in ["qubit[2] x;", "bit[2] r;", "r = measure x;", "x x[1];"] {
      #expect(text.contains(line), "\(text)")
    }
    #expect(try rewritten(circuit, .openQASM3) == circuit)
  }

  @Test func `definitions make way for the names of registers`() throws {
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      var circuit = Circuit()
      circuit.declareQubits("iswap", count: 2)
      circuit.declareBits("ryy", count: 1)
      circuit.append(.iswap, 0, 1)
      circuit.append(.ryy, [0.3], 0, 1)
      circuit.measure(0, into: 0)
      let again = try rewritten(circuit, format)
      #expect(again.qubitRegisters == circuit.qubitRegisters)
      #expect(again.bitRegisters == circuit.bitRegisters)
      #expect(isClose(try distribution(circuit), try distribution(again)))
    }
  }

  @Test func `version 2 renames only what its include file defines`() throws {
    var circuit = Circuit()
    for name in ["h", "r", "bit", "Upper", "sin"] { circuit.declareQubits(name, count: 1) }
    circuit.append(.cx, 0, 4)
    let names = try rewritten(circuit, .openQASM2).qubitRegisters.map(\.name)
    #expect(names == ["h_1", "r", "bit", "q", "sin_1"])
  }

  // MARK: Bits

  @Test func `bits without a name are declared where single ones are tested`() throws {
    let circuit = try read(
      "qubit[2] q; output bit r; bit[2] t; x q[0]; t[0] = measure q[0]; if (t[0]) x q[1]; r = measure q[1];"
    ).circuit
    let again = try rewritten(circuit, .openQASM2)
    #expect(try distribution(again).keys.map { $0.suffix(1) } == ["1"])
    #expect(again.bitRegisters.map(\.name) == ["r", "hidden_0", "hidden_1"])
  }

  /// Registers that are no output lie side by side without names; conditions tell where each begins.
  static let hidden: [(declared: String, body: String, names: [String])] = [
    ("bit v;", "v = measure q[0]; if (v == 1) x q[1];", ["hidden"]),
    (
      "bit v; bit[2] w;", "v = measure q[0]; w[1] = measure q[0]; if (w == 2) x q[1];",
      ["hidden", "hidden_1"]
    ),
    (
      "bit[2] w; bit v;", "v = measure q[0]; if (v == 1) x q[1]; if (w == 0) z q[1];",
      ["hidden", "hidden_1"]
    ),
    (
      "bit[3] u; bit[2] w; bit[2] z;",
      "w[0] = measure q[0]; if (w == 1) x q[1]; z[1] = measure q[0]; if (z[1]) z q[1]; if (!z[0]) y q[1]; "
        + "if (u == 0) y q[1];",
      ["hidden", "hidden_1", "hidden_2", "hidden_3"]
    ),
    (
      "bit[65] w; bit v;",
      "v = measure q[0]; w[64] = measure q[0]; if (w == 0) z q[1]; "
        + "if (v != 0) x q[1]; if (w == 18446744073709551616) y q[0];", ["hidden", "hidden_1"]
    ),
    (
      "bit[64] w; bit[64] z;", "z[63] = measure q[0]; if (z == 9223372036854775808) x q[1];",
      ["hidden", "hidden_1"]
    ),
  ]

  @Test(arguments: hidden.indices)
  func `conditions on registers that are no output are written`(index: Int) throws {
    let (declared, body, names) = Self.hidden[index]
    let circuit = try read(
      "qubit[2] q; \(declared) output bit[2] r; x q[0]; \(body) r = measure q;"
    ).circuit
    let again = try rewritten(circuit, .openQASM2)
    #expect(again.bitRegisters.map(\.name) == ["r"] + names)
    let ends = try distribution(again).map { (String($0.key.suffix(2)), $0.value) }
    #expect(
      isClose(Dictionary(ends, uniquingKeysWith: +), try distribution(circuit)), "\(ends)")
  }

  @Test func `a register that is tested whole and bit by bit is refused as such`() throws {
    let error = try #require(throws: Diagnostic.self) {
      try read(
        "qubit q; bit[2] c; c[0] = measure q;\nif (c[0]) x q;\nif (c == 2) y q;"
      ).circuit.text(as: .openQASM2)
    }
    #expect(error.range?.line == 3, "\(error)")
    #expect(error.message.contains("a condition on c as a whole beside others on its single bits"))
  }

  @Test func `no name is declared twice by splitting`() throws {
    let circuit = try read(
      "qubit[3] q; bit[2] c; bit c_0; bit c_1; c = measure q[0:1]; c_0 = measure q[2]; if (c[1]) x q[2]; c_1 = measure q[2];"
    ).circuit
    let again = try rewritten(circuit, .openQASM2)
    #expect(Set(again.bitRegisters.map(\.name)).count == 4)
    #expect(isClose(try distribution(circuit), try distribution(again)))
  }

  /// Registers beside one of two bits, `c`, whose bits are tested one by one, and what those bits
  /// are then called.
  @Test(
    arguments: [
      ([], "c"), (["d_0"], "c"), (["c_x"], "c"), (["c_"], "c"), (["c0"], "c"), (["c_0x"], "c"),
      (["c_0"], "c_bit"), (["c_7"], "c_bit"), (["c_00"], "c_bit"), (["c_123456"], "c_bit"),
      (["c_bit"], "c"), (["c_bit_0"], "c"), (["c_0", "c_bit"], "c_bit"),
      (["c_0", "c_bit_1"], "c_bit_bit"), (["c_1", "c_bit_3", "c_bit_bit_0"], "c_bit_bit_bit"),
    ] as [([String], String)])
  func `bits that are registers of their own have names of their own`(
    others: [String], stem: String
  ) throws {
    for areQubits in [false, true] {
      var circuit = Circuit()
      circuit.declareQubits("q", count: 3)
      circuit.declareBits("c", count: 2)
      for name in others {
        if areQubits {
          circuit.declareQubits(name, count: 1)
        } else {
          circuit.declareBits(name, count: 1)
        }
      }
      circuit.append(.h, 0)
      circuit.measure(0, into: 0)
      circuit.appendIf(.bit(0)) { $0.append(.x, 1) }
      circuit.measure(1, into: 1)
      let text = try circuit.text(as: .openQASM2)
      let names = text.matches(of: #/(?:creg|qreg|gate) (\w+)/#).map { String($0.output.1) }
      #expect(Set(names).count == names.count, "\(text)")
      #expect(names.contains("\(stem)_0") && names.contains("\(stem)_1"), "\(text)")
      #expect(others.allSatisfy(names.contains), "\(text)")
      let again = try rewritten(circuit, .openQASM2)
      #expect(isClose(try distribution(circuit), try distribution(again)))
    }
  }

  @Test func `a definition takes no name of a bit that is a register of its own`() throws {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 2)
    circuit.declareBits("ryy", count: 3)
    circuit.append(.ryy, [0.3], 0, 1)
    for bit in 0..<3 { circuit.measure(0, into: bit) }
    circuit.appendIf(.bit(1)) { $0.append(.x, 1) }
    let text = try circuit.text(as: .openQASM2)
    let names = text.matches(of: #/(?:creg|qreg|gate) (\w+)/#).map { String($0.output.1) }
    #expect(names.contains("ryy_1") && Set(names).count == names.count, "\(text)")
    #expect(isClose(try distribution(circuit), try distribution(rewritten(circuit, .openQASM2))))
  }

  @Test(arguments: [1, 2, 3])
  func `results that control gates are registers of their own`(_ bits: Int) throws {
    var circuit = Circuit(qubitCount: 3)
    circuit.declareBits("c", count: bits)
    circuit.append(.h, 0)
    circuit.append(.x, 1)
    circuit.append(.m, targets: [.qubit(0)])
    circuit.append(.m, targets: [.qubit(1), .bit(bits - 1)])
    circuit.append(.cx, targets: [.record(2), .qubit(2)])
    circuit.append(.cx, targets: [.record(1), .qubit(2)])
    circuit.append(.m, targets: [.qubit(2), .bit(0)])
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      let again = try distribution(try rewritten(circuit, format))
      var visible: [String: Double] = [:]
      for (key, probability) in again {
        visible[String(key.suffix(bits)), default: 0] += probability
      }
      #expect(isClose(try distribution(circuit), visible), "\(format)")
    }
  }

  // MARK: Conditions

  @Test func `a register of one bit is compared as a register`() throws {
    let circuit = try read(
      "qreg q[1]; creg c[1]; h q[0]; measure q[0] -> c[0]; if(c==1) x q[0]; measure q[0] -> c[0];",
      version: 2
    ).circuit
    #expect(try circuit.text(as: .openQASM2).contains("if(c==1) x q[0];"))
    #expect(try circuit.text(as: .openQASM3).contains("if (c == 1) {"))
    #expect(try rewritten(circuit, .openQASM3) == circuit)
    #expect(try rewritten(circuit, .openQASM2) == circuit)
  }

  @Test(arguments: [
    (1, "1"), (63, "9223372036854775807"), (64, "9223372036854775808"),
    (64, "18446744073709551615"), (65, "18446744073709551616"), (65, "0"),
    (128, "340282366920938463463374607431768211455"),
    (130, "1000000000000000000000000000000000000000"),
  ])
  func `registers of any width are compared in version 2 and 3`(_ width: Int, _ number: String)
    throws
  {
    let circuit = try read(
      "qreg q[2]; creg c[\(width)]; measure q[0] -> c[0]; if(c==\(number)) x q[0];", version: 2
    ).circuit
    let text = try circuit.text(as: .openQASM2)
    #expect(text.contains("if(c==\(number)) x q[0];"), "\(text)")
    #expect(try rewritten(circuit, .openQASM2) == circuit)
    #expect(try !circuit.text(as: .openQASM3).contains("-"))
    #expect(try rewritten(circuit, .openQASM3) == circuit)
  }

  @Test func `conditions that are known are decided`() throws {
    let circuit = try read(
      "qreg q[1]; creg c[3]; if(c==9) x q[0]; if(c==18446744073709551616) y q[0]; z q[0];",
      version: 2
    ).circuit
    #expect(listing(try rewritten(circuit, .openQASM2)) == "Z 0")
  }

  @Test func `what a block does after it changed its condition is refused in version 2`() throws {
    let programs = [
      "if (c == 2) { c[0] = measure q[0]; x q[1]; }", "if (c == 2) { c = measure q; }",
    ]
    for program in programs {
      let circuit = try read("qubit[2] q; bit[2] c; \(program)").circuit
      let error = try #require(throws: Diagnostic.self) { try circuit.text(as: .openQASM2) }
      #expect(error.message.contains("changes within its block"))
    }
    let last = try read("qubit[2] q; bit[2] c; if (c == 2) { x q[1]; c[0] = measure q[0]; }")
      .circuit
    #expect(try rewritten(last, .openQASM2).gateCount == 2)
  }

  @Test func `the least integer keeps its sign and its type`() throws {
    let circuit = try read(
      "qubit q; bit c; c = measure q; int i = c; i = i + -9223372036854775807; i -= 1; if (i >> 1 < 0) x q; c = measure q;"
    ).circuit
    #expect(
      isClose(try distribution(circuit), try distribution(try rewritten(circuit, .openQASM3))))
  }

  // MARK: Phases and powers

  @Test func `phases of 0 are not written`() throws {
    var circuit = Circuit()
    circuit.append(.u3, [0, 0.3, 0.4], 0)
    circuit.append(.globalPhase, arguments: [0], targets: [])
    circuit.append(.phase, [0.2], 0)
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      let text = try circuit.text(as: format)
      #expect(!text.contains("gphase") && !text.contains("//"), "\(text)")
    }
  }

  @Test func `powers stay powers`() throws {
    let body = """
      h q;
      pow(0.3) @ swap q[0], q[1];
      pow(0.5) @ cx q[1], q[2];
      pow(0.5) @ ccx q[0], q[1], q[2];
      pow(-0.25) @ cswap q[2], q[0], q[1];
      pow(0.125) @ h q[1];
      """
    let circuit = try read("qubit[3] q; " + body).circuit
    let text = try circuit.text(as: .openQASM3)
    for line in body.split(separator: "\n") { #expect(text.contains(line), "\(text)") }
    let before = ReferenceSimulator.unitary(of: circuit)
    for format in [CircuitFormat.openQASM2, .openQASM3, .stim] {
      let again = try #require(try rewritten(circuit, format).unitaryMatrix(qubitCount: 3))
      #expect(before.distanceUpToPhase(to: again) < 1e-9, "\(format)")
    }
  }

  @Test func `powers of one's own gates are written as what they are`() throws {
    let circuit = try read(
      "gate g a, b { h a; cx a, b; ry(0.4) b; } qubit[3] q; pow(0.3) @ g q[2], q[0]; ctrl @ pow(1/3.0) @ g q[1], q[0], q[2];"
    ).circuit
    let before = ReferenceSimulator.unitary(of: circuit)
    for format in [CircuitFormat.openQASM2, .openQASM3, .stim] {
      let again = try #require(try rewritten(circuit, format).unitaryMatrix(qubitCount: 3))
      #expect(before.distanceUpToPhase(to: again) < 1e-9, "\(format)")
    }
  }
}

/// Programs whose inputs have no values yet.
struct UnsetInputTests {
  private func open(_ body: String) throws -> CircuitFile {
    try CircuitFile.parse(
      "OPENQASM 3.0; include \"stdgates.inc\"; " + body, format: .openQASM3, keepsUnsetInputs: true)
  }

  static let programs: [(body: String, values: InputValues)] = [
    ("input float theta; qubit q; bit c; rx(theta / 2) q; c = measure q;", ["theta": 0.7]),
    ("input angle a; qubit q; bit c; ry(2 * a + pi / 4) q; c = measure q;", ["a": 0.3]),
    (
      "input angle[8] a; qubit q; bit c; h q; p(a) q; a = a + a; ry(a) q; c = measure q;",
      ["a": 0.5]
    ),
    ("input int[8] n; qubit q; bit c; if (n > 3) { x q; } c = measure q;", ["n": 5]),
    (
      "input uint[4] n; qubit q; bit c; for int i in [0:n] { ry(0.3 * i) q; } c = measure q;",
      ["n": 3]
    ),
    (
      "input bool b; qubit q; bit c; if (b) { x q; } b = !b; if (b) { h q; } c = measure q;",
      ["b": 0]
    ),
    (
      "input bit[3] b; qubit[3] q; output bit[3] c; for int i in [0:2] { if (b[i]) { x q[i]; } } c = measure q;",
      ["b": 5]
    ),
    ("input bit b; qubit q; output bit c; if (b) x q; c = measure q;", ["b": 1]),
    ("input float t; qubit q; bit c; x q; delay[t * 1us] q; c = measure q;", ["t": 3]),
  ]

  @Test(arguments: programs.indices)
  func `a program with unset inputs is written with its inputs`(_ index: Int) throws {
    let (body, values) = Self.programs[index]
    let text = try open(body).circuit.text(as: .openQASM3)
    let declaration = body.prefix { $0 != ";" }
    let name = declaration.split(separator: " ").last!
    #expect(text.contains("input ") && text.contains(" \(name);"), "\(text)")
    let direct = try CircuitFile.parse(
      "OPENQASM 3.0; include \"stdgates.inc\"; " + body, format: .openQASM3, inputs: values)
    let through = try CircuitFile.parse(text, format: .openQASM3, inputs: values)
    #expect(isClose(try distribution(direct.circuit), try distribution(through.circuit)), "\(text)")
    // Variables of the reader are declared in the text, with a value; from then on it is the same
    // text.
    func rewritten(_ text: String) throws -> String {
      let again = try CircuitFile.parse(text, format: .openQASM3, keepsUnsetInputs: true).circuit
      #expect(again.variables.contains { $0.inputType != nil })
      return try again.text(as: .openQASM3)
    }
    let twice = try rewritten(text)
    let thrice = try rewritten(twice)
    #expect(twice.count <= text.count + 20 && thrice == twice)
  }

  @Test func `inputs of every type and their casts do not grow`() throws {
    let body = """
      input angle[8] a; input bit[4] b; input uint[7] u; input bool t; input float f; input int n;
      input bit z; input float[32] g; input angle w; input int[5] s; qubit[2] q; bit c;
      rx(a) q[0]; rz(f) q[0]; ry(g) q[0]; if (t) { x q[0]; } if (z) { x q[0]; }
      if (b[2]) { x q[1]; } if (u < 5) { h q[0]; } u = u + 1; t = !t; b[1] = 1; a = a + a;
      n = n - u; s = s * 3; s = u; u = s; rx(w) q[1]; c = measure q[0];
      """
    let once = try open(body).circuit.text(as: .openQASM3)
    let twice = try CircuitFile.parse(once, format: .openQASM3, keepsUnsetInputs: true)
    #expect(try twice.circuit.text(as: .openQASM3) == once)
    #expect(once.contains("input float[32] g;") && once.contains("input float[64] f;"))
  }

  @Test func `an input keeps the width that its values are held against`() throws {
    for (width, largest) in [(16, 65504.0), (32, 3.4e38), (64, 1e300)] {
      let text = try open("input float[\(width)] g; qubit q; rx(g) q;").circuit
        .text(as: .openQASM3)
      func isTaken(_ value: Double) -> Bool {
        (try? CircuitFile.parse(text, format: .openQASM3, inputs: ["g": .real(value)])) != nil
      }
      #expect(isTaken(largest) && isTaken(largest * 2) == (width == 64), "\(text)")
    }
  }

  @Test func `what has to be known on reading says which input`() throws {
    for body in [
      "input int n; qubit[n] q;", "input float t; qubit q; pow(t) @ h q;",
      "input int n; qubit[2] q; let r = q[n];",
    ] {
      let error = try #require(throws: Diagnostic.self) { try open(body) }
      #expect(error.hint?.contains("--param") ?? false, "\(error)")
    }
  }

  @Test func `inputs need their values elsewhere`() throws {
    #expect(throws: Diagnostic.self) {
      try CircuitFile.parse("OPENQASM 3.0; input float t;", format: .openQASM3)
    }
    let circuit = try open("input float t; qubit q; rx(t) q;").circuit
    for format in [CircuitFormat.openQASM2, .stim] {
      #expect(throws: Diagnostic.self) { try circuit.text(as: format) }
    }
    #expect(CircuitDrawing.text(circuit).contains("Rx(t)"))
  }
}
