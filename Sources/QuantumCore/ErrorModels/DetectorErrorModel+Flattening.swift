// Unrolling a model, and its parts in the order in which they run.

extension DetectorErrorModel {
  /// Instructions a model may be unrolled to, unless said otherwise: a few gigabytes.
  public static let flattenedCountLimit: UInt64 = 1 << 25

  /// The model without `repeat` and `shift_detectors`: detectors and coordinates are absolute, ranges those of the originals.
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

// MARK: - Walking

extension DetectorErrorModel {
  /// An error or a declaration when its turn comes.
  public struct Step {
    public let instruction: Instruction
    /// Relative to `detectorOffset`.
    public let targets: ArraySlice<Target>
    public let detectorOffset: UInt64
    /// The absolute coordinates of a `detector`; empty for others.
    public let coordinates: [Double]
    package let place: Circuit.SourcePlace

    /// Where the instruction stood in the text it was read from; `nil` for models made otherwise.
    public var range: SourceRange? { place.range }
  }

  /// Calls `visit` for every error and declaration as often and in the order in which they run.
  ///
  /// - Complexity: linear in `flattenedCount`, whatever that is. Offsets saturate.
  public func forEachInstruction<Failure: Error>(
    _ visit: (Step) throws(Failure) -> Void
  ) throws(Failure) {
    var frame = Frame()
    try walk(.root, &frame, visit)
  }

  /// The sums of the shifts so far.
  struct Frame {
    var detectors: UInt64 = 0
    var coordinates: [Double] = []

    mutating func shift(by count: UInt64, coordinates step: some Collection<Double>) {
      detectors = detectors.saturatingAdd(count)
      while coordinates.count < step.count { coordinates.append(0) }
      for (index, value) in step.enumerated() { coordinates[index] += value }
    }

    func absolute(_ relative: some Sequence<Double>) -> [Double] {
      relative.enumerated().map { $1 + ($0 < coordinates.count ? coordinates[$0] : 0) }
    }
  }

  private func walk<Failure: Error>(
    _ block: BlockID, _ frame: inout Frame, _ visit: (Step) throws(Failure) -> Void
  ) throws(Failure) {
    for (index, instruction) in instructions(of: block).enumerated() {
      switch instruction.kind {
      case .repeatBlock:
        guard let body = instruction.body, !instructions(of: body).isEmpty else { continue }
        var turn: UInt64 = 0
        while turn < instruction.count {
          try walk(body, &frame, visit)
          turn += 1
        }
      case .shiftDetectors:
        frame.shift(by: instruction.count, coordinates: arguments(of: instruction))
      case .error, .detector, .logicalObservable:
        let coordinates =
          instruction.kind == .detector ? frame.absolute(arguments(of: instruction)) : []
        try visit(
          Step(
            instruction: instruction, targets: targets(of: instruction),
            detectorOffset: frame.detectors, coordinates: coordinates,
            place: place(of: block, at: index)))
      }
    }
  }
}
