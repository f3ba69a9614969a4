import QuantumCore

extension FrameBatch {
  /// The place of the record made `lookback` measurements ago.
  @inline(__always) func record(lookback: Int) -> Row {
    let place = recordPlace - lookback
    return records + (place < 0 ? place + recordCapacity : place) &* width
  }

  mutating func measure(_ pairs: UnsafeBufferPointer<UInt32>, stream: Int, resets: Bool) {
    var first = 0
    while first < pairs.count {
      // Up to the end of the chunk; records that noise flips go one at a time.
      let room = Self.chunk - recordPlace & (Self.chunk - 1)
      let count = stream >= 0 ? 1 : min(room, (pairs.count - first) / 2)
      collapse(
        UnsafeBufferPointer(rebasing: pairs[first..<first + 2 * count]),
        records: records + recordPlace &* width, clears: resets)
      first += 2 * count
      recordPlace += count - 1
      finishRecord(stream)
    }
  }

  mutating func pad(_ count: UInt64, stream: Int) {
    for _ in 0..<count {
      clear(records + recordPlace &* width)
      finishRecord(stream)
    }
  }

  /// Flips the record just made where `stream` says so, and moves on to the next.
  @inline(__always) mutating func finishRecord(_ stream: Int) {
    if stream >= 0 { addEvents(stream, to: records + recordPlace &* width) }
    recordPlace += 1
    if recordPlace & (Self.chunk - 1) == 0 { finishChunk() }
  }

  private mutating func finishChunk() {
    if program.output == .measurements {
      sink.append(
        records + (recordPlace - Self.chunk) * width, count: Self.chunk, width: width,
        kernels: kernels)
    }
    if recordPlace == recordCapacity { recordPlace = 0 }
  }

  mutating func emitDetectors(_ operands: UnsafeBufferPointer<UInt32>) {
    var place = 0
    while place < operands.count {
      let count = Int(operands[place])
      place += 1
      sumRecords(operands.baseAddress! + place, count, to: detectors + detectorPlace &* width)
      place += count
      finishDetector()
    }
  }

  /// Sets a row to the sum of some records.
  private func sumRecords(_ lookbacks: UnsafePointer<UInt32>, _ count: Int, to row: Row) {
    guard width < 8 else {
      return kernels.pointee.sum_records(
        records, width, recordCapacity, recordPlace, lookbacks, count, row)
    }
    clear(row)
    for place in 0..<count { add(record(lookback: Int(lookbacks[place])), to: row) }
  }

  private mutating func finishDetector() {
    detectorPlace += 1
    guard detectorPlace == Self.chunk else { return }
    sink.append(
      detectors, count: Self.chunk, width: width,
      kernels: kernels)
    detectorPlace = 0
  }

  func addToObservable(_ operands: UnsafeBufferPointer<UInt32>) {
    let observable = observables + Int(operands[0]) * width
    let records = 2..<2 + Int(operands[1])
    for place in records { add(record(lookback: Int(operands[place])), to: observable) }
    for place in records.upperBound..<operands.count { add(row(operands[place]), to: observable) }
  }

  /// Hands on what still waits at the end of the program.
  mutating func finish() {
    switch program.output {
    case .measurements:
      let rest = recordPlace & (Self.chunk - 1)
      sink.append(
        records + (recordPlace - rest) * width, count: rest, width: width,
        kernels: kernels)
    case .detectors: finishDetectors()
    }
  }

  private mutating func finishDetectors() {
    switch sink.observables {
    case .none: break
    case .appended: emitObservables()
    case .aligned:
      while detectorPlace & 63 != 0 {
        clear(detectors + detectorPlace * width)
        finishDetector()
      }
      emitObservables()
    case .separate:
      emitWaiting()
      sink.turnToObservables()
      emitObservables()
    }
    emitWaiting()
  }

  private mutating func emitWaiting() {
    sink.append(detectors, count: detectorPlace, width: width, kernels: kernels)
    detectorPlace = 0
  }

  private mutating func emitObservables() {
    var next: UInt64 = 0
    for (place, index) in program.observables.enumerated().sorted(by: { $0.1 < $1.1 }) {
      emitZeros(UInt64(index) - next)
      copy(observables + place * width, to: detectors + detectorPlace * width)
      finishDetector()
      next = UInt64(index) + 1
    }
  }

  /// Emits detectors that are always 0, whole chunks at once.
  private mutating func emitZeros(_ count: UInt64) {
    var rest = count
    while rest > 0 {
      if detectorPlace == 0, rest >= UInt64(Self.chunk) {
        let chunks = rest / UInt64(Self.chunk)
        sink.appendZeros(words: Int(chunks) * Self.chunk / 64)
        rest -= chunks * UInt64(Self.chunk)
      } else {
        clear(detectors + detectorPlace * width)
        finishDetector()
        rest -= 1
      }
    }
  }
}
