import ComplexModule
import QuantumCore

extension StateVectorSimulator.FinalState: FinalState {
  /// Whether the state is mixed: a state vector never is.
  public var isMixed: Bool { false }

  /// The number of amplitudes, 2ⁿ for n live qubits.
  public var basisStateCount: Int { state.amplitudeCount }

  public func largestAmplitudes(limit: Int) -> [BasisStateAmplitude] {
    state.largestAmplitudes(limit: limit)
  }

  /// Writes the amplitudes in the precision that they have.
  public func writeNumPy(
    precision: Precision, memoryLimit: UInt64?, to write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try NumPyFile.write(state, to: write)
  }
}

extension DensityMatrixSimulator.FinalState: FinalState {
  /// Whether the state is mixed: density matrices count as mixed even where they are pure.
  public var isMixed: Bool { true }

  /// The number of entries on the diagonal, 2ⁿ for n live qubits.
  public var basisStateCount: Int { 1 << state.qubitCount }

  public func largestAmplitudes(limit: Int) -> [BasisStateAmplitude] {
    let roots = state.probabilities.map { Complex<Double>($0.squareRoot()) }
    return StateVector<Double>(amplitudes: roots).largestAmplitudes(limit: limit)
  }

  /// Writes the matrix in the precision that it has.
  public func writeNumPy(
    precision: Precision, memoryLimit: UInt64?, to write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try NumPyFile.write(
      try state.elements(limit: memoryLimit), rowCount: 1 << state.qubitCount, to: write)
  }
}

extension StateVector {
  /// The basis states of largest probability, in the order of their indices.
  ///
  /// Amplitudes that are rounding errors are left out. Probabilities equal but for rounding rank by
  /// index, so that the choice does not depend on instruction set or fusion.
  ///
  /// - Precondition: the limit is not negative.
  public func largestAmplitudes(limit: Int) -> [BasisStateAmplitude] {
    precondition(limit >= 0, "A number of amplitudes is not negative")
    typealias Ranked = (index: UInt64, amplitude: Complex<Double>)
    let threshold = S.precision == .single ? 1e-12 : 1e-20
    var kept: [(rank: Double, entry: Ranked)] = []
    var floor = threshold
    // `limit` may be `Int.max`.
    let capacity = limit < 1 << 40 ? 4 * max(limit, 1024) : .max
    func prune() {
      kept.sort { ($1.rank, $0.entry.index) < ($0.rank, $1.entry.index) }
      kept.removeLast(max(0, kept.count - limit))
      if limit > 0, kept.count == limit, let last = kept.last {
        floor = max(threshold, last.rank * (1 - 1e-4))
      }
    }
    withAmplitudes { amplitudes in
      for (index, amplitude) in amplitudes.enumerated() {
        let (re, im) = (Double(amplitude.real), Double(amplitude.imaginary))
        let probability = re * re + im * im
        guard probability > floor else { continue }
        // Five digits decide the rank.
        let scale = 0x1p17 / probability.binade
        kept.append(((probability * scale).rounded() / scale, (UInt64(index), Complex(re, im))))
        if kept.count >= capacity { prune() }
      }
    }
    prune()
    return kept.map(\.entry).sorted { $0.index < $1.index }.map { entry in
      BasisStateAmplitude(
        basisState: BitVector(words: [entry.index], count: qubitCount), amplitude: entry.amplitude)
    }
  }
}
