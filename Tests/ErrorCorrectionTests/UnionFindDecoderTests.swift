import CircuitFormats
import ErrorCorrection
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct UnionFindDecoderTests {
  /// Detection events and flipped observables of a set of mechanisms.
  private static func shot(
    of mechanisms: [[DetectorErrorModel.Target]], _ set: [Int], detectors: Int, observables: Int
  ) -> (events: BitVector, flips: BitVector) {
    var (events, flips) = (BitVector(count: detectors), BitVector(count: observables))
    for mechanism in set {
      for target in mechanisms[mechanism] where !target.isSeparator {
        if target.isDetector {
          events[Int(target.value)].toggle()
        } else {
          flips[Int(target.value)].toggle()
        }
      }
    }
    return (events, flips)
  }

  /// Bit flips of the data alone, measured once without errors: a distance-d patch of one kind of
  /// check.
  private static func perfectMeasurement(distance: Int) throws -> DetectorErrorModel {
    var noise = MemoryNoise()
    noise.beforeRoundDataDepolarization = 0.01
    let circuit = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
      .experiment(distance: distance, rounds: 1, noise: noise).circuit()
    return try ErrorAnalyzer.model(of: circuit, options: .init(decomposesErrors: true))
  }

  @Test(arguments: [3, 5])
  func `fewer faults than half the distance are corrected`(distance: Int) throws {
    let model = try Self.perfectMeasurement(distance: distance)
    let mechanisms = model.instructions().filter { $0.kind == .error }
      .map { Array(model.targets(of: $0)) }
    let decoder = try UnionFindDecoder().compiled(for: model)
    let (detectors, observables) = (decoder.detectorCount, decoder.observableCount)
    var sets = mechanisms.indices.map { [$0] }
    if distance > 3 {
      sets += mechanisms.indices.flatMap { first in (0..<first).map { [first, $0] } }
    }
    let shots = sets.map {
      Self.shot(of: mechanisms, $0, detectors: detectors, observables: observables)
    }
    var table = BitTable(rowCount: shots.count, columnCount: detectors)
    for (place, shot) in shots.enumerated() { table.setRow(place, to: shot.events) }
    let predictions = decoder.predictions(for: table).predictions
    for (place, shot) in shots.enumerated() {
      #expect(predictions.row(place) == shot.flips, "faults \(sets[place])")
    }
    #expect(shots.count > 6)
  }

  @Test func `corrections of random graphs explain their events`() throws {
    forAll(77, count: 100) { rng in
      let model = RandomErrorModels.graph(
        detectors: 12, edges: 30, observables: 2, negative: 0.1, using: &rng)
      let decoder = try! UnionFindDecoder().compiled(for: model)
      let (shots, _) = try! RandomErrorModels.shots(of: model, 20, seed: rng.next())
      let session = decoder.makeSession()
      for shot in 0..<shots.rowCount {
        guard let correction = session.correction(for: shots.row(shot)) else {
          Issue.record("no correction for events that have occurred")
          continue
        }
        var events = BitVector(count: decoder.detectorCount)
        for edge in correction.edges {
          events[edge.detector].toggle()
          if let other = edge.other { events[other].toggle() }
        }
        #expect(events == shots.row(shot))
      }
    }
  }

  @Test func `corrections are no lighter than those of matching, and fail somewhat more often`()
    throws
  {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_z", distance: 5, rounds: 5, noise: 0.006)
    let count = 20_000
    let (shots, flips) = try RandomErrorModels.shots(of: model, count, seed: 9)
    let unionFind = try UnionFindDecoder().compiled(for: model)
      .predictions(for: shots, weights: true, threads: 2)
    let matching = try MatchingDecoder().compiled(for: model)
      .predictions(for: shots, weights: true, threads: 2)
    var failures = (unionFind: 0, matching: 0)
    for shot in 0..<count {
      #expect(unionFind.weights[shot] >= matching.weights[shot] - 1e-6)
      if unionFind.predictions.row(shot) != flips.row(shot) { failures.unionFind += 1 }
      if matching.predictions.row(shot) != flips.row(shot) { failures.matching += 1 }
    }
    #expect(failures.matching > 200)
    #expect(failures.unionFind >= failures.matching)
    #expect(failures.unionFind < 2 * failures.matching)
  }
}
