import ComplexModule
import DenseSimulation
import QuantumCore

// The k most probable of all products of amplitudes of several groups are products of the k most
// probable of each group. So a group gives a list of k in order, by a heap of as many places; two
// lists in order give the k largest of their products by a heap of the pairs that may come next. No
// list is longer than k, and all memory is the budget's.
//
// Probabilities equal to five digits count as equal, and the index decides: rounding does not.

/// Basis states of all qubits with their amplitudes, the most probable first, equal ones by index.
final class BasisStateList {
  typealias Element = Complex<Double>

  /// Words of an index.
  let wordCount: Int
  private let capacity: Int
  private let budget: AmplitudeBudget
  private(set) var count = 0
  /// Index i is at words `i * wordCount ..< (i + 1) * wordCount`.
  private let words: UnsafeMutablePointer<UInt64>
  private let amplitudes: UnsafeMutablePointer<Element>
  /// Probabilities as parts of the largest, which do not vanish where those of many qubits do.
  private let weights: UnsafeMutablePointer<Double>

  init(wordCount: Int, capacity: Int, budget: AmplitudeBudget) throws(Obstacle) {
    (self.wordCount, self.capacity, self.budget) = (wordCount, capacity, budget)
    let (wordTotal, overflow) = capacity.multipliedReportingOverflow(by: wordCount)
    guard !overflow else { throw budget.obstacle(required: .max) }
    words = try budget.allocate(UInt64.self, count: wordTotal)
    do throws(Obstacle) {
      amplitudes = try budget.allocate(Element.self, count: capacity)
    } catch {
      budget.free(words, count: wordTotal)
      throw error
    }
    do throws(Obstacle) {
      weights = try budget.allocate(Double.self, count: capacity)
    } catch {
      budget.free(words, count: wordTotal)
      budget.free(amplitudes, count: capacity)
      throw error
    }
  }

  deinit {
    budget.free(words, count: capacity * wordCount)
    budget.free(amplitudes, count: capacity)
    budget.free(weights, count: capacity)
  }

  /// Adds a basis state; the words of its index, all 0.
  func append(amplitude: Element, weight: Double) -> UnsafeMutablePointer<UInt64> {
    let index = words + count * wordCount
    index.update(repeating: 0, count: wordCount)
    amplitudes[count] = amplitude
    weights[count] = weight
    count += 1
    return index
  }

  /// A probability to five digits.
  static func rank(_ weight: Double) -> Double {
    guard weight > .leastNormalMagnitude else { return 0 }
    let scale = 0x1p17 / weight.binade
    return (weight * scale).rounded() / scale
  }

  // MARK: Products

  /// The product of a basis state of each of two lists.
  private struct Pair {
    let rank: Double
    let first: UInt32
    let second: UInt32
  }

  /// The largest products with the basis states of other qubits.
  func product(
    with other: BasisStateList, limit: Int, threshold: Double
  ) throws(Obstacle) -> BasisStateList {
    let (all, overflow) = count.multipliedReportingOverflow(by: other.count)
    let most = min(limit, overflow ? .max : all)
    let result = try BasisStateList(wordCount: wordCount, capacity: most, budget: budget)
    guard most > 0 else { return result }
    // Each pair that is taken brings two at most: the next of the second list, and of the first.
    let heap = try RankedHeap<Pair>(capacity: min(count, most) + 1, budget: budget)
    func pair(_ i: Int, _ j: Int) -> Pair {
      Pair(rank: Self.rank(weights[i] * other.weights[j]), first: UInt32(i), second: UInt32(j))
    }
    func precedes(_ a: Pair, _ b: Pair) -> Bool {
      if a.rank != b.rank { return a.rank > b.rank }
      let (i, j) = (words + Int(a.first) * wordCount, other.words + Int(a.second) * wordCount)
      let (k, l) = (words + Int(b.first) * wordCount, other.words + Int(b.second) * wordCount)
      for word in (0..<wordCount).reversed() where i[word] | j[word] != k[word] | l[word] {
        return i[word] | j[word] < k[word] | l[word]
      }
      return false
    }
    heap.push(pair(0, 0), precedes)
    while result.count < most, let next = heap.pop(precedes) {
      let (i, j) = (Int(next.first), Int(next.second))
      let weight = weights[i] * other.weights[j]
      if weight < threshold { break }
      let index = result.append(
        amplitude: amplitudes[i] * other.amplitudes[j], weight: weight)
      for word in 0..<wordCount {
        index[word] = words[i * wordCount + word] | other.words[j * wordCount + word]
      }
      if j + 1 < other.count { heap.push(pair(i, j + 1), precedes) }
      if j == 0, i + 1 < count { heap.push(pair(i + 1, 0), precedes) }
    }
    return result
  }

  /// All of them in the order of their indices.
  ///
  /// - Throws: `Obstacle` if there is no memory for the list that is given.
  func basisStates(qubitCount: Int) throws(Obstacle) -> [BasisState] {
    let bytes = UInt64(count).saturatingMultiply(UInt64(Self.bytesOfBasisState + 8 * wordCount))
    try budget.take(bytes)
    defer { budget.giveBack(bytes) }
    var states: [BasisState] = []
    states.reserveCapacity(count)
    for place in 0..<count {
      let index = UnsafeBufferPointer(start: words + place * wordCount, count: wordCount)
      states.append(
        BasisState(
          bits: BitVector(words: Array(index), count: qubitCount), amplitude: amplitudes[place]))
    }
    states.sort { SparseState.precedes($0.bits, $1.bits) }
    return states
  }

  /// Of a basis state beside the words of its index: itself, half of it again while they are
  /// sorted, and the array of words.
  static let bytesOfBasisState = 128
}

/// The order of the amplitudes of a group: by probability, equal ones by the values of its qubits.
struct GroupRanking {
  private let store: AmplitudeStore
  /// Columns with their qubits, the highest qubit first.
  private let columns: [(column: Int, qubit: Int)]
  /// Whether keys are in the order of the qubits' values.
  private let keysAreOrdered: Bool

  init(of group: SparseState.Group) {
    store = group.store
    columns = group.qubits.indices.filter { group.qubits[$0] >= 0 }
      .map { ($0, Int(group.qubits[$0])) }.sorted { $0.1 > $1.1 }
    keysAreOrdered =
      store.wordCount == 1
      && zip(columns, columns.dropFirst()).allSatisfy { $0.column > $1.column }
  }

  private struct Place {
    let rank: Double
    let index: UInt32
  }

  private func precedes(_ a: Place, _ b: Place) -> Bool {
    if a.rank != b.rank { return a.rank > b.rank }
    let (i, j) = (Int(a.index), Int(b.index))
    if keysAreOrdered { return store.keys[i] < store.keys[j] }
    for (column, _) in columns {
      let (x, y) = (store.bit(column, of: i), store.bit(column, of: j))
      if x != y { return x < y }
    }
    return false
  }

  /// The most probable basis states, in order.
  ///
  /// - Parameter threshold: those less probable than this part of the most probable are left out.
  func largest(
    _ limit: Int, threshold: Double, wordCount: Int
  ) throws(Obstacle) -> BasisStateList {
    let budget = store.budget
    var most = 0.0
    for index in 0..<store.count { most = max(most, store.amplitudes[index].lengthSquared) }
    let places = try RankedHeap<Place>(capacity: min(limit, store.count), budget: budget)
    for index in 0..<store.count where store.amplitudes[index] != .zero {
      let weight = store.amplitudes[index].lengthSquared / most
      if weight < threshold { continue }
      let place = Place(rank: BasisStateList.rank(weight), index: UInt32(index))
      places.keep(place, precedes)
    }
    places.sort(precedes)
    let list = try BasisStateList(wordCount: wordCount, capacity: places.count, budget: budget)
    for place in 0..<places.count {
      let index = Int(places[place].index)
      let amplitude = store.amplitudes[index]
      let words = list.append(amplitude: amplitude, weight: amplitude.lengthSquared / most)
      for (column, qubit) in columns where store.bit(column, of: index) == 1 {
        words[qubit >> 6] |= 1 << UInt64(qubit & 63)
      }
    }
    return list
  }
}

/// A heap of fixed size in memory of a budget; every call is given the same order.
private final class RankedHeap<Entry> {
  private let entries: UnsafeMutablePointer<Entry>
  private let capacity: Int
  private let budget: AmplitudeBudget
  private(set) var count = 0

  init(capacity: Int, budget: AmplitudeBudget) throws(Obstacle) {
    (self.capacity, self.budget) = (capacity, budget)
    entries = try budget.allocate(Entry.self, count: capacity)
  }

  deinit { budget.free(entries, count: capacity) }

  subscript(_ index: Int) -> Entry { entries[index] }

  /// Adds an entry; the one that `precedes` all others is at the root.
  func push(_ entry: Entry, _ precedes: (Entry, Entry) -> Bool) {
    precondition(count < capacity, "The heap is full")
    (entries + count).initialize(to: entry)
    count += 1
    rise(from: count - 1, precedes)
  }

  /// Takes out the entry at the root; `nil` if there is none.
  func pop(_ precedes: (Entry, Entry) -> Bool) -> Entry? {
    guard count > 0 else { return nil }
    let root = entries[0]
    count -= 1
    entries[0] = entries[count]
    sink(from: 0, precedes)
    return root
  }

  /// Keeps an entry if it is among the first that there is room for: the last of them at the root.
  func keep(_ entry: Entry, _ precedes: (Entry, Entry) -> Bool) {
    if count < capacity {
      push(entry) { precedes($1, $0) }
    } else if capacity > 0, precedes(entry, entries[0]) {
      entries[0] = entry
      sink(from: 0) { precedes($1, $0) }
    }
  }

  /// Puts what `keep` has kept in order.
  func sort(_ precedes: (Entry, Entry) -> Bool) {
    let all = count
    while count > 1 {
      count -= 1
      (entries[0], entries[count]) = (entries[count], entries[0])
      sink(from: 0) { precedes($1, $0) }
    }
    count = all
  }

  private func rise(from start: Int, _ precedes: (Entry, Entry) -> Bool) {
    var place = start
    while place > 0, precedes(entries[place], entries[(place - 1) / 2]) {
      let parent = (place - 1) / 2
      (entries[place], entries[parent]) = (entries[parent], entries[place])
      place = parent
    }
  }

  private func sink(from start: Int, _ precedes: (Entry, Entry) -> Bool) {
    var place = start
    while true {
      var first = place
      for child in 2 * place + 1...2 * place + 2
      where child < count && precedes(entries[child], entries[first]) {
        first = child
      }
      if first == place { return }
      (entries[place], entries[first]) = (entries[first], entries[place])
      place = first
    }
  }
}
