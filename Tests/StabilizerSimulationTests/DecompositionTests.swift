import CircuitFormats
import Foundation
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

/// What errors are decomposed into.
struct DecompositionTests {
  private static let folder = "Tests/Fixtures/Reported/decoding"

  private static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: Repository.url("\(folder)/\(name)")), as: UTF8.self)
  }

  private static func circuit(_ name: String) throws -> Circuit {
    try CircuitFile.parse(text(name), format: .stim).circuit
  }

  private static func decomposed(
    _ circuit: Circuit, likeStim: Bool = false, ignoresFailures: Bool = false
  ) throws -> DetectorErrorModel {
    try ErrorAnalyzer.model(
      of: circuit,
      options: .init(
        decomposesErrors: true, disjointErrorThreshold: 1,
        ignoresDecompositionFailures: ignoresFailures, decomposesLikeStim: likeStim))
  }

  private typealias Targets = [DetectorErrorModel.Target]

  private static func sets(_ model: DetectorErrorModel) -> [Targets] {
    model.instructions().filter { $0.kind == .error }.map { Array(model.targets(of: $0)) }
  }

  /// Whether mechanisms of one or two of some detectors have all of them, each once.
  private static func areCovered(_ detectors: Targets, by ends: Set<Targets>) -> Bool {
    guard let first = detectors.first else { return true }
    if ends.contains([first]), areCovered(Array(detectors.dropFirst()), by: ends) { return true }
    return detectors.indices.dropFirst().contains { index in
      var rest = detectors
      rest.remove(at: index)
      return ends.contains([first, detectors[index]])
        && areCovered(Array(rest.dropFirst()), by: ends)
    }
  }

  /// The law: parts make up their mechanism, detectors and observables; a part with detectors is a
  /// mechanism of the circuit, wherever mechanisms have the detectors of the whole.
  ///
  /// - Returns: how many parts were seen.
  private static func check(
    _ circuit: Circuit, ignoresFailures: Bool = false, _ comment: Comment? = nil
  ) throws -> Int {
    let whole = try ErrorAnalyzer.model(of: circuit, options: .init(disjointErrorThreshold: 1))
    let model = try decomposed(circuit, ignoresFailures: ignoresFailures)
    #expect(try model.isEquivalent(to: whole), comment)
    let mechanisms = Set(sets(try whole.canonical()))
    let ends = Set(
      mechanisms.map { $0.filter(\.isDetector) }.filter { $0.count == 1 || $0.count == 2 })
    var count = 0
    for targets in sets(try model.flattened()) {
      let parts = targets.split(whereSeparator: \.isSeparator).map { Array($0).sorted() }
      let detectors = targets.filter(\.isDetector).sorted()
      guard parts.count > 1 else { continue }
      count += parts.count
      for part in parts where part.contains(where: \.isDetector) {
        #expect(part.count { $0.isDetector } <= 2, comment)
        #expect(
          mechanisms.contains(part) || !areCovered(detectors, by: ends),
          "\(part) is no mechanism. \(comment?.description ?? "")")
      }
    }
    return count
  }

  @Test(arguments: ["transversal", "surgery", "colour", "wrong-parts", "edges-channel"])
  func `parts of reported circuits are mechanisms that make up the whole`(name: String) throws {
    let count = try Self.check(Self.circuit("\(name).stim"))
    #expect(count > (name == "edges-channel" ? -1 : 1))
  }

  @Test func `parts of random circuits are mechanisms that make up the whole`() throws {
    var count = 0
    forAll(20_261_136, count: 150) { rng in
      let text = Self.randomCircuit(using: &rng)
      let circuit = try CircuitFile.parse(text, format: .stim).circuit
      count += try Self.check(circuit, ignoresFailures: true, "\(text)")
    }
    #expect(count > 300)
  }

  /// Qubits in |0⟩, channels of all kinds between them, and detectors and observables over their
  /// results.
  private static func randomCircuit(using rng: inout PhiloxGenerator) -> String {
    let width = 7
    var lines = ["R " + (0..<width).map(String.init).joined(separator: " ")]
    func qubits(_ count: Int) -> [Int] { Array((0..<width).shuffled(using: &rng).prefix(count)) }
    func p() -> String { ["0.001", "0.01", "0.03"].randomElement(using: &rng)! }
    for _ in 0..<9 {
      switch Int.random(in: 0..<6, using: &rng) {
      case 0: lines.append("X_ERROR(\(p())) \(qubits(1)[0])")
      case 1:
        let pair = qubits(2)
        lines.append("DEPOLARIZE2(\(p())) \(pair[0]) \(pair[1])")
      case 2:
        let pair = qubits(2)
        let cases = (0..<15).map { _ in Int.random(in: 0..<4, using: &rng) == 0 ? p() : "0" }
        lines.append("PAULI_CHANNEL_2(\(cases.joined(separator: ","))) \(pair[0]) \(pair[1])")
      case 3:
        let list = qubits(Int.random(in: 1...4, using: &rng))
        lines.append("E(\(p())) " + list.map { "X\($0)" }.joined(separator: " "))
      case 4:
        let pair = qubits(2)
        lines.append("CX \(pair[0]) \(pair[1])")
      default: lines.append("DEPOLARIZE1(\(p())) \(qubits(1)[0])")
      }
    }
    lines.append("M " + (0..<width).map(String.init).joined(separator: " "))
    for detector in 0..<5 { lines.append("DETECTOR rec[\(detector - width)]") }
    lines.append("OBSERVABLE_INCLUDE(0) rec[-1]\nOBSERVABLE_INCLUDE(1) rec[-2] rec[-5]")
    return lines.joined(separator: "\n")
  }

  // MARK: - Observables

  @Test func `a part flips what its mechanism flips, and the rest stands apart`() throws {
    let model = try Self.decomposed(Self.circuit("wrong-parts.stim"))
    let lines = DEMWriter.write(model).split(separator: "\n").map { $0.drop { $0 != " " } }
    #expect(lines == [" D0 D1", " D0 D1 ^ D2 L0 ^ L0", " D2 L0"])
  }

  @Test func `an error of two detectors is not split into halves that do not happen`() throws {
    for name in ["edges-channel.stim", "channel-of-edges.stim"] {
      #expect(!DEMWriter.write(try Self.decomposed(Self.circuit(name))).contains("^"))
    }
    for (both, isSplit) in [(0.001, true), (0.02, true), (0.03, false), (0.3, false)] {
      let cases = "0.01,0,0,0.01,\(both),0,0,0,0,0,0,0,0,0,0"
      let text =
        "R 0 1\nPAULI_CHANNEL_2(\(cases)) 0 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]"
      let circuit = try CircuitFile.parse(text, format: .stim).circuit
      #expect(DEMWriter.write(try Self.decomposed(circuit)).contains("^") == isSplit)
      #expect(DEMWriter.write(try Self.decomposed(circuit, likeStim: true)).contains("^"))
    }
  }

  @Test func `where no mechanisms have the detectors a case of the channel is a part`() throws {
    let text = """
      R 0 1 2 3
      CX 0 2 1 3
      PAULI_CHANNEL_2(0,0,0,0,0.1,0,0,0,0,0,0,0,0,0,0) 0 1
      M 0 1 2 3
      DETECTOR rec[-4]
      DETECTOR rec[-4] rec[-2]
      DETECTOR rec[-3]
      DETECTOR rec[-3] rec[-1]
      OBSERVABLE_INCLUDE(0) rec[-3]
      """
    let circuit = try CircuitFile.parse(text, format: .stim).circuit
    #expect(DEMWriter.write(try Self.decomposed(circuit)).hasSuffix(") D0 D1 ^ D2 D3 L0\n"))
  }

  // MARK: - Like Stim

  @Test(arguments: ["transversal", "surgery", "colour"])
  func `the text is Stim's if asked for`(name: String) throws {
    let model = try Self.decomposed(Self.circuit("\(name).stim"), likeStim: true)
    #expect(DEMWriter.write(model) == (try Self.text("\(name).dem")))
  }

  // MARK: - Small probabilities

  @Test func `small probabilities keep their digits`() throws {
    func probabilities(_ text: String) throws -> [Double] {
      let circuit = try CircuitFile.parse(text, format: .stim).circuit
      let model = try ErrorAnalyzer.model(of: circuit, options: .init(disjointErrorThreshold: 1))
      return model.instructions().filter { $0.kind == .error }.map { model.probability(of: $0) }
    }
    func isClose(_ found: [Double], _ expected: Double) -> Bool {
      !found.isEmpty && found.allSatisfy { abs($0 / expected - 1) < 1e-9 }
    }
    #expect(isClose(try probabilities(Self.text("tiny.stim")), 8e-12 / 30))
    #expect(isClose(try probabilities(Self.text("tiny-loop.stim")), 2e-10 / 3))
    let end = "\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]"
    for exponent in stride(from: -300, through: -3, by: 11) {
      let p = Double("1e\(exponent)")!
      let one = try probabilities("R 0 1\nDEPOLARIZE1(\(p)) 0\nM 0\nDETECTOR rec[-1]")
      #expect(isClose(one, 2 * p / 3), "\(p)")
      guard p < 1e-12 else { continue }
      #expect(isClose(try probabilities("R 0 1\nDEPOLARIZE2(\(p)) 0 1\(end)"), 4 * p / 15))
      let channel = "R 0 1\nPAULI_CHANNEL_1(\(p),\(2 * p),\(3 * p)) 0\nM 0\nDETECTOR rec[-1]"
      #expect(isClose(try probabilities(channel), 3 * p))
    }
  }
}
