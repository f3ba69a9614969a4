import QuantumCore

extension QuantumCode {
  /// The repetition code: `distance` qubits in a row, Z checks on neighbours; it corrects X errors
  /// only.
  ///
  /// The observable is the Z of the last qubit.
  public static func repetition(distance: Int) -> QuantumCode {
    precondition(distance >= 2, "A repetition code has at least two qubits")
    return QuantumCode(
      CSSCode(
        qubitCount: distance, xChecks: [], zChecks: (1..<distance).map { [$0 - 1, $0] },
        xLogicals: [Array(0..<distance)], zLogicals: [[distance - 1]], distance: 1))
  }
}

extension SyndromeSchedule {
  /// The repetition code with data on the even qubits of a line and checks on the odd ones, in two
  /// layers of CX.
  public static func repetition(distance: Int) -> SyndromeSchedule {
    let code = QuantumCode.repetition(distance: distance)
    let checkQubits = (1..<distance).map { 2 * $0 - 1 }
    return SyndromeSchedule(
      code: code, dataQubits: (0..<distance).map { 2 * $0 },
      checks: checkQubits.enumerated().map {
        Check(qubit: $1, coordinates: [Double($1)], readings: [[$0]])
      },
      layers: [-1, 1].map { side in
        [Operation(.cx, checkQubits.flatMap { [$0 + side, $0] })]
      },
      resetsTogether: true)
  }
}
