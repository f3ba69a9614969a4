// What regions do to each other.

extension SparseBlossom {
  @inline(__always)
  func setMatch(of region: Int32, _ partner: Int32, _ path: Path) {
    regions[region].pointee.match = partner
    regions[region].pointee.matchPath = path
  }

  @inline(__always)
  func setSlope(of region: Int32, _ slope: Int64) {
    let state = regions[region]
    state.pointee.intercept = state.pointee.radius(at: now) &- slope &* now
    state.pointee.slope = slope
  }

  /// The outer region two steps nearer to the root; `none` for the root.
  @inline(__always)
  private func grandparent(_ region: Int32) -> Int32 {
    let inner = regions[region].pointee.match
    return inner < 0 ? Self.none : regions[inner].pointee.parent
  }

  /// The outer region where the ways of two outer regions to the root of their tree join; `none` in
  /// different trees.
  ///
  /// - Complexity: O(the longer way), no matter how deep the tree is above.
  mutating func commonAncestor(_ a: Int32, _ b: Int32) -> Int32 {
    epoch &+= 1
    var (a, b) = (a, b)
    while a >= 0 || b >= 0 {
      if a >= 0 {
        if regions[a].pointee.mark == epoch { return a }
        regions[a].pointee.mark = epoch
        a = grandparent(a)
      }
      (a, b) = (b, a)
    }
    return Self.none
  }

  // MARK: Matching

  /// Two outer regions of different trees are matched, and so is everything in both trees.
  mutating func matchTrees(of a: Int32, _ b: Int32, _ path: Path) {
    gatheredCount = 0
    dissolve(root(of: a))
    dissolve(root(of: b))
    flip(a, b, path)
    flip(b, a, path.reversed)
    alertGathered()
    treeCount &-= 2
  }

  /// An outer region is matched with the boundary or a region that was; so is everything in its
  /// tree.
  mutating func matchTree(of region: Int32, with partner: Int32, _ path: Path) {
    gatheredCount = 0
    dissolve(root(of: region))
    flip(region, partner, path)
    alertGathered()
    treeCount &-= 1
  }

  private func root(of region: Int32) -> Int32 {
    var root = region
    while true {
      let next = grandparent(root)
      if next < 0 { return root }
      root = next
    }
  }

  /// Exchanges matched and unmatched edges from an outer region to the root of its tree.
  private func flip(_ region: Int32, _ partner: Int32, _ path: Path) {
    var (outer, partner, path) = (region, partner, path)
    while true {
      let inner = regions[outer].pointee.match
      setMatch(of: outer, partner, path)
      if inner < 0 { return }
      let (parent, parentPath) = (regions[inner].pointee.parent, regions[inner].pointee.parentPath)
      setMatch(of: inner, parent, parentPath)
      (outer, partner, path) = (parent, inner, parentPath.reversed)
    }
  }

  /// Everything in a tree comes to rest; vertices of what shrank are gathered.
  private mutating func dissolve(_ root: Int32) {
    let bottom = worklist.count
    _ = worklist.append(root)
    while worklist.count > bottom {
      worklist.count &-= 1
      let outer = worklist.elements[worklist.count]
      setSlope(of: outer, 0)
      var inner = regions[outer].pointee.firstChild
      regions[outer].pointee.firstChild = Self.none
      while inner >= 0 {
        setSlope(of: inner, 0)
        gatherVertices(of: inner)
        _ = worklist.append(regions[inner].pointee.match)
        inner = regions[inner].pointee.sibling
      }
    }
  }

  /// Appends the vertices that a region holds, with its parts.
  mutating func gatherVertices(of region: Int32) {
    let state = regions[region].pointee
    if state.event >= 0 {
      gathered[gatheredCount] = state.event
      gatheredCount &+= 1
    }
    var vertex = state.shell
    while vertex >= 0 {
      gathered[gatheredCount] = vertex
      gatheredCount &+= 1
      vertex = vertices[Int(vertex)].next
    }
    for index in state.firstPart..<state.firstPart &+ max(0, state.partCount) {
      gatherVertices(of: parts[index].pointee.region)
    }
  }

  mutating func alertGathered() {
    for index in 0..<gatheredCount {
      let vertex = gathered[index]
      let state = vertices[Int(vertex)]
      alertNeighbours(
        of: vertex, radius: regions[state.top].pointee.radius(at: now) &+ state.offset)
    }
  }

  mutating func scheduleGathered() {
    for index in 0..<gatheredCount { schedule(gathered[index]) }
  }

  // MARK: Growing trees

  func addChild(_ inner: Int32, to outer: Int32, _ path: Path) {
    let state = regions[inner]
    state.pointee.parent = outer
    state.pointee.parentPath = path
    state.pointee.sibling = regions[outer].pointee.firstChild
    regions[outer].pointee.firstChild = inner
  }

  /// A resting pair joins the tree of an outer region that met the first of the two.
  mutating func graft(_ inner: Int32, to outer: Int32, _ path: Path) {
    work.grafts &+= 1
    let mate = regions[inner].pointee.match
    addChild(inner, to: outer, path.reversed)
    regions[mate].pointee.firstChild = Self.none
    setSlope(of: inner, -1)
    setSlope(of: mate, 1)
    scheduleShrinking(inner)
    gatheredCount = 0
    gatherVertices(of: mate)
    scheduleGathered()
  }

  // MARK: Blossoms

  /// Outer regions a and b of one tree meet: with their ways to the outer region where these join,
  /// they become one.
  mutating func formBlossom(_ a: Int32, _ b: Int32, _ path: Path, _ ancestor: Int32) {
    work.blossoms &+= 1
    let blossom = regions.append(Region(intercept: 0 &- now, slope: 1))
    let first = Int32(truncatingIfNeeded: parts.count)
    layOutCycle(a, b, path, ancestor)
    let count = Int32(truncatingIfNeeded: parts.count) &- first
    let state = regions[blossom]
    state.pointee.firstPart = first
    state.pointee.partCount = count
    let (match, matchPath) = (regions[ancestor].pointee.match, regions[ancestor].pointee.matchPath)
    setMatch(of: blossom, match, matchPath)
    if match >= 0 { regions[match].pointee.match = blossom }
    for index in first..<first &+ count {
      regions[parts[index].pointee.region].pointee.blossom = blossom
    }
    let bottom = worklist.count
    for index in first..<first &+ count {
      let part = parts[index].pointee.region
      if regions[part].pointee.slope < 0 {
        _ = worklist.append(part)
      } else {
        adoptChildren(of: part, by: blossom)
      }
      setSlope(of: part, 0)
      gatheredCount = 0
      gatherVertices(of: part)
      enclose(blossom, regions[part].pointee.intercept)
    }
    // What grew before has its entries; what shrank has none.
    while worklist.count > bottom {
      worklist.count &-= 1
      gatheredCount = 0
      gatherVertices(of: worklist.elements[worklist.count])
      scheduleGathered()
    }
  }

  /// Gathered vertices have another outermost region, whose radius leaves `radius` less to the part
  /// of theirs that varies.
  func enclose(_ top: Int32, _ radius: Int64) {
    for index in 0..<gatheredCount {
      let vertex = vertices + Int(gathered[index])
      vertex.pointee.top = top
      vertex.pointee.offset &+= radius
    }
  }

  /// Appends the parts of a blossom: from the ancestor down to a, across to b, and up again.
  private mutating func layOutCycle(_ a: Int32, _ b: Int32, _ path: Path, _ ancestor: Int32) {
    cycle.count = 0
    walkUp(from: a, to: ancestor)
    var region = ancestor
    while cycle.count > 0 {
      cycle.count &-= 1
      let step = cycle.elements[cycle.count]
      _ = parts.append(Part(region: region, path: step.path.reversed))
      region = step.region
    }
    _ = parts.append(Part(region: a, path: path))
    walkUp(from: b, to: ancestor)
    for index in 0..<cycle.count { _ = parts.append(cycle.elements[index]) }
  }

  /// Appends to `cycle` the regions from an outer one up to the one below `ancestor`, each with its
  /// path to the next.
  private mutating func walkUp(from region: Int32, to ancestor: Int32) {
    var outer = region
    while outer != ancestor {
      let inner = regions[outer].pointee.match
      _ = cycle.append(Part(region: outer, path: regions[outer].pointee.matchPath))
      _ = cycle.append(Part(region: inner, path: regions[inner].pointee.parentPath))
      outer = regions[inner].pointee.parent
    }
  }

  /// Children of a part that are not in the cycle themselves become children of the blossom.
  private func adoptChildren(of part: Int32, by blossom: Int32) {
    var child = regions[part].pointee.firstChild
    regions[part].pointee.firstChild = Self.none
    while child >= 0 {
      let following = regions[child].pointee.sibling
      if regions[child].pointee.blossom != blossom {
        addChild(child, to: blossom, regions[child].pointee.parentPath)
      }
      child = following
    }
  }

  /// An inner region around one event has shrunk to nothing: the outer ones above and below it
  /// touch, at the event.
  mutating func collapse(_ inner: Int32) {
    work.collapses &+= 1
    let (outer, parent) = (regions[inner].pointee.match, regions[inner].pointee.parent)
    let below = regions[outer].pointee.matchPath
    let above = regions[inner].pointee.parentPath
    // From the outer region's event over the path to here, then on to the parent's.
    var trail = trails.append(Trail(edge: below.edge, previous: below.fromTrail))
    trail = copy(below.toTrail, onto: trail)
    trail = copy(above.fromTrail, onto: trail)
    let path = Path(
      from: below.from, to: above.to, fromTrail: trail, toTrail: above.toTrail, edge: above.edge)
    formBlossom(outer, parent, path, parent)
  }

  private mutating func copy(_ trail: Int32, onto other: Int32) -> Int32 {
    var (trail, result) = (trail, other)
    while trail >= 0 {
      let step = trails[trail].pointee
      result = trails.append(Trail(edge: step.edge, previous: result))
      trail = step.previous
    }
    return result
  }
}
