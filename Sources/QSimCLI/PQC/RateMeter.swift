import Reporting

/// How often something can be done in a second: the median of some rounds.
struct RateMeter {
  /// How long all rounds of one thing take together, about.
  let seconds: Double

  private static let roundCount = 5
  /// Rounds of a comparison: more of them, since it is small differences that count.
  private static let pairCount = 21

  /// Calls a second.
  func rate(_ body: () throws -> Void) throws -> Double {
    let count = try callCount(for: seconds / Double(Self.roundCount), body)
    let rounds = try (0..<Self.roundCount).map { _ in try Double(count) / time(count, body) }
    return Self.median(rounds)
  }

  /// Calls a second of two things in turn, and the median of second ÷ first: what slows the machine
  /// down slows both.
  func compare(
    _ first: () throws -> Void, _ second: () throws -> Void
  ) throws -> (first: Double, second: Double, ratio: Double) {
    let wanted = seconds / Double(Self.pairCount)
    let counts = (try callCount(for: wanted, first), try callCount(for: wanted, second))
    let pairs = try (0..<Self.pairCount).map { _ in
      (try Double(counts.0) / time(counts.0, first), try Double(counts.1) / time(counts.1, second))
    }
    return (
      Self.median(pairs.map(\.0)), Self.median(pairs.map(\.1)), Self.median(pairs.map { $1 / $0 })
    )
  }

  /// As many calls as there is time for.
  private func callCount(for wanted: Double, _ body: () throws -> Void) throws -> Int {
    var count = 1
    while true {
      let elapsed = try time(count, body)
      if elapsed >= wanted / 4 || count >= 1 << 30 {
        return max(1, Int(Double(count) * min(1000, wanted / max(elapsed, 1e-9))))
      }
      count *= 2
    }
  }

  private func time(_ count: Int, _ body: () throws -> Void) throws -> Double {
    let start = Stopwatch.now()
    for _ in 0..<count { try body() }
    return max(1e-9, Stopwatch.now() - start)
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
