import QuantumCore

/// Which mechanisms of an error model happened, recorded and replayed.
///
/// Mechanisms count in the order of the model, repeat blocks unrolled; those of probability 0
/// count, too.
///
///     let replay = try DetectorErrorReplay(model)
///     let errors = try DetectorErrorReplay.sampler(for: model).sample(shots: 100, seed: 1)   // a column a mechanism
///     let events = replay.events(of: errors)
public struct DetectorErrorReplay: Sendable {
  /// The number of the model's mechanisms, repeat blocks unrolled.
  public let errorCount: Int
  /// One more than the largest detector that the model mentions.
  public let detectorCount: Int
  /// One more than the largest observable that the model mentions.
  public let observableCount: Int

  /// A mechanism or a repeat block, with what was counted before it in its block.
  private struct Item: Sendable {
    var errorsBefore: UInt64
    /// Added to detectors: the running offset.
    var offset: UInt64
    /// Place in `targets` of a mechanism.
    var targets: Range<Int> = 0..<0
    /// Block that is repeated, mechanisms in it and its detector shift.
    var body: Int?
    var bodyErrors: UInt64 = 0
    var bodyShift: UInt64 = 0
  }

  private var items: [[Item]] = []
  private let targets: [DetectorErrorModel.Target]

  /// Prepares a model for replay.
  ///
  /// - Throws: `Obstacle` of kind `.memory` where a shot has 2³¹ bits or more, or more than 2²⁸
  ///   mechanisms.
  /// - Complexity: O(length of the model), repeat blocks once.
  public init(_ model: DetectorErrorModel) throws {
    let extent = try model.extent()
    try Self.check(extent)
    errorCount = Int(extent.mechanismCount)
    (detectorCount, observableCount) = (extent.detectorCount, extent.observableCount)
    targets = model.targetStorage
    let extents = model.blockExtents()
    items = model.blocks.map { Self.items(of: $0, extents) }
  }

  /// A sampler with a column for every mechanism.
  ///
  /// - Parameters:
  ///   - model: the error model to draw from.
  ///   - memoryLimit: upper bound in bytes for the tables of its shots.
  /// - Throws: as `init`.
  public static func sampler(
    for model: DetectorErrorModel, memoryLimit: UInt64 = 1 << 33
  ) throws -> DetectorErrorSampler {
    try check(model.extent())
    return try DetectorErrorSampler(
      model.recordingMechanisms(), columns: .detectors, memoryLimit: memoryLimit)
  }

  /// Calls `body` with some of the shots and their events after the other, so that few of them are
  /// in memory.
  ///
  /// - Parameters:
  ///   - errors: a row a shot, a column a mechanism.
  ///   - memoryLimit: upper bound in bytes for the events.
  ///   - body: gets the errors of some shots with their events.
  /// - Throws: `Obstacle` if those of one shot need more; what `body` throws.
  public func forEachPart(
    of errors: BitTable, memoryLimit: UInt64 = 1 << 33,
    _ body: (_ errors: BitTable, DetectionSampler.Events) throws -> Void
  ) throws {
    let bytes = 8 * ((detectorCount + 63) / 64 + (observableCount + 63) / 64)
    guard UInt64(bytes) <= memoryLimit else {
      throw Obstacle(
        .memory(required: UInt64(bytes), available: memoryLimit),
        "a shot with \(detectorCount) detectors and \(observableCount) observables needs \(bytes) bytes, "
          + "and \(memoryLimit) are available")
    }
    let most = min(Self.partBytes, Int(clamping: memoryLimit)) / max(1, bytes)
    let step = most >= 64 ? most / 64 * 64 : max(1, most)
    for first in stride(from: 0, to: errors.rowCount, by: step) {
      let count = min(step, errors.rowCount - first)
      guard count < errors.rowCount else { return try body(errors, events(of: errors)) }
      let words = errors.words[first * errors.stride..<(first + count) * errors.stride]
      let part = BitTable(
        rowCount: count, columnCount: errors.columnCount, words: Array(words))
      try body(part, events(of: part))
    }
  }

  /// Bytes of events that are made at a time.
  private static let partBytes = 1 << 26

  /// Whether events are so wide that their ones are better held than their bits.
  package var isWide: Bool { detectorCount + observableCount > Self.widestFullRow }

  private static let widestFullRow = 1 << 22

  /// What mechanisms flip, as columns: for events that are wide.
  ///
  /// - Parameter errors: the numbers of the mechanisms of one shot.
  /// - Returns: a row of detectors and one of observables.
  package func sparseEvents(
    of errors: some Sequence<Int>
  ) -> (detectors: SparseRows, observables: SparseRows) {
    var (detectors, observables) = ([UInt32](), [UInt32]())
    for error in errors {
      forEachFlip(of: UInt64(error)) { target, offset in
        if target.isDetector {
          detectors.append(UInt32(offset + target.value))
        } else if target.isObservable {
          observables.append(UInt32(target.value))
        }
      }
    }
    var events = (
      detectors: SparseRows(columnCount: detectorCount),
      observables: SparseRows(columnCount: observableCount)
    )
    events.detectors.appendRow(flips: &detectors)
    events.observables.appendRow(flips: &observables)
    return events
  }

  /// What mechanisms flip.
  ///
  /// - Parameter errors: a row a shot, a column a mechanism.
  public func events(of errors: BitTable) -> DetectionSampler.Events {
    precondition(errors.columnCount == errorCount, "There is a column for every mechanism")
    var events = DetectionSampler.Events(
      detectors: BitTable(rowCount: errors.rowCount, columnCount: detectorCount),
      observables: BitTable(rowCount: errors.rowCount, columnCount: observableCount))
    for row in 0..<errors.rowCount {
      for index in 0..<errors.stride {
        var word = errors.words[row * errors.stride + index]
        while word != 0 {
          flip(UInt64(64 * index + word.trailingZeroBitCount), in: row, of: &events)
          word &= word - 1
        }
      }
    }
    return events
  }

  private func flip(_ error: UInt64, in row: Int, of events: inout DetectionSampler.Events) {
    forEachFlip(of: error) { target, offset in
      if target.isDetector {
        events.detectors[row, Int(offset + target.value)].toggle()
      } else if target.isObservable {
        events.observables[row, Int(target.value)].toggle()
      }
    }
  }

  /// Calls `body` with the targets of a mechanism and the offset of its detectors.
  private func forEachFlip(
    of error: UInt64, _ body: (DetectorErrorModel.Target, UInt64) -> Void
  ) {
    var (block, rest, offset) = (0, error, UInt64(0))
    while true {
      let item = item(holding: rest, in: items[block])
      rest -= item.errorsBefore
      offset += item.offset
      guard let inner = item.body else {
        for target in targets[item.targets] { body(target, offset) }
        return
      }
      let turn = rest / item.bodyErrors
      rest %= item.bodyErrors
      offset += turn * item.bodyShift
      block = inner
    }
  }

  /// The last item with at most `error` mechanisms before it.
  private func item(holding error: UInt64, in items: [Item]) -> Item {
    var (low, high) = (0, items.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if items[middle].errorsBefore <= error { low = middle } else { high = middle }
    }
    return items[low]
  }

  private static func items(
    of block: [DetectorErrorModel.Instruction], _ extents: [DetectorErrorModel.BlockExtent]
  ) -> [Item] {
    var items: [Item] = []
    var (errors, offset) = (UInt64(0), UInt64(0))
    for instruction in block {
      switch instruction.kind {
      case .error:
        items.append(Item(errorsBefore: errors, offset: offset, targets: instruction.targets))
        errors = errors.saturatingAdd(1)
      case .shiftDetectors: offset = offset.saturatingAdd(instruction.count)
      case .detector, .logicalObservable: break
      case .repeatBlock:
        let body = extents[Int(instruction.body!.index)]
        if body.mechanisms > 0, instruction.count > 0 {
          items.append(
            Item(
              errorsBefore: errors, offset: offset, body: Int(instruction.body!.index),
              bodyErrors: body.mechanisms, bodyShift: body.shift))
        }
        errors = errors.saturatingAdd(
          body.mechanisms.saturatingMultiply(instruction.count))
        offset = offset.saturatingAdd(body.shift.saturatingMultiply(instruction.count))
      }
    }
    return items
  }

  /// Mechanisms of a model that can be recorded: every shot has a bit for each, whether they flip
  /// anything or not.
  static let mechanismLimit: UInt64 = 1 << 28

  private static func check(_ extent: ModelExtent) throws {
    guard extent.mechanismCount <= mechanismLimit else {
      throw Obstacle(
        .memory(required: extent.mechanismCount / 8, available: mechanismLimit / 8),
        "the error model has \(extent.mechanismCount) mechanisms; up to 2^28 can be recorded",
        hint: "use fewer repetitions")
    }
  }
}

extension DetectorErrorModel {
  /// A model of the same mechanisms, each of which flips a detector of its own: its number.
  fileprivate func recordingMechanisms() -> DetectorErrorModel {
    var result = DetectorErrorModel()
    appendRecording(of: .root, to: &result)
    return result
  }

  private func appendRecording(of block: BlockID, to result: inout DetectorErrorModel) {
    for instruction in instructions(of: block) {
      switch instruction.kind {
      case .error:
        result.appendError(
          arguments(of: instruction).first ?? 0, CollectionOfOne(.detector(0)))
        result.appendShift(1)
      case .repeatBlock:
        result.appendRepeat(instruction.count) { appendRecording(of: instruction.body!, to: &$0) }
      case .detector, .logicalObservable, .shiftDetectors: break
      }
    }
  }
}
