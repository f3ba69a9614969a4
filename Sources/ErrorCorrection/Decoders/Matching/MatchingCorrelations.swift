import QuantumCore

/// What one edge of a matching says about others: parts of one mechanism happen together.
///
/// Of edges A and B that are parts of a mechanism, P(A and B) is the probability that an odd number
/// of the mechanisms with both happen, and P(B | A) = P(A and B) / P(A), at most 1/2. If A is in a
/// matching, B weighs ln((1 − P(B | A)) / P(B | A)) if that is less than before.
///
/// - Source: [Fowler13].
struct MatchingCorrelations: Sendable {
  struct Partner {
    var edge: Int32
    var weight: Int32
    var real: Double
  }

  /// Partners of edge e are `partners[starts[e]..<starts[e + 1]]`; only those that would weigh
  /// less.
  private(set) var starts: [Int32] = [0]
  private(set) var partners: [Partner] = []

  /// Ordered pairs of parts of one mechanism that are looked at.
  private static let pairLimit: UInt64 = 1 << 26

  /// - Throws: `Obstacle` if mechanisms have too many pairs of parts.
  init(_ graph: MatchingGraph) throws(Obstacle) {
    let pairCount = zip(graph.mechanismStarts, graph.mechanismStarts.dropFirst()).reduce(UInt64(0))
    {
      let parts = UInt64($1.1 - $1.0)
      return $0 + parts * (max(parts, 1) - 1)
    }
    guard pairCount <= Self.pairLimit else {
      throw Obstacle(
        .memory(
          required: pairCount.saturatingMultiply(12), available: Self.pairLimit * 12),
        "the parts of the model's errors make \(pairCount) pairs; correlated matching looks at "
          + "\(Self.pairLimit) at most",
        hint: "take 'matching', for which the parts of an error are independent")
    }
    // One entry for each ordered pair of parts of a mechanism.
    var pairs: [(first: Int32, second: Int32, mechanism: Int32)] = []
    for mechanism in 0..<graph.mechanismStarts.count - 1 {
      let range = Int(graph.mechanismStarts[mechanism])..<Int(graph.mechanismStarts[mechanism + 1])
      guard range.count > 1 else { continue }
      let parts = graph.mechanismEdges[range]
      // An edge in a matching is taken for its likeliest strand.
      for (first, strand) in zip(parts, graph.mechanismStrands[range])
      where graph.parallel.isEmpty || strand == graph.parallel[first]?.outcome.strand ?? 0 {
        for second in parts where first != second {
          pairs.append((first, second, Int32(mechanism)))
        }
      }
    }
    pairs.sort { ($0.first, $0.second, $0.mechanism) < ($1.first, $1.second, $1.mechanism) }
    var index = 0
    for edge in graph.edges.indices {
      while index < pairs.count, pairs[index].first == edge {
        let second = pairs[index].second
        var joint = 0.0
        while index < pairs.count, pairs[index].first == edge, pairs[index].second == second {
          joint = DetectorErrorModel.oddProbability(
            joint, graph.mechanismProbabilities[Int(pairs[index].mechanism)])
          index += 1
        }
        let probability = graph.edges[edge].probability
        if probability <= 0.5 { add(second, joint / probability, of: graph) }
      }
      starts.append(Int32(partners.count))
    }
  }

  private mutating func add(_ edge: Int32, _ conditional: Double, of graph: MatchingGraph) {
    let before = graph.edges[Int(edge)].probability
    // An edge taken to have happened keeps its side; NaN where the first edge cannot be.
    guard before <= 0.5, conditional > before else { return }
    let probability = min(0.5, conditional)
    partners.append(
      Partner(
        edge: edge, weight: graph.integerWeight(of: probability),
        real: MatchingGraph.logOdds(probability)))
  }
}
