import CircuitFormats
import Foundation
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

/// What Stim makes of a circuit; see the PROVENANCE.md beside the data.
private struct KnownModel: Decodable {
  let kind: String
  let circuit: String
  let approximate: Bool
  let gauge: Bool
  /// `nil` where Stim refuses the circuit.
  let model: String?

  var options: ErrorAnalyzer.Options {
    .init(allowsGaugeDetectors: gauge, disjointErrorThreshold: approximate ? 1 : nil)
  }
}

struct ErrorAnalyzerTests {
  private static let known: [KnownModel] = {
    guard
      let data = try? Data(contentsOf: Repository.url("Tests/Fixtures/errormodels/models.jsonl"))
    else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(KnownModel.self, from: $0)
    }
  }()

  private static func circuit(_ text: String) throws -> Circuit {
    try CircuitFile.parse(text, format: .stim).circuit
  }

  private static func model(
    _ text: String, _ options: ErrorAnalyzer.Options = .init()
  ) throws -> DetectorErrorModel {
    try ErrorAnalyzer.model(of: circuit(text), options: options)
  }

  private static func text(
    _ text: String, _ options: ErrorAnalyzer.Options = .init()
  ) throws -> String {
    DEMWriter.write(try model(text, options).rounded(toDigits: 9))
  }

  // MARK: - Against Stim

  @Test func `models are Stim's, mechanism by mechanism`() throws {
    #expect(Self.known.count >= 70)
    var differing = 0
    for row in Self.known {
      guard let expected = row.model else {
        #expect(throws: Diagnostic.self, "\(row.circuit)") {
          try Self.model(row.circuit, row.options)
        }
        continue
      }
      let ours = try Self.model(row.circuit, row.options)
      let theirs = try DEMReader.read(expected)
      if row.circuit.contains("ELSE_CORRELATED_ERROR"), !(try ours.isEquivalent(to: theirs)) {
        // Stim takes cases of a chain that flip the same for independent.
        differing += 1
        #expect(try Self.effects(of: ours) == Self.effects(of: theirs), "\(row.circuit)")
      } else {
        #expect(try ours.isEquivalent(to: theirs), "\(row.kind): \(row.circuit)")
      }
      #expect(ours.detectorCount == theirs.detectorCount)
      #expect(ours.observableCount == theirs.observableCount)
      #expect(try ours.detectorCoordinates() == theirs.detectorCoordinates())
    }
    #expect(differing == 2)
  }

  /// What the errors of a model flip, without their probabilities.
  private static func effects(of model: DetectorErrorModel) throws -> [[UInt64]] {
    let flat = try model.canonical()
    return flat.instructions().map { flat.targets(of: $0).map(\.rawValue) }
  }

  @Test func `folding changes the text, not the model`() throws {
    var foldedCount = 0
    for row in Self.known where row.model != nil && !row.gauge {
      var options = row.options
      let flat = try Self.model(row.circuit, options)
      options.foldsLoops = true
      let folded = try Self.model(row.circuit, options)
      foldedCount += folded.instructions().contains { $0.kind == .repeatBlock } ? 1 : 0
      #expect(try folded.isEquivalent(to: flat), "\(row.circuit)")
      #expect(folded.detectorCount == flat.detectorCount)
      let (a, b) = (try folded.detectorCoordinates(), try flat.detectorCoordinates())
      #expect(
        zip(a, b).allSatisfy { x, y in
          x.count == y.count && zip(x, y).allSatisfy { abs($0 - $1) < 1e-9 }
        })
    }
    #expect(foldedCount >= 5)
  }

  @Test(arguments: [false, true])
  func `decompositions have small parts that make up the same model`(folds: Bool) throws {
    for row in Self.known where row.model != nil && !row.gauge {
      var options = row.options
      options.foldsLoops = folds
      let whole = try Self.model(row.circuit, options)
      options.decomposesErrors = true
      options.ignoresDecompositionFailures = row.kind != "generated"
      let parts = try Self.model(row.circuit, options)
      #expect(try parts.isEquivalent(to: whole), "\(row.circuit)")
      guard row.kind == "generated" else { continue }
      let mechanisms = Set(try whole.canonical().symptomSets)
      for part in try parts.flattened().parts {
        #expect(part.count { $0.isDetector } <= 2)
        #expect(mechanisms.contains(part.sorted()), "\(part) is no mechanism of its own")
      }
    }
  }

  // MARK: - Formulas

  @Test func `mixing channels become independent Paulis exactly`() throws {
    let detectors = """
      MXX 0 2 1 3
      MZZ 0 2 1 3
      DETECTOR rec[-4] rec[-8]
      DETECTOR rec[-3] rec[-7]
      DETECTOR rec[-2] rec[-6]
      DETECTOR rec[-1] rec[-5]
      """
    let start = "MXX 0 2 1 3\nMZZ 0 2 1 3\n"
    let p = 0.06
    let q1 = (1 - (1 - 4 * p / 3).squareRoot()) / 2
    let one = try Self.model(start + "DEPOLARIZE1(\(p)) 0\n" + detectors).canonical()
    #expect(one.errorCount == 3)
    for error in one.instructions() {
      #expect(abs(one.probability(of: error) - q1) < 1e-15)
    }
    let q2 = (1 - (1 - 16 * p / 15).squareRoot().squareRoot().squareRoot()) / 2
    let two = try Self.model(start + "DEPOLARIZE2(\(p)) 0 1\n" + detectors).canonical()
    #expect(two.errorCount == 15)
    for error in two.instructions() {
      #expect(abs(two.probability(of: error) - q2) < 1e-15)
    }
  }

  @Test func `a complete mixture flips with probability one half`() throws {
    #expect(
      try Self.text("DEPOLARIZE1(0.75) 0\nM 0\nDETECTOR rec[-1]") == "error(0.5) D0\n")
    #expect(
      try Self.text("DEPOLARIZE2(0.9375) 0 1\nM 0\nDETECTOR rec[-1]") == "error(0.5) D0\n")
  }

  @Test(arguments: [(0.02, 0.01, 0.03), (0.3, 0.8, 0.1), (0.1, 0, 0.1), (0.5, 0.5, 0.5)])
  func `a Pauli channel made of independent errors is taken apart again`(
    a: Double, b: Double, c: Double
  ) throws {
    let px = a * (1 - b) * (1 - c) + (1 - a) * b * c
    let py = b * (1 - a) * (1 - c) + (1 - b) * a * c
    let pz = c * (1 - a) * (1 - b) + (1 - c) * a * b
    let model = try Self.model(
      """
      MXX 0 1
      MZZ 0 1
      PAULI_CHANNEL_1(\(px), \(py), \(pz)) 0
      MXX 0 1
      MZZ 0 1
      DETECTOR rec[-2] rec[-4]
      DETECTOR rec[-1] rec[-3]
      """
    ).canonical()
    // Z flips the first detector, Y both, X the second.
    let expected = [c, b, a].filter { $0 > 0 }
    let found = model.instructions().map { model.probability(of: $0) }.filter { $0 > 1e-12 }
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `the worked example has its published model`() throws {
    let canonical = try Self.model(Self.example).canonical()
    let lines = canonical.instructions().map { error in
      String(format: "%.6e", canonical.probability(of: error))
        + canonical.targets(of: error).map { " \($0)" }.joined()
    }
    #expect(
      lines == [
        "1.911874e-02 D0", "1.911874e-02 D0 D1", "2.492213e-02 D0 D2", "5.333333e-03 D0 D3",
        "1.911874e-02 D1 L0", "2.492213e-02 D1 D3", "1.192889e-02 D2", "1.192889e-02 D2 D3",
        "2.492213e-02 D2 D4", "5.333333e-03 D2 D5", "1.192889e-02 D3 L0", "2.492213e-02 D3 D5",
        "1.262034e-02 D4", "1.262034e-02 D4 D5", "1.262034e-02 D5 L0",
      ])
  }

  private static let example = """
    R 0 1 2 3 4
    X_ERROR(0.01) 0 1 2 3 4
    DEPOLARIZE1(0.01) 0 2 4
    CX 0 1 2 3
    DEPOLARIZE2(0.01) 0 1 2 3
    CX 2 1 4 3
    DEPOLARIZE2(0.01) 2 1 4 3
    X_ERROR(0.01) 1 3
    MR 1 3
    X_ERROR(0.01) 1 3
    DETECTOR(1, 0) rec[-2]
    DETECTOR(3, 0) rec[-1]
    DEPOLARIZE1(0.01) 0 2 4
    CX 0 1 2 3
    DEPOLARIZE2(0.01) 0 1 2 3
    CX 2 1 4 3
    DEPOLARIZE2(0.01) 2 1 4 3
    X_ERROR(0.01) 1 3
    MR 1 3
    X_ERROR(0.01) 1 3
    SHIFT_COORDS(0, 1)
    DETECTOR(1, 0) rec[-2] rec[-4]
    DETECTOR(3, 0) rec[-1] rec[-3]
    X_ERROR(0.01) 0 2 4
    M 0 2 4
    DETECTOR(1, 1) rec[-2] rec[-3] rec[-5]
    DETECTOR(3, 1) rec[-1] rec[-2] rec[-4]
    OBSERVABLE_INCLUDE(0) rec[-1]
    """

  // MARK: - Output

  @Test func `declares what no error flips, and keeps tags`() throws {
    #expect(
      try Self.text(
        """
        X_ERROR[a](0.125) 0
        X_ERROR(0.25) 0
        M 0 1
        DETECTOR rec[-2]
        DETECTOR rec[-1]
        SHIFT_COORDS(2, 1)
        DETECTOR[b](1) rec[-2]
        OBSERVABLE_INCLUDE(3) rec[-1]
        """) == """
          error(0.25) D0 D2
          error[a](0.125) D0 D2
          detector D1
          shift_detectors(2, 1) 0
          detector[b](1) D2
          logical_observable L3

          """)
  }

  /// Places where a repetition begins and ends, shifts and the declarations left out are
  /// conventions.
  @Test func `folded models are Stim's letter by letter`() throws {
    let data = try Data(contentsOf: Repository.url("Tests/Fixtures/errormodels/folded.jsonl"))
    let lines = data.split(separator: UInt8(ascii: "\n"))
    #expect(lines.count > 100)
    for line in lines {
      let known = try JSONDecoder().decode([String: String].self, from: line)
      let circuit = known["circuit"] ?? ""
      let folded = try Self.model(circuit, .init(foldsLoops: true))
      #expect(DEMWriter.write(folded) == known["model"], "\(circuit)")
      #expect(try folded.isEquivalent(to: Self.model(circuit)), "\(circuit)")
    }
  }

  @Test func `loops of any length fold`() throws {
    func repetition(_ rounds: UInt64) -> String {
      """
      R 0 1 2
      MR 1
      REPEAT \(rounds) {
          X_ERROR(0.125) 0 2
          CX 0 1 2 1
          MR 1
          DETECTOR(1, 0) rec[-1] rec[-2]
          SHIFT_COORDS(0, 1)
      }
      M 0 2
      OBSERVABLE_INCLUDE(0) rec[-1]
      """
    }
    let options = ErrorAnalyzer.Options(foldsLoops: true)
    #expect(
      try Self.model(repetition(9), options).isEquivalent(to: Self.model(repetition(9))))
    let long: UInt64 = 1_000_000_000_000_000_000
    let model = try Self.model(repetition(long), options)
    #expect(model.detectorCount == long)
    #expect(model.errorCount == 2 * long)
    #expect(model.coordinates(ofDetector: 123_456_789_012) == [1, 123_456_789_012])
    #expect(throws: Obstacle.self) { try Self.model(repetition(long)) }
  }

  @Test func `an analysis stops before its memory ends`() throws {
    let circuit = try Self.circuit(
      "REPEAT 100000 {\nX_ERROR(0.125) 0\nMR 0\nDETECTOR rec[-1]\n}")
    #expect(try ErrorAnalyzer.model(of: circuit).errorCount == 100_000)
    #expect(throws: Obstacle.self) {
      try ErrorAnalyzer.model(of: circuit, memoryLimit: 1 << 22)
    }
    let folded = try ErrorAnalyzer.model(
      of: circuit, options: .init(foldsLoops: true), memoryLimit: 1 << 22)
    #expect(folded.errorCount == 100_000)
  }

  @Test func `qubits with large numbers cost nothing`() throws {
    #expect(
      try Self.text("X_ERROR(0.125) 16777215\nH 16777215\nMX 16777215\nDETECTOR rec[-1]")
        == "error(0.125) D0\n")
    #expect(
      try Self.text(
        "Z_ERROR(0.125) 16777215\nH 5 16777215\nM 16777215\nDETECTOR rec[-1]",
        .init(allowsGaugeDetectors: true)) == "error(0.5) D0\n")
  }

  // MARK: - Refusals

  private static func refusal(
    _ text: String, _ options: ErrorAnalyzer.Options = .init()
  ) throws -> Diagnostic {
    try #require(throws: Diagnostic.self) { try model(text, options) }
  }

  @Test func `a random detector is named with its place and what helps`() throws {
    let error = try Self.refusal(
      """
      SHIFT_COORDS(5)
      REPEAT 3 {
          R 0
          H 0
          M 0
          DETECTOR(1, 2) rec[-1]
          SHIFT_COORDS(1)
      }
      """)
    #expect(error.message.contains("D2 at (8, 2)"))
    #expect(error.message.contains("Z0"))
    #expect(error.message.contains("turn 3 of 3"))
    #expect(error.range?.line == 3)
    #expect(error.hint?.contains("--allow_gauge_detectors") == true)
    let start = try Self.refusal("MX 0\nOBSERVABLE_INCLUDE(0) rec[-1]")
    #expect(start.message.contains("L0"))
    #expect(start.range?.line == 2)
  }

  @Test(arguments: [
    ("DEPOLARIZE1(0.76) 0\nM 0\nDETECTOR rec[-1]", "3/4"),
    ("DEPOLARIZE2(0.94) 0 1\nM 0\nDETECTOR rec[-1]", "15/16"),
    ("PAULI_CHANNEL_1(0.1, 0, 0.1) 0\nM 0\nDETECTOR rec[-1]", "--approximate_disjoint_errors"),
    ("HERALDED_ERASE(0.1) 0\nDETECTOR rec[-1]", "--approximate_disjoint_errors"),
    ("E(0.1) X0\nELSE_CORRELATED_ERROR(0.1) X1", "--approximate_disjoint_errors"),
    ("E(0.1) X0\nTICK\nELSE_CORRELATED_ERROR(0.1) X1", "chain"),
    ("M 0\nDETECTOR rec[-2]", "1 measurements"),
    ("MPP X0*Z0", "Y0"),
    ("M 0\nCX 0 rec[-1]", "first"),
    ("S[T] 0", "Clifford"),
    ("I_ERROR[AMPLITUDE_DAMPING(gamma=0.1)] 0", "Pauli"),
  ])
  func `what cannot be analysed has a hint`(text: String, hint: String) throws {
    let error = try Self.refusal(text)
    #expect(error.hint?.contains(hint) == true, "\(error)")
    #expect(error.range != nil)
  }

  @Test func `the threshold bounds exclusive cases`() throws {
    let text = "PAULI_CHANNEL_1(0.125, 0, 0.0625) 0\nM 0\nDETECTOR rec[-1]"
    #expect(try Self.text(text, .init(disjointErrorThreshold: 0.125)) == "error(0.125) D0\n")
    #expect(
      try Self.refusal(text, .init(disjointErrorThreshold: 0.12)).message.contains("0.125"))
  }

  /// Cases that exclude each other and flip the same are one error whose probability is their sum:
  /// of channels, of heralds, and of chains, in which each case waits for those before it.
  @Test(arguments: [
    ("PAULI_CHANNEL_1(0.125, 0.25, 0) 0", "error(0.375) D0\n"),
    (
      "PAULI_CHANNEL_2(0,0,0,0.125,0.25,0,0,0,0,0,0,0,0,0,0) 0 1",
      "error(0.125) D0\nerror(0.25) D0 D1\n"
    ),
    ("E(0.25) X0\nELSE_CORRELATED_ERROR(0.5) X0", "error(0.625) D0\n"),
    ("E(0.25) X0\nELSE_CORRELATED_ERROR(0.5) Y0 Z1", "error(0.625) D0\n"),
    (
      "E(0.25) X0\nELSE_CORRELATED_ERROR(0.5) X1\nELSE_CORRELATED_ERROR(0.5) X0\nELSE_CORRELATED_ERROR(0.5) X0 X1",
      "error(0.4375) D0\nerror(0.09375) D0 D1\nerror(0.375) D1\n"
    ),
    ("E(0.5) Z0\nELSE_CORRELATED_ERROR(1) X0", "error(0.5) D0\n"),
    ("E(0.25) X0\nELSE_CORRELATED_ERROR(1) X0", "error(1) D0\n"),
  ])
  func `exclusive cases of one effect add up`(noise: String, expected: String) throws {
    let text = "\(noise)\nM 0 1\nDETECTOR rec[-2]\nDETECTOR rec[-1]"
    let model = try Self.text(text, .init(disjointErrorThreshold: 1))
    #expect(model.replacing("detector D1\n", with: "") == expected)
    // Detectors of one bit each flip as often as in the circuit, if no case flips another way.
    guard !expected.contains("D1") else { return }
    let sampler = try DetectionSampler(Self.circuit(text))
    let events = try sampler.sample(shots: 20_000, seed: 5).detectors
    let hits = (0..<20_000).count { events[$0, 0] }
    let rate = try #require(Double(expected.dropFirst(6).prefix { $0 != ")" }))
    if rate == 1 {
      #expect(hits == 20_000)
    } else {
      expectRate(hits, of: 20_000, is: rate, within: 5)
    }
  }

  @Test func `failing decompositions can be ignored`() throws {
    let text = """
      E(0.125) X0 X1 X2 X3 X4
      M 0 1 2 3 4
      DETECTOR rec[-1]
      DETECTOR rec[-2]
      DETECTOR rec[-3]
      DETECTOR rec[-4]
      DETECTOR rec[-5]
      """
    #expect(
      try Self.refusal(text, .init(decomposesErrors: true)).hint?
        .contains("--ignore_decomposition_failures") == true)
    let options = ErrorAnalyzer.Options(
      decomposesErrors: true, ignoresDecompositionFailures: true)
    #expect(try Self.text(text, options) == "error(0.125) D0 D1 D2 D3 D4\n")
    let known = "X_ERROR(0.25) 0 1 2\n" + text
    #expect(try Self.text(known, .init(decomposesErrors: true)).contains(" ^ "))
    #expect(throws: Diagnostic.self) {
      try Self.model(known, .init(decomposesErrors: true, blocksRemnantEdges: true))
    }
  }
}

extension DetectorErrorModel {
  fileprivate var symptomSets: [[Target]] {
    instructions().filter { $0.kind == .error }.map { Array(targets(of: $0)) }
  }
  /// All targets between separators.
  fileprivate var parts: [[Target]] {
    symptomSets.flatMap { $0.split(whereSeparator: \.isSeparator).map { Array($0) } }
  }
}
