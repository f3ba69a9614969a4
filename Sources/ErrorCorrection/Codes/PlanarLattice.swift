import QuantumCore

/// Qubits of a planar CSS code at places with whole coordinates, each data qubit and each check
/// with a qubit of its own.
///
/// Checks are sorted by kind, X first, then by x, then by y; qubits have increasing indices along
/// rows.
struct PlanarLattice {
  struct Place: Hashable {
    let x: Int
    let y: Int
  }
  struct Check {
    let place: Place
    let pauli: Pauli
    let qubit: Int
    /// Numbers of its data qubits in the code, in the order in which a round visits them; `nil` for
    /// a pause.
    var visits: [Int?] = []
  }

  private(set) var dataQubits: [Int] = []
  private(set) var dataPlaces: [Place] = []
  private(set) var checks: [Check] = []

  /// - Parameters:
  ///   - width: places have x and y in `0..<width`.
  ///   - index: the circuit's qubit at a place, increasing along rows and from row to row.
  ///   - kind: what is at a place: `.i` for data, X or Z for a check, `nil` for nothing.
  ///   - steps: where X and Z checks find their data qubits, in the order in which a round visits
  ///     them.
  init(
    width: Int, index: (Place) -> Int, kind: (Place) -> Pauli?,
    steps: (x: [(dx: Int, dy: Int)], z: [(dx: Int, dy: Int)])
  ) {
    for y in 0..<width {
      for x in 0..<width {
        let place = Place(x: x, y: y)
        switch kind(place) {
        case nil: continue
        case .i:
          dataQubits.append(index(place))
          dataPlaces.append(place)
        case let pauli?:
          checks.append(Check(place: place, pauli: pauli, qubit: index(place)))
        }
      }
    }
    checks.sort {
      ($0.pauli.rawValue, $0.place.x, $0.place.y) < ($1.pauli.rawValue, $1.place.x, $1.place.y)
    }
    let numbers = Dictionary(uniqueKeysWithValues: dataPlaces.enumerated().map { ($1, $0) })
    for check in checks.indices {
      let place = checks[check].place
      checks[check].visits = (checks[check].pauli == .x ? steps.x : steps.z).map {
        numbers[Place(x: place.x + $0.dx, y: place.y + $0.dy)]
      }
    }
  }
}

extension PlanarLattice {
  /// The code with one logical qubit whose X and Z lie on the data at the given places.
  func code(
    distance: Int, logicalX: (Place) -> Bool, logicalZ: (Place) -> Bool
  ) -> QuantumCode {
    func data(where isIncluded: (Place) -> Bool) -> [Int] {
      dataPlaces.indices.filter { isIncluded(dataPlaces[$0]) }
    }
    func supports(of pauli: Pauli) -> [[Int]] {
      checks.filter { $0.pauli == pauli }.map { $0.visits.compactMap(\.self) }
    }
    return QuantumCode(
      CSSCode(
        qubitCount: dataQubits.count, xChecks: supports(of: .x), zChecks: supports(of: .z),
        xLogicals: [data(where: logicalX)], zLogicals: [data(where: logicalZ)],
        distance: distance, coordinates: dataPlaces.map { [Double($0.x), Double($0.y)] }))
  }

  /// Hadamards on the X checks, four layers of CX, Hadamards again.
  func schedule(_ code: QuantumCode) -> SyndromeSchedule {
    let readers = checks.enumerated().map { number, check in
      SyndromeSchedule.Check(
        qubit: check.qubit, coordinates: [Double(check.place.x), Double(check.place.y)],
        readings: [[number]])
    }.sorted { $0.qubit < $1.qubit }
    let hadamards = checks.lazy.filter { $0.pauli == .x }.map(\.qubit).sorted()
    let turn = [SyndromeSchedule.Operation(.h, hadamards)]
    let meetings = (0..<4).map { [SyndromeSchedule.Operation(.cx, pairs(visit: $0))] }
    return SyndromeSchedule(
      code: code, dataQubits: dataQubits, checks: readers, layers: [turn] + meetings + [turn])
  }

  /// Controls and targets of one layer: X checks control their data, data control their Z checks.
  private func pairs(visit: Int) -> [Int] {
    checks.flatMap { check -> [Int] in
      guard let data = check.visits[visit] else { return [] }
      return check.pauli == .x
        ? [check.qubit, dataQubits[data]] : [dataQubits[data], check.qubit]
    }
  }
}
