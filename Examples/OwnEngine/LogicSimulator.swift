import QSim

/// Runs reversible logic: circuits that turn one basis state into another, at any width.
struct LogicSimulator: Simulator {
  static let name = "logic"

  func compiled(
    for circuit: Circuit, startingFrom initialState: (any InitialState)?,
    options: SimulationOptions
  ) throws(Obstacle) -> CompiledLogic {
    if initialState != nil { throw Obstacle(.option, "logic starts at |0…0⟩") }
    var steps: [CompiledLogic.Step] = []
    for (index, node) in circuit.nodes().enumerated() {
      let place = circuit.range(of: .root, at: index)
      guard case .instruction(let instruction) = node else {
        throw Obstacle(.unsupported, "logic has no branches and loops", range: place)
      }
      if instruction.gate.definition.isAnnotation { continue }
      guard [.x, .cx, .ccx, .m].contains(instruction.gate),
        circuit.arguments(of: instruction).isEmpty,
        circuit.targets(of: instruction).allSatisfy(\.isQubit)
      else {
        throw Obstacle(.unsupported, "\(instruction.gate.name) is not logic", range: place)
      }
      circuit.forEachPlacedGroup(of: instruction) { group, bit, _ in
        steps.append(CompiledLogic.Step(gate: instruction.gate, targets: Array(group), bit: bit))
      }
    }
    return CompiledLogic(circuit: circuit, steps: steps)
  }
}

/// A circuit as a list of steps on bits.
struct CompiledLogic: CompiledSimulation {
  struct Step {
    let gate: Gate
    let targets: [Target]
    /// The classical bit that a measurement goes to.
    let bit: Int?
  }
  let circuit: Circuit
  let steps: [Step]

  var liveQubits: [Int] { Array(0..<circuit.qubitCount) }
  var hasUniqueState: Bool { true }

  func plan(shots: Int, listingSteps: Bool) -> SimulationPlan {
    SimulationPlan(
      strategy: .finalState, approach: "one basis state, a bit for each qubit",
      liveQubits: liveQubits, stateBytes: UInt64(circuit.qubitCount),
      stateSize: "\(circuit.qubitCount) × 1 B", gateCount: steps.count)
  }

  func memory(for task: RunTask, limit: UInt64?) -> MemoryBound {
    MemoryBound(
      stateBytes: UInt64(circuit.qubitCount), programBytes: UInt64(64 * steps.count))
  }

  func run(shots: Int, seed: UInt64, keepsRecord: Bool) -> ShotResults {
    var state = [Bool](repeating: false, count: circuit.qubitCount)
    var bits = BitVector(count: circuit.bitCount)
    var record = BitVector(count: 0)
    for step in steps {
      let qubits = step.targets.map(\.value)
      // A negated control acts where its qubit is 0.
      let controls = step.targets.dropLast().allSatisfy { state[$0.value] != $0.isInverted }
      switch step.gate {
      case .m:
        let value = state[qubits[0]] != step.targets[0].isInverted
        record.append(value)
        if let bit = step.bit { bits[bit] = value }
      default: if controls { state[qubits[qubits.count - 1]].toggle() }
      }
    }
    return ShotResults(
      bits: Self.rows(of: bits, shots, .bits), record: Self.rows(of: record, shots, .record))
  }

  /// Every shot gives the same.
  private static func rows(of bits: BitVector, _ shots: Int, _ source: Samples.Source) -> Samples {
    var table = BitTable(rowCount: shots, columnCount: bits.count)
    for shot in 0..<shots { table.setRow(shot, to: bits) }
    return Samples(source: source, table: table)
  }
}
