extension SparseBlossom {
  /// Chooses a feasible dual solution on sight, without a queue, and matches across edges that it
  /// makes tight.
  ///
  /// Write m(u) for the weight of the lightest edge at u, the boundary's included. If every event
  /// has a radius 0 ≤ y_u ≤ m(u), then events that are not neighbours cannot be too near: a path
  /// between them has a first and another last edge, so d(u, v) ≥ m(u) + m(v) ≥ y_u + y_v. Nor is
  /// the boundary, d(u, ∂) ≥ m(u). For neighbours joined by an edge of weight w, either d(u, v) =
  /// w, or again d(u, v) ≥ m(u) + m(v). So it is enough that y_u + y_v ≤ w for events that share an
  /// edge. In turn every event takes what its neighbours leave,
  ///
  ///     y_u = min(m(u), w(u, v) − y_v over neighbouring events v),
  ///
  /// but only half of w(u, v) where v's turn is yet to come, so that near events share what is
  /// between them. This is never negative, as w(u, v) ≥ m(v) ≥ y_v. If the minimum is at an event
  /// without partner, or at the boundary, the two are matched: the edge is tight, and shortest. A
  /// second round lets those without partner take what was left to nobody.
  ///
  /// A feasible dual solution and a partial matching on tight edges is where a primal-dual method
  /// may start, so what follows stays exact; if no event is left over, both are optimal as they
  /// are. All radii are even, as weights are, so that regions still meet at whole times. A settled
  /// region covers its own event alone, because y_u ≤ m(u).
  ///
  /// - Complexity: O(edges of the events), each a test of one bit.
  mutating func settleTightPairs() {
    for index in 0..<eventCount {
      let event = events[index]
      let vertex = vertices + Int(event)
      vertex.pointee.region = 0
      vertex.pointee.top = 0
      vertex.pointee.source = event
      vertex.pointee.trail = Self.none
      vertex.pointee.offset = 0
      vertex.pointee.queued = .max
      vertex.pointee.next = Self.none
      vertex.pointee.mate = Self.unseen
    }
    for index in 0..<eventCount where vertices[Int(events[index])].mate < 0 {
      settle(events[index])
    }
    var count = 0
    for index in 0..<eventCount where vertices[Int(events[index])].mate < 0 {
      settle(events[index])
      unsettled[count] = events[index]
      count &+= 1
    }
    unsettledCount = 0
    for index in 0..<count where vertices[Int(unsettled[index])].mate < 0 {
      unsettled[unsettledCount] = unsettled[index]
      unsettledCount &+= 1
    }
  }

  @inline(__always)
  private mutating func settle(_ event: Int32) {
    let place = graphVertices[Int(event)]
    var radius = place.minimum
    // The half-edge to the partner.
    var half = place.boundary == radius ? place.first &- 1 : Self.none
    var index = place.first
    while index < place.end {
      let other = neighbours[Int(index)]
      if isOccupied(other) {
        let mate = vertices[Int(other)].mate
        var left =
          weights[Int(index)] &- Int32(truncatingIfNeeded: vertices[Int(other)].offset)
        if mate == Self.unseen { left = left &>> 1 & ~1 }
        if left <= radius {
          let isFree = mate == Self.none
          if left < radius || (isFree && half < 0) { half = isFree ? index : Self.none }
          radius = left
        }
      }
      index &+= 1
    }
    vertices[Int(event)].offset = Int64(radius)
    guard half >= 0, radius < MatchingGraph.farWeight else {
      vertices[Int(event)].mate = Self.none
      return
    }
    let (edge, other) = (edgeOf[Int(half)], neighbours[Int(half)])
    vertices[Int(event)].mate = edge
    vertices[Int(event)].next = other
    if other >= 0 {
      vertices[Int(other)].mate = edge
      vertices[Int(other)].next = event
    }
  }

  /// Turns a settled event that a tree has met, and its partner, into regions that rest.
  mutating func wake(_ event: Int32) {
    let (partner, edge) = (vertices[Int(event)].next, vertices[Int(event)].mate)
    let region = addRegion(around: event, slope: 0)
    let path = Path(from: event, to: partner, edge: edge)
    regions[region].pointee.matchPath = path
    guard partner >= 0 else {
      regions[region].pointee.match = Self.boundaryPartner
      return
    }
    let other = addRegion(around: partner, slope: 0)
    regions[region].pointee.match = other
    regions[other].pointee.match = region
    regions[other].pointee.matchPath = path.reversed
  }

  /// A region of its own for a settled or left-over event, which starts with the radius given to
  /// the event.
  mutating func addRegion(around event: Int32, slope: Int64) -> Int32 {
    let vertex = vertices + Int(event)
    var region = Region(intercept: vertex.pointee.offset &- slope &* now, slope: slope)
    region.event = event
    let index = regions.append(region)
    vertex.pointee.region = index
    vertex.pointee.top = index
    vertex.pointee.offset = 0
    vertex.pointee.next = Self.none
    return index
  }
}
