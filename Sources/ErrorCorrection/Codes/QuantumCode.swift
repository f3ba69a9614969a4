import QuantumCore

/// A stabilizer code: n qubits, generators of the stabilizer group, and a pair of operators for
/// every logical qubit.
///
/// Qubits are numbered `0..<qubitCount`. Signs are left aside: a code stands for all its signed
/// versions.
///
public struct QuantumCode: Sendable, Hashable {
  /// The operators of one logical qubit; they anticommute with each other and commute with all
  /// else.
  public struct Logical: Sendable, Hashable {
    /// The logical X.
    public let x: SparsePauliString
    /// The logical Z.
    public let z: SparsePauliString

    /// The two operators of one logical qubit.
    public init(x: SparsePauliString, z: SparsePauliString) {
      self.x = x
      self.z = z
    }

    /// The operator that is measured in the X, Y or Z basis.
    ///
    /// - Precondition: `basis` is not the identity.
    public func `operator`(in basis: Pauli) -> SparsePauliString {
      switch basis {
      case .i: preconditionFailure("A logical operator is X, Y or Z")
      case .x: x
      case .y: x * z
      case .z: z
      }
    }
  }

  /// The number of physical qubits n; operators act on `0..<qubitCount`.
  public let qubitCount: Int
  /// Generators of the stabilizer group; they need not be independent.
  public let stabilizers: [SparsePauliString]
  /// The operators of each logical qubit.
  public let logicals: [Logical]
  /// Least weight of an operator that acts on the logical qubits unnoticed; `nil` where it is not
  /// known.
  public let distance: Int?
  /// Where each qubit lies, for detectors and drawings; empty for a code without a layout.
  public let coordinates: [[Double]]

  /// The code with the given stabilizers and logical operators.
  ///
  /// - Precondition: `qubitCount` is not negative, all factors are on qubits in `0..<qubitCount`;
  ///   coordinates, if any, are one list a qubit.
  public init(
    qubitCount: Int, stabilizers: [SparsePauliString], logicals: [Logical], distance: Int? = nil,
    coordinates: [[Double]] = []
  ) {
    precondition(qubitCount >= 0, "A code has no negative number of qubits")
    let operators = stabilizers + logicals.flatMap { [$0.x, $0.z] }
    precondition(
      operators.allSatisfy {
        ($0.factors.first?.qubit ?? 0) >= 0 && ($0.factors.last?.qubit ?? -1) < qubitCount
      },
      "An operator of a code acts on its own qubits")
    precondition(
      coordinates.isEmpty || coordinates.count == qubitCount, "Every qubit has coordinates or none")
    self.qubitCount = qubitCount
    self.stabilizers = stabilizers
    self.logicals = logicals
    self.distance = distance
    self.coordinates = coordinates
  }

  /// The first two operators that do not commute as those of a code must, in words; `nil` for a
  /// valid code.
  ///
  /// - Complexity: O(Σ over qubits of the square of the number of operators on it).
  public var violation: String? {
    let names =
      stabilizers.indices.map { "stabilizer \($0)" }
      + logicals.indices.flatMap { ["logical X \($0)", "logical Z \($0)"] }
    let operators = stabilizers + logicals.flatMap { [$0.x, $0.z] }
    var touching = [[Int]](repeating: [], count: qubitCount)
    for (index, product) in operators.enumerated() {
      for factor in product.factors { touching[factor.qubit].append(index) }
    }
    for (index, product) in operators.enumerated() {
      let neighbours = Set(product.factors.flatMap { touching[$0.qubit] }).filter { $0 > index }
      // The X and Z of a logical qubit stand next to each other behind the stabilizers.
      let partner =
        index >= stabilizers.count && (index - stabilizers.count) % 2 == 0 ? index + 1 : nil
      if let partner, product.commutes(with: operators[partner]) {
        return "\(names[index]) commutes with \(names[partner])"
      }
      for other in neighbours.sorted() where other != partner {
        if !product.commutes(with: operators[other]) {
          return "\(names[index]) does not commute with \(names[other])"
        }
      }
    }
    return nil
  }
}
