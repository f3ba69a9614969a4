import QSim

/// Measures the cases of suites.
struct BenchMeter {
  let clock: BenchClock
  let seed: UInt64

  static let shotCount = 1_000_000
  static let termCount = 100
  static let trajectoryCount = 100
  /// Probabilities of an error after gates on one and on two qubits.
  static let noise = (one: 0.001, two: 0.01)

  /// Everything that a suite measures in one setting.
  ///
  /// - Throws: `Obstacle`; nothing else is to be expected of circuits that are known to be valid.
  func results(of item: BenchCase) throws -> [BenchResult] {
    switch item.setting.precision {
    case .double: try results(of: item, as: Double.self)
    case .single: try results(of: item, as: Float.self)
    }
  }

  private func results<S: Scalar>(of item: BenchCase, as type: S.Type) throws -> [BenchResult] {
    guard let file = item.circuit else {
      return try results(of: item.suite, in: item.setting, as: S.self)
    }
    return [
      try simulation(of: file.circuit, named: file.name, item.suite, item.setting, as: S.self)
    ]
  }

  private func results<S: Scalar>(
    of suite: BenchSuite, in setting: BenchSetting, as type: S.Type
  ) throws -> [BenchResult] {
    switch suite {
    case .gates: try gates(setting, as: S.self)
    case .expectation: [try expectation(setting, as: S.self)]
    case .sample: [try sample(setting, as: S.self)]
    case .gradient: [try gradient(setting)]
    case .density: [try density(setting)]
    case .trajectories: [try trajectories(setting)]
    case .kernels: try kernels(setting, as: S.self)
    case .stream: [try stream(setting, as: S.self)]
    case .adder: [try sparse(.adder, suite, setting)]
    case .wState: [try sparse(.wState, suite, setting)]
    default: [try simulation(of: suite.workload ?? .randomCircuit, suite, setting, as: S.self)]
    }
  }

  // MARK: Circuits

  private func simulation<S: Scalar>(
    of workload: Workload, _ suite: BenchSuite, _ setting: BenchSetting, as type: S.Type
  ) throws -> BenchResult {
    try simulation(
      of: workload.circuit(qubitCount: setting.qubitCount, seed: seed),
      named: workload.fileName(qubitCount: setting.qubitCount), suite, setting, as: S.self)
  }

  private func simulation<S: Scalar>(
    of circuit: Circuit, named name: String, _ suite: BenchSuite, _ setting: BenchSetting,
    as type: S.Type
  ) throws -> BenchResult {
    let options = setting.options
    let planning = try clock.seconds {
      _ = try StateVectorSimulator.plan(for: circuit, options: options)
    }
    let seconds = try clock.seconds {
      let _: StateVectorSimulator.FinalState<S> = try StateVectorSimulator().finalState(
        of: circuit, options: options)
    }
    return BenchResult(
      suite: suite, name: name, setting: setting,
      gateCount: Int(clamping: circuit.gateCount), planSeconds: BenchResult.median(of: planning),
      seconds: seconds)
  }

  private func sparse(
    _ workload: Workload, _ suite: BenchSuite, _ setting: BenchSetting
  ) throws -> BenchResult {
    let circuit = workload.circuit(qubitCount: setting.qubitCount, seed: seed)
    let options = setting.options
    let planning = try clock.seconds {
      _ = try SparseSimulator().compiled(for: circuit, options: options).hasUniqueState
    }
    let seconds = try clock.seconds {
      _ = try SparseSimulator().runOnce(circuit, seed: seed, options: options)
    }
    return BenchResult(
      suite: suite, name: workload.fileName(qubitCount: setting.qubitCount), setting: setting,
      gateCount: Int(clamping: circuit.gateCount), planSeconds: BenchResult.median(of: planning),
      seconds: seconds)
  }

  private func finalState<S: Scalar>(
    of workload: Workload, _ setting: BenchSetting, as type: S.Type
  ) throws -> StateVector<S> {
    let circuit = workload.circuit(qubitCount: setting.qubitCount, seed: seed)
    let final: StateVectorSimulator.FinalState<S> = try StateVectorSimulator().finalState(
      of: circuit, options: setting.options)
    return final.state
  }

  /// The random circuit with noise after every gate.
  private func noisyCircuit(_ setting: BenchSetting) -> Circuit {
    Workload.randomCircuit.circuit(qubitCount: setting.qubitCount, seed: seed)
      .depolarized(one: Self.noise.one, two: Self.noise.two)
  }

  private func density(_ setting: BenchSetting) throws -> BenchResult {
    let circuit = noisyCircuit(setting)
    let letters = [Pauli](repeating: .z, count: setting.qubitCount)
    let parity = PauliSum([PauliSum.Term(1, PauliString(letters))])
    var values: [Double] = []
    let seconds = try clock.seconds {
      values = try DensityMatrixSimulator().expectations(
        of: [parity], in: circuit, options: setting.options)
    }
    return BenchResult(
      suite: .density, name: Workload.randomCircuit.fileName(qubitCount: setting.qubitCount),
      setting: setting, seconds: seconds, check: values)
  }

  private func gradient(_ setting: BenchSetting) throws -> BenchResult {
    let circuit = Workload.ansatz.circuit(qubitCount: setting.qubitCount, seed: seed)
    let energy = WorkloadObservable.isingRing(qubitCount: setting.qubitCount)
    var derivatives: [Double] = []
    let seconds = try clock.seconds {
      derivatives = try StateVectorSimulator().gradient(
        of: energy, in: circuit, options: setting.options
      ).derivatives
    }
    return BenchResult(
      suite: .gradient, name: Workload.ansatz.fileName(qubitCount: setting.qubitCount),
      setting: setting, seconds: seconds, check: derivatives)
  }

  private func trajectories(_ setting: BenchSetting) throws -> BenchResult {
    let workload = Workload.randomCircuit
    var circuit = noisyCircuit(setting)
    for qubit in 0..<setting.qubitCount { circuit.measure(qubit) }
    let options = setting.options
    let seconds = try clock.seconds {
      _ = try StateVectorSimulator().run(
        circuit, shots: Self.trajectoryCount, seed: seed, options: options)
    }
    return BenchResult(
      suite: .trajectories, name: workload.fileName(qubitCount: setting.qubitCount),
      setting: setting, seconds: seconds)
  }

  // MARK: Observables

  private func expectation<S: Scalar>(
    _ setting: BenchSetting, as type: S.Type
  ) throws -> BenchResult {
    let state = try finalState(of: .randomCircuit, setting, as: S.self)
    let observable = WorkloadObservable.randomSum(
      qubitCount: setting.qubitCount, termCount: Self.termCount, seed: seed)
    var value = 0.0
    let seconds = clock.seconds { value = state.expectation(of: observable) }
    return BenchResult(
      suite: .expectation, name: "pauli\(Self.termCount)_n\(setting.qubitCount)", setting: setting,
      seconds: seconds, check: [value])
  }

  private func sample<S: Scalar>(_ setting: BenchSetting, as type: S.Type) throws -> BenchResult {
    let state = try finalState(of: .randomCircuit, setting, as: S.self)
    var count = 0
    let seconds = clock.seconds { count += state.sample(shots: Self.shotCount, seed: seed).count }
    precondition(count > 0)
    return BenchResult(
      suite: .sample, name: Workload.randomCircuit.fileName(qubitCount: setting.qubitCount),
      setting: setting, seconds: seconds)
  }

  // MARK: Gates

  /// Single gates and their qubits, those of the yardstiq benchmarks.
  private static let gates: [(name: String, gate: Gate, arguments: [Double], qubits: [Int])] = [
    ("X", .x, [], [3]), ("H", .h, [], [3]), ("T", .t, [], [3]), ("CNOT", .cx, [], [2, 3]),
    ("Toffoli", .ccx, [], [0, 1, 2]), ("RX", .rx, [0.37], [3]), ("RZ", .rz, [0.37], [3]),
  ]

  private func gates<S: Scalar>(_ setting: BenchSetting, as type: S.Type) throws -> [BenchResult] {
    var state = try StateVector<S>(allocating: setting.qubitCount, options: setting.options)
    for qubit in 0..<setting.qubitCount { state.apply(.h, to: qubit) }
    var results = Self.gates.map { name, gate, arguments, qubits in
      let seconds = clock.seconds { state.apply(gate, arguments: arguments, to: qubits) }
      return BenchResult(
        suite: .gates, name: name, setting: setting, gateCount: 1, seconds: seconds)
    }
    _ = consume state
    var machine = try simulation(of: .bornMachine, .gates, setting, as: S.self)
    machine = BenchResult(
      suite: .gates, name: "QCBM", setting: setting, gateCount: machine.gateCount,
      planSeconds: machine.planSeconds, seconds: machine.seconds)
    results.append(machine)
    return results
  }

  func stream<S: Scalar>(_ setting: BenchSetting, as type: S.Type) throws -> BenchResult {
    var state = try StateVector<S>(allocating: setting.qubitCount, options: setting.options)
    let seconds = clock.seconds { state.scale(by: -1) }
    return BenchResult(
      suite: .stream, name: "read and write", setting: setting, gateCount: 1, seconds: seconds,
      bytes: 2 * Double(setting.stateBytes))
  }

  // MARK: Kernels

  private func kernels<S: Scalar>(
    _ setting: BenchSetting, as type: S.Type
  ) throws -> [BenchResult] {
    var results: [BenchResult] = []
    for route in Self.routes(setting.kernel) {
      var setting = setting
      setting.kernel = route
      var state = try StateVector<S>(allocating: setting.qubitCount, options: setting.options)
      for qubit in 0..<setting.qubitCount { state.apply(.h, to: qubit) }
      // The direct kernels end at six qubits.
      for width in 1...(route == .simd ? 6 : 7) {
        let matrix = RandomUnitary.matrix(qubitCount: width, seed: seed)
        for (place, first) in Self.positions(of: width, in: setting.qubitCount) {
          let gate = GateApplication(.dense(matrix), targets: Array(first..<first + width))
          let seconds = clock.seconds { state.apply(gate) }
          results.append(
            BenchResult(
              suite: .kernels, name: "k=\(width) \(place)", setting: setting, gateCount: 1,
              seconds: seconds,
              flops: 8 * Double(setting.amplitudeCount << UInt64(width)),
              bytes: 2 * Double(setting.stateBytes)))
        }
      }
    }
    return results
  }

  /// Why a route that nobody asked for by name cannot be measured.
  static func missingRoutes(_ choice: KernelRoute) -> [String] {
    guard choice == .auto else { return [] }
    return StateVectorSimulator.obstacle(
      to: Circuit(), options: SimulationOptions(kernel: .blas)
    ).map { [$0.message] } ?? []
  }

  private static func routes(_ choice: KernelRoute) -> [KernelRoute] {
    guard choice == .auto else { return [choice] }
    return missingRoutes(choice).isEmpty ? [.simd, .blas] : [.simd]
  }

  /// The lowest target at each place.
  private static func positions(of width: Int, in count: Int) -> [(name: String, first: Int)] {
    [("low", 0), ("middle", (count - width) / 2), ("high", count - width)]
  }
}

/// Random unitary matrices for kernels to chew on.
enum RandomUnitary {
  /// Orthonormal rows made of normal numbers, by Gram and Schmidt.
  ///
  /// - Parameter qubitCount: k; the matrix is 2ᵏ × 2ᵏ.
  static func matrix(qubitCount: Int, seed: UInt64) -> ComplexMatrix {
    let size = 1 << qubitCount
    var random = PhiloxGenerator(seed: seed, block: 1 << 52 | UInt64(qubitCount))
    var matrix = ComplexMatrix(zeros: size, by: size)
    for row in 0..<size {
      for column in 0..<size { matrix[row, column] = .init(random.normal(), random.normal()) }
      // Twice, so that rounding of the first time goes away.
      for _ in 0..<2 {
        for other in 0..<row {
          let overlap = dot(matrix, other, row)
          for column in 0..<size { matrix[row, column] -= overlap * matrix[other, column] }
        }
      }
      let norm = dot(matrix, row, row).real.squareRoot()
      for column in 0..<size { matrix[row, column] /= .init(norm) }
    }
    return matrix
  }

  private static func dot(_ matrix: ComplexMatrix, _ a: Int, _ b: Int) -> ComplexMatrix.Element {
    (0..<matrix.columnCount).reduce(.zero) { $0 + matrix[a, $1].conjugate * matrix[b, $1] }
  }
}
