import QuantumCore

// Surface codes of distance d on a square lattice, X and Z checks alternating [Fowler12].

extension SyndromeSchedule {
  /// The rotated surface code: d² data qubits at odd coordinates, d² − 1 checks at even ones.
  ///
  /// X checks visit their two upper corners first, Z checks their two right ones: a fault of a
  /// check qubit half-way spreads to the two others, which lie across the logical operator of its
  /// kind, and the distance is kept.
  public static func rotatedSurface(distance: Int) -> SyndromeSchedule {
    let (lattice, code) = rotatedSurfaceLattice(distance: distance)
    return lattice.schedule(code)
  }

  /// The unrotated surface code: 2d² − 2d + 1 data qubits, checks between them; rough and smooth
  /// edges are straight.
  public static func unrotatedSurface(distance: Int) -> SyndromeSchedule {
    let (lattice, code) = unrotatedSurfaceLattice(distance: distance)
    return lattice.schedule(code)
  }
}

extension QuantumCode {
  /// The rotated surface code ⟦d², 1, d⟧.
  public static func rotatedSurface(distance: Int) -> QuantumCode {
    rotatedSurfaceLattice(distance: distance).code
  }

  /// The unrotated surface code ⟦2d² − 2d + 1, 1, d⟧.
  public static func unrotatedSurface(distance: Int) -> QuantumCode {
    unrotatedSurfaceLattice(distance: distance).code
  }
}

private func rotatedSurfaceLattice(
  distance: Int
) -> (lattice: PlanarLattice, code: QuantumCode) {
  precondition(distance >= 2, "A surface code has a distance of at least 2")
  let lattice = PlanarLattice(
    width: 2 * distance + 1, index: { $0.x + $0.y / 2 * (2 * distance + 1) },
    kind: { place in
      if place.x % 2 == 1, place.y % 2 == 1 { return .i }
      guard place.x % 2 == 0, place.y % 2 == 0 else { return nil }
      let isX = place.x / 2 % 2 != place.y / 2 % 2
      // Edges hold one kind of check each: X below and above, Z on the left and right.
      if place.x % (2 * distance) == 0, isX { return nil }
      if place.y % (2 * distance) == 0, !isX { return nil }
      return isX ? .x : .z
    },
    steps: (
      x: [(1, 1), (-1, 1), (1, -1), (-1, -1)], z: [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    ))
  let code = lattice.code(
    distance: distance, logicalX: { $0.x == 1 }, logicalZ: { $0.y == 1 })
  return (lattice, code)
}

private func unrotatedSurfaceLattice(
  distance: Int
) -> (lattice: PlanarLattice, code: QuantumCode) {
  precondition(distance >= 2, "A surface code has a distance of at least 2")
  let width = 2 * distance - 1
  let steps = [(dx: 1, dy: 0), (dx: 0, dy: 1), (dx: 0, dy: -1), (dx: -1, dy: 0)]
  let lattice = PlanarLattice(
    width: width, index: { $0.x + $0.y * width },
    kind: { $0.x % 2 == $0.y % 2 ? .i : $0.x % 2 == 1 ? .x : .z }, steps: (x: steps, z: steps))
  let code = lattice.code(
    distance: distance, logicalX: { $0.x == 0 }, logicalZ: { $0.y == 0 })
  return (lattice, code)
}
