import QSim
import TestSupport
import Testing

struct BitTableTransposeTests {
  @Test(arguments: [
    (0, 0), (1, 1), (1, 64), (64, 1), (63, 65), (65, 63), (512, 512), (100, 700), (700, 100),
    (3, 1025), (1025, 3),
  ])
  func `rows become columns`(rowCount: Int, columnCount: Int) {
    var rng = PhiloxGenerator(seed: UInt64(rowCount * 2000 + columnCount))
    var table = BitTable(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount { table[row, column] = Bool.random(using: &rng) }
    }
    let transposed = table.transposed()
    #expect(transposed.rowCount == columnCount && transposed.columnCount == rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount where transposed[column, row] != table[row, column] {
        Issue.record("bit \(row), \(column)")
        return
      }
    }
    #expect(transposed.transposed() == table)
  }
}
