/// What a run takes at most beside the program itself, in bytes; saturates.
public struct MemoryBound: Hashable, Sendable {
  /// Bytes of one state.
  public var stateBytes: UInt64
  /// States at a time: as many as may be used, and as few as will do.
  public var stateCount: UInt64
  /// The fewest states at a time with which the run still works, at most `stateCount`.
  public var leastStateCount: UInt64
  /// Results of shots, how they are drawn and counted.
  public var resultBytes: UInt64
  /// The gates, and what errors of shots take while they wait.
  public var programBytes: UInt64

  /// States, `stateCount` of them at a time at most, beside results and gates.
  public init(
    stateBytes: UInt64, stateCount: UInt64 = 1, leastStateCount: UInt64 = 1,
    resultBytes: UInt64 = 0, programBytes: UInt64 = 0
  ) {
    (self.stateBytes, self.resultBytes) = (stateBytes, resultBytes)
    (self.stateCount, self.leastStateCount) = (stateCount, leastStateCount)
    self.programBytes = programBytes
  }

  /// Bytes of the states that the run cannot do without; saturates.
  public var requiredBytes: UInt64 { stateBytes.saturatingMultiply(leastStateCount) }
  /// Bytes without which the run is refused, results and gates included; saturates.
  public var leastBytes: UInt64 { total(leastStateCount) }
  /// Bytes that the run never exceeds; saturates.
  public var mostBytes: UInt64 { total(max(stateCount, leastStateCount)) }

  /// Whether a run fits into so many bytes. The states that it cannot do without must; with gates
  /// and results it may be over by 1 MiB and 3 %.
  public func fits(_ available: UInt64) -> Bool {
    let slack = (available / 32).saturatingAdd(1 << 20)
    return stateBytes.saturatingMultiply(leastStateCount) <= available
      && leastBytes <= available.saturatingAdd(slack)
  }

  private func total(_ states: UInt64) -> UInt64 {
    stateBytes.saturatingMultiply(states).saturatingAdd(resultBytes).saturatingAdd(programBytes)
  }
}
