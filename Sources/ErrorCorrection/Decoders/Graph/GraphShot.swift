import QuantumCore

// What decoders on a graph do with every shot, whatever they do in between.

extension DecodingBatch {
  /// The detectors that fired in a shot, ascending.
  func detectionEvents(ofShot shot: Int, into events: inout [Int32]) {
    events.removeAll(keepingCapacity: true)
    let row = detections.row(shot)
    var column = 0
    while column < detections.columnCount {
      var word = detections.word(row, at: column)
      while word != 0 {
        events.append(Int32(column + word.trailingZeroBitCount))
        word &= word - 1
      }
      column += 64
    }
  }

  /// Makes a shot's prediction nothing; returns where it is.
  func clearPrediction(ofShot shot: Int, observableCount: Int) -> UnsafeMutablePointer<UInt8> {
    let output = (predictions + shot * predictionStride).assumingMemoryBound(to: UInt8.self)
    output.update(repeating: 0, count: (observableCount + 7) / 8)
    return output
  }
}

extension DecodingGraph {
  /// Flips what an edge flips in a prediction.
  func flipObservables(of edge: Int, in prediction: UnsafeMutablePointer<UInt8>) {
    for observable in observables[edges[edge].observables] {
      prediction[observable >> 3] ^= 1 << UInt8(observable & 7)
    }
  }

  /// A set of edges as an answer.
  func correction(edges: some Sequence<Int>, weight: Double) -> DecodedCorrection {
    var flipped = BitVector(count: observableCount)
    var pairs: [DecodedCorrection.Edge] = []
    for edge in edges {
      for observable in observables[self.edges[edge].observables] { flipped[observable].toggle() }
      let (a, b) = self.edges[edge].nodes
      guard Int(a) < boundary else { continue }
      pairs.append(.init(Int(a), Int(b) == boundary ? nil : Int(b)))
    }
    return DecodedCorrection(edges: pairs, observables: flipped, weight: weight)
  }
}
