import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule
import TestSupport
import Testing

/// Two-qubit gates taken apart, and the kernels that apply what they become.
@Suite struct InteractionTests {
  typealias Element = Complex<Double>

  private func unitary(using rng: inout PhiloxGenerator) -> Matrix2 {
    func phase(_ rng: inout PhiloxGenerator) -> Element {
      Element(length: 1, phase: .random(in: -4...4, using: &rng))
    }
    let angle = Double.random(in: 0...2, using: &rng)
    let (c, s) = (Element(Double.cos(angle)), Element(Double.sin(angle)))
    let (a, b, f) = (phase(&rng), phase(&rng), phase(&rng))
    return Matrix2(f * c, -f * b * s, f * a * s, f * a * b * c)
  }

  private func local(using rng: inout PhiloxGenerator) -> Matrix4 {
    Matrix4(high: unitary(using: &rng), low: unitary(using: &rng))
  }

  /// exp(i(a XX + b YY + c ZZ)).
  private func core(_ a: Double, _ b: Double, _ c: Double) -> Matrix4 {
    var core = Matrix4()
    for (sign, angle, first, second) in [(1.0, a - b, 0, 3), (-1.0, a + b, 1, 2)] {
      let factor = Element(length: 1, phase: sign * c)
      core[first, first] = factor.multiplied(by: .cos(angle))
      core[first, second] = .i * factor.multiplied(by: .sin(angle))
      (core[second, second], core[second, first]) = (core[first, first], core[first, second])
    }
    return core
  }

  /// The distance of an angle from the nearest multiple of π.
  private func bend(_ angle: Double) -> Double { abs(angle.remainder(dividingBy: Double.pi)) }

  @Test func `the parts of a unitary multiply to it`() throws {
    var rng = PhiloxGenerator(seed: 1, block: 60)
    let quarter = Double.pi / 4
    // Angles at which eigenvalues meet, and near them.
    let special: [Double] = [0, quarter, -quarter, quarter / 2, 2 * quarter, 1e-9, quarter + 1e-12]
    for round in 0..<2_000 {
      var angles = (0..<3).map { _ in Double.random(in: -4...4, using: &rng) }
      if round % 2 == 0 {
        angles = angles.map { _ in special[Int.random(in: 0..<special.count, using: &rng)] }
      }
      let center = core(angles[0], angles[1], angles[2])
      let isBare = round % 10 == 0
      let matrix = isBare ? center : local(using: &rng) * center * local(using: &rng)
      let parts = try #require(CartanDecomposition(matrix), "\(angles)")
      #expect(parts.product.distance(to: matrix) < 1e-13)
      // The larger sine is that of an eighth of a turn at most, but for gates like SWAP, where
      // their sum is a quarter.
      #expect(bend(parts.even.angle) + bend(parts.odd.angle) < 1.5708, "\(angles)")
    }
  }

  @Test func `what is no unitary is not taken apart`() {
    var matrix = core(0.1, 0.2, 0.3)
    matrix[0, 0] *= Element(1.001)
    #expect(CartanDecomposition(matrix) == nil)
    #expect(CartanDecomposition(Matrix4()) == nil)
  }

  @Test func `gates without an interaction are told from others`() {
    var rng = PhiloxGenerator(seed: 4, block: 60)
    for _ in 0..<200 {
      let angle = Double.random(in: -4...4, using: &rng)
      let (before, after) = (local(using: &rng), local(using: &rng))
      for center in [core(0, 0, angle), core(angle, 0, 0), core(0, angle, 0)] {
        #expect(CartanDecomposition.isControlledPhase(after * center * before))
      }
      #expect(!CartanDecomposition.isControlledPhase(after * core(angle, 1e-4, 0.3) * before))
    }
  }

  @Test func `gates of the catalog on two qubits are taken apart`() throws {
    var rng = PhiloxGenerator(seed: 2, block: 60)
    var count = 0
    for gate in Gate.allCases {
      let definition = gate.definition
      guard definition.isUnitary, definition.qubitCount == 2, definition.matrix != nil else {
        continue
      }
      for _ in 0..<5 {
        let angles = RandomCircuits.angles(gate, using: &rng)
        let elements = try #require(definition.matrix?(angles[...])).elements
        var matrix = Matrix4()
        for index in 0..<16 { matrix.elements[index] = elements[index] }
        let parts = try #require(CartanDecomposition(matrix), "\(definition.name)")
        #expect(parts.product.distance(to: matrix) < 1e-14, "\(definition.name)")
        count += 1
      }
    }
    #expect(count > 50)
  }

  private func interaction(_ p: Int, _ q: Int, using rng: inout PhiloxGenerator) -> PairInteraction
  {
    // The cosine must not vanish.
    let choices: [Double] = [0, 1.5, -1.5, .pi - 0.1, 0.3]
    let isSpecial = Int.random(in: 0..<3, using: &rng) == 0
    let hasBefore = Bool.random(using: &rng)
    let angles = InlineArray<4, Double> { _ in
      isSpecial ? choices.randomElement(using: &rng)! : .random(in: -1.5...1.5, using: &rng)
    }
    func phase() -> Element { Element(length: 1, phase: .random(in: -4...4, using: &rng)) }
    return PairInteraction(
      p: p, q: q, angles: angles, before: InlineArray { _ in hasBefore ? phase() : .one },
      after: InlineArray { _ in phase() })
  }

  /// One pair or two on any places, in vectors and outside.
  private func check<S: Scalar>(_ set: InstructionSet, tolerance: Double, as _: S.Type) throws {
    var rng = PhiloxGenerator(seed: 3, block: 61)
    let table = try #require(KernelTable.table(set, S.precision))
    let executor = Executor(table: table, threads: 1, route: .simd)
    for _ in 0..<400 {
      let count = Int.random(in: 2...9, using: &rng)
      let qubits = RandomCircuits.distinct(count, of: count, using: &rng)
      var pairs = [interaction(qubits[0], qubits[1], using: &rng)]
      if count >= 4, Bool.random(using: &rng) {
        pairs.append(interaction(qubits[2], qubits[3], using: &rng))
      }
      var state = try StateVector<S>(qubitCount: count, executor: executor)
      var expected = RandomCircuits.amplitudes(qubits: count, using: &rng)
      state.withUniquePointer { pointer in
        for (index, a) in expected.enumerated() {
          pointer[index] = Complex(S(a.real), S(a.imaginary))
        }
      }
      for pair in pairs { PlannedGate(pair, gateCount: 1).gate.apply(to: &expected) }
      for step in try CompiledStep.steps(.interactions(pairs), qubitCount: count, table: table) {
        state.withUniquePointer { step.run(on: UnsafeMutableRawPointer($0), with: executor) }
      }
      let places = pairs.map { ($0.p, $0.q) }
      #expect(distance(state, expected) < tolerance, "\(places) of \(count)")
    }
  }

  @Test(arguments: InstructionSet.available)
  func `interactions act on any pairs of qubits`(set: InstructionSet) throws {
    try check(set, tolerance: 1e-13, as: Double.self)
    try check(set, tolerance: 2e-6, as: Float.self)
  }

  @Test func `a rotation that leaves nothing to take out makes no step`() throws {
    let table = try #require(KernelTable.all(.double).last)
    for index in 0..<4 {
      var angles = InlineArray<4, Double>(repeating: 0.3)
      angles[index] = .pi / 2
      let pair = PairInteraction(
        p: 0, q: 1, angles: angles, before: InlineArray(repeating: .one),
        after: InlineArray(repeating: .one))
      #expect(throws: Obstacle.self) {
        try CompiledStep.steps(.interactions([pair]), qubitCount: 4, table: table)
      }
    }
  }

  @Test func `quantum volume is planned as interactions, every gate counted once`() throws {
    for count in [14, 18] {
      let circuit = Workload.quantumVolume.circuit(qubitCount: count, seed: 4)
      let plan = try StateVectorSimulator.plan(
        for: circuit, options: SimulationOptions(precision: .single))
      let steps = plan.stretches.flatMap { $0.sweeps.flatMap(\.steps) }
      #expect(steps.count { $0.kind == "interactions" } >= count / 4 * count)
      #expect(steps.allSatisfy { ["interactions", "rotations", "phases"].contains($0.kind) })
    }
  }
}
