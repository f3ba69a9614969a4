import ComplexModule
import DenseSimulation
import QuantumCore

extension SparseProgramCompiler {
  /// Factors on qubits that are known to be |0⟩ are +1 and drop out: they are Zs.
  private func product(
    of group: ArraySlice<Target>, as letter: Pauli? = nil
  ) throws(Obstacle) -> (product: QubitPauli, isInverted: Bool) {
    var factors: [(qubit: Int, pauli: Pauli)] = []
    var isInverted = false
    for target in group {
      if target.isInverted { isInverted.toggle() }
      guard let pauli = letter ?? target.pauli, let qubit = positions[target.value] else {
        continue
      }
      factors.append((qubit, pauli))
    }
    let product = QubitPauli(factors)
    guard product.isHermitian else {
      throw Obstacle(
        .unsupported,
        "the Pauli product \(group.map(\.description).joined(separator: "*")) is anti-Hermitian",
        hint: "its factors on one qubit multiply to ±i times a Pauli", range: range)
    }
    return (product, isInverted)
  }

  mutating func compileProductPhase(
    _ gate: Gate, _ group: ArraySlice<Target>
  ) throws(Obstacle) {
    let (product, isInverted) = try product(of: group)
    // (1 + P)/2 + i^{±1} (1 − P)/2.
    let phase: Complex<Double> = gate == .spp ? .i : -.i
    let half = Complex<Double>(0.5)
    add(
      SparseGate(
        .pauli(
          isInverted ? -product : product, alpha: (.one + phase) * half,
          beta: (.one - phase) * half)))
  }

  mutating func compileMeasurement(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?
  ) throws(Obstacle) {
    let flip = circuit.arguments(of: instruction).first ?? 0
    let letter = instruction.gate.definition.collapse?.basis
    let (product, isInverted) = try product(of: group, as: letter)
    if product.isIdentity {
      let value = isInverted != (product.letterExponent == 2)
      return emit(.constant(.init(value: value, flipProbability: flip, bit: bit)))
    }
    var measurement = SparseProgram.Measurement(
      product: product, isInverted: isInverted, flipProbability: flip, bit: bit)
    if instruction.gate.definition.isReset, let qubit = product.letters.first?.qubit {
      measurement.correction = .singlePauli(letter == .z ? .x : .z, on: qubit)
    }
    emit(.measure(measurement))
  }

  mutating func compileNoise(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?
  ) throws(Obstacle) {
    let gate = instruction.gate
    let arguments = circuit.arguments(of: instruction)
    var noise = SparseProgram.Noise(cases: [], bit: bit)
    func product(_ letters: [Pauli?]) -> QubitPauli {
      QubitPauli(
        zip(group, letters).compactMap { target, pauli in
          guard let pauli, let qubit = positions[target.value] else { return nil }
          return (qubit, pauli)
        })
    }
    let definition = gate.definition
    switch (gate, definition.chainRole) {
    case (.iError, _), (.iiError, _): return
    case (_, let role?):
      noise.cases = [(arguments.first ?? 0, product(group.map(\.pauli)))]
      noise.chain = role == .starts ? .starts : .continues
    default:
      guard let errors = definition.pauliErrors(arguments) else {
        return try compileChannel(gate, Array(arguments), group)
      }
      noise.isHeralded = definition.isHeralded
      if noise.isHeralded, let idle = definition.errorProbabilities(arguments)?.first {
        noise.cases.append((idle, QubitPauli()))
      }
      for (probability, pauli) in errors where probability > 0 {
        let product = product(group.indices.map { pauli[$0 - group.startIndex] })
        if product.isIdentity, !noise.isHeralded { continue }
        noise.cases.append((probability, product))
      }
    }
    if noise.isHeralded || noise.chain != .none || !noise.cases.isEmpty { emit(.noise(noise)) }
  }

  /// A channel by its Kraus operators.
  private mutating func compileChannel(
    _ gate: Gate, _ arguments: [Double], _ group: ArraySlice<Target>
  ) throws(Obstacle) {
    guard let channel = gate.definition.channel?(arguments) else {
      throw Obstacle(.unsupported, "\(gate.name) is not a channel", range: range)
    }
    let qubits = group.compactMap { positions[$0.value] }
    assert(qubits.count == group.count, "Every qubit of such a channel is live")
    let confusion = gate == .readoutError ? (p01: arguments[0], p10: arguments[1]) : nil
    let kraus = Program.Kraus(channel, positions: qubits, confusion: confusion)
    if kraus.operators.count == 1 {
      add(SparseGate(matrix: kraus.operators[0], targets: qubits))
    } else {
      emit(.kraus(kraus))
    }
  }
}
