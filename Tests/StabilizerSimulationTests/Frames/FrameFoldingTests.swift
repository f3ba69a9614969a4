import QSim
import TestSupport
import Testing

/// Repeat blocks that frames are carried through by the power of a turn.
struct FrameFoldingTests {
  private static func rates(_ text: String, shots: Int = 20_000) throws -> [Double] {
    let events = try DetectionSampler(stim(text)).sample(shots: shots, seed: 11).detectors
    return (0..<events.columnCount).map { column in
      Double((0..<shots).count { events[$0, column] }) / Double(shots)
    }
  }

  /// A flip that happens with probability p in each of N turns is there with probability (1 − (1 −
  /// 2p)ᴺ)/2 in the end.
  @Test(arguments: [
    (0.001, UInt64(300)), (1e-9, 100_000_000), (0.3, 1_000_000_000_000_000_000), (1, 1001),
    (1, 1_000_000_000_000_000_000), (1e-12, 1_000_000_000_000),
  ]) func `flips of many turns add up`(p: Double, count: UInt64) throws {
    let text = "REPEAT \(count) {\n X_ERROR(\(p)) 0\n}\nM 0\nDETECTOR rec[-1]\n"
    let exact = DetectorErrorModel.oddProbability(p, times: count)
    let rate = try Self.rates(text)[0]
    expectRate(Int((rate * 20_000).rounded()), of: 20_000, is: exact, within: 5)
  }

  /// The same turns, folded at once and by few turns at a time, which are not folded.
  @Test(arguments: [
    "H 0\nDEPOLARIZE1(0.001) 0\nCX 0 1\nX_ERROR(0.002) 1",
    "PAULI_CHANNEL_2(0.001,0,0.002,0,0.003,0.001,0,0.001,0.001,0,0,0,0,0.002,0) 0 1\nISWAP 0 2",
    "E(0.001) X0 Z1\nELSE_CORRELATED_ERROR(0.01) Y2\nCZ 1 2\nC_XYZ 0",
    "CX 0 1 1 2\nY_ERROR(0.001) 0\nR 1\nDEPOLARIZE2(0.003) 1 2\nH 2",
    "MX 0\nZ_ERROR(0.001) 1\nMZZ 1 2\nX_ERROR(0.0005) 2\nHERALDED_ERASE(0.001) 2",
    "SWAP 0 1\nSWAP 1 2\nX_ERROR(0.002) 0",
  ]) func `folded blocks do what their turns do`(body: String) throws {
    let look =
      "MPP X0*X1 Z0 Z1 Z2 Y0*Z1*X2\n" + (1...5).map { "DETECTOR rec[-\($0)]\n" }.joined()
    let start = "R 0 1 2\nH 0\n"
    let folded = try Self.rates("\(start)REPEAT 600 {\n\(body)\n}\n\(look)")
    let walked = try Self.rates(
      "\(start)REPEAT 3 {\nREPEAT 200 {\n\(body)\n}\n}\n\(look)")
    for (a, b) in zip(folded, walked) {
      // The difference of two proportions, in standard deviations.
      let mean = (a + b) / 2
      let deviation = (2 * mean * (1 - mean) / 20_000).squareRoot()
      #expect(abs(a - b) <= 5 * deviation + 1e-9, "\(body): \(folded) \(walked)")
    }
  }

  @Test func `results of a long block can be looked back at`() throws {
    let text = """
      REPEAT 1000000000000 {
        R 0
        X_ERROR(0.25) 0
        M 0
      }
      DETECTOR rec[-1]
      DETECTOR rec[-1] rec[-5]
      """
    let rates = try Self.rates(text)
    expectRate(Int((rates[0] * 20_000).rounded()), of: 20_000, is: 0.25, within: 5)
    expectRate(Int((rates[1] * 20_000).rounded()), of: 20_000, is: 0.375, within: 5)
  }

  @Test func `the noise of a power joins the state of a tableau`() throws {
    let text = """
      R 0 1
      REPEAT 1000000000001 {
        X_ERROR(1) 0
        SWAP 0 1
      }
      M 0 1
      """
    // Every flip moves on by one turn: of 10¹² + 1 turns half end on each qubit.
    let exact: [Bool] = [false, true]
    var simulator = TableauSimulator(seed: 3)
    try simulator.run(stim(text))
    #expect(Array(simulator.record) == exact || Array(simulator.record) == exact.reversed())
    let events = try FrameSampler(stim(text)).sample(shots: 64, seed: 3)
    #expect((0..<64).allSatisfy { Array(events.row($0)) == Array(simulator.record) })
  }

  @Test func `what cannot be folded is refused at its block`() throws {
    let text = "M 0\nREPEAT 1000000000000000000 {\n M 0\n DETECTOR rec[-1]\n}\n"
    let obstacle = #expect(throws: Obstacle.self) { try DetectionSampler(stim(text)) }
    #expect(obstacle?.range?.line == 2)
  }
}
