// Where detectors are, in space and time.

extension DetectorErrorModel {
  /// The coordinates of one detector: those of its first declaration that has some; empty if there
  /// is none.
  ///
  /// - Complexity: linear in the text of the model, whatever its repeat counts, if blocks shift the
  ///   detectors.
  public func coordinates(ofDetector detector: UInt64) -> [Double] {
    coordinates(ofDetectors: CollectionOfOne(detector))[detector] ?? []
  }

  /// The coordinates of several detectors; those declared without coordinates, or not at all, have
  /// an empty list.
  public func coordinates(
    ofDetectors detectors: some Sequence<UInt64>
  ) -> [UInt64: [Double]] {
    var search = CoordinateSearch(model: self, wanted: Array(Set(detectors)).sorted())
    return search.run()
  }

  /// The coordinates of every detector, by number.
  ///
  /// - Throws: `Obstacle` if there are more than `limit` detectors.
  /// - Complexity: O(`detectorCount` + declarations, unrolled); 8 bytes a detector besides what
  ///   those with coordinates hold.
  public func detectorCoordinates(
    limit: UInt64 = flattenedCountLimit
  ) throws(Obstacle) -> [[Double]] {
    let count = detectorCount
    guard count <= limit else {
      throw Obstacle(
        .memory(required: count.saturatingMultiply(32), available: limit.saturatingMultiply(32)),
        "the detector error model has \(count) detectors; at most \(limit) are accepted")
    }
    var coordinates = [[Double]](repeating: [], count: Int(count))
    var frame = Frame()
    var reaches = DeclarationReaches(model: self)
    collectCoordinates(of: .root, at: &frame, &reaches, into: &coordinates)
    return coordinates
  }

  /// Runs through every turn of the blocks that declare detectors and shift them: as many as there
  /// are detectors at most.
  private func collectCoordinates(
    of block: BlockID, at frame: inout Frame, _ reaches: inout DeclarationReaches,
    into coordinates: inout [[Double]]
  ) {
    for instruction in instructions(of: block) {
      switch instruction.kind {
      case .error, .logicalObservable: continue
      case .shiftDetectors:
        frame.shift(by: instruction.count, coordinates: arguments(of: instruction))
      case .detector:
        let detector = Int(frame.detectors + targets(of: instruction).first!.value)
        if coordinates[detector].isEmpty {
          coordinates[detector] = frame.absolute(arguments(of: instruction))
        }
      case .repeatBlock:
        guard instruction.count > 0, let body = instruction.body else { continue }
        let reach = reaches.reach(of: body)
        if reach.declared != nil {
          // Without a shift every turn declares what the first one has declared.
          for turn in 0..<(reach.frame.detectors > 0 ? instruction.count : 1) {
            var inner = frame
            inner.advance(by: reach.frame, times: turn)
            collectCoordinates(of: body, at: &inner, &reaches, into: &coordinates)
          }
        }
        frame.advance(by: reach.frame, times: instruction.count)
      }
    }
  }
}

/// What blocks declare, each looked at once.
private struct DeclarationReaches {
  let model: DetectorErrorModel
  private var known: [BlockID: Reach] = [:]

  /// What one run of a block declares and shifts, relative to its start.
  struct Reach {
    var declared: ClosedRange<UInt64>?
    var frame = DetectorErrorModel.Frame()
  }

  init(model: DetectorErrorModel) { self.model = model }

  mutating func reach(of block: BlockID) -> Reach {
    if let reach = known[block] { return reach }
    var reach = Reach()
    func include(_ first: UInt64, _ last: UInt64) {
      reach.declared =
        reach.declared.map { min($0.lowerBound, first)...max($0.upperBound, last) } ?? first...last
    }
    for instruction in model.instructions(of: block) {
      switch instruction.kind {
      case .error, .logicalObservable: continue
      case .shiftDetectors:
        reach.frame.shift(by: instruction.count, coordinates: model.arguments(of: instruction))
      case .detector:
        let place = reach.frame.detectors.saturatingAdd(model.targets(of: instruction).first!.value)
        include(place, place)
      case .repeatBlock:
        guard instruction.count > 0, let body = instruction.body else { continue }
        let inner = self.reach(of: body)
        let start = reach.frame.detectors
        if let declared = inner.declared {
          let shift = inner.frame.detectors.saturatingMultiply(instruction.count - 1)
          include(
            start.saturatingAdd(declared.lowerBound),
            start.saturatingAdd(shift).saturatingAdd(declared.upperBound))
        }
        reach.frame.advance(by: inner.frame, times: instruction.count)
      }
    }
    known[block] = reach
    return reach
  }
}

/// Finds declarations by their numbers, entering only the turns of a block that can hold them.
private struct CoordinateSearch {
  let model: DetectorErrorModel
  /// Ascending.
  let wanted: [UInt64]
  var found: [UInt64: [Double]] = [:]
  private var reaches: DeclarationReaches

  init(model: DetectorErrorModel, wanted: [UInt64]) {
    self.model = model
    self.wanted = wanted
    reaches = DeclarationReaches(model: model)
  }

  mutating func run() -> [UInt64: [Double]] {
    for detector in wanted { found[detector] = [] }
    var frame = DetectorErrorModel.Frame()
    visit(.root, &frame)
    return found
  }

  private mutating func visit(_ block: BlockID, _ frame: inout DetectorErrorModel.Frame) {
    for instruction in model.instructions(of: block) {
      switch instruction.kind {
      case .error, .logicalObservable: continue
      case .shiftDetectors:
        frame.shift(by: instruction.count, coordinates: model.arguments(of: instruction))
      case .detector:
        let detector = frame.detectors.saturatingAdd(model.targets(of: instruction).first!.value)
        if found[detector]?.isEmpty == true {
          found[detector] = frame.absolute(model.arguments(of: instruction))
        }
      case .repeatBlock: visit(instruction, &frame)
      }
    }
  }

  private mutating func visit(
    _ instruction: DetectorErrorModel.Instruction, _ frame: inout DetectorErrorModel.Frame
  ) {
    guard instruction.count > 0, let body = instruction.body else { return }
    let reach = reaches.reach(of: body)
    if let declared = reach.declared {
      for turn in turns(declaring: declared, shift: reach.frame.detectors, of: instruction, frame) {
        var inner = frame
        inner.advance(by: reach.frame, times: turn)
        visit(body, &inner)
      }
    }
    frame.advance(by: reach.frame, times: instruction.count)
  }

  /// Turns of one block that are entered at most: only a block that names detectors far beyond its
  /// shift has more.
  private static let turnLimit = 1 << 22

  /// The turns of a block, ascending, that may declare detectors looked for.
  private func turns(
    declaring declared: ClosedRange<UInt64>, shift: UInt64,
    of instruction: DetectorErrorModel.Instruction, _ frame: DetectorErrorModel.Frame
  ) -> [UInt64] {
    guard shift > 0 else { return [0] }
    let lowest = frame.detectors.saturatingAdd(declared.lowerBound)
    let width = declared.upperBound - declared.lowerBound
    var turns: [UInt64] = []
    for detector in wanted where detector >= lowest {
      let last = min((detector - lowest) / shift, instruction.count - 1)
      let past = (detector - lowest).subtractingReportingOverflow(width)
      var first = past.overflow ? 0 : past.partialValue / shift
      if !past.overflow, past.partialValue % shift > 0 { first += 1 }
      if let latest = turns.last, first <= latest { first = latest + 1 }
      while first <= last, turns.count < Self.turnLimit {
        turns.append(first)
        first += 1
      }
    }
    return turns
  }
}
