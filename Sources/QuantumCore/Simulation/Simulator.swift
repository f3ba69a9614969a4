/// Something that runs circuits.
///
/// A simulator is a small value; state lives in the call. Same circuit, shots and seed give the
/// same samples for any number of threads.
public protocol Simulator: Sendable {
  /// Name on the command line, such as `statevector`.
  static var name: String { get }

  /// Why the circuit cannot be run under these options; `nil` if it can. Never allocates state.
  static func obstacle(to circuit: Circuit, options: SimulationOptions) -> Obstacle?

  /// Runs the circuit `shots` times.
  ///
  /// - Throws: `Obstacle` if there is one; `Diagnostic` for an error that shows only while running,
  ///   such as a division by zero in a classical expression.
  func sample(_ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions) throws
    -> Samples
}

public enum Precision: String, Sendable, CaseIterable, Codable {
  /// 8 bytes an amplitude.
  case single
  /// 16 bytes an amplitude.
  case double
  public var bytesPerAmplitude: UInt64 { self == .single ? 8 : 16 }
}

/// Which code applies dense blocks.
public enum KernelRoute: String, Sendable, CaseIterable, Codable {
  /// The cost model decides.
  case auto
  /// Direct kernels.
  case simd
  /// Matrix products of OpenBLAS.
  case blas
}

/// Instruction set of the direct kernels.
public enum InstructionSet: String, Sendable, CaseIterable, Codable {
  /// The best one the processor has.
  case auto
  case baseline, avx2, avx512
}

public struct SimulationOptions: Sendable {
  public var threads: Int
  public var precision: Precision
  public var kernel: KernelRoute
  public var instructionSet: InstructionSet
  /// Whether gates may be merged before they are applied. Off, every gate is its own step.
  public var fusesGates: Bool
  /// Upper bound of memory in bytes for amplitudes; `nil` is unlimited. Callers that know the
  /// machine set it.
  public var memoryLimit: UInt64?
  /// How long a run may take; 100 hours by prediction where nothing else is said.
  public var timeLimit: TimeLimit
  /// Values of `sweep[k]`, the same for all shots; missing ones are 0.
  public var sweepBits: [Bool]
  /// Called now and then with the fraction done and to ask whether to go on; returning `false`
  /// stops with `CancellationError`. May be called from the thread that runs the simulation only.
  public var progress: (@Sendable (Double) -> Bool)?

  public init(
    threads: Int = 1, precision: Precision = .double, kernel: KernelRoute = .auto,
    instructionSet: InstructionSet = .auto, fusesGates: Bool = true, memoryLimit: UInt64? = nil,
    timeLimit: TimeLimit = .standard, sweepBits: [Bool] = [],
    progress: (@Sendable (Double) -> Bool)? = nil
  ) {
    precondition(threads >= 1, "At least one thread")
    self.threads = threads
    self.precision = precision
    self.kernel = kernel
    self.instructionSet = instructionSet
    self.fusesGates = fusesGates
    self.memoryLimit = memoryLimit
    self.timeLimit = timeLimit
    self.sweepBits = sweepBits
    self.progress = progress
  }
}

/// Why a simulator cannot run a circuit.
public struct Obstacle: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Needs more memory than allowed. Bytes; `required` saturates.
    case memory(required: UInt64, available: UInt64)
    /// Would take longer than allowed, or has; seconds.
    case time(required: Double, available: Double)
    /// The circuit holds something the simulator does not do.
    case unsupported
    /// An option asks for something this machine or circuit does not have.
    case option
  }
  public let kind: Kind
  /// Whether there is too little memory or time for it, rather than something that cannot be done.
  public var isShortage: Bool {
    switch kind {
    case .memory, .time: true
    case .unsupported, .option: false
    }
  }
  public let message: String
  public let hint: String?
  /// Place in the circuit's text, where one is to blame.
  public let range: SourceRange?

  public init(_ kind: Kind, _ message: String, hint: String? = nil, range: SourceRange? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.range = range
  }
}

/// Results of many shots.
public struct Samples: Hashable, Sendable {
  public enum Source: String, Hashable, Sendable {
    /// Column k is classical bit k at the end of the run.
    case bits
    /// Column k is the k-th measurement of the run; runs shorter than the longest are padded with
    /// 0.
    case record
  }
  public let source: Source
  /// One row a shot.
  public var table: BitTable

  public init(source: Source, table: BitTable) {
    self.source = source
    self.table = table
  }

  public var shotCount: Int { table.rowCount }
  public var bitCount: Int { table.columnCount }

  /// How often each row occurs.
  ///
  /// - Complexity: O(shots log shots), and one allocation for each distinct row.
  public func counts() -> [BitVector: Int] {
    let (words, stride) = (table.words, table.stride)
    guard stride > 0 else { return shotCount > 0 ? [BitVector(count: bitCount): shotCount] : [:] }
    if stride == 1 {
      var sorted = words
      RadixSort.sort(&sorted)
      return counts(areEqual: { sorted[$0] == sorted[$1] }) {
        BitVector(packed: [sorted[$0]], count: $1)
      }
    }
    func row(_ index: Int) -> ArraySlice<UInt64> { words[index * stride..<(index + 1) * stride] }
    let sorted = (0..<shotCount).sorted { row($0).lexicographicallyPrecedes(row($1)) }
    return counts(areEqual: { row(sorted[$0]) == row(sorted[$1]) }) {
      BitVector(packed: Array(row(sorted[$0])), count: $1)
    }
  }

  /// Counts rows that stand side by side if they are equal.
  private func counts(
    areEqual: (Int, Int) -> Bool, bits: (_ index: Int, _ count: Int) -> BitVector
  ) -> [BitVector: Int] {
    let starts = (0..<shotCount).filter { $0 == 0 || !areEqual($0 - 1, $0) }
    var counts: [BitVector: Int] = [:]
    counts.reserveCapacity(starts.count)
    for (place, start) in starts.enumerated() {
      let end = place + 1 < starts.count ? starts[place + 1] : shotCount
      counts[bits(start, bitCount)] = end - start
    }
    return counts
  }
}
