import QuantumCore

/// Finds the `JointFaults` of a graph.
struct JointFaultFinder {
  /// Faults of the same edges, by what they flip beside or instead of what these flip: that an odd
  /// number of them happens.
  private var faults: [[Int32]: [ObservableSet: Double]] = [:]
  /// By edge: ln of the odds of its likeliest fault that is this edge alone.
  private let logOdds: [Double]

  /// Below all that a probability can make.
  private static let impossible = -10_000.0

  /// - Parameter alone: by edge, the probability of its likeliest fault that is this edge alone, at
  ///   most 1/2.
  init(alone: [Double]) {
    logOdds = alone.map { $0 > 0 ? -MatchingGraph.logOdds($0) : Self.impossible }
  }

  /// Adds a mechanism of several edges.
  mutating func add(_ edges: [Int32], _ excess: ObservableSet, _ probability: Double) {
    let list = edges.sorted()
    guard probability > 0, zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else { return }
    let known = faults[list]?[excess] ?? 0
    faults[list, default: [:]][excess] = DetectorErrorModel.oddProbability(known, probability)
  }

  func jointFaults() -> JointFaults? {
    JointFaults(
      faults.compactMap { edges, alternatives in
        let sizes = alternatives.map { (observables: $0.key, size: min($0.value, 1 - $0.value)) }
        let likeliest = sizes.max {
          $0.size != $1.size ? $0.size < $1.size : $1.observables < $0.observables
        }
        guard let likeliest, likeliest.size > 0 else { return nil }
        let gain = edges.reduce(-MatchingGraph.logOdds(likeliest.size)) { $0 - logOdds[Int($1)] }
        return gain > 0
          ? JointFaults.Fault(edges: edges, observables: likeliest.observables, gain: gain) : nil
      })
  }
}
