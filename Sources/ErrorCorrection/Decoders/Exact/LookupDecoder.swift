import QuantumCore

/// The best decoder there can be, for small models: a table of the likeliest observables for all
/// detection events.
///
/// No decoder fails less often. Where several observables are equally likely it predicts the lowest
/// number; what cannot occur is decoded as nothing. Confidence is ln of the odds for the
/// prediction; weights are unknown, as it has no correction.
public struct LookupDecoder: Decoder {
  /// The decoder, which has no options.
  public init() {}

  /// Makes the table of the likeliest observables for every combination of detection events.
  ///
  /// - Throws: `Obstacle` if the model has more than `SmallErrorModel.bitLimit` detectors and
  ///   observables.
  /// - Complexity: O(m 2ⁿ) for m mechanisms and n detectors and observables.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    CompiledLookupDecoder(
      try SmallErrorModel(model),
      individual: {
        try? SmallErrorModel.individualMechanisms(
          of: model, detectorCount: $0.detectorCount)
      })
  }
}

/// The table.
final class CompiledLookupDecoder: CompiledDecoder {
  let detectorCount: Int
  let observableCount: Int
  private let predictions: [UInt32]
  /// ln of the odds; NaN for what cannot occur.
  private let confidences: [Float]
  /// By their numbers in the unrolled model; `nil` if that is too long.
  private let individual: [SmallErrorModel.Mechanism]?

  init(
    _ model: SmallErrorModel, individual: (SmallErrorModel) -> [SmallErrorModel.Mechanism]?
  ) {
    (detectorCount, observableCount) = (model.detectorCount, model.observableCount)
    self.individual = individual(model)
    let distribution = ErrorDistribution(model)
    var predictions = [UInt32](repeating: 0, count: 1 << detectorCount)
    var confidences = [Float](repeating: .nan, count: 1 << detectorCount)
    for syndrome in predictions.indices {
      guard let (observables, logOdds) = distribution.likeliest(syndrome) else { continue }
      predictions[syndrome] = observables
      confidences[syndrome] = Float(logOdds)
    }
    (self.predictions, self.confidences) = (predictions, confidences)
  }

  func makeSession() -> any DecodingSession { Session(decoder: self) }

  private final class Session: DecodingSession {
    let decoder: CompiledLookupDecoder

    init(decoder: CompiledLookupDecoder) { self.decoder = decoder }

    func decode(_ batch: inout DecodingBatch) {
      let byteCount = (decoder.observableCount + 7) / 8
      for shot in 0..<batch.shotCount {
        let (prediction, confidence, isExplained) = decoder.answer(to: batch, shot)
        let output = batch.predictions + shot * batch.predictionStride
        for byte in 0..<byteCount {
          output.storeBytes(
            of: UInt8(truncatingIfNeeded: prediction >> UInt32(8 * byte)), toByteOffset: byte,
            as: UInt8.self)
        }
        batch.weights?[shot] = .nan
        batch.confidences?[shot] = confidence
        batch.unexplained?[shot] = !isExplained
      }
    }
  }

  private func answer(to batch: borrowing DecodingBatch, _ shot: Int) -> (UInt32, Double, Bool) {
    let rows = batch.detections
    let syndrome = detectorCount == 0 ? 0 : Int(rows.word(rows.row(shot), at: 0))
    if let evidence = batch.evidence, !evidence.entries(ofShot: shot).isEmpty {
      return answer(to: syndrome, evidence, shot)
    }
    let confidence = Double(confidences[syndrome])
    return (predictions[syndrome], confidence, !confidence.isNaN)
  }

  /// Works out the distribution anew: slow, but right.
  private func answer(
    to syndrome: Int, _ evidence: ShotEvidence, _ shot: Int
  ) -> (UInt32, Double, Bool) {
    guard var mechanisms = individual else {
      preconditionFailure("Evidence is for models that unroll to at most 2^20 instructions")
    }
    for entry in evidence.entries(ofShot: shot) {
      let number = Int(evidence.mechanisms[entry])
      mechanisms[number] = .init(
        flips: mechanisms[number].flips, probability: evidence.probabilities[entry])
    }
    let distribution = ErrorDistribution(
      mechanisms: mechanisms.sorted { $0.flips < $1.flips }, detectorCount: detectorCount,
      observableCount: observableCount, threads: 1)
    return distribution.likeliest(syndrome).map { ($0.observables, $0.logOdds, true) }
      ?? (0, .nan, false)
  }
}
