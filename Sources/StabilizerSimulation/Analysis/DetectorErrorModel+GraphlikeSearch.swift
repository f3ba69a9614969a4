import QuantumCore

extension DetectorErrorModel {
  /// A smallest set of graphlike mechanisms that flips an observable and no detector; its size is
  /// the graphlike distance.
  ///
  /// Mechanisms with at most two detectors are edges of a graph, those with one lead to the
  /// boundary. An undetected set is a union of cycles; one that flips an observable is shortest
  /// among closed walks that cross the observable an odd number of times, found by breadth-first
  /// search in the double cover of the graph. Probabilities do not count, but mechanisms of
  /// probability 0 are left out.
  ///
  /// - Parameter isIgnoringOthers: whether mechanisms with more detectors or with a suggested
  ///   decomposition are skipped; if not, the parts of decompositions are edges of their own, and a
  ///   part with more than two detectors is an error.
  /// - Returns: the mechanisms, each with probability 1, and nothing else.
  /// - Throws: `Obstacle` if there is no such set, or if the model has other mechanisms and they
  ///   are not to be skipped.
  /// - Complexity: O(crossings · (V + E)) for each observable, less once a short set is known.
  public func shortestGraphlikeError(
    isIgnoringOthers: Bool = true
  ) throws(Obstacle) -> DetectorErrorModel {
    let symptoms = try graphlikeSymptoms(isIgnoringOthers: isIgnoringOthers)
    let graph = SymptomGraph(symptoms)
    var search = GraphlikeSearch(graph)
    if let shortest = search.run() { return graph.model(of: shortest) }
    throw Obstacle(
      .unsupported, "no graphlike mechanisms make an undetected logical error",
      hint: hintOnSearch(edgeCount: symptoms.count))
  }

  private func graphlikeSymptoms(isIgnoringOthers: Bool) throws(Obstacle) -> Set<Symptoms> {
    try requireDistinctCount()
    var symptoms: Set<Symptoms> = []
    try forEachDistinctInstruction { step throws(Obstacle) in
      guard step.instruction.kind == .error, probability(of: step.instruction) > 0 else { return }
      if isIgnoringOthers {
        guard !step.targets.contains(where: \.isSeparator),
          step.targets.count(where: \.isDetector) <= 2
        else { return }
        symptoms.insert(Symptoms(step.targets, detectorOffset: step.detectorOffset))
        return
      }
      for part in step.targets.split(whereSeparator: \.isSeparator) {
        let symptom = Symptoms(part, detectorOffset: step.detectorOffset)
        guard symptom.detectors.count <= 2 else {
          throw Obstacle(
            .unsupported, "the model has a mechanism with more than two detectors",
            hint: "make the model with 'analyze_errors --decompose_errors', or skip such "
              + "mechanisms",
            range: step.range)
        }
        symptoms.insert(symptom)
      }
    }
    return symptoms.filter { !$0.detectors.isEmpty || !$0.observables.isEmpty }
  }

  /// Why a search may find nothing, if the model makes that plain.
  func hintOnSearch(edgeCount: Int) -> String? {
    if observableCount == 0 { return "the model has no observables" }
    if errorCount == 0 { return "the model has no mechanisms" }
    if edgeCount == 0 { return "none of its mechanisms has at most two detectors" }
    return nil
  }
}

/// Shortest closed walks that cross an observable an odd number of times.
///
/// Vertices are the detectors and, last, the boundary; every edge joins two of them, the boundary
/// to itself if it flips no detector. In the double cover a crossing edge changes sheets: the walk
/// sought leads from a vertex on one sheet to the same vertex on the other.
private struct GraphlikeSearch {
  private let graph: SymptomGraph
  private let boundary: Int
  /// Edges at each vertex with the vertex at their other end; row starts in `starts`.
  private var starts: [Int] = []
  private var neighbours: [(vertex: Int32, edge: Int32)] = []
  /// The step by which the search reached each vertex on each sheet, -1 for none.
  private var arrival: [Int32]
  /// The number of steps there, where there is one.
  private var distance: [Int32]
  private var queue: [Int32] = []

  init(_ graph: SymptomGraph) {
    self.graph = graph
    boundary = graph.detectors.count
    arrival = Array(repeating: -1, count: 2 * (graph.detectors.count + 1))
    distance = arrival
    var rows = [[(vertex: Int32, edge: Int32)]](repeating: [], count: boundary + 1)
    for edge in graph.edges.indices {
      let (a, b) = Self.ends(of: graph.edges[edge], boundary: boundary)
      rows[a].append((Int32(b), Int32(edge)))
      if a != b { rows[b].append((Int32(a), Int32(edge))) }
    }
    for row in rows {
      starts.append(neighbours.count)
      neighbours += row
    }
    starts.append(neighbours.count)
  }

  private static func ends(of edge: SymptomGraph.Edge, boundary: Int) -> (Int, Int) {
    (
      edge.detectors.first.map { Int($0) } ?? boundary,
      edge.detectors.count > 1 ? Int(edge.detectors[1]) : boundary
    )
  }

  mutating func run() -> [Int32]? {
    var best: [Int32]?
    for observable in Set(graph.masks.joined()).sorted() {
      let crosses = graph.edges.map { graph.masks[Int($0.mask)].contains(observable) }
      var roots: Set<Int> = []
      for edge in crosses.indices where crosses[edge] {
        let (a, b) = Self.ends(of: graph.edges[edge], boundary: boundary)
        // Every walk that crosses passes one end of a crossing edge; the boundary, where most do,
        // goes first.
        roots.insert(b == boundary ? b : a)
      }
      for root in roots.sorted(by: >) {
        let limit = (best?.count ?? .max) - 1
        if let walk = search(from: root, crosses: crosses, limit: limit) { best = walk }
      }
    }
    return best
  }

  /// The shortest closed walk through a vertex that crosses an odd number of times, if it has at
  /// most `limit` edges.
  ///
  /// Where both sheets of a vertex are known, the ways to them from the root make such a walk,
  /// since the sheets are alike: the search needs to go only half as far as the walk is long.
  private mutating func search(from root: Int, crosses: [Bool], limit: Int) -> [Int32]? {
    // Only what the search before has touched is to be cleared.
    for state in queue { arrival[Int(state)] = -1 }
    queue.removeAll(keepingCapacity: true)
    queue.append(Int32(2 * root))
    arrival[2 * root] = .max
    distance[2 * root] = 0
    var best: [Int32]?
    var bound = limit
    var head = 0
    while head < queue.count {
      let state = queue[head]
      let depth = distance[Int(state)]
      guard 2 * Int(depth) < bound else { break }
      head += 1
      let vertex = Int(state) / 2
      for position in starts[vertex]..<starts[vertex + 1] {
        let (other, edge) = neighbours[position]
        let next = 2 * other + ((state & 1) ^ (crosses[Int(edge)] ? 1 : 0))
        guard arrival[Int(next)] == -1 else { continue }
        arrival[Int(next)] = edge
        distance[Int(next)] = depth + 1
        queue.append(next)
        guard arrival[Int(next ^ 1)] != -1,
          Int(depth) + 1 + Int(distance[Int(next ^ 1)]) <= bound
        else { continue }
        let walk = Self.oddOnes(
          path(to: next, from: root, crosses) + path(to: next ^ 1, from: root, crosses))
        if walk.count <= bound {
          best = walk
          bound = walk.count - 1
        }
      }
    }
    return best
  }

  /// Edges taken an odd number of times; those taken twice do nothing.
  private static func oddOnes(_ edges: [Int32]) -> [Int32] {
    var odd: Set<Int32> = []
    for edge in edges { odd.formSymmetricDifference([edge]) }
    return odd.sorted()
  }

  /// The edges from the root's first sheet to a state.
  private func path(to state: Int32, from root: Int, _ crosses: [Bool]) -> [Int32] {
    var edges: [Int32] = []
    var state = state
    while state != Int32(2 * root) {
      let edge = arrival[Int(state)]
      edges.append(edge)
      let (a, b) = Self.ends(of: graph.edges[Int(edge)], boundary: boundary)
      let vertex = Int(state) / 2
      let sheet = (state & 1) ^ (crosses[Int(edge)] ? 1 : 0)
      state = Int32(2 * (a == vertex ? b : a)) + sheet
    }
    return edges
  }
}
