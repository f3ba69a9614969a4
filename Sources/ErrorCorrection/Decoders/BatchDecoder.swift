import QuantumCore

/// A compiled decoder with a workspace for every thread, for one table of shots after the other.
///
///     let batches = BatchDecoder(decoder, threads: 2)
///     while let shots = try reader.next(upTo: 4096) { count(batches.predictions(for: shots)) }
public final class BatchDecoder {
  /// The decoder that all threads share.
  public let decoder: any CompiledDecoder
  /// The number of threads, each with a session of its own.
  public let threads: Int
  private let sessions: [any DecodingSession]

  /// Makes a session for each thread.
  ///
  /// - Precondition: `threads` is at least 1.
  public init(_ decoder: any CompiledDecoder, threads: Int = 1) {
    precondition(threads >= 1, "There is at least one thread")
    self.decoder = decoder
    self.threads = threads
    sessions = (0..<threads).map { _ in decoder.makeSession() }
  }

  /// Decodes shots, threads sharing them in blocks; the same bits for any number of threads.
  ///
  /// - Parameters:
  ///   - detections: one row a shot, `detectorCount` columns.
  ///   - evidence: what is known of single shots beyond their detection events.
  ///   - weights: whether the weights of corrections are wanted.
  ///   - confidences: whether it is wanted how sure the decoder is.
  public func predictions(
    for detections: BitTable, evidence: ShotEvidence? = nil, weights: Bool = false,
    confidences: Bool = false
  ) -> DecodingResult {
    precondition(
      detections.columnCount == decoder.detectorCount, "A shot has a bit for every detector")
    let shots = detections.rowCount
    var result = DecodingResult(
      predictions: BitTable(rowCount: shots, columnCount: decoder.observableCount),
      weights: [Double](repeating: .nan, count: weights ? shots : 0),
      confidences: [Double](repeating: .nan, count: confidences ? shots : 0),
      unexplained: [Bool](repeating: false, count: shots))
    let stride = 8 * result.predictions.stride
    detections.withPackedRows { rows in
      result.predictions.words.withUnsafeMutableBytes { words in
        result.weights.withUnsafeMutableBufferPointer { weightBuffer in
          result.confidences.withUnsafeMutableBufferPointer { confidenceBuffer in
            result.unexplained.withUnsafeMutableBufferPointer { unexplained in
              decode(
                rows, into: words.baseAddress, stride: stride,
                weights: weights ? weightBuffer.baseAddress : nil,
                confidences: confidences ? confidenceBuffer.baseAddress : nil,
                unexplained: unexplained.baseAddress, evidence: evidence)
            }
          }
        }
      }
    }
    return result
  }

  /// What the decoder takes to have happened in one shot; see `DecodingSession`.
  public func correction(for detections: BitVector) -> DecodedCorrection? {
    sessions[0].correction(for: detections)
  }

  private func decode(
    _ rows: PackedRows, into words: UnsafeMutableRawPointer?, stride: Int,
    weights: UnsafeMutablePointer<Double>?, confidences: UnsafeMutablePointer<Double>?,
    unexplained: UnsafeMutablePointer<Bool>?, evidence: ShotEvidence?
  ) {
    guard rows.rowCount > 0 else { return }
    // Shots that a thread decodes at a time: few enough that every thread has some.
    let size = max(1, min(256, rows.rowCount / 64))
    withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { nothing in
      let blocks = (rows.rowCount + size - 1) / size
      let workers = min(threads, blocks)
      let shared = UncheckedSendable(
        (
          output: words ?? nothing.baseAddress!, weights: weights, confidences: confidences,
          unexplained: unexplained, rows: rows, sessions: sessions,
          observableCount: decoder.observableCount
        ))
      Parallel.forEach(chunks: workers, threads: workers) { worker in
        for block in Swift.stride(from: worker, to: blocks, by: workers) {
          let range = block * size..<min((block + 1) * size, rows.rowCount)
          var batch = DecodingBatch(
            detections: shared.value.rows.rows(range),
            predictions: shared.value.output + range.lowerBound * stride,
            predictionStride: stride, observableCount: shared.value.observableCount,
            weights: shared.value.weights.map { $0 + range.lowerBound },
            confidences: shared.value.confidences.map { $0 + range.lowerBound },
            unexplained: shared.value.unexplained.map { $0 + range.lowerBound },
            evidence: evidence?.shots(range))
          shared.value.sessions[worker].decode(&batch)
        }
      }
    }
  }
}
