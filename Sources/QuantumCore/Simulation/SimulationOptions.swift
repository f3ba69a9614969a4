/// The width of the numbers in amplitudes.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// 8 bytes an amplitude.
  case single
  /// 16 bytes an amplitude.
  case double
  /// The bytes of a complex number: 8 or 16.
  public var bytesPerAmplitude: UInt64 { self == .single ? 8 : 16 }
}

/// Which code applies dense blocks.
public enum KernelRoute: String, Sendable, CaseIterable, Codable {
  /// The cost model decides.
  case auto
  /// Kernels that work on amplitudes where they lie.
  case simd
  /// Matrix products of OpenBLAS.
  case blas
}

/// Instruction set of the direct kernels.
public enum InstructionSet: String, Sendable, CaseIterable, Codable {
  /// The best one the processor has.
  case auto
  /// Code that every processor of the architecture runs.
  case baseline
  /// AVX2 with FMA, on x86-64.
  case avx2
  /// AVX-512 (F, DQ, BW and VL), on x86-64.
  case avx512
}

/// How circuits are run, whatever the engine; engines ignore what does not concern them.
public struct SimulationOptions: Sendable {
  /// The number of threads, at least 1. Results do not depend on it.
  public var threads: Int
  /// The width of amplitudes.
  public var precision: Precision
  /// Which code applies dense blocks.
  public var kernel: KernelRoute
  /// Which instruction set the kernels use; one that the processor lacks is an obstacle.
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

  /// Options; the defaults suit one thread without limits of memory.
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
