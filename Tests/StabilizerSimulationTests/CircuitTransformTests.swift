import CircuitFormats
import QSim
import TestSupport
import Testing

import StabilizerSimulation

struct CircuitTransformTests {
  private static func circuit(_ text: String) throws -> Circuit {
    try AnalysisTests.circuit(text)
  }
  private static let circuits = AnalysisTests.answers.circuits.map(\.stim)

  @Test func `a decomposed circuit has the same flows`() throws {
    let plain: Set<Gate> = [.h, .s, .cx, .m, .reset, .mpad]
    for text in Self.circuits {
      let circuit = try Self.circuit(text)
      let decomposed = try circuit.decomposed()
      decomposed.forEachInstruction { instruction in
        let definition = instruction.gate.definition
        #expect(
          plain.contains(instruction.gate) || definition.isNoise || definition.isAnnotation)
      }
      // Qubits that were only idled on may be gone; flows need the same ones.
      let idle = "\nI \(circuit.qubitCount - 1)"
      let whole = try Self.circuit(StimWriter.write(decomposed) + idle)
      #expect(
        try whole.withoutNoise().flowGenerators() == circuit.withoutNoise().flowGenerators())
    }
  }

  @Test func `every Clifford gate has its flows taken apart, and is undone by its inverse`() throws
  {
    for gate in Gate.allCases
    where gate.definition.isClifford && gate != .globalPhase && gate.definition.isStimGate {
      var circuit = Circuit()
      if gate.definition.shape == .products {
        circuit.append(gate, targets: [.pauli(.x, 0), .combiner, .pauli(.y, 1), .pauli(.z, 2)])
      } else {
        circuit.append(gate, targets: (0..<gate.definition.qubitCount!).map { .qubit($0) })
      }
      let flows = try circuit.flowGenerators()
      var apart = try circuit.decomposed()
      apart.qubitCount = circuit.qubitCount
      #expect(try apart.flowGenerators() == flows, "\(gate)")
      for flow in flows { #expect(try circuit.hasFlow(flow)) }
      for flow in gate.definition.flows where gate.definition.qubitCount != nil {
        #expect(try circuit.hasFlow(flow), "\(gate) \(flow)")
      }
      let text = try StimWriter.write(circuit) + StimWriter.write(circuit.inverse())
      for flow in try Self.circuit(text).flowGenerators() { #expect(flow.input == flow.output) }
    }
  }

  @Test func `measurements and resets taken apart have their flows`() throws {
    for text in [
      "M !0", "MX 0", "MY !0", "MR !0", "MRX 0", "MRY !0", "R 0", "RX 0", "RY 0", "MXX !0 1",
      "MYY 0 !1", "MZZ !0 !1", "MPP X0*Y1*!Z2 !Y0 X1*X1", "MR 0 0", "CY rec[-1] 0", "CZ 0 rec[-1]",
      "YCZ 0 rec[-1]", "XCZ 0 rec[-1]", "CX 0 1 rec[-1] 0",
    ] {
      let circuit = try Self.circuit("M 0 1 2\n" + text)
      #expect(try circuit.decomposed().flowGenerators() == circuit.flowGenerators(), "\(text)")
    }
  }

  @Test func `a product that is not Hermitian is refused`() throws {
    #expect(throws: Obstacle.self) { try Self.circuit("SPP X0*Z0").decomposed() }
    #expect(throws: Diagnostic.self) { try Self.circuit("MPP X0*Z0").flowGenerators() }
  }

  @Test func `coordinates are shifted when written out`() throws {
    let circuit = try Self.circuit(
      """
      QUBIT_COORDS(5) 0
      REPEAT[tag] 3 {
          SHIFT_COORDS(0.1, 1)
          M 0
          DETECTOR(1) rec[-1]
      }
      DETECTOR[last](1, 2, 3) rec[-1]
      """)
    #expect(
      try StimWriter.write(circuit.flattened()) == """
        QUBIT_COORDS(5) 0
        M 0
        DETECTOR(1.1) rec[-1]
        M 0
        DETECTOR(1.2) rec[-1]
        M 0
        DETECTOR(1.3) rec[-1]
        DETECTOR[last](1.3, 5, 3) rec[-1]

        """)
  }

  @Test func `what cannot be written out is refused, not tried`() throws {
    let nested = try Self.circuit(
      "REPEAT 1000000000000000000 {\nREPEAT 1000000000000000000 {\nTICK\n}\n}")
    #expect(throws: Obstacle.self) { try nested.flattened() }
    let shifts = try Self.circuit(
      "REPEAT 1000000000000000000 {\nREPEAT 3 {\nSHIFT_COORDS(0, 2)\n}\n}\nDETECTOR(1, 1)")
    #expect(try StimWriter.write(shifts.flattened()) == "DETECTOR(1, 6000000000000000000)\n")
    let extreme = try Self.circuit("SHIFT_COORDS(1e308)\nSHIFT_COORDS(1e308)\nDETECTOR(1e308)")
    #expect(try StimWriter.write(extreme.flattened()).hasPrefix("DETECTOR(1.79769e+308"))
  }

  @Test func `tags go, heralds stay in the record`() throws {
    let circuit = try Self.circuit(
      "REPEAT[a] 2 {\nH[b] 0\n}\nHERALDED_ERASE[c](0.1) 0 1\nM[d](0.1) 0\nX_ERROR(0.2) 0\nM[d] 1")
    let plain = try StimWriter.write(circuit.withoutTags().withoutNoise())
    #expect(plain == "REPEAT 2 {\n    H 0\n}\nMPAD 0 0\nM 0 1\n")
    let tagged = try StimWriter.write(circuit.withoutNoise())
    #expect(tagged == "REPEAT[a] 2 {\n    H[b] 0\n}\nMPAD[c] 0 0\nM[d] 0 1\n")
  }

  @Test func `inverses stay folded and say what has none`() throws {
    let circuit = try Self.circuit(
      "QUBIT_COORDS(1) 0\nS[a] 0 1\nREPEAT 5 {\nCXSWAP 0 1\nTICK\nSPP X0*!Y1\n}")
    #expect(
      try StimWriter.write(circuit.inverse()) == """
        QUBIT_COORDS(1) 0
        REPEAT 5 {
            SPP_DAG !Y1*X0
            TICK
            SWAPCX 0 1
        }
        S_DAG[a] 1 0

        """)
    for text in ["M 0", "R 0", "X_ERROR(0.1) 0", "DETECTOR", "MPAD 0", "H 0\nQUBIT_COORDS(1) 0"] {
      #expect(throws: Obstacle.self) { try Self.circuit(text).inverse() }
    }
  }

  @Test func `feedback is taken into detectors and observables`() throws {
    let circuit = try Self.circuit(
      """
      CX 0 1
      M 1
      CX rec[-1] 1
      CX 0 1
      M 1
      DETECTOR rec[-1] rec[-2]
      OBSERVABLE_INCLUDE(0) rec[-1]
      """)
    #expect(
      try StimWriter.write(circuit.withInlinedFeedback()) == """
        CX 0 1
        M 1
        OBSERVABLE_INCLUDE(0) rec[-1]
        CX 0 1
        M 1
        DETECTOR rec[-1]
        OBSERVABLE_INCLUDE(0) rec[-1]

        """)
    let folded = try Self.circuit("REPEAT 1000000000000 {\nM 0\nCX sweep[0] 0\n}")
    #expect(try folded.withInlinedFeedback() == folded)
  }

  @Test func `feedback in loops leaves the error model as it was`() throws {
    let circuit = try Self.circuit(
      """
      R 0 1
      REPEAT 6 {
          X_ERROR(0.1) 0
          CX 0 1
          M(0.05) 1
          CX rec[-1] 1 rec[-1] 0
          DETECTOR rec[-1]
      }
      M 0
      DETECTOR rec[-1]
      """)
    let inlined = try circuit.withInlinedFeedback()
    inlined.forEachInstruction {
      #expect(!inlined.targets(of: $0).contains { $0.isRecord } || $0.gate == .detector)
    }
    let options = ErrorAnalyzer.Options()
    let (before, after) = (
      try ErrorAnalyzer.model(of: circuit, options: options).canonical(),
      try ErrorAnalyzer.model(of: inlined, options: options).canonical()
    )
    #expect(try before.isEquivalent(to: after))
  }
}
