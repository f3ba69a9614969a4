import Foundation
import QSim
import TestSupport
import Testing

/// Real numbers of a width: every value is rounded to it, on reading and while running.
struct OpenQASMFloatTests {
  /// Statements that leave a real number in `r`; `one` is 1.
  struct Case: Sendable, CustomTestStringConvertible {
    let body: String
    let value: Double
    var testDescription: String { body }

    init(_ body: String, _ value: Double) { (self.body, self.value) = (body, value) }
  }

  private static let tenth = Float(0.1)

  static let cases: [Case] = [
    Case("float[32] a = 0.1 * one; r = a;", Double(tenth)),
    Case("float[16] a = 0.1 * one; r = a;", 0.0999755859375),
    Case("float[64] a = 0.1 * one; r = a;", 0.1),
    Case("r = float[32](0.1 * one);", Double(tenth)),
    Case("r = float[16](float[32](0.1 * one));", 0.0999755859375),
    // Between two of a width the result has it.
    Case("float[32] a = 0.1 * one; float[32] b = 0.2 * one; r = a + b;", Double(tenth + 0.2)),
    Case("float[32] a = 1.1 * one; float[32] b = 3.3; r = a * b;", Double(Float(1.1) * 3.3)),
    Case("float[32] a = one; float[32] b = 3; r = a / b - b;", Double(Float(1) / 3 - 3)),
    Case("float[16] a = one; float[16] b = 3; r = a / b;", 0.333251953125),
    Case("float[32] a = 1.1 * one; r = -a;", -Double(Float(1.1))),
    Case("float[32] a = 7.7 * one; float[32] b = 0.7; r = mod(a, b);", mod(7.7, 0.7)),
    // The wider of two decides, and whole numbers follow.
    Case(
      "float[32] a = 1.1 * one; float[64] b = 2.2; r = a * b;", Double(Float(1.1)) * 2.2),
    Case(
      "float[16] a = 1.1 * one; float[32] b = 2.2; r = a * b;",
      Double(Float(1.099609375) * Float(2.2))),
    Case("float[32] a = 1.1 * one; r = a * 3;", Double(Float(1.1) * 3)),
    Case("float[32] a = 1.1 * one; uint[8] n = 3; r = n * a;", Double(3 * Float(1.1))),
    Case("float[32] a = 1.1 * one; r = a * 0.3;", Double(Float(1.1)) * 0.3),
    Case("float[32] a = 16777216 * one; a += 1; r = a;", 16_777_216),
    Case("float[16] a = 2048 * one; a = a + 1; r = a;", 2048),
    // Functions give the width that they take.
    Case("float[32] a = 2 * one; r = sqrt(a);", Double(Float(2).squareRoot())),
    Case("float[32] a = one; r = exp(a);", Double(Float(exp(1.0)))),
    Case("float[32] a = one; r = pow(a / 3, 2);", square(Float(1) / 3)),
    // Whole numbers are rounded once: 2^53 + 2^29 + 1 lies just above the middle of two.
    Case("int n = 16777217 * one; float[32] a = n; r = a;", 16_777_216),
    Case("int n = 9007199791611905 * one; float[32] a = n; r = a;", 9_007_200_328_482_816),
    Case("int n = -9007199791611905 * one; r = float[32](n);", -9_007_200_328_482_816),
    Case("uint n = 9223372586610589697; n *= one; r = float[32](n);", 9_223_373_136_366_403_584),
    Case("uint n = 9223372586610589696; n *= one; r = float[32](n);", 9_223_372_036_854_775_808),
    Case("uint n = 1099511627777; n *= one; r = float[32](n);", 1_099_511_627_776),
    Case("int n = 2049 * one; float[16] a = n; r = a;", 2048),
    Case("bit[4] b = \"0101\"; float[16] a = int[4](b) * one; r = a;", 5),
    // Elements, parameters and results of subroutines are values too.
    Case(
      "array[float[32], 2] a = {0.1, 0.2}; a[1] = 0.1 * one; r = a[1] + a[0];",
      Double(tenth + tenth)),
    Case("r = third(0.1 * one);", Double(tenth / 3)),
    Case("for float[32] t in {0.1, 0.2} { r = t * one; }", Double(Float(0.2))),
  ]

  private static func mod(_ a: Float, _ b: Float) -> Double {
    Double(a.truncatingRemainder(dividingBy: b))
  }

  private static func square(_ a: Float) -> Double { Double(a * a) }

  private static func program(_ test: Case, one: String) -> String {
    """
    def third(float[32] x) -> float[32] { return x / 3; }
    qubit q; bit c; output bit f; x q; c = measure q; float r = 0;
    \(one) \(test.body)
    if (r == \(test.value)) { f = 1; }
    """
  }

  @Test(arguments: cases) func `a value is rounded on reading`(_ test: Case) throws {
    let circuit = try read(Self.program(test, one: "int one = 1;")).circuit
    #expect(try distribution(circuit) == ["1": 1])
  }

  @Test(arguments: cases) func `a value is rounded while running, and after it was written`(
    _ test: Case
  ) throws {
    let circuit = try read(Self.program(test, one: "int one = 0; if (c) { one = 1; }")).circuit
    #expect(try distribution(circuit) == ["1": 1])
    let text = try circuit.text(as: .openQASM3)
    let again = try CircuitFile.parse(text, format: .openQASM3).circuit
    #expect(try distribution(again) == ["1": 1], "\(text)")
  }

  @Test func `numbers of one width are compared as they are`() throws {
    for (condition, isTrue) in [
      ("float[32](0.1) == 0.1", false), ("float[32](0.1) == float[32](0.1)", true),
      ("float[32](16777217) == 16777217", true), ("float[32](0.1) > 0.1", true),
    ] {
      let circuit = try read("qubit q; if (\(condition)) { x q; }").circuit
      #expect(circuit.gateCount == (isTrue ? 1 : 0), "\(condition)")
    }
  }

  static let refused: [ErrorCase] = [
    ErrorCase("float[24] a;", 1, 7, "a float has 16, 32 or 64 bits, not 24"),
    ErrorCase("int n = float[128](1);", 1, 15, "at most 64 bits"),
    ErrorCase("float[32] a = 1e39;", 1, 15, "does not fit float[32]"),
    ErrorCase(
      "float[16] a = 65504;\na = a * 2;", 2, 7, "does not fit float[16]",
      hint: "numbers up to 65504.0 in size do"),
    ErrorCase("float[16] a = 65520;", 1, 15, "does not fit float[16]"),
  ]

  @Test(arguments: refused) func `what a width does not hold is refused`(_ test: ErrorCase) {
    test.check(version: 3)
  }

  @Test func `a value too large for its width ends a run at its place`() throws {
    let circuit = try read(
      "qubit q; bit c; x q; c = measure q;\nint n = 300; if (c) { n = 400; }\n"
        + "float[16] a = n; a = a * a; rx(a) q;"
    ).circuit
    let error = try #require(throws: Diagnostic.self) {
      try StateVectorSimulator().run(circuit, shots: 1, seed: 1, options: SimulationOptions())
    }
    #expect(error.range?.line == 3 && error.message.contains("does not fit float[16]"), "\(error)")
  }
}
