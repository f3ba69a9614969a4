import ComplexModule
import QuantumCore

/// A state that the dense engines can start from.
public protocol DenseInitialState: InitialState {
  /// The amplitudes in a precision.
  ///
  /// - Throws: `Obstacle` if there is no memory for them; `Diagnostic` if they do not make a state.
  func stateVector<S: Scalar>(as type: S.Type, options: SimulationOptions) throws -> StateVector<S>
}

extension StateVector: DenseInitialState {
  /// This state, if its numbers are of the type asked for.
  ///
  /// - Throws: `Obstacle` if they are of the other type.
  public func stateVector<T: Scalar>(
    as type: T.Type, options: SimulationOptions
  ) throws -> StateVector<T> {
    if let same = self as? StateVector<T> { return same }
    return withAmplitudes { amplitudes in
      StateVector<T>(
        amplitudes: amplitudes.map { Complex(T(Double($0.real)), T(Double($0.imaginary))) })
    }
  }
}

/// A mixed state that density matrices can start from.
public protocol MixedInitialState: InitialState {
  /// The matrix in a precision.
  ///
  /// - Throws: `Obstacle` if there is no memory for it.
  func densityMatrix<S: Scalar>(as type: S.Type) throws -> DensityMatrix<S>
}

extension DensityMatrix: MixedInitialState {
  /// This state, if its numbers are of the type asked for.
  ///
  /// - Throws: `Obstacle` if they are of the other type.
  public func densityMatrix<T: Scalar>(as type: T.Type) throws -> DensityMatrix<T> {
    guard let same = self as? DensityMatrix<T> else {
      throw Obstacle(
        .option, "the run starts from a density matrix in \(S.precision.rawValue) precision",
        hint: "run it in that precision")
    }
    return same
  }
}

enum DenseStart {
  /// The state as one that amplitudes can be had of.
  ///
  /// - Throws: `Obstacle` if it is not.
  static func state(
    _ initialState: (any InitialState)?
  ) throws(Obstacle) -> (any DenseInitialState)? {
    guard let initialState else { return nil }
    guard let dense = initialState as? any DenseInitialState else {
      throw Obstacle(
        .option, "the run starts from a state that has no list of amplitudes",
        hint: "dense engines start from a StateVector, or another DenseInitialState")
    }
    return dense
  }
}
