import CircuitFormats
import DenseSimulation
import Foundation
import QuantumCore
import TestSupport
import Testing

/// What relaxation experiments measure: qubits that wait.
struct DelayTests {
  private static let header = "OPENQASM 3.0; include \"stdgates.inc\"; "

  private static func applying(_ settings: String, to circuit: Circuit) throws -> Circuit {
    guard case .model(let model) = try NoiseSpecification.parse(settings) else { return circuit }
    return try NoiseModel.applying([model], to: circuit).circuit
  }

  private func noisy(_ body: String, t1: Double, t2: Double) throws -> Circuit {
    let circuit = try CircuitFile.parse(Self.header + body, format: .openQASM3).circuit
    let settings = "thermal:t1_us=\(t1),t2_us=\(t2),gate1_ns=0,gate2_ns=0,measure_ns=0,reset_ns=0"
    return try Self.applying(settings, to: circuit)
  }

  /// The probability that the only bit is 1, exactly.
  private func exact(_ body: String, t1: Double, t2: Double) throws -> Double {
    let circuit = try noisy(body, t1: t1, t2: t2)
    return try ReferenceSimulator.distribution(of: circuit).reduce(0) {
      $0 + ($1.key.bits[0] ? $1.value : 0)
    }
  }

  @Test(arguments: [0.0, 10, 100, 250])
  func `energy decays with T1`(_ time: Double) throws {
    let body = "qubit q; bit c; x q; delay[\(time)us] q; c = measure q;"
    #expect(abs(try exact(body, t1: 100, t2: 100) - exp(-time / 100)) < 1e-12)
  }

  @Test(arguments: [0.0, 20, 130])
  func `coherence decays with T2 in a Ramsey experiment`(_ time: Double) throws {
    let body = "qubit q; bit c; h q; delay[\(time)us] q; h q; c = measure q;"
    #expect(abs(try exact(body, t1: 100, t2: 70) - (1 - exp(-time / 70)) / 2) < 1e-12)
  }

  @Test func `delays in loops, gates, subroutines and boxes add up`() throws {
    let bodies = [
      "qubit q; bit c; x q; for int i in [1:5] { delay[20us] q; } c = measure q;",
      "gate wait a { delay[25us] a; } qubit q; bit c; x q; wait q; pow(3) @ wait q; c = measure q;",
      "def wait(qubit a, duration t) { delay[t] a; delay[2 * t] a; } qubit q; bit c; x q; wait(q, 100us / 3); c = measure q;",
      "duration t = 40us; qubit q; bit c; x q; box { delay[t] q; delay[t + 20us] q; } c = measure q;",
      "qubit[2] q; bit c; x q; delay[0.1ms] q; c = measure q[1];",
      "qubit[2] q; bit c; x q; delay[1e5ns]; c = measure q[1];",
      "qubit[2] q; bit c; int i = 1; x q; delay[0.0001s] q[i]; c = measure q[1];",
      "qubit q; bit c; bit d; d = measure q; x q; if (!d) { delay[100us] q; } c = measure q;",
    ]
    for body in bodies {
      #expect(abs(try exact(body, t1: 100, t2: 100) - exp(-1)) < 1e-12, "\(body)")
    }
  }

  @Test func `every engine lets qubits wait`() throws {
    let body = "qubit q; bit c; x q; delay[100us] q; c = measure q;"
    let circuit = try noisy(body, t1: 100, t2: 100)
    let shots = 20_000
    let rest: Double = exp(-1.0)
    let expected = ["1": rest, "0": 1 - rest]
    func check(_ samples: Samples, _ engine: Comment) {
      var counts: [String: Int] = [:]
      for (bits, count) in samples.counts() { counts[bits[0] ? "1" : "0", default: 0] += count }
      expectCounts(counts, match: expected, engine)
    }
    let options = SimulationOptions(threads: 2)
    check(
      try StateVectorSimulator().sample(circuit, shots: shots, seed: 1, options: options),
      "state vector")
    check(
      try StateVectorSimulator().sample(circuit, shots: shots, seed: 2, options: options),
      "trajectories")
    check(
      try DensityMatrixSimulator().sample(circuit, shots: shots, seed: 3, options: options),
      "density matrix")
  }
}
