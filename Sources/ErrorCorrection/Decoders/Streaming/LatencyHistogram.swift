import QuantumCore
import Synchronization

/// How long many things took, to about 3 %, in memory that does not grow.
///
/// Every octave of nanoseconds has 32 buckets.
public struct LatencyHistogram: Sendable, Hashable {
  private var buckets = [UInt64](repeating: 0, count: 61 * 32)
  /// How many things were recorded.
  public private(set) var count: UInt64 = 0
  /// The longest time recorded, in nanoseconds.
  public private(set) var greatest: UInt64 = 0

  /// A histogram of nothing.
  public init() {}

  /// Counts one thing that took so many nanoseconds.
  ///
  /// - Complexity: O(1).
  public mutating func record(nanoseconds: UInt64) {
    buckets[Self.bucket(of: nanoseconds)] += 1
    count += 1
    greatest = max(greatest, nanoseconds)
  }

  /// Counts all that another histogram counted.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
    greatest = max(greatest, other.greatest)
  }

  /// A time in nanoseconds within which a share of all were done, rounded up to the bucket's end; 0
  /// of none.
  ///
  /// - Precondition: `share` is in 0...1.
  public func quantile(_ share: Double) -> UInt64 {
    precondition((0...1).contains(share), "A share is in 0...1")
    let wanted = max(1, (share * Double(count)).rounded(.up))
    var sum: UInt64 = 0
    for (index, number) in buckets.enumerated() where number > 0 {
      sum += number
      if Double(sum) >= wanted { return min(greatest, Self.start(ofBucket: index + 1) &- 1) }
    }
    return greatest
  }

  /// From a power of two of nanoseconds to the next, and how many there are; those without any are
  /// left out.
  public var octaves: [(range: Range<UInt64>, count: UInt64)] {
    var octaves: [(range: Range<UInt64>, count: UInt64)] = []
    for index in buckets.indices where buckets[index] > 0 {
      let start = Self.start(ofBucket: index)
      let lower = start == 0 ? 0 : UInt64(1) << UInt64(63 - start.leadingZeroBitCount)
      if octaves.last?.range.lowerBound != lower {
        octaves.append((lower..<max(1, lower.saturatingMultiply(2)), 0))
      }
      octaves[octaves.count - 1].count += buckets[index]
    }
    return octaves
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= 32 else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return (exponent - 4) * 32 + Int(value >> UInt64(exponent - 5) & 31)
  }

  /// The least value of a bucket.
  private static func start(ofBucket index: Int) -> UInt64 {
    guard index >= 32 else { return UInt64(index) }
    return UInt64(32 + index % 32) << UInt64(index / 32 - 1)
  }
}

/// What threads have seen of windows, together.
final class WindowRecorder: Sendable {
  private struct Seen {
    var latencies = LatencyHistogram()
    var firstUnexplainedWindow: Int?
  }

  private let seen = Mutex(Seen())

  func add(_ latencies: LatencyHistogram, firstUnexplainedWindow window: Int?) {
    guard latencies.count > 0 || window != nil else { return }
    seen.withLock {
      $0.latencies.merge(latencies)
      if let window { $0.firstUnexplainedWindow = min($0.firstUnexplainedWindow ?? window, window) }
    }
  }

  var latencies: LatencyHistogram { seen.withLock { $0.latencies } }
  var firstUnexplainedWindow: Int? { seen.withLock { $0.firstUnexplainedWindow } }
}
