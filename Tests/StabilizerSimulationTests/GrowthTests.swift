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

  private static let families: [String: @Sendable (Int) throws -> Circuit] = [
    "rounds": rounds, "separate": separate,
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
