// The queue, and what regions do to the vertices of the graph.

extension SparseBlossom {
  /// Grows regions until every tree has dissolved.
  mutating func growRegions() {
    now = 0
    treeCount = unsettledCount
    epoch = 0
    regions.count = 0
    trails.count = 0
    parts.count = 0
    _ = regions.append(Region(intercept: 0, slope: 0))
    for index in 0..<unsettledCount { _ = addRegion(around: unsettled[index], slope: 1) }
    for index in 0..<unsettledCount { schedule(unsettled[index]) }
    while treeCount > 0, let event = queue.pop() {
      now = event.time
      if event.subject >= 0 {
        advance(event.subject)
      } else {
        shrink(~event.subject)
      }
    }
    queue.reset()
  }

  /// The next thing that happens at a vertex of a growing region, and a time before which no other
  /// does.
  struct Encounter {
    var time = Int64.max
    var half = SparseBlossom.none
    var following = Int64.max

    @inline(__always) mutating func consider(_ other: Int64, _ index: Int32) {
      if other < time {
        following = time
        time = other
        half = index
      } else if other < following {
        following = other
      }
    }
  }

  /// Looks at all edges of a vertex of a growing region.
  ///
  /// What no region has is reached when the radius here is the edge's weight, in the order of
  /// weights; what rests or grows is met when both radii add up to it; what shrinks withdraws as
  /// fast as this grows.
  @inline(__always)
  func encounter(_ vertex: Int32) -> Encounter {
    let (state, place) = (vertices[Int(vertex)], graphVertices[Int(vertex)])
    let radius = regions[state.top].pointee.radius(at: now) &+ state.offset
    let zero = now &- radius
    var next = Encounter()
    if place.boundary != .max {
      next.consider(zero &+ Int64(place.boundary), place.first &- 1)
    }
    // Sorted by weight, so that the first two without region do, but for weights of this shot.
    var emptyCount = 0
    if isReweighted,
      unsorted[Int(vertex) &>> 6] &>> UInt64(truncatingIfNeeded: vertex & 63) & 1 != 0
    {
      emptyCount = Int.min
    }
    var index = place.first
    while index < place.end {
      let other = neighbours[Int(index)]
      if isOccupied(other) {
        let top = vertices[Int(other)].top
        if top != state.top {
          let region = regions[top]
          let slope = region.pointee.slope
          if slope >= 0 {
            let gap =
              Int64(weights[Int(index)]) &- radius &- region.pointee.radius(at: now)
              &- vertices[Int(other)].offset
            next.consider(now &+ gap &>> slope, index)
          }
        }
      } else if emptyCount < 2 {
        emptyCount &+= 1
        next.consider(zero &+ Int64(weights[Int(index)]), index)
      }
      index &+= 1
    }
    return next
  }

  /// Sees to it that the queue has an entry for a vertex of a growing region, early enough.
  @inline(__always)
  mutating func schedule(_ vertex: Int32) {
    schedule(vertex, at: encounter(vertex).time)
  }

  @inline(__always)
  mutating func schedule(_ vertex: Int32, at time: Int64) {
    guard time < vertices[Int(vertex)].queued else { return }
    vertices[Int(vertex)].queued = time
    queue.push(time, vertex)
  }

  /// The entry of a vertex has come up.
  private mutating func advance(_ vertex: Int32) {
    guard isOccupied(vertex), vertices[Int(vertex)].queued == now else { return }
    vertices[Int(vertex)].queued = .max
    let top = vertices[Int(vertex)].top
    guard regions[top].pointee.slope > 0 else { return handOver(vertex) }
    let next = encounter(vertex)
    guard next.time == now else {
      if next.time < .max { schedule(vertex, at: next.time) }
      return
    }
    let other = neighbours[Int(next.half)]
    if other >= 0, !isOccupied(other) {
      // Nothing else changes here, so that what follows is known.
      if next.following < .max { schedule(vertex, at: next.following) }
      reach(other, from: vertex, over: next.half)
      return
    }
    meet(other, from: vertex, over: next.half)
    if regions[vertices[Int(vertex)].top].pointee.slope > 0 {
      schedule(vertex)
    } else {
      handOver(vertex)
    }
  }

  /// A vertex that no longer grows loses its entry, which stood for its neighbours, too.
  private mutating func handOver(_ vertex: Int32) {
    let state = vertices[Int(vertex)]
    let region = regions[state.top]
    guard region.pointee.slope == 0 else { return }
    alertNeighbours(of: vertex, radius: region.pointee.radius(at: now) &+ state.offset)
  }

  /// A growing region takes an empty vertex.
  @inline(__always)
  private mutating func reach(_ vertex: Int32, from origin: Int32, over half: Int32) {
    let state = vertices[Int(origin)]
    let trail = trails.append(Trail(edge: edgeOf[Int(half)], previous: state.trail))
    let region = regions[state.top]
    vertices[Int(vertex)] = Vertex(
      region: state.top, top: state.top, source: state.source, trail: trail,
      offset: 0 &- region.pointee.radius(at: now), queued: .max, next: region.pointee.shell,
      mate: Self.none)
    region.pointee.shell = vertex
    occupied[Int(vertex) &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: vertex & 63)
    let next = encounter(vertex)
    if next.time < .max { schedule(vertex, at: next.time) }
  }

  /// A growing region meets the boundary, a region that rests, or one that grows.
  private mutating func meet(_ other: Int32, from vertex: Int32, over half: Int32) {
    let state = vertices[Int(vertex)]
    var path = Path(from: state.source, fromTrail: state.trail, edge: edgeOf[Int(half)])
    guard other >= 0 else {
      work.boundaryMatches &+= 1
      matchTree(of: state.top, with: Self.boundaryPartner, path)
      return
    }
    if vertices[Int(other)].top == 0 { wake(other) }
    let (top, met) = (state.top, vertices[Int(other)].top)
    path.to = vertices[Int(other)].source
    path.toTrail = vertices[Int(other)].trail
    if regions[met].pointee.slope == 0 {
      if regions[met].pointee.match == Self.boundaryPartner {
        matchTree(of: top, with: met, path)
        setMatch(of: met, top, path.reversed)
      } else {
        graft(met, to: top, path)
      }
      return
    }
    let ancestor = commonAncestor(top, met)
    if ancestor == Self.none {
      matchTrees(of: top, met, path)
    } else {
      formBlossom(top, met, path, ancestor)
    }
  }

  // MARK: Shrinking

  /// Sees to it that the queue has an entry for a shrinking region: when it leaves the vertex it
  /// reached last, or is gone.
  mutating func scheduleShrinking(_ region: Int32) {
    let state = regions[region]
    let shell = state.pointee.shell
    let least = shell < 0 ? 0 : 0 &- vertices[Int(shell)].offset
    let time = now &+ state.pointee.radius(at: now) &- least
    guard time < state.pointee.queued else { return }
    state.pointee.queued = time
    queue.push(time, ~region)
  }

  /// The entry of a region has come up.
  private mutating func shrink(_ region: Int32) {
    let state = regions[region]
    guard state.pointee.queued == now else { return }
    state.pointee.queued = .max
    guard state.pointee.slope < 0, state.pointee.blossom < 0, state.pointee.partCount >= 0 else {
      return
    }
    let (radius, shell) = (state.pointee.radius(at: now), state.pointee.shell)
    if shell >= 0, radius == 0 &- vertices[Int(shell)].offset {
      state.pointee.shell = vertices[Int(shell)].next
      leave(shell)
      scheduleShrinking(region)
    } else if radius > 0 {
      scheduleShrinking(region)
    } else if state.pointee.partCount > 0 {
      shatter(region)
    } else {
      collapse(region)
    }
  }

  /// A vertex is empty again; growing neighbours may now come.
  private mutating func leave(_ vertex: Int32) {
    occupied[Int(vertex) &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: vertex & 63))
    alertNeighbours(of: vertex, radius: 0)
  }

  /// Something that shrank at a vertex now rests, or has gone: makes sure that growing neighbours
  /// meet it in time.
  mutating func alertNeighbours(of vertex: Int32, radius: Int64) {
    let place = graphVertices[Int(vertex)]
    var index = place.first
    while index < place.end {
      let other = neighbours[Int(index)]
      if isOccupied(other) {
        let region = regions[vertices[Int(other)].top]
        if region.pointee.slope > 0 {
          let reach = region.pointee.radius(at: now) &+ vertices[Int(other)].offset
          schedule(other, at: now &+ Int64(weights[Int(index)]) &- radius &- reach)
        }
      }
      index &+= 1
    }
  }
}
