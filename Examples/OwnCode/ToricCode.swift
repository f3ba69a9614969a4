import QSim

/// The toric code ⟦2d², 2, d⟧ [DennisKitaevLandahlPreskill02]: qubits on the edges of a square
/// lattice on a torus. Edge (x, y, 0) leads to the right from vertex (x, y), edge (x, y, 1)
/// upwards. Vertices have X checks, faces have Z checks.
struct ToricLattice {
  let distance: Int

  /// The qubit on an edge.
  func edge(_ x: Int, _ y: Int, _ direction: Int) -> Int {
    let (column, row) = ((x + distance) % distance, (y + distance) % distance)
    return 2 * (row * distance + column) + direction
  }

  var places: [(x: Int, y: Int)] {
    (0..<distance).flatMap { y in (0..<distance).map { x in (x, y) } }
  }
  /// Edges of each vertex and of each face, in the order in which a round visits them.
  var vertices: [[Int]] {
    places.map { [edge($0, $1, 0), edge($0, $1, 1), edge($0, $1 - 1, 1), edge($0 - 1, $1, 0)] }
  }
  var faces: [[Int]] {
    places.map { [edge($0 + 1, $1, 1), edge($0, $1 + 1, 0), edge($0, $1, 0), edge($0, $1, 1)] }
  }

  var code: QuantumCode {
    let line = 0..<distance
    return QuantumCode(
      CSSCode(
        qubitCount: 2 * distance * distance, xChecks: vertices, zChecks: faces,
        // X runs across the dual lattice, Z along the lattice, one pair for each direction around
        // the torus.
        xLogicals: [line.map { edge(0, $0, 0) }, line.map { edge($0, 0, 1) }],
        zLogicals: [line.map { edge($0, 0, 0) }, line.map { edge(0, $0, 1) }],
        distance: distance,
        coordinates: places.flatMap { x, y in
          [[Double(x) + 0.5, Double(y)], [Double(x), Double(y) + 0.5]]
        }))
  }
}

extension SyndromeSchedule {
  /// Data on the first 2d² qubits, check qubits behind them; four layers of CX for the X checks,
  /// then four for the Z checks.
  static func toric(distance: Int) -> SyndromeSchedule {
    let lattice = ToricLattice(distance: distance)
    let code = lattice.code
    let xQubits = lattice.vertices.indices.map { code.qubitCount + $0 }
    let zQubits = xQubits.map { $0 + xQubits.count }
    let checks = (xQubits + zQubits).enumerated().map { number, qubit in
      let place = lattice.places[number % xQubits.count]
      let half = number < xQubits.count ? 0 : 0.5
      return Check(
        qubit: qubit, coordinates: [Double(place.x) + half, Double(place.y) + half],
        readings: [[number]])
    }
    let turn = [Operation(.h, xQubits)]
    let xLayers = (0..<4).map { step in
      [Operation(.cx, zip(xQubits, lattice.vertices).flatMap { [$0, $1[step]] })]
    }
    let zLayers = (0..<4).map { step in
      [Operation(.cx, zip(zQubits, lattice.faces).flatMap { [$1[step], $0] })]
    }
    return SyndromeSchedule(
      code: code, dataQubits: Array(0..<code.qubitCount), checks: checks,
      layers: [turn] + xLayers + [turn] + zLayers)
  }
}

extension CodeDefinition {
  static let toric = CodeDefinition(
    name: "toric_code", summary: "Square lattice on a torus: two logical qubits.",
    tasks: [
      MemoryTask(
        code: "toric_code", name: "memory_z", summary: "Keeps two logical |0⟩; measures Z.",
        basis: .z, schedule: SyndromeSchedule.toric)
    ])
}
