import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

/// Detection events that no errors of the model cause.
struct UnexplainedEventTests {
  private static func decode(
    _ name: String, _ text: String, _ shots: [[Int]]
  ) throws -> DecodingResult {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    let compiled = try decoder.compiled(for: DEMReader.read(text))
    var table = BitTable(rowCount: shots.count, columnCount: compiled.detectorCount)
    for (row, shot) in shots.enumerated() { for detector in shot { table[row, detector] = true } }
    let result = compiled.predictions(for: table, weights: true, confidences: true)
    for (row, shot) in shots.enumerated() {
      // A correction alone says the same.
      let events = BitVector((0..<compiled.detectorCount).map { shot.contains($0) })
      guard let correction = compiled.makeSession().correction(for: events) else { continue }
      #expect(correction.observables == result.predictions.row(row), "\(name) \(shot)")
      #expect((correction.weight == .infinity) == result.unexplained[row])
      if result.unexplained[row] { #expect(correction.edges.isEmpty) }
    }
    return result
  }

  @Test(arguments: DecoderCatalog.all.map(\.name))
  func `nothing is predicted, and the shot is marked`(name: String) throws {
    let triangle = """
      error(0.1) D0 D1 L0
      error(0.1) D1 D2
      error(0.1) D2 D0
      error(0.1) D3
      error(0.7) L1
      """
    let shots = [[], [0, 1, 2], [0, 3], [0, 1, 3], [0], [1, 2]]
    let result = try Self.decode(name, triangle, shots)
    #expect(result.unexplained == [false, true, true, false, true, false])
    #expect(result.unexplainedCount == 3)
    for row in shots.indices {
      let isExplained = !result.unexplained[row]
      #expect(result.predictions[row, 1] == isExplained)
      #expect(result.predictions[row, 0] == (row == 3))
      if !isExplained {
        #expect(result.weights[row] == .infinity || name == "lookup")
        #expect(result.confidences[row].isNaN)
      }
    }
  }

  @Test(arguments: DecoderCatalog.all.map(\.name))
  func `errors that cannot be explain nothing, and those that must be are not taken back`(
    name: String
  ) throws {
    // Detector 1 always fires, 2 never; 3 and 4 fire together, but for one certain error.
    let text = """
      error(0.1) D0 L0
      error(1) D1 L1
      error(0) D2 L0
      error(0.2) D3 D4
      error(1) D4
      error(0) D3
      """
    let shots = [[1, 4], [0, 1, 4], [4], [1, 2, 4], [1, 3], [1, 3, 4], [1]]
    let result = try Self.decode(name, text, shots)
    #expect(result.unexplained == [false, false, true, true, false, true, true])
    for (row, shot) in shots.enumerated() where !result.unexplained[row] {
      #expect(result.predictions[row, 0] == shot.contains(0))
      #expect(result.predictions[row, 1])
    }
  }

  @Test func `decoders on graphs agree with what can occur`() throws {
    forAll(20_261_133, count: 40) { rng in
      let model = RandomErrorModels.graph(
        detectors: 6, edges: 5, boundaries: Int.random(in: 0..<2, using: &rng), negative: 0.2,
        using: &rng)
      let likeliest = try LikeliestErrors(model).answers
      var shots = BitTable(rowCount: 64, columnCount: 6)
      for row in 0..<64 { for bit in 0..<6 { shots[row, bit] = row >> bit & 1 == 1 } }
      for definition in DecoderCatalog.all {
        let result = try definition.decoder.compiled(for: model).predictions(for: shots)
        for row in 0..<64 {
          #expect(result.unexplained[row] == (likeliest[UInt64(row)] == nil), "\(definition.name)")
        }
      }
    }
  }

  @Test func `windows mark what the whole marks`() throws {
    var text = ""
    for round in 0..<20 {
      text += "error(0.1) D\(2 * round) D\(2 * round + 1) L0\n"
      if round > 0 { text += "error(0.1) D\(2 * round - 2) D\(2 * round)\n" }
      text += "detector(0, \(round)) D\(2 * round)\ndetector(1, \(round)) D\(2 * round + 1)\n"
    }
    let model = try DEMReader.read(text)
    let whole = try MatchingDecoder().compiled(for: model)
    let windows = try WindowedDecoder(MatchingDecoder(), commit: 3, buffer: 3).compiled(for: model)
    forAll(20_261_134, count: 5) { rng in
      var shots = BitTable(rowCount: 100, columnCount: 40)
      for shot in 0..<100 {
        for detector in 0..<40 where Int.random(in: 0..<10, using: &rng) == 0 {
          shots[shot, detector] = true
        }
      }
      let marks = whole.predictions(for: shots).unexplained
      #expect(windows.predictions(for: shots).unexplained == marks)
      #expect(marks.contains(true) && marks.contains(false))
    }
  }
}
