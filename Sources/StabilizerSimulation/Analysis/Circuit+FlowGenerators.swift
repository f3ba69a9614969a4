import QuantumCore

extension Circuit {
  /// Flows of which every flow of the circuit is a product: reduced over inputs, then outputs, then
  /// records, and sorted.
  ///
  /// Noise is left aside. Two circuits on the same qubits with the same measurements have the same
  /// flows exactly if they have the same generators.
  ///
  /// - Throws: `Diagnostic` for an instruction that is not a stabilizer operation; `Obstacle` for
  ///   control flow, or if the circuit is too large: memory grows with (2 · qubits +
  ///   measurements)², repeat blocks written out.
  /// - Complexity: O((2n + m)³/64) for n qubits and m measurements, and O(2n + m) for every gate.
  public func flowGenerators() throws -> [StabilizerFlow] {
    var work = 0
    return try flowGenerators(work: &work)
  }

  /// - Parameter work: gets the number of products of rows that were made.
  package func flowGenerators(work: inout Int) throws -> [StabilizerFlow] {
    var rows = try FlowTracker(self, start: .open).rows
    _ = rows.reduce(firstColumns: rows.columnCount)
    work = rows.productCount
    return (0..<rows.count).map { rows.flow($0) }.sorted { $0.precedes($1) }
  }

  /// Deterministic parities of measurements that neither detectors nor observables tell: a detector
  /// for each independent one.
  ///
  /// Appended to the circuit they leave none missing. They are not chosen for low weight.
  ///
  /// - Parameter hasUnknownInput: whether qubits start in random states, not in |0⟩.
  /// - Returns: a circuit of `DETECTOR`s to stand behind this one.
  /// - Throws: as `flowGenerators`.
  public func missingDetectors(hasUnknownInput: Bool = false) throws -> Circuit {
    var work = 0
    return try missingDetectors(hasUnknownInput: hasUnknownInput, work: &work)
  }

  /// - Parameter work: gets the number of products of rows that were made.
  package func missingDetectors(
    hasUnknownInput: Bool = false, work: inout Int
  ) throws -> Circuit {
    let tracker = try FlowTracker(self, start: hasUnknownInput ? .unknown : .zero)
    var known = FlowRows(qubitCount: 0, recordCount: tracker.recordCount)
    let declared = tracker.detectors.map { Set($0) } + tracker.observables.values
    for records in declared { known.appendParity(records) }
    let declaredCount = known.reduce(firstColumns: tracker.recordCount)
    while known.count > declaredCount { known.remove(known.count - 1) }

    var rows = tracker.rows
    let stabilizers = rows.reduce(firstColumns: 4 * rows.qubitCount)
    for row in stabilizers..<max(stabilizers, rows.count) {
      known.appendParity(rows.records(of: row))
    }
    // What is left over behind the rows already there is new.
    known.reduceRows(from: declaredCount)
    var new = FlowRows(qubitCount: 0, recordCount: tracker.recordCount)
    for row in declaredCount..<max(declaredCount, known.count) {
      new.appendParity(known.records(of: row))
    }
    let rank = new.reduce(firstColumns: tracker.recordCount)
    work = tracker.rows.productCount + rows.productCount + known.productCount + new.productCount
    var missing = Circuit()
    for row in 0..<rank {
      let records = new.records(of: row)
      missing.append(.detector, targets: records.map { .record(tracker.recordCount - $0) })
    }
    return missing
  }
}

extension FlowRows {
  fileprivate mutating func appendParity(_ records: some Sequence<Int>) {
    let row = appendRow()
    for record in records { toggleRecord(row, record) }
  }

  fileprivate func flow(_ row: Int) -> StabilizerFlow {
    let input = PauliString((0..<qubitCount).map { self.input(row, $0) })
    let output = PauliString(
      (0..<qubitCount).map { self.output(row, $0) }, phaseExponent: isNegative(row) ? 2 : 0)
    return StabilizerFlow(
      input: input, output: output, measurements: records(of: row))
  }
}

extension StabilizerFlow {
  /// The order of generators: by input, output (I, X, Y, Z; qubit 0 first), sign and records.
  fileprivate func precedes(_ other: StabilizerFlow) -> Bool {
    func letters(_ paulis: PauliString) -> [UInt8] {
      (0..<paulis.count).map { [0, 1, 3, 2][Int(paulis[$0].rawValue)] }
    }
    for (mine, theirs) in [(input, other.input), (output, other.output)] {
      let (a, b) = (letters(mine), letters(theirs))
      if a != b { return a.lexicographicallyPrecedes(b) }
      if mine.phaseExponent != theirs.phaseExponent {
        return mine.phaseExponent < theirs.phaseExponent
      }
    }
    return measurements.lexicographicallyPrecedes(other.measurements)
  }
}
