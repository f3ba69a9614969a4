import DenseSimulation
import Numerics
import QuantumCore
import Synchronization
import TestSupport
import Testing

struct DensityMatrixTests {
  /// Every unitary and every channel, on low and high qubits, against matrices on the whole space.
  @Test(arguments: Precision.allCases)
  func `random circuits with noise give the reference's matrix`(precision: Precision) throws {
    forAll(501, count: 60) { rng in
      let qubits = Int.random(in: 1...4, using: &rng)
      var circuit = RandomCircuits.gates(qubits: qubits, count: 12, using: &rng)
      RandomCircuits.appendNoise(to: &circuit, count: 6, using: &rng)
      let rest = RandomCircuits.gates(qubits: qubits, count: 8, using: &rng)
      rest.forEachInstruction { instruction in
        rest.forEachGroup(of: instruction) { group, _ in
          circuit.append(
            instruction.gate, arguments: Array(rest.arguments(of: instruction)),
            targets: Array(group), controlCount: Int(instruction.controlCount))
        }
      }
      let exact = try ReferenceSimulator.density(of: circuit)
      for fuses in [true, false] {
        let options = SimulationOptions(precision: precision, fusesGates: fuses)
        let found = try Self.density(of: circuit, options)
        let tolerance = precision == .double ? 1e-12 : 1e-5
        #expect(found.distance(to: exact) < tolerance, "fusing: \(fuses)")
      }
    }
  }

  /// The matrix on all qubits; those without amplitudes are |0⟩.
  static func density(of circuit: Circuit, _ options: SimulationOptions) throws -> ComplexMatrix {
    func widened<S: Scalar>(_ type: S.Type) throws -> ComplexMatrix {
      let final: DensityMatrixSimulator.FinalState<S> = try DensityMatrixSimulator().finalState(
        of: circuit, options: options)
      let size = 1 << circuit.qubitCount
      var wide = ComplexMatrix(zeros: size, by: size)
      let matrix = final.state.matrix
      func spread(_ index: Int) -> Int {
        final.liveQubits.enumerated().reduce(0) { $0 | (index >> $1.offset & 1) << $1.element }
      }
      for row in 0..<matrix.rowCount {
        for column in 0..<matrix.columnCount {
          wide[spread(row), spread(column)] = matrix[row, column]
        }
      }
      return wide
    }
    return options.precision == .double ? try widened(Double.self) : try widened(Float.self)
  }

  @Test func `every instruction set agrees on maps of every width and place`() throws {
    for precision in Precision.allCases {
      for n in 1...6 {
        forAll(502 + UInt64(n), count: 4) { rng in
          for set in InstructionSet.available {
            let options = SimulationOptions(precision: precision, instructionSet: set)
            if precision == .double {
              try Self.checkMaps(n, options, Double.self, 1e-12, using: &rng)
            } else {
              try Self.checkMaps(n, options, Float.self, 1e-5, using: &rng)
            }
          }
        }
      }
    }
  }

  private static func checkMaps<S: Scalar>(
    _ n: Int, _ options: SimulationOptions, _ type: S.Type, _ tolerance: Double,
    using rng: inout PhiloxGenerator
  ) throws {
    let start = StateVector<S>(
      amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng).map {
        Complex(S($0.real), S($0.imaginary))
      }, options: options)
    for width in 1...min(3, n) {
      var pure = start
      var mixed = try DensityMatrix(pure)
      let qubits = RandomCircuits.distinct(width, of: n, using: &rng)
      // Not unitary: every entry of the map matters.
      let matrix = ComplexMatrix(
        rowCount: 1 << width, columnCount: 1 << width,
        elements: (0..<1 << (2 * width)).map { _ in
          Complex(rng.normal() / 2, rng.normal() / 2)
        })
      pure.apply(matrix, to: qubits)
      mixed.apply(matrix, to: qubits)
      let size = 1 << n
      for row in 0..<size {
        for column in 0..<size {
          let (a, b) = (pure[row], pure[column])
          let expected =
            Complex(Double(a.real), Double(a.imaginary))
            * Complex(Double(b.real), -Double(b.imaginary))
          let found = mixed[row, column]
          #expect((found - expected).length < tolerance * 8, "n \(n), qubits \(qubits)")
        }
      }
    }
  }

  @Test func `gates on many qubits act as on amplitudes`() throws {
    forAll(503, count: 20) { rng in
      let n = 6
      var pure = StateVector<Double>(
        amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng))
      var mixed = try DensityMatrix(pure)
      let q = RandomCircuits.distinct(5, of: n, using: &rng)
      pure.apply(Gate.u3.definition.matrix!([0.3, 1.2, 2.1]), to: [q[0]], controls: Array(q[1...]))
      mixed.apply(
        Gate.u3.definition.matrix!([0.3, 1.2, 2.1]), to: [q[0]], controls: Array(q[1...]))
      let letters: [Pauli] = [.x, .y, .z]
      var paulis = [Pauli](repeating: .i, count: n)
      for qubit in q { paulis[qubit] = letters.randomElement(using: &rng)! }
      let product = pure.product(of: PauliString(paulis))
      for turn in [product, -product] {
        let gate = GateApplication(.pauli(turn, alpha: .init(0.8), beta: .init(0.36, -0.48)))
        pure.apply(gate)
        mixed.apply(.gate(gate))
      }
      #expect(abs(mixed.fidelity(with: pure) - pure.normSquared * pure.normSquared) < 1e-11)
      #expect(abs(mixed.purity - pure.normSquared * pure.normSquared) < 1e-11)
    }
  }

  @Test func `correlated errors on many qubits are exact`() throws {
    var circuit = Circuit(qubitCount: 5)
    for q in 0..<5 { circuit.append(.ry, [0.4 + Double(q)], q) }
    for q in 0..<4 { circuit.append(.cx, q, q + 1) }
    circuit.append(
      .correlatedError, arguments: [0.3],
      targets: [.pauli(.x, 0), .pauli(.y, 1), .pauli(.z, 2), .pauli(.x, 4)])
    circuit.append(
      .elseCorrelatedError, arguments: [0.5],
      targets: [.pauli(.y, 0), .pauli(.y, 1), .pauli(.z, 3), .pauli(.x, 4)])
    circuit.append(.elseCorrelatedError, arguments: [0.25], targets: [.pauli(.z, 1)])
    let exact = try ReferenceSimulator.density(of: circuit)
    #expect(try Self.density(of: circuit, SimulationOptions()).distance(to: exact) < 1e-12)
  }

  @Test func `outcomes that something depends on are averaged exactly`() throws {
    forAll(504, count: 60) { rng in
      var circuit = RandomCircuits.dynamic(
        qubits: Int.random(in: 2...4, using: &rng), count: 16, withNoise: true, using: &rng)
      // Measurements at the end would not be part of the state.
      for q in 0..<circuit.qubitCount { circuit.append(.rx, [0.3 + Double(q)], q) }
      let exact = try ReferenceSimulator.density(of: circuit)
      let found = try Self.density(of: circuit, SimulationOptions())
      #expect(found.distance(to: exact) < 1e-11)
    }
  }

  @Test func `figures of a mixed state are those of its matrix`() throws {
    forAll(505, count: 10) { rng in
      let n = 4
      var state = try DensityMatrix(
        StateVector<Double>(amplitudes: RandomCircuits.amplitudes(qubits: n, using: &rng)))
      state.apply(.depolarize2, [0.3], to: 0, 2)
      state.apply(.amplitudeDamping, [0.4], to: 3)
      state.apply(.cx, to: 1, 3)
      let matrix = state.matrix
      #expect(abs(state.trace - 1) < 1e-13)
      #expect(matrix.distance(to: matrix.adjoint) < 1e-15)
      let square = matrix * matrix
      let purity = (0..<16).reduce(0) { $0 + square[$1, $1].real }
      #expect(abs(state.purity - purity) < 1e-13)
      let again = DensityMatrix<Double>(matrix: matrix)
      #expect(again.matrix.distance(to: matrix) < 1e-14)
      for (index, p) in state.probabilities.enumerated() {
        #expect(abs(p - matrix[index, index].real) < 1e-14)
      }
      // ⟨X₀Y₃⟩ from the matrix.
      let pauli = PauliString([.x, .i, .i, .y])
      let product = pauli.matrix * matrix
      let value = (0..<16).reduce(Complex<Double>.zero) { $0 + product[$1, $1] }
      #expect((state.expectation(of: pauli) - value).length < 1e-13)
      // Tracing out by hand.
      let reduced = state.reduced(to: [3, 1]).matrix
      for row in 0..<4 {
        for column in 0..<4 {
          func place(_ bits: Int) -> Int { (bits & 1) << 3 | (bits >> 1) << 1 }
          let sum = [0, 1, 4, 5].reduce(Complex<Double>.zero) {
            $0 + matrix[place(row) | $1, place(column) | $1]
          }
          #expect((sum - reduced[row, column]).length < 1e-14)
        }
      }
    }
  }

  @Test func `entropy is that of known spectra`() throws {
    var state = DensityMatrix<Double>(qubitCount: 3)
    #expect(try abs(state.vonNeumannEntropy()) < 1e-12)
    state.apply(.h, to: 0)
    state.apply(.cx, to: 0, 1)
    #expect(try abs(state.reduced(to: [0]).vonNeumannEntropy() - 1) < 1e-12)
    for q in 0..<3 { state.apply(.depolarize1, [0.75], to: q) }
    #expect(try abs(state.vonNeumannEntropy() - 3) < 1e-12)
    #expect(abs(state.purity - 0.125) < 1e-13)
    var biased = DensityMatrix<Double>(qubitCount: 1)
    biased.apply(.xError, [0.11], to: 0)
    let entropy = -0.11 * Double.log2(0.11) - 0.89 * Double.log2(0.89)
    #expect(try abs(biased.vonNeumannEntropy() - entropy) < 1e-12)
  }

  @Test func `a copy is independent`() {
    var state = DensityMatrix<Double>(qubitCount: 2)
    let before = state
    state.apply(.h, to: 0)
    #expect(abs(before.probabilities[0] - 1) < 1e-15)
    #expect(abs(state.probabilities[0] - 0.5) < 1e-15)
  }

  @Test func `measuring collapses to the result`() {
    forAll(506, count: 20) { rng in
      var state = DensityMatrix<Double>(qubitCount: 3)
      state.apply(.h, to: 0)
      state.apply(.cx, to: 0, 2)
      state.apply(.depolarize1, [0.1], to: 1)
      let result = state.measure(0, using: &rng)
      #expect(abs(state.trace - 1) < 1e-13)
      #expect(abs(state.reduced(to: [2]).probabilities[result ? 1 : 0] - 1) < 1e-13)
    }
  }

  @Test func `too large a matrix is refused with its size`() throws {
    var circuit = Circuit(qubitCount: 20)
    for q in 0..<20 { circuit.append(.h, q) }
    let options = SimulationOptions(memoryLimit: 1 << 30)
    let obstacle = try #require(DensityMatrixSimulator.obstacle(to: circuit, options: options))
    #expect(obstacle.kind == .memory(required: 1 << 43, available: 1 << 30))
    #expect(obstacle.message == "needs 8 TiB (4^20 × 8 B), 1 GiB available")
    #expect(
      obstacle.hint == "try --engine trajectories or at most 13 qubits")
    #expect(throws: Obstacle.self) { try DensityMatrix<Double>(allocating: 40, options: options) }
  }

  @Test func `a mixture over outcomes is whole and the same on any number of threads`() throws {
    forAll(507, count: 12) { rng in
      var circuit = RandomCircuits.dynamic(
        qubits: 3, count: 16, withNoise: Bool.random(using: &rng), using: &rng)
      circuit.append(.h, 0)
      circuit.append(.m, 0)
      circuit.append(.cx, targets: [.record(1), .qubit(2)])
      func states<S: Scalar>(_ type: S.Type) throws {
        let states = try [1, 2, 3, 7].map { threads in
          try DensityMatrixSimulator().finalState(
            of: circuit, as: S.self, options: SimulationOptions(threads: threads)
          ).state
        }
        for state in states {
          #expect(abs(state.trace - 1) < (S.precision == .double ? 1e-12 : 1e-4))
          #expect(state.matrix == states[0].matrix)
        }
      }
      try states(Double.self)
      try states(Float.self)
    }
  }

  @Test func `combinations of outcomes are counted on all threads together`() throws {
    // 2^18 of them: each thread alone would stay below the limit.
    var circuit = Circuit(qubitCount: 1, bitCount: 1)
    for _ in 0..<18 {
      circuit.append(.h, 0)
      circuit.append(.m, targets: [.qubit(0), .bit(0)])
      circuit.appendIf(.bit(0)) { $0.append(.t, 0) }
    }
    let seen = Mutex(0)
    var request = RunRequest<DensityMatrix<Double>>(samples: false)
    request.isExact = true
    request.values = { _ in
      seen.withLock { $0 += 1 }
      return []
    }
    let live = LiveQubits(of: circuit)
    let options = SimulationOptions(threads: 4)
    let program = try ProgramCompiler.compile(circuit, live: live, options: options, tail: .state)
    let run = try TrajectoryRun<DensityMatrix<Double>>(
      program, of: circuit, live: live, shots: 1, seed: 0, options: options, request: request)
    #expect(throws: Obstacle.self) { try run.run() }
    #expect(seen.withLock { $0 } <= 65_536)
  }

  @Test func `too many dependent outcomes are refused`() throws {
    var circuit = Circuit(qubitCount: 1, bitCount: 1)
    for _ in 0..<17 {
      circuit.append(.h, 0)
      circuit.append(.m, targets: [.qubit(0), .bit(0)])
      circuit.appendIf(.bit(0)) { $0.append(.t, 0) }
    }
    circuit.append(.h, 0)
    #expect(throws: Obstacle.self) {
      try DensityMatrixSimulator().finalState(of: circuit, as: Double.self)
    }
  }
}
