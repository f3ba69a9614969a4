import QuantumCore

extension Tableau {
  /// A Clifford gate of the catalog on qubits 0, 1.
  ///
  /// - Precondition: the gate is a Clifford on one or two qubits.
  public init(_ gate: Gate) {
    guard let form = PairDecomposition.of(gate) else {
      preconditionFailure("\(gate.name) is not a Clifford gate on one or two qubits")
    }
    self = .identity(qubitCount: form.qubitCount)
    prepend(gate, to: 0, 1)
  }

  /// The operation of a circuit of Clifford gates; repeat blocks count as often as they run.
  ///
  /// - Throws: `Diagnostic` with the place of the first instruction that is not a Clifford gate;
  ///   `Obstacle` for more than 2²⁰ qubits, or when memory runs out.
  public init(of circuit: Circuit) throws {
    let circuit = CliffordRecognition(of: circuit).circuit
    try self.init(identityOn: circuit.qubitCount)
    try prepend(circuit, block: .root)
  }

  /// Makes U·V of U, V being a block of a circuit: its gates from the last to the first.
  private mutating func prepend(_ circuit: Circuit, block: BlockID) throws {
    for (index, node) in circuit.nodes(of: block).enumerated().reversed() {
      switch node {
      case .instruction(let instruction):
        guard try prepend(instruction, of: circuit) else {
          var diagnostic = NonClifford.diagnostic(of: instruction, in: circuit)
          diagnostic.range = circuit.range(of: block, at: index)
          throw diagnostic
        }
      case .repeatBlock(let count, let body, _):
        var turn = Tableau.identity(qubitCount: qubitCount)
        try turn.prepend(circuit, block: body)
        self = turn.raised(to: count).then(self)
      case .branch, .loop, .assign, .leave:
        throw Diagnostic(
          "classical control flow is no Clifford operation", code: "control-flow",
          at: circuit.range(of: block, at: index))
      }
    }
  }

  /// - Returns: whether the instruction is a Clifford gate.
  private mutating func prepend(_ instruction: Instruction, of circuit: Circuit) throws -> Bool {
    let gate = instruction.gate
    if gate.definition.isAnnotation || gate == .globalPhase { return true }
    guard gate.definition.isClifford, instruction.controlCount == 0 else { return false }
    var groups: [[Target]] = []
    circuit.forEachGroup(of: instruction) { group, _ in groups.append(Array(group)) }
    for group in groups.reversed() {
      if gate == .spp || gate == .sppDag {
        try prependRoot(of: PauliProduct(group[...]), isInverse: gate == .sppDag)
      } else {
        guard group.allSatisfy(\.isQubit) else { return false }
        prepend(gate, to: group[0].value, group.last!.value)
      }
    }
    return true
  }

  /// Makes U·V of U.
  ///
  /// - Parameters:
  ///   - gate: the gate V.
  ///   - first: the qubit of a gate on one qubit, the first one of a gate on two.
  ///   - second: disregarded by gates on one qubit.
  /// - Precondition: the gate is a Clifford on one or two qubits.
  /// - Complexity: O(n) at 1/512 of a step each.
  public mutating func prepend(_ gate: Gate, to first: Int, _ second: Int = 0) {
    // Rows follow the inverse: for a state, U†PU becomes (VU)†P(VU).
    guard let inverse = gate.definition.inverse(of: [])?.gate,
      let form = PairDecomposition.of(inverse)
    else { preconditionFailure("\(gate.name) is not a Clifford gate on one or two qubits") }
    precondition(
      first < qubitCount && (form.qubitCount == 1 || second < qubitCount && first != second),
      "\(gate.name) acts on distinct qubits of the tableau")
    makeUnique()
    if form.qubitCount == 1 {
      storage.view.apply(form.first, to: first)
    } else {
      storage.view.apply(form, to: first, second)
      if form.swaps { swap(first, second) }
      order(second)
    }
    order(first)
  }

  /// Makes U·V of U for V = (1 + P)/2 ± i (1 − P)/2.
  mutating func prependRoot(of product: PauliProduct, isInverse: Bool) throws {
    guard product.isHermitian else {
      throw Diagnostic("the Pauli product of an SPP is anti-Hermitian", code: "anti-hermitian")
    }
    guard let pivot = product.factors.last else { return }
    makeUnique()
    let view = storage.view
    let turned: UInt8 = pivot.letter == Pauli.z.rawValue ? Pauli.x.rawValue : Pauli.z.rawValue
    let others = product.factors.dropLast()
    for factor in others {
      view.applyControlled(factor.letter, on: factor.qubit, turned, on: pivot.qubit)
    }
    // Inverted, as in `prepend`.
    let isNegative = product.phase == 2
    view.apply(
      LetterMap(rootOf: Pauli(rawValue: pivot.letter)!, isInverse: isInverse == isNegative),
      to: pivot.qubit)
    for factor in others.reversed() {
      view.applyControlled(factor.letter, on: factor.qubit, turned, on: pivot.qubit)
    }
    for factor in product.factors { order(factor.qubit) }
  }

  private func swap(_ first: Int, _ second: Int) {
    let view = storage.view
    for part in 0..<2 { exchange(2 * first + part, 2 * second + part, view) }
  }

  /// Puts the images of X and Z on a qubit in their places.
  private func order(_ qubit: Int) {
    let view = storage.view
    _ = view.row(of: Pauli.x.rawValue, on: qubit)
    if view.letters[2 * qubit] == Pauli.x.rawValue {
      _ = view.row(of: Pauli.z.rawValue, on: qubit)
    } else {
      exchange(2 * qubit, 2 * qubit + 1, view)
      _ = view.row(of: Pauli.z.rawValue, on: qubit)
    }
  }

  private func exchange(_ a: Int, _ b: Int, _ view: TableauView) {
    let (p, q) = (view.x(a), view.x(b))
    for block in 0..<2 * view.blocks { (p[block], q[block]) = (q[block], p[block]) }
    (view.phases[a], view.phases[b]) = (view.phases[b], view.phases[a])
    (view.letters[a], view.letters[b]) = (view.letters[b], view.letters[a])
  }

  /// Makes V·U of U.
  ///
  /// - Precondition: as for `prepend`.
  /// - Complexity: O(n).
  public mutating func append(_ gate: Gate, to first: Int, _ second: Int = 0) {
    guard let form = PairDecomposition.of(gate) else {
      preconditionFailure("\(gate.name) is not a Clifford gate on one or two qubits")
    }
    let qubits = form.qubitCount == 1 ? [first] : [first, second]
    precondition(
      qubits.allSatisfy { $0 < qubitCount } && Set(qubits).count == qubits.count,
      "\(gate.name) acts on distinct qubits of the tableau")
    makeUnique()
    let local = Tableau(gate)
    let view = storage.view
    for row in 0..<2 * qubitCount {
      let (x, z) = (view.x(row), view.z(row))
      var part = PauliString(count: qubits.count)
      for (place, qubit) in qubits.enumerated() {
        part[place] = Pauli(x: x.bit(qubit), z: z.bit(qubit))
      }
      let image = local.applied(to: part)
      for (place, qubit) in qubits.enumerated() {
        if image[place].hasX != part[place].hasX { x.flip(qubit) }
        if image[place].hasZ != part[place].hasZ { z.flip(qubit) }
      }
      let turn = UInt8(image.phaseExponent) &+ image.yCount &- part.yCount
      view.phases[row] = (view.phases[row] &+ turn) & 3
    }
  }

  // MARK: Random

  /// A Clifford operation drawn uniformly from all on so many qubits.
  ///
  /// - Complexity: O(n³) at 1/512 of a step each.
  /// - Source: [Bravyi21], algorithm 2: a Bruhat decomposition F₁ · (Hadamards, permutation) · F₂.
  public static func random(qubitCount: Int, using generator: inout PhiloxGenerator) -> Tableau {
    var tableau = Tableau.identity(qubitCount: qubitCount)
    tableau.prependBorel(using: &generator)
    let (hadamards, permutation) = mallows(qubitCount, &generator)
    let unpermuted = tableau
    for qubit in 0..<qubitCount {
      for pauli in [Pauli.x, .z] {
        tableau.setImage(
          of: pauli, on: qubit, to: unpermuted.image(of: pauli, on: permutation[qubit]))
      }
    }
    for qubit in 0..<qubitCount where hadamards[qubit] { tableau.prepend(.h, to: qubit) }
    tableau.prependBorel(using: &generator)
    for qubit in 0..<qubitCount {
      let pauli: Gate = [.i, .x, .y, .z][Int(generator.next() >> 62)]
      tableau.prepend(pauli, to: qubit)
    }
    return tableau
  }

  /// Prepends a random element of the group of CX with controls above targets, √X, and controlled X
  /// in X's eigenbasis.
  private mutating func prependBorel(using generator: inout PhiloxGenerator) {
    for row in (0..<qubitCount).reversed() {
      for column in 0..<row where generator.next() >> 63 == 1 {
        prepend(.cx, to: row, column)
      }
    }
    for row in 0..<qubitCount {
      if generator.next() >> 63 == 1 { prepend(.sqrtX, to: row) }
      for column in 0..<row where generator.next() >> 63 == 1 {
        prepend(.xcx, to: row, column)
      }
    }
  }

  /// Hadamards and a permutation with the weights of the double cosets.
  private static func mallows(
    _ count: Int, _ generator: inout PhiloxGenerator
  ) -> (hadamards: [Bool], permutation: [Int]) {
    var left = Array(0..<count)
    var (hadamards, permutation): ([Bool], [Int]) = ([], [])
    for step in 0..<count {
      let m = count - step
      // P(index ≥ j) = 2^−j as far as 2m − 1: coin flips.
      let index = geometric(below: 2 * m, &generator)
      hadamards.append(index < m)
      let place = index < m ? index : 2 * m - 1 - index
      permutation.append(left.remove(at: place))
    }
    return (hadamards, permutation)
  }

  /// A number j below `limit` with probability proportional to 2^−j.
  private static func geometric(below limit: Int, _ generator: inout PhiloxGenerator) -> Int {
    while true {
      var index = 0
      while index < limit, generator.next() >> 63 == 1 { index += 1 }
      if index < limit { return index }
    }
  }
}
