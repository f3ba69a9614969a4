import QuantumCore

/// What a shot's evidence makes of edges.
struct EdgeEvidence {
  /// The mechanisms that it is about.
  private(set) var probabilities: [Int32: Double] = [:]
  /// Their edges, ascending.
  private(set) var edges: [Int32] = []
  private let mechanismStarts: [Int32]

  init(_ evidence: ShotEvidence, shot: Int, mechanismStarts: [Int32], mechanismEdges: [Int32]) {
    self.mechanismStarts = mechanismStarts
    var touched: Set<Int32> = []
    for entry in evidence.entries(ofShot: shot) {
      let mechanism = Int(evidence.mechanisms[entry])
      precondition(
        mechanism >= 0 && mechanism + 1 < mechanismStarts.count,
        "Evidence is about mechanisms of the model")
      probabilities[Int32(mechanism)] = evidence.probabilities[entry]
      let parts = Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1])
      touched.formUnion(mechanismEdges[parts])
    }
    edges = touched.sorted()
  }

  /// An edge whose probability is put together again from those of its faults.
  ///
  /// Faults of several edges that the evidence is about count as if they were this edge alone: what
  /// they are together is not looked at, see `JointFaults`.
  func outcome(
    _ contributions: ArraySlice<MatchingGraph.Contribution>, _ parallel: ParallelFaults?
  ) -> ParallelFaults.Outcome {
    guard let parallel else {
      return .init(
        probability: contributions.reduce(0) {
          DetectorErrorModel.oddProbability($0, probabilities[$1.mechanism] ?? $1.probability)
        })
    }
    var strands = ParallelFaults.Probabilities(strandCount: parallel.strands.count)
    for contribution in contributions {
      let known = probabilities[contribution.mechanism]
      let mechanism = Int(contribution.mechanism)
      let isAlone = mechanismStarts[mechanism + 1] - mechanismStarts[mechanism] == 1
      strands.add(
        known ?? contribution.probability, to: Int(contribution.strand),
        isAlone: isAlone || known != nil)
    }
    return parallel.outcome(with: strands)
  }
}
