import QuantumCore

/// Samples the measurement record of a noisy Clifford circuit by Pauli frames.
///
/// One noiseless reference record is computed once; every shot is the reference XOR what a random
/// Pauli frame flips. Shots are done hundreds at a time, one bit of a row each, so that a gate on a
/// shot costs a fraction of an operation.
///
///     let sampler = try FrameSampler(circuit)
///     let table = try sampler.sample(shots: 1_000_000, seed: 5, threads: 2)
///     table[shot, measurement]
///
/// - Source: [Gidney21], section 4.
public struct FrameSampler: Sendable {
  private var engine: FrameEngine
  /// How long a call may take.
  public var timeLimit: TimeLimit {
    get { engine.timeLimit }
    set { engine.timeLimit = newValue }
  }
  private let reference: [UInt64]
  /// Results of one shot: columns of the tables.
  public let measurementCount: Int

  /// Compiles a circuit.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to draw from.
  ///   - usesReference: if not, the noiseless record is taken to be zeros, so that the samples are
  ///     the flips that noise and random outcomes cause.
  ///   - threads: how many may share the work on the reference.
  ///   - memoryLimit: upper bound in bytes for the results of a block of shots, and for the table
  ///     of `sample`.
  /// - Throws: `Obstacle` where the circuit holds something that is not a Clifford gate, Pauli
  ///   noise or feedback on a record, or is too large; `Diagnostic` where it is wrong, such as a
  ///   record from before the start.
  public init(
    _ circuit: Circuit, usesReference: Bool = true, threads: Int = 1, memoryLimit: UInt64 = 1 << 33
  ) throws {
    guard usesReference, threads > 1, Self.isWorthTwoThreads(circuit) else {
      try self.init(circuit, memoryLimit: memoryLimit) {
        usesReference
          ? try ReferenceSample.measurements(of: circuit, threads: threads).bits
          : BitVector(count: 0)
      }
      return
    }
    var program: Result<FrameProgram, any Error>?
    var record: Result<BitVector, any Error>?
    Parallel.forEach(chunks: 2, threads: 2) { chunk in
      if chunk == 0 {
        record = Result { try ReferenceSample.measurements(of: circuit).bits }
      } else {
        program = Result { try FrameProgram(circuit, output: .measurements) }
      }
    }
    try self.init(program!.get(), memoryLimit: memoryLimit, reference: record!.get)
  }

  /// Whether the reference takes about as long as the rest, and neither needs both threads for
  /// itself.
  private static func isWorthTwoThreads(_ circuit: Circuit) -> Bool {
    guard let counts = try? CircuitCounts(circuit) else { return false }
    return counts.work > 20_000 && counts.measurements < 1 << 24 && circuit.qubitCount < 2048
  }

  /// Compiles a circuit of which a noiseless record is known.
  ///
  /// - Precondition: the record has as many results as the circuit.
  public init(_ circuit: Circuit, reference: BitVector, memoryLimit: UInt64 = 1 << 33) throws {
    try self.init(circuit, memoryLimit: memoryLimit) { reference }
    precondition(reference.count == measurementCount, "The reference is a record of the circuit")
  }

  /// - Parameter reference: called once it is known that its results fit into memory.
  private init(
    _ circuit: Circuit, memoryLimit: UInt64, reference: () throws -> BitVector
  ) throws {
    try self.init(
      FrameProgram(circuit, output: .measurements), memoryLimit: memoryLimit, reference: reference)
  }

  private init(
    _ program: FrameProgram, memoryLimit: UInt64, reference: () throws -> BitVector
  ) throws {
    engine = try FrameEngine(program, memoryLimit: memoryLimit)
    measurementCount = Int(clamping: program.recordCount)
    self.reference = try reference().words
  }

  /// The sampler on the kernels of some instruction set, for comparing them.
  package func using(_ kernels: BitKernels) -> FrameSampler {
    var sampler = self
    sampler.engine.kernels = kernels
    return sampler
  }

  /// One more than the largest k of `sweep[k]`.
  public var sweepCount: Int { engine.program.sweepCount }

  /// The whole table, a row a shot.
  ///
  /// The same for any number of threads; shot k does not depend on how many follow.
  ///
  /// - Parameters:
  ///   - shots: the number of shots, at least 0.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - threads: the number of threads, at least 1; the result does not depend on it.
  ///   - sweep: values of `sweep[k]` in column k, a row a shot or one row for all; missing ones are
  ///     0.
  /// - Throws: `Obstacle` if the table needs more than the memory limit, or its shots more time
  ///   than they may take.
  public func sample(
    shots: Int, seed: UInt64, threads: Int = 1, sweep: BitTable? = nil
  ) throws -> BitTable {
    var table = try engine.table(shots: shots, bits: measurementCount)
    let stride = 8 * table.stride
    try table.words.withUnsafeMutableBytes { words in
      try withReference { reference in
        try engine.run(
          shots: shots, seed: seed, threads: threads, sweep: sweep,
          into: FrameSink(
            base: words.baseAddress, stride: stride, byteCount: (measurementCount + 7) / 8,
            reference: reference))
      }
    }
    return table
  }

  /// Calls `body` with the shots in order, some hundreds at a time, while other threads make the
  /// next ones.
  ///
  /// Memory does not grow with the number of shots. `body` may be called on any thread, but never
  /// twice at a time, and not with an empty table.
  ///
  /// - Throws: what `body` throws; no further block is made then.
  public func forEachBlock(
    shots: Int, seed: UInt64, threads: Int = 1, sweep: BitTable? = nil,
    _ body: (BitTable) throws -> Void
  ) throws {
    try forEachPackedBlock(
      shots: shots, seed: seed, threads: threads, alignment: 8, sweep: sweep,
      product: {}, make: { _, _ in },
      take: { rows, _ in
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
  ///   - make: gets a view of the rows, valid during the call; runs on several threads.
  ///   - take: gets the same view, and the product, one block after the other.
  package func forEachPackedBlock<Product>(
    shots: Int, seed: UInt64, threads: Int = 1, alignment: Int = 1, sweep: BitTable? = nil,
    product: () -> Product, make: (PackedRows, inout Product) throws -> Void,
    take: (PackedRows, Product) throws -> Void
  ) throws {
    try withReference { reference in
      try engine.stream(
        shots: shots, seed: seed, threads: threads, sweep: sweep, columns: measurementCount,
        alignment: alignment,
        sink: FrameSink(base: nil, stride: 0, byteCount: 0, reference: reference),
        product: product, make: make, take: take)
    }
  }

  /// The same without a product.
  package func forEachPackedBlock(
    shots: Int, seed: UInt64, threads: Int = 1, alignment: Int = 1, sweep: BitTable? = nil,
    _ body: (PackedRows) throws -> Void
  ) throws {
    try forEachPackedBlock(
      shots: shots, seed: seed, threads: threads, alignment: alignment, sweep: sweep, product: {},
      make: { _, _ in }, take: { rows, _ in try body(rows) })
  }

  private func withReference(_ body: (UnsafePointer<UInt64>?) throws -> Void) rethrows {
    try reference.withUnsafeBufferPointer { try body($0.isEmpty ? nil : $0.baseAddress) }
  }
}
