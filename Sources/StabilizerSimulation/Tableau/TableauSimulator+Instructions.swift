import QuantumCore

extension TableauSimulator {
  /// Applies one instruction of a circuit.
  ///
  /// - Throws: `Diagnostic` if it cannot run, `Obstacle` when memory runs out.
  package mutating func apply(_ instruction: Instruction, of circuit: Circuit) throws {
    let gate = instruction.gate
    let definition = gate.definition
    if definition.isAnnotation || gate == .globalPhase || gate == .u0 { return }
    if let basis = Self.basis(of: definition) {
      try makeUniqueWhileMeasuring()
      return try measure(instruction, of: circuit, basis: basis)
    }
    if definition.isNoise, randomness == .none { return try applyNoise(instruction, of: circuit) }
    try makeUnique()
    if let form = PairDecomposition.of(gate), instruction.controlCount == 0 {
      return try apply(form, instruction, of: circuit)
    }
    if definition.isNoise { return try applyNoise(instruction, of: circuit) }
    if let collapse = definition.collapse {
      guard collapse.resets, let basis = collapse.basis else {
        return try measureProducts(instruction, of: circuit)
      }
      return try reset(instruction, of: circuit, basis: basis)
    }
    switch gate {
    case .mpad: try pad(instruction, of: circuit)
    case .spp, .sppDag: try applyRoots(instruction, of: circuit)
    default: throw NonClifford.diagnostic(of: instruction, in: circuit)
    }
  }

  // MARK: Gates

  private mutating func apply(
    _ form: PairDecomposition, _ instruction: Instruction, of circuit: Circuit
  ) throws {
    let targets = circuit.targets(of: instruction)
    if form.qubitCount == 1 {
      if form.first.isIdentity { return }
      return try state.apply(form.first, to: targets)
    }
    var index = targets.startIndex
    while index + 1 < targets.endIndex {
      index += state.applyToPlaced(form, to: targets[index...])
      guard index + 1 < targets.endIndex else { return }
      let (first, second) = (targets[index], targets[index + 1])
      index += 2
      if first.isQubit, second.isQubit {
        try state.apply(form, to: first.value, second.value)
      } else {
        try applyFeedback(instruction.gate, first, second)
      }
    }
  }

  /// A Pauli on a qubit where a record or sweep bit is 1.
  private mutating func applyFeedback(_ gate: Gate, _ first: Target, _ second: Target) throws {
    guard let feedback = try ClassicalFeedback(gate, first, second) else { return }
    if try value(of: feedback.control) {
      state.applyPauli(feedback.pauli.rawValue, to: feedback.qubit)
    }
  }

  private func value(of control: Target) throws(Diagnostic) -> Bool {
    if control.isSweep {
      return control.value < sweepBits.count && sweepBits[control.value]
    }
    return try ClassicalExpression.record(control.value).evaluated(in: memory).isTrue
  }

  private mutating func applyRoots(_ instruction: Instruction, of circuit: Circuit) throws {
    let isInverse = instruction.gate == .sppDag
    try circuit.forEachGroup(of: instruction) { group, _ in
      try state.applyRoot(of: try Self.product(group), isInverse: isInverse)
    }
  }

  /// - Throws: `Diagnostic` if the product is not Hermitian.
  private static func product(
    _ group: ArraySlice<Target>, ignoringInversion: Bool = false
  ) throws(Diagnostic) -> PauliProduct {
    var product = PauliProduct(group)
    if ignoringInversion, group.count(where: \.isInverted) % 2 == 1 { product.phase ^= 2 }
    guard product.isHermitian else {
      throw Diagnostic(
        "the Pauli product \(group.map(\.description).joined(separator: "*")) is anti-Hermitian",
        code: "anti-hermitian",
        hint: "its factors on one qubit multiply to ±i times a Pauli; X0*X0 or X0*Z1 would do")
    }
    return product
  }

  // MARK: Measurements

  /// The Pauli that a plain measurement of qubits measures.
  static func basis(of definition: GateDefinition) -> Pauli? {
    guard let collapse = definition.collapse, !collapse.resets, definition.qubitCount == 1 else {
      return nil
    }
    return collapse.basis
  }

  /// Announces the last instructions that anything depends on, all of which measure qubits in one
  /// basis: that takes less time.
  mutating func prepareForLast(_ instructions: [Instruction], of circuit: Circuit) throws {
    guard let basis = instructions.first.flatMap({ Self.basis(of: $0.gate.definition) }) else {
      return
    }
    try makeUnique()
    let targets = instructions.flatMap { circuit.targets(of: $0) }
    try state.prepareForLast(basis.rawValue, on: targets.filter(\.isQubit).map(\.value))
  }

  private mutating func append(_ result: Bool, _ target: Target, flip: Double, bit: Int?) {
    memory.append((result != target.isInverted) != happens(flip), storedIn: bit)
  }

  private mutating func measure(
    _ instruction: Instruction, of circuit: Circuit, basis: Pauli
  ) throws {
    let flip = circuit.arguments(of: instruction).first ?? 0
    try state.continueMeasuring(basis.rawValue)
    try circuit.forEachGroup(of: instruction) { group, bit in
      let target = group[group.startIndex]
      let guess = draw()
      let result = try state.measure(basis.rawValue, on: target.value) { guess }
      append(result, target, flip: flip, bit: bit)
    }
  }

  /// Resets, recorded or not: all qubits are measured together, then turned where the result is 1.
  private mutating func reset(
    _ instruction: Instruction, of circuit: Circuit, basis: Pauli
  ) throws {
    let isRecorded = instruction.gate.definition.isMeasurement
    let flip = circuit.arguments(of: instruction).first ?? 0
    let turn = (basis == .z ? Pauli.x : .z).rawValue
    var ones: [Int] = []
    nextStamp()
    try circuit.forEachGroup(of: instruction) { group, bit in
      let target = group[group.startIndex]
      if let place = state.existingPlace(of: target.value), !isFirstVisit(to: place) {
        try turnOnes(&ones, turn)
      }
      let guess = draw()
      let result = try state.measure(basis.rawValue, on: target.value) { guess }
      if result, state.existingPlace(of: target.value) == nil {
        state.applyPauli(turn, to: target.value)
      } else if result {
        ones.append(target.value)
      }
      if isRecorded { append(result, target, flip: flip, bit: bit) }
    }
    try turnOnes(&ones, turn)
  }

  private mutating func turnOnes(_ ones: inout [Int], _ letter: UInt8) throws {
    try state.endMeasuring()
    for qubit in ones { state.applyPauli(letter, to: qubit) }
    ones.removeAll(keepingCapacity: true)
    nextStamp()
  }

  private mutating func measureProducts(_ instruction: Instruction, of circuit: Circuit) throws {
    let flip = circuit.arguments(of: instruction).first ?? 0
    let letter = instruction.gate.definition.collapse?.basis
    var batch = CommutationTracker()
    try circuit.forEachGroup(of: instruction) { group, bit in
      let product =
        try letter.map { letter in
          PauliProduct(
            factors: group.map { (letter.rawValue, $0.value) },
            phase: 0)
        } ?? Self.product(group, ignoringInversion: true)
      if letter == nil, !batch.add(product) {
        try state.endMeasuring()
        batch = CommutationTracker(product)
      }
      let guess = draw()
      let result = try state.measure(product) { guess }
      let isInverted = group.count(where: \.isInverted) % 2 == 1
      memory.append((result != isInverted) != happens(flip), storedIn: bit)
    }
    try state.endMeasuring()
  }

  private mutating func pad(_ instruction: Instruction, of circuit: Circuit) throws {
    let flip = circuit.arguments(of: instruction).first ?? 0
    circuit.forEachGroup(of: instruction) { group, bit in
      let target = group[group.startIndex]
      append(target.value == 1, target, flip: flip, bit: bit)
    }
  }
}

/// Tells whether products commute with all of a batch.
struct CommutationTracker {
  private var uses: [Int: [(product: Int, letter: UInt8)]] = [:]
  private var count = 0

  init() {}
  init(_ product: PauliProduct) { _ = add(product) }

  /// Adds a product if it commutes with all that were added.
  mutating func add(_ product: PauliProduct) -> Bool {
    var isOdd: [Int: Bool] = [:]
    for factor in product.factors {
      for use in uses[factor.qubit] ?? [] where use.letter != factor.letter {
        isOdd[use.product, default: false].toggle()
      }
    }
    if isOdd.values.contains(true) { return false }
    for factor in product.factors {
      uses[factor.qubit, default: []].append((count, factor.letter))
    }
    count += 1
    return true
  }
}

/// What is said of gates that no stabilizer simulator runs.
package enum NonClifford {
  package static func diagnostic(of instruction: Instruction, in circuit: Circuit) -> Diagnostic {
    let name = instruction.gate.name
    return Diagnostic(
      "\(name) is not a Clifford gate, and stabilizer simulation runs no other",
      code: "not-clifford",
      hint: "Clifford gates, Pauli noise, measurements, resets and feedback would be accepted")
  }
}
