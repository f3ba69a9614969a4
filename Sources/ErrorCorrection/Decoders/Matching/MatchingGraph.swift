import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The weighted graph on which a matching decoder works: detectors are vertices, faults that flip
/// one or two are edges.
///
/// An edge of probability p weighs |ln((1 − p) / p)|, rounded to an even integer, with about 2²⁴
/// distinct values: even, so that two regions that grow towards each other meet at a whole time. An
/// edge of p > 1/2 is taken to have happened: what it flips is in `negativeDetections` and
/// `negativeObservables`, and the matching is asked for what is left.
///
/// Neighbours lie in one array, those of a vertex side by side and the nearest first; the half-edge
/// to the boundary, if there is one, stands before them. Immutable, shared by threads; memory is
/// linear in edges.
///
/// - Source: [Higgott25], section 2.
package final class MatchingGraph: @unchecked Sendable {
  /// What the search needs of a vertex, in one load.
  struct Vertex {
    /// Half-edges to other vertices are `first..<end`, the one to the boundary is `first - 1`.
    var first: Int32
    var end: Int32
    /// Weight of the lightest edge, the boundary's included; `farWeight` if there is none.
    var minimum: Int32
    /// Weight of the edge to the boundary; `Int32.max` if there is none.
    var boundary: Int32
  }

  /// Faults that flip the same detectors, taken together.
  package struct Edge {
    package let vertex: Int32
    /// `boundary` or a vertex.
    package let other: Int32
    /// That an odd number of its faults happen.
    package internal(set) var probability: Double
    /// Indices into `contributions`.
    var contributions: Range<Int32>
  }

  /// A mechanism's part in an edge.
  struct Contribution {
    var mechanism: Int32
    /// See `ParallelFaults`.
    var strand: Int32
    var probability: Double
  }

  package static let boundary: Int32 = -1
  /// Of edges that cannot be: more than 32 times what the others may weigh.
  static let farWeight: Int32 = 1 << 30
  /// The largest weight of an edge that may or may not be.
  static let largestWeight: Int32 = 1 << 25 - 2

  package let detectorCount: Int
  package let observableCount: Int
  /// 64-bit words of an observable mask, at least 1.
  let observableStride: Int
  package let edges: [Edge]
  let contributions: [Contribution]
  /// Edges of mechanism m are `mechanismEdges[mechanismStarts[m]..<mechanismStarts[m + 1]]`.
  let mechanismStarts: [Int32]
  let mechanismEdges: [Int32]
  /// The strand of each of these.
  let mechanismStrands: [Int32]
  let mechanismProbabilities: [Double]
  let halfEdgeCount: Int
  /// By edge, for those with faults of unlike observables.
  let parallel: [Int32: ParallelFaults]
  let joint: JointFaults?
  /// What flips no detector: that an odd number of it happens.
  let blind: [ObservableSet: Double]
  /// What can be explained; with evidence of edges that otherwise cannot be, the second.
  let parities: EventParities
  let paritiesWithEvidence: EventParities

  let vertices: UnsafeMutablePointer<Vertex>
  /// By half-edge: the vertex at the other end.
  let neighbours: UnsafeMutablePointer<Int32>
  /// By half-edge.
  let weights: UnsafeMutablePointer<Int32>
  /// By half-edge: the edge.
  let edgeOf: UnsafeMutablePointer<Int32>
  /// By edge: its half-edges; the second is -1 at the boundary.
  let halves: UnsafeMutablePointer<(Int32, Int32)>
  /// By edge: `observableStride` words each.
  let edgeObservables: UnsafeMutablePointer<UInt64>
  /// A bit for every edge that flips an observable.
  let flipping: UnsafeMutablePointer<UInt64>
  /// By edge: |ln((1 − p) / p)|.
  let edgeWeights: UnsafeMutablePointer<Double>

  /// Words of detections that edges of p > 1/2 flip.
  let negativeDetections: [UInt64]
  let hasNegativeEdges: Bool
  /// What they, and likely faults that flip no detector, do to the observables.
  let negativeObservables: [UInt64]
  /// Σ ln((1 − p) / p) over them, not positive.
  let negativeWeight: Double
  /// Integer weight of one unit of natural logarithm.
  let scale: Double

  /// Makes the graph of a model.
  ///
  /// - Throws: a `Diagnostic` for a fault that flips more than two detectors; `Obstacle` where the
  ///   graph would not fit.
  package convenience init(_ model: DetectorErrorModel) throws {
    let (detectors, observables) = try DecodingLimits.countsOfUnrolled(model)
    self.init(
      try MatchingGraphBuilder(model, observableCount: observables),
      detectorCount: detectors, observableCount: observables)
  }

  init(_ parts: MatchingGraphBuilder, detectorCount: Int, observableCount: Int) {
    self.detectorCount = detectorCount
    self.observableCount = observableCount
    observableStride = parts.observableStride
    let edges = parts.edges
    self.edges = edges
    contributions = parts.sortedContributions
    (mechanismStarts, mechanismEdges) = (parts.mechanismStarts, parts.mechanismEdges)
    (mechanismStrands, parallel, joint) = (parts.mechanismStrands, parts.parallel, parts.joint)
    blind = parts.blind
    (parities, paritiesWithEvidence) = EventParities.both(edges, detectorCount: detectorCount)
    mechanismProbabilities = parts.mechanismProbabilities
    let edgeCount = edges.count
    vertices = .allocate(capacity: detectorCount + 1)
    halves = .allocate(capacity: edgeCount + 1)
    edgeObservables = .allocate(capacity: (edgeCount + 1) * observableStride)
    for (index, word) in parts.observables.enumerated() { edgeObservables[index] = word }
    flipping = .allocate(capacity: edgeCount / 64 + 1)
    flipping.initialize(repeating: 0, count: edgeCount / 64 + 1)
    for (index, word) in parts.observables.enumerated() where word != 0 {
      let edge = index / parts.observableStride
      flipping[edge >> 6] |= 1 << UInt64(edge & 63)
    }
    edgeWeights = .allocate(capacity: edgeCount + 1)
    halfEdgeCount = edges.reduce(0) { $0 + ($1.other < 0 ? 1 : 2) }
    neighbours = .allocate(capacity: halfEdgeCount + 1)
    weights = .allocate(capacity: halfEdgeCount + 1)
    edgeOf = .allocate(capacity: halfEdgeCount + 1)
    // Weights are rounded to twice an integer of at most 24 bits.
    var largest = 0.0
    for edge in edges {
      guard edge.probability > 0, edge.probability < 1 else { continue }
      largest = max(largest, abs(Self.logOdds(edge.probability)))
    }
    scale = largest > 0 ? Double(Self.largestWeight) / largest : 1
    var flips = [UInt64](repeating: 0, count: (detectorCount + 63) / 64)
    var observables = parts.certainObservables
    var total = parts.certainWeight
    var isNegative = false
    for (index, edge) in edges.enumerated() {
      let weight = Self.logOdds(edge.probability)
      edgeWeights[index] = abs(weight)
      guard weight < 0 else { continue }
      isNegative = true
      total += weight
      flips[Int(edge.vertex) >> 6] ^= 1 << UInt64(edge.vertex & 63)
      if edge.other >= 0 { flips[Int(edge.other) >> 6] ^= 1 << UInt64(edge.other & 63) }
      for word in 0..<observableStride {
        observables[word] ^= parts.observables[index * observableStride + word]
      }
    }
    (negativeDetections, hasNegativeEdges) = (flips, isNegative)
    (negativeObservables, negativeWeight) = (observables, total)
    layOutHalfEdges()
  }

  deinit {
    vertices.deallocate()
    neighbours.deallocate()
    weights.deallocate()
    edgeOf.deallocate()
    halves.deallocate()
    edgeObservables.deallocate()
    flipping.deallocate()
    edgeWeights.deallocate()
  }

  /// ln((1 − p) / p), finite also if p is 1.
  static func logOdds(_ probability: Double) -> Double {
    let probability = min(probability, 1 - 0x1p-53)
    return log1p(-probability) - log(probability)
  }

  /// An even integer in proportion to |ln((1 − p) / p)|; `farWeight` if p is 0 or 1.
  func integerWeight(of probability: Double) -> Int32 {
    guard probability > 0, probability < 1 else { return Self.farWeight }
    let half = (abs(Self.logOdds(probability)) * scale / 2).rounded()
    return half < Double(Self.farWeight / 2) ? 2 * Int32(half) : Self.farWeight
  }

  /// Fills the arrays of half-edges, sorted by vertex, then weight.
  private func layOutHalfEdges() {
    var starts = [Int32](repeating: 0, count: detectorCount + 1)
    for edge in edges {
      starts[Int(edge.vertex) + 1] += 1
      if edge.other >= 0 { starts[Int(edge.other) + 1] += 1 }
    }
    for vertex in 0..<detectorCount { starts[vertex + 1] += starts[vertex] }
    let order = edges.indices.sorted { a, b in
      let (isBoundary, other) = (edges[a].other < 0, edges[b].other < 0)
      if isBoundary != other { return isBoundary }
      return (edgeWeights[a], a) < (edgeWeights[b], b)
    }
    for vertex in 0..<detectorCount {
      vertices[vertex] = Vertex(
        first: starts[vertex], end: starts[vertex], minimum: Self.farWeight, boundary: .max)
    }
    for index in order {
      let (edge, weight) = (edges[index], integerWeight(of: edges[index].probability))
      let first = add(index, from: edge.vertex, to: edge.other, weight)
      let second = edge.other < 0 ? -1 : add(index, from: edge.other, to: edge.vertex, weight)
      (halves + index).initialize(to: (first, second))
    }
  }

  private func add(_ edge: Int, from: Int32, to: Int32, _ weight: Int32) -> Int32 {
    let vertex = vertices + Int(from)
    let half = vertex.pointee.end
    vertex.pointee.end += 1
    vertex.pointee.minimum = min(vertex.pointee.minimum, weight)
    if to < 0 {
      vertex.pointee.boundary = weight
      vertex.pointee.first += 1
    }
    neighbours[Int(half)] = to
    weights[Int(half)] = weight
    edgeOf[Int(half)] = Int32(edge)
    return half
  }
}
