// Building circuits. The trapping forms are for code that knows its arguments, the throwing one for
// parsers.

extension Circuit {
  /// Appends a gate without arguments on the given qubits (several groups broadcast, as in Stim:
  /// `append(.h, 0, 1, 2)`).
  public mutating func append(_ gate: Gate, _ qubits: Int...) {
    append(gate, targets: qubits.map { Target.qubit($0) })
  }

  /// Appends a gate with arguments: `append(.rx, [0.3], 2)`.
  public mutating func append(_ gate: Gate, _ arguments: [Double], _ qubits: Int...) {
    append(gate, arguments: arguments, targets: qubits.map { Target.qubit($0) })
  }

  /// Appends any instruction.
  ///
  /// - Precondition: the instruction is valid, see `appendChecked`.
  public mutating func append(
    _ gate: Gate, arguments: [Double] = [], targets: [Target], controlCount: Int = 0,
    tag: String = ""
  ) {
    do {
      try appendChecked(
        gate, arguments: arguments, targets: targets, controlCount: controlCount, tag: tag)
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// Appends a matrix on up to six qubits, bit j of its index being `qubits[j]`.
  ///
  /// - Precondition: the matrix is 2ᵏ × 2ᵏ for k = `qubits.count` distinct qubits.
  public mutating func append(_ matrix: ComplexMatrix, to qubits: Int...) {
    append(
      .unitary, arguments: GateDefinition.flattened(matrix),
      targets: qubits.map { Target.qubit($0) })
  }

  /// Measures qubits in the Z basis into the record.
  public mutating func measure(_ qubits: Int...) {
    append(.m, targets: qubits.map { Target.qubit($0) })
  }

  /// Measures a qubit in the Z basis into the record and a classical bit.
  public mutating func measure(_ qubit: Int, into bit: Int) {
    append(.m, targets: [.qubit(qubit), .bit(bit)])
  }

  /// Appends an instruction whose arguments are computed while the circuit runs.
  ///
  /// - Precondition: valid targets and as many expressions as the gate has parameters.
  package mutating func appendDynamic(
    _ gate: Gate, arguments: [ClassicalExpression], targets: [Target], controlCount: Int = 0
  ) throws(CircuitError) {
    let placeholder = [Double](repeating: 0, count: arguments.count)
    try validate(gate, arguments: placeholder, targets: targets, controlCount: controlCount)
    noteUse(of: targets)
    let start = Int32(expressionStorage.count)
    expressionStorage += arguments
    for argument in arguments {
      expressionPartCount += argument.partCount(upTo: Self.countedParts)
    }
    let firstTarget = Int32(targetStorage.count)
    targetStorage += targets
    appendNode(
      .instruction(
        Instruction(
          gate: gate, controlCount: UInt16(controlCount), hasDynamicArguments: true, tag: 0,
          targets: firstTarget..<Int32(targetStorage.count),
          arguments: start..<Int32(expressionStorage.count))))
  }

  /// Appends an instruction if it is valid.
  ///
  /// - Parameters:
  ///   - targets: groups one after the other; a `bit` target after a measured group stores its
  ///     result.
  ///   - controlCount: leading qubits of each group that control the gate; `!` marks a control on
  ///     0.
  ///   - fusing: joins the instruction to the one before if they differ in targets only, as `.stim`
  ///     files do.
  /// - Throws: `CircuitError` naming the offending target or argument; the circuit is then
  ///   unchanged.
  package mutating func appendChecked(
    _ gate: Gate, arguments: [Double] = [], targets: [Target], controlCount: Int = 0,
    tag: String = "",
    fusing: Bool = false
  ) throws(CircuitError) {
    try validate(gate, arguments: arguments, targets: targets, controlCount: controlCount)
    noteUse(of: targets)
    let tagIndex = intern(tag)
    if fusing,
      fuse(gate, arguments: arguments, targets: targets, controlCount: controlCount, tag: tagIndex)
    {
      return
    }
    let (firstTarget, firstArgument) = (Int32(targetStorage.count), Int32(argumentStorage.count))
    targetStorage += targets
    argumentStorage += arguments
    appendNode(
      .instruction(
        Instruction(
          gate: gate, controlCount: UInt16(controlCount), hasDynamicArguments: false, tag: tagIndex,
          targets: firstTarget..<Int32(targetStorage.count),
          arguments: firstArgument..<Int32(argumentStorage.count))))
  }

  /// Whether adjacent instructions of this gate may become one.
  package static func isFusable(_ gate: Gate) -> Bool {
    switch gate {
    case .detector, .observableInclude, .qubitCoords, .tick, .shiftCoords, .repeatBlock, .unitary,
      .barrier, .delay, .globalPhase:
      false
    default: gate.definition.chainRole == nil
    }
  }

  private mutating func fuse(
    _ gate: Gate, arguments: [Double], targets: [Target], controlCount: Int, tag: UInt32
  ) -> Bool {
    let block = Int(openBlock.index)
    guard Self.isFusable(gate), case .instruction(var last)? = blocks[block].nodes.last,
      last.gate == gate,
      last.tag == tag, last.controlCount == controlCount, !last.hasDynamicArguments,
      Int(last.targets.upperBound) == targetStorage.count,
      self.arguments(of: last).elementsEqual(arguments)
    else { return false }
    if currentPlace.line > 0 {
      joints.append(Joint(target: Int32(targetStorage.count), place: currentPlace))
    }
    targetStorage += targets
    last.targets = last.targets.lowerBound..<Int32(targetStorage.count)
    blocks[block].nodes[blocks[block].nodes.count - 1] = .instruction(last)
    return true
  }

  /// Appends a block that runs `count` times.
  ///
  /// - Precondition: `count >= 1`.
  public mutating func appendRepeat<Failure: Error>(
    _ count: UInt64, tag: String = "", _ build: (inout Circuit) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count >= 1, "A repeat block runs at least once")
    let tag = TagID(index: intern(tag))
    let body = try inNewBlock(build)
    appendNode(.repeatBlock(count: count, body: body, tag: tag))
  }

  /// Appends a choice made while the circuit runs.
  public mutating func appendIf<Failure: Error>(
    _ condition: ClassicalExpression, _ then: (inout Circuit) throws(Failure) -> Void
  ) throws(Failure) {
    let id = store(condition)
    let body = try inNewBlock(then)
    appendNode(.branch(condition: id, then: body, otherwise: nil))
  }

  /// Appends a choice between two blocks made while the circuit runs.
  public mutating func appendIf<Failure: Error>(
    _ condition: ClassicalExpression, _ then: (inout Circuit) throws(Failure) -> Void,
    else otherwise: (inout Circuit) throws(Failure) -> Void
  ) throws(Failure) {
    let id = store(condition)
    let body = try inNewBlock(then)
    let other = try inNewBlock(otherwise)
    appendNode(.branch(condition: id, then: body, otherwise: other))
  }

  /// Appends a loop that runs while a condition over measured bits holds.
  public mutating func appendWhile<Failure: Error>(
    _ condition: ClassicalExpression, _ build: (inout Circuit) throws(Failure) -> Void
  ) throws(Failure) {
    let id = store(condition)
    let body = try inNewBlock(build)
    appendNode(.loop(condition: id, body: body))
  }

  /// Appends an assignment made while the circuit runs.
  public mutating func appendAssign(
    _ value: ClassicalExpression, to destination: ClassicalDestination
  ) {
    appendNode(.assign(destination, store(value)))
  }

  /// Appends a `break`, `continue` or `end`.
  public mutating func appendLeave(_ departure: Departure) { appendNode(.leave(departure)) }

  package mutating func appendNode(_ node: Node) {
    let block = Int(openBlock.index)
    if currentPlace.line > 0 {
      while blocks[block].places.count < blocks[block].nodes.count {
        blocks[block].places.append(SourcePlace())
      }
      blocks[block].places.append(currentPlace)
    }
    blocks[block].nodes.append(node)
    nodeCount += 1
  }

  private mutating func inNewBlock<Failure: Error>(
    _ build: (inout Circuit) throws(Failure) -> Void
  ) throws(Failure) -> BlockID {
    let (outer, place) = (openBlock, currentPlace)
    let id = BlockID(index: Int32(blocks.count))
    blocks.append(Block())
    openBlock = id
    defer { (openBlock, currentPlace) = (outer, place) }
    try build(&self)
    return id
  }

  mutating func store(_ expression: ClassicalExpression) -> ExpressionID {
    expressionStorage.append(expression)
    expressionPartCount += expression.partCount(upTo: Self.countedParts)
    return ExpressionID(index: Int32(expressionStorage.count - 1))
  }

  private mutating func intern(_ tag: String) -> UInt32 {
    if let index = tagIndices[tag] { return index }
    tags.append(tag)
    tagIndices[tag] = UInt32(tags.count - 1)
    return UInt32(tags.count - 1)
  }

  private mutating func noteUse(of targets: [Target]) {
    for target in targets {
      if let qubit = target.qubit, qubit >= qubitCount { qubitCount = qubit + 1 }
    }
  }
}
