import QuantumCore

/// Steps that a walk over a circuit may take, in all its repeat blocks together.
///
/// Steps outside of blocks are no more than the circuit's own length and do not count.
///
/// What is left is judged by what the turns so far took: a block that is folded counts with what
/// that took, and blocks within blocks count together. A block is asked only after many steps in
/// it: one that soon recurs is never refused.
package final class StepBudget {
  private let limit: Double
  private let patience: UInt64
  private let reason: String
  private let hint: String
  /// Steps that turns of repeat blocks have taken.
  package private(set) var spent: UInt64 = 0
  private var loops: [Loop] = []
  private var nextLook: UInt64

  /// A repeat block that the walk is in.
  private struct Loop {
    let count: UInt64
    let start: UInt64
    let range: SourceRange?
    var done: UInt64 = 0
  }

  /// - Parameters:
  ///   - limit: steps that the walk may take.
  ///   - patience: steps of a block after which it is asked how many are left.
  ///   - reason: what would take so many steps, as the message says.
  package init(
    limit: UInt64, patience: UInt64, hint: String = "use fewer repetitions",
    reason: String = "following the repeat blocks"
  ) {
    (self.limit, self.hint, self.reason) = (Double(limit), hint, reason)
    (self.patience, nextLook) = (patience, patience)
  }

  /// Notes steps that were made; only those of a repeat block count.
  package func spend(_ steps: UInt64) {
    if !loops.isEmpty { spent = spent.saturatingAdd(steps) }
  }

  /// Begins a repeat block.
  package func enter(_ count: UInt64, at range: SourceRange?) {
    loops.append(Loop(count: count, start: spent, range: range))
  }

  /// Ends the repeat block begun last.
  package func exit() { loops.removeLast() }

  /// Turns of the present block that need no steps.
  package func leaveOut(_ turns: UInt64) { loops[loops.count - 1].done += turns }

  /// Notes that a turn of the present block is done.
  ///
  /// - Throws: `Obstacle` if those that are left, of all blocks around, are too many.
  package func endTurn() throws(Obstacle) {
    loops[loops.count - 1].done += 1
    if spent >= nextLook { try look() }
  }

  private func look() throws(Obstacle) {
    nextLook = spent.saturatingAdd(spent / 8)
    // Left of the present turn of the block, by the blocks within.
    var rest = 0.0
    for (level, loop) in loops.enumerated().reversed() where spent - loop.start >= patience {
      let isInTurn: UInt64 = level == loops.count - 1 || loop.done == loop.count ? 0 : 1
      let turns = loop.done + isInTurn
      let perTurn = (Double(spent - loop.start) + rest) / Double(max(1, turns))
      rest += perTurn * Double(loop.count - min(loop.count, turns))
    }
    let total = Double(spent) + rest
    guard total > limit else { return }
    throw Obstacle(
      .unsupported,
      "\(reason) would take about \(Self.text(total)) steps; up to \(Self.text(limit)) are made",
      hint: hint, range: loops.first?.range)
  }

  /// A number of steps: a power of two where it is one, or two digits.
  package static func text(_ steps: Double) -> String {
    if steps == steps.binade { return "2^\(Int(steps.exponent))" }
    guard steps >= 1e6 else { return "\(Int(steps.rounded()))" }
    var (digits, exponent) = (steps, 0)
    while digits >= 9.95 { (digits, exponent) = (digits / 10, exponent + 1) }
    digits = (digits * 10).rounded() / 10
    return digits == 1 ? "10^\(exponent)" : "\(digits)·10^\(exponent)"
  }
}
