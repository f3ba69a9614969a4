/// A priority queue for times that never go back: a radix heap.
///
/// Bucket k > 0 holds the times whose highest bit that differs from the last time taken is bit k −
/// 1, so that a time moves to lower buckets only, at most 63 times, and mostly once or twice.
///
/// - Complexity: O(1) amortised a push, O(log of the range of times) a pop.
package struct EventQueue: ~Copyable {
  package struct Event {
    package var time: Int64
    /// A vertex, or the complement of a region.
    package var subject: Int32
  }

  private struct Bucket {
    var events: UnsafeMutablePointer<Event>
    var count: Int
    var capacity: Int
  }

  private let buckets: UnsafeMutablePointer<Bucket>
  /// Bit k is set while bucket k holds events.
  private var occupancy: UInt64 = 0
  private var last: Int64 = 0

  package init() {
    buckets = .allocate(capacity: 64)
    for index in 0..<64 {
      (buckets + index).initialize(
        to: Bucket(events: .allocate(capacity: 16), count: 0, capacity: 16))
    }
  }

  deinit {
    for index in 0..<64 { buckets[index].events.deallocate() }
    buckets.deallocate()
  }

  /// - Precondition: `time` is not before that of the last event taken.
  @inline(__always)
  package mutating func push(_ time: Int64, _ subject: Int32) {
    assert(time >= last, "Times do not go back")
    append(Event(time: time, subject: subject))
  }

  @inline(__always)
  private mutating func append(_ event: Event) {
    let index = 64 &- (event.time ^ last).leadingZeroBitCount
    let bucket = buckets + index
    if bucket.pointee.count == bucket.pointee.capacity { Self.grow(bucket) }
    bucket.pointee.events[bucket.pointee.count] = event
    bucket.pointee.count &+= 1
    occupancy |= 1 &<< UInt64(truncatingIfNeeded: index)
  }

  @inline(never)
  private static func grow(_ bucket: UnsafeMutablePointer<Bucket>) {
    let (old, count) = (bucket.pointee.events, bucket.pointee.count)
    bucket.pointee.capacity *= 2
    bucket.pointee.events = .allocate(capacity: bucket.pointee.capacity)
    bucket.pointee.events.update(from: old, count: count)
    old.deallocate()
  }

  /// Takes an event of the earliest time; `nil` if there is none.
  @inline(__always)
  package mutating func pop() -> Event? {
    guard occupancy != 0 else { return nil }
    if occupancy & 1 == 0 { spread() }
    let bucket = buckets
    bucket.pointee.count &-= 1
    if bucket.pointee.count == 0 { occupancy &= ~1 }
    return bucket.pointee.events[bucket.pointee.count]
  }

  /// Moves the earliest events to bucket 0.
  private mutating func spread() {
    let index = occupancy.trailingZeroBitCount
    let (events, count) = (buckets[index].events, buckets[index].count)
    buckets[index].count = 0
    occupancy &= ~(1 &<< UInt64(truncatingIfNeeded: index))
    var earliest = events[0].time
    for place in 1..<max(1, count) { earliest = min(earliest, events[place].time) }
    last = earliest
    for place in 0..<count { append(events[place]) }
  }

  /// Forgets all events and starts again at time 0.
  @inline(__always)
  package mutating func reset() {
    while occupancy != 0 {
      buckets[occupancy.trailingZeroBitCount].count = 0
      occupancy &= occupancy &- 1
    }
    last = 0
  }
}
