/// What a run is asked for, as far as memory goes.
public enum RunTask: Hashable, Sendable {
  /// - Parameter keepsRecord: whether the measurement record is kept besides declared bits.
  case samples(shots: Int, keepsRecord: Bool)
  /// The state at the end, and its results where `isMeasured`.
  case state(isMeasured: Bool)
  /// - Parameter terms: of all observables together.
  case expectations(shots: Int, terms: Int)
  case gradient(terms: Int)

  package var shots: Int {
    switch self {
    case .samples(let shots, _), .expectations(let shots, _): shots
    case .state, .gradient: 1
    }
  }
}
