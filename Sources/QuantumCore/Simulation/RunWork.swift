import RealModule

/// What a run has to do, added up before it starts: a guess of its time, good to a factor of a few.
///
/// Shots that have seen the same outcomes and errors share their work. They part at every random
/// outcome, and at errors as often as those are likely. Of some outcomes only the run itself shows
/// whether they are random: the time lies between that with all of them certain and that with all of
/// them random. Loops whose end results decide count once,
/// and so do repeat blocks that are left early.
public struct RunWork: Hashable, Sendable {
  /// Seconds on one core at most: if every outcome is random that may be.
  public private(set) var seconds = 0.0
  /// Steps of one shot: gates, measurements, errors, and what is computed.
  public private(set) var steps = 0.0
  /// The part of `seconds` that one shot alone would take.
  public private(set) var shotSeconds = 0.0
  /// Seconds on one core at least: if no outcome is random that may be certain. Limits look at
  /// this.
  public private(set) var leastSeconds = 0.0
  /// The part of `leastSeconds` that no second thread makes shorter.
  public private(set) var indivisibleSeconds = 0.0
  /// The part of `seconds` and `leastSeconds` that goes into drawing results from states that are
  /// there already.
  public private(set) var drawingSeconds = 0.0
  /// The number of shots that the times are for.
  public let shots: Int
  /// The outermost repeat block that takes most of `leastSeconds`; `nil` without any.
  public private(set) var loop: Loop?

  /// A repeat block that takes long.
  public struct Loop: Hashable, Sendable {
    /// Where the block stands in the circuit's text; `nil` for circuits made otherwise.
    public let range: SourceRange?
    /// The number of turns: those of the block times those of the longest block within it.
    public let turns: Double
    fileprivate let seconds: Double
  }

  /// What threads share of a run.
  package enum Sharing: Sendable {
    /// All of it: states are so large that threads work on one together.
    case states
    /// States of their own: each is followed by one thread.
    case groups
    /// Nothing but drawing results.
    case drawing
  }

  /// What a step takes.
  package struct Cost: Sendable {
    /// For every group of shots that has a state of its own.
    package var seconds: Double
    /// For every shot besides.
    package var shotSeconds = 0.0
    /// Random bits among the outcomes, at most and at least.
    package var outcomes = 0.0
    package var leastOutcomes = 0.0
    /// The probability that a shot leaves the others.
    package var errors = 0.0

    /// - Parameter outcomes: random bits among the outcomes, at least and at most.
    package init(
      seconds: Double, shotSeconds: Double = 0, outcomes: ClosedRange<Double> = 0...0,
      errors: Double = 0
    ) {
      (self.seconds, self.shotSeconds) = (seconds, shotSeconds)
      (leastOutcomes, self.outcomes) = (outcomes.lowerBound, outcomes.upperBound)
      self.errors = errors
    }
  }

  /// A step of a program, as far as its course goes.
  package enum Step: Sendable {
    case work(Cost)
    case startLoop(slot: Int, count: UInt64)
    case nextTurn(slot: Int)
    /// To a place in the program; the end is the number of steps.
    case jump(Int)
  }

  /// Sums over a stretch of the program.
  private struct Sum {
    var cost = Cost(seconds: 0)
    var steps = 0.0
    var turns = 1.0
    /// Of a loop: its turns, where its steps end, and where it stood.
    var count = 1.0
    var end = 0
    var range: SourceRange?

    mutating func add(_ other: Sum, times count: Double) {
      cost.seconds += other.cost.seconds * count
      cost.shotSeconds += other.cost.shotSeconds * count
      cost.outcomes += other.cost.outcomes * count
      cost.leastOutcomes += other.cost.leastOutcomes * count
      cost.errors += other.cost.errors * count
      steps += other.steps * count
      turns = max(turns, other.turns * count)
    }
  }

  /// What happened so far, by which shots have parted.
  private struct Parting {
    var outcomes = 0.0
    var leastOutcomes = 0.0
    var errors = 0.0

    /// With no more random outcomes than there are at least.
    var least: Parting {
      Parting(outcomes: leastOutcomes, leastOutcomes: leastOutcomes, errors: errors)
    }

    mutating func add(_ cost: Cost, times count: Double = 1) {
      outcomes += cost.outcomes * count
      leastOutcomes += cost.leastOutcomes * count
      errors += cost.errors * count
    }
  }

  /// - Parameters:
  ///   - steps: of the whole program.
  ///   - ranges: where each step stood.
  ///   - drawing: seconds in which the results of one shot are drawn from its state and stored.
  ///   - sharing: what threads share.
  /// - Complexity: O(steps).
  package init(
    of steps: [Step], ranges: [SourceRange?], shots: Int, drawing: Double = 0,
    sharing: Sharing = .states
  ) {
    self.shots = shots
    var ends: [Int: Int] = [:]
    var starts: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      if case .startLoop(let slot, _) = step { starts[slot] = index }
      if case .nextTurn(let slot) = step, let start = starts[slot] { ends[start] = index }
    }
    var parting = Parting()
    var open: [Sum] = []
    for (index, step) in steps.enumerated() {
      switch step {
      case .work(let cost):
        let one = Sum(cost: cost, steps: 1)
        if open.isEmpty { take(one, &parting) } else { open[open.count - 1].add(one, times: 1) }
      case .startLoop(_, let count):
        open.append(Sum(count: Double(count), end: ends[index] ?? index, range: ranges[index]))
      case .nextTurn:
        guard let loop = open.popLast() else { continue }
        var whole = Sum()
        whole.add(loop, times: loop.count)
        whole.range = loop.range
        if open.isEmpty {
          take(whole, &parting, isLoop: true)
        } else {
          open[open.count - 1].add(whole, times: 1)
        }
      case .jump(let target):
        // Out of a loop: how many turns there will be is not known.
        for level in open.indices where target > open[level].end { open[level].count = 1 }
      }
    }
    switch sharing {
    case .states: break
    case .groups: indivisibleSeconds = shotSeconds
    case .drawing: indivisibleSeconds = leastSeconds
    }
    drawingSeconds = drawing * Double(shots)
    seconds += drawingSeconds
    leastSeconds += drawingSeconds
    shotSeconds += drawing
  }

  /// What is known as a whole.
  ///
  /// - Parameter indivisibleSeconds: what no second thread makes shorter.
  package init(
    seconds: Double, steps: Double, shots: Int, turns: Double, range: SourceRange?,
    indivisibleSeconds: Double = 0
  ) {
    (self.seconds, shotSeconds, leastSeconds) = (seconds, seconds, seconds)
    self.indivisibleSeconds = indivisibleSeconds
    (self.steps, self.shots) = (steps, shots)
    if turns > 1 { loop = Loop(range: range, turns: turns, seconds: seconds) }
  }

  private mutating func take(_ sum: Sum, _ parting: inout Parting, isLoop: Bool = false) {
    let cost = sum.cost
    func spent(from parting: Parting, _ cost: Cost) -> Double {
      let groups = isLoop ? meanGroups(from: parting, cost) : groups(parting)
      return cost.seconds * groups + cost.shotSeconds * Double(shots)
    }
    var fewest = cost
    fewest.outcomes = cost.leastOutcomes
    let least = spent(from: parting.least, fewest)
    leastSeconds += least
    seconds += spent(from: parting, cost)
    parting.add(cost)
    shotSeconds += cost.seconds + cost.shotSeconds
    steps += sum.steps
    // Limits look at the least time, and messages name what takes most of that.
    if isLoop, least >= loop?.seconds ?? 0 {
      loop = Loop(range: sum.range, turns: sum.turns, seconds: least)
    }
  }

  /// Groups of shots that are expected to have a state of their own.
  private func groups(_ parting: Parting) -> Double {
    let shots = Double(max(1, shots))
    let byOutcomes = Double.exp2(min(60, parting.outcomes))
    let byErrors = parting.errors > 0 ? shots * -Double.expMinusOne(-parting.errors) : 0
    return min(shots, byOutcomes + byErrors)
  }

  /// The mean over a stretch that does the same all along: halves of halves from its start, where
  /// shots part.
  private func meanGroups(from start: Parting, _ cost: Cost) -> Double {
    guard shots > 1, cost.outcomes > 0 || cost.errors > 0 else { return groups(start) }
    var (mean, part) = (0.0, 0.5)
    for _ in 0..<64 {
      var parting = start
      parting.add(cost, times: 1.5 * part)
      mean += part * groups(parting)
      part /= 2
    }
    return mean
  }

  // MARK: Limits

  /// Seconds until so many threads are done, at least: one shot is not shared by them unless its
  /// state is large.
  public func leastElapsedSeconds(threads: Int) -> Double {
    max(leastSeconds / Double(threads), indivisibleSeconds)
  }

  /// Why a run is not started; `nil` if it may be.
  ///
  /// - Returns: an obstacle with the place of the loop that takes longest, unless drawing results
  ///   takes longer than all loops.
  public func obstacle(under limit: TimeLimit, threads: Int) -> Obstacle? {
    let predicted = leastElapsedSeconds(threads: threads)
    guard predicted > limit.predicted else { return nil }
    let shots = shots == 1 ? "1 shot" : "\(shots) shots"
    let loop = drawingSeconds > leastSeconds / 2 ? nil : loop
    let turns = loop.map { "\(Self.text($0.turns)) turns, " } ?? ""
    let available = limit.allowed
    return Obstacle(
      .time(required: predicted, available: available),
      "would take about \(TimeLimit.text(predicted)) (\(turns)\(Self.text(steps)) steps a shot, "
        + "\(shots), \(threads == 1 ? "1 thread" : "\(threads) threads")); up to \(TimeLimit.text(available)) are allowed",
      hint: "use fewer repetitions or shots, or allow more with --max-time", range: loop?.range)
  }

  /// - Throws: the obstacle, if there is one.
  package func check(_ limit: TimeLimit, threads: Int) throws(Obstacle) {
    if let obstacle = obstacle(under: limit, threads: threads) { throw obstacle }
  }

  /// A number of things, in powers of ten from a million on.
  public static func text(_ count: Double) -> String {
    guard count < 1e300 else { return "more than 10^300" }
    guard count >= 1e6 else { return "\(Int(max(0, count).rounded()))" }
    let exponent = Int(Double.log10(count).rounded(.down))
    let digits = (count / Double.pow(10, exponent) * 10).rounded() / 10
    return digits == 1 ? "10^\(exponent)" : "\(digits)·10^\(exponent)"
  }
}
