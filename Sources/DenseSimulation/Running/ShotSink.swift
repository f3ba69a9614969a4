import QuantumCore
import Synchronization

/// Where the results of shots go, whichever thread made them.
final class ShotSink: Sendable {
  struct Tables: Sendable {
    var bits: ShotTable
    var record: ShotTable
  }

  private let tables: Mutex<Tables>
  /// Whether the measurement record is kept besides the bits.
  let keepsRecord: Bool
  /// The most bytes of a table while it grows.
  private let limit: UInt64

  init(rowCount: Int, bitCount: Int, keepsRecord: Bool, limit: UInt64) {
    tables = Mutex(
      Tables(
        bits: ShotTable(rowCount: rowCount, columnCount: bitCount),
        record: ShotTable(rowCount: keepsRecord ? rowCount : 0, columnCount: 0)))
    (self.keepsRecord, self.limit) = (keepsRecord, limit)
  }

  var contents: Tables { tables.withLock { $0 } }

  /// Stores rows of whole words, one a shot.
  ///
  /// - Throws: `Obstacle` where the record of all shots grows beyond the memory.
  func store(
    _ bits: [UInt64], record: [UInt64], recordCount: Int, of shots: ArraySlice<UInt32>
  ) throws(Obstacle) {
    try tables.withLock { (tables: inout Tables) throws(Obstacle) in
      Self.copy(bits, of: shots, to: &tables.bits)
      guard keepsRecord else { return }
      try widen(&tables.record, to: recordCount)
      Self.copy(record, of: shots, to: &tables.record)
    }
  }

  private func widen(_ table: inout ShotTable, to columns: Int) throws(Obstacle) {
    let required = table.bytesWhileWidening(to: columns)
    guard required <= limit else {
      throw Obstacle(
        .memory(required: required, available: limit),
        "needs \(ByteText.text(required)) for \(columns) results of each of \(table.rowCount) shots, "
          + "\(ByteText.text(limit)) available", hint: "use fewer shots or a shorter circuit")
    }
    table.widen(to: columns)
  }

  private static func copy(
    _ rows: [UInt64], of shots: ArraySlice<UInt32>, to table: inout ShotTable
  ) {
    guard !rows.isEmpty, !shots.isEmpty else { return }
    let (width, stride) = (rows.count / shots.count, table.stride)
    table.withWords { words in
      for (place, shot) in shots.enumerated() {
        for word in 0..<width { words[Int(shot) * stride + word] = rows[place * width + word] }
      }
    }
  }
}

extension ShotTable {
  /// Bytes of the rows before and after they grow to this width; 0 where they have it.
  fileprivate func bytesWhileWidening(to columns: Int) -> UInt64 {
    let needed = (columns + 63) / 64
    guard needed > stride else { return 0 }
    let words = UInt64(stride + max(needed, 2 * stride))
    return words.saturatingMultiply(8).saturatingMultiply(UInt64(rowCount))
  }
}
