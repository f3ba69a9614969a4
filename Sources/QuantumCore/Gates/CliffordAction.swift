/// What a Clifford gate on one or two qubits does to Paulis: U P U†, from the gate's flows.
///
/// Generators are numbered X on qubit 0, Z on qubit 0, X on qubit 1, Z on qubit 1. A Pauli on the
/// group is a mask over these (bit 0 for X on qubit 0, …), which leaves the sign aside: XZ and Y
/// have the same mask.
package struct CliffordAction: Sendable {
  package let qubitCount: Int
  /// The masks that the generators go to.
  package let images: [UInt8]
  /// Whether generators go to minus that product, Y being Y and not XZ.
  package let isNegated: [Bool]
  /// For every mask its image, by linearity: the action on Paulis up to sign.
  package let unsigned: [UInt8]

  /// `nil` if the gate is not a Clifford gate of one or two qubits.
  package init?(_ definition: GateDefinition) {
    guard definition.isUnitary, !definition.flows.isEmpty, let count = definition.qubitCount,
      (1...2).contains(count)
    else { return nil }
    var images = [UInt8](repeating: 0, count: 2 * count)
    var isNegated = [Bool](repeating: false, count: 2 * count)
    for flow in definition.flows {
      guard let generator = Self.mask(flow.input, count).generator else { return nil }
      images[generator] = Self.mask(flow.output, count)
      isNegated[generator] = flow.output.phaseExponent == 2
    }
    var unsigned = [UInt8](repeating: 0, count: 1 << (2 * count))
    for mask in unsigned.indices {
      for generator in images.indices where mask >> generator & 1 == 1 {
        unsigned[mask] ^= images[generator]
      }
    }
    (qubitCount, self.images, self.isNegated, self.unsigned) = (count, images, isNegated, unsigned)
  }

  /// The action of each gate, by raw value; `nil` for all that are not Cliffords of one or two
  /// qubits.
  package static let byGate: [CliffordAction?] = Gate.allCases.map { Self($0.definition) }

  private static func mask(_ string: PauliString, _ count: Int) -> UInt8 {
    (0..<count).reduce(0) { $0 | string[$1].rawValue << UInt8(2 * $1) }
  }
}

extension UInt8 {
  fileprivate var generator: Int? { nonzeroBitCount == 1 ? trailingZeroBitCount : nil }
}
