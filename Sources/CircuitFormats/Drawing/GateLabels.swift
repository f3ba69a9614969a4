import QuantumCore

/// Texts of gates for drawings; arguments too long for a box become numbered notes.
struct GateLabels {
  let expressions: ExpressionText
  private let circuit: Circuit
  private var noteNumbers: [String: Int] = [:]
  /// `#1 = …`, in order.
  private(set) var notes: [String] = []

  init(_ circuit: Circuit) {
    self.circuit = circuit
    expressions = ExpressionText(circuit)
  }

  /// Name, tag and arguments: `Rx(π/4)`, `DEP1(0.001)`, `H[tag]`.
  mutating func text(of instruction: Instruction, name: String? = nil) -> String {
    let definition = instruction.gate.definition
    let base = definition.controlledForm?.base.definition ?? definition
    var text = name ?? Self.shortNames[instruction.gate] ?? base.label
    let tag = circuit.tag(of: instruction)
    if !tag.isEmpty { text += "[" + DrawingText.sanitized(tag, limit: 16) + "]" }
    let arguments = arguments(of: instruction)
    return arguments.isEmpty ? text : fitted(text, arguments)
  }

  /// `text(arguments)`, or `text(#1)` with a note if that is long.
  mutating func fitted(_ text: String, _ arguments: String) -> String {
    let arguments = DrawingText.sanitized(arguments, limit: 2000)
    if text.width + arguments.width + 2 <= CircuitLayout.Limit.label {
      return "\(text)(\(arguments))"
    }
    return "\(text)(\(reference(to: arguments)))"
  }

  /// `#1`, the same for the same text.
  mutating func reference(to text: String) -> String {
    if let number = noteNumbers[text] { return "#\(number)" }
    guard notes.count < CircuitLayout.Limit.notes else { return "…" }
    noteNumbers[text] = notes.count + 1
    notes.append("#\(notes.count + 1) = \(text)")
    return "#\(notes.count)"
  }

  private func arguments(of instruction: Instruction) -> String {
    let definition = instruction.gate.definition
    if instruction.hasDynamicArguments {
      if instruction.gate == .unitary { return "" }
      if instruction.gate == .delay {
        return circuit.dynamicArguments(of: instruction).map { expressions.text(of: $0) + " ns" }
          .joined()
      }
      return circuit.dynamicArguments(of: instruction).map { expressions.text(of: $0) }
        .joined(separator: ", ")
    }
    let values = circuit.arguments(of: instruction)
    switch instruction.gate {
    case .unitary, .kraus1, .kraus2: return ""
    case .delay: return TimeUnit.text(ofNanoseconds: values.first ?? 0)
    case _ where definition.errors != nil && definition.parameters.count > 1:
      let named = zip(definition.parameters, values).filter { $0.1 != 0 }
      if named.isEmpty { return "0" }
      return named.map { "\($0.0.dropFirst().uppercased()):\(NumberText.plain($0.1))" }
        .joined(separator: ", ")
    default: break
    }
    if definition.isMeasurement, values.allSatisfy({ $0 == 0 }) { return "" }
    if definition.isUnitary {
      return values.map { NumberText.angle($0) }.joined(separator: ", ")
    }
    return values.map { NumberText.plain($0) }.joined(separator: ", ")
  }

  /// Names of channels short enough for a wire.
  private static let shortNames: [Gate: String] = [
    .xError: "X_ERR", .yError: "Y_ERR", .zError: "Z_ERR", .iError: "I_ERR", .iiError: "II_ERR",
    .depolarize1: "DEP1", .depolarize2: "DEP2", .pauliChannel1: "PC1", .pauliChannel2: "PC2",
    .heraldedErase: "HERASE", .heraldedPauliChannel1: "HPC1", .elseCorrelatedError: "ELSE E",
    .amplitudeDamping: "AD", .generalizedAmplitudeDamping: "GAD", .phaseDamping: "PD",
    .thermalRelaxation: "T1T2", .readoutError: "READ", .kraus1: "KRAUS", .kraus2: "KRAUS",
  ]
}

extension Gate {
  /// Whether exchanging the qubits of a gate on two changes nothing, so that a box needs no
  /// numbers.
  var isSymmetricPair: Bool {
    if definition.qubitCount == 2, definition.collapse != nil { return true }
    return switch self {
    case .swap, .iswap, .iswapDag, .czswap, .sqrtXX, .sqrtXXDag, .sqrtYY, .sqrtYYDag, .sqrtZZ,
      .sqrtZZDag, .ii, .rxx, .ryy, .rzz, .sqrtISwap, .sqrtISwapDag, .fsim, .depolarize2:
      true
    default: false
    }
  }
}
