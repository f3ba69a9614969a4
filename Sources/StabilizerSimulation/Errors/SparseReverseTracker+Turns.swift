import QuantumCore

/// The turns of a repeat block that is walked backwards.
struct ReverseTurns {
  let body: BlockID
  let count: UInt64
  /// Where the block stands.
  let range: SourceRange?
  /// Targets and instructions of a turn.
  let work: UInt64
  let records: UInt64
  let kinds: BlockFacts.Kinds
  /// How many of so many turns may be left out where the walk only looks at what they do to the state.
  var mostLeftOut: (UInt64) -> UInt64 = { $0 }

  init(
    _ body: BlockID, _ count: UInt64, of circuit: Circuit, _ facts: inout BlockFacts,
    range: SourceRange?
  ) {
    (self.body, self.count, self.range) = (body, count, range)
    (records, kinds) = facts[body]
    work = facts.work(of: body)
  }

  /// Whether a turn brings no symptoms of its own.
  var isSilent: Bool { kinds.isDisjoint(with: [.detectors, .observables]) }

  /// Steps that a walk makes at most of one repeat block.
  static let workLimit: UInt64 = 1 << 30
  /// Turns after which that is asked.
  private static let patience: UInt64 = 1 << 12

  /// - Throws: `Obstacle` if the turns left are too many.
  func requireEnd(after done: UInt64, hint: String) throws(Obstacle) {
    guard done == Self.patience else { return }
    let left = (count - done).saturatingMultiply(work)
    guard left > Self.workLimit else { return }
    throw Obstacle(
      .unsupported,
      "unrolling the circuit's repeat blocks takes \(left == .max ? "2^64 or more" : "\(left)") steps",
      hint: hint, range: range)
  }
}

extension SparseReverseTracker {
  /// Steps back over a repeat block by its turns, but for those that would only do to the symptoms what others did.
  ///
  /// Nothing is left out that a noise channel could be sensitive to, or that brings detectors or observables.
  ///
  /// - Parameters:
  ///   - hint: what helps where too many turns are left.
  ///   - leaveOut: told how many turns are stepped over.
  ///   - turn: steps back over the turn with that number, from 1 on; says whether to go on.
  func undo(
    _ turns: ReverseTurns, hint: String, leaveOut: (UInt64) -> Void = { _ in },
    turn: (UInt64) throws -> Bool
  ) throws {
    var left = turns.count
    func leave(_ turnCount: UInt64) {
      skip(detectors: 0, measurements: turns.records * turnCount)
      left -= turnCount
      leaveOut(turnCount)
    }
    if turns.isSilent, left > 1, isBlank {
      guard try turn(left) else { return }
      left -= 1
      return leave(left)
    }
    if try undoPower(turns) { return leaveOut(left) }
    var watch = turns.isSilent && !turns.kinds.contains(.noise) ? Recurrence() : nil
    while left > 0 {
      if left > 1, let period = try watch?.period(of: self) {
        watch = nil
        leave(turns.mostLeftOut(left) / period * period)
        continue
      }
      guard try turn(left) else { return }
      left -= 1
      try turns.requireEnd(after: turns.count - left, hint: hint)
    }
  }

  /// Whether no error at the present place flips anything.
  var isBlank: Bool {
    rows.clear(scratchRow)
    return rows.areEmpty
  }

  /// Raises a block of gates to a power.
  ///
  /// - Returns: whether it did.
  private func undoPower(_ turns: ReverseTurns) throws -> Bool {
    guard turns.count >= 1024, turns.kinds.subtracting(.ticks) == .gates,
      turns.mostLeftOut(turns.count) == turns.count,
      let block = GateBlock(turns.body, in: circuit), block.qubits.count <= 256
    else { return false }
    undo(gatesOf: try block.raised(to: turns.count))
    return true
  }
}

/// Tells when a tracker knows the same as before.
///
/// - Source: [Brent80].
private struct Recurrence {
  private var remembered: SparseReverseTracker?
  private var (turnsSince, turnsUntilNext): (UInt64, UInt64) = (0, 1)

  /// To be asked before every turn: how many turns ago the tracker knew the same; `nil` if that is not known.
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
