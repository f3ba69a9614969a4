import QuantumCore

extension Circuit {
  /// The circuit without Paulis controlled by records, its detectors and observables meaning what
  /// they meant.
  ///
  /// Where a Pauli would flip a detector, the record that controls it joins the detector; an
  /// observable gets an `OBSERVABLE_INCLUDE` at the place of the Pauli. The error model is the
  /// same. A circuit with feedback comes back with its repeat blocks written out; one without is
  /// not changed.
  ///
  /// - Throws: `Obstacle` if the circuit has feedback and is too long to be written out, or has
  ///   control flow; `Diagnostic` if a detector is random without noise, or an instruction is no
  ///   stabilizer operation.
  /// - Complexity: O(symptoms that pass through the feedback), as an error model takes.
  public func withInlinedFeedback() throws -> Circuit {
    var work = 0
    return try withInlinedFeedback(work: &work)
  }

  /// - Parameter work: gets the number of records and observables that were put into place.
  package func withInlinedFeedback(work: inout Int) throws -> Circuit {
    var hasFeedback = false
    forEachInstruction { instruction in
      let gate = instruction.gate.definition
      if gate.allowsClassicalControl, targets(of: instruction).contains(where: \.isRecord) {
        hasFeedback = true
      }
    }
    guard hasFeedback else { return self }
    var inliner = try FeedbackInliner(try flattened())
    try inliner.track()
    work = inliner.work
    return inliner.rewritten()
  }
}

/// Rewrites a flat circuit.
private struct FeedbackInliner {
  /// The circuit with every group of feedback as an instruction of its own.
  private let source: Circuit
  /// The records that a flip of which flips a detector, be it by feedback.
  private var detectorRecords: [UInt64: [UInt64]] = [:]
  /// Observables that the feedback at a node flips.
  private var observablesAtNode: [Int: [UInt64]] = [:]
  private(set) var work = 0

  init(_ flat: Circuit) throws { source = try Self.split(flat) }

  private static func split(_ flat: Circuit) throws -> Circuit {
    var output = Circuit(qubitCount: flat.qubitCount)
    for (index, node) in flat.nodes().enumerated() {
      output.currentPlace = flat.place(of: .root, at: index)
      guard case .instruction(let instruction) = node else { continue }
      guard flat.targets(of: instruction).contains(where: \.isRecord),
        instruction.gate.definition.qubitCount == 2
      else {
        output.appendCopy(of: instruction, from: flat)
        continue
      }
      try flat.forEachGroup(of: instruction) { group, _ in
        try output.appendChecked(
          instruction.gate, arguments: Array(flat.arguments(of: instruction)),
          targets: Array(group), tag: flat.tag(of: instruction))
      }
    }
    return output
  }

  private func feedback(
    of instruction: Instruction
  ) throws(Diagnostic) -> ClassicalFeedback? {
    guard instruction.gate.definition.qubitCount == 2 else { return nil }
    let targets = source.targets(of: instruction)
    guard targets.contains(where: \.isRecord), let first = targets.first, let last = targets.last
    else { return nil }
    let found = try ClassicalFeedback(instruction.gate, first, last)
    return found?.control.isRecord == true ? found : nil
  }

  /// Finds what each feedback flips, walking backwards.
  ///
  /// Before a measurement is stepped over, the tracker knows all that a flip of its result flips,
  /// directly and by feedback: what cancels between two Paulis is not there any more.
  mutating func track() throws {
    let tracker = try SparseReverseTracker(source)
    let nodes = source.nodes()
    for index in nodes.indices.reversed() {
      guard case .instruction(let instruction) = nodes[index] else { continue }
      do {
        if let feedback = try feedback(of: instruction) {
          guard UInt64(feedback.control.value) <= tracker.measurementCount else {
            throw Diagnostic(
              "\(feedback.control) is before the first measurement", code: "record")
          }
          let observables = tracker.observables(flippedBy: feedback.pauli, on: feedback.qubit)
          if !observables.isEmpty { observablesAtNode[index] = observables }
          work += observables.count
        }
        noteRecords(of: instruction, tracker)
        try tracker.undo(instruction)
      } catch {
        var range = source.rangeOfFault(
          of: .root, at: index, measurements: tracker.measurementCount)
        if let error = error as? GaugeError {
          range = source.range(ofCollapse: error.collapse, in: .root, at: index)
        }
        throw described(error, range)
      }
    }
  }

  /// Notes which detectors the results of an instruction flip that is about to be stepped over.
  private mutating func noteRecords(of instruction: Instruction, _ tracker: SparseReverseTracker) {
    let end = tracker.measurementCount
    let count = min(UInt64(recordCount(of: instruction)), tracker.recordMask)
    for record in end - min(count, end)..<end {
      for target in tracker.symptoms(ofMeasurement: record) where target.isDetector {
        detectorRecords[target.value, default: []].append(record)
        work += 1
      }
    }
  }

  private func recordCount(of instruction: Instruction) -> Int {
    instruction.gate.definition.recordsPerGroup == 0 ? 0 : source.groupCount(of: instruction)
  }

  private func described(_ error: any Error, _ range: SourceRange?) -> any Error {
    switch error {
    case is GaugeError:
      return Diagnostic(
        "a detector or observable is random even without noise", code: "random-detector", at: range)
    case let error as CircuitError:
      return Diagnostic(error.message, code: error.code, at: range, hint: error.hint)
    case var error as Diagnostic:
      error.range = error.range ?? range
      return error
    default: return error
    }
  }

  func rewritten() -> Circuit {
    var output = Circuit(qubitCount: source.qubitCount)
    var (detector, measurements): (UInt64, UInt64) = (0, 0)
    for (index, node) in source.nodes().enumerated() {
      guard case .instruction(let instruction) = node else { continue }
      output.currentPlace = source.place(of: .root, at: index)
      if instruction.gate == .detector {
        let records = (detectorRecords[detector] ?? []).sorted(by: >)
        output.appendCopy(
          of: instruction, from: source,
          targets: records.map { .record(Int(measurements - $0)) })
        detector += 1
      } else if let feedback = try? feedback(of: instruction) {
        for observable in observablesAtNode[index] ?? [] {
          output.append(
            .observableInclude, arguments: [Double(observable)], targets: [feedback.control])
        }
      } else {
        output.appendCopy(of: instruction, from: source)
      }
      measurements += UInt64(recordCount(of: instruction))
    }
    output.currentPlace = Circuit.SourcePlace()
    return output
  }
}
