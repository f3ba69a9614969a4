import Synchronization

/// How long a run may take.
///
/// What a run has to do is added up before it starts, see `RunWork`: one that would take years is
/// refused. How often a loop turns whose end results decide is not known beforehand; only a
/// deadline ends such a run.
public struct TimeLimit: Hashable, Sendable {
  /// Seconds; runs that are predicted to take longer are refused.
  public var predicted: Double
  /// Seconds between the making of this value and `deadline`.
  public private(set) var duration: Double?
  /// When a run stops, whatever was predicted; `nil` is never.
  public private(set) var deadline: ContinuousClock.Instant?
  /// Looks at the clock that are left before time is up, in place of a clock.
  private var looks: LooksLeft?

  /// A limit on predicted times, without a deadline.
  ///
  /// - Parameter predicted: seconds; `.infinity` refuses nothing.
  public init(predicted: Double) { self.predicted = predicted }

  /// A run is stopped so many seconds from now. Predictions are guesses: what may take ten times as
  /// long is tried.
  public init(stoppingAfter seconds: Double) {
    predicted = 10 * seconds
    duration = seconds
    // A clock of 64 bits ends after some centuries.
    deadline = ContinuousClock.now.advanced(by: .seconds(min(seconds, 1e9)))
  }

  /// A limit that predictions never reach, whose time is up at the look after so many: it shows how
  /// often a run looks at the clock, whatever the machine.
  package init(stoppingAfterLooks count: Int) {
    (predicted, duration) = (.infinity, 0)
    looks = LooksLeft(count)
  }

  /// 100 hours, without a deadline.
  public static let standard = TimeLimit(predicted: 360_000)

  /// Seconds that a run may take, as a message says.
  public var allowed: Double { duration ?? predicted }

  /// Whether the deadline has passed.
  public var hasPassed: Bool {
    if let looks { return looks.take() }
    return deadline.map { ContinuousClock.now >= $0 } ?? false
  }

  /// Returns while there is time left.
  ///
  /// - Throws: `Obstacle` where the deadline has passed.
  public func check() throws(Obstacle) {
    guard let duration, hasPassed else { return }
    throw Obstacle(
      .time(required: .infinity, available: duration),
      "stopped after \(Self.text(duration)), which is the time that it may take",
      hint: "allow more with --max-time, or use fewer shots or repetitions")
  }

  /// A time with one unit: `40 s`, `3 h`, `1200 years`.
  public static func text(_ seconds: Double) -> String {
    let year = 31_556_952.0
    let (unit, size) =
      switch seconds {
      case ..<120: ("s", 1.0)
      case ..<7200: ("min", 60.0)
      case ..<(400 * 3600): ("h", 3600.0)
      case ..<(2 * year): ("days", 86_400.0)
      default: ("years", year)
      }
    let count = seconds / size
    if !(count < 1e6) { return "more than a million years" }
    let digits = count < 10 ? (count * 10).rounded() / 10 : count.rounded()
    return digits == digits.rounded() ? "\(Int(digits)) \(unit)" : "\(digits) \(unit)"
  }
}

/// Counts looks at the clock, from any thread.
private final class LooksLeft: Hashable, Sendable {
  private let count: Atomic<Int>

  init(_ count: Int) { self.count = Atomic(count) }

  /// Whether there was none left.
  func take() -> Bool { count.subtract(1, ordering: .relaxed).oldValue <= 0 }

  static func == (a: LooksLeft, b: LooksLeft) -> Bool { a === b }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
