import RealModule

/// What kind of thing a catalog entry is; the sections of the reference.
public enum GateCategory: String, Sendable, CaseIterable, Codable {
  /// The identity, X, Y and Z.
  case pauli = "Pauli gates"
  /// The other Clifford gates on one qubit.
  case singleQubitClifford = "Single-qubit Clifford gates"
  /// Clifford gates on two qubits.
  case twoQubitClifford = "Two-qubit Clifford gates"
  /// Clifford gates on Pauli products of any length.
  case pauliProduct = "Pauli product gates"
  /// Phases and rotations of one qubit, which are Clifford for some angles at most.
  case rotation = "Phases and rotations"
  /// Gates on two qubits that are not all Clifford.
  case twoQubit = "Two-qubit gates"
  /// Gates on three, four and five qubits.
  case multiQubit = "Gates on three and more qubits"
  /// Gates that are given by their matrix.
  case matrix = "Arbitrary matrices"
  /// Noise channels.
  case noise = "Noise channels"
  /// Measurements and resets of single qubits.
  case collapse = "Measurements and resets"
  /// Measurements of Pauli products on two and more qubits, and padding of the record.
  case pairMeasurement = "Pair and product measurements"
  /// Instructions that act on no state: detectors, observables, coordinates and layers.
  case annotation = "Annotations"
  /// Blocks that repeat.
  case control = "Control flow"
}

/// How an instruction's targets are read.
public enum TargetShape: Hashable, Sendable {
  /// Groups of exactly k qubits; the gate acts on each group. k = 0 acts once, on no qubit.
  case each(Int)
  /// Pauli products, factors joined by `*`; the gate acts on each product.
  case products
  /// All targets together.
  case whole
  /// No targets.
  case none
}

/// Which numbers an instruction takes as arguments; all are finite.
public enum ArgumentRule: Sendable, Hashable {
  /// Any: angles, coordinates, entries of a matrix.
  case any
  /// Probabilities, each in 0...1.
  case independentProbabilities
  /// Each in 0...1, and 1 at most together: of cases that exclude each other.
  case probabilities
  /// Each at least 0: times in nanoseconds.
  case durations
  /// Matrices K₀, K₁ … with ΣKᵢ†Kᵢ = 1: real and imaginary parts, row by row.
  case krausOperators
}

/// Where an OpenQASM name may be used without a definition.
public struct OpenQASMSource: OptionSet, Sendable, Hashable {
  /// One bit for each include file.
  public let rawValue: UInt8
  /// The files whose bits are set in `rawValue`.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `qelib1.inc` as printed in the OpenQASM 2 paper.
  public static let paper = OpenQASMSource(rawValue: 1)
  /// Qiskit's longer `qelib1.inc`.
  public static let extended = OpenQASMSource(rawValue: 2)
  /// OpenQASM 3's `stdgates.inc`.
  public static let stdgates = OpenQASMSource(rawValue: 4)
  /// `qelib1.inc` in both versions.
  public static let qelib1: OpenQASMSource = [.paper, .extended]
  /// Both versions of `qelib1.inc`, and `stdgates.inc`.
  public static let all: OpenQASMSource = [.paper, .extended, .stdgates]
}

/// One record of the gate catalog: parsers, writers, engines, drawings, reference pages and tests
/// derive from it.
///
/// A class, since the hot paths of parsers and compilers ask for records again and again: handing
/// one out counts one reference.
public final class GateDefinition: Sendable {
  /// How a gate is spelled in a `.stim` file.
  public enum StimForm: Sendable, Hashable {
    /// An instruction of its own, under the canonical name.
    case instruction
    /// A Clifford with a tag, as the community writes non-Clifford gates: `S[T] 0`.
    case tag(Gate, String)
    /// An instruction with a tag that holds arguments: angles `I[R_X(theta=0.3*pi)] 0`, or for
    /// noise plain numbers, named where they have names: `I_ERROR[AMPLITUDE_DAMPING(gamma=0.1)] 0`,
    /// `I_ERROR[KRAUS1(1,0,…)] 0`.
    case tagWithArguments(Gate, String)
    /// The gate is written through its decomposition, or not at all.
    case none
  }

  /// A name in OpenQASM and the include files that define it.
  public struct OpenQASMName: Sendable, Hashable {
    /// The name as it is written in a program, such as `cx`.
    public let name: String
    /// The include files that define the name.
    public let sources: OpenQASMSource
    /// A name with the files that define it.
    public init(_ name: String, _ sources: OpenQASMSource) {
      self.name = name
      self.sources = sources
    }
  }

  /// How the inverse of a gate is written.
  public enum Inverse: Sendable {
    /// Another gate, or the same one, with the same arguments.
    case gate(Gate)
    /// The same gate with every argument negated.
    case negatingArguments
    /// A gate and arguments that are computed from the arguments.
    case mapping(@Sendable ([Double]) -> (gate: Gate, arguments: [Double]))
    /// The gate has no inverse (it is not unitary).
    case none
  }

  /// How a power of a gate is written as a gate of the catalog.
  public enum Power: Sendable {
    /// U(θ)ᵖ = U(pθ) for every argument.
    case scalingArguments
    /// diag(1, e^{iα})ᵖ = phase(pα).
    case phase(Double)
    /// Through repetition or the matrix.
    case general
  }

  /// A gate that is another with controls in front.
  public struct ControlledForm: Sendable, Hashable {
    /// The number of controls, which are the leading qubits of a group.
    public let controlCount: Int
    /// The gate that acts where all controls are 1.
    public let base: Gate
  }

  /// The Paulis P and Q of a gate that applies Q to its second qubit where the first is in the −1
  /// eigenstate of P, which is as much as the other way round.
  public struct ControlledPaulis: Sendable, Hashable {
    /// P, the Pauli of the first qubit.
    public let first: Pauli
    /// Q, the Pauli of the second qubit.
    public let second: Pauli

    package init(_ first: Pauli, _ second: Pauli) { (self.first, self.second) = (first, second) }
  }

  /// What measurements and resets do to each group of qubits.
  public struct Collapse: Sendable, Hashable {
    /// The Pauli on every qubit of a group; `nil` where the targets name the factors themselves.
    public let basis: Pauli?
    /// Whether the sign of the product is appended to the record.
    public let measures: Bool
    /// Whether the qubit is left in the +1 eigenstate of the Pauli.
    public let resets: Bool
  }

  /// How a noise gate draws Pauli errors, of which one happens at most on each group of qubits.
  public enum PauliErrors: Sendable {
    /// One Pauli; the argument is its probability.
    case single(Pauli)
    /// All Paulis alike; the argument is the probability of any. The identity counts if there is a
    /// herald.
    case uniform
    /// A probability an argument, in the order X Y Z or IX IY IZ XI … ZZ, the first letter on the
    /// first qubit; where there is a herald, that of the identity comes first.
    case listed
    /// The probabilities of all 4ᵏ Paulis for given arguments, in the order I X Y Z or II IX … ZZ.
    case computed(@Sendable (_ arguments: [Double]) -> [Double])
  }

  /// The place of a correlated error in a chain, of which one error happens at most.
  public enum ChainRole: Sendable {
    /// Happens whatever was before.
    case starts
    /// Happens only if nothing of the chain before it did.
    case continues
  }

  /// The unitary for given arguments, 2ᵏ × 2ᵏ for k qubits; bit j of an index is the group's j-th
  /// qubit.
  public typealias MatrixFunction = @Sendable (ArraySlice<Double>) -> ComplexMatrix
  /// The channel on one group of qubits for valid arguments.
  public typealias ChannelFunction = @Sendable (_ arguments: [Double]) -> KrausChannel

  /// The gate that the record is of.
  public let gate: Gate
  /// Canonical name: Stim's where Stim has the gate (upper case), otherwise OpenQASM's (lower
  /// case).
  public let name: String
  /// Other names in `.stim` files.
  public let aliases: [String]
  /// How the gate is spelled in `.stim` files.
  public let stimForm: StimForm
  /// Names in OpenQASM, the preferred one first; empty if none of the include files has the gate.
  public let openQASM: [OpenQASMName]
  /// The section of the reference that the gate stands in.
  public let category: GateCategory
  /// How the targets of an instruction are grouped.
  public let shape: TargetShape
  /// Names of the arguments, for those with fixed ones; angles are in radians, probabilities per
  /// application.
  public let parameters: [String]
  /// How many arguments are accepted.
  public let argumentCount: ClosedRange<Int>
  /// What the gate does, in one sentence with a full stop.
  public let summary: String
  /// The unitary for given arguments; bit j of an index is the group's j-th qubit.
  public let matrix: MatrixFunction?
  /// The channel on one group of qubits for valid arguments; of every noise gate of fixed width
  /// that records nothing.
  public let channel: ChannelFunction?
  /// The Pauli errors of a noise gate of fixed width; `nil` for gates that are not mixtures of
  /// Paulis.
  public let errors: PauliErrors?
  /// The part that a correlated error takes in a chain; `nil` for all other gates.
  public let chainRole: ChainRole?
  /// What a measurement or a reset collapses; `nil` for everything else.
  public let collapse: Collapse?
  /// The gate and the number of controls that make this gate; `nil` if it is not given so.
  public let controlledForm: ControlledForm?
  /// Generators of the stabilizer flows of a Clifford gate, measurement or reset, as in Stim; empty
  /// for other gates.
  public let flows: [StabilizerFlow]
  /// Steps over H, S, CX, M, R, such as `H 0; CX 0 1`, equal to the gate up to a global phase.
  public let decomposition: String?
  /// The body of an OpenQASM `gate` over `stdgates.inc` names, qubits `a b c d e`, arguments by
  /// name: equal to the gate, global phase included where `gphase` is at hand.
  public let openQASMBody: String?
  /// How the inverse is written; see `inverse(of:)`.
  public let inverse: Inverse
  /// How powers are written; see `power(_:of:)`.
  public let power: Power
  /// Results appended to the record for each group.
  public let recordsPerGroup: Int
  /// The Paulis of a controlled Pauli; `nil` for all other gates.
  public let controlledPaulis: ControlledPaulis?
  /// Which arguments are accepted.
  public let argumentRule: ArgumentRule
  /// Text of at most four characters for drawings.
  public let label: String

  package init(
    _ gate: Gate, _ name: String, aliases: [String] = [], stim: StimForm = .instruction,
    qasm: [OpenQASMName] = [], category: GateCategory, shape: TargetShape,
    parameters: [String] = [],
    argumentCount: ClosedRange<Int>? = nil, _ summary: String, matrix: MatrixFunction? = nil,
    channel: ChannelFunction? = nil, errors: PauliErrors? = nil, chainRole: ChainRole? = nil,
    collapse: Collapse? = nil,
    controlled: ControlledForm? = nil, flows: [String] = [], decomposition: String? = nil,
    body: String? = nil, inverse: Inverse = .none, power: Power = .general, records: Int = 0,
    paulis: ControlledPaulis? = nil, argumentRule: ArgumentRule = .any, label: String? = nil
  ) {
    self.gate = gate
    self.name = name
    self.aliases = aliases
    stimForm = stim
    openQASM = qasm
    self.category = category
    self.shape = shape
    self.parameters = parameters
    self.argumentCount = argumentCount ?? parameters.count...parameters.count
    self.summary = summary
    self.matrix = matrix
    self.channel = channel
    self.errors = errors
    self.chainRole = chainRole
    self.collapse = collapse
    controlledForm = controlled
    self.flows = flows.map { StabilizerFlow($0)! }
    self.decomposition = decomposition
    openQASMBody = body
    self.inverse = inverse
    self.power = power
    recordsPerGroup = records
    controlledPaulis = paulis
    self.argumentRule = argumentRule
    self.label = label ?? name
  }

  /// Qubits in a group of the gate; `nil` where the targets decide.
  public var qubitCount: Int? {
    if case .each(let count) = shape { count } else { nil }
  }
  /// Whether the gate is unitary: not noise, a measurement, a reset, an annotation or a block.
  public var isUnitary: Bool {
    switch category {
    case .noise, .collapse, .pairMeasurement, .annotation, .control: false
    default: true
    }
  }
  /// Whether the gate is a noise channel.
  public var isNoise: Bool { category == .noise }
  /// Whether the gate is noise that records whether it happened.
  public var isHeralded: Bool { isNoise && recordsPerGroup > 0 }
  /// Whether the arguments are probabilities.
  public var hasProbabilityArguments: Bool {
    argumentRule == .probabilities || argumentRule == .independentProbabilities
  }
  /// Whether the gate appends to the record what it measures; heralds of noise do not count.
  public var isMeasurement: Bool { recordsPerGroup > 0 && category != .noise }
  /// Whether the gate leaves its qubits in a fixed state, as measurements with a reset do too.
  public var isReset: Bool { collapse?.resets ?? false }
  /// Whether `rec[-k]` and `sweep[k]` may stand where a control stands, which is where the gate has
  /// a Z.
  public var allowsClassicalControl: Bool {
    controlledPaulis.map { $0.first == .z || $0.second == .z } ?? false
  }
  /// Whether the instruction acts on no state, such as a detector or a layer's end.
  public var isAnnotation: Bool { category == .annotation }
  /// Whether the gate maps Paulis to Paulis for every argument it takes.
  public var isClifford: Bool { isUnitary && (!flows.isEmpty || gate == .globalPhase) }
  /// Whether Stim has the instruction.
  public var isStimGate: Bool { stimForm == .instruction }

  /// The gate that undoes this one, with its arguments; `nil` if there is none.
  public func inverse(of arguments: [Double]) -> (gate: Gate, arguments: [Double])? {
    switch inverse {
    case .gate(let gate): (gate, arguments)
    case .negatingArguments: (gate, arguments.map { -$0 })
    case .mapping(let map): map(arguments)
    case .none: nil
    }
  }

  /// A catalog gate equal to `gate(arguments)` raised to `exponent`, on the principal branch if
  /// that is fractional; `nil` if only the matrix gives it.
  public func power(_ exponent: Double, of arguments: [Double]) -> (
    gate: Gate, arguments: [Double]
  )? {
    switch power {
    case .scalingArguments:
      let isIntegral = exponent == exponent.rounded()
      guard let base = isIntegral ? arguments : principalArguments(arguments) else { return nil }
      return (gate, base.map { Angle.reducedWithinTwoTurns($0) * exponent })
    case .phase(let angle): return (.phase, [angle * exponent])
    case .general: return nil
    }
  }

  /// Arguments of the same unitary for which every eigenphase lies in (−π, π], so that scaling them
  /// takes principal powers; `nil` if there are none or the gate's powers are not scalings.
  package func principalArguments(_ arguments: [Double]) -> [Double]? {
    guard case .scalingArguments = power else { return nil }
    switch gate {
    case .phase, .cphase, .globalPhase:
      return arguments.map { Angle.principal($0) }
    case .fsim: return arguments.allSatisfy { abs($0) < .pi } ? arguments : nil
    default: return arguments.allSatisfy { abs($0) < 2 * .pi } ? arguments : nil
    }
  }
}
