import QuantumCore

/// The turns of a repeat block that is walked backwards.
struct ReverseTurns {
  let body: BlockID
  let count: UInt64
  /// Where the block stands.
  let range: SourceRange?
  /// Targets and instructions of a turn, without those of blocks within.
  let ownWork: UInt64
  let records: UInt64
  let kinds: BlockFacts.Kinds
  /// How many of so many turns may be left out where the walk only looks at what they do to the
  /// state.
  var mostLeftOut: (UInt64) -> UInt64 = { $0 }

  init(
    _ body: BlockID, _ count: UInt64, of circuit: Circuit, _ facts: inout BlockFacts,
    range: SourceRange?
  ) {
    (self.body, self.count, self.range) = (body, count, range)
    (records, kinds) = facts[body]
    ownWork = facts.ownWork(of: body)
  }

  /// Whether a turn brings no symptoms of its own.
  var isSilent: Bool { kinds.isDisjoint(with: [.detectors, .observables]) }
}

extension StepBudget {
  /// That of a walk backwards: targets and instructions, and a few for looking whether a turn is
  /// like one before.
  static func ofReverseWalk(
    hint: String = "use fewer repetitions", reason: String = "following the repeat blocks"
  ) -> StepBudget {
    StepBudget(limit: 1 << 30, patience: 1 << 23, hint: hint, reason: reason)
  }
}

extension SparseReverseTracker {
  /// Steps back over a repeat block by its turns, but for those that would only do to the symptoms
  /// what others did.
  ///
  /// Nothing is left out that a noise channel could be sensitive to, or that brings detectors or
  /// observables.
  ///
  /// - Parameters:
  ///   - leaveOut: told how many turns are stepped over.
  ///   - turn: steps back over the turn with that number, from 1 on; says whether to go on.
  func undo(
    _ turns: ReverseTurns, leaveOut: (UInt64) -> Void = { _ in },
    turn: (UInt64) throws -> Bool
  ) throws {
    if turns.isSilent, turns.count > 1, isBlank {
      guard try turn(turns.count) else { return }
      skip(detectors: 0, measurements: turns.records * (turns.count - 1))
      return leaveOut(turns.count - 1)
    }
    if try undoPower(turns) { return leaveOut(turns.count) }
    var left = turns.count
    enter(turns)
    defer { budget.exit() }
    func leave(_ turnCount: UInt64) {
      skip(detectors: 0, measurements: turns.records * turnCount)
      left -= turnCount
      budget.leaveOut(turnCount)
      leaveOut(turnCount)
    }
    var watch = turns.isSilent && !turns.kinds.contains(.noise) ? Recurrence() : nil
    while left > 0 {
      if left > 1, let period = try watch?.period(of: self) {
        watch = nil
        leave(turns.mostLeftOut(left) / period * period)
        continue
      }
      guard try turn(left) else { return }
      left -= 1
      spend(turns)
      try budget.endTurn()
    }
  }

  /// Begins a repeat block; what the walk did to rows before belongs to the block around, if any.
  func enter(_ turns: ReverseTurns) {
    budget.spend(rows.takeLargeWork() / 8)
    budget.enter(turns.count, at: turns.range)
  }

  /// Counts the steps of a turn, but for those of blocks within.
  func spend(_ turns: ReverseTurns) {
    budget.spend(turns.ownWork.saturatingAdd(8).saturatingAdd(rows.takeLargeWork() / 8))
  }

  /// Whether no error at the present place flips anything.
  var isBlank: Bool {
    rows.clear(scratchRow)
    return rows.areEmpty
  }

  /// Raises a block of gates to a power.
  ///
  /// - Returns: whether the block could be raised.
  private func undoPower(_ turns: ReverseTurns) throws -> Bool {
    guard turns.kinds.subtracting(.ticks) == .gates,
      turns.mostLeftOut(turns.count) == turns.count,
      let power = try powers.power(of: turns.body, turns.count)
    else { return false }
    undo(gatesOf: power)
    return true
  }
}

/// Tells when a tracker knows the same as before.
///
/// - Source: [Brent80].
private struct Recurrence {
  private var remembered: SparseReverseTracker?
  private var (turnsSince, turnsUntilNext): (UInt64, UInt64) = (0, 1)

  /// To be asked before every turn: how many turns ago the tracker knew the same; `nil` if that is
  /// not known.
  mutating func period(of tracker: SparseReverseTracker) throws(Obstacle) -> UInt64? {
    guard let old = remembered else {
      remembered = try SparseReverseTracker(copying: tracker)
      return nil
    }
    turnsSince += 1
    if tracker.recurs(from: old) { return turnsSince }
    if turnsSince == turnsUntilNext {
      remembered = try SparseReverseTracker(copying: tracker)
      (turnsSince, turnsUntilNext) = (0, turnsUntilNext.saturatingMultiply(2))
    }
    return nil
  }
}
