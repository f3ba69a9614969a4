import QSim
import RealModule
import TestSupport
import Testing

/// Classical arithmetic at the edges of its types: defined, or refused at its place, on reading and
/// while running.
struct OpenQASMArithmeticTests {
  static let widths = [1, 2, 7, 8, 31, 32, 33, 52, 53, 62, 63, 64]
  static let patterns: [UInt64] = [
    0, 1, 2, 3, 63, 64, 65, 127, 128, 1 << 31, 1 << 32, 1 << 53 + 1, 1 << 62, 1 << 63 - 1, 1 << 63,
    .max - 1, .max,
  ]

  /// The lower bits of a word.
  private static func low(_ word: UInt64, _ width: Int) -> UInt64 {
    width == 64 ? word : word % (1 << UInt64(width))
  }

  /// The bits of a program's one register, lowest first, as words.
  private static func bits(_ source: String) throws -> String {
    let result = try distribution(try read(source).circuit)
    #expect(result.count == 1)
    return result.keys.first ?? ""
  }

  private static func digits(_ word: UInt64, _ width: Int) -> String {
    let text = String(low(word, width), radix: 2)
    return String(repeating: "0", count: width - text.count) + text
  }

  @Test(arguments: widths) func `unsigned integers wrap at their width`(width: Int) throws {
    forAll(41, count: 30) { rng in
      let a = Self.low(Self.patterns.randomElement(using: &rng)!, width)
      let b = Self.low(Self.patterns.randomElement(using: &rng)!, width)
      let shift = Int.random(in: 0...70, using: &rng)
      var cases: [(String, UInt64)] = [
        ("a + b", a &+ b), ("a - b", a &- b), ("a * b", a &* b), ("~a", ~a), ("-a", 0 &- a),
        ("a & b", a & b), ("a | b", a | b), ("a ^ b", a ^ b), ("a << \(shift)", a << UInt64(shift)),
        ("a >> \(shift)", a >> UInt64(shift)),
      ]
      if b != 0 { cases += [("a / b", a / b), ("a % b", a % b)] }
      for (text, value) in cases {
        let program =
          "uint[\(width)] a = \(a); uint[\(width)] b = \(b); uint[\(width)] r = \(text); "
          + "output bit[\(width)] c; qubit q; c = bit[\(width)](r);"
        let bits = try? Self.bits(program)
        #expect(bits == Self.digits(value, width), "\(text) for \(a), \(b), uint[\(width)]")
      }
    }
  }

  @Test(arguments: [1, 31, 63, 64, 65, 126, 127, 128, 129, 200])
  func `bit strings of any width are inverted, shifted and rotated`(width: Int) throws {
    let text = (0..<width).map { $0 % 3 == 0 ? "1" : "0" }.joined()
    let inverted = String(text.map { $0 == "1" ? "0" : "1" })
    for count in Set([0, 1, 62, 63, 64, 65, width - 1, width]) where count <= width {
      let zeros = String(repeating: "0", count: count)
      let (left, right) = (String(text.prefix(count)), String(text.suffix(count)))
      let cases: [(String, String)] = [
        ("~c", inverted), ("c << \(count)", String(text.dropFirst(count)) + zeros),
        ("c >> \(count)", zeros + String(text.dropLast(count))),
        ("rotl(c, \(count))", String(text.dropFirst(count)) + left),
        ("rotr(c, \(count))", right + String(text.dropLast(count))),
        ("rotl(c, -\(count))", right + String(text.dropLast(count))),
      ]
      for (expression, expected) in cases {
        let program = "qubit q; output bit[\(width)] c; c = \"\(text)\"; c = \(expression);"
        #expect(try Self.bits(program) == expected, "\(expression), bit[\(width)]")
      }
    }
  }

  @Test(arguments: [1, 20, 52, 53, 62, 63, 64])
  func `angles of every width are fractions of a turn`(width: Int) throws {
    for value in ["pi", "-pi/2", "0.0", "tau", "1e308", "-1e308", "1e-320"] {
      let program =
        "qubit q; angle[\(width)] a = \(value); a = a << 1; a = a >> 1; a = a + a; rz(a) q;"
      let circuit = try read(program).circuit
      guard case .instruction(let gate)? = circuit.nodes().first else {
        // Multiples of whole turns leave no gate, or one of angle 0.
        Issue.record("no gate for \(value)")
        continue
      }
      #expect((0..<2 * Double.pi).contains(circuit.arguments(of: gate).first!), "\(value)")
    }
    let half = try read("qubit q; angle[\(width)] a = pi; rz(a) q;").circuit
    #expect(listing(half) == "rz(3.141593) 0")
    let large = try read("qubit q; angle[52] a = 1e308; rz(cos(a)) q;").circuit
    guard case .instruction(let gate)? = large.nodes().first else {
      Issue.record("no gate")
      return
    }
    #expect(abs(large.arguments(of: gate).first! - Double.cos(1e308)) < 1e-12)
  }

  /// Whole powers of gates whose turns are parts of a circle, and what is left of the exponent.
  static let powers: [(gate: String, period: UInt64)] = [
    ("z", 2), ("s", 4), ("t", 8), ("sdg", 4), ("tdg", 8), ("sx", 4), ("cp(pi/2)", 4),
    ("cp(3*pi/8)", 16), ("rz(pi/2)", 8), ("ch", 2), ("p(-pi/4)", 8), ("iswap_like", 4),
  ]

  @Test(arguments: powers)
  func `large whole powers keep every digit`(gate: String, period: UInt64) throws {
    let definition = "gate iswap_like a, b { swap a, b; s a; s b; cz a, b; }"
    let isPair = gate.hasPrefix("c") || gate.hasPrefix("i")
    func matrix(_ exponent: String) throws -> ComplexMatrix {
      let source = """
        \(definition) qubit[2] q;
        pow(\(exponent)) @ \(gate) q[0]\(isPair ? ", q[1]" : ""); id q[1];
        """
      return ReferenceSimulator.unitary(of: try read(source).circuit)
    }
    let exponents: [UInt64] = [
      1_000_000_001, 1_000_000_000_000_002, 4_503_599_627_370_499, 9_007_199_254_740_990,
      9_007_199_254_740_991, 9_007_199_254_740_992,
    ]
    for exponent in exponents {
      let rest = exponent % period
      #expect(
        try matrix("\(exponent)").distance(to: matrix("\(rest)")) < 1e-9, "\(gate)^\(exponent)")
      #expect(
        try matrix("-\(exponent)").distance(to: matrix("-\(rest)")) < 1e-9, "\(gate)^-\(exponent)")
    }
  }

  // MARK: What cannot be carried out

  static let refusals: [ErrorCase] = [
    ErrorCase("int[8] x = int[8](1.7976931348623157e308);", 1, 12, "does not fit an integer"),
    ErrorCase("int x = 0;\nx = 1e19;", 2, 5, "does not fit an integer", hint: "2^63"),
    ErrorCase("uint x = 1e20;", 1, 10, "does not fit", hint: "18446744073709551615"),
    ErrorCase("float x = 1e308 * 10;", 1, 17, "not a finite number"),
    ErrorCase("float x = 1e308 + 1e308;", 1, 17, "not a finite number"),
    ErrorCase("float x = 0.0 ** -1;", 1, 11, "not a finite number"),
    ErrorCase("float x = mod(1.0, 0.0);", 1, 11, "not a finite number"),
    ErrorCase("float x = exp(1000);", 1, 11, "not a finite number"),
    ErrorCase("int x = 1 % 0;", 1, 11, "division by zero"),
    ErrorCase("uint[63] k = 5; k = k / (k ^ k);", 1, 23, "division by zero"),
    ErrorCase("qubit q; pow(1e308) @ u2(1.0, 2.0) q;", 1, 10, "more than"),
    // Odd, and even as the nearest real number.
    ErrorCase("qubit q; pow(9007199254740993) @ x q;", 1, 14, "no digits left"),
    ErrorCase("qubit q; pow(-9007199254740993) @ x q;", 1, 14, "no digits left"),
    ErrorCase(
      "qubit q; const uint[64] n = 9223372036854775807; pow(n) @ x q;", 1, 54, "no digits left"),
    ErrorCase("bit[4] c; if (c[2:1]) { }", 1, 15, "empty range"),
    ErrorCase("bit[4] c; int x = c[2:1] + 1;", 1, 19, "empty range", column: 0),
    ErrorCase("qubit q; for float x in [0:1e-300:1] x q;", 1, 25, "turns"),
    ErrorCase("qubit q; for float x in [1e308:1e-10:1.1e308] x q;", 1, 25, "turns"),
    ErrorCase("int x = 1 << -1;", 1, 11, "by 0 or more"),
  ]

  @Test(arguments: refusals) func `what cannot be carried out is refused at its place`(
    _ test: ErrorCase
  ) {
    test.check(version: 3)
  }

  static let values: [(String, String)] = [
    ("float(18446744073709551615)", "18446744073709552000.0"),
    ("float(-9223372036854775808)", "-9.223372036854775e+18"),
    ("float(uint[64](1e19))", "1e+19"), ("mod(-1e308, 3e307)", "2e+307"),
    ("mod(1e308, 1e-308) * 0", "0.0"), ("float(1 << 18446744073709551615)", "0.0"),
    ("float(2 ** 62)", "4.611686018427388e+18"), ("float(2 ** 64)", "0.0"),
    ("float(2 ** -1)", "0.5"),
    ("float(uint(3) ** uint(18446744073709551615))", "1.2297829382473034e+19"),
    ("float((-9223372036854775807 - 1) / -1)", "-9.223372036854775e+18"),
  ]

  @Test(arguments: values.indices) func `the edges of arithmetic have values`(_ index: Int) throws {
    let (expression, expected) = Self.values[index]
    let circuit = try read("qubit q; float f = \(expression); rz(f) q;").circuit
    guard case .instruction(let gate)? = circuit.nodes().first else {
      Issue.record("no gate for \(expression)")
      return
    }
    let (value, wanted) = (circuit.arguments(of: gate).first!, Double(expected)!)
    #expect(abs(value - wanted) <= 1e-12 * abs(wanted), "\(expression) = \(value)")
  }

  // MARK: While running

  /// The same operations on values that a measurement decides: what is known on reading and what
  /// runs agree.
  @Test(arguments: widths) func `what runs gives what is folded on reading`(width: Int) throws {
    var (readCount, refusedCount) = (0, 0)
    forAll(43, count: 20) { rng in
      let a = Self.low(Self.patterns.randomElement(using: &rng)!, width)
      let b = Self.low(Self.patterns.randomElement(using: &rng)!, width)
      let isSigned = Bool.random(using: &rng)
      let type = isSigned ? "int[\(width)]" : "uint[\(width)]"
      let operation = ["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "**"]
        .randomElement(using: &rng)!
      func program(_ running: String) -> String {
        "qubit q; bit z; z = measure q; \(type) a = \(a)\(running); \(type) b = \(b)\(running); "
          + "output bit[\(width)] c; c = bit[\(width)](\(type)(a \(operation) b));"
      }
      let folded = try? Self.bits(program(""))
      let run = try? Self.bits(program(" + 0 * uint[1](z)"))
      #expect(folded == run, "\(type) \(a) \(operation) \(b)")
      // Only a division by 0, and a shift by a negative number, have no value.
      let isShift = operation == "<<" || operation == ">>"
      let divides = operation == "/" || operation == "%"
      let isNegative = isSigned && b >> UInt64(width - 1) == 1
      if folded == nil {
        refusedCount += 1
        #expect(
          divides && b == 0 || isShift && isNegative || operation == "**" && isNegative,
          "\(type) \(a) \(operation) \(b)")
      } else {
        readCount += 1
      }
    }
    #expect(readCount >= 10 && readCount + refusedCount == 20)
  }

  static let fractions = [
    "2.9", "-2.9", "0.0", "1e15", "9.2e18", "-9.2e18", "9.3e18", "1e19", "1.8e19", "1.9e19",
    "-1e19",
    "1e300",
  ]

  @Test(arguments: ["int[64]", "uint[64]", "int[8]", "uint[8]"], fractions)
  func `real numbers become integers alike on reading and while running`(
    _ type: String, _ number: String
  ) throws {
    func program(_ running: String) -> String {
      "qubit q; bit z; z = measure q; float f = \(number)\(running); \(type) n = \(type)(f); "
        + "output bit[64] c; c = bit[64](uint[64](n));"
    }
    let folded = try? Self.bits(program(""))
    let run = try? Self.bits(program(" + z"))
    #expect(folded == run)
    let isHeld =
      type.hasPrefix("u")
      ? ["9.3e18", "1e19", "1.8e19"].contains(number) || Double(number)!.magnitude < 9.21e18
      : Double(number)!.magnitude < 9.21e18
    #expect((folded != nil) == isHeld)
    let text = try read(program(" + z")).circuit.text(as: .openQASM3)
    #expect((try? Self.bits(String(text.dropFirst("OPENQASM 3.0;".count)))) == folded, "\(text)")
  }

  static let running: [(program: String, message: String, line: Int)] = [
    ("int x = 0;\nx = 1 / z;", "division by zero", 2),
    ("float f = 0.0;\n\nf = 1.0 / z;", "not a finite number", 3),
    ("int x = 0;\nx = int(1e300 * (z + 1));", "does not fit", 2),
    ("float f = 1.0;\nf = log(f - 1.0 + z);", "not a finite number", 2),
    ("bit[4] c; int i = 0; i = z + 7;\nc[i] = 1;", "outside 0..<4", 2),
    ("\nif (1 / z == 1) x q;", "division by zero", 2),
    ("\nrx(1.0 / z) q;", "not a finite number", 2),
    ("int x = 0;\nwhile (1 / z > 0) { x = 1; }", "division by zero", 2),
  ]

  @Test(arguments: running.indices) func `an error while running names its place`(_ index: Int)
    throws
  {
    let (body, message, line) = Self.running[index]
    for tail in ["", " x q;", " z = measure q;"] {
      let circuit = try read("qubit q; bit z; z = measure q; \(body)\(tail)").circuit
      let error = try #require(throws: Diagnostic.self, "\(body)\(tail)") {
        try StateVectorSimulator().run(circuit, shots: 3, seed: 1, options: SimulationOptions())
      }
      #expect(error.message.contains(message), "\(error.message)")
      #expect(error.range?.line == line, "\(body)\(tail)")
    }
  }

  // MARK: Large angles

  @Test(arguments: [
    "u2(1e308, 1e308) q;", "u3(1e308, -1e308, 1.7e308) q;", "U(1e308, 1e308, 1e308) q;",
    "inv @ u2(1e308, 3.0) q;", "gphase(1.7e308); gphase(1.7e308); gphase(1.7e308); x q;",
    "pow(3) @ rx(1e300) q;", "ctrl @ U(1.0, 1e308, 1e308) q, r;",
    "gate g(t) a { gphase(t); u2(t, t) a; } g(1.7e308) q;",
  ])
  func `angles of any size leave a state of norm 1`(body: String) throws {
    let circuit = try read("qubit q; qubit r; h q; \(body)").circuit
    let state = try StateVectorSimulator().finalState(of: circuit, as: Double.self, seed: 1).state
    #expect(abs(state.probabilities.reduce(0, +) - 1) < 1e-12)
  }
}
