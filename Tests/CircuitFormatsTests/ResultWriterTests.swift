import CircuitFormats
import QuantumCore
import Testing

struct ResultWriterTests {
  @Test(arguments: ResultFormat.allCases) func `shots read back`(format: ResultFormat) throws {
    var generator = PhiloxGenerator(seed: 5)
    for columns in [0, 1, 7, 8, 9, 63, 64, 65, 300, 1000] {
      for density in [0.002, 0.5, 1.0] {
        // Formats that mark shots by nothing but their bits cannot count shots without any.
        let rows = format == .ptb64 ? 128 : 13
        var table = BitTable(rowCount: rows, columnCount: columns)
        for row in 0..<rows {
          for column in 0..<columns { table[row, column] = generator.uniform() < density }
        }
        var bytes: [UInt8] = []
        try ResultWriter(format).write(table) { bytes += $0 }
        #expect(Self.read(bytes, format, rows: rows, columns: columns) == table)
      }
    }
  }

  @Test func `ptb64 takes 64 shots at a time`() throws {
    let table = BitTable(rowCount: 65, columnCount: 2)
    #expect(throws: Diagnostic.self) { try ResultWriter(.ptb64).write(table) { _ in } }
    var bytes: [UInt8] = []
    var word = BitTable(rowCount: 64, columnCount: 1)
    word[1, 0] = true
    word[63, 0] = true
    try ResultWriter(.ptb64).write(word) { bytes += $0 }
    #expect(bytes == [2, 0, 0, 0, 0, 0, 0, 128])
  }

  @Test func `long runs of zeros continue`() throws {
    var table = BitTable(rowCount: 1, columnCount: 600)
    table[0, 255] = true
    var bytes: [UInt8] = []
    try ResultWriter(.r8).write(table) { bytes += $0 }
    // 255 zeros and a one; then 344 zeros to the end: 255 and 89.
    #expect(bytes == [255, 0, 255, 89])
  }

  @Test func `large tables are streamed`() throws {
    let table = BitTable(rowCount: 40_000, columnCount: 100)
    var calls = 0
    var total = 0
    try ResultWriter(.text01).write(table) {
      calls += 1
      total += $0.count
    }
    #expect(calls > 2 && total == 40_000 * 101)
  }

  @Test(arguments: ResultFormat.allCases)
  func `rows of ones are the same bytes as rows of bits`(format: ResultFormat) throws {
    var generator = PhiloxGenerator(seed: 6)
    for columns in [0, 1, 8, 9, 64, 65, 255, 256, 511, 70_001] {
      for ones in [0, 1, 3, 40] {
        let rows = format == .ptb64 ? 128 : 5
        var table = BitTable(rowCount: rows, columnCount: columns)
        var sparse = SparseRows(columnCount: columns)
        for row in 0..<rows {
          var flips: [UInt32] = []
          for _ in 0..<ones where columns > 0 {
            let column = Int(generator.uniform() * Double(columns))
            table[row, column].toggle()
            flips.append(UInt32(column))
          }
          if columns > 0, ones == 40 {
            for column in [0, columns - 1] {
              table[row, column].toggle()
              flips.append(UInt32(column))
            }
          }
          sparse.appendRow(flips: &flips)
        }
        let parts: [ResultWriter.Part] = [
          .init("L", columns / 2..<columns), .init("D", 0..<columns / 2),
        ]
        let writer = ResultWriter(format, parts: parts)
        var (full, ofOnes): ([UInt8], [UInt8]) = ([], [])
        try writer.write(table) { full += $0 }
        try writer.write(sparse) { ofOnes += $0 }
        #expect(full == ofOnes, "\(columns) columns, \(ones) ones")
      }
    }
  }

  @Test func `huge rows of ones are written in pieces`() throws {
    var rows = SparseRows(columnCount: 1 << 31)
    var flips: [UInt32] = [0, (1 << 31) - 1]
    rows.appendRow(flips: &flips)
    var (bytes, largest) = (0, 0)
    try ResultWriter(.r8).write(rows) {
      bytes += $0.count
      largest = max(largest, $0.count)
    }
    // A byte for every 255 zeros, and for each of two ones and the end.
    #expect(bytes == ((1 << 31) - 2) / 255 + 3 && largest <= 1 << 16)
  }

  /// A reader of the formats that shares nothing with the writer.
  private static func read(
    _ bytes: [UInt8], _ format: ResultFormat, rows: Int, columns: Int
  ) -> BitTable {
    var table = BitTable(rowCount: rows, columnCount: columns)
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    switch format {
    case .text01:
      for (row, line) in lines.enumerated() {
        for (column, letter) in line.enumerated() { table[row, column] = letter == "1" }
      }
    case .hits, .dets:
      for (row, line) in lines.enumerated() {
        for word in line.split(whereSeparator: { $0 == "," || $0 == " " }) where word != "shot" {
          if let column = Int(word.drop { $0 == "M" }) { table[row, column] = true }
        }
      }
    case .b8:
      let stride = (columns + 7) / 8
      for row in 0..<rows {
        for column in 0..<columns {
          table[row, column] = bytes[row * stride + column / 8] >> UInt8(column % 8) & 1 == 1
        }
      }
    case .ptb64:
      for row in 0..<rows {
        for column in 0..<columns {
          let byte = (row / 64 * columns + column) * 8 + row % 64 / 8
          table[row, column] = bytes[byte] >> UInt8(row % 8) & 1 == 1
        }
      }
    case .r8:
      var (row, column) = (0, 0)
      for byte in bytes {
        column += Int(byte)
        guard byte < 255 else { continue }
        if column < columns { table[row, column] = true }
        (row, column) = column == columns ? (row + 1, 0) : (row, column + 1)
      }
    }
    return table
  }
}
