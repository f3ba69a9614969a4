// Facts about a circuit. Repeat blocks count as often as they run, in saturating arithmetic,
// without being unrolled.

extension Circuit {
  /// Calls `visit` for every instruction as written, blocks included, each once.
  public func forEachInstruction(_ visit: (Instruction) throws -> Void) rethrows {
    for block in blocks {
      for case .instruction(let instruction) in block.nodes { try visit(instruction) }
    }
  }

  /// Number of groups an instruction acts on.
  public func groupCount(of instruction: Instruction) -> Int {
    var count = 0
    forEachGroup(of: instruction) { _, _ in count += 1 }
    return count
  }

  /// Records appended by one run, or by the longest path where control flow decides; `nil` if a
  /// loop has no fixed length.
  public var measurementCount: UInt64? { recordCount(of: .root) }

  private func recordCount(of block: BlockID) -> UInt64? {
    var total: UInt64 = 0
    for node in nodes(of: block) {
      var count: UInt64 = 0
      switch node {
      case .instruction(let instruction):
        let records = instruction.gate.definition.recordsPerGroup
        count = records == 0 ? 0 : UInt64(groupCount(of: instruction) * records)
      case .repeatBlock(let times, let body, _):
        guard let inner = recordCount(of: body) else { return nil }
        let (product, overflow) = inner.multipliedReportingOverflow(by: times)
        count = overflow ? .max : product
      case .branch(_, let then, let otherwise):
        guard let a = recordCount(of: then) else { return nil }
        guard let b = otherwise.map({ recordCount(of: $0) }) ?? 0 else { return nil }
        count = max(a, b)
      case .loop(_, let body):
        guard let inner = recordCount(of: body) else { return nil }
        if inner > 0 { return nil }
      case .assign, .leave: break
      }
      let (sum, overflow) = total.addingReportingOverflow(count)
      total = overflow ? .max : sum
    }
    return total
  }

  /// Number of gate applications (annotations and classical steps not counted) in one run of every
  /// block's text; loops of unknown length count once. Saturates.
  public var gateCount: UInt64 { gateCount(of: .root) }

  private func gateCount(of block: BlockID) -> UInt64 {
    var total: UInt64 = 0
    for node in nodes(of: block) {
      let count: UInt64
      switch node {
      case .instruction(let instruction):
        count = instruction.gate.definition.isAnnotation ? 0 : UInt64(groupCount(of: instruction))
      case .repeatBlock(let times, let body, _):
        let (product, overflow) = gateCount(of: body).multipliedReportingOverflow(by: times)
        count = overflow ? .max : product
      case .branch(_, let then, let otherwise):
        count = gateCount(of: then).saturatingAdd(otherwise.map { gateCount(of: $0) } ?? 0)
      case .loop(_, let body): count = gateCount(of: body)
      case .assign, .leave: count = 0
      }
      total = total.saturatingAdd(count)
    }
    return total
  }

  /// Longest chain of gates that share qubits or classical bits, as the text stands; a repeat block
  /// counts its body's depth times its count. An upper bound where control flow joins.
  public var depth: UInt64 { depth(of: .root) }

  private func depth(of block: BlockID) -> UInt64 {
    var levels: [UInt64: UInt64] = [:]
    var floor: UInt64 = 0
    var deepest: UInt64 = 0
    for node in nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        guard !instruction.gate.definition.isAnnotation else { continue }
        forEachGroup(of: instruction) { group, bit in
          var wires = group.filter { !$0.isCombiner && !$0.isClassicalControl }.map {
            UInt64($0.value)
          }
          if let bit { wires.append(UInt64(bit) | 1 << 40) }
          let level = (wires.map { levels[$0] ?? floor }.max() ?? floor).saturatingAdd(1)
          for wire in wires { levels[wire] = level }
          deepest = max(deepest, level)
        }
      case .repeatBlock(let times, let body, _):
        let (product, overflow) = depth(of: body).multipliedReportingOverflow(by: times)
        floor = deepest.saturatingAdd(overflow ? .max : product)
      case .branch(_, let then, let otherwise):
        floor = deepest.saturatingAdd(max(depth(of: then), otherwise.map { depth(of: $0) } ?? 0))
      case .loop(_, let body): floor = deepest.saturatingAdd(depth(of: body))
      case .assign, .leave: continue
      }
      if floor > deepest {
        deepest = floor
        levels.removeAll(keepingCapacity: true)
      }
    }
    return deepest
  }

  /// Whether the circuit makes any choice while it runs other than through `rec` controls of Pauli
  /// gates.
  public var hasControlFlow: Bool {
    blocks.contains { block in
      block.nodes.contains { node in
        switch node {
        case .branch, .loop, .leave: true
        case .instruction, .repeatBlock, .assign: false
        }
      }
    }
  }

  /// Whether any instruction is a noise channel, or a measurement with a flip probability.
  public var hasNoise: Bool {
    var found = false
    forEachInstruction { instruction in
      let definition = instruction.gate.definition
      if definition.isNoise {
        found = true
      } else if definition.recordsPerGroup > 0, !instruction.hasDynamicArguments {
        found = found || arguments(of: instruction).contains { $0 > 0 }
      }
    }
    return found
  }
}

extension UInt64 {
  package func saturatingAdd(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
  package func saturatingMultiply(_ other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
