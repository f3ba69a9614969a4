/// The work of `NoiseModel.applying`: copies a circuit and adds the errors of rules on the way.
struct NoiseApplication {
  let circuit: Circuit
  let rules: [NoiseRule]
  /// How often each rule fired.
  private(set) var counts: [UInt64]
  /// Qubits of any instruction but annotations, ascending.
  let usedQubits: [Int]
  /// How often what is being copied runs.
  var multiplicity: UInt64 = 1
  /// Rules that look at instructions of a gate, by its number; filled in when first needed.
  private var concerning = [[Int]?](repeating: nil, count: Gate.allCases.count)
  private var layer = NoiseLayer()
  private(set) var rounds: NoiseRounds
  private var schedules: [(rule: Int, schedule: RelaxationSchedule)] = []
  private var liveAfter = MeasuredQubitUse()
  var addedTargets = 0
  /// Whether rules add heralds, which move the results before them back in the record.
  let hasHeralds: Bool
  var record: HeraldedRecord
  var trials: [TrialStart: HeraldedRecord] = [:]
  /// Groups whose readout error is approximated.
  private var disturbedMeasurements: UInt64 = 0
  private var averagedMeasurements: UInt64 = 0

  /// Targets that may be added: 1 GiB of them.
  private static let targetLimit = 1 << 28

  init(_ circuit: Circuit, rules: [NoiseRule]) {
    self.circuit = circuit
    self.rules = rules
    counts = [UInt64](repeating: 0, count: rules.count)
    let needsQubits = rules.contains {
      switch $0.place.event {
      case .idle, .round: true
      default: false
      }
    }
    usedQubits = needsQubits ? circuit.operatedQubits.sorted() : []
    hasHeralds = rules.contains {
      if case .operation(let gate, _) = $0.effect {
        gate.definition.recordsPerGroup > 0
      } else {
        false
      }
    }
    record = HeraldedRecord(reach: hasHeralds ? circuit.largestLookback : 0)
    rounds = NoiseRounds(circuit)
    for (index, rule) in rules.enumerated() {
      if case .relaxation(let relaxation) = rule.effect {
        schedules.append((index, RelaxationSchedule(relaxation, qubits: rule.place.qubits)))
      }
    }
    if rules.contains(where: { if case .confusion = $0.effect { true } else { false } }) {
      liveAfter = MeasuredQubitUse(circuit)
    }
  }

  /// A circuit like the given one, without instructions.
  var emptyOutput: Circuit {
    var output = Circuit()
    output.qubitRegisters = circuit.qubitRegisters
    output.bitRegisters = circuit.bitRegisters
    output.variables = circuit.variables
    output.qubitCount = circuit.qubitCount
    output.bitCount = circuit.bitCount
    return output
  }

  mutating func run() throws(Diagnostic) -> Circuit {
    var output = emptyOutput
    try copy(.root, into: &output)
    try endLayer(into: &output)
    try alignSchedules(isEnd: true, into: &output)
    output.currentPlace = Circuit.SourcePlace()
    return output
  }

  var notes: [String] {
    var notes: [String] = []
    if disturbedMeasurements > 0 {
      notes.append(
        "asymmetric readout error: \(Self.count(disturbedMeasurements, "measurement")) whose qubit is used again; its state "
          + "is taken to agree with what was read")
    }
    if averagedMeasurements > 0 {
      notes.append(
        "asymmetric readout error: \(Self.count(averagedMeasurements, "pair or product measurement")) flipped with the mean "
          + "of p01 and p10")
    }
    return notes
  }

  private static func count(_ number: UInt64, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

// MARK: - Blocks

extension NoiseApplication {
  private mutating func copy(
    _ block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    let places = circuit.blocks[Int(block.index)].places
    for (index, node) in circuit.nodes(of: block).enumerated() {
      output.currentPlace = index < places.count ? places[index] : Circuit.SourcePlace()
      if case .instruction(let instruction) = node {
        try add(instruction, at: index, of: block, into: &output)
        continue
      }
      try addFirstRound(at: index, of: block, into: &output)
      try endLayer(into: &output)
      try copy(control: node, into: &output)
    }
  }

  private mutating func copy(
    control node: Node, into output: inout Circuit
  ) throws(Diagnostic) {
    switch node {
    case .instruction: break
    case .assign(let destination, let value):
      output.appendAssign(circuit.expression(value), to: destination)
    case .leave(let departure):
      try alignSchedules(into: &output)
      output.appendLeave(departure)
    case .repeatBlock(let count, let body, let tag):
      try alignSchedules(entering: count > 1 ? [body] : [], into: &output)
      guard !hasHeralds else {
        return try copyHeralded(count, body, tag: circuit.tag(tag), into: &output)
      }
      let outer = multiplicity
      multiplicity = outer.saturatingMultiply(count)
      try output.appendRepeat(count, tag: circuit.tag(tag)) {
        (inner: inout Circuit) throws(Diagnostic) in
        try copyBody(body, into: &inner)
      }
      multiplicity = outer
    case .branch(let condition, let then, let otherwise):
      defer { forgetRecord() }
      try alignSchedules(into: &output)
      let expression = circuit.expression(condition)
      if let otherwise {
        try output.appendIf(expression) { (inner: inout Circuit) throws(Diagnostic) in
          try copyBody(then, into: &inner)
        } else: { (inner: inout Circuit) throws(Diagnostic) in
          try copyBody(otherwise, into: &inner)
        }
      } else {
        try output.appendIf(expression) { (inner: inout Circuit) throws(Diagnostic) in
          try copyBody(then, into: &inner)
        }
      }
    case .loop(let condition, let body):
      forgetRecord()
      defer { forgetRecord() }
      try alignSchedules(entering: [body], into: &output)
      try output.appendWhile(circuit.expression(condition)) {
        (inner: inout Circuit) throws(Diagnostic) in
        try copyBody(body, into: &inner)
      }
    }
  }

  mutating func copyBody(
    _ block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    try copy(block, into: &output)
    try endLayer(into: &output)
    try alignSchedules(into: &output)
  }
}

// MARK: - Instructions

/// Targets of one application of a gate.
struct NoiseGroup {
  var targets: [Target]
  var bit: Int?
  /// The qubits among the targets; empty where rules do not look.
  var qubits: [Int]
  /// Factor of the angles.
  var scale = 1.0
  /// Probability that the recorded result is flipped, beyond the instruction's own.
  var flip = 0.0
  /// Probability that result and qubits are replaced by random ones.
  var mixing = 0.0
}

extension NoiseApplication {
  private mutating func add(
    _ instruction: Instruction, at index: Int, of block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    let definition = instruction.gate.definition
    guard !definition.isAnnotation else {
      if instruction.gate == .tick { try endLayer(into: &output) }
      synchronize(instruction)
      try copy(instruction, into: &output)
      if instruction.gate == .delay { try passDelay(instruction, into: &output) }
      return
    }
    guard !definition.isNoise, instruction.gate != .mpad else {
      return try copy(instruction, into: &output)
    }
    try addRound(beginningWith: instruction, at: index, of: block, into: &output)
    var run: [NoiseGroup] = []
    var seen: Set<Int> = []
    var isWhole = true
    for group in groups(of: instruction) {
      if group.qubits.contains(where: { seen.contains($0) }) {
        try add(run, of: instruction, isWhole: false, at: index, of: block, into: &output)
        run.removeAll(keepingCapacity: true)
        seen.removeAll(keepingCapacity: true)
        isWhole = false
      }
      run.append(group)
      seen.formUnion(group.qubits)
    }
    try add(run, of: instruction, isWhole: isWhole, at: index, of: block, into: &output)
  }

  private func groups(of instruction: Instruction) -> [NoiseGroup] {
    var groups: [NoiseGroup] = []
    circuit.forEachGroup(of: instruction) { targets, bit in
      let isFeedback = targets.contains(where: \.isClassicalControl)
      var qubits: [Int] = []
      for target in targets where !isFeedback {
        if let qubit = target.qubit, !qubits.contains(qubit) { qubits.append(qubit) }
      }
      groups.append(NoiseGroup(targets: Array(targets), bit: bit, qubits: qubits))
    }
    return groups
  }

  /// Groups that share no qubit, with the errors before and after them.
  private mutating func add(
    _ groups: [NoiseGroup], of instruction: Instruction, isWhole: Bool, at index: Int,
    of block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    let definition = instruction.gate.definition
    var groups = groups
    if !usedQubits.isEmpty {
      for group in groups { layer.note(group.qubits, isCollapse: !definition.isUnitary) }
    }
    try passTime(before: definition, groups, into: &output)
    let concerned = rules(concerning: definition)
    for rule in concerned where rules[rule].place.side == .before {
      try fire(rule, on: groups, of: instruction, into: &output)
    }
    for rule in concerned {
      try modify(&groups, by: rule, instruction, at: index, of: block, into: &output)
    }
    try copy(groups, of: instruction, isWhole: isWhole, into: &output)
    for rule in concerned where rules[rule].place.side == .after {
      try fire(rule, on: groups, of: instruction, into: &output)
    }
    try passTime(after: definition, groups, into: &output)
  }

  private mutating func rules(concerning definition: GateDefinition) -> [Int] {
    let number = Int(definition.gate.rawValue)
    if let known = concerning[number] { return known }
    let found = rules.indices.filter { rules[$0].place.concerns(definition) }
    concerning[number] = found
    return found
  }

  /// Effects that add an instruction.
  private mutating func fire(
    _ rule: Int, on groups: [NoiseGroup], of instruction: Instruction, into output: inout Circuit
  ) throws(Diagnostic) {
    let place = rules[rule].place
    let definition = instruction.gate.definition
    let matching = groups.lazy.map(\.qubits).filter {
      place.matches(qubits: $0)
    }
    switch rules[rule].effect {
    case .operation(let gate, let arguments):
      try add(gate, arguments, to: Array(matching), for: rule, into: &output)
    case .depolarizing(let p):
      let pairs = matching.filter { $0.count == 2 }
      try add(.depolarize2, [p], to: Array(pairs), for: rule, into: &output)
      let others = matching.filter { $0.count != 2 }
      try add(.depolarize1, [p], to: Array(others), for: rule, into: &output)
    case .basisFlip(let p):
      guard definition.category != .pairMeasurement else { return }
      let gate = definition.gate.isInXBasis ? Gate.zError : .xError
      try add(gate, [p], to: Array(matching), for: rule, into: &output)
    case .resultFlip, .confusion, .parityMixing, .overRotation, .relaxation: return
    }
  }

  /// Effects that change the instruction, or stand right before a measurement.
  private mutating func modify(
    _ groups: inout [NoiseGroup], by rule: Int, _ instruction: Instruction, at index: Int,
    of block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    let (place, definition) = (rules[rule].place, instruction.gate.definition)
    let matching = groups.indices.filter { group in
      let qubits = groups[group].qubits
      return qubits.allSatisfy { place.allows($0) } && place.matches(qubits: qubits)
    }
    guard !matching.isEmpty else { return }
    switch rules[rule].effect {
    case .overRotation(let excess):
      guard definition.isRotation else { return }
      for group in matching { groups[group].scale *= 1 + excess }
      count(rule, matching.count)
    case .basisFlip(let p):
      guard definition.category == .pairMeasurement else { return }
      flip(&groups, matching, p, by: rule)
    case .resultFlip(let p):
      guard definition.isMeasurement else { return }
      flip(&groups, matching, p, by: rule)
    case .parityMixing(let p):
      guard definition.category == .pairMeasurement else { return }
      let pairs = matching.filter { groups[$0].qubits.count == 2 && groups[$0].targets.count == 2 }
      for group in pairs { groups[group].mixing = 1 - (1 - groups[group].mixing) * (1 - p) }
      count(rule, pairs.count)
    case .confusion(let p01, let p10):
      guard definition.isMeasurement else { return }
      if p01 == p10 { return flip(&groups, matching, p01, by: rule) }
      if definition.category == .pairMeasurement {
        averagedMeasurements = averagedMeasurements.saturatingAdd(
          UInt64(matching.count).saturatingMultiply(multiplicity))
        return flip(&groups, matching, (p01 + p10) / 2, by: rule)
      }
      let qubits = matching.map { groups[$0].qubits }
      let disturbed =
        definition.isReset ? 0 : liveAfter.count(of: qubits.joined(), at: index, of: block)
      disturbedMeasurements = disturbedMeasurements.saturatingAdd(
        UInt64(disturbed).saturatingMultiply(multiplicity))
      let (gate, arguments) = definition.gate.confusion(p01: p01, p10: p10)
      try add(gate, arguments, to: qubits, for: rule, into: &output)
    case .operation, .depolarizing, .relaxation: return
    }
  }

  private mutating func flip(
    _ groups: inout [NoiseGroup], _ matching: [Int], _ p: Double, by rule: Int
  ) {
    for group in matching {
      groups[group].flip = groups[group].flip * (1 - p) + p * (1 - groups[group].flip)
    }
    count(rule, matching.count)
  }

  private mutating func count(_ rule: Int, _ number: Int) {
    counts[rule] = counts[rule].saturatingAdd(UInt64(number).saturatingMultiply(multiplicity))
  }

  /// One operation on each of the qubits, or pairs of qubits, of some groups that the rule allows.
  private mutating func add(
    _ gate: Gate, _ arguments: [Double], to groups: [[Int]], for rule: Int,
    into output: inout Circuit
  ) throws(Diagnostic) {
    let place = rules[rule].place
    let width = gate.definition.qubitCount ?? 1
    var qubits: [Int] = []
    for group in groups {
      if width == 1 {
        qubits += group.filter { place.allows($0) }
      } else if group.count == width, group.allSatisfy({ place.allows($0) }) {
        qubits += group
      }
    }
    guard !qubits.isEmpty else { return }
    count(rule, qubits.count / width)
    if hasHeralds {
      record.addHeralds(gate.definition.recordsPerGroup * (qubits.count / width))
    }
    try append(gate, arguments, qubits.map { .qubit($0) }, into: &output)
  }

  mutating func append(
    _ gate: Gate, _ arguments: [Double], _ targets: [Target], tag: String = "",
    controlCount: Int = 0,
    isFused: Bool = true, into output: inout Circuit
  ) throws(Diagnostic) {
    addedTargets += targets.count + arguments.count
    guard addedTargets < Self.targetLimit else {
      throw Diagnostic(
        "the noisy circuit would have more than \(Self.targetLimit) targets", code: "too-large",
        hint: "noise on idle qubits adds one a qubit and layer")
    }
    do {
      try output.appendChecked(
        gate, arguments: arguments, targets: targets, controlCount: controlCount, tag: tag,
        fusing: isFused)
    } catch {
      throw Diagnostic(
        error.message, code: error.code, at: output.currentPlace.range, hint: error.hint)
    }
  }
}

// MARK: - Copying

extension NoiseApplication {
  private mutating func copy(
    _ instruction: Instruction, into output: inout Circuit
  ) throws(Diagnostic) {
    try copy(
      instruction, targets: Array(circuit.targets(of: instruction)), scale: 1, flip: 0,
      into: &output)
  }

  /// Groups, those with equal changes side by side as one instruction.
  private mutating func copy(
    _ groups: [NoiseGroup], of instruction: Instruction, isWhole: Bool, into output: inout Circuit
  ) throws(Diagnostic) {
    if isWhole, groups.allSatisfy({ $0.scale == 1 && $0.flip == 0 && $0.mixing == 0 }) {
      return try copy(instruction, into: &output)
    }
    var start = 0
    while start < groups.count {
      let first = groups[start]
      let end =
        groups[start...].firstIndex {
          $0.scale != first.scale || $0.flip != first.flip
            || ($0.mixing > 0) != (first.mixing > 0)
        } ?? groups.count
      guard first.mixing == 0 else {
        try copyMixed(Array(groups[start..<end]), of: instruction, into: &output)
        start = end
        continue
      }
      let targets = groups[start..<end].flatMap {
        Self.targets(of: $0, shape: instruction.gate.definition.shape)
      }
      try copy(instruction, targets: targets, scale: first.scale, flip: first.flip, into: &output)
      start = end
    }
  }

  private mutating func copyMixed(
    _ groups: [NoiseGroup], of instruction: Instruction, into output: inout Circuit
  ) throws(Diagnostic) {
    let (own, flip) = (circuit.arguments(of: instruction).first ?? 0, groups[0].flip)
    let p = own * (1 - flip) + flip * (1 - own)
    if hasHeralds { record.addResults(groups.count) }
    try appendMixed(
      groups, of: instruction, arguments: p > 0 ? [p] : [], tag: circuit.tag(of: instruction),
      into: &output)
  }

  private static func targets(of group: NoiseGroup, shape: TargetShape) -> [Target] {
    var targets: [Target] = []
    for target in group.targets {
      if shape == .products, !targets.isEmpty { targets.append(.combiner) }
      targets.append(target)
    }
    if let bit = group.bit { targets.append(.bit(bit)) }
    return targets
  }

  private mutating func copy(
    _ instruction: Instruction, targets: [Target], scale: Double, flip: Double,
    into output: inout Circuit
  ) throws(Diagnostic) {
    let controls = Int(instruction.controlCount)
    let targets = try shifted(targets, at: output.currentPlace)
    defer { noteResults(of: instruction, targets) }
    if instruction.hasDynamicArguments {
      let arguments = circuit.dynamicArguments(of: instruction).map {
        scale == 1 ? $0 : ClassicalExpression.binary(.multiply, .real(scale), $0)
      }
      do {
        return try output.appendDynamic(
          instruction.gate, arguments: arguments, targets: targets, controlCount: controls)
      } catch {
        throw Diagnostic(error.message, code: error.code, at: output.currentPlace.range)
      }
    }
    var arguments = Array(circuit.arguments(of: instruction))
    if scale != 1 { arguments = arguments.map { $0 * scale } }
    if flip > 0 {
      let own = arguments.first ?? 0
      arguments = [own * (1 - flip) + flip * (1 - own)]
    }
    // The tag of a gate written as one spells its angles.
    let keepsTag = scale == 1
    try append(
      instruction.gate, arguments, targets, tag: keepsTag ? circuit.tag(of: instruction) : "",
      controlCount: controls, isFused: false, into: &output)
  }
}

extension NoiseApplication {
  private mutating func noteResults(of instruction: Instruction, _ targets: [Target]) {
    guard hasHeralds else { return }
    record.addResults(instruction.gate.definition.resultCount(of: targets))
  }
}

// MARK: - Layers, rounds and time

extension NoiseApplication {
  /// Noise on qubits that idled since the last TICK.
  private mutating func endLayer(into output: inout Circuit) throws(Diagnostic) {
    defer { layer = NoiseLayer() }
    guard layer.hasOperations else { return }
    for rule in rules.indices {
      guard case .idle(let kind) = rules[rule].place.event, layer.isOf(kind) else { continue }
      let idle = usedQubits.filter { !layer.touched.contains($0) }
      try add(toEach: idle, by: rule, into: &output)
    }
  }

  /// The effect of a rule on single qubits.
  private mutating func add(
    toEach qubits: [Int], by rule: Int, into output: inout Circuit
  ) throws(Diagnostic) {
    let groups = qubits.map { [$0] }
    switch rules[rule].effect {
    case .operation(let gate, let arguments):
      try add(gate, arguments, to: groups, for: rule, into: &output)
    case .depolarizing(let p):
      try add(.depolarize1, [p], to: groups, for: rule, into: &output)
    case .basisFlip(let p): try add(.xError, [p], to: groups, for: rule, into: &output)
    case .resultFlip, .confusion, .parityMixing, .overRotation, .relaxation: return
    }
  }

  private mutating func addRound(
    beginningWith instruction: Instruction, at index: Int, of block: BlockID,
    into output: inout Circuit
  ) throws(Diagnostic) {
    guard hasRoundRules, let measured = rounds.visit(instruction, at: index, of: block) else {
      return
    }
    try addRound(measuring: measured, into: &output)
  }

  private var hasRoundRules: Bool {
    rules.contains { if case .round = $0.place.event { true } else { false } }
  }

  /// A first round inside a block that repeats happens before the block.
  private mutating func addFirstRound(
    at index: Int, of block: BlockID, into output: inout Circuit
  ) throws(Diagnostic) {
    guard rounds.count == 0, rounds.isOpen,
      rules.contains(where: { $0.place.event == .round(isFirstOnly: true) }),
      let measured = rounds.measured(from: index, of: block)
    else { return }
    let data = usedQubits.filter { !measured.contains($0) }
    for rule in rules.indices
    where rules[rule].place.event == .round(isFirstOnly: true) && counts[rule] == 0 {
      try add(toEach: data, by: rule, into: &output)
    }
  }

  private mutating func addRound(
    measuring measured: Set<Int>, into output: inout Circuit
  ) throws(Diagnostic) {
    let data = usedQubits.filter { !measured.contains($0) }
    for rule in rules.indices {
      guard case .round(let isFirstOnly) = rules[rule].place.event,
        !isFirstOnly || rounds.count == 1 && counts[rule] == 0
      else { continue }
      try add(toEach: data, by: rule, into: &output)
    }
  }

  private mutating func synchronize(_ instruction: Instruction) {
    let qubits: [Int]? =
      switch instruction.gate {
      case .tick: nil
      case .barrier: circuit.targets(of: instruction).compactMap(\.qubit)
      default: []
      }
    for index in schedules.indices {
      if let qubits, !qubits.isEmpty {
        schedules[index].schedule.synchronize(qubits)
      } else if qubits == nil || instruction.gate == .barrier {
        schedules[index].schedule.synchronize()
      }
    }
  }

  private mutating func passTime(
    before definition: GateDefinition, _ groups: [NoiseGroup], into output: inout Circuit
  ) throws(Diagnostic) {
    for index in schedules.indices {
      let decays = groups.flatMap {
        schedules[index].schedule.begin(definition, on: $0.qubits)
      }
      try add(decays, schedules[index].rule, into: &output)
    }
  }

  private mutating func passTime(
    after definition: GateDefinition, _ groups: [NoiseGroup], into output: inout Circuit
  ) throws(Diagnostic) {
    for index in schedules.indices {
      let decays = groups.flatMap { schedules[index].schedule.end(definition, on: $0.qubits) }
      try add(decays, schedules[index].rule, into: &output)
    }
  }

  /// What the qubits of a delay suffer while they wait.
  private mutating func passDelay(
    _ instruction: Instruction, into output: inout Circuit
  ) throws(Diagnostic) {
    guard !schedules.isEmpty else { return }
    guard !instruction.hasDynamicArguments else {
      throw Diagnostic(
        "the time of this delay depends on the run: relaxation needs a known one",
        code: "not-simulated", at: output.currentPlace.range)
    }
    let timeNs = circuit.arguments(of: instruction).first ?? 0
    let qubits = circuit.targets(of: instruction).compactMap(\.qubit)
    for index in schedules.indices {
      let decays = schedules[index].schedule.wait(qubits, timeNs: timeNs)
      try add(decays, schedules[index].rule, into: &output)
    }
  }

  /// Lets all qubits wait for the last one, as control flow does.
  private mutating func alignSchedules(
    entering bodies: [BlockID] = [], isEnd: Bool = false, into output: inout Circuit
  ) throws(Diagnostic) {
    for index in schedules.indices {
      let decays = schedules[index].schedule.align(isEnd: isEnd)
      try add(decays, schedules[index].rule, into: &output)
      for body in bodies { schedules[index].schedule.start(circuit.qubitsOperated(in: body)) }
    }
  }

  private mutating func add(
    _ decays: [RelaxationSchedule.Decay], _ rule: Int, into output: inout Circuit
  ) throws(Diagnostic) {
    guard case .relaxation(let relaxation) = rules[rule].effect else { return }
    for decay in decays where decay.timeNs > 0 {
      let (gate, arguments) = relaxation.noise(on: decay.qubit, over: decay.timeNs)
      guard arguments.contains(where: { $0 > 0 }) else { continue }
      count(rule, 1)
      try append(gate, arguments, [.qubit(decay.qubit)], into: &output)
    }
  }
}
