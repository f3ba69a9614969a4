import QuantumCore

/// Collects the edges of a matching graph from a detector error model.
///
/// Every part of a suggested decomposition (between `^`) is a fault of its own with the probability
/// of the whole, but where the whole is better taken for an edge, see `DividedFaults`. Faults that
/// flip the same detectors become one edge, p ← p₁(1 − p₂) + p₂(1 − p₁); those of them that flip
/// other observables are `ParallelFaults`, of which the likelier count. Observables without
/// detectors belong to the whole fault, see `JointFaults`. Faults of probability 0 stay, far away,
/// as evidence may raise them.
struct MatchingGraphBuilder {
  private(set) var edges: [MatchingGraph.Edge] = []
  /// By edge: `observableStride` words each.
  private(set) var observables: [UInt64] = []
  let observableStride: Int
  /// Observables that flip in any case: those of faults without detectors, if these are likelier
  /// than not, and those that go with edges of parallel faults.
  private(set) var certainObservables: [UInt64]
  /// Σ ln((1 − p) / p) over these.
  private(set) var certainWeight = 0.0
  /// What flips no detector: that an odd number of it happens.
  private(set) var blind: [ObservableSet: Double] = [:]
  private(set) var mechanismStarts: [Int32] = [0]
  private(set) var mechanismEdges: [Int32] = []
  /// The strand of each of `mechanismEdges`, see `ParallelFaults`.
  private(set) var mechanismStrands: [Int32] = []
  private(set) var mechanismProbabilities: [Double] = []
  private(set) var sortedContributions: [MatchingGraph.Contribution] = []
  /// By edge, for those with faults of unlike observables.
  private(set) var parallel: [Int32: ParallelFaults] = [:]
  private(set) var joint: JointFaults?

  private static let wordLimit = 1 << 27
  private var edgeIndices: [UInt64: Int32] = [:]
  private var divided = DividedFaults()
  /// By mechanism: the observables that belong to no edge.
  private var loose: [Int: ObservableSet] = [:]

  init(_ model: DetectorErrorModel, observableCount: Int) throws {
    observableStride = max(1, (observableCount + 63) / 64)
    certainObservables = [UInt64](repeating: 0, count: observableStride)
    try model.forEachDistinctInstruction { step in
      if step.instruction.kind == .error { try add(step, of: model) }
    }
    if !divided.isEmpty { settleDivided() }
    sortContributions()
    resolveParallel()
    settleBlind()
    findJointFaults()
  }

  private mutating func add(
    _ step: DetectorErrorModel.Step, of model: DetectorErrorModel
  ) throws {
    let fault = DecomposedFault(step.targets, offset: step.detectorOffset)
    if let part = fault.parts.first(where: { $0.detectors.count > 2 }) {
      throw Self.refusal(of: part.detectors, isWhole: fault.parts.count == 1, at: step.range)
    }
    guard observables.count < Self.wordLimit else {
      throw Obstacle(
        .memory(required: 16 * UInt64(Self.wordLimit), available: 8 * UInt64(Self.wordLimit)),
        "the observables of all edges take more than \(Self.wordLimit) words of 64 bits",
        hint: "decode fewer observables at a time")
    }
    let probability = DetectorErrorModel.oddProbability(
      model.probability(of: step.instruction), times: step.multiplicity)
    if fault.isSmall {
      divided.append(fault, of: mechanismProbabilities.count, probability)
    } else {
      add(fault, of: mechanismProbabilities.count, probability)
    }
    mechanismStarts.append(Int32(mechanismEdges.count))
    mechanismProbabilities.append(probability)
  }

  private static func refusal(
    of detectors: [UInt64], isWhole: Bool, at place: SourceRange?
  ) -> Diagnostic {
    let names = detectors.prefix(4).map { "D\($0)" }.joined(separator: " ")
    let list = detectors.count > 4 ? names + " …" : names
    return Diagnostic(
      "a matching decoder needs faults that flip at most 2 detectors; "
        + "this \(isWhole ? "error" : "part of an error") flips \(detectors.count): \(list)",
      code: "not-graphlike", at: place,
      hint: "decompose the errors into edges with 'analyze_errors --decompose_errors', "
        + "or take a decoder for hypergraphs")
  }

  // MARK: Faults

  /// Adds the edges of a mechanism behind those of the mechanisms before.
  private mutating func add(_ fault: DecomposedFault, of mechanism: Int, _ probability: Double) {
    if fault.parts.isEmpty, !fault.observables.isEmpty {
      let known = blind[fault.observables] ?? 0
      blind[fault.observables] = DetectorErrorModel.oddProbability(known, probability)
    } else if !fault.observables.isEmpty {
      loose[mechanism] = fault.observables
    }
    for part in fault.parts {
      let (edge, strand) = place(part, probability)
      mechanismEdges.append(edge)
      mechanismStrands.append(strand)
    }
  }

  private static func key(_ detectors: [UInt64]) -> UInt64 {
    detectors[0] << 32 | (detectors.count == 2 ? detectors[1] : UInt64(UInt32.max))
  }

  /// Adds a fault to its edge.
  private mutating func place(
    _ part: DecomposedFault.Part, _ probability: Double
  ) -> (edge: Int32, strand: Int32) {
    let key = Self.key(part.detectors)
    guard let edge = edgeIndices[key] else {
      edgeIndices[key] = Int32(edges.count)
      edges.append(
        MatchingGraph.Edge(
          vertex: Int32(part.detectors[0]),
          other: part.detectors.count == 2 ? Int32(part.detectors[1]) : MatchingGraph.boundary,
          probability: probability, contributions: 0..<0))
      let place = observables.count
      observables.append(contentsOf: repeatElement(0, count: observableStride))
      observables.withUnsafeMutableBufferPointer {
        part.observables.flip($0.baseAddress.map { $0 + place })
      }
      return (Int32(edges.count - 1), 0)
    }
    edges[Int(edge)].probability = DetectorErrorModel.oddProbability(
      edges[Int(edge)].probability, probability)
    if parallel.isEmpty || parallel[edge] == nil {
      if flips(edge, part.observables) { return (edge, 0) }
      parallel[edge] = ParallelFaults(ObservableSet(words: observables[words(of: edge)]))
    }
    return (edge, Int32(parallel[edge]?.strand(of: part.observables) ?? 0))
  }

  private func words(of edge: Int32) -> Range<Int> {
    Int(edge) * observableStride..<(Int(edge) + 1) * observableStride
  }

  /// Whether an edge flips just these observables.
  private func flips(_ edge: Int32, _ set: ObservableSet) -> Bool {
    let words = observables[words(of: edge)]
    return words.reduce(0) { $0 + $1.nonzeroBitCount } == set.members.count
      && set.isSubset(ofWords: words)
  }

  private func parts(of mechanism: Int) -> Range<Int> {
    Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1])
  }

  // MARK: What can only be told once all mechanisms are known

  /// Decides on mechanisms in parts that flip at most two detectors all together, and puts their
  /// edges into place.
  private mutating func settleDivided() {
    let settled = divided.settled(beside: faultsAlone())
    let (starts, known) = (mechanismStarts, (edges: mechanismEdges, strands: mechanismStrands))
    (mechanismStarts, mechanismEdges, mechanismStrands) = ([0], [], [])
    var next = 0
    for mechanism in mechanismProbabilities.indices {
      if next < settled.count, settled[next].mechanism == mechanism {
        add(settled[next].fault, of: mechanism, mechanismProbabilities[mechanism])
        next += 1
      } else {
        let places = Int(starts[mechanism])..<Int(starts[mechanism + 1])
        mechanismEdges += known.edges[places]
        mechanismStrands += known.strands[places]
      }
      mechanismStarts.append(Int32(mechanismEdges.count))
    }
    divided = DividedFaults()
  }

  /// The faults so far that are one edge, by edge and observables.
  private func faultsAlone() -> [DividedFaults.Edge] {
    var probabilities: [[Double]] = edges.indices.map { edge in
      let count = parallel.isEmpty ? 1 : parallel[Int32(edge)]?.strands.count ?? 1
      return [Double](repeating: 0, count: count)
    }
    for mechanism in mechanismProbabilities.indices where parts(of: mechanism).count == 1 {
      let part = parts(of: mechanism).lowerBound
      let (edge, strand) = (Int(mechanismEdges[part]), Int(mechanismStrands[part]))
      probabilities[edge][strand] = DetectorErrorModel.oddProbability(
        probabilities[edge][strand], mechanismProbabilities[mechanism])
    }
    return edges.indices.flatMap { edge in
      let (a, b) = (edges[edge].vertex, edges[edge].other)
      return probabilities[edge].enumerated().filter { $0.element > 0 }.map { strand, probability in
        DividedFaults.Edge(
          fault: .init(
            detectors: b < 0 ? [UInt64(a)] : [UInt64(a), UInt64(b)],
            observables: observables(of: Int32(edge), strand: strand)),
          probability: probability)
      }
    }
  }

  private func observables(of edge: Int32, strand: Int) -> ObservableSet {
    parallel[edge]?.strands[strand] ?? ObservableSet(words: observables[words(of: edge)])
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
    for mechanism in mechanismProbabilities.indices {
      for part in parts(of: mechanism) {
        let edge = Int(mechanismEdges[part])
        sortedContributions[Int(starts[edge])] = .init(
          mechanism: Int32(mechanism), strand: mechanismStrands[part],
          probability: mechanismProbabilities[mechanism])
        starts[edge] += 1
      }
    }
  }

  private func contributions(to edge: Int) -> ArraySlice<MatchingGraph.Contribution> {
    let range = edges[edge].contributions
    return sortedContributions[Int(range.lowerBound)..<Int(range.upperBound)]
  }

  private func probabilities(of edge: Int, strandCount: Int) -> ParallelFaults.Probabilities {
    var probabilities = ParallelFaults.Probabilities(strandCount: strandCount)
    for part in contributions(to: edge) {
      probabilities.add(
        part.probability, to: Int(part.strand),
        isAlone: parts(of: Int(part.mechanism)).count == 1)
    }
    return probabilities
  }

  /// Puts one edge in the place of parallel faults.
  private mutating func resolveParallel() {
    for edge in parallel.keys.sorted() {
      guard var faults = parallel.removeValue(forKey: edge) else { continue }
      faults.resolve(probabilities(of: Int(edge), strandCount: faults.strands.count))
      let outcome = faults.outcome
      edges[Int(edge)].probability = outcome.probability
      certainWeight += outcome.certainWeight
      outcome.certainObservables.flip(&certainObservables)
      observables.replaceSubrange(
        words(of: edge), with: repeatElement(0, count: observableStride))
      let place = words(of: edge).lowerBound
      observables.withUnsafeMutableBufferPointer {
        faults.strands[outcome.strand].flip($0.baseAddress.map { $0 + place })
      }
      parallel[edge] = faults
    }
  }

  /// Takes what is likelier than not, and flips no detector, to have happened.
  private mutating func settleBlind() {
    for (observables, probability) in blind.sorted(by: { $0.key < $1.key })
    where probability > 0.5 {
      certainWeight += MatchingGraph.logOdds(probability)
      observables.flip(&certainObservables)
    }
    for (mechanism, observables) in loose where mechanismProbabilities[mechanism] > 0.5 {
      observables.flip(&certainObservables)
    }
  }

  // MARK: Joint faults

  private mutating func findJointFaults() {
    if loose.isEmpty, parallel.isEmpty { return }
    var finder = JointFaultFinder(
      alone: edges.indices.map { edge in
        let faults = parallel[Int32(edge)]
        let alone = probabilities(of: edge, strandCount: faults?.strands.count ?? 1).alone
        let probability = alone[faults?.outcome.strand ?? 0]
        return min(probability, 1 - probability)
      })
    for mechanism in mechanismProbabilities.indices where parts(of: mechanism).count > 1 {
      finder.add(
        Array(mechanismEdges[parts(of: mechanism)]), excess(of: mechanism),
        mechanismProbabilities[mechanism])
    }
    joint = finder.jointFaults()
  }

  /// What a mechanism flips beside what its edges are taken to flip.
  private func excess(of mechanism: Int) -> ObservableSet {
    var sets = loose[mechanism].map { [$0] } ?? []
    for part in parts(of: mechanism) {
      guard let faults = parallel[mechanismEdges[part]] else { continue }
      let strand = Int(mechanismStrands[part])
      guard strand != faults.outcome.strand else { continue }
      sets += [faults.strands[strand], faults.strands[faults.outcome.strand]]
    }
    return sets.isEmpty ? ObservableSet() : .flippedTogether(sets)
  }
}
