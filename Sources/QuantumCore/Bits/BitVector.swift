/// A growable row of bits, packed into 64-bit words, bit `k` in word `k / 64` at weight 2^(k mod
/// 64).
///
/// Bits beyond `count` in the last word are always 0.
public struct BitVector: Hashable, Sendable {
  /// The number of bits, at least 0.
  public private(set) var count: Int
  /// The bits packed 64 to a word: bit `k` is bit `k % 64` of `words[k / 64]`.
  public private(set) var words: [UInt64]

  /// A vector of `count` bits, all of them 0.
  ///
  /// - Precondition: `count` is at least 0.
  public init(count: Int) {
    precondition(count >= 0, "A bit count is not negative")
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  /// The bits of a sequence, the first of them at index 0.
  public init(_ bits: some Sequence<Bool>) {
    self.init(count: 0)
    for bit in bits { append(bit) }
  }

  /// A vector from packed words; bits beyond `count` are cleared.
  public init(words: some Sequence<UInt64>, count: Int) {
    self.init(count: count)
    for (index, word) in words.enumerated().prefix(self.words.count) { self.words[index] = word }
    if count % 64 != 0, !self.words.isEmpty {
      self.words[self.words.count - 1] &= (1 << UInt64(count % 64)) - 1
    }
  }

  /// Takes over packed words.
  ///
  /// - Precondition: there are as many words as the bits need, and bits beyond `count` are 0.
  package init(packed words: [UInt64], count: Int) {
    precondition(words.count == (count + 63) / 64, "A vector has a word for every 64 bits")
    (self.count, self.words) = (count, words)
  }

  /// The bit at an index in `0..<count`.
  ///
  /// - Complexity: O(1).
  @inlinable public subscript(_ index: Int) -> Bool {
    get {
      precondition(index >= 0 && index < count, "Bit index is outside the vector")
      return words[index >> 6] >> UInt64(index & 63) & 1 == 1
    }
    set { set(index, to: newValue) }
  }

  @usableFromInline package mutating func set(_ index: Int, to value: Bool) {
    precondition(index >= 0 && index < count, "Bit index is outside the vector")
    let mask = UInt64(1) << UInt64(index & 63)
    if value { words[index >> 6] |= mask } else { words[index >> 6] &= ~mask }
  }

  /// Adds a bit behind the last one.
  ///
  /// - Complexity: O(1) amortized.
  public mutating func append(_ bit: Bool) {
    if count & 63 == 0 { words.append(0) }
    count += 1
    if bit { words[words.count - 1] |= 1 << UInt64((count - 1) & 63) }
  }

  /// The `width ≤ 64` bits from `start` as an unsigned number's bit pattern, lowest bit first.
  public func word(at start: Int, count width: Int) -> Int64 {
    precondition(
      start >= 0 && width >= 0 && width <= 64 && start + width <= count,
      "Bits are outside the vector")
    guard width > 0 else { return 0 }
    let shift = UInt64(start & 63)
    var value = words[start >> 6] >> shift
    if shift > 0, start >> 6 + 1 < words.count { value |= words[start >> 6 + 1] << (64 - shift) }
    if width < 64 { value &= (1 << UInt64(width)) - 1 }
    return Int64(bitPattern: value)
  }

  /// Stores the low `width ≤ 64` bits of `value` from `start` on.
  public mutating func setWord(_ value: Int64, at start: Int, count width: Int) {
    for k in 0..<width { self[start + k] = value >> Int64(k) & 1 == 1 }
  }

  /// Removes every bit, and keeps the memory for bits to come.
  public mutating func removeAll() {
    count = 0
    words.removeAll(keepingCapacity: true)
  }

  /// Number of bits that are 1.
  public var nonzeroBitCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  /// Whether every bit is 0, as in a vector without bits.
  ///
  /// - Complexity: O(`count` / 64).
  public var isZero: Bool { words.allSatisfy { $0 == 0 } }

  /// Bitwise XOR with a vector of the same count.
  public mutating func formSymmetricDifference(_ other: BitVector) {
    precondition(count == other.count, "Bit vectors differ in count")
    for index in words.indices { words[index] ^= other.words[index] }
  }
}

extension BitVector: RandomAccessCollection {
  /// The index of the first bit, always 0.
  public var startIndex: Int { 0 }
  /// The index after the last bit: `count`.
  public var endIndex: Int { count }
}

extension BitVector: CustomStringConvertible {
  /// The bits as `0` and `1`, bit 0 first.
  public var description: String { String(map { $0 ? "1" : "0" }) }
}

/// A table of bits in one packed buffer: `rowCount` rows of `columnCount` bits, each row
/// word-aligned.
public struct BitTable: Hashable, Sendable {
  /// The number of rows, at least 0.
  public let rowCount: Int
  /// The number of bits in each row, at least 0.
  public let columnCount: Int
  /// Words per row.
  public let stride: Int
  /// The bits row by row, `stride` words a row: column `k` of row `r` is bit `k % 64` of `words[r *
  /// stride + k / 64]`. Bits beyond the last column are 0.
  public package(set) var words: [UInt64]

  /// A table of zeros.
  ///
  /// - Precondition: both sides are at least 0.
  /// - Complexity: O(`rowCount` · `columnCount` / 64) time and memory.
  public init(rowCount: Int, columnCount: Int) {
    precondition(rowCount >= 0 && columnCount >= 0, "A table's sides are not negative")
    self.rowCount = rowCount
    self.columnCount = columnCount
    stride = (columnCount + 63) / 64
    words = [UInt64](repeating: 0, count: rowCount * stride)
  }

  /// Takes over packed rows.
  ///
  /// - Precondition: rows are word-aligned, and bits beyond their columns are 0.
  package init(rowCount: Int, columnCount: Int, words: [UInt64]) {
    (self.rowCount, self.columnCount, self.words) = (rowCount, columnCount, words)
    stride = (columnCount + 63) / 64
    precondition(words.count == rowCount * stride, "A table has whole rows")
  }

  /// One bit: `row` in `0..<rowCount`, `column` in `0..<columnCount`.
  ///
  /// - Complexity: O(1).
  public subscript(_ row: Int, _ column: Int) -> Bool {
    get {
      precondition(
        row >= 0 && row < rowCount && column >= 0 && column < columnCount, "Outside the table")
      return words[row * stride + column >> 6] >> UInt64(column & 63) & 1 == 1
    }
    set {
      precondition(
        row >= 0 && row < rowCount && column >= 0 && column < columnCount, "Outside the table")
      let mask = UInt64(1) << UInt64(column & 63)
      if newValue {
        words[row * stride + column >> 6] |= mask
      } else {
        words[row * stride + column >> 6] &= ~mask
      }
    }
  }

  /// A copy of one row.
  public func row(_ row: Int) -> BitVector {
    BitVector(words: words[row * stride..<(row + 1) * stride], count: columnCount)
  }

  /// Replaces one row.
  ///
  /// - Precondition: `bits.count == columnCount`.
  public mutating func setRow(_ row: Int, to bits: BitVector) {
    precondition(bits.count == columnCount, "A row has \(columnCount) bits")
    for (index, word) in bits.words.enumerated() { words[row * stride + index] = word }
  }
}
