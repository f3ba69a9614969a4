import RealModule

/// Distances between rare events.
package enum GapScale {
  /// −1/log(1 − p), at most 10¹⁵: an exponential variate times this, rounded down, is the number of
  /// failures before the next success of probability p.
  package static func of(probability: Double) -> Double {
    probability > 0 ? min(1e15, -1 / Double.log(onePlus: -probability)) : 1e15
  }
}
