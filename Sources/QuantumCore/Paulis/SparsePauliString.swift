/// A product of Paulis on a few of many qubits, its sign left aside: a stabilizer or a logical
/// operator of a code.
///
///     SparsePauliString(.z, on: [0, 1])            // Z0*Z1
public struct SparsePauliString: Hashable, Sendable {
  /// A factor other than the identity.
  public struct Factor: Hashable, Sendable {
    /// The qubit that the factor acts on.
    public let qubit: Int
    /// X, Y or Z.
    public let pauli: Pauli
  }

  /// The factors in ascending order of qubit, each qubit once.
  public let factors: [Factor]

  /// The product of the given factors; those on one qubit multiply, identities vanish.
  public init(_ factors: some Sequence<(qubit: Int, pauli: Pauli)>) {
    let sorted = factors.map { Factor(qubit: $0.qubit, pauli: $0.pauli) }
      .sorted { $0.qubit < $1.qubit }
    var merged: [Factor] = []
    for factor in sorted {
      if let last = merged.last, last.qubit == factor.qubit {
        merged.removeLast()
        let product = Pauli(rawValue: last.pauli.rawValue ^ factor.pauli.rawValue)!
        merged.append(Factor(qubit: factor.qubit, pauli: product))
      } else {
        merged.append(factor)
      }
    }
    self.factors = merged.filter { $0.pauli != .i }
  }

  /// The same Pauli on each of the qubits.
  public init(_ pauli: Pauli, on qubits: some Sequence<Int>) {
    self.init(qubits.map { (qubit: $0, pauli: pauli) })
  }

  /// The qubits with a factor other than the identity, ascending.
  public var qubits: [Int] { factors.map(\.qubit) }
  /// Number of factors.
  public var weight: Int { factors.count }

  /// Whether every factor is `pauli`; true of the identity.
  public func consists(of pauli: Pauli) -> Bool { factors.allSatisfy { $0.pauli == pauli } }

  /// Whether the product of the two strings does not depend on their order.
  ///
  /// - Complexity: O(sum of the weights).
  public func commutes(with other: SparsePauliString) -> Bool {
    var parity = false
    var (i, j) = (0, 0)
    while i < factors.count, j < other.factors.count {
      let (a, b) = (factors[i], other.factors[j])
      if a.qubit == b.qubit, a.pauli != b.pauli { parity.toggle() }
      if a.qubit <= b.qubit { i += 1 }
      if b.qubit <= a.qubit { j += 1 }
    }
    return !parity
  }

  /// The product without its phase: the factors of each qubit multiply.
  ///
  /// - Complexity: O(n log n) for n factors of both.
  public static func * (a: SparsePauliString, b: SparsePauliString) -> SparsePauliString {
    SparsePauliString((a.factors + b.factors).map { (qubit: $0.qubit, pauli: $0.pauli) })
  }
}

extension SparsePauliString: CustomStringConvertible {
  /// `X0*Z3`; the identity is `I`.
  public var description: String {
    factors.isEmpty ? "I" : factors.map { "\($0.pauli.letter)\($0.qubit)" }.joined(separator: "*")
  }
}
