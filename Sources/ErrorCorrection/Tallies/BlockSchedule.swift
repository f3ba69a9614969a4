/// How the shots of a task are split: into numbered blocks, the unit of seeds and threads, and
/// batches of blocks, the unit of rows. Blocks are a function of the circuit alone.
struct BlockSchedule: Sendable, Hashable {
  /// Shots of a block.
  let blockShots: Int

  /// - Parameter bitCount: detectors and observables of a shot.
  init(bitCount: Int) {
    // About as much work for a block of any circuit, some milliseconds; whole words of shots.
    var shots = Self.mostShots
    while shots > Self.fewestShots, shots * (bitCount + 64) > Self.bitsPerBlock { shots /= 2 }
    blockShots = shots
  }

  private static let mostShots = 1 << 13
  private static let fewestShots = 1 << 8
  private static let bitsPerBlock = 1 << 21

  /// Blocks of the next batch of a task: about an eighth of what it still needs, so that in every
  /// turn those tasks get more shots that need more. The first batches are small: little is known
  /// then, and tasks which end soon end early.
  ///
  /// - Parameters:
  ///   - batch: its number.
  ///   - needed: shots that the task needs to reach a limit, as far as its batches so far can tell.
  func blockCount(ofBatch batch: Int, needed: Int) -> Int {
    let most = min(Self.mostBlocks, Self.fewestBlocks << min(batch, 8))
    return max(Self.fewestBlocks, min(most, blocks(of: needed) / 8))
  }

  private static let fewestBlocks = 4
  /// Some tenths of a second: what a kill may lose, and how long an interrupt waits.
  private static let mostBlocks = 64

  /// Whether a batch can have this many shots.
  func isBatch(shots: Int) -> Bool { shots > 0 && blocks(of: shots) <= Self.mostBlocks }

  /// Blocks that this many shots have used up; a block that was cut is gone.
  func blocks(of shots: Int) -> Int { shots / blockShots + (shots % blockShots > 0 ? 1 : 0) }
}
