import CircuitFormats
import ErrorCorrection
import QuantumCore
import StabilizerSimulation
import Testing

struct CodeCatalogTests {
  static let schedules = CodeCatalog.all.flatMap(\.tasks).flatMap { task in
    [2, 3, 4, 5, 7].compactMap { distance in
      try? task.experiment(distance: distance, rounds: 10).schedule
    }
  }

  @Test func `operators commute as those of a code`() {
    for schedule in Self.schedules {
      #expect(schedule.code.violation == nil)
      #expect(schedule.code.logicals.count == 1)
    }
  }

  @Test func `detectors are foretold without making a circuit`() throws {
    for task in CodeCatalog.all.flatMap(\.tasks) {
      for distance in [3, 5, 7] {
        let rounds: UInt64 = 40
        let circuit = try task.experiment(distance: distance, rounds: rounds).circuit()
        let (exact, foretold) = (
          try CircuitCounts(circuit).detectors,
          task.detectorEstimate(distance: distance, rounds: rounds)
        )
        // The first and last rounds have some more or less.
        let difference = foretold > exact ? foretold - exact : exact - foretold
        #expect(difference <= exact / 20, "\(task.name) \(distance): \(exact), \(foretold)")
      }
      #expect(task.detectorEstimate(distance: .max, rounds: .max) == 0)
      #expect(task.detectorEstimate(distance: 2047, rounds: .max) == .max)
    }
  }

  @Test func `a round reads the stabilizers that it says`() {
    for schedule in Self.schedules {
      Self.expectReadings(of: schedule)
      #expect(schedule.violation == nil)
    }
  }

  @Test func `a code written outside the package has the laws of the catalog`() throws {
    for distance in [2, 3, 4, 5] {
      let task = CodeDefinition.toric.tasks[0]
      let experiment = try task.experiment(distance: distance, rounds: 3)
      let (schedule, code) = (experiment.schedule, experiment.schedule.code)
      #expect(code.violation == nil && schedule.violation == nil)
      Self.expectReadings(of: schedule)
      #expect(code.qubitCount == 2 * distance * distance && code.logicals.count == 2)
      #expect(code.logicals.allSatisfy { $0.x.weight == distance && $0.z.weight == distance })
      let noisy = try task.experiment(
        distance: distance, rounds: 3, noise: MemoryNoise(uniform: 0.001))
      for gateSet in GateSet.allCases {
        var written = noisy
        written.gateSet = gateSet
        let model = try ErrorAnalyzer.model(
          of: written.circuit(), options: .init(decomposesErrors: true))
        #expect(model.observableCount == 2)
        #expect(try model.shortestGraphlikeError().errorCount == UInt64(distance))
      }
    }
  }

  @Test func `a schedule that measures something else is told`() {
    typealias Operation = SyndromeSchedule.Operation
    let right = SyndromeSchedule.repetition(distance: 3)
    func violation(
      _ layers: [[Operation]], checks: [SyndromeSchedule.Check]? = nil, rotation: Gate? = nil
    ) -> String? {
      SyndromeSchedule(
        code: right.code, dataQubits: right.dataQubits, checks: checks ?? right.checks,
        layers: layers, dataRotation: rotation
      ).violation
    }
    #expect(violation(right.layers) == nil)
    #expect(violation(right.layers.reversed()) == nil)
    #expect(
      violation([right.layers[0]]) == "check 0 reads Z0 in round 1, not Z0*Z1")
    #expect(
      violation(right.layers + [[Operation(.h, [1])]])
        == "check 0 depends on X of check qubit 1")
    #expect(
      violation(right.layers + [[Operation(.s, right.dataQubits)]])
        == "logical X 0 comes of Y0*Y1*Y2 in a round, not of X0*X1*X2")
    #expect(
      violation(right.layers + [[Operation(.s, [0]), Operation(.x, [0])]])
        == "layer 2 acts on qubit 0 twice")
    #expect(
      violation([[Operation(.t, [0])]] + right.layers)
        == "layer 0, operation 0: t is not a Clifford gate on one or two qubits")
    let crossed = [
      SyndromeSchedule.Check(qubit: 1, coordinates: [1], readings: [[1]]),
      SyndromeSchedule.Check(qubit: 3, coordinates: [3], readings: [[0]]),
    ]
    #expect(
      violation(right.layers, checks: crossed) == "check 0 reads Z0*Z1 in round 1, not Z1*Z2")
    let twice = SyndromeSchedule.Check(qubit: 0, coordinates: [0], readings: [[0]])
    #expect(violation(right.layers, checks: [twice]) == "two qubits have the same place, 0")
    #expect(violation(right.layers, rotation: .h)?.hasPrefix("logical X 0 comes of") == true)
  }

  /// Changes to a repetition code's schedule, and what is wrong with the result.
  private static let defects: [(change: ScheduleChange, defect: String)] = [
    (.layer([.init(.cx, [0, 0])]), "layer 2, operation 0: CX acts on qubit 0 twice"),
    (
      .layer([.init(.h, [0]), .init(.cx, [0, 1, 3, 3])]),
      "layer 2, operation 1: CX acts on qubit 3 twice"
    ),
    (
      .layer([.init(.cx, [0, 1, 2])]),
      "layer 2, operation 0: CX acts on pairs of qubits, and 3 qubits are given"
    ),
    (.layer([.init(.h, [-1])]), "layer 2, operation 0: qubit -1 is outside 0..<16777216"),
    (.layer([.init(.cz, [0, 1 << 60])]), "layer 2, operation 0: qubit \(1 << 60) is outside"),
    (.layer([.init(.m, [0])]), "layer 2, operation 0: M is not a Clifford gate on one or two"),
    (.layer([.init(.rx, [0])]), "layer 2, operation 0: rx is not a Clifford gate on one or two"),
    (.layer([.init(.ccx, [0, 1, 2])]), "layer 2, operation 0: ccx is not a Clifford gate on one"),
    (.layer([.init(.repeatBlock, [0])]), "layer 2, operation 0: REPEAT is not a Clifford gate"),
    (.layer([.init(.tick, [])]), "layer 2, operation 0: TICK is not a Clifford gate"),
    (.dataQubits([0, 2, -4]), "qubit -4 is outside 0..<16777216"),
    (.dataQubits([0, 2, 2]), "two qubits have the same place, 2"),
    (.check(.init(qubit: 4, coordinates: [1], readings: [[0]])), "two qubits have the same place"),
    (.check(.init(qubit: .max, coordinates: [1], readings: [[0]])), "qubit \(Int.max) is outside"),
    (
      .check(.init(qubit: 5, coordinates: [.nan], readings: [[0]])),
      "check 2: the coordinate nan is not a finite number"
    ),
    (
      .check(.init(qubit: 5, coordinates: [1, 2], readings: [[0]])),
      "check 2 has 2 coordinates, check 0 has 1"
    ),
    (
      .check(.init(qubit: 5, coordinates: [1], readings: (0..<99).map { $0 % 7 == 0 ? [0] : [1] })),
      "check 2: only the records of "
    ),
    (.coordinates([[0], [.infinity], [2]]), "data qubit 1: the coordinate inf is not a finite"),
    (
      .coordinates([[0], [1], [Double](repeating: 0, count: 256)]),
      "data qubit 2 has 256 coordinates; up to 254 are accepted"
    ),
    (.rotation(.cx), "the data rotation CX is not a Clifford gate on one qubit"),
    (.rotation(.m), "the data rotation M is not a Clifford gate on one qubit"),
  ]

  enum ScheduleChange {
    case layer([SyndromeSchedule.Operation])
    case dataQubits([Int])
    case check(SyndromeSchedule.Check)
    case coordinates([[Double]])
    case rotation(Gate)

    func applied(to schedule: SyndromeSchedule) -> SyndromeSchedule {
      var (code, data, checks) = (schedule.code, schedule.dataQubits, schedule.checks)
      var (layers, rotation) = (schedule.layers, schedule.dataRotation)
      switch self {
      case .layer(let layer): layers.append(layer)
      case .dataQubits(let qubits): data = qubits
      case .check(let check): checks.append(check)
      case .coordinates(let coordinates):
        code = QuantumCode(
          qubitCount: code.qubitCount, stabilizers: code.stabilizers, logicals: code.logicals,
          coordinates: coordinates)
      case .rotation(let gate): rotation = gate
      }
      return SyndromeSchedule(
        code: code, dataQubits: data, checks: checks, layers: layers, dataRotation: rotation)
    }
  }

  @Test(arguments: defects.indices, GateSet.allCases)
  func `a schedule that has no circuit is refused with its step`(
    index: Int, gateSet: GateSet
  ) throws {
    let (change, defect) = Self.defects[index]
    let task = MemoryTask(
      code: "own", name: "memory", summary: "Has no circuit.", basis: .z
    ) { change.applied(to: SyndromeSchedule.repetition(distance: $0)) }
    let refusal = #expect(throws: Diagnostic.self) {
      try task.experiment(distance: 3, rounds: 100, gateSet: gateSet)
    }
    let start = "own memory, distance 3: the schedule has no circuit: \(defect)"
    #expect(refusal?.message.hasPrefix(start) == true, "\(refusal?.message ?? "")")
    #expect(throws: Diagnostic.self) { try task.header(distance: 3, rounds: 100) }
    let schedule = change.applied(to: SyndromeSchedule.repetition(distance: 3))
    #expect(schedule.defect?.hasPrefix(defect) == true)
    #expect(schedule.violation?.hasPrefix(defect) == true)
  }

  @Test(arguments: [
    [[0]], [[0], [1]], [[0], [0], [1]], [[0], [0], [1], [1]], [[0], [1], [0], [1]],
    [[0], [1], [0, 1]], [[0], [0, 1]], [[0], [0, 1], [0, 1]], [[1], [0], [0], [0], [1]],
  ])
  func `detectors compare rounds that cancel wherever they begin`(readings: [[Int]]) throws {
    let schedule = SyndromeSchedule(
      code: .repetition(distance: 3), dataQubits: [0, 2, 4],
      checks: [.init(qubit: 1, coordinates: [1], readings: readings)], layers: [])
    #expect(schedule.defect == nil)
    let rounds: UInt64 = 60
    let experiment = MemoryExperiment(schedule, rounds: rounds, basis: .x)
    let text = try StimWriter.write(experiment.circuit())
    let block = try #require(text.firstMatch(of: #/REPEAT (\d+) \{[^}]*DETECTOR\(1, 0\)([^\n]*)/#))
    let lookbacks = block.output.2.matches(of: #/rec\[-(\d+)\]/#).compactMap { Int($0.output.1) }
    let repeated = try #require(Int(block.output.1))
    #expect(lookbacks.count >= 2 && lookbacks.first == 1)
    for round in Int(rounds) - repeated + 1...Int(rounds) {
      var sum: Set<Int> = []
      for lookback in lookbacks {
        sum.formSymmetricDifference(readings[(round - lookback) % readings.count])
      }
      #expect(round >= (lookbacks.max() ?? 0) && sum.isEmpty, "\(round): \(sum), \(lookbacks)")
    }
  }

  @Test(arguments: GateSet.allCases)
  func `a schedule of nothing has a circuit`(gateSet: GateSet) throws {
    let code = QuantumCode(qubitCount: 0, stabilizers: [], logicals: [])
    let schedule = SyndromeSchedule(code: code, dataQubits: [], checks: [], layers: [[], []])
    #expect(schedule.defect == nil && schedule.violation == nil)
    for basis in [Pauli.x, .y, .z] {
      let experiment = MemoryExperiment(schedule, rounds: 5, basis: basis, gateSet: gateSet)
      #expect(experiment.circuit().measurementCount == 0)
      #expect(experiment.layout.rows.isEmpty)
    }
  }

  @Test func `a task refuses rounds and gates that its schedule cannot have`() throws {
    let color = MemoryTask(
      code: "own", name: "memory", summary: "Two rounds are too few.", basis: .z, distances: 3...5,
      schedule: SyndromeSchedule.colorCycling)
    #expect(try color.experiment(distance: 3, rounds: 2).rounds == 2)
    do {
      _ = try color.experiment(distance: 3, rounds: 1)
      Issue.record("accepted")
    } catch {
      #expect(error.message.hasPrefix("own memory: the number of rounds is in 2..."))
    }
    let withCY = MemoryTask(
      code: "own", name: "memory", summary: "CY.", basis: .z, distances: 2...5
    ) { distance in
      let schedule = SyndromeSchedule.repetition(distance: distance)
      let layers = schedule.layers.map { $0.map { SyndromeSchedule.Operation(.cy, $0.qubits) } }
      return SyndromeSchedule(
        code: schedule.code, dataQubits: schedule.dataQubits, checks: schedule.checks,
        layers: layers)
    }
    #expect(try withCY.experiment(distance: 3, rounds: 1).rounds == 1)
    do {
      _ = try withCY.experiment(distance: 3, rounds: 1, gateSet: .cz)
      Issue.record("accepted")
    } catch {
      #expect(error.message == "own memory: the gate set cz cannot write CY")
    }
  }

  private static func expectReadings(of schedule: SyndromeSchedule) {
    let dataNumbers = Dictionary(
      uniqueKeysWithValues: schedule.dataQubits.enumerated().map { ($1, $0) })
    for check in schedule.checks {
      // Back through three rounds: what a turning code reads in each of them, as an operator before
      // the first.
      for round in 1...3 {
        var operators = [check.qubit: Pauli.z]
        for turn in 0..<round {
          for layer in schedule.layers.reversed() {
            for operation in layer { pull(&operators, backThrough: operation) }
          }
          // Check qubits start a round in |0⟩, so that Z on them is no part of what is read.
          for other in schedule.checkQubits {
            #expect(operators[other] ?? .i == .i || operators[other] == .z)
            if turn < round - 1 || operators[other] == .z { operators[other] = nil }
          }
        }
        let read = SparsePauliString(operators.map { (qubit: dataNumbers[$0]!, pauli: $1) })
        let reading = check.readings[(round - 1) % check.readings.count]
        let stated = reading.map { schedule.code.stabilizers[$0] }
          .reduce(SparsePauliString(.i, on: [])) { $0 * $1 }
        #expect(read == stated)
      }
    }
  }

  /// P ↦ U†PU, signs aside.
  private static func pull(
    _ operators: inout [Int: Pauli], backThrough operation: SyndromeSchedule.Operation
  ) {
    let size = operation.gate.definition.qubitCount!
    let inverse = operation.gate.definition.inverse(of: [])!.gate
    let action = CliffordAction.byGate[Int(inverse.rawValue)]!
    for start in stride(from: 0, to: operation.qubits.count, by: size) {
      let group = operation.qubits[start..<start + size]
      var mask = 0
      for (place, qubit) in group.enumerated() {
        mask |= Int((operators[qubit] ?? .i).rawValue) << (2 * place)
      }
      let image = Int(action.unsigned[mask])
      for (place, qubit) in group.enumerated() {
        let pauli = Pauli(rawValue: UInt8(image >> (2 * place) & 3))!
        operators[qubit] = pauli == .i ? nil : pauli
      }
    }
  }

  @Test func `codes have their textbook sizes`() {
    for distance in 2...7 {
      #expect(QuantumCode.repetition(distance: distance).qubitCount == distance)
      let rotated = QuantumCode.rotatedSurface(distance: distance)
      #expect(rotated.qubitCount == distance * distance)
      #expect(rotated.stabilizers.count == distance * distance - 1)
      let unrotated = QuantumCode.unrotatedSurface(distance: distance)
      #expect(unrotated.qubitCount == 2 * distance * distance - 2 * distance + 1)
      #expect(unrotated.stabilizers.count == unrotated.qubitCount - 1)
      for code in [rotated, unrotated] {
        #expect(code.logicals[0].x.weight == distance && code.logicals[0].z.weight == distance)
      }
    }
    for distance in [3, 5, 7] {
      let code = QuantumCode.color(distance: distance)
      #expect(code.qubitCount == (3 * distance * distance + 1) / 4)
      #expect(code.stabilizers.count == code.qubitCount - 1)
      #expect(code.logicals[0].z.weight == distance)
    }
  }

  @Test func `a code that is none is told`() {
    let z = SparsePauliString(.z, on: [0])
    let x = SparsePauliString(.x, on: [0])
    let bad = QuantumCode(qubitCount: 1, stabilizers: [z, x], logicals: [])
    #expect(bad.violation == "stabilizer 0 does not commute with stabilizer 1")
    let flat = QuantumCode(qubitCount: 1, stabilizers: [], logicals: [.init(x: x, z: x)])
    #expect(flat.violation == "logical X 0 commutes with logical Z 0")
  }

  @Test func `unknown names are told with what there is`() {
    #expect(throws: Diagnostic.self) { try CodeCatalog.task(code: "surface", task: "memory") }
    do {
      _ = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_y")
      Issue.record("accepted")
    } catch {
      #expect(error.message == "there is no surface_code task 'rotated_memory_y'")
      #expect(error.hint?.contains("rotated_memory_x") == true)
    }
  }

  @Test(arguments: [
    ("repetition_code", "memory", 1, 1), ("surface_code", "rotated_memory_x", 2048, 1),
    ("color_code", "memory_xyz", 4, 3), ("color_code", "memory_xyz", 1, 3),
    ("color_code", "memory_xyz", 3, 1), ("surface_code", "unrotated_memory_z", 3, 0),
  ]) func `numbers out of range are refused`(
    code: String, task: String, distance: Int, rounds: Int
  ) throws {
    let record = try CodeCatalog.task(code: code, task: task)
    #expect(throws: Diagnostic.self) {
      try record.experiment(distance: distance, rounds: UInt64(rounds))
    }
  }

  @Test func `probabilities out of range are refused`() throws {
    let record = try CodeCatalog.task(code: "repetition_code", task: "memory")
    var noise = MemoryNoise()
    for bad in [-0.1, 1.5, .nan] {
      noise.beforeMeasureFlipProbability = bad
      #expect(throws: Diagnostic.self) {
        try record.experiment(distance: 3, rounds: 3, noise: noise)
      }
    }
  }

  @Test func `names are unique`() {
    #expect(Set(CodeCatalog.all.map(\.name)).count == CodeCatalog.all.count)
    for code in CodeCatalog.all {
      #expect(Set(code.tasks.map(\.name)).count == code.tasks.count)
      #expect(code.tasks.allSatisfy { $0.code == code.name })
    }
  }
}
