import RealModule

extension NoiseApplication {
  /// Pair measurements whose result and qubits are mixed: R on a helper qubit for each pair, the
  /// errors, and the products with the Z of the helper as one more factor, which X errors on it
  /// turn over.
  ///
  /// Mixing with probability p, one of the 32 cases at random, is exactly the product of 31
  /// independent errors of probability (1 − (1 − p)^(1/16))/2, as every case but the identity is
  /// seen by 16 characters of the group of errors.
  mutating func appendMixed(
    _ groups: [NoiseGroup], of instruction: Instruction, arguments: [Double], tag: String,
    into output: inout Circuit
  ) throws(Diagnostic) {
    let helpers = groups.indices.map { circuit.qubitCount + $0 }
    try append(.reset, [], helpers.map { .qubit($0) }, into: &output)
    var targets: [Target] = []
    for (group, helper) in zip(groups, helpers) {
      let p = -Double.expMinusOne(Double.log(onePlus: -group.mixing) / 16) / 2
      for error in Self.mixingErrors(on: group.qubits, helper) {
        try append(.correlatedError, [p], error, into: &output)
      }
      for (index, target) in Self.factors(of: group, instruction.gate).enumerated() {
        if index > 0 { targets.append(.combiner) }
        targets.append(target)
      }
      targets += [.combiner, .pauli(.z, helper)]
      if let bit = group.bit { targets.append(.bit(bit)) }
    }
    try append(.mpp, arguments, targets, tag: tag, isFused: false, into: &output)
  }

  /// All products of a Pauli on each of two qubits and an X on the helper or none, but the
  /// identity.
  private static func mixingErrors(on qubits: [Int], _ helper: Int) -> [[Target]] {
    (1..<32).map { number in
      let paulis = [number >> 3 & 3, number >> 1 & 3].map { [Pauli.i, .x, .y, .z][$0] }
      var targets: [Target] = []
      for (pauli, qubit) in zip(paulis, qubits) where pauli != .i {
        targets.append(.pauli(pauli, qubit))
      }
      return number & 1 == 1 ? targets + [.pauli(.x, helper)] : targets
    }
  }

  private static func factors(of group: NoiseGroup, _ gate: Gate) -> [Target] {
    guard let pauli = gate.definition.collapse?.basis else { return group.targets }
    return group.targets.map { .pauli(pauli, $0.value, inverted: $0.isInverted) }
  }
}
