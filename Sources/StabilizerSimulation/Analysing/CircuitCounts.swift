import QuantumCore

/// What one run of a circuit makes, in saturating arithmetic, without unrolling it.
package struct CircuitCounts: Hashable, Sendable {
  package var measurements: UInt64 = 0
  package var detectors: UInt64 = 0
  /// `TICK`s.
  package var ticks: UInt64 = 0
  /// One more than the largest observable.
  package var observables: UInt64 = 0
  /// Targets of all instructions as often as they run, and one for each instruction.
  package var work: UInt64 = 0
  /// The largest k of all `rec[-k]` in the text; 0 if there are none.
  package var largestLookback = 0

  /// - Throws: `Obstacle` if the circuit makes choices while it runs.
  package init(_ circuit: Circuit) throws(Obstacle) {
    var known: [BlockID: CircuitCounts] = [:]
    self = try Self.counts(of: .root, in: circuit, &known)
  }

  private init() {}

  private static func counts(
    of block: BlockID, in circuit: Circuit, _ known: inout [BlockID: CircuitCounts]
  ) throws(Obstacle) -> CircuitCounts {
    if let counts = known[block] { return counts }
    var total = CircuitCounts()
    for (index, node) in circuit.nodes(of: block).enumerated() {
      switch node {
      case .instruction(let instruction): total.add(instruction, of: circuit)
      case .repeatBlock(let count, let body, _):
        total.add(try counts(of: body, in: circuit, &known), times: count)
      case .branch, .loop, .assign, .leave:
        throw Obstacle(
          .unsupported, "the stabilizer analysis takes no classical control flow",
          hint: "Paulis controlled by records, CX rec[-1] 0, are accepted",
          range: circuit.range(of: block, at: index))
      }
    }
    known[block] = total
    return total
  }

  private mutating func add(_ instruction: Instruction, of circuit: Circuit) {
    let targets = circuit.targets(of: instruction)
    work = work.saturatingAdd(UInt64(targets.count) + 1)
    switch instruction.gate {
    case .detector: detectors = detectors.saturatingAdd(1)
    case .tick: ticks = ticks.saturatingAdd(1)
    case .observableInclude:
      let index = circuit.arguments(of: instruction).first ?? 0
      observables = max(observables, UInt64(index) + 1)
    default:
      let records = instruction.gate.definition.recordsPerGroup
      if records > 0 {
        let groups = UInt64(circuit.groupCount(of: instruction))
        measurements = measurements.saturatingAdd(groups * UInt64(records))
      }
    }
    for target in targets where target.isRecord {
      largestLookback = max(largestLookback, target.value)
    }
  }

  private mutating func add(_ other: CircuitCounts, times: UInt64) {
    measurements = measurements.saturatingAdd(other.measurements.saturatingMultiply(times))
    detectors = detectors.saturatingAdd(other.detectors.saturatingMultiply(times))
    observables = max(observables, other.observables)
    ticks = ticks.saturatingAdd(other.ticks.saturatingMultiply(times))
    work = work.saturatingAdd(other.work.saturatingMultiply(times))
    largestLookback = max(largestLookback, other.largestLookback)
  }
}
