import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

/// The confidence of matching: the gap between the best corrections of both predictions.
struct MatchingGapTests {
  /// Edges of a random planar graph: which detectors, whether they flip the observable, and how
  /// likely.
  private struct Edge {
    let detectors: [Int]
    let isFlipping: Bool
    let probability: Double
    var weight: Double { Foundation.log((1 - probability) / probability) }
  }

  /// The observable is a cut: what flips it between detectors follows from sides, at the boundary
  /// it is free.
  private static func edges(using rng: inout PhiloxGenerator) -> [Edge] {
    let sides = (0..<5).map { _ in Bool.random(using: &rng) }
    var edges: [Edge] = []
    for (a, b) in [(0, 1), (1, 2), (2, 3), (3, 4), (0, 2), (1, 4)] {
      edges.append(
        Edge(
          detectors: [a, b], isFlipping: sides[a] != sides[b],
          probability: Double.random(in: 0.01..<0.7, using: &rng)))
    }
    for (place, detector) in [0, 3, 4, 4, 0].enumerated() {
      edges.append(
        Edge(
          detectors: [detector], isFlipping: sides[detector] != (place % 3 == 0),
          probability: Double.random(in: 0.01..<0.4, using: &rng)))
    }
    return edges
  }

  @Test func `the gap is that of the two best corrections`() throws {
    forAll(21, count: 40) { rng in
      var edges = Self.edges(using: &rng)
      var model = DetectorErrorModel()
      for edge in edges {
        model.appendError(
          edge.probability,
          edge.detectors.map { .detector(UInt64($0)) } + (edge.isFlipping ? [.observable(0)] : []))
      }
      // Flips the observable and nothing else, mostly.
      let blind = Double.random(in: 0.6..<1, using: &rng)
      model.appendError(blind, [.observable(0)])
      edges.append(Edge(detectors: [], isFlipping: true, probability: blind))
      var best: [[Double]] = Array(repeating: [.infinity, .infinity], count: 32)
      for set in 0..<1 << edges.count {
        var (events, flips, weight) = (0, 0, 0.0)
        for (place, edge) in edges.enumerated() where set >> place & 1 == 1 {
          for detector in edge.detectors { events ^= 1 << detector }
          if edge.isFlipping { flips ^= 1 }
          weight += edge.weight
        }
        best[events][flips] = min(best[events][flips], weight)
      }
      var shots = BitTable(rowCount: 32, columnCount: 5)
      for events in 0..<32 {
        for detector in 0..<5 { shots[events, detector] = events >> detector & 1 == 1 }
      }
      let decoder = try! MatchingDecoder().compiled(for: model)
      let result = decoder.predictions(for: shots, confidences: true)
      for events in 0..<32 {
        let prediction = result.predictions[events, 0] ? 1 : 0
        let gap = best[events][1 - prediction] - best[events][prediction]
        #expect(abs(result.confidences[events] - gap) < 1e-5)
      }
    }
  }

  @Test func `parallel faults are corrections of their own`() throws {
    for (text, events, gap) in [
      // 0.25 against 0.19 / 0.81.
      ("error(0.2) D0\nerror(0.19) D0 L0\nerror(0.01) D0 D1\nerror(0.01) D1 L0", 1, 0.0637158),
      ("error(0.2) D0\nerror(0.01) D0 D1\nerror(0.01) D1 L0\nerror(0.3) L0", 1, log(7 / 3.0)),
      ("error(0.8) D0\nerror(0.7) D0 L0\nerror(0.01) D0 D1\nerror(0.01) D1 L0", 1, log(12 / 7.0)),
    ] {
      let decoder = try MatchingDecoder().compiled(for: DEMReader.read(text))
      var shot = BitTable(rowCount: 1, columnCount: 2)
      for detector in 0..<2 { shot[0, detector] = events >> detector & 1 == 1 }
      let result = decoder.predictions(for: shot, confidences: true)
      #expect(abs(result.confidences[0] - gap) < 1e-6, "\(text) \(result.confidences)")
    }
  }

  @Test func `shots that fail are less sure`() throws {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_z", distance: 5, rounds: 5, noise: 0.008)
    let count = 10_000
    let (shots, flips) = try RandomErrorModels.shots(of: model, count, seed: 3)
    let result = try MatchingDecoder().compiled(for: model)
      .predictions(for: shots, confidences: true, threads: 2)
    let order = (0..<count).sorted { result.confidences[$0] < result.confidences[$1] }
    func failures(_ part: ArraySlice<Int>) -> Int {
      part.count { result.predictions.row($0) != flips.row($0) }
    }
    let (unsure, sure) = (failures(order[..<(count / 4)]), failures(order[(count / 4)...]))
    #expect(unsure > 100 && sure < unsure / 10, "\(unsure) and \(sure) failures")
    #expect(result.confidences.allSatisfy { $0 >= 0 })
  }

  @Test func `where nothing is cut there is no gap`() throws {
    for text in [
      "error(0.1) D0 D1 L0\nerror(0.1) D1 D2\nerror(0.1) D0 D2\nerror(0.1) D0",
      "error(0.1) D0 L0\nerror(0.1) D0 D1\nerror(0.1) D1 L1\nerror(0.1) D2",
      "error(0.1) D0 L0\nerror(0.1) D1",
      "error(0.1) D0 L0\nerror(0.1) D0 D1\nerror(0.01) D0 D1 L0\nerror(0.1) D1",
    ] {
      let decoder = try MatchingDecoder().compiled(for: DEMReader.read(text))
      let shots = BitTable(rowCount: 1, columnCount: decoder.detectorCount)
      #expect(decoder.predictions(for: shots, confidences: true).confidences[0].isNaN, "\(text)")
    }
  }
}
