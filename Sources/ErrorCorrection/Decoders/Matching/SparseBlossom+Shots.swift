import QuantumCore

// What goes in and what comes out.

extension SparseBlossom {
  /// Takes over a row of detections, but for those that edges taken to have happened explain.
  package mutating func load(_ row: UnsafeRawPointer) {
    for word in 0..<observableStride { observables[word] = graph.negativeObservables[word] }
    weight = graph.negativeWeight
    matchedEdges.count = 0
    let byteCount = (graph.detectorCount + 7) / 8
    // The last word's bytes beyond the row are zero from the start.
    UnsafeMutableRawPointer(occupied).copyMemory(from: row, byteCount: byteCount)
    if graph.hasNegativeEdges {
      for word in 0..<wordCount { occupied[word] ^= graph.negativeDetections[word] }
    }
  }

  /// Writes the prediction, lowest bit first, and zeros up to `stride` bytes.
  func store(to bytes: UnsafeMutableRawPointer, _ stride: Int) {
    for byte in 0..<stride {
      let word = byte >> 3
      guard word < observableStride else {
        bytes.storeBytes(of: 0, toByteOffset: byte, as: UInt8.self)
        continue
      }
      let value = observables[word]
      bytes.storeBytes(
        of: UInt8(truncatingIfNeeded: value >> UInt64(8 * (byte & 7))), toByteOffset: byte,
        as: UInt8.self)
    }
  }

  package func prediction() -> BitVector {
    BitVector(
      words: (0..<observableStride).map { observables[$0] },
      count: graph.observableCount)
  }

  /// The matched edges, each that is used an odd number of times once.
  func oddEdges() -> Set<Int32> {
    var odd = Set<Int32>()
    for index in 0..<matchedEdges.count {
      odd.formSymmetricDifference(CollectionOfOne(matchedEdges.elements[index]))
    }
    return odd
  }

  /// Whether some edges explain the events taken over from a row.
  ///
  /// - Parameter parities: of the graph; edges taken to have happened count there.
  @inline(__always)
  func isExplained(by parities: borrowing EventParities) -> Bool {
    parities.areExplained { occupied[$0] ^ graph.negativeDetections[$0] }
  }

  /// Gives up on the events: nothing flips, at infinite weight.
  mutating func setUnexplained() {
    for word in 0..<wordCount { occupied[word] = 0 }
    for word in 0..<observableStride { observables[word] = 0 }
    matchedEdges.count = 0
    weight = .infinity
  }

  /// The matched edges, with those taken to have happened.
  func correctionEdges() -> [DecodedCorrection.Edge] {
    var odd = oddEdges()
    if graph.hasNegativeEdges {
      for (index, edge) in graph.edges.enumerated() where edge.probability > 0.5 {
        odd.formSymmetricDifference(CollectionOfOne(Int32(index)))
      }
    }
    return odd.sorted().map { index in
      let edge = graph.edges[Int(index)]
      return DecodedCorrection.Edge(Int(edge.vertex), edge.other < 0 ? nil : Int(edge.other))
    }
  }
}
