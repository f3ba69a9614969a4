/// A published number, ours, and what that means.
public struct LiteratureRow: Sendable {
  /// What agreement is asked for.
  public enum Kind: String, Sendable, Hashable {
    /// Reproducible from stated inputs: within `tolerance`.
    case exact
    /// The source leaves inputs out: within `limits`.
    case inequality
    /// An experiment, shown beside ours, never judged.
    case record
  }

  /// How a row came out.
  public enum Outcome: String, Sendable, Hashable {
    /// Our number is within what the row allows.
    case pass
    /// Our number is outside, for the reason that the row gives.
    case declaredMiss = "declared miss"
    /// Our number is outside what the row allows, without a reason.
    case fail
    /// The row is not judged.
    case shown
  }

  /// The name of the row, which does not change.
  public let id: String
  /// What is compared, with its parameters.
  public let quantity: String
  /// The unit of all numbers of the row; empty for pure numbers.
  public let unit: String
  /// What agreement is asked for.
  public let kind: Kind
  /// The publication: a key of the references.
  public let source: String
  /// What the source says; `nil` where it gives a range only.
  public let published: Double?
  /// What ours is compared with: the published number, or the same to more digits.
  public let expected: Double?
  /// The largest distance from `expected`.
  public let tolerance: Double
  /// The values that an inequality allows.
  public let limits: ClosedRange<Double>?
  /// Why ours is not the published number, where it is not.
  public let reason: String?
  private let value: @Sendable () -> Double

  /// Ours, computed at every call; some rows take a second.
  public func ours() -> Double { value() }

  /// What a value of ours means.
  public func outcome(of ours: Double) -> Outcome {
    switch kind {
    case .record: return .shown
    case .inequality:
      if let limits, limits.contains(ours) { return .pass }
    case .exact:
      if let expected, abs(ours - expected) <= tolerance { return .pass }
    }
    return reason == nil ? .fail : .declaredMiss
  }

  static func exact(
    _ id: String, _ quantity: String, unit: String = "", source: String, published: Double,
    expected: Double? = nil, within tolerance: Double, reason: String? = nil,
    _ value: @escaping @Sendable () -> Double
  ) -> LiteratureRow {
    LiteratureRow(
      id: id, quantity: quantity, unit: unit, kind: .exact, source: source, published: published,
      expected: expected ?? published, tolerance: tolerance, limits: nil, reason: reason,
      value: value)
  }

  static func inequality(
    _ id: String, _ quantity: String, unit: String = "", source: String, published: Double? = nil,
    in limits: ClosedRange<Double>, reason: String? = nil,
    _ value: @escaping @Sendable () -> Double
  ) -> LiteratureRow {
    LiteratureRow(
      id: id, quantity: quantity, unit: unit, kind: .inequality, source: source,
      published: published, expected: nil, tolerance: 0, limits: limits, reason: reason,
      value: value)
  }

  static func record(
    _ id: String, _ quantity: String, unit: String = "", source: String, published: Double,
    _ value: @escaping @Sendable () -> Double
  ) -> LiteratureRow {
    LiteratureRow(
      id: id, quantity: quantity, unit: unit, kind: .record, source: source, published: published,
      expected: nil, tolerance: 0, limits: nil, reason: nil, value: value)
  }
}
