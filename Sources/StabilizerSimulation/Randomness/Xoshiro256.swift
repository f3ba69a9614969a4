import QuantumCore

/// The sequential generator xoshiro256++: a nanosecond a word, for the inner loops of samplers.
///
/// Each block of work seeds one of its own from Philox, so that results do not depend on who does
/// the work.
///
/// - Source: [Blackman21], figure 2. Period 2²⁵⁶ − 1; states seeded at random do not overlap in
///   practice.
struct Xoshiro256: RandomNumberGenerator, Sendable {
  var s0: UInt64
  var s1: UInt64
  var s2: UInt64
  var s3: UInt64

  /// The generator of one block of work.
  init(seed: UInt64, purpose: Philox.Purpose, block: UInt64) {
    let words = Philox(seed: seed, purpose: purpose).words(at: SIMD4(block, 0, 0, 2))
    (s0, s1, s2, s3) = (words.x, words.y, words.z, words.w)
    // The state of zeros is the one that never leaves itself.
    if s0 | s1 | s2 | s3 == 0 { s0 = 1 }
  }

  @inline(__always) mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = (sum &<< 23 | sum &>> 41) &+ s0
    let t = s1 &<< 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = s3 &<< 45 | s3 &>> 19
    return result
  }
}
