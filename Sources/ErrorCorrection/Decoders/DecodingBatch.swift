import QuantumCore

/// Shots to decode, and where their answers go.
///
/// A batch is lent to a session for one call: it cannot be copied, so that nobody keeps it. Its
/// rows stay where whoever sampled or read them put them; nothing is copied but what a session asks
/// for. Every shot starts with the answer that no observable flips; what a session does not say
/// stays so.
public struct DecodingBatch: ~Copyable {
  /// One row a shot, `detectorCount` columns.
  package let detections: PackedRows
  /// One row a shot: observable k at byte k / 8, weight 2^(k mod 8). Rows start every
  /// `predictionStride` bytes, at least ⌈observableCount / 8⌉; all bits are 0 at first.
  package let predictions: UnsafeMutableRawPointer
  package let predictionStride: Int
  /// The number of bits in a prediction.
  public let observableCount: Int
  /// If there: see `setWeight`.
  package let weights: UnsafeMutablePointer<Double>?
  /// If there: see `setConfidence`.
  package let confidences: UnsafeMutablePointer<Double>?
  /// If there: see `setUnexplained`; all are false at first.
  package let unexplained: UnsafeMutablePointer<Bool>?
  /// Probabilities that hold in single shots instead of the model's; `nil` if there are none.
  /// Decoders on graphs then do not ask whether edges that these are about were one error together.
  public let evidence: ShotEvidence?

  package init(
    detections: PackedRows, predictions: UnsafeMutableRawPointer, predictionStride: Int,
    observableCount: Int, weights: UnsafeMutablePointer<Double>? = nil,
    confidences: UnsafeMutablePointer<Double>? = nil,
    unexplained: UnsafeMutablePointer<Bool>? = nil, evidence: ShotEvidence? = nil
  ) {
    self.detections = detections
    self.predictions = predictions
    self.predictionStride = predictionStride
    self.observableCount = observableCount
    self.weights = weights
    self.confidences = confidences
    self.unexplained = unexplained
    self.evidence = evidence
  }

  /// The number of shots.
  public var shotCount: Int { detections.rowCount }
  /// The number of detectors, which is that of the decoder.
  public var detectorCount: Int { detections.columnCount }
  /// Whether somebody asked for weights: a session that has to work for them may leave it
  /// otherwise.
  public var wantsWeights: Bool { weights != nil }
  /// Whether somebody asked for confidences: a session that has to work for them may leave it
  /// otherwise.
  public var wantsConfidences: Bool { confidences != nil }

  private func check(_ shot: Int) {
    precondition(shot >= 0 && shot < shotCount, "Shot \(shot) is outside 0..<\(shotCount)")
  }
}

// MARK: - Reading shots

extension DecodingBatch {
  /// The detectors that fired in a shot, in ascending order, in place of what `events` holds.
  ///
  /// Keep the array from shot to shot: nothing is allocated then.
  ///
  /// - Parameters:
  ///   - shot: in `0..<shotCount`.
  ///   - events: afterwards indices in `0..<detectorCount`, each once.
  /// - Complexity: O(`detectorCount` / 64 + events).
  public func detectionEvents(ofShot shot: Int, into events: inout [Int]) {
    check(shot)
    events.removeAll(keepingCapacity: true)
    forEachDetectionEvent(ofShot: shot) { events.append($0) }
  }

  /// The detectors that fired in a shot, in ascending order.
  ///
  /// - Parameter shot: in `0..<shotCount`.
  /// - Complexity: O(`detectorCount` / 64 + events); allocates the array.
  public func detectionEvents(ofShot shot: Int) -> [Int] {
    var events: [Int] = []
    detectionEvents(ofShot: shot, into: &events)
    return events
  }

  /// Lends the packed detectors of a shot.
  ///
  /// - Parameters:
  ///   - shot: in `0..<shotCount`.
  ///   - body: gets ⌈`detectorCount` / 8⌉ bytes: detector d is in byte d / 8 at weight 2^(d mod 8),
  ///     bits beyond the last detector are 0.
  /// - Throws: what `body` throws.
  public func withPackedDetections<Result, Failure: Error>(
    ofShot shot: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(shot)
    let bytes = UnsafeBufferPointer(
      start: detections.row(shot).assumingMemoryBound(to: UInt8.self),
      count: (detectorCount + 7) / 8)
    return try body(bytes.span)
  }
}

// MARK: - Answering

extension DecodingBatch {
  /// Says that one more flip of an observable is predicted in a shot; two of them cancel.
  ///
  /// - Parameters:
  ///   - observable: in `0..<observableCount`.
  ///   - shot: in `0..<shotCount`.
  public mutating func flip(_ observable: Int, ofShot shot: Int) {
    check(shot)
    precondition(
      observable >= 0 && observable < observableCount,
      "Observable \(observable) is outside 0..<\(observableCount)")
    prediction(ofShot: shot)[observable >> 3] ^= 1 << UInt8(observable & 7)
  }

  /// Says what the correction of a shot weighs: Σ ln((1 − p) / p) over its mechanisms; NaN, as
  /// without a word, if the decoder does not know. Nothing happens unless somebody asked for
  /// weights.
  ///
  /// - Parameters:
  ///   - weight: the weight, or NaN.
  ///   - shot: in `0..<shotCount`.
  public mutating func setWeight(_ weight: Double, ofShot shot: Int) {
    check(shot)
    weights?[shot] = weight
  }

  /// Says how sure the decoder is of its prediction of a shot: ln of the odds or the nearest thing
  /// that it has; NaN, as without a word, if it has none. Nothing happens unless somebody asked for
  /// confidences.
  ///
  /// - Parameters:
  ///   - confidence: the confidence, or NaN.
  ///   - shot: in `0..<shotCount`.
  public mutating func setConfidence(_ confidence: Double, ofShot shot: Int) {
    check(shot)
    confidences?[shot] = confidence
  }

  /// Says that nothing the decoder knows of explains the events of a shot: no observable is
  /// predicted to flip, the weight is infinite, and the confidence NaN.
  ///
  /// - Parameter shot: in `0..<shotCount`.
  public mutating func setUnexplained(ofShot shot: Int) {
    check(shot)
    clearPrediction(ofShot: shot)
    weights?[shot] = .infinity
    confidences?[shot] = .nan
    unexplained?[shot] = true
  }
}

// MARK: - Without checks

extension DecodingBatch {
  /// Calls `use` for the detectors that fired in a shot, in ascending order.
  @inline(__always)
  func forEachDetectionEvent(ofShot shot: Int, _ use: (Int) -> Void) {
    let row = detections.row(shot)
    var column = 0
    while column < detections.columnCount {
      var word = detections.word(row, at: column)
      while word != 0 {
        use(column + word.trailingZeroBitCount)
        word &= word - 1
      }
      column += 64
    }
  }

  /// The bytes of a shot's prediction.
  func prediction(ofShot shot: Int) -> UnsafeMutablePointer<UInt8> {
    (predictions + shot * predictionStride).assumingMemoryBound(to: UInt8.self)
  }

  /// Makes a shot's prediction nothing; returns where it is.
  @discardableResult
  func clearPrediction(ofShot shot: Int) -> UnsafeMutablePointer<UInt8> {
    let output = prediction(ofShot: shot)
    output.update(repeating: 0, count: (observableCount + 7) / 8)
    return output
  }
}
