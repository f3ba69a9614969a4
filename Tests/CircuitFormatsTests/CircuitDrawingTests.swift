import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

struct CircuitDrawingTests {
  @Test(arguments: DrawingCircuits.all) func `drawings are as recorded`(
    entry: DrawingCircuits.Entry
  ) {
    let circuit = entry.circuit
    for (text, ending) in [
      (CircuitDrawing.text(circuit), "txt"),
      (CircuitDrawing.text(circuit, ascii: true, width: 80), "ascii.txt"),
      (CircuitDrawing.svg(circuit), "svg"),
    ] {
      let mismatch = Golden.mismatch(of: text, with: "Drawings/\(entry.name).\(ending)")
      #expect(mismatch == nil)
    }
  }

  @Test(arguments: GateCatalog.all.map(\.gate)) func `every gate is drawn`(gate: Gate) {
    for controlCount in [0, 2] {
      guard let circuit = DrawingRandomCircuits.single(gate, controlCount: controlCount) else {
        continue
      }
      expectLaws(of: circuit)
      let text = CircuitDrawing.text(circuit, width: 0)
      let idle = Self.withoutInstructions(circuit)
      #expect(text != CircuitDrawing.text(idle, width: 0), "\(gate) leaves no trace")
      #expect(CircuitDrawing.svg(circuit) != CircuitDrawing.svg(idle), "\(gate) leaves no trace")
    }
  }

  /// The same registers and qubits, with nothing on them.
  private static func withoutInstructions(_ circuit: Circuit) -> Circuit {
    var result = Circuit(qubitCount: circuit.qubitCount)
    for register in circuit.bitRegisters {
      result.declareBits(register.name, count: register.count)
    }
    return result
  }

  @Test(arguments: DrawingCircuits.all) func `drawings keep the laws`(entry: DrawingCircuits.Entry)
  {
    expectLaws(of: entry.circuit)
  }

  /// Values for the examples that ask for some.
  private static let inputs: InputValues = [
    "gamma": 0.4, "beta": 0.7, "theta": 0.3, "phi": 0.2, "error_at": 1,
  ]

  @Test func `every example draws`() throws {
    let folder = Golden.folder.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Examples/circuits")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".qasm") || $0.hasSuffix(".stim") }
    #expect(names.count >= 20)
    for name in names {
      let source = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
      let format = CircuitFormat.detect(fileName: name, source: source)
      let file = try CircuitFile.parse(source, format: format, inputs: Self.inputs)
      expectLaws(of: file.circuit)
    }
  }

  @Test func `random circuits draw, at any width`() {
    for seed in 0..<120 {
      var generator = PhiloxGenerator(seed: UInt64(seed))
      expectLaws(of: DrawingRandomCircuits.circuit(&generator))
    }
  }

  /// What holds for the drawings of every circuit.
  private func expectLaws(
    of circuit: Circuit, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for width in [0, 1, 40, 120] {
      for ascii in [false, true] {
        let text = CircuitDrawing.text(circuit, ascii: ascii, width: width)
        #expect(
          text == CircuitDrawing.text(circuit, ascii: ascii, width: width),
          sourceLocation: sourceLocation)
        #expect(text.hasSuffix("\n"), sourceLocation: sourceLocation)
        if ascii {
          #expect(
            text.utf8.allSatisfy { $0 == 10 || (0x20...0x7e).contains($0) },
            sourceLocation: sourceLocation)
        }
        expectEqualWidths(text, of: circuit, ascii: ascii, sourceLocation: sourceLocation)
      }
    }
    let svg = CircuitDrawing.svg(circuit)
    #expect(svg == CircuitDrawing.svg(circuit), sourceLocation: sourceLocation)
    #expect(XMLScanner.problem(in: svg) == nil, sourceLocation: sourceLocation)
    for wire in CircuitLayout(circuit).wires {
      let label = wire.label.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
      #expect(svg.contains(">\(label)</text>"), sourceLocation: sourceLocation)
    }
  }

  /// In each part of a drawing all wires end in the same column, nothing is beyond them, and every
  /// label is there.
  private func expectEqualWidths(
    _ text: String, of circuit: Circuit, ascii: Bool, sourceLocation: SourceLocation
  ) {
    let layout = CircuitLayout(circuit)
    guard !layout.wires.isEmpty else { return }
    let labels = layout.wires.map { wire in
      let label = ascii ? String(wire.label.map { $0.isASCII ? $0 : "?" }) : wire.label
      return "\(label):" + (wire.isClassical ? wire.size.map { " \($0)/" } ?? " " : " ")
    }
    let margin = labels.map(\.count).max() ?? 0
    var width: Int?
    var next = 0
    var wireCount = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let start = String(line.prefix(margin))
      if next < labels.count, start.drop(while: { $0 == " " }) == labels[next] {
        #expect(width == nil || line.count == width, "\(line)", sourceLocation: sourceLocation)
        width = line.count
        wireCount += 1
        next += 1
      } else if next > 0, next < labels.count, let width {
        #expect(line.count <= width, "\(line)", sourceLocation: sourceLocation)
      }
      #expect(line.last != " ", sourceLocation: sourceLocation)
      if next == labels.count { (next, width) = (0, nil) }
    }
    #expect(next == 0, sourceLocation: sourceLocation)
    #expect(wireCount >= labels.count, sourceLocation: sourceLocation)
  }

  // MARK: Widths and limits

  @Test func `a drawing keeps within its width`() {
    for width in [60, 80, 120] {
      let text = CircuitDrawing.text(DrawingCircuits.long, width: width)
      let longest = text.split(separator: "\n").map(\.count).max() ?? 0
      #expect(longest <= width && longest > width - 20)
    }
    let unlimited = CircuitDrawing.text(DrawingCircuits.long, width: 0)
    #expect(unlimited == CircuitDrawing.text(DrawingCircuits.long, width: -5))
    #expect(!unlimited.contains("»"))
  }

  @Test func `the text of a block stands beside its edge at every width`() {
    for length in 1...40 {
      var circuit = Circuit()
      circuit.declareBits("c", count: 4)
      for _ in 0..<length { circuit.append(.s, 0) }
      let sum = ClassicalExpression.binary(.add, .bits(start: 0, count: 4), .integer(1234))
      circuit.appendIf(.bit(1)) { circuit in
        circuit.appendAssign(sum, to: .bits(start: 0, count: 4))
        circuit.append(.h, 0)
      }
      #expect(CircuitDrawing.text(circuit, width: 50).contains("╓ if c[1] == 1 ─"))
    }
  }

  @Test func `a register of four billion qubits draws at once`() {
    var circuit = Circuit()
    circuit.declareQubits("q", count: 4_000_000_000)
    #expect(CircuitDrawing.text(circuit) == "… 4000000000 unused qubits\n")
    circuit.append(.h, 7)
    let text = CircuitDrawing.text(circuit)
    #expect(text.contains("q[7]: "))
    #expect(text.contains("… 3999999999 unused qubits"))
    #expect(!text.contains("q[0]"))
  }

  @Test func `a circuit too long is cut with a note`() {
    var circuit = Circuit()
    for _ in 0..<300_000 { circuit.append(.h, 0) }
    let text = CircuitDrawing.text(circuit)
    #expect(text.hasSuffix("… the rest of the circuit is left out\n"))
    #expect(text.utf8.count < 10_000_000)
    #expect(CircuitDrawing.svg(circuit).utf8.count < 10_000_000)
  }

  @Test func `a circuit too wide is cut with a note`() {
    var circuit = Circuit()
    for qubit in 0..<20_000 { circuit.append(.cx, qubit, qubit + 1) }
    let text = CircuitDrawing.text(circuit, width: 0)
    #expect(text.contains("more qubits left out, with all that acts on them"))
    #expect(text.utf8.count < 100_000_000)
    var dense = Circuit()
    for turn in 0..<500 {
      for qubit in 0..<1000 { dense.append(.rx, [Double(turn) / 7], qubit) }
    }
    let cut = CircuitDrawing.text(dense, width: 0)
    #expect(cut.contains("… the rest of the circuit is left out"))
    #expect(cut.utf8.count < 100_000_000)
  }

  @Test func `blocks nested very deep are cut with a note`() {
    var circuit = Circuit()
    func nest(_ depth: Int, _ circuit: inout Circuit) {
      circuit.append(.m, 0)
      if depth > 0 { circuit.appendRepeat(3) { nest(depth - 1, &$0) } }
    }
    nest(60, &circuit)
    #expect(CircuitDrawing.text(circuit).contains("… blocks nested deeper than 16 left out"))
  }

  @Test func `a very large broadcast is drawn in part`() {
    var circuit = Circuit()
    circuit.append(.cz, targets: (0..<400_000).map { .qubit($0 % 6) })
    #expect(CircuitDrawing.text(circuit).contains("… the rest of the circuit is left out"))
  }

  // MARK: Texts

  private static let pi = Double.pi
  private static let angles: [(angle: Double, text: String)] = [
    (pi, "π"), (-pi / 2, "-π/2"), (3 * pi / 4, "3π/4"), (pi / 1024, "π/1024"), (2 * pi, "2π"),
    (0, "0"), (0.3, "0.3"), (0.123456, "0.1235"), (1e-7, "1e-7"), (-2.5e-9, "-2.5e-9"),
    (0.99999, "1"), (123456.7, "123500"), (1e300, "1e300"), (5 * pi / 3, "5π/3"),
    (0.1 + 0.2, "0.3"), (99999.6, "100000"), (0.00012345, "0.0001235"),
  ]

  @Test(arguments: angles) func `angles are short`(angle: Double, text: String) {
    var circuit = Circuit()
    circuit.append(.rx, [angle], 0)
    #expect(CircuitDrawing.text(circuit).contains("┤ Rx(\(text)) ├"))
  }

  @Test func `expressions read as in the source`() {
    var circuit = Circuit()
    circuit.declareBits("c", count: 2)
    circuit.declareBits("d", count: 3)
    let turn = circuit.declareVariable("n", initialValue: .integer(1))
    let texts = ExpressionText(circuit)
    let n = ClassicalExpression.variable(turn)
    let cases: [(ClassicalExpression, String)] = [
      (.bits(start: 0, count: 2), "c"), (.bit(1), "c[1]"), (.bits(start: 3, count: 2), "d[1:2]"),
      (.bits(start: 1, count: 2), "{c[1], …}"), (.record(3), "rec[-3]"),
      (.bit(start: 2, count: 3, index: n), "d[n]"),
      (.binary(.equal, .bits(start: 2, count: 3), .integer(5)), "d == 5"),
      (.binary(.multiply, .binary(.add, n, .integer(1)), n), "(n + 1)*n"),
      (.binary(.subtract, n, .binary(.subtract, n, .integer(1))), "n - (n - 1)"),
      (.binary(.subtract, .binary(.subtract, n, n), .integer(1)), "n - n - 1"),
      (.binary(.power, n, .binary(.power, n, n)), "n**n**n"),
      (.binary(.power, .binary(.power, n, n), n), "(n**n)**n"),
      (.unary(.negate, .binary(.add, n, n)), "-(n + n)"),
      (.unary(.sin, .real(.pi / 2)), "sin(π/2)"),
      (.binary(.logicalOr, .binary(.logicalAnd, n, n), n), "n && n || n"),
      (.binary(.logicalAnd, n, .binary(.logicalOr, n, n)), "n && (n || n)"),
      (.select(n, .integer(1), .integer(2)), "n ? 1 : 2"),
      (.binary(.add, n, .select(n, n, n)), "n + (n ? n : n)"),
    ]
    for (expression, text) in cases { #expect(texts.text(of: expression) == text) }
    #expect(texts.condition(.bit(0)) == "c[0] == 1")
    #expect(texts.condition(.unary(.logicalNot, .record(1))) == "rec[-1] == 0")
    #expect(texts.condition(n) == "n")
  }

  @Test func `a vast shared expression is cut`() {
    var expression = ClassicalExpression.integer(1)
    for _ in 0..<60 { expression = .binary(.add, expression, expression) }
    var circuit = Circuit()
    circuit.declareBits("c", count: 8)
    circuit.appendAssign(expression, to: .bits(start: 0, count: 8))
    let text = CircuitDrawing.text(circuit)
    #expect(text.contains("…") && text.utf8.count < 10_000)
  }

  @Test func `names that a terminal or a viewer could trip over are made safe`() {
    var circuit = Circuit()
    circuit.declareQubits("<&\"量子\u{1b}[31m\u{301}>", count: 1)
    circuit.append(.h, targets: [.qubit(0)], tag: "a]]>\n\r\u{7}&<b>")
    expectLaws(of: circuit)
    #expect(!CircuitDrawing.text(circuit).unicodeScalars.contains("\u{1b}"))
  }

  @Test func `records and detectors are numbered through repeat blocks`() {
    let text = CircuitDrawing.text(DrawingCircuits.repetition, width: 0)
    #expect(text.contains("MR(0.002) rec[1+i]"))
    #expect(text.contains("M(0.01) rec[1001]"))
    #expect(text.contains("D[1+i] = rec[1+i] ⊕ rec[i]  at (1, 0, 0)"))
    #expect(text.contains("D1001 = rec[1002] ⊕ rec[1001] ⊕ rec[1000]"))
  }

  @Test func `gates on disjoint wires share a column`() {
    var circuit = Circuit()
    circuit.append(.h, 0, 1, 2, 3)
    circuit.append(.cx, 0, 1, 2, 3)
    circuit.append(.cx, 0, 2, 1, 3)
    let layout = CircuitLayout(circuit)
    #expect(layout.columnCount == 4)
    #expect(layout.operations.map(\.column) == [0, 0, 0, 0, 1, 1, 2, 3])
  }
}
