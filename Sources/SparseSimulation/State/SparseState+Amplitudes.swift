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
  /// The basis states of largest probability, equal ones by their index, in the order of the
  /// indices.
  ///
  /// - Parameters:
  ///   - limit: the most to give.
  ///   - threshold: those less probable than this part of the most probable one are left out.
  /// - Throws: `Obstacle` if there are too many for the memory.
  /// - Complexity: O(A log k) time for A amplitudes and k basis states of them, and O(k log k) for
  ///   each group; memory is that of a few lists of k, from the budget.
  package mutating func largestAmplitudes(
    limit: Int, threshold: Double
  ) throws(Obstacle) -> [BasisState] {
    try flushAll()
    guard limit > 0 else { return [] }
    do throws(Obstacle) {
      try checkList(limit)
      var best = try BasisStateList(wordCount: (qubitCount + 63) / 64, capacity: 1, budget: budget)
      let start = best.append(amplitude: phase, weight: 1)
      for qubit in 0..<qubitCount where isKnown(qubit) && values[qubit] {
        start[qubit >> 6] |= 1 << UInt64(qubit & 63)
      }
      for case let group? in groups {
        let own = try GroupRanking(of: group).largest(
          limit, threshold: threshold, wordCount: best.wordCount)
        best = try best.product(with: own, limit: limit, threshold: threshold)
      }
      return try best.basisStates(qubitCount: qubitCount)
    } catch {
      let size = if case .memory(let required, _) = error.kind { required } else { UInt64(0) }
      let available = budget.limit
      throw Obstacle(
        .memory(required: size, available: available),
        "a list of so many amplitudes needs at least \(ByteText.text(size))"
          + MemoryAdvice.shortage(available), hint: "ask for fewer, as by --top 64")
    }
  }

  /// Lists longer than this are refused, whatever the memory.
  private static var longestList: UInt64 { 1 << 22 }

  /// Refuses a list of amplitudes that does not fit, before it is begun.
  private func checkList(_ limit: Int) throws(Obstacle) {
    var count: UInt64 = 1
    for case let group? in groups {
      count = count.saturatingMultiply(UInt64(max(1, group.store.count)))
    }
    count = min(count, UInt64(limit))
    let each = UInt64(BasisStateList.bytesOfBasisState + 24 + 16 * ((qubitCount + 63) / 64))
    let required = count.saturatingMultiply(each)
    guard count > Self.longestList || required > budget.limit else { return }
    throw budget.obstacle(required: required)
  }

  /// Whether an index is below another of the same width.
  package static func precedes(_ a: BitVector, _ b: BitVector) -> Bool {
    for word in a.words.indices.reversed() where a.words[word] != b.words[word] {
      return a.words[word] < b.words[word]
    }
    return false
  }

  /// Writes the amplitude of every basis state, where all are 0.
  ///
  /// - Parameter amplitudes: 2ⁿ of them.
  /// - Precondition: there are at most 48 qubits.
  /// - Throws: `Obstacle` if there is no memory for the gates that wait or the places of
  ///   amplitudes.
  package mutating func write<S: Scalar>(
    to amplitudes: UnsafeMutablePointer<Complex<S>>
  ) throws(Obstacle) {
    try flushAll()
    var start: UInt64 = 0
    for qubit in 0..<qubitCount where isKnown(qubit) && values[qubit] {
      start |= 1 << UInt64(qubit)
    }
    var parts: [ScatteredGroup] = []
    for case let group? in groups { parts.append(try ScatteredGroup(group)) }
    // The largest is gone through most often, in the innermost loop.
    parts.sort { $0.store.count < $1.store.count }
    Self.write(parts[...], start, phase, to: amplitudes)
  }

  private static func write<S: Scalar>(
    _ parts: ArraySlice<ScatteredGroup>, _ index: UInt64, _ amplitude: Element,
    to amplitudes: UnsafeMutablePointer<Complex<S>>
  ) {
    guard let part = parts.first else {
      amplitudes[Int(index)] = Complex(S(amplitude.real), S(amplitude.imaginary))
      return
    }
    let (store, places) = (part.store, part.places)
    if parts.count == 1 {
      for place in 0..<store.count {
        let product = amplitude * store.amplitudes[place]
        amplitudes[Int(index | places[place])] = Complex(S(product.real), S(product.imaginary))
      }
      return
    }
    for place in 0..<store.count where store.amplitudes[place] != .zero {
      write(
        parts.dropFirst(), index | places[place], amplitude * store.amplitudes[place],
        to: amplitudes)
    }
  }
}

/// A group with the place of each of its amplitudes among those of all qubits.
private final class ScatteredGroup {
  let store: AmplitudeStore
  let places: UnsafeMutablePointer<UInt64>

  init(_ group: SparseState.Group) throws(Obstacle) {
    store = group.store
    places = try store.budget.allocate(UInt64.self, count: store.count)
    let columns = group.qubits.indices.filter { group.qubits[$0] >= 0 }
    let shifts = columns.map { (column: $0, qubit: UInt64(group.qubits[$0])) }
    for index in 0..<store.count {
      var place: UInt64 = 0
      for (column, qubit) in shifts { place |= UInt64(store.bit(column, of: index)) << qubit }
      places[index] = place
    }
  }

  deinit { store.budget.free(places, count: store.count) }
}
