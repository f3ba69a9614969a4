import RealModule

/// A quantum channel ρ ↦ Σ KᵢρKᵢ† on k qubits.
public struct KrausChannel: Hashable, Sendable {
  /// 2ᵏ × 2ᵏ matrices; bit j of an index is the channel's j-th qubit.
  public let operators: [ComplexMatrix]

  /// The channel of Kraus operators.
  ///
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

  /// The number of qubits that the channel acts on.
  public var qubitCount: Int { operators[0].qubitCount! }

  /// The density matrix Σ KᵢρKᵢ† that the channel makes of ρ.
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

  /// The channel that changes nothing.
  public static func identity(qubitCount: Int) -> KrausChannel {
    KrausChannel([.identity(1 << qubitCount)])
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

extension KrausChannel {
  /// Exchange of energy with a bath: populations move by the fraction γ towards `excited` on |1⟩,
  /// coherences shrink by √(1 − γ).
  ///
  /// - Parameters:
  ///   - gamma: γ = 1 − e^{−t/T₁}, in 0...1.
  ///   - excited: population of |1⟩ at rest, in 0...1; 0 is amplitude damping.
  /// - Source: [NielsenChuang10], section 8.3.5.
  public static func generalizedAmplitudeDamping(_ gamma: Double, excited: Double) -> KrausChannel {
    precondition((0...1).contains(excited), "A probability is in 0...1")
    let decay = amplitudeDamping(gamma).operators
    guard excited > 0 else { return KrausChannel(decay) }
    let flip = Pauli.x.matrix
    let excitation = decay.map { flip * $0 * flip }
    return KrausChannel(
      decay.map { $0.scaled(by: .init((1 - excited).squareRoot())) }
        + excitation.map { $0.scaled(by: .init(excited.squareRoot())) })
  }

  /// T₁ and T₂ together, exactly for every T₂ ≤ 2T₁: generalized amplitude damping, then phase
  /// damping.
  ///
  /// Coherences shrink by √((1 − γ)(1 − λ)); see `relaxation(time:t1:t2:)` for γ and λ of given
  /// times.
  ///
  /// - Source: [NielsenChuang10], sections 8.3.5 and 8.3.6.
  public static func thermalRelaxation(
    _ gamma: Double, dephasing lambda: Double, excited: Double
  ) -> KrausChannel {
    KrausChannel.generalizedAmplitudeDamping(gamma, excited: excited)
      .followed(by: .phaseDamping(lambda))
  }

  /// γ and λ of `thermalRelaxation` after a time, such that populations relax as e^{−t/T₁} and
  /// coherences shrink as e^{−t/T₂}.
  ///
  ///     γ = 1 − e^{−t/T₁},   λ = 1 − e^{−2t(1/T₂ − 1/(2T₁))}
  ///
  /// - Parameters: times in one unit; infinite T₁ or T₂ means none of that decay.
  /// - Precondition: `time` ≥ 0, `t1` and `t2` positive, `t2` ≤ 2`t1`.
  public static func relaxation(
    time: Double, t1: Double, t2: Double
  ) -> (gamma: Double, lambda: Double) {
    precondition(time >= 0 && t1 > 0 && t2 > 0 && t2 <= 2 * t1, "Times need 0 < T2 <= 2 T1")
    guard time > 0 else { return (0, 0) }
    let pureRate = max(0, 1 / t2 - 1 / (2 * t1))
    return (-Double.expMinusOne(-time / t1), -Double.expMinusOne(-2 * time * pureRate))
  }

  /// A classical confusion of |0⟩ and |1⟩, which loses all coherence: what a faulty readout does to
  /// the bit it reads.
  ///
  /// - Parameters: probabilities, `p01` that 0 becomes 1 and `p10` that 1 becomes 0.
  public static func readoutError(p01: Double, p10: Double) -> KrausChannel {
    precondition((0...1).contains(p01) && (0...1).contains(p10), "A probability is in 0...1")
    func root(_ p: Double) -> ComplexMatrix.Element { .init(p.squareRoot()) }
    return KrausChannel([
      ComplexMatrix([[root(1 - p01), 0], [0, 0]]), ComplexMatrix([[0, 0], [root(p01), 0]]),
      ComplexMatrix([[0, 0], [0, root(1 - p10)]]), ComplexMatrix([[0, root(p10)], [0, 0]]),
    ])
  }

  /// This channel, then another on the same qubits. Operators that vanish are left out.
  public func followed(by next: KrausChannel) -> KrausChannel {
    precondition(qubitCount == next.qubitCount, "Channels differ in width")
    let products = next.operators.flatMap { later in operators.map { later * $0 } }
    let kept = products.filter { $0.elements.contains { $0 != .zero } }
    return KrausChannel(kept)
  }

  /// The same channel in another basis: V ∘ channel ∘ V†.
  public func conjugated(by basis: ComplexMatrix) -> KrausChannel {
    KrausChannel(operators.map { basis * $0 * basis.adjoint })
  }
}

extension GateDefinition {
  /// The Pauli errors of a noise channel on one group of qubits with their probabilities; `nil` if
  /// the gate is not such a channel (products name their own Paulis) or holds nothing that acts.
  /// Identities of heralded channels are not listed.
  public func pauliErrors(_ p: some RandomAccessCollection<Double>) -> [(
    probability: Double, pauli: PauliString
  )]? {
    guard let errors, let probabilities = errorProbabilities(p) else { return nil }
    let cases = probabilities.enumerated().map {
      ($1, Self.pauli(numbered: $0, of: qubitCount ?? 1))
    }
    if case .single(let pauli) = errors { return cases.filter { $0.1 == PauliString([pauli]) } }
    return Array(cases.dropFirst())
  }

  /// The probability of every Pauli on one group of qubits, in the order I X Y Z or II IX IY IZ
  /// XI … ZZ, the first letter on the first qubit; `nil` if the gate is not a mixture of Paulis.
  ///
  /// That of the identity is 0 without a herald, which may tell of an error that does nothing.
  public func errorProbabilities(_ arguments: some RandomAccessCollection<Double>) -> [Double]? {
    guard let errors, let qubitCount else { return nil }
    let (arguments, count) = (Array(arguments), 1 << (2 * qubitCount))
    switch errors {
    case .single(let pauli):
      return (0..<count).map { Self.letters[$0] == pauli ? arguments[0] : 0 }
    case .uniform:
      let share = arguments[0] / Double(isHeralded ? count : count - 1)
      return (0..<count).map { $0 == 0 && !isHeralded ? 0 : share }
    case .listed: return isHeralded ? arguments : [0] + arguments
    case .computed(let probabilities): return probabilities(arguments)
    }
  }

  private static let letters: [Pauli] = [.i, .x, .y, .z]

  /// The Pauli with a number in the order of `errorProbabilities`.
  package static func pauli(numbered number: Int, of qubitCount: Int) -> PauliString {
    PauliString((0..<qubitCount).reversed().map { letters[number >> (2 * $0) & 3] })
  }

  /// The channel a noise instruction is on a group of qubits, heralds summed over; `nil` for gates
  /// that are none.
  ///
  /// - Precondition: the arguments are valid for the gate.
  public func averagedChannel(_ arguments: some RandomAccessCollection<Double>) -> KrausChannel? {
    if let channel { return channel(Array(arguments)) }
    guard let qubits = qubitCount, let errors = pauliErrors(arguments) else { return nil }
    return KrausChannel(paulis: errors, qubitCount: qubits)
  }
}
