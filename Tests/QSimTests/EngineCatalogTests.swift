import QSim
import TestSupport
import Testing

import QuantumCore

/// Laws of all engines, those of the catalog and one from outside the package.
struct EngineCatalogTests {
  static let logic = EngineDefinition(
    LogicSimulator.self, summary: "Follows one basis state.", products: [.shots])
  static let engines = EngineCatalog.all + [logic]

  /// A circuit that every engine runs, and that has one outcome: 0b1101.
  private static var logicCircuit: Circuit {
    var circuit = Circuit(qubitCount: 4)
    circuit.append(.x, 0)
    circuit.append(.cx, 0, 2)
    circuit.append(.cx, 2, 3)
    circuit.measure(0, 1, 2, 3)
    return circuit
  }

  private static let observable = PauliSum([.init(0.5, PauliString([.z, .i, .z, .z]))])

  @Test func `names are distinct and found`() throws {
    let names = EngineCatalog.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names { #expect(EngineCatalog.definition(named: name)?.name == name) }
    #expect(EngineCatalog.definition(named: "auto") == nil)
    for engine in EngineCatalog.all {
      #expect(engine.summary.hasSuffix(".") && !engine.memory.isEmpty)
    }
  }

  @Test(arguments: engines.indices)
  func `an engine gives what it says it gives, and nothing else`(index: Int) throws {
    let engine = Self.engines[index]
    let simulation = try engine.compiled(for: Self.logicCircuit)
    let results = try simulation.run(shots: 5, seed: 3)
    #expect(results.record.counts() == [BitVector([true, false, true, true]): 5])
    #expect(simulation.hasUniqueState)

    func check(_ product: EngineDefinition.Product, _ body: () throws -> Void) throws {
      if engine.products.contains(product) { return try body() }
      let error = #expect(throws: Obstacle.self) { try body() }
      #expect(error?.kind == .option, "\(engine.name), \(product)")
    }
    try check(.expectations) {
      let value = try simulation.expectations(of: [Self.observable], shots: 5, seed: 3)
      #expect(value == [ExpectationValue(value: -0.5, standardError: 0)])
    }
    try check(.state) {
      let state = try simulation.finalState()
      let largest = try state.largestAmplitudes(limit: 3)
      let live = state.liveQubits.map { [true, false, true, true][$0] }
      #expect(largest.map(\.basisState) == [BitVector(live)])
      #expect(abs((largest.first?.probability ?? 0) - 1) < 1e-12)
      #expect(state.isMixed == (engine.name == "density-matrix"))
    }
    try check(.gradient) {
      let gradient = try simulation.gradient(of: Self.observable)
      #expect(gradient.value == -0.5 && gradient.entries.isEmpty)
    }
  }

  @Test(arguments: engines.indices)
  func `a plan says what the compiled circuit does`(index: Int) throws {
    let engine = Self.engines[index]
    let simulation = try engine.compiled(for: Self.logicCircuit)
    let plan = try simulation.plan(shots: 5, listingSteps: true)
    #expect(plan.liveQubits == simulation.liveQubits)
    #expect(!plan.approach.isEmpty && !plan.approach.hasSuffix("."))
    #expect(plan.stateBytes > 0 && !plan.stateSize.isEmpty)
    let tasks: [RunTask] = [
      .samples(shots: 5, keepsRecord: true), .state(isMeasured: true),
      .expectations(shots: 5, terms: 1),
    ]
    for task in tasks {
      let bound = try simulation.memory(for: task, limit: 1 << 30)
      #expect(bound.mostBytes > 0 && bound.leastBytes <= bound.mostBytes)
      #expect(bound.fits(1 << 30))
    }
    let size = try engine.stateSize(of: Self.logicCircuit)
    #expect(size.bytes == plan.stateBytes)
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `results do not depend on the number of threads`(index: Int) throws {
    var circuit = Circuit(qubitCount: 5)
    for qubit in 0..<5 { circuit.append(.h, qubit) }
    circuit.append(.depolarize1, [0.2], 0, 1, 2, 3, 4)
    for qubit in 0..<4 { circuit.append(.cx, qubit, qubit + 1) }
    circuit.measure(1, 3)
    circuit.append(.h, 1)
    circuit.measure(0, 1, 2, 3, 4)
    let runs = try [1, 2, 3].map { threads in
      try EngineCatalog.all[index].compiled(
        for: circuit, options: SimulationOptions(threads: threads)
      ).run(shots: 300, seed: 9)
    }
    #expect(runs[0] == runs[1] && runs[0] == runs[2])
    #expect(runs[0].record.counts().count > 20)
  }

  @Test func `what keeps an engine from a circuit is thrown when it is compiled`() throws {
    var circuit = Circuit(qubitCount: 2)
    circuit.append(.t, 0)
    #expect(StabilizerSimulator.obstacle(to: circuit)?.kind == .unsupported)
    #expect(LogicSimulator.obstacle(to: circuit)?.message == "t is not logic")
    #expect(StateVectorSimulator.obstacle(to: circuit) == nil)
    let narrow = SimulationOptions(memoryLimit: 8)
    #expect(StateVectorSimulator.obstacle(to: circuit, options: narrow)?.isShortage == true)
    #expect(DensityMatrixSimulator.obstacle(to: circuit, options: narrow)?.isShortage == true)
    let error = #expect(throws: Obstacle.self) {
      try EngineCatalog.sparse.compiled(for: circuit, options: .init(precision: .single))
    }
    #expect(error?.kind == .option)
  }
}

/// How often circuits are recognised and compiled.
struct CompilationCountTests {
  /// Everything that a command may ask of a selected engine.
  private func useAll(_ selected: SelectedSimulation, isMeasured: Bool) throws {
    let simulation = selected.simulation
    _ = simulation.hasUniqueState
    _ = try simulation.plan(shots: 10, listingSteps: true)
    _ = try simulation.memory(for: .samples(shots: 10, keepsRecord: true), limit: nil)
    if isMeasured { _ = try simulation.run(shots: 10, seed: 1) }
    guard selected.engine.products.contains(.state) else { return }
    _ = try simulation.memory(for: .state(isMeasured: false), limit: nil)
    _ = try simulation.finalState(seed: 1)
    _ = try simulation.runOnce(seed: 1, for: StateUse())
    let observable = PauliSum([.init(1, PauliString([.z]))])
    _ = try simulation.expectations(of: [observable], shots: 10, seed: 1)
    if selected.engine.products.contains(.gradient), selected.simulation.hasUniqueState {
      _ = try simulation.gradient(of: observable)
    }
  }

  private static func circuit(_ qubits: Int, _ gates: [Gate], isNoisy: Bool) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for qubit in 0..<qubits {
      // A Clifford gate that is recognised by its matrix.
      circuit.append(.rz, [.pi / 2], qubit)
      for gate in gates { circuit.append(gate, qubit) }
    }
    for qubit in 1..<qubits { circuit.append(.cx, qubit - 1, qubit) }
    if isNoisy { circuit.append(.depolarize1, [0.1], 0) }
    for qubit in 0..<qubits { circuit.measure(qubit) }
    return circuit
  }

  static let cases: [(circuit: Circuit, engine: String)] = [
    (circuit(3, [.h], isNoisy: false), "statevector"),
    (circuit(3, [.h], isNoisy: true), "stabilizer"),
    (circuit(3, [.h, .t], isNoisy: false), "statevector"),
    (circuit(3, [.h, .t], isNoisy: true), "trajectories"),
    (circuit(20, [.h], isNoisy: false), "stabilizer"),
    (circuit(40, [.x, .t], isNoisy: false), "sparse"),
  ]

  @Test(arguments: cases.indices)
  func `choosing an engine compiles a circuit once for each engine that is tried`(
    index: Int
  ) throws {
    let (circuit, engine) = Self.cases[index]
    let counter = CompilationCounter()
    try CompilationCounter.$current.withValue(counter) {
      let selected = try SelectedSimulation(of: circuit)
      #expect(selected.engine.name == engine)
      try useAll(selected, isMeasured: true)
    }
    for product in CompilationCounter.Product.allCases {
      #expect(counter.count(of: product) <= 1, "\(product)")
    }
    #expect(counter.count(of: .cliffords) == 1)
    let own: CompilationCounter.Product? =
      engine == "sparse" ? .sparseProgram : engine == "stabilizer" ? nil : .program
    if let own { #expect(counter.count(of: own) == 1) }
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `an engine that is asked for compiles once, and no other does`(index: Int) throws {
    let engine = EngineCatalog.all[index]
    let circuit = Self.circuit(4, [.h], isNoisy: engine.name == "trajectories")
    let counter = CompilationCounter()
    try CompilationCounter.$current.withValue(counter) {
      let selected = try SelectedSimulation(of: circuit, on: engine)
      try useAll(selected, isMeasured: true)
    }
    let counts = CompilationCounter.Product.allCases.map { counter.count(of: $0) }
    #expect(counts.reduce(0, +) == 1, "\(engine.name): \(counts)")
  }

  @Test(arguments: [false, true], [1, 20])
  func `a run from a state goes to an engine that starts from it`(isNoisy: Bool, width: Int) throws
  {
    var circuit = Circuit(qubitCount: width)
    circuit.append(.x, 0)
    for qubit in 1..<max(width, 1) { circuit.append(.cx, 0, qubit) }
    if isNoisy { circuit.append(.zError, arguments: [0.25], targets: [.qubit(0)]) }
    circuit.append(.m, targets: (0..<width).map { .qubit($0) })
    var ones = StateVector<Double>(qubitCount: width)
    for qubit in 0..<width { ones.apply(.x, to: qubit) }
    let selected = try SelectedSimulation(of: circuit, startingFrom: ones)
    #expect(selected.engine.startsFromStates)
    let record = try selected.simulation.run(shots: 4, seed: 1).record
    // X on the first of all ones, whose 0 then turns no other.
    #expect(record.counts() == [BitVector((0..<width).map { $0 > 0 }): 4])
  }
}
