import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The probability of every combination of detection events and observable flips of a small error
/// model: no sampling.
///
///     let exact = try ErrorDistribution(model)
///     print(exact.failureRate(of: try MatchingDecoder().compiled(for: model)))
///
/// Goals, in this order: no loss of relative precision (only sums of non-negative numbers), speed,
/// memory.
public struct ErrorDistribution: Sendable {
  /// The number of detectors of the model.
  public let detectorCount: Int
  /// The number of observables of the model.
  public let observableCount: Int
  /// By detection events in the low bits and observables above.
  package private(set) var table: [Double]

  /// Computes the distribution of a model.
  ///
  /// - Throws: `Obstacle` if the model has more bits than `SmallErrorModel.bitLimit`.
  public init(_ model: DetectorErrorModel, threads: Int = 1) throws(Obstacle) {
    self.init(try SmallErrorModel(model), threads: threads)
  }

  /// Convolves the mechanisms one after the other.
  ///
  /// In ascending order of what they flip, so that at first only a small part of the table is in
  /// use.
  ///
  /// - Complexity: O(2^b) time for each mechanism whose highest bit is b.
  public init(_ model: SmallErrorModel, threads: Int = 1) {
    self.init(
      mechanisms: model.mechanisms, detectorCount: model.detectorCount,
      observableCount: model.observableCount, threads: threads)
  }

  /// - Parameter mechanisms: ascending in what they flip.
  init(
    mechanisms: [SmallErrorModel.Mechanism], detectorCount: Int, observableCount: Int, threads: Int
  ) {
    (self.detectorCount, self.observableCount) = (detectorCount, observableCount)
    table = [Double](repeating: 0, count: 1 << (detectorCount + observableCount))
    table[0] = 1
    table.withUnsafeMutableBufferPointer { table in
      let shared = UncheckedSendable(table.baseAddress!)
      for mechanism in mechanisms where mechanism.flips != 0 {
        let highest = 31 - mechanism.flips.leadingZeroBitCount
        Parallel.forEach(range: 1 << highest, minimumChunk: 1 << 16, threads: threads) { range in
          Self.mix(shared.value, range, mechanism, highestBit: 1 << highest)
        }
      }
    }
  }

  /// (P(x), P(x ⊕ m)) ← ((1 − p) P(x) + p P(x ⊕ m), (1 − p) P(x ⊕ m) + p P(x)) for some x without
  /// the highest bit of m.
  private static func mix(
    _ table: UnsafeMutablePointer<Double>, _ range: Range<Int>,
    _ mechanism: SmallErrorModel.Mechanism,
    highestBit: Int
  ) {
    let partners = table + highestBit
    let others = Int(mechanism.flips) ^ highestBit
    let (p, q) = (mechanism.probability, 1 - mechanism.probability)
    for x in range {
      let (a, b) = (table[x], partners[x ^ others])
      table[x] = q * a + p * b
      partners[x ^ others] = q * b + p * a
    }
  }
}

// MARK: - Probabilities

extension ErrorDistribution {
  /// The probability that exactly these detectors fire and these observables flip, bit k of a
  /// number being the k-th.
  public func probability(detectors: UInt64, observables: UInt64) -> Double {
    precondition(
      detectors >> UInt64(detectorCount) == 0 && observables >> UInt64(observableCount) == 0,
      "There are \(detectorCount) detectors and \(observableCount) observables")
    return table[Int(detectors) | Int(observables) << detectorCount]
  }

  /// The likeliest observables for some detection events, the lowest of equals, and ln of the odds
  /// for them.
  ///
  /// `nil` if the events cannot occur.
  func likeliest(_ syndrome: Int) -> (observables: UInt32, logOdds: Double)? {
    var (best, bestProbability) = (0, table[syndrome])
    var others = 0.0
    for observables in 1..<max(1, 1 << observableCount) {
      let probability = table[syndrome | observables << detectorCount]
      if probability > bestProbability {
        others += bestProbability
        (best, bestProbability) = (observables, probability)
      } else {
        others += probability
      }
    }
    return bestProbability > 0 ? (UInt32(best), log(bestProbability / others)) : nil
  }
}
