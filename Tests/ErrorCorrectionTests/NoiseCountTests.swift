import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

/// How many errors of which kind every model adds to circuits that are known layer by layer.
struct NoiseCountTests {
  /// Noise and noisy measurements by gate and arguments, a group of targets each, as often as it
  /// runs.
  private static func tally(_ circuit: Circuit, _ block: BlockID = .root) -> [String: Int] {
    var tally: [String: Int] = [:]
    for node in circuit.nodes(of: block) {
      if case .repeatBlock(let count, let body, _) = node {
        for (name, number) in Self.tally(circuit, body) {
          tally[name, default: 0] += Int(count) * number
        }
      }
      guard case .instruction(let instruction) = node else { continue }
      let arguments = circuit.arguments(of: instruction)
      guard instruction.gate.definition.isNoise || !arguments.isEmpty,
        !instruction.gate.definition.isAnnotation
      else { continue }
      let list = arguments.map { DecimalDigits.text($0) }.joined(separator: " ")
      tally["\(instruction.gate.name) \(list)", default: 0] += circuit.groupCount(of: instruction)
    }
    return tally
  }

  private enum DecimalDigits {
    /// Six digits, so that products of settings have one spelling.
    static func text(_ value: Double) -> String {
      "\((value * 1e6).rounded() / 1e6)"
    }
  }

  /// Three data qubits, two checks, three rounds of H CZ CZ H M R after R on all, then I and M on
  /// the data.
  ///
  /// A round has 4 H, 4 CZ, 2 M, 2 R. Idle are 3 qubits beside each H, 1 beside each CZ layer, 3
  /// beside M and R; 2 beside the final I and M.
  private static let repetition =
    [
      (
        "si1000:p=0.01",
        [
          "DEPOLARIZE1 0.001": 3 * (4 + 2 * 3 + 2 * 1) + 3 + 2, "DEPOLARIZE2 0.01": 3 * 4,
          "DEPOLARIZE1 0.02": 3 * (3 + 3) + 2, "X_ERROR 0.05": 3 * 2 + 3, "X_ERROR 0.02": 5 + 3 * 2,
        ]
      ),
      (
        "si1000:p=0.01,dialect=stimflow",
        [
          "DEPOLARIZE1 0.001": 3 * (4 + 2 * 3 + 2 * 1 + 3 + 3) + 3 + 2 + 2,
          "DEPOLARIZE2 0.01": 3 * 4,
          "DEPOLARIZE1 0.02": 3 * (3 + 3) + 2, "M 0.05": 3 * 2 + 3, "DEPOLARIZE1 0.01": 3 * 2 + 3,
          "X_ERROR 0.02": 5 + 3 * 2,
        ]
      ),
      (
        "sd6:p=0.01",
        [
          "DEPOLARIZE1 0.01": 3 * (4 + 2 * 3 + 2 * 1 + 3 + 3) + 3 + 2 + 2,
          "DEPOLARIZE2 0.01": 3 * 4,
          "X_ERROR 0.01": 3 * 2 + 3 + 5 + 3 * 2,
        ]
      ),
      (
        "uniform:after_clifford=0.01,before_round_data=0.02,before_measure=0.03,after_reset=0.04",
        [
          "DEPOLARIZE1 0.01": 3 * 4 + 3, "DEPOLARIZE2 0.01": 3 * 4, "DEPOLARIZE1 0.02": 3 * 3,
          "X_ERROR 0.03": 3 * 2 + 3, "X_ERROR 0.04": 5 + 3 * 2,
        ]
      ),
      (
        "em3:p=0.01",
        [
          "DEPOLARIZE1 0.01": 3 * (4 + 2 * 3 + 2 * 1 + 3 + 3) + 3 + 2 + 2,
          "DEPOLARIZE2 0.01": 3 * 4,
          "X_ERROR 0.005": 3 * 2 + 3 + 5 + 3 * 2,
        ]
      ),
      (
        "biased:p=0.011,eta=10",
        [
          "PAULI_CHANNEL_1 0.0005 0.0005 0.01": 3 * (4 + 8 + 2 * 3 + 2 * 1 + 3 + 3) + 3 + 2 + 2,
          "X_ERROR 0.011": 3 * 2 + 3 + 5 + 3 * 2,
        ]
      ),
      (
        "erasure:gate=0.01,data=0.02",
        [
          "HERALDED_ERASE 0.01": 3 * (4 + 8) + 3, "HERALDED_ERASE 0.02": 3 * 3,
        ]
      ),
      ("code-capacity:p=0.03", ["PAULI_CHANNEL_1 0.01 0.01 0.01": 3]),
      (
        "phenomenological:data=0.01,measurement=0.02",
        [
          "DEPOLARIZE1 0.01": 3 * 3, "M 0.02": 3 * 2 + 3,
        ]
      ),
      ("depolarizing:p1=0.01,p2=0.02", ["DEPOLARIZE1 0.01": 3 * 4 + 3, "DEPOLARIZE2 0.02": 3 * 4]),
      ("readout:p=0.01", ["M 0.01": 3 * 2 + 3]),
    ] as [(String, [String: Int])]

  @Test(arguments: repetition.indices)
  func `every error on the repetition code is accounted for`(index: Int) throws {
    let (model, expected) = Self.repetition[index]
    let task = try CodeCatalog.task(code: "repetition_code", task: "memory")
    let clean = try task.experiment(distance: 3, rounds: 3, gateSet: .cz).circuit()
    #expect(Self.tally(try GateSetTests.noisy(clean, model)) == expected, "\(model)")
  }

  @Test func `every error beside pair measurements is accounted for`() throws {
    let clean = try CircuitFile.parse(
      """
      R 0 1 2 3
      TICK
      MXX 0 1 !2 3
      TICK
      MPP Z1*Z2
      TICK
      M 0 1
      H 2
      """, format: .stim
    ).circuit
    func tally(_ model: String) throws -> [String: Int] {
      Self.tally(try GateSetTests.noisy(clean, model))
    }
    // Idle are 0 and 3 beside the product, 3 beside the last layer.
    #expect(
      try tally("em3:p=0.01")
        == ["E 0.000314": 31 * 3, "DEPOLARIZE1 0.01": 3 + 1, "X_ERROR 0.005": 4 + 2])
    #expect(
      try tally("si1000:p=0.01,dialect=stimflow") == [
        "X_ERROR 0.02": 4, "MXX 0.05": 2, "MPP 0.05": 1, "M 0.05": 2, "DEPOLARIZE2 0.01": 3,
        "DEPOLARIZE1 0.01": 2, "DEPOLARIZE1 0.001": 3 + 1, "DEPOLARIZE1 0.02": 3,
      ])
    #expect(
      try tally("si1000:p=0.01") == [
        "X_ERROR 0.02": 4, "MXX 0.05": 2, "MPP 0.05": 1, "X_ERROR 0.05": 2,
        "DEPOLARIZE1 0.001": 1, "DEPOLARIZE1 0.02": 3,
      ])
  }
}
