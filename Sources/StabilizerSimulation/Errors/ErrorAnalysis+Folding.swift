import QuantumCore

extension ErrorAnalysis {
  /// Undoes a repeat block, and finds out on the way whether its turns come to do the same again and again.
  ///
  /// The state behind a turn is compared with one kept from an earlier turn, which is renewed after 1, 2, 4, … turns, and at
  /// first with that behind the turn before, too. Once it recurs up to a shift of the detectors, one more period is walked
  /// and stands for all that remain.
  ///
  /// - Source: [Brent80].
  func foldRepeat(_ count: UInt64, _ body: BlockID) throws {
    var done: UInt64 = 0
    var memory = TrackerSnapshot(tracker)
    var last: TrackerSnapshot?
    var (age, power) = (UInt64(0), UInt64(1))
    func undoTurn() throws {
      try undo(body, turn: (count - done, count))
      done += 1
    }
    while done < count {
      try undoTurn()
      age += 1
      let isSteady = count - done >= 2 && last?.recurs(in: tracker) == true
      let length = isSteady ? 1 : age
      let periods = (count - done) / length
      if periods >= 2, isSteady || memory.recurs(in: tracker) {
        try fold(periods, length: length, undoTurn)
        done += (periods - 1) * length
        // Fewer turns than a period are left, so nothing recurs once more.
        while done < count { try undoTurn() }
        return
      }
      guard done < Self.searchLimit || count - done < Self.walkLimit else { throw endlessLoop }
      last = done < Self.steadyLimit ? TrackerSnapshot(tracker) : nil
      if age == power {
        memory = TrackerSnapshot(tracker)
        (age, power) = (0, power.saturatingMultiply(2))
      }
    }
  }

  /// Turns after which loops that come to do the same in every turn are no longer looked for first.
  private static let steadyLimit: UInt64 = 16
  /// Where no turn of so many was like one before, no more than `walkLimit` are walked.
  private static let searchLimit: UInt64 = 1 << 14
  private static let walkLimit: UInt64 = 1 << 32

  /// Walks one period, and steps over the others.
  private func fold(_ periods: UInt64, length: UInt64, _ undoTurn: () throws -> Void) throws {
    try endStretch()
    let outer = pieces
    pieces = []
    let (detectors, measurements) = (tracker.detectorCount, tracker.measurementCount)
    var turn: UInt64 = 0
    while turn < length {
      try undoTurn()
      turn += 1
    }
    try endStretch()
    let shift = detectors - tracker.detectorCount
    let repetition = ModelPiece.Repetition(
      count: periods, turn: pieces, base: tracker.detectorCount, shift: shift)
    pieces = outer + [.repetition(repetition)]
    tracker.skip(
      detectors: shift * (periods - 1),
      measurements: (measurements - tracker.measurementCount) * (periods - 1))
  }
}

/// What a tracker knew at some place.
struct TrackerSnapshot {
  private let detectorCount: UInt64
  /// For every place of a row in use how many symptoms it has, then for the records before, the latest first.
  private var counts: [UInt32] = []
  private var touchedCount: Int
  private var symptoms: [Symptom] = []

  init(_ tracker: SparseReverseTracker) {
    detectorCount = tracker.detectorCount
    touchedCount = tracker.touchedCount
    tracker.forEachStateRow { row in
      let set = tracker.rows.set(row)
      counts.append(UInt32(truncatingIfNeeded: set.count))
      symptoms.append(contentsOf: set.values)
    }
  }

  /// Whether a tracker, which has moved on, knows the same again with all detectors shifted by those passed meanwhile.
  func recurs(in tracker: SparseReverseTracker) -> Bool {
    guard touchedCount == tracker.touchedCount else { return false }
    let shift = detectorCount - tracker.detectorCount
    var (place, position, isSame) = (0, 0, true)
    tracker.forEachStateRow { row in
      guard isSame else { return }
      let set = tracker.rows.set(row)
      guard place < counts.count, set.count == Int(counts[place]) else {
        isSame = false
        return
      }
      place += 1
      for symptom in set.values {
        let expected = symptoms[position]
        position += 1
        if symptom != (expected < firstObservable ? expected &- shift : expected) { isSame = false }
      }
    }
    return isSame && place == counts.count
  }
}

extension SparseReverseTracker {
  /// Calls `body` for the rows of all qubits ever touched, then of the records before the present place.
  func forEachStateRow(_ body: (UInt32) -> Void) {
    for place in touchedPlaces.values { body(qubitRows[Int(place)]) }
    let window = min(recordMask, measurementCount)
    var lookback: UInt64 = 1
    while lookback <= window {
      body(recordRows[Int((measurementCount - lookback) & recordMask)])
      lookback += 1
    }
    // Records further back are none, or can't be looked back to.
    while lookback <= recordMask {
      body(0)
      lookback += 1
    }
  }

  /// Steps over a stretch that leaves everything as it is, except that detectors and records are numbered on.
  func skip(detectors: UInt64, measurements: UInt64) {
    for place in touchedPlaces.values {
      rows.shiftDetectors(by: -Int64(detectors), in: qubitRows[Int(place)])
    }
    var pending: [(lookback: UInt64, row: UInt32)] = []
    let window = min(recordMask, measurementCount)
    if window > 0 {
      for lookback in 1...window {
        let row = recordRows[Int((measurementCount - lookback) & recordMask)]
        if !rows.isEmpty(row) { pending.append((lookback, row)) }
      }
    }
    let kept = Set(pending.map(\.row))
    for place in 0...Int(recordMask) {
      if recordRows[place] != 0, !kept.contains(recordRows[place]) {
        rows.recycle(recordRows[place])
      }
      recordRows[place] = 0
    }
    measurementCount -= measurements
    detectorCount -= detectors
    for (lookback, row) in pending {
      rows.shiftDetectors(by: -Int64(detectors), in: row)
      recordRows[Int((measurementCount - lookback) & recordMask)] = row
    }
  }
}
