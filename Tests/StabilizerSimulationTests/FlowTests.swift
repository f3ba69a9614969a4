import QSim
import TestSupport
import Testing

import StabilizerSimulation

struct FlowTests {
  private static func has(_ text: String, _ flow: String, unsigned: Bool = false) throws -> Bool {
    try AnalysisTests.circuit(text).hasFlow(
      try #require(StabilizerFlow(flow)), unsigned: unsigned)
  }

  @Test(arguments: [
    ("M !0", "Z -> rec[-1]", false, true), ("M !0", "Z -> -rec[0]", true, true),
    ("M 0", "X -> X", false, false), ("MR 0", "1 -> Z", true, true),
    ("CX sweep[0] 0", "Z -> Z", true, true), ("MPAD 1", "1 -> -1 xor rec[0]", true, true),
    ("M 0\nCX rec[-1] 0", "1 -> Z", true, true), ("CX 5 8", "X5 -> X5*X8", true, true),
    ("M 0\nOBSERVABLE_INCLUDE(2) rec[-1]", "Z -> obs[2]", true, true),
    ("OBSERVABLE_INCLUDE(0) X1", "_X -> obs[0]", true, true),
    ("OBSERVABLE_INCLUDE(0) X1", "1 -> obs[0]", false, false), ("H 0", "1 -> obs[3]", true, true),
    ("HERALDED_ERASE(0.5) 0", "1 -> rec[0]", true, true), ("S 0", "X -> -Y", false, true),
    ("R 1\nMXX 0 1\nMZZ 1 2\nMX 1", "X_X -> __X xor rec[0] xor rec[2]", true, true),
  ]) func `flows are told from what is none`(
    circuit: String, flow: String, signed: Bool, unsigned: Bool
  ) throws {
    #expect(try Self.has(circuit, flow) == signed)
    #expect(try Self.has(circuit, flow, unsigned: true) == unsigned)
  }

  @Test func `gates have the flows of their records`() throws {
    for gate in Gate.allCases where gate.definition.isStimGate {
      guard let count = gate.definition.qubitCount, gate.definition.argumentCount.contains(0),
        !gate.definition.flows.isEmpty
      else { continue }
      var circuit = Circuit()
      circuit.append(gate, targets: (0..<count).map { .qubit($0) })
      for flow in gate.definition.flows {
        #expect(try circuit.hasFlow(flow), "\(gate) \(flow)")
        let opposite = StabilizerFlow(
          input: flow.input, output: -flow.output, records: flow.records)
        #expect(try !circuit.hasFlow(opposite), "\(gate) \(flow)")
        #expect(try circuit.hasFlow(opposite, unsigned: true))
      }
    }
  }

  @Test func `long loops are not walked turn by turn`() throws {
    let many = "1000000000000000000"
    #expect(try Self.has("REPEAT \(many) {\nH 0\n}", "Z -> Z"))
    #expect(try !Self.has("REPEAT \(many) {\nH 0\n}", "Z -> X"))
    #expect(try Self.has("REPEAT \(many) {\nM 0\n}", "Z -> rec[-1]"))
    #expect(try Self.has("REPEAT \(many) {\nS 0\nC_XYZ 0 1\n}", "_X -> _Y"))
    #expect(try Self.has("M 0\nREPEAT 999999999999 {\nM 0\n}", "1 -> rec[0] xor rec[-1]"))
    #expect(
      try Self.has("R 0 1\nREPEAT \(many) {\nCX 0 1\nMR 1\nCX rec[-1] 0\n}\nM 0", "1 -> rec[-1]"))
    #expect(try Self.has("H 16777215", "X16777215 -> Z16777215"))
  }

  /// Parities of neighbours and of everything with the first are as many products as results, not
  /// as many as pairs of them.
  @Test func `repeated measurements take a product each`() throws {
    for text in ["M 0 1", "MXX 0 1\nMZZ 0 1", "M 0\nMZZ 0 1\nM 1"] {
      let (small, large) = try (
        AnalysisTests.circuit("REPEAT 100 {\n\(text)\n}"),
        AnalysisTests.circuit("REPEAT 400 {\n\(text)\n}")
      )
      var (few, many, fewMissing, manyMissing) = (0, 0, 0, 0)
      let flows = (
        try small.flowGenerators(work: &few), try large.flowGenerators(work: &many)
      )
      let results = Int(try #require(large.measurementCount))
      #expect(flows.1.count == results + 4 - 2 && many <= 4 * results && many < 5 * few, "\(text)")
      let missing = try large.missingDetectors(work: &manyMissing)
      _ = try small.missingDetectors(work: &fewMissing)
      #expect(missing.nodes().count > 300 && manyMissing < 5 * fewMissing, "\(manyMissing)")
      for flow in flows.1.prefix(3) + flows.1.suffix(3) { #expect(try large.hasFlow(flow)) }
    }
  }

  @Test func `loops give what their turns written out give`() throws {
    for (body, measurements) in [
      ("M 0\nCX rec[-1] 1", 1), ("MR 0\nCX rec[-1] 1\nCX 1 0\nMX 1\nCZ rec[-2] 1", 2),
      ("C_XYZ 0\nMXX 0 1\nCY rec[-1] 0", 1), ("S 0\nM 1\nSWAP 0 1\nCX rec[-1] 0", 1),
    ] {
      for turns in [1, 2, 5, 9] {
        let folded = "M 0 1 0\nREPEAT \(turns) {\n\(body)\n}\nM 1"
        let flat = "M 0 1 0\n" + String(repeating: body + "\n", count: turns) + "M 1"
        let flows = try AnalysisTests.circuit(flat).flowGenerators()
        #expect(try AnalysisTests.circuit(folded).flowGenerators() == flows)
        let circuit = try AnalysisTests.circuit(folded)
        #expect(circuit.measurementCount == UInt64(4 + turns * measurements))
        for flow in flows {
          #expect(try circuit.hasFlow(flow), "\(flow) of\n\(folded)")
          let other = StabilizerFlow(
            input: flow.input, output: flow.output, measurements: flow.measurements + [1])
          #expect(try circuit.hasFlow(other) == AnalysisTests.circuit(flat).hasFlow(other))
        }
      }
    }
  }

  @Test func `flows are read and written`() {
    for text in [
      "X_ -> -XX xor rec[0]", "1 -> -rec[3]", "Z -> 1", "1 -> Z xor rec[-2] xor obs[4]", "-Y -> X",
    ] {
      #expect(StabilizerFlow(text)?.description == text)
    }
    for text in ["X", "X ->", "-> X", "X -> Q", "X -> X0Z1 xor", "X -> rec[a]", "1 -> X Y"] {
      #expect(StabilizerFlow(text) == nil, "\(text)")
    }
  }

  @Test func `what cannot be answered is refused`() throws {
    for (circuit, flow) in [
      ("H 0", "X -> rec[5]"), ("M 0", "Z -> rec[-2]"), ("H 0", "iX -> Z"), ("T 0", "X -> X"),
      ("CX rec[-1] 0", "X -> X"), ("CX 0 rec[-1]", "X -> X"),
    ] {
      #expect(throws: Diagnostic.self) {
        try Self.has(circuit.replacing("T 0", with: "S[T] 0"), flow)
      }
    }
    let wide = try AnalysisTests.circuit("H 16777215")
    #expect(throws: Obstacle.self) { try wide.flowGenerators() }
  }
}
