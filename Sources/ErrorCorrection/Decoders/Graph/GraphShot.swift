import QuantumCore

// What decoders on a graph do with every shot, whatever they do in between.

extension DecodingBatch {
  /// The detectors that fired in a shot, ascending.
  func detectionEvents(ofShot shot: Int, into events: inout [Int32]) {
    events.removeAll(keepingCapacity: true)
    forEachDetectionEvent(ofShot: shot) { events.append(Int32($0)) }
  }
}

/// The prediction of a shot that is being decoded on a graph.
struct GraphPrediction {
  private let graph: DecodingGraph
  private let bytes: UnsafeMutablePointer<UInt8>
  private let changes: GraphChanges

  init(_ bytes: UnsafeMutablePointer<UInt8>, _ graph: DecodingGraph, _ changes: GraphChanges) {
    (self.bytes, self.graph, self.changes) = (bytes, graph, changes)
    flip(changes.certainObservables)
  }

  /// Flips what an edge flips.
  func flip(edge: Int) {
    if !changes.observables.isEmpty, let other = changes.observables[edge] { return flip(other) }
    for observable in graph.observables[graph.edges[edge].observables] {
      bytes[observable >> 3] ^= 1 << UInt8(observable & 7)
    }
  }

  func flip(_ observables: ObservableSet) {
    for observable in observables.members {
      bytes[Int(observable >> 3)] ^= 1 << UInt8(observable & 7)
    }
  }

  /// Flips what faults of several edges flip that are in a correction, but for edges that evidence
  /// is about.
  ///
  /// - Parameter correction: its edges.
  func flipJointFaults(in correction: Set<Int32>) {
    guard let joint = graph.joint else { return }
    let known = changes.probabilities.map { Int32($0.edge) }
    joint.apply(to: correction.symmetricDifference(graph.likelyEdges).subtracting(known)) {
      flip($0)
    }
  }
}

extension DecodingGraph {
  /// Whether some edges explain the events of a shot.
  func isExplained(_ batch: borrowing DecodingBatch, _ shot: Int) -> Bool {
    let parities = batch.evidence == nil ? parities : paritiesWithEvidence
    if parities.isTrivial { return true }
    let (rows, row) = (batch.detections, batch.detections.row(shot))
    return parities.areExplained { rows.word(row, at: 64 * $0) }
  }

  func isExplained(_ detections: BitVector) -> Bool {
    parities.areExplained { detections.words[$0] }
  }

  /// A set of edges as an answer.
  func correction(edges: Set<Int>, weight: Double) -> DecodedCorrection {
    var flipped = BitVector(count: observableCount)
    var pairs: [DecodedCorrection.Edge] = []
    for edge in edges.sorted() {
      for observable in observables[self.edges[edge].observables] { flipped[observable].toggle() }
      let (a, b) = self.edges[edge].nodes
      guard Int(a) < boundary else { continue }
      pairs.append(.init(Int(a), Int(b) == boundary ? nil : Int(b)))
    }
    joint?.apply(to: Set(edges.map { Int32($0) }).symmetricDifference(likelyEdges)) {
      for observable in $0.members { flipped[Int(observable)].toggle() }
    }
    return DecodedCorrection(edges: pairs, observables: flipped, weight: weight)
  }

  /// What a decoder answers where nothing explains the events.
  var noCorrection: DecodedCorrection {
    DecodedCorrection(
      edges: [], observables: BitVector(count: observableCount), weight: .infinity)
  }
}
