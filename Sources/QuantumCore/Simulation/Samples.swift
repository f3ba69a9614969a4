/// Results of many shots.
public struct Samples: Hashable, Sendable {
  /// What the columns of the table are.
  public enum Source: String, Hashable, Sendable {
    /// Column k is classical bit k at the end of the run.
    case bits
    /// Column k is the k-th measurement of the run; runs shorter than the longest are padded with
    /// 0.
    case record
  }
  /// What the columns of `table` are.
  public let source: Source
  /// The bits, one row a shot.
  public var table: BitTable

  /// Results that are known.
  ///
  /// - Parameters:
  ///   - source: what the columns are.
  ///   - table: one row a shot.
  public init(source: Source, table: BitTable) {
    self.source = source
    self.table = table
  }

  /// The number of shots: rows of the table.
  public var shotCount: Int { table.rowCount }
  /// The number of bits of each shot: columns of the table.
  public var bitCount: Int { table.columnCount }

  /// How often each row occurs.
  ///
  /// - Complexity: O(shots log shots), and one allocation for each distinct row.
  public func counts() -> [BitVector: Int] { counts(while: {}) }

  /// How often each row occurs.
  ///
  /// - Parameter goesOn: called again and again while rows are sorted and counted; what it throws
  ///   ends that.
  package func counts(while goesOn: () throws -> Void) rethrows -> [BitVector: Int] {
    let (words, stride) = (table.words, table.stride)
    guard stride > 0 else { return shotCount > 0 ? [BitVector(count: bitCount): shotCount] : [:] }
    if stride == 1 {
      var sorted = words
      RadixSort.sort(&sorted)
      return try counts(while: goesOn, areEqual: { sorted[$0] == sorted[$1] }) {
        BitVector(packed: [sorted[$0]], count: $1)
      }
    }
    func row(_ index: Int) -> ArraySlice<UInt64> { words[index * stride..<(index + 1) * stride] }
    var compared = 0
    let sorted = try (0..<shotCount).sorted {
      compared += 1
      if compared % Self.rowsUnwatched == 0 { try goesOn() }
      return row($0).lexicographicallyPrecedes(row($1))
    }
    return try counts(while: goesOn, areEqual: { row(sorted[$0]) == row(sorted[$1]) }) {
      BitVector(packed: Array(row(sorted[$0])), count: $1)
    }
  }

  /// Rows that are looked at before it is asked whether to go on.
  private static var rowsUnwatched: Int { 1 << 14 }

  /// Counts rows that stand side by side if they are equal.
  private func counts(
    while goesOn: () throws -> Void, areEqual: (Int, Int) -> Bool,
    bits: (_ index: Int, _ count: Int) -> BitVector
  ) rethrows -> [BitVector: Int] {
    let starts = (0..<shotCount).filter { $0 == 0 || !areEqual($0 - 1, $0) }
    var counts: [BitVector: Int] = [:]
    counts.reserveCapacity(starts.count)
    for (place, start) in starts.enumerated() {
      if place % Self.rowsUnwatched == 0 { try goesOn() }
      let end = place + 1 < starts.count ? starts[place + 1] : shotCount
      counts[bits(start, bitCount)] = end - start
    }
    return counts
  }
}
