import QuantumCore

/// A compiled program with the shape of its batches, and the loops over blocks of shots.
///
/// The shape depends on the program only, and block b draws its random numbers from stream b of the
/// seed: neither the number of threads nor that of shots changes a shot.
struct FrameEngine: Sendable {
  let program: FrameProgram
  /// Words in a row of a batch.
  let width: Int
  /// Shots that are kept of a batch; fewer than its 64 · `width` only if so many results would not
  /// fit in memory.
  let blockShots: Int
  private let memoryLimit: UInt64
  /// How long a call may take.
  var timeLimit = TimeLimit.standard
  /// Makes no difference to the results.
  var kernels = BitKernels.best

  /// Bytes that the rows of a batch should not exceed, so that they stay in a core's own cache.
  private static let cacheBytes = 384 << 10
  /// Bytes that the results of a block should not exceed.
  private static let blockBytes: UInt64 = 64 << 20

  /// - Throws: `Obstacle` if a single shot needs more memory than allowed.
  init(_ program: FrameProgram, memoryLimit: UInt64) throws {
    self.program = program
    self.memoryLimit = memoryLimit
    let bits =
      program.output == .measurements
      ? program.recordCount : program.detectorCount.saturatingAdd(program.observableCount)
    let shotBytes = (bits / 64).saturatingAdd(1).saturatingMultiply(8)
    guard bits < DetectorErrorModel.bitLimit else {
      throw Obstacle(
        .memory(required: shotBytes, available: DetectorErrorModel.bitLimit / 8),
        "a shot with \(bits == .max ? "2^64 or more" : "\(bits)") results needs \(shotBytes) bytes; up to 2^31 results can be sampled",
        hint: "use fewer repetitions", range: program.longestRepeat)
    }
    let rowCount = UInt64(FrameBatch.rowCounts(of: program).reduce(0, +))
    var width = 32
    while width > 8, Int(clamping: rowCount) * width * 8 > Self.cacheBytes { width /= 2 }
    while width > 1, shotBytes.saturatingMultiply(64 * UInt64(width)) > Self.blockBytes {
      width = width == 8 ? 1 : width / 2
    }
    self.width = width
    let rowBytes = rowCount.saturatingMultiply(8 * UInt64(width))
    let most = max(1, min(64 * UInt64(width), 4 * Self.blockBytes / shotBytes))
    blockShots = Int(most)
    let needed = rowBytes.saturatingAdd(shotBytes.saturatingMultiply(most))
    guard needed <= memoryLimit else {
      throw Obstacle(
        .memory(required: needed, available: memoryLimit),
        "a block of shots with \(bits) results each and \(program.liveQubitCount) qubits needs \(needed) bytes"
      )
    }
  }

  /// - Throws: `Obstacle` if a table of so many shots needs more memory than allowed.
  func table(shots: Int, bits: Int) throws -> BitTable {
    precondition(shots >= 0, "A number of shots is not negative")
    let bytes = UInt64(shots).saturatingMultiply(UInt64((bits + 63) / 64 * 8))
    guard bytes <= memoryLimit else {
      throw Obstacle(
        .memory(required: bytes, available: memoryLimit),
        "a table of \(shots) shots with \(bits) results each needs \(bytes) bytes",
        hint: "take the shots in blocks")
    }
    return BitTable(rowCount: shots, columnCount: bits)
  }

  /// Runs all blocks and puts the results of shot k where `sink` has room for it.
  ///
  /// - Throws: `Obstacle` if that takes too long.
  func run(shots: Int, seed: UInt64, threads: Int, sweep: BitTable?, into sink: FrameSink) throws {
    try checkTime(shots: shots, threads: threads)
    let blocks = shots / blockShots + (shots % blockShots > 0 ? 1 : 0)
    let workers = max(1, min(threads, blocks))
    Parallel.forEach(chunks: workers, threads: workers) { worker in
      var batch = FrameBatch(program, width: width, kernels: kernels, timeLimit: timeLimit)
      for block in stride(from: worker, to: blocks, by: workers) where !batch.isStopped {
        let range = self.shots(of: block, of: shots)
        if let sweep { batch.setSweep(sweep, shots: range) }
        batch.run(seed: seed, block: block, into: sink.shots(range))
      }
    }
    try timeLimit.check()
  }

  /// - Throws: `Obstacle` if so many shots take longer than the time limit.
  func checkTime(shots: Int, threads: Int) throws(Obstacle) {
    try work(shots: shots).check(timeLimit, threads: threads)
  }

  /// What so many shots have to do: rows of all shots of a block are worked on at a time, then
  /// turned. One thread makes a block.
  func work(shots: Int) -> RunWork {
    let blocks = Double(shots / blockShots + (shots % blockShots > 0 ? 1 : 0))
    let steps = Double(program.work)
    let bits =
      program.output == .measurements
      ? program.recordCount : program.detectorCount.saturatingAdd(program.observableCount)
    let blockSeconds = steps * (2e-9 + 2e-10 * Double(width))
    let shotSeconds = 1e-9 * Double(bits)
    return RunWork(
      seconds: blocks * blockSeconds + shotSeconds * Double(shots), steps: steps, shots: shots,
      turns: Double(program.mostTurns), range: program.longestRepeat,
      indivisibleSeconds: min(1, blocks) * blockSeconds
        + shotSeconds * Double(min(shots, blockShots)))
  }

  /// A block of results while it is made and taken.
  private struct Slot<Product> {
    let base: UnsafeMutableRawPointer
    var rowCount = 0
    var product: Product
    var failure: (any Error)?
  }

  /// Runs all blocks and hands their results on in order, one at a time, while the next ones are
  /// made.
  ///
  /// Throws `Obstacle` if that takes too long.
  ///
  /// - Parameters:
  ///   - columns: bits of a row.
  ///   - alignment: rows start at multiples of this many bytes; 1 packs them as `b8` files do.
  ///   - sink: describes what is kept; memory is found here.
  ///   - product: makes what `make` works on; a few are made, and used again and again.
  ///   - make: gets a view of the rows, valid during the call; runs on several threads.
  ///   - take: gets the same view, and the product, one block after the other.
  func stream<Product>(
    shots: Int, seed: UInt64, threads: Int, sweep: BitTable?, columns: Int, alignment: Int,
    sink: FrameSink, product: () -> Product, make: (PackedRows, inout Product) throws -> Void,
    take: (PackedRows, Product) throws -> Void
  ) throws {
    precondition(shots >= 0 && alignment >= 1, "A number of shots is not negative")
    try checkTime(shots: shots, threads: threads)
    let count = shots / blockShots + (shots % blockShots > 0 ? 1 : 0)
    let byteCount = (columns + 7) / 8
    let stride = (byteCount + alignment - 1) / alignment * alignment
    let slotBytes = min(shots, blockShots) * stride
    let rowCount = FrameBatch.rowCounts(of: program).reduce(0, +)
    let (workers, slotCount) = try BlockMemory(
      slotBytes: UInt64(slotBytes), workerBytes: UInt64(8 * width * rowCount), limit: memoryLimit
    ).workersAndSlots(blocks: count, threads: threads) {
      "a block of \(min(shots, blockShots)) shots with \(columns) bits each"
    }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, slotCount * slotBytes), alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: slotCount * slotBytes)
    let blocks = OrderedBlocks(
      count: count,
      slots: (0..<slotCount).map { Slot(base: memory + $0 * slotBytes, product: product()) })
    func view(_ slot: Slot<Product>) -> PackedRows {
      PackedRows(
        base: UnsafeRawPointer(slot.base), rowCount: slot.rowCount, columnCount: columns,
        stride: stride)
    }
    Parallel.forEach(chunks: workers, threads: workers) { _ in
      var batch = FrameBatch(program, width: width, kernels: kernels, timeLimit: timeLimit)
      while let block = blocks.claim() {
        let range = self.shots(of: block, of: shots)
        blocks[block].rowCount = range.count
        if let sweep { batch.setSweep(sweep, shots: range) }
        var sink = sink
        (sink.base, sink.stride, sink.byteCount) = (blocks[block].base, stride, byteCount)
        sink.shotCount = range.count
        batch.run(seed: seed, block: block, into: sink)
        do {
          try timeLimit.check()
          try make(view(blocks[block]), &blocks[block].product)
        } catch {
          blocks[block].failure = error
        }
        blocks.finish(block) { slot in
          if let failure = slot.failure { throw failure }
          try take(view(slot), slot.product)
        }
      }
    }
    try blocks.check()
  }

  private func shots(of block: Int, of shots: Int) -> Range<Int> {
    block * blockShots..<min(shots, (block + 1) * blockShots)
  }
}

extension FrameBatch {
  /// Sets the sweep rows from a table with a row a shot, or one row for all; missing bits are 0.
  mutating func setSweep(_ table: BitTable, shots: Range<Int>) {
    precondition(
      table.rowCount == 1 || table.rowCount >= shots.upperBound,
      "Sweep bits are given for all shots or for each")
    let columns = min(table.columnCount, program.sweepCount)
    if table.rowCount == 1 {
      for column in 0..<columns {
        (sweep + column * width).update(repeating: table[0, column] ? .max : 0, count: width)
      }
      return
    }
    table.words.withUnsafeBufferPointer { words in
      guard let words = words.baseAddress else { return }
      for first in stride(from: 0, to: shots.count, by: 64) {
        BitBlocks.transpose(
          rows: words + (shots.lowerBound + first) * table.stride,
          count: min(64, shots.count - first), stride: table.stride, width: table.stride,
          to: sweep + first / 64, columns: columns, targetStride: width, flips: 0)
      }
    }
  }
}
