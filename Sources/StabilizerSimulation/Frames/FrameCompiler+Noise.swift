import QuantumCore

extension FrameCompiler {
  mutating func compileNoise(_ instruction: Instruction) throws {
    let arguments = Array(circuit.arguments(of: instruction))
    switch instruction.gate {
    case .correlatedError, .elseCorrelatedError:
      compileCorrelated(instruction, probability: arguments[0])
    case .heraldedErase:
      let quarter = arguments[0] / 4
      compileHerald(instruction, [quarter, quarter, quarter, quarter])
    case .heraldedPauliChannel1: compileHerald(instruction, arguments)
    case .xError: compileFlips(instruction, arguments[0], .x)
    case .yError: compileFlips(instruction, arguments[0], .y)
    case .zError: compileFlips(instruction, arguments[0], .z)
    case .depolarize1:
      compileChannel(instruction, arguments[0], NoiseCases(uniformCount: 3), width: 2)
    case .depolarize2:
      compileChannel(instruction, arguments[0], NoiseCases(uniformCount: 15), width: 4)
    case .pauliChannel1:
      compileChannel(instruction, arguments, masks: Self.letters.map(\.rawValue), width: 2)
    case .pauliChannel2:
      // IX, IY, IZ, XI, …: the second qubit's factor changes fastest and has the high bits.
      let masks = (1..<16).map { index in
        Self.factor(index / 4) | Self.factor(index % 4) << 2
      }
      compileChannel(instruction, arguments, masks: masks, width: 4)
    default:
      throw unsupported(
        "\(instruction.gate.name) is no mixture of Paulis, and Pauli frames follow no other noise",
        hint: "a dense simulator runs it, or approximate it by PAULI_CHANNEL_1")
    }
  }

  private static let letters: [Pauli] = [.x, .y, .z]

  private static func factor(_ index: Int) -> UInt8 {
    index == 0 ? 0 : letters[index - 1].rawValue
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
      probabilities, masks: [0] + Self.letters.map(\.rawValue))
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

  private mutating func compileCorrelated(_ instruction: Instruction, probability: Double) {
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
        code: instruction.gate == .correlatedError ? .correlatedError : .elseCorrelatedError,
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
