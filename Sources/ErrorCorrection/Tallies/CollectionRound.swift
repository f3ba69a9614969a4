import QuantumCore
import Synchronization

/// A batch that is to be made.
struct PlannedBatch: Sendable {
  let task: Int
  /// The number of its first block in the task.
  let firstBlock: Int
  let blockCount: Int
  let blockShots: Int
  /// Of all blocks; the last one has what is left.
  let shots: Int

  func shots(ofBlock block: Int) -> Int { min(blockShots, shots - block * blockShots) }
}

/// Batches of several tasks whose blocks threads share, one batch behind the other.
final class CollectionRound: Sendable {
  let batches: [PlannedBatch]
  private let firstBlocks: [Int]
  private let state: Mutex<State>

  private struct State {
    /// Blocks taken so far.
    var taken = 0
    /// Batches whose task has reached a limit.
    var ended: Set<Int> = []
    /// The last batch that is completed when work stops.
    var last: Int?
  }

  init(_ batches: [PlannedBatch]) {
    self.batches = batches
    var firstBlocks = [0]
    for batch in batches {
      firstBlocks.append(firstBlocks[firstBlocks.count - 1] + batch.blockCount)
    }
    self.firstBlocks = firstBlocks
    state = Mutex(State())
  }

  var blockCount: Int { firstBlocks[batches.count] }
  func firstBlock(of batch: Int) -> Int { firstBlocks[batch] }

  /// The batch that holds a block of the round.
  func batch(ofBlock block: Int) -> Int {
    var (low, high) = (0, batches.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstBlocks[middle] <= block { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether the blocks of a batch still count.
  func isNeeded(_ batch: Int) -> Bool {
    state.withLock { !$0.ended.contains(batch) && batch <= $0.last ?? .max }
  }

  /// How many blocks were taken.
  var taken: Int { state.withLock { $0.taken } }
  func advance() { state.withLock { $0.taken += 1 } }

  func isEnded(_ batch: Int) -> Bool { state.withLock { $0.ended.contains(batch) } }
  func end(_ batch: Int) { state.withLock { _ = $0.ended.insert(batch) } }

  /// Drops all batches behind the one that is being taken.
  func stop() {
    state.withLock { state in
      guard state.last == nil else { return }
      state.last = batch(ofBlock: state.taken)
    }
  }
  var isStopped: Bool { state.withLock { $0.last != nil } }
  func isDropped(_ batch: Int) -> Bool { state.withLock { batch > $0.last ?? .max } }
}

/// What came of a block.
struct BlockResult: Sendable {
  /// `nil` for a block that was not needed.
  var tally: DecodingTally?
  var seconds = 0.0

  static let skipped = BlockResult()
}
