import QuantumCore

extension ResultWriter {
  /// Writes rows of which nearly all bits are 0, in a time that follows the ones and the
  /// bytes written.
  ///
  /// The bytes are those of the same rows held bit by bit.
  ///
  /// - Parameter write: gets the bytes, some at a time.
  /// - Throws: `Diagnostic` if the format is `ptb64` and the rows do not divide by 64; what
  ///   `write` throws.
  package func write(
    _ rows: SparseRows, to write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try checkShots(rows.rowCount)
    switch format {
    case .text01: try writeText(rows, write)
    case .b8: try writeBytes(rows, write)
    case .r8: try writeRuns(rows, write)
    case .hits, .dets: try writePlaces(rows, write)
    case .ptb64: try writeTransposed(rows, write)
    }
  }

  private typealias Write = (UnsafeRawBufferPointer) throws -> Void

  private func writeText(_ rows: SparseRows, _ write: Write) throws {
    let runs = RunBuffer(UInt8(ascii: "0"))
    for row in 0..<rows.rowCount {
      var next = 0
      for column in rows[row] {
        try runs.fill(Int(column) - next, write)
        try runs.append(UInt8(ascii: "1"), write)
        next = Int(column) + 1
      }
      try runs.fill(rows.columnCount - next, write)
      try runs.append(UInt8(ascii: "\n"), write)
    }
    try runs.flush(write)
  }

  private func writeBytes(_ rows: SparseRows, _ write: Write) throws {
    let runs = RunBuffer(0)
    for row in 0..<rows.rowCount {
      let columns = rows[row]
      var (next, place) = (0, columns.startIndex)
      while place < columns.endIndex {
        let byte = Int(columns[place] >> 3)
        var bits: UInt8 = 0
        while place < columns.endIndex, Int(columns[place] >> 3) == byte {
          bits |= 1 << UInt8(columns[place] & 7)
          place += 1
        }
        try runs.fill(byte - next, write)
        try runs.append(bits, write)
        next = byte + 1
      }
      try runs.fill((rows.columnCount + 7) / 8 - next, write)
    }
    try runs.flush(write)
  }

  /// A shot ends as if a one stood behind its last bit.
  private func writeRuns(_ rows: SparseRows, _ write: Write) throws {
    let runs = RunBuffer(255)
    for row in 0..<rows.rowCount {
      var next = 0
      func appendRun(before column: Int) throws {
        let zeros = column - next
        try runs.fill(zeros / 255, write)
        try runs.append(UInt8(zeros % 255), write)
        next = column + 1
      }
      for column in rows[row] { try appendRun(before: Int(column)) }
      try appendRun(before: rows.columnCount)
    }
    try runs.flush(write)
  }

  /// 64 rows at a time.
  private func writeTransposed(_ rows: SparseRows, _ write: Write) throws {
    let runs = RunBuffer(0)
    for group in stride(from: 0, to: rows.rowCount, by: 64) {
      // Sorted by column, then by row.
      var ones: [UInt64] = []
      for row in 0..<64 { ones += rows[group + row].map { UInt64($0) << 6 | UInt64(row) } }
      ones.sort()
      var (next, place) = (0, 0)
      while place < ones.count {
        let column = ones[place] >> 6
        var word: UInt64 = 0
        while place < ones.count, ones[place] >> 6 == column {
          word |= 1 << (ones[place] & 63)
          place += 1
        }
        try runs.fill(8 * (Int(column) - next), write)
        for byte in 0..<8 { try runs.append(UInt8(truncatingIfNeeded: word >> (8 * byte)), write) }
        next = Int(column) + 1
      }
      try runs.fill(8 * (rows.columnCount - next), write)
    }
    try runs.flush(write)
  }

  private func writePlaces(_ rows: SparseRows, _ write: Write) throws {
    let isDets = format == .dets
    let parts = parts.isEmpty || !isDets ? [Part(letter, 0..<rows.columnCount)] : parts
    let letters = parts.map { $0.letter.asciiValue ?? UInt8(ascii: "M") }
    let runs = RunBuffer(0)
    for row in 0..<rows.rowCount {
      if isDets { for byte in "shot".utf8 { try runs.append(byte, write) } }
      var isFirst = true
      for (part, letter) in zip(parts, letters) {
        for column in rows[row] where part.columns.contains(Int(column)) {
          try runs.append(most: 24, write) { place in
            var count = 0
            if isDets {
              (place[0], place[1], count) = (UInt8(ascii: " "), letter, 2)
            } else if !isFirst {
              (place[0], count) = (UInt8(ascii: ","), 1)
            }
            return count + Self.write(Int(column) - part.columns.lowerBound, to: place + count)
          }
          isFirst = false
        }
      }
      try runs.append(UInt8(ascii: "\n"), write)
    }
    try runs.flush(write)
  }
}

/// Bytes on their way out, most of which are the same.
private final class RunBuffer {
  private let repeated: UInt8
  private let base: UnsafeMutableRawBufferPointer
  private var count = 0

  private static let capacity = 1 << 16

  init(_ repeated: UInt8) {
    self.repeated = repeated
    base = .allocate(byteCount: Self.capacity, alignment: 64)
  }

  deinit { base.deallocate() }

  /// Appends the repeated byte `number` times.
  func fill(_ number: Int, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    var rest = number
    while rest > 0 {
      if count == Self.capacity { try flush(write) }
      let now = min(rest, Self.capacity - count)
      (base.baseAddress! + count).initializeMemory(as: UInt8.self, repeating: repeated, count: now)
      count += now
      rest -= now
    }
  }

  func append(_ byte: UInt8, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    if count == Self.capacity { try flush(write) }
    base[count] = byte
    count += 1
  }

  /// Calls `body` with a place for `most` bytes, at most the capacity; it returns how many it wrote.
  @inline(__always)
  func append(
    most: Int, _ write: (UnsafeRawBufferPointer) throws -> Void,
    _ body: (UnsafeMutablePointer<UInt8>) -> Int
  ) throws {
    if count > Self.capacity - most { try flush(write) }
    count += body((base.baseAddress! + count).assumingMemoryBound(to: UInt8.self))
  }

  func flush(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    if count > 0 { try write(UnsafeRawBufferPointer(rebasing: base[..<count])) }
    count = 0
  }
}
