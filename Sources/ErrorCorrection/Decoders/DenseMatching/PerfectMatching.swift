/// A perfect matching of least total cost on a complete graph: Edmonds' blossom algorithm, in
/// O(n³).
///
/// Every vertex has a dual variable, so does every blossom: an odd cycle that is treated as one
/// node. An edge is tight if the duals of its ends add up to twice its cost. From unmatched nodes
/// alternating trees of tight edges grow: even nodes raise their duals, odd ones lower theirs,
/// until an edge becomes tight. It then joins a free pair to a tree, closes a cycle (a new
/// blossom), or joins two trees, and then the matching gains a pair. An odd blossom whose dual has
/// come down to zero is opened again.
///
/// Costs are rounded to whole numbers of about 2⁻⁴⁵ of the largest, so that tight is exact.
///
/// - Source: [Edmonds65], [Galil86]. Blossoms store the least slack to every other node, which
///   makes it O(n³).
package struct PerfectMatching {
  private enum Label { case none, even, odd }

  private let count: Int
  /// Vertices are 1...count, blossoms count + 1...; 0 is none.
  private let capacity: Int
  private let costs: [Int]
  private var duals: [Int]
  /// For nodes x and y at `x * capacity + y`: the vertices of the edge of least slack between them.
  private var leastEdges: [SIMD2<Int32>]
  /// The outermost blossom a node is in; 0 for numbers not in use.
  private var outermost: [Int]
  private var labels: [Label]
  /// The vertex at the other end of a node's matched edge.
  private var mates: [Int]
  /// The vertex of the even node from which an odd node was reached.
  private var parents: [Int]
  /// A vertex of an even node with the least slack to a node.
  private var nearest: [Int]
  /// The nodes around a blossom, its base first.
  private var cycles: [[Int]]
  /// For a blossom b and a vertex v in it, at `b * capacity + v`: the node of the cycle that v is
  /// in.
  private var members: [Int32]
  private var marks: [Int]
  private var lastMark = 0
  private var lastNode: Int
  private var queue: [Int] = []

  /// - Parameter distances: `count` × `count`, symmetric, not negative; infinite ones are avoided
  ///   as far as possible.
  /// - Precondition: `count` is even.
  package init(distances: [Double], count: Int) {
    precondition(count % 2 == 0 && distances.count == count * count, "Vertices come in pairs")
    self.count = count
    capacity = count + count / 2 + 1
    costs = Self.wholeNumbers(distances, count: count)
    duals = [Int](repeating: 0, count: capacity)
    leastEdges = [SIMD2<Int32>](repeating: .zero, count: capacity * capacity)
    outermost = (0..<capacity).map { $0 <= count ? $0 : 0 }
    labels = [Label](repeating: .none, count: capacity)
    mates = [Int](repeating: 0, count: capacity)
    parents = [Int](repeating: 0, count: capacity)
    nearest = [Int](repeating: 0, count: capacity)
    cycles = [[Int]](repeating: [], count: capacity)
    members = [Int32](repeating: 0, count: capacity * capacity)
    marks = [Int](repeating: 0, count: capacity)
    lastNode = count
    for a in 1..<count + 1 {
      members[a * capacity + a] = Int32(a)
      for b in 1..<count + 1 where a != b {
        leastEdges[a * capacity + b] = SIMD2(Int32(a), Int32(b))
      }
    }
  }

  private static func wholeNumbers(_ distances: [Double], count: Int) -> [Int] {
    let largest = distances.reduce(0) { $1 < .infinity ? max($0, $1) : $0 }
    let unreachable = max(largest, 1) * Double(count)
    let top = distances.contains(.infinity) ? unreachable : max(largest, .leastNormalMagnitude)
    return distances.map { Int((min($0, unreachable) / top * 0x1p45).rounded()) }
  }

  /// The partner of every vertex, counted from 0.
  package mutating func solve() -> [Int] {
    while addPair() {}
    return (1..<count + 1).map { mates[$0] - 1 }
  }
}

// MARK: - Trees

extension PerfectMatching {
  /// Grows trees from all unmatched nodes until two of them meet; `false` if all are matched.
  private mutating func addPair() -> Bool {
    queue.removeAll(keepingCapacity: true)
    for node in 1..<lastNode + 1 {
      (labels[node], nearest[node]) = (.none, 0)
    }
    for node in 1..<lastNode + 1 where outermost[node] == node && mates[node] == 0 {
      parents[node] = 0
      labels[node] = .even
      enqueue(node)
    }
    guard !queue.isEmpty else { return false }
    while true {
      if scanQueue() { return true }
      adjustDuals()
      if scanTightEdges() { return true }
      openEmptyBlossoms()
    }
  }

  /// Looks at the edges of vertices that became even; `true` if two trees met.
  private mutating func scanQueue() -> Bool {
    var place = 0
    while place < queue.count {
      let vertex = queue[place]
      place += 1
      guard labels[outermost[vertex]] == .even else { continue }
      for other in 1..<count + 1 where outermost[other] != outermost[vertex] {
        if slack(vertex, other) > 0 {
          offer(vertex, to: outermost[other])
        } else if use(SIMD2(Int32(vertex), Int32(other))) {
          return true
        }
      }
    }
    queue.removeAll(keepingCapacity: true)
    return false
  }

  private mutating func scanTightEdges() -> Bool {
    for node in 1..<lastNode + 1 where outermost[node] == node && nearest[node] != 0 {
      let edge = leastEdges[nearest[node] * capacity + node]
      if outermost[nearest[node]] != node, slack(edge) == 0, use(edge) { return true }
    }
    return false
  }

  /// Raises even duals and lowers odd ones until something happens.
  private mutating func adjustDuals() {
    var step = Int.max
    for node in 1..<lastNode + 1 where outermost[node] == node {
      if node > count, labels[node] == .odd { step = min(step, duals[node] / 2) }
      guard nearest[node] != 0, labels[node] != .odd else { continue }
      let slack = slack(leastEdges[nearest[node] * capacity + node])
      step = min(step, labels[node] == .even ? slack / 2 : slack)
    }
    for vertex in 1..<count + 1 {
      switch labels[outermost[vertex]] {
      case .even: duals[vertex] += step
      case .odd: duals[vertex] -= step
      case .none: break
      }
    }
    for node in count + 1..<max(count, lastNode) + 1 where outermost[node] == node {
      switch labels[node] {
      case .even: duals[node] += 2 * step
      case .odd: duals[node] -= 2 * step
      case .none: break
      }
    }
  }

  /// Uses a tight edge from an even node; `true` if that gave a pair.
  private mutating func use(_ edge: SIMD2<Int32>) -> Bool {
    let (a, b) = (outermost[Int(edge.x)], outermost[Int(edge.y)])
    if labels[b] == .none {
      parents[b] = Int(edge.x)
      labels[b] = .odd
      let next = outermost[mates[b]]
      (nearest[b], nearest[next]) = (0, 0)
      labels[next] = .even
      enqueue(next)
    } else if labels[b] == .even {
      let meeting = meetingPoint(a, b)
      guard meeting != 0 else {
        augment(a, b)
        augment(b, a)
        return true
      }
      closeBlossom(a, meeting, b)
    }
    return false
  }

  private func slack(_ a: Int, _ b: Int) -> Int {
    2 * costs[(a - 1) * count + b - 1] - duals[a] - duals[b]
  }

  private func slack(_ edge: SIMD2<Int32>) -> Int { slack(Int(edge.x), Int(edge.y)) }

  private mutating func offer(_ vertex: Int, to node: Int) {
    if nearest[node] == 0
      || slack(leastEdges[vertex * capacity + node])
        < slack(leastEdges[nearest[node] * capacity + node])
    {
      nearest[node] = vertex
    }
  }

  private mutating func findNearest(to node: Int) {
    nearest[node] = 0
    for vertex in 1..<count + 1
    where outermost[vertex] != node && labels[outermost[vertex]] == .even {
      offer(vertex, to: node)
    }
  }

  private mutating func enqueue(_ node: Int) {
    if node <= count { return queue.append(node) }
    for child in cycles[node] { enqueue(child) }
  }

  /// The node where the paths to the roots of two even nodes meet; 0 if they are in different
  /// trees.
  private mutating func meetingPoint(_ a: Int, _ b: Int) -> Int {
    lastMark += 1
    var (a, b) = (a, b)
    while a != 0 || b != 0 {
      if a != 0 {
        if marks[a] == lastMark { return a }
        marks[a] = lastMark
        a = outermost[mates[a]]
        if a != 0 { a = outermost[parents[a]] }
      }
      (a, b) = (b, a)
    }
    return 0
  }
}

// MARK: - Matching along paths

extension PerfectMatching {
  /// Matches `node` with `other`, and exchanges matched and unmatched edges from there to the root
  /// of its tree.
  private mutating func augment(_ node: Int, _ other: Int) {
    var (node, other) = (node, other)
    while true {
      let next = outermost[mates[node]]
      match(node, other)
      guard next != 0 else { return }
      match(next, outermost[parents[next]])
      (node, other) = (outermost[parents[next]], next)
    }
  }

  /// Matches a node across its least edge to another, and turns its blossoms so that their bases
  /// are where the edge ends.
  private mutating func match(_ node: Int, _ other: Int) {
    let edge = leastEdges[node * capacity + other]
    mates[node] = Int(edge.y)
    guard node > count else { return }
    let base = Int(members[node * capacity + Int(edge.x)])
    let place = evenPlace(of: base, in: node)
    for index in 0..<place { match(cycles[node][index], cycles[node][index ^ 1]) }
    match(base, other)
    cycles[node] = Array(cycles[node][place...] + cycles[node][..<place])
  }

  /// The place of a child in its blossom's cycle, which is turned round if it were odd.
  private mutating func evenPlace(of child: Int, in blossom: Int) -> Int {
    guard let place = cycles[blossom].firstIndex(of: child) else { return 0 }
    if place % 2 == 0 { return place }
    cycles[blossom][1...].reverse()
    return cycles[blossom].count - place
  }
}

// MARK: - Blossoms

extension PerfectMatching {
  /// Makes one node of the cycle from `meeting` to `a`, across the new edge to `b`, and back.
  private mutating func closeBlossom(_ a: Int, _ meeting: Int, _ b: Int) {
    var blossom = count + 1
    while blossom <= lastNode, outermost[blossom] != 0 { blossom += 1 }
    lastNode = max(lastNode, blossom)
    duals[blossom] = 0
    labels[blossom] = .even
    mates[blossom] = mates[meeting]
    parents[blossom] = parents[meeting]
    cycles[blossom] = [meeting] + stem(from: a, to: meeting).reversed()
    cycles[blossom] += stem(from: b, to: meeting)
    place(blossom, in: blossom)
    collectLeastEdges(of: blossom)
    findNearest(to: blossom)
  }

  /// The nodes from an even node up to, and without, another one above it; the odd ones become
  /// even.
  private mutating func stem(from start: Int, to end: Int) -> [Int] {
    var nodes: [Int] = []
    var node = start
    while node != end {
      let odd = outermost[mates[node]]
      nodes += [node, odd]
      enqueue(odd)
      node = outermost[parents[odd]]
    }
    return nodes
  }

  private mutating func place(_ node: Int, in blossom: Int) {
    outermost[node] = blossom
    if node > count { for child in cycles[node] { place(child, in: blossom) } }
  }

  private mutating func collectLeastEdges(of blossom: Int) {
    for node in 0..<lastNode + 1 {
      leastEdges[blossom * capacity + node] = .zero
      leastEdges[node * capacity + blossom] = .zero
    }
    for vertex in 0..<count + 1 { members[blossom * capacity + vertex] = 0 }
    for child in cycles[blossom] {
      for node in 1..<lastNode + 1 {
        let edge = leastEdges[child * capacity + node]
        guard edge.x != 0 else { continue }
        let old = leastEdges[blossom * capacity + node]
        if old.x == 0 || slack(edge) < slack(old) {
          leastEdges[blossom * capacity + node] = edge
          leastEdges[node * capacity + blossom] = SIMD2(edge.y, edge.x)
        }
      }
      for vertex in 1..<count + 1 where members[child * capacity + vertex] != 0 {
        members[blossom * capacity + vertex] = Int32(child)
      }
    }
  }

  private mutating func openEmptyBlossoms() {
    for node in count + 1..<max(count, lastNode) + 1
    where outermost[node] == node && labels[node] == .odd && duals[node] == 0 {
      open(node)
    }
  }

  /// Takes an odd blossom apart: its children between where the tree enters and its base stay in
  /// the tree.
  private mutating func open(_ blossom: Int) {
    for child in cycles[blossom] { place(child, in: child) }
    let edge = leastEdges[blossom * capacity + parents[blossom]]
    let entrance = Int(members[blossom * capacity + Int(edge.x)])
    let place = evenPlace(of: entrance, in: blossom)
    for index in stride(from: 0, to: place, by: 2) {
      let (odd, even) = (cycles[blossom][index], cycles[blossom][index + 1])
      parents[odd] = Int(leastEdges[even * capacity + odd].x)
      (labels[odd], labels[even]) = (.odd, .even)
      nearest[odd] = 0
      findNearest(to: even)
      enqueue(even)
    }
    labels[entrance] = .odd
    parents[entrance] = parents[blossom]
    for child in cycles[blossom][(place + 1)...] {
      labels[child] = .none
      findNearest(to: child)
    }
    outermost[blossom] = 0
  }
}
