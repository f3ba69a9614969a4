// Models made from models, instruction by instruction.

extension DetectorErrorModel {
  /// The model with the probabilities of its errors rounded to a number of digits after the point.
  ///
  /// - Precondition: `digits` is in 0...300.
  public func rounded(toDigits digits: Int) -> DetectorErrorModel {
    precondition((0...300).contains(digits), "Digits after the point are in 0...300")
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    var model = self
    for block in blocks {
      for instruction in block where instruction.kind == .error {
        let scaled = probability(of: instruction) * scale
        // From 2⁵³ on there is nothing behind the point.
        if scaled < 0x1p53 {
          model.argumentStorage[instruction.arguments.lowerBound] = min(1, scaled.rounded() / scale)
        }
      }
    }
    return model
  }

  /// The model without tags.
  public func withoutTags() -> DetectorErrorModel {
    mapping { $0 }
  }

  /// The model without `^`: no mechanism suggests how to take it apart.
  public func withoutSeparators() -> DetectorErrorModel {
    mapping(keepingTags: true) { $0.filter { !$0.isSeparator } }
  }

  /// The model with another count for a repeat block that stands outside of others.
  package func withCount(_ count: UInt64, ofInstruction index: Int) -> DetectorErrorModel {
    let old = instructions()[index]
    precondition(old.kind == .repeatBlock, "The instruction is a repeat block")
    var model = self
    model.blocks[0][index] = Instruction(
      .repeatBlock, tag: old.tag, targets: 0..<0, arguments: old.arguments, count: count,
      body: old.body)
    return model
  }

  private func mapping(
    keepingTags: Bool = false, _ transform: (ArraySlice<Target>) -> ArraySlice<Target>
  ) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    copy(.root, to: &model, keepingTags: keepingTags, transform)
    model.currentPlace = Circuit.SourcePlace()
    return model
  }

  private func copy(
    _ block: BlockID, to model: inout DetectorErrorModel, keepingTags: Bool,
    _ transform: (ArraySlice<Target>) -> ArraySlice<Target>
  ) {
    for (index, instruction) in instructions(of: block).enumerated() {
      model.currentPlace = place(of: block, at: index)
      let tag = keepingTags ? self.tag(of: instruction) : ""
      switch instruction.kind {
      case .error:
        model.appendError(
          probability(of: instruction), transform(targets(of: instruction)), tag: tag)
      case .detector:
        model.appendDetector(
          targets(of: instruction).first!.value, coordinates: arguments(of: instruction), tag: tag)
      case .logicalObservable:
        model.appendObservable(targets(of: instruction).first!.value, tag: tag)
      case .shiftDetectors:
        model.appendShift(instruction.count, coordinates: arguments(of: instruction), tag: tag)
      case .repeatBlock:
        model.appendRepeat(instruction.count, tag: tag) {
          copy(instruction.body!, to: &$0, keepingTags: keepingTags, transform)
        }
      }
    }
  }
}
