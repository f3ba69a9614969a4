import RealModule

/// The counter-based generator Philox4x64-10.
///
/// A pure function from (key, counter) to four 64-bit words: streams are split by key, blocks and
/// shots by counter, so results do not depend on how work is shared out, and any one block can be
/// replayed alone.
///
/// - Source: [Salmon11], table 2 and section 3.2 (10 rounds).
public struct Philox: Sendable, Hashable {
  /// The key of 128 bits, which chooses the stream: seed and purpose.
  public let key: (UInt64, UInt64)

  /// A generator under a key of 128 bits.
  public init(key: (UInt64, UInt64)) { self.key = key }

  /// The stream of one purpose under a seed.
  public init(seed: UInt64, purpose: Purpose) { key = (seed, purpose.rawValue) }

  /// What random numbers are for: streams of different purposes never meet.
  public struct Purpose: RawRepresentable, Sendable, Hashable {
    /// The second word of the key.
    public let rawValue: UInt64
    /// A purpose of its own, under a number that no other purpose has.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Outcomes drawn from a final state.
    public static let terminalSampling = Purpose(rawValue: 1)
    /// Outcomes, resets and noise during a trajectory.
    public static let trajectory = Purpose(rawValue: 2)
    /// Test circuits and other made-up inputs.
    public static let generation = Purpose(rawValue: 3)
  }

  /// The four words of one counter value.
  @inlinable public func words(at counter: SIMD4<UInt64>) -> SIMD4<UInt64> {
    var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
    var (k0, k1) = key
    for _ in 0..<10 {
      let (high0, low0) = c0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let (high1, low1) = c2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      (c0, c1, c2, c3) = (high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0)
      k0 &+= 0x9E37_79B9_7F4A_7C15
      k1 &+= 0xBB67_AE85_84CA_A73B
    }
    return SIMD4(c0, c1, c2, c3)
  }

  /// One word addressed by two indices, such as (shot, event).
  @inlinable public func word(_ a: UInt64, _ b: UInt64 = 0) -> UInt64 {
    words(at: SIMD4(a, b, 0, 0)).x
  }

  /// A uniform number in [0, 1) with 53 random bits, addressed by two indices.
  @inlinable public func uniform(_ a: UInt64, _ b: UInt64 = 0) -> Double {
    Self.uniform(word(a, b))
  }

  /// The top 53 bits of a word as a number in [0, 1).
  @inlinable public static func uniform(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }

  /// Whether both generators have the same key.
  public static func == (a: Philox, b: Philox) -> Bool { a.key == b.key }
  /// Hashes the key.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key.0)
    hasher.combine(key.1)
  }
}

/// A sequential generator over one Philox stream.
public struct PhiloxGenerator: RandomNumberGenerator, Sendable {
  private let philox: Philox
  private var counter: SIMD4<UInt64>
  private var buffer: SIMD4<UInt64> = .zero
  private var position = 4

  /// The generator at the start of the stream of one purpose under a seed.
  ///
  /// - Parameters:
  ///   - seed: the seed.
  ///   - purpose: what the numbers are for.
  ///   - block: keeps streams of the same purpose apart.
  public init(seed: UInt64, purpose: Philox.Purpose = .generation, block: UInt64 = 0) {
    philox = Philox(seed: seed, purpose: purpose)
    counter = SIMD4(0, block, 0, 1)
  }

  /// The next word of the stream, uniform over all values of 64 bits.
  public mutating func next() -> UInt64 {
    if position == 4 {
      buffer = philox.words(at: counter)
      counter.x &+= 1
      position = 0
    }
    defer { position += 1 }
    return buffer[position]
  }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Philox.uniform(next()) }

  /// A standard normal number (Box–Muller, one of the pair).
  public mutating func normal() -> Double {
    let radius = (-2 * Double.log(1 - uniform())).squareRoot()
    return radius * Double.cos(2 * .pi * uniform())
  }
}
