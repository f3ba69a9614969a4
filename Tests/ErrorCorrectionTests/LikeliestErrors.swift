import QuantumCore

/// The likeliest errors by trying all sets of mechanisms: what decoders on graphs are compared
/// with.
struct LikeliestErrors {
  /// By detection events: the observables of the likeliest set, and whether no set with others
  /// comes near.
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
    var best: [UInt64: [UInt64: Double]] = [:]
    for set in 0..<1 << mechanisms.count {
      var (detectors, observables, probability) = (UInt64(0), UInt64(0), 1.0)
      for (index, mechanism) in mechanisms.enumerated() {
        guard set >> index & 1 == 1 else {
          probability *= 1 - mechanism.2
          continue
        }
        detectors ^= mechanism.0
        observables ^= mechanism.1
        probability *= mechanism.2
      }
      guard probability > 0 else { continue }
      probabilities[detectors, default: [:]][observables, default: 0] += probability
      best[detectors, default: [:]][observables] = max(
        best[detectors]?[observables] ?? 0, probability)
    }
    answers = best.mapValues { candidates in
      let sorted = candidates.sorted { $0.value > $1.value }
      let isClear = sorted.count == 1 || sorted[0].value > sorted[1].value * (1 + 1e-5)
      return (sorted[0].key, isClear)
    }
  }
}
