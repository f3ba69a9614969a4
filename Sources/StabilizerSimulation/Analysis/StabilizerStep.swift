import QuantumCore

/// What an instruction does, group by group, to stabilizers: the few steps that analyses of flows
/// are made of.
enum StabilizerStep {
  /// A Clifford gate on one or two qubits.
  case clifford(Gate, Int, Int)
  /// exp(±iπ/4 P): P ↦ i-th root; `isInverse` for −.
  case rotation(SignedPauliProduct, isInverse: Bool)
  /// A result is the eigenvalue of a Hermitian product, 0 for +1.
  case measurement(SignedPauliProduct)
  /// A result is a constant.
  case constant(Bool)
  /// A qubit is put into the +1 eigenstate of a Pauli.
  case reset(Pauli, Int)
  /// A Pauli where the record with this lookback is 1.
  case feedback(lookback: Int, Pauli, Int)
  /// Records with these lookbacks join an observable.
  case observable(UInt64, lookbacks: [Int], SignedPauliProduct)
  /// Records with these lookbacks form a detector.
  case detector(lookbacks: [Int])
}

extension Circuit {
  /// The steps of an instruction in order; noise has none but the constants that heralds leave in a
  /// record without it.
  ///
  /// - Throws: `Diagnostic` for an instruction that is not a stabilizer operation.
  func stabilizerSteps(of instruction: Instruction) throws(Diagnostic) -> [StabilizerStep] {
    let gate = instruction.gate
    let definition = gate.definition
    guard instruction.controlCount == 0 else { throw Self.notAStabilizerOperation(instruction) }
    if SignedCliffordAction.byGate[Int(gate.rawValue)] != nil {
      return try cliffordSteps(of: instruction)
    }
    var steps: [StabilizerStep] = []
    switch gate {
    case .detector: return [.detector(lookbacks: recordLookbacks(of: instruction))]
    case .observableInclude:
      let paulis = targets(of: instruction).filter(\.isPauli)
      return [
        .observable(
          UInt64(arguments(of: instruction).first ?? 0),
          lookbacks: recordLookbacks(of: instruction), SignedPauliProduct(of: paulis[...]))
      ]
    case _ where definition.isHeralded:
      forEachGroup(of: instruction) { _, _ in steps.append(.constant(false)) }
      return steps
    case .mpad:
      forEachGroup(of: instruction) { group, _ in
        steps.append(.constant(group.first?.value == 1))
      }
      return steps
    default: break
    }
    if definition.isAnnotation || definition.isNoise && definition.isStimGate
      || gate == .globalPhase
    {
      return []
    }
    return try collapseSteps(of: instruction)
  }

  static func notAStabilizerOperation(_ instruction: Instruction) -> Diagnostic {
    Diagnostic(
      instruction.controlCount > 0
        ? "the stabilizer analysis does not take controls on \(instruction.gate.name)"
        : "\(instruction.gate.name) is no stabilizer operation", code: "unsupported",
      hint: "Clifford gates, Pauli noise, measurements and resets are accepted")
  }

  private func recordLookbacks(of instruction: Instruction) -> [Int] {
    targets(of: instruction).filter(\.isRecord).map(\.value)
  }

  private func cliffordSteps(of instruction: Instruction) throws(Diagnostic) -> [StabilizerStep] {
    let gate = instruction.gate
    let size = gate.definition.qubitCount!
    let targets = targets(of: instruction)
    if size == 1 { return targets.map { .clifford(gate, $0.value, $0.value) } }
    var steps: [StabilizerStep] = []
    for start in stride(from: targets.startIndex, to: targets.endIndex - 1, by: 2) {
      let group = targets[start..<start + 2]
      if let feedback = try ClassicalFeedback(gate, group[start], group[start + 1]) {
        // Sweep bits are 0 unless someone says otherwise.
        if feedback.control.isRecord {
          steps.append(
            .feedback(lookback: feedback.control.value, feedback.pauli, feedback.qubit))
        }
      } else if group.first!.isQubit {
        steps.append(.clifford(gate, group.first!.value, group.last!.value))
      }
    }
    return steps
  }

  private func collapseSteps(of instruction: Instruction) throws(Diagnostic) -> [StabilizerStep] {
    let gate = instruction.gate
    let collapse = gate.definition.collapse
    guard collapse != nil || gate.definition.shape == .products else {
      throw Self.notAStabilizerOperation(instruction)
    }
    let basis = collapse?.basis
    var groups: [SignedPauliProduct] = []
    forEachGroup(of: instruction) { group, _ in
      groups.append(SignedPauliProduct(of: group, factor: basis))
    }
    var steps: [StabilizerStep] = []
    for product in groups {
      guard product.isHermitian else {
        throw Diagnostic(
          "a product in \(gate.name) is anti-Hermitian", code: "anti-hermitian",
          hint: "write Y0 for X0*Z0")
      }
      guard let collapse else {
        steps.append(.rotation(product, isInverse: gate == .sppDag))
        continue
      }
      if collapse.measures { steps.append(.measurement(product)) }
      if collapse.resets, let basis, let qubit = product.factors.first?.qubit {
        steps.append(.reset(basis, qubit))
      }
    }
    return steps
  }
}
