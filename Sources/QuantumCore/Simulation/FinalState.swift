import ComplexModule
import RealModule

/// The state at the end of a circuit, before measurements that nothing follows.
public protocol FinalState: Sendable {
  /// The qubits that the state is of, ascending: bit j of a basis state is `liveQubits[j]`. All
  /// others are |0⟩.
  var liveQubits: [Int] { get }

  /// Whether the state is a mixture, of which basis states have a probability and no amplitude.
  var isMixed: Bool { get }

  /// Basis states that may have an amplitude other than 0; saturates.
  var basisStateCount: Int { get }

  /// The basis states of largest probability, in the order of their indices.
  ///
  /// Amplitudes that are rounding errors are left out. Of a mixture, amplitudes are the square
  /// roots of probabilities.
  ///
  /// - Parameter limit: the most to give; of basis states equally probable, but for rounding, those
  ///   of least index.
  /// - Throws: `Obstacle` if the list does not fit in memory.
  func largestAmplitudes(limit: Int) throws(Obstacle) -> [BasisStateAmplitude]

  /// Writes all amplitudes, or the density matrix, in the format of a `.npy` file.
  ///
  /// - Parameters:
  ///   - precision: of the numbers that are written, where the engine has no precision of its own.
  ///   - memoryLimit: bytes that may be taken for it; `nil` sets no limit.
  ///   - write: takes the file's bytes, a few megabytes at a time.
  /// - Throws: `Obstacle` if there is no memory for it; what `write` throws.
  func writeNumPy(
    precision: Precision, memoryLimit: UInt64?, to write: (UnsafeRawBufferPointer) throws -> Void
  ) throws
}

/// A basis state and its amplitude.
public struct BasisStateAmplitude: Hashable, Sendable {
  /// Bit j belongs to the j-th live qubit.
  public let basisState: BitVector
  /// The amplitude ⟨`basisState`|ψ⟩.
  public let amplitude: Complex<Double>
  /// The absolute square of the amplitude.
  public var probability: Double { amplitude.lengthSquared }

  /// A basis state with its amplitude.
  public init(basisState: BitVector, amplitude: Complex<Double>) {
    (self.basisState, self.amplitude) = (basisState, amplitude)
  }
}

/// The state that a run starts from, in place of |0…0⟩.
///
/// Which kinds an engine takes is its own: the dense engines take any `DenseInitialState`, such as
/// a `StateVector`.
public protocol InitialState: Sendable {
  /// All qubits of a circuit, or as many as are live in it.
  var qubitCount: Int { get }
}
