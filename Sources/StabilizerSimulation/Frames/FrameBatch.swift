import CQSimKernels
import QuantumCore

/// The rows of one batch of frames, and what runs a program on them.
///
/// Rows hold `width` words, one bit a shot, and lie one after the other: the frames' rows, the
/// latest records as a ring, and what waits to be transposed. Everything is allocated once and used
/// for one block of shots after the other.
struct FrameBatch: ~Copyable {
  typealias Row = UnsafeMutablePointer<UInt64>

  /// Rows that are transposed at a time.
  static let chunk = 512

  let program: FrameProgram
  let kernels: UnsafePointer<qk_bit_table>
  /// Words in a row; a power of two.
  let width: Int
  /// Shots in a batch, and its logarithm.
  let laneCount: Int
  let laneBits: Int
  /// The frames' rows.
  let rows: Row
  /// The latest records, and where the next one goes.
  let records: Row
  let recordCapacity: Int
  var recordPlace = 0
  /// Detectors that wait to be transposed.
  let detectors: Row
  var detectorPlace = 0
  let observables: Row
  let sweep: Row
  /// Shots of which something in the present chain of correlated errors happened.
  let chain: Row
  let scratch: Row
  var random: BlockGenerator
  /// For each noise stream how many trials are still to come before the next event.
  let gaps: UnsafeMutablePointer<Int>
  var sink = FrameSink(base: nil, stride: 0, byteCount: 0)
  private let timeLimit: TimeLimit
  /// Time was up before the end of a program: the results are not whole.
  private(set) var isStopped = false
  /// Turns until the clock is looked at.
  private var turnsUnwatched = Self.turnsAtATime
  private static let turnsAtATime = 1 << 14

  private let memory: UnsafeMutableRawPointer

  init(
    _ program: FrameProgram, width: Int, kernels: BitKernels, timeLimit: TimeLimit = .standard
  ) {
    precondition(width > 0 && width & (width - 1) == 0, "A row's words are a power of two")
    self.program = program
    self.kernels = kernels.table
    self.timeLimit = timeLimit
    random = BlockGenerator(kernels: kernels)
    self.width = width
    laneCount = 64 * width
    laneBits = laneCount.trailingZeroBitCount
    recordCapacity = Self.recordCapacity(of: program)
    let counts = Self.rowCounts(of: program)
    memory = .allocate(
      byteCount: max(1, counts.reduce(0, +) * width * 8), alignment: 64)
    var next = memory.bindMemory(to: UInt64.self, capacity: counts.reduce(0, +) * width)
    func take(_ count: Int) -> Row {
      defer { next += count * width }
      return next
    }
    rows = take(counts[0])
    records = take(counts[1])
    detectors = take(counts[2])
    observables = take(counts[3])
    sweep = take(counts[4])
    chain = take(1)
    scratch = take(1)
    gaps = .allocate(capacity: max(1, program.streams.count))
    sweep.initialize(repeating: 0, count: counts[4] * width)
  }

  deinit {
    memory.deallocate()
    gaps.deallocate()
  }

  /// Rows of each kind: frames, records, detectors, observables, sweep bits, others.
  static func rowCounts(of program: FrameProgram) -> [Int] {
    [
      program.rowCount, recordCapacity(of: program),
      program.output == .detectors ? chunk : 0, program.observables.count, program.sweepCount, 2,
    ]
  }

  /// A multiple of the chunk that holds what may be looked back at besides a chunk that is not yet
  /// transposed.
  private static func recordCapacity(of program: FrameProgram) -> Int {
    (program.lookback + 2 * chunk - 1) / chunk * chunk
  }

  /// Runs the program for one block of shots, whose results go to `sink`.
  mutating func run(seed: UInt64, block: Int, into sink: FrameSink) {
    run(seed: seed, block: block, into: sink, randomizesStart: true)
  }

  /// Runs the program from frames without errors.
  ///
  /// - Returns: the first word of each frame's row.
  mutating func errors(seed: UInt64) -> [UInt64] {
    run(
      seed: seed, block: 0, into: FrameSink(base: nil, stride: 0, byteCount: 0),
      randomizesStart: false)
    return (0..<2 * program.liveQubitCount).map { row($0)[0] }
  }

  private mutating func run(
    seed: UInt64, block: Int, into sink: FrameSink, randomizesStart: Bool
  ) {
    self.sink = sink
    random.start(seed: seed, purpose: .pauliFrames, block: UInt64(block))
    for qubit in 0..<program.liveQubitCount {
      clear(row(2 * qubit))
      if randomizesStart { randomize(row(2 * qubit + 1)) } else { clear(row(2 * qubit + 1)) }
    }
    observables.update(repeating: 0, count: program.observables.count * width)
    clear(chain)
    for (index, stream) in program.streams.enumerated() {
      gaps[index] = random.gap(scale: stream.scale)
    }
    (recordPlace, detectorPlace) = (0, 0)
    program.operands.withUnsafeBufferPointer { operands in
      program.operations.withUnsafeBufferPointer { operations in
        execute(operations, 0..<operations.count, operands)
      }
    }
    if !isStopped { finish() }
    // Without repeat blocks nothing else asks.
    look()
  }

  private mutating func execute(
    _ operations: UnsafeBufferPointer<FrameProgram.Operation>, _ range: Range<Int>,
    _ operands: UnsafeBufferPointer<UInt32>
  ) {
    var index = range.lowerBound
    while index < range.upperBound {
      let operation = operations[index]
      index += 1
      guard operation.code != .repeatBlock else {
        for _ in 0..<operation.count {
          execute(operations, index..<operation.end, operands)
          turnsUnwatched &-= 1
          if turnsUnwatched == 0 { look() }
          if isStopped { break }
        }
        index = operation.end
        continue
      }
      execute(operation, UnsafeBufferPointer(rebasing: operands[operation.start..<operation.end]))
    }
  }

  private mutating func look() {
    turnsUnwatched = Self.turnsAtATime
    if timeLimit.hasPassed { isStopped = true }
  }

  private mutating func execute(
    _ operation: FrameProgram.Operation, _ operands: UnsafeBufferPointer<UInt32>
  ) {
    switch operation.code {
    case .add: add(operands)
    case .exchange: exchange(operands)
    case .reset: reset(operands)
    case .measure: measure(operands, stream: Int(operation.stream), resets: false)
    case .measureReset: measure(operands, stream: Int(operation.stream), resets: true)
    case .pad: pad(operation.count, stream: Int(operation.stream))
    case .error: applyErrors(operation, operands)
    case .herald: applyHeralds(operation, operands)
    case .correlatedError: applyCorrelated(operation, operands, startsChain: true)
    case .elseCorrelatedError: applyCorrelated(operation, operands, startsChain: false)
    case .feedback: applyFeedback(operands)
    case .sweep: applySweep(operands)
    case .detectors: emitDetectors(operands)
    case .observable: addToObservable(operands)
    case .repeatBlock: break
    }
  }
}

// MARK: - Rows

extension FrameBatch {
  @inline(__always) func row(_ index: Int) -> Row { rows + index &* width }
  @inline(__always) func row(_ index: UInt32) -> Row { rows + Int(index) &* width }

  @inline(__always) func clear(_ row: Row) {
    for word in 0..<width { row[word] = 0 }
  }
  @inline(__always) func copy(_ source: Row, to row: Row) {
    for word in 0..<width { row[word] = source[word] }
  }
  @inline(__always) func add(_ source: Row, to row: Row) {
    for word in 0..<width { row[word] ^= source[word] }
  }

  mutating func randomize(_ row: Row) {
    if width >= 8 {
      random.fill(row, count: width)
    } else {
      for word in 0..<width { row[word] = random.word() }
    }
  }

  private func add(_ pairs: UnsafeBufferPointer<UInt32>) {
    if width >= 8 {
      kernels.pointee.add_rows(rows, width, pairs.baseAddress, pairs.count / 2)
    } else {
      for pair in stride(from: 0, to: pairs.count, by: 2) {
        add(row(pairs[pair + 1]), to: row(pairs[pair]))
      }
    }
  }

  private func exchange(_ pairs: UnsafeBufferPointer<UInt32>) {
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      let (a, b) = (row(pairs[pair]), row(pairs[pair + 1]))
      for word in 0..<width { (a[word], b[word]) = (b[word], a[word]) }
    }
  }

  private mutating func reset(_ pairs: UnsafeBufferPointer<UInt32>) {
    collapse(pairs, records: nil, clears: true)
  }

  /// Records the first row of every pair unless `records` is `nil`, clears it if told to, and makes
  /// the second one random.
  mutating func collapse(_ pairs: UnsafeBufferPointer<UInt32>, records: Row?, clears: Bool) {
    guard width < 8 else {
      return kernels.pointee.collapse_rows(
        rows, width, pairs.baseAddress, pairs.count / 2, records, clears ? 1 : 0, random.state)
    }
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      let read = row(pairs[pair])
      if let records { copy(read, to: records + pair / 2 * width) }
      if clears { clear(read) }
      randomize(row(pairs[pair + 1]))
    }
  }

  private func applyFeedback(_ pairs: UnsafeBufferPointer<UInt32>) {
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      add(record(lookback: Int(pairs[pair + 1])), to: row(pairs[pair]))
    }
  }

  private func applySweep(_ pairs: UnsafeBufferPointer<UInt32>) {
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      add(sweep + Int(pairs[pair + 1]) * width, to: row(pairs[pair]))
    }
  }
}
