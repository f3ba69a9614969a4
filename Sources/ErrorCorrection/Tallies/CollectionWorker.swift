import QuantumCore

/// What one thread keeps between blocks: its decoding sessions.
///
/// Used by one thread at a time.
final class CollectionWorker: @unchecked Sendable {
  private var sessions: [(any DecodingSession)?]
  private var predictions: [UInt8] = []
  private var unexplained: [Bool] = []

  init(taskCount: Int) { sessions = Array(repeating: nil, count: taskCount) }

  func endTask(_ task: Int) { sessions[task] = nil }

  /// Samples and decodes a block of a batch.
  func run(
    _ source: ShotSource, _ batch: PlannedBatch, block: Int, seed: UInt64
  ) -> BlockResult {
    let session = sessions[batch.task] ?? source.decoder.makeSession()
    sessions[batch.task] = session
    let shots = batch.shots(ofBlock: block)
    let clock = ContinuousClock()
    var tally = DecodingTally()
    var failure: (any Error)?
    let time = clock.measure {
      do {
        try source.withShots(shots, block: batch.firstBlock + block, seed: seed) {
          tally = self.tally(of: $0, $1, source, session)
        }
      } catch {
        failure = error
      }
    }
    // A block of a few megabytes that could not be allocated: there is nothing to fall back on.
    if let failure { preconditionFailure("A block of shots cannot be sampled: \(failure)") }
    let (seconds, attoseconds) = time.components
    return BlockResult(tally: tally, seconds: Double(seconds) + Double(attoseconds) * 1e-18)
  }

  private func tally(
    of detectors: PackedRows, _ observables: PackedRows, _ source: ShotSource,
    _ session: any DecodingSession
  ) -> DecodingTally {
    let shots = detectors.rowCount
    let byteCount = (source.observableCount + 7) / 8
    let stride = max(1, byteCount)
    predictions.removeAll(keepingCapacity: true)
    predictions.append(contentsOf: repeatElement(0, count: stride * shots))
    unexplained = [Bool](repeating: false, count: shots)
    var tally = DecodingTally(shots: shots)
    predictions.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unexplained.withUnsafeMutableBufferPointer { unexplained in
        var batch = DecodingBatch(
          detections: detectors, predictions: base, predictionStride: stride,
          observableCount: source.decoder.observableCount, unexplained: unexplained.baseAddress)
        session.decode(&batch)
      }
      for shot in 0..<shots {
        let (predicted, seen) = (base + shot * stride, observables.row(shot))
        var difference: UInt8 = 0
        for byte in 0..<byteCount {
          difference |=
            predicted.load(fromByteOffset: byte, as: UInt8.self)
            ^ seen.load(fromByteOffset: byte, as: UInt8.self)
        }
        guard difference != 0 else { continue }
        tally.errors += 1
        if source.counting.contains(.observableCombinations) {
          let name = Self.combination(predicted, seen, count: source.observableCount)
          tally.customCounts[name, default: 0] += 1
        }
      }
    }
    let unexplainedCount = unexplained.count { $0 }
    if unexplainedCount > 0 { tally.customCounts["unexplained"] = unexplainedCount }
    if source.counting.contains(.detectionEvents) {
      tally.customCounts["detectors_checked"] = shots * source.detectorCount
      tally.customCounts["detection_events"] = Self.bitCount(of: detectors)
    }
    return tally
  }

  private static func combination(
    _ predicted: UnsafeMutableRawPointer, _ seen: UnsafeRawPointer, count: Int
  ) -> String {
    let marks = (0..<count).map { index in
      let difference =
        predicted.load(fromByteOffset: index / 8, as: UInt8.self)
        ^ seen.load(fromByteOffset: index / 8, as: UInt8.self)
      return difference >> UInt8(index % 8) & 1 == 1 ? "E" : "_"
    }
    return "obs_mistake_mask=" + marks.joined()
  }

  private static func bitCount(of rows: PackedRows) -> Int {
    var count = 0
    for index in 0..<rows.rowCount {
      let row = rows.row(index)
      var column = 0
      while column < rows.columnCount {
        count += rows.word(row, at: column).nonzeroBitCount
        column += 64
      }
    }
    return count
  }
}
