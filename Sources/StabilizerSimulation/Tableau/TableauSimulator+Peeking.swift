import QuantumCore

/// Why an outcome could not be selected.
public struct ImpossibleOutcome: Error, Hashable, Sendable {
  /// The product, whose value is certain.
  public let product: PauliString
  /// The value that was asked for; the state has the other.
  public let value: Bool
}

extension TableauSimulator {
  /// The Pauli, with its sign, that a qubit is an eigenstate of; the identity if its state is
  /// mixed.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func peekBloch(_ qubit: Int) throws(Obstacle) -> PauliString {
    for pauli in [Pauli.z, .x, .y] {
      var string = PauliString([pauli])
      let product = PauliProduct(factors: [(pauli.rawValue, qubit)], phase: 0)
      try makeUnique()
      if let value = try state.certainValue(of: product) {
        if value { string = -string }
        return string
      }
    }
    return PauliString(count: 1)
  }

  /// The expectation of a product of Paulis: +1 or −1 if its value is certain, otherwise 0.
  ///
  /// - Precondition: the product is Hermitian.
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func peek(_ product: PauliString) throws(Obstacle) -> Int {
    precondition(product.isHermitian, "Only Hermitian products have an expectation that is real")
    try makeUnique()
    guard let value = try state.certainValue(of: PauliProduct(product)) else { return 0 }
    return value ? -1 : 1
  }

  /// Goes on as if a measurement of a product had given a value, which is not recorded.
  ///
  /// - Precondition: the product is Hermitian.
  /// - Throws: `ImpossibleOutcome` if the product is certain to have the other value; `Obstacle`
  ///   when memory runs out.
  public mutating func select(_ product: PauliString, value: Bool) throws {
    precondition(product.isHermitian, "Only Hermitian products can be measured")
    try makeUnique()
    let result = try state.measure(PauliProduct(product)) { value }
    try state.endMeasuring()
    if result != value { throw ImpossibleOutcome(product: product, value: value) }
  }

  /// Goes on as if a measurement of a qubit in the basis of a Pauli had given a value, which is not
  /// recorded.
  ///
  /// - Throws: as `select(_:value:)` of products.
  public mutating func select(_ qubit: Int, basis: Pauli = .z, value: Bool) throws {
    var product = PauliString(count: 0)
    product[qubit] = basis
    try select(product, value: value)
  }

  /// Independent generators of the group that stabilizes the first `count` qubits, in reduced
  /// echelon form: the same for the same state, however it was made.
  ///
  /// Columns are ordered X₀ X₁ … Z₀ Z₁ …; the leading column of a generator is in no other.
  ///
  /// - Precondition: no qubit beyond is entangled with these.
  /// - Throws: `Obstacle` when memory runs out.
  /// - Complexity: O(n³) at 1/64 of a step each.
  public mutating func canonicalStabilizers(count: Int) throws(Obstacle) -> [PauliString] {
    try makeUnique()
    let list = state.stabilizerList(limit: .max)
    var strings: [PauliString] = []
    for generator in list?.generators ?? [] {
      var string = PauliString(
        [Pauli](repeating: .i, count: count), phaseExponent: Int(generator.phase))
      for factor in generator.factors { string[factor.qubit] = Pauli(rawValue: factor.letter)! }
      strings.append(string)
    }
    for qubit in 0..<count where state.existingPlace(of: qubit) == nil {
      var string = PauliString(
        [Pauli](repeating: .i, count: count), phaseExponent: state.knownBit(of: qubit) ? 2 : 0)
      string[qubit] = .z
      strings.append(string)
    }
    return StabilizerMatrix(strings, qubitCount: count).reduced.strings
  }

  /// The amplitudes of the first `count` qubits, up to a global phase: the first that is not 0 is
  /// positive. Bit j of an index is qubit j.
  ///
  /// - Precondition: `count <= 20`, and no qubit beyond is entangled with these.
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func amplitudes(count: Int) throws(Obstacle) -> [ComplexMatrix.Element] {
    precondition(count <= 20, "Amplitudes of more than 20 qubits are too many")
    let generators = StabilizerMatrix(
      try canonicalStabilizers(count: count), qubitCount: count)
    // The state is what the projector leaves of any basis state that it contains.
    var basis = self
    var start = 0
    for qubit in 0..<count where try basis.measure(qubit) { start |= 1 << qubit }
    var amplitudes = [ComplexMatrix.Element](repeating: .zero, count: 1 << count)
    amplitudes[start] = 1
    for string in generators.strings { amplitudes = Self.projected(amplitudes, on: string) }
    let norm = amplitudes.reduce(0) { $0 + $1.lengthSquared }.squareRoot()
    guard let first = amplitudes.first(where: { $0.length > 1e-9 }) else { return amplitudes }
    let factor = first.conjugate / ComplexMatrix.Element(norm * first.length)
    return amplitudes.map { $0 * factor }
  }

  /// (1 + P) ψ.
  private static func projected(
    _ amplitudes: [ComplexMatrix.Element], on string: PauliString
  ) -> [ComplexMatrix.Element] {
    let x = Int(string.xBits.word(at: 0, count: string.count))
    let z = Int(string.zBits.word(at: 0, count: string.count))
    let exponent = string.phaseExponent + (x & z).nonzeroBitCount
    let phases: [ComplexMatrix.Element] = [1, .i, -1, -.i]
    return amplitudes.indices.map { index in
      // P|j⟩ = i^exponent (−1)^{j·z} |j ⊕ x⟩.
      let source = index ^ x
      let sign = (source & z).nonzeroBitCount & 1 == 0 ? 0 : 2
      return amplitudes[index] + phases[(exponent + sign) & 3] * amplitudes[source]
    }
  }
}
