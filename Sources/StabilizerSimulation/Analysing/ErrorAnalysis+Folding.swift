import QuantumCore

extension ErrorAnalysis {
  /// Undoes a repeat block, and finds out on the way whether its turns come to do the same again
  /// and again.
  ///
  /// A scout walks ahead, and the walk itself follows by one turn for every two of the scout's.
  /// Once both know the same up to a shift of the detectors, the turns between them are one period,
  /// which stands for all that remain; the turns left over stand before it. Where the repetition
  /// begins is thereby the same as with Stim, and so is the text of the model.
  ///
  /// - Source: [Gidney21], error analysis of Stim 1.16.
  func foldRepeat(_ turns: ReverseTurns) throws {
    let (count, body) = (turns.count, turns.body)
    let budget = tracker.budget
    tracker.enter(turns)
    defer { budget.exit() }
    let scout = try SparseReverseTracker(copying: tracker)
    var (ahead, done) = (UInt64(0), UInt64(0))
    while ahead < count {
      try scoutTurn(scout, body, turn: (count - ahead, count))
      ahead += 1
      if scout.recurs(from: tracker) { break }
      if ahead % 2 == 0 {
        try undo(body, turn: (count - done, count))
        done += 1
        tracker.spend(turns)
        if scout.recurs(from: tracker) { break }
      }
      scout.spend(turns)
      try budget.endTurn()
    }
    budget.leaveOut(count - ahead)
    let length = ahead - done
    let periods = (count - done) / length
    if periods > 1 {
      try fold(periods, by: scout) {
        for _ in 0..<length {
          try undo(body, turn: (count - done, count))
          tracker.spend(turns)
          done += 1
        }
      }
      done += (periods - 1) * length
    }
    while done < count {
      try undo(body, turn: (count - done, count))
      tracker.spend(turns)
      done += 1
    }
  }

  /// Undoes a turn with another tracker, collecting nothing.
  private func scoutTurn(
    _ scout: SparseReverseTracker, _ body: BlockID, turn: (number: UInt64, count: UInt64)
  ) throws {
    let (walker, wasScouting) = (tracker, isScouting)
    (tracker, isScouting) = (scout, true)
    try undo(body, turn: turn)
    (tracker, isScouting) = (walker, wasScouting)
  }

  /// Steps over all periods but the first of the circuit, and walks that.
  ///
  /// - Parameter scout: knows what the tracker knows, a period further on.
  private func fold(
    _ periods: UInt64, by scout: SparseReverseTracker, _ undoPeriod: () throws -> Void
  ) throws {
    let detectors = tracker.detectorCount - scout.detectorCount
    let measurements = tracker.measurementCount - scout.measurementCount
    tracker.skip(detectors: detectors * (periods - 1), measurements: measurements * (periods - 1))
    if isScouting { return try undoPeriod() }
    try endStretch()
    let outer = pieces
    pieces = []
    try undoPeriod()
    try endStretch()
    pieces = outer + [.repetition(.init(count: periods, turn: pieces, shift: detectors))]
  }
}

extension SparseReverseTracker {
  /// Whether another tracker, which this one came from, knew the same with all detectors shifted by
  /// those passed meanwhile.
  func recurs(from other: SparseReverseTracker) -> Bool {
    let shift = other.detectorCount - detectorCount
    func isSame(_ row: UInt32, _ otherRow: UInt32) -> Bool {
      let (set, otherSet) = (rows.set(row), other.rows.set(otherRow))
      guard set.count == otherSet.count else { return false }
      for index in 0..<set.count {
        let symptom = otherSet.items[index]
        guard set.items[index] == (symptom < firstObservable ? symptom &- shift : symptom) else {
          return false
        }
      }
      return true
    }
    for place in touchedPlaces.values {
      guard isSame(qubitRows[Int(place)], other.qubitRows[Int(place)]) else { return false }
    }
    for place in other.touchedPlaces.values where qubitRows[Int(place)] == 0 {
      guard other.rows.isEmpty(other.qubitRows[Int(place)]) else { return false }
    }
    // Records before the start of the circuit are in no set.
    var lookback: UInt64 = 1
    while lookback <= min(recordMask, other.measurementCount) {
      let row = lookback <= measurementCount ? recordRow(back: lookback) : 0
      guard isSame(row, other.recordRow(back: lookback)) else { return false }
      lookback += 1
    }
    return true
  }

  /// The row of a record, counted back from the present place; the empty row 0 if nothing was ever
  /// known of it.
  private func recordRow(back lookback: UInt64) -> UInt32 {
    recordRows[Int((measurementCount - lookback) & recordMask)]
  }

  /// Steps over a stretch that leaves everything as it is, except that detectors and records are
  /// numbered on.
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
