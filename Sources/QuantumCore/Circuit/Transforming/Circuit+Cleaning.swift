extension Circuit {
  /// The same circuit without noise: channels are left out, measurements always tell the truth.
  ///
  /// Heralds stay in the record as constants 0 (`MPAD 0`), so that `rec[-k]` keeps its meaning.
  public func withoutNoise() -> Circuit {
    let rewriter = CircuitRewriter<Never>(source: self) { instruction, output in
      let definition = instruction.gate.definition
      if definition.isNoise {
        if definition.recordsPerGroup > 0 { appendConstants(of: instruction, to: &output) }
      } else if definition.recordsPerGroup > 0 {
        output.appendCopy(of: instruction, from: self, arguments: [])
      } else {
        output.appendCopy(of: instruction, from: self)
      }
    }
    return rewriter.run()
  }

  /// The same circuit without the errors that are heralded. Heralds stay in the record as constants
  /// 0 (`MPAD 0`).
  public func withoutHeraldedNoise() -> Circuit {
    CircuitRewriter<Never>(source: self) { instruction, output in
      let definition = instruction.gate.definition
      if definition.isNoise, definition.recordsPerGroup > 0 {
        appendConstants(of: instruction, to: &output)
      } else {
        output.appendCopy(of: instruction, from: self)
      }
    }.run()
  }

  /// A 0 in the record for each herald.
  private func appendConstants(of instruction: Instruction, to output: inout Circuit) {
    let constants = targets(of: instruction).map { $0.isQubit ? Target.qubit(0) : $0 }
    output.appendCopy(of: instruction, from: self, gate: .mpad, arguments: [], targets: constants)
  }

  /// The same circuit without tags, those of blocks included.
  public func withoutTags() -> Circuit {
    var bare = self
    bare.tags = [""]
    bare.tagIndices = ["": 0]
    for block in blocks.indices {
      bare.blocks[block].nodes = blocks[block].nodes.map { $0.withoutTag }
    }
    // Written anew, so that neighbours that differed in tags only are joined.
    return CircuitRewriter<Never>(source: bare) { instruction, output in
      output.appendCopy(of: instruction, from: bare)
    }.run()
  }
}

extension Node {
  fileprivate var withoutTag: Node {
    switch self {
    case .instruction(let instruction):
      .instruction(
        Instruction(
          gate: instruction.gate, controlCount: instruction.controlCount,
          hasDynamicArguments: instruction.hasDynamicArguments, tag: 0,
          targets: instruction.targets, arguments: instruction.arguments))
    case .repeatBlock(let count, let body, _): .repeatBlock(count: count, body: body, tag: .none)
    case .branch, .loop, .assign, .leave: self
    }
  }
}
