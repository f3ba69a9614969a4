extension Circuit {
  /// The circuit that undoes this one: inverse gates in reverse order.
  ///
  /// Coordinates of qubits at the start stay there; shifts of coordinates are taken back. Repeat
  /// blocks stay folded.
  ///
  /// - Throws: `Obstacle` naming the first thing that has no inverse, such as a measurement, a
  ///   reset or noise.
  public func inverse() throws(Obstacle) -> Circuit {
    var output = Circuit()
    output.qubitRegisters = qubitRegisters
    output.bitRegisters = bitRegisters
    output.variables = variables
    output.qubitCount = qubitCount
    output.bitCount = bitCount
    var start = 0
    for node in nodes() {
      guard case .instruction(let instruction) = node, instruction.gate == .qubitCoords else {
        break
      }
      output.appendCopy(of: instruction, from: self)
      start += 1
    }
    try appendInverse(of: .root, from: start, to: &output)
    output.currentPlace = SourcePlace()
    return output
  }

  private func appendInverse(
    of block: BlockID, from start: Int = 0, to output: inout Circuit
  ) throws(Obstacle) {
    let nodes = nodes(of: block)
    for index in (start..<nodes.count).reversed() {
      output.currentPlace = place(of: block, at: index)
      switch nodes[index] {
      case .instruction(let instruction):
        guard let problem = appendInverse(of: instruction, to: &output) else { continue }
        throw Obstacle(.unsupported, problem, range: range(of: block, at: index))
      case .repeatBlock(let count, let body, let tag):
        try output.appendRepeat(count, tag: self.tag(tag)) {
          (output: inout Circuit) throws(Obstacle) in
          try appendInverse(of: body, to: &output)
        }
      case .branch, .loop, .assign, .leave:
        throw Obstacle(
          .unsupported, "control flow has no inverse", range: range(of: block, at: index))
      }
    }
  }

  /// - Returns: what stands in the way, if anything does.
  private func appendInverse(of instruction: Instruction, to output: inout Circuit) -> String? {
    let definition = instruction.gate.definition
    switch instruction.gate {
    case .tick, .barrier,
      .delay where !instruction.hasDynamicArguments:
      output.appendCopy(of: instruction, from: self)
      return nil
    case .shiftCoords:
      output.appendCopy(
        of: instruction, from: self, arguments: arguments(of: instruction).map { -$0 })
      return nil
    default: break
    }
    guard definition.isUnitary else { return Self.reasonAgainstInverse(definition) }
    guard !instruction.hasDynamicArguments else {
      return "\(definition.name) with arguments computed while the circuit runs has no inverse"
    }
    guard let inverse = definition.inverse(of: Array(arguments(of: instruction))) else {
      return "\(definition.name) has no inverse in the catalog"
    }
    output.appendCopy(
      of: instruction, from: self, gate: inverse.gate, arguments: inverse.arguments,
      targets: reversedTargets(of: instruction))
    return nil
  }

  private static func reasonAgainstInverse(_ definition: GateDefinition) -> String {
    if definition.isNoise { return "\(definition.name) has no inverse: it is noise" }
    if definition.gate == .qubitCoords {
      return "QUBIT_COORDS has no inverse but at the start of the circuit"
    }
    if definition.isAnnotation { return "\(definition.name) has no inverse" }
    return "\(definition.name) has no inverse: it loses what it acts on"
  }

  /// The groups in reverse order; the factors of a product, which are operators of one product,
  /// change order as well.
  private func reversedTargets(of instruction: Instruction) -> [Target] {
    switch instruction.gate.definition.shape {
    case .each(let count):
      let size = count + Int(instruction.controlCount)
      guard size > 0 else { return [] }
      let targets = Array(targets(of: instruction))
      return stride(from: targets.count - size, through: 0, by: -size).flatMap {
        targets[$0..<$0 + size]
      }
    case .products: return targets(of: instruction).reversed()
    case .whole, .none: return Array(targets(of: instruction))
    }
  }
}
