import QuantumCore

/// The results of a circuit without its noise, every random one being 0 before inversion.
///
/// What repeats is stored once: a memory experiment of 10¹² rounds takes as much room as one of a
/// few.
public struct ReferenceSample: Hashable, Sendable {
  /// A stretch of results.
  public indirect enum Segment: Hashable, Sendable {
    /// Results that are written out.
    case bits(BitVector)
    /// A stretch that is repeated.
    ///
    /// - Precondition: `count >= 1`.
    case repetition(count: UInt64, body: [Segment])

    /// The number of results; saturates.
    public var count: UInt64 {
      switch self {
      case .bits(let bits): UInt64(bits.count)
      case .repetition(let count, let body):
        body.reduce(UInt64(0)) { $0.saturatingAdd($1.count) }.saturatingMultiply(count)
      }
    }
  }

  /// The stretches, in the order of the results.
  public let segments: [Segment]
  /// The number of results; saturates.
  public let count: UInt64

  /// The results of stretches one after the other.
  public init(_ segments: [Segment]) {
    self.segments = segments
    count = segments.reduce(UInt64(0)) { $0.saturatingAdd($1.count) }
  }

  /// A sample of so many results, all 0.
  public static func zeros(count: UInt64) -> ReferenceSample {
    count == 0
      ? ReferenceSample([])
      : ReferenceSample([.repetition(count: count, body: [.bits(BitVector(count: 1))])])
  }

  /// The results of a circuit, sweep bits being 0.
  ///
  /// - Parameters:
  ///   - circuit: the circuit, whose noise is left out.
  ///   - threads: how many share the work on large tableaus.
  /// - Throws: `Diagnostic` with the place of what cannot run: a gate that is not Clifford, a
  ///   product that is not Hermitian, a record before the first, classical control flow. `Obstacle`
  ///   when memory runs out.
  /// - Complexity: repeat blocks are run until the state before a turn recurs, and no further.
  public static func measurements(
    of circuit: Circuit, threads: Int = 1
  ) throws -> ReferenceSample {
    var sampler = try ReferenceSampler(circuit, threads: threads)
    return try sampler.run()
  }

  /// As above with the kernels of some instruction set, for comparing them.
  package static func measurements(
    of circuit: Circuit, threads: Int, kernels: RowKernels
  ) throws -> ReferenceSample {
    var sampler = try ReferenceSampler(circuit, threads: threads, kernels: kernels)
    return try sampler.run()
  }

  /// All results.
  ///
  /// - Precondition: there are few enough to fit into memory.
  /// - Complexity: O(results / 64).
  public var bits: BitVector {
    var bits = GrowingBits()
    bits.words.reserveCapacity(Int(clamping: count / 64) + 2)
    for segment in segments { bits.append(segment) }
    return BitVector(packed: Array(bits.words.prefix((bits.count + 63) / 64)), count: bits.count)
  }

  /// A reader that starts at the first result.
  public func makeReader() -> Reader { Reader(self) }

  /// Gives results one after the other.
  public struct Reader: Sendable {
    /// Where reading stands in a list of segments.
    private struct Level {
      let segments: [Segment]
      var index = 0
      var turnsLeft: UInt64
    }
    private var levels: [Level]
    private var bits = BitVector(count: 0)
    private var position = 0

    init(_ sample: ReferenceSample) {
      levels = [Level(segments: sample.segments, turnsLeft: 1)]
    }

    /// The next result; 0 after the last.
    @inline(__always)
    public mutating func next() -> Bool {
      if position == bits.count { advance() }
      guard position < bits.count else { return false }
      position += 1
      return bits.words[(position - 1) >> 6] >> UInt64((position - 1) & 63) & 1 == 1
    }

    /// Goes on to the next bits that are not empty.
    private mutating func advance() {
      (bits, position) = (BitVector(count: 0), 0)
      while let level = levels.last {
        if level.index == level.segments.count {
          levels[levels.count - 1].turnsLeft -= 1
          levels[levels.count - 1].index = 0
          if level.turnsLeft == 1 { levels.removeLast() }
          continue
        }
        levels[levels.count - 1].index += 1
        switch level.segments[level.index] {
        case .bits(let next):
          bits = next
          if !next.isEmpty { return }
        case .repetition(let count, let body):
          if body.contains(where: { $0.count > 0 }) {
            levels.append(Level(segments: body, turnsLeft: count))
          }
        }
      }
    }
  }
}

/// Bits to which many are added at a time, those that are there among them.
private struct GrowingBits {
  var words: [UInt64] = []
  private(set) var count = 0

  mutating func append(_ segment: ReferenceSample.Segment) {
    switch segment {
    case .bits(let bits):
      var rest = bits.count
      for word in bits.words where rest > 0 {
        append(word, count: min(64, rest))
        rest -= 64
      }
    case .repetition(let times, let body):
      let start = count
      for segment in body { append(segment) }
      let end = start + (count - start) * Int(clamping: times)
      // Twice as many each time.
      while count < end { appendCopy(from: start, count: min(count - start, end - count)) }
    }
  }

  /// - Precondition: 1...64 bits.
  private mutating func append(_ word: UInt64, count new: Int) {
    let bits = new == 64 ? word : word & (1 << UInt64(new) - 1)
    let place = count & 63
    if place == 0 {
      words.append(bits)
    } else {
      words[words.count - 1] |= bits << UInt64(place)
      if new > 64 - place { words.append(bits >> UInt64(64 - place)) }
    }
    count += new
  }

  private mutating func appendCopy(from start: Int, count new: Int) {
    for offset in stride(from: 0, to: new, by: 64) {
      let (index, place) = ((start + offset) >> 6, UInt64((start + offset) & 63))
      var word = words[index] >> place
      if place > 0, index + 1 < words.count { word |= words[index + 1] << (64 - place) }
      append(word, count: min(64, new - offset))
    }
  }
}
