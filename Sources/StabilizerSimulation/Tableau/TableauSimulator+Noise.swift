import QuantumCore

extension TableauSimulator {
  /// Draws the errors of a noise channel and applies them.
  mutating func applyNoise(_ instruction: Instruction, of circuit: Circuit) throws {
    let gate = instruction.gate
    let definition = gate.definition
    let isHeralded = definition.isHeralded
    if gate == .iError || gate == .iiError { return }
    guard definition.chainRole != nil || definition.errors != nil else {
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
    switch definition.chainRole {
    case let role?: applyCorrelated(instruction, role, of: circuit)
    case nil:
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

  private mutating func applyCorrelated(
    _ instruction: Instruction, _ role: GateDefinition.ChainRole, of circuit: Circuit
  ) {
    if role == .starts { chainHappened = false }
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

  package init(_ gate: Gate, _ arguments: ArraySlice<Double>) {
    var cases: [(upTo: Double, letters: UInt8)] = []
    var sum = 0.0
    let definition = gate.definition
    // A herald may also announce that nothing happened.
    let probabilities = definition.errorProbabilities(arguments) ?? []
    for (number, probability) in probabilities.enumerated() where probability > 0 {
      sum += probability
      let pauli = GateDefinition.pauli(numbered: number, of: definition.qubitCount ?? 1)
      cases.append((sum, pauli[0].rawValue | pauli[1].rawValue << 2))
    }
    self.cases = cases
  }

  /// The case that happens; `nil` for none.
  package func draw(_ generator: inout PhiloxGenerator) -> UInt8? {
    let uniform = generator.uniform()
    return cases.first { uniform < $0.upTo }?.letters
  }
}
