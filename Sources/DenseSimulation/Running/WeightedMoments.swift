import QuantumCore

/// Mean and spread of numbers that occur several times.
///
/// Equal numbers have a spread of 0 exactly, however they are grouped.
package struct WeightedMoments: Sendable {
  private var count = 0
  private var scaledMean = 0.0
  /// Σ (x − mean)².
  private var spread = 0.0
  /// A power of two near the largest value: squares of values divided by it are neither infinite
  /// nor 0.
  private let unit: Double

  /// For values of an observable.
  package init(of observable: PauliSum) {
    let bound = observable.terms.reduce(0) { $0 + $1.coefficient.magnitude }
    unit = bound.isNormal ? bound.binade : 1
  }

  package mutating func add(_ value: Double, count more: Int) {
    guard more > 0 else { return }
    count += more
    let value = value / unit
    let difference = value - scaledMean
    // The quotient is 1 for the first value: the mean is then that value to the last bit.
    scaledMean += difference * (Double(more) / Double(count))
    spread += difference * (value - scaledMean) * Double(more)
  }

  package var mean: Double { scaledMean * unit }

  /// Of the mean; 0 for a single number.
  package var standardError: Double {
    guard count > 1 else { return 0 }
    // Rounding may leave a spread below 0.
    let variance = spread < 0 ? 0 : spread / Double(count - 1)
    return (variance / Double(count)).squareRoot() * unit
  }
}
