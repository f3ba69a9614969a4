import QuantumCore

// How measurements hand over symptoms and resets end them, and what they randomize.

extension SparseReverseTracker {
  func undoMeasurements(
    _ instruction: Instruction, _ basis: Pauli, resets: Bool,
    _ observer: some ReverseObserver
  ) throws {
    let probability = circuit.arguments(of: instruction).first ?? 0
    for target in targets(of: instruction).reversed() where target.isQubit {
      let qubit = target.value
      try checkCollapse(qubit, basis, observer)
      if resets { clear(qubit) }
      let record = takeRecord()
      if rows.isEmpty(record) { continue }
      flip(record, probability, instruction, observer)
      if basis.hasZ { rows.xor(record, into: row(qubit, 0)) }
      if basis.hasX { rows.xor(record, into: row(qubit, 1)) }
      rows.clear(record)
    }
  }

  func undoResets(
    _ instruction: Instruction, _ basis: Pauli, _ observer: some ReverseObserver
  ) throws {
    for target in targets(of: instruction).reversed() {
      try checkCollapse(target.value, basis, observer)
      clear(target.value)
    }
  }

  func undoPairMeasurements(
    _ instruction: Instruction, _ basis: Pauli, _ observer: some ReverseObserver
  ) throws {
    let targets = targets(of: instruction)
    let qubits = targets.filter(\.isQubit).map(\.value)
    var position = qubits.count - 2
    while position >= 0 {
      try undoMeasurement(
        of: [(basis, qubits[position]), (basis, qubits[position + 1])], instruction, observer)
      position -= 2
    }
  }

  func undoProductMeasurements(
    _ instruction: Instruction, _ observer: some ReverseObserver
  ) throws {
    for product in try products(of: instruction).reversed() {
      try undoMeasurement(of: product, instruction, observer)
    }
  }

  private func undoMeasurement(
    of product: [(Pauli, Int)], _ instruction: Instruction, _ observer: some ReverseObserver
  ) throws {
    gather(product)
    if !rows.isEmpty(scratchRow) { try check(scratchRow, product, observer) }
    let record = takeRecord()
    if rows.isEmpty(record) { return }
    flip(record, circuit.arguments(of: instruction).first ?? 0, instruction, observer)
    spread(record, overErrorsAnticommutingWith: product)
    rows.clear(record)
  }

  /// The Pauli products of an instruction.
  ///
  /// - Throws: `CircuitError` if one is anti-Hermitian, such as `X0*Z0`.
  func products(of instruction: Instruction) throws -> [[(Pauli, Int)]] {
    var products: [[(Pauli, Int)]] = []
    try circuit.forEachGroup(of: instruction) { group, _ in
      let factors = group.map { ($0.pauli ?? .i, $0.value) }
      if Set(factors.map(\.1)).count < factors.count, Self.isAntiHermitian(factors) {
        throw CircuitError(
          "anti-hermitian", "a product in \(instruction.gate.name) is anti-Hermitian",
          hint: "write Y0 for X0*Z0")
      }
      products.append(factors)
    }
    return products
  }

  /// Whether an odd number of pairs of factors anticommute.
  private static func isAntiHermitian(_ factors: [(Pauli, Int)]) -> Bool {
    var seen: [Int: (x: Int, z: Int, xz: Int)] = [:]
    var anticommuting = 0
    for (pauli, qubit) in factors {
      let counts = seen[qubit] ?? (0, 0, 0)
      switch pauli {
      case .x: anticommuting += counts.z + counts.xz
      case .z: anticommuting += counts.x + counts.xz
      case .y: anticommuting += counts.x + counts.z
      case .i: break
      }
      seen[qubit] = (
        counts.x + (pauli == .x ? 1 : 0), counts.z + (pauli == .z ? 1 : 0),
        counts.xz + (pauli == .y ? 1 : 0)
      )
    }
    return anticommuting % 2 == 1
  }

  func spread(_ source: UInt32, overErrorsAnticommutingWith product: [(Pauli, Int)]) {
    for (pauli, qubit) in product {
      if pauli.hasZ { rows.xor(source, into: row(qubit, 0)) }
      if pauli.hasX { rows.xor(source, into: row(qubit, 1)) }
    }
  }

  @inline(__always)
  func flip(
    _ record: UInt32, _ probability: Double, _ instruction: Instruction,
    _ observer: some ReverseObserver
  ) {
    if probability > 0 {
      observer.measurementFlips(
        rows.set(record), probability: probability, tag: instruction.tag)
    }
  }

  private func clear(_ qubit: Int) {
    if qubitRows[2 * qubit] != 0 { rows.clear(qubitRows[2 * qubit]) }
    if qubitRows[2 * qubit + 1] != 0 { rows.clear(qubitRows[2 * qubit + 1]) }
  }

  @inline(__always)
  private func checkCollapse(
    _ qubit: Int, _ basis: Pauli, _ observer: some ReverseObserver
  ) throws {
    switch basis {
    case .z:
      if !rows.isEmpty(qubitRows[2 * qubit + 1]) {
        try check(qubitRows[2 * qubit + 1], [(.z, qubit)], observer)
      }
    case .x:
      if !rows.isEmpty(qubitRows[2 * qubit]) {
        try check(qubitRows[2 * qubit], [(.x, qubit)], observer)
      }
    default:
      gather(CollectionOfOne((basis, qubit)))
      if !rows.isEmpty(scratchRow) { try check(scratchRow, [(basis, qubit)], observer) }
    }
  }

  /// Symptoms that a collapse randomizes are told, and then one of their detectors is expressed by
  /// the others.
  func check(
    _ row: UInt32, _ collapse: [(Pauli, Int)], _ observer: some ReverseObserver
  ) throws {
    let set = rows.set(row)
    guard !set.isEmpty else { return }
    try observer.collapseRandomizes(set, collapse: collapse)
    let symptoms = Array(set.values)
    let hash = set.hash
    symptoms.withUnsafeBufferPointer { buffer in
      let pivot = SymptomSet(items: buffer.baseAddress!, count: buffer.count, hash: hash)
      for place in touchedPlaces.values {
        let row = qubitRows[Int(place)]
        if rows.contains(symptoms.last!, in: row) { rows.xor(pivot, into: row) }
      }
    }
  }
}
