/// A Pauli on a qubit where a classical bit is 1: what a controlled Pauli is whose control is a
/// result of the record or a sweep bit.
public struct ClassicalFeedback: Sendable, Hashable {
  /// The record or sweep bit that decides.
  public let control: Target
  /// The Pauli that is applied where the bit is 1.
  public let pauli: Pauli
  /// The qubit that it is applied to.
  public let qubit: Int

  /// The feedback of a group of two targets of a gate.
  ///
  /// A bit controls in the Z basis: it may stand on the side of `GateDefinition.controlledPaulis`
  /// whose Pauli is Z. Gives `nil` for two qubits, and for two bits where either may control: that
  /// is a phase that nobody sees.
  ///
  /// - Throws: `Diagnostic` where a bit stands on a side that only a qubit can take.
  public init?(_ gate: Gate, _ first: Target, _ second: Target) throws(Diagnostic) {
    guard first.isClassicalControl || second.isClassicalControl,
      let paulis = gate.definition.controlledPaulis
    else { return nil }
    let mayBeEither = paulis.first == .z && paulis.second == .z
    if mayBeEither, first.isClassicalControl, second.isClassicalControl { return nil }
    let isFirst = mayBeEither ? first.isClassicalControl : paulis.first == .z
    let (control, target) = isFirst ? (first, second) : (second, first)
    let isZ = (isFirst ? paulis.first : paulis.second) == .z
    guard isZ, control.isClassicalControl, target.isQubit else {
      throw Diagnostic(
        "\(gate.name) \(first) \(second) would change a measurement result", code: "feedback",
        hint: "a record or sweep bit can only be the control"
          + (isZ ? ", which stands \(isFirst ? "first" : "second")" : ""))
    }
    (self.control, qubit) = (control, target.value)
    pauli = isFirst ? paulis.second : paulis.first
  }
}
