import QuantumCore

extension TableauSimulator {
  /// Runs a circuit on the present state; its classical bits and variables replace those of a
  /// circuit before, its record joins the one so far.
  ///
  /// - Throws: `Diagnostic` with the place of an instruction that cannot run (a gate that is no
  ///   Clifford, a product that is not Hermitian, a record before the first); `Obstacle` when
  ///   memory runs out. The state is then that before the instruction.
  public mutating func run(_ circuit: Circuit) throws {
    let circuit = CliffordRecognition(of: circuit).circuit
    prepareMemory(for: circuit)
    _ = try run(circuit, block: .root)
    try state.endMeasuring()
  }

  /// Makes ready for a circuit: classical bits and variables as at its start; the record stays.
  package mutating func prepareMemory(for circuit: Circuit) {
    let record = memory.record
    memory = ClassicalMemory(for: circuit)
    memory.record = record
    powers = RepeatPowers(circuit)
  }

  /// Runs a block.
  ///
  /// - Parameter part: which of its nodes; `nil` is all.
  /// - Returns: how control left it; `nil` if it ran to its end.
  package mutating func run(
    _ circuit: Circuit, block: BlockID, nodes part: Range<Int>? = nil
  ) throws -> Departure? {
    let nodes = circuit.nodes(of: block)
    for index in part ?? nodes.indices {
      do {
        if let departure = try run(nodes[index], of: circuit) { return departure }
      } catch var diagnostic as Diagnostic {
        diagnostic.range =
          diagnostic.range
          ?? circuit.rangeOfFault(of: block, at: index, measurements: record.count)
        throw diagnostic
      } catch let obstacle as Obstacle where obstacle.range == nil {
        throw Obstacle(
          obstacle.kind, obstacle.message, hint: obstacle.hint,
          range: circuit.range(of: block, at: index))
      }
    }
    return nil
  }

  private mutating func run(_ node: Node, of circuit: Circuit) throws -> Departure? {
    switch node {
    case .instruction(let instruction):
      try apply(instruction, of: circuit)
      return nil
    case .repeatBlock(let count, let body, _):
      if try runPower(of: body, count) { return nil }
      try requireEnd(of: body, count)
      for _ in 0..<count {
        try noteTurn()
        let departure = try run(circuit, block: body)
        if let (outer, stops) = Self.afterTurn(departure), stops { return outer }
      }
      return nil
    case .branch(let condition, let then, let otherwise):
      if try circuit.expression(condition).evaluated(in: memory).isTrue {
        return try run(circuit, block: then)
      }
      return try otherwise.flatMap { try run(circuit, block: $0) }
    case .loop(let condition, let body):
      while try circuit.expression(condition).evaluated(in: memory).isTrue {
        try noteTurn()
        let departure = try run(circuit, block: body)
        if let (outer, stops) = Self.afterTurn(departure), stops { return outer }
      }
      return nil
    case .assign(let destination, let value):
      try memory.assign(circuit.expression(value).evaluated(in: memory), to: destination)
      return nil
    case .leave(let departure): return departure
    }
  }

  /// Counts a turn of a loop.
  ///
  /// - Throws: `Obstacle` where time is up.
  private mutating func noteTurn() throws(Obstacle) {
    turnsUnwatched -= 1
    guard turnsUnwatched == 0 else { return }
    turnsUnwatched = 1 << 10
    try timeLimit.check()
  }

  /// What a loop does after a turn: whether it stops, and what it hands on.
  private static func afterTurn(_ departure: Departure?) -> (outer: Departure?, stops: Bool)? {
    switch departure {
    case nil: nil
    case .halt: (.halt, true)
    case .endLoop(let levels): (levels > 1 ? .endLoop(levels: levels - 1) : nil, true)
    case .nextTurn(let levels):
      levels > 1 ? (.nextTurn(levels: levels - 1), true) : (nil, false)
    }
  }

  /// Runs many turns of a block of gates and Pauli noise at once.
  ///
  /// - Returns: whether that is possible, and worth it.
  mutating func runPower(of body: BlockID, _ count: UInt64) throws -> Bool {
    let power = try powers.power(of: body, count, drawsNoise: randomness == .drawn)
    guard let power else { return false }
    let noise = power.noise?.draw(seed: generator.next())
    _ = try run(power.gates, block: .root)
    for error in noise?.errors ?? [] { state.applyPauli(error.pauli.rawValue, to: error.qubit) }
    chainHappened = noise?.chainHappened ?? chainHappened
    return true
  }

  /// - Throws: `Obstacle` if a repeat block runs too often to come to an end turn by turn.
  mutating func requireEnd(
    of body: BlockID, _ count: UInt64, at range: SourceRange? = nil
  ) throws {
    let steps = try powers.steps(of: body, count)
    guard steps > stepLimit else { return }
    throw Obstacle(
      .unsupported,
      "the repeat block takes \(steps == .max ? "2^64 or more" : "\(steps)") steps; up to \(stepLimit) are run one by one",
      hint: "use fewer repetitions", range: range)
  }
}
