/// Observables that something flips: their numbers, ascending.
///
/// Sets of few observables stay small where the model has many.
struct ObservableSet: Sendable, Hashable {
  private(set) var members: [UInt32]

  /// - Parameter flips: numbers of observables; those given an even number of times cancel.
  init(_ flips: [UInt64] = []) {
    members = flips.occurringOddly().map { UInt32($0) }
  }

  /// - Parameter words: a bit for every observable.
  init(words: some Sequence<UInt64>) {
    members = []
    for (index, word) in words.enumerated() {
      var bits = word
      while bits != 0 {
        members.append(UInt32(64 * index + bits.trailingZeroBitCount))
        bits &= bits - 1
      }
    }
  }

  var isEmpty: Bool { members.isEmpty }

  /// Flips what the other flips.
  mutating func formSymmetricDifference(_ other: ObservableSet) {
    if other.isEmpty { return }
    self = isEmpty ? other : .flippedTogether([self, other])
  }

  /// What several sets flip together.
  ///
  /// - Complexity: O(n log n) for n members of all.
  static func flippedTogether(_ sets: some Sequence<ObservableSet>) -> ObservableSet {
    ObservableSet(sets.flatMap(\.members).map { UInt64($0) })
  }

  func isSubset(ofWords words: ArraySlice<UInt64>) -> Bool {
    members.allSatisfy { words[words.startIndex + Int($0 >> 6)] >> UInt64($0 & 63) & 1 == 1 }
  }

  /// Flips its members in words with a bit for every observable.
  func flip(_ words: inout [UInt64]) {
    words.withUnsafeMutableBufferPointer { flip($0.baseAddress) }
  }

  func flip(_ words: UnsafeMutablePointer<UInt64>?) {
    for member in members { words?[Int(member >> 6)] ^= 1 << UInt64(member & 63) }
  }
}

extension ObservableSet: Comparable {
  static func < (a: ObservableSet, b: ObservableSet) -> Bool {
    a.members.lexicographicallyPrecedes(b.members)
  }
}

extension Array where Element: Comparable {
  /// Those that occur an odd number of times, ascending.
  ///
  /// - Complexity: O(n log n) comparisons.
  package func occurringOddly() -> [Element] {
    if count < 2 { return self }
    var odd: [Element] = []
    odd.reserveCapacity(count)
    for value in sorted() {
      if odd.last == value { odd.removeLast() } else { odd.append(value) }
    }
    return odd
  }
}
