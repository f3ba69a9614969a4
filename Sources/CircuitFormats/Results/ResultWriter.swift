import QuantumCore

/// Writes shots as bytes. The formats have no header: they do not say how many shots or bits there are.
///
/// - Source: [Gidney21], result formats of Stim 1.16.
public struct ResultWriter: Sendable {
  /// The format written.
  public let format: ResultFormat
  /// What the bits are in `dets`: `M` for measurements.
  public let letter: Character

  public init(_ format: ResultFormat, letter: Character = "M") {
    self.format = format
    self.letter = letter
  }

  /// Writes every row of a table, at most about a megabyte at a time.
  ///
  /// - Throws: `Diagnostic` if the format is `ptb64` and the shots do not divide by 64; what `write` throws.
  public func write(_ table: BitTable, to write: ([UInt8]) throws -> Void) throws {
    var bytes: [UInt8] = []
    func flush(ifLargerThan limit: Int) throws {
      guard bytes.count > limit else { return }
      try write(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    if format == .ptb64 {
      guard table.rowCount % 64 == 0 else {
        throw Diagnostic(
          "ptb64 holds 64 shots at a time, and \(table.rowCount) do not divide by 64",
          code: "invalid-shots",
          hint: "use \((table.rowCount / 64 + 1) * 64) shots or another format")
      }
      for group in stride(from: 0, to: table.rowCount, by: 64) {
        for column in 0..<table.columnCount {
          appendWord(of: table, rows: group, column: column, to: &bytes)
          try flush(ifLargerThan: 1 << 20)
        }
      }
    } else {
      for row in 0..<table.rowCount {
        append(table.row(row), to: &bytes)
        try flush(ifLargerThan: 1 << 20)
      }
    }
    try flush(ifLargerThan: 0)
  }

  private func appendWord(of table: BitTable, rows first: Int, column: Int, to bytes: inout [UInt8])
  {
    var word: UInt64 = 0
    for offset in 0..<64 where table[first + offset, column] { word |= 1 << UInt64(offset) }
    for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) }
  }

  private func append(_ shot: BitVector, to bytes: inout [UInt8]) {
    let newline = UInt8(ascii: "\n")
    switch format {
    case .text01:
      for bit in shot { bytes.append(bit ? UInt8(ascii: "1") : UInt8(ascii: "0")) }
      bytes.append(newline)
    case .b8:
      for place in 0..<(shot.count + 7) / 8 {
        bytes.append(UInt8(truncatingIfNeeded: shot.words[place / 8] >> UInt64(8 * (place % 8))))
      }
    case .r8: appendRuns(of: shot, to: &bytes)
    case .hits:
      var isFirst = true
      Self.forEachOne(of: shot) { place in
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes += String(place).utf8
      }
      bytes.append(newline)
    case .dets:
      bytes += "shot".utf8
      Self.forEachOne(of: shot) { place in bytes += " \(letter)\(place)".utf8 }
      bytes.append(newline)
    case .ptb64: break
    }
  }

  /// A shot ends as if a one stood behind its last bit.
  private func appendRuns(of shot: BitVector, to bytes: inout [UInt8]) {
    var start = 0
    func appendRun(before place: Int) {
      var zeros = place - start
      while zeros >= 255 {
        bytes.append(255)
        zeros -= 255
      }
      bytes.append(UInt8(zeros))
      start = place + 1
    }
    Self.forEachOne(of: shot, appendRun)
    appendRun(before: shot.count)
  }

  private static func forEachOne(of shot: BitVector, _ body: (Int) -> Void) {
    for (index, word) in shot.words.enumerated() {
      var rest = word
      while rest != 0 {
        body(index * 64 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }
}
