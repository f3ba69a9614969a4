/// How the shots of a task are split: into numbered blocks, the unit of seeds and threads, and batches of blocks, the unit of
/// rows. A function of the circuit alone.
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

  /// Blocks of the batch with this number: more and more, so that tasks which end soon end early, and those which do not
  /// have few rows.
  func blockCount(ofBatch batch: Int) -> Int { min(32, 4 << min(batch, 3)) }

  /// Blocks that this many shots have used up; a block that was cut is gone.
  func blocks(of shots: Int) -> Int { shots / blockShots + (shots % blockShots > 0 ? 1 : 0) }
}
