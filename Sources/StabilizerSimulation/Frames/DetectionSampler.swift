import QuantumCore

/// Samples which detectors and observables of a noisy Clifford circuit flip against the noiseless
/// circuit.
///
/// Detectors are sums of records, added in the batch before anything is transposed; only the
/// records that a detector can still look back at are kept, so that memory does not grow with the
/// length of a memory experiment but by its results.
///
/// - Source: [Gidney21], sections 4 and 5.
public struct DetectionSampler: Sendable {
  private var engine: FrameEngine
  /// How long a call may take.
  public var timeLimit: TimeLimit {
    get { engine.timeLimit }
    set { engine.timeLimit = newValue }
  }
  /// The number of detectors that a shot goes through; saturates.
  public let detectorCount: Int
  /// One more than the largest number of an observable.
  public let observableCount: Int

  /// Which observables a row of `forEachBlock` holds.
  public enum Layout: Sendable, Hashable {
    /// Detectors alone.
    case detectors
    /// The observables follow the detectors in the same row.
    case detectorsThenObservables
    /// The observables have their own table; in packed rows they start at the next multiple of 64
    /// bits.
    case separate
  }

  /// Detectors and observables of some shots, a row a shot.
  public struct Events: Sendable, Hashable {
    /// Columns are detectors, then observables if the layout appends them.
    public package(set) var detectors: BitTable
    /// Columns are observables if the layout is `separate`; otherwise there are none.
    public package(set) var observables: BitTable
  }

  /// Compiles a circuit.
  ///
  /// - Parameters:
  ///   - circuit: a circuit with detectors.
  ///   - memoryLimit: upper bound in bytes for the results of a block of shots, and for the tables
  ///     of `sample`.
  /// - Throws: `Obstacle` where the circuit holds something that is not a Clifford gate, Pauli
  ///   noise or feedback on a record, or is too large; `Diagnostic` where it is wrong, such as a
  ///   record from before the start.
  public init(_ circuit: Circuit, memoryLimit: UInt64 = 1 << 33) throws {
    let program = try FrameProgram(circuit, output: .detectors)
    engine = try FrameEngine(program, memoryLimit: memoryLimit)
    detectorCount = Int(clamping: program.detectorCount)
    observableCount = Int(clamping: program.observableCount)
  }

  /// One more than the largest k of `sweep[k]`.
  public var sweepCount: Int { engine.program.sweepCount }

  /// Checks that so many shots end within the time limit.
  ///
  /// Where it returns, calls that draw as many shots end too, unless a deadline passes meanwhile.
  ///
  /// - Throws: `Obstacle` if they take longer.
  package func checkTime(shots: Int, threads: Int = 1) throws(Obstacle) {
    try engine.checkTime(shots: shots, threads: threads)
  }

  /// Detectors and observables in two tables.
  ///
  /// The same for any number of threads; shot k does not depend on how many follow.
  ///
  /// - Parameters:
  ///   - shots: the number of shots, at least 0.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - threads: the number of threads, at least 1; the result does not depend on it.
  ///   - sweep: values of `sweep[k]` in column k, a row a shot or one row for all; missing ones are
  ///     0.
  /// - Throws: `Obstacle` if the tables need more than the memory limit, or their shots more time
  ///   than they may take.
  public func sample(
    shots: Int, seed: UInt64, threads: Int = 1, sweep: BitTable? = nil
  ) throws -> Events {
    var events = Events(
      detectors: try engine.table(shots: shots, bits: detectorCount),
      observables: try engine.table(shots: shots, bits: observableCount))
    let (stride, observableStride) = (8 * events.detectors.stride, 8 * events.observables.stride)
    try events.detectors.words.withUnsafeMutableBytes { detectors in
      try events.observables.words.withUnsafeMutableBytes { observables in
        var sink = FrameSink(
          base: detectors.baseAddress, stride: stride, byteCount: (detectorCount + 7) / 8)
        sink.observables = .separate
        sink.observableBase = observables.baseAddress
        sink.observableStride = observableStride
        sink.observableByteCount = (observableCount + 7) / 8
        try engine.run(shots: shots, seed: seed, threads: threads, sweep: sweep, into: sink)
      }
    }
    return events
  }

  /// Calls `body` with the shots in order, some hundreds at a time, while other threads make the
  /// next ones.
  ///
  /// Memory does not grow with the number of shots. `body` may be called on any thread, but never
  /// twice at a time, and not with empty tables.
  ///
  /// - Throws: what `body` throws; no further block is made then.
  public func forEachBlock(
    shots: Int, seed: UInt64, threads: Int = 1, layout: Layout = .separate,
    sweep: BitTable? = nil, _ body: (Events) throws -> Void
  ) throws {
    let first = layout == .separate ? firstObservableColumn(layout) : 0
    let detectors = 0..<(layout == .separate ? detectorCount : columnCount(layout))
    let observables = first..<first + (layout == .separate ? observableCount : 0)
    try forEachPackedBlock(
      shots: shots, seed: seed, threads: threads, layout: layout, alignment: 8, sweep: sweep,
      product: {}, make: { _, _ in },
      take: { rows, _ in
        var events = Events(
          detectors: BitTable(rowCount: rows.rowCount, columnCount: detectors.count),
          observables: BitTable(rowCount: rows.rowCount, columnCount: observables.count))
        events.detectors.setRows(from: 0, to: rows.columns(detectors))
        events.observables.setRows(from: 0, to: rows.columns(observables))
        try body(events)
      })
  }

  /// The column of observable 0 in packed rows.
  ///
  /// - Precondition: the layout has observables.
  package func firstObservableColumn(_ layout: Layout) -> Int {
    precondition(layout != .detectors, "Rows of detectors hold no observables")
    return layout == .separate ? (detectorCount + 63) / 64 * 64 : detectorCount
  }

  private func columnCount(_ layout: Layout) -> Int {
    layout == .detectors ? detectorCount : firstObservableColumn(layout) + observableCount
  }

  /// Calls `take` with packed rows in order, without a copy, and with work on a block that threads
  /// share before it is taken.
  ///
  /// - Parameters:
  ///   - alignment: rows start at multiples of this many bytes; 1 packs them as `b8` files do.
  ///   - product: makes what `make` works on; a few are made, and used again and again.
  ///   - make: gets a view of the rows, valid during the call; runs on several threads.
  ///   - take: gets the same view, and the product, one block after the other.
  package func forEachPackedBlock<Product>(
    shots: Int, seed: UInt64, threads: Int = 1, layout: Layout, alignment: Int = 1,
    sweep: BitTable? = nil, product: () -> Product,
    make: (PackedRows, inout Product) throws -> Void,
    take: (PackedRows, Product) throws -> Void
  ) throws {
    var sink = FrameSink(base: nil, stride: 0, byteCount: 0)
    switch layout {
    case .detectors: sink.observables = .none
    case .detectorsThenObservables: sink.observables = .appended
    case .separate: sink.observables = .aligned
    }
    try engine.stream(
      shots: shots, seed: seed, threads: threads, sweep: sweep, columns: columnCount(layout),
      alignment: alignment, sink: sink, product: product, make: make, take: take)
  }

  /// The same without a product.
  package func forEachPackedBlock(
    shots: Int, seed: UInt64, threads: Int = 1, layout: Layout, alignment: Int = 1,
    sweep: BitTable? = nil, _ body: (PackedRows) throws -> Void
  ) throws {
    try forEachPackedBlock(
      shots: shots, seed: seed, threads: threads, layout: layout, alignment: alignment,
      sweep: sweep, product: {}, make: { _, _ in }, take: { rows, _ in try body(rows) })
  }
}
