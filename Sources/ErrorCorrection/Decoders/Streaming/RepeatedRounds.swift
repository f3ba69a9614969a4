import QuantumCore

/// A long `repeat` block of rounds, and the model with fewer of them.
///
/// Turns are left out in whole windows, so that windows in the middle of the short run are those in
/// the middle of the long one.
struct RepeatedRounds {
  let shortened: DetectorErrorModel
  /// How many windows were left out.
  let skippedWindows: Int
  /// How many detectors further on the same window comes again.
  let detectorShift: Int
  /// The time at which a window in the middle of the block starts, in the short model.
  let middleTime: Double

  /// `nil` if there is no such block, it is not much longer than a few windows, or its turns do not
  /// fit into windows.
  init?(_ model: DetectorErrorModel, commit: Double, buffer: Double, clock: WindowClock) {
    guard let place = Self.longestBlock(of: model) else { return nil }
    let instruction = model.instructions()[place]
    guard let body = instruction.body,
      let dimensions = Self.dimensions(of: model, .root, nil) ?? nil
    else { return nil }
    let extent = model.extent(of: body)
    let step = Self.timeShift(of: model, body, dimensions: dimensions, clock)
    let turns = (commit / step).rounded()
    guard extent.shift > 0, step > 0, turns >= 1, turns * step == commit, turns < 0x1p20 else {
      return nil
    }
    let before = Self.prefix(of: model, before: place, dimensions: dimensions, clock)
    // How many turns windows and mechanisms reach across.
    let reach = max(extent.detectors, before.overhang) / extent.shift + 1
    let windowTurns = ((commit + buffer) / step).rounded(.up)
    guard reach < 1 << 20, windowTurns < 0x1p20 else { return nil }
    let margin = reach + UInt64(windowTurns) + UInt64(turns)
    let kept = 2 * margin + 4 * UInt64(turns)
    guard instruction.count > kept, extent.shift < 1 << 31 else { return nil }
    let skipped = (instruction.count - kept) / UInt64(turns)
    guard skipped > 0, skipped < 1 << 24,
      model.detectorCount < 1 << 31
    else { return nil }
    let count = instruction.count - skipped * UInt64(turns)
    shortened = model.withCount(count, ofInstruction: place)
    skippedWindows = Int(skipped)
    detectorShift = Int(extent.shift) * Int(turns)
    middleTime = before.time + step * Double(margin)
  }

  private static func longestBlock(of model: DetectorErrorModel) -> Int? {
    let instructions = model.instructions()
    return instructions.indices.filter { instructions[$0].body != nil }
      .max { instructions[$0].count < instructions[$1].count }
  }

  /// How many coordinates all detectors have, outer `nil` if they differ; inner `nil` if none has
  /// any.
  private static func dimensions(
    of model: DetectorErrorModel, _ block: BlockID, _ known: Int?
  ) -> Int?? {
    var known = known
    for instruction in model.instructions(of: block) {
      if let body = instruction.body {
        guard let inner = dimensions(of: model, body, known) else { return .none }
        known = inner
      } else if instruction.kind == .detector {
        let count = model.arguments(of: instruction).count
        guard count > 0, known == nil || known == count else { return .none }
        known = count
      }
    }
    return .some(known)
  }

  /// How far one run of a block moves the time.
  private static func timeShift(
    of model: DetectorErrorModel, _ block: BlockID, dimensions: Int, _ clock: WindowClock
  ) -> Double {
    model.instructions(of: block).reduce(0) { sum, instruction in
      if let body = instruction.body {
        return sum + Double(instruction.count)
          * timeShift(of: model, body, dimensions: dimensions, clock)
      }
      guard instruction.kind == .shiftDetectors else { return sum }
      return sum + clock.shift(by: model.arguments(of: instruction), dimensions: dimensions)
    }
  }

  /// What stands before an instruction of the root: the time it moves to, and how far it names
  /// detectors behind its end.
  private static func prefix(
    of model: DetectorErrorModel, before place: Int, dimensions: Int, _ clock: WindowClock
  ) -> (time: Double, overhang: UInt64) {
    var (time, offset, reach) = (0.0, UInt64(0), UInt64(0))
    for instruction in model.instructions()[..<place] {
      if let body = instruction.body {
        guard instruction.count > 0 else { continue }
        let extent = model.extent(of: body)
        time +=
          Double(instruction.count) * timeShift(of: model, body, dimensions: dimensions, clock)
        let start = offset.saturatingAdd(extent.shift.saturatingMultiply(instruction.count - 1))
        reach = max(reach, start.saturatingAdd(extent.detectors))
        offset = offset.saturatingAdd(extent.shift.saturatingMultiply(instruction.count))
      } else if instruction.kind == .shiftDetectors {
        time += clock.shift(by: model.arguments(of: instruction), dimensions: dimensions)
        offset = offset.saturatingAdd(instruction.count)
      } else {
        for target in model.targets(of: instruction) where target.isDetector {
          reach = max(reach, offset.saturatingAdd(target.value + 1))
        }
      }
    }
    return (time, reach > offset ? reach - offset : 0)
  }
}
