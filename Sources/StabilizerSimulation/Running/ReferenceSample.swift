import QuantumCore

/// The results of a circuit without its noise, every random one being 0 before inversion.
///
/// What repeats is stored once: a memory experiment of 10¹² rounds takes as much room as one of a few.
public struct ReferenceSample: Hashable, Sendable {
  public indirect enum Segment: Hashable, Sendable {
    case bits(BitVector)
    /// - Precondition: `count >= 1`.
    case repetition(count: UInt64, body: [Segment])

    /// Results; saturates.
    public var count: UInt64 {
      switch self {
      case .bits(let bits): UInt64(bits.count)
      case .repetition(let count, let body):
        body.reduce(UInt64(0)) { $0.saturatingAdd($1.count) }.saturatingMultiply(count)
      }
    }
  }

  public let segments: [Segment]
  /// Number of results; saturates.
  public let count: UInt64

  public init(_ segments: [Segment]) {
    self.segments = segments
    count = segments.reduce(UInt64(0)) { $0.saturatingAdd($1.count) }
  }

  /// So many results 0.
  public static func zeros(count: UInt64) -> ReferenceSample {
    count == 0
      ? ReferenceSample([])
      : ReferenceSample([.repetition(count: count, body: [.bits(BitVector(count: 1))])])
  }

  /// The results of a circuit, sweep bits being 0.
  ///
  /// - Parameter threads: how many share the work on large tableaus.
  /// - Throws: `Diagnostic` with the place of what cannot run: a gate that is no Clifford, a product that is not Hermitian, a
  ///   record before the first, classical control flow. `Obstacle` when memory runs out.
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
  public var bits: BitVector {
    var bits = BitVector(count: 0)
    var reader = makeReader()
    for _ in 0..<count { bits.append(reader.next()) }
    return bits
  }

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
