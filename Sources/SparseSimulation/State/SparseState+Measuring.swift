import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule

extension SparseState {
  /// Probabilities this close to 0 or 1 are rounding errors of a sum over pairs of amplitudes.
  private static var certainty: Double { 1e-13 }

  /// The part of a product that acts on qubits in groups; the others give a sign.
  private func open(
    _ product: QubitPauli
  ) -> (letters: [(qubit: Int, pauli: Pauli)], isNegative: Bool) {
    var letters: [(qubit: Int, pauli: Pauli)] = []
    var isNegative = product.letterExponent == 2
    for letter in product.letters {
      if isKnown(letter.qubit), letter.pauli == .z {
        if values[letter.qubit] { isNegative.toggle() }
      } else {
        letters.append(letter)
      }
    }
    return (letters, isNegative)
  }

  private func columnPauli(_ letters: [(qubit: Int, pauli: Pauli)], in group: Group) -> ColumnPauli
  {
    var pauli = ColumnPauli(wordCount: group.store.wordCount)
    for (qubit, letter) in letters { pauli.add(letter, on: Int(column[qubit])) }
    return pauli
  }

  /// The probability that a measurement of a Hermitian product gives −1, recorded as 1.
  ///
  /// Joins the groups of the product's qubits.
  package mutating func probabilityOfOne(_ product: QubitPauli) throws(Obstacle) -> Double {
    for letter in product.letters { try flush(letter.qubit) }
    let (letters, isNegative) = open(product)
    guard !letters.isEmpty else { return isNegative ? 1 : 0 }
    let index = try join(letters.map(\.qubit))
    let group = group(index)
    let pauli = columnPauli(letters, in: group)
    work += UInt64(group.store.count)
    let norm = group.store.normSquared
    if pauli.isDiagonal {
      var ones = 0.0
      for place in 0..<group.store.count where group.store.parity(of: place, under: pauli.z) {
        ones += group.store.amplitudes[place].lengthSquared
      }
      let probability = min(1, ones / norm)
      return isNegative ? 1 - probability : probability
    }
    let places = try KeyGroups(of: group.store, clearing: [])
    let value = group.store.expectation(of: pauli, places: places).real / norm
    let probability = 0.5 * (1 - (isNegative ? -value : value))
    return probability < Self.certainty ? 0 : probability > 1 - Self.certainty ? 1 : probability
  }

  /// Projects on the eigenspace of a product, which has a probability above 0, and scales to norm
  /// 1.
  package mutating func collapse(_ product: QubitPauli, result: Bool) throws(Obstacle) {
    let (letters, isNegative) = open(product)
    guard !letters.isEmpty else { return }
    let index = try join(letters.map(\.qubit))
    // Nothing else holds the group, so that it is changed in place.
    let pauli = columnPauli(letters, in: group(index))
    let isOdd = result != isNegative
    if pauli.isDiagonal {
      try uniqueStore(of: index).keep(parity: isOdd, under: pauli.z)
      replaceStore(of: index, by: try group(index).store.shrunk())
    } else {
      replaceStore(
        of: index,
        by: try group(index).store.applying(
          pauli, alpha: Element(0.5), beta: Element(isOdd ? -0.5 : 0.5),
          atMost: group(index).mostAmplitudes))
    }
    try normalize(index)
    try settle(index)
  }

  /// Scales a group to norm 1.
  package mutating func normalize(_ index: Int) throws(Obstacle) {
    let store = try uniqueStore(of: index)
    let norm = store.normSquared
    guard norm > 0 else { return }
    store.scale(by: Element(1 / norm.squareRoot()))
  }

  // MARK: Gates that are no Clifford products

  /// (α + βP)|ψ⟩.
  package mutating func apply(
    _ product: QubitPauli, alpha: Element, beta: Element
  ) throws(Obstacle) {
    for letter in product.letters { try flush(letter.qubit) }
    if alpha == .zero {
      // A product of Paulis entangles nothing.
      for letter in product.letters { try apply(.singlePauli(letter.pauli, on: letter.qubit)) }
      phase = phase * beta * product.sign
      return
    }
    guard !product.isIdentity else {
      phase = phase * (alpha + beta * product.sign)
      return
    }
    let index = try join(product.letters.map(\.qubit))
    let pauli = columnPauli(product.letters, in: group(index))
    replaceStore(
      of: index,
      by: try group(index).store.applying(
        pauli, alpha: alpha, beta: beta * product.sign, atMost: group(index).mostAmplitudes))
    try settle(index)
  }

  /// ‖Kψ‖²/‖ψ‖² of each operator on some qubits.
  package mutating func probabilities(
    of operators: [ComplexMatrix], on qubits: [Int]
  ) throws(Obstacle) -> [Double] {
    for qubit in qubits { try flush(qubit) }
    let index = try join(qubits)
    let group = group(index)
    let density = try group.store.reduced(to: columns(of: qubits))
    work += UInt64(group.store.count)
    let weights = operators.map { matrix -> Double in
      let gram = matrix.adjoint * matrix
      var sum = 0.0
      for row in 0..<gram.rowCount {
        for column in 0..<gram.rowCount { sum += (gram[row, column] * density[column, row]).real }
      }
      return max(0, sum)
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

extension AmplitudeStore {
  /// The density matrix of some columns, not normalised.
  package func reduced(to columns: [Int]) throws(Obstacle) -> ComplexMatrix {
    let size = 1 << columns.count
    let groups = try KeyGroups(of: self, clearing: columns)
    let scratch = try AmplitudeStore(
      wordCount: wordCount, capacity: groups.groupCount * size, budget: budget)
    scratch.amplitudes.update(repeating: .zero, count: groups.groupCount * size)
    for index in 0..<count {
      let entry = columns.enumerated().reduce(0) { $0 | bit($1.element, of: index) << $1.offset }
      scratch.amplitudes[Int(groups.group[index]) * size + entry] = amplitudes[index]
    }
    var density = ComplexMatrix(zeros: size, by: size)
    for group in 0..<groups.groupCount {
      for row in 0..<size {
        let left = scratch.amplitudes[group * size + row]
        guard left != .zero else { continue }
        for column in 0..<size {
          density[row, column] += left * scratch.amplitudes[group * size + column].conjugate
        }
      }
    }
    return density
  }
}
