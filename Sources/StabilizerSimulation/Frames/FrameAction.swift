import QuantumCore

/// What a Clifford gate does to a Pauli frame: additions `row[d] ^= row[s]` one after the other,
/// then a renaming of rows.
///
/// Rows are numbered as the generators of `CliffordAction`: X and Z of the first qubit, X and Z of
/// the second. The additions are as few as there can be; SWAP and H need none.
package struct FrameAction: Sendable {
  package struct Addition: Sendable {
    package let destination: UInt8
    package let source: UInt8
  }

  package let additions: [Addition]
  /// After the additions, row j is what was called row `origins[j]`.
  package let origins: [UInt8]

  /// Breadth first over the sets of rows that additions can make, of which two qubits have 840.
  package init(_ action: CliffordAction) {
    let count = 2 * action.qubitCount
    // Row j of the frame behind the gate is the sum of the rows whose generators have an image with
    // factor j.
    let goal = (0..<count).map { row in
      (0..<count).reduce(UInt8(0)) { $0 | (action.images[$1] >> UInt8(row) & 1) << UInt8($1) }
    }
    let sortedGoal = goal.sorted()
    var states = [(rows: (0..<count).map { UInt8(1) << UInt8($0) }, path: [Addition]())]
    var seen: Set<[UInt8]> = [states[0].rows]
    var next = 0
    while states[next].rows.sorted() != sortedGoal {
      let state = states[next]
      next += 1
      for destination in 0..<count {
        for source in 0..<count where source != destination {
          var rows = state.rows
          rows[destination] ^= rows[source]
          guard seen.insert(rows.sorted()).inserted else { continue }
          let step = Addition(destination: UInt8(destination), source: UInt8(source))
          states.append((rows, state.path + [step]))
        }
      }
    }
    additions = states[next].path
    origins = goal.map { UInt8(states[next].rows.firstIndex(of: $0)!) }
  }

  var isRenaming: Bool { origins.enumerated().contains { $0.offset != Int($0.element) } }
}
