import QuantumCore

/// Reads shots from bytes, block by block.
///
/// The formats do not say how many bits a shot has: that must be known. Bits beyond a shot's last
/// one in its last byte of `b8` are ignored, as Stim does; everything else that does not fit is an
/// error with its place.
///
///     let reader = ResultReader(.b8, counts: .init(measurements: 10), read: { … })
///     while let shots = try reader.next(upTo: 4096) { … }
///
/// - Source: [Gidney21], result formats of Stim 1.16.
public final class ResultReader {
  /// How many bits of each kind a shot has; rows hold them in this order.
  public struct Counts: Sendable, Hashable {
    /// Measurement results of a shot.
    public var measurements: Int
    /// Detection events of a shot: bits, one for each detector.
    public var detectors: Int
    /// Logical observables of a shot.
    public var observables: Int

    /// Numbers of bits, each at least 0.
    public init(measurements: Int = 0, detectors: Int = 0, observables: Int = 0) {
      self.measurements = measurements
      self.detectors = detectors
      self.observables = observables
    }

    /// Bits of a shot.
    public var total: Int { measurements + detectors + observables }
  }

  /// The format that bytes are read as.
  public let format: ResultFormat
  /// The bits that each shot has.
  public let counts: Counts
  /// Shots read so far.
  public private(set) var shotCount = 0

  private var source: ByteSource
  /// Shots of the last group of `ptb64`, handed out row by row.
  private var group: BitTable?
  private var groupRow = 0

  /// A reader at the start of its bytes.
  ///
  /// - Parameters:
  ///   - format: the format of the bytes.
  ///   - counts: how many bits of each kind a shot has.
  ///   - read: fills a buffer from the start and says how many bytes it got; 0 at the end.
  public init(
    _ format: ResultFormat, counts: Counts,
    read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    self.format = format
    self.counts = counts
    source = ByteSource(chunkSize: 1 << 18, read: read)
  }

  /// Reads shots that are all in memory.
  public convenience init(_ format: ResultFormat, counts: Counts, bytes: [UInt8]) {
    var position = 0
    self.init(format, counts: counts) { buffer in
      let count = min(buffer.count, bytes.count - position)
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
  }

  /// The next shots, a row each; `nil` at the end.
  ///
  /// - Throws: `Diagnostic` with line and column, or for binary formats the byte, of what cannot be
  ///   read; what `read` throws.
  public func next(upTo limit: Int) throws -> BitTable? {
    precondition(limit > 0, "At least one shot is asked for")
    // At the end no memory is taken for shots that do not come.
    if group == nil || groupRow == 64, try source.peek() == nil { return nil }
    var table = BitTable(rowCount: limit, columnCount: counts.total)
    let stride = table.stride
    var rows = 0
    while rows < limit {
      let isRead = try table.words.withUnsafeMutableBufferPointer { words in
        try readShot(
          UnsafeMutableBufferPointer(rebasing: words[rows * stride..<(rows + 1) * stride]))
      }
      guard isRead else { break }
      rows += 1
      shotCount += 1
    }
    if rows == 0 { return nil }
    if rows < limit { table = table.prefix(rows) }
    return table
  }

  /// Reads one shot into a row of zeros; `false` at the end.
  private func readShot(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    switch format {
    case .text01: try readText(row)
    case .b8: try readBytes(row)
    case .r8: try readRuns(row)
    case .ptb64: try readTransposed(row)
    case .hits: try readHits(row)
    case .dets: try readDets(row)
    }
  }
}

// MARK: - Binary formats

extension ResultReader {
  private func readBytes(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    guard try source.peek() != nil else { return false }
    try checkBitsExist()
    let (size, columns) = ((counts.total + 7) / 8, counts.total)
    let isRead: Void? = try source.withBytes(size) { bytes in
      UnsafeMutableRawBufferPointer(row).copyMemory(
        from: UnsafeRawBufferPointer(start: bytes, count: size))
      for index in row.indices { row[index] = UInt64(littleEndian: row[index]) }
      if columns & 63 != 0 { row[row.count - 1] &= 1 << UInt64(columns & 63) - 1 }
    }
    guard isRead != nil else {
      throw binaryError(
        "the data ends in the middle of a shot: \(source.available) of its \(size) bytes are there",
        hint: "a shot of \(columns) bits takes \(size) bytes")
    }
    return true
  }

  private func readTransposed(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    if group == nil || groupRow == 64 {
      guard try source.peek() != nil else { return false }
      try checkBitsExist()
      let (columns, size) = (counts.total, 8 * counts.total)
      group = try source.withBytes(size) { bytes in
        var table = BitTable(rowCount: 64, columnCount: columns)
        for column in 0..<columns {
          let raw = UnsafeRawPointer(bytes + 8 * column)
          var word = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
          while word != 0 {
            table[word.trailingZeroBitCount, column] = true
            word &= word - 1
          }
        }
        return table
      }
      guard group != nil else {
        throw binaryError(
          "the data ends in the middle of a group of 64 shots: \(source.available) of its \(size) bytes are there",
          hint: "64 shots of \(columns) bits take \(size) bytes")
      }
      groupRow = 0
    }
    for index in row.indices { row[index] = group!.words[groupRow * row.count + index] }
    groupRow += 1
    return true
  }

  private func readRuns(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    guard try source.peek() != nil else { return false }
    let columns = counts.total
    var column = 0
    while true {
      guard let run = try source.peek() else {
        throw binaryError(
          "the data ends in the middle of a shot, at bit \(column) of \(columns)",
          hint: "a shot ends as if a 1 stood behind its last bit")
      }
      column += Int(run)
      guard run < 255 || column > columns else {
        source.skip()
        continue
      }
      guard column <= columns else {
        throw binaryError(
          "a run of \(run) zeros leads beyond the \(columns) bits of a shot",
          hint: "is the number of bits right?")
      }
      source.skip()
      if column == columns { return true }
      row[column >> 6] |= 1 << UInt64(column & 63)
      column += 1
    }
  }

  /// Shots without bits leave no trace in `b8` and `ptb64`.
  private func checkBitsExist() throws {
    guard counts.total == 0 else { return }
    throw binaryError(
      "there is data, but a shot has no bits", hint: "is the number of bits right?")
  }

  private func binaryError(_ message: String, hint: String) -> Diagnostic {
    Diagnostic(
      "byte \(source.offset), shot \(shotCount): \(message)", code: "invalid-\(format.rawValue)",
      hint: hint)
  }
}

// MARK: - Text formats

extension ResultReader {
  private func readText(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    guard try source.peek() != nil else { return false }
    let columns = counts.total
    var column = 0
    while column + 8 <= columns, readEight(column, row) { column += 8 }
    while column < columns {
      switch try source.peek() {
      case UInt8(ascii: "0"): break
      case UInt8(ascii: "1"): row[column >> 6] |= 1 << UInt64(column & 63)
      case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        throw textError(
          "the line ends after \(column) of \(columns) bits", hint: "a shot has \(columns) bits")
      case let byte?:
        throw textError(
          "unexpected \(Self.name(of: byte))", hint: "a shot is \(columns) characters 0 or 1")
      }
      source.skip()
      column += 1
    }
    try readLineBreak(expected: "a line break after \(columns) bits")
    return true
  }

  /// Reads eight characters at once; `false`, and nothing taken, if they are not all 0 and 1.
  private func readEight(
    _ column: Int, _ row: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool {
    guard let word = source.peekWord() else { return false }
    guard word & 0xfefe_fefe_fefe_fefe == 0x3030_3030_3030_3030 else { return false }
    // The product collects the lowest bit of every byte in its highest byte.
    let bits = ((word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) >> 56
    row[column >> 6] |= bits << UInt64(column & 63)
    source.skip(8)
    return true
  }

  private func readHits(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    guard let first = try source.peek() else { return false }
    if first != UInt8(ascii: "\n"), first != UInt8(ascii: "\r") {
      while true {
        let column = try readNumber(below: counts.total, of: "bits")
        row[column >> 6] ^= 1 << UInt64(column & 63)
        guard try source.peek() == UInt8(ascii: ",") else { break }
        source.skip()
      }
    }
    try readLineBreak(expected: "',' or a line break")
    return true
  }

  private func readDets(_ row: UnsafeMutableBufferPointer<UInt64>) throws -> Bool {
    guard try skipBlanks() else { return false }
    for letter in "shot".utf8 {
      guard try source.peek() == letter else {
        throw textError("a shot starts with 'shot'", hint: "such as 'shot D2 L0'")
      }
      source.skip()
    }
    while try source.peek() == UInt8(ascii: " ") {
      source.skip()
      let (start, count, name) = try readLetter()
      let index = try readNumber(below: count, of: name)
      row[(start + index) >> 6] |= 1 << UInt64((start + index) & 63)
    }
    if try source.peek() != nil { try readLineBreak(expected: "one space or a line break") }
    return true
  }

  /// Skips spaces and empty lines; `false` at the end.
  private func skipBlanks() throws -> Bool {
    while let byte = try source.peek() {
      switch byte {
      case UInt8(ascii: "\n"): source.skipLineBreak()
      case UInt8(ascii: " "), 9, 11, 12, 13: source.skip()
      default: return true
      }
    }
    return false
  }

  private func readLetter() throws -> (start: Int, count: Int, name: String) {
    let (measurements, detectors) = (counts.measurements, counts.detectors)
    let range: (Int, Int, String)
    switch try source.peek() {
    case UInt8(ascii: "M"): range = (0, measurements, "measurements")
    case UInt8(ascii: "D"): range = (measurements, detectors, "detectors")
    case UInt8(ascii: "L"): range = (measurements + detectors, counts.observables, "observables")
    case let byte:
      throw textError(
        "unexpected \(Self.name(of: byte))",
        hint: "after one space comes M, D or L and a number, such as 'D2'")
    }
    source.skip()
    return range
  }

  private func readNumber(below limit: Int, of what: String) throws -> Int {
    let (line, column) = (source.line, source.column)
    var (value, length) = (0, 0)
    while let byte = try source.peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      // Beyond any limit the digits no longer matter.
      value = min(value, Int.max / 16) * 10 + Int(byte - UInt8(ascii: "0"))
      length += 1
      source.skip()
    }
    guard length > 0 else {
      throw textError(
        "unexpected \(Self.name(of: try source.peek()))", hint: "a number is expected here")
    }
    guard value < limit else {
      throw Diagnostic(
        "the number is too large: there are \(limit) \(what)", code: "invalid-\(format.rawValue)",
        at: SourceRange(line: line, column: column, length: length),
        hint: limit > 0 ? "the largest is \(limit - 1)" : nil)
    }
    return value
  }

  /// Takes `\n` or `\r\n`.
  private func readLineBreak(expected: String) throws {
    if try source.peek() == UInt8(ascii: "\r") { source.skip() }
    guard try source.peek() == UInt8(ascii: "\n") else {
      throw textError(
        "unexpected \(Self.name(of: try source.peek()))", hint: "\(expected) is expected here")
    }
    source.skipLineBreak()
  }

  private func textError(_ message: String, hint: String) -> Diagnostic {
    Diagnostic(
      message, code: "invalid-\(format.rawValue)",
      at: SourceRange(line: source.line, column: source.column), hint: hint)
  }

  private static func name(of byte: UInt8?) -> String {
    switch byte {
    case nil: "end of the data"
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): "line break"
    case UInt8(ascii: "\t"): "tab"
    case let byte? where (33..<127).contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
    case UInt8(ascii: " "): "space"
    case let byte?: "byte \(byte)"
    }
  }
}

extension BitTable {
  fileprivate func prefix(_ rows: Int) -> BitTable {
    BitTable(
      rowCount: rows, columnCount: columnCount, words: Array(words[..<(rows * stride)]))
  }
}
