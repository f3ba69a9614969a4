import QuantumCore

/// Matching twice: the second time with the edges lighter that the first answer makes likelier.
///
/// A fault such as a Y error flips more than two detectors, and is two edges or more of the graph,
/// which plain matching takes to be independent. Here an edge in the first matching lowers the
/// weights of those that belong to the same faults, for this shot. Not optimal, and for small codes
/// at times worse than one pass, as a wrong first answer makes wrong second ones likelier.
///
/// - Source: [Fowler13].
public struct CorrelatedMatchingDecoder: Decoder {
  /// The decoder, which has no options.
  public init() {}

  /// As `MatchingDecoder.compiled(for:)`; an `Obstacle` also where errors have too many parts.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    try CompiledCorrelatedMatchingDecoder(try MatchingGraph(model))
  }
}

final class CompiledCorrelatedMatchingDecoder: CompiledDecoder {
  let graph: MatchingGraph
  let correlations: MatchingCorrelations

  init(_ graph: MatchingGraph) throws(Obstacle) {
    self.graph = graph
    correlations = try MatchingCorrelations(graph)
  }

  var detectorCount: Int { graph.detectorCount }
  var observableCount: Int { graph.observableCount }

  func makeSession() -> any DecodingSession { MatchingSession(graph, correlations) }
}
