extension BitTable {
  /// Some of the columns.
  ///
  /// - Complexity: O(rows · columns), 64 bits at a time.
  public func columns(_ range: Range<Int>) -> BitTable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columnCount, "Columns are in the table")
    var part = BitTable(rowCount: rowCount, columnCount: range.count)
    guard part.stride > 0 else { return part }
    let (first, shift) = (range.lowerBound >> 6, UInt64(range.lowerBound & 63))
    let last = range.count % 64 == 0 ? ~0 : (UInt64(1) << UInt64(range.count % 64)) - 1
    for row in 0..<rowCount {
      for word in 0..<part.stride {
        var bits = words[row * stride + first + word] >> shift
        if shift > 0, first + word + 1 < stride {
          bits |= words[row * stride + first + word + 1] << (64 - shift)
        }
        if word + 1 == part.stride { bits &= last }
        part.words[row * part.stride + word] = bits
      }
    }
    return part
  }
}
