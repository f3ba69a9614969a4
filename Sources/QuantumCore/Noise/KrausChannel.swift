import RealModule

/// A quantum channel ρ ↦ Σ KᵢρKᵢ† on k qubits.
public struct KrausChannel: Hashable, Sendable {
  /// 2ᵏ × 2ᵏ matrices; bit j of an index is the channel's j-th qubit.
  public let operators: [ComplexMatrix]

  /// - Precondition: at least one operator, all of one shape 2ᵏ × 2ᵏ, with Σ Kᵢ†Kᵢ = 1 to 1e-9.
  public init(_ operators: [ComplexMatrix]) {
    precondition(Self.defect(of: operators) == nil, Self.defect(of: operators) ?? "")
    self.operators = operators
  }

  /// What keeps the operators from being a channel; `nil` if they are one.
  public static func defect(of operators: [ComplexMatrix]) -> String? {
    guard let first = operators.first, first.qubitCount != nil else {
      return "a channel needs 2^k × 2^k matrices"
    }
    guard operators.allSatisfy({ $0.rowCount == first.rowCount && $0.isSquare }) else {
      return "the operators of a channel differ in shape"
    }
    let sum = operators.reduce(ComplexMatrix(zeros: first.rowCount, by: first.rowCount)) {
      $0 + $1.adjoint * $1
    }
    let distance = sum.distance(to: .identity(first.rowCount))
    return distance <= 1e-9
      ? nil : "the operators do not preserve probability: |Σ K†K − 1| = \(distance)"
  }

  public var qubitCount: Int { operators[0].qubitCount! }

  /// ρ ↦ Σ KᵢρKᵢ†.
  public func applied(to density: ComplexMatrix) -> ComplexMatrix {
    operators.reduce(ComplexMatrix(zeros: density.rowCount, by: density.columnCount)) {
      $0 + $1 * density * $1.adjoint
    }
  }

  /// The 4ᵏ × 4ᵏ matrix on vec(ρ), columns stacked: Σ conj(Kᵢ) ⊗ Kᵢ.
  public var superoperator: ComplexMatrix {
    let size = operators[0].rowCount
    return operators.reduce(ComplexMatrix(zeros: size * size, by: size * size)) { sum, k in
      var conjugate = k
      conjugate.elements = k.elements.map(\.conjugate)
      return sum + conjugate.kronecker(k)
    }
  }
}

extension KrausChannel {
  /// A Pauli product for each probability; what is left is the identity.
  ///
  /// Probabilities that sum to more than 1, as rounded ones may, are scaled down to a sum of 1.
  ///
  /// - Precondition: probabilities are in 0...1; strings all of `qubitCount` qubits.
  public init(paulis: [(probability: Double, pauli: PauliString)], qubitCount: Int) {
    let total = paulis.reduce(0) { $0 + $1.probability }
    let rest = max(0, 1 - total)
    let scale = 1 / max(1, total)
    var operators = [ComplexMatrix.identity(1 << qubitCount).scaled(by: .init(rest.squareRoot()))]
    for (probability, pauli) in paulis where probability > 0 {
      operators.append(pauli.matrix.scaled(by: .init((probability * scale).squareRoot())))
    }
    self.init(operators)
  }

  /// Energy decay |1⟩ → |0⟩ with probability γ.
  public static func amplitudeDamping(_ gamma: Double) -> KrausChannel {
    precondition((0...1).contains(gamma), "A probability is in 0...1")
    return KrausChannel([
      ComplexMatrix([[1, 0], [0, .init((1 - gamma).squareRoot())]]),
      ComplexMatrix([[0, .init(gamma.squareRoot())], [0, 0]]),
    ])
  }

  /// Loss of phase without loss of energy: coherences shrink by √(1 − λ).
  public static func phaseDamping(_ lambda: Double) -> KrausChannel {
    precondition((0...1).contains(lambda), "A probability is in 0...1")
    return KrausChannel([
      ComplexMatrix([[1, 0], [0, .init((1 - lambda).squareRoot())]]),
      ComplexMatrix([[0, 0], [0, .init(lambda.squareRoot())]]),
    ])
  }
}

extension GateDefinition {
  /// The Pauli errors of a noise channel on one group of qubits with their probabilities; `nil` if the gate is not such a
  /// channel (products name their own Paulis) or holds nothing that acts. Identities of heralded channels are not listed.
  public func pauliErrors(_ p: some RandomAccessCollection<Double>) -> [(
    probability: Double, pauli: PauliString
  )]? {
    let p = Array(p)
    func each(_ probabilities: [Double]) -> [(probability: Double, pauli: PauliString)] {
      zip(probabilities, [Pauli.x, .y, .z]).map { ($0, PauliString([$1])) }
    }
    switch gate {
    case .xError: return [(p[0], PauliString([.x]))]
    case .yError: return [(p[0], PauliString([.y]))]
    case .zError: return [(p[0], PauliString([.z]))]
    case .depolarize1: return each([Double](repeating: p[0] / 3, count: 3))
    case .depolarize2: return twoQubitErrors([Double](repeating: p[0] / 15, count: 15))
    case .pauliChannel1: return each(p)
    case .pauliChannel2: return twoQubitErrors(p)
    case .heraldedErase: return each([Double](repeating: p[0] / 4, count: 3))
    case .heraldedPauliChannel1: return each(Array(p[1...]))
    default: return nil
    }
  }

  /// In the order IX IY IZ XI XX … ZZ, the first letter on the first qubit.
  private func twoQubitErrors(_ p: [Double]) -> [(probability: Double, pauli: PauliString)] {
    let order: [Pauli] = [.i, .x, .y, .z]
    return (1..<16).map { (p[$0 - 1], PauliString([order[$0 / 4], order[$0 % 4]])) }
  }

  /// The channel a noise instruction is, heralds summed over; `nil` for gates that are not a channel on a group of qubits.
  public func channel(_ arguments: some RandomAccessCollection<Double>) -> KrausChannel? {
    guard let qubits = qubitCount, let errors = pauliErrors(arguments) else { return nil }
    return KrausChannel(paulis: errors, qubitCount: qubits)
  }
}
