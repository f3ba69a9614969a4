import ComplexModule
import DenseSimulation
import QuantumCore

extension SparseState {
  /// ⟨ψ|P|ψ⟩ of products with letters on qubits; they multiply over groups.
  ///
  /// - Throws: `Obstacle` if there is no memory for the amplitudes that waiting gates make.
  package mutating func expectations(of products: [QubitPauli]) throws(Obstacle) -> [Double] {
    try flushUnlessPaired()
    var places: [Int: KeyGroups] = [:]
    var results: [Double] = []
    for product in products {
      var value = product.letterExponent == 2 ? -1.0 : 1
      var parts: [Int: [(qubit: Int, pauli: Pauli)]] = [:]
      for letter in product.letters {
        if isKnown(letter.qubit) {
          value *= letter.pauli == .z ? (values[letter.qubit] ? -1 : 1) : 0
        } else {
          parts[Int(home[letter.qubit]), default: []].append(letter)
        }
      }
      for (index, letters) in parts.sorted(by: { $0.key < $1.key }) where value != 0 {
        value *= try expectation(of: letters, in: index, &places)
      }
      results.append(value)
    }
    return results
  }

  /// Groups of up to so many amplitudes are compared pair by pair, with the gates that wait between
  /// them.
  private static var mostPaired: Int { 4096 }

  /// Applies gates that wait, but where comparing pairs is less work than what the group would grow
  /// to.
  private mutating func flushUnlessPaired() throws(Obstacle) {
    for (index, qubits) in waitingByGroup() {
      let count = group(index).store.count
      let grows = qubits.count >= 40 || 1 << qubits.count > max(count, 64)
      if count <= Self.mostPaired, grows { continue }
      for qubit in qubits { try flush(qubit) }
    }
  }

  private func expectation(
    of letters: [(qubit: Int, pauli: Pauli)], in index: Int, _ places: inout [Int: KeyGroups]
  ) throws(Obstacle) -> Double {
    let group = group(index)
    if letters.contains(where: { waiting[$0.qubit] != nil }) {
      return paired(letters, in: group) / group.store.normSquared
    }
    var pauli = ColumnPauli(wordCount: group.store.wordCount)
    for (qubit, letter) in letters { pauli.add(letter, on: Int(column[qubit])) }
    if !pauli.isDiagonal, places[index] == nil {
      places[index] = try KeyGroups(of: group.store, clearing: [])
    }
    return group.store.expectation(of: pauli, places: places[index]).real
      / group.store.normSquared
  }

  /// ⟨ψ|⊗M|ψ⟩ with M = U†PU on each qubit whose gate U waits: a sum over pairs of amplitudes.
  private func paired(_ letters: [(qubit: Int, pauli: Pauli)], in group: Group) -> Double {
    let matrices = letters.map { letter -> (column: Int, matrix: ComplexMatrix) in
      let gate = waiting[letter.qubit] ?? .identity(2)
      return (Int(column[letter.qubit]), gate.adjoint * letter.pauli.matrix * gate)
    }
    let store = group.store
    var outside = [UInt64](repeating: .max, count: store.wordCount)
    for entry in matrices { outside[entry.column >> 6] &= ~(1 << UInt64(entry.column & 63)) }
    var sum = 0.0
    for i in 0..<store.count {
      for j in 0..<store.count {
        let agree = (0..<store.wordCount).allSatisfy {
          (store.keys[i * store.wordCount + $0] ^ store.keys[j * store.wordCount + $0])
            & outside[$0] == 0
        }
        guard agree else { continue }
        var term = store.amplitudes[i].conjugate * store.amplitudes[j]
        for (column, matrix) in matrices {
          term = term * matrix[store.bit(column, of: i), store.bit(column, of: j)]
        }
        sum += term.real
      }
    }
    return sum
  }
}
