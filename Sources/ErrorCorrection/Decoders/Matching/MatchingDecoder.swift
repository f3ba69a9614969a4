import QuantumCore

/// Minimum-weight perfect matching: takes the likeliest set of faults to have happened, each of
/// which flips at most two detectors.
///
/// Confidence is the gap between the weights of the best corrections that predict this and the
/// opposite, where there is one observable and it is a cut between boundaries; matching is then
/// done three times. There is none of shots with evidence.
///
/// - Source: [Higgott25].
public struct MatchingDecoder: Decoder {
  /// The decoder, which has no options.
  public init() {}

  /// Makes the matching graph of a model.
  ///
  /// - Throws: a `Diagnostic` for an error, or a part of a decomposed one, that flips more than two
  ///   detectors; `Obstacle` where the graph would not fit into memory.
  /// - Complexity: O(n log n) for n errors.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    CompiledMatchingDecoder(try MatchingGraph(model))
  }
}

/// A matching graph that is ready for shots.
final class CompiledMatchingDecoder: CompiledDecoder {
  let graph: MatchingGraph

  init(_ graph: MatchingGraph) { self.graph = graph }

  var detectorCount: Int { graph.detectorCount }
  var observableCount: Int { graph.observableCount }

  func makeSession() -> any DecodingSession { MatchingSession(graph) }
}
