import ComplexModule
import QuantumCore
import RealModule

// Goals, in order: each shot's basis state depends on its own numbers only; where one number is
// enough it is the state that the inverse of the cumulative distribution over all indices gives, as
// the state vector draws it; work goes with the groups, not with their product.
//
// Qubits are drawn from the highest down. `low` and `width` are the part of [0, 1) that the bits
// drawn so far leave; the next bit divides it. A number has 53 bits: when too little of it is left,
// the shot goes on with its next one.

/// Draws basis states of a sparse state.
package struct BasisStateSampler: @unchecked Sendable {
  typealias Element = Complex<Double>

  /// A group whose basis states are listed, or one with gates that wait.
  private enum Source {
    case listed(ListedGroup)
    case gated(GatedGroup)
  }

  /// Neighbouring qubits of one group: columns `columns`, the highest first, of those sorted by
  /// qubit.
  private struct Span {
    let source: Int
    var columns: [Int]
    var endsGroup: Bool
  }

  private let start: [UInt64]
  private let sources: [Source]
  private let spans: [Span]
  /// The part of a number that must be left for a draw among so many; see the top of the file.
  private let leastWidth: Double

  /// States of fewer qubits in groups draw all from one number, as the state vector does.
  private static var mostFromOneNumber: Int { 32 }
  /// A group may grow to so many amplitudes when gates that wait are applied; larger ones keep them
  /// waiting.
  private static var mostGrown: Int { 1 << 20 }

  /// - Throws: `Obstacle` if there is no memory.
  package init(_ state: SparseState) throws(Obstacle) {
    var state = state
    Self.flushWhereCheap(&state)
    var start = [UInt64](repeating: 0, count: (state.qubitCount + 63) / 64)
    var spans: [Span] = []
    var sources: [Source] = []
    var places: [Int: (source: Int, left: Int)] = [:]
    var openCount = 0
    for qubit in (0..<state.qubitCount).reversed() {
      guard !state.isKnown(qubit) else {
        if state.values[qubit] { start[qubit >> 6] |= 1 << UInt64(qubit & 63) }
        continue
      }
      openCount += 1
      let index = Int(state.home[qubit])
      if places[index] == nil {
        let group = state.group(index)
        places[index] = (sources.count, group.usedCount)
        sources.append(try Self.source(group, in: state))
      }
      guard let place = places[index] else { continue }
      let left = place.left - 1
      places[index]?.left = left
      if let last = spans.indices.last, spans[last].source == place.source {
        spans[last].columns.append(left)
        spans[last].endsGroup = left == 0
      } else {
        spans.append(Span(source: place.source, columns: [left], endsGroup: left == 0))
      }
    }
    (self.start, self.sources, self.spans) = (start, sources, spans)
    leastWidth = openCount <= Self.mostFromOneNumber ? 0x1p-40 : 0x1p-24
  }

  /// Applies gates that wait in groups that stay small, as far as there is memory.
  private static func flushWhereCheap(_ state: inout SparseState) {
    for (index, qubits) in state.waitingByGroup() {
      let group = state.group(index)
      let most = min(qubits.count, 40)
      let (product, overflow) = group.store.count.multipliedReportingOverflow(by: 1 << most)
      let columns = group.usedCount
      let grown = min(overflow ? .max : product, columns < 40 ? 1 << columns : .max)
      guard grown <= max(mostGrown, group.store.count) else { continue }
      do throws(Obstacle) {
        for qubit in qubits { try state.flush(qubit) }
      } catch {
        // They go on waiting, and their qubits are drawn one by one.
        continue
      }
    }
  }

  private static func source(
    _ group: SparseState.Group, in state: SparseState
  ) throws(Obstacle) -> Source {
    let columns = group.qubits.indices.filter { group.qubits[$0] >= 0 }
      .sorted { group.qubits[$0] < group.qubits[$1] }
    let qubits = columns.map { Int(group.qubits[$0]) }
    let wordCount = max(1, (columns.count + 63) / 64)
    let store = try group.store.rearranged(columns: columns, wordCount: wordCount)
    let gates = qubits.map { state.waiting[$0] }
    if gates.contains(where: { $0 != nil }) {
      return .gated(GatedGroup(qubits: qubits, store: store, gates: gates))
    }
    return .listed(try ListedGroup(qubits: qubits, store: store))
  }

  /// Draws one basis state.
  ///
  /// - Parameters:
  ///   - uniform: the n-th number in [0, 1) of the shot.
  ///   - bits: a word for every 64 qubits; they are overwritten.
  package func draw(
    _ uniform: (UInt64) -> Double, into bits: UnsafeMutableBufferPointer<UInt64>
  ) throws(Obstacle) {
    for word in bits.indices { bits[word] = start[word] }
    var part = NumberPart(uniform: uniform(0))
    var ranges = [Range<Int>?](repeating: nil, count: sources.count)
    var working = [GatedGroup.Draw?](repeating: nil, count: sources.count)
    for span in spans {
      switch sources[span.source] {
      case .listed(let group):
        let range = ranges[span.source] ?? 0..<group.store.count
        part.renew(unlessAbove: leastWidth * Double(range.count), uniform)
        ranges[span.source] = group.draw(
          span.columns, from: range, endsGroup: span.endsGroup, &part, into: bits)
      case .gated(let group):
        var draw: GatedGroup.Draw
        if let begun = working[span.source].take() {
          draw = begun
        } else {
          draw = try group.begin()
        }
        for column in span.columns {
          part.renew(unlessAbove: leastWidth * 2, uniform)
          try group.drawBit(column, &draw, &part, into: bits)
        }
        working[span.source] = draw
      }
    }
  }
}

/// What is left of a number in [0, 1) once some bits are drawn from it.
private struct NumberPart {
  private var uniform: Double
  private var low = 0.0
  private var width = 1.0
  private var used: UInt64 = 1

  init(uniform: Double) { self.uniform = uniform }

  /// Goes on with the shot's next number unless enough of this one is left.
  mutating func renew(unlessAbove least: Double, _ next: (UInt64) -> Double) {
    guard width < min(1, least) else { return }
    uniform = next(used)
    used += 1
    (low, width) = (0, 1)
  }

  /// How far into the part the number lies, in [0, 1).
  var position: Double { max(0, (uniform - low) / width) }

  /// Keeps the part of what is left from `start` on, `size` wide; both relative.
  mutating func narrow(to start: Double, size: Double) {
    low += width * start
    width *= size
  }

  /// Draws a bit that is 0 with a probability.
  mutating func bit(zero: Double) -> Bool {
    let isOne = zero <= 0 || (zero < 1 && uniform >= low + width * zero)
    if isOne { narrow(to: zero, size: 1 - zero) } else { narrow(to: 0, size: zero) }
    return isOne
  }
}

/// The basis states of a group in the order of their indices, with running sums of their
/// probabilities.
private struct ListedGroup {
  let qubits: [Int]
  let store: AmplitudeStore
  /// Sums of the probabilities before each; one more for the total.
  private let sums: RunningSums

  /// - Parameter store: column c is qubit `qubits[c]`.
  init(qubits: [Int], store: AmplitudeStore) throws(Obstacle) {
    self.qubits = qubits
    self.store = try store.sorted()
    sums = try RunningSums(of: self.store)
  }

  /// Draws the bits of some columns, the highest left first; the basis states that agree with them.
  func draw(
    _ columns: [Int], from range: Range<Int>, endsGroup: Bool, _ part: inout NumberPart,
    into bits: UnsafeMutableBufferPointer<UInt64>
  ) -> Range<Int> {
    if endsGroup { return drawRest(columns, from: range, &part, into: bits) }
    var range = range
    for column in columns {
      let middle = firstOne(column, in: range)
      let total = sums[range.upperBound] - sums[range.lowerBound]
      let zero =
        middle == range.lowerBound
        ? 0
        : middle == range.upperBound ? 1 : (sums[middle] - sums[range.lowerBound]) / total
      if part.bit(zero: zero) {
        range = middle..<range.upperBound
        set(column, in: bits)
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range
  }

  /// Draws one of the basis states left.
  private func drawRest(
    _ columns: [Int], from range: Range<Int>, _ part: inout NumberPart,
    into bits: UnsafeMutableBufferPointer<UInt64>
  ) -> Range<Int> {
    let (first, total) = (sums[range.lowerBound], sums[range.upperBound] - sums[range.lowerBound])
    let threshold = first + part.position * total
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle + 1] > threshold { high = middle } else { low = middle + 1 }
    }
    // Rounding may lead to the end of the list, which holds no state of probability 0 but by
    // underflow.
    if total > 0 {
      part.narrow(to: (sums[low] - first) / total, size: (sums[low + 1] - sums[low]) / total)
    }
    for column in columns where store.bit(column, of: low) == 1 { set(column, in: bits) }
    return low..<low + 1
  }

  private func firstOne(_ column: Int, in range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if store.bit(column, of: middle) == 1 { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func set(_ column: Int, in bits: UnsafeMutableBufferPointer<UInt64>) {
    let qubit = qubits[column]
    bits[qubit >> 6] |= 1 << UInt64(qubit & 63)
  }
}

/// Sums of probabilities, in memory of the budget.
private final class RunningSums {
  private let sums: UnsafeMutablePointer<Double>
  private let count: Int
  private let budget: AmplitudeBudget

  init(of store: AmplitudeStore) throws(Obstacle) {
    (count, budget) = (store.count + 1, store.budget)
    sums = try budget.allocate(Double.self, count: count)
    var sum = 0.0
    sums[0] = 0
    for index in 0..<store.count {
      sum += store.amplitudes[index].lengthSquared
      sums[index + 1] = sum
    }
  }

  deinit { budget.free(sums, count: count) }

  @inline(__always)
  subscript(_ index: Int) -> Double { sums[index] }
}

/// A group some of whose qubits have gates that wait: its qubits are drawn one by one, each right
/// after its gate.
private struct GatedGroup {
  typealias Element = Complex<Double>
  let qubits: [Int]
  let store: AmplitudeStore
  let gates: [ComplexMatrix?]

  /// The amplitudes that the bits drawn so far leave.
  struct Draw { var store: AmplitudeStore }

  func begin() throws(Obstacle) -> Draw { Draw(store: try store.copy()) }

  func drawBit(
    _ column: Int, _ draw: inout Draw, _ part: inout NumberPart,
    into bits: UnsafeMutableBufferPointer<UInt64>
  ) throws(Obstacle) {
    let matrix = gates[column] ?? .identity(2)
    let store = draw.store
    let groups = try KeyGroups(of: store, clearing: [column])
    // Amplitudes that differ in this column only, side by side; the keys of each group move to its
    // place.
    let pairs = try AmplitudeStore(
      wordCount: store.wordCount, capacity: 2 * groups.groupCount, budget: store.budget)
    pairs.amplitudes.update(repeating: .zero, count: 2 * groups.groupCount)
    for index in 0..<store.count {
      let place = 2 * Int(groups.group[index])
      let key = pairs.keys + place * store.wordCount
      key.update(from: store.keys + index * store.wordCount, count: store.wordCount)
      key[column >> 6] &= ~(1 << UInt64(column & 63))
      pairs.amplitudes[place + store.bit(column, of: index)] = store.amplitudes[index]
    }
    var (zero, one) = (0.0, 0.0)
    for place in stride(from: 0, to: 2 * groups.groupCount, by: 2) {
      let (a, b) = (pairs.amplitudes[place], pairs.amplitudes[place + 1])
      pairs.amplitudes[place] = matrix[0, 0] * a + matrix[0, 1] * b
      pairs.amplitudes[place + 1] = matrix[1, 0] * a + matrix[1, 1] * b
      zero += pairs.amplitudes[place].lengthSquared
      one += pairs.amplitudes[place + 1].lengthSquared
    }
    let result = part.bit(zero: zero / (zero + one))
    store.take(pairs, groupCount: groups.groupCount, second: result, weight: result ? one : zero)
    if result { bits[qubits[column] >> 6] |= 1 << UInt64(qubits[column] & 63) }
  }
}

extension AmplitudeStore {
  /// Becomes the first or second amplitudes of pairs, scaled from a weight to 1.
  fileprivate func take(
    _ pairs: AmplitudeStore, groupCount: Int, second: Bool, weight: Double
  ) {
    let scale = Element(1 / weight.squareRoot())
    count = 0
    for place in stride(from: 0, to: 2 * groupCount, by: 2) {
      let amplitude = pairs.amplitudes[place + (second ? 1 : 0)] * scale
      guard amplitude.lengthSquared > Self.cancellation else { continue }
      (keys + count * wordCount).update(from: pairs.keys + place * wordCount, count: wordCount)
      amplitudes[count] = amplitude
      count += 1
    }
  }
}

extension AmplitudeStore {
  /// The same amplitudes in ascending order of the keys.
  package func sorted() throws(Obstacle) -> AmplitudeStore {
    if isFull { return self }
    try budget.take(UInt64(4 * count))
    defer { budget.giveBack(UInt64(4 * count)) }
    var order = (0..<UInt32(count)).map { $0 }
    if wordCount == 1 {
      order.sort { keys[Int($0)] < keys[Int($1)] }
    } else {
      order.sort { a, b in
        for word in (0..<wordCount).reversed() {
          let (x, y) = (keys[Int(a) * wordCount + word], keys[Int(b) * wordCount + word])
          if x != y { return x < y }
        }
        return false
      }
    }
    let result = try AmplitudeStore(wordCount: wordCount, capacity: count, budget: budget)
    for (place, index) in order.enumerated() {
      for word in 0..<wordCount {
        result.keys[place * wordCount + word] = keys[Int(index) * wordCount + word]
      }
      result.amplitudes[place] = amplitudes[Int(index)]
    }
    result.count = count
    return result
  }
}
