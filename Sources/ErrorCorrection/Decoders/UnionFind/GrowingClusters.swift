/// Clusters of nodes that grow along edges and merge; between shots all is as it was.
///
/// A cluster is named by one of its nodes, its root. The nodes at its rim are a linked list.
final class GrowingClusters {
  private struct Node {
    /// The next node on the way to the root; the node itself for a root, −1 outside of clusters.
    var parent: Int32 = -1
    /// The next node at the rim; −1 for the last.
    var nextAtRim: Int32 = -1
    /// Tree edges at the node that are not peeled yet, and the XOR of their numbers.
    var degree: Int32 = 0
    var treeEdges: Int32 = 0
    var hasEvent = false
    /// Whether the tree hangs on the boundary here.
    var isAnchor = false
  }

  /// What is known of a cluster, at its root.
  private struct Cluster {
    var firstAtRim: Int32 = -1
    var lastAtRim: Int32 = -1
    var size: Int32 = 1
    /// An edge to the boundary that is grown over; −1 without one.
    var boundaryEdge: Int32 = -1
    var isOdd = false
    /// Whether it stands in a list that is being made.
    var isListed = false
  }

  let lengths: UnsafeMutablePointer<Int32>
  private let edgeCount: Int
  private let nodeCount: Int
  private let boundary: Int32
  private let starts: UnsafeMutablePointer<Int32>
  /// The edges at each node, with the node at the other end.
  private let links: UnsafeMutablePointer<(edge: Int32, node: Int32)>
  private let linkCount: Int
  private let nodes: UnsafeMutablePointer<Node>
  private let clusters: UnsafeMutablePointer<Cluster>
  private let growth: UnsafeMutablePointer<Int32>
  private var active: [Int32] = []
  /// Nodes and edges to be put back.
  private var usedNodes: [Int32] = []
  private var grownEdges: [Int32] = []
  private var newlyFull: [Int32] = []
  /// The nodes of each edge.
  private let ends: UnsafeMutablePointer<(Int32, Int32)>

  init(graph: DecodingGraph, lengths: [Int32]) {
    (edgeCount, nodeCount) = (graph.edges.count, graph.detectorCount + 1)
    boundary = Int32(graph.boundary)
    linkCount = graph.incidence.count
    self.lengths = Self.buffer(lengths)
    starts = Self.buffer(graph.starts)
    ends = Self.buffer(graph.edges.map(\.nodes))
    links = .allocate(capacity: max(1, linkCount))
    for node in 0..<nodeCount {
      for place in Int(graph.starts[node])..<Int(graph.starts[node + 1]) {
        let edge = graph.incidence[place]
        (links + place).initialize(to: (edge, Int32(graph.other(node, of: Int(edge)))))
      }
    }
    nodes = Self.buffer([Node](repeating: Node(), count: nodeCount))
    clusters = Self.buffer([Cluster](repeating: Cluster(), count: nodeCount))
    growth = Self.buffer([Int32](repeating: 0, count: edgeCount))
  }

  private static func buffer<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    elements.withUnsafeBufferPointer {
      if let base = $0.baseAddress { pointer.initialize(from: base, count: $0.count) }
    }
    return pointer
  }

  deinit {
    lengths.deallocate()
    starts.deallocate()
    ends.deallocate()
    links.deallocate()
    nodes.deallocate()
    clusters.deallocate()
    growth.deallocate()
  }
}

// MARK: - Growing

extension GrowingClusters {
  /// Adds a detection event, or takes it away.
  func flip(_ node: Int32) {
    if nodes[Int(node)].parent < 0 { found(node) }
    nodes[Int(node)].hasEvent.toggle()
    clusters[Int(node)].isOdd.toggle()
  }

  /// How far clusters grow at a time; the longest edge is 64 long. Shorter steps are slower and
  /// hardly better.
  private static let step: Int32 = 4

  /// Grows clusters until none is active; `false` if one that is cannot grow.
  func grow() -> Bool {
    active.removeAll(keepingCapacity: true)
    for node in usedNodes where clusters[Int(node)].isOdd { active.append(node) }
    while !active.isEmpty {
      var isStuck = true
      for root in active where grow(root) { isStuck = false }
      if isStuck { return false }
      for edge in newlyFull { join(edge) }
      newlyFull.removeAll(keepingCapacity: true)
      keepActive()
    }
    return true
  }

  /// Makes a node a cluster of its own.
  private func found(_ node: Int32) {
    usedNodes.append(node)
    nodes[Int(node)].parent = node
    clusters[Int(node)] = Cluster(firstAtRim: node, lastAtRim: node)
  }

  private func root(of node: Int32) -> Int32 {
    var node = node
    while nodes[Int(node)].parent != node {
      let next = nodes[Int(node)].parent
      nodes[Int(node)].parent = nodes[Int(next)].parent
      node = next
    }
    return node
  }

  private func isActive(_ root: Int32) -> Bool {
    clusters[Int(root)].isOdd && clusters[Int(root)].boundaryEdge < 0
  }

  /// Grows a cluster by one step along all edges that lead out of it; `false` if there are none.
  ///
  /// Nodes without such edges leave the rim.
  private func grow(_ root: Int32) -> Bool {
    var (previous, node) = (Int32(-1), clusters[Int(root)].firstAtRim)
    while node >= 0 {
      var isAtRim = false
      for place in Int(starts[Int(node)])..<Int(starts[Int(node) + 1]) {
        let (edge, neighbor) = links[place]
        let (old, length) = (growth[Int(edge)], lengths[Int(edge)])
        // Impossible edges have the greatest length.
        guard old < length, length < .max else { continue }
        let isInUse = neighbor != boundary && nodes[Int(neighbor)].parent >= 0
        guard !isInUse || self.root(of: neighbor) != root else { continue }
        isAtRim = true
        if old == 0 { grownEdges.append(edge) }
        growth[Int(edge)] = old + Self.step
        if old + Self.step >= length { newlyFull.append(edge) }
      }
      let next = nodes[Int(node)].nextAtRim
      if isAtRim {
        previous = node
      } else {
        removeFromRim(of: root, node, after: previous)
      }
      node = next
    }
    return clusters[Int(root)].firstAtRim >= 0
  }

  private func removeFromRim(of root: Int32, _ node: Int32, after previous: Int32) {
    let next = nodes[Int(node)].nextAtRim
    if previous < 0 {
      clusters[Int(root)].firstAtRim = next
    } else {
      nodes[Int(previous)].nextAtRim = next
    }
    if next < 0 { clusters[Int(root)].lastAtRim = previous }
  }

  /// Joins what is at the ends of a full edge.
  private func join(_ edge: Int32) {
    let (a, b) = ends[Int(edge)]
    if nodes[Int(a)].parent < 0 { found(a) }
    if b == boundary {
      let root = Int(root(of: a))
      if clusters[root].boundaryEdge < 0 { clusters[root].boundaryEdge = edge }
      return
    }
    if nodes[Int(b)].parent < 0 { found(b) }
    let (first, second) = (root(of: a), root(of: b))
    guard first != second else { return }
    addTreeEdge(edge, at: Int(a))
    addTreeEdge(edge, at: Int(b))
    if clusters[Int(first)].size >= clusters[Int(second)].size {
      merge(second, into: first)
    } else {
      merge(first, into: second)
    }
  }

  private func addTreeEdge(_ edge: Int32, at node: Int) {
    nodes[node].degree += 1
    nodes[node].treeEdges ^= edge
  }

  private func merge(_ root: Int32, into other: Int32) {
    nodes[Int(root)].parent = other
    let cluster = clusters[Int(root)]
    let target = clusters + Int(other)
    target.pointee.size += cluster.size
    target.pointee.isOdd = target.pointee.isOdd != cluster.isOdd
    if target.pointee.boundaryEdge < 0 { target.pointee.boundaryEdge = cluster.boundaryEdge }
    guard cluster.firstAtRim >= 0 else { return }
    if target.pointee.firstAtRim < 0 {
      target.pointee.firstAtRim = cluster.firstAtRim
    } else {
      nodes[Int(target.pointee.lastAtRim)].nextAtRim = cluster.firstAtRim
    }
    target.pointee.lastAtRim = cluster.lastAtRim
  }

  /// The active clusters among those that were, each once.
  private func keepActive() {
    var count = 0
    for old in active {
      let root = root(of: old)
      guard isActive(root), !clusters[Int(root)].isListed else { continue }
      clusters[Int(root)].isListed = true
      active[count] = root
      count += 1
    }
    active.removeLast(active.count - count)
    for root in active { clusters[Int(root)].isListed = false }
  }
}

// MARK: - Peeling

extension GrowingClusters {
  /// Calls `use` for the edges that explain the events.
  func peel(_ use: (Int) -> Void) {
    for node in usedNodes where nodes[Int(node)].parent == node {
      let edge = clusters[Int(node)].boundaryEdge
      if edge >= 0 { nodes[Int(ends[Int(edge)].0)].isAnchor = true }
    }
    for node in usedNodes { peel(from: node, use) }
    for node in usedNodes where nodes[Int(node)].parent == node {
      let edge = clusters[Int(node)].boundaryEdge
      if edge >= 0, nodes[Int(ends[Int(edge)].0)].hasEvent { use(Int(edge)) }
    }
  }

  /// Peels from a leaf as far as there are no branches.
  private func peel(from leaf: Int32, _ use: (Int) -> Void) {
    var leaf = Int(leaf)
    while nodes[leaf].degree == 1, !nodes[leaf].isAnchor {
      let edge = nodes[leaf].treeEdges
      let (a, b) = ends[Int(edge)]
      let other = Int(a) == leaf ? Int(b) : Int(a)
      nodes[leaf].degree = 0
      nodes[other].degree -= 1
      nodes[other].treeEdges ^= edge
      if nodes[leaf].hasEvent {
        use(Int(edge))
        nodes[leaf].hasEvent = false
        nodes[other].hasEvent.toggle()
      }
      leaf = other
    }
  }

  /// Forgets everything about the shot.
  func reset() {
    for node in usedNodes { nodes[Int(node)] = Node() }
    for edge in grownEdges { growth[Int(edge)] = 0 }
    usedNodes.removeAll(keepingCapacity: true)
    grownEdges.removeAll(keepingCapacity: true)
    newlyFull.removeAll(keepingCapacity: true)
  }
}
