// Noise channels. Stim's keep Stim's names and meaning [Gidney21]; those Stim lacks are written in
// `.stim` files as a tag on `I_ERROR` or `II_ERROR`, "keeps a place for an error to be modelled
// elsewhere", which Stim itself reads as no error. Probabilities are per application of the
// instruction to one group of targets.

extension GateDefinition {
  static let noiseChannels: [GateDefinition] = [
    pauli(.xError, "X_ERROR", 1, ["p"], .single(.x), "Applies X with probability p."),
    pauli(.yError, "Y_ERROR", 1, ["p"], .single(.y), "Applies Y with probability p."),
    pauli(.zError, "Z_ERROR", 1, ["p"], .single(.z), "Applies Z with probability p."),
    pauli(
      .depolarize1, "DEPOLARIZE1", 1, ["p"], .uniform,
      "Applies X, Y or Z, each with probability p/3; p = 3/4 mixes completely."),
    pauli(
      .depolarize2, "DEPOLARIZE2", 2, ["p"], .uniform,
      "Applies one of the 15 two-qubit Paulis, each with probability p/15; p = 15/16 mixes completely."
    ),
    pauli(
      .pauliChannel1, "PAULI_CHANNEL_1", 1, ["px", "py", "pz"], .listed,
      "Applies X, Y or Z with the given probabilities."),
    pauli(
      .pauliChannel2, "PAULI_CHANNEL_2", 2,
      [
        "pix", "piy", "piz", "pxi", "pxx", "pxy", "pxz", "pyi", "pyx", "pyy", "pyz", "pzi", "pzx",
        "pzy", "pzz",
      ], .listed, "Applies one of the 15 two-qubit Paulis with the given probabilities."),
    noise(
      .correlatedError, "E", aliases: ["CORRELATED_ERROR"], .whole, ["p"],
      "Applies a Pauli product with probability p.", chainRole: .starts),
    noise(
      .elseCorrelatedError, "ELSE_CORRELATED_ERROR", .whole, ["p"],
      "Applies a Pauli product with probability p if no correlated error of the chain before it happened.",
      chainRole: .continues),
    noise(
      .heraldedErase, "HERALDED_ERASE", .each(1), ["p"],
      "With probability p replaces the qubit by the maximally mixed state; records whether it did.",
      records: 1, errors: .uniform),
    noise(
      .heraldedPauliChannel1, "HERALDED_PAULI_CHANNEL_1", .each(1), ["pi", "px", "py", "pz"],
      "Applies I, X, Y or Z with the given probabilities and records that it did.", records: 1,
      errors: .listed),
    noise(
      .iError, "I_ERROR", .each(1), [], count: 0...255,
      "Does nothing; keeps a place and probabilities for an error to be modelled elsewhere.",
      channel: { _ in .identity(qubitCount: 1) }),
    noise(
      .iiError, "II_ERROR", .each(2), [], count: 0...255,
      "Does nothing to two qubits; keeps a place and probabilities for an error to be modelled elsewhere.",
      channel: { _ in .identity(qubitCount: 2) }),
    tagged(
      .amplitudeDamping, "AMPLITUDE_DAMPING", ["gamma"],
      "Energy decay: |1⟩ becomes |0⟩ with probability γ; coherences shrink by √(1 − γ).",
      label: "AD"
    ) { .amplitudeDamping($0[0]) },
    tagged(
      .generalizedAmplitudeDamping, "GENERALIZED_AMPLITUDE_DAMPING", ["gamma", "excited"],
      "Exchange of energy with a warm bath: populations move by the fraction γ towards `excited` on |1⟩.",
      label: "GAD"
    ) { .generalizedAmplitudeDamping($0[0], excited: $0[1]) },
    tagged(
      .phaseDamping, "PHASE_DAMPING", ["lambda"],
      "Loss of phase alone: coherences shrink by √(1 − λ).", label: "PD"
    ) { .phaseDamping($0[0]) },
    tagged(
      .thermalRelaxation, "THERMAL_RELAXATION", ["gamma", "lambda", "excited"],
      "T1 and T2 together: generalized amplitude damping by γ, then phase damping by λ.",
      label: "T1T2"
    ) { .thermalRelaxation($0[0], dephasing: $0[1], excited: $0[2]) },
    tagged(
      .readoutError, "READOUT_ERROR", ["p01", "p10"],
      "Turns 0 into 1 with probability p01 and 1 into 0 with probability p10, and loses all coherence: before a last "
        + "measurement, its readout error.", label: "READ"
    ) { .readoutError(p01: $0[0], p10: $0[1]) },
    kraus(.kraus1, "KRAUS1", qubits: 1),
    kraus(.kraus2, "KRAUS2", qubits: 2),
  ]

  /// Operators accepted at most: four times as many as any channel on k qubits needs.
  private static func krausLimit(qubits: Int) -> Int { 4 << (2 * qubits) }

  private static func kraus(_ gate: Gate, _ name: String, qubits: Int) -> GateDefinition {
    let size = 1 << qubits
    let numbers = 2 * size * size
    return GateDefinition(
      gate, name, stim: .tagWithArguments(qubits == 1 ? .iError : .iiError, name), category: .noise,
      shape: .each(qubits), argumentCount: numbers...numbers * krausLimit(qubits: qubits),
      "Any channel ρ ↦ Σ KρK† on \(qubits == 1 ? "one qubit" : "two qubits"): \(numbers) numbers an operator, real and "
        + "imaginary parts, row by row.",
      channel: { KrausChannel(operators(fromFlat: $0, size: size)) }, argumentRule: .krausOperators,
      label: "K")
  }

  /// Square matrices of side `size` from real and imaginary parts, row by row, one matrix after the
  /// other.
  ///
  /// - Precondition: the count of numbers divides by 2·size².
  package static func operators(fromFlat numbers: [Double], size: Int) -> [ComplexMatrix] {
    let entries = size * size
    return (0..<numbers.count / (2 * entries)).map { index in
      let base = 2 * entries * index
      return ComplexMatrix(
        rowCount: size, columnCount: size,
        elements: (0..<entries).map { .init(numbers[base + 2 * $0], numbers[base + 2 * $0 + 1]) })
    }
  }

  private static func pauli(
    _ gate: Gate, _ name: String, _ qubits: Int, _ parameters: [String], _ errors: PauliErrors,
    _ summary: String
  ) -> GateDefinition {
    noise(
      gate, name, .each(qubits), parameters, summary,
      channel: { arguments in
        KrausChannel(
          paulis: gate.definition.pauliErrors(arguments) ?? [], qubitCount: qubits)
      }, errors: errors)
  }

  private static func tagged(
    _ gate: Gate, _ name: String, _ parameters: [String], _ summary: String, label: String,
    channel: @escaping ChannelFunction
  ) -> GateDefinition {
    GateDefinition(
      gate, name, stim: .tagWithArguments(.iError, name), category: .noise, shape: .each(1),
      parameters: parameters, summary, channel: channel, argumentRule: .independentProbabilities,
      label: label)
  }

  private static func noise(
    _ gate: Gate, _ name: String, aliases: [String] = [], _ shape: TargetShape,
    _ parameters: [String], count: ClosedRange<Int>? = nil, _ summary: String, records: Int = 0,
    channel: ChannelFunction? = nil, errors: PauliErrors? = nil, chainRole: ChainRole? = nil
  ) -> GateDefinition {
    GateDefinition(
      gate, name, aliases: aliases, category: .noise, shape: shape, parameters: parameters,
      argumentCount: count, summary, channel: channel, errors: errors, chainRole: chainRole,
      records: records,
      argumentRule: .probabilities)
  }
}
