/// A family of circuits that simulators are measured with: one circuit for each number of qubits
/// and seed.
///
/// A catalog: `qsim bench`, its tests and the scripts that compare simulators take their circuits
/// from here.
///
///     let circuit = Workload.fourierTransform.circuit(qubitCount: 24, seed: 1)
///
/// The circuits have unitary gates only. Every qubit takes part, but for one of an odd number in
/// some circuits of quantum volume. The last two have few amplitudes: they are for engines that keep
/// no others.
public enum Workload: String, CaseIterable, Sendable, Codable {
  /// A random product state, then the Fourier transform with its final swaps.
  case fourierTransform = "qft"
  /// A random circuit on a grid of qubits, 14 layers deep.
  case randomCircuit = "rcs"
  /// The same, 20 layers deep.
  case deepRandomCircuit = "rcs-d20"
  /// As many layers as qubits of random SU(4) gates on random pairs, written with CX and u3.
  case quantumVolume = "qv"
  /// Ten Trotter steps of a transverse-field Ising ring, which are ten layers of QAOA.
  case ising
  /// (|0…0⟩ + |1…1⟩)/√2 by a chain of CX.
  case ghz
  /// The hidden-shift problem of a bent function: Clifford gates that end in one basis state.
  case hiddenShift = "hidden-shift"
  /// A hardware-efficient ansatz with 100 rotations: RY and RZ on every qubit, then a ring of CX.
  case ansatz = "hea"
  /// The quantum circuit Born machine of the yardstiq benchmarks: ten rings of CX between layers of
  /// rotations.
  case bornMachine = "qcbm"
  /// The sum of two random numbers by an in-place ripple-carry adder, one of them with its highest
  /// bit 0 and 1 at once: two amplitudes on any number of qubits.
  case adder
  /// (|10…0⟩ + |01…0⟩ + … )/√n: as many amplitudes as qubits.
  case wState = "w-state"

  /// The fewest qubits that make a circuit of the family.
  public var smallestQubitCount: Int {
    switch self {
    case .fourierTransform, .ghz: 1
    case .randomCircuit, .deepRandomCircuit, .quantumVolume, .hiddenShift: 2
    case .ising, .ansatz, .bornMachine: 3
    case .adder: 4
    case .wState: 2
    }
  }

  /// A name for the circuit's file, without extension: `rcs_n24_d14`.
  public func fileName(qubitCount: Int) -> String {
    switch self {
    case .randomCircuit: "rcs_n\(qubitCount)_d14"
    case .deepRandomCircuit: "rcs_n\(qubitCount)_d20"
    case .ising: "ising_n\(qubitCount)_p10"
    case .hiddenShift: "hiddenshift_n\(qubitCount)"
    case .ansatz: "hea_n\(qubitCount)_k100"
    case .wState: "wstate_n\(qubitCount)"
    case .fourierTransform, .quantumVolume, .ghz, .bornMachine, .adder: "\(rawValue)_n\(qubitCount)"
    }
  }

  /// The circuit with this many qubits: a pure function of its arguments.
  ///
  /// - Precondition: `qubitCount` is at least `smallestQubitCount`.
  /// - Complexity: O(gates); quantum volume and the Fourier transform have O(n²) of them.
  public func circuit(qubitCount: Int, seed: UInt64) -> Circuit {
    precondition(
      qubitCount >= smallestQubitCount,
      "\(rawValue) needs at least \(smallestQubitCount) qubits, not \(qubitCount)")
    var builder = WorkloadBuilder(
      qubitCount: qubitCount, random: generator(qubitCount: qubitCount, seed: seed))
    switch self {
    case .fourierTransform: builder.appendFourierTransform()
    case .randomCircuit: builder.appendRandomCircuit(depth: 14)
    case .deepRandomCircuit: builder.appendRandomCircuit(depth: 20)
    case .quantumVolume: builder.appendQuantumVolume()
    case .ising: builder.appendIsing(stepCount: 10)
    case .ghz: builder.appendGHZ()
    case .hiddenShift: builder.appendHiddenShift()
    case .ansatz: builder.appendAnsatz(rotationCount: 100)
    case .bornMachine: builder.appendBornMachine(depth: 9)
    case .adder: builder.appendAddition()
    case .wState: builder.appendWState()
    }
    return builder.circuit
  }

  /// Each circuit has a random stream of its own.
  private func generator(qubitCount: Int, seed: UInt64) -> PhiloxGenerator {
    let family = UInt64(Self.allCases.firstIndex(of: self) ?? 0)
    return PhiloxGenerator(seed: seed, block: family << 32 | UInt64(qubitCount))
  }
}

/// Observables that simulators are measured with.
public enum WorkloadObservable {
  /// Random Pauli strings, every letter and the identity equally likely, coefficients uniform in
  /// [−1, 1).
  public static func randomSum(qubitCount: Int, termCount: Int, seed: UInt64) -> PauliSum {
    var random = PhiloxGenerator(seed: seed, block: 1 << 48 | UInt64(qubitCount))
    return PauliSum(
      (0..<termCount).map { _ in
        let coefficient = 2 * random.uniform() - 1
        let letters = (0..<qubitCount).map { _ in Pauli.allCases[Int(random.next() >> 62)] }
        return PauliSum.Term(coefficient, PauliString(letters))
      })
  }

  /// −Σ Z_q Z_{q+1} − 0.7 Σ X_q on a ring.
  public static func isingRing(qubitCount: Int) -> PauliSum {
    var terms: [PauliSum.Term] = []
    for qubit in 0..<qubitCount {
      var (bond, field) = (PauliString(count: qubitCount), PauliString(count: qubitCount))
      bond[qubit] = .z
      bond[(qubit + 1) % qubitCount] = .z
      field[qubit] = .x
      terms += [PauliSum.Term(-1, bond), PauliSum.Term(-0.7, field)]
    }
    return PauliSum(terms)
  }
}

extension Circuit {
  /// The same circuit with depolarizing noise after every gate: `DEPOLARIZE1` after those on one
  /// qubit, `DEPOLARIZE2` after those on two.
  ///
  /// - Parameters:
  ///   - one: The probability of one of the 3 Paulis after a gate on one qubit.
  ///   - two: The probability of one of the 15 pairs of Paulis after a gate on two qubits.
  /// - Precondition: the circuit is a list of unitary gates on one or two qubits.
  package func depolarized(one: Double, two: Double) -> Circuit {
    var noisy = Circuit(qubitCount: qubitCount)
    for node in nodes() {
      guard case .instruction(let instruction) = node else {
        preconditionFailure("A circuit to be depolarized has no control flow")
      }
      let arguments = Array(self.arguments(of: instruction))
      forEachGroup(of: instruction) { group, _ in
        precondition(
          (1...2).contains(group.count), "\(instruction.gate) acts on \(group.count) qubits")
        noisy.append(instruction.gate, arguments: arguments, targets: Array(group))
        let isPair = group.count == 2
        noisy.append(
          isPair ? .depolarize2 : .depolarize1, arguments: [isPair ? two : one],
          targets: Array(group))
      }
    }
    return noisy
  }
}

extension Workload: CatalogEntry {
  /// The one name of the workload.
  public var catalogNames: [String] { [rawValue] }

  /// What the circuit is, in one sentence with a full stop.
  public var summary: String {
    switch self {
    case .fourierTransform: "A random product state, then the Fourier transform with its swaps."
    case .randomCircuit: "A random circuit on a grid of qubits, 14 layers deep."
    case .deepRandomCircuit: "A random circuit on a grid of qubits, 20 layers deep."
    case .quantumVolume: "As many layers as qubits of random SU(4) gates on random pairs."
    case .ising: "Ten Trotter steps of a transverse-field Ising ring."
    case .ghz: "(|0…0⟩ + |1…1⟩)/√2 by a chain of CX."
    case .hiddenShift: "The hidden-shift problem of a bent function, in Clifford gates."
    case .ansatz: "A hardware-efficient ansatz with 100 rotations."
    case .bornMachine: "The quantum circuit Born machine of the yardstiq benchmarks."
    case .adder: "The sum of two random numbers by a ripple-carry adder, in two amplitudes."
    case .wState: "(|10…0⟩ + |01…0⟩ + … )/√n: as many amplitudes as qubits."
    }
  }
}

/// All workloads.
public enum WorkloadCatalog: CatalogList {
  /// The workloads in the order of the cases.
  public static let all = Catalog("workload", word: "workloads", Workload.allCases)
}
