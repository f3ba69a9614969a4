// The parts of a model in the order in which they run.

extension DetectorErrorModel {
  /// An error or a declaration when its turn comes.
  public struct Step {
    /// The instruction as it is written in the model: its targets are not shifted.
    public let instruction: Instruction
    /// The targets as written: detectors are relative to `detectorOffset`.
    public let targets: ArraySlice<Target>
    /// What to add to each detector in `targets`, from all shifts before.
    public let detectorOffset: UInt64
    /// The absolute coordinates of a `detector`; empty for others.
    public let coordinates: [Double]
    /// How often it happens at this place; saturates. More than 1 only where the walk leaves turns
    /// out.
    public let multiplicity: UInt64
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
    try Walk(self, repeatsStillBlocks: true).run(visit)
  }

  /// Calls `visit` for every error and declaration in the order in which they run, for those of
  /// blocks that move no detectors, or name none, only once: the others would name the same.
  /// `multiplicity` says how often they happen.
  ///
  /// Coordinates are those of the first turn, where the turns that are left out move them.
  ///
  /// - Complexity: linear in `distinctCount`, whatever that is. Offsets saturate.
  public func forEachDistinctInstruction<Failure: Error>(
    _ visit: (Step) throws(Failure) -> Void
  ) throws(Failure) {
    try Walk(self, repeatsStillBlocks: false).run(visit)
  }

  /// Number of steps of `forEachDistinctInstruction`; saturates.
  public var distinctCount: UInt64 { Walk(self, repeatsStillBlocks: false).stepCount }

  /// Makes sure that `forEachDistinctInstruction` comes to an end.
  ///
  /// - Parameter limit: the most steps that it may take.
  /// - Throws: `Obstacle` at the instruction with which there are more, or if a detector's number
  ///   passes 2⁶².
  public func requireDistinctCount(
    limit: UInt64 = flattenedCountLimit
  ) throws(Obstacle) {
    guard detectorCount <= Target.valueLimit else {
      throw Obstacle(.unsupported, "a detector's number is 2^62 or more")
    }
    let walk = Walk(self, repeatsStillBlocks: false)
    let total = walk.stepCount
    guard total > limit else { return }
    var (sum, index) = (UInt64(0), 0)
    for instruction in instructions() {
      sum = sum.saturatingAdd(walk.stepCount(of: instruction))
      if sum > limit { break }
      index += 1
    }
    throw Obstacle(
      .memory(required: total.saturatingMultiply(64), available: limit.saturatingMultiply(64)),
      "the detector error model unrolls to \(total == .max ? "2^64 or more" : "\(total)") "
        + "instructions; at most \(limit) are accepted",
      hint: "use fewer repetitions", range: range(of: .root, at: index))
  }

  /// The probability that an odd number of `count` independent events of probability `p` happens:
  /// (1 − (1 − 2p)ⁿ) / 2.
  public static func oddProbability(_ p: Double, times count: UInt64) -> Double {
    if count == 1 { return p }
    // By squaring: at most 64 steps, none of which cancels for small p.
    var (result, power, rest) = (0.0, p, count)
    while rest > 0 {
      if rest & 1 == 1 { result = oddProbability(result, power) }
      power = oddProbability(power, power)
      rest >>= 1
    }
    return result
  }
}

extension DetectorErrorModel {
  /// The sums of the shifts so far.
  struct Frame {
    var detectors: UInt64 = 0
    var coordinates: [Double] = []

    mutating func shift(by count: UInt64, coordinates step: some Collection<Double>) {
      detectors = detectors.saturatingAdd(count)
      CoordinateSum.add(step, to: &coordinates)
    }

    /// Adds another frame a number of times.
    mutating func advance(by other: Self, times: UInt64) {
      guard times > 0 else { return }
      detectors = detectors.saturatingAdd(other.detectors.saturatingMultiply(times))
      CoordinateSum.add(other.coordinates, times: Double(times), to: &coordinates)
    }

    func absolute(_ relative: some Sequence<Double>) -> [Double] {
      CoordinateSum.absolute(relative, shiftedBy: coordinates)
    }
  }

  /// A walk over a model that steps over blocks in which nothing happens but shifts.
  private struct Walk {
    private let model: DetectorErrorModel
    private let repeatsStillBlocks: Bool
    /// By block: what one run shifts by, its steps, and whether they name detectors.
    private var shifts: [Frame]
    private var stepCounts: [UInt64]
    private var namesDetectors: [Bool]

    init(_ model: DetectorErrorModel, repeatsStillBlocks: Bool) {
      self.model = model
      self.repeatsStillBlocks = repeatsStillBlocks
      shifts = [Frame](repeating: Frame(), count: model.blocks.count)
      stepCounts = [UInt64](repeating: 0, count: model.blocks.count)
      namesDetectors = [Bool](repeating: false, count: model.blocks.count)
      // Blocks stand behind those that contain them.
      for block in model.blocks.indices.reversed() {
        for instruction in model.blocks[block] {
          stepCounts[block] = stepCounts[block].saturatingAdd(stepCount(of: instruction))
          if let body = instruction.body {
            if instruction.count > 0, namesDetectors[Int(body.index)] {
              namesDetectors[block] = true
            }
            shifts[block].advance(by: shifts[Int(body.index)], times: instruction.count)
          } else if instruction.kind == .shiftDetectors {
            shifts[block].shift(
              by: instruction.count, coordinates: model.arguments(of: instruction))
          } else if !namesDetectors[block] {
            namesDetectors[block] = model.targets(of: instruction).contains(where: \.isDetector)
          }
        }
      }
    }

    var stepCount: UInt64 { stepCounts[0] }

    func stepCount(of instruction: Instruction) -> UInt64 {
      guard let body = instruction.body else { return instruction.kind == .shiftDetectors ? 0 : 1 }
      return stepCounts[Int(body.index)].saturatingMultiply(turns(of: instruction))
    }

    /// Turns of a repeat block that are walked.
    private func turns(of instruction: Instruction) -> UInt64 {
      guard !repeatsStillBlocks, let body = instruction.body,
        shifts[Int(body.index)].detectors == 0 || !namesDetectors[Int(body.index)]
      else { return instruction.count }
      return min(1, instruction.count)
    }

    func run<Failure: Error>(_ visit: (Step) throws(Failure) -> Void) throws(Failure) {
      var frame = Frame()
      try walk(.root, &frame, multiplicity: 1, visit)
    }

    private func walk<Failure: Error>(
      _ block: BlockID, _ frame: inout Frame, multiplicity: UInt64,
      _ visit: (Step) throws(Failure) -> Void
    ) throws(Failure) {
      for (index, instruction) in model.instructions(of: block).enumerated() {
        switch instruction.kind {
        case .repeatBlock: try walk(instruction, &frame, multiplicity: multiplicity, visit)
        case .shiftDetectors:
          frame.shift(by: instruction.count, coordinates: model.arguments(of: instruction))
        case .error, .detector, .logicalObservable:
          let coordinates =
            instruction.kind == .detector
            ? frame.absolute(model.arguments(of: instruction)) : []
          try visit(
            Step(
              instruction: instruction, targets: model.targets(of: instruction),
              detectorOffset: frame.detectors, coordinates: coordinates,
              multiplicity: multiplicity, place: model.place(of: block, at: index)))
        }
      }
    }

    private func walk<Failure: Error>(
      _ instruction: Instruction, _ frame: inout Frame, multiplicity: UInt64,
      _ visit: (Step) throws(Failure) -> Void
    ) throws(Failure) {
      guard let body = instruction.body else { return }
      let turns = stepCounts[Int(body.index)] > 0 ? turns(of: instruction) : 0
      let left = instruction.count - turns
      // Turns are left out only where all are at one place.
      let times = turns > 0 ? multiplicity.saturatingMultiply(left + 1) : multiplicity
      var turn: UInt64 = 0
      while turn < turns {
        try walk(body, &frame, multiplicity: times, visit)
        turn += 1
      }
      frame.advance(by: shifts[Int(body.index)], times: left)
    }
  }
}
