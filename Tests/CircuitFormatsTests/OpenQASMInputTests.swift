import QSim
import TestSupport
import Testing

/// Values of `input` declarations: read as the type says, or refused.
struct OpenQASMInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let type: String
    let value: InputValue
    /// The bits that the value has, lowest on the right; `nil` where it is refused.
    let bits: String?
    var testDescription: String { "\(type) = \(value)" }

    init(_ type: String, _ value: InputValue, _ bits: String?) {
      (self.type, self.value, self.bits) = (type, value, bits)
    }
  }

  static let cases: [Case] = [
    Case("bit[4]", "0011", "0011"), Case("bit[4]", "1100", "1100"),
    Case("bit[4]", "\"0011\"", "0011"), Case("bit[4]", "00_11", "0011"),
    Case("bit[4]", "0b11", "0011"), Case("bit[4]", "0xc", "1100"), Case("bit[4]", "0o17", "1111"),
    Case("bit[4]", "5", "0101"), Case("bit[4]", "15", "1111"), Case("bit[4]", 9, "1001"),
    Case("bit[4]", "0", "0000"), Case("bit[4]", "1", "0001"), Case("bit[4]", 3.0, "0011"),
    Case("bit[2]", "10", "10"), Case("bit[4]", "10", nil), Case("bit[4]", "11", nil),
    Case("bit[4]", "00011", nil), Case("bit[4]", "\"011\"", nil), Case("bit[4]", "16", nil),
    Case("bit[4]", "0x10", nil), Case("bit[4]", "-1", nil), Case("bit[4]", -1, nil),
    Case("bit[4]", 16, nil), Case("bit[4]", "2.5", nil), Case("bit[4]", "true", nil),
    Case("bit[4]", "", nil), Case("bit[4]", "0012", nil), Case("bit[4]", 1e300, nil),
    Case("bit", "1", "1"), Case("bit", "true", "1"), Case("bit", "2", nil), Case("bit", "01", nil),
    Case("bit", false, "0"),
    Case(
      "bit[66]", .text("1" + String(repeating: "0", count: 65)),
      "1" + String(repeating: "0", count: 65)),
    Case("bit[66]", "0x20000000000000001", "1" + String(repeating: "0", count: 64) + "1"),
    Case("bit[66]", "0x40000000000000000", nil),
    Case("bool", "true", "1"), Case("bool", "false", "0"), Case("bool", 1, "1"),
    Case("bool", true, "1"), Case("bool", "2", nil), Case("bool", 0.5, nil),
    Case("bool", "yes", nil),
    Case("int[4]", "7", "0111"), Case("int[4]", "-8", "1000"), Case("int[4]", "8", nil),
    Case("int[4]", "-9", nil), Case("int[4]", "0011", nil), Case("int[8]", "0011", "00001011"),
    Case("int[4]", "0b11", "0011"), Case("int[4]", "-0x1", "1111"), Case("int[4]", "3.0", "0011"),
    Case("int[4]", "3.5", nil), Case("int[4]", "+3", "0011"), Case("int[4]", "--3", nil),
    Case("int[4]", "3e0", "0011"), Case("int[1]", "-1", "1"), Case("int[1]", "1", nil),
    Case("int[64]", "9223372036854775807", "0" + String(repeating: "1", count: 63)),
    Case("int[64]", "-9223372036854775808", "1" + String(repeating: "0", count: 63)),
    Case("int[64]", "9223372036854775808", nil), Case("int[64]", "-9223372036854775809", nil),
    Case("int", "36893488147419103232", nil),
    Case("uint[4]", "15", "1111"), Case("uint[4]", "16", nil), Case("uint[4]", "-1", nil),
    Case("uint[4]", "-0", "0000"),
    Case("uint[63]", "0x7fffffffffffffff", String(repeating: "1", count: 63)),
    Case("uint[64]", "18446744073709551615", String(repeating: "1", count: 64)),
    Case("uint[64]", "18446744073709551616", nil), Case("uint[1]", "2", nil),
    Case("angle[4]", 0.0, "0000"), Case("angle[4]", "3.141592653589793", "1000"),
    Case("angle[4]", "-1.5707963267948966", "1100"), Case("angle[4]", "\"0011\"", "0011"),
    Case("angle[4]", "\"00011\"", nil), Case("angle[4]", "nan", nil),
  ]

  @Test(arguments: cases) func `an input is read as its type says, or refused`(_ test: Case) throws
  {
    let width = test.bits?.count ?? 4
    let source = "input \(test.type) v;\nqubit q; output bit[\(width)] c; c = \(test.type)(v);"
    do {
      let circuit = try read(
        test.type == "bool" ? source.replacing("bool(v)", with: "bit(v)") : source,
        inputs: ["v": test.value]
      ).circuit
      guard let bits = test.bits else {
        Issue.record("read as \(listing(circuit))")
        return
      }
      #expect(try distribution(circuit) == [bits: 1])
    } catch let error as Diagnostic {
      #expect(test.bits == nil, "\(error.message)")
      #expect(error.range?.line == 1)
      let type = test.type.replacing("[64]", with: "")
      #expect(error.message.contains("input 'v' is \(type):"), "\(error.message)")
      #expect(error.message.contains("'\(test.value)'"), "\(error.message)")
    }
  }

  @Test(arguments: [
    ("float", "0.5", 0.5), ("float", "-1e-3", -0.001), ("float", "1_000.5", 1000.5),
    ("float", "3", 3), ("float", "0b11", 3), ("float[32]", "3e38", Double(Float(3e38))),
    ("angle", "7", 7),
    ("float", ".5", 0.5), ("float", "0x10", 16),
  ])
  func `real inputs are read in any form of a number`(type: String, text: String, value: Double)
    throws
  {
    let circuit = try read(
      "input \(type) v; qubit q; rz(v) q;", inputs: ["v": .text(text)]
    ).circuit
    guard case .instruction(let gate)? = circuit.nodes().first else {
      Issue.record("no gate")
      return
    }
    #expect(Array(circuit.arguments(of: gate)) == [value])
  }

  @Test(arguments: [
    ("float", "nan"), ("float", "inf"), ("float", "1e999"), ("float", "true"), ("float", "1.2.3"),
    ("float", "0x"), ("float[32]", "1e39"), ("float[16]", "70000"), ("angle", "1e400"),
    ("float", "1__e"), ("float", "\"01\""), ("float", "_1"),
  ])
  func `what is no finite number of the width is refused`(type: String, text: String) throws {
    let error = try #require(throws: Diagnostic.self) {
      try read("qubit q;\ninput \(type) v; rz(v) q;", inputs: ["v": .text(text)])
    }
    #expect(error.range?.line == 2 && error.message.contains("input 'v'"), "\(error.message)")
  }

  // MARK: Arrays

  static let arrays: [(type: String, text: String, body: String, expected: String)] = [
    (
      "float[64], 3", "[1, 2.5,-3e-1]", "for float t in a { rz(t) q; }",
      "rz(1.0) 0; rz(2.5) 0; rz(-0.3) 0"
    ),
    ("int[8], 2, 2", "[[1,2],[3,-4]]", "rz(a[1, 0]) q; rz(a[1, 1]) q;", "rz(3.0) 0; rz(-4.0) 0"),
    ("uint[8], 2", " [ 0x10 , 0b11 ] ", "rz(a[0]) q; rz(a[1]) q;", "rz(16.0) 0; rz(3.0) 0"),
    ("bit[4], 2", "[0011, 8]", "if (a[0] == 3) x q; if (a[1] == 8) y q;", "X 0; Y 0"),
    ("bool, 2", "[true, 0]", "if (a[0]) x q; if (a[1]) y q;", "X 0"),
    ("angle[4], 1", "[\"1000\"]", "rz(a[0]) q;", "rz(3.141593) 0"),
    ("float[32], 2", "[1, 2]", "a[0] = a[0] / 4; rz(a[0]) q;", "rz(0.25) 0"),
    (
      "int, 1, 1, 1, 1, 1, 1, 2", "[[[[[[[5, 6]]]]]]]", "rz(a[0, 0, 0, 0, 0, 0, 1]) q;",
      "rz(6.0) 0"
    ),
  ]

  @Test(arguments: arrays.indices) func `an array is read from a list`(index: Int) throws {
    let (type, text, body, expected) = Self.arrays[index]
    let circuit = try read(
      "input array[\(type)] a; qubit q; \(body)", inputs: ["a": .text(text)]
    ).circuit
    #expect(listing(circuit) == expected)
  }

  @Test(arguments: [
    ("float, 3", "[1,2]", "array[float, 3]: its value is a list in brackets", "such as [0,0,0]"),
    ("float, 3", "1", "a list in brackets", "such as [0,0,0]"),
    ("float, 3", "[1,2,]", "a list in brackets", "such as"),
    ("float, 3", "[1,2,3", "a list in brackets", "such as"),
    ("float, 3", "[1,2,3]]", "a list in brackets", "such as"),
    ("int[8], 2, 2", "[1,2,3,4]", "a list in brackets", "such as [[0,0],[0,0]]"),
    ("int[8], 9", "[]", "a list in brackets", "such as [0,0,0,0,…]"),
    ("int[8], 2", "[1,200]", "input 'a' is int[8]: its value is an integer from -128 to 127", ""),
    ("int[8], 2", "[1,x]", "input 'a' is int[8]", ""),
    ("complex, 1", "[1]", "parsed, not simulated", ""),
  ])
  func `a list that is no value of the array is refused`(
    type: String, text: String, message: String, hint: String
  ) throws {
    let error = try #require(throws: Diagnostic.self) {
      try read("qubit q;\ninput array[\(type)] a;", inputs: ["a": .text(text)])
    }
    #expect(error.range?.line == 2 && error.message.contains(message), "\(error)")
    #expect(error.hint?.contains(hint) ?? hint.isEmpty, "\(error)")
  }

  @Test func `an array without a value is asked for as a list`() throws {
    let error = try #require(throws: Diagnostic.self) {
      try CircuitFile.parse(
        "OPENQASM 3.0; input array[float, 2] a;", format: .openQASM3, keepsUnsetInputs: true)
    }
    #expect(error.code == "missing-input" && error.hint == "give it with --param a=[0,0]")
  }

  /// Every value of every width up to 7 bits, in four forms, and the values just outside.
  @Test func `whole numbers are read in every form and never wrap`() throws {
    for width in 1...7 {
      let (low, high) = (-(1 << (width - 1)), 1 << width)
      for value in (low - 2)...(high + 1) {
        let digits = String(abs(value), radix: 2)
        let sign = value < 0 ? "-" : ""
        for text in [
          "\(value)", "\(sign)0b\(digits)", "\(sign)0x\(String(abs(value), radix: 16))",
          "\(sign)0o\(String(abs(value), radix: 8))",
        ] {
          check("int[\(width)]", text, (low..<(1 << (width - 1))).contains(value))
          check("uint[\(width)]", text, (0..<high).contains(value))
        }
      }
    }
  }

  private func check(_ type: String, _ text: String, _ fits: Bool) {
    let file = try? read(
      "input \(type) v; qubit q; if (v == \(text)) x q;", inputs: ["v": .text(text)])
    #expect((file != nil) == fits, "\(type) \(text)")
    if let file { #expect(listing(file.circuit) == "X 0", "\(type) \(text)") }
  }
}
