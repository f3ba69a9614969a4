import QuantumCore

extension Tableau {
  /// A circuit of H, S, S_DAG, CX and Paulis with this tableau.
  ///
  /// - Complexity: at most 2n² + O(n) gates, O(n³) at 1/64 of a step each.
  public func circuit() -> Circuit {
    var elimination = Elimination(self)
    for qubit in 0..<qubitCount {
      elimination.clearX(qubit)
      elimination.clearZ(qubit)
    }
    var circuit = Circuit(qubitCount: qubitCount)
    elimination.appendPaulis(to: &circuit)
    for step in elimination.steps.reversed() {
      // The steps undo the operation.
      let gate: Gate = step.gate == .s ? .sDag : step.gate
      circuit.append(
        gate,
        targets: gate == .cx ? [.qubit(step.first), .qubit(step.second)] : [.qubit(step.first)])
    }
    return circuit
  }

  /// A tableau by columns, which gates appended to it make the identity up to signs.
  private struct Elimination {
    struct Step {
      let gate: Gate
      let first: Int
      let second: Int
    }
    /// For each qubit, which of the 2n images have X, or Z, there.
    private var x: [BitVector]
    private var z: [BitVector]
    /// Which images have sign −1.
    private var signs: BitVector
    private(set) var steps: [Step] = []
    private let qubitCount: Int

    init(_ tableau: Tableau) {
      qubitCount = tableau.qubitCount
      let empty = BitVector(count: 2 * qubitCount)
      x = [BitVector](repeating: empty, count: qubitCount)
      z = x
      signs = empty
      for row in 0..<2 * qubitCount {
        let pauli: Pauli = row & 1 == 0 ? .x : .z
        let image = tableau.image(of: pauli, on: row / 2)
        if image.phaseExponent == 2 { signs[row] = true }
        for factor in image.factors {
          if factor.pauli.hasX { x[factor.qubit][row] = true }
          if factor.pauli.hasZ { z[factor.qubit][row] = true }
        }
      }
    }

    private mutating func h(_ qubit: Int) {
      steps.append(Step(gate: .h, first: qubit, second: qubit))
      signs.formSymmetricDifference(x[qubit].intersection(z[qubit]))
      (x[qubit], z[qubit]) = (z[qubit], x[qubit])
    }

    private mutating func s(_ qubit: Int) {
      steps.append(Step(gate: .s, first: qubit, second: qubit))
      signs.formSymmetricDifference(x[qubit].intersection(z[qubit]))
      z[qubit].formSymmetricDifference(x[qubit])
    }

    private mutating func cx(_ control: Int, _ target: Int) {
      steps.append(Step(gate: .cx, first: control, second: target))
      // −1 where X Z on the pair becomes −YY, or YY becomes −XZ.
      var same = x[target]
      same.formSymmetricDifference(z[control])
      let crossed = x[control].intersection(z[target])
      signs.formSymmetricDifference(crossed)
      signs.formSymmetricDifference(crossed.intersection(same))
      x[target].formSymmetricDifference(x[control])
      z[control].formSymmetricDifference(z[target])
    }

    /// Makes the image of X on a qubit X on that qubit.
    mutating func clearX(_ qubit: Int) {
      let row = 2 * qubit
      for other in qubit..<qubitCount where z[other][row] {
        if x[other][row] { s(other) } else { h(other) }
      }
      guard let source = (qubit..<qubitCount).first(where: { x[$0][row] }) else { return }
      if source != qubit { cx(source, qubit) }
      for other in qubit + 1..<max(qubit + 1, qubitCount) where x[other][row] { cx(qubit, other) }
    }

    /// Makes the image of Z on a qubit Z on that qubit, leaving X as it is.
    mutating func clearZ(_ qubit: Int) {
      let row = 2 * qubit + 1
      if x[qubit][row] {
        h(qubit)
        s(qubit)
        h(qubit)
      }
      for other in qubit + 1..<max(qubit + 1, qubitCount) where x[other][row] || z[other][row] {
        if x[other][row] {
          if z[other][row] { s(other) }
          h(other)
        }
        cx(other, qubit)
      }
    }

    /// The Paulis that give the images their signs.
    func appendPaulis(to circuit: inout Circuit) {
      for qubit in 0..<qubitCount {
        switch (signs[2 * qubit], signs[2 * qubit + 1]) {
        case (false, false): break
        case (true, false): circuit.append(.z, qubit)
        case (false, true): circuit.append(.x, qubit)
        case (true, true): circuit.append(.y, qubit)
        }
      }
    }
  }
}

extension BitVector {
  /// Bitwise AND with a vector of the same count.
  fileprivate func intersection(_ other: BitVector) -> BitVector {
    BitVector(words: zip(words, other.words).map { $0 & $1 }, count: count)
  }
}
