import QuantumCore

/// Where a task stands.
struct TaskState {
  let schedule: BlockSchedule
  let limits: CollectionTask.Limits
  var total = DecodingTally()
  private(set) var batchCount = 0
  private var nextBlock = 0
  /// Compiled while the task runs.
  var source: ShotSource?
  /// The first and the last batch that were there before.
  let earlier: [EarlierBatch]

  /// A batch of an earlier run.
  struct EarlierBatch {
    let tally: DecodingTally
    let firstBlock: Int
  }

  init(_ task: CollectionTask, earlier tallies: [DecodingTally]) throws {
    let counts = try task.circuit.shotBitCount()
    schedule = BlockSchedule(bitCount: counts)
    limits = task.limits
    var blocks = 0
    var batches: [EarlierBatch] = []
    for tally in tallies {
      batches.append(EarlierBatch(tally: tally, firstBlock: blocks))
      blocks = blocks.addingReportingOverflow(schedule.blocks(of: tally.shots)).partialValue
    }
    earlier = Array(batches.prefix(1) + batches.dropFirst().suffix(1))
    for tally in tallies { add(tally) }
  }

  var isFinished: Bool { limits.areReached(by: total) }

  mutating func add(_ tally: DecodingTally) {
    total.add(tally)
    batchCount += 1
    nextBlock = nextBlock.addingReportingOverflow(schedule.blocks(of: tally.shots)).partialValue
  }

  func nextBatch(of task: Int) -> PlannedBatch {
    let missing = limits.shots - total.shots
    let wanted = schedule.blockCount(ofBatch: batchCount, needed: limits.neededShots(after: total))
    let blocks = min(wanted, schedule.blocks(of: missing))
    return PlannedBatch(
      task: task, firstBlock: nextBlock, blockCount: blocks, blockShots: schedule.blockShots,
      shots: min(missing, blocks * schedule.blockShots))
  }
}
