import QuantumCore

/// Minimum-weight perfect matching by the book: shortest paths between all detection events, then
/// Edmonds' blossoms.
///
/// Exact, simple and slow: what the fast matching decoder is compared with, and the place to read
/// how matching decodes. The likeliest set of edges whose ends are the detection events is a set of
/// paths that pair them up, some with the boundary. An edge of negative weight (p > 1/2) is taken
/// to be there from the start: its ends change sides and its weight counts the other way.
///
/// - Source: [Edmonds65], [DennisKitaevLandahlPreskill02].
public struct DenseMatchingDecoder: Decoder {
  /// The decoder, which has no options.
  public init() {}

  /// Makes the matching graph of a model.
  ///
  /// - Throws: a `Diagnostic` at the first mechanism with a part that flips more than two
  ///   detectors; `Obstacle` if the model is too large.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    CompiledDenseMatchingDecoder(graph: try DecodingGraph(model))
  }
}

final class CompiledDenseMatchingDecoder: CompiledDecoder {
  let graph: DecodingGraph
  var detectorCount: Int { graph.detectorCount }
  var observableCount: Int { graph.observableCount }

  init(graph: DecodingGraph) { self.graph = graph }

  func makeSession() -> any DecodingSession { DenseMatchingSession(graph: graph) }
}

/// - Complexity of a shot with k events on a graph of n nodes and m edges: O(k (m + n) log n + k³).
final class DenseMatchingSession: DecodingSession {
  private let graph: DecodingGraph
  private var paths: ShortestPaths
  private var events: [Int32] = []

  init(graph: DecodingGraph) {
    self.graph = graph
    paths = ShortestPaths(graph: graph)
  }

  func decode(_ batch: inout DecodingBatch) {
    for shot in 0..<batch.shotCount {
      guard graph.isExplained(batch, shot) else {
        batch.setUnexplained(ofShot: shot)
        continue
      }
      batch.detectionEvents(ofShot: shot, into: &events)
      let changes = batch.evidence.map { graph.changes(by: $0, shot: shot) } ?? GraphChanges()
      for (edge, probability) in changes.probabilities {
        paths.weights[edge] = MatchingGraph.logOdds(probability)
      }
      let (edges, weight) = correctingEdges()
      for (edge, _) in changes.probabilities { paths.weights[edge] = graph.edges[edge].weight }
      let output = batch.clearPrediction(ofShot: shot)
      let prediction = GraphPrediction(output, graph, changes)
      for edge in edges { prediction.flip(edge: edge) }
      if graph.joint != nil { prediction.flipJointFaults(in: Set(edges.map { Int32($0) })) }
      batch.weights?[shot] = weight + changes.certainWeight
      batch.confidences?[shot] = .nan
      batch.unexplained?[shot] = weight == .infinity
    }
  }

  func correction(for detections: BitVector) -> DecodedCorrection? {
    precondition(detections.count == graph.detectorCount, "A shot has a bit for every detector")
    guard graph.isExplained(detections) else { return graph.noCorrection }
    events = detections.indices.filter { detections[$0] }.map { Int32($0) }
    let (edges, weight) = correctingEdges()
    return graph.correction(edges: edges, weight: weight)
  }

  /// The edges of the likeliest correction, and its weight: infinite where no edges explain the
  /// events.
  private func correctingEdges() -> (edges: Set<Int>, weight: Double) {
    var (chosen, weight) = (Set<Int>(), 0.0)
    let terminals = self.terminals(&chosen, &weight)
    for (a, b) in pairs(of: terminals) {
      paths.find(from: a)
      guard paths.distance(to: b) < .infinity else {
        weight = .infinity
        continue
      }
      paths.forEachEdge(to: b) { edge in
        weight += abs(paths.weights[edge])
        if chosen.remove(edge) == nil { chosen.insert(edge) }
      }
    }
    return (chosen, weight)
  }

  /// The nodes where an odd number of paths ends, an even number of them: events, changed by the
  /// edges of negative weight, and the boundary to make up the number.
  private func terminals(_ chosen: inout Set<Int>, _ weight: inout Double) -> [Int] {
    var ends = Set(events.map { Int($0) })
    for edge in graph.edges.indices where paths.weights[edge] < 0 {
      chosen.insert(edge)
      weight += paths.weights[edge]
      for node in [graph.edges[edge].nodes.0, graph.edges[edge].nodes.1]
      where Int(node) != graph.boundary {
        if ends.remove(Int(node)) == nil { ends.insert(Int(node)) }
      }
    }
    return ends.sorted() + (ends.count % 2 == 1 ? [graph.boundary] : [])
  }

  private func pairs(of terminals: [Int]) -> [(Int, Int)] {
    guard terminals.count > 2 else {
      return terminals.count == 2 ? [(terminals[0], terminals[1])] : []
    }
    let count = terminals.count
    var distances = [Double](repeating: 0, count: count * count)
    for (row, source) in terminals.enumerated() {
      paths.find(from: source)
      for (column, target) in terminals.enumerated() {
        distances[row * count + column] = paths.distance(to: target)
      }
    }
    var matching = PerfectMatching(distances: distances, count: count)
    return matching.solve().enumerated().filter { $0.offset < $0.element }
      .map { (terminals[$0.offset], terminals[$0.element]) }
  }
}
