import QuantumCore

// What can only be told once all mechanisms are known.

extension MatchingGraphBuilder {
  /// Decides on mechanisms in parts that flip at most two detectors all together, and puts their
  /// edges into place.
  mutating func settleDivided() {
    if divided.isEmpty { return }
    let settled = divided.map { mechanism, fault in
      isDivisible(fault, mechanismProbabilities[mechanism]) ? fault : fault.whole
    }
    let (starts, known) = (mechanismStarts, (edges: mechanismEdges, strands: mechanismStrands))
    (mechanismStarts, mechanismEdges, mechanismStrands) = ([0], [], [])
    var next = 0
    for mechanism in mechanismProbabilities.indices {
      if next < divided.count, divided[next].mechanism == mechanism {
        add(settled[next], of: mechanism, mechanismProbabilities[mechanism])
        next += 1
      } else {
        let places = Int(starts[mechanism])..<Int(starts[mechanism + 1])
        mechanismEdges += known.edges[places]
        mechanismStrands += known.strands[places]
      }
      mechanismStarts.append(Int32(mechanismEdges.count))
    }
    divided = []
  }

  /// Whether a mechanism that flips at most two detectors is better taken in parts.
  ///
  /// As one edge it is what it is; in parts it looks as unlikely as all of them happening together.
  /// It is left in parts only if these are what mostly happens there anyway, each for itself and at
  /// least half as often, and no edge flips the same detectors and other observables: then the
  /// parts explain what the whole does, and the graph is simpler.
  private func isDivisible(_ fault: MatchingFault, _ probability: Double) -> Bool {
    let whole = fault.whole
    guard fault.observables.isEmpty, let part = whole.parts.first else { return false }
    if let edge = edge(of: part.detectors),
      parallel[edge] != nil || !flips(edge, mask(part.observables))
    {
      return false
    }
    return fault.parts.allSatisfy { part in
      guard let edge = edge(of: part.detectors) else { return false }
      let mask = mask(part.observables)
      guard let strands = parallel[edge] else {
        return flips(edge, mask) && edges[Int(edge)].probability >= probability / 2
      }
      let own = strands.probability(of: mask)
      return own >= probability / 2 && own >= strands.probabilities.max() ?? 0
    }
  }

  /// Whether an edge flips just these observables.
  private func flips(_ edge: Int32, _ mask: [UInt64]) -> Bool {
    observables[Int(edge) * observableStride..<(Int(edge) + 1) * observableStride]
      .elementsEqual(mask)
  }

  mutating func finish() {
    resolveParallel()
    sortContributions()
    for (mask, probability) in blind where probability > 0.5 {
      certainWeight += MatchingGraph.logOdds(probability)
      for word in mask.indices { certainObservables[word] ^= mask[word] }
    }
    joint = JointFaults(jointFaults())
  }

  /// Puts one edge in the place of parallel faults.
  private mutating func resolveParallel() {
    for edge in parallel.keys.sorted() {
      parallel[edge]?.resolve()
      guard let faults = parallel[edge] else { continue }
      let outcome = faults.outcome
      edges[Int(edge)].probability = outcome.probability
      certainWeight += outcome.certainWeight
      for word in 0..<observableStride {
        observables[Int(edge) * observableStride + word] = faults.masks[outcome.strand][word]
        certainObservables[word] ^= outcome.certainObservables[word]
      }
    }
  }

  /// Sorts the contributions by edge.
  private mutating func sortContributions() {
    var starts = [Int32](repeating: 0, count: edges.count + 1)
    for edge in mechanismEdges { starts[Int(edge) + 1] += 1 }
    for edge in edges.indices {
      starts[edge + 1] += starts[edge]
      edges[edge].contributions = starts[edge]..<starts[edge + 1]
    }
    sortedContributions = [MatchingGraph.Contribution](
      repeating: .init(mechanism: 0, strand: 0, probability: 0), count: mechanismEdges.count)
    for mechanism in 0..<mechanismStarts.count - 1 {
      for part in Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1]) {
        let edge = Int(mechanismEdges[part])
        sortedContributions[Int(starts[edge])] = .init(
          mechanism: Int32(mechanism), strand: mechanismStrands[part],
          probability: mechanismProbabilities[mechanism])
        starts[edge] += 1
      }
    }
  }

  // MARK: Joint faults

  /// The mechanisms of several edges that flip other observables than these do.
  private func jointFaults() -> [JointFaults.Fault] {
    if loose.isEmpty, parallel.isEmpty { return [] }
    return mechanismProbabilities.indices.compactMap { mechanism in
      let parts = Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1])
      guard parts.count > 1 else { return nil }
      var mask = loose[mechanism] ?? [UInt64](repeating: 0, count: observableStride)
      for part in parts { exchange(mechanismEdges[part], Int(mechanismStrands[part]), in: &mask) }
      guard mask.contains(where: { $0 != 0 }) else { return nil }
      return jointFault(mechanism, parts, mask)
    }
  }

  /// Flips what a strand of an edge flips, and what the edge is taken to flip.
  private func exchange(_ edge: Int32, _ strand: Int, in mask: inout [UInt64]) {
    guard let faults = parallel[edge], strand != faults.outcome.strand else { return }
    for word in mask.indices {
      mask[word] ^= faults.masks[strand][word] ^ faults.masks[faults.outcome.strand][word]
    }
  }

  private func jointFault(
    _ mechanism: Int, _ parts: Range<Int>, _ mask: [UInt64]
  ) -> JointFaults.Fault? {
    let (list, probability) = (mechanismEdges[parts], mechanismProbabilities[mechanism])
    guard probability > 0, Set(list).count == list.count else { return nil }
    var gain = -MatchingGraph.logOdds(probability)
    for part in parts {
      let edge = mechanismEdges[part]
      var other = edges[Int(edge)].probability
      guard other <= 0.5 else { return nil }
      if Int(mechanismStrands[part]) == parallel[edge]?.outcome.strand ?? 0 {
        // What is left of p ← p₁(1 − p₂) + p₂(1 − p₁) without the mechanism.
        other = probability < 0.5 ? max(0, (other - probability) / (1 - 2 * probability)) : 0.5
      }
      gain += MatchingGraph.logOdds(other)
    }
    return gain > 0 ? .init(edges: list.sorted(), observables: mask, gain: gain) : nil
  }
}
