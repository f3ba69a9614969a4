// Blossoms that fall apart, and what is inside those that stay.

extension SparseBlossom {
  /// The part of a blossom that holds an event, as a place in its cycle.
  private func place(of event: Int32, in blossom: Int32) -> Int32 {
    var region = vertices[Int(event)].region
    while regions[region].pointee.blossom != blossom { region = regions[region].pointee.blossom }
    let state = regions[blossom].pointee
    var index: Int32 = 0
    while index < state.partCount, parts[state.firstPart &+ index].pointee.region != region {
      index &+= 1
    }
    return index
  }

  /// An inner blossom has shrunk to nothing.
  ///
  /// The parts on the way of even length from where the tree enters to where it leaves take its
  /// place in the tree; the others are matched with their neighbours, and rest.
  mutating func shatter(_ blossom: Int32) {
    work.shatters &+= 1
    let state = regions[blossom].pointee
    let entry = place(of: state.parentPath.from, in: blossom)
    let exit = place(of: state.matchPath.from, in: blossom)
    let length = layOutWay(around: state, from: entry, to: exit)
    release(blossom)
    let way = cycle.elements
    replaceChild(blossom, of: state.parent, by: way[0].region, state.parentPath)
    var step = 0
    while step < length {
      let (inner, outer, next) = (way[step].region, way[step &+ 1].region, way[step &+ 2].region)
      setMatch(of: inner, outer, way[step].path)
      setMatch(of: outer, inner, way[step].path.reversed)
      regions[outer].pointee.firstChild = Self.none
      addChild(next, to: outer, way[step &+ 1].path.reversed)
      step &+= 2
    }
    setMatch(of: way[length].region, state.match, state.matchPath)
    regions[state.match].pointee.match = way[length].region
    step = length &+ 1
    while step < cycle.count {
      setMatch(of: way[step].region, way[step &+ 1].region, way[step].path)
      setMatch(of: way[step &+ 1].region, way[step].region, way[step].path.reversed)
      step &+= 2
    }
    setInMotion(length: length)
  }

  /// Fills `cycle` with all parts in the direction in which the exit is an even number of steps
  /// from the entry, which is the result; every part has its path to the next.
  private mutating func layOutWay(
    around blossom: Region, from entry: Int32, to exit: Int32
  ) -> Int {
    let (first, count) = (blossom.firstPart, blossom.partCount)
    let ahead = exit >= entry ? exit &- entry : exit &- entry &+ count
    cycle.count = 0
    var place = entry
    for _ in 0..<count {
      if ahead & 1 == 0 {
        _ = cycle.append(parts[first &+ place].pointee)
        place = place &+ 1 == count ? 0 : place &+ 1
      } else {
        let before = place == 0 ? count &- 1 : place &- 1
        _ = cycle.append(
          Part(
            region: parts[first &+ place].pointee.region,
            path: parts[first &+ before].pointee.path.reversed))
        place = before
      }
    }
    return Int(ahead & 1 == 0 ? ahead : count &- ahead)
  }

  /// Parts of a blossom are outermost again.
  private mutating func release(_ blossom: Int32) {
    let state = regions[blossom].pointee
    regions[blossom].pointee.partCount = -1
    regions[blossom].pointee.slope = 0
    for index in state.firstPart..<state.firstPart &+ state.partCount {
      let part = parts[index].pointee.region
      regions[part].pointee.blossom = Self.none
      gatheredCount = 0
      gatherVertices(of: part)
      enclose(part, 0 &- regions[part].pointee.intercept)
    }
  }

  /// Gives the parts on the way their slopes, then looks for what they meet.
  private mutating func setInMotion(length: Int) {
    for step in 0...length { setSlope(of: cycle.elements[step].region, step & 1 == 0 ? -1 : 1) }
    for step in 0..<cycle.count {
      let region = cycle.elements[step].region
      if step <= length, step & 1 == 0 {
        scheduleShrinking(region)
        continue
      }
      gatheredCount = 0
      gatherVertices(of: region)
      if step <= length { scheduleGathered() } else { alertGathered() }
    }
  }

  private func replaceChild(_ old: Int32, of outer: Int32, by new: Int32, _ path: Path) {
    regions[new].pointee.parent = outer
    regions[new].pointee.parentPath = path
    regions[new].pointee.sibling = regions[old].pointee.sibling
    if regions[outer].pointee.firstChild == old {
      regions[outer].pointee.firstChild = new
      return
    }
    var child = regions[outer].pointee.firstChild
    while regions[child].pointee.sibling != old { child = regions[child].pointee.sibling }
    regions[child].pointee.sibling = new
  }

  // MARK: The answer

  /// Adds the pairs among regions that are awake.
  mutating func extractPairs() {
    for index in 1..<Int32(truncatingIfNeeded: regions.count) {
      let state = regions[index].pointee
      guard state.blossom < 0, state.partCount >= 0 else { continue }
      // An odd number of events in a component without boundary.
      if state.match == Self.none { weight = .infinity }
      if state.match == Self.boundaryPartner {
        add(state.matchPath)
        open(index, at: state.matchPath.from)
      } else if state.match > index {
        add(state.matchPath)
        open(index, at: state.matchPath.from)
        open(state.match, at: state.matchPath.to)
      }
    }
  }

  /// Pairs off the parts of a blossom, one of which, that with `event`, has a partner outside.
  private mutating func open(_ blossom: Int32, at event: Int32) {
    let state = regions[blossom].pointee
    guard state.partCount > 0 else { return }
    let entry = place(of: event, in: blossom)
    open(parts[state.firstPart &+ entry].pointee.region, at: event)
    var step: Int32 = 1
    while step < state.partCount {
      let first = state.firstPart &+ (entry &+ step) % state.partCount
      let second = state.firstPart &+ (entry &+ step &+ 1) % state.partCount
      let path = parts[first].pointee.path
      add(path)
      open(parts[first].pointee.region, at: path.from)
      open(parts[second].pointee.region, at: path.to)
      step &+= 2
    }
  }

  /// Adds the pairs that nothing has met.
  mutating func extractSettled() {
    for index in 0..<eventCount {
      let event = events[index]
      let vertex = vertices + Int(event)
      if vertex.pointee.top == 0, vertex.pointee.mate >= 0, vertex.pointee.next < event {
        add(edge: vertex.pointee.mate)
      }
    }
  }

  private mutating func add(_ path: Path) {
    add(edge: path.edge)
    add(trail: path.fromTrail)
    add(trail: path.toTrail)
  }

  @inline(__always)
  private mutating func add(trail end: Int32) {
    var trail = end
    while trail >= 0 {
      add(edge: trails[trail].pointee.edge)
      trail = trails[trail].pointee.previous
    }
  }

  @inline(__always)
  private mutating func add(edge: Int32) {
    if keepsWeight { weight += edgeWeights[Int(edge)] }
    if flipping[Int(edge) &>> 6] &>> UInt64(truncatingIfNeeded: edge & 63) & 1 != 0 {
      let mask = edgeObservables + Int(edge) &* observableStride
      for word in 0..<observableStride { observables[word] ^= mask[word] }
    }
    if keepsEdges { _ = matchedEdges.append(edge) }
  }
}
