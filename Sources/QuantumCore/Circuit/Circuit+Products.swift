/// A product of Paulis on a few qubits with its phase: what one group of an `MPP`, `SPP`, `MXX` or
/// error acts with.
package struct SignedPauliProduct: Sendable, Hashable {
  /// In the order in which qubits first appear; none is the identity.
  package private(set) var factors: [(qubit: Int, pauli: Pauli)] = []
  /// The product is i^phaseExponent times the factors; 0..<4.
  package private(set) var phaseExponent = 0

  package init() {}

  package var isHermitian: Bool { phaseExponent & 1 == 0 }
  /// Whether a Hermitian product is minus the product of its factors.
  package var isNegative: Bool { phaseExponent == 2 }

  package mutating func negate() { phaseExponent ^= 2 }

  /// Multiplies by a factor from the right.
  package mutating func multiply(by pauli: Pauli, on qubit: Int) {
    guard let index = factors.firstIndex(where: { $0.qubit == qubit }) else {
      if pauli != .i { factors.append((qubit, pauli)) }
      return
    }
    let old = factors[index].pauli
    phaseExponent = (phaseExponent + old.phaseExponent(ofProductWith: pauli)) & 3
    factors[index].pauli = Pauli(rawValue: old.rawValue ^ pauli.rawValue)!
    if factors[index].pauli == .i { factors.remove(at: index) }
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.phaseExponent == b.phaseExponent
      && a.factors.elementsEqual(b.factors) { $0.qubit == $1.qubit && $0.pauli == $1.pauli }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(phaseExponent)
    for factor in factors {
      hasher.combine(factor.qubit)
      hasher.combine(factor.pauli)
    }
  }
}

extension Pauli {
  /// The exponent e in p·q = iᵉ · (pq without its phase).
  package func phaseExponent(ofProductWith other: Pauli) -> Int {
    switch (self, other) {
    case (.x, .y), (.y, .z), (.z, .x): 1
    case (.y, .x), (.z, .y), (.x, .z): 3
    default: 0
    }
  }
}

extension SignedPauliProduct {
  /// The product that a group of Pauli targets spells, each `!` a minus sign.
  ///
  /// - Parameter factor: for groups of plain qubits, the Pauli on each of them.
  package init(of group: ArraySlice<Target>, factor: Pauli? = nil) {
    self.init()
    for target in group {
      guard let qubit = target.qubit, let pauli = factor ?? target.pauli else { continue }
      multiply(by: pauli, on: qubit)
      if target.isInverted { negate() }
    }
  }
}
