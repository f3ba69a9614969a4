import QuantumCore

/// Which detection events a graph can explain at all: in every component without an edge to the
/// boundary an even number.
///
/// What no set of edges explains gets one answer from all decoders: nothing is predicted, the
/// weight is infinite, and the shot is marked.
struct EventParities: Sendable {
  /// Some detectors of one word; `expected` has the bits of those that certain faults flip.
  private struct Mask: Sendable {
    let word: Int
    var bits: UInt64
    var expected: UInt64
  }

  /// Detectors that no edge ends at, each of which is decided alone.
  private var loose: [Mask] = []
  /// Components are `masks[starts[k]..<starts[k + 1]]`.
  private var masks: [Mask] = []
  private var starts = [0]

  /// Whether everything can be explained.
  var isTrivial: Bool { loose.isEmpty && masks.isEmpty }

  /// An edge between two nodes, of which -1 is the boundary.
  typealias Edge = (node: Int32, other: Int32, probability: Double)

  /// - Parameter allowsAnyProbability: whether evidence may give edges that cannot be, or are
  ///   certain, other probabilities.
  init(detectorCount: Int, edges: some Collection<Edge>, allowsAnyProbability: Bool) {
    var forest = DisjointSets(count: detectorCount + 1)
    var (isLinked, flips) = (BitVector(count: detectorCount), BitVector(count: detectorCount))
    for edge in edges {
      let (a, b) = (Int(edge.node), edge.other < 0 ? detectorCount : Int(edge.other))
      if allowsAnyProbability || (edge.probability > 0 && edge.probability < 1) {
        forest.join(a, b)
        isLinked[a] = true
        if b < detectorCount { isLinked[b] = true }
      } else if edge.probability >= 1 {
        flips[a].toggle()
        if b < detectorCount { flips[b].toggle() }
      }
    }
    let outside = forest.root(of: detectorCount)
    var members: [Int: [Int]] = [:]
    for detector in 0..<detectorCount {
      if !isLinked[detector] {
        Self.add(detector, flips[detector], to: &loose, from: 0)
      } else if case let root = forest.root(of: detector), root != outside {
        members[root, default: []].append(detector)
      }
    }
    for detectors in members.values.sorted(by: { $0[0] < $1[0] }) {
      for detector in detectors {
        Self.add(detector, flips[detector], to: &masks, from: starts[starts.count - 1])
      }
      starts.append(masks.count)
    }
  }

  /// Those of a graph as it is, and those where evidence may raise any edge.
  static func both(
    _ edges: [MatchingGraph.Edge], detectorCount: Int
  ) -> (EventParities, EventParities) {
    let list = edges.lazy.map { (node: $0.vertex, other: $0.other, probability: $0.probability) }
    let strict = EventParities(
      detectorCount: detectorCount, edges: list, allowsAnyProbability: false)
    let isSame = edges.allSatisfy { $0.probability > 0 && $0.probability < 1 }
    return (
      strict,
      isSame
        ? strict
        : EventParities(detectorCount: detectorCount, edges: list, allowsAnyProbability: true)
    )
  }

  private static func add(_ detector: Int, _ flips: Bool, to masks: inout [Mask], from start: Int) {
    let (word, bit) = (detector >> 6, UInt64(1) << UInt64(detector & 63))
    if masks.count == start || masks[masks.count - 1].word != word {
      masks.append(Mask(word: word, bits: 0, expected: 0))
    }
    masks[masks.count - 1].bits |= bit
    if flips { masks[masks.count - 1].expected |= bit }
  }

  /// Whether some edges explain events, given 64 detectors a word.
  @inline(__always)
  func areExplained(_ word: (Int) -> UInt64) -> Bool {
    for mask in loose where (word(mask.word) ^ mask.expected) & mask.bits != 0 { return false }
    for component in 0..<starts.count - 1 {
      var parity = 0
      for mask in masks[starts[component]..<starts[component + 1]] {
        parity ^= ((word(mask.word) ^ mask.expected) & mask.bits).nonzeroBitCount
      }
      if parity & 1 == 1 { return false }
    }
    return true
  }
}

/// Sets that are joined, by numbers.
private struct DisjointSets {
  private var parents: [Int32]

  init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

  mutating func root(of element: Int) -> Int {
    var element = element
    while parents[element] != Int32(element) {
      parents[element] = parents[Int(parents[element])]
      element = Int(parents[element])
    }
    return element
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (root(of: a), root(of: b))
    // The larger number is the parent: the boundary stays a root.
    if first != second { parents[min(first, second)] = Int32(max(first, second)) }
  }
}
