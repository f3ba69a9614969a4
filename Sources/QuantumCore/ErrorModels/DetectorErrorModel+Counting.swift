// What a model holds, without unrolling it: repeat blocks count as often as they run, in saturating
// arithmetic.

extension DetectorErrorModel {
  /// One more than the largest detector that an error or a declaration names; 0 if there is none.
  public var detectorCount: UInt64 { extent(of: .root).detectors }

  /// One more than the largest observable that an error or a declaration names; 0 if there is none.
  public var observableCount: UInt64 { extent(of: .root).observables }

  /// Number of error mechanisms.
  public var errorCount: UInt64 {
    count(of: .root) { $0.kind == .error ? 1 : 0 }
  }

  /// Number of instructions other than `repeat` and `shift_detectors` in one run: the length of
  /// `flattened()`.
  public var flattenedCount: UInt64 {
    count(of: .root) { $0.kind == .shiftDetectors ? 0 : 1 }
  }

  private func count(of block: BlockID, _ weight: (Instruction) -> UInt64) -> UInt64 {
    instructions(of: block).reduce(0) { total, instruction in
      guard let body = instruction.body else { return total.saturatingAdd(weight(instruction)) }
      guard instruction.count > 0 else { return total }
      return total.saturatingAdd(count(of: body, weight).saturatingMultiply(instruction.count))
    }
  }
}

// MARK: - Extents

extension DetectorErrorModel {
  /// What one run of a block reaches, counted from the offset where it starts.
  package struct Extent {
    package var detectors: UInt64 = 0
    package var observables: UInt64 = 0
    /// How far it moves the offset.
    package var shift: UInt64 = 0
  }

  package func extent(of block: BlockID) -> Extent {
    var extent = Extent()
    for instruction in instructions(of: block) {
      if let body = instruction.body {
        guard instruction.count > 0 else { continue }
        let inner = self.extent(of: body)
        extent.observables = max(extent.observables, inner.observables)
        if inner.detectors > 0 {
          let last = inner.shift.saturatingMultiply(instruction.count - 1)
          let reach = extent.shift.saturatingAdd(last).saturatingAdd(inner.detectors)
          extent.detectors = max(extent.detectors, reach)
        }
        extent.shift = extent.shift.saturatingAdd(inner.shift.saturatingMultiply(instruction.count))
      } else if instruction.kind == .shiftDetectors {
        extent.shift = extent.shift.saturatingAdd(instruction.count)
      } else {
        for target in targets(of: instruction) where !target.isSeparator {
          if target.isDetector {
            let reach = extent.shift.saturatingAdd(target.value + 1)
            extent.detectors = max(extent.detectors, reach)
          } else {
            extent.observables = max(extent.observables, target.value + 1)
          }
        }
      }
    }
    return extent
  }
}
