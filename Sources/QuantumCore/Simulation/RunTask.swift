/// What a run is asked for, as far as memory goes.
public enum RunTask: Hashable, Sendable {
  /// Results of shots.
  ///
  /// - Parameters:
  ///   - shots: the number of shots, at least 0.
  ///   - keepsRecord: whether the measurement record is kept besides declared bits.
  case samples(shots: Int, keepsRecord: Bool)
  /// The state at the end, and its results where `isMeasured`.
  case state(isMeasured: Bool, use: StateUse = StateUse())
  /// Means of observables.
  ///
  /// - Parameters:
  ///   - shots: the number of shots that means are taken over, at least 0.
  ///   - terms: Pauli strings of all observables together.
  case expectations(shots: Int, terms: Int)
  /// An observable's mean and its derivatives.
  ///
  /// - Parameter terms: Pauli strings of the observable.
  case gradient(terms: Int)

  package var shots: Int {
    switch self {
    case .samples(let shots, _), .expectations(let shots, _): shots
    case .state, .gradient: 1
    }
  }
}

/// What a final state is wanted for: it takes memory beside the state itself.
public struct StateUse: Hashable, Sendable {
  /// Whether all amplitudes are written to a file.
  public var isWritten: Bool
  /// The most amplitudes to be listed.
  public var listCount: Int

  /// What is done with a state.
  ///
  /// - Parameters:
  ///   - isWritten: whether it is written to a file.
  ///   - listCount: the most amplitudes to be listed, at least 0.
  public init(isWritten: Bool = false, listCount: Int = 0) {
    precondition(listCount >= 0, "A number of amplitudes is not negative")
    (self.isWritten, self.listCount) = (isWritten, listCount)
  }
}
