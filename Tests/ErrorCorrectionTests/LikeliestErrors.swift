import ErrorCorrection
import Foundation
import QuantumCore

/// The likeliest set of faults by trying all sets: what decoders on graphs are compared with.
///
/// Mechanisms that flip the same detectors and the same observables are one fault: that an odd
/// number of them happens. Nothing else is taken together.
struct LikeliestErrors {
  /// The likeliest set of those that cause something.
  struct Answer {
    fileprivate(set) var observables: UInt64 = 0
    fileprivate(set) var logProbability = -Double.infinity
    /// How many faults of several edges there are, or are not though they are likelier than not.
    fileprivate(set) var compositeCount = 0
    /// Whether there is at most one of these, and none of the other faults that are there, or not,
    /// against what is likelier takes an edge of it back.
    fileprivate(set) var hasWholeComposites = true
    /// Of the likeliest set that flips other observables.
    fileprivate var logOfRival = -Double.infinity

    /// Whether no set that flips other observables comes near.
    var isClear: Bool { logProbability > logOfRival + 1e-5 }

    fileprivate mutating func add(
      _ flips: UInt64, _ probability: Double, _ composites: Int, isWhole: Bool
    ) {
      if probability > logProbability {
        if flips != observables { logOfRival = logProbability }
        (observables, logProbability, compositeCount) = (flips, probability, composites)
        hasWholeComposites = composites <= 1 && isWhole
      } else if flips != observables {
        logOfRival = max(logOfRival, probability)
      }
    }
  }

  /// A mechanism, or several that are equal.
  private struct Fault {
    var edges: Set<Set<UInt64>>
    var detectors: UInt64
    var observables: UInt64
    var probability = 0.0
  }

  /// By detection events.
  private(set) var answers: [UInt64: Answer] = [:]
  /// By the edges that an odd number of faults are.
  private(set) var answersByEdges: [Set<Set<UInt64>>: Answer] = [:]
  /// Probabilities by detection events and observables.
  private(set) var probabilities: [UInt64: [UInt64: Double]] = [:]
  /// ln of the probability that nothing happens.
  private(set) var logOfNothing = 0.0

  /// The same decomposition for all mechanisms that flip the same.
  ///
  /// - Precondition: there are at most 20 mechanisms, and fewer than 64 detectors and observables.
  init(_ model: DetectorErrorModel) throws {
    let faults = try Self.faults(of: model)
    precondition(faults.count <= 20, "All sets are tried")
    logOfNothing = faults.reduce(0) { $0 + log(1 - $1.probability) }
    for set in 0..<1 << faults.count {
      var (detectors, observables, logProbability) = (UInt64(0), UInt64(0), 0.0)
      var (edges, changed) = (Set<Set<UInt64>>(), Set<Set<UInt64>>())
      var (composites, changeCount) = (0, 0)
      for (index, fault) in faults.enumerated() {
        if (set >> index & 1 == 1) != (fault.probability > 0.5) {
          changed.formSymmetricDifference(fault.edges)
          changeCount += fault.edges.count
          if fault.edges.count > 1 { composites += 1 }
        }
        guard set >> index & 1 == 1 else {
          logProbability += log(1 - fault.probability)
          continue
        }
        detectors ^= fault.detectors
        observables ^= fault.observables
        edges.formSymmetricDifference(fault.edges)
        logProbability += log(fault.probability)
      }
      guard logProbability > -.infinity else { continue }
      probabilities[detectors, default: [:]][observables, default: 0] += exp(logProbability)
      let isWhole = changed.count == changeCount
      answers[detectors, default: Answer()].add(
        observables, logProbability, composites, isWhole: isWhole)
      answersByEdges[edges, default: Answer()].add(
        observables, logProbability, composites, isWhole: isWhole)
    }
  }

  private static func faults(of model: DetectorErrorModel) throws -> [Fault] {
    let flat = try model.flattened()
    var faults: [Fault] = []
    for instruction in flat.instructions() where instruction.kind == .error {
      var fault = Fault(edges: [], detectors: 0, observables: 0)
      for part in flat.targets(of: instruction).split(whereSeparator: \.isSeparator) {
        var edge: Set<UInt64> = []
        for target in part {
          if target.isDetector {
            edge.formSymmetricDifference([target.value])
            fault.detectors ^= 1 << target.value
          } else {
            fault.observables ^= 1 << target.value
          }
        }
        if !edge.isEmpty { fault.edges.formSymmetricDifference([edge]) }
      }
      let known = faults.firstIndex {
        $0.detectors == fault.detectors && $0.observables == fault.observables
      }
      if known == nil { faults.append(fault) }
      let (place, p) = (known ?? faults.count - 1, flat.probability(of: instruction))
      let q = faults[place].probability
      faults[place].probability = p * (1 - q) + q * (1 - p)
    }
    return faults
  }
}
