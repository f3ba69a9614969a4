import QuantumCore

extension MatchingSession {
  /// Probabilities that hold in one shot, as edge weights and as edges taken to have happened.
  ///
  /// An edge's probability is put together again from all its mechanisms. An edge whose probability
  /// crosses 1/2 changes sides: its detections and observables flip. Of parallel faults others may
  /// be the likeliest.
  ///
  /// - Returns: the edges that the evidence is about.
  func apply(_ evidence: ShotEvidence, shot: Int) -> [Int32] {
    let known = EdgeEvidence(
      evidence, shot: shot, mechanismStarts: graph.mechanismStarts,
      mechanismEdges: graph.mechanismEdges)
    for edge in known.edges {
      let range = graph.edges[Int(edge)].contributions
      let contributions = graph.contributions[Int(range.lowerBound)..<Int(range.upperBound)]
      let parallel = graph.parallel[edge]
      reweight(edge, to: known.outcome(contributions, parallel), parallel)
    }
    return known.edges
  }

  private func reweight(
    _ edge: Int32, to outcome: ParallelFaults.Outcome, _ parallel: ParallelFaults?
  ) {
    let old = graph.edges[Int(edge)].probability
    let (before, after) = (
      MatchingGraph.logOdds(old), MatchingGraph.logOdds(outcome.probability)
    )
    if before < 0 {
      blossom.weight -= before
      blossom.flip(edge)
    }
    if let parallel {
      blossom.weight += outcome.certainWeight - parallel.outcome.certainWeight
      blossom.flip(outcome.certainObservables)
      blossom.flip(parallel.outcome.certainObservables)
      blossom.setObservables(of: edge, to: parallel.strands[outcome.strand])
    }
    if after < 0 {
      blossom.weight += after
      blossom.flip(edge)
    }
    blossom.reweight(edge, graph.integerWeight(of: outcome.probability), real: abs(after))
  }
}
