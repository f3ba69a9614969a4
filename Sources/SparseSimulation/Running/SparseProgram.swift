import DenseSimulation
import QuantumCore

/// A circuit as a list of steps with jumps, on the positions of its live qubits: as `Program`, at
/// any width.
package struct SparseProgram: TailedProgram {
  package enum Step: Sendable {
    case gate(SparseGate)
    /// A gate whose arguments are computed when it is reached.
    case dynamic(Instruction, qubits: [Int])
    /// A gate applied where the record `lookback` places back is 1.
    case feedback(lookback: Int, SparseGate)
    case measure(Measurement)
    case reset(qubit: Int, basis: Pauli)
    case noise(Noise)
    case kraus(Program.Kraus)
    case constant(Constant)
    case assign(ClassicalDestination, ClassicalExpression)
    case jump(Int)
    case jumpUnless(ClassicalExpression, Int)
    case startLoop(slot: Int, count: UInt64)
    case nextTurn(slot: Int, start: Int)
    case halt
  }

  /// A measurement of a Hermitian Pauli product that is not the identity.
  package struct Measurement: Sendable {
    package var product: QubitPauli
    package var isInverted: Bool
    package var flipProbability: Double
    package var bit: Int?
    /// Applied where the eigenvalue is −1: a reset to the +1 eigenstate.
    package var correction: SparseGate?
  }

  /// One of several Pauli errors happens, or none.
  package struct Noise: Sendable {
    package var cases: [(probability: Double, product: QubitPauli)]
    package var chain = Program.Noise.Chain.none
    package var isHeralded = false
    package var bit: Int?

    package var totalProbability: Double { cases.reduce(0) { $0 + $1.probability } }
    package var qubits: [Int] { cases.flatMap { $0.product.letters.map(\.qubit) } }

    /// The case that a uniform number chooses; `nil` is none.
    package func choice(_ uniform: Double) -> Int? {
      var sum = 0.0
      for (index, entry) in cases.enumerated() {
        sum += entry.probability
        if uniform < sum { return index }
      }
      return nil
    }
  }

  /// A recorded bit that does not depend on the amplitudes.
  package struct Constant: Sendable {
    package var value: Bool
    package var flipProbability: Double
    package var bit: Int?
  }

  package let qubitCount: Int
  package var steps: [Step] = []
  /// Parallel to `steps`: where each stood in the circuit's text.
  package var ranges: [SourceRange?] = []
  package var loopSlotCount = 0
  package var tail = SparseTail()

  package var gateCount: Int { steps.count { if case .gate = $0 { true } else { false } } }

  /// Whether the steps before the tail draw no random numbers: one simulation serves every shot.
  package var isDeterministic: Bool {
    steps.allSatisfy {
      switch $0 {
      case .gate, .jump, .startLoop, .nextTurn, .halt, .assign, .dynamic, .feedback, .jumpUnless:
        true
      case .constant(let constant): constant.flipProbability == 0
      case .measure, .reset, .noise, .kraus: false
      }
    }
  }

  /// Whether the steps run one after the other, each once.
  package var isStraight: Bool {
    steps.allSatisfy {
      switch $0 {
      case .jump, .jumpUnless, .startLoop, .nextTurn, .halt: false
      default: true
      }
    }
  }
}

/// Measurements at the end whose qubits are not used again: see `Program.Tail`.
package struct SparseTail: Sendable {
  package enum Step: Sendable {
    /// The parity of drawn bits.
    case measure(qubits: [Int], isInverted: Bool, flipProbability: Double, bit: Int?)
    /// Errors as flips of drawn bits.
    case noise(SparseProgram.Noise, flips: [[Int]])
    /// One drawn bit is read as the other.
    case confusion(qubit: Int, p01: Double, p10: Double)
    case constant(SparseProgram.Constant)
    /// With its place in the circuit's text.
    case assign(ClassicalDestination, ClassicalExpression, SourceRange?)
  }
  package var steps: [Step] = []
  /// Gates that turn the measured bases to Z.
  package var basisChanges: [SparseGate] = []

  package var hasMeasurements: Bool {
    steps.contains { if case .measure = $0 { true } else { false } }
  }
}

extension SparseProgram.Step {
  /// Whether it is a gate with a number that is infinite or undefined.
  package var overflows: Bool { if case .gate(let gate) = self { !gate.isFinite } else { false } }
}

extension SparseProgram {
  /// Moves measurements that end the program into the tail.
  package mutating func separateTail(_ kind: Program.TailKind) {
    var analysis = SparseTailAnalysis(kind: kind)
    let earliest = earliestTailStart
    var start = steps.count
    while start > earliest, analysis.take(steps[start - 1], ranges[start - 1]) { start -= 1 }
    tail = analysis.tail
    steps.removeSubrange(start...)
    ranges.removeSubrange(start...)
    for (gate, range) in analysis.gates {
      steps.append(.gate(gate))
      ranges.append(range)
    }
  }

  /// After every jump and place that is jumped to: from here on the program is a straight line.
  private var earliestTailStart: Int {
    var earliest = 0
    for (index, step) in steps.enumerated() {
      switch step {
      case .jump(let target), .jumpUnless(_, let target), .nextTurn(_, let target):
        earliest = max(earliest, index + 1, target)
      case .startLoop, .halt: earliest = max(earliest, index + 1)
      default: break
      }
    }
    return min(earliest, steps.count)
  }
}

/// Takes the steps of a program from the last one back, as long as they can be part of its tail.
private struct SparseTailAnalysis {
  let kind: Program.TailKind
  private var reversedSteps: [SparseTail.Step] = []
  private var reversedGates: [(SparseGate, SourceRange?)] = []
  /// Qubits that a later gate acts on.
  private var touched: Set<Int> = []
  /// The basis in which a qubit is measured later.
  private var bases: [Int: Pauli] = [:]

  init(kind: Program.TailKind) { self.kind = kind }

  var gates: [(SparseGate, SourceRange?)] { reversedGates.reversed() }

  var tail: SparseTail {
    let changes = bases.sorted { $0.key < $1.key }.compactMap { qubit, basis in
      basis == .z ? nil : SparseGate.gate(basis == .y ? .hYZ : .h, targets: [qubit])
    }
    return SparseTail(steps: reversedSteps.reversed(), basisChanges: changes)
  }

  mutating func take(_ step: SparseProgram.Step, _ range: SourceRange?) -> Bool {
    switch step {
    case .gate(let gate):
      reversedGates.append((gate, range))
      touched.formUnion(gate.qubits)
      return true
    case .measure(let measurement): return take(measurement)
    case .noise(let noise):
      guard kind == .sampling, touched.isDisjoint(with: noise.qubits) else { return false }
      reversedSteps.append(.noise(noise, flips: noise.cases.map { flips(of: $0.product) }))
      return true
    case .kraus(let kraus):
      guard kind == .sampling, let confusion = kraus.confusion, let qubit = kraus.positions.first,
        !touched.contains(qubit), bases[qubit] ?? .z == .z
      else { return false }
      // A bit that is not measured has nothing to confuse.
      guard bases[qubit] != nil else { return true }
      reversedSteps.append(.confusion(qubit: qubit, p01: confusion.p01, p10: confusion.p10))
      return true
    case .reset(let qubit, _):
      return kind == .sampling && !touched.contains(qubit) && bases[qubit] == nil
    case .constant(let constant):
      reversedSteps.append(.constant(constant))
      return true
    case .assign(let destination, let value):
      reversedSteps.append(.assign(destination, value, range))
      return true
    case .dynamic, .feedback, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: return false
    }
  }

  private mutating func take(_ measurement: SparseProgram.Measurement) -> Bool {
    let letters = measurement.product.letters
    guard letters.allSatisfy({ !touched.contains($0.qubit) }) else { return false }
    let isMeasuredLater = letters.contains { bases[$0.qubit] != nil }
    if measurement.correction != nil, kind == .state || isMeasuredLater { return false }
    guard letters.allSatisfy({ bases[$0.qubit] ?? $0.pauli == $0.pauli }) else { return false }
    for letter in letters { bases[letter.qubit] = letter.pauli }
    reversedSteps.append(
      .measure(
        qubits: letters.map(\.qubit),
        isInverted: measurement.isInverted != (measurement.product.letterExponent == 2),
        flipProbability: measurement.flipProbability, bit: measurement.bit))
    return true
  }

  /// The drawn bits that an error flips: those measured in a basis that it anticommutes with.
  private func flips(of product: QubitPauli) -> [Int] {
    product.letters.compactMap { letter in
      guard let basis = bases[letter.qubit], basis != letter.pauli else { return nil }
      return letter.qubit
    }
  }
}

extension SparseGate {
  /// A catalog gate, those of its qubits that control it left to it; `nil` if it does nothing.
  package static func gate(
    _ gate: Gate, arguments: ArraySlice<Double> = [],
    controls: [(qubit: Int, value: Bool)] = [], targets: [Int]
  ) -> SparseGate? {
    // Positions 0, 1, … stand for the targets while the gate is looked up.
    guard
      let local = GateApplication.gate(
        gate, arguments: arguments, controls: [], targets: Array(targets.indices))
    else { return nil }
    var controls = controls
    for place in targets.indices where local.controlMask >> UInt64(place) & 1 == 1 {
      controls.append((targets[place], local.controlValue >> UInt64(place) & 1 == 1))
    }
    let isSwap = gate == .swap
    return SparseGate(
      isSwap ? .swap : .matrix(local.action), targets: local.targets.map { targets[$0] },
      controls: controls)
  }
}
