import QuantumCore

extension FrameBatch {
  /// Calls `body` for each sparse event of a stream among the next `trials`.
  ///
  /// What is left of a distance carries over to the stream's next trials, wherever they are:
  /// distances have no memory.
  @inline(__always)
  mutating func forEachEvent(
    _ stream: Int, trials: Int, _ body: (inout BlockGenerator, Int) -> Void
  ) {
    let next = gaps[stream]
    guard next < trials else {
      gaps[stream] = next &- trials
      return
    }
    let scale = program.streams[stream].scale
    gaps[stream] =
      random.forEachEvent(from: next, below: trials, scale: scale, body) &- trials
  }

  /// Flips the bits of a row where events of a stream are.
  mutating func addEvents(_ stream: Int, to row: Row) {
    if program.streams[stream].level == 0 {
      forEachEvent(stream, trials: laneCount) { _, lane in
        row[lane &>> 6] ^= 1 &<< UInt64(lane & 63)
      }
    } else {
      fillEvents(stream, scratch)
      add(scratch, to: row)
    }
  }

  /// Sets a row to the events of a stream.
  mutating func fillEvents(_ stream: Int, _ row: Row) {
    let level = program.streams[stream].level
    if level == 0 || level == 256 {
      for word in 0..<width { row[word] = level == 0 ? 0 : .max }
    } else {
      fillLevel(level, row)
    }
    forEachEvent(stream, trials: laneCount) { _, lane in
      row[lane &>> 6] |= 1 &<< UInt64(lane & 63)
    }
  }

  /// Random bits that are 1 with probability `level`/256: AND halves a probability, OR halves its
  /// complement.
  private mutating func fillLevel(_ level: Int, _ row: Row) {
    let first = level.trailingZeroBitCount
    randomize(row)
    guard first < 7 else { return }
    for bit in first + 1..<8 {
      let isOne = level >> bit & 1 == 1
      for word in 0..<width {
        let random = random.word()
        row[word] = isOne ? row[word] | random : row[word] & random
      }
    }
  }

  mutating func applyErrors(
    _ operation: FrameProgram.Operation, _ operands: UnsafeBufferPointer<UInt32>
  ) {
    let stream = Int(operation.stream)
    guard program.streams[stream].level == 0 else { return applyDense(operation, operands) }
    let (width, rows, laneBits) = (width, rows, laneBits)
    let laneMask = laneCount - 1
    let groups = operands.count / Int(operation.width)
    let trials = groups << laneBits
    let operands = operands.baseAddress!
    @inline(__always) func flip(_ place: Int, _ word: Int, _ bit: UInt64) {
      rows[Int(operands[place]) &* width &+ word] ^= bit
    }
    if operation.width == 1 {
      return forEachEvent(stream, trials: trials) { _, position in
        let lane = position & laneMask
        flip(position &>> laneBits, lane &>> 6, 1 &<< UInt64(lane & 63))
      }
    }
    let cases = program.cases[Int(operation.cases)]
    if operation.width == 2 {
      forEachEvent(stream, trials: trials) { random, position in
        let mask = cases.pick(&random)
        let (group, lane) = (position &>> laneBits &* 2, position & laneMask)
        flip(group, lane &>> 6, (mask & 1) &<< UInt64(lane & 63))
        flip(group &+ 1, lane &>> 6, (mask &>> 1) &<< UInt64(lane & 63))
      }
    } else {
      forEachEvent(stream, trials: trials) { random, position in
        let mask = cases.pick(&random)
        let (group, lane) = (position &>> laneBits &* 4, position & laneMask)
        let (word, shift) = (lane &>> 6, UInt64(lane & 63))
        flip(group, word, (mask & 1) &<< shift)
        flip(group &+ 1, word, (mask &>> 1 & 1) &<< shift)
        flip(group &+ 2, word, (mask &>> 2 & 1) &<< shift)
        flip(group &+ 3, word, (mask &>> 3) &<< shift)
      }
    }
  }

  /// Errors so frequent that whole words of them are made.
  private mutating func applyDense(
    _ operation: FrameProgram.Operation, _ operands: UnsafeBufferPointer<UInt32>
  ) {
    let groupSize = Int(operation.width)
    for group in stride(from: 0, to: operands.count, by: groupSize) {
      fillEvents(Int(operation.stream), scratch)
      if operation.cases < 0 {
        add(scratch, to: row(operands[group]))
      } else {
        applyCases(
          Int(operation.cases), at: scratch,
          to: UnsafeBufferPointer(rebasing: operands[group..<group + groupSize]))
      }
    }
  }

  /// Chooses a case for every 1 of `events` and flips the rows of its mask there.
  private mutating func applyCases(
    _ cases: Int, at events: Row, to group: UnsafeBufferPointer<UInt32>
  ) {
    let cases = program.cases[cases]
    for word in 0..<width {
      var rest = events[word]
      while rest != 0 {
        let bit = rest & (0 &- rest)
        rest ^= bit
        let mask = cases.pick(&random)
        for place in 0..<group.count where mask &>> UInt64(place) & 1 == 1 {
          row(group[place])[word] ^= bit
        }
      }
    }
  }

  mutating func applyHeralds(
    _ operation: FrameProgram.Operation, _ operands: UnsafeBufferPointer<UInt32>
  ) {
    for place in stride(from: 0, to: operands.count, by: 2) {
      let record = records + recordPlace &* width
      fillEvents(Int(operation.stream), record)
      applyCases(
        Int(operation.cases), at: record,
        to: UnsafeBufferPointer(rebasing: operands[place..<place + 2]))
      finishRecord(-1)
    }
  }

  mutating func applyCorrelated(
    _ operation: FrameProgram.Operation, _ operands: UnsafeBufferPointer<UInt32>, startsChain: Bool
  ) {
    if startsChain { clear(chain) }
    guard operation.stream >= 0 else { return }
    fillEvents(Int(operation.stream), scratch)
    for word in 0..<width {
      scratch[word] &= ~chain[word]
      chain[word] |= scratch[word]
    }
    for operand in operands { add(scratch, to: row(operand)) }
  }
}
