import QuantumCore

/// A stabilizer state of numbered qubits, all |0⟩ at first: an inverse tableau of those that need a
/// place in it.
package final class StabilizerState: @unchecked Sendable {
  @exclusivity(unchecked)
  private(set) var tableau: InverseTableau
  @exclusivity(unchecked)
  private var panel: CollapsePanel
  @exclusivity(unchecked)
  private(set) var map = QubitMap()

  /// What all measurements of the batch that is not ended measure; 0 if that is nothing, or not the
  /// same.
  private var openLetter: UInt8 = 0

  /// - Parameter capacity: how many qubits to make room for; there may be more.
  /// - Throws: `Obstacle` when memory runs out.
  package init(
    capacity: Int = 0, threads: Int = 1, kernels: RowKernels = .best
  ) throws(Obstacle) {
    tableau = try InverseTableau(qubitCount: 0, capacity: capacity, kernels: kernels)
    tableau.threads = threads
    panel = try CollapsePanel(tableau)
  }

  private init(_ other: StabilizerState) throws(Obstacle) {
    tableau = try other.tableau.copy()
    panel = try CollapsePanel(tableau)
    map = other.map
  }

  package func copy() throws(Obstacle) -> StabilizerState {
    try endMeasuring()
    return try StabilizerState(self)
  }

  // MARK: Places

  /// The place of a qubit, which is given one if it has none.
  @inline(__always)
  func place(of qubit: Int) throws(Obstacle) -> Int {
    let entry = map[qubit]
    return entry >= 0 ? Int(entry) : try addPlace(for: qubit, isOne: entry == QubitMap.one)
  }

  private func addPlace(for qubit: Int, isOne: Bool) throws(Obstacle) -> Int {
    // A measurement may have left the qubit out because its value is known; those to come may not
    // commute with it then.
    try panel.close()
    try tableau.addQubit()
    if !panel.isCurrent { panel = try CollapsePanel(tableau) }
    let place = tableau.qubitCount - 1
    map[qubit] = Int32(truncatingIfNeeded: place)
    if isOne { tableau.view.applyPauli(Pauli.x.rawValue, to: place) }
    return place
  }

  /// The place of a qubit; `nil` if it is known to be 0 or 1.
  func existingPlace(of qubit: Int) -> Int? {
    let entry = map[qubit]
    return entry >= 0 ? Int(entry) : nil
  }

  /// The bit of a qubit without a place.
  func knownBit(of qubit: Int) -> Bool { map[qubit] == QubitMap.one }

  // MARK: Gates

  /// Applies a gate to one qubit after the other.
  func apply(_ gate: LetterMap, to targets: some Collection<Target>) throws(Obstacle) {
    let view = tableau.view
    var others: [Int] = []
    map.withEntries { entries in
      for target in targets {
        let qubit = target.value
        if qubit < entries.count, entries[qubit] >= 0 {
          view.apply(gate, to: Int(entries[qubit]))
        } else {
          others.append(qubit)
        }
      }
    }
    for qubit in others { try apply(gate, to: qubit) }
  }

  func apply(_ gate: LetterMap, to qubit: Int) throws(Obstacle) {
    let entry = map[qubit]
    if entry >= 0 { return tableau.view.apply(gate, to: Int(entry)) }
    let z = Pauli.z.rawValue
    if gate.letter(z) == z {
      if gate.sign(z) != 0 { map[qubit] = QubitMap.one ^ QubitMap.zero ^ entry }
    } else {
      let place = try place(of: qubit)
      tableau.view.apply(gate, to: place)
    }
  }

  /// Applies a gate without a swap to pairs of qubits, as long as all have places.
  ///
  /// - Returns: how many targets it was applied to.
  func applyToPlaced(_ gate: PairDecomposition, to targets: ArraySlice<Target>) -> Int {
    if gate.swaps { return 0 }
    let view = tableau.view
    return map.withEntries { entries in
      var index = targets.startIndex
      while index + 1 < targets.endIndex {
        let (first, second) = (targets[index], targets[index + 1])
        guard first.isQubit, second.isQubit, first.value < entries.count,
          second.value < entries.count
        else { break }
        let (a, b) = (entries[first.value], entries[second.value])
        guard a >= 0, b >= 0 else { break }
        view.apply(gate, to: Int(a), Int(b))
        index += 2
      }
      return index - targets.startIndex
    }
  }

  func apply(_ gate: PairDecomposition, to first: Int, _ second: Int) throws(Obstacle) {
    let (a, b) = (map[first], map[second])
    if a >= 0, b >= 0 {
      tableau.view.apply(gate, to: Int(a), Int(b))
      if gate.swaps { (map[first], map[second]) = (b, a) }
    } else {
      try applyWithKnownBits(gate, to: first, second)
    }
  }

  private func applyWithKnownBits(
    _ gate: PairDecomposition, to first: Int, _ second: Int
  ) throws(Obstacle) {
    let z = Pauli.z.rawValue
    if let pauli = gate.controlledPauli {
      if pauli.first == z, map[first] < 0 {
        if map[first] == QubitMap.one { applyPauli(pauli.second, to: second) }
      } else if pauli.second == z, map[second] < 0 {
        if map[second] == QubitMap.one { applyPauli(pauli.first, to: first) }
      } else {
        let (a, b) = (try place(of: first), try place(of: second))
        tableau.view.applyControlled(pauli.first, on: a, pauli.second, on: b)
      }
    }
    if !gate.first.isIdentity { try apply(gate.first, to: first) }
    if !gate.second.isIdentity { try apply(gate.second, to: second) }
    if gate.swaps { (map[first], map[second]) = (map[second], map[first]) }
  }

  @inline(__always)
  func applyPauli(_ letter: UInt8, to qubit: Int) {
    let entry = map[qubit]
    if entry >= 0 {
      tableau.view.applyPauli(letter, to: Int(entry))
    } else if letter & Pauli.x.rawValue != 0 {
      map[qubit] = QubitMap.one ^ QubitMap.zero ^ entry
    }
  }

  /// Multiplies the −1 eigenspace of a product by i, or by −i.
  ///
  /// - Parameter phase: the product is i^phase times that of the factors, and Hermitian.
  func applyRoot(of product: PauliProduct, isInverse: Bool) throws(Obstacle) {
    let letters = try reduced(product)
    guard let pivot = letters.factors.last else { return }
    // A chain of controlled Paulis makes the product a single Pauli of the last qubit; a root of
    // that, and back.
    let others = letters.factors.dropLast()
    let turned: UInt8 = pivot.letter == Pauli.z.rawValue ? Pauli.x.rawValue : Pauli.z.rawValue
    for factor in others {
      tableau.view.applyControlled(factor.letter, on: factor.qubit, turned, on: pivot.qubit)
    }
    let isNegative = letters.phase == 2
    tableau.view.apply(
      LetterMap(rootOf: Pauli(rawValue: pivot.letter)!, isInverse: isInverse != isNegative),
      to: pivot.qubit)
    for factor in others.reversed() {
      tableau.view.applyControlled(factor.letter, on: factor.qubit, turned, on: pivot.qubit)
    }
  }

  // MARK: Measuring

  /// A product with qubits as places; factors on qubits without one become its sign.
  private func reduced(_ product: PauliProduct) throws(Obstacle) -> PauliProduct {
    var result = PauliProduct(factors: [], phase: product.phase)
    for factor in product.factors {
      if map[factor.qubit] < 0, factor.letter == Pauli.z.rawValue {
        if map[factor.qubit] == QubitMap.one { result.phase ^= 2 }
      } else {
        result.factors.append((factor.letter, try place(of: factor.qubit)))
      }
    }
    return result
  }

  /// Measures one of a qubit's Paulis as part of a batch, to be ended by `endMeasuring`; no gate
  /// may come in between.
  ///
  /// - Parameter choose: gives the result if it is random.
  @inline(__always)
  func measure(
    _ letter: UInt8, on qubit: Int, choose: () -> Bool
  ) throws(Obstacle) -> Bool {
    let entry = map[qubit]
    if entry < 0, letter == Pauli.z.rawValue { return entry == QubitMap.one }
    // The qubit's place may be a new one, and the panel another then.
    let place = try place(of: qubit)
    return try panel.measure(letter, on: place, choose: choose)
  }

  /// As above for a product that commutes with all others of the batch.
  func measure(
    _ product: PauliProduct, choose: () -> Bool
  ) throws(Obstacle) -> Bool {
    let product = try reduced(product)
    return try panel.measure(product.factors, phase: product.phase, choose: choose)
  }

  /// Announces the last measurements of the state, which is then of no more use: of one Pauli on
  /// these qubits in this order.
  func prepareForLast(_ letter: UInt8, on qubits: [Int]) throws(Obstacle) {
    var measurements: [(letter: UInt8, qubit: Int)] = []
    for qubit in qubits where map[qubit] >= 0 || letter != Pauli.z.rawValue {
      measurements.append((letter, try place(of: qubit)))
    }
    panel.prepareForLast(measurements)
  }

  func endMeasuring() throws(Obstacle) {
    try panel.close()
    openLetter = 0
  }

  /// Goes on with a batch of measurements of one Pauli on single qubits, or begins one.
  func continueMeasuring(_ letter: UInt8) throws(Obstacle) {
    if openLetter != letter { try endMeasuring() }
    openLetter = letter
  }

  /// The value of a product if it is certain, 0 for +1; `nil` if it is random. Leaves the state as
  /// it is.
  func certainValue(of product: PauliProduct) throws(Obstacle) -> Bool? {
    let product = try reduced(product)
    return panel.certainValue(of: product.factors, phase: product.phase)
  }
}
