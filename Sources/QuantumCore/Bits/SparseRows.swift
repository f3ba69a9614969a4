/// Rows of bits of which nearly all are 0, as the columns of the ones.
///
/// Rows of 2³¹ bits take no more memory than what is 1 in them.
package struct SparseRows: Sendable, Hashable {
  /// Bits of a row, at most 2³¹.
  package let columnCount: Int
  /// The columns of the ones of all rows, row by row, ascending within each.
  package private(set) var columns: [UInt32] = []
  /// Where the columns of each row end.
  private var ends: [Int] = []

  package init(columnCount: Int) {
    precondition(
      (0...1 << 31).contains(columnCount), "Columns of sparse rows are numbered in 31 bits")
    self.columnCount = columnCount
  }

  package var rowCount: Int { ends.count }

  /// The columns of the ones of a row, ascending.
  package subscript(row: Int) -> ArraySlice<UInt32> {
    columns[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
  }

  package mutating func removeAll() {
    columns.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Adds a row in which each column is 1 that is named an odd number of times.
  ///
  /// - Parameter flips: columns in any order; sorted afterwards.
  package mutating func appendRow(flips: inout [UInt32]) {
    flips.sortByDigits()
    var place = 0
    while place < flips.count {
      var end = place + 1
      while end < flips.count, flips[end] == flips[place] { end += 1 }
      if (end - place) & 1 == 1 { columns.append(flips[place]) }
      place = end
    }
    assert(columns.last.map { Int($0) < columnCount } ?? true, "Columns are in the row")
    ends.append(columns.count)
  }

  /// Adds rows of as many columns.
  package mutating func append(_ rows: SparseRows) {
    precondition(rows.columnCount == columnCount, "Rows have as many columns as those there")
    let start = columns.count
    columns += rows.columns
    ends += rows.ends.map { start + $0 }
  }

  /// Some of the columns, counted from the first of them.
  package func columns(_ range: Range<Int>) -> SparseRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= columnCount, "Columns are in the row")
    var result = SparseRows(columnCount: range.count)
    for row in 0..<rowCount {
      for column in self[row] where range.contains(Int(column)) {
        result.columns.append(column - UInt32(range.lowerBound))
      }
      result.ends.append(result.columns.count)
    }
    return result
  }

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> SparseRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "Rows are in the table")
    var result = SparseRows(columnCount: columnCount)
    for row in range {
      result.columns += self[row]
      result.ends.append(result.columns.count)
    }
    return result
  }
}

extension [UInt32] {
  /// Sorts in ascending order: long arrays by three digits of 11 bits, the lowest first.
  ///
  /// - Complexity: O(count), with a second array of as many numbers.
  mutating func sortByDigits() {
    guard count > 1 << 12 else { return sort() }
    var other = [UInt32](repeating: 0, count: count)
    for shift in stride(from: UInt32(0), to: 32, by: 11) {
      var ends = [Int](repeating: 0, count: 1 << 11)
      for number in self { ends[Int(number >> shift & 0x7ff)] += 1 }
      // A digit that all share moves nothing.
      if ends[Int(self[0] >> shift & 0x7ff)] == count { continue }
      var sum = 0
      for digit in ends.indices { (ends[digit], sum) = (sum, sum + ends[digit]) }
      for number in self {
        let digit = Int(number >> shift & 0x7ff)
        other[ends[digit]] = number
        ends[digit] += 1
      }
      swap(&self, &other)
    }
  }
}
