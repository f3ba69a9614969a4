import QSim
import TestSupport
import Testing

struct OpenQASMRoundTripTests {
  static let gates = Gate.unitaryGates.filter { $0 != .unitary }

  /// Instructions of one group each, without the registers and names.
  private static func plain(_ circuit: Circuit) -> [String] {
    listing(circuit).split(separator: ";").map(String.init)
  }

  private static func rewritten(_ circuit: Circuit, _ format: CircuitFormat) throws -> Circuit {
    try CircuitFile.parse(try circuit.text(as: format), format: format).circuit
  }

  /// Once `if(c==1) // global phase` made the next statement conditional, and no reader but this
  /// one took the barrier.
  @Test func `version 2 writes no condition before a comment or a barrier`() throws {
    let circuit = try read(
      "qubit q; bit c; h q; c = measure q; if (c) { barrier q; gphase(0.3); } x q; c = measure q;"
    ).circuit
    let text = try circuit.text(as: .openQASM2)
    #expect(text.contains("\n// global phase") && text.contains("\nbarrier"))
    #expect(!text.contains("if("))
    #expect(
      isClose(try distribution(circuit), try distribution(try Self.rewritten(circuit, .openQASM2))))
  }

  @Test(arguments: gates, [CircuitFormat.openQASM2, .openQASM3])
  func `a gate is written and read back`(_ gate: Gate, _ format: CircuitFormat) throws {
    forAll(11, count: 3) { rng in
      let count = max(1, gate.definition.qubitCount ?? 1)
      var circuit = Circuit(qubitCount: count)
      circuit.append(
        gate, arguments: RandomCircuits.angles(gate, using: &rng),
        targets: (0..<(gate.definition.qubitCount ?? 0)).map { .qubit($0) })
      let again = try Self.rewritten(circuit, format)
      let (before, after) = (
        ReferenceSimulator.unitary(of: circuit), ReferenceSimulator.unitary(of: again)
      )
      #expect(before.distanceUpToPhase(to: after) < 1e-9)
      if format == .openQASM3 { #expect(before.distance(to: after) < 1e-9) }
      let isNative = gate.definition.openQASM.contains {
        !$0.sources.isDisjoint(with: format == .openQASM2 ? .qelib1 : .stdgates)
      }
      if isNative, format == .openQASM2 || (gate != .u2 && gate != .u3) {
        #expect(Self.plain(circuit) == Self.plain(again))
      }
    }
  }

  @Test(arguments: gates)
  func `a controlled gate is written and read back`(_ gate: Gate) throws {
    forAll(12, count: 2) { rng in
      let count = gate.definition.qubitCount ?? 0
      guard count <= 4 else { return }
      for negated in [false, true] {
        var circuit = Circuit(qubitCount: count + 1)
        try circuit.appendChecked(
          gate, arguments: RandomCircuits.angles(gate, using: &rng),
          targets: (0...count).map { .qubit($0, inverted: $0 == 0 && negated) }, controlCount: 1)
        let again = try Self.rewritten(circuit, .openQASM3)
        #expect(
          ReferenceSimulator.unitary(of: circuit).distance(
            to: ReferenceSimulator.unitary(of: again))
            < 1e-9)
      }
    }
  }

  @Test func `random circuits are written and read back`() {
    forAll(13, count: 40) { rng in
      let circuit = RandomCircuits.gates(qubits: 4, count: 12, using: &rng)
      let before = ReferenceSimulator.unitary(of: circuit)
      let after = ReferenceSimulator.unitary(of: try Self.rewritten(circuit, .openQASM3))
      #expect(before.distance(to: after) < 1e-9)
    }
  }

  @Test func `dynamic circuits keep their distribution`() {
    forAll(14, count: 30) { rng in
      let circuit = RandomCircuits.dynamic(qubits: 3, count: 12, withNoise: false, using: &rng)
      guard let again = try? Self.rewritten(circuit, .openQASM3) else { return }
      let (before, after) = (try distribution(circuit), try distribution(again))
      #expect(isClose(before, after))
    }
  }

  @Test(arguments: OpenQASM3Tests.distributions.indices)
  func `programs keep their distribution`(_ index: Int) throws {
    let circuit = try read(OpenQASM3Tests.distributions[index].source).circuit
    guard circuit.qubitCount <= 5 else { return }
    let again = try Self.rewritten(circuit, .openQASM3)
    #expect(isClose(try distribution(circuit), try distribution(again)))
  }

  @Test func `a text in canonical form is written unchanged`() throws {
    let text = """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[3] q;
      qubit[1] anc;
      bit[3] c;
      bit[2] d;
      h q;
      cx q[0], q[1];
      rz(pi/4) q[2];
      rx(-3*pi/8) anc[0];
      ry(0.1) q[0];
      ctrl @ gphase(0.5) q[0];
      c = measure q;
      d[1] = measure anc[0];
      if (c[0]) {
        x q[0];
      } else {
        y q[0];
      }
      if (c == 5) {
        reset q;
      }
      while (d[0]) {
        h anc[0];
        d[0] = measure anc[0];
      }
      barrier q;

      """
    // A controlled phase is written as the gate it is.
    let expected = text.replacing("ctrl @ gphase(0.5) q[0]", with: "p(0.5) q[0]")
    let circuit = try CircuitFile.parse(text, format: .openQASM3).circuit
    #expect(try circuit.text(as: .openQASM3) == expected)
    #expect(try CircuitFile.parse(expected, format: .openQASM3).circuit == circuit)
  }

  @Test func `conditions on single bits split their register in version 2`() throws {
    let circuit = try read("qubit[2] q; bit[2] c; c = measure q; if (c[1]) { x q[0]; }").circuit
    let text = try circuit.text(as: .openQASM2)
    #expect(text.contains("creg c_1[1];"))
    #expect(text.contains("if(c_1==1) x q[0];"))
    #expect(
      isClose(try distribution(circuit), try distribution(try Self.rewritten(circuit, .openQASM2))))
  }

  @Test func `records get a register and feedback a condition`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.mx, 1)
    circuit.measure(0)
    circuit.append(.cx, targets: [.record(1), .qubit(1)])
    circuit.append(.mpp, targets: [.pauli(.x, 0), .combiner, .pauli(.y, 1, inverted: true)])
    circuit.append(.tick)
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      let again = try Self.rewritten(circuit, format)
      var expected: [String: Double] = [:]
      for (memory, probability) in try ReferenceSimulator.distribution(of: circuit) {
        let key = memory.record.map { $0 ? "1" : "0" }.reversed().joined()
        expected[key, default: 0] += probability
      }
      #expect(isClose(try distribution(again), expected))
    }
  }

  @Test func `repeat blocks are loops`() throws {
    var circuit = Circuit()
    circuit.appendRepeat(3) {
      $0.append(.h, 0)
      $0.measure(0)
      $0.append(.cx, targets: [.record(1), .qubit(1)])
      $0.measure(1)
    }
    let text = try circuit.text(as: .openQASM3)
    #expect(text.contains("for uint i0 in [0:2] {"))
    let again = try CircuitFile.parse(text, format: .openQASM3).circuit
    #expect(again.bitCount == 6)
    #expect(try distribution(again).count == 8)
  }

  @Test func `what cannot be expressed is refused`() {
    var noisy = Circuit()
    noisy.append(.depolarize1, [0.1], 0)
    var uncertain = Circuit()
    uncertain.append(.m, [0.1], 0)
    for circuit in [noisy, uncertain] {
      for format in [CircuitFormat.openQASM2, .openQASM3] {
        #expect(throws: Diagnostic.self) { try circuit.text(as: format) }
      }
    }
  }

  @Test func `a matrix on one qubit is written`() {
    forAll(15, count: 20) { rng in
      let angles = (0..<3).map { _ in rng.uniform() * 6 }
      let matrix = Gate.u3.definition.matrix!(angles[...]).scaled(
        by: .init(length: 1, phase: rng.uniform() * 6))
      var circuit = Circuit()
      circuit.append(matrix, to: 0)
      let again = try Self.rewritten(circuit, .openQASM3)
      #expect(ReferenceSimulator.unitary(of: again).distance(to: matrix) < 1e-9)
    }
  }

  @Test func `numbers are short and exact`() throws {
    for (value, text) in [
      (Double.pi, "pi"), (-.pi / 2, "-pi/2"), (3 * .pi / 4, "3*pi/4"), (0.1, "0.1"), (2, "2.0"),
      (1e-9, "1e-09"), (0, "0"), (.pi / 3, "pi/3"),
    ] {
      var circuit = Circuit()
      circuit.append(.rz, [value], 0)
      #expect(try circuit.text(as: .openQASM3).contains("rz(\(text)) q[0];"), "\(value)")
    }
  }

  @Test func `long repeats are refused soon where they have to be unrolled`() {
    var circuit = Circuit()
    circuit.appendRepeat(1_000_000) { $0.appendRepeat(1_000_000) { $0.appendRepeat(9) { _ in } } }
    circuit.append(.h, 0)
    #expect(throws: Diagnostic.self) { try circuit.text(as: .openQASM2) }
    #expect(throws: Never.self) { try circuit.text(as: .openQASM3) }
  }

  @Test func `names that are words get others`() throws {
    var circuit = Circuit()
    circuit.declareQubits("measure", count: 1)
    circuit.declareQubits("h", count: 1)
    circuit.declareBits("a b", count: 1)
    circuit.append(.h, 0, 1)
    circuit.measure(1, into: 0)
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      #expect(listing(try Self.rewritten(circuit, format)).hasSuffix("M 1 ->0"))
    }
  }
}
