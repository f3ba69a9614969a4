import QuantumCore

/// How much heavier the best correction is that predicts the opposite: the complementary gap of a
/// graph with one observable.
///
/// Detectors get potentials such that an edge between two of them flips the observable exactly
/// where these differ; then only edges to the boundary tell the two predictions apart. Those that
/// flip the observable beyond the potential of their detector end in a detector of their own here,
/// which fires for one prediction and not for the other, and each shot is matched both ways. The
/// difference of the weights is ln of the odds between the likeliest corrections of either
/// prediction. Of parallel faults each is an edge of its own. What flips the observable and no
/// detector makes any correction one of the opposite.
///
/// There are no such potentials where a closed path of edges flips the observable, as on a torus,
/// or where two detectors have parallel faults between them.
///
/// - Source: [GidneyNewmanBrooksJones23].
final class MatchingGap {
  private let session: MatchingSession
  private let potentials: [UInt64]
  /// Whether faults that flip no detector are taken to flip the observable.
  private let isFlippedAnyhow: Bool
  /// What it weighs to take the contrary of that; infinite if it cannot be.
  private let weightAnyhow: Double
  private let detectorCount: Int
  /// The detection events of a shot, with the additional detector behind them.
  private var events: [UInt64]

  /// - Returns: `nil` for a graph of several observables, without potentials, or where events alone
  ///   decide the prediction.
  init?(_ graph: MatchingGraph) {
    guard graph.observableCount == 1 else { return nil }
    let faults = graph.edges.indices.flatMap { SingleFault.faults(of: $0, in: graph) }
    guard let potentials = Potentials(faults, detectorCount: graph.detectorCount) else {
      return nil
    }
    detectorCount = graph.detectorCount
    var model = DetectorErrorModel()
    for fault in faults {
      var targets: [DetectorErrorModel.Target] = [.detector(UInt64(fault.vertex))]
      if fault.other >= 0 { targets.append(.detector(UInt64(fault.other))) }
      if potentials.isCrossing(fault) { targets.append(.detector(UInt64(graph.detectorCount))) }
      model.appendError(fault.probability, targets)
    }
    model.appendDetector(UInt64(graph.detectorCount))
    guard let split = try? MatchingGraph(model) else { return nil }
    isFlippedAnyhow = Self.isFlippedAnyhow(graph)
    weightAnyhow = abs(
      MatchingGraph.logOdds(graph.blind.values.reduce(0, DetectorErrorModel.oddProbability)))
    self.potentials = potentials.words
    events = [UInt64](repeating: 0, count: graph.detectorCount / 64 + 1)
    session = MatchingSession(split)
    session.blossom.keepsWeight = true
  }

  /// Whether something flips the observable that is not an edge.
  private static func isFlippedAnyhow(_ graph: MatchingGraph) -> Bool {
    var flips = ObservableSet(words: graph.negativeObservables)
    for (index, edge) in graph.edges.enumerated() {
      let parallel = graph.parallel[Int32(index)]
      if let parallel { flips.formSymmetricDifference(parallel.outcome.certainObservables) }
      guard edge.probability > 0.5 else { continue }
      flips.formSymmetricDifference(graph.observables(of: index))
    }
    return !flips.isEmpty
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
    return max(0, min(other - own, weightAnyhow))
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

/// An edge, or one of its strands.
private struct SingleFault {
  let vertex: Int32
  /// A vertex or `MatchingGraph.boundary`.
  let other: Int32
  let flipsObservable: Bool
  let probability: Double

  /// Those of an edge: more than one where it has strands that may happen.
  static func faults(of edge: Int, in graph: MatchingGraph) -> [SingleFault] {
    let ends = graph.edges[edge]
    guard let parallel = graph.parallel[Int32(edge)] else {
      return [
        SingleFault(
          vertex: ends.vertex, other: ends.other,
          flipsObservable: !graph.observables(of: edge).isEmpty,
          probability: ends.probability)
      ]
    }
    return zip(parallel.strands, parallel.separate).filter { $0.1 > 0 }.map {
      SingleFault(
        vertex: ends.vertex, other: ends.other, flipsObservable: !$0.0.isEmpty,
        probability: $0.1)
    }
  }
}

/// A bit for every detector, see `MatchingGap`.
private struct Potentials {
  private(set) var words: [UInt64]

  /// - Returns: `nil` if a closed path flips the observable, or if no component has edges to the
  ///   boundary of both kinds.
  init?(_ faults: [SingleFault], detectorCount: Int) {
    words = [UInt64](repeating: 0, count: detectorCount / 64 + 1)
    var neighbours = [[(detector: Int, flipsObservable: Bool)]](
      repeating: [], count: detectorCount)
    var atBoundary = [[SingleFault]](repeating: [], count: detectorCount)
    for fault in faults {
      let (a, b) = (Int(fault.vertex), Int(fault.other))
      if b >= 0 {
        neighbours[a].append((b, fault.flipsObservable))
        neighbours[b].append((a, fault.flipsObservable))
      } else if fault.probability > 0, fault.probability < 1 {
        atBoundary[a].append(fault)
      }
    }
    var isKnown = [Bool](repeating: false, count: detectorCount)
    var isDecidable = false
    for root in 0..<detectorCount where !isKnown[root] {
      isKnown[root] = true
      var (queue, kinds) = ([root], (open: false, crossing: false))
      while let detector = queue.popLast() {
        for (other, flipsObservable) in neighbours[detector] {
          let potential = self[detector] != flipsObservable
          if !isKnown[other] {
            isKnown[other] = true
            self[other] = potential
            queue.append(other)
          } else if self[other] != potential {
            return nil
          }
        }
        for fault in atBoundary[detector] {
          if isCrossing(fault) { kinds.crossing = true } else { kinds.open = true }
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

  /// Whether a fault at the boundary flips the observable beyond the potential of its detector.
  func isCrossing(_ fault: SingleFault) -> Bool {
    fault.other < 0 && fault.flipsObservable != self[Int(fault.vertex)]
  }
}

extension MatchingGraph {
  /// What an edge flips.
  fileprivate func observables(of edge: Int) -> ObservableSet {
    ObservableSet(
      words: (0..<observableStride).map { edgeObservables[edge * observableStride + $0] })
  }
}
