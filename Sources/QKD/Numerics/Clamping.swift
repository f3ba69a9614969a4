/// The one place where key lengths stop at nothing and error bounds stop at knowing nothing.
///
/// A length below zero means that there is no key. An upper bound on an error rate that leaves 0…1/2 (because statistics are
/// too poor, or contradict each other) means that nothing is known: 1/2, never 0.
package enum Clamping {
  /// A length or rate of at least 0; what is not a number is 0.
  package static func length(_ value: Double) -> Double { value > 0 && value.isFinite ? value : 0 }

  /// An upper bound on an error rate: at most 1/2, and 1/2 if it is no number or below 0.
  package static func errorBound(_ value: Double) -> Double {
    value >= 0 && value < 0.5 ? value : 0.5
  }

  /// A count or yield bounded from below: at least 0; what is not a number is 0.
  package static func yield(_ value: Double) -> Double { value > 0 && value.isFinite ? value : 0 }
}
