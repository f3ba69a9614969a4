import QuantumCore

/// Faults that flip the same detectors but different observables: strands of one edge.
///
/// A decoder sees only whether an odd number of them happened. The edge that stands for them has
/// the probability of that, whatever they flip. What is flipped is taken from the likeliest set of
/// either parity: with w = ln((1 − p) / p) the set B of the strands with w < 0 is the likeliest of
/// all, and the likeliest of the other parity differs from it in the one strand s with the smallest
/// |w|. So the edge flips what s flips, beside what B flips in any case.
struct ParallelFaults: Sendable {
  /// What the strands flip, all unlike: words of observables.
  private(set) var masks: [[UInt64]]
  /// That an odd number of the faults of each strand happens.
  private(set) var probabilities: [Double]
  /// The edge of the model; set once all faults are known.
  private(set) var outcome = Outcome(probability: 0)

  /// An edge in place of strands.
  struct Outcome: Sendable {
    /// Of the edge; more than 1/2 if it is there in the likeliest set of all.
    var probability: Double
    /// The one that the edge flips the observables of.
    var strand = 0
    /// Observables that flip beside those of the edge, in any case; empty for none.
    var certainObservables: [UInt64] = []
    /// Σ w over what happens in any case, without the edge: at most 0.
    var certainWeight = 0.0
  }

  init(_ mask: [UInt64], _ probability: Double) {
    (masks, probabilities) = ([mask], [probability])
  }

  /// Adds a fault.
  ///
  /// - Returns: its strand.
  mutating func add(_ mask: [UInt64], _ probability: Double) -> Int {
    guard let strand = masks.firstIndex(of: mask) else {
      masks.append(mask)
      probabilities.append(probability)
      return masks.count - 1
    }
    probabilities[strand] = DetectorErrorModel.oddProbability(probabilities[strand], probability)
    return strand
  }

  func probability(of mask: [UInt64]) -> Double {
    masks.firstIndex(of: mask).map { probabilities[$0] } ?? 0
  }

  mutating func resolve() { outcome = outcome(with: probabilities) }

  /// The edge in place of the strands, should these have other probabilities.
  func outcome(with probabilities: [Double]) -> Outcome {
    let weights = probabilities.map { MatchingGraph.logOdds($0) }
    var (strand, isOdd, sum) = (0, false, 0.0)
    var certain = [UInt64](repeating: 0, count: masks[0].count)
    for (index, weight) in weights.enumerated() {
      let (size, least) = (abs(weight), abs(weights[strand]))
      if size < least || (size == least && weight < 0 && weights[strand] >= 0) { strand = index }
      guard weight < 0 else { continue }
      isOdd.toggle()
      sum += weight
      for word in certain.indices { certain[word] ^= masks[index][word] }
    }
    if isOdd {
      sum += abs(weights[strand])
      for word in certain.indices { certain[word] ^= masks[strand][word] }
    }
    return Outcome(
      probability: probabilities.reduce(0) { DetectorErrorModel.oddProbability($0, $1) },
      strand: strand, certainObservables: certain,
      certainWeight: min(0, sum))
  }
}
