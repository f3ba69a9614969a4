import QuantumCore

/// Samples detector and observable flips straight from an error model: the cost of a shot follows
/// the number of its faults.
///
/// A mechanism that happens with probability p is the parity of a Poisson count of mean λ = −½ ln(1
/// − 2p). So the faults of a shot are drawn at once: their number from a Poisson distribution of
/// mean Σλ, then each one's mechanism with probability proportional to λ. This is exact. A repeat
/// block stays folded: a fault in it draws the turn and the mechanism of the body.
///
///     let sampler = try DetectorErrorSampler(model)
///     let flips = try sampler.sample(shots: 1000, seed: 1, threads: 2)     // a row a shot
///
/// Mechanisms with p > ½ always happen and are undone with probability 1 − p; those near ½ are
/// drawn one by one.
public struct DetectorErrorSampler: Sendable {
  /// Which bits a row holds, in which order.
  public enum Columns: Sendable, Hashable, CaseIterable {
    /// Detectors alone.
    case detectors
    /// Observables alone.
    case observables
    /// Detectors, and the observables right behind them.
    case detectorsThenObservables
    /// Observables, and the detectors right behind them.
    case observablesThenDetectors
    /// The observables start at the next multiple of 64 columns behind the detectors; those between
    /// are 0.
    case separate
  }

  /// One more than the largest detector the model mentions.
  public let detectorCount: Int
  /// One more than the largest observable the model mentions.
  public let observableCount: Int
  /// The bits that a row holds.
  public let columns: Columns
  /// How many faults a shot has on average, those drawn one by one not counted.
  package let faultsPerShot: Double

  /// How long a call may take.
  public var timeLimit = TimeLimit.standard

  let program: SamplingProgram
  /// Of all detectors and observables, whichever of them rows hold.
  private let bytesPerShot: Int
  private let memoryLimit: UInt64

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: the error model to draw from.
  ///   - columns: the bits that a row holds.
  ///   - counts: detectors and observables that rows have even if the model mentions fewer.
  ///   - memoryLimit: upper bound in bytes for the results of the blocks that are made at a time.
  /// - Throws: `Obstacle` of kind `.memory` where a shot has 2³¹ bits or more.
  /// - Complexity: O(length of the model), repeat blocks once.
  public init(
    _ model: DetectorErrorModel, columns: Columns = .detectorsThenObservables,
    atLeast counts: (detectors: Int, observables: Int) = (0, 0), memoryLimit: UInt64 = 1 << 33
  ) throws {
    self.memoryLimit = memoryLimit
    var extent = try model.extent()
    extent.detectorCount = max(extent.detectorCount, counts.detectors)
    extent.observableCount = max(extent.observableCount, counts.observables)
    try extent.check()
    (detectorCount, observableCount) = (extent.detectorCount, extent.observableCount)
    self.columns = columns
    bytesPerShot = max(1, (detectorCount + observableCount + 7) / 8)
    program = try SamplingProgram(
      model, RowLayout(columns, extent), bytesPerShot: bytesPerShot)
    faultsPerShot = program.faultsPerShot
  }

  /// How many detectors and observables a model mentions.
  ///
  /// - Throws: as `init`.
  public static func counts(
    of model: DetectorErrorModel
  ) throws -> (detectors: Int, observables: Int) {
    let extent = try model.extent()
    return (extent.detectorCount, extent.observableCount)
  }

  /// Bits of a row.
  public var bitCount: Int { program.layout.bitCount }
  /// The column of observable 0; 0 where there are no observables in a row.
  public var firstObservableColumn: Int { program.layout.observableStart ?? 0 }

  /// Flips of every shot: a row a shot, columns as chosen.
  ///
  /// - Returns: the same bits for any number of threads; fewer shots are the first rows of more.
  public func sample(shots: Int, seed: UInt64, threads: Int = 1) throws -> BitTable {
    var table = BitTable(rowCount: shots, columnCount: bitCount)
    let size = shotsPerBlock
    try table.words.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let table = UncheckedSendable(base)
      try forEachBlock(
        shots: shots, seed: seed, threads: threads, alignment: 8, product: {},
        make: { rows, block, _ in
          (table.value + block * size * rows.stride).copyMemory(
            from: rows.base, byteCount: rows.rowCount * rows.stride)
        },
        take: { _, _ in })
    }
    return table
  }

  /// Calls `body` with one block of shots after the other; blocks are made on several threads,
  /// `body` runs on one at a time.
  ///
  /// - Parameters:
  ///   - shots: the number of shots, at least 0.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - threads: the number of threads, at least 1; the result does not depend on it.
  ///   - body: gets a row a shot; all but the last block have a multiple of 64 rows unless a row
  ///     has millions of bits.
  public func forEachBlock(
    shots: Int, seed: UInt64, threads: Int = 1, _ body: (BitTable) throws -> Void
  ) throws {
    try forEachBlock(
      shots: shots, seed: seed, threads: threads, alignment: 8,
      rows: { rows in
        var table = BitTable(rowCount: rows.rowCount, columnCount: rows.columnCount)
        table.setRows(from: 0, to: rows)
        try body(table)
      })
  }

  /// The same without a copy, and with work on a block that threads share before it is taken.
  ///
  /// - Parameters:
  ///   - alignment: rows start at multiples of this many bytes; 1 packs them as `b8` files do.
  ///   - product: makes what `make` works on; a few are made, and used again and again.
  ///   - make: gets a view of the rows, valid during the call, and the number of the block; runs on
  ///     several threads.
  ///   - take: gets the same view, and the product, one block after the other.
  package func forEachBlock<Product>(
    shots: Int, seed: UInt64, threads: Int = 1, alignment: Int = 1, product: () -> Product,
    make: (PackedRows, Int, inout Product) throws -> Void,
    take: (PackedRows, Product) throws -> Void
  ) throws {
    let (size, bitCount) = (shotsPerBlock, bitCount)
    try checkTime(shots: shots, threads: threads)
    let stride = ((bitCount + 7) / 8 + alignment - 1) / alignment * alignment
    let count = (shots + size - 1) / size
    let slotSize = (min(shots, size) * stride + SamplingProgram.padding + 63) / 64 * 64
    let (workers, slotCount) = try BlockMemory(slotBytes: UInt64(slotSize), limit: memoryLimit)
      .workersAndSlots(blocks: count, threads: threads) {
        "a block of \(min(shots, size)) shots with \(bitCount) bits each"
      }
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: slotCount * slotSize, alignment: 64)
    defer { scratch.deallocate() }
    func rows(_ block: Int, _ base: UnsafeMutableRawPointer) -> PackedRows {
      PackedRows(
        base: UnsafeRawPointer(base), rowCount: min(size, shots - block * size),
        columnCount: bitCount, stride: stride)
    }
    let blocks = OrderedBlocks(
      count: count,
      slots: (0..<slotCount).map { slot in
        Slot(
          base: scratch + slot * slotSize, block: 0, product: product(),
          failure: nil)
      })
    Parallel.forEach(chunks: workers, threads: workers) { _ in
      while let block = blocks.claim() {
        blocks[block].block = block
        let base = blocks[block].base
        program.fill(
          base, stride: stride, shots: min(size, shots - block * size), seed: seed,
          block: UInt64(block))
        do {
          try timeLimit.check()
          try make(rows(block, base), block, &blocks[block].product)
        } catch {
          blocks[block].failure = error
        }
        blocks.finish(block) { slot in
          if let failure = slot.failure { throw failure }
          try take(rows(slot.block, slot.base), slot.product)
        }
      }
    }
    try blocks.check()
  }

  /// Checks that so many shots end within the time limit.
  ///
  /// Where it returns, calls that draw as many shots end too, unless a deadline passes meanwhile.
  ///
  /// - Throws: `Obstacle` if they take longer.
  package func checkTime(shots: Int, threads: Int = 1) throws(Obstacle) {
    try work(shots: shots).check(timeLimit, threads: threads)
  }

  /// What so many shots have to do: faults, and rows that are written; of sparse rows, what they
  /// hold.
  private func work(shots: Int) -> RunWork {
    let seconds = Double(shots) * (2e-8 * faultsPerShot + (isSparse ? 0 : 1e-9 * Double(bitCount)))
    return RunWork(seconds: seconds, steps: faultsPerShot, shots: shots, turns: 1, range: nil)
  }

  /// Whether rows are so wide and so empty that they are better drawn as their ones, by
  /// `forEachSparseRow`.
  package var isSparse: Bool { program.isSparse }

  /// Calls `body` with one shot after the other: the same shots, in a time and memory that
  /// follow what happens in them.
  ///
  /// - Parameter body: gets a single row.
  /// - Precondition: `isSparse`.
  /// - Throws: `Obstacle` if the flips of a shot need more than the memory limit, or the shots
  ///   more than the time limit; what `body` throws.
  package func forEachSparseRow(
    shots: Int, seed: UInt64, _ body: (SparseRows) throws -> Void
  ) throws {
    precondition(isSparse, "Other rows are drawn in full")
    try checkTime(shots: shots)
    // The flips as drawn, and those that are left, in arrays that grow by doubling; room to sort.
    let bytes = UInt64(min(20 * program.flipsPerShot, 0x1p60))
    guard bytes <= memoryLimit else {
      throw Obstacle(
        .memory(required: bytes, available: memoryLimit),
        "the flips of a shot need \(bytes) bytes, and \(memoryLimit) are available")
    }
    let size = shotsPerBlock
    var row = SparseRows(columnCount: bitCount)
    for (block, first) in stride(from: 0, to: shots, by: size).enumerated() {
      try program.forEachShot(min(size, shots - first), seed: seed, block: UInt64(block)) { flips in
        try timeLimit.check()
        row.removeAll()
        row.appendRow(flips: &flips)
        try body(row)
      }
    }
  }

  /// The memory of a block while it is made and taken.
  private struct Slot<Product> {
    let base: UnsafeMutableRawPointer
    var block: Int
    var product: Product
    var failure: (any Error)?
  }

  /// The same without a product.
  package func forEachBlock(
    shots: Int, seed: UInt64, threads: Int = 1, alignment: Int = 1,
    rows body: (PackedRows) throws -> Void
  ) throws {
    try forEachBlock(
      shots: shots, seed: seed, threads: threads, alignment: alignment, product: {},
      make: { _, _, _ in }, take: { rows, _ in try body(rows) })
  }

  /// Shots of a block; a matter of the model alone.
  package var shotsPerBlock: Int {
    let multiple = max(64, 1 << Int(program.clusterBits))
    let shots = min(65536, Self.blockBytes / bytesPerShot) / multiple * multiple
    // Rows of megabytes need not wait for 64 of them.
    return shots > 0 ? shots : max(1, min(64, 64 * Self.blockBytes / bytesPerShot))
  }

  /// A block stays in a second-level cache, beside the mechanisms.
  private static let blockBytes = 1 << 18
}

extension Philox.Purpose {
  /// Faults drawn from a detector error model.
  static let detectorErrors = Philox.Purpose(rawValue: 0x4445_4d00)
  /// Mechanisms of a detector error model that are drawn one by one.
  static let detectorErrorCoins = Philox.Purpose(rawValue: 0x4445_4d01)
}
