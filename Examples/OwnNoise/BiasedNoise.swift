import QSim

extension NoiseModelDefinition {
  /// Qubits that lose their phase more often than they flip, such as cat qubits and fluxonium.
  ///
  /// An error of probability p is Z with probability p η / (1 + η), and X or Y with p / (1 + η)
  /// together, where η is the bias: ½ is depolarising noise.
  static let biased = NoiseModelDefinition(
    "biased", "Loses phases more often than it flips bits.",
    details: """
      After every gate, `PAULI_CHANNEL_1` on each of its qubits: Z with probability p η / (1 + η), X and Y with half of \
      p / (1 + η) each. Results of measurements are flipped, `M(measurement)`.
      """,
    parameters: [
      Parameter("p", "sets gate and measurement", default: 0.001, sets: ["gate", "measurement"]),
      Parameter("gate", "of any error, a qubit and gate", default: 0.001),
      Parameter("measurement", "a result", default: 0.001),
      Parameter("bias", "how much likelier Z is than X and Y", default: 10, in: 0.5...1e6),
    ]
  ) { values in
    let (p, bias) = (values["gate"], values["bias"])
    let flip = p / (1 + bias) / 2
    return [
      NoiseRule(
        "gates", NoisePlace(.gate), .operation(.pauliChannel1, [flip, flip, p - 2 * flip])),
      NoiseRule(
        "measurements", NoisePlace(.measurement, .before), .resultFlip(values["measurement"])),
    ]
  }
}
