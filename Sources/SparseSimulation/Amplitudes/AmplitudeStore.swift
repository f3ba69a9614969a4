import ComplexModule
import QuantumCore

/// The amplitudes of a group of qubits that are not 0, each under its basis state as a key.
///
/// Bit c of a key is the value of column c of the group; a key has as many words as the columns
/// need. Keys are distinct and in no particular order. Columns that no qubit uses hold 0.
package final class AmplitudeStore: @unchecked Sendable {
  package typealias Element = Complex<Double>

  /// Words of a key.
  package let wordCount: Int
  package let capacity: Int
  package let budget: AmplitudeBudget
  /// Key i is at words `i * wordCount ..< (i + 1) * wordCount`.
  package let keys: UnsafeMutablePointer<UInt64>
  package let amplitudes: UnsafeMutablePointer<Element>
  package var count = 0
  /// Whether there is an amplitude for every basis state, in order, zeros included: see `filled`.
  package var isFull = false

  /// The most amplitudes of a group: places among them have 32 bits.
  package static let mostAmplitudes = 1 << 31

  /// Without amplitudes, with room for some.
  ///
  /// - Throws: `Obstacle` if there is no memory.
  package init(wordCount: Int, capacity: Int, budget: AmplitudeBudget) throws(Obstacle) {
    let bytes = Self.bytes(wordCount: wordCount, count: UInt64(capacity))
    guard capacity <= Self.mostAmplitudes else {
      throw budget.obstacle(required: bytes)
    }
    let keys = try budget.allocate(UInt64.self, count: capacity * wordCount)
    do throws(Obstacle) {
      amplitudes = try budget.allocate(Element.self, count: capacity)
    } catch {
      budget.free(keys, count: capacity * wordCount)
      throw error
    }
    self.keys = keys
    (self.wordCount, self.capacity, self.budget) = (wordCount, capacity, budget)
  }

  deinit {
    budget.free(keys, count: capacity * wordCount)
    budget.free(amplitudes, count: capacity)
  }

  /// Bytes that so many amplitudes take; saturates.
  package static func bytes(wordCount: Int, count: UInt64) -> UInt64 {
    count.saturatingMultiply(UInt64(8 * wordCount + 16))
  }

  /// The same amplitudes, with no more room than they need.
  package func copy() throws(Obstacle) -> AmplitudeStore {
    let copy = try AmplitudeStore(wordCount: wordCount, capacity: count, budget: budget)
    copy.keys.update(from: keys, count: count * wordCount)
    copy.amplitudes.update(from: amplitudes, count: count)
    copy.count = count
    copy.isFull = isFull
    return copy
  }

  /// The same amplitudes with less room, where most of it is empty.
  package func shrunk() throws(Obstacle) -> AmplitudeStore {
    capacity > 64 && 2 * count <= capacity ? try copy() : self
  }

  @inline(__always)
  package func bit(_ column: Int, of index: Int) -> Int {
    Int(keys[index * wordCount + column >> 6] >> UInt64(column & 63) & 1)
  }

  /// Σ|a|².
  package var normSquared: Double {
    var sum = 0.0
    for index in 0..<count { sum += amplitudes[index].lengthSquared }
    return sum
  }

  package func scale(by factor: Element) {
    for index in 0..<count { amplitudes[index] = amplitudes[index] * factor }
  }

  /// The columns whose bit is the same in every key, as words: whether, and which.
  package func constantBits() -> (isConstant: [UInt64], value: [UInt64]) {
    var same = [UInt64](repeating: .max, count: wordCount)
    let first = (0..<wordCount).map { count > 0 ? keys[$0] : 0 }
    var place = wordCount
    for _ in 1..<max(1, count) {
      var rest: UInt64 = 0
      for word in 0..<wordCount {
        same[word] &= ~(keys[place + word] ^ first[word])
        rest |= same[word]
      }
      if rest == 0 { break }
      place += wordCount
    }
    return (same, zip(same, first).map { $0 & $1 })
  }

  /// The value of a column, if it is the same in every key.
  package func constantBit(_ column: Int) -> Bool? {
    guard count > 0 else { return nil }
    let first = bit(column, of: 0)
    for index in 1..<max(1, count) where bit(column, of: index) != first { return nil }
    return first == 1
  }

  /// Clears a column.
  package func clear(_ column: Int) {
    let (word, mask) = (column >> 6, ~(UInt64(1) << UInt64(column & 63)))
    for index in 0..<count { keys[index * wordCount + word] &= mask }
  }
}

/// Bits of a key that a gate asks for, word by word.
package struct KeyCondition: Sendable {
  package var words: [(word: Int, mask: UInt64, value: UInt64)] = []

  package init() {}

  package mutating func require(_ column: Int, _ isOne: Bool) {
    let (word, mask) = (column >> 6, UInt64(1) << UInt64(column & 63))
    let place = words.firstIndex { $0.word == word } ?? words.count
    if place == words.count { words.append((word, 0, 0)) }
    words[place].mask |= mask
    if isOne { words[place].value |= mask }
  }

  @inline(__always)
  package func holds(for key: UnsafeMutablePointer<UInt64>) -> Bool {
    for entry in words where key[entry.word] & entry.mask != entry.value { return false }
    return true
  }
}
