import QuantumCore

/// Collects the edges of a matching graph from a detector error model.
///
/// Every part of a suggested decomposition (between `^`) is a fault of its own with the probability of the whole. Faults that
/// flip the same detectors become one edge, p ← p₁(1 − p₂) + p₂(1 − p₁), with the observables of the first of them: where
/// they disagree the code cannot tell them apart. Faults of probability 0 stay, far away, as evidence may raise them.
struct MatchingGraphBuilder {
  private(set) var edges: [MatchingGraph.Edge] = []
  /// By edge: `observableStride` words each.
  private(set) var observables: [UInt64] = []
  let observableStride: Int
  /// Observables that faults without detectors flip, if that is likelier than not.
  private(set) var certainObservables: [UInt64]
  /// Σ ln((1 − p) / p) over these.
  private(set) var certainWeight = 0.0
  private(set) var mechanismStarts: [Int32] = [0]
  private(set) var mechanismEdges: [Int32] = []
  private(set) var mechanismProbabilities: [Double] = []
  private(set) var sortedContributions: [MatchingGraph.Contribution] = []

  private static let wordLimit = 1 << 27
  private var edgeIndices: [UInt64: Int32] = [:]
  /// Faults without detectors: masks and probabilities.
  private var blind: [[UInt64]: Double] = [:]

  /// One part of a mechanism: what it flips an odd number of times.
  private struct Part {
    var detectors: [UInt64] = []
    var observables: [UInt64] = []
  }

  init(
    _ model: DetectorErrorModel, observableCount: Int
  ) throws {
    observableStride = max(1, (observableCount + 63) / 64)
    certainObservables = [UInt64](repeating: 0, count: observableStride)
    try model.forEachInstruction { step in
      if step.instruction.kind == .error { try add(step, of: model) }
    }
    finish()
  }

  private mutating func add(
    _ step: DetectorErrorModel.Step, of model: DetectorErrorModel
  ) throws {
    let parts = Self.parts(of: step.targets, offset: step.detectorOffset)
    if let part = parts.first(where: { $0.detectors.count > 2 }) {
      throw Self.refusal(of: part.detectors, isWhole: parts.count == 1, at: step.range)
    }
    guard observables.count < Self.wordLimit else {
      throw Obstacle(
        .memory(required: 16 * UInt64(Self.wordLimit), available: 8 * UInt64(Self.wordLimit)),
        "the observables of all edges take more than \(Self.wordLimit) words of 64 bits",
        hint: "decode fewer observables at a time")
    }
    let probability = model.probability(of: step.instruction)
    add(parts, probability)
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
      hint: "decompose the errors of the circuit into edges (--decompose_errors), "
        + "or take a decoder for hypergraphs")
  }

  /// The parts between separators; one that flips observables alone joins the first that flips detectors.
  private static func parts(
    of targets: ArraySlice<DetectorErrorModel.Target>, offset: UInt64
  ) -> [Part] {
    var parts = [Part()]
    for target in targets {
      if target.isSeparator {
        parts.append(Part())
      } else if target.isDetector {
        toggle(target.value + offset, in: &parts[parts.count - 1].detectors)
      } else {
        toggle(target.value, in: &parts[parts.count - 1].observables)
      }
    }
    guard let first = parts.firstIndex(where: { !$0.detectors.isEmpty }) else {
      var whole = Part()
      for part in parts { for index in part.observables { toggle(index, in: &whole.observables) } }
      return whole.observables.isEmpty ? [] : [whole]
    }
    for index in parts.indices where parts[index].detectors.isEmpty {
      for observable in parts[index].observables {
        toggle(observable, in: &parts[first].observables)
      }
    }
    return parts.filter { !$0.detectors.isEmpty }
  }

  private static func toggle(_ value: UInt64, in set: inout [UInt64]) {
    if let index = set.firstIndex(of: value) { set.remove(at: index) } else { set.append(value) }
  }

  private mutating func add(_ parts: [Part], _ probability: Double) {
    for part in parts {
      var mask = [UInt64](repeating: 0, count: observableStride)
      for observable in part.observables { mask[Int(observable >> 6)] ^= 1 << (observable & 63) }
      guard let detector = part.detectors.first else {
        blind[mask] = DetectorErrorModel.oddProbability(blind[mask] ?? 0, probability)
        continue
      }
      let other = part.detectors.count == 2 ? part.detectors[1] : UInt64(UInt32.max)
      let (low, high) = (min(detector, other), max(detector, other))
      let key = low << 32 | high
      let edge: Int32
      if let known = edgeIndices[key] {
        edge = known
      } else {
        edge = Int32(edges.count)
        edgeIndices[key] = edge
        edges.append(
          MatchingGraph.Edge(
            vertex: Int32(low), other: high == UInt64(UInt32.max) ? -1 : Int32(high),
            probability: 0, contributions: 0..<0))
        observables.append(contentsOf: mask)
      }
      edges[Int(edge)].probability = DetectorErrorModel.oddProbability(
        edges[Int(edge)].probability, probability)
      mechanismEdges.append(edge)
    }
  }

  /// Sorts the contributions by edge, and sums up the faults that flip no detector.
  private mutating func finish() {
    var starts = [Int32](repeating: 0, count: edges.count + 1)
    for edge in mechanismEdges { starts[Int(edge) + 1] += 1 }
    for edge in edges.indices {
      starts[edge + 1] += starts[edge]
      edges[edge].contributions = starts[edge]..<starts[edge + 1]
    }
    sortedContributions = [MatchingGraph.Contribution](
      repeating: .init(mechanism: 0, probability: 0), count: mechanismEdges.count)
    for mechanism in 0..<mechanismStarts.count - 1 {
      for part in Int(mechanismStarts[mechanism])..<Int(mechanismStarts[mechanism + 1]) {
        let edge = Int(mechanismEdges[part])
        sortedContributions[Int(starts[edge])] = .init(
          mechanism: Int32(mechanism), probability: mechanismProbabilities[mechanism])
        starts[edge] += 1
      }
    }
    for (mask, probability) in blind where probability > 0.5 {
      certainWeight += MatchingGraph.logOdds(probability)
      for word in mask.indices { certainObservables[word] ^= mask[word] }
    }
  }
}
