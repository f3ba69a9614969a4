// Weights that hold for one shot.

extension SparseBlossom {
  /// Gives an edge another weight until `restoreWeights`.
  ///
  /// - Parameters:
  ///   - weight: even, not negative.
  ///   - real: what the edge adds to the weight of the matching.
  /// - Complexity: O(edges at its ends).
  mutating func reweight(_ edge: Int32, _ weight: Int32, real: Double) {
    if !ownsWeights { copyWeights() }
    isReweighted = true
    _ = reweighted.append(edge)
    edgeWeights[Int(edge)] = real
    let (first, second) = halves[Int(edge)]
    let ends = graph.edges[Int(edge)]
    let before = weights[Int(first)]
    weights[Int(first)] = weight
    if second < 0 {
      graphVertices[Int(ends.vertex)].boundary = weight
    } else {
      weights[Int(second)] = weight
      updateMinimum(of: ends.other, before, weight)
    }
    updateMinimum(of: ends.vertex, before, weight)
  }

  /// Keeps the matched edges of a first pass for `lowerPartners`.
  mutating func rememberMatchedEdges() { swap(&matchedEdges, &firstEdges) }

  /// Makes lighter what is likelier as the remembered edges have happened.
  mutating func lowerPartners(by correlations: borrowing MatchingCorrelations) {
    let (starts, partners) = (correlations.starts, correlations.partners)
    for index in 0..<firstEdges.count {
      let edge = Int(firstEdges.elements[index])
      for place in Int(starts[edge])..<Int(starts[edge + 1]) {
        let partner = partners[place]
        if partner.weight < weights[Int(halves[Int(partner.edge)].0)] {
          reweight(partner.edge, partner.weight, real: partner.real)
        }
      }
    }
  }

  /// Gives all edges their weights back.
  mutating func restoreWeights() {
    isReweighted = false
    for index in 0..<reweighted.count {
      let edge = Int(reweighted.elements[index])
      edgeWeights[edge] = graph.edgeWeights[edge]
      if ownsObservables { restoreObservables(of: edge) }
      let ends = graph.edges[edge]
      restore(ends.vertex, halves[edge].0)
      if ends.other >= 0 { restore(ends.other, halves[edge].1) }
    }
    reweighted.count = 0
  }

  private func restore(_ vertex: Int32, _ half: Int32) {
    weights[Int(half)] = graph.weights[Int(half)]
    graphVertices[Int(vertex)] = graph.vertices[Int(vertex)]
    unsorted[Int(vertex) >> 6] &= ~(1 << UInt64(vertex & 63))
  }

  private func updateMinimum(of vertex: Int32, _ before: Int32, _ after: Int32) {
    let place = graphVertices + Int(vertex)
    unsorted[Int(vertex) >> 6] |= 1 << UInt64(vertex & 63)
    if after <= place.pointee.minimum {
      place.pointee.minimum = after
    } else if before == place.pointee.minimum {
      var minimum = min(MatchingGraph.farWeight, place.pointee.boundary)
      for index in place.pointee.first..<place.pointee.end {
        minimum = min(minimum, weights[Int(index)])
      }
      place.pointee.minimum = minimum
    }
  }

  /// From now on with arrays of its own instead of the graph's, which other threads read.
  private mutating func copyWeights() {
    ownsWeights = true
    let (vertexCount, halfCount, edgeCount) = (
      graph.detectorCount + 1, graph.halfEdgeCount + 1, graph.edges.count + 1
    )
    graphVertices = .allocate(capacity: vertexCount)
    graphVertices.update(from: graph.vertices, count: vertexCount)
    weights = .allocate(capacity: halfCount)
    weights.update(from: graph.weights, count: halfCount)
    edgeWeights = .allocate(capacity: edgeCount)
    edgeWeights.update(from: graph.edgeWeights, count: edgeCount)
    unsorted = .allocate(capacity: wordCount + 1)
    unsorted.initialize(repeating: 0, count: wordCount + 1)
  }

  /// Takes an edge to have happened, or no longer.
  mutating func flip(_ edge: Int32) {
    let ends = graph.edges[Int(edge)]
    for end in [ends.vertex, ends.other] where end >= 0 {
      occupied[Int(end) >> 6] ^= 1 << UInt64(end & 63)
    }
    for word in 0..<observableStride {
      observables[word] ^= edgeObservables[Int(edge) * observableStride + word]
    }
  }

  func flip(_ set: ObservableSet) { set.flip(observables) }

  /// Lets an edge flip other observables until `restoreWeights`, to be followed by `reweight`.
  mutating func setObservables(of edge: Int32, to set: ObservableSet) {
    if !ownsObservables { copyObservables() }
    let (place, bit) = (Int(edge) * observableStride, UInt64(1) << UInt64(edge & 63))
    for word in 0..<observableStride { edgeObservables[place + word] = 0 }
    set.flip(edgeObservables + place)
    flipping[Int(edge) >> 6] |= bit
  }

  private func restoreObservables(of edge: Int) {
    let place = edge * observableStride
    for word in 0..<observableStride {
      edgeObservables[place + word] = graph.edgeObservables[place + word]
    }
    flipping[edge >> 6] = graph.flipping[edge >> 6]
  }

  private mutating func copyObservables() {
    ownsObservables = true
    let count = graph.edges.count
    edgeObservables = .allocate(capacity: (count + 1) * observableStride)
    edgeObservables.update(from: graph.edgeObservables, count: count * observableStride)
    flipping = .allocate(capacity: count / 64 + 1)
    flipping.update(from: graph.flipping, count: count / 64 + 1)
  }
}
