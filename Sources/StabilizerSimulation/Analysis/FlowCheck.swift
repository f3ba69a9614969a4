import QuantumCore

extension Circuit {
  /// Whether the circuit, its noise aside, has a flow.
  ///
  /// The output is carried backwards through the circuit: a gate conjugates it, a measurement that
  /// takes part multiplies it, one that does not commute with it ends the matter. Exact, signs
  /// included.
  ///
  ///     circuit.hasFlow(StabilizerFlow("X_ -> XX")!)
  ///
  /// - Parameter unsigned: whether Pauli strings may have the wrong sign.
  /// - Throws: `Diagnostic` for a flow that names a measurement that there is not, or an
  ///   instruction that is not a stabilizer operation; `Obstacle` for control flow or more work
  ///   than can be done.
  /// - Complexity: O(targets), of repeat blocks only until a turn changes nothing.
  public func hasFlow(_ flow: StabilizerFlow, unsigned: Bool = false) throws -> Bool {
    guard flow.input.isHermitian, flow.output.isHermitian else {
      throw Diagnostic("a flow's Paulis have no factor i", code: "anti-hermitian")
    }
    var check = try FlowCheck(self, flow)
    guard try check.undo(.root) else { return false }
    return check.agrees(with: flow.input, unsigned: unsigned)
  }
}

/// A Pauli product on its way back through a circuit, and the records that are still to be
/// multiplied in.
private struct FlowCheck {
  /// All that decides what happens before the present place.
  private struct State: Hashable {
    var paulis: [Int: Pauli]
    var phaseExponent: Int
    /// Absolute numbers of records.
    var records: Set<UInt64>
  }

  private let circuit: Circuit
  private var state: State
  private var measurementCount: UInt64
  private let observables: Set<UInt64>
  private var facts: BlockFacts
  private var powers: GatePowers
  private let budget = StepBudget(limit: 1 << 28, patience: 1 << 22)

  init(_ circuit: Circuit, _ flow: StabilizerFlow) throws {
    self.circuit = circuit
    facts = BlockFacts(circuit)
    powers = GatePowers(circuit, ignoringNoise: true)
    measurementCount = try CircuitCounts(circuit).measurements
    state = State(
      paulis: Dictionary(uniqueKeysWithValues: flow.output.factors.map { ($0.qubit, $0.pauli) }),
      phaseExponent: flow.output.phaseExponent, records: [])
    var observables: Set<UInt64> = []
    for index in flow.observables { observables.formSymmetricDifference([UInt64(index)]) }
    self.observables = observables
    for lookback in flow.records {
      guard UInt64(lookback) <= measurementCount else { throw outOfRange("rec[-\(lookback)]") }
      state.records.formSymmetricDifference([measurementCount - UInt64(lookback)])
    }
    for index in flow.measurements {
      guard UInt64(index) < measurementCount else { throw outOfRange("rec[\(index)]") }
      state.records.formSymmetricDifference([UInt64(index)])
    }
  }

  private func outOfRange(_ name: String) -> Diagnostic {
    Diagnostic(
      "the flow names \(name), but the circuit has \(measurementCount) measurements",
      code: "record")
  }

  func agrees(with input: PauliString, unsigned: Bool) -> Bool {
    let factors = Dictionary(uniqueKeysWithValues: input.factors.map { ($0.qubit, $0.pauli) })
    guard factors == state.paulis, state.records.isEmpty else { return false }
    return unsigned || state.phaseExponent == input.phaseExponent
  }

  /// - Returns: whether the product still stands.
  mutating func undo(_ block: BlockID) throws -> Bool {
    let nodes = circuit.nodes(of: block)
    for index in nodes.indices.reversed() {
      switch nodes[index] {
      case .instruction(let instruction):
        do {
          guard try undo(instruction) else { return false }
        } catch var diagnostic as Diagnostic {
          diagnostic.range =
            diagnostic.range
            ?? circuit.rangeOfFault(of: block, at: index, measurements: measurementCount)
          throw diagnostic
        }
      case .repeatBlock(let count, let body, _):
        let (records, kinds) = facts[body]
        if records == 0, kinds.isDisjoint(with: [.detectors, .observables]),
          let power = try powers.power(of: body, count)
        {
          try undo(gatesOf: power)
          continue
        }
        budget.enter(count, at: circuit.range(of: block, at: index))
        defer { budget.exit() }
        guard try undo(body, times: count) else { return false }
      case .branch, .loop, .assign, .leave: break  // `CircuitCounts` refused them.
      }
    }
    return true
  }

  /// Runs turns back until the state recurs, then leaves out whole periods.
  private mutating func undo(_ body: BlockID, times: UInt64) throws -> Bool {
    let end = measurementCount
    var marker = state
    var (markedTurn, nextMark, turn): (UInt64, UInt64, UInt64) = (0, 1, 0)
    while turn < times {
      guard try undo(body) else { return false }
      turn += 1
      budget.spend(1)
      try budget.endTurn()
      let perTurn = (end - measurementCount) / turn
      let loopStart = end - perTurn * times
      let period = turn - markedTurn
      if recurs(marker, after: period * perTurn, loopStart: loopStart) {
        let skipped = skip(period, of: times - turn, perTurn, loopStart)
        budget.leaveOut(skipped)
        turn += skipped
        nextMark = .max
      } else if turn == nextMark {
        (marker, markedTurn) = (state, turn)
        nextMark = nextMark.saturatingMultiply(2)
      }
    }
    return true
  }

  /// Whether the state is an older one moved back by some measurements; records from before the
  /// loop do not move.
  private func recurs(_ older: State, after shift: UInt64, loopStart: UInt64) -> Bool {
    guard state.phaseExponent == older.phaseExponent, state.records.count == older.records.count,
      state.paulis == older.paulis
    else { return false }
    return older.records.allSatisfy { record in
      if record < loopStart { return state.records.contains(record) }
      // One named in the flow is still ahead: it stays where it is, and the state is another.
      return record - loopStart >= shift && state.records.contains(record - shift)
    }
  }

  /// Leaves out as many periods as keep the loop's start out of sight of every record.
  ///
  /// - Returns: the number of turns left out.
  private mutating func skip(
    _ period: UInt64, of remaining: UInt64, _ perTurn: UInt64, _ loopStart: UInt64
  ) -> UInt64 {
    let farthest = state.records.filter { $0 >= loopStart }.min() ?? measurementCount
    let sight = perTurn == 0 ? 0 : (measurementCount - farthest) / perTurn + 1
    guard remaining > sight, (remaining - sight) / period > 0 else { return 0 }
    let turns = (remaining - sight) / period * period
    let shift = turns * perTurn
    state.records = Set(state.records.map { $0 >= loopStart ? $0 - shift : $0 })
    measurementCount -= shift
    return turns
  }
}

// MARK: - Steps

extension FlowCheck {
  private mutating func undo(_ instruction: Instruction) throws -> Bool {
    for step in try circuit.stabilizerSteps(of: instruction).reversed() {
      budget.spend(1)
      guard try undo(step) else { return false }
    }
    return true
  }

  /// Steps back over a circuit of plain gates, which need not be part of this one.
  private mutating func undo(gatesOf gates: Circuit) throws {
    for case .instruction(let instruction) in gates.nodes().reversed() {
      for step in try gates.stabilizerSteps(of: instruction).reversed() { _ = try undo(step) }
    }
  }

  private mutating func undo(_ step: StabilizerStep) throws -> Bool {
    switch step {
    case .clifford(let gate, let first, let second): undo(gate, first, second)
    case .rotation(let product, let isInverse): undoRotation(product, isInverse)
    case .measurement(let product):
      measurementCount -= 1
      guard commutes(with: product) else { return false }
      if state.records.remove(measurementCount) != nil { multiply(by: product) }
    case .constant(let isOne):
      measurementCount -= 1
      if state.records.remove(measurementCount) != nil, isOne { negate() }
    case .reset(let basis, let qubit):
      guard let pauli = state.paulis[qubit] else { return true }
      guard pauli == basis else { return false }
      state.paulis[qubit] = nil
    case .feedback(let lookback, let pauli, let qubit):
      let record = try record(lookback)
      if let own = state.paulis[qubit], own != pauli {
        state.records.formSymmetricDifference([record])
      }
    case .observable(let index, let lookbacks, let product):
      guard observables.contains(index) else { return true }
      for lookback in lookbacks {
        state.records.formSymmetricDifference([try record(lookback)])
      }
      multiply(by: product)
    case .detector: break
    }
    return true
  }

  private func record(_ lookback: Int) throws -> UInt64 {
    guard UInt64(lookback) <= measurementCount else {
      throw Diagnostic("rec[-\(lookback)] is before the first measurement", code: "record")
    }
    return measurementCount - UInt64(lookback)
  }

  private mutating func negate() { state.phaseExponent ^= 2 }

  private mutating func undo(_ gate: Gate, _ first: Int, _ second: Int) {
    guard let action = SignedCliffordAction.ofInverse[Int(gate.rawValue)] else { return }
    var mask = (state.paulis[first] ?? .i).rawValue
    if action.qubitCount == 2 { mask |= (state.paulis[second] ?? .i).rawValue << 2 }
    guard mask != 0 else { return }
    let image = action.images[Int(mask)]
    if action.isNegated[Int(mask)] { negate() }
    set(Pauli(rawValue: image & 3)!, first)
    if action.qubitCount == 2 { set(Pauli(rawValue: image >> 2)!, second) }
  }

  private mutating func set(_ pauli: Pauli, _ qubit: Int) {
    state.paulis[qubit] = pauli == .i ? nil : pauli
  }

  private func commutes(with product: SignedPauliProduct) -> Bool {
    product.factors.reduce(true) { parity, factor in
      guard let own = state.paulis[factor.qubit], own != factor.pauli else { return parity }
      return !parity
    }
  }

  private mutating func multiply(by product: SignedPauliProduct) {
    state.phaseExponent += product.phaseExponent
    for (qubit, pauli) in product.factors {
      let own = state.paulis[qubit] ?? .i
      state.phaseExponent += own.phaseExponent(ofProductWith: pauli)
      set(Pauli(rawValue: own.rawValue ^ pauli.rawValue)!, qubit)
    }
    state.phaseExponent &= 3
  }

  /// With U = exp(iπ/4 (1 − P)): U†QU = Q if they commute, −iQP otherwise (S†XS = −iXZ = −Y); for
  /// the inverse iQP.
  private mutating func undoRotation(_ product: SignedPauliProduct, _ isInverse: Bool) {
    guard !commutes(with: product) else { return }
    multiply(by: product)
    state.phaseExponent = (state.phaseExponent + (isInverse ? 1 : 3)) & 3
  }
}
