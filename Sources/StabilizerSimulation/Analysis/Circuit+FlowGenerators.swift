import QuantumCore

extension Circuit {
  /// Flows of which every flow of the circuit is a product: reduced over inputs, then outputs, then records, and sorted.
  ///
  /// Noise is left aside. Two circuits on the same qubits with the same measurements have the same flows exactly if they have
  /// the same generators.
  ///
  /// - Throws: `Diagnostic` for an instruction that is no stabilizer operation; `Obstacle` for control flow, or if the
  ///   circuit is too large: memory grows with (2 · qubits + measurements)², repeat blocks written out.
  /// - Complexity: O((2n + m)³/64) for n qubits and m measurements, and O(2n + m) for every gate.
  public func flowGenerators() throws -> [StabilizerFlow] {
    var rows = try FlowTracker(self, start: .open).rows
    _ = rows.reduce(columns: 0..<rows.columnCount)
    return (0..<rows.count).map { rows.flow($0) }.sorted { $0.precedes($1) }
  }

  /// Deterministic parities of measurements that neither detectors nor observables tell: a detector for each independent one.
  ///
  /// Appended to the circuit they leave none missing. They are not chosen for low weight.
  ///
  /// - Parameter hasUnknownInput: whether qubits start in random states, not in |0⟩.
  /// - Returns: a circuit of `DETECTOR`s to stand behind this one.
  /// - Throws: as `flowGenerators`.
  public func missingDetectors(hasUnknownInput: Bool = false) throws -> Circuit {
    let tracker = try FlowTracker(self, start: hasUnknownInput ? .unknown : .zero)
    var known = FlowRows(qubitCount: 0, recordCount: tracker.recordCount)
    let declared = tracker.detectors.map { Set($0) } + tracker.observables.values
    for records in declared { known.appendParity(records) }
    let declaredCount = known.reduce(columns: 0..<tracker.recordCount)
    while known.count > declaredCount { known.remove(known.count - 1) }

    var rows = tracker.rows
    let pauliColumns = 4 * rows.qubitCount
    let stabilizers = rows.reduce(columns: 0..<pauliColumns)
    for row in stabilizers..<max(stabilizers, rows.count) {
      known.appendParity((0..<tracker.recordCount).filter { rows.hasRecord(row, $0) })
    }
    // The rows already there take their pivots again; what is left over is new.
    let rank = known.reduce(columns: 0..<tracker.recordCount, keeping: declaredCount)
    var missing = Circuit()
    for row in declaredCount..<max(declaredCount, rank) {
      let records = (0..<tracker.recordCount).filter { known.hasRecord(row, $0) }
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

  /// Reduces the rows behind the first `kept` ones, which are in echelon form, by those and among themselves.
  fileprivate mutating func reduce(columns: Range<Int>, keeping kept: Int) -> Int {
    for pivot in 0..<kept {
      guard let column = columns.first(where: { bit(pivot, $0) }) else { continue }
      for row in kept..<max(kept, count) where bit(row, column) { multiply(row, by: pivot) }
    }
    var rest = FlowRows(qubitCount: 0, recordCount: recordCount)
    for row in kept..<max(kept, count) {
      rest.appendParity(columns.filter { bit(row, $0) })
    }
    while count > kept { remove(count - 1) }
    let rank = rest.reduce(columns: columns)
    for row in 0..<rank { appendParity(columns.filter { rest.bit(row, $0) }) }
    return count
  }

  fileprivate func flow(_ row: Int) -> StabilizerFlow {
    let input = PauliString((0..<qubitCount).map { self.input(row, $0) })
    let output = PauliString(
      (0..<qubitCount).map { self.output(row, $0) }, phaseExponent: isNegative(row) ? 2 : 0)
    return StabilizerFlow(
      input: input, output: output, measurements: (0..<recordCount).filter { hasRecord(row, $0) })
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
