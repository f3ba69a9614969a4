import QuantumCore

/// Generators of a stabilizer group, each a product of Paulis.
package struct StabilizerList: Sendable {
  package let generators: [PauliProduct]
  package let factorCount: UInt64
  /// The qubits it is about, ascending.
  package let qubits: [Int]
  /// Other qubits that are just 1; all others are 0.
  package let knownOnes: [Int]
}

extension StabilizerState {
  /// Whether both are stored in the same way, and so are the same state.
  ///
  /// - Complexity: O(n²) words; less where they differ.
  package func isIdentical(to other: StabilizerState) -> Bool {
    guard map == other.map, tableau.qubitCount == other.tableau.qubitCount,
      tableau.capacity == other.tableau.capacity
    else { return false }
    let (a, b, blocks) = (tableau, other.tableau, tableau.rows.blocks)
    for row in 0..<2 * a.qubitCount {
      guard a.letters[row] == b.letters[row], a.phases[row] == b.phases[row] else { return false }
      let (p, q) = (a.rows.x(row), b.rows.x(row))
      for block in 0..<2 * blocks where p[block] != q[block] { return false }
    }
    return true
  }

  /// Generators of the group that stabilizes the qubits that have a place; `nil` if they have more
  /// than `limit` factors.
  package func stabilizerList(limit: UInt64) -> StabilizerList? {
    let tableau = tableau
    let qubits = map.placedQubits(count: tableau.qubitCount)
    var generators = [PauliProduct](
      repeating: PauliProduct(factors: [], phase: 0), count: tableau.qubitCount)
    var count: UInt64 = 0
    for place in 0..<tableau.qubitCount {
      let (a, b) = (tableau.letters[2 * place], tableau.letters[2 * place + 1])
      let (first, second) = (tableau.rows.x(2 * place), tableau.rows.x(2 * place + 1))
      for word in 0..<8 * tableau.rows.blocks {
        let (p, q) = (first.words[word], second.words[word])
        var columns = p | q
        count += UInt64(columns.nonzeroBitCount)
        if count > limit { return nil }
        while columns != 0 {
          let bit = UInt64(columns.trailingZeroBitCount)
          columns &= columns &- 1
          // The generator anticommutes with the Paulis whose rows have X at its column.
          let letter = (p >> bit & 1 == 1 ? b : 0) ^ (q >> bit & 1 == 1 ? a : 0)
          generators[word << 6 | Int(bit)].factors.append((letter, qubits[place]))
        }
      }
    }
    for index in generators.indices {
      let value = (try? certainValue(of: generators[index])) ?? nil
      assert(value != nil, "A generator's value is certain")
      if value == true { generators[index].phase ^= 2 }
    }
    return StabilizerList(
      generators: generators, factorCount: count, qubits: qubits.sorted(), knownOnes: map.knownOnes)
  }

  /// Whether this is the state that a list of all generators describes.
  package func isStabilized(by list: StabilizerList) throws(Obstacle) -> Bool {
    guard list.knownOnes == map.knownOnes,
      list.qubits == map.placedQubits(count: tableau.qubitCount).sorted()
    else { return false }
    for generator in list.generators where try certainValue(of: generator) != false { return false }
    return true
  }
}
