/// A product of Pauli operators on numbered qubits with a phase 1, i, −1 or −i.
///
/// Stored as X and Z bits; qubits beyond `count` hold the identity. The value is
/// i^phase · ⊗_q P_q with P_q ∈ {I, X, Y, Z} (Y is Y itself, not XZ).
public struct PauliString: Hashable, Sendable {
  /// The X parts: bit q is 1 where the factor of qubit q is X or Y.
  public private(set) var xBits: BitVector
  /// The Z parts: bit q is 1 where the factor of qubit q is Z or Y.
  public private(set) var zBits: BitVector
  /// Exponent of i, 0..<4.
  public private(set) var phaseExponent: Int

  /// The identity on `count` qubits.
  public init(count: Int) {
    xBits = BitVector(count: count)
    zBits = BitVector(count: count)
    phaseExponent = 0
  }

  /// The product of the given factors, qubit 0 first.
  public init(_ paulis: some Collection<Pauli>, phaseExponent: Int = 0) {
    self.init(count: paulis.count)
    for (qubit, pauli) in paulis.enumerated() { self[qubit] = pauli }
    self.phaseExponent = phaseExponent & 3
  }

  /// Reads `+X_Z`, `-iXYZ`: an optional sign and `i`, then one letter a qubit, qubit 0 first. `nil`
  /// if malformed.
  public init?(_ text: String) {
    var rest = Substring(text)
    var exponent = 0
    if rest.first == "+" {
      rest.removeFirst()
    } else if rest.first == "-" {
      rest.removeFirst()
      exponent = 2
    }
    if rest.first == "i" {
      rest.removeFirst()
      exponent += 1
    }
    var paulis: [Pauli] = []
    for letter in rest {
      guard let pauli = Pauli(letter) else { return nil }
      paulis.append(pauli)
    }
    self.init(paulis, phaseExponent: exponent)
  }

  /// Number of qubits covered, identities included.
  public var count: Int { xBits.count }
  /// Number of factors that are not the identity.
  public var weight: Int {
    zip(xBits.words, zBits.words).reduce(0) { $0 + ($1.0 | $1.1).nonzeroBitCount }
  }
  /// Whether the phase is +1 or −1.
  public var isHermitian: Bool { phaseExponent & 1 == 0 }
  /// −1 for phase −1, +1 for phase +1.
  ///
  /// - Precondition: the string is Hermitian.
  public var sign: Int {
    precondition(isHermitian, "A string with phase ±i has no sign")
    return phaseExponent == 0 ? 1 : -1
  }

  /// The factor on a qubit; the identity outside `0..<count`. Setting beyond the end extends the
  /// string.
  public subscript(_ qubit: Int) -> Pauli {
    get { qubit < count ? Pauli(x: xBits[qubit], z: zBits[qubit]) : .i }
    set {
      while count <= qubit {
        xBits.append(false)
        zBits.append(false)
      }
      xBits[qubit] = newValue.hasX
      zBits[qubit] = newValue.hasZ
    }
  }

  /// The non-identity factors in ascending order of qubit.
  public var factors: [(qubit: Int, pauli: Pauli)] {
    (0..<count).compactMap { self[$0] == .i ? nil : ($0, self[$0]) }
  }

  /// Whether the product of the two strings does not depend on their order.
  ///
  /// - Complexity: O(`count` / 64).
  public func commutes(with other: PauliString) -> Bool {
    var parity = 0
    for (index, word) in xBits.words.enumerated() where index < other.zBits.words.count {
      parity += (word & other.zBits.words[index]).nonzeroBitCount
      parity += (zBits.words[index] & other.xBits.words[index]).nonzeroBitCount
    }
    return parity & 1 == 0
  }

  /// The operator product, `a` applied after `b`: phases included.
  ///
  /// - Complexity: O(count).
  public static func * (a: PauliString, b: PauliString) -> PauliString {
    let count = max(a.count, b.count)
    var product = PauliString(count: count)
    var exponent = a.phaseExponent + b.phaseExponent
    for qubit in 0..<count {
      let (p, q) = (a[qubit], b[qubit])
      product[qubit] = Pauli(x: p.hasX != q.hasX, z: p.hasZ != q.hasZ)
      exponent += pauliProductPhase(p, q)
    }
    product.phaseExponent = exponent & 3
    return product
  }

  /// The string with the opposite phase.
  public static prefix func - (a: PauliString) -> PauliString {
    var negated = a
    negated.phaseExponent = (a.phaseExponent + 2) & 3
    return negated
  }

  /// The 2ⁿ × 2ⁿ matrix, bit j of an index being qubit j. For tests and small gates.
  ///
  /// - Precondition: `count <= 12`.
  public var matrix: ComplexMatrix {
    precondition(count <= 12, "The matrix of a Pauli string of more than 12 qubits is too large")
    var matrix = ComplexMatrix.identity(1)
    for qubit in 0..<count { matrix = self[qubit].matrix.kronecker(matrix) }
    let phases: [ComplexMatrix.Element] = [1, .i, -1, -.i]
    return matrix.scaled(by: phases[phaseExponent])
  }
}

/// Exponent e with p·q = i^e · (pq as X/Z bits).
private func pauliProductPhase(_ p: Pauli, _ q: Pauli) -> Int {
  switch (p, q) {
  case (.x, .y), (.y, .z), (.z, .x): 1
  case (.y, .x), (.z, .y), (.x, .z): 3
  default: 0
  }
}

extension PauliString: CustomStringConvertible {
  /// Stim's form: `+X_Z`, `-iYY`.
  public var description: String {
    let prefix = ["+", "+i", "-", "-i"][phaseExponent]
    return prefix + (0..<count).map { self[$0] == .i ? "_" : String(self[$0].letter) }.joined()
  }
}
