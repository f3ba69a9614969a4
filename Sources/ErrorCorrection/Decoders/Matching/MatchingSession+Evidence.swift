import QuantumCore

extension MatchingSession {
  /// Probabilities that hold in one shot, as edge weights and as edges taken to have happened.
  ///
  /// An edge's probability is put together again from all its mechanisms. An edge whose probability crosses 1/2 changes
  /// sides: its detections and observables flip.
  func apply(_ evidence: ShotEvidence, shot: Int) {
    let entries = evidence.starts[shot]..<evidence.starts[shot + 1]
    var changed: [Int32: Double] = [:]
    var edges: Set<Int32> = []
    for entry in entries {
      let mechanism = evidence.mechanisms[entry]
      guard mechanism >= 0, Int(mechanism) + 1 < graph.mechanismStarts.count else { continue }
      changed[mechanism] = evidence.probabilities[entry]
      let parts =
        graph.mechanismStarts[Int(mechanism)]..<graph.mechanismStarts[Int(mechanism) + 1]
      for part in parts { edges.insert(graph.mechanismEdges[Int(part)]) }
    }
    for edge in edges.sorted() {
      var probability = 0.0
      let contributions = graph.edges[Int(edge)].contributions
      for contribution in graph.contributions[
        Int(contributions.lowerBound)..<Int(contributions.upperBound)]
      {
        probability = DetectorErrorModel.oddProbability(
          probability, changed[contribution.mechanism] ?? contribution.probability)
      }
      reweight(edge, to: probability)
    }
  }

  private func reweight(_ edge: Int32, to probability: Double) {
    let old = graph.edges[Int(edge)].probability
    let (before, after) = (MatchingGraph.logOdds(old), MatchingGraph.logOdds(probability))
    if before < 0 { blossom.weight -= before }
    if after < 0 { blossom.weight += after }
    if (before < 0) != (after < 0) { blossom.flip(edge) }
    blossom.reweight(
      edge, graph.integerWeight(of: probability), real: abs(after))
  }
}
