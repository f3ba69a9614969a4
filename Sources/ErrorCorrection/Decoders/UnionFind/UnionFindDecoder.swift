import QuantumCore

/// Union-find decoding: clusters grow around detection events until each can explain its own.
///
/// A cluster is *active* while it holds an odd number of events and does not touch the boundary.
/// All active clusters grow along their edges, step by step, an edge being as long as it is
/// unlikely; an edge grown over joins the clusters at its ends. When none is active, every cluster
/// has a tree of grown edges, which is peeled from its leaves: the edge of a leaf with an event
/// belongs to the correction and hands the event on.
///
/// Nearly linear in the number of events and a little less accurate than matching: the threshold of
/// the toric code with perfect measurements is 9.9 % instead of 10.3 %. Weights are those of the
/// correction, which need not be the likeliest; it has no confidence.
///
/// - Source: [DelfosseNickerson21], with growth weighted as in [HuangNewmanBrown20].
public struct UnionFindDecoder: Decoder {
  /// The decoder, which has no options.
  public init() {}

  /// Makes the decoding graph of a model.
  ///
  /// - Throws: a `Diagnostic` at the first mechanism with a part that flips more than two
  ///   detectors; `Obstacle` if the model is too large.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    CompiledUnionFindDecoder(graph: try DecodingGraph(model))
  }
}

final class CompiledUnionFindDecoder: CompiledDecoder {
  let graph: DecodingGraph
  /// By edge: a whole number that grows with the size of its weight.
  let lengths: [Int32]
  /// Edges that are rather there than not: taken to be there, with their ends changing sides.
  let negativeEdges: [Int]
  /// Of the length for a weight.
  private let scale: Double

  var detectorCount: Int { graph.detectorCount }
  var observableCount: Int { graph.observableCount }

  init(graph: DecodingGraph) {
    self.graph = graph
    let largest = graph.edges.reduce(0.0) {
      $1.probability > 0 && $1.probability < 1 ? max($0, abs($1.weight)) : $0
    }
    scale = largest > 0 ? 64 / largest : 0
    let scale = scale
    lengths = graph.edges.map { Self.length(of: $0.weight, scale: scale) }
    negativeEdges = graph.likelyEdges.sorted().map { Int($0) }
  }

  func makeSession() -> any DecodingSession { UnionFindSession(decoder: self) }

  func length(of weight: Double) -> Int32 { Self.length(of: weight, scale: scale) }

  private static let certainty = MatchingGraph.logOdds(1)

  /// At least 1; edges that cannot be, or must be, are as long as no cluster grows.
  private static func length(of weight: Double, scale: Double) -> Int32 {
    weight == .infinity || weight <= certainty
      ? .max : Int32(max(1, min(0x1p24, (abs(weight) * scale).rounded())))
  }
}

/// - Complexity of a shot: O(edges looked at), which is the size of the clusters times the rounds
///   in which they grow.
final class UnionFindSession: DecodingSession {
  private let decoder: CompiledUnionFindDecoder
  private let clusters: GrowingClusters
  private var events: [Int32] = []
  private var weights: [Double]

  init(decoder: CompiledUnionFindDecoder) {
    self.decoder = decoder
    clusters = GrowingClusters(graph: decoder.graph, lengths: decoder.lengths)
    weights = decoder.graph.edges.map(\.weight)
  }

  func decode(_ batch: inout DecodingBatch) {
    let graph = decoder.graph
    for shot in 0..<batch.shotCount {
      guard graph.isExplained(batch, shot) else {
        batch.setUnexplained(ofShot: shot)
        continue
      }
      batch.detectionEvents(ofShot: shot, into: &events)
      let output = batch.clearPrediction(ofShot: shot)
      let changes = batch.evidence.map { graph.changes(by: $0, shot: shot) } ?? GraphChanges()
      let prediction = GraphPrediction(output, graph, changes)
      let seeksJointFaults = graph.joint != nil
      var chosen: Set<Int32> = []
      let weight = withChanges(changes.probabilities) { negativeEdges in
        correct(negativeEdges: negativeEdges) { edge in
          prediction.flip(edge: edge)
          if seeksJointFaults { chosen.formSymmetricDifference(CollectionOfOne(Int32(edge))) }
        }
      }
      if seeksJointFaults { prediction.flipJointFaults(in: chosen) }
      batch.weights?[shot] = weight + changes.certainWeight
      batch.confidences?[shot] = .nan
      batch.unexplained?[shot] = weight == .infinity
    }
  }

  func correction(for detections: BitVector) -> DecodedCorrection? {
    let graph = decoder.graph
    precondition(detections.count == graph.detectorCount, "A shot has a bit for every detector")
    guard graph.isExplained(detections) else { return graph.noCorrection }
    events = detections.indices.filter { detections[$0] }.map { Int32($0) }
    var chosen: Set<Int> = []
    let weight = correct(negativeEdges: decoder.negativeEdges) { edge in
      if chosen.remove(edge) == nil { chosen.insert(edge) }
    }
    return graph.correction(edges: chosen, weight: weight)
  }

  /// Calls `use` for the edges of the correction, twice for an edge of negative weight that is not
  /// in it after all.
  ///
  /// - Returns: its weight; infinite if no edges explain the events.
  private func correct(negativeEdges: [Int], _ use: (Int) -> Void) -> Double {
    let graph = decoder.graph
    var weight = 0.0
    for event in events { clusters.flip(event) }
    for edge in negativeEdges {
      use(edge)
      weight += weights[edge]
      let (a, b) = graph.edges[edge].nodes
      if Int(a) != graph.boundary { clusters.flip(a) }
      if Int(b) != graph.boundary { clusters.flip(b) }
    }
    let isExplained = clusters.grow()
    clusters.peel { edge in
      weight += abs(weights[edge])
      use(edge)
    }
    clusters.reset()
    return isExplained ? weight : .infinity
  }

  /// Gives edges other probabilities for the time of a call.
  private func withChanges(
    _ changes: [(edge: Int, probability: Double)], _ body: ([Int]) -> Double
  ) -> Double {
    if changes.isEmpty { return body(decoder.negativeEdges) }
    for (edge, probability) in changes {
      weights[edge] = MatchingGraph.logOdds(probability)
      clusters.lengths[edge] = decoder.length(of: weights[edge])
    }
    defer {
      for (edge, _) in changes {
        weights[edge] = decoder.graph.edges[edge].weight
        clusters.lengths[edge] = decoder.lengths[edge]
      }
    }
    let changed = Set(changes.map(\.edge))
    let negativeEdges = decoder.negativeEdges.filter { !changed.contains($0) }
    return body(negativeEdges + changes.map(\.edge).filter { weights[$0] < 0 })
  }
}
