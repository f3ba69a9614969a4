import Foundation
import QuantumCore
import TestSupport
import Testing

/// One gate of Stim's table; see the PROVENANCE.md beside the data.
private struct StimGate: Decodable {
  let aliases: [String]
  /// Least and most arguments.
  let args: [Int]
  let flows: [String]?
  let inverse: String?
  let measures: Bool
  let noisy: Bool
  let rec_targets: Bool
  let reset: Bool
  let unitary: Bool
}

struct GateCatalogTests {
  /// Angles that are special in no way, differing from gate to gate.
  static func angles(_ gate: Gate) -> [Double] {
    var random = PhiloxGenerator(seed: UInt64(gate.rawValue) + 100)
    return gate.definition.parameters.map { _ in (random.uniform() - 0.5) * 6 }
  }

  static func matrix(_ gate: Gate, _ arguments: [Double]? = nil) throws -> ComplexMatrix {
    let function = try #require(gate.definition.matrix)
    return function((arguments ?? angles(gate))[...])
  }

  // MARK: The catalog as a whole

  @Test func `every gate has one record`() {
    #expect(GateCatalog.all.count == Gate.allCases.count)
    #expect(Set(GateCatalog.all.map(\.gate)).count == Gate.allCases.count)
    for gate in Gate.allCases { #expect(GateCatalog.definition(of: gate).gate == gate) }
  }

  @Test func `names are unique`() {
    let names = GateCatalog.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    let openQASM = GateCatalog.all.flatMap { $0.openQASM.map(\.name) }
    #expect(Set(openQASM).count == openQASM.count)
  }

  @Test func `all 81 gates of Stim are there as Stim has them`() throws {
    let data = try Data(contentsOf: Repository.url("Tests/Fixtures/stim/stim_gates.json"))
    let gates = try JSONDecoder().decode([String: StimGate].self, from: data)
    #expect(gates.count == 81)
    #expect(Set(GateCatalog.all.filter(\.isStimGate).map(\.name)) == Set(gates.keys))
    for (name, stim) in gates {
      let definition = try #require(GateCatalog.gate(stimName: name)).definition
      #expect(Set(definition.aliases) == Set(stim.aliases), "\(name)")
      #expect(definition.flows == (stim.flows ?? []).compactMap { StabilizerFlow($0) }, "\(name)")
      #expect(definition.isUnitary == stim.unitary, "\(name)")
      #expect((definition.recordsPerGroup > 0) == stim.measures, "\(name)")
      #expect(definition.allowsClassicalControl == (stim.rec_targets && stim.unitary), "\(name)")
      #expect(definition.isReset == stim.reset, "\(name)")
      #expect(definition.isNoise == (stim.noisy && !definition.isMeasurement), "\(name)")
      if stim.unitary {
        #expect(definition.inverse(of: [])?.gate.name == stim.inverse, "\(name)")
      }
      if name != "DETECTOR", name != "QUBIT_COORDS", name != "SHIFT_COORDS" {
        #expect(definition.argumentCount.lowerBound == stim.args[0], "\(name)")
        #expect(definition.argumentCount.upperBound == stim.args[1], "\(name)")
      }
    }
  }

  @Test func `every include file's gates are there`() {
    let paper = "u3 u2 u1 cx id x y z h s sdg t tdg rx ry rz cz cy ch ccx crz cu1 cu3 u0"
    let extended =
      paper + " u p sx sxdg swap cswap crx cry cp csx cu rxx rzz rccx rc3x c3x c3sqrtx c4x"
    let stdgates =
      "p x y z h s sdg t tdg sx rx ry rz cx cy cz cp crx cry crz ch swap ccx cswap cu CX phase cphase id u1 u2 u3"
    for (names, source) in [
      (paper, OpenQASMSource.paper), (extended, .extended), (stdgates, .stdgates),
    ] {
      for name in names.split(separator: " ") {
        #expect(
          GateCatalog.openQASMNames[String(name)]?.sources.contains(source) == true, "\(name)")
      }
    }
  }

  // MARK: Laws of unitary gates

  @Test(arguments: Gate.unitaryGates.filter { $0 != .unitary })
  func `the matrix is unitary and of the gate's size`(gate: Gate) throws {
    let matrix = try Self.matrix(gate)
    #expect(matrix.isUnitary(tolerance: 1e-12))
    #expect(matrix.qubitCount == gate.definition.qubitCount)
  }

  @Test(arguments: Gate.unitaryGates.filter { !$0.definition.flows.isEmpty })
  func `the matrix agrees with the flows`(gate: Gate) throws {
    let matrix = try Self.matrix(gate)
    let count = try #require(gate.definition.qubitCount)
    #expect(gate.definition.flows.count == 2 * count)
    for flow in gate.definition.flows {
      let image = matrix * flow.input.matrix * matrix.adjoint
      #expect(image.distance(to: flow.output.matrix) < 1e-12, "\(flow.input) -> \(flow.output)")
    }
  }

  @Test(arguments: Gate.unitaryGates.filter { $0.definition.decomposition != nil })
  func `the decomposition agrees with the matrix up to phase`(gate: Gate) throws {
    let count = try #require(gate.definition.qubitCount)
    var circuit = Circuit(qubitCount: count)
    for step in try #require(gate.definition.decomposition).split(separator: ";") {
      let words = step.split(separator: " ")
      let factor = try #require(GateCatalog.gate(stimName: String(words[0])))
      #expect([.h, .s, .cx].contains(factor))
      circuit.append(factor, targets: try words.dropFirst().map { .qubit(try #require(Int($0))) })
    }
    let product = try #require(circuit.unitaryMatrix(qubitCount: count))
    #expect(product.distanceUpToPhase(to: try Self.matrix(gate)) < 1e-12)
  }

  @Test(arguments: Gate.unitaryGates.filter { $0 != .unitary })
  func `the inverse undoes the gate`(gate: Gate) throws {
    let angles = Self.angles(gate)
    let matrix = try Self.matrix(gate, angles)
    let inverse = try #require(gate.definition.inverse(of: angles))
    let other = try Self.matrix(inverse.gate, inverse.arguments)
    #expect((other * matrix).distance(to: .identity(matrix.rowCount)) < 1e-12)
  }

  @Test(arguments: Gate.unitaryGates.filter { $0 != .unitary })
  func `powers agree with those of the matrix`(gate: Gate) throws {
    // Small angles keep eigenvalues off the branch cut.
    let angles = Self.angles(gate).map { $0 / 8 }
    let matrix = try Self.matrix(gate, angles)
    for exponent in [0.5, -1, 2, 3, 0.3] {
      guard let power = gate.definition.power(exponent, of: angles) else { continue }
      let expected = matrix.power(exponent)
      #expect(
        try Self.matrix(power.gate, power.arguments).distance(to: expected) < 1e-11, "\(exponent)")
    }
  }

  @Test(arguments: GateCatalog.all.filter { $0.controlledForm != nil })
  func `a controlled form is the base under controls`(definition: GateDefinition) throws {
    let form = try #require(definition.controlledForm)
    let angles = Self.angles(definition.gate)
    let base = try Self.matrix(form.base, angles)
    let matrix = try Self.matrix(definition.gate, angles)
    #expect(matrix.distance(to: base.controlled(by: form.controlCount)) < 1e-12)
    #expect(definition.qubitCount == (form.base.definition.qubitCount ?? 0) + form.controlCount)
  }

  @Test func `a matrix given as numbers is that matrix`() throws {
    let matrix = try Self.matrix(.rccx)
    let flat = GateDefinition.flattened(matrix)
    #expect(try Self.matrix(.unitary, flat) == matrix)
    let inverse = try #require(Gate.unitary.definition.inverse(of: flat))
    #expect(try Self.matrix(inverse.gate, inverse.arguments) == matrix.adjoint)
  }

  // MARK: Other records

  @Test(arguments: GateCatalog.all.filter { $0.isMeasurement || $0.isReset })
  func `a collapse's decomposition measures and resets as often as it does`(
    definition: GateDefinition
  ) {
    guard let decomposition = definition.decomposition else { return }
    let steps = decomposition.split(separator: ";").map { $0.split(separator: " ")[0] }
    #expect(steps.count { $0 == "M" } == definition.recordsPerGroup)
    #expect(steps.contains("R") == definition.isReset)
  }

  @Test(arguments: GateCatalog.all.filter { $0.isMeasurement || $0.isReset })
  func `what a gate collapses is what its flows say`(definition: GateDefinition) throws {
    guard let collapse = definition.collapse else {
      #expect(definition.gate == .mpad)
      return
    }
    #expect(collapse.measures == definition.isMeasurement)
    #expect(collapse.resets == definition.isReset)
    guard let basis = collapse.basis, let count = definition.qubitCount else {
      #expect(definition.shape == .products)
      return
    }
    let product = String(repeating: basis.letter, count: count)
    let measured = try #require(StabilizerFlow("\(product) -> rec[-1]"))
    let prepared = try #require(StabilizerFlow("1 -> \(product)"))
    #expect(definition.flows.contains(measured) == collapse.measures)
    #expect(definition.flows.contains(prepared) == collapse.resets)
  }

  @Test(arguments: GateCatalog.all.filter { $0.errors != nil })
  func `the errors of a noise gate are all Paulis, with the probabilities it is given`(
    definition: GateDefinition
  ) throws {
    let count = try #require(definition.qubitCount)
    let arguments = definition.parameters.indices.map { 0.01 + 0.001 * Double($0) }
    let probabilities = try #require(definition.errorProbabilities(arguments))
    #expect(probabilities.count == 1 << (2 * count))
    #expect(abs(probabilities.reduce(0, +) - arguments.reduce(0, +)) < 1e-15)
    #expect((probabilities[0] > 0) == definition.isHeralded)
    let listed = try #require(definition.pauliErrors(arguments))
    #expect(listed.allSatisfy { $0.pauli.weight > 0 && $0.probability > 0 })
    #expect(Set(listed.map { "\($0.pauli)" }).count == listed.count)
    let total = listed.reduce(0) { $0 + $1.probability }
    #expect(abs(total + probabilities[0] - arguments.reduce(0, +)) < 1e-15)
  }

  @Test(arguments: GateCatalog.all.filter { $0.controlledPaulis != nil })
  func `a bit may stand where a gate has a Z`(definition: GateDefinition) throws {
    let (gate, paulis) = (definition.gate, try #require(definition.controlledPaulis))
    let matrix = try Self.matrix(gate)
    for (bit, side) in [(Target.record(1), 0), (.record(1), 1), (.sweep(3), 0)] {
      let targets = side == 0 ? (bit, Target.qubit(5)) : (.qubit(5), bit)
      let isZ = (side == 0 ? paulis.first : paulis.second) == .z
      guard isZ else {
        #expect(throws: Diagnostic.self) { try ClassicalFeedback(gate, targets.0, targets.1) }
        continue
      }
      let feedback = try #require(try ClassicalFeedback(gate, targets.0, targets.1))
      #expect(feedback.control == bit && feedback.qubit == 5)
      // Where the controlling qubit is |1⟩, the gate does to the other what feedback does.
      let control = PauliString(side == 0 ? [.z, .i] : [.i, .z]).matrix
      let one = ComplexMatrix.identity(4) - control
      let pauli = PauliString(side == 0 ? [.i, feedback.pauli] : [feedback.pauli, .i]).matrix
      #expect((matrix * one).distance(to: pauli * one) < 1e-12, "\(definition.name)")
    }
    #expect(try ClassicalFeedback(gate, .qubit(0), .qubit(1)) == nil)
  }

  @Test func `summaries are sentences and labels are short`() {
    for definition in GateCatalog.all {
      #expect(definition.summary.hasSuffix("."), "\(definition.name)")
      if definition.isUnitary { #expect(definition.label.count <= 10, "\(definition.name)") }
      #expect(
        definition.parameters.isEmpty
          || definition.argumentCount.upperBound == definition.parameters.count)
    }
  }
}
