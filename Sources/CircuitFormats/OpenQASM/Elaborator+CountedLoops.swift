import QuantumCore

// Loops over known whole numbers. Turns of a long loop that are all the same become one repeat
// block; others are written out one after the other. Either way they count as the instructions that
// a run takes: a program of a few lines must not run without end.

extension Elaborator {
  typealias LoopBinding = (Value) throws(Diagnostic) -> Void

  /// How often a loop is looked at again, where its first turns change what is known.
  private static let foldingAttempts = 3

  func runFor(
    from start: Int64, step: Int64, through stop: Int64, _ range: RangeSyntax, _ body: [Statement],
    _ statement: Statement, _ bind: LoopBinding
  ) throws(Diagnostic) -> Flow {
    var start = start
    guard step > 0 ? start <= stop : start >= stop else { return .normal }
    let distance = UInt64(bitPattern: step > 0 ? stop &- start : start &- stop)
    var turns = (distance / step.magnitude).saturatingAdd(1)
    let effects = Effects(of: body)
    let leaves = effects.breaks || effects.returns || effects.ends
    if !leaves, !effects.continues, collected == nil, distance < .max {
      for _ in 0..<Self.foldingAttempts where turns >= Self.leastLongTurns {
        switch try fold(turns, at: start, body, statement, bind) {
        case .done: return .normal
        case .dependsOnTurn: turns = 0
        case .changesState:
          let flow = try unrollTurns(from: start, step: step, through: start, body, statement, bind)
          guard flow == .normal else { return flow }
          (start, turns) = (start + step, turns - 1)
        }
      }
    }
    let rest = (Double(stop) - Double(start)) / Double(step)
    guard rest <= Double(stepLimit + Self.grantLimit) || leaves else {
      throw Diagnostic(
        "the loop takes more than \(stepLimit + Self.grantLimit) turns to unroll",
        code: "too-large", at: range.span.range)
    }
    return try unrollTurns(from: start, step: step, through: stop, body, statement, bind)
  }

  private func unrollTurns(
    from start: Int64, step: Int64, through stop: Int64, _ body: [Statement],
    _ statement: Statement, _ bind: LoopBinding
  ) throws(Diagnostic) -> Flow {
    return try withoutActuallyEscaping(bind) { bind throws(Diagnostic) in
      try unroll(body, statement) {
        var current: Int64? = start
        return { () throws(Diagnostic) -> Bool in
          guard let value = current, step > 0 ? value <= stop : value >= stop else { return false }
          let (next, overflow) = value.addingReportingOverflow(step)
          current = overflow ? nil : next
          try bind(.scalar(.int(64), .integer(value)))
          return true
        }
      }
    }
  }

  private enum Folding {
    case done
    /// The turn looks at the loop's variable.
    case dependsOnTurn
    /// The next turn may find other values known than this one did.
    case changesState
  }

  /// Runs a turn within a block; if every turn is like it, repeats the block, otherwise takes the
  /// turn back.
  private func fold(
    _ turns: UInt64, at value: Int64, _ body: [Statement], _ statement: Statement,
    _ bind: LoopBinding
  ) throws(Diagnostic) -> Folding {
    let (snapshot, instructionsBefore) = (self.snapshot(), instructions)
    try step(statement.span)
    frames.append(
      Frame(isCall: false, mode: .reading, runtimeDepth: runtimeDepth, loopDepth: loopDepth))
    loopDepth += 1
    var isSeen = false
    let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      try self.inScope { () throws(Diagnostic) -> Flow in
        try bind(.scalar(.int(64), .integer(value)))
        let cell = self.state.cells.count - 1
        self.watchedCells.append(cell)
        let flow = try self.run(block: body, statement.span)
        self.watchedCells.removeLast()
        isSeen = self.seenCells.remove(cell) != nil
        return flow
      }
    }
    let isSame = flow == .normal && state.knows(sameAs: snapshot.state)
    guard isSame, !isSeen else {
      restore(snapshot)
      return isSeen || flow != .normal ? .dependsOnTurn : .changesState
    }
    loopDepth -= 1
    frames.removeLast(frames.count - snapshot.frameCount)
    let (rest, overflow) = Int(clamping: turns - 1).multipliedReportingOverflow(
      by: instructions - instructionsBefore)
    try noteInstructions(overflow ? .max : rest, statement.span)
    if !circuit.nodes(of: block).isEmpty { circuit.appendRepeat(turns, body: block) }
    return .done
  }
}

extension Elaborator.State {
  /// Whether all that is known is what was known in an earlier state.
  fileprivate func knows(sameAs other: Self) -> Bool {
    cells.count == other.cells.count && knownBits == other.knownBits
      && temporaries.count == other.temporaries.count
      && pendingResults.count == other.pendingResults.count
      && zip(cells, other.cells).allSatisfy { $0.knows(sameAs: $1) }
  }
}

extension Cell {
  fileprivate func knows(sameAs other: Cell) -> Bool {
    type == other.type && complex == other.complex && slots == other.slots && pins == other.pins
      && zip(words, other.words).allSatisfy { $0.expression == $1.expression }
  }
}
