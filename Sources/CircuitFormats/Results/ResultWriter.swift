import QuantumCore

/// Writes shots as bytes. The formats have no header: they do not say how many shots or bits there
/// are.
///
/// Rows are written word by word and one by one only where they are 1, so a table with few ones
/// costs little more than looking at it.
///
/// - Source: [Gidney21], result formats of Stim 1.16.
public struct ResultWriter: Sendable {
  /// Columns of a row that belong together: in `dets` they have a letter and count from 0.
  public struct Part: Sendable, Hashable {
    /// `M` for measurements, `D` for detectors, `L` for observables.
    public var letter: Character
    /// The columns of the part; the first of them is number 0 in `dets`.
    public var columns: Range<Int>

    /// The columns of one kind of bits, under its letter in `dets`.
    public init(_ letter: Character, _ columns: Range<Int>) {
      self.letter = letter
      self.columns = columns
    }
  }

  /// The format written.
  public let format: ResultFormat
  /// What the bits are in `dets`, in the order written; no part stands for all bits under `letter`.
  public let parts: [Part]
  /// The letter of bits without parts.
  public let letter: Character

  /// A writer of bits that are all of one kind.
  ///
  /// - Parameters:
  ///   - format: the format to write.
  ///   - letter: what all bits are in `dets`: `M` for measurements.
  public init(_ format: ResultFormat, letter: Character = "M") {
    self.format = format
    self.letter = letter
    parts = []
  }

  /// A writer of bits of several kinds.
  ///
  /// - Parameters:
  ///   - format: the format to write.
  ///   - parts: what the bits are in `dets`; other formats write all columns in order.
  public init(_ format: ResultFormat, parts: [Part]) {
    self.format = format
    self.parts = parts
    letter = "M"
  }

  /// Writes every row of a table, at most about a megabyte at a time.
  ///
  /// - Throws: `Diagnostic` if the format is `ptb64` and the shots do not divide by 64; what
  ///   `write` throws.
  public func write(_ table: BitTable, to write: ([UInt8]) throws -> Void) throws {
    let buffer = ByteBuffer()
    try table.withPackedRows { rows in
      try checkShots(rows.rowCount)
      // Enough rows for half a megabyte of text; whole groups of 64.
      let step = max(1, (1 << 19) / max(1, 64 * (table.columnCount + 2))) * 64
      for first in stride(from: 0, to: rows.rowCount, by: step) {
        buffer.removeAll()
        try append(rows.rows(first..<min(first + step, rows.rowCount)), to: buffer)
        if buffer.count > 0 { try write(Array(buffer.bytes)) }
      }
    }
  }

  /// Appends rows to a buffer.
  ///
  /// - Throws: `Diagnostic` if the format is `ptb64` and the rows do not divide by 64.
  package func append(_ rows: PackedRows, to buffer: ByteBuffer) throws {
    switch format {
    case .text01: appendText(rows, to: buffer)
    case .b8: appendBytes(rows, to: buffer)
    case .r8: appendRuns(rows, to: buffer)
    case .hits, .dets: appendPlaces(rows, to: buffer)
    case .ptb64:
      try checkShots(rows.rowCount)
      appendTransposed(rows, to: buffer)
    }
  }

  /// Whether so many shots can be written.
  ///
  /// - Throws: `Diagnostic` if the format is `ptb64` and the shots do not divide by 64.
  package func checkShots(_ shots: Int) throws {
    guard format == .ptb64, shots % 64 != 0 else { return }
    throw Diagnostic(
      "ptb64 holds 64 shots at a time, and \(shots) do not divide by 64", code: "invalid-shots",
      hint: "use \((shots / 64 + 1) * 64) shots or another format")
  }
}

// MARK: - Dense formats

extension ResultWriter {
  private func appendBytes(_ rows: PackedRows, to buffer: ByteBuffer) {
    let size = (rows.columnCount + 7) / 8
    buffer.append(most: rows.rowCount * size) { out in
      if rows.stride == size {
        out.copyMemory(from: rows.base, byteCount: rows.rowCount * size)
      } else {
        for row in 0..<rows.rowCount {
          (out + row * size).copyMemory(from: rows.row(row), byteCount: size)
        }
      }
      return rows.rowCount * size
    }
  }

  /// For each byte the eight characters of its bits, lowest first.
  private static let characters: [UInt64] = (0..<256).map { byte in
    (0..<8).reduce(0x3030_3030_3030_3030) { $0 | UInt64(byte >> $1 & 1) << UInt64(8 * $1) }
  }

  private func appendText(_ rows: PackedRows, to buffer: ByteBuffer) {
    let (columns, whole) = (rows.columnCount, rows.columnCount / 8)
    Self.characters.withUnsafeBufferPointer { characters in
      // The last group of a row is stored whole; its rest is overwritten by the line break and the
      // next row.
      buffer.append(most: rows.rowCount * (columns + 1) + 8) { out in
        var place = out
        for row in 0..<rows.rowCount {
          let bytes = rows.row(row).assumingMemoryBound(to: UInt8.self)
          for index in 0..<whole {
            (place + 8 * index).storeBytes(
              of: characters[Int(bytes[index])].littleEndian, as: UInt64.self)
          }
          if columns & 7 != 0 {
            (place + 8 * whole).storeBytes(
              of: characters[Int(bytes[whole])].littleEndian, as: UInt64.self)
          }
          place += columns
          place.storeBytes(of: UInt8(ascii: "\n"), as: UInt8.self)
          place += 1
        }
        return place - out
      }
    }
  }

  /// 64 rows by 64 columns at a time.
  private func appendTransposed(_ rows: PackedRows, to buffer: ByteBuffer) {
    buffer.append(most: rows.rowCount / 64 * rows.columnCount * 8) { out in
      var place = out
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { square in
        for group in stride(from: 0, to: rows.rowCount, by: 64) {
          for column in stride(from: 0, to: rows.columnCount, by: 64) {
            for row in 0..<64 { square[row] = rows.word(rows.row(group + row), at: column) }
            let count = min(64, rows.columnCount - column)
            // The buffer holds whole words here, and the machine's order is the file's.
            BitBlocks.transpose(
              rows: square.baseAddress!, count: 64, stride: 1, width: 1,
              to: place.assumingMemoryBound(to: UInt64.self), columns: count, targetStride: 1,
              flips: 0)
            place += 8 * count
          }
        }
      }
      return place - out
    }
  }
}

// MARK: - Sparse formats

extension ResultWriter {
  /// A shot ends as if a one stood behind its last bit.
  private func appendRuns(_ rows: PackedRows, to buffer: ByteBuffer) {
    let columns = rows.columnCount
    for row in 0..<rows.rowCount {
      // A byte for every one, for every 255 zeros, and for the end.
      var ones = 0
      Self.forEachOne(of: rows, row: row, in: 0..<columns) { _ in ones += 1 }
      buffer.append(most: ones + columns / 255 + 2) { out in
        let place = out.assumingMemoryBound(to: UInt8.self)
        var (count, start) = (0, 0)
        func appendRun(before column: Int) {
          var zeros = column - start
          while zeros >= 255 {
            place[count] = 255
            count += 1
            zeros -= 255
          }
          place[count] = UInt8(truncatingIfNeeded: zeros)
          count += 1
          start = column + 1
        }
        Self.forEachOne(of: rows, row: row, in: 0..<columns) { appendRun(before: $0) }
        appendRun(before: columns)
        return count
      }
    }
  }

  private func appendPlaces(_ rows: PackedRows, to buffer: ByteBuffer) {
    let isDets = format == .dets
    let parts = parts.isEmpty || !isDets ? [Part(letter, 0..<rows.columnCount)] : parts
    let letters = parts.map { $0.letter.asciiValue ?? UInt8(ascii: "M") }
    for row in 0..<rows.rowCount {
      if isDets { buffer.append("shot") }
      var isFirst = true
      for (part, letter) in zip(parts, letters) {
        Self.forEachOne(of: rows, row: row, in: part.columns) { column in
          buffer.append(most: 24) { out in
            let place = out.assumingMemoryBound(to: UInt8.self)
            var count = 0
            if isDets {
              (place[0], place[1], count) = (UInt8(ascii: " "), letter, 2)
            } else if !isFirst {
              (place[0], count) = (UInt8(ascii: ","), 1)
            }
            return count + Self.write(column - part.columns.lowerBound, to: place + count)
          }
          isFirst = false
        }
      }
      buffer.append("\n")
    }
  }

  /// Writes a number in decimal.
  ///
  /// - Returns: how many digits it has.
  static func write(_ number: Int, to place: UnsafeMutablePointer<UInt8>) -> Int {
    var (bound, digits) = (10, 1)
    while number >= bound, digits < 18 { (bound, digits) = (bound * 10, digits + 1) }
    var rest = number
    for index in (0..<digits).reversed() {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      place[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    return digits
  }

  /// Calls `body` for every column of a range that is 1, ascending.
  @inline(__always)
  private static func forEachOne(
    of rows: PackedRows, row: Int, in columns: Range<Int>, _ body: (Int) -> Void
  ) {
    let bits = rows.row(row)
    var column = columns.lowerBound & ~7
    while column < columns.upperBound {
      var word = rows.word(bits, at: column)
      if column < columns.lowerBound { word &= ~0 << UInt64(columns.lowerBound - column) }
      let rest = columns.upperBound - column
      if rest < 64 { word &= 1 << UInt64(rest) - 1 }
      while word != 0 {
        body(column + word.trailingZeroBitCount)
        word &= word - 1
      }
      column += 64
    }
  }
}

extension ByteBuffer {
  fileprivate func append(_ text: StaticString) {
    append(most: text.utf8CodeUnitCount) { out in
      out.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
      return text.utf8CodeUnitCount
    }
  }
}
