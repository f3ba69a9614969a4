import CQSimKernels
import QuantumCore

/// A fast generator for the bulk of one block of work: eight xoshiro256++ generators side by side,
/// seeded by Philox.
///
/// Blocks are addressed by (seed, purpose, block) as everywhere, so results do not depend on how
/// blocks are shared out. Besides words it deals exponential variates, made many at a time, from
/// which the distances between rare events follow.
///
/// - Source: [BlackmanVigna21], xoshiro256++.
package struct BlockGenerator: ~Copyable {
  /// Words and variates that are made at a time.
  private static let bufferSize = 512

  private let kernels: BitKernels
  /// The generators' state, then the buffers.
  let state: UnsafeMutablePointer<UInt64>
  private let words: UnsafeMutablePointer<UInt64>
  private let variates: UnsafeMutablePointer<Double>
  private var wordPlace = BlockGenerator.bufferSize
  private var variatePlace = BlockGenerator.bufferSize

  package init(kernels: BitKernels = .best) {
    self.kernels = kernels
    let stateSize = Int(QK_RANDOM_STATE_WORDS)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: 8 * (stateSize + 2 * Self.bufferSize), alignment: 64)
    state = memory.bindMemory(to: UInt64.self, capacity: stateSize + Self.bufferSize)
    words = state + stateSize
    variates = (memory + 8 * (stateSize + Self.bufferSize))
      .bindMemory(to: Double.self, capacity: Self.bufferSize)
  }

  deinit { UnsafeMutableRawPointer(state).deallocate() }

  /// Starts over with the stream of a block.
  package mutating func start(seed: UInt64, purpose: Philox.Purpose, block: UInt64) {
    let philox = Philox(seed: seed, purpose: purpose)
    for lane in 0..<8 {
      let words = philox.words(at: SIMD4(UInt64(lane), block, 1, 1))
      for word in 0..<4 { state[8 * word + lane] = words[word] }
      // A state of zeros would stay there.
      state[24 + lane] |= 1
    }
    wordPlace = Self.bufferSize
    variatePlace = Self.bufferSize
  }

  /// Fills memory with random words.
  ///
  /// - Precondition: `count` is a multiple of 8.
  func fill(_ words: UnsafeMutablePointer<UInt64>, count: Int) {
    kernels.table.pointee.random_words(state, words, count / 8)
  }

  /// One random word.
  @inline(__always) package mutating func word() -> UInt64 {
    if wordPlace == Self.bufferSize {
      fill(words, count: Self.bufferSize)
      wordPlace = 0
    }
    wordPlace &+= 1
    return words[wordPlace &- 1]
  }

  /// Calls `body` with runs of random words, `count` in all.
  @inline(__always) mutating func forEachRun(
    of count: Int, _ body: (UnsafePointer<UInt64>, Int) -> Void
  ) {
    var rest = count
    while rest > 0 {
      if wordPlace == Self.bufferSize {
        fill(words, count: Self.bufferSize)
        wordPlace = 0
      }
      let now = min(rest, Self.bufferSize &- wordPlace)
      body(words + wordPlace, now)
      wordPlace &+= now
      rest &-= now
    }
  }

  /// A number of failures before the next success, for the scale of the success probability; see
  /// `GapScale`.
  @inline(__always) package mutating func gap(scale: Double) -> Int {
    if variatePlace == Self.bufferSize { refillVariates() }
    variatePlace &+= 1
    return Self.gap(variates[variatePlace &- 1], scale)
  }

  /// Calls `body` for the places of successes, the first at `first`, up to `limit`; returns the
  /// first place not below it.
  ///
  /// - Parameter body: may draw words from the generator, but no gaps.
  @inline(__always) mutating func forEachEvent(
    from first: Int, below limit: Int, scale: Double, _ body: (inout BlockGenerator, Int) -> Void
  ) -> Int {
    var position = first
    var place = variatePlace
    while position < limit {
      body(&self, position)
      if place == Self.bufferSize {
        refillVariates()
        place = 0
      }
      position &+= 1 &+ Self.gap(variates[place], scale)
      place &+= 1
    }
    variatePlace = place
    return position
  }

  /// Rounds down without the checks of a conversion: numbers beside 3/2 · 2⁵² are integers.
  @inline(__always) private static func gap(_ variate: Double, _ scale: Double) -> Int {
    let magic = 0x1.8p52
    let shifted = min(variate * scale, 0x1p50) - 0.5 + magic
    return Int(truncatingIfNeeded: shifted.bitPattern &- magic.bitPattern)
  }

  private mutating func refillVariates() {
    kernels.table.pointee.exponentials(state, variates, Self.bufferSize / 8)
    variatePlace = 0
  }
}

extension Philox.Purpose {
  /// Pauli frames: gauges and noise.
  package static let pauliFrames = Philox.Purpose(rawValue: 4)
}
