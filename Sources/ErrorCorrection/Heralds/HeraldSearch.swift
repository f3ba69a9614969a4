import QuantumCore
import StabilizerSimulation

/// Walks a circuit backwards and collects, for every herald, what the errors that it tells of flip.
struct HeraldSearch {
  struct Found {
    /// Its place in the record.
    let herald: Int
    let errors: [(symptoms: [DetectorErrorModel.Target], probability: Double)]
  }

  private let circuit: Circuit
  private let tracker: SparseReverseTracker
  private let largestLookback: UInt64
  /// In the order of the record once the walk is over.
  private(set) var found: [Found] = []

  init(_ circuit: Circuit) throws {
    self.circuit = circuit
    tracker = try SparseReverseTracker(circuit)
    let counts = try CircuitCounts(circuit)
    largestLookback = UInt64(counts.largestLookback)
    guard counts.work < 1 << 31 else {
      throw Obstacle(
        .unsupported, "the circuit's repeat blocks are too long to follow every herald",
        hint: "use fewer repetitions")
    }
  }

  mutating func run() throws {
    do {
      try visit(.root)
    } catch let error as CircuitError {
      throw Diagnostic(error.message, code: error.code, hint: error.hint)
    }
    found.reverse()
  }

  private mutating func visit(_ block: BlockID) throws {
    for node in circuit.nodes(of: block).reversed() {
      switch node {
      case .instruction(let instruction):
        note(instruction)
        try tracker.undo(instruction)
      case .repeatBlock(let count, let body, _):
        for _ in 0..<count { try visit(body) }
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  private mutating func note(_ instruction: Instruction) {
    let definition = instruction.gate.definition
    guard definition.isHeralded,
      let p = definition.errorProbabilities(circuit.arguments(of: instruction))
    else { return }
    let total = (p[0] + p[1]) + (p[2] + p[3])
    guard total > 0 else { return }
    let (x, z) = ((p[1] + p[2]) / total, (p[2] + p[3]) / total)
    let targets = Array(circuit.targets(of: instruction))
    let end = tracker.measurementCount
    for (place, target) in targets.enumerated().reversed() {
      let record = end - UInt64(targets.count - place)
      let errors = [
        (tracker.symptoms(of: .x, on: target.value), x),
        (tracker.symptoms(of: .z, on: target.value), z), (symptoms(of: record), 1),
      ]
      found.append(
        Found(
          herald: Int(record),
          errors: errors.filter { !$0.0.isEmpty && $0.1 > 0 }.map {
            (symptoms: $0.0, probability: $0.1)
          }))
    }
  }

  /// What the herald itself flips, where detectors look at it.
  private func symptoms(of record: UInt64) -> [DetectorErrorModel.Target] {
    let lookback = tracker.measurementCount - record
    return lookback <= largestLookback ? tracker.symptoms(ofMeasurement: record) : []
  }
}
