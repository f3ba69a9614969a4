import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

struct DenseMatchingDecoderTests {
  /// The least cost of a perfect matching, over all of them.
  private static func leastCost(_ distances: [Double], count: Int) -> Double {
    var best = [Double](repeating: .infinity, count: 1 << count)
    best[0] = 0
    for set in 1..<1 << count {
      let first = set.trailingZeroBitCount
      for second in first + 1..<max(first + 1, count) where set >> second & 1 == 1 {
        let rest = set & ~(1 << first | 1 << second)
        best[set] = min(best[set], best[rest] + distances[first * count + second])
      }
    }
    return best[(1 << count) - 1]
  }

  @Test func `no perfect matching costs less`() {
    forAll(41, count: 1500) { rng in
      let count = 2 * Int.random(in: 1...6, using: &rng)
      // Few different costs: many cycles close, and many blossoms open again.
      let range = [2, 5, 100][Int.random(in: 0..<3, using: &rng)]
      var distances = [Double](repeating: 0, count: count * count)
      for a in 0..<count {
        for b in 0..<a {
          let distance = Double(Int.random(in: 0...range, using: &rng))
          (distances[a * count + b], distances[b * count + a]) = (distance, distance)
        }
      }
      var matching = PerfectMatching(distances: distances, count: count)
      let partners = matching.solve()
      var cost = 0.0
      for (vertex, partner) in partners.enumerated() {
        #expect(partner != vertex && partners[partner] == vertex)
        cost += distances[vertex * count + partner] / 2
      }
      #expect(abs(cost - Self.leastCost(distances, count: count)) < 1e-6)
    }
  }

  @Test func `finds the likeliest set of edges`() throws {
    forAll(43, count: 60) { rng in
      let model = RandomErrorModels.graph(
        detectors: 5, edges: 8, observables: 2, negative: 0.2, using: &rng)
      let graph = try DecodingGraph(model)
      let session = try DenseMatchingDecoder().compiled(for: model).makeSession()
      var best = [Double](repeating: .infinity, count: 32)
      for set in 0..<1 << graph.edges.count {
        var (syndrome, weight) = (0, 0.0)
        for (index, edge) in graph.edges.enumerated() where set >> index & 1 == 1 {
          weight += edge.weight
          for node in [edge.nodes.0, edge.nodes.1] where Int(node) < 5 {
            syndrome ^= 1 << Int(node)
          }
        }
        best[syndrome] = min(best[syndrome], weight)
      }
      for syndrome in 0..<32 {
        let bits = BitVector((0..<5).map { syndrome >> $0 & 1 == 1 })
        let correction = try #require(session.correction(for: bits))
        if best[syndrome] == .infinity {
          #expect(correction.weight == .infinity)
        } else {
          #expect(abs(correction.weight - best[syndrome]) < 1e-9)
        }
      }
    }
  }

  @Test func `a mechanism that is no edge is refused with its line`() throws {
    for decoder in [DenseMatchingDecoder(), UnionFindDecoder()] as [any Decoder] {
      let model = try DEMReader.read("error(0.1) D0 D1\nrepeat 3 {\n  error(0.1) D0 D1 D2 ^ D3\n}")
      let refusal = try #require(throws: Diagnostic.self) { try decoder.compiled(for: model) }
      #expect(refusal.range == SourceRange(line: 3, column: 3))
      let endless = try DEMReader.read(
        "repeat 30000000 {\n error(0.1) D0\n error(0.1) D0\n shift_detectors 1\n}")
      #expect(throws: Obstacle.self) { try decoder.compiled(for: endless) }
      let far = try DEMReader.read("error(0.1) D1000000000000")
      #expect(throws: Obstacle.self) { try decoder.compiled(for: far) }
    }
  }
}
