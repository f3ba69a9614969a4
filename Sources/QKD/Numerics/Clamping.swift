/// The one place where key lengths stop at nothing and error bounds stop at knowing nothing.
///
/// A length below zero means that there is no key. An upper bound on an error rate that leaves
/// 0…1/2 (because statistics are too poor, or contradict each other) means that nothing is known:
/// 1/2, never 0.
package enum Clamping {
  /// A length or rate of at least 0; what is not a number is 0.
  package static func length(_ value: Double) -> Double { value > 0 && value.isFinite ? value : 0 }

  /// A difference of larger numbers as far as it is certain: 0 where rounding may have touched its
  /// sixth digit.
  ///
  /// Rounding never makes key, and a key that is printed has its digits.
  ///
  /// - Parameter rounding: A bound on the error of `value`.
  package static func certain(_ value: Double, rounding: Double) -> Double {
    value > 0 && value <= 1e6 * rounding ? 0 : value
  }

  /// Products below this come too near the smallest numbers, which have fewer digits than others.
  static let leastProduct = 1e-290

  /// A length or rate of at least 0, and 0 where it is so small that it has lost digits.
  static func certainLength(_ value: Double) -> Double {
    value >= leastProduct ? length(value) : 0
  }

  /// An upper bound on an error rate: at most 1/2, and 1/2 if it is not a number or below 0.
  package static func errorBound(_ value: Double) -> Double {
    value >= 0 && value < 0.5 ? value : 0.5
  }

  /// A count or yield bounded from below: at least 0; what is not a number is 0.
  package static func yield(_ value: Double) -> Double { value > 0 && value.isFinite ? value : 0 }
}
