import QuantumCore

extension SparseReverseTracker {
  /// Steps back over one instruction; noise channels only give back the records they made.
  ///
  /// - Precondition: the instruction is the one before the present place.
  /// - Throws: `GaugeError` if it randomizes a detector or observable, `CircuitError` for an
  ///   instruction that is not a stabilizer operation or names a measurement before the start.
  package func undo(_ instruction: Instruction) throws {
    try undo(instruction, telling: StrictObserver.shared)
  }

  /// Steps back over the start of the circuit, where every qubit is |0⟩.
  package func undoStart() throws {
    try undoStart(telling: StrictObserver.shared)
  }

  func undoStart(telling observer: some ReverseObserver) throws {
    for place in Array(touchedPlaces.values).sorted() where place % 2 == 1 {
      try check(qubitRows[Int(place)], [(.z, Int(place / 2))], observer)
    }
  }

  func undo(_ instruction: Instruction, telling observer: some ReverseObserver) throws {
    let gate = instruction.gate
    if let operations = CliffordRowOperations.byGate[Int(gate.rawValue)] {
      guard instruction.controlCount == 0 else { throw Self.unsupported(instruction) }
      return try undo(instruction, operations)
    }
    let definition = gate.definition
    if let collapse = definition.collapse {
      return try undo(instruction, collapse, isPair: definition.qubitCount == 2, observer)
    }
    switch gate {
    case .spp, .sppDag: try undoProductRotations(instruction)
    case .mpad: undoPadding(instruction, observer)
    case .detector:
      detectorCount -= 1
      try toggle(detectorCount, inRecordsOf: instruction)
    case .observableInclude: try undoObservable(instruction)
    case _ where definition.isHeralded:
      for _ in targets(of: instruction) { rows.clear(takeRecord()) }
    default:
      guard
        definition.isAnnotation || definition.isNoise && definition.isStimGate
          || gate == .globalPhase
      else { throw Self.unsupported(instruction) }
    }
  }

  private func undo(
    _ instruction: Instruction, _ collapse: GateDefinition.Collapse, isPair: Bool,
    _ observer: some ReverseObserver
  ) throws {
    guard let basis = collapse.basis else {
      return try undoProductMeasurements(instruction, observer)
    }
    if isPair { return try undoPairMeasurements(instruction, basis, observer) }
    guard collapse.measures else { return try undoResets(instruction, basis, observer) }
    try undoMeasurements(instruction, basis, resets: collapse.resets, observer)
  }

  static func unsupported(_ instruction: Instruction) -> CircuitError {
    let name = instruction.gate.name
    return CircuitError(
      "unsupported",
      instruction.controlCount > 0
        ? "the stabilizer analysis does not take controls on \(name)"
        : "\(name) is no stabilizer operation",
      hint: instruction.gate.definition.isNoise
        ? "Pauli channels such as DEPOLARIZE1 and PAULI_CHANNEL_1 are accepted"
        : "Clifford gates, Pauli noise, measurements and resets are accepted")
  }
}

// MARK: - Records

extension SparseReverseTracker {
  /// Steps back over a measurement.
  ///
  /// - Returns: the row of its result, for the caller to clear; the empty row 0 if nothing depends
  ///   on it.
  @inline(__always)
  func takeRecord() -> UInt32 {
    measurementCount -= 1
    return recordRows[Int(measurementCount & recordMask)]
  }

  func recordRow(lookback: Int) throws -> UInt32 {
    guard UInt64(lookback) <= measurementCount else {
      throw CircuitError(
        "record", "rec[-\(lookback)] is before the first measurement",
        hint: measurementCount == 0
          ? "nothing has been measured here"
          : "there are \(measurementCount) measurements before this place")
    }
    return recordRow(measurementCount - UInt64(lookback))
  }

  private func toggle(_ symptom: Symptom, inRecordsOf instruction: Instruction) throws {
    for target in targets(of: instruction) {
      rows.toggle(symptom, in: try recordRow(lookback: target.value))
    }
  }

  private func undoObservable(_ instruction: Instruction) throws {
    let index = UInt64(circuit.arguments(of: instruction).first ?? 0)
    let symptom = firstObservable | index
    for target in targets(of: instruction) {
      if target.isRecord {
        rows.toggle(symptom, in: try recordRow(lookback: target.value))
      } else if let pauli = target.pauli {
        if pauli.hasZ { rows.toggle(symptom, in: row(target.value, 0)) }
        if pauli.hasX { rows.toggle(symptom, in: row(target.value, 1)) }
      }
    }
  }

  private func undoPadding(_ instruction: Instruction, _ observer: some ReverseObserver) {
    let probability = circuit.arguments(of: instruction).first ?? 0
    for _ in targets(of: instruction) {
      let record = takeRecord()
      flip(record, probability, instruction, observer)
      rows.clear(record)
    }
  }
}
