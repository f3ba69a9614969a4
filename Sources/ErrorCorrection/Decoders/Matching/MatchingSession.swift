import QuantumCore

/// Memory for one thread's shots.
final class MatchingSession: DecodingSession {
  let graph: MatchingGraph
  /// If there, every shot is matched twice.
  private let correlations: MatchingCorrelations?
  var blossom: SparseBlossom
  /// What tells how sure a prediction is; made when that is asked for.
  private lazy var gap = correlations == nil ? MatchingGap(graph) : nil

  init(_ graph: MatchingGraph, _ correlations: MatchingCorrelations? = nil) {
    self.graph = graph
    self.correlations = correlations
    blossom = SparseBlossom(graph)
  }

  func decode(_ batch: DecodingBatch) {
    blossom.keepsWeight = batch.weights != nil
    for shot in 0..<batch.detections.rowCount {
      solve(batch.detections.row(shot), batch.evidence, shot)
      blossom.store(to: batch.predictions + shot * batch.predictionStride, batch.predictionStride)
      batch.weights?[shot] = blossom.weight
      batch.confidences?[shot] =
        batch.evidence == nil ? confidence(batch.detections.row(shot)) : .nan
    }
  }

  private func confidence(_ row: UnsafeRawPointer) -> Double {
    gap?.gap(of: row, prediction: blossom.observables[0] & 1 == 1) ?? .nan
  }

  func correction(for detections: BitVector) -> DecodedCorrection? {
    precondition(detections.count == graph.detectorCount, "A shot has a bit for every detector")
    blossom.keepsEdges = true
    blossom.keepsWeight = true
    detections.words.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { nothing in
        solve(bytes.baseAddress ?? UnsafeRawPointer(nothing.baseAddress!), nil, 0)
      }
    }
    blossom.keepsEdges = false
    return DecodedCorrection(
      edges: blossom.correctionEdges(), observables: blossom.prediction(), weight: blossom.weight)
  }

  private func solve(_ row: UnsafeRawPointer, _ evidence: ShotEvidence?, _ shot: Int) {
    blossom.load(row)
    if let evidence { apply(evidence, shot: shot) }
    guard let correlations else {
      blossom.solve()
      if evidence != nil { blossom.restoreWeights() }
      return
    }
    let keepsEdges = blossom.keepsEdges
    blossom.keepsEdges = true
    blossom.solve()
    blossom.keepsEdges = keepsEdges
    blossom.rememberMatchedEdges()
    blossom.load(row)
    if let evidence { apply(evidence, shot: shot) }
    blossom.lowerPartners(by: correlations)
    blossom.solve()
    blossom.restoreWeights()
  }
}
