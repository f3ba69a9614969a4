import ComplexModule
import QuantumCore
import RealModule

/// A pure state of n qubits: 2ⁿ complex amplitudes.
///
/// Bit q of an index is the value of qubit q; qubit 0 is the least significant bit. A state is a
/// value: copies are independent, and are made only when one of them changes.
///
///     var state = StateVector<Double>(qubitCount: 2)
///     state.apply(.h, to: 0)
///     state.apply(.cx, to: 0, 1)                // (|00⟩ + |11⟩)/√2
public struct StateVector<S: Scalar>: Sendable {
  /// The number n of qubits; there are 2ⁿ amplitudes.
  public let qubitCount: Int
  package private(set) var buffer: AmplitudeBuffer<S>
  package let executor: Executor

  /// The state |0…0⟩.
  ///
  /// - Parameters:
  ///   - qubitCount: the number of qubits, in `0...48`.
  ///   - options: `threads`, `kernel` and `instructionSet` hold for everything done to the state.
  /// - Precondition: `qubitCount` is in `0...48` and the memory is there;
  ///   `init(allocating:options:)` throws instead.
  public init(qubitCount: Int, options: SimulationOptions = SimulationOptions()) {
    precondition((0...48).contains(qubitCount), "A state has 0 to 48 qubits, not \(qubitCount)")
    do {
      try self.init(allocating: qubitCount, options: options)
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// The state |0…0⟩ if there is memory for it.
  ///
  /// - Throws: `Obstacle` with the numbers if the state needs more than `options.memoryLimit` or
  ///   than the system gives.
  public init(
    allocating qubitCount: Int, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) {
    if let obstacle = StateMemory.obstacle(
      qubitCount: qubitCount, precision: S.precision, limit: options.memoryLimit)
    {
      throw obstacle
    }
    if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
    try self.init(
      qubitCount: qubitCount, executor: Executor(options: options, precision: S.precision))
  }

  package init(qubitCount: Int, executor: Executor) throws(Obstacle) {
    let required = StateMemory.bytes(qubitCount: qubitCount, precision: S.precision)
    guard qubitCount < 60, let buffer = AmplitudeBuffer<S>(count: 1 << UInt64(qubitCount)) else {
      throw StateMemory.obstacle(
        required: required, available: 0, qubitCount: qubitCount, S.precision)
    }
    self.qubitCount = qubitCount
    self.buffer = buffer
    self.executor = executor
    buffer.pointer[0] = .one
  }

  /// A state with the given amplitudes, as they are: not normalised.
  ///
  /// - Precondition: the number of amplitudes is a power of two.
  public init(
    amplitudes: [Complex<S>], options: SimulationOptions = SimulationOptions()
  ) {
    let count = amplitudes.count
    precondition(
      count > 0 && count & (count - 1) == 0, "\(count) amplitudes are no state of qubits")
    self.init(qubitCount: count.trailingZeroBitCount, options: options)
    let pointer = buffer.pointer
    for (index, amplitude) in amplitudes.enumerated() { pointer[index] = amplitude }
  }

  /// Number of amplitudes, 2ⁿ.
  public var amplitudeCount: Int { Int(buffer.count) }

  /// One amplitude.
  public subscript(_ index: Int) -> Complex<S> {
    get {
      precondition(
        index >= 0 && index < amplitudeCount, "\(index) is outside 0..<\(amplitudeCount)")
      return buffer.pointer[index]
    }
    set {
      precondition(
        index >= 0 && index < amplitudeCount, "\(index) is outside 0..<\(amplitudeCount)")
      withUniquePointer { $0[index] = newValue }
    }
  }

  /// All amplitudes, copied.
  public var amplitudes: [Complex<S>] {
    withAmplitudes { Array($0) }
  }

  /// Reads the amplitudes in place.
  public func withAmplitudes<Result>(
    _ body: (UnsafeBufferPointer<Complex<S>>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(buffer) {
      try body(UnsafeBufferPointer(start: buffer.pointer, count: amplitudeCount))
    }
  }

  /// The amplitudes, for changing; copies them first if another state shares them.
  ///
  /// - Precondition: if they are shared, there is memory for the copy.
  package mutating func withUniquePointer<Result>(
    _ body: (UnsafeMutablePointer<Complex<S>>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&buffer) {
      guard let copy = AmplitudeBuffer<S>(count: buffer.count) else {
        preconditionFailure("No memory for a copy of a state of \(qubitCount) qubits")
      }
      copy.copyContents(from: buffer, with: executor)
      buffer = copy
    }
    let buffer = buffer
    return try withExtendedLifetime(buffer) { try body(buffer.pointer) }
  }

  /// An independent copy, made now; `nil` when memory runs out.
  package func independentCopy() -> StateVector? {
    guard let copy = AmplitudeBuffer<S>(count: buffer.count) else { return nil }
    copy.copyContents(from: buffer, with: executor)
    var state = self
    state.buffer = copy
    return state
  }

  /// Takes over the amplitudes of a state with as many qubits; the memory stays this state's own.
  package mutating func copyAmplitudes(from other: StateVector) {
    precondition(qubitCount == other.qubitCount, "The states differ in their number of qubits")
    guard buffer !== other.buffer else { return }
    withUniquePointer { _ in }
    buffer.copyContents(from: other.buffer, with: executor)
  }

  /// Back to |0…0⟩.
  public mutating func reset() {
    if isKnownUniquelyReferenced(&buffer) {
      buffer.clear(with: executor)
      buffer.pointer[0] = .one
    } else {
      guard let fresh = AmplitudeBuffer<S>(count: buffer.count) else {
        preconditionFailure("No memory for a state of \(qubitCount) qubits")
      }
      buffer = fresh
      buffer.pointer[0] = .one
    }
  }

  /// The raw memory, read-only, for kernels.
  package func withRawPointer<Result>(
    _ body: (UncheckedSendable<UnsafeRawPointer>, KernelTable) -> Result
  ) -> Result {
    withExtendedLifetime(buffer) {
      body(UncheckedSendable(UnsafeRawPointer(buffer.pointer)), executor.table)
    }
  }

  package func checkQubits(_ qubits: [Int]) {
    var seen: UInt64 = 0
    for qubit in qubits {
      precondition(
        qubit >= 0 && qubit < qubitCount, "Qubit \(qubit) is outside 0..<\(qubitCount)")
      precondition(seen >> UInt64(qubit) & 1 == 0, "Qubit \(qubit) is used twice")
      seen |= 1 << UInt64(qubit)
    }
  }
}

/// What states need, in saturating arithmetic.
package enum StateMemory {
  package static func bytes(qubitCount: Int, precision: Precision) -> UInt64 {
    qubitCount >= 60
      ? .max
      : (UInt64(1) << UInt64(max(0, qubitCount))).saturatingMultiply(precision.bytesPerAmplitude)
  }

  /// The largest state that fits.
  package static func largestQubitCount(bytes: UInt64, precision: Precision) -> Int? {
    let amplitudes = bytes / precision.bytesPerAmplitude
    return amplitudes == 0 ? nil : 63 - amplitudes.leadingZeroBitCount
  }

  package static func obstacle(
    qubitCount: Int, precision: Precision, limit: UInt64?
  ) -> Obstacle? {
    let required = bytes(qubitCount: qubitCount, precision: precision)
    let available = limit ?? .max
    guard required > available || qubitCount > MemoryAdvice.mostQubits else { return nil }
    return obstacle(required: required, available: available, qubitCount: qubitCount, precision)
  }

  package static func obstacle(
    required: UInt64, available: UInt64, qubitCount: Int, _ precision: Precision
  ) -> Obstacle {
    let size = "2^\(qubitCount) × \(precision.bytesPerAmplitude) B"
    let needed = qubitCount >= 60 ? size : "\(ByteText.text(required)) (\(size))"
    let isTooWide = qubitCount > MemoryAdvice.mostQubits
    return Obstacle(
      .memory(required: required, available: available),
      "needs \(needed)" + MemoryAdvice.shortage(available)
        + (isTooWide ? ", and amplitudes are for at most \(MemoryAdvice.mostQubits) qubits" : ""),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forStates(
          qubitCount: qubitCount, precision: precision, available: available)))
  }

  /// Why the kernels that the options ask for cannot be had.
  package static func obstacle(toKernelsOf options: SimulationOptions) -> Obstacle? {
    guard KernelTable.table(options.instructionSet, options.precision) != nil else {
      let names = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
      return Obstacle(
        .option, "this processor lacks \(options.instructionSet.rawValue)", hint: "it has \(names)")
    }
    if options.kernel == .blas, let reason = BLAS.missing {
      return Obstacle(
        .option, "OpenBLAS cannot be used: \(reason)",
        hint: "install libopenblas or use --kernel simd")
    }
    return nil
  }
}
