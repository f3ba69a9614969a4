import QSim
import Reporting

/// A file of shots being written.
final class ShotOutput {
  let writer: ResultWriter
  let file: OutputFile
  private let buffer = ByteBuffer()
  /// Shots of a `ptb64` file that wait until there are 64.
  private var waiting: BitTable?
  private var waitingCount = 0
  private let memoryLimit: UInt64?
  /// The same of rows that come as their ones.
  private var sparseWaiting: SparseRows?

  /// Bytes of text that are made at a time, about.
  private static let textBytes = 1 << 24
  /// Rows of more bits come in blocks that 64 shots need not fill, or make so much text that
  /// threads should not hold several.
  private static let wideBits = 1 << 20

  /// Creates the file.
  ///
  /// - Parameter memoryLimit: for shots that wait; `nil` is what the system has.
  /// - Throws: `Obstacle` of kind `.memory` where a shot has more bits than the format takes;
  ///   `CommandFailure` with exit code 73; with 64 if the format cannot hold so many shots.
  init(
    _ path: String, _ format: ResultFormat, parts: [ResultWriter.Part], shots: Int? = nil,
    memoryLimit: UInt64? = nil
  ) throws {
    self.memoryLimit = memoryLimit
    writer = ResultWriter(format, parts: parts)
    try format.checkWidth(UInt64(parts.reduce(0) { $0 + $1.columns.count }), for: .writing)
    if let shots { try Self.check(format, shots: shots) }
    file = try OutputFile.creating(path)
  }

  /// Whether a format can hold so many shots.
  static func check(_ format: ResultFormat, shots: Int) throws {
    do {
      try ResultWriter(format).checkShots(shots)
    } catch let diagnostic as Diagnostic {
      throw CommandFailure(.usage, diagnostic.message, hint: diagnostic.hint)
    }
  }

  /// Writes rows.
  ///
  /// - Throws: what writing to the file threw, so that nobody goes on making shots for it.
  func write(_ rows: PackedRows) throws {
    if writer.format == .b8, rows.stride == (rows.columnCount + 7) / 8 {
      file.write(UnsafeRawBufferPointer(start: rows.base, count: rows.rowCount * rows.stride))
    } else if writer.format == .ptb64 {
      try gather(rows)
    } else {
      let step = max(1, Self.textBytes / (rows.columnCount + 2))
      for first in stride(from: 0, to: rows.rowCount, by: step) {
        try append(rows.rows(first..<min(first + step, rows.rowCount)))
      }
    }
    try check()
  }

  /// Writes rows that come as their ones.
  ///
  /// - Throws: as above.
  func write(_ rows: SparseRows) throws {
    guard writer.format == .ptb64 else { return try send(rows) }
    for row in 0..<rows.rowCount {
      if sparseWaiting == nil { sparseWaiting = SparseRows(columnCount: rows.columnCount) }
      sparseWaiting!.append(rows.rowCount == 1 ? rows : rows.rows(row..<row + 1))
      waitingCount = sparseWaiting!.rowCount
      guard waitingCount == 64 else { continue }
      waitingCount = 0
      try send(sparseWaiting!)
      sparseWaiting!.removeAll()
    }
  }

  private func send(_ rows: SparseRows) throws {
    try writer.write(rows) { bytes in
      file.write(bytes)
      try check()
    }
  }

  /// Writes the text of some rows; that of a wide one in parts, where it can be taken apart.
  private func append(_ rows: PackedRows) throws {
    let part = writer.format == .text01 ? Self.textBytes : .max
    var column = 0
    repeat {
      let end = rows.columnCount - column > part ? column + part : rows.columnCount
      buffer.removeAll()
      try writer.append(
        column == 0 && end == rows.columnCount ? rows : rows.columns(column..<end), to: buffer)
      // The line goes on.
      if end < rows.columnCount { buffer.removeLast(1) }
      file.write(buffer.bytes)
      column = end
    } while column < rows.columnCount && !file.isBroken
  }

  /// Takes rows for a `ptb64` file and writes every 64 of them.
  private func gather(_ rows: PackedRows) throws {
    var first = 0
    if waitingCount == 0 {
      first = rows.rowCount / 64 * 64
      try appendGroups(rows.rows(0..<first))
    }
    while first < rows.rowCount {
      if waiting == nil { waiting = try makeGroup(columns: rows.columnCount) }
      let count = min(rows.rowCount - first, 64 - waitingCount)
      waiting!.setRows(from: waitingCount, to: rows.rows(first..<first + count))
      (first, waitingCount) = (first + count, waitingCount + count)
      guard waitingCount == 64 else { continue }
      waitingCount = 0
      try waiting!.withPackedRows { try appendGroups($0) }
    }
  }

  private func makeGroup(columns: Int) throws -> BitTable {
    let bytes = UInt64(columns) / 64 * 512 + 512
    let available = min(memoryLimit ?? .max, MemoryBudget().available)
    guard bytes <= available else {
      throw CommandFailure(
        .outOfMemory,
        "\(file.name): 64 shots of \(columns) bits, which ptb64 holds together, take "
          + "\(DecimalText.bytes(bytes)), \(DecimalText.bytes(available)) available; take another format"
      )
    }
    return BitTable(rowCount: 64, columnCount: columns)
  }

  /// Writes groups of 64 rows, some columns at a time.
  private func appendGroups(_ rows: PackedRows) throws {
    let part = Self.textBytes / 8
    for group in stride(from: 0, to: rows.rowCount, by: 64) {
      let group = rows.rows(group..<group + 64)
      for column in stride(from: 0, to: rows.columnCount, by: part) {
        buffer.removeAll()
        try writer.append(
          group.columns(column..<min(column + part, rows.columnCount)), to: buffer)
        file.write(buffer.bytes)
      }
    }
  }

  /// Whether rows of so many bits are better written one after the other than made into text by
  /// threads.
  func writesInOrder(bits: Int) -> Bool {
    bits > Self.wideBits
  }

  /// Closes the file.
  ///
  /// - Throws: `CommandFailure` if writing failed, or with exit code 64 if shots are left over that
  ///   make no 64.
  func close() throws {
    guard waitingCount == 0 else {
      throw CommandFailure(
        .usage, "ptb64 holds 64 shots at a time, and \(waitingCount) are left over at the end",
        hint: "use another format, or as many shots as divide by 64")
    }
    try file.close()
  }

  /// Writes rows of a table.
  func write(_ table: BitTable) throws { try table.withPackedRows { try write($0) } }

  /// Writes bytes made elsewhere.
  func write(_ bytes: ByteBuffer) throws {
    file.write(bytes.bytes)
    try check()
  }

  /// Writes the shots of a sampler: rows as they lie where that is the format, otherwise text that
  /// its threads write.
  func write(
    from sampler: FrameSampler, shots: Int, seed: UInt64, threads: Int,
    progress: @escaping (Int) -> Void
  ) throws {
    guard writer.format != .b8, !writesInOrder(bits: sampler.measurementCount) else {
      return try sampler.forEachPackedBlock(shots: shots, seed: seed, threads: threads) { rows in
        try write(rows)
        progress(rows.rowCount)
      }
    }
    try sampler.forEachPackedBlock(
      shots: shots, seed: seed, threads: threads, alignment: 8, product: { ByteBuffer() },
      make: { rows, text in
        text.removeAll()
        try writer.append(rows, to: text)
      },
      take: { rows, text in
        try write(text)
        progress(rows.rowCount)
      })
  }

  private func check() throws {
    if file.isBroken { try file.flush() }
  }
}

/// Detectors and observables on their way into one or two files.
struct DetectionOutput {
  /// How observables are written.
  enum Observables {
    case none, appended, prepended, ownFile
  }

  let observables: Observables
  let main: ShotOutput
  let own: ShotOutput?
  let detectorCount: Int
  let observableCount: Int
  private let memoryLimit: UInt64?

  /// Where everything goes.
  struct Request {
    var path: String
    var format: ResultFormat
    var observablePath: String?
    var observableFormat: ResultFormat
    var appendsObservables = false
    /// Whether `dets` names observables even if nobody asked.
    var prependsInDets = false
    /// `nil` is what the system has.
    var memoryLimit: UInt64?
  }

  init(_ request: Request, detectorCount: Int, observableCount: Int, shots: Int? = nil) throws {
    (self.detectorCount, self.observableCount) = (detectorCount, observableCount)
    let (detectors, observables) = (detectorCount, observableCount)
    if request.observablePath != nil {
      self.observables = .ownFile
    } else if request.appendsObservables {
      self.observables = .appended
    } else {
      self.observables = request.prependsInDets && request.format == .dets ? .prepended : .none
    }
    var parts = [ResultWriter.Part("D", 0..<detectors)]
    let tail = ResultWriter.Part("L", detectors..<detectors + observables)
    switch self.observables {
    case .appended: parts.append(tail)
    case .prepended: parts.insert(tail, at: 0)
    case .none, .ownFile: break
    }
    if let shots, request.observablePath != nil {
      try ShotOutput.check(request.observableFormat, shots: shots)
    }
    memoryLimit = request.memoryLimit
    main = try ShotOutput(
      request.path, request.format, parts: parts, shots: shots, memoryLimit: memoryLimit)
    own = try request.observablePath.map {
      try ShotOutput(
        $0, request.observableFormat, parts: [.init("L", 0..<observables)],
        memoryLimit: request.memoryLimit)
    }
  }

  /// Refuses shots of more bits than the formats take, before anything is done for them.
  static func checkWidths(
    _ request: Request, detectors: UInt64, observables: UInt64
  ) throws(Obstacle) {
    let ownFile = request.observablePath != nil
    let others = !ownFile && request.appendsObservables ? observables : 0
    try request.format.checkWidth(detectors.saturatingAdd(others), for: .writing)
    if ownFile { try request.observableFormat.checkWidth(observables, for: .writing) }
  }

  /// Whether rows hold observables behind the detectors.
  var hasObservablesInRows: Bool { observables == .appended || observables == .prepended }

  /// Writes events.
  func write(_ events: DetectionSampler.Events) throws {
    try main.write(events.detectors)
    if let own { try own.write(events.observables) }
  }

  /// Writes events that come as their ones.
  ///
  /// - Precondition: no observables are written beside the detectors.
  func write(_ events: (detectors: SparseRows, observables: SparseRows)) throws {
    precondition(!hasObservablesInRows, "Rows hold detectors alone")
    try main.write(events.detectors)
    if let own { try own.write(events.observables) }
  }

  /// Closes the files.
  func close() throws {
    try main.close()
    try own?.close()
  }
}

extension DetectionOutput {
  /// Draws shots from an error model straight into the files: threads write text while others draw.
  func write(
    _ model: DetectorErrorModel, shots: Int, seed: UInt64, threads: Int, timeLimit: TimeLimit,
    progress: @escaping (Int) -> Void
  ) throws {
    let columns: DetectorErrorSampler.Columns =
      switch observables {
      case .none: .detectors
      case .appended, .prepended: .detectorsThenObservables
      case .ownFile: .separate
      }
    var sampler = try DetectorErrorSampler(
      model, columns: columns, atLeast: (detectorCount, observableCount),
      memoryLimit: min(memoryLimit ?? .max, MemoryBudget().available))
    sampler.timeLimit = timeLimit
    guard !sampler.isSparse else {
      return try write(sampler, shots: shots, seed: seed, progress: progress)
    }
    try write(
      firstObservable: sampler.firstObservableColumn, progress: progress,
      packed: { take in
        try sampler.forEachBlock(
          shots: shots, seed: seed, threads: threads, alignment: 1, rows: take)
      },
      formatted: { make, take in
        try sampler.forEachBlock(
          shots: shots, seed: seed, threads: threads, alignment: 8, product: { Buffers() },
          make: { rows, _, buffers in try make(rows, &buffers) }, take: take)
      })
  }

  /// Draws shots so wide and so empty that they come as their ones.
  private func write(
    _ sampler: DetectorErrorSampler, shots: Int, seed: UInt64, progress: (Int) -> Void
  ) throws {
    let firstObservable = sampler.firstObservableColumn
    var done = 0
    try sampler.forEachSparseRow(shots: shots, seed: seed) { row in
      try main.write(own == nil ? row : row.columns(0..<detectorCount))
      try own?.write(row.columns(firstObservable..<firstObservable + observableCount))
      done += 1
      progress(done)
    }
  }

  /// Follows Pauli frames, in the same way.
  func write(
    _ sampler: DetectionSampler, shots: Int, seed: UInt64, threads: Int,
    progress: @escaping (Int) -> Void
  ) throws {
    let layout: DetectionSampler.Layout =
      switch observables {
      case .none: .detectors
      case .appended, .prepended: .detectorsThenObservables
      case .ownFile: .separate
      }
    try write(
      firstObservable: own == nil ? 0 : sampler.firstObservableColumn(layout), progress: progress,
      packed: { take in
        try sampler.forEachPackedBlock(
          shots: shots, seed: seed, threads: threads, layout: layout, alignment: 1, take)
      },
      formatted: { make, take in
        try sampler.forEachPackedBlock(
          shots: shots, seed: seed, threads: threads, layout: layout, alignment: 8,
          product: { Buffers() }, make: make, take: take)
      })
  }

  /// Text of one block on its way to the files.
  struct Buffers {
    let main = ByteBuffer()
    let own = ByteBuffer()
  }

  /// Writes what a sampler makes: rows as they lie where that is the format, otherwise text that
  /// its threads write.
  private func write(
    firstObservable: Int, progress: @escaping (Int) -> Void,
    packed: ((PackedRows) throws -> Void) throws -> Void,
    formatted: (
      _ make: (PackedRows, inout Buffers) throws -> Void,
      _ take: (PackedRows, Buffers) throws -> Void
    ) throws -> Void
  ) throws {
    var done = 0
    func advance(by rows: PackedRows) {
      done += rows.rowCount
      progress(done)
    }
    if main.writer.format == .b8, own == nil {
      return try packed { rows in
        try main.write(rows)
        advance(by: rows)
      }
    }
    let bits = detectorCount + observableCount
    if main.writesInOrder(bits: bits) || own?.writesInOrder(bits: bits) == true {
      return try packed { rows in
        try main.write(own == nil ? rows : rows.columns(0..<detectorCount))
        try own?.write(rows.columns(firstObservable..<firstObservable + observableCount))
        advance(by: rows)
      }
    }
    func make(_ rows: PackedRows, _ buffers: inout Buffers) throws {
      buffers.main.removeAll()
      buffers.own.removeAll()
      guard let own else { return try main.writer.append(rows, to: buffers.main) }
      try main.writer.append(rows.columns(0..<detectorCount), to: buffers.main)
      let observables = rows.columns(firstObservable..<firstObservable + observableCount)
      try own.writer.append(observables, to: buffers.own)
    }
    try formatted(make) { rows, buffers in
      try main.write(buffers.main)
      try own?.write(buffers.own)
      advance(by: rows)
    }
  }
}
