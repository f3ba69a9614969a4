/// Shortest paths from one node to all others, edges counting by the sizes of their weights.
///
/// A path may pass through the boundary: its two ends are then both matched to the outside.
///
/// - Source: [Dijkstra59].
struct ShortestPaths {
  let graph: DecodingGraph
  /// By edge; an infinite one is not an edge.
  var weights: [Double]
  private static let certainty = MatchingGraph.logOdds(1)
  private var distances: [Double]
  /// The edge by which the path arrives.
  private var arrivals: [Int32]
  private var heap: [(distance: Double, node: Int32)] = []
  private var touched: [Int32] = []

  init(graph: DecodingGraph) {
    self.graph = graph
    weights = graph.edges.map(\.weight)
    distances = [Double](repeating: .infinity, count: graph.detectorCount + 1)
    arrivals = [Int32](repeating: -1, count: graph.detectorCount + 1)
  }

  /// Finds the paths from a node.
  ///
  /// - Complexity: O((nodes + edges) log nodes) of the part that the node is connected with.
  mutating func find(from source: Int) {
    for node in touched { (distances[Int(node)], arrivals[Int(node)]) = (.infinity, -1) }
    touched.removeAll(keepingCapacity: true)
    reach(source, 0, by: -1)
    while let (distance, node) = popNearest() {
      guard distance == distances[Int(node)] else { continue }
      for edge in graph.edges(at: Int(node)) {
        // What is certain cannot be taken back.
        guard weights[Int(edge)] > Self.certainty else { continue }
        reach(
          graph.other(Int(node), of: Int(edge)), distance + abs(weights[Int(edge)]), by: edge)
      }
    }
  }

  /// Infinite if there is no path.
  func distance(to node: Int) -> Double { distances[node] }

  /// Calls `body` for the edges of the path to a node, the last first.
  func forEachEdge(to target: Int, _ body: (Int) -> Void) {
    var node = target
    while arrivals[node] >= 0 {
      let edge = Int(arrivals[node])
      body(edge)
      node = graph.other(node, of: edge)
    }
  }

  private mutating func reach(_ node: Int, _ distance: Double, by edge: Int32) {
    guard distance < distances[node] else { return }
    if distances[node] == .infinity { touched.append(Int32(node)) }
    (distances[node], arrivals[node]) = (distance, edge)
    var place = heap.count
    heap.append((distance, Int32(node)))
    while place > 0, heap[(place - 1) / 2].distance > distance {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func popNearest() -> (distance: Double, node: Int32)? {
    guard let nearest = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return nearest }
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].distance < heap[child].distance { child += 1 }
      guard heap[child].distance < last.distance else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = last
    return nearest
  }
}
