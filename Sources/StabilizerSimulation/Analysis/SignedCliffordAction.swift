import QuantumCore

/// What a Clifford gate on one or two qubits does to Paulis, signs included: U P U† for each of the
/// 4 or 16 products.
///
/// Two bits a qubit, as `Pauli.rawValue`; Y is Y itself, not XZ.
struct SignedCliffordAction: Sendable {
  let qubitCount: Int
  let images: [UInt8]
  let isNegated: [Bool]

  /// The action of each gate, by raw value; `nil` for all that are not Cliffords of one or two
  /// qubits.
  static let byGate: [SignedCliffordAction?] = Gate.allCases.map { Self($0.definition) }

  /// That of the gate that undoes each gate.
  static let ofInverse: [SignedCliffordAction?] = Gate.allCases.map { gate in
    guard byGate[Int(gate.rawValue)] != nil,
      let inverse = gate.definition.inverse(of: [])
    else { return nil }
    return byGate[Int(inverse.gate.rawValue)]
  }

  private init?(_ definition: GateDefinition) {
    guard let action = CliffordAction(definition) else { return nil }
    qubitCount = action.qubitCount
    let generators = (0..<2 * action.qubitCount).map { generator in
      var image = Self.string(action.images[generator], action.qubitCount)
      if action.isNegated[generator] { image = -image }
      return image
    }
    var images: [UInt8] = []
    var isNegated: [Bool] = []
    for mask in 0..<UInt8(1 << (2 * action.qubitCount)) {
      var image = PauliString(count: action.qubitCount)
      for qubit in 0..<action.qubitCount {
        let bits = mask >> UInt8(2 * qubit) & 3
        if bits & 1 != 0 { image = image * generators[2 * qubit] }
        if bits & 2 != 0 { image = image * generators[2 * qubit + 1] }
        // Y = iXZ.
        if bits == 3 { image = image * Self.imaginaryUnit }
      }
      images.append((0..<action.qubitCount).reduce(0) { $0 | image[$1].rawValue << UInt8(2 * $1) })
      isNegated.append(image.phaseExponent == 2)
    }
    (self.images, self.isNegated) = (images, isNegated)
  }

  private static let imaginaryUnit = PauliString([], phaseExponent: 1)

  private static func string(_ mask: UInt8, _ count: Int) -> PauliString {
    PauliString((0..<count).map { Pauli(rawValue: mask >> UInt8(2 * $0) & 3)! })
  }
}
