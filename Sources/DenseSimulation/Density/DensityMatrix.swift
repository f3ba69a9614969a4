import CQSimKernels
import ComplexModule
import QuantumCore
import RealModule

/// A mixed state of n qubits.
///
/// Kept as its 4ⁿ real coefficients in the Pauli basis, r_P = Tr(ρP) with ρ = 2⁻ⁿ Σ r_P P: half the
/// memory of the matrix, and a quarter of the work for every channel. A state is a value: copies
/// are independent, and are made only when one changes.
///
///     var state = DensityMatrix<Double>(qubitCount: 2)
///     state.apply(.h, to: 0)
///     state.apply(.cx, to: 0, 1)
///     state.apply(.depolarize2, [0.01], to: 0, 1)
///     state.purity                               // 0.979…
///
/// Bit q of a coefficient's index is the Z part of qubit q's Pauli, bit n + q its X part: the
/// coefficients of Z products are the first 2ⁿ, and the lowest qubits are those inside a vector
/// register.
public struct DensityMatrix<S: Scalar>: Sendable {
  /// The number n of qubits; the matrix is 2ⁿ × 2ⁿ.
  public let qubitCount: Int
  package private(set) var buffer: AmplitudeBuffer<S>
  package let executor: Executor

  /// The state |0…0⟩⟨0…0|.
  ///
  /// - Precondition: `qubitCount` is in `0...24` and the memory is there;
  ///   `init(allocating:options:)` throws instead.
  public init(qubitCount: Int, options: SimulationOptions = SimulationOptions()) {
    precondition(
      (0...24).contains(qubitCount), "A density matrix has 0 to 24 qubits, not \(qubitCount)")
    do {
      try self.init(allocating: qubitCount, options: options)
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// The state |0…0⟩⟨0…0| if there is memory for it.
  ///
  /// - Throws: `Obstacle` with the numbers if the state needs more than `options.memoryLimit` or
  ///   than the system gives.
  public init(
    allocating qubitCount: Int, options: SimulationOptions = SimulationOptions()
  ) throws(Obstacle) {
    if let obstacle = DensityMemory.obstacle(
      qubitCount: qubitCount, precision: S.precision, limit: options.memoryLimit)
    {
      throw obstacle
    }
    if let obstacle = StateMemory.obstacle(toKernelsOf: options) { throw obstacle }
    try self.init(
      qubitCount: qubitCount, executor: Executor(options: options, precision: S.precision))
  }

  package init(qubitCount: Int, executor: Executor) throws(Obstacle) {
    guard qubitCount <= 24,
      let buffer = AmplitudeBuffer<S>(count: max(1, 1 << UInt64(2 * qubitCount) / 2))
    else {
      throw DensityMemory.obstacle(
        required: DensityMemory.bytes(qubitCount: qubitCount, precision: S.precision), available: 0,
        qubitCount: qubitCount, S.precision)
    }
    self.qubitCount = qubitCount
    self.buffer = buffer
    self.executor = executor
    setZeroState()
  }

  /// The pure state |ψ⟩⟨ψ|.
  ///
  /// - Throws: `Obstacle` if the system gives no memory for it.
  /// - Complexity: O(n 4ⁿ).
  public init(_ state: StateVector<S>) throws(Obstacle) {
    try self.init(qubitCount: state.qubitCount, executor: state.executor)
    setElements { row, column in
      let (a, b) = (state[row], state[column])
      return Complex(Double(a.real), Double(a.imaginary))
        * Complex(Double(b.real), -Double(b.imaginary))
    }
  }

  /// A state with the given matrix elements, as they are: the Hermitian part of a matrix, not
  /// normalised.
  ///
  /// - Parameters:
  ///   - matrix: 2ⁿ × 2ⁿ; bit q of an index is the value of qubit q.
  ///   - options: `threads`, `kernel` and `instructionSet` hold for everything done to the state.
  /// - Complexity: O(n 4ⁿ).
  public init(matrix: ComplexMatrix, options: SimulationOptions = SimulationOptions()) {
    guard let qubits = matrix.qubitCount else {
      preconditionFailure("A density matrix is 2^n × 2^n")
    }
    self.init(qubitCount: qubits, options: options)
    setElements { matrix[$0, $1] }
  }

  /// Number of coefficients, 4ⁿ.
  public var coefficientCount: Int { 1 << (2 * qubitCount) }

  /// The coefficients, read in place.
  package func withCoefficients<Result>(
    _ body: (UnsafePointer<S>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(buffer) {
      try body(UnsafeRawPointer(buffer.pointer).assumingMemoryBound(to: S.self))
    }
  }

  /// The coefficients, for changing; copies them first if another state shares them.
  ///
  /// - Precondition: if they are shared, there is memory for the copy.
  package mutating func withUniqueCoefficients<Result>(
    _ body: (UnsafeMutablePointer<S>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&buffer) {
      guard let copy = AmplitudeBuffer<S>(count: buffer.count) else {
        preconditionFailure("No memory for a copy of a density matrix of \(qubitCount) qubits")
      }
      copy.copyContents(from: buffer, with: executor)
      buffer = copy
    }
    let buffer = buffer
    return try withExtendedLifetime(buffer) {
      try body(UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: S.self))
    }
  }

  /// An independent copy, made now; `nil` when memory runs out.
  package func independentCopy() -> DensityMatrix? {
    guard let copy = AmplitudeBuffer<S>(count: buffer.count) else { return nil }
    copy.copyContents(from: buffer, with: executor)
    var state = self
    state.buffer = copy
    return state
  }

  /// Takes over the coefficients of a state with as many qubits; the memory stays this state's own.
  package mutating func copyContents(from other: DensityMatrix) {
    precondition(qubitCount == other.qubitCount, "The states differ in their number of qubits")
    guard buffer !== other.buffer else { return }
    withUniqueCoefficients { _ in }
    buffer.copyContents(from: other.buffer, with: executor)
  }

  /// Back to |0…0⟩⟨0…0|.
  public mutating func reset() {
    withUniqueCoefficients { _ in }
    buffer.clear(with: executor)
    setZeroState()
  }

  /// Every product of Zs is 1, all else 0.
  private mutating func setZeroState() {
    let count = 1 << qubitCount
    withUniqueCoefficients { pointer in
      for index in 0..<count { pointer[index] = 1 }
    }
  }

  package func checkQubits(_ qubits: [Int]) {
    for (place, qubit) in qubits.enumerated() {
      precondition(
        qubit >= 0 && qubit < qubitCount, "Qubit \(qubit) is outside 0..<\(qubitCount)")
      precondition(!qubits[..<place].contains(qubit), "Qubit \(qubit) is used twice")
    }
  }
}

/// What density matrices need, in saturating arithmetic.
package enum DensityMemory {
  /// 4ⁿ reals.
  package static func bytes(qubitCount: Int, precision: Precision) -> UInt64 {
    StateMemory.bytes(qubitCount: min(62, 2 * min(qubitCount, 31)), precision: precision) / 2
  }

  package static func obstacle(
    qubitCount: Int, precision: Precision, limit: UInt64?
  ) -> Obstacle? {
    let required = bytes(qubitCount: qubitCount, precision: precision)
    let available = limit ?? .max
    guard required > available || qubitCount > MemoryAdvice.mostDensityQubits else { return nil }
    return obstacle(required: required, available: available, qubitCount: qubitCount, precision)
  }

  package static func obstacle(
    required: UInt64, available: UInt64, qubitCount: Int, _ precision: Precision
  ) -> Obstacle {
    let size = "4^\(qubitCount) × \(precision.bytesPerAmplitude / 2) B"
    let needed = qubitCount >= 30 ? size : "\(ByteText.text(required)) (\(size))"
    let most = MemoryAdvice.mostDensityQubits
    return Obstacle(
      .memory(required: required, available: available),
      "needs \(needed)" + MemoryAdvice.shortage(available)
        + (qubitCount > most ? ", and density matrices are for at most \(most) qubits" : ""),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forDensityMatrix(
          qubitCount: qubitCount, precision: precision, available: available)))
  }
}
