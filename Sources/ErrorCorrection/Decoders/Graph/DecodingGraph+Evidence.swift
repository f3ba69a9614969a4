import QuantumCore

extension ShotEvidence {
  /// Where the entries of a shot are.
  func entries(ofShot shot: Int) -> Range<Int> { starts[shot]..<starts[shot + 1] }
}

extension DecodingGraph {
  /// The edges that a shot's evidence is about, with their probabilities put together again from all mechanisms.
  func edgeProbabilities(
    _ evidence: ShotEvidence, shot: Int
  ) -> [(edge: Int, probability: Double)] {
    var known: [Int32: Double] = [:]
    var edges: Set<Int32> = []
    for entry in evidence.entries(ofShot: shot) {
      let mechanism = Int(evidence.mechanisms[entry])
      precondition(
        mechanism >= 0 && mechanism + 1 < mechanismStarts.count,
        "Evidence is about mechanisms of the model")
      known[Int32(mechanism)] = evidence.probabilities[entry]
      let parts = Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1])
      edges.formUnion(mechanismEdges[parts])
    }
    return edges.sorted().map { edge in
      let probability = contributions[contributionRanges[Int(edge)]].reduce(0.0) {
        DetectorErrorModel.oddProbability($0, known[$1.mechanism] ?? $1.probability)
      }
      return (Int(edge), probability)
    }
  }
}
