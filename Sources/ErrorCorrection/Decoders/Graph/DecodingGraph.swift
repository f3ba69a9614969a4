import QuantumCore

/// Detectors as nodes, and what flips one or two of them as edges: the matching graph, laid out to
/// be read.
///
/// Edges are those of `MatchingGraphBuilder`. The boundary is a node as well.
package final class DecodingGraph: Sendable {
  package struct Edge: Sendable {
    /// The lower node first; `boundary` is the highest.
    package let nodes: (Int32, Int32)
    package let probability: Double
    /// ln((1 − p) / p): negative for edges that are rather there than not, infinite for those that
    /// cannot be.
    package let weight: Double
    /// Which of `observables` it flips.
    package let observables: Range<Int>
  }

  package let detectorCount: Int
  package let observableCount: Int
  /// The node that stands for the outside.
  package var boundary: Int { detectorCount }
  /// An edge from the boundary to itself flips observables only.
  package let edges: [Edge]
  /// Indices of observables, in runs.
  package let observables: [Int]
  /// Node v has the edges `incidence[starts[v]..<starts[v + 1]]`; those from the boundary to itself
  /// are left out.
  package let starts: [Int32]
  package let incidence: [Int32]

  /// Edges of mechanism m are `mechanismEdges[mechanismStarts[m]..<mechanismStarts[m + 1]]`.
  let mechanismStarts: [Int32]
  let mechanismEdges: [Int32]
  /// What mechanisms add to edges, and by edge where it is.
  let contributions: [MatchingGraph.Contribution]
  let contributionRanges: [Range<Int>]
  /// By edge, for those with faults of unlike observables.
  let parallel: [Int32: ParallelFaults]
  let joint: JointFaults?
  /// Edges taken to have happened: those of negative weight.
  let likelyEdges: Set<Int32>
  /// What can be explained; with evidence of edges that otherwise cannot be, the second.
  let parities: EventParities
  let paritiesWithEvidence: EventParities

  /// - Throws: a `Diagnostic` at the first mechanism with a part that flips more than two
  ///   detectors; `Obstacle` if the model is too large.
  package init(_ model: DetectorErrorModel) throws {
    let counts = try DecodingLimits.countsOfUnrolled(model)
    (detectorCount, observableCount) = counts
    let parts = try MatchingGraphBuilder(model, observableCount: counts.observables)
    let boundary = Int32(counts.detectors)
    var (edges, observables) = ([Edge](), [Int]())
    func append(
      _ nodes: (Int32, Int32), _ probability: Double, _ weight: Double, _ mask: ArraySlice<UInt64>
    ) {
      let start = observables.count
      observables += ObservableSet(words: mask).members.map { Int($0) }
      edges.append(
        Edge(
          nodes: nodes, probability: probability, weight: weight,
          observables: start..<observables.count))
    }
    for (index, edge) in parts.edges.enumerated() {
      append(
        (edge.vertex, edge.other < 0 ? boundary : edge.other), edge.probability,
        MatchingGraph.logOdds(edge.probability),
        parts.observables[index * parts.observableStride..<(index + 1) * parts.observableStride])
    }
    if parts.certainWeight < 0 || parts.certainObservables.contains(where: { $0 != 0 }) {
      let weight = min(parts.certainWeight, -.leastNormalMagnitude)
      append((boundary, boundary), 1, weight, parts.certainObservables[...])
    }
    (self.edges, self.observables) = (edges, observables)
    likelyEdges = Set(edges.indices.lazy.filter { edges[$0].weight < 0 }.map { Int32($0) })
    (mechanismStarts, mechanismEdges) = (parts.mechanismStarts, parts.mechanismEdges)
    (parallel, joint) = (parts.parallel, parts.joint)
    (parities, paritiesWithEvidence) = EventParities.both(
      parts.edges, detectorCount: counts.detectors)
    contributions = parts.sortedContributions
    contributionRanges = parts.edges.map {
      Int($0.contributions.lowerBound)..<Int($0.contributions.upperBound)
    }
    (starts, incidence) = Self.incidence(of: edges, nodeCount: counts.detectors + 1)
  }

  private static func incidence(
    of edges: [Edge], nodeCount: Int
  ) -> (starts: [Int32], incidence: [Int32]) {
    var starts = [Int32](repeating: 0, count: nodeCount + 1)
    func isLoop(_ edge: Edge) -> Bool { edge.nodes.0 == edge.nodes.1 }
    for edge in edges where !isLoop(edge) {
      starts[Int(edge.nodes.0) + 1] += 1
      starts[Int(edge.nodes.1) + 1] += 1
    }
    for node in 0..<nodeCount { starts[node + 1] += starts[node] }
    var (next, incidence) = (starts, [Int32](repeating: 0, count: Int(starts[nodeCount])))
    for (index, edge) in edges.enumerated() where !isLoop(edge) {
      for node in [Int(edge.nodes.0), Int(edge.nodes.1)] {
        incidence[Int(next[node])] = Int32(index)
        next[node] += 1
      }
    }
    return (starts, incidence)
  }

  /// The edges at a node.
  func edges(at node: Int) -> ArraySlice<Int32> {
    incidence[Int(starts[node])..<Int(starts[node + 1])]
  }

  /// The other end of an edge.
  func other(_ node: Int, of edge: Int) -> Int {
    let (a, b) = edges[edge].nodes
    return Int(a) == node ? Int(b) : Int(a)
  }
}
