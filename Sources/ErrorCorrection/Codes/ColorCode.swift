import QuantumCore

/// The triangular color code on hexagons (6.6.6): places in rows that shrink upwards, every third
/// one a face.
private struct ColorLattice {
  struct Place: Hashable {
    /// Twice the x coordinate: rows are shifted by half a place.
    let x: Int
    let y: Int
  }

  private(set) var dataQubits: [Int] = []
  private(set) var dataPlaces: [Place] = []
  private(set) var faces: [(qubit: Int, place: Place)] = []
  private(set) var dataNumbers: [Place: Int] = [:]

  init(distance: Int) {
    let width = distance + (distance - 1) / 2
    var qubit = 0
    for y in 0..<width {
      for column in 0..<width - y {
        let place = Place(x: 2 * column + y, y: y)
        if (column + 2 * y) % 3 == 2 {
          faces.append((qubit, place))
        } else {
          dataNumbers[place] = dataQubits.count
          dataQubits.append(qubit)
          dataPlaces.append(place)
        }
        qubit += 1
      }
    }
  }

  /// Steps from a face to its corners, in the order in which a round visits them.
  static let steps = [(2, 0), (1, 1), (1, -1), (-2, 0), (-1, 1), (-1, -1)]

  func corner(_ step: Int, of face: Place) -> Int? {
    let (dx, dy) = Self.steps[step]
    return dataNumbers[Place(x: face.x + dx, y: face.y + dy)]
  }

  func code(distance: Int) -> QuantumCode {
    let supports = faces.map { face in
      Self.steps.indices.compactMap { corner($0, of: face.place) }
    }
    let bottom = dataPlaces.indices.filter { dataPlaces[$0].y == 0 }
    return QuantumCode(
      CSSCode(
        qubitCount: dataQubits.count, xChecks: supports, zChecks: supports, xLogicals: [bottom],
        zLogicals: [bottom], distance: distance, coordinates: dataPlaces.map(\.coordinates)))
  }
}

extension ColorLattice.Place {
  var coordinates: [Double] { [Double(x) / 2, Double(y)] }
}

extension QuantumCode {
  /// The triangular color code ⟦(3d² + 1)/4, 1, d⟧ on hexagons.
  ///
  /// - Precondition: an odd distance of at least 3.
  public static func color(distance: Int) -> QuantumCode {
    precondition(
      distance >= 3 && distance % 2 == 1, "A color code has an odd distance of 3 or more")
    return ColorLattice(distance: distance).code(distance: distance)
  }
}

extension SyndromeSchedule {
  /// The triangular color code with one check qubit a face, which reads the Y, X and Z of its face
  /// in turn: every round starts with a C_XYZ on all data qubits and then gathers Z parities in six
  /// layers of CX.
  ///
  /// - Precondition: an odd distance of at least 3.
  public static func colorCycling(distance: Int) -> SyndromeSchedule {
    precondition(
      distance >= 3 && distance % 2 == 1, "A color code has an odd distance of 3 or more")
    let lattice = ColorLattice(distance: distance)
    let faceCount = lattice.faces.count
    let checks = lattice.faces.enumerated().map { number, face in
      let (x, z) = (number, faceCount + number)
      return Check(
        qubit: face.qubit, coordinates: face.place.coordinates, readings: [[x, z], [x], [z]])
    }
    let faces = lattice.faces.sorted { ($0.place.x, $0.place.y) < ($1.place.x, $1.place.y) }
    let meetings = ColorLattice.steps.indices.map { step in
      let pairs = faces.flatMap { face -> [Int] in
        guard let corner = lattice.corner(step, of: face.place) else { return [] }
        return [lattice.dataQubits[corner], face.qubit]
      }
      return [Operation(.cx, pairs)]
    }
    return SyndromeSchedule(
      code: lattice.code(distance: distance), dataQubits: lattice.dataQubits, checks: checks,
      layers: [[Operation(.cXYZ, lattice.dataQubits)]] + meetings, dataRotation: .cXYZ,
      resetsTogether: true)
  }
}
