/// A view of packed rows of bits in memory that someone else owns: bit `k` of a row is in its byte
/// `k / 8` at weight 2^(k mod 8).
///
/// Rows start every `stride` bytes, which need not be whole words, so that the rows of a `b8` file
/// and of a `BitTable` are both views. Bits beyond `columnCount` in a row's last byte are 0.
package struct PackedRows: @unchecked Sendable {
  package let base: UnsafeRawPointer
  package let rowCount: Int
  package let columnCount: Int
  /// Bytes from one row to the next.
  package let stride: Int

  package init(base: UnsafeRawPointer, rowCount: Int, columnCount: Int, stride: Int) {
    precondition(stride >= (columnCount + 7) / 8, "A row fits into its stride")
    self.base = base
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.stride = stride
  }

  /// The first byte of a row.
  @inline(__always) package func row(_ index: Int) -> UnsafeRawPointer { base + index * stride }

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> PackedRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "Rows are in the table")
    return PackedRows(
      base: row(range.lowerBound), rowCount: range.count, columnCount: columnCount, stride: stride)
  }

  /// Some of the columns.
  ///
  /// - Precondition: the first is a multiple of 8; those behind the last are 0 up to the end of its
  ///   byte.
  package func columns(_ range: Range<Int>) -> PackedRows {
    precondition(
      range.lowerBound % 8 == 0 && range.upperBound <= columnCount, "Columns are in the table")
    return PackedRows(
      base: base + range.lowerBound / 8, rowCount: rowCount, columnCount: range.count,
      stride: stride)
  }

  /// The 64 bits from `column` on, which is a multiple of 8; bits beyond the row are 0. Never reads
  /// beyond the row.
  @inline(__always)
  package func word(_ row: UnsafeRawPointer, at column: Int) -> UInt64 {
    let bytes = row + column >> 3
    let rest = columnCount - column
    if rest >= 57 {
      // Eight bytes, the last of which the row may use in part.
      return UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    }
    var word: UInt64 = 0
    var place: UInt64 = 0
    while Int(place) < rest {
      word |= UInt64(bytes.load(fromByteOffset: Int(place) >> 3, as: UInt8.self)) << place
      place += 8
    }
    return word
  }
}

extension BitTable {
  /// Calls `body` with a view of the rows.
  package func withPackedRows<Result>(_ body: (PackedRows) throws -> Result) rethrows -> Result {
    try words.withUnsafeBytes { bytes in
      try withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { nothing in
        let base = bytes.baseAddress ?? UnsafeRawPointer(nothing.baseAddress!)
        return try body(
          PackedRows(base: base, rowCount: rowCount, columnCount: columnCount, stride: 8 * stride))
      }
    }
  }

  /// Copies rows of as many columns to the rows from `first` on.
  package mutating func setRows(from first: Int, to rows: PackedRows) {
    precondition(
      rows.columnCount == columnCount && first >= 0 && first + rows.rowCount <= rowCount,
      "Rows fit into the table")
    let (stride, byteCount) = (8 * stride, (columnCount + 7) / 8)
    guard byteCount > 0 else { return }
    words.withUnsafeMutableBytes { bytes in
      for row in 0..<rows.rowCount {
        (bytes.baseAddress! + (first + row) * stride)
          .copyMemory(from: rows.row(row), byteCount: byteCount)
      }
    }
  }
}
