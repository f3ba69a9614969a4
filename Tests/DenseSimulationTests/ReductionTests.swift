import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

struct ReductionTests {
  private func extract(_ index: Int, _ qubits: [Int]) -> Int {
    qubits.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset }
  }

  @Test func `marginals add up the probabilities`() {
    forAll(50, count: 20) { rng in
      let n = Int.random(in: 0...14, using: &rng)
      let qubits = RandomCircuits.distinct(Int.random(in: 0...n, using: &rng), of: n, using: &rng)
      let state = StateVector<Double>(
        amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng),
        options: SimulationOptions(threads: 2))
      var expected = [Double](repeating: 0, count: 1 << qubits.count)
      for (index, p) in state.probabilities.enumerated() { expected[extract(index, qubits)] += p }
      let marginals = state.probabilities(of: qubits)
      #expect(marginals.count == expected.count)
      #expect(zip(marginals, expected).allSatisfy { abs($0 - $1) < 1e-13 })
    }
  }

  @Test func `marginals do not depend on threads`() {
    var rng = PhiloxGenerator(seed: 51)
    let amplitudes = RandomCircuits.amplitudes(qubits: 17, using: &rng)
    let results = [1, 2, 3].map {
      StateVector<Double>(amplitudes: amplitudes, options: SimulationOptions(threads: $0))
        .probabilities(of: [16, 2, 9])
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func `reduced density matrices agree with their definition`() throws {
    for (n, k) in [(1, 0), (3, 1), (6, 6), (9, 5), (9, 7), (10, 8), (12, 7)] {
      var rng = PhiloxGenerator(seed: UInt64(52 + n))
      let qubits = RandomCircuits.distinct(k, of: n, using: &rng)
      let rest = (0..<n).filter { !qubits.contains($0) }
      let amplitudes = RandomCircuits.amplitudes(qubits: n, using: &rng)
      var expected = ComplexMatrix(zeros: 1 << k, by: 1 << k)
      for i in amplitudes.indices {
        for row in 0..<1 << k {
          // The index with the same rest and the row's setting.
          var j = 0
          for (place, qubit) in qubits.enumerated() { j |= (row >> place & 1) << qubit }
          for qubit in rest { j |= i & 1 << qubit }
          expected[extract(i, qubits), row] += amplitudes[i] * amplitudes[j].conjugate
        }
      }
      let double = StateVector<Double>(
        amplitudes: amplitudes, options: SimulationOptions(threads: 2))
      #expect(try double.reducedDensityMatrix(of: qubits).distance(to: expected) < 1e-13)
      let single = StateVector<Float>(
        amplitudes: amplitudes.map { Complex(Float($0.real), Float($0.imaginary)) })
      #expect(try single.reducedDensityMatrix(of: qubits).distance(to: expected) < 1e-5)
    }
  }

  @Test func `entropies of known states`() throws {
    var ghz = StateVector<Double>(qubitCount: 8)
    ghz.apply(.h, to: 0)
    for qubit in 1..<8 { ghz.apply(.cx, to: 0, qubit) }
    for part in [[0], [1, 5], [7, 6, 5, 4, 3, 2, 1]] {
      #expect(abs(try ghz.vonNeumannEntropy(of: part) - 1) < 1e-12)
      #expect(abs(try ghz.renyi2Entropy(of: part) - 1) < 1e-12)
    }
    // Unequal Schmidt coefficients cos² and sin² of 0.3.
    var pair = StateVector<Double>(qubitCount: 2)
    pair.apply(.ry, [0.6], to: 0)
    pair.apply(.cx, to: 0, 1)
    let p = Double.cos(0.3) * Double.cos(0.3)
    let shannon = -p * Double.log2(p) - (1 - p) * Double.log2(1 - p)
    #expect(abs(try pair.vonNeumannEntropy(of: [1]) - shannon) < 1e-13)
    #expect(
      abs(try pair.renyi2Entropy(of: [0]) + Double.log2(p * p + (1 - p) * (1 - p))) < 1e-13)
    // Four Bell pairs cut through the middle; the norm does not matter.
    var bells = StateVector<Double>(qubitCount: 8)
    for qubit in 0..<4 {
      bells.apply(.h, to: qubit)
      bells.apply(.cx, to: qubit, qubit + 4)
    }
    bells.scale(by: Complex(0, 3))
    #expect(abs(try bells.vonNeumannEntropy(of: [0, 1, 2, 3]) - 4) < 1e-12)
    #expect(abs(try bells.vonNeumannEntropy(of: [0, 4, 1, 5])) < 1e-12)
    #expect(abs(try bells.renyi2Entropy(of: [3, 1]) - 2) < 1e-12)
  }

  @Test func `both parts have the same entropy, Rényi's is the smaller`() throws {
    for n in [1, 5, 9, 15] {
      var rng = PhiloxGenerator(seed: UInt64(60 + n))
      let state = StateVector<Double>(
        amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng),
        options: SimulationOptions(threads: 2))
      let part = RandomCircuits.distinct(n / 2, of: n, using: &rng)
      let rest = (0..<n).filter { !part.contains($0) }
      let entropy = try state.vonNeumannEntropy(of: part)
      #expect(abs(entropy - (try state.vonNeumannEntropy(of: rest))) < 1e-12)
      let renyi = try state.renyi2Entropy(of: part)
      #expect(renyi <= entropy + 1e-12 && renyi >= 0)
      // Page's mean entropy of a random state, 2ᵏ ≪ 2ⁿ⁻ᵏ or equal: k − 2²ᵏ⁻ⁿ/(2 ln 2); it spreads
      // by far less than 0.05.
      if n == 15 {
        #expect(abs(entropy - (7 - 0x1p-1 / (2 * Double.log(2)))) < 0.05)
      }
    }
  }

  @Test func `a density matrix must fit`() {
    let state = StateVector<Double>(qubitCount: 12)
    #expect(throws: Obstacle.self) {
      try state.reducedDensityMatrix(of: Array(0..<8), memoryLimit: 1 << 19)
    }
    #expect(throws: Never.self) {
      try state.reducedDensityMatrix(of: Array(0..<8), memoryLimit: 1 << 20)
    }
  }

  @Test func `overlaps are those of the vectors`() {
    forAll(70, count: 10) { rng in
      let n = Int.random(in: 0...13, using: &rng)
      let a = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let b = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let expected = zip(a, b).reduce(Complex<Double>.zero) { $0 + $1.0.conjugate * $1.1 }
      let (first, second) = (StateVector<Double>(amplitudes: a), StateVector<Double>(amplitudes: b))
      #expect((first.innerProduct(with: second) - expected).length < 1e-13)
      #expect(abs(first.fidelity(with: second) - expected.lengthSquared) < 1e-13)
    }
  }
}
