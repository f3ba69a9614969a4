import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

struct SparseBlossomTests {
  /// The weights of the edges of a graph, and the distances between all detectors and the boundary,
  /// the last place.
  private struct Distances {
    let count: Int
    var values: [Double]

    init(_ graph: MatchingGraph) {
      count = graph.detectorCount + 1
      values = [Double](repeating: .infinity, count: count * count)
      for place in 0..<count { values[place * count + place] = 0 }
      for edge in graph.edges {
        let (a, b) = (Int(edge.vertex), edge.other < 0 ? count - 1 : Int(edge.other))
        let weight = abs(Self.weight(edge))
        values[a * count + b] = min(values[a * count + b], weight)
        values[b * count + a] = values[a * count + b]
      }
      for middle in 0..<count {
        for a in 0..<count where values[a * count + middle] < .infinity {
          for b in 0..<count {
            values[a * count + b] = min(
              values[a * count + b], values[a * count + middle] + values[middle * count + b])
          }
        }
      }
    }

    static func weight(_ edge: MatchingGraph.Edge) -> Double {
      -log(edge.probability / (1 - edge.probability))
    }

    /// The least weight of a matching of events with each other and the boundary, over all of them.
    func leastWeight(_ events: [Int]) -> Double {
      var best = [Double](repeating: .infinity, count: 1 << events.count)
      best[0] = 0
      for set in 1..<max(1, 1 << events.count) {
        let first = set.trailingZeroBitCount
        let rest = set & ~(1 << first)
        best[set] = best[rest] + values[events[first] * count + count - 1]
        for second in first + 1..<max(first + 1, events.count) where set >> second & 1 == 1 {
          best[set] = min(
            best[set],
            best[rest & ~(1 << second)] + values[events[first] * count + events[second]])
        }
      }
      return best[(1 << events.count) - 1]
    }
  }

  private static func solve(
    _ blossom: inout SparseBlossom, _ events: [Int], count: Int
  ) -> (weight: Double, prediction: BitVector) {
    var row = BitVector(count: count)
    for event in events { row[event].toggle() }
    row.words.withUnsafeBytes { blossom.load($0.baseAddress!) }
    blossom.solve()
    return (blossom.weight, blossom.prediction())
  }

  /// A connected graph: a path, more edges, and some to the boundary.
  private static func model(
    detectors: Int, unit: Bool, boundaries: Int, using rng: inout PhiloxGenerator
  ) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    // Few different weights make many things happen at once.
    func probability() -> Double {
      unit
        ? [0.1, 0.2, 0.3][Int.random(in: 0..<3, using: &rng)]
        : Double.random(in: 0.01..<0.4, using: &rng)
    }
    for detector in 1..<UInt64(detectors) {
      let other = UInt64.random(in: 0..<detector, using: &rng)
      model.appendError(probability(), [.detector(detector), .detector(other)])
    }
    for _ in 0..<Int.random(in: 0...2 * detectors, using: &rng) {
      let (a, b) = (
        UInt64.random(in: 0..<UInt64(detectors), using: &rng),
        UInt64.random(in: 0..<UInt64(detectors), using: &rng)
      )
      if a != b { model.appendError(probability(), [.detector(a), .detector(b)]) }
    }
    for _ in 0..<boundaries {
      model.appendError(
        probability(), [.detector(UInt64.random(in: 0..<UInt64(detectors), using: &rng))])
    }
    return model
  }

  @Test func `no matching of a random graph weighs less`() throws {
    var total = SparseBlossom.Work()
    forAll(61, count: 10_000) { rng in
      let detectors = Int.random(in: 2...24, using: &rng)
      let boundaries = Int.random(in: 0...2, using: &rng)
      let graph = try MatchingGraph(
        Self.model(
          detectors: detectors, unit: Bool.random(using: &rng), boundaries: boundaries,
          using: &rng))
      let distances = Distances(graph)
      var blossom = SparseBlossom(graph)
      for _ in 0..<3 {
        var events = Array((0..<detectors).shuffled(using: &rng).prefix(10))
        events.removeLast(Int.random(in: 0..<events.count, using: &rng))
        if boundaries == 0, events.count % 2 == 1 { events.removeLast() }
        let found = Self.solve(&blossom, events, count: detectors).weight
        let least = distances.leastWeight(events)
        #expect(abs(found - least) < 1e-5 * (1 + least), "\(events) of \(detectors)")
      }
      total.add(blossom.work)
    }
    // Everything has happened, and often.
    #expect(total.grafts > 1000 && total.blossoms > 1000 && total.boundaryMatches > 1000)
    #expect(total.shatters > 100 && total.collapses > 100, "\(total)")
  }

  @Test func `the likeliest faults are found, whatever the probabilities`() throws {
    forAll(62, count: 400) { rng in
      // Without observables no edge stands for faults of several kinds.
      let model = RandomErrorModels.graph(
        detectors: 6, edges: 9, observables: 0, negative: 0.3, using: &rng)
      let graph = try MatchingGraph(model)
      var best = [Double](repeating: .infinity, count: 64)
      for set in 0..<1 << graph.edges.count {
        var (syndrome, weight) = (0, 0.0)
        for (index, edge) in graph.edges.enumerated() where set >> index & 1 == 1 {
          weight += Distances.weight(edge)
          syndrome ^= 1 << Int(edge.vertex)
          if edge.other >= 0 { syndrome ^= 1 << Int(edge.other) }
        }
        best[syndrome] = min(best[syndrome], weight)
      }
      var blossom = SparseBlossom(graph)
      for syndrome in 0..<64 {
        let events = (0..<6).filter { syndrome >> $0 & 1 == 1 }
        let found = Self.solve(&blossom, events, count: 6).weight
        let least = best[syndrome]
        #expect(least == found || abs(found - least) < 1e-5, "\(syndrome)")
      }
    }
  }

  @Test func `an event that nothing explains has infinite weight`() throws {
    let model = try DEMReader.read(
      "error(0.1) D0 D1 L0\nerror(0.1) D2 L1\nerror(0.1) D3 D4\nerror(0.1) D4 D5\ndetector D6")
    let graph = try MatchingGraph(model)
    var blossom = SparseBlossom(graph)
    for events in [[6], [0], [0, 1, 2, 6], [3, 4, 5], [3]] {
      #expect(Self.solve(&blossom, events, count: 7).weight == .infinity)
    }
    // The rest of such a shot, and the shots after it, are answered.
    #expect(Self.solve(&blossom, [0, 1, 6], count: 7).prediction[0])
    let (weight, prediction) = Self.solve(&blossom, [0, 1, 2, 3, 5], count: 7)
    #expect(abs(weight - 4 * log(9)) < 1e-6 && prediction[0] && prediction[1])
  }

  @Test func `an isolated pair is matched across its edge without the queue`() throws {
    let model = try DEMReader.read(
      (0..<9).map { "error(0.01) D\($0) D\($0 + 1)" }.joined(separator: "\n")
        + "\nerror(0.01) D0 L0\nerror(0.01) D9")
    var blossom = SparseBlossom(try MatchingGraph(model))
    for first in 0..<9 {
      let weight = Self.solve(&blossom, [first, first + 1], count: 10).weight
      #expect(abs(weight - log(99)) < 1e-6)
    }
    #expect(Self.solve(&blossom, [0, 3, 4], count: 10).prediction[0])
    #expect(blossom.work == SparseBlossom.Work())
  }
}

extension SparseBlossom.Work {
  fileprivate mutating func add(_ other: SparseBlossom.Work) {
    grafts += other.grafts
    blossoms += other.blossoms
    shatters += other.shatters
    collapses += other.collapses
    boundaryMatches += other.boundaryMatches
  }
}
