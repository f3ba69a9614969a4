import CircuitFormats
import DenseSimulation
import Numerics
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

struct SparseNoiseTests {
  private let options = SimulationOptions(threads: 2)

  @Test func `means over noisy shots are those of the density matrix`() throws {
    forAll(941, count: 12) { rng in
      let qubits = Int.random(in: 5...7, using: &rng)
      var circuit = RandomCircuits.gates(qubits: qubits, count: 15, using: &rng)
      RandomCircuits.appendNoise(to: &circuit, count: 6, using: &rng)
      for _ in 0..<6 { RandomCircuits.appendGate(to: &circuit, qubits: qubits, using: &rng) }
      let letters: [Pauli] = [.i, .x, .y, .z]
      let observables = (0..<4).map { _ in
        PauliSum([
          .init(1, PauliString((0..<qubits).map { _ in letters.randomElement(using: &rng)! }))
        ])
      }
      let exact = try DensityMatrixSimulator().expectations(
        of: observables, in: circuit, options: options)
      let means = try SparseSimulator().expectations(
        of: observables, in: circuit, shots: 1500, seed: 3, options: options)
      for (mean, value) in zip(means, exact) {
        #expect(abs(mean.value - value) < 5.5 * max(mean.standardError, 1e-3))
      }
    }
  }

  @Test func `a qubit that waits decays with T1`() throws {
    let text =
      "OPENQASM 3.0; include \"stdgates.inc\"; qubit q; bit c; x q; delay[100us] q; c = measure q;"
    var circuit = try CircuitFile.parse(text, format: .openQASM3).circuit
    let settings = "thermal:t1_us=100,t2_us=100,gate1_ns=0,gate2_ns=0,measure_ns=0,reset_ns=0"
    guard case .model(let model) = try NoiseSpecification.parse(settings) else {
      Issue.record("\(settings) is no model")
      return
    }
    circuit = try NoiseModel.applying([model], to: circuit).circuit
    let shots = 20_000
    let table = try SparseSimulator().run(circuit, shots: shots, seed: 4, options: options).bits
      .table
    let ones = (0..<shots).count { table.row($0)[0] }
    expectRate(ones, of: shots, is: Double.exp(-1), within: 5)
  }
}
