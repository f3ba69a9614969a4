import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

struct PauliSumTests {
  /// Every term by itself, the other way.
  private func slow<S: Scalar>(_ sum: PauliSum, in state: StateVector<S>) -> Double {
    sum.terms.reduce(0) { $0 + $1.coefficient * state.expectation(of: $1.pauli).real }
  }

  private func state<S: Scalar>(
    _ qubits: Int, _ type: S.Type, _ options: SimulationOptions = SimulationOptions(),
    using rng: inout PhiloxGenerator
  ) -> StateVector<S> {
    StateVector<S>(
      amplitudes: RandomCircuits.amplitudes(qubits: qubits, using: &rng).map {
        Complex(S($0.real), S($0.imaginary))
      }, options: options)
  }

  /// Unrelated products, products that share their X and Y places, products of Z, equal ones, and
  /// single letters.
  private func sum(_ qubits: Int, terms: Int, using rng: inout PhiloxGenerator) -> PauliSum {
    var result: [PauliSum.Term] = [.init(0.25, PauliString(count: 0))]
    func random(_ letters: [Pauli]) -> PauliString {
      PauliString((0..<qubits).map { _ in letters.randomElement(using: &rng)! })
    }
    let shared = random([.i, .x])
    for _ in 0..<terms {
      let coefficient = rng.normal()
      switch Int.random(in: 0..<5, using: &rng) {
      case 0: result.append(.init(coefficient, random(Pauli.allCases)))
      case 1:
        let letters = (0..<qubits).map { place -> Pauli in
          let letters: [Pauli] = shared[place] == .x ? [.x, .y] : [.i, .z]
          return letters.randomElement(using: &rng)!
        }
        result.append(.init(coefficient, PauliString(letters)))
      case 2: result.append(.init(coefficient, random([.i, .z])))
      case 3: result.append(result.randomElement(using: &rng)!)
      default:
        var single = PauliString(count: qubits)
        single[Int.random(in: 0..<qubits, using: &rng)] = .x
        single[Int.random(in: 0..<qubits, using: &rng)] = .y
        result.append(.init(coefficient, single))
      }
    }
    return PauliSum(result)
  }

  @Test(arguments: InstructionSet.available)
  func `sums by tiles agree with the terms one by one`(set: InstructionSet) {
    let options = SimulationOptions(threads: 2, instructionSet: set)
    forAll(31, count: 14) { rng in
      let qubits = Int.random(in: 1...12, using: &rng)
      let observable = sum(qubits, terms: 60, using: &rng)
      let double = state(qubits, Double.self, options, using: &rng)
      #expect(
        abs(double.expectation(of: observable) - slow(observable, in: double)) < 1e-12,
        "\(qubits) qubits")
      let single = state(qubits, Float.self, options, using: &rng)
      #expect(
        abs(single.expectation(of: observable) - slow(observable, in: single)) < 3e-5,
        "\(qubits) qubits")
    }
  }

  @Test func `sums of states larger than a tile agree with the terms one by one`() {
    forAll(32, count: 3) { rng in
      for qubits in [15, 17] {
        let observable = sum(qubits, terms: 50, using: &rng)
        let double = state(qubits, Double.self, using: &rng)
        #expect(abs(double.expectation(of: observable) - slow(observable, in: double)) < 1e-12)
        let single = state(qubits, Float.self, using: &rng)
        #expect(abs(single.expectation(of: observable) - slow(observable, in: single)) < 3e-5)
      }
    }
  }

  @Test func `hundreds of products of Z agree with the probabilities`() {
    var rng = PhiloxGenerator(seed: 33)
    let state = state(9, Double.self, using: &rng)
    let probabilities = state.probabilities
    let plan = PauliSumPlan(
      (0..<512).map { mask in
        var product = PauliProduct()
        product.z = UInt64(mask)
        return .init(1, product)
      }, qubitCount: 9, precision: .double)
    #expect(plan.sweeps.count == 1)
    for (term, value) in zip(plan.terms, plan.values(in: state)) {
      let expected = probabilities.indices.reduce(0.0) {
        let isOdd = ($1 & Int(term.product.z)).nonzeroBitCount & 1 == 1
        return $0 + (isOdd ? -1 : 1) * probabilities[$1]
      }
      #expect(abs(value - expected) < 1e-14)
    }
  }

  @Test func `the bits do not depend on threads`() {
    var rng = PhiloxGenerator(seed: 34)
    let observable = sum(17, terms: 40, using: &rng)
    let amplitudes = RandomCircuits.amplitudes(qubits: 17, using: &rng)
    let values = [1, 2, 3].map {
      StateVector<Double>(amplitudes: amplitudes, options: SimulationOptions(threads: $0))
        .expectation(of: observable)
    }
    #expect(values[0] == values[1] && values[0] == values[2])
  }

  @Test func `a pass serves as many products as its subspace has dimensions, or more`() {
    var rng = PhiloxGenerator(seed: 35)
    func sweeps(_ letters: [Pauli], precision: Precision) -> Int {
      let terms = (0..<100).map { _ -> PauliSumPlan.Term in
        var product = PauliProduct()
        for qubit in 0..<22 {
          product.multiply(by: PauliProduct(letters.randomElement(using: &rng)!, on: qubit))
        }
        return .init(1, product)
      }
      return PauliSumPlan(terms, qubitCount: 22, precision: precision).sweeps.count
    }
    #expect(sweeps([.i, .x, .y, .z], precision: .double) <= 13)
    #expect(sweeps([.i, .x, .y, .z], precision: .single) <= 12)
    #expect(sweeps([.i, .z], precision: .double) == 1)
  }

  @Test(arguments: InstructionSet.available)
  func `applying a sum adds up its products`(set: InstructionSet) {
    let options = SimulationOptions(threads: 2, instructionSet: set)
    forAll(36, count: 10) { rng in
      let qubits = Int.random(in: 1...13, using: &rng)
      let observable = sum(qubits, terms: 8, using: &rng)
      let state = state(qubits, Double.self, options, using: &rng)
      var expected = [Complex<Double>](repeating: .zero, count: 1 << qubits)
      for term in observable.terms {
        var part = state
        part.apply(term.pauli)
        for (index, amplitude) in part.amplitudes.enumerated() {
          expected[index] += amplitude * Complex(term.coefficient)
        }
      }
      let applied = state.applying(observable)
      let distance = zip(applied.amplitudes, expected).reduce(0) {
        $0 + ($1.0 - $1.1).lengthSquared
      }
      #expect(distance.squareRoot() < 1e-13)
      #expect(
        abs(state.innerProduct(with: applied).real - state.expectation(of: observable)) < 1e-12)
    }
  }

  @Test func `a sum of nothing is nothing`() {
    var rng = PhiloxGenerator(seed: 37)
    for qubits in [0, 3, 8] {
      let state = state(qubits, Double.self, using: &rng)
      #expect(state.expectation(of: PauliSum()) == 0)
      let identity = PauliSum([.init(-2.5, PauliString(count: 0))])
      #expect(abs(state.expectation(of: identity) + 2.5) < 1e-13)
    }
  }
}
