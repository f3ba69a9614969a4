import QuantumCore

/// How many detectors, observables and mechanisms a model has, repeat blocks unrolled.
struct ModelExtent: Sendable {
  var detectorCount = 0
  var observableCount = 0
  var mechanismCount: UInt64 = 0

  /// - Throws: `Obstacle` where a row has 2³¹ bits or more.
  func check() throws {
    let bits = UInt64(detectorCount).saturatingAdd(UInt64(observableCount))
    guard bits >= DetectorErrorModel.bitLimit else { return }
    throw Obstacle(
      .memory(required: bits / 8, available: DetectorErrorModel.bitLimit / 8),
      "a shot of the error model has \(detectorCount) detectors and \(observableCount) observables; up to 2^31 bits can be sampled",
      hint: "use fewer repetitions")
  }
}

extension DetectorErrorModel {
  /// Largest number of bits of a row that samplers take.
  static let bitLimit: UInt64 = 1 << 31

  /// What one pass over a block does: relative to the offset at its start.
  struct BlockExtent: Sendable {
    /// One more than the largest detector.
    var detectors: UInt64 = 0
    var observables: UInt64 = 0
    /// What the offset grows by.
    var shift: UInt64 = 0
    var mechanisms: UInt64 = 0
  }

  /// Counts what the model mentions.
  ///
  /// - Throws: `Obstacle` where the bits of a shot cannot be counted in 31 bits.
  /// - Complexity: O(length of the model).
  func extent() throws -> ModelExtent {
    let root = blockExtents()[0]
    let extent = ModelExtent(
      detectorCount: Int(clamping: root.detectors),
      observableCount: Int(clamping: root.observables), mechanismCount: root.mechanisms)
    try extent.check()
    return extent
  }

  /// The extent of every block, saturating. Blocks stand behind those that contain them.
  func blockExtents() -> [BlockExtent] {
    var extents = [BlockExtent](repeating: BlockExtent(), count: blocks.count)
    for index in blocks.indices.reversed() {
      var extent = BlockExtent()
      for instruction in blocks[index] {
        switch instruction.kind {
        case .error, .detector, .logicalObservable:
          var (detectors, observables) = (UInt64(0), UInt64(0))
          for place in instruction.targets {
            let target = targetStorage[place]
            if target.isDetector {
              detectors = max(detectors, target.value + 1)
            } else if target.isObservable {
              observables = max(observables, target.value + 1)
            }
          }
          if detectors > 0 {
            extent.detectors = max(extent.detectors, extent.shift.saturatingAdd(detectors))
          }
          extent.observables = max(extent.observables, observables)
          if instruction.kind == .error {
            extent.mechanisms = extent.mechanisms.saturatingAdd(1)
          }
        case .shiftDetectors:
          extent.shift = extent.shift.saturatingAdd(instruction.count)
        case .repeatBlock:
          extent.repeat(extents[Int(instruction.body!.index)], times: instruction.count)
        }
      }
      extents[index] = extent
    }
    return extents
  }
}

extension DetectorErrorModel.BlockExtent {
  fileprivate mutating func `repeat`(_ body: Self, times: UInt64) {
    guard times > 0 else { return }
    if body.detectors > 0 {
      let last = shift.saturatingAdd(body.shift.saturatingMultiply(times - 1))
      detectors = max(detectors, last.saturatingAdd(body.detectors))
    }
    observables = max(observables, body.observables)
    shift = shift.saturatingAdd(body.shift.saturatingMultiply(times))
    mechanisms = mechanisms.saturatingAdd(body.mechanisms.saturatingMultiply(times))
  }
}
