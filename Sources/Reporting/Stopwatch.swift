import Glibc

/// Seconds by stage, on the monotonic clock.
package struct Stopwatch {
  package private(set) var laps = ReportObject()
  private var last = Self.now()

  package init() {}

  /// Ends a stage: the time since the last call, or since the stopwatch was made, goes to `name`.
  package mutating func lap(_ name: String) {
    let time = Self.now()
    var total = time - last
    if case .double(let earlier)? = laps[name] { total += earlier }
    laps[name] = .double(total)
    last = time
  }

  /// Seconds since some fixed moment.
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
