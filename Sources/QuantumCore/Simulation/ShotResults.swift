/// What the shots of a circuit gave.
public struct ShotResults: Hashable, Sendable {
  /// Classical bits at the end of each shot.
  public let bits: Samples
  /// Measurements of each shot in the order made; without rows where the record was not asked for.
  public let record: Samples

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
  public let value: Double
  /// Of the mean over shots; 0 where the circuit has one final state.
  public let standardError: Double

  public init(value: Double, standardError: Double) {
    (self.value, self.standardError) = (value, standardError)
  }
}
