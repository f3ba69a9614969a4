import QuantumCore

/// Carries flows forward through a circuit: from the identity flow X → X, Z → Z of every qubit, or
/// from prepared qubits.
struct FlowTracker {
  /// What is known about the qubits before the circuit.
  enum Start {
    /// Anything may come in: a flow has an input.
    case open
    /// Every qubit is |0⟩.
    case zero
    /// Every qubit is random.
    case unknown
  }

  private let circuit: Circuit
  private var facts: BlockFacts
  private(set) var rows: FlowRows
  private(set) var recordCount = 0
  /// Records of each detector, in order, and of each observable.
  private(set) var detectors: [[Int]] = []
  private(set) var observables: [UInt64: Set<Int>] = [:]

  private var powers: GatePowers
  /// Rows that gates and measurements look at, and a few steps for each.
  private let budget = StepBudget(
    limit: 1 << 32, patience: 1 << 22, hint: "give a part of the circuit, such as one round")

  /// Bytes that the rows may take.
  private static let memoryLimit: UInt64 = 4 << 30

  /// - Throws: `Diagnostic` for an instruction that is not a stabilizer operation; `Obstacle` for
  ///   control flow, or if the circuit is too large.
  init(_ circuit: Circuit, start: Start) throws {
    let counts = try CircuitCounts(circuit)
    let qubits = UInt64(circuit.qubitCount)
    let rowCount = (2 * qubits).saturatingAdd(counts.measurements)
    let bytes = FlowRows.bytes(rows: rowCount, qubits: qubits, records: counts.measurements)
    guard bytes <= Self.memoryLimit else {
      throw Obstacle(
        .memory(required: bytes, available: Self.memoryLimit),
        "the flows of \(qubits) qubits and \(counts.measurements) measurements are too many",
        hint: "give a part of the circuit, such as one round")
    }
    self.circuit = circuit
    facts = BlockFacts(circuit)
    powers = GatePowers(circuit, ignoringNoise: true)
    rows = FlowRows(qubitCount: circuit.qubitCount, recordCount: Int(counts.measurements))
    for qubit in 0..<circuit.qubitCount where start != .unknown {
      for pauli in start == .open ? [Pauli.x, .z] : [.z] {
        let row = rows.appendRow()
        if start == .open { rows.setInput(row, qubit, pauli) }
        rows.setOutput(row, qubit, pauli)
      }
    }
    try run(.root)
  }

  private mutating func run(_ block: BlockID) throws {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      switch node {
      case .instruction(let instruction):
        do {
          for step in try circuit.stabilizerSteps(of: instruction) { try apply(step) }
        } catch var diagnostic as Diagnostic {
          diagnostic.range =
            diagnostic.range
            ?? circuit.rangeOfFault(of: block, at: index, measurements: recordCount)
          throw diagnostic
        }
      case .repeatBlock(let count, let body, _):
        try run(body, times: count, range: circuit.range(of: block, at: index))
      case .branch, .loop, .assign, .leave: break  // `CircuitCounts` refused them.
      }
    }
  }

  /// Runs a block by its turns, or by their power, or until what is known recurs.
  private mutating func run(_ body: BlockID, times count: UInt64, range: SourceRange?) throws {
    let (records, kinds) = facts[body]
    let isMute = records == 0 && kinds.isDisjoint(with: [.detectors, .observables])
    if isMute, let power = try powers.power(of: body, count) { return try apply(gatesOf: power) }
    budget.enter(count, at: range)
    defer { budget.exit() }
    var (done, old, oldTurn, nextTurn) = (UInt64(0), rows, UInt64(0), UInt64(1))
    while done < count {
      try run(body)
      done += 1
      try budget.endTurn()
      if isMute, rows == old {
        // The turns since then do nothing together, however often they run.
        let rest = (count - done) % (done - oldTurn)
        budget.leaveOut(count - done - rest)
        for _ in 0..<rest { try run(body) }
        return
      }
      if isMute, done == nextTurn { (old, oldTurn, nextTurn) = (rows, done, 2 * done) }
    }
  }

  /// Applies a circuit of plain gates, which need not be part of this one.
  private mutating func apply(gatesOf gates: Circuit) throws {
    for case .instruction(let instruction) in gates.nodes() {
      for step in try gates.stabilizerSteps(of: instruction) { try apply(step) }
    }
  }

  private mutating func apply(_ step: StabilizerStep) throws {
    budget.spend(4)
    switch step {
    case .clifford(let gate, let first, let second): apply(gate, first, second)
    case .rotation(let product, let isInverse): applyRotation(product, isInverse)
    case .measurement(let product):
      measure(product, record: recordCount)
      recordCount += 1
    case .constant(let isOne):
      let row = rows.appendRow()
      rows.toggleRecord(row, recordCount)
      if isOne { rows.negate(row) }
      recordCount += 1
    case .reset(let basis, let qubit): reset(basis, qubit)
    case .feedback(let lookback, let pauli, let qubit):
      let record = try record(lookback)
      for row in rowsActing(on: [qubit]) {
        let own = rows.output(row, qubit)
        if own != .i, own != pauli { rows.toggleRecord(row, record) }
      }
    case .detector(let lookbacks):
      var records: Set<Int> = []
      for lookback in lookbacks { records.formSymmetricDifference([try record(lookback)]) }
      detectors.append(records.sorted())
    case .observable(let index, let lookbacks, _):
      for lookback in lookbacks {
        observables[index, default: []].formSymmetricDifference([try record(lookback)])
      }
    }
  }

  private func record(_ lookback: Int) throws -> Int {
    guard lookback <= recordCount else {
      throw Diagnostic("rec[-\(lookback)] is before the first measurement", code: "record")
    }
    return recordCount - lookback
  }

  private mutating func apply(_ gate: Gate, _ first: Int, _ second: Int) {
    guard let action = SignedCliffordAction.byGate[Int(gate.rawValue)] else { return }
    for row in rowsActing(on: [first, second]) {
      var mask = rows.output(row, first).rawValue
      if action.qubitCount == 2 { mask |= rows.output(row, second).rawValue << 2 }
      guard mask != 0 else { continue }
      let image = action.images[Int(mask)]
      if action.isNegated[Int(mask)] { rows.negate(row) }
      rows.setOutput(row, first, Pauli(rawValue: image & 3)!)
      if action.qubitCount == 2 { rows.setOutput(row, second, Pauli(rawValue: image >> 2)!) }
    }
  }

  private func rowsActing(on qubits: [Int]) -> [Int] {
    let acting = rows.rows(actingOn: qubits)
    budget.spend(UInt64(acting.count))
    return acting
  }

  private func commutes(_ row: Int, _ product: SignedPauliProduct) -> Bool {
    product.factors.reduce(true) { parity, factor in
      let own = rows.output(row, factor.qubit)
      return own == .i || own == factor.pauli ? parity : !parity
    }
  }

  private mutating func multiply(_ products: ArraySlice<Int>, by pivot: Int) {
    for row in products { rows.multiply(row, by: pivot) }
    budget.spend(UInt64(products.count * (rows.width / 64)))
  }

  private mutating func multiply(_ row: Int, by product: SignedPauliProduct) {
    rows.addPhase(row, product.phaseExponent)
    for (qubit, pauli) in product.factors {
      let own = rows.output(row, qubit)
      rows.addPhase(row, own.phaseExponent(ofProductWith: pauli))
      rows.setOutput(row, qubit, Pauli(rawValue: own.rawValue ^ pauli.rawValue)!)
    }
  }

  /// With U = exp(iπ/4 (1 − P)): UQU† = Q if they commute, iQP otherwise (SXS† = iXZ = Y); for the
  /// inverse −iQP.
  private mutating func applyRotation(_ product: SignedPauliProduct, _ isInverse: Bool) {
    for row in rowsActing(on: product.factors.map(\.qubit)) where !commutes(row, product) {
      multiply(row, by: product)
      rows.addPhase(row, isInverse ? 3 : 1)
    }
  }

  /// Flows that do not commute with what is measured end here, but for their products; the result
  /// starts one.
  private mutating func measure(_ product: SignedPauliProduct, record: Int?) {
    let broken = rowsActing(on: product.factors.map(\.qubit))
      .filter { !commutes($0, product) }
    if let pivot = broken.first {
      multiply(broken.dropFirst(), by: pivot)
      rows.remove(pivot)
    }
    guard let record else { return }
    let row = rows.appendRow()
    multiply(row, by: product)
    rows.toggleRecord(row, record)
  }

  /// The qubit is lost: of the flows on it only products without it go on.
  private mutating func reset(_ basis: Pauli, _ qubit: Int) {
    let product = SignedPauliProduct(of: [.pauli(basis, qubit)])
    measure(product, record: nil)
    let touching = rowsActing(on: [qubit]).filter { rows.output($0, qubit) != .i }
    if let pivot = touching.first {
      multiply(touching.dropFirst(), by: pivot)
      rows.remove(pivot)
    }
    let row = rows.appendRow()
    multiply(row, by: product)
  }
}
