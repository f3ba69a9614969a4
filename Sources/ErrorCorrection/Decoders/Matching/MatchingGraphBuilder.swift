import QuantumCore

/// Collects the edges of a matching graph from a detector error model.
///
/// Every part of a suggested decomposition (between `^`) is a fault of its own with the probability
/// of the whole, but where the whole is better taken for an edge, see `isDivisible`. Faults that
/// flip the same detectors become one edge, p ← p₁(1 − p₂) + p₂(1 − p₁); those of them that flip
/// other observables are `ParallelFaults`, of which the likelier count. Observables without
/// detectors belong to the whole fault, see `JointFaults`. Faults of probability 0 stay, far away,
/// as evidence may raise them.
struct MatchingGraphBuilder {
  var edges: [MatchingGraph.Edge] = []
  /// By edge: `observableStride` words each.
  var observables: [UInt64] = []
  let observableStride: Int
  /// Observables that flip in any case: those of faults without detectors, if these are likelier
  /// than not, and those that go with edges of parallel faults.
  var certainObservables: [UInt64]
  /// Σ ln((1 − p) / p) over these.
  var certainWeight = 0.0
  var mechanismStarts: [Int32] = [0]
  var mechanismEdges: [Int32] = []
  /// The strand of each of `mechanismEdges`, see `ParallelFaults`.
  var mechanismStrands: [Int32] = []
  var mechanismProbabilities: [Double] = []
  var sortedContributions: [MatchingGraph.Contribution] = []
  /// By edge, for those with faults of unlike observables.
  var parallel: [Int32: ParallelFaults] = [:]
  var joint: JointFaults?

  private static let wordLimit = 1 << 27
  private var edgeIndices: [UInt64: Int32] = [:]
  /// Faults without detectors: masks and probabilities.
  var blind: [[UInt64]: Double] = [:]
  /// Mechanisms in parts that flip at most two detectors all together: their numbers, ascending.
  var divided: [(mechanism: Int, fault: MatchingFault)] = []
  /// By mechanism: the observables that belong to no edge.
  var loose: [Int: [UInt64]] = [:]

  init(
    _ model: DetectorErrorModel, observableCount: Int
  ) throws {
    observableStride = max(1, (observableCount + 63) / 64)
    certainObservables = [UInt64](repeating: 0, count: observableStride)
    try model.forEachDistinctInstruction { step in
      if step.instruction.kind == .error { try add(step, of: model) }
    }
    settleDivided()
    finish()
  }

  private mutating func add(
    _ step: DetectorErrorModel.Step, of model: DetectorErrorModel
  ) throws {
    let fault = MatchingFault(step.targets, offset: step.detectorOffset)
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
      divided.append((mechanismProbabilities.count, fault))
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

  func mask(_ observables: [UInt64]) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: observableStride)
    for observable in observables { mask[Int(observable >> 6)] ^= 1 << (observable & 63) }
    return mask
  }

  /// Adds the edges of a mechanism behind those of the mechanisms before.
  mutating func add(_ fault: MatchingFault, of mechanism: Int, _ probability: Double) {
    if fault.parts.isEmpty, !fault.observables.isEmpty {
      let mask = mask(fault.observables)
      blind[mask] = DetectorErrorModel.oddProbability(blind[mask] ?? 0, probability)
    } else if !fault.observables.isEmpty {
      loose[mechanism] = mask(fault.observables)
    }
    for part in fault.parts {
      let (edge, strand) = place(part, probability)
      mechanismEdges.append(edge)
      mechanismStrands.append(strand)
    }
  }

  private static func key(_ detectors: [UInt64]) -> UInt64 {
    let other = detectors.count == 2 ? detectors[1] : UInt64(UInt32.max)
    return min(detectors[0], other) << 32 | max(detectors[0], other)
  }

  /// The edge that flips one or two detectors.
  func edge(of detectors: [UInt64]) -> Int32? { edgeIndices[Self.key(detectors)] }

  /// Adds a fault to its edge.
  private mutating func place(
    _ part: MatchingFault.Part, _ probability: Double
  ) -> (edge: Int32, strand: Int32) {
    let (mask, key) = (mask(part.observables), Self.key(part.detectors))
    guard let edge = edgeIndices[key] else {
      let (low, high) = (key >> 32, key & UInt64(UInt32.max))
      edgeIndices[key] = Int32(edges.count)
      edges.append(
        MatchingGraph.Edge(
          vertex: Int32(low), other: high == UInt64(UInt32.max) ? -1 : Int32(high),
          probability: probability, contributions: 0..<0))
      observables.append(contentsOf: mask)
      return (Int32(edges.count - 1), 0)
    }
    let words = Int(edge) * observableStride..<(Int(edge) + 1) * observableStride
    if !parallel.isEmpty, parallel[edge] != nil {
      return (edge, Int32(parallel[edge]?.add(mask, probability) ?? 0))
    }
    let known = edges[Int(edge)].probability
    if observables[words].elementsEqual(mask) {
      edges[Int(edge)].probability = DetectorErrorModel.oddProbability(known, probability)
      return (edge, 0)
    }
    var faults = ParallelFaults(Array(observables[words]), known)
    let strand = faults.add(mask, probability)
    parallel[edge] = faults
    return (edge, Int32(strand))
  }
}
