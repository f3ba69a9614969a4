import QuantumCore

/// How many blocks of shots may be in memory while threads make them and somebody takes them in
/// order.
struct BlockMemory {
  /// Bytes of the results of a block.
  let slotBytes: UInt64
  /// Bytes that every thread needs for itself.
  var workerBytes: UInt64 = 0
  let limit: UInt64

  /// As many threads as there is room for, and the blocks that they make and wait with.
  ///
  /// - Parameter what: names a block, for the message.
  /// - Throws: `Obstacle` if there is no room for one.
  func workersAndSlots(
    blocks: Int, threads: Int, what: () -> String
  ) throws(Obstacle) -> (workers: Int, slots: Int) {
    var workers = max(1, min(threads, blocks))
    let comfortable = min(limit, max(Self.comfortableBytes, limit / 16))
    while workers > 1, bytes(workers) > comfortable { workers = workers > 2 ? workers / 2 : 1 }
    guard bytes(workers) <= limit else {
      throw Obstacle(
        .memory(required: bytes(workers), available: limit),
        "\(what()) needs \(bytes(workers)) bytes, and \(limit) are available")
    }
    return (workers, max(1, min(blocks, Self.slots(workers))))
  }

  /// Blocks may be made side by side up to here, where memory is not plentiful: huge ones
  /// gain little from it.
  private static let comfortableBytes: UInt64 = 1 << 29

  private static func slots(_ workers: Int) -> Int { workers > 1 ? workers + 1 : 1 }

  private func bytes(_ workers: Int) -> UInt64 {
    slotBytes.saturatingMultiply(UInt64(Self.slots(workers)))
      .saturatingAdd(workerBytes.saturatingMultiply(UInt64(workers)))
  }
}
