import QuantumCore

/// A Pauli product by what it does to frames.
struct FrameProduct {
  struct Factor {
    let qubit: Int
    var pauli: Pauli
  }
  /// Different qubits, by number; a factor may be the identity where factors cancelled.
  var factors: [Factor] = []
  /// Whether one of the qubits was used by a product since a given one.
  var isShared = false
  /// Whether the product is i or −i times these factors.
  var isImaginary = false
}

extension FrameCompiler {
  /// Measurements, resets and both: turned so that every product is the Z of one qubit, collapsed
  /// there, and turned back.
  ///
  /// Products on different qubits go through each of the three stages together.
  mutating func compileCollapse(
    _ instruction: Instruction, _ collapse: GateDefinition.Collapse
  ) throws {
    let probability = circuit.arguments(of: instruction).first ?? 0
    let code: FrameProgram.Code =
      !collapse.measures ? .reset : collapse.resets ? .measureReset : .measure
    let stream = code == .reset ? -1 : stream(probability)
    var batch = CollapseBatch()
    var firstOfBatch = productCount + 1
    try circuit.forEachGroup(of: instruction) { group, _ in
      let product = try product(of: group, basis: collapse.basis ?? .i, since: firstOfBatch)
      let isIdentity = product.factors.allSatisfy { $0.pauli == .i }
      if product.isShared || isIdentity {
        append(batch, code, stream)
        batch = CollapseBatch()
        firstOfBatch = productCount
      }
      guard !isIdentity else {
        return appendRecords(.pad, count: 1, probability: probability)
      }
      batch.append(product, rows: rows)
    }
    append(batch, code, stream)
  }

  /// exp(±iπ/4 P) multiplies what anticommutes with P by P.
  mutating func compileProductPhases(_ instruction: Instruction) throws {
    try circuit.forEachGroup(of: instruction) { group, _ in
      var batch = CollapseBatch()
      batch.append(try product(of: group, basis: .i, since: .max), rows: rows)
      guard !batch.collapses.isEmpty else { return }
      append(.init(code: .add), batch.turns)
      add(batch.collapses[0], to: batch.collapses[1])
      append(.init(code: .add), batch.turns.reversedPairs)
    }
  }

  private mutating func append(
    _ batch: CollapseBatch, _ code: FrameProgram.Code, _ stream: Int32
  ) {
    guard !batch.collapses.isEmpty else { return }
    if !batch.turns.isEmpty { append(.init(code: .add), batch.turns) }
    append(.init(code: code, stream: stream), batch.collapses)
    if code != .reset {
      program.recordCount = program.recordCount.saturatingAdd(UInt64(batch.collapses.count / 2))
    }
    if !batch.turns.isEmpty { append(.init(code: .add), batch.turns.reversedPairs) }
  }

  /// The product of a group's factors, or of one Pauli on each of its qubits.
  private mutating func product(
    of group: ArraySlice<Target>, basis: Pauli, since first: Int
  ) throws -> FrameProduct {
    productCount += 1
    var product = FrameProduct()
    for target in group {
      let (qubit, pauli) = (number(of: target.value), target.pauli ?? basis)
      if marks[qubit].product == productCount {
        let old = product.factors[marks[qubit].factor].pauli
        if old != .i, old != pauli { product.isImaginary.toggle() }
        product.factors[marks[qubit].factor].pauli = Pauli(
          rawValue: old.rawValue ^ pauli.rawValue)!
      } else {
        if marks[qubit].product >= first { product.isShared = true }
        marks[qubit] = (productCount, product.factors.count)
        product.factors.append(.init(qubit: qubit, pauli: pauli))
      }
    }
    if product.isImaginary {
      let text = group.map(\.description).joined(separator: "*")
      throw Diagnostic(
        "\(text) is not Hermitian: it is i times a product of Paulis", code: "anti-hermitian",
        at: rangeOfFault, hint: "X0*Z0 is −i Y0; write Y0")
    }
    return product
  }
}

/// Products on different qubits that are collapsed together.
private struct CollapseBatch {
  /// Pairs (destination, source) of additions that turn every product into the Z of one qubit.
  var turns: [UInt32] = []
  /// Pairs (read, gauge): a frame with a 1 in `read` anticommutes with the product, `gauge` is the
  /// product itself.
  var collapses: [UInt32] = []

  mutating func append(_ product: FrameProduct, rows: [UInt32]) {
    var pivot: (read: UInt32, gauge: UInt32)?
    for factor in product.factors where factor.pauli != .i {
      let (x, z) = (rows[2 * factor.qubit], rows[2 * factor.qubit + 1])
      // S turns Y into X, signs aside.
      if factor.pauli == .y { turns += [z, x] }
      let (read, gauge) = factor.pauli == .z ? (x, z) : (z, x)
      if let pivot {
        turns += [pivot.read, read, gauge, pivot.gauge]
      } else {
        pivot = (read, gauge)
        collapses += [read, gauge]
      }
    }
  }
}

extension [UInt32] {
  /// The pairs in reverse order, each as it is.
  fileprivate var reversedPairs: [UInt32] {
    stride(from: count - 2, through: 0, by: -2).flatMap { [self[$0], self[$0 + 1]] }
  }
}
