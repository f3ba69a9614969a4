import QuantumCore

/// The rows of an inverse tableau as they lie in memory, for loops over many gates.
///
/// Valid while the tableau exists and does not grow.
package struct TableauView: @unchecked Sendable {
  package let rows: UnsafeMutablePointer<RowBlock>
  /// Blocks of 512 columns in each half of a row.
  package let blocks: Int
  /// Exponents k of i^k Xᵃ Zᵇ, 0..<4, one for each row.
  package let phases: UnsafeMutablePointer<UInt8>
  /// The letter of the qubit's Pauli whose image the row is; those of a pair differ.
  package let letters: UnsafeMutablePointer<UInt8>
  package let kernels: RowKernels

  @inline(__always)
  package func x(_ row: Int) -> UnsafeMutablePointer<RowBlock> { rows + 2 * row * blocks }
  @inline(__always)
  package func z(_ row: Int) -> UnsafeMutablePointer<RowBlock> { rows + (2 * row + 1) * blocks }

  /// Applies a gate on one qubit to the state.
  @inline(__always)
  package func apply(_ map: LetterMap, to qubit: Int) {
    let (first, second) = (2 * qubit, 2 * qubit + 1)
    let (a, b) = (letters[first], letters[second])
    phases[first] = (phases[first] &+ map.sign(a)) & 3
    phases[second] = (phases[second] &+ map.sign(b)) & 3
    letters[first] = map.letter(a)
    letters[second] = map.letter(b)
  }

  /// Applies (1 + P)/2 + (1 − P)/2 · Q to the state.
  @inline(__always)
  package func applyControlled(_ p: UInt8, on first: Int, _ q: UInt8, on second: Int) {
    let (control, target) = (row(of: p, on: first), row(of: q, on: second))
    let parities = kernels.table.pointee.multiply_pair(
      x(control ^ 1).words, x(target).words, x(target ^ 1).words, x(control).words, 8 * blocks)
    let (own, other) = (UInt8(parities & 1) << 1, UInt8(parities & 2))
    phases[control ^ 1] = (phases[control ^ 1] &+ phases[target] &+ own) & 3
    phases[target ^ 1] = (phases[target ^ 1] &+ phases[control] &+ other) & 3
  }

  /// Applies a gate on two qubits to the state, but for its swap, which is left to who names the
  /// qubits.
  @inline(__always)
  package func apply(_ gate: PairDecomposition, to first: Int, _ second: Int) {
    if let pauli = gate.controlledPauli {
      applyControlled(pauli.first, on: first, pauli.second, on: second)
    }
    if !gate.first.isIdentity { apply(gate.first, to: first) }
    if !gate.second.isIdentity { apply(gate.second, to: second) }
  }

  /// The row that holds the image of one of a qubit's Paulis, made where it is missing.
  @inline(__always)
  package func row(of letter: UInt8, on qubit: Int) -> Int {
    let row = 2 * qubit
    if letters[row] == letter { return row }
    if letters[row + 1] != letter { makeThird(in: row) }
    return row + 1
  }

  /// Replaces the second row of a pair by the image of the third Pauli.
  private func makeThird(in row: Int) {
    let (a, b) = (letters[row], letters[row + 1])
    // The factors the other way round, which anticommute.
    let sign = x(row + 1).multiply(by: x(row), blocks: blocks, kernels: kernels) &+ 2
    // With P·Q = i^e R for the third letter, R's image is i^−e times the product of the others.
    let turn = 4 &- Pauli.productPhase(a, b)
    phases[row + 1] = (phases[row] &+ phases[row + 1] &+ turn &+ sign) & 3
    letters[row + 1] = a ^ b
  }

  /// Applies a Pauli to the state.
  @inline(__always)
  package func applyPauli(_ letter: UInt8, to qubit: Int) {
    let row = 2 * qubit
    if letters[row] != letter { phases[row] ^= 2 }
    if letters[row + 1] != letter { phases[row + 1] ^= 2 }
  }

  /// Whether a row is certain to be +1 (0) or −1 (1) in |0…0⟩; `nil` if it is random.
  @inline(__always)
  package func certainValue(ofRow row: Int) -> Bool? {
    let x = x(row)
    for index in 0..<blocks where x[index] != .zero { return nil }
    return phases[row] & 2 != 0
  }
}
