import QuantumCore

/// What undoing a Clifford gate does to the symptoms of its qubits: a short list of steps on rows.
///
/// Rows are numbered 2·(place of the qubit in the group) + (0 for X errors, 1 for Z errors).
struct CliffordRowOperations: Sendable {
  enum Step: Hashable, Sendable {
    /// The first row takes up the second: a ← a ⊕ b.
    case add(UInt8, UInt8)
    case swap(UInt8, UInt8)
  }

  let qubitCount: Int
  let steps: [Step]

  /// By raw value of the gate; `nil` for all that are not Cliffords of one or two qubits.
  static let byGate: [CliffordRowOperations?] = CliffordAction.byGate.map { $0.map(Self.init) }

  /// An error E before the gate is U E U† behind it, so its symptoms are the XOR of those of the
  /// factors of that.
  init(_ action: CliffordAction) {
    qubitCount = action.qubitCount
    var images = action.images
    var steps: [Step] = []
    // Gauss-Jordan: the steps that take the matrix to the identity, in reverse order, make the
    // matrix.
    for column in images.indices {
      let mask = UInt8(1) << UInt8(column)
      let pivot = images.indices.first { $0 >= column && images[$0] & mask != 0 }!
      if pivot != column {
        images.swapAt(pivot, column)
        steps.append(.swap(UInt8(pivot), UInt8(column)))
      }
      for row in images.indices where row != column && images[row] & mask != 0 {
        images[row] ^= images[column]
        steps.append(.add(UInt8(row), UInt8(column)))
      }
    }
    self.steps = steps.reversed()
  }
}
