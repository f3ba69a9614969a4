/// What came of decoding some shots.
public struct DecodingTally: Sendable, Hashable {
  /// All shots, discarded ones too.
  public var shots: Int
  /// Shots that were kept and in which a predicted observable was wrong.
  public var errors: Int
  /// Shots that were given up instead of decoded.
  public var discards: Int
  /// Whatever else was counted, by name; the names are sinter's where it counts the same.
  public var customCounts: [String: Int]

  /// A tally with the counts given.
  ///
  /// - Precondition: no count is negative, and errors and discards exclude each other.
  public init(
    shots: Int = 0, errors: Int = 0, discards: Int = 0, customCounts: [String: Int] = [:]
  ) {
    precondition(
      shots >= 0 && errors >= 0 && discards >= 0 && errors <= shots - discards,
      "Errors and discards are among the shots")
    self.shots = shots
    self.errors = errors
    self.discards = discards
    self.customCounts = customCounts
  }

  /// Adds the shots of another tally; sums saturate, and what is among the shots stays among them.
  public mutating func add(_ other: DecodingTally) {
    shots = shots.saturatingSum(other.shots)
    discards = min(shots, discards.saturatingSum(other.discards))
    errors = min(shots - discards, errors.saturatingSum(other.errors))
    for (name, count) in other.customCounts {
      customCounts[name] = (customCounts[name] ?? 0).saturatingSum(count)
    }
  }

  /// Whether the sum with another tally has no more shots than a number holds.
  public func canAdd(_ other: DecodingTally) -> Bool {
    !shots.addingReportingOverflow(other.shots).overflow
  }

  /// The tally of the shots of both.
  public func merged(with other: DecodingTally) -> DecodingTally {
    var sum = self
    sum.add(other)
    return sum
  }
}

extension Int {
  /// The sum, or the largest number there is.
  ///
  /// - Precondition: neither is negative.
  func saturatingSum(_ other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
