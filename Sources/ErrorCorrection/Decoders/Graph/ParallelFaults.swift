import QuantumCore

/// Faults that flip the same detectors but different observables: strands of one edge.
///
/// A decoder sees only whether an odd number of them happened, and takes the likeliest set of that
/// parity. With w = ln((1 − p) / p) the set B of the strands with w < 0 is the likeliest of all,
/// and the likeliest of the other parity differs from it in the one strand s with the smallest |w|.
/// So the edge weighs what s weighs and flips what s flips, beside what B flips in any case.
///
/// A mechanism of several edges never makes one of them alone, so that s is chosen by the faults
/// that are this edge and nothing else, as long as there are any. The others add to the probability
/// of their strand, as they do on edges that have one strand, and are `JointFaults`.
struct ParallelFaults: Sendable {
  private var numbering = Numbering<ObservableSet>()
  /// The edge of the model; set once all faults are known.
  private(set) var outcome = Outcome(probability: 0)
  /// What the strands have if each is taken for an edge of its own; set with the outcome.
  private(set) var separate: [Double] = []

  /// An edge in place of strands.
  struct Outcome: Sendable {
    /// Of the edge; more than 1/2 if it is there in the likeliest set of all.
    var probability: Double
    /// The one that the edge flips the observables of.
    var strand = 0
    /// Observables that flip beside those of the edge, in any case.
    var certainObservables = ObservableSet()
    /// Σ w over what happens in any case, without the edge: at most 0.
    var certainWeight = 0.0
  }

  /// That an odd number of the faults of each strand happens.
  struct Probabilities: Sendable {
    /// Of the faults that are this edge alone.
    var alone: [Double]
    /// Of these and of mechanisms that are other edges, too.
    var all: [Double]

    init(strandCount: Int) {
      alone = [Double](repeating: 0, count: strandCount)
      all = alone
    }

    mutating func add(_ probability: Double, to strand: Int, isAlone: Bool) {
      all[strand] = DetectorErrorModel.oddProbability(all[strand], probability)
      if isAlone { alone[strand] = DetectorErrorModel.oddProbability(alone[strand], probability) }
    }

    /// What the strand is chosen by.
    var ofCandidates: [Double] { alone.contains { $0 > 0 } ? alone : all }

    /// The strand that the edge is taken for when it changes sides.
    var likeliest: Int {
      var (best, largest) = (0, -1.0)
      for (strand, probability) in ofCandidates.enumerated() {
        let size = min(probability, 1 - probability)
        if size > largest { (best, largest) = (strand, size) }
      }
      return best
    }
  }

  init(_ first: ObservableSet) { _ = strand(of: first) }

  /// What the strands flip, all unlike.
  var strands: [ObservableSet] { numbering.values }

  /// The strand of a fault, a new one where there is none that flips the same.
  mutating func strand(of observables: ObservableSet) -> Int { numbering.number(of: observables) }

  mutating func resolve(_ probabilities: Probabilities) {
    outcome = outcome(with: probabilities)
    separate = zip(probabilities.ofCandidates, probabilities.all).map { own, all in
      let size = min(own, 1 - own)
      return all > 0.5 ? 1 - size : size
    }
    separate[outcome.strand] = probabilities.all[outcome.strand]
  }

  /// The edge in place of the strands, should these have other probabilities.
  func outcome(with probabilities: Probabilities) -> Outcome {
    let strand = probabilities.likeliest
    let happened = strands.indices.filter { probabilities.all[$0] > 0.5 }
    let isOdd = happened.count % 2 == 1
    let size = min(probabilities.all[strand], 1 - probabilities.all[strand])
    var sum = happened.reduce(0) { $0 + MatchingGraph.logOdds(probabilities.all[$1]) }
    if isOdd { sum -= MatchingGraph.logOdds(1 - size) }
    let flipped = happened.map { strands[$0] } + (isOdd ? [strands[strand]] : [])
    return Outcome(
      probability: isOdd ? 1 - size : size, strand: strand,
      certainObservables: .flippedTogether(flipped), certainWeight: min(0, sum))
  }
}
