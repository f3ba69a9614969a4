import QuantumCore

extension FrameCompiler {
  mutating func compileNoise(_ instruction: Instruction) throws {
    let definition = instruction.gate.definition
    let arguments = circuit.arguments(of: instruction)
    if let role = definition.chainRole {
      return compileCorrelated(instruction, role, probability: arguments.first ?? 0)
    }
    guard let errors = definition.errors, let qubitCount = definition.qubitCount,
      let probabilities = definition.errorProbabilities(arguments)
    else {
      throw unsupported(
        "\(instruction.gate.name) is no mixture of Paulis, and Pauli frames follow no other noise",
        hint: "a dense simulator runs it, or approximate it by PAULI_CHANNEL_1")
    }
    if definition.isHeralded { return compileHerald(instruction, probabilities) }
    let width = Int32(2 * qubitCount)
    switch errors {
    case .single(let pauli) where qubitCount == 1:
      compileFlips(instruction, arguments.first ?? 0, pauli)
    case .uniform:
      let cases = NoiseCases(uniformCount: UInt32(probabilities.count - 1))
      compileChannel(instruction, arguments.first ?? 0, cases, width: width)
    default:
      compileChannel(
        instruction, Array(probabilities.dropFirst()),
        masks: Array(Self.masks(qubitCount: qubitCount).dropFirst()), width: width)
    }
  }

  /// The bits of all Paulis in the order of their probabilities: the last qubit's factor changes
  /// fastest and has the high bits.
  private static func masks(qubitCount: Int) -> [UInt8] {
    (0..<1 << (2 * qubitCount)).map { number in
      let pauli = GateDefinition.pauli(numbered: number, of: qubitCount)
      return (0..<qubitCount).reduce(0) { $0 | pauli[$1].rawValue << UInt8(2 * $1) }
    }
  }

  /// The same Pauli on single qubits.
  private mutating func compileFlips(
    _ instruction: Instruction, _ probability: Double, _ pauli: Pauli
  ) {
    let stream = stream(probability)
    let width: Int32 = pauli == .y ? 2 : 1
    let cases: Int32 = pauli == .y ? index(of: NoiseCases(thresholds: [.max], masks: [3])) : -1
    for target in circuit.targets(of: instruction) {
      guard let qubit = target.qubit else { continue }
      let generator = 2 * number(of: qubit)
      guard stream >= 0 else { continue }
      let flipped = [pauli.hasX ? rows[generator] : nil, pauli.hasZ ? rows[generator + 1] : nil]
      append(
        .init(code: .error, stream: stream, cases: cases, width: width), flipped.compactMap(\.self))
    }
  }

  private mutating func compileChannel(
    _ instruction: Instruction, _ probabilities: [Double], masks: [UInt8], width: Int32
  ) {
    let (total, cases) = Self.cases(probabilities, masks: masks)
    compileChannel(instruction, total, cases, width: width)
  }

  /// One of several Paulis on groups of `width`/2 qubits.
  private mutating func compileChannel(
    _ instruction: Instruction, _ probability: Double, _ cases: NoiseCases, width: Int32
  ) {
    let stream = stream(probability)
    let operation = FrameProgram.Operation(
      code: .error, stream: stream, cases: stream < 0 ? -1 : index(of: cases), width: width)
    for target in circuit.targets(of: instruction) {
      guard let qubit = target.qubit else { continue }
      let generator = 2 * number(of: qubit)
      if stream >= 0 { append(operation, rows[generator...generator + 1]) }
    }
  }

  private mutating func compileHerald(_ instruction: Instruction, _ probabilities: [Double]) {
    let (total, cases) = Self.cases(
      probabilities, masks: Self.masks(qubitCount: 1))
    let stream = stream(total)
    guard stream >= 0 else {
      return appendRecords(
        .pad, count: circuit.groupCount(of: instruction), probability: 0)
    }
    let operation = FrameProgram.Operation(
      code: .herald, stream: stream, cases: index(of: cases), width: 2)
    circuit.forEachGroup(of: instruction) { group, _ in
      let generator = 2 * number(of: group.first!.value)
      append(operation, rows[generator...generator + 1])
      program.recordCount = program.recordCount.saturatingAdd(1)
    }
  }

  private mutating func compileCorrelated(
    _ instruction: Instruction, _ role: GateDefinition.ChainRole, probability: Double
  ) {
    var flipped: [UInt32] = []
    for target in circuit.targets(of: instruction) {
      guard let pauli = target.pauli else { continue }
      let generator = 2 * number(of: target.value)
      if pauli.hasX { flipped.append(rows[generator]) }
      if pauli.hasZ { flipped.append(rows[generator + 1]) }
    }
    endRun()
    append(
      .init(
        code: role == .starts ? .correlatedError : .elseCorrelatedError,
        stream: stream(probability)), flipped)
    endRun()
  }

  /// The probability that any case happens, and which does if one does.
  private static func cases(
    _ probabilities: [Double], masks: [UInt8]
  ) -> (total: Double, cases: NoiseCases) {
    let total = probabilities.reduce(0, +)
    var cases = NoiseCases()
    guard total > 0 else { return (0, cases) }
    var sum = 0.0
    for (probability, mask) in zip(probabilities, masks) where probability > 0 {
      sum += probability
      cases.thresholds.append(UInt64(min(sum / total * 0x1p64, 0x1.fffffffffffffp63)))
      cases.masks.append(mask)
    }
    cases.thresholds[cases.thresholds.count - 1] = .max
    return (total, cases)
  }
}
