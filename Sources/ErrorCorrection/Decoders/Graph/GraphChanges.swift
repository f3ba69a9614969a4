import QuantumCore

/// What evidence changes in a graph for one shot.
struct GraphChanges {
  var probabilities: [(edge: Int, probability: Double)] = []
  /// Of edges that flip other observables than in the graph.
  var observables: [Int: ObservableSet] = [:]
  /// What flips in any case.
  var certainObservables = ObservableSet()
  var certainWeight = 0.0
}

extension DecodingGraph {
  /// The edges that a shot's evidence is about, with their probabilities put together again from
  /// all mechanisms.
  func changes(by evidence: ShotEvidence, shot: Int) -> GraphChanges {
    let known = EdgeEvidence(
      evidence, shot: shot, mechanismStarts: mechanismStarts, mechanismEdges: mechanismEdges)
    var changes = GraphChanges()
    for edge in known.edges {
      let faults = parallel[edge]
      let outcome = known.outcome(contributions[contributionRanges[Int(edge)]], faults)
      changes.probabilities.append((Int(edge), outcome.probability))
      guard let faults else { continue }
      changes.certainWeight += outcome.certainWeight - faults.outcome.certainWeight
      changes.certainObservables.formSymmetricDifference(outcome.certainObservables)
      changes.certainObservables.formSymmetricDifference(faults.outcome.certainObservables)
      if outcome.strand != faults.outcome.strand {
        changes.observables[Int(edge)] = faults.strands[outcome.strand]
      }
    }
    return changes
  }
}
