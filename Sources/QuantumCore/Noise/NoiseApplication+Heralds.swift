extension NoiseApplication {
  /// Runs of a block that may be written one by one because its lookbacks differ.
  private static var unrolledRunLimit: UInt64 { 4096 }

  /// A repeat block into which rules add heralds: the first runs stand before it as long as their
  /// lookbacks differ from those of later runs.
  mutating func copyHeralded(
    _ count: UInt64, _ body: BlockID, tag: String, into output: inout Circuit
  ) throws(Diagnostic) {
    var rest = count
    while rest > 1 {
      let trial = try record(of: body)
      guard !record.isSteady(trial, times: rest) else {
        return try copyFolded(rest, body, tag: tag, trial, into: &output)
      }
      guard count - rest < Self.unrolledRunLimit else {
        throw Diagnostic(
          "heralds in a repeat block move the results before it out of reach",
          code: "heralds", at: output.currentPlace.range,
          hint: "flatten the circuit, or let the block measure something")
      }
      try copyBody(body, into: &output)
      rest -= 1
    }
    if rest == 1 { try copyBody(body, into: &output) }
  }

  private mutating func copyFolded(
    _ count: UInt64, _ body: BlockID, tag: String, _ trial: HeraldedRecord,
    into output: inout Circuit
  ) throws(Diagnostic) {
    let outer = multiplicity
    multiplicity = outer.saturatingMultiply(count)
    try output.appendRepeat(count, tag: tag) { (inner: inout Circuit) throws(Diagnostic) in
      try copyBody(body, into: &inner)
    }
    multiplicity = outer
    record.append(trial, times: count - 1)
  }

  /// What one run of a block records, and what it asks of the record before it: found by a trial,
  /// once for each way to begin.
  private mutating func record(of body: BlockID) throws(Diagnostic) -> HeraldedRecord {
    let start = TrialStart(body: body, isOpen: rounds.isOpen, isFirst: rounds.count == 0)
    if let known = trials[start] { return known }
    var trial = self
    trial.record = record.opened()
    var scratch = emptyOutput
    try trial.copyBody(body, into: &scratch)
    trials = trial.trials
    addedTargets = trial.addedTargets
    trials[start] = trial.record
    return trial.record
  }

  /// On what the heralds that rules add to a block depend.
  struct TrialStart: Hashable {
    let body: BlockID
    /// Whether a round may begin.
    let isOpen: Bool
    /// Whether it were the first.
    let isFirst: Bool
  }

  /// Forgets what was recorded: after classical control, the number of heralds is not known.
  mutating func forgetRecord() {
    if hasHeralds { record = record.opened() }
  }

  /// Targets with the lookbacks of the noisy circuit.
  mutating func shifted(
    _ targets: [Target], at place: Circuit.SourcePlace
  ) throws(Diagnostic) -> [Target] {
    guard hasHeralds, targets.contains(where: \.isRecord) else { return targets }
    var shifted = targets
    for index in targets.indices where targets[index].isRecord {
      guard let lookback = record.ask(targets[index].value) else { continue }
      guard lookback <= UInt64(Target.valueLimit) else {
        throw Diagnostic(
          "a result lies more than \(Target.valueLimit) results and heralds back",
          code: "too-large", at: place.range)
      }
      shifted[index] = .record(Int(lookback))
    }
    return shifted
  }
}
