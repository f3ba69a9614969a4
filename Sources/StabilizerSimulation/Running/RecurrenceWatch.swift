import QuantumCore

/// Tells when the state before a turn of a loop is one seen before.
///
/// One state is remembered, and replaced after 1, 2, 4 … turns, so a period is found within about
/// twice its length of where it sets in, whatever comes before.
///
/// - Source: [Brent80].
struct RecurrenceWatch {
  private var remembered: TableauSimulator?
  private var stabilizers: StabilizerList?
  private var turnsSince: UInt64 = 0
  private var turnsUntilNext: UInt64 = 1
  private(set) var hasJustRemembered = false
  /// Targets and instructions of a turn.
  private let turnCost: UInt64
  /// What the turns so far cost, in the same unit; a thorough comparison waits until it costs no
  /// more.
  private var spent: UInt64 = 0

  init(turnCost: UInt64) { self.turnCost = turnCost }

  /// Whether everything that decides how the loop goes on is as it was when the remembered state
  /// was taken.
  ///
  /// - Parameter lookback: how many of the last results decide.
  mutating func recurs(
    _ simulator: TableauSimulator, lookback: Int, turnsLeft: UInt64
  ) throws(Obstacle) -> Bool {
    hasJustRemembered = false
    guard let old = remembered else {
      try remember(simulator)
      return false
    }
    turnsSince += 1
    spent = spent.saturatingAdd(turnCost)
    if Self.agree(old.memory.record, simulator.memory.record, last: lookback),
      try hasSameState(old.state, simulator.state, turnsLeft: turnsLeft)
    {
      return true
    }
    if turnsSince == turnsUntilNext {
      try remember(simulator)
      turnsUntilNext = turnsUntilNext.saturatingMultiply(2)
    }
    return false
  }

  private mutating func remember(_ simulator: TableauSimulator) throws(Obstacle) {
    var copy = simulator
    copy.state = try simulator.state.copy()
    (remembered, stabilizers, turnsSince) = (copy, nil, 0)
    hasJustRemembered = true
  }

  private static func agree(_ a: BitVector, _ b: BitVector, last count: Int) -> Bool {
    if count == 0 { return true }
    guard min(a.count, count) == min(b.count, count) else { return false }
    return (0..<min(a.count, count)).allSatisfy { a[a.count - 1 - $0] == b[b.count - 1 - $0] }
  }

  private mutating func hasSameState(
    _ old: StabilizerState, _ new: StabilizerState, turnsLeft: UInt64
  ) throws(Obstacle) -> Bool {
    if old.isIdentical(to: new) { return true }
    let limit = min(spent, turnCost.saturatingMultiply(turnsLeft))
    guard limit >= UInt64(4 * new.tableau.qubitCount) else { return false }
    if stabilizers == nil { stabilizers = old.stabilizerList(limit: limit) }
    guard let stabilizers, stabilizers.factorCount <= limit else { return false }
    return try new.isStabilized(by: stabilizers)
  }
}
