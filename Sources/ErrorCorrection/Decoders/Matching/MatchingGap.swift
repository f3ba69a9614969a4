import QuantumCore

/// How much heavier the best correction is that predicts the opposite: the complementary gap of a graph with one observable.
///
/// Detectors get potentials such that an edge between two of them flips the observable exactly where these differ; then only
/// edges to the boundary tell the two predictions apart. Those that flip the observable beyond the potential of their detector
/// end in a detector of their own here, which fires for one prediction and not for the other, and each shot is matched both
/// ways. The difference of the weights is ln of the odds between the likeliest corrections of either prediction.
///
/// There are no such potentials where a closed path of edges flips the observable, as on a torus.
///
/// - Source: [GidneyNewmanBrooksJones23].
final class MatchingGap {
  private let session: MatchingSession
  private let potentials: [UInt64]
  /// Whether faults that flip no detector are taken to flip the observable.
  private let isFlippedAnyhow: Bool
  private let detectorCount: Int
  /// The detection events of a shot, with the additional detector behind them.
  private var events: [UInt64]

  /// - Returns: `nil` for a graph of several observables, without potentials, or where events alone decide the prediction.
  init?(_ graph: MatchingGraph) {
    guard graph.observableCount == 1, let potentials = Potentials(graph) else { return nil }
    detectorCount = graph.detectorCount
    var model = DetectorErrorModel()
    var isFlipped = graph.negativeObservables[0] & 1 == 1
    for (index, edge) in graph.edges.enumerated() {
      var targets: [DetectorErrorModel.Target] = [.detector(UInt64(edge.vertex))]
      if edge.other >= 0 { targets.append(.detector(UInt64(edge.other))) }
      if potentials.isCrossing(index, of: graph) {
        targets.append(.detector(UInt64(graph.detectorCount)))
      }
      model.appendError(edge.probability, targets)
      if edge.probability > 0.5, graph.flipsObservable(index) { isFlipped.toggle() }
    }
    model.appendDetector(UInt64(graph.detectorCount))
    guard let split = try? MatchingGraph(model) else { return nil }
    isFlippedAnyhow = isFlipped
    self.potentials = potentials.words
    events = [UInt64](repeating: 0, count: graph.detectorCount / 64 + 1)
    session = MatchingSession(split)
    session.blossom.keepsWeight = true
  }

  /// The gap of a shot.
  ///
  /// - Parameters:
  ///   - row: its detection events.
  ///   - prediction: of the observable.
  func gap(of row: UnsafeRawPointer, prediction: Bool) -> Double {
    events.withUnsafeMutableBytes { bytes in
      bytes.baseAddress!.copyMemory(from: row, byteCount: (detectorCount + 7) / 8)
    }
    var parity = prediction != isFlippedAnyhow
    for (word, mask) in potentials.enumerated()
    where (events[word] & mask).nonzeroBitCount % 2 == 1 { parity.toggle() }
    let (own, other) = (weight(crossing: parity), weight(crossing: !parity))
    // The weights that are compared in matching are rounded.
    return max(0, other - own)
  }

  /// The weight of the best correction with an odd or even number of crossing edges.
  private func weight(crossing isOdd: Bool) -> Double {
    let (word, bit) = (detectorCount / 64, UInt64(1) << UInt64(detectorCount % 64))
    if isOdd { events[word] |= bit } else { events[word] &= ~bit }
    events.withUnsafeBytes { session.blossom.load($0.baseAddress!) }
    session.blossom.solve()
    return session.blossom.weight
  }
}

/// A bit for every detector, see `MatchingGap`.
private struct Potentials {
  private(set) var words: [UInt64]

  /// - Returns: `nil` if a closed path flips the observable, or if no component has edges to the boundary of both kinds.
  init?(_ graph: MatchingGraph) {
    words = [UInt64](repeating: 0, count: graph.detectorCount / 64 + 1)
    var neighbours = [[(detector: Int, edge: Int)]](repeating: [], count: graph.detectorCount)
    var atBoundary = [[Int]](repeating: [], count: graph.detectorCount)
    for (index, edge) in graph.edges.enumerated() {
      let (a, b) = (Int(edge.vertex), Int(edge.other))
      if b >= 0 {
        neighbours[a].append((b, index))
        neighbours[b].append((a, index))
      } else if edge.probability > 0, edge.probability < 1 {
        atBoundary[a].append(index)
      }
    }
    var isKnown = [Bool](repeating: false, count: graph.detectorCount)
    var isDecidable = false
    for root in 0..<graph.detectorCount where !isKnown[root] {
      isKnown[root] = true
      var (queue, kinds) = ([root], (open: false, crossing: false))
      while let detector = queue.popLast() {
        for (other, edge) in neighbours[detector] {
          let potential = self[detector] != graph.flipsObservable(edge)
          if !isKnown[other] {
            isKnown[other] = true
            self[other] = potential
            queue.append(other)
          } else if self[other] != potential {
            return nil
          }
        }
        for edge in atBoundary[detector] {
          if isCrossing(edge, of: graph) { kinds.crossing = true } else { kinds.open = true }
        }
      }
      if kinds.open && kinds.crossing { isDecidable = true }
    }
    if !isDecidable { return nil }
  }

  private subscript(detector: Int) -> Bool {
    get { words[detector / 64] >> UInt64(detector % 64) & 1 == 1 }
    set { if newValue != self[detector] { words[detector / 64] ^= 1 << UInt64(detector % 64) } }
  }

  /// Whether an edge to the boundary flips the observable beyond the potential of its detector.
  func isCrossing(_ edge: Int, of graph: MatchingGraph) -> Bool {
    let ends = graph.edges[edge]
    return ends.other < 0 && graph.flipsObservable(edge) != self[Int(ends.vertex)]
  }
}

extension MatchingGraph {
  /// Whether an edge flips the first observable.
  fileprivate func flipsObservable(_ edge: Int) -> Bool {
    edgeObservables[edge * observableStride] & 1 == 1
  }
}
