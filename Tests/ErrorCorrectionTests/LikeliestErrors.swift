import QuantumCore

/// The likeliest errors by trying all sets of mechanisms: what decoders on graphs are compared
/// with.
///
/// Mechanisms that flip the same detectors are one edge. Which edges are there is taken by the
/// probability of all sets that make them so, and what they flip from the likeliest of these sets.
struct LikeliestErrors {
  /// By detection events: the observables of the likeliest edges, and whether none with others
  /// come near.
  private(set) var answers: [UInt64: (observables: UInt64, isClear: Bool)] = [:]
  /// Probabilities by detection events and observables.
  private(set) var probabilities: [UInt64: [UInt64: Double]] = [:]

  /// - Precondition: there are at most 20 mechanisms, and fewer than 64 detectors and observables.
  init(_ model: DetectorErrorModel) throws {
    let flat = try model.flattened()
    let mechanisms = flat.instructions().filter { $0.kind == .error }.map { instruction in
      var (detectors, observables) = (UInt64(0), UInt64(0))
      for target in flat.targets(of: instruction) where !target.isSeparator {
        if target.isDetector {
          detectors ^= 1 << target.value
        } else {
          observables ^= 1 << target.value
        }
      }
      return (detectors, observables, flat.probability(of: instruction))
    }
    precondition(mechanisms.count <= 20, "All sets are tried")
    // Bits of the edges; what flips no detector stands for itself.
    var places: [UInt64: UInt64] = [:]
    let bits = mechanisms.map { mechanism -> UInt64 in
      let next = UInt64(1) << UInt64(places.count)
      guard mechanism.0 != 0, let known = places[mechanism.0] else {
        places[mechanism.0 == 0 ? .max - next : mechanism.0] = next
        return next
      }
      return known
    }
    var edges: [UInt64: [UInt64: Edges]] = [:]
    for set in 0..<1 << mechanisms.count {
      var (detectors, observables, probability, present) = (UInt64(0), UInt64(0), 1.0, UInt64(0))
      for (index, mechanism) in mechanisms.enumerated() {
        guard set >> index & 1 == 1 else {
          probability *= 1 - mechanism.2
          continue
        }
        detectors ^= mechanism.0
        observables ^= mechanism.1
        present ^= bits[index]
        probability *= mechanism.2
      }
      guard probability > 0 else { continue }
      probabilities[detectors, default: [:]][observables, default: 0] += probability
      edges[detectors, default: [:]][present, default: Edges()].add(observables, probability)
    }
    answers = edges.mapValues { candidates in
      let sorted = candidates.values.sorted { $0.probability > $1.probability }
      let rival = sorted.dropFirst().first { $0.observables != sorted[0].observables }
      let isAhead = rival.map { sorted[0].probability > $0.probability * (1 + 1e-5) } ?? true
      return (sorted[0].observables, isAhead && sorted[0].isClear)
    }
  }

  /// All sets of mechanisms that make the same edges.
  private struct Edges {
    private(set) var probability = 0.0
    /// Of the likeliest set.
    private(set) var observables: UInt64 = 0
    private var largest = 0.0
    private var largestOther = 0.0
    var isClear: Bool { largest > largestOther * (1 + 1e-5) }

    mutating func add(_ flipped: UInt64, _ chance: Double) {
      probability += chance
      if chance > largest {
        if flipped != observables { largestOther = largest }
        (observables, largest) = (flipped, chance)
      } else if flipped != observables {
        largestOther = max(largestOther, chance)
      }
    }
  }
}
