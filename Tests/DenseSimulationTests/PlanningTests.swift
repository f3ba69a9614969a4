import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule
import TestSupport
import Testing

/// What planning makes of gates is what the gates do one by one.
@Suite struct PlanningTests {
  /// The gates of a circuit of gates, on all its qubits.
  private func gates(of circuit: Circuit) throws -> (gates: [GateApplication], qubitCount: Int) {
    let live = LiveQubits(of: circuit)
    let program = try ProgramCompiler.compile(
      circuit, live: live, options: SimulationOptions(), tail: .state)
    let gates = program.steps.flatMap { step in
      if case .unitary(let gates) = step { gates } else { [GateApplication]() }
    }
    return (gates, live.count)
  }

  private func randomState<S: Scalar>(
    _ count: Int, _ executor: Executor, using rng: inout PhiloxGenerator
  ) throws -> StateVector<S> {
    var state = try StateVector<S>(qubitCount: count, executor: executor)
    let amplitudes = RandomCircuits.amplitudes(qubits: count, using: &rng)
    state.withUniquePointer { pointer in
      for (index, amplitude) in amplitudes.enumerated() {
        pointer[index] = Complex(S(amplitude.real), S(amplitude.imaginary))
      }
    }
    return state
  }

  private func check<S: Scalar>(seed: UInt64, tolerance: Double, as _: S.Type) throws {
    var rng = PhiloxGenerator(seed: seed, block: 41)
    let qubits = Int.random(in: 1...10, using: &rng)
    // Some are rich in gates on two qubits that are taken apart.
    let gateCount = Int.random(in: 1...60, using: &rng)
    let circuit =
      seed % 3 == 0 && qubits > 1
      ? RandomCircuits.pairs(qubits: qubits, count: gateCount, using: &rng)
      : RandomCircuits.gates(qubits: qubits, count: gateCount, using: &rng)
    let (gates, count) = try gates(of: circuit)
    var model = CostModel.standard
    if Bool.random(using: &rng) { model.narrowestInteraction = 2 }
    let table = KernelTable.all(S.precision).randomElement(using: &rng)!
    let executor = Executor(table: table, threads: 2, route: .auto)
    let startsFromZero = Bool.random(using: &rng)
    var state: StateVector<S> =
      startsFromZero
      ? try StateVector(qubitCount: count, executor: executor)
      : try randomState(count, executor, using: &rng)
    var expected = state
    for gate in gates { expected.apply(gate) }
    let bits = Int.random(in: 3...12, using: &rng)
    let plan = ExecutionPlan(
      gates, qubitCount: count, precision: S.precision, startsFromZero: startsFromZero,
      fusing: true, kernel: .auto, model: model,
      chunk: .init(bits: bits, runBits: Int.random(in: 0...min(bits, 3), using: &rng)))
    #expect(plan.gateCount <= gates.count)
    try CompiledPlan(plan, table: table).run(on: &state)
    var worst = 0.0
    for index in 0..<state.amplitudeCount {
      let (a, b) = (state[index], expected[index])
      worst = max(worst, abs(Double(a.real - b.real)), abs(Double(a.imaginary - b.imaginary)))
    }
    #expect(worst < tolerance, "seed \(seed), \(table.name), chunk 2^\(bits): off by \(worst)")
  }

  @Test(arguments: 0..<20)
  func `optimised equals unoptimised in 2000 random circuits`(block: Int) throws {
    for number in 0..<50 {
      let seed = UInt64(block * 50 + number)
      try check(seed: seed, tolerance: 1e-12, as: Double.self)
      try check(seed: seed + 1_000, tolerance: 1e-5, as: Float.self)
    }
  }

  @Test func `every gate of the catalog on one qubit is a rotation between phases`() throws {
    var rng = PhiloxGenerator(seed: 5, block: 42)
    var count = 0
    for gate in Gate.allCases {
      let definition = gate.definition
      guard definition.isUnitary, definition.qubitCount == 1, definition.matrix != nil else {
        continue
      }
      for _ in 0..<5 {
        let angles = RandomCircuits.angles(gate, using: &rng)
        guard
          let application = GateApplication.gate(
            gate, arguments: angles[...], controls: [], targets: [3])
        else { continue }
        let planned = PlannedGate(application)
        let parts = planned.rotationBetweenPhases ?? [planned]
        #expect(planned.isPhases || parts.contains { $0.rotation != nil }, "\(definition.name)")
        var product = ComplexMatrix.identity(2)
        for part in parts { product = try #require(part.gate.matrix) * product }
        #expect(
          product.distance(to: try #require(application.matrix)) < 1e-14, "\(definition.name)")
        count += 1
      }
    }
    #expect(count > 50)
  }

  @Test func `a product of phases is the diagonal it came from`() throws {
    var rng = PhiloxGenerator(seed: 6, block: 42)
    for _ in 0..<200 {
      let targets = RandomCircuits.distinct(Int.random(in: 0...3, using: &rng), of: 8, using: &rng)
      let rest = Set(0..<8).subtracting(targets).sorted()
      let controls = rest.filter { _ in Int.random(in: 0..<3, using: &rng) == 0 }
      let mask = controls.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
      let factors = (0..<1 << targets.count).map { _ in
        Complex<Double>(length: 1, phase: Double.random(in: -3...3, using: &rng))
      }
      let gate = GateApplication(
        .diagonal(factors), targets: targets, controlMask: mask,
        controlValue: mask & rng.next())
      let phases = try #require(PhasePolynomial(gate))
      var amplitudes = [Complex<Double>](repeating: .one, count: 256)
      gate.apply(to: &amplitudes)
      for (index, amplitude) in amplitudes.enumerated() {
        var value = Complex<Double>.one
        for (mask, factor) in phases.sortedTerms where UInt64(index) & mask == mask {
          value *= factor
        }
        #expect((value - amplitude).length < 1e-13)
      }
    }
  }

  /// Enough amplitudes for rows, segments and what is above them.
  private func checkPhases<S: Scalar>(_ set: InstructionSet, tolerance: Double, as _: S.Type) throws
  {
    let count = 19
    var rng = PhiloxGenerator(seed: 7, block: 43)
    let table = try #require(KernelTable.table(set, S.precision))
    let executor = Executor(table: table, threads: 2, route: .simd)
    for terms in [1, 3, 40] {
      var phases = PhasePolynomial()
      for term in 0..<terms {
        let width = term % 4
        let mask = RandomCircuits.distinct(width, of: count, using: &rng).reduce(UInt64(0)) {
          $0 | 1 << UInt64($1)
        }
        phases.multiply(
          by: Complex(length: 1, phase: Double.random(in: -3...3, using: &rng)), mask: mask)
      }
      var state = try StateVector<S>(qubitCount: count, executor: executor)
      state.withUniquePointer { pointer in
        for index in 0..<1 << count { pointer[index] = .one }
      }
      for step in try CompiledStep.steps(.phases(phases), qubitCount: count, table: table) {
        state.withUniquePointer { step.run(on: UnsafeMutableRawPointer($0), with: executor) }
      }
      let list = phases.sortedTerms
      for _ in 0..<3_000 {
        let index = Int.random(in: 0..<1 << count, using: &rng)
        var expected = Complex<Double>.one
        for (mask, factor) in list where UInt64(index) & mask == mask { expected *= factor }
        let found = Complex(Double(state[index].real), Double(state[index].imaginary))
        #expect((found - expected).length < tolerance)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func `a layer of phases multiplies every amplitude by its factors`(set: InstructionSet) throws {
    try checkPhases(set, tolerance: 1e-13, as: Double.self)
    try checkPhases(set, tolerance: 2e-6, as: Float.self)
  }

  private func checkRotations<S: Scalar>(
    _ set: InstructionSet, tolerance: Double, as _: S.Type
  ) throws {
    var rng = PhiloxGenerator(seed: 8, block: 44)
    let table = try #require(KernelTable.table(set, S.precision))
    let executor = Executor(table: table, threads: 1, route: .simd)
    let pi = Double.pi
    let special: [Double] = [0, pi / 4, pi / 2, pi, -pi / 2, 1e-9, pi / 2 + 1e-9]
    for round in 0..<120 {
      let count = Int.random(in: 1...9, using: &rng)
      let qubits = RandomCircuits.distinct(
        Int.random(in: 1...count, using: &rng), of: count, using: &rng)
      let rotations = qubits.map { qubit in
        let angle =
          round % 2 == 0
          ? special[Int.random(in: 0..<special.count, using: &rng)]
          : Double.random(in: -7...7, using: &rng)
        return QubitRotation(qubit: qubit, angle: angle)
      }
      var state: StateVector<S> = try randomState(count, executor, using: &rng)
      var expected = state.amplitudes.map { Complex(Double($0.real), Double($0.imaginary)) }
      for rotation in rotations {
        let (c, s) = (Double.cos(rotation.angle), Double.sin(rotation.angle))
        for index in expected.indices where index >> rotation.qubit & 1 == 0 {
          let other: Int = index | 1 << rotation.qubit
          let (zero, one) = (expected[index], expected[other])
          let (cosine, sine) = (Complex<Double>(c), Complex<Double>(s))
          expected[index] = cosine * zero - sine * one
          expected[other] = sine * zero + cosine * one
        }
      }
      for step in try CompiledStep.steps(.rotations(rotations), qubitCount: count, table: table) {
        state.withUniquePointer { step.run(on: UnsafeMutableRawPointer($0), with: executor) }
      }
      #expect(distance(state, expected) < tolerance, "\(rotations) of \(count)")
    }
  }

  @Test(arguments: InstructionSet.available)
  func `rotations act on any qubits together`(set: InstructionSet) throws {
    try checkRotations(set, tolerance: 1e-13, as: Double.self)
    try checkRotations(set, tolerance: 1e-5, as: Float.self)
  }

  @Test func `gates that undo each other leave nothing to do`() throws {
    var circuit = Circuit(qubitCount: 20)
    let pairs: [(Gate, Gate)] = [(.h, .h), (.s, .sDag), (.cx, .cx), (.cz, .cz), (.swap, .swap)]
    for (gate, inverse) in pairs {
      let width = gate.definition.qubitCount ?? 1
      for qubit in 0..<20 - width {
        for gate in [gate, inverse] {
          if width == 1 {
            circuit.append(gate, qubit)
          } else {
            circuit.append(gate, qubit, qubit + 1)
          }
        }
      }
    }
    let (gates, count) = try gates(of: circuit)
    for startsFromZero in [false, true] {
      let plan = ExecutionPlan(
        gates, qubitCount: count, precision: .double, startsFromZero: startsFromZero,
        fusing: true, kernel: .auto)
      #expect(plan.stepCount == 0)
    }
  }

  @Test func `a Fourier transform takes three sweeps, and a layer of ZZ rotations one step`() throws
  {
    var fourier = Circuit(qubitCount: 24)
    for qubit in (0..<24).reversed() {
      fourier.append(.h, qubit)
      for other in 0..<qubit {
        fourier.append(.cphase, [.pi / Double(1 << (qubit - other))], other, qubit)
      }
    }
    for qubit in 0..<12 { fourier.append(.swap, qubit, 23 - qubit) }
    let (gates, count) = try gates(of: fourier)
    let plan = ExecutionPlan(
      gates, qubitCount: count, precision: .single, startsFromZero: true, fusing: true,
      kernel: .auto)
    #expect(plan.sweeps.count <= 3)
    #expect(plan.gateCount >= 24 + 276)

    var layer = Circuit(qubitCount: 24)
    for qubit in 0..<24 {
      layer.append(.rzz, [0.3], qubit, (qubit + 1) % 24)
    }
    let zz = try self.gates(of: layer)
    let one = ExecutionPlan(
      zz.gates, qubitCount: zz.qubitCount, precision: .single, fusing: true, kernel: .auto)
    #expect(one.stepCount == 1)
  }
}
