import QuantumCore

/// Makes reference samples.
struct ReferenceSampler {
  private let circuit: Circuit
  private var simulator: TableauSimulator
  /// Results not yet part of a segment start here in the simulator's record.
  private var start = 0
  /// How far back feedback looks.
  private let lookback: Int
  private var facts: BlockFacts
  private let budget: StepBudget
  /// Steps that a target takes: gates on many qubits are longer.
  private let stepsPerTarget: UInt64

  init(
    _ circuit: Circuit, threads: Int, kernels: RowKernels = .best
  ) throws(Obstacle) {
    let circuit = CliffordRecognition(of: circuit).circuit
    self.circuit = circuit
    facts = BlockFacts(circuit)
    let qubits = PlacedQubits.count(in: circuit)
    stepsPerTarget = 1 + UInt64(qubits / 128)
    budget = StepBudget(limit: stepsPerTarget << 34, patience: 1 << 24)
    simulator = try TableauSimulator(
      seed: 0, block: 0, capacity: qubits, randomness: .none,
      threads: threads, kernels: kernels)
    simulator.prepareMemory(for: circuit)
    lookback = Self.lookback(of: circuit)
  }

  /// The measurements in one basis that end the circuit, and the first of their nodes.
  private var lastMeasurements: (node: Int, instructions: [Instruction])? {
    // The last one first.
    var (first, found): (Int?, [Instruction]) = (nil, [])
    let nodes = circuit.nodes(of: .root)
    for index in nodes.indices.reversed() {
      guard case .instruction(let instruction) = nodes[index] else { break }
      let definition = instruction.gate.definition
      if definition.isAnnotation || definition.isNoise && definition.recordsPerGroup == 0 {
        continue
      }
      guard TableauSimulator.basis(of: definition) != nil,
        found.last.map({ $0.gate == instruction.gate }) ?? true
      else { break }
      first = index
      found.append(instruction)
    }
    return first.map { ($0, found.reversed()) }
  }

  mutating func run() throws -> ReferenceSample {
    ReferenceSample(try run(.root))
  }

  private static func lookback(of circuit: Circuit) -> Int {
    var farthest = 0
    circuit.forEachInstruction { instruction in
      guard instruction.gate.definition.allowsClassicalControl else { return }
      for target in circuit.targets(of: instruction)
      where target.rawValue >> 29 == Target.Kind.record.rawValue {
        farthest = max(farthest, target.value)
      }
    }
    return farthest
  }

  // MARK: Blocks

  /// Runs a block; gives its results.
  private mutating func run(_ block: BlockID) throws -> [ReferenceSample.Segment] {
    var segments: [ReferenceSample.Segment] = []
    let last = block == .root ? lastMeasurements : nil
    for (index, node) in circuit.nodes(of: block).enumerated() {
      do {
        switch node {
        case .instruction(let instruction):
          if let last, index == last.node {
            try simulator.prepareForLast(last.instructions, of: circuit)
          }
          try simulator.apply(instruction, of: circuit)
        case .repeatBlock(let count, let body, _):
          takeResults(into: &segments)
          if try simulator.runPower(of: body, count) { continue }
          Self.append(
            try run(body, times: count, range: circuit.range(of: block, at: index)), to: &segments)
        case .branch, .loop, .assign, .leave:
          throw Diagnostic(
            "classical control flow decides what is measured: there is no one reference sample",
            code: "control-flow",
            hint: "feedback such as CX rec[-1] 0 would be accepted")
        }
      } catch var diagnostic as Diagnostic {
        diagnostic.range =
          diagnostic.range
          ?? circuit.rangeOfFault(of: block, at: index, measurements: simulator.record.count)
        throw diagnostic
      }
    }
    takeResults(into: &segments)
    return segments
  }

  /// Moves results from the simulator's record to a segment, and forgets those that feedback can no
  /// longer reach.
  private mutating func takeResults(into segments: inout [ReferenceSample.Segment]) {
    let record = simulator.memory.record
    if record.count > start { Self.append([.bits(record.suffix(from: start))], to: &segments) }
    start = record.count
    if record.count > 4 * lookback + 4096 {
      simulator.memory.record = record.suffix(from: record.count - lookback)
      start = lookback
    }
  }

  private static func append(
    _ more: [ReferenceSample.Segment], to segments: inout [ReferenceSample.Segment]
  ) {
    for segment in more {
      if case .bits(let next) = segment, case .bits(var last)? = segments.last {
        segments.removeLast()
        for bit in next { last.append(bit) }
        segments.append(.bits(last))
      } else {
        segments.append(segment)
      }
    }
  }

  // MARK: Folding

  /// Runs a block so many times, until the state before a turn is one seen before.
  ///
  /// - Throws: `Obstacle` if that is long to come.
  private mutating func run(
    _ body: BlockID, times count: UInt64, range: SourceRange?
  ) throws -> [ReferenceSample.Segment] {
    var segments: [ReferenceSample.Segment] = []
    var watch = RecurrenceWatch(turnCost: facts.work(of: body))
    let ownWork = facts.ownWork(of: body)
    budget.enter(count, at: range)
    defer { budget.exit() }
    /// Since the state that the watch remembers.
    var turns: [[ReferenceSample.Segment]] = []
    var done: UInt64 = 0
    while done < count {
      let left = count - done
      try simulator.makeUnique()
      if left > 2 || !turns.isEmpty,
        try watch.recurs(simulator, lookback: lookback, turnsLeft: left)
      {
        let (whole, rest) = left.quotientAndRemainder(dividingBy: UInt64(turns.count))
        let repeated = turns.reduce(into: []) { Self.append($1, to: &$0) }
        if whole > 0, !repeated.isEmpty {
          Self.append([.repetition(count: whole, body: repeated)], to: &segments)
        }
        budget.leaveOut(left - rest)
        for _ in 0..<rest { Self.append(try run(body), to: &segments) }
        return segments
      }
      if watch.hasJustRemembered { turns.removeAll() }
      let turn = try run(body)
      done += 1
      budget.spend(ownWork.saturatingMultiply(stepsPerTarget).saturatingAdd(8))
      try budget.endTurn()
      Self.append(turn, to: &segments)
      turns.append(turn)
    }
    return segments
  }
}

extension BitVector {
  /// The bits from a place on.
  fileprivate func suffix(from start: Int) -> BitVector {
    var bits = BitVector(count: 0)
    for index in start..<count { bits.append(self[index]) }
    return bits
  }
}
