/// The qubits of a circuit that need amplitudes.
///
/// A qubit that is only measured in the Z basis, reset or annotated is known to be |0⟩ and costs
/// nothing; so is a qubit that is declared and not used. Position j of a state is the j-th live
/// qubit, ascending.
package struct LiveQubits: Sendable {
  package private(set) var qubits: [Int] = []
  private var positions: [Int: Int] = [:]

  package init(of circuit: Circuit) {
    var words: [UInt64] = []
    func mark(_ target: Target) {
      guard let qubit = target.qubit else { return }
      while words.count <= qubit >> 6 {
        words.append(contentsOf: repeatElement(0, count: max(1, words.count)))
      }
      words[qubit >> 6] |= 1 << UInt64(qubit & 63)
    }
    circuit.forEachInstruction { Self.visitLive(of: $0, in: circuit, mark) }
    for (index, word) in words.enumerated() where word != 0 {
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 { qubits.append(index * 64 + bit) }
    }
    // Larger states do not exist: their positions are never asked for.
    if qubits.count <= 64 {
      for (position, qubit) in qubits.enumerated() { positions[qubit] = position }
    }
  }

  /// Those of a run that starts from a state of so many qubits: all that the circuit has, where the
  /// state is of as many; otherwise those that the circuit needs.
  package init(of circuit: Circuit, startingFrom qubitCount: Int?) {
    self.init(of: circuit)
    guard let qubitCount, qubitCount != count, qubitCount == circuit.qubitCount, qubitCount <= 64
    else { return }
    qubits = Array(0..<qubitCount)
    positions = Dictionary(uniqueKeysWithValues: qubits.map { ($0, $0) })
  }

  package var count: Int { qubits.count }

  /// Why a run cannot start from a state of so many qubits.
  package func obstacle(startingFrom qubitCount: Int?, in circuit: Circuit) -> Obstacle? {
    guard let qubitCount, qubitCount != count else { return nil }
    let all = circuit.qubitCount
    func text(_ count: Int) -> String { "2^\(count) amplitude\(count == 0 ? "" : "s")" }
    return Obstacle(
      .option,
      "the initial state has \(text(qubitCount)), and the circuit \(all) qubit\(all == 1 ? "" : "s"), "
        + "of which it uses \(count)",
      hint: all == count || all > 48
        ? "a state of the qubits that the circuit uses has \(text(count)), in ascending order of the qubits"
        : "a state of all qubits has \(text(all)), one of those that the circuit uses \(text(count))"
    )
  }

  /// The place of a qubit in the state; `nil` if it is known to be |0⟩.
  package func position(of qubit: Int) -> Int? { positions[qubit] }

  private static func visitLive(
    of instruction: Instruction, in circuit: Circuit, _ mark: (Target) -> Void
  ) {
    let definition = instruction.gate.definition
    if definition.isAnnotation { return }
    if definition.isNoise { return visitLive(ofNoise: instruction, in: circuit, mark) }
    // What collapses in the Z basis finds |0⟩ and leaves it.
    if definition.collapse?.basis == .z { return }
    switch (instruction.gate, definition.shape) {
    case (.i, _), (.ii, _), (.u0, _), (.mpad, _): return
    case (_, .products):
      for target in circuit.targets(of: instruction) where target.pauli?.hasX == true {
        mark(target)
      }
    default:
      circuit.forEachGroup(of: instruction) { group, _ in
        // A Z that depends on a record has no effect on |0⟩.
        let isControlled = group.contains(where: \.isClassicalControl)
        if isControlled, instruction.gate == .cz { return }
        group.forEach(mark)
      }
    }
  }

  private static func visitLive(
    ofNoise instruction: Instruction, in circuit: Circuit, _ mark: (Target) -> Void
  ) {
    if instruction.hasDynamicArguments {
      circuit.targets(of: instruction).forEach(mark)
      return
    }
    let arguments = circuit.arguments(of: instruction)
    let definition = instruction.gate.definition
    switch definition.chainRole {
    case .starts, .continues:
      guard arguments.first ?? 0 > 0 else { return }
      for target in circuit.targets(of: instruction) where target.pauli?.hasX == true {
        mark(target)
      }
    case nil:
      guard let errors = definition.pauliErrors(arguments) else {
        if definition.stimForm != .instruction { circuit.targets(of: instruction).forEach(mark) }
        return
      }
      circuit.forEachGroup(of: instruction) { group, _ in
        for (place, target) in group.enumerated() {
          if errors.contains(where: { $0.probability > 0 && $0.pauli[place].hasX }) { mark(target) }
        }
      }
    }
  }
}
