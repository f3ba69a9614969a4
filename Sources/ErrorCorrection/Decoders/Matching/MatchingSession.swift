import QuantumCore

/// Memory for one thread's shots.
final class MatchingSession: DecodingSession {
  let graph: MatchingGraph
  /// If there, every shot is matched twice.
  private let correlations: MatchingCorrelations?
  var blossom: SparseBlossom
  /// What tells how sure a prediction is; made when that is asked for.
  private lazy var gap = correlations == nil ? MatchingGap(graph) : nil

  /// Whether there is anything that cannot be explained, and anything joint.
  private let checksEvents: Bool
  private let hasJointFaults: Bool

  init(_ graph: MatchingGraph, _ correlations: MatchingCorrelations? = nil) {
    self.graph = graph
    checksEvents = !graph.parities.isTrivial || !graph.paritiesWithEvidence.isTrivial
    hasJointFaults = graph.joint != nil
    self.correlations = correlations
    blossom = SparseBlossom(graph)
  }

  func decode(_ batch: inout DecodingBatch) {
    blossom.keepsWeight = batch.weights != nil
    for shot in 0..<batch.shotCount {
      let answer = solve(batch.detections.row(shot), batch.evidence, shot)
      blossom.store(to: batch.predictions + shot * batch.predictionStride, batch.predictionStride)
      batch.weights?[shot] = blossom.weight
      batch.confidences?[shot] =
        batch.evidence == nil && answer == .edges ? confidence(batch.detections.row(shot)) : .nan
      batch.unexplained?[shot] = answer == .none
    }
  }

  /// What a prediction comes from.
  private enum Answer {
    case edges
    /// Edges of which some are one fault that flips other observables.
    case joint
    case none
  }

  private func confidence(_ row: UnsafeRawPointer) -> Double {
    gap?.gap(of: row, prediction: blossom.observables[0] & 1 == 1) ?? .nan
  }

  func correction(for detections: BitVector) -> DecodedCorrection? {
    precondition(detections.count == graph.detectorCount, "A shot has a bit for every detector")
    blossom.keepsEdges = true
    blossom.keepsWeight = true
    var answer = Answer.none
    detections.words.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { nothing in
        answer = solve(bytes.baseAddress ?? UnsafeRawPointer(nothing.baseAddress!), nil, 0)
      }
    }
    blossom.keepsEdges = false
    return DecodedCorrection(
      edges: answer == .none ? [] : blossom.correctionEdges(), observables: blossom.prediction(),
      weight: blossom.weight)
  }

  private func solve(_ row: UnsafeRawPointer, _ evidence: ShotEvidence?, _ shot: Int) -> Answer {
    blossom.load(row)
    if checksEvents, !isExplained(evidence != nil) {
      blossom.setUnexplained()
      return .none
    }
    let known = evidence.map { apply($0, shot: shot) } ?? []
    let keepsEdges = blossom.keepsEdges
    if let correlations {
      blossom.keepsEdges = true
      blossom.solve()
      blossom.keepsEdges = keepsEdges
      blossom.rememberMatchedEdges()
      if evidence != nil { blossom.restoreWeights() }
      blossom.load(row)
      if let evidence { _ = apply(evidence, shot: shot) }
      blossom.lowerPartners(by: correlations)
    }
    if hasJointFaults { blossom.keepsEdges = true }
    blossom.solve()
    blossom.keepsEdges = keepsEdges
    if correlations != nil || evidence != nil { blossom.restoreWeights() }
    guard hasJointFaults, let joint = graph.joint else { return .edges }
    let edges = blossom.oddEdges().subtracting(known)
    return joint.apply(to: edges) { blossom.flip($0) } ? .joint : .edges
  }

  private func isExplained(_ hasEvidence: Bool) -> Bool {
    blossom.isExplained(by: hasEvidence ? graph.paritiesWithEvidence : graph.parities)
  }
}
