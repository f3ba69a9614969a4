extension NoiseRule {
  /// The same channel on every qubit of every gate.
  static func everyGate(_ name: String, _ gate: Gate, _ arguments: [Double]) -> NoiseRule {
    NoiseRule(name, NoisePlace(.gate), .operation(gate, arguments))
  }
}

extension NoiseModelDefinition {
  /// One channel after every gate.
  static let channels: [NoiseModelDefinition] = [
    NoiseModelDefinition(
      "depolarizing", "Depolarises the qubits of every gate.",
      details: """
        After every gate on one qubit, `DEPOLARIZE1(p1)`. After every gate on two qubits, `DEPOLARIZE2(p2)`. After every gate on \
        more qubits, `DEPOLARIZE1(p2)` on each of them.
        """,
      parameters: [
        Parameter("p", "sets p1 and p2", default: 0.001, sets: ["p1", "p2"]),
        Parameter("p1", "after gates on one qubit", default: 0.001),
        Parameter("p2", "after gates on two and more qubits", default: 0.001),
      ]
    ) { v in
      [
        NoiseRule("one-qubit gates", NoisePlace(.gate, widths: 1...1), .depolarizing(v["p1"])),
        NoiseRule("wider gates", NoisePlace(.gate, widths: 2...Int.max), .depolarizing(v["p2"])),
      ]
    },
    NoiseModelDefinition(
      "bit-flip", "Flips the qubits of every gate.",
      details: "After every gate, `X_ERROR(p)` on each of its qubits.",
      parameters: [Parameter("p", "a qubit and gate", default: 0.001)]
    ) { v in [.everyGate("gates", .xError, [v["p"]])] },
    NoiseModelDefinition(
      "phase-flip", "Flips the phase of the qubits of every gate.",
      details: "After every gate, `Z_ERROR(p)` on each of its qubits.",
      parameters: [Parameter("p", "a qubit and gate", default: 0.001)]
    ) { v in [.everyGate("gates", .zError, [v["p"]])] },
    NoiseModelDefinition(
      "pauli", "Applies Paulis to the qubits of every gate.",
      details: "After every gate, `PAULI_CHANNEL_1(px, py, pz)` on each of its qubits.",
      parameters: [
        Parameter("px", "of X, a qubit and gate", default: 0.0005),
        Parameter("py", "of Y", default: 0), Parameter("pz", "of Z", default: 0.0005),
      ], problem: { v in v["px"] + v["py"] + v["pz"] > 1 ? "px + py + pz is above 1" : nil }
    ) { v in [.everyGate("gates", .pauliChannel1, [v["px"], v["py"], v["pz"]])] },
    NoiseModelDefinition(
      "amplitude-damping", "Lets the qubits of every gate lose energy.",
      details: "After every gate, `AMPLITUDE_DAMPING(gamma)` on each of its qubits.",
      parameters: [Parameter("gamma", "probability of decay, a qubit and gate", default: 0.001)]
    ) { v in [.everyGate("gates", .amplitudeDamping, [v["gamma"]])] },
    NoiseModelDefinition(
      "phase-damping", "Lets the qubits of every gate lose phase.",
      details: "After every gate, `PHASE_DAMPING(lambda)` on each of its qubits.",
      parameters: [
        Parameter("lambda", "coherences shrink by √(1 − λ), a qubit and gate", default: 0.001)
      ]
    ) { v in [.everyGate("gates", .phaseDamping, [v["lambda"]])] },
  ]

  /// What devices do.
  static let devices: [NoiseModelDefinition] = [
    NoiseModelDefinition(
      "thermal", "Decay with T1 and T2 over the time that passes, idle time included.",
      details: """
        `THERMAL_RELAXATION` on each qubit for the time it is busy and the time it waits; \(scheduleDetails) \
        Exact for every T2 up to 2 T1.
        """, parameters: relaxationParameters, problem: relaxationProblem
    ) { v in [relaxation(v, isTwirled: false)] },
    NoiseModelDefinition(
      "thermal-twirled", "The Paulis nearest to 'thermal', for stabilizer simulation.",
      details: """
        As `thermal`, with `PAULI_CHANNEL_1` of px = py = (1 − e^(−t/T1))/4, pz = (1 − e^(−t/T2))/2 − px \
        [GhoshFowlerGeller12].
        """, parameters: relaxationParameters.filter { $0.name != "excited" },
      problem: relaxationProblem
    ) { v in [relaxation(v, isTwirled: true)] },
    NoiseModelDefinition(
      "readout", "Misreads results.",
      details: """
        Equal p01 and p10: results are flipped, `M(p)`. Different ones: `READOUT_ERROR(p01, p10)` before every measurement of one \
        qubit, in its basis. The results have their exact distribution; a qubit that is used again after such a measurement \
        is in the state that was read, which a warning tells. Results of pair and product measurements are flipped with the mean.
        """,
      parameters: [
        Parameter("p", "sets p01 and p10", default: 0.01, sets: ["p01", "p10"]),
        Parameter("p01", "0 is read as 1", default: 0.01),
        Parameter("p10", "1 is read as 0", default: 0.01),
      ]
    ) { v in
      [
        NoiseRule(
          "measurements", NoisePlace(.measurement, .before),
          .confusion(p01: v["p01"], p10: v["p10"]))
      ]
    },
    NoiseModelDefinition(
      "coherent", "Turns too far, the same in every shot.",
      details: """
        Angles of rotations (gates whose powers scale their arguments: `rx`, `rz`, `p`, `cp`, `rzz`, `fsim` …) become \
        1 + over_rotation times as large. After every gate, `rx` and `rz` by the angles given on each of its qubits.
        """,
      parameters: [
        Parameter("over_rotation", "relative excess of angles", default: 0.01, in: -1...1),
        Parameter("rx", "angle about X after every gate", default: 0, in: -10...10, unit: "rad"),
        Parameter("rz", "angle about Z after every gate", default: 0, in: -10...10, unit: "rad"),
      ]
    ) { v in
      [
        NoiseRule("rotations", NoisePlace(.gate), .overRotation(v["over_rotation"])),
        .everyGate("rx after gates", .rx, [v["rx"]]), .everyGate("rz after gates", .rz, [v["rz"]]),
      ]
    },
  ]

  private static let scheduleDetails = """
    operations start as soon as their qubits are free, and not before the last TICK or barrier. Decay during a gate comes after it, \
    during a measurement before it. A qubit decays from its first operation or delay on; a `delay` takes its own time.
    """

  private static let relaxationParameters: [Parameter] = [
    Parameter("t1_us", "decay time of energy", default: 100, in: 1e-6...1e12, unit: "µs"),
    Parameter(
      "t2_us", "decay time of coherence, at most 2 T1", default: 80, in: 1e-6...1e12, unit: "µs"),
    Parameter("excited", "population of |1⟩ at rest", default: 0),
    Parameter("gate1_ns", "duration of gates on one qubit", default: 35, in: 0...1e12, unit: "ns"),
    Parameter("gate2_ns", "duration of wider gates", default: 300, in: 0...1e12, unit: "ns"),
    Parameter("measure_ns", "duration of measurements", default: 1000, in: 0...1e12, unit: "ns"),
    Parameter("reset_ns", "duration of resets", default: 1000, in: 0...1e12, unit: "ns"),
  ]

  private static let relaxationProblem: @Sendable (Values) -> String? = { v in
    v["t2_us"] > 2 * v["t1_us"]
      ? "t2_us is at most twice t1_us, \(2 * v["t1_us"]), not \(v["t2_us"])" : nil
  }

  private static func relaxation(_ v: Values, isTwirled: Bool) -> NoiseRule {
    NoiseRule(
      "decay", NoisePlace(.time),
      .relaxation(
        Relaxation(
          .init(t1Us: v["t1_us"], t2Us: v["t2_us"], excited: isTwirled ? 0 : v["excited"]),
          durations: .init(
            singleQubitNs: v["gate1_ns"], multiQubitNs: v["gate2_ns"], measureNs: v["measure_ns"],
            resetNs: v["reset_ns"]), isTwirled: isTwirled)))
  }
}
