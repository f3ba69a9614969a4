import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

/// A noise channel with arguments, for a loop over all of them.
struct NoiseCase: Sendable, CustomTestStringConvertible {
  let gate: Gate
  let arguments: [Double]
  var testDescription: String { gate.name }

  static let all: [NoiseCase] = Gate.allCases.compactMap { gate in
    guard gate.definition.isNoise else { return nil }
    return NoiseCase(gate: gate, arguments: gate.definition.sampleArguments(seed: 7))
  }
}

extension NoiseCase {
  /// The channel twice, on low and on high qubits.
  static func append(_ example: NoiseCase, to circuit: inout Circuit) {
    switch example.gate {
    case .correlatedError, .elseCorrelatedError:
      circuit.append(.correlatedError, arguments: [0.3], targets: [.pauli(.x, 0), .pauli(.y, 1)])
      circuit.append(
        .elseCorrelatedError, arguments: [0.5], targets: [.pauli(.z, 1), .pauli(.z, 2)])
      circuit.append(.elseCorrelatedError, arguments: [0.25], targets: [.pauli(.y, 0)])
      circuit.append(example.gate, arguments: [0.6], targets: [.pauli(.x, 2)])
    default:
      let count = example.gate.definition.qubitCount ?? 1
      circuit.append(
        example.gate, arguments: example.arguments, targets: (0..<count).map { .qubit($0) })
      circuit.append(
        example.gate, arguments: example.arguments, targets: (0..<count).map { .qubit(2 - $0) })
    }
  }
}

struct NoiseTests {
  @Test func `every noise channel of the catalog is tried`() {
    #expect(NoiseCase.all.count == 20)
  }

  /// The channel in the middle of a circuit, and at its end where it becomes flips of the drawn
  /// bits.
  @Test(arguments: NoiseCase.all, [false, true])
  func `a channel has its exact distribution in every basis`(example: NoiseCase, isLast: Bool)
    throws
  {
    let bases: [Gate] = [.m, .mx, .my]
    for basis in bases {
      var circuit = Circuit(qubitCount: 3)
      for q in 0..<3 { circuit.append(.h, q) }
      circuit.append(.cx, 0, 1)
      circuit.append(.rx, [0.7], 0)
      circuit.append(.ry, [1.3], 1)
      circuit.append(.cz, 1, 2)
      NoiseCase.append(example, to: &circuit)
      if !isLast {
        circuit.append(.cx, 1, 0)
        circuit.append(.sqrtX, 1)
      }
      circuit.append(
        basis, arguments: [], targets: [.qubit(0), .qubit(1, inverted: true), .qubit(2)])
      let run = try StateVectorSimulator().run(
        circuit, shots: 20_000, seed: 3, options: SimulationOptions())
      expectSamples(run, match: try ReferenceSimulator.distribution(of: circuit))
    }
  }

  @Test func `noisy results flip at their rate`() throws {
    var circuit = Circuit()
    circuit.append(.m, arguments: [0.2], targets: [.qubit(0)])
    circuit.append(.h, 1)
    circuit.append(.mx, arguments: [0.1], targets: [.qubit(1, inverted: true)])
    circuit.append(.mpad, arguments: [0.3], targets: [.qubit(1)])
    circuit.append(.mzz, arguments: [0.4], targets: [.qubit(0), .qubit(2)])
    let samples = try StateVectorSimulator().sample(
      circuit, shots: 100_000, seed: 6, options: SimulationOptions(threads: 2))
    for (column, rate) in [0.2, 0.9, 0.7, 0.4].enumerated() {
      let ones = (0..<samples.shotCount).count { samples.table[$0, column] }
      expectRate(ones, of: samples.shotCount, is: rate, within: 5)
    }
  }

  @Test func `a recorded flip does not change the state`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.m, arguments: [1], targets: [.qubit(0)])
    circuit.append(.m, 0)
    circuit.append(.mr, arguments: [1], targets: [.qubit(0)])
    circuit.append(.m, 0)
    let samples = try StateVectorSimulator().sample(
      circuit, shots: 1000, seed: 6, options: SimulationOptions())
    for shot in 0..<1000 {
      let row = samples.table.row(shot)
      #expect(row[0] != row[1] && row[2] == row[0] && !row[3])
    }
  }
}
