import QuantumCore

/// Finds what in a circuit causes given symptoms: the way back from a detector error model to the
/// circuit.
///
/// - Source: [Gidney21], explained errors of Stim 1.16.
public enum ErrorExplainer {
  /// Explains the mechanisms of a circuit.
  ///
  /// - Parameters:
  ///   - circuit: a noisy circuit with detectors.
  ///   - filter: a model whose errors are to be explained, by their symptoms; `nil` explains all
  ///     there are.
  ///   - isSingle: whether one location for each set of symptoms is enough: one that flips the
  ///     fewest qubits.
  /// - Returns: in the order of the symptoms, one explanation for each set.
  /// - Throws: `Diagnostic` for an instruction that is not a stabilizer operation or a record
  ///   before the start; `Obstacle` if the circuit or the filter is too long to unroll.
  /// - Complexity: O(instructions run × size of the symptom sets).
  public static func explain(
    _ circuit: Circuit, filter: DetectorErrorModel? = nil, isSingle: Bool = false
  ) throws -> [ErrorExplanation] {
    var work = 0
    return try explain(circuit, filter: filter, isSingle: isSingle, work: &work)
  }

  /// - Parameter work: gets the number of symptoms and blocks that were looked at for all errors.
  package static func explain(
    _ circuit: Circuit, filter: DetectorErrorModel? = nil, isSingle: Bool = false, work: inout Int
  ) throws -> [ErrorExplanation] {
    let search = try ErrorSearch(circuit, wanted: filter.map(symptomSets), isSingle: isSingle)
    try search.run()
    work = search.work
    return search.explanations()
  }

  /// One location of each of some sets of symptoms, as far as there is one.
  static func locations(
    of sets: Set<[DetectorErrorModel.Target]>, in circuit: Circuit
  ) throws -> [ErrorExplanation] {
    let search = try ErrorSearch(circuit, wanted: sets, isSingle: true)
    try search.run()
    return search.explanations()
  }

  /// The symptom sets of the errors of a model, each once.
  private static func symptomSets(
    of model: DetectorErrorModel
  ) throws -> Set<[DetectorErrorModel.Target]> {
    let canonical = try model.canonical()
    return Set(canonical.instructions().map { Array(canonical.targets(of: $0)) })
  }
}

/// The walk that visits every error of a circuit, later ones first.
final class ErrorSearch: ReverseObserver {
  let circuit: Circuit
  let tracker: SparseReverseTracker
  private let isSingle: Bool
  private let wanted: Set<[DetectorErrorModel.Target]>?
  private var found: [[DetectorErrorModel.Target]: [ErrorLocation]] = [:]
  private(set) var stack: [(block: BlockID, frame: ErrorLocation.Frame)] = []
  private var tickCount: UInt64
  private var ticksByBlock: [BlockID: UInt64] = [:]
  private var facts: BlockFacts
  private var locationCount = 0
  private(set) var work = 0
  /// Locations that are kept: a few gigabytes.
  private static let locationLimit = 1 << 24

  init(
    _ circuit: Circuit, wanted: Set<[DetectorErrorModel.Target]>?, isSingle: Bool
  ) throws {
    self.circuit = circuit
    self.wanted = wanted
    self.isSingle = isSingle
    tracker = try SparseReverseTracker(circuit)
    tickCount = try CircuitCounts(circuit).ticks
    facts = BlockFacts(circuit)
  }

  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {}
  func collapseRandomizes(_ symptoms: SymptomSet, collapse: [(Pauli, Int)]) {}

  func run() throws {
    do {
      try visit(.root)
    } catch let error as CircuitError {
      let place = stack.reversed().lazy.compactMap {
        self.circuit.rangeOfFault(
          of: $0.block, at: $0.frame.index, measurements: self.tracker.measurementCount)
      }.first
      throw Diagnostic(error.message, code: error.code, at: place, hint: error.hint)
    }
  }

  private func visit(_ block: BlockID) throws {
    let nodes = circuit.nodes(of: block)
    for index in nodes.indices.reversed() {
      switch nodes[index] {
      case .instruction(let instruction):
        stack.append((block, .init(index: index, repetitions: nil, completedTurns: 0)))
        if instruction.gate == .tick, tickCount > 0 { tickCount -= 1 }
        try forEachError(of: instruction)
        try tracker.undo(instruction, telling: self)
        stack.removeLast()
      case .repeatBlock(let count, let body, _):
        let turns = ReverseTurns(
          body, count, of: circuit, &facts, range: circuit.range(of: block, at: index))
        let ticks = ticks(of: body)
        try tracker.undo(
          turns,
          leaveOut: { tickCount -= min(tickCount, ticks.saturatingMultiply($0)) },
          turn: { turn in
            stack.append(
              (block, .init(index: index, repetitions: count, completedTurns: turn - 1)))
            try visit(body)
            stack.removeLast()
            return true
          })
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  private func ticks(of block: BlockID) -> UInt64 {
    if let ticks = ticksByBlock[block] { return ticks }
    let ticks = circuit.tickCount(of: block)
    ticksByBlock[block] = ticks
    return ticks
  }

  /// Notes an error whose symptoms are those of the flip of a measurement and of a Pauli product
  /// together.
  func note(
    _ instruction: Instruction, _ targetRange: Range<Int>, paulis: [ErrorLocation.Factor],
    measurement: ErrorLocation.FlippedMeasurement? = nil
  ) throws {
    tracker.gather(paulis.lazy.map { ($0.pauli, $0.qubit) })
    // Rows of results that no lookback reaches are those of others.
    if let measurement, tracker.measurementCount - measurement.index <= tracker.recordMask {
      tracker.rows.xor(tracker.recordRow(measurement.index), into: tracker.scratchRow)
    }
    let symptoms = tracker.targets(of: tracker.rows.set(tracker.scratchRow))
    work += 1 + symptoms.count + stack.count
    guard !symptoms.isEmpty, wanted?.contains(symptoms) ?? true else { return }
    let top = stack[stack.count - 1]
    let location = ErrorLocation(
      instruction: instruction, targetRange: targetRange, stack: stack.map(\.frame),
      tickCount: tickCount, flippedPaulis: paulis, flippedMeasurement: measurement,
      range: circuit.range(of: top.block, at: top.frame.index, target: targetRange.lowerBound))
    if isSingle, let known = found[symptoms]?.first {
      if paulis.count < known.flippedPaulis.count { found[symptoms] = [location] }
    } else {
      locationCount += 1
      guard locationCount <= Self.locationLimit else {
        throw Obstacle(
          .unsupported, "the errors have more than 2^24 locations",
          hint: "use fewer repetitions, or --single",
          range: location.range)
      }
      found[symptoms, default: []].append(location)
    }
  }

  func explanations() -> [ErrorExplanation] {
    let sets = wanted.map { Array($0) } ?? Array(found.keys)
    let detectors = sets.lazy.joined().filter(\.isDetector).map(\.value)
    let coordinates = circuit.coordinates(ofDetectors: detectors)
    return sets.sorted { $0.lexicographicallyPrecedes($1) }.map { symptoms in
      ErrorExplanation(
        symptoms: symptoms.map {
          .init(
            target: $0,
            coordinates: $0.isDetector ? coordinates[$0.value] ?? [] : [])
        },
        locations: found[symptoms] ?? [])
    }
  }
}
