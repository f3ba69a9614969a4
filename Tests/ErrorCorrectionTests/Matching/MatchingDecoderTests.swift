import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

struct MatchingDecoderTests {
  struct Reference: Decodable {
    struct Answers: Decodable {
      let weights: [Double]
      let predictions: [String]
    }
    struct Case: Decodable {
      let name: String
      let model: String
      let detections: [String]
      let matching: Answers
      let correlated: Answers?

      enum CodingKeys: String, CodingKey {
        case name, model, detections, matching
        case correlated = "correlated-matching"
      }
    }
    let cases: [Case]
  }

  private static func table(_ rows: [String], columns: Int) -> BitTable {
    var table = BitTable(rowCount: rows.count, columnCount: columns)
    for (row, text) in rows.enumerated() {
      for (column, character) in text.utf8.enumerated() { table[row, column] = character == 0x31 }
    }
    return table
  }

  private static func expect(
    _ decoder: any Decoder, _ model: DetectorErrorModel, _ detections: [String],
    _ answers: Reference.Answers, _ name: String
  ) throws {
    let compiled = try decoder.compiled(for: model)
    let shots = table(detections, columns: compiled.detectorCount)
    // PyMatching adds up the probabilities of faults whatever their observables.
    let isMixed = try hasUnlikeFaults(model)
    let weighing = try isMixed ? decoder.compiled(for: withoutObservables(model)) : compiled
    let weights = weighing.predictions(for: shots, weights: true).weights
    for (shot, weight) in answers.weights.enumerated() {
      #expect(abs(weights[shot] - weight) < 1e-4, "\(name), shot \(shot)")
    }
    let result = compiled.predictions(for: shots)
    if isMixed { return }
    #expect(
      result.predictions == table(answers.predictions, columns: compiled.observableCount),
      "\(name)")
  }

  /// Whether faults, none of them in parts, flip the same detectors and other observables.
  private static func hasUnlikeFaults(_ model: DetectorErrorModel) throws -> Bool {
    var known: [[DetectorErrorModel.Target]: [DetectorErrorModel.Target]] = [:]
    let flat = try model.canonical()
    return flat.instructions().contains { instruction in
      guard instruction.kind == .error else { return false }
      let targets = Array(flat.targets(of: instruction))
      let (detectors, observables) = (
        targets.filter(\.isDetector), targets.filter(\.isObservable)
      )
      return known.updateValue(observables, forKey: detectors).map { $0 != observables } ?? false
    }
  }

  private static func withoutObservables(_ model: DetectorErrorModel) throws -> DetectorErrorModel {
    let flat = try model.flattened()
    var result = DetectorErrorModel()
    for instruction in flat.instructions() where instruction.kind == .error {
      result.appendError(
        flat.probability(of: instruction), flat.targets(of: instruction).filter { !$0.isObservable }
      )
    }
    result.appendDetector(flat.detectorCount - 1)
    return result
  }

  @Test func `answers are PyMatching's`() throws {
    let file = Repository.url("Tests/Fixtures/matching/pymatching.json")
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    #expect(reference.cases.count >= 8 && reference.cases.contains { $0.correlated != nil })
    for row in reference.cases {
      let model = try DEMReader.read(row.model)
      try Self.expect(MatchingDecoder(), model, row.detections, row.matching, row.name)
      if let answers = row.correlated {
        try Self.expect(CorrelatedMatchingDecoder(), model, row.detections, answers, row.name)
      }
    }
  }

  @Test func `one pass weighs what dense matching says`() throws {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_x", distance: 5, rounds: 5, noise: 0.01)
    let (shots, _) = try RandomErrorModels.shots(of: model, 400, seed: 7)
    let sparse = try MatchingDecoder().compiled(for: model).predictions(for: shots, weights: true)
    let dense = try DenseMatchingDecoder().compiled(for: model)
      .predictions(for: shots, weights: true)
    for (a, b) in zip(sparse.weights, dense.weights) { #expect(abs(a - b) < 1e-5 * (1 + b)) }
  }

  @Test(arguments: ["matching", "correlated-matching"])
  func `evidence is as good as a model of its own`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    forAll(71, count: 12) { rng in
      let model = RandomErrorModels.graph(
        detectors: 12, edges: 24, observables: 2, boundaries: 3, negative: 0.1, using: &rng)
      let compiled = try decoder.compiled(for: model)
      let shot = BitVector((0..<12).map { _ in Bool.random(using: &rng) })
      var (evidence, alone) = (ShotEvidence(), [Double]())
      var rows = BitTable(rowCount: 0, columnCount: 12)
      for _ in 0..<10 {
        var changed: [Int: Double] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &rng) {
          changed[Int.random(in: 0..<27, using: &rng)] =
            [0.5, 0.9, 0.2, 0.01][Int.random(in: 0..<4, using: &rng)]
        }
        evidence.appendShot(changed.map { (mechanism: $0.key, probability: $0.value) })
        var other = DetectorErrorModel()
        for (index, error) in model.instructions().enumerated() where error.kind == .error {
          other.appendError(
            changed[index] ?? model.probability(of: error), model.targets(of: error))
        }
        other.appendObservable(1)
        var row = BitTable(rowCount: 1, columnCount: 12)
        row.setRow(0, to: shot)
        alone.append(
          try decoder.compiled(for: other).predictions(for: row, weights: true).weights[0])
      }
      rows = BitTable(rowCount: 10, columnCount: 12)
      for index in 0..<10 { rows.setRow(index, to: shot) }
      let result = compiled.predictions(for: rows, evidence: evidence, weights: true)
      for (a, b) in zip(result.weights, alone) {
        #expect(a == b || abs(a - b) < 1e-4, "\(result.weights) \(alone)")
      }
      // Without evidence, the answers are those of before.
      let session = compiled.makeSession()
      #expect(
        session.correction(for: shot)?.weight
          == compiled.predictions(for: rows, weights: true).weights[0])
    }
  }

  @Test func `a Y error is seen for what it is by two passes`() throws {
    // Flips D0 D1 and D2 D3; alone, D2 D3 would rather be two errors at the boundary.
    let model = try DEMReader.read(
      """
      error(0.02) D0 D1 ^ D2 D3 L0
      error(0.0001) D0 D1
      error(0.2) D2
      error(0.2) D3
      error(0.02) D0
      error(0.02) D1
      """)
    var shot = BitTable(rowCount: 1, columnCount: 4)
    for detector in 0..<4 { shot[0, detector] = true }
    let one = try MatchingDecoder().compiled(for: model).predictions(for: shot)
    let two = try CorrelatedMatchingDecoder().compiled(for: model).predictions(for: shot)
    #expect(!one.predictions[0, 0] && two.predictions[0, 0])
  }
}
