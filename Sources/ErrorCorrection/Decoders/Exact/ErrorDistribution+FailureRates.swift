import QuantumCore

// The probability that a decoder is wrong: summed over everything that can happen.

extension ErrorDistribution {
  /// The probability that some observable flips: the failure rate of predicting nothing.
  public var failureRateWithoutDecoding: Double { failureRate { _ in 0 } }

  /// The failure rate of the best decoder there can be.
  public var maximumLikelihoodFailureRate: Double {
    failureRate { likeliest($0)?.observables ?? 0 }
  }

  /// The probability that a decoder's prediction differs from the observables that flipped.
  ///
  /// Decodes every combination of detection events that can occur.
  ///
  /// - Precondition: the decoder has as many detectors and observables.
  public func failureRate(of decoder: any CompiledDecoder, threads: Int = 1) -> Double {
    precondition(
      decoder.detectorCount == detectorCount && decoder.observableCount == observableCount,
      "The decoder is for \(detectorCount) detectors and \(observableCount) observables")
    var sum = CompensatedSum()
    var syndromes: [Int] = []
    for syndrome in 0..<1 << detectorCount {
      if canOccur(syndrome) { syndromes.append(syndrome) }
      if syndromes.count == 1 << 14 || syndrome + 1 == 1 << detectorCount {
        let predictions = decoder.predictions(for: shots(syndromes), threads: threads).predictions
        for (row, syndrome) in syndromes.enumerated() {
          let prediction = predictions.stride == 0 ? 0 : predictions.words[row * predictions.stride]
          sum.add(failureProbability(of: UInt32(truncatingIfNeeded: prediction), for: syndrome))
        }
        syndromes.removeAll(keepingCapacity: true)
      }
    }
    return sum.value
  }

  private func failureRate(predicting prediction: (Int) -> UInt32) -> Double {
    var sum = CompensatedSum()
    for syndrome in 0..<1 << detectorCount {
      sum.add(failureProbability(of: prediction(syndrome), for: syndrome))
    }
    return sum.value
  }

  private func failureProbability(of prediction: UInt32, for syndrome: Int) -> Double {
    var sum = 0.0
    for observables in 0..<1 << observableCount where observables != Int(prediction) {
      sum += table[syndrome | observables << detectorCount]
    }
    return sum
  }

  private func canOccur(_ syndrome: Int) -> Bool {
    (0..<1 << observableCount).contains { table[syndrome | $0 << detectorCount] > 0 }
  }

  private func shots(_ syndromes: [Int]) -> BitTable {
    BitTable(
      rowCount: syndromes.count, columnCount: detectorCount,
      words: detectorCount == 0 ? [] : syndromes.map { UInt64($0) })
  }
}

/// A sum whose error does not grow with the number of its terms.
///
/// - Source: [Neumaier74].
struct CompensatedSum {
  private var sum = 0.0
  private var compensation = 0.0

  mutating func add(_ term: Double) {
    let next = sum + term
    compensation += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
    sum = next
  }

  var value: Double { sum + compensation }
}
