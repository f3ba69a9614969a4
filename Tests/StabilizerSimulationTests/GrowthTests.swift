import QSim
import TestSupport
import Testing

/// Work counted at two sizes: what can be linear is.
struct GrowthTests {
  /// Rounds of a measured qubit, each compared with the one before.
  private static func rounds(_ count: Int) throws -> Circuit {
    var text = "R 0\n"
    for round in 0..<count {
      text += "X_ERROR(0.01) 0\nM 0\nDETECTOR(0, \(round)) rec[-1]\(round > 0 ? " rec[-2]" : "")\n"
    }
    return try stim(text)
  }

  private static func separate(_ count: Int) throws -> Circuit {
    try stim((0..<count).map { "R \($0)\nM \($0)\nDETECTOR rec[-1]\n" }.joined())
  }

  /// Noise, results and detectors on many qubits at once, each in one instruction.
  private static func wide(_ count: Int) throws -> Circuit {
    let qubits = (0..<count).map(String.init).joined(separator: " ")
    let detectors = (1...count).map { "DETECTOR rec[-\($0)]\n" }.joined()
    return try stim("R \(qubits)\nX_ERROR(0.01) \(qubits)\nM \(qubits)\n\(detectors)")
  }

  /// Feedback that is undone once a result has been seen: every later result depends on it in
  /// between.
  private static func undone(_ count: Int) throws -> Circuit {
    let round = "H 0\nM 0\nCX rec[-1] 1\nM 1\nDETECTOR rec[-1] rec[-2]\nCX rec[-2] 1\n"
    return try stim("R 0 1\n" + String(repeating: round, count: count))
  }

  /// Feedback on which an observable depends in every round.
  private static func observed(_ count: Int) throws -> Circuit {
    let round = "MX 0\nCZ rec[-1] 0\nM 1\nCX rec[-1] 1\nDETECTOR rec[-1]\n"
    return try stim(
      "R 0 1\n" + String(repeating: round, count: count) + "M 1\nOBSERVABLE_INCLUDE(0) rec[-1]\n")
  }

  private static let families: [String: @Sendable (Int) throws -> Circuit] = [
    "rounds": rounds, "separate": separate, "wide": wide, "undone": undone, "observed": observed,
  ]

  /// Work at 800 is at most a little more than twice that at 400, and not nothing.
  private static func expectLinear(_ small: Int, _ large: Int, _ what: Comment) {
    #expect(small > 0 && Double(large) < 2.3 * Double(small), "\(small), \(large): \(what)")
  }

  @Test(arguments: ["rounds", "separate"])
  func `missing detectors are found by as many products as there are results`(
    family: String
  ) throws {
    let make = try #require(Self.families[family])
    var work = [0, 0]
    for (index, size) in [400, 800].enumerated() {
      _ = try make(size).missingDetectors(work: &work[index])
    }
    Self.expectLinear(work[0] + 400, work[1] + 800, "\(family)")
  }

  @Test(arguments: ["rounds", "separate"])
  func `flows are found by as many products as there are results`(family: String) throws {
    let make = try #require(Self.families[family])
    var work = [0, 0]
    for (index, size) in [100, 200].enumerated() {
      _ = try make(size).flowGenerators(work: &work[index])
    }
    Self.expectLinear(work[0] + 100, work[1] + 200, "\(family)")
  }

  @Test(arguments: ["rounds", "wide"], [false, true])
  func `errors are explained by as many looks as there are`(
    family: String, isSingle: Bool
  ) throws {
    let make = try #require(Self.families[family])
    var (search, text) = ([0, 0], [0, 0])
    for (index, size) in [400, 800].enumerated() {
      let circuit = try make(size)
      let explanations = try ErrorExplainer.explain(
        circuit, isSingle: isSingle, work: &search[index])
      var writer = ErrorExplanationWriter(circuit) { "\($0)" }
      for explanation in explanations {
        #expect(writer.text(of: explanation) == explanation.text(of: circuit) { "\($0)" })
      }
      text[index] = writer.work
      #expect(explanations.count == size)
    }
    Self.expectLinear(search[0], search[1], "\(family)")
    Self.expectLinear(text[0], text[1], "\(family)")
  }

  @Test(arguments: ["undone", "observed"])
  func `feedback is inlined by as many records as there are`(family: String) throws {
    let make = try #require(Self.families[family])
    var work = [0, 0]
    for (index, size) in [400, 800].enumerated() {
      let circuit = try make(size)
      let inlined = try circuit.withInlinedFeedback(work: &work[index])
      #expect(inlined.measurementCount == circuit.measurementCount)
    }
    Self.expectLinear(work[0], work[1], "\(family)")
  }

  @Test(arguments: ["rounds", "separate", "wide", "undone", "observed"])
  func `results are turned into events by as many looks as there are`(family: String) throws {
    let make = try #require(Self.families[family])
    let work = try [400, 800].map { try MeasurementsToDetections(make($0)).work }
    Self.expectLinear(work[0], work[1], "\(family)")
  }

  @Test func `coordinates of all detectors take one walk`() throws {
    var work = [0, 0]
    for (index, size) in [400, 800].enumerated() {
      let circuit = try Self.rounds(size)
      let all = circuit.coordinates(ofDetectors: 0..<UInt64(size), work: &work[index])
      #expect(all.count == size && all[UInt64(size - 1)] == [0, Double(size - 1)])
      #expect(circuit.coordinates(ofDetector: 17) == [0, 17])
    }
    Self.expectLinear(work[0], work[1], "rounds")
    // A turn for each detector looked for, and none for the others.
    let text = "REPEAT 1000000000000 {\nDETECTOR(1)\nSHIFT_COORDS(2)\n}\n"
    let some = try stim(text).coordinates(ofDetectors: [3, 1 << 35], work: &work[0])
    #expect(some == [3: [7], 1 << 35: [0x1p36 + 1]] && work[0] < 20)
  }

  @Test func `observables far beyond those in use are found`() throws {
    let circuit = try stim("X_ERROR(1) 0\nM 0\nOBSERVABLE_INCLUDE(1000000) rec[-1]\n")
    let conversion = try MeasurementsToDetections(circuit)
    var results = BitTable(rowCount: 1, columnCount: 1)
    results[0, 0] = true
    let events = try conversion.events(of: results)
    #expect(events.observables.columnCount == 1_000_001 && events.observables[0, 1_000_000])
    let sampled = try DetectionSampler(circuit).sample(shots: 2, seed: 1)
    #expect((0..<1_000_001).filter { sampled.observables[1, $0] } == [1_000_000])
  }
}
