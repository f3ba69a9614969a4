import QuantumCore

/// Sizes of models that decoders take.
public enum DecodingLimits {
  /// Detectors: tables with an entry for each fit into memory.
  public static let detectors: UInt64 = 1 << 25
  /// Observables: predictions of a block of shots fit into memory.
  public static let observables: UInt64 = 1 << 16

  /// How many detectors and observables a model has.
  ///
  /// - Throws: `Obstacle` if these are too many.
  @discardableResult
  public static func counts(
    of model: DetectorErrorModel
  ) throws(Obstacle) -> (detectors: Int, observables: Int) {
    let (detectors, observables) = (model.detectorCount, model.observableCount)
    try check(detectors, Self.detectors, "detectors")
    try check(observables, Self.observables, "observables")
    return (Int(detectors), Int(observables))
  }

  /// The same, of a model that is to be unrolled.
  ///
  /// - Throws: `Obstacle` also if its instructions are too many.
  static func countsOfUnrolled(
    _ model: DetectorErrorModel
  ) throws(Obstacle) -> (detectors: Int, observables: Int) {
    do throws(Obstacle) { try model.requireDistinctCount() } catch {
      try check(
        model.distinctCount, DetectorErrorModel.flattenedCountLimit, "instructions, unrolled",
        at: error.range)
    }
    return try counts(of: model)
  }

  private static func check(
    _ count: UInt64, _ limit: UInt64, _ what: String, at range: SourceRange? = nil
  ) throws(Obstacle) {
    guard count > limit else { return }
    let number = count == .max ? "2^64 or more" : "\(count)"
    throw Obstacle(
      .memory(required: count.saturatingMultiply(64), available: limit.saturatingMultiply(64)),
      "the error model has \(number) \(what); a decoder takes at most \(limit)",
      hint: "decode fewer rounds at a time", range: range)
  }
}
