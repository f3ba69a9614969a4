import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

/// A gate and the ways it can be applied.
struct GateCase: Sendable, CustomTestStringConvertible {
  let gate: Gate
  let set: InstructionSet
  let route: KernelRoute
  var testDescription: String { "\(gate.name) by \(route.rawValue) with \(set.rawValue)" }

  static let all: [GateCase] = Gate.unitaryGates.filter { $0 != .unitary }.flatMap { gate in
    InstructionSet.available.map { GateCase(gate: gate, set: $0, route: .simd) }
      + [GateCase(gate: gate, set: .auto, route: .blas)]
  }

  func options<S: Scalar>(_: S.Type) -> SimulationOptions {
    SimulationOptions(precision: S.precision, kernel: route, instructionSet: set)
  }
}

struct GateTests {
  @Test(arguments: GateCase.all)
  func `every gate agrees with its matrix on low, middle and high qubits`(example: GateCase) throws
  {
    check(example, as: Double.self, tolerance: 1e-13)
    check(example, as: Float.self, tolerance: 2e-6)
  }

  private func check<S: Scalar>(_ example: GateCase, as _: S.Type, tolerance: Double) {
    forAll(UInt64(example.gate.rawValue), count: 4) { rng in
      let size = example.gate.definition.qubitCount ?? 0
      for n in [size, size + 1, 8] {
        let start = RandomCircuits.amplitudes(qubits: n, using: &rng)
        let arguments = RandomCircuits.angles(example.gate, using: &rng)
        let low = Array(0..<size)
        for qubits in [
          low, low.map { n - 1 - $0 }, RandomCircuits.distinct(size, of: n, using: &rng),
        ] {
          var state = StateVector<S>(
            amplitudes: start.map { Complex(S($0.real), S($0.imaginary)) },
            options: example.options(S.self))
          state.apply(example.gate, arguments: arguments, to: qubits)
          let matrix = ReferenceSimulator.embedded(
            example.gate.definition.matrix!(arguments[...]), on: qubits, of: n)
          let error = distance(state, matrix.applied(to: start))
          #expect(error < tolerance, "on \(qubits) of \(n): \(error)")
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, [KernelRoute.simd, .blas])
  func `any matrix with any controls agrees with its definition`(
    set: InstructionSet, route: KernelRoute
  ) {
    forAll(17, count: 60) { rng in
      let n = Int.random(in: 0...9, using: &rng)
      let k = Int.random(in: 0...min(n, 6), using: &rng)
      let controls = Int.random(in: 0...(n - k), using: &rng)
      let qubits = RandomCircuits.distinct(k + controls, of: n, using: &rng)
      let entries = (0..<1 << (2 * k)).map { _ in Complex(rng.normal(), rng.normal()) }
      let matrix = ComplexMatrix(rowCount: 1 << k, columnCount: 1 << k, elements: entries)
      let start = RandomCircuits.amplitudes(qubits: n, using: &rng)
      var state = StateVector<Double>(
        amplitudes: start, options: SimulationOptions(kernel: route, instructionSet: set))
      state.apply(matrix, to: Array(qubits[..<k]), controls: Array(qubits[k...]))
      let whole = ReferenceSimulator.embedded(
        matrix.controlled(by: controls), on: Array(qubits[k...] + qubits[..<k]), of: n)
      #expect(distance(state, whole.applied(to: start)) < 1e-12)
    }
  }

  @Test(arguments: InstructionSet.available)
  func `Pauli products of any weight act, rotate and have expectations`(set: InstructionSet) {
    forAll(5, count: 40) { rng in
      let n = Int.random(in: 1...8, using: &rng)
      let paulis = (0..<n).map { _ in Pauli.allCases.randomElement(using: &rng)! }
      let sign = Int.random(in: 0..<2, using: &rng) * 2
      let pauli = PauliString(paulis, phaseExponent: sign)
      let start = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let state = StateVector<Double>(
        amplitudes: start, options: SimulationOptions(instructionSet: set))
      let image = pauli.matrix.applied(to: start)
      var moved = state
      moved.apply(pauli)
      #expect(distance(moved, image) < 1e-13)
      let expectation = state.expectation(of: pauli)
      #expect((expectation - inner(start, image)).length < 1e-13)
      #expect((state.innerProduct(with: moved) - inner(start, image)).length < 1e-13)
      let angle = rng.normal()
      var rotated = state
      rotated.rotate(by: angle, about: pauli)
      let expected = zip(start, image).map {
        $0 * Complex(Double.cos(angle / 2)) - .i * $1 * Complex(Double.sin(angle / 2))
      }
      #expect(distance(rotated, expected) < 1e-13)
      #expect(abs(rotated.norm - 1) < 1e-13)
    }
  }

  @Test func `a gate with ten controls acts where all of them hold`() {
    for value in [true, false] {
      var circuit = Circuit(qubitCount: 12)
      for q in 0..<12 { circuit.append(.h, q) }
      circuit.append(
        .ry, arguments: [1.1],
        targets: (0..<10).map { .qubit($0, inverted: !value) } + [.qubit(11)],
        controlCount: 10)
      let final = try? StateVectorSimulator().finalState(of: circuit, as: Double.self)
      let expected = { (index: Int) -> Double in
        let active = index & 0x3ff == (value ? 0x3ff : 0)
        let high = index >> 11 & 1 == 1
        let factor = Double.cos(0.55) + (high ? 1 : -1) * Double.sin(0.55)
        return (active ? factor : 1) / 64
      }
      for index in 0..<4096 {
        #expect(abs((final?.state[index].real ?? 9) - expected(index)) < 1e-14)
      }
    }
  }

  @Test func `copies of a state are independent`() {
    var a = StateVector<Double>(qubitCount: 3)
    a.apply(.h, to: 1)
    let b = a
    a.apply(.x, to: 0)
    #expect(b[0].real > 0.7 && b[1] == .zero && a[1].real > 0.7 && a[0] == .zero)
    a.reset()
    #expect(a.amplitudes == [1, 0, 0, 0, 0, 0, 0, 0])
  }
}

func distance<S: Scalar>(_ state: StateVector<S>, _ expected: [Complex<Double>]) -> Double {
  zip(state.amplitudes, expected).reduce(0) {
    max($0, (Complex(Double($1.0.real), Double($1.0.imaginary)) - $1.1).length)
  }
}

func inner(_ a: [Complex<Double>], _ b: [Complex<Double>]) -> Complex<Double> {
  zip(a, b).reduce(.zero) { $0 + $1.0.conjugate * $1.1 }
}

extension ComplexMatrix {
  func applied(to vector: [Element]) -> [Element] {
    (0..<rowCount).map { row in
      (0..<columnCount).reduce(Element.zero) { $0 + self[row, $1] * vector[$1] }
    }
  }
}
