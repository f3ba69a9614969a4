/// Rows of results, one a shot, that grow in width while a circuit runs. Rows are word-aligned:
/// threads may fill different rows at the same time.
package struct ShotTable: Sendable {
  package let rowCount: Int
  package private(set) var columnCount: Int
  package private(set) var stride: Int
  package private(set) var words: [UInt64]

  package init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    stride = (columnCount + 63) / 64
    words = [UInt64](repeating: 0, count: rowCount * stride)
  }

  /// Makes rows at least this wide.
  package mutating func widen(to columns: Int) {
    guard columns > columnCount else { return }
    columnCount = columns
    guard (columns + 63) / 64 > stride else { return }
    // Doubling keeps the cost of growing proportional to the final size.
    let wider = max((columns + 63) / 64, 2 * stride)
    var grown = [UInt64](repeating: 0, count: rowCount * wider)
    for row in 0..<rowCount {
      for word in 0..<stride { grown[row * wider + word] = words[row * stride + word] }
    }
    (stride, words) = (wider, grown)
  }

  package mutating func setRow(_ row: Int, to bits: BitVector) {
    widen(to: bits.count)
    for (index, word) in bits.words.enumerated() { words[row * stride + index] = word }
  }

  package mutating func withWords<Result>(
    _ body: (UnsafeMutableBufferPointer<UInt64>) throws -> Result
  ) rethrows -> Result {
    try words.withUnsafeMutableBufferPointer { try body($0) }
  }

  package var table: BitTable {
    let needed = (columnCount + 63) / 64
    if needed == stride {
      return BitTable(rowCount: rowCount, columnCount: columnCount, words: words)
    }
    var table = BitTable(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
      for word in 0..<needed {
        table.words[row * needed + word] = words[row * stride + word]
      }
    }
    return table
  }
}
