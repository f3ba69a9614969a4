import QuantumCore

extension TableauSimulator {
  /// Draws the errors of a noise channel and applies them.
  mutating func applyNoise(_ instruction: Instruction, of circuit: Circuit) throws {
    let gate = instruction.gate
    let isHeralded = gate.definition.recordsPerGroup > 0
    if gate == .iError || gate == .iiError { return }
    guard gate == .correlatedError || gate == .elseCorrelatedError || PauliCases.areKnown(for: gate)
    else {
      throw Diagnostic(
        "\(gate.name) is not Pauli noise, and stabilizer simulation has no other",
        code: "not-pauli-noise",
        hint: "DEPOLARIZE1, PAULI_CHANNEL_1, HERALDED_ERASE and the like would be accepted")
    }
    if randomness == .none {
      guard isHeralded else { return }
      return circuit.forEachGroup(of: instruction) { _, bit in
        memory.append(false, storedIn: bit)
      }
    }
    let arguments = circuit.arguments(of: instruction)
    switch gate {
    case .correlatedError, .elseCorrelatedError: applyCorrelated(instruction, of: circuit)
    default:
      let cases = PauliCases(gate, arguments)
      circuit.forEachGroup(of: instruction) { group, bit in
        let letters = cases.draw(&generator)
        for (place, target) in group.enumerated() {
          let letter = (letters ?? 0) >> UInt8(2 * place) & 3
          if letter != 0 { state.applyPauli(letter, to: target.value) }
        }
        if isHeralded { memory.append(letters != nil, storedIn: bit) }
      }
    }
  }

  private mutating func applyCorrelated(_ instruction: Instruction, of circuit: Circuit) {
    if instruction.gate == .correlatedError { chainHappened = false }
    guard !chainHappened, happens(circuit.arguments(of: instruction).first ?? 0) else { return }
    chainHappened = true
    for target in circuit.targets(of: instruction) {
      if let pauli = target.pauli { state.applyPauli(pauli.rawValue, to: target.value) }
    }
  }
}

/// The exclusive cases of a Pauli channel on one or two qubits.
package struct PauliCases: Sendable {
  /// Letters of the first qubit in bits 0 and 1, of the second above, with the sum of probabilities
  /// up to this case.
  package let cases: [(upTo: Double, letters: UInt8)]

  package static func areKnown(for gate: Gate) -> Bool {
    switch gate {
    case .xError, .yError, .zError, .depolarize1, .depolarize2, .pauliChannel1, .pauliChannel2,
      .heraldedErase, .heraldedPauliChannel1:
      true
    default: false
    }
  }

  package init(_ gate: Gate, _ arguments: ArraySlice<Double>) {
    var cases: [(upTo: Double, letters: UInt8)] = []
    var sum = 0.0
    func add(_ probability: Double, _ letters: UInt8) {
      guard probability > 0 else { return }
      sum += probability
      cases.append((sum, letters))
    }
    // A herald may also announce that nothing happened.
    if gate == .heraldedErase { add((arguments.first ?? 0) / 4, 0) }
    if gate == .heraldedPauliChannel1 { add(arguments.first ?? 0, 0) }
    for (probability, pauli) in gate.definition.pauliErrors(arguments) ?? [] {
      add(probability, pauli[0].rawValue | pauli[1].rawValue << 2)
    }
    self.cases = cases
  }

  /// The case that happens; `nil` for none.
  package func draw(_ generator: inout PhiloxGenerator) -> UInt8? {
    let uniform = generator.uniform()
    return cases.first { uniform < $0.upTo }?.letters
  }
}
