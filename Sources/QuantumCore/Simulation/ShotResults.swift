/// What the shots of a circuit gave.
public struct ShotResults: Hashable, Sendable {
  /// Classical bits at the end of each shot.
  public let bits: Samples
  /// Measurements of each shot in the order made; without rows where the record was not asked for.
  public let record: Samples

  /// Results that are known; both tables have a row a shot, or no rows where they were not asked
  /// for.
  public init(bits: Samples, record: Samples) {
    (self.bits, self.record) = (bits, record)
  }

  /// Results in tables of one row a shot.
  package init(bits: BitTable, record: BitTable) {
    self.init(
      bits: Samples(source: .bits, table: bits), record: Samples(source: .record, table: record))
  }
}

/// An observable's mean.
public struct ExpectationValue: Hashable, Sendable, Codable {
  /// The estimate of the mean, or the mean itself where the circuit has one final state.
  public let value: Double
  /// The standard error of the mean over shots; 0 where the circuit has one final state.
  public let standardError: Double

  /// A mean with its standard error, at least 0.
  public init(value: Double, standardError: Double) {
    (self.value, self.standardError) = (value, standardError)
  }
}
