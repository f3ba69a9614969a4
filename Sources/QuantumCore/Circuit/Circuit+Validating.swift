// The rules an instruction keeps. Each message names the offending thing and what would be
// accepted.

extension Circuit {
  /// Probabilities of exclusive cases may sum to a little more than 1, as in Stim: files round
  /// them.
  static let probabilitySumLimit = 1.0000001

  package func validate(
    _ gate: Gate, arguments: [Double], targets: [Target], controlCount: Int
  ) throws(CircuitError) {
    let definition = gate.definition
    if gate == .repeatBlock { throw CircuitError("repeat", "REPEAT needs a block") }
    try validate(arguments: arguments, of: definition)
    if controlCount > 0, !definition.isUnitary || definition.shape == .products {
      throw CircuitError("control", "\(definition.name) cannot be controlled")
    }
    // Storage counts in 32 bits.
    guard targetStorage.count + targets.count < Int(Int32.max),
      argumentStorage.count + arguments.count < Int(Int32.max),
      controlCount < Int(UInt16.max)
    else { throw CircuitError("too-large", "the circuit has more than 2^31 targets or arguments") }
    switch definition.shape {
    case .each(let count):
      try validate(
        groups: targets, of: definition, size: count + controlCount, controlCount: controlCount)
    case .products: try validate(products: targets, of: definition)
    case .whole:
      try validate(whole: targets, of: definition, arguments: arguments, controlCount: controlCount)
    case .none:
      if !targets.isEmpty {
        throw CircuitError("targets", "\(definition.name) takes no targets", .target(0))
      }
    }
  }

  private func validate(arguments: [Double], of definition: GateDefinition) throws(CircuitError) {
    guard definition.argumentCount.contains(arguments.count) else {
      let (low, high) = (definition.argumentCount.lowerBound, definition.argumentCount.upperBound)
      let expected = low == high ? "\(low)" : "\(low) to \(high)"
      throw CircuitError(
        "argument-count",
        "\(definition.name) takes \(expected) argument\(expected == "1" ? "" : "s"), not \(arguments.count)",
        hint: definition.parameters.isEmpty
          ? nil : "\(definition.name)(\(definition.parameters.joined(separator: ", ")))")
    }
    for (index, argument) in arguments.enumerated() where !argument.isFinite {
      throw CircuitError("argument", "\(argument) is not a finite number", .argument(index))
    }
    if definition.argumentRule == .krausOperators {
      return try validate(operators: arguments, of: definition)
    }
    if definition.argumentRule == .durations {
      for (index, argument) in arguments.enumerated() where argument < 0 {
        throw CircuitError("duration", "\(argument) ns is less than no time", .argument(index))
      }
    }
    guard definition.hasProbabilityArguments else {
      if definition.gate == .observableInclude,
        arguments[0] != arguments[0].rounded() || arguments[0] < 0 || arguments[0] > 4_294_967_295
      {
        throw CircuitError(
          "argument", "an observable's number is an integer from 0 to 4294967295", .argument(0))
      }
      return
    }
    for (index, argument) in arguments.enumerated() where !(0...1).contains(argument) {
      throw CircuitError(
        "probability", "\(argument) is not a probability in 0...1", .argument(index))
    }
    if definition.argumentRule == .probabilities, arguments.count > 1,
      arguments.reduce(0, +) > Self.probabilitySumLimit
    {
      throw CircuitError(
        "probability", "the probabilities of \(definition.name) sum to more than 1", .argument(0))
    }
  }

  private func validate(
    operators arguments: [Double], of definition: GateDefinition
  ) throws(CircuitError) {
    let size = 1 << (definition.qubitCount ?? 0)
    let numbers = 2 * size * size
    guard arguments.count % numbers == 0 else {
      throw CircuitError(
        "argument-count",
        "\(definition.name) takes \(numbers) numbers an operator, not \(arguments.count) in all",
        hint: "\(size) × \(size) entries, each a real and an imaginary part, row by row")
    }
    let operators = GateDefinition.operators(fromFlat: arguments, size: size)
    if let defect = KrausChannel.defect(of: operators) {
      throw CircuitError(
        "channel", "\(definition.name) is not a channel: \(defect)",
        hint: "the operators' K†K sum to the identity, to 1e-9")
    }
  }

  private func validate(
    groups targets: [Target], of definition: GateDefinition, size: Int, controlCount: Int
  ) throws(CircuitError) {
    if size == 0 {
      if !targets.isEmpty {
        throw CircuitError("targets", "\(definition.name) takes no targets", .target(0))
      }
      return
    }
    var filled = 0
    for (index, target) in targets.enumerated() {
      if target.isBit {
        guard definition.recordsPerGroup == 1, filled == 0, index > 0, !targets[index - 1].isBit
        else {
          throw CircuitError(
            "targets", "a classical bit stores the result of the measurement before it",
            .target(index))
        }
        guard target.value < bitCount else {
          throw CircuitError("bit", "classical bit \(target.value) is not declared", .target(index))
        }
        continue
      }
      try validate(target, at: index, of: definition, isControl: filled < controlCount)
      if filled > 0 {
        for earlier in targets[(index - filled)..<index]
        where earlier.kind == target.kind && earlier.value == target.value {
          let name = target.isQubit ? "qubit \(target.value)" : "\(target)"
          throw CircuitError(
            "duplicate", "\(name) is used twice in one \(definition.name)", .target(index))
        }
      }
      filled = filled + 1 == size ? 0 : filled + 1
    }
    if filled != 0 {
      throw CircuitError(
        "target-count",
        "\(definition.name) acts on \(size) qubits at a time; \(targets.count) targets do not divide by \(size)",
        .target(targets.count - 1))
    }
  }

  private func validate(
    _ target: Target, at index: Int, of definition: GateDefinition, isControl: Bool
  ) throws(CircuitError) {
    switch target.kind {
    case .qubit:
      if definition.gate == .mpad, target.value > 1 {
        throw CircuitError("targets", "MPAD pads with 0 or 1, not \(target.value)", .target(index))
      }
      if target.isInverted, !isControl, !definition.isMeasurement || definition.gate == .mpad {
        throw CircuitError(
          "inverted", "\(definition.name) has no result that '!' could invert", .target(index))
      }
    case .record, .sweep:
      if !definition.allowsClassicalControl {
        throw CircuitError(
          "targets", "\(definition.name) takes qubits, not \(target)", .target(index))
      }
    case .pauliX, .pauliY, .pauliZ, .combiner, .bit:
      throw CircuitError(
        "targets", "\(definition.name) takes qubits, not \(target)", .target(index))
    }
  }

  private func validate(products targets: [Target], of definition: GateDefinition)
    throws(CircuitError)
  {
    var previous: Target?
    for (index, target) in targets.enumerated() {
      switch target.kind {
      case .pauliX, .pauliY, .pauliZ: break
      case .combiner:
        guard let previous, previous.isPauli, index + 1 < targets.count, targets[index + 1].isPauli
        else {
          throw CircuitError("combiner", "'*' stands between two Pauli targets", .target(index))
        }
      case .bit:
        guard let previous, previous.isPauli, definition.recordsPerGroup == 1,
          target.value < bitCount
        else {
          throw CircuitError(
            "targets", "a declared classical bit stores the result of the product before it",
            .target(index))
        }
      case .qubit, .record, .sweep:
        throw CircuitError(
          "targets", "\(definition.name) takes Pauli products such as X1*Z2, not \(target)",
          .target(index))
      }
      previous = target
    }
  }

  private func validate(
    whole targets: [Target], of definition: GateDefinition, arguments: [Double], controlCount: Int
  ) throws(CircuitError) {
    for (index, target) in targets.enumerated() where !Self.accepts(target, in: definition.gate) {
      throw CircuitError(
        "targets", "\(definition.name) does not take \(target)", .target(index),
        hint: Self.accepted(by: definition.gate))
    }
    if definition.gate == .delay, Set(targets).count < targets.count {
      throw CircuitError("duplicate", "a qubit is used twice in one delay", .instruction)
    }
    guard definition.gate == .unitary else { return }
    let qubits = targets.count - controlCount
    guard (0...6).contains(qubits), arguments.count == 2 << (2 * qubits) else {
      throw CircuitError(
        "matrix", "a unitary on k qubits (k ≤ 6) takes 2·4^k numbers", .instruction)
    }
    guard Set(targets.map(\.value)).count == targets.count else {
      throw CircuitError("duplicate", "a qubit is used twice in one unitary", .instruction)
    }
  }

  private static func accepts(_ target: Target, in gate: Gate) -> Bool {
    switch gate {
    case .detector: target.isRecord
    case .observableInclude: target.isRecord || target.isPauli
    case _ where gate.definition.chainRole != nil: target.isPauli && !target.isInverted
    case .unitary: target.isQubit
    default: target.isQubit && !target.isInverted
    }
  }

  private static func accepted(by gate: Gate) -> String? {
    switch gate {
    case .detector: "records such as rec[-1]"
    case .observableInclude: "records such as rec[-1], or Paulis such as X3"
    case _ where gate.definition.chainRole != nil: "Paulis such as X3"
    default: "qubits such as 3"
    }
  }
}
