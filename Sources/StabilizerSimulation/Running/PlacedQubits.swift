import QuantumCore

/// Counts made before a circuit runs.
enum PlacedQubits {
  /// How many qubits a gate or measurement may turn out of the Z basis or entangle: an upper bound
  /// for the size of a tableau.
  static func count(in circuit: Circuit) -> Int {
    var words: [UInt64] = []
    for block in circuit.blocks {
      for case .instruction(let instruction) in block.nodes where turns(instruction.gate) {
        for target in circuit.targets(of: instruction) {
          guard target.rawValue >> 29 < Target.Kind.pauliZ.rawValue else { continue }
          let word = target.value >> 6
          if word >= words.count {
            let count = max(64, 2 * words.count, word + 1)
            words += [UInt64](repeating: 0, count: count - words.count)
          }
          words[word] |= 1 << UInt64(target.value & 63)
        }
      }
    }
    return words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  private static func turns(_ gate: Gate) -> Bool {
    let definition = gate.definition
    if definition.isAnnotation || definition.isNoise { return false }
    switch gate {
    case .m, .mr, .reset, .mzz, .mpad: return false
    default: break
    }
    guard let form = PairDecomposition.of(gate) else { return true }
    let z = Pauli.z.rawValue
    return form.controlledPauli != nil || form.first.letter(z) != z
      || form.second.letter(z) != z
  }
}
