import QuantumCore

/// Commuting Hermitian Pauli strings as rows of bits.
package struct StabilizerMatrix: Sendable {
  package var x: [BitVector]
  package var z: [BitVector]
  /// Exponents of i of the strings, 0 or 2.
  package var phases: [Int]
  package let qubitCount: Int

  package init(_ strings: [PauliString], qubitCount: Int) {
    self.qubitCount = qubitCount
    x = strings.map { string in BitVector((0..<qubitCount).map { string[$0].hasX }) }
    z = strings.map { string in BitVector((0..<qubitCount).map { string[$0].hasZ }) }
    phases = strings.map(\.phaseExponent)
  }

  package var strings: [PauliString] {
    x.indices.map { row in
      PauliString(
        (0..<qubitCount).map { Pauli(x: x[row][$0], z: z[row][$0]) }, phaseExponent: phases[row])
    }
  }

  /// Multiplies a row by another, with which it commutes.
  package mutating func multiply(_ row: Int, by other: Int) {
    // As exponents of i Xᵃ Zᵇ, in which Y = i X Z: see `PauliRows`.
    func yCount(_ row: Int) -> Int {
      zip(x[row].words, z[row].words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
    }
    let crossed = zip(z[row].words, x[other].words).reduce(0) {
      $0 + ($1.0 & $1.1).nonzeroBitCount
    }
    let before = phases[row] + yCount(row) + phases[other] + yCount(other) + 2 * crossed
    x[row].formSymmetricDifference(x[other])
    z[row].formSymmetricDifference(z[other])
    phases[row] = (before - yCount(row)) & 3
  }

  /// Generators of the same group in reduced echelon form.
  package var reduced: StabilizerMatrix {
    var matrix = self
    var rank = 0
    for column in 0..<2 * qubitCount {
      func isSet(_ row: Int) -> Bool {
        column < qubitCount ? matrix.x[row][column] : matrix.z[row][column - qubitCount]
      }
      guard let pivot = (rank..<matrix.x.count).first(where: isSet) else { continue }
      matrix.x.swapAt(rank, pivot)
      matrix.z.swapAt(rank, pivot)
      matrix.phases.swapAt(rank, pivot)
      for row in matrix.x.indices where row != rank && isSet(row) {
        matrix.multiply(row, by: rank)
      }
      rank += 1
      if rank == matrix.x.count { break }
    }
    return matrix
  }
}
