/// Minimum-weight perfect matching of the detection events of one shot after the other.
///
/// **The linear program.** Every odd set S of detection events may have a variable y_S ≥ 0; those
/// of the sets that contain u but not v sum to at most the distance d(u, v). Where a perfect
/// matching uses only pairs for which this is an equality, and leaves each set with y_S > 0 by one
/// pair, both are optimal, and the weight of the matching is Σ y_S.
///
/// **Regions.** y_S is the radius of a region of the graph around its events. All regions without
/// partner grow at one speed, from what `settleTightPairs` leaves; what grows meets an empty
/// vertex, another region or the boundary. A region that meets a matched pair takes it into its
/// alternating tree: the near one shrinks, the far one grows. Two trees that meet dissolve into
/// pairs; a tree that meets itself closes an odd cycle to a blossom, one region from then on; a
/// blossom that shrinks to nothing falls apart. Times come from a queue in which each vertex and
/// each shrinking region has at most one current entry, never later than what it announces.
///
/// **Paths.** What reached a vertex leaves a record, the edge and the record before it, that stays
/// for the whole shot. The path between two events is two such trails and the edge between them, so
/// that edges, weights, and any number of observables come out without another search.
///
/// Nothing is reset between shots but one bit a vertex: state behind a cleared bit is never read.
///
/// - Source: [Higgott25]. Differs in: starts from a feasible dual solution with most pairs matched;
///   observables from trails.
package struct SparseBlossom: ~Copyable {
  static let none: Int32 = -1
  /// The mate of an event that has not been looked at yet.
  static let unseen: Int32 = -2

  /// A vertex that belongs to a region. 40 bytes.
  struct Vertex {
    /// The region that reached it; a set without tree stays in region 0 until something meets it.
    var region: Int32
    /// The outermost blossom around `region`.
    var top: Int32
    /// The detection event from which it was reached.
    var source: Int32
    /// The trail to there; `none` at the event.
    var trail: Int32
    /// The part of the radius here that does not vary: that at time t is
    /// `regions[top].radius(at: t) + offset`.
    var offset: Int64
    /// Time of the current entry in the queue.
    var queued: Int64
    /// The vertex reached before this by the same region. Of a settled event: its partner, or the
    /// boundary.
    var next: Int32
    /// Of a settled event: the edge to its partner; `none` if it has none.
    var mate: Int32
  }

  /// A shortest path between two events, or to the boundary (`to` is `none`): both trails and the
  /// edge between.
  struct Path {
    var from = SparseBlossom.none
    var to = SparseBlossom.none
    var fromTrail = SparseBlossom.none
    var toTrail = SparseBlossom.none
    var edge = SparseBlossom.none

    @inline(__always) var reversed: Path {
      Path(from: to, to: from, fromTrail: toTrail, toTrail: fromTrail, edge: edge)
    }
  }

  /// Grows (outer, slope 1), shrinks (inner, slope −1) or rests (0).
  struct Region {
    /// The radius at time t is `intercept + slope · t`.
    var intercept: Int64
    var slope: Int64
    /// Time of the current entry in the queue, for when it shrinks.
    var queued: Int64 = .max
    /// The vertex it reached last; its own event is not among them.
    var shell = SparseBlossom.none
    /// The event of a region that is not a blossom.
    var event = SparseBlossom.none
    /// The blossom it is part of.
    var blossom = SparseBlossom.none
    /// The parts of a blossom, around the cycle, in `parts`; a count of -1 marks one that fell
    /// apart.
    var firstPart: Int32 = 0
    var partCount: Int32 = 0
    /// The partner, `none`, or `boundaryPartner`.
    var match = SparseBlossom.none
    /// Of an inner region: the outer one above it in the tree.
    var parent = SparseBlossom.none
    /// Of an outer region: the inner ones below it, linked by `sibling`.
    var firstChild = SparseBlossom.none
    var sibling = SparseBlossom.none
    var mark: Int32 = 0
    /// To the partner, from here.
    var matchPath = Path()
    /// Of an inner region: to the parent, from here.
    var parentPath = Path()

    @inline(__always) func radius(at time: Int64) -> Int64 { intercept &+ slope &* time }
  }

  /// What the shots so far took, for tests that want to see everything happen.
  package struct Work: Sendable, Hashable {
    package var grafts = 0
    package var blossoms = 0
    package var shatters = 0
    package var collapses = 0
    package var boundaryMatches = 0

    package init() {}
  }

  static let boundaryPartner: Int32 = -2

  /// A part of a blossom and the path to the next part around the cycle.
  struct Part {
    var region: Int32
    var path: Path
  }

  struct Trail {
    var edge: Int32
    var previous: Int32
  }

  let graph: MatchingGraph
  /// The graph's, or those of this shot; see `reweight`.
  var graphVertices: UnsafeMutablePointer<MatchingGraph.Vertex>
  let neighbours: UnsafeMutablePointer<Int32>
  var weights: UnsafeMutablePointer<Int32>
  let halves: UnsafeMutablePointer<(Int32, Int32)>
  let edgeOf: UnsafeMutablePointer<Int32>

  var edgeObservables: UnsafeMutablePointer<UInt64>
  var edgeWeights: UnsafeMutablePointer<Double>
  var ownsWeights = false
  /// Whether some edges have weights of their own in this shot: these edges, and a bit for every
  /// vertex whose neighbours are no longer sorted.
  var isReweighted = false
  var reweighted = Arena<Int32>()
  var unsorted: UnsafeMutablePointer<UInt64>
  let observableStride: Int
  /// A bit for every edge that flips an observable.
  var flipping: UnsafeMutablePointer<UInt64>
  var ownsObservables = false

  /// By vertex; valid where `occupied` has a bit.
  let vertices: UnsafeMutablePointer<Vertex>
  /// A bit for every vertex that belongs to a region.
  let occupied: UnsafeMutablePointer<UInt64>
  let wordCount: Int
  /// The shot's detection events; of these, `unsettled` have no partner from the start.
  let events: UnsafeMutablePointer<Int32>
  var eventCount = 0
  let unsettled: UnsafeMutablePointer<Int32>
  var unsettledCount = 0
  /// Vertices and regions gathered by what is under way.
  let gathered: UnsafeMutablePointer<Int32>
  var gatheredCount = 0

  /// Region 0 rests with radius 0: where events are settled before any region grows.
  var regions = Arena<Region>()
  var trails = Arena<Trail>()
  var parts = Arena<Part>()
  var cycle = Arena<Part>()
  var worklist = Arena<Int32>()
  var queue = EventQueue()
  var now: Int64 = 0
  var treeCount = 0
  var epoch: Int32 = 0
  package internal(set) var work = Work()

  /// What the matching flips, and edges taken to have happened: `graph.observableStride` words.
  let observables: UnsafeMutablePointer<UInt64>
  /// Edges of the matching so far, if asked for.
  var matchedEdges = Arena<Int32>()
  var keepsEdges = false
  /// Whether `weight` counts.
  package var keepsWeight = true
  var firstEdges = Arena<Int32>()
  package internal(set) var weight = 0.0

  package init(_ graph: MatchingGraph) {
    self.graph = graph
    graphVertices = graph.vertices
    neighbours = graph.neighbours
    halves = graph.halves
    weights = graph.weights
    edgeOf = graph.edgeOf
    edgeObservables = graph.edgeObservables
    edgeWeights = graph.edgeWeights
    observableStride = graph.observableStride
    flipping = graph.flipping
    let count = graph.detectorCount
    wordCount = (count + 63) / 64
    vertices = .allocate(capacity: count + 1)
    occupied = .allocate(capacity: wordCount + 1)
    unsorted = occupied
    occupied.initialize(repeating: 0, count: wordCount + 1)
    events = .allocate(capacity: count + 1)
    unsettled = .allocate(capacity: count + 1)
    gathered = .allocate(capacity: count + 1)
    observables = .allocate(capacity: graph.observableStride)
    observables.initialize(repeating: 0, count: graph.observableStride)
  }

  deinit {
    if ownsWeights {
      graphVertices.deallocate()
      weights.deallocate()
      edgeWeights.deallocate()
      unsorted.deallocate()
    }
    if ownsObservables {
      edgeObservables.deallocate()
      flipping.deallocate()
    }
    vertices.deallocate()
    occupied.deallocate()
    events.deallocate()
    unsettled.deallocate()
    gathered.deallocate()
    observables.deallocate()
  }

  @inline(__always)
  func isOccupied(_ vertex: Int32) -> Bool {
    occupied[Int(vertex) &>> 6] &>> UInt64(truncatingIfNeeded: vertex & 63) & 1 != 0
  }

  /// Matches the events whose bits are set in `occupied`; adds the answer to `observables`,
  /// `weight` and `matchedEdges`.
  ///
  /// Events that cannot be matched, an odd number in a component without boundary, are left over at
  /// infinite weight.
  package mutating func solve() {
    gatherEvents()
    if eventCount == 0 { return }
    settleTightPairs()
    if unsettledCount > 0 {
      growRegions()
      extractPairs()
    }
    extractSettled()
  }

  private mutating func gatherEvents() {
    var count = 0
    for word in 0..<wordCount {
      var bits = occupied[word]
      while bits != 0 {
        events[count] = Int32(truncatingIfNeeded: word &* 64 &+ bits.trailingZeroBitCount)
        bits &= bits &- 1
        count &+= 1
      }
    }
    eventCount = count
  }
}

/// Memory for values that are made during a shot and forgotten together; indices stay valid as it
/// grows.
struct Arena<Element: BitwiseCopyable>: ~Copyable {
  var count = 0
  private(set) var capacity = 64
  private(set) var elements: UnsafeMutablePointer<Element>

  init() { elements = .allocate(capacity: 64) }

  deinit { elements.deallocate() }

  @inline(__always)
  subscript(_ index: Int32) -> UnsafeMutablePointer<Element> {
    elements + Int(index)
  }

  /// The index of the new element.
  @inline(__always)
  mutating func append(_ element: Element) -> Int32 {
    if count == capacity { grow() }
    elements[count] = element
    count &+= 1
    return Int32(truncatingIfNeeded: count &- 1)
  }

  @inline(never)
  private mutating func grow() {
    let old = elements
    capacity *= 2
    elements = .allocate(capacity: capacity)
    elements.update(from: old, count: count)
    old.deallocate()
  }
}
