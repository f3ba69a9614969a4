extension NoiseModelDefinition {
  /// Models in which error-correcting codes are compared.
  static let codes: [NoiseModelDefinition] = [
    NoiseModelDefinition(
      "code-capacity", "Errors on data qubits before the first round, nothing else.",
      details: "Before the first round, `PAULI_CHANNEL_1(px, py, pz)` on each data qubit.",
      parameters: [
        Parameter(
          "p", "sets px, py and pz to a third each", default: 0.003, sets: ["px", "py", "pz"],
          factor: 1.0 / 3),
        Parameter("px", "of X, a data qubit", default: 0.001),
        Parameter("py", "of Y", default: 0.001), Parameter("pz", "of Z", default: 0.001),
      ],
      problem: { v in v["px"] + v["py"] + v["pz"] > 1.0000001 ? "px + py + pz is above 1" : nil }
    ) { v in
      [
        NoiseRule(
          "data before the first round", NoisePlace(.round(isFirstOnly: true)),
          .operation(.pauliChannel1, [v["px"], v["py"], v["pz"]]))
      ]
    },
    NoiseModelDefinition(
      "phenomenological", "Errors on data qubits before every round, and wrong results.",
      details: """
        Before every round, `DEPOLARIZE1(data)` on each data qubit. Results of measurements are flipped, `M(measurement)`.
        """,
      parameters: [
        Parameter("p", "sets data and measurement", default: 0.001, sets: ["data", "measurement"]),
        Parameter("data", "a data qubit and round", default: 0.001),
        Parameter("measurement", "a result", default: 0.001),
      ]
    ) { v in
      [
        NoiseRule(
          "data before every round", NoisePlace(.round(isFirstOnly: false)),
          .depolarizing(v["data"])),
        NoiseRule("measurements", NoisePlace(.measurement, .before), .resultFlip(v["measurement"])),
      ]
    },
    NoiseModelDefinition(
      "uniform", "The four errors of Stim's circuit generator.",
      details: """
        After every gate, `DEPOLARIZE1(after_clifford)` on one qubit or `DEPOLARIZE2(after_clifford)` on two. Before every round, \
        `DEPOLARIZE1(before_round_data)` on each data qubit. Before every measurement, `X_ERROR(before_measure)`, and after \
        every reset, `X_ERROR(after_reset)`; `Z_ERROR` in the X basis. Qubits that idle within a round suffer nothing [Gidney21].
        """,
      parameters: [
        Parameter(
          "p", "sets all four", default: 0.001,
          sets: ["after_clifford", "before_round_data", "before_measure", "after_reset"]),
        Parameter("after_clifford", "a gate", default: 0.001),
        Parameter("before_round_data", "a data qubit and round", default: 0.001),
        Parameter("before_measure", "a measurement", default: 0.001),
        Parameter("after_reset", "a reset", default: 0.001),
      ]
    ) { v in
      gateRules(one: v["after_clifford"], two: v["after_clifford"]) + [
        NoiseRule(
          "data before every round", NoisePlace(.round(isFirstOnly: false)),
          .depolarizing(v["before_round_data"]))
      ] + flipRules(measurement: v["before_measure"], reset: v["after_reset"])
    },
    NoiseModelDefinition(
      "sd6", "Standard depolarising: every location fails with the same probability.",
      details: """
        After every gate, `DEPOLARIZE1(p)` on one qubit or `DEPOLARIZE2(p)` on two. `DEPOLARIZE1(p)` on qubits idle in a layer. \
        Before every measurement and after every reset, `X_ERROR(p)`, in the X basis `Z_ERROR(p)` \
        [GidneyNewmanFowlerBroughton21].
        """,
      parameters: [Parameter("p", "a location", default: 0.001)]
    ) { v in
      gateRules(one: v["p"], two: v["p"])
        + [NoiseRule("idle qubits", NoisePlace(.idle(.any)), .depolarizing(v["p"]))]
        + flipRules(measurement: v["p"], reset: v["p"])
    },
    NoiseModelDefinition(
      "si1000", "Superconducting inspired, a cycle of 1000 ns: measurement is worst.",
      details: """
        For circuits of CZ, single-qubit gates, M and R in layers, as `qsim gen --gate_set cz` writes them \
        [GidneyNewmanFowlerBroughton21]. After every gate, `DEPOLARIZE1(p/10)` on one qubit or `DEPOLARIZE2(p)` on two. After every \
        reset, `X_ERROR(2p)`; `Z_ERROR` in the X basis. In dialect `paper`: before every measurement `X_ERROR(5p)`, in the X basis \
        `Z_ERROR`; on qubits idle in a layer `DEPOLARIZE1(p/10)`, or `DEPOLARIZE1(2p)` instead where something is measured or reset. In dialect \
        `stimflow`, the later code of the same authors: results are flipped, `M(5p)`, and qubits that are measured but not reset suffer \
        `DEPOLARIZE1(p)` afterwards, pairs `DEPOLARIZE2(p)`; on idle qubits always `DEPOLARIZE1(p/10)`, and another `DEPOLARIZE1(2p)` where \
        something is measured or reset.
        """,
      parameters: [
        Parameter("p", "a two-qubit gate", default: 0.001, in: 0...0.2),
        Parameter("dialect", "which version", choices: ["paper", "stimflow"]),
      ]
    ) { v in
      let p = v["p"]
      let waiting = NoiseRule(
        "idle beside measurements and resets", NoisePlace(.idle(.collapse)), .depolarizing(2 * p))
      guard v.choice("dialect") == "stimflow" else {
        return gateRules(one: p / 10, two: p) + [
          NoiseRule("idle beside gates", NoisePlace(.idle(.gates)), .depolarizing(p / 10)), waiting,
        ] + flipRules(measurement: 5 * p, reset: 2 * p)
      }
      return gateRules(one: p / 10, two: p) + [
        NoiseRule("idle qubits", NoisePlace(.idle(.any)), .depolarizing(p / 10)), waiting,
        NoiseRule("results", NoisePlace(.measurement), .resultFlip(5 * p)),
        NoiseRule(
          "measured qubits", NoisePlace(.measurement, gates: Gate.keepingMeasurements),
          .depolarizing(p)),
        NoiseRule("resets", NoisePlace(.reset), .basisFlip(2 * p)),
      ]
    },
    NoiseModelDefinition(
      "em3", "Pair measurements as the native operation, three of them a cycle.",
      details: """
        Before every measurement of a pair (`MXX`, `MYY`, `MZZ`, `MPP` of two), with probability p one of 32 errors, the identity \
        included: a Pauli on each qubit and a flip of the result. Written as 31 independent `E((1 − (1 − p)^(1/16))/2)`; the result is \
        flipped by a helper qubit that is reset before and whose Z is another factor of the `MPP`. After every gate, \
        `DEPOLARIZE1(p)` on one qubit or `DEPOLARIZE2(p)` on two. `DEPOLARIZE1(p)` on qubits idle in a layer. Before every measurement of one \
        qubit and after every reset, `X_ERROR(p/2)`, in the X basis `Z_ERROR(p/2)`. Products of three and more suffer nothing \
        [GidneyNewmanFowlerBroughton21].
        """,
      parameters: [Parameter("p", "a location", default: 0.001, in: 0...0.75)]
    ) { v in
      let p = v["p"]
      return gateRules(one: p, two: p) + [
        NoiseRule("idle qubits", NoisePlace(.idle(.any)), .depolarizing(p)),
        NoiseRule("pair measurements", NoisePlace(.measurement, widths: 2...2), .parityMixing(p)),
        NoiseRule(
          "measurements", NoisePlace(.measurement, .before, widths: 1...1), .basisFlip(p / 2)),
        NoiseRule("resets", NoisePlace(.reset), .basisFlip(p / 2)),
      ]
    },
    NoiseModelDefinition(
      "biased", "Errors that are mostly Z.",
      details: """
        After every gate on each of its qubits, and on qubits idle in a layer, `PAULI_CHANNEL_1` with pz = p·eta/(1 + eta) and \
        px = py = p/(2(1 + eta)); eta = 1/2 is no bias. Before every measurement and after every reset, `X_ERROR(p)`, in the X basis \
        `Z_ERROR(p)`.
        """,
      parameters: [
        Parameter("p", "a qubit and gate, or idle layer", default: 0.001),
        Parameter("eta", "Z errors for each other one", default: 10, in: 0...1e12),
      ]
    ) { v in
      let (p, eta) = (v["p"], v["eta"])
      let errors = [p / (2 * (1 + eta)), p / (2 * (1 + eta)), p * eta / (1 + eta)]
      return [
        NoiseRule.everyGate("gates", .pauliChannel1, errors),
        NoiseRule("idle qubits", NoisePlace(.idle(.any)), .operation(.pauliChannel1, errors)),
      ] + flipRules(measurement: p, reset: p)
    },
    NoiseModelDefinition(
      "erasure", "Errors whose place is known, as of lost atoms or leaked photons.",
      details: """
        After every gate, `HERALDED_ERASE(gate)` on each of its qubits; before every round, `HERALDED_ERASE(data)` on each data qubit: \
        the qubit becomes maximally mixed, and a herald tells [GrasslBethPellizzari97]. Heralds are results of their own in the record; \
        lookbacks of the circuit are moved past them, and where the first runs of a repeat block would differ from later ones, they \
        stand before it.
        """,
      parameters: [
        Parameter("p", "sets gate and data", default: 0.01, sets: ["gate", "data"]),
        Parameter("gate", "a qubit and gate", default: 0.01),
        Parameter("data", "a data qubit and round", default: 0.01),
      ]
    ) { v in
      [
        .everyGate("gates", .heraldedErase, [v["gate"]]),
        NoiseRule(
          "data before every round", NoisePlace(.round(isFirstOnly: false)),
          .operation(.heraldedErase, [v["data"]])),
      ]
    },
  ]

  private static func gateRules(one: Double, two: Double) -> [NoiseRule] {
    [
      NoiseRule("one-qubit gates", NoisePlace(.gate, widths: 1...1), .depolarizing(one)),
      NoiseRule("wider gates", NoisePlace(.gate, widths: 2...Int.max), .depolarizing(two)),
    ]
  }

  private static func flipRules(measurement: Double, reset: Double) -> [NoiseRule] {
    [
      NoiseRule("measurements", NoisePlace(.measurement, .before), .basisFlip(measurement)),
      NoiseRule("resets", NoisePlace(.reset), .basisFlip(reset)),
    ]
  }
}

extension Gate {
  /// Measurements after which the qubits are not reset.
  fileprivate static let keepingMeasurements = Set(
    allCases.filter { $0.definition.isMeasurement && !$0.definition.isReset })
}
