import QuantumCore

// Which errors an instruction can make.

extension ErrorSearch {
  /// Notes every error that an instruction about to be undone makes with a probability above 0.
  func forEachError(of instruction: Instruction) throws {
    let definition = instruction.gate.definition
    guard definition.isNoise || definition.recordsPerGroup > 0, definition.isStimGate else {
      return
    }
    let arguments = Array(circuit.arguments(of: instruction))
    if definition.chainRole != nil {
      guard arguments[0] > 0 else { return }
      let targets = circuit.targets(of: instruction)
      try note(instruction, 0..<targets.count, paulis: Self.factors(of: targets))
    } else if let probabilities = definition.errorProbabilities(arguments) {
      if definition.isHeralded { return try noteHeralds(instruction, probabilities) }
      let errors = Array(probabilities.dropFirst())
      if definition.qubitCount == 2 { return try noteTwoQubitErrors(instruction, errors) }
      try noteOneQubitErrors(instruction, errors)
    } else if definition.recordsPerGroup > 0, let probability = arguments.first, probability > 0 {
      try noteMeasurementFlips(instruction)
    }
  }

  private static let paulis: [Pauli] = [.i, .x, .y, .z]

  private static func factor(_ pauli: Pauli, _ target: Target) -> [ErrorLocation.Factor] {
    pauli == .i ? [] : [.init(pauli: pauli, qubit: target.value, isInverted: false)]
  }

  private static func factors(of targets: ArraySlice<Target>) -> [ErrorLocation.Factor] {
    targets.compactMap { target in
      target.pauli.map {
        .init(pauli: $0, qubit: target.value, isInverted: target.isInverted)
      }
    }
  }

  private func noteOneQubitErrors(
    _ instruction: Instruction, _ probabilities: [Double]
  ) throws {
    for (place, target) in Array(circuit.targets(of: instruction)).enumerated().reversed() {
      for (index, probability) in probabilities.enumerated() where probability > 0 {
        try note(
          instruction, place..<place + 1, paulis: Self.factor(Self.paulis[index + 1], target))
      }
    }
  }

  private func noteTwoQubitErrors(
    _ instruction: Instruction, _ probabilities: [Double]
  ) throws {
    let targets = Array(circuit.targets(of: instruction))
    for place in stride(from: 0, to: targets.count - 1, by: 2) {
      for (index, probability) in probabilities.enumerated() where probability > 0 {
        let first = Self.factor(Self.paulis[(index + 1) / 4], targets[place])
        let second = Self.factor(Self.paulis[(index + 1) % 4], targets[place + 1])
        try note(instruction, place..<place + 2, paulis: first + second)
      }
    }
  }

  /// - Parameter probabilities: of I, X, Y and Z with the herald.
  private func noteHeralds(_ instruction: Instruction, _ probabilities: [Double]) throws {
    let targets = circuit.targets(of: instruction)
    let first = tracker.measurementCount - UInt64(targets.count)
    for (place, target) in targets.enumerated() {
      for (index, probability) in probabilities.enumerated() where probability > 0 {
        try note(
          instruction, place..<place + 1, paulis: Self.factor(Self.paulis[index], target),
          measurement: .init(index: first + UInt64(place), observable: []))
      }
    }
  }

  private func noteMeasurementFlips(_ instruction: Instruction) throws {
    let start = circuit.targets(of: instruction).startIndex
    let definition = instruction.gate.definition
    let first = tracker.measurementCount - UInt64(circuit.groupCount(of: instruction))
    var flips: [(range: Range<Int>, observable: [ErrorLocation.Factor])] = []
    var place = 0
    circuit.forEachGroup(of: instruction) { group, bit in
      // Products come as copies of their factors, without the combiners between.
      let isProduct = definition.shape == .products
      let width = isProduct ? 2 * group.count - 1 : group.count
      let range =
        isProduct ? place..<place + width : group.startIndex - start..<group.endIndex - start
      flips.append((range, Self.observable(of: definition, group)))
      place += width + (bit == nil ? 0 : 1)
    }
    for (index, flip) in flips.enumerated().reversed() {
      try note(
        instruction, flip.range, paulis: [],
        measurement: .init(index: first + UInt64(index), observable: flip.observable))
    }
  }

  private static func observable(
    of definition: GateDefinition, _ group: ArraySlice<Target>
  ) -> [ErrorLocation.Factor] {
    guard let collapse = definition.collapse else { return [] }
    guard let basis = collapse.basis else { return factors(of: group) }
    return group.map { .init(pauli: basis, qubit: $0.value, isInverted: $0.isInverted) }
  }
}
