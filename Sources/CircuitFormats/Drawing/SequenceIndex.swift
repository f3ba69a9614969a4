import QuantumCore

/// The position of the next measurement record or detector as far as it is known before the circuit
/// runs: `constant + Σ step·turn` over the repeat blocks around it, or unknown after control flow.
struct SequenceIndex {
  private var constant: Int64 = 0
  /// Entries per turn of each repeat block around this place, outermost first.
  private var steps: [Int64] = []
  private(set) var isKnown = true

  mutating func advance(by count: UInt64?) {
    guard let count, let count = Int64(exactly: count) else { return forget() }
    let (sum, overflow) = constant.addingReportingOverflow(count)
    if overflow { forget() } else { constant = sum }
  }

  mutating func forget() { isKnown = false }

  /// Goes into a repeat block whose body makes `step` entries a turn.
  mutating func enter(step: UInt64?) {
    if let step, let step = Int64(exactly: step) {
      steps.append(step)
    } else {
      steps.append(0)
      forget()
    }
  }

  /// Goes out of the innermost repeat block after `turns` turns, of which one has been counted.
  mutating func leave(turns: UInt64) {
    guard let step = steps.popLast(), isKnown else { return }
    let (rest, overflow) = UInt64(step).multipliedReportingOverflow(by: turns - 1)
    advance(by: overflow ? nil : rest)
  }

  /// The text of the place `back` entries before the next one: `7`, `2+4i`; `nil` if not known.
  func text(back: Int = 0) -> String? {
    guard isKnown else { return nil }
    let (first, overflow) = constant.subtractingReportingOverflow(Int64(back))
    let terms = zip(steps, Self.turnNames).filter { $0.0 != 0 }
    guard !overflow, steps.count <= Self.turnNames.count, first >= 0 || !terms.isEmpty else {
      return nil
    }
    let sum = terms.map { ($0.0 == 1 ? "" : "\($0.0)") + $0.1 }.joined(separator: "+")
    if sum.isEmpty { return "\(first)" }
    return first == 0 ? sum : "\(first)+\(sum)"
  }

  /// Names of the turns, counted from 0, of nested repeat blocks.
  static let turnNames = ["i", "j", "k", "l", "m", "n"]
}

/// What one run of a block appends to the record and the detectors; `nil` where only running tells.
struct SequenceTally {
  var records: UInt64? = 0
  var detectors: UInt64? = 0

  static let unknown = SequenceTally(records: nil, detectors: nil)

  /// - Complexity: linear in the block's nodes, nested ones included.
  init(of block: BlockID, in circuit: Circuit, depth: Int = 0) {
    guard depth <= CircuitLayout.Limit.depth else {
      self = .unknown
      return
    }
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let perGroup = instruction.gate.definition.recordsPerGroup
        if perGroup > 0 {
          add(
            SequenceTally(
              records: UInt64(circuit.groupCount(of: instruction) * perGroup), detectors: 0))
        }
        if instruction.gate == .detector { add(SequenceTally(records: 0, detectors: 1)) }
      case .repeatBlock(let count, let body, _):
        add(SequenceTally(of: body, in: circuit, depth: depth + 1).multiplied(by: count))
      case .branch(_, let then, let otherwise):
        let first = SequenceTally(of: then, in: circuit, depth: depth + 1)
        let second =
          otherwise.map { SequenceTally(of: $0, in: circuit, depth: depth + 1) }
          ?? SequenceTally(records: 0, detectors: 0)
        add(
          SequenceTally(
            records: first.records == second.records ? first.records : nil,
            detectors: first.detectors == second.detectors ? first.detectors : nil))
      case .loop(_, let body):
        let inner = SequenceTally(of: body, in: circuit, depth: depth + 1)
        add(
          SequenceTally(
            records: inner.records == 0 ? 0 : nil, detectors: inner.detectors == 0 ? 0 : nil))
      case .leave: self = .unknown
      case .assign: break
      }
    }
  }

  init(records: UInt64?, detectors: UInt64?) {
    (self.records, self.detectors) = (records, detectors)
  }

  private mutating func add(_ other: SequenceTally) {
    records = Self.combine(records, other.records) { $0.addingReportingOverflow($1) }
    detectors = Self.combine(detectors, other.detectors) { $0.addingReportingOverflow($1) }
  }

  private func multiplied(by count: UInt64) -> SequenceTally {
    SequenceTally(
      records: Self.combine(records, count) { $0.multipliedReportingOverflow(by: $1) },
      detectors: Self.combine(detectors, count) { $0.multipliedReportingOverflow(by: $1) })
  }

  private static func combine(
    _ a: UInt64?, _ b: UInt64?, _ operation: (UInt64, UInt64) -> (UInt64, overflow: Bool)
  ) -> UInt64? {
    guard let a, let b else { return nil }
    let (value, overflow) = operation(a, b)
    return overflow ? nil : value
  }
}
