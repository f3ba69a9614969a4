/// Writes a circuit anew, node by node: control flow, registers and places in the text are kept,
/// instructions go through a rule that may drop, change or multiply them.
///
/// Neighbours that become alike but for their targets are joined, as in `.stim` files.
struct CircuitRewriter<Failure: Error> {
  typealias Rule = (_ instruction: Instruction, _ output: inout Circuit) throws(Failure) -> Void

  let source: Circuit
  let rule: Rule

  func run() throws(Failure) -> Circuit {
    var output = Circuit()
    output.qubitRegisters = source.qubitRegisters
    output.bitRegisters = source.bitRegisters
    output.variables = source.variables
    output.qubitCount = source.qubitCount
    output.bitCount = source.bitCount
    try copy(.root, to: &output)
    output.currentPlace = Circuit.SourcePlace()
    return output
  }

  private func copy(_ block: BlockID, to output: inout Circuit) throws(Failure) {
    for (index, node) in source.nodes(of: block).enumerated() {
      output.currentPlace = source.place(of: block, at: index)
      switch node {
      case .instruction(let instruction): try rule(instruction, &output)
      case .repeatBlock(let count, let body, let tag):
        try output.appendRepeat(count, tag: source.tag(tag)) {
          (output: inout Circuit) throws(Failure) in
          try copy(body, to: &output)
        }
      default: try copy(control: node, to: &output)
      }
    }
  }

  private func copy(control node: Node, to output: inout Circuit) throws(Failure) {
    switch node {
    case .branch(let condition, let then, let otherwise?):
      try output.appendIf(source.expression(condition)) {
        (output: inout Circuit) throws(Failure) in
        try copy(then, to: &output)
      } else: { (output: inout Circuit) throws(Failure) in
        try copy(otherwise, to: &output)
      }
    case .branch(let condition, let then, nil):
      try output.appendIf(source.expression(condition)) {
        (output: inout Circuit) throws(Failure) in
        try copy(then, to: &output)
      }
    case .loop(let condition, let body):
      try output.appendWhile(source.expression(condition)) {
        (output: inout Circuit) throws(Failure) in
        try copy(body, to: &output)
      }
    case .assign(let destination, let value):
      output.appendAssign(source.expression(value), to: destination)
    case .leave(let departure): output.appendLeave(departure)
    case .instruction, .repeatBlock: break
    }
  }
}

extension Circuit {
  /// Where a node stood in the text it was read from.
  package func place(of block: BlockID, at index: Int) -> SourcePlace {
    let places = blocks[Int(block.index)].places
    return index < places.count ? places[index] : SourcePlace()
  }

  /// Appends an instruction of another circuit, changed where an argument is given.
  ///
  /// - Precondition: the changed instruction is valid.
  package mutating func appendCopy(
    of instruction: Instruction, from source: Circuit, gate: Gate? = nil,
    arguments: [Double]? = nil, targets: [Target]? = nil, tag: String? = nil
  ) {
    let targets = targets ?? Array(source.targets(of: instruction))
    do throws(CircuitError) {
      if instruction.hasDynamicArguments, arguments == nil {
        try appendDynamic(
          gate ?? instruction.gate, arguments: Array(source.dynamicArguments(of: instruction)),
          targets: targets, controlCount: Int(instruction.controlCount))
      } else {
        try appendChecked(
          gate ?? instruction.gate,
          arguments: arguments ?? Array(source.arguments(of: instruction)), targets: targets,
          controlCount: Int(instruction.controlCount),
          tag: tag ?? source.tag(of: instruction), fusing: true)
      }
    } catch {
      preconditionFailure(error.message)
    }
    if targets.count == instruction.targets.count { copyJoints(of: instruction, from: source) }
  }

  /// Notes where the statements of an instruction come from that was just copied with all its
  /// targets.
  private mutating func copyJoints(of instruction: Instruction, from source: Circuit) {
    guard currentPlace.line > 0, !source.joints.isEmpty else { return }
    let move = Int32(targetStorage.count) - instruction.targets.upperBound
    var (low, high) = (0, source.joints.count)
    while low < high {
      let middle = (low + high) / 2
      if source.joints[middle].target < instruction.targets.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    for joint in source.joints[low...] {
      guard joint.target < instruction.targets.upperBound else { return }
      joints.append(Joint(target: joint.target + move, place: joint.place))
    }
  }
}
