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
        == "t is not a Clifford gate on one or two qubits")
    #expect(violation([[Operation(.cx, [0, 1, 2])]]) == "layer 0: CX acts on 3 qubits")
    let crossed = [
      SyndromeSchedule.Check(qubit: 1, coordinates: [1], readings: [[1]]),
      SyndromeSchedule.Check(qubit: 3, coordinates: [3], readings: [[0]]),
    ]
    #expect(
      violation(right.layers, checks: crossed) == "check 0 reads Z0*Z1 in round 1, not Z1*Z2")
    let twice = SyndromeSchedule.Check(qubit: 0, coordinates: [0], readings: [[0]])
    #expect(violation(right.layers, checks: [twice]) == "two qubits have the same place")
    #expect(violation(right.layers, rotation: .h)?.hasPrefix("logical X 0 comes of") == true)
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
