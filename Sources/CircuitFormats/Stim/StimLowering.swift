import QuantumCore

/// Rewrites a circuit with what `.stim` can say: Stim's instructions, gates written as tags, folded
/// repeat blocks and feedback of Paulis on records.
struct StimLowering {
  private let circuit: Circuit
  private(set) var output = Circuit()
  /// What classical memory holds, as parities of records.
  private var memory = ParityMemory()
  /// Records so far; inside a repeat block, those of its first turn.
  private var recordCount: UInt64 = 0
  /// Records before this one lie at a different distance in every turn of the loop.
  private var oldestReadable: UInt64 = 0
  /// How often the count of records grew too large and began anew.
  private var losses = 0
  /// Gates that larger ones were taken apart into.
  private var partCount = 0
  /// Set by an unconditional end of the run: nothing after it happens.
  private var isHalted = false

  init(_ circuit: Circuit) { self.circuit = circuit }

  /// Whether the circuit needs no rewriting.
  static func isNative(_ circuit: Circuit) -> Bool {
    guard circuit.bitCount == 0, circuit.qubitCount <= Target.qubitLimit else { return false }
    return circuit.blocks.allSatisfy { block in
      var last: Instruction?
      for node in block.nodes {
        switch node {
        case .instruction(let instruction):
          guard isNative(instruction, of: circuit) else { return false }
          if let last, wouldFuse(last, instruction, in: circuit) { return false }
          last = instruction
        case .repeatBlock: last = nil
        case .branch, .loop, .assign, .leave: return false
        }
      }
      return true
    }
  }

  private static func isNative(_ instruction: Instruction, of circuit: Circuit) -> Bool {
    guard instruction.controlCount == 0, !instruction.hasDynamicArguments else { return false }
    if instruction.gate.definition.isStimGate { return true }
    if instruction.tag == 0 {
      let spelling = StimTag.spelling(
        of: instruction.gate, arguments: Array(circuit.arguments(of: instruction)))
      return spelling?.tag.isEmpty == false
    }
    return
      (try? StimTag.form(
        of: StimTag.base(of: instruction.gate) ?? .i, tag: circuit.tag(of: instruction)))?.gate
      == instruction.gate
  }

  private static func wouldFuse(_ a: Instruction, _ b: Instruction, in circuit: Circuit) -> Bool {
    a.gate == b.gate && a.tag == b.tag && Circuit.isFusable(a.gate)
      && circuit.arguments(of: a).elementsEqual(circuit.arguments(of: b))
  }

  mutating func lower() throws(Diagnostic) {
    guard circuit.qubitCount <= Target.qubitLimit || usedQubitsFit else {
      throw Diagnostic(
        "a .stim file numbers its qubits below \(Target.qubitLimit)", code: "not-expressible")
    }
    try lower(.root)
  }

  private var usedQubitsFit: Bool {
    circuit.targetStorage.allSatisfy { ($0.qubit ?? 0) < Target.qubitLimit }
  }
}

// MARK: - Statements

extension StimLowering {
  /// Where a statement stands, for refusals.
  private struct Place {
    let range: SourceRange?

    func refusal(_ what: String, hint: String? = nil) -> Diagnostic {
      Diagnostic(
        "\(what) cannot be written in .stim", code: "not-expressible", at: range, hint: hint)
    }
  }

  /// What the user calls a gate that needs rewriting.
  private static func name(of gate: Gate) -> String {
    gate.definition.openQASM.first?.name ?? gate.name
  }

  private mutating func lower(_ block: BlockID) throws(Diagnostic) {
    for (index, node) in circuit.nodes(of: block).enumerated() where !isHalted {
      let place = Place(range: circuit.range(of: block, at: index))
      switch node {
      case .instruction(let instruction): try lower(instruction, place)
      case .repeatBlock(let count, let body, let tag):
        try lowerRepeat(count, body, tag: circuit.tag(tag))
      case .branch(let condition, let then, let otherwise):
        try lowerBranch(circuit.expression(condition), then, otherwise, place)
      case .loop(let condition, _):
        let parity = memory.parity(of: circuit.expression(condition), recordCount: recordCount)
        guard parity?.constantValue == false else {
          throw place.refusal("a loop over measured bits")
        }
      case .assign(let destination, let value):
        memory.assign(circuit.expression(value), to: destination, recordCount: recordCount)
      case .leave(.halt) where block == .root: isHalted = true
      case .leave: throw place.refusal("leaving a loop or the program")
      }
    }
  }

  private mutating func lowerRepeat(
    _ count: UInt64, _ body: BlockID, tag: String
  ) throws(Diagnostic) {
    let (start, lossesBefore, oldestBefore) = (recordCount, losses, oldestReadable)
    if count > 1 {
      var written = WrittenMemory()
      written.collect(from: body, of: circuit)
      memory.forget(written)
      if hasRecords(body) { oldestReadable = start }
    }
    let outer = output
    output = Circuit()
    try lower(body)
    let lowered = output
    output = outer
    output.appendRepeat(count, tag: tag) { $0.appendNodes(of: lowered) }
    oldestReadable = losses == lossesBefore ? oldestBefore : 0
    guard count > 1 else { return }
    // The records of the last turn are the ones that count from here on.
    let shift =
      losses == lossesBefore
      ? (recordCount - start).saturatingMultiply(count - 1) : Self.recordLimit
    guard shift < Self.recordLimit, recordCount + shift < Self.recordLimit else {
      memory.moveRecords(from: start, by: nil)
      (recordCount, oldestReadable) = (0, 0)
      losses += 1
      return
    }
    memory.moveRecords(from: start, by: shift)
    recordCount += shift
  }

  private func hasRecords(_ block: BlockID) -> Bool {
    circuit.nodes(of: block).contains { node in
      switch node {
      case .instruction(let instruction): instruction.gate.definition.recordsPerGroup > 0
      case .repeatBlock(_, let body, _), .loop(_, let body): hasRecords(body)
      case .branch(_, let then, let otherwise):
        hasRecords(then) || otherwise.map { hasRecords($0) } ?? false
      case .assign, .leave: false
      }
    }
  }

  /// Beyond this many records the count starts anew, and all that was known of earlier ones is
  /// forgotten.
  private static let recordLimit: UInt64 = 1 << 60

  private mutating func lowerBranch(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?, _ place: Place
  ) throws(Diagnostic) {
    guard let parity = memory.parity(of: condition, recordCount: recordCount) else {
      throw place.refusal(
        "this condition",
        hint: "feedback depends on one measured bit, or the parity of several")
    }
    if let value = parity.constantValue {
      if let taken = value ? then : otherwise { try lower(taken) }
      return
    }
    try lowerFeedback(then, when: parity, place)
    if let otherwise { try lowerFeedback(otherwise, when: parity.negated, place) }
  }
}

// MARK: - Feedback

extension StimLowering {
  /// Paulis under a condition: one controlled Pauli for each record of the parity, and a plain one
  /// if it is negated.
  private mutating func lowerFeedback(
    _ block: BlockID, when parity: Parity, _ place: Place
  ) throws(Diagnostic) {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      let inner = Place(range: circuit.range(of: block, at: index) ?? place.range)
      guard case .instruction(let instruction) = node, instruction.controlCount == 0 else {
        throw inner.refusal("a conditional other than of Pauli gates")
      }
      let feedback: Gate
      switch instruction.gate {
      case .x: feedback = .cx
      case .y: feedback = .cy
      case .z: feedback = .cz
      case .i, .u0, .barrier, .globalPhase, .tick: continue
      default:
        throw inner.refusal(
          "a conditional '\(Self.name(of: instruction.gate))'",
          hint: "only x, y and z can depend on a measurement")
      }
      let qubits = Array(circuit.targets(of: instruction))
      for record in parity.records.sorted() {
        let control = try target(ofRecord: record, inner)
        append(feedback, targets: qubits.flatMap { [control, $0] })
      }
      if parity.constant { append(instruction.gate, targets: qubits) }
    }
  }

  private func target(ofRecord record: UInt64, _ place: Place) throws(Diagnostic) -> Target {
    guard record >= oldestReadable, record < recordCount else {
      throw place.refusal("a condition on a measurement before the loop it is in")
    }
    let lookback = recordCount - record
    guard lookback < UInt64(Target.qubitLimit) else {
      throw place.refusal("a condition on a measurement \(lookback) records back")
    }
    return .record(Int(lookback))
  }
}

// MARK: - Instructions

extension StimLowering {
  private mutating func append(_ gate: Gate, arguments: [Double] = [], targets: [Target]) {
    do {
      try output.appendChecked(gate, arguments: arguments, targets: targets, fusing: true)
    } catch {
      assertionFailure("Lowering made an invalid instruction: \(error.message)")
    }
  }

  private mutating func lower(_ instruction: Instruction, _ place: Place) throws(Diagnostic) {
    let gate = instruction.gate
    if gate == .barrier { return }
    guard gate != .delay || !instruction.hasDynamicArguments else {
      throw place.refusal("a delay whose time is computed while running")
    }
    guard !instruction.hasDynamicArguments else {
      throw place.refusal("'\(Self.name(of: gate))' with an angle computed while running")
    }
    if instruction.controlCount == 0, Self.isNative(instruction, of: circuit) {
      return copy(instruction)
    }
    let arguments = Array(circuit.arguments(of: instruction))
    var groups: [[Target]] = []
    circuit.forEachGroup(of: instruction) { group, _ in groups.append(Array(group)) }
    for group in groups {
      try lowerGroup(
        gate, arguments, group, controlCount: Int(instruction.controlCount), depth: 0, place)
    }
  }

  /// An instruction of Stim's, without the classical bits that store its results.
  private mutating func copy(_ instruction: Instruction) {
    let targets = circuit.targets(of: instruction)
    if instruction.gate.definition.recordsPerGroup > 0 {
      circuit.forEachGroup(of: instruction) { _, bit in
        if let bit { memory.store(Parity(record: recordCount), in: .bit(bit)) }
        recordCount += 1
      }
    }
    do {
      try output.appendChecked(
        instruction.gate, arguments: Array(circuit.arguments(of: instruction)),
        targets: targets.filter { !$0.isBit }, tag: circuit.tag(of: instruction), fusing: true)
    } catch {
      assertionFailure("Lowering made an invalid instruction: \(error.message)")
    }
  }

  /// One application of a unitary gate: as it is, as a tag, or taken apart.
  private mutating func lowerGroup(
    _ gate: Gate, _ arguments: [Double], _ qubits: [Target], controlCount: Int, depth: Int,
    _ place: Place
  ) throws(Diagnostic) {
    if controlCount > 0 {
      return try lowerControlled(
        gate, arguments, qubits, controlCount: controlCount, depth: depth, place)
    }
    if gate == .globalPhase { return }
    if let simple = Self.simpleForm(of: gate, arguments) {
      let plain = StimTag.spelling(of: simple.gate, arguments: simple.arguments)
      // A rotation that is a Clifford for its angle is appended as that Clifford.
      if let plain, plain.tag.isEmpty { return append(plain.gate, targets: qubits) }
      return append(simple.gate, arguments: simple.arguments, targets: qubits)
    }
    guard depth < 16, let steps = GateBody.steps(of: gate, arguments: arguments) else {
      return try lowerParts(gate, arguments, qubits, controlCount: 0, depth: depth, place)
    }
    for step in steps {
      guard step.qubits.allSatisfy(qubits.indices.contains) else {
        throw place.refusal("'\(Self.name(of: gate))'")
      }
      try lowerGroup(
        step.gate, step.arguments, step.qubits.map { qubits[$0] }, controlCount: 0,
        depth: depth + 1, place)
    }
  }

  /// A gate that is a Stim instruction or written as a tag.
  private static func simpleForm(
    of gate: Gate, _ arguments: [Double]
  ) -> (gate: Gate, arguments: [Double])? {
    let definition = gate.definition
    if definition.stimForm != .none { return (gate, arguments) }
    guard let matrix = definition.matrix?(arguments[...]) else { return nil }
    if let clifford = CliffordMatch.gate(equalTo: matrix) { return (clifford, []) }
    guard matrix.rowCount == 2, matrix.isUnitary() else { return nil }
    for candidate in [Gate.t, .tDag] {
      let known = candidate.definition.matrix?([])
      if let known, known.distance(to: matrix) <= 1e-12 { return (candidate, []) }
    }
    return (.u3, matrix.u3Angles)
  }

  private mutating func lowerControlled(
    _ gate: Gate, _ arguments: [Double], _ qubits: [Target], controlCount: Int, depth: Int,
    _ place: Place
  ) throws(Diagnostic) {
    guard let form = ControlledGate(gate, arguments, controlCount: controlCount).catalogForm else {
      return try lowerParts(
        gate, arguments, qubits, controlCount: controlCount, depth: depth, place)
    }
    let flipped = qubits.prefix(controlCount).filter(\.isInverted).map(\.inverted)
    let plain = qubits.map { $0.isInverted ? $0.inverted : $0 }
    // A control on 0 is a control on 1 between two flips.
    if !flipped.isEmpty { append(.x, targets: flipped) }
    try lowerGroup(
      form.gate, form.arguments, plain, controlCount: 0, depth: depth + 1, place)
    if !flipped.isEmpty { append(.x, targets: flipped) }
  }

  /// A matrix on several qubits, or a gate under more controls than any of the catalog, as gates of
  /// the catalog.
  private mutating func lowerParts(
    _ gate: Gate, _ arguments: [Double], _ qubits: [Target], controlCount: Int, depth: Int,
    _ place: Place
  ) throws(Diagnostic) {
    let values = qubits.map(\.value)
    guard depth < 16, let matrix = gate.definition.matrix?(arguments[...]),
      matrix.rowCount == 1 << (qubits.count - controlCount)
    else { throw place.refusal("'\(Self.name(of: gate))'") }
    let steps: [ControlReduction.Step]
    do {
      steps = try ControlReduction.steps(
        of: matrix, on: values, controlCount: controlCount,
        negated: Set(qubits.prefix(controlCount).filter(\.isInverted).map(\.value)),
        spare: circuit.spareQubit(besides: values))
    } catch {
      throw place.refusal(
        "'\(Self.name(of: gate))' with \(controlCount) controls, which takes more than \(ControlReduction.limit) gates,"
      )
    }
    partCount += steps.count
    guard partCount <= 2 * ControlReduction.limit else {
      throw place.refusal("a circuit whose gates are more than \(2 * ControlReduction.limit) parts")
    }
    for step in steps {
      try lowerGroup(
        step.gate, step.arguments, step.qubits.map { .qubit($0) }, controlCount: 0,
        depth: depth + 1, place)
    }
  }
}

/// A gate with controls in front.
private struct ControlledGate {
  let base: Gate
  let arguments: [Double]
  let controlCount: Int

  /// Takes controls that are part of the gate out of it.
  init(_ gate: Gate, _ arguments: [Double], controlCount: Int) {
    let form = gate.definition.controlledForm
    base = form?.base ?? gate
    self.arguments = arguments
    self.controlCount = controlCount + (form?.controlCount ?? 0)
  }

  /// The same as one gate of the catalog on the same qubits.
  var catalogForm: (gate: Gate, arguments: [Double])? {
    if base == .globalPhase {
      // A phase under a control is a phase gate on the control.
      if controlCount == 1 { return (.phase, arguments) }
      return ControlledGate(.phase, arguments, controlCount: controlCount - 1).catalogForm
    }
    let named = GateCatalog.all.first {
      $0.controlledForm?.base == base && $0.controlledForm?.controlCount == controlCount
    }
    if let named { return (named.gate, arguments) }
    if case .phase(let angle) = base.definition.power, base != .phase {
      return ControlledGate(.phase, [angle], controlCount: controlCount).catalogForm
    }
    return nil
  }
}

extension ComplexMatrix {
  /// The angles of a u3 gate equal to a unitary 2 × 2 matrix up to a global phase.
  fileprivate var u3Angles: [Double] {
    func angle(_ entry: Element) -> Double { .atan2(y: entry.imaginary, x: entry.real) }
    let theta = 2 * Double.atan2(y: self[1, 0].length, x: self[0, 0].length)
    if self[1, 0].length < 1e-14 { return [0, 0, angle(self[1, 1] / self[0, 0])] }
    if self[0, 0].length < 1e-14 { return [.pi, angle(self[1, 0] / (-self[0, 1])), 0] }
    return [theta, angle(self[1, 0] / self[0, 0]), angle(-self[0, 1] / self[0, 0])]
  }
}

extension Circuit {
  /// Appends what another circuit holds, joining instructions as `.stim` files do.
  fileprivate mutating func appendNodes(of other: Circuit, block: BlockID = .root) {
    for node in other.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        append(
          instruction.gate, arguments: Array(other.arguments(of: instruction)),
          targets: Array(other.targets(of: instruction)), tag: other.tag(of: instruction))
      case .repeatBlock(let count, let body, let tag):
        appendRepeat(count, tag: other.tag(tag)) { $0.appendNodes(of: other, block: body) }
      case .branch, .loop, .assign, .leave: assertionFailure("Not a .stim statement")
      }
    }
  }
}
