// Unrolling a model, and its parts in the order in which they run.

extension DetectorErrorModel {
  /// Instructions a model may be unrolled to, unless said otherwise: a few gigabytes.
  public static let flattenedCountLimit: UInt64 = 1 << 25

  /// The model without `repeat` and `shift_detectors`: detectors and coordinates are absolute,
  /// ranges those of the originals.
  ///
  /// - Parameter limit: the most instructions to make.
  /// - Throws: `Obstacle` if there were more, or if a detector's number passes 2⁶².
  /// - Complexity: linear in the result.
  public func flattened(limit: UInt64 = flattenedCountLimit) throws(Obstacle) -> DetectorErrorModel
  {
    let count = flattenedCount
    guard count <= limit else {
      throw Obstacle(
        .memory(
          required: count.saturatingMultiply(64), available: limit.saturatingMultiply(64)),
        "the detector error model unrolls to \(count == .max ? "2^64 or more" : "\(count)") "
          + "instructions; at most \(limit) are accepted",
        hint: "use the model with its repeat blocks, or fewer repetitions")
    }
    var flat = DetectorErrorModel()
    try forEachInstruction { step throws(Obstacle) in
      guard
        step.detectorOffset.saturatingAdd(Self.largestDetector(step.targets)) < Target.valueLimit
      else {
        throw Obstacle(.unsupported, "a detector's number is 2^62 or more")
      }
      flat.append(step, of: self)
    }
    flat.currentPlace = Circuit.SourcePlace()
    return flat
  }

  private static func largestDetector(_ targets: ArraySlice<Target>) -> UInt64 {
    targets.reduce(0) { $1.isDetector ? max($0, $1.value) : $0 }
  }

  private mutating func append(_ step: Step, of model: DetectorErrorModel) {
    let tag = model.tag(of: step.instruction)
    currentPlace = step.place
    switch step.instruction.kind {
    case .error:
      appendError(
        model.probability(of: step.instruction),
        step.targets.lazy.map { $0.shifted(by: step.detectorOffset) }, tag: tag)
    case .detector:
      appendDetector(
        step.targets.first!.value + step.detectorOffset, coordinates: step.coordinates, tag: tag)
    case .logicalObservable: appendObservable(step.targets.first!.value, tag: tag)
    case .shiftDetectors, .repeatBlock: break
    }
  }
}

extension DetectorErrorModel.Target {
  /// A detector moved by an offset; observables and separators as they are.
  ///
  /// - Precondition: the sum is below `valueLimit`.
  public func shifted(by offset: UInt64) -> Self {
    isDetector ? .detector(value + offset) : self
  }
}
