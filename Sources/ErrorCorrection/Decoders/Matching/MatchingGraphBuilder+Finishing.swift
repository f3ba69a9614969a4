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
  /// It is left in parts only if each part happens by itself, too, and at least half as often: then
  /// the parts explain what the whole does, and the graph is simpler.
  private func isDivisible(_ fault: MatchingFault, _ probability: Double) -> Bool {
    guard fault.observables.isEmpty, !fault.whole.parts.isEmpty else { return false }
    return fault.parts.allSatisfy { part in
      guard let edge = edge(of: part.detectors) else { return false }
      let mask = mask(part.observables)
      guard let strands = parallel[edge] else {
        return flips(edge, mask) && edges[Int(edge)].probability >= probability / 2
      }
      return strands.probability(of: mask) >= probability / 2
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
    var byEdges: [[Int32]: [Int]] = [:]
    for mechanism in mechanismProbabilities.indices where mechanismProbabilities[mechanism] > 0 {
      let list = mechanismEdges[parts(of: mechanism)].sorted()
      guard list.count > 1, Set(list).count == list.count else { continue }
      byEdges[list, default: []].append(mechanism)
    }
    return byEdges.compactMap { jointFault($0.key, $0.value) }
  }

  private func parts(of mechanism: Int) -> Range<Int> {
    Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1])
  }

  /// What a mechanism flips beside what its edges are taken to flip.
  private func excess(of mechanism: Int) -> [UInt64] {
    var mask = loose[mechanism] ?? [UInt64](repeating: 0, count: observableStride)
    for part in parts(of: mechanism) {
      exchange(mechanismEdges[part], Int(mechanismStrands[part]), in: &mask)
    }
    return mask
  }

  /// Flips what a strand of an edge flips, and what the edge is taken to flip.
  private func exchange(_ edge: Int32, _ strand: Int, in mask: inout [UInt64]) {
    guard let faults = parallel[edge], strand != faults.outcome.strand else { return }
    for word in mask.indices {
      mask[word] ^= faults.masks[strand][word] ^ faults.masks[faults.outcome.strand][word]
    }
  }

  /// What happens where a correction holds just these edges: each for a reason of its own, or one of
  /// the mechanisms of them all. The likeliest observables count.
  private func jointFault(_ list: [Int32], _ mechanisms: [Int]) -> JointFaults.Fault? {
    var odds: [[UInt64]: Double] = [:]
    for mechanism in mechanisms {
      let p = mechanismProbabilities[mechanism]
      odds[excess(of: mechanism), default: 0] += p / max(1 - p, .leastNormalMagnitude)
    }
    let none = [UInt64](repeating: 0, count: observableStride)
    let unlike = odds.filter { $0.key != none }
    let likeliest = unlike.max { a, b in
      a.value != b.value ? a.value < b.value : a.key.lexicographicallyPrecedes(b.key)
    }
    guard let likeliest else { return nil }
    var separate = 1.0
    for edge in list {
      var other = edges[Int(edge)].probability
      guard other <= 0.5 else { return nil }
      for mechanism in mechanisms {
        // What is left of p ← p₁(1 − p₂) + p₂(1 − p₁) without the mechanism.
        let p = mechanismProbabilities[mechanism]
        other = p < 0.5 ? min(0.5, max(0, (other - p) / (1 - 2 * p))) : 0.5
      }
      separate *= other / (1 - other)
    }
    let alike = separate + (odds[none] ?? 0)
    let gain = logOdds(alike) - logOdds(likeliest.value)
    return gain > 0 ? .init(edges: list, observables: likeliest.key, gain: gain) : nil
  }

  /// ln((1 − p) / p) of what has the odds p / (1 − p).
  private func logOdds(_ odds: Double) -> Double { MatchingGraph.logOdds(odds / (1 + odds)) }
}
