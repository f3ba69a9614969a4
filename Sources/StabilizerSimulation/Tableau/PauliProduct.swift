import QuantumCore

/// i^phase times a product of Paulis, each qubit at most once.
package struct PauliProduct: Sendable {
  package var factors: [(letter: UInt8, qubit: Int)]
  /// 0 or 2 where the product is Hermitian.
  package var phase: UInt8

  package init(factors: [(letter: UInt8, qubit: Int)], phase: UInt8) {
    (self.factors, self.phase) = (factors, phase)
  }

  /// The product of Pauli targets in their order, `!` being a sign; qubits may occur more than
  /// once.
  package init(_ targets: ArraySlice<Target>) {
    self.init(factors: [], phase: 0)
    var places: [Int: Int] = [:]
    for target in targets {
      if target.isInverted { phase ^= 2 }
      guard let pauli = target.pauli else { continue }
      if let place = places[target.value] {
        phase = (phase &+ Pauli.productPhase(factors[place].letter, pauli.rawValue)) & 3
        factors[place].letter ^= pauli.rawValue
      } else {
        places[target.value] = factors.count
        factors.append((pauli.rawValue, target.value))
      }
    }
    if factors.count < targets.count { factors.removeAll { $0.letter == 0 } }
  }

  /// - Precondition: the string is Hermitian.
  package init(_ string: PauliString) {
    self.init(
      factors: string.factors.map { ($0.pauli.rawValue, $0.qubit) },
      phase: UInt8(string.phaseExponent))
  }

  package var isHermitian: Bool { phase & 1 == 0 }
}

extension Pauli {
  /// The exponent e with P·Q = i^e · R for the letter R = P ^ Q.
  static func productPhase(_ p: UInt8, _ q: UInt8) -> UInt8 {
    if p == 0 || q == 0 || p == q { return 0 }
    // X, Y, Z have the raw values 1, 3, 2.
    let follows = (p == 1 && q == 3) || (p == 3 && q == 2) || (p == 2 && q == 1)
    return follows ? 1 : 3
  }
}

extension LetterMap {
  /// (1 + P)/2 ± i (1 − P)/2.
  init(rootOf pauli: Pauli, isInverse: Bool) {
    let gate: Gate =
      switch pauli {
      case .i: .i
      case .x: isInverse ? .sqrtXDag : .sqrtX
      case .y: isInverse ? .sqrtYDag : .sqrtY
      case .z: isInverse ? .sDag : .s
      }
    self = PairDecomposition.of(gate)?.first ?? .identity
  }
}
