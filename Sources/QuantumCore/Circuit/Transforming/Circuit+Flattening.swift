extension Circuit {
  /// How many nodes and targets `flattened` writes at most unless told otherwise.
  public static let flattenedCountLimit: UInt64 = 1 << 26

  /// The same circuit with every repeat block written out and every shift of coordinates added to
  /// what it shifts.
  ///
  /// - Parameter limit: nodes and targets the result may have.
  /// - Throws: `Obstacle` if the result would be longer than `limit`, or if control flow leaves a
  ///   repeat block.
  public func flattened(limit: UInt64 = flattenedCountLimit) throws(Obstacle) -> Circuit {
    let count = flattenedCount
    guard count <= limit else {
      throw Obstacle(
        .memory(required: count.saturatingMultiply(32), available: limit.saturatingMultiply(32)),
        "written out, the circuit has \(count == .max ? "2^64 or more" : "\(count)") "
          + "instructions and targets, more than the \(limit) allowed")
    }
    var flattener = CircuitFlattener(self)
    try flattener.copy(.root)
    flattener.output.currentPlace = SourcePlace()
    return flattener.output
  }

  /// Nodes and targets of the circuit with its repeat blocks written out, shifts of coordinates
  /// left out; saturates.
  public var flattenedCount: UInt64 { flattenedCount(of: .root) }

  private func flattenedCount(of block: BlockID) -> UInt64 {
    nodes(of: block).reduce(0) { total, node in
      let count: UInt64
      switch node {
      case .instruction(let instruction):
        count =
          instruction.gate == .shiftCoords ? 0 : UInt64(targets(of: instruction).count) + 1
      case .repeatBlock(let times, let body, _):
        count = flattenedCount(of: body).saturatingMultiply(times)
      case .branch(_, let then, let otherwise):
        count = flattenedCount(of: then)
          .saturatingAdd(otherwise.map { flattenedCount(of: $0) } ?? 0).saturatingAdd(1)
      case .loop(_, let body): count = flattenedCount(of: body).saturatingAdd(1)
      case .assign, .leave: count = 1
      }
      return total.saturatingAdd(count)
    }
  }
}

/// Writes repeat blocks out.
private struct CircuitFlattener {
  let source: Circuit
  var output = Circuit()
  private var shift: [Double] = []
  /// The shifts of blocks that leave nothing else; `nil` for blocks that do.
  private var pureShifts: [BlockID: [Double]?] = [:]

  init(_ source: Circuit) {
    self.source = source
    output.qubitRegisters = source.qubitRegisters
    output.bitRegisters = source.bitRegisters
    output.variables = source.variables
    output.qubitCount = source.qubitCount
    output.bitCount = source.bitCount
  }

  mutating func copy(_ block: BlockID) throws(Obstacle) {
    for (index, node) in source.nodes(of: block).enumerated() {
      output.currentPlace = source.place(of: block, at: index)
      switch node {
      case .instruction(let instruction): copy(instruction)
      case .repeatBlock(let count, let body, _):
        if let step = pureShift(of: body) {
          advance(by: step, times: Double(count))
        } else {
          for _ in 0..<count { try copy(body) }
        }
      case .branch, .loop, .assign, .leave:
        throw Obstacle(
          .unsupported, "a circuit with control flow has no flat form",
          range: source.range(of: block, at: index))
      }
    }
  }

  private mutating func copy(_ instruction: Instruction) {
    switch instruction.gate {
    case .shiftCoords: advance(by: source.arguments(of: instruction), times: 1)
    case .detector, .qubitCoords:
      let coordinates = CoordinateSum.absolute(
        source.arguments(of: instruction), shiftedBy: shift)
      output.appendCopy(of: instruction, from: source, arguments: coordinates)
    default: output.appendCopy(of: instruction, from: source)
    }
  }

  private mutating func advance(by step: some Sequence<Double>, times: Double) {
    CoordinateSum.add(step, times: times, to: &shift)
  }

  /// What a turn of a block shifts coordinates by, if it does nothing else.
  private mutating func pureShift(of block: BlockID) -> [Double]? {
    if let known = pureShifts[block] { return known }
    let found = findPureShift(of: block)
    pureShifts[block] = .some(found)
    return found
  }

  private mutating func findPureShift(of block: BlockID) -> [Double]? {
    var sum: [Double] = []
    for node in source.nodes(of: block) {
      switch node {
      case .instruction(let instruction) where instruction.gate == .shiftCoords:
        CoordinateSum.add(source.arguments(of: instruction), to: &sum)
      case .repeatBlock(let count, let body, _):
        guard let step = pureShift(of: body) else { return nil }
        CoordinateSum.add(step, times: Double(count), to: &sum)
      case .instruction, .branch, .loop, .assign, .leave: return nil
      }
    }
    return sum
  }
}
