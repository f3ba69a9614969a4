import QuantumCore

/// A circuit as a list of steps with jumps, on the positions of its live qubits.
///
/// What runs is a *branch*: a place in the program, classical memory, loop counters and amplitudes.
/// Steps that draw random numbers are numbered as they are reached, so a shot's n-th event has its
/// own number whatever the other shots do.
package struct Program: TailedProgram {
  package enum Step: Sendable {
    case unitary([GateApplication])
    /// A gate whose arguments are computed when it is reached.
    case dynamic(Instruction)
    /// A gate applied where the record `lookback` places back is 1.
    case feedback(lookback: Int, GateApplication)
    case measure(Measurement)
    case reset(position: Int, basis: Pauli)
    case noise(Noise)
    case kraus(Kraus)
    case constant(Constant)
    case assign(ClassicalDestination, ClassicalExpression)
    case jump(Int)
    case jumpUnless(ClassicalExpression, Int)
    case startLoop(slot: Int, count: UInt64)
    /// Goes back to `start` while turns are left.
    case nextTurn(slot: Int, start: Int)
    case halt
  }

  /// A measurement of a Hermitian Pauli product that is not the identity.
  package struct Measurement: Sendable {
    package var product: PauliProduct
    /// The result is recorded inverted.
    package var isInverted: Bool
    /// Probability that the recorded result is wrong.
    package var flipProbability: Double
    package var bit: Int?
    /// Applied where the eigenvalue is −1: a reset to the +1 eigenstate.
    package var correction: PauliProduct?
  }

  /// One of several Pauli errors happens, or none.
  package struct Noise: Sendable {
    package enum Chain: Sendable { case none, starts, continues }
    package var cases: [(probability: Double, product: PauliProduct)]
    package var chain = Chain.none
    /// Whether the record says if a case happened.
    package var isHeralded = false
    package var bit: Int?

    package var qubits: UInt64 { cases.reduce(0) { $0 | $1.product.x | $1.product.z } }
    package var totalProbability: Double { cases.reduce(0) { $0 + $1.probability } }

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

  /// A channel ρ ↦ Σ KᵢρKᵢ† that is not a mixture of Paulis.
  package struct Kraus: Sendable {
    /// The one that acts where nothing much happens comes first.
    package var operators: [ComplexMatrix]
    package var positions: [Int]
    /// Probabilities of 0 → 1 and 1 → 0, for channels that only confuse the two.
    package var confusion: (p01: Double, p10: Double)?

    package init(
      _ channel: KrausChannel, positions: [Int], confusion: (p01: Double, p10: Double)? = nil
    ) {
      let bounds = channel.operators.map(Self.leastWeight)
      let quiet = bounds.indices.max { bounds[$0] < bounds[$1] } ?? 0
      operators = [channel.operators[quiet]]
      for (index, matrix) in channel.operators.enumerated() where index != quiet {
        if matrix.elements.contains(where: { $0 != .zero }) { operators.append(matrix) }
      }
      self.positions = positions
      self.confusion = confusion
    }

    /// A bound of the probability that an operator other than the first acts, whatever the state.
    package var loudProbability: Double {
      operators.count == 1 ? 0 : 1 - max(0, Self.leastWeight(operators[0]) - 1e-12)
    }

    /// A lower bound of ‖Kψ‖² over all states of norm 1, by Gershgorin's circles for K†K.
    private static func leastWeight(_ matrix: ComplexMatrix) -> Double {
      let gram = matrix.adjoint * matrix
      return (0..<gram.rowCount).reduce(1) { least, row in
        let radius = (0..<gram.columnCount).reduce(0.0) {
          $1 == row ? $0 : $0 + gram[row, $1].length
        }
        return min(least, gram[row, row].real - radius)
      }
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
  /// What is left to do when the steps are through: measurements of the final state.
  package var tail = Tail()

  /// Whether the steps before the tail draw no random numbers and hold no choices: one simulation
  /// serves every shot.
  package var isDeterministic: Bool {
    steps.allSatisfy {
      switch $0 {
      case .unitary, .jump, .startLoop, .nextTurn, .halt: true
      case .constant(let constant): constant.flipProbability == 0
      case .assign, .dynamic, .feedback, .jumpUnless: true
      case .measure, .reset, .noise, .kraus: false
      }
    }
  }
}

extension Program {
  /// Measurements at the end whose qubits are not used again, with what happens to their results.
  ///
  /// One basis state is drawn from the final state, in a basis in which every product measured is a
  /// parity of bits; the rest is classical and goes shot by shot.
  package struct Tail: Sendable {
    package enum Step: Sendable {
      /// The parity of the drawn bits under a mask.
      case measure(mask: UInt64, isInverted: Bool, flipProbability: Double, bit: Int?)
      /// Errors as flips of the drawn bits.
      case noise(Noise, flips: [UInt64])
      /// One drawn bit is read as the other.
      case confusion(mask: UInt64, p01: Double, p10: Double)
      case constant(Constant)
      /// With its place in the circuit's text.
      case assign(ClassicalDestination, ClassicalExpression, SourceRange?)
    }
    package var steps: [Step] = []
    /// Single-qubit gates that turn the measured bases to Z.
    package var basisChanges: [GateApplication] = []

    package var hasMeasurements: Bool {
      steps.contains { if case .measure = $0 { true } else { false } }
    }
    package var hasAssignments: Bool {
      steps.contains { if case .assign = $0 { true } else { false } }
    }
  }

  /// What a tail may hold besides measurements.
  package enum TailKind: Sendable {
    /// Only the samples matter: noise becomes flips, resets at the end are dropped.
    case sampling
    /// The state before the last measurements matters too: noise and resets stay among the steps.
    case state
  }

  /// Moves measurements that end the program into the tail.
  package mutating func separateTail(_ kind: TailKind) {
    var analysis = TailAnalysis(kind: kind)
    let earliest = earliestTailStart
    var start = steps.count
    while start > earliest, analysis.take(steps[start - 1], at: ranges[start - 1]) { start -= 1 }
    tail = analysis.tail
    steps.removeSubrange(start...)
    ranges.removeSubrange(start...)
    if !analysis.gates.isEmpty {
      if case .unitary(let gates)? = steps.last, start > earliest {
        steps[start - 1] = .unitary(gates + analysis.gates)
      } else {
        steps.append(.unitary(analysis.gates))
        ranges.append(nil)
      }
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
      case .unitary, .dynamic, .feedback, .measure, .reset, .noise, .kraus, .constant, .assign:
        break
      }
    }
    return min(earliest, steps.count)
  }
}

/// Takes the steps of a program from the last one back, as long as they can be part of its tail.
private struct TailAnalysis {
  let kind: Program.TailKind
  private var reversedSteps: [Program.Tail.Step] = []
  private var reversedGates: [[GateApplication]] = []
  /// Positions that a later gate acts on.
  private var touched: UInt64 = 0
  /// The basis in which a position is measured later.
  private var bases: [Int: Pauli] = [:]

  init(kind: Program.TailKind) { self.kind = kind }

  var gates: [GateApplication] { reversedGates.reversed().flatMap(\.self) }

  var tail: Program.Tail {
    let changes = bases.sorted { $0.key < $1.key }.compactMap { position, basis in
      basis == .z ? nil : GateApplication.basisChange(basis, position: position)
    }
    return Program.Tail(steps: reversedSteps.reversed(), basisChanges: changes)
  }

  private var measured: UInt64 { bases.keys.reduce(0) { $0 | 1 << UInt64($1) } }

  mutating func take(_ step: Program.Step, at range: SourceRange?) -> Bool {
    switch step {
    case .unitary(let gates):
      reversedGates.append(gates)
      touched = gates.reduce(touched) { $0 | $1.qubitMask }
      return true
    case .measure(let measurement): return take(measurement)
    case .noise(let noise):
      guard kind == .sampling, noise.qubits & touched == 0 else { return false }
      reversedSteps.append(.noise(noise, flips: noise.cases.map { flips(of: $0.product) }))
      return true
    case .kraus(let kraus):
      guard kind == .sampling, let confusion = kraus.confusion,
        let position = kraus.positions.first,
        touched >> UInt64(position) & 1 == 0, bases[position] ?? .z == .z
      else { return false }
      // A bit that is not measured has nothing to confuse.
      guard bases[position] != nil else { return true }
      reversedSteps.append(
        .confusion(mask: 1 << UInt64(position), p01: confusion.p01, p10: confusion.p10))
      return true
    case .reset(let position, _):
      return kind == .sampling && (touched | measured) >> UInt64(position) & 1 == 0
    case .constant(let constant):
      reversedSteps.append(.constant(constant))
      return true
    case .assign(let destination, let value):
      reversedSteps.append(.assign(destination, value, range))
      return true
    case .dynamic, .feedback, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: return false
    }
  }

  private mutating func take(_ measurement: Program.Measurement) -> Bool {
    let mask = measurement.product.x | measurement.product.z
    guard mask & touched == 0 else { return false }
    if measurement.correction != nil, kind == .state || mask & measured != 0 { return false }
    var basesHere: [Int: Pauli] = [:]
    for position in 0..<64 where mask >> UInt64(position) & 1 == 1 {
      let basis = Pauli(
        x: measurement.product.x >> UInt64(position) & 1 == 1,
        z: measurement.product.z >> UInt64(position) & 1 == 1)
      guard bases[position] ?? basis == basis else { return false }
      basesHere[position] = basis
    }
    bases.merge(basesHere) { first, _ in first }
    reversedSteps.append(
      .measure(
        mask: mask, isInverted: measurement.isInverted != (measurement.product.letterExponent == 2),
        flipProbability: measurement.flipProbability, bit: measurement.bit))
    return true
  }

  /// The drawn bits that an error flips: those measured in a basis that it anticommutes with.
  private func flips(of product: PauliProduct) -> UInt64 {
    var flips: UInt64 = 0
    for (position, basis) in bases {
      let x = product.x >> UInt64(position) & 1 == 1
      let z = product.z >> UInt64(position) & 1 == 1
      if (x && basis.hasZ) != (z && basis.hasX) { flips |= 1 << UInt64(position) }
    }
    return flips
  }
}

extension GateApplication {
  /// Turns eigenstates of `basis` to those of Z, and those of Z to those of `basis`.
  package static func basisChange(_ basis: Pauli, position: Int) -> GateApplication? {
    gate(basis == .y ? .hYZ : .h, arguments: [], controls: [], targets: [position])
  }
}
