import CircuitFormats
import ErrorCorrection
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct HeraldedErrorModelTests {
  private static func circuit(_ text: String) throws -> Circuit {
    try CircuitFile.parse(text, format: .stim).circuit
  }

  /// Errors as text, with their place among the errors.
  private static func errors(of model: DetectorErrorModel) -> [String] {
    model.instructions().filter { $0.kind == .error }.map { error in
      "\(model.probability(of: error))" + model.targets(of: error).map { " \($0)" }.joined()
    }
  }

  @Test func `every herald names the errors that it tells of`() throws {
    let heralded = try HeraldedErrorModel(
      of: Self.circuit(
        """
        R 0 1
        X_ERROR(0.125) 0
        HERALDED_ERASE(0.25) 0 1
        H 1
        HERALDED_PAULI_CHANNEL_1(0.1, 0.2, 0.3, 0.4) 1
        H 1
        REPEAT 2 {
          HERALDED_ERASE(0.5) 1
        }
        M 0 1
        DETECTOR rec[-2]
        DETECTOR rec[-1]
        OBSERVABLE_INCLUDE(0) rec[-1]
        """))
    #expect(heralded.heralds == [0, 1, 2, 3, 4])
    #expect(
      Set(Self.errors(of: heralded.model)) == ["0.125 D0", "0.0 D0", "0.0 D1 L0"])
    let d0 = Self.errors(of: heralded.model).firstIndex(of: "0.0 D0") ?? -1
    let d1 = Self.errors(of: heralded.model).firstIndex(of: "0.0 D1 L0") ?? -1
    #expect(
      heralded.consequences.map { $0.map(\.mechanism) } == [[d0], [d1], [d1], [d1], [d1]])
    let z = heralded.consequences[2][0].probability
    #expect(abs(z - 0.7) < 1e-15)
    var record = BitTable(rowCount: 3, columnCount: 7)
    record[1, 0] = true
    record[2, 2] = true
    record[2, 3] = true
    let evidence = heralded.evidence(in: record)
    #expect(evidence.starts == [0, 0, 1, 2])
    #expect(evidence.mechanisms == [Int32(d0), Int32(d1)])
    #expect(evidence.probabilities == [0.5, 0.5])
  }

  @Test func `a herald that a detector looks at is certain`() throws {
    let heralded = try HeraldedErrorModel(
      of: Self.circuit(
        """
        R 0 1 2 3 4 5 6 7 8
        HERALDED_ERASE(0.25) 0 1 2 3 4 5 6 7 8
        M 0
        DETECTOR rec[-1] rec[-2]
        """))
    #expect(heralded.consequences[0].map(\.probability) == [0.5])
    #expect(heralded.consequences[1..<8].joined().isEmpty)
    #expect(heralded.consequences[8].map(\.probability) == [1])
  }

  @Test func `heralds in the record are those of the sampler`() throws {
    let clean = try CodeCatalog.task(code: "repetition_code", task: "memory")
      .experiment(distance: 3, rounds: 4).circuit()
    let circuit = try GateSetTests.noisy(clean, "erasure:p=0.125")
    let heralded = try HeraldedErrorModel(of: circuit)
    #expect(heralded.heralds.count == 4 * (3 + 8))
    let shots = 4000
    let record = try FrameSampler(circuit).sample(shots: shots, seed: 3)
    let heralds = Set(heralded.heralds)
    let fired = heralds.reduce(0) { sum, column in
      sum + (0..<shots).count { record[$0, column] }
    }
    expectRate(fired, of: shots * heralds.count, is: 0.125, within: 5)
  }

  /// The rotated surface code against erasure of data qubits before one perfect round: below the
  /// threshold of 1/2, more distance helps a decoder that knows where, and far fewer shots fail
  /// than for one that does not.
  @Test func `erasures whose place is known are corrected up to far higher rates`() throws {
    let shots = 20_000
    func failures(distance: Int, p: Double) throws -> (known: Int, unknown: Int) {
      let clean = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
        .experiment(distance: distance, rounds: 1).circuit()
      let circuit = try GateSetTests.noisy(clean, "erasure:gate=0,data=\(p)")
      let heralded = try HeraldedErrorModel(of: circuit)
      let record = try FrameSampler(circuit).sample(shots: shots, seed: 5)
      let events = try MeasurementsToDetections(circuit).events(of: record)
      let blind = try MatchingDecoder().compiled(
        for: ErrorAnalyzer.model(of: circuit, options: .init(disjointErrorThreshold: 1)))
      let seeing = try MatchingDecoder().compiled(for: heralded.model)
      func mistakes(_ predictions: BitTable) -> Int {
        (0..<shots).count { predictions[$0, 0] != events.observables[$0, 0] }
      }
      let known = seeing.predictions(
        for: events.detectors, evidence: heralded.evidence(in: record), threads: 2)
      let unknown = blind.predictions(for: events.detectors, threads: 2)
      return (mistakes(known.predictions), mistakes(unknown.predictions))
    }
    let (small, large) = (
      try failures(distance: 3, p: 0.25), try failures(distance: 7, p: 0.25)
    )
    #expect(5 * small.known < 4 * small.unknown)
    #expect(3 * large.known < small.known && 5 * large.known < large.unknown)
    let (smallAbove, largeAbove) = (
      try failures(distance: 3, p: 0.65), try failures(distance: 7, p: 0.65)
    )
    #expect(smallAbove.known < largeAbove.known)
  }
}
