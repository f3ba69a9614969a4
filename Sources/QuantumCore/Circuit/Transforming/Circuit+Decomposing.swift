extension Circuit {
  /// The same circuit over H, S, CX, M and R: every Clifford gate, measurement and reset taken
  /// apart by its catalog record.
  ///
  /// Noise, annotations, constants (`MPAD`), gates outside of the Clifford group and control flow
  /// stay as they are. A probability of a wrong result stays with the `M`; `rec` and `sweep`
  /// controls become those of `CX`.
  ///
  /// - Throws: `Obstacle` for a product such as `X0*Z0` that is not Hermitian.
  public func decomposed() throws(Obstacle) -> Circuit {
    let rewriter = CircuitRewriter<Obstacle>(source: self) {
      (instruction: Instruction, output: inout Circuit) throws(Obstacle) in
      let definition = instruction.gate.definition
      let isTakenApart =
        instruction.controlCount == 0 && instruction.gate != .mpad
        && (definition.isClifford || definition.category == .collapse
          || definition.category == .pairMeasurement)
      guard isTakenApart, !definition.isAnnotation, definition.gate != .globalPhase else {
        return output.appendCopy(of: instruction, from: self)
      }
      var writer = DecompositionWriter(source: self, instruction: instruction)
      try writer.run()
      for step in writer.steps {
        output.appendCopy(
          of: instruction, from: self, gate: step.gate,
          arguments: step.gate == .m ? writer.arguments : [], targets: step.targets)
      }
    }
    return try rewriter.run()
  }
}

/// Takes one instruction apart. Groups that share no qubit go step by step together.
private struct DecompositionWriter {
  struct Step {
    let gate: Gate
    var targets: [Target]
  }
  private typealias Group = (targets: ArraySlice<Target>, bit: Int?)

  let source: Circuit
  let instruction: Instruction
  /// Those of the instruction, for its measurements.
  let arguments: [Double]
  private(set) var steps: [Step] = []

  init(source: Circuit, instruction: Instruction) {
    self.source = source
    self.instruction = instruction
    arguments = instruction.hasDynamicArguments ? [] : Array(source.arguments(of: instruction))
  }

  mutating func run() throws(Obstacle) {
    var batch: [Group] = []
    var qubits: Set<Int> = []
    var groups: [Group] = []
    source.forEachGroup(of: instruction) { groups.append(($0, $1)) }
    for group in groups {
      let own = group.targets.filter { !$0.isClassicalControl }.map(\.value)
      if !qubits.isDisjoint(with: own) || batch.first.map({ !isAlike($0, group) }) == true {
        try write(batch)
        batch = []
        qubits = []
      }
      batch.append(group)
      qubits.formUnion(own)
    }
    try write(batch)
  }

  /// Whether the same steps serve both groups.
  private func isAlike(_ a: Group, _ b: Group) -> Bool {
    if instruction.gate.definition.shape == .products { return false }
    return zip(a.targets, b.targets).allSatisfy { $0.isClassicalControl == $1.isClassicalControl }
  }

  private mutating func write(_ batch: [Group]) throws(Obstacle) {
    guard let first = batch.first else { return }
    if instruction.gate.definition.shape == .products {
      for group in batch { try writeProduct(group) }
    } else if first.targets.contains(where: \.isClassicalControl) {
      writeFeedback(batch)
    } else {
      writeRecord(batch)
    }
  }

  private mutating func append(_ gate: Gate, _ targets: [Target]) {
    if !targets.isEmpty { steps.append(Step(gate: gate, targets: targets)) }
  }

  /// The steps of the catalog record, for all groups.
  private mutating func writeRecord(_ batch: [Group]) {
    for word in (instruction.gate.definition.decomposition ?? "").split(separator: ";") {
      let parts = word.split(separator: " ")
      guard let name = parts.first, let gate = GateCatalog.gate(stimName: String(name)) else {
        continue
      }
      let places = parts.dropFirst().compactMap { Int($0) }
      let targets = batch.flatMap { group in
        gate == .m
          ? measured(group, at: places[0])
          : places.map { Target.qubit(group.targets[group.targets.startIndex + $0].value) }
      }
      append(gate, targets)
    }
  }

  /// The qubit that is measured for a group, inverted as often as the group's targets are.
  private func measured(_ group: Group, at place: Int) -> [Target] {
    let isInverted = group.targets.filter(\.isInverted).count % 2 == 1
    let qubit = group.targets[group.targets.startIndex + place].value
    return [.qubit(qubit, inverted: isInverted)] + (group.bit.map { [.bit($0)] } ?? [])
  }

  /// Classically controlled Paulis: CX from the same bit, between changes of basis.
  private mutating func writeFeedback(_ batch: [Group]) {
    for group in batch {
      let (first, last) = (group.targets.first!, group.targets.last!)
      let bits = group.targets.filter(\.isClassicalControl)
      guard bits.count == 1, let bit = bits.first else { continue }
      let qubit = Target.qubit((first.isClassicalControl ? last : first).value)
      let (before, after): ([Gate], [Gate])
      switch instruction.gate {
      case .cy, .ycz: (before, after) = ([.s, .s, .s], [.s])
      case .cz: (before, after) = ([.h], [.h])
      default: (before, after) = ([], [])
      }
      for gate in before { append(gate, [qubit]) }
      append(.cx, [bit, qubit])
      for gate in after { append(gate, [qubit]) }
    }
  }

  /// A product's parity is gathered on its first qubit, where it is measured or gives a phase.
  private mutating func writeProduct(_ group: Group) throws(Obstacle) {
    let product = SignedPauliProduct(of: group.targets)
    guard product.isHermitian else {
      throw Obstacle(
        .unsupported, "\(instruction.gate.name) of a product that is not Hermitian, such as X0*Z0")
    }
    let bits = group.bit.map { [Target.bit($0)] } ?? []
    guard let root = product.factors.first?.qubit else {
      if instruction.gate.definition.isMeasurement {
        append(.mpad, [.qubit(product.isNegative ? 1 : 0)] + bits)
      }
      return
    }
    func targets(_ pauli: Pauli) -> [Target] {
      product.factors.filter { $0.pauli == pauli }.map { .qubit($0.qubit) }
    }
    let gather = product.factors.dropFirst().flatMap { [Target.qubit($0.qubit), .qubit(root)] }
    let (x, y) = (targets(.x), targets(.y))
    append(.h, x)
    for gate in [Gate.h, .s, .h, .s, .s] { append(gate, y) }
    append(.cx, gather)
    writeCore(root, isNegative: product.isNegative, bits)
    append(.cx, gather)
    for gate in [Gate.h, .s, .h, .s, .s] { append(gate, y) }
    append(.h, x)
  }

  private mutating func writeCore(_ root: Int, isNegative: Bool, _ bits: [Target]) {
    guard !instruction.gate.definition.isMeasurement else {
      return append(.m, [.qubit(root, inverted: isNegative)] + bits)
    }
    // exp(iθ(1 − P)) for −P is the inverse for P up to a global phase.
    let isInverse = (instruction.gate == .sppDag) != isNegative
    for _ in 0..<(isInverse ? 3 : 1) { append(.s, [.qubit(root)]) }
  }
}
