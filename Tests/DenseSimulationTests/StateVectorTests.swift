import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

struct StateVectorTests {
  @Test(arguments: InstructionSet.available)
  func `sums agree with sums over the amplitudes`(set: InstructionSet) {
    forAll(2, count: 30) { rng in
      let n = Int.random(in: 0...14, using: &rng)
      let amplitudes = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let state = StateVector<Double>(
        amplitudes: amplitudes, options: SimulationOptions(threads: 2, instructionSet: set))
      #expect(abs(state.normSquared - 1) < 1e-13)
      let probabilities = state.probabilities
      #expect(zip(probabilities, amplitudes).allSatisfy { abs($0 - $1.lengthSquared) < 1e-15 })
      for q in 0..<n {
        let expected = probabilities.indices.reduce(0) {
          $0 + ($1 >> q & 1 == 1 ? probabilities[$1] : 0)
        }
        #expect(abs(state.probabilityOfOne(q) - expected) < 1e-13)
      }
    }
  }

  @Test func `measuring twice gives the same result and leaves an eigenstate`() {
    forAll(6, count: 40) { rng in
      let n = Int.random(in: 1...6, using: &rng)
      var state = StateVector<Double>(amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng))
      let q = Int.random(in: 0..<n, using: &rng)
      let first = state.measure(q, using: &rng)
      #expect(state.measure(q, using: &rng) == first)
      #expect(
        state.probabilityOfOne(q) == (first ? 1 : 0)
          || abs(state.probabilityOfOne(q) - (first ? 1 : 0)) < 1e-13)
      let paulis = (0..<n).map { _ in Pauli.allCases.randomElement(using: &rng)! }
      let pauli = PauliString(paulis, phaseExponent: 2)
      let result = state.measure(pauli, using: &rng)
      #expect(state.measure(pauli, using: &rng) == result)
      #expect(abs(state.expectation(of: pauli).real - (result ? -1 : 1)) < 1e-12)
      #expect(abs(state.norm - 1) < 1e-12)
    }
  }

  @Test func `a measurement has its probability`() {
    var rng = PhiloxGenerator(seed: 1)
    var ones = 0
    for _ in 0..<4000 {
      var state = StateVector<Double>(qubitCount: 2)
      state.apply(.ry, [0.8], to: 1)
      if state.measure(1, using: &rng) { ones += 1 }
    }
    expectRate(ones, of: 4000, is: Double.sin(0.4) * Double.sin(0.4), within: 5)
  }

  @Test(arguments: [0, 1, 5, 13])
  func `samples follow the probabilities`(qubits: Int) {
    var rng = PhiloxGenerator(seed: UInt64(qubits))
    let state = StateVector<Double>(
      amplitudes: RandomCircuits.amplitudes(qubits: qubits, using: &rng),
      options: SimulationOptions(threads: 2))
    let shots = 200_000
    var counts: [String: Int] = [:]
    for index in state.sample(shots: shots, seed: 4) { counts["\(index)", default: 0] += 1 }
    var probabilities: [String: Double] = [:]
    for (index, p) in state.probabilities.enumerated() { probabilities["\(index)"] = p }
    expectCounts(counts, match: probabilities)
  }

  @Test func `a sample belongs to its shot`() {
    var rng = PhiloxGenerator(seed: 77)
    let state = StateVector<Float>(
      amplitudes: RandomCircuits.amplitudes(qubits: 9, using: &rng).map {
        Complex(Float($0.real), Float($0.imaginary))
      })
    let many = state.sample(shots: 5000, seed: 4)
    #expect(state.sample(shots: 50, seed: 4) == Array(many[..<50]))
    #expect(state.sample(shots: 50, seed: 5) != Array(many[..<50]))
  }

  @Test func `basis states without weight are never drawn`() {
    var state = StateVector<Double>(qubitCount: 15)
    state.apply(.h, to: 14)
    state.apply(.x, to: 3)
    let drawn = Set(state.sample(shots: 10_000, seed: 2))
    #expect(drawn == [1 << 3, 1 << 14 | 1 << 3])
  }

  @Test func `numbers at the edges of the cumulative distribution find their state`() {
    var state = StateVector<Double>(qubitCount: 2)
    state.apply(.h, to: 0)
    state.apply(.h, to: 1)
    let below = 1.0.nextDown
    #expect(state.outcomes(forUniforms: [below, 0, 0.5, 0.25.nextDown]) == [3, 0, 2, 0])
  }
}

struct NumPyFileTests {
  private func bytes<S: Scalar>(_ state: StateVector<S>) -> [UInt8] {
    var result: [UInt8] = []
    NumPyFile.write(state) { result += Array($0) }
    return result
  }

  @Test func `a state survives the round trip in both precisions`() throws {
    forAll(9, count: 10) { rng in
      let amplitudes = RandomCircuits.amplitudes(qubits: 6, using: &rng)
      let state = StateVector<Double>(amplitudes: amplitudes)
      let file = bytes(state)
      #expect(file.count == 128 + 64 * 16)
      #expect(distance(try NumPyFile.state(from: file, as: Double.self), amplitudes) < 1e-15)
      let single = try NumPyFile.state(from: file, as: Float.self)
      #expect(distance(single, amplitudes) < 1e-7)
      #expect(
        distance(try NumPyFile.state(from: bytes(single), as: Double.self), amplitudes) < 1e-7)
    }
  }

  @Test func `the header is what NumPy writes`() {
    let header = NumPyFile.header(amplitudeCount: 4, precision: .double)
    let text = "{'descr': '<c16', 'fortran_order': False, 'shape': (4,), }"
    #expect(header.count == 128 && header[8] == 118 && header[9] == 0)
    #expect(Array(header[..<8]) == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
    #expect(
      String(decoding: header[10...], as: UTF8.self) == text
        + String(repeating: " ", count: 117 - text.utf8.count) + "\n")
  }

  @Test func `damaged files are refused`() throws {
    let good = bytes(StateVector<Double>(qubitCount: 2))
    var damaged: [[UInt8]] = (0..<good.count).map { Array(good[..<$0]) }
    for (place, byte) in [(0, UInt8(0)), (6, 9), (9, 255), (22, 0x66), (60, 0x33), (128 + 7, 0x7f)]
    {
      damaged.append(good)
      damaged[damaged.count - 1][place] = byte
    }
    damaged.append(good + [0])
    var zero = good
    zero[128 + 6] = 0
    zero[128 + 7] = 0
    damaged.append(zero)
    for (index, file) in damaged.enumerated() {
      #expect(throws: Diagnostic.self, "case \(index)") {
        try NumPyFile.state(from: file, as: Double.self)
      }
    }
  }
}
