import QSim
import Reporting

/// How often each key occurred.
struct OutcomeCounts {
  /// Distinct outcomes in ascending order of their keys.
  private let outcomes: Outcomes
  private let keys: BitKeys
  let shotCount: Int

  private enum Outcomes {
    /// The bits of a key as a number, the first one most significant.
    case packed([(key: UInt64, count: Int)])
    case text([(key: String, count: Int)])
  }

  /// Shots that are counted before the clock is looked at.
  private static let shotsUnwatched = 1 << 18

  /// - Throws: `Obstacle` where time is up.
  init(_ samples: Samples, keys: BitKeys, within limit: TimeLimit) throws {
    self.keys = keys
    shotCount = samples.shotCount
    outcomes =
      samples.shotCount == 0
      ? .packed([])
      : keys.width <= 64
        ? .packed(try Self.runs(of: Self.packedKeys(samples.table, keys, within: limit)))
        : .text(try Self.textCounts(samples, keys, within: limit))
  }

  /// The number of distinct outcomes.
  var outcomeCount: Int {
    switch outcomes {
    case .packed(let outcomes): outcomes.count
    case .text(let outcomes): outcomes.count
    }
  }

  /// The most frequent outcomes, ties in order of their keys; all of them, in that order, if there
  /// are no more.
  func most(_ limit: Int?) -> [(key: String, count: Int)] {
    switch outcomes {
    case .packed(let outcomes):
      Self.most(limit, of: outcomes).map { (keys.text(ofPacked: $0.key), $0.count) }
    case .text(let outcomes): Self.most(limit, of: outcomes)
    }
  }

  /// Counts as an object of JSON.
  func object(limit: Int?) -> ReportObject {
    ReportObject(uniqueKeysWithValues: most(limit).map { ($0.key, .int($0.count)) })
  }

  /// Counts as a table.
  func table(limit: Int?) -> ReportTable {
    var table = ReportTable(
      columns: [
        .init("key", title: keys.heading), .init("count"), .init("frequency"),
      ], barColumn: "count")
    for (key, count) in most(limit) {
      table.append([.string(key), .int(count), .double(Double(count) / Double(max(1, shotCount)))])
    }
    return table
  }

  /// Outcomes come in ascending order, and a place breaks ties.
  private static func most<Key>(
    _ limit: Int?, of outcomes: [(key: Key, count: Int)]
  ) -> [(key: Key, count: Int)] {
    guard let limit, outcomes.count > limit else { return outcomes }
    // The smallest count among the most frequent, then those above it and the first ones of it.
    var tally: [Int: Int] = [:]
    for outcome in outcomes { tally[outcome.count, default: 0] += 1 }
    var (left, floor) = (limit, Int.max)
    for (count, times) in tally.sorted(by: { $0.key > $1.key }) where left > 0 {
      floor = count
      if times >= left { break }
      left -= times
    }
    var kept: [(key: Key, count: Int)] = []
    for outcome in outcomes where outcome.count >= floor {
      if outcome.count == floor {
        if left == 0 { continue }
        left -= 1
      }
      kept.append(outcome)
    }
    return kept.indices.sorted { (kept[$1].count, $0) < (kept[$0].count, $1) }.map { kept[$0] }
  }

  private static func runs(of sorted: [UInt64]) -> [(key: UInt64, count: Int)] {
    var runs: [(key: UInt64, count: Int)] = []
    for bits in sorted {
      if let last = runs.last, last.key == bits {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((bits, 1))
      }
    }
    return runs
  }

  /// The keys of all rows as numbers, in ascending order. Each byte of a row adds what a table
  /// says.
  private static func packedKeys(
    _ table: BitTable, _ keys: BitKeys, within limit: TimeLimit
  ) throws -> [UInt64] {
    var weights = [UInt64](repeating: 0, count: 64 * table.stride)
    for (place, bit) in keys.places.enumerated() {
      weights[bit] = 1 << UInt64(keys.width - 1 - place)
    }
    // Bytes without printed bits add nothing.
    let used = (0..<8 * table.stride).filter { byte in
      weights[8 * byte..<8 * byte + 8].contains { $0 != 0 }
    }
    var sums: [UInt64] = []
    for byte in used {
      for value in 0..<256 {
        var sum: UInt64 = 0
        for bit in 0..<8 where value >> bit & 1 == 1 { sum |= weights[8 * byte + bit] }
        sums.append(sum)
      }
    }
    var packed = [UInt64](repeating: 0, count: table.rowCount)
    for row in 0..<table.rowCount {
      if row % shotsUnwatched == 0 { try limit.check() }
      var key: UInt64 = 0
      for (index, byte) in used.enumerated() {
        let word = table.words[row * table.stride + byte / 8]
        let value = UInt8(truncatingIfNeeded: word >> UInt64(8 * (byte % 8)))
        key |= sums[256 * index + Int(value)]
      }
      packed[row] = key
    }
    RadixSort.sort(&packed)
    try limit.check()
    return packed
  }

  private static func textCounts(
    _ samples: Samples, _ keys: BitKeys, within limit: TimeLimit
  ) throws -> [(key: String, count: Int)] {
    var merged: [String: Int] = [:]
    // Keys of a million bits take milliseconds each.
    let keysUnwatched = max(1, shotsUnwatched / max(1, keys.width))
    for (place, (row, count)) in try samples.counts(while: { try limit.check() }).enumerated() {
      if place % keysUnwatched == 0 { try limit.check() }
      merged[keys.key(row), default: 0] += count
    }
    try limit.check()
    return merged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
