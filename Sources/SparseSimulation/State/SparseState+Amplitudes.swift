import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule

/// A basis state of a sparse state: bit j is the value of qubit j.
package struct BasisState: Sendable {
  package var bits: BitVector
  package var amplitude: Complex<Double>
}

extension SparseState {
  /// The basis states of largest probability, equal ones by their index, in the order of the indices.
  ///
  /// - Parameters:
  ///   - limit: the most to give.
  ///   - threshold: those less probable than this part of the most probable one are left out.
  /// - Throws: `Obstacle` if there are too many for the memory.
  package mutating func largestAmplitudes(
    limit: Int, threshold: Double
  ) throws(Obstacle) -> [BasisState] {
    try flushAll()
    var start = BitVector(count: qubitCount)
    for qubit in 0..<qubitCount where isKnown(qubit) && values[qubit] { start[qubit] = true }
    try checkList(limit)
    var best = [BasisState(bits: start, amplitude: phase)]
    for case let group? in groups {
      best = combined(best, group, limit: limit, threshold: threshold)
    }
    return best.sorted { Self.precedes($0.bits, $1.bits) }
  }

  /// Lists longer than this are refused, whatever the memory.
  private static var longestList: Int { 1 << 22 }

  /// Refuses a list of amplitudes that does not fit.
  private func checkList(_ limit: Int) throws(Obstacle) {
    var total = 1
    for case let group? in groups {
      let (product, overflow) = total.multipliedReportingOverflow(by: max(1, group.store.count))
      total = overflow ? .max : product
    }
    // A list, and one that it is made of.
    let each = UInt64(2 * (96 + 8 * ((qubitCount + 63) / 64)))
    let required = UInt64(min(total, limit)).saturatingMultiply(each)
    guard min(total, limit) > Self.longestList || required > budget.limit else { return }
    throw Obstacle(
      .memory(required: required, available: budget.limit),
      "too many amplitudes are not 0 to list them all", hint: "ask for fewer, as by --top 64")
  }

  private func combined(
    _ best: [BasisState], _ group: Group, limit: Int, threshold: Double
  ) -> [BasisState] {
    let store = group.store
    let own = (0..<store.count).map { place -> BasisState in
      var bits = BitVector(count: qubitCount)
      for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
        if store.bit(column, of: place) == 1 { bits[Int(qubit)] = true }
      }
      return BasisState(bits: bits, amplitude: store.amplitudes[place])
    }
    var products: [BasisState] = []
    let largest = Self.largest(own, limit)
    products.reserveCapacity(best.count * largest.count)
    for a in best {
      for b in largest {
        var bits = a.bits
        bits.formSymmetricDifference(b.bits)
        products.append(BasisState(bits: bits, amplitude: a.amplitude * b.amplitude))
      }
    }
    let most = products.reduce(0) { max($0, $1.amplitude.length) }
    let least = most * threshold.squareRoot()
    return Self.largest(products.filter { $0.amplitude.length >= least }, limit)
  }

  /// The most probable of some basis states; five digits decide, then the index.
  private static func largest(_ states: [BasisState], _ limit: Int) -> [BasisState] {
    guard states.count > limit else { return states }
    let ranked = states.map { state -> (rank: Double, state: BasisState) in
      let probability = state.amplitude.lengthSquared
      guard probability > .leastNormalMagnitude else { return (0, state) }
      let scale = 0x1p17 / probability.binade
      return ((probability * scale).rounded() / scale, state)
    }
    return ranked.sorted { a, b in
      a.rank != b.rank ? a.rank > b.rank : precedes(a.state.bits, b.state.bits)
    }.prefix(limit).map(\.state)
  }

  /// Whether an index is below another of the same width.
  package static func precedes(_ a: BitVector, _ b: BitVector) -> Bool {
    for word in a.words.indices.reversed() where a.words[word] != b.words[word] {
      return a.words[word] < b.words[word]
    }
    return false
  }

  /// The state with an amplitude for every basis state.
  ///
  /// - Throws: `Obstacle` if there is no memory.
  package mutating func denseAmplitudes(limit: UInt64?) throws(Obstacle) -> [Complex<Double>] {
    if let obstacle = StateMemory.obstacle(
      qubitCount: qubitCount, precision: .double, limit: limit)
    {
      throw obstacle
    }
    let largest = try largestAmplitudes(limit: .max, threshold: 0)
    var amplitudes = [Complex<Double>](repeating: .zero, count: 1 << qubitCount)
    for state in largest { amplitudes[Int(state.bits.words.first ?? 0)] = state.amplitude }
    return amplitudes
  }
}
