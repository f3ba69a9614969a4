import QuantumCore

/// Generators of a group of flows, one a row: bits of the input Paulis, of the output Paulis, of the records, and a sign.
///
/// Paulis take two columns a qubit, X then Z; the sections start at words of their own. Rows multiply by XOR and a phase.
struct FlowRows {
  let qubitCount: Int
  let recordCount: Int
  /// Words of one row of Paulis, and of one row of records.
  let pauliWords: Int
  private let recordWords: Int
  private let width: Int
  private var words: [UInt64] = []
  /// Exponent of i for each row: that of the output less that of the input.
  private var phases: [UInt8] = []

  private static let xColumns: UInt64 = 0x5555_5555_5555_5555

  init(qubitCount: Int, recordCount: Int) {
    self.qubitCount = qubitCount
    self.recordCount = recordCount
    pauliWords = (2 * qubitCount + 63) / 64
    recordWords = (recordCount + 63) / 64
    width = 2 * pauliWords + recordWords
  }

  var count: Int { phases.count }

  /// Bytes that `rows` rows take; saturates.
  static func bytes(rows: UInt64, qubits: UInt64, records: UInt64) -> UInt64 {
    (qubits / 16).saturatingAdd(records / 64).saturatingAdd(3).saturatingMultiply(8)
      .saturatingMultiply(rows)
  }

  mutating func appendRow() -> Int {
    words.append(contentsOf: repeatElement(0, count: width))
    phases.append(0)
    return count - 1
  }

  /// Takes a row out; the last row takes its place.
  mutating func remove(_ row: Int) {
    let last = count - 1
    if row != last {
      for word in 0..<width { words[row * width + word] = words[last * width + word] }
      phases[row] = phases[last]
    }
    words.removeLast(width)
    phases.removeLast()
  }

  // MARK: Columns

  /// Columns: input Paulis, then output Paulis, then records.
  var columnCount: Int { 4 * qubitCount + recordCount }

  private func place(_ column: Int) -> (word: Int, bit: UInt64) {
    if column < 2 * qubitCount { return (column >> 6, UInt64(column & 63)) }
    let output = column - 2 * qubitCount
    if output < 2 * qubitCount { return (pauliWords + output >> 6, UInt64(output & 63)) }
    let record = output - 2 * qubitCount
    return (2 * pauliWords + record >> 6, UInt64(record & 63))
  }

  func bit(_ row: Int, _ column: Int) -> Bool {
    let (word, bit) = place(column)
    return words[row * width + word] >> bit & 1 == 1
  }

  private func pauli(_ row: Int, _ qubit: Int, _ section: Int) -> Pauli {
    let column = 2 * qubit
    let word = words[row * width + section + column >> 6]
    return Pauli(rawValue: UInt8(word >> UInt64(column & 63) & 3))!
  }
  private mutating func set(_ row: Int, _ qubit: Int, _ section: Int, _ pauli: Pauli) {
    let (word, shift) = (row * width + section + (2 * qubit) >> 6, UInt64(2 * qubit & 63))
    words[word] = words[word] & ~(3 << shift) | UInt64(pauli.rawValue) << shift
  }

  func input(_ row: Int, _ qubit: Int) -> Pauli { pauli(row, qubit, 0) }
  func output(_ row: Int, _ qubit: Int) -> Pauli { pauli(row, qubit, pauliWords) }
  mutating func setInput(_ row: Int, _ qubit: Int, _ pauli: Pauli) { set(row, qubit, 0, pauli) }
  mutating func setOutput(_ row: Int, _ qubit: Int, _ pauli: Pauli) {
    set(row, qubit, pauliWords, pauli)
  }
  mutating func toggleRecord(_ row: Int, _ record: Int) {
    words[row * width + 2 * pauliWords + record >> 6] ^= 1 << UInt64(record & 63)
  }
  func hasRecord(_ row: Int, _ record: Int) -> Bool {
    words[row * width + 2 * pauliWords + record >> 6] >> UInt64(record & 63) & 1 == 1
  }
  mutating func negate(_ row: Int) { phases[row] ^= 2 }
  func isNegative(_ row: Int) -> Bool { phases[row] & 2 != 0 }
  mutating func addPhase(_ row: Int, _ exponent: Int) {
    phases[row] = (phases[row] &+ UInt8(exponent & 3)) & 3
  }

  // MARK: Rows

  /// Multiplies a row by another from the right.
  mutating func multiply(_ row: Int, by other: Int) {
    let (a, b) = (row * width, other * width)
    let exponent: Int = words.withUnsafeMutableBufferPointer { words in
      let left = UnsafeBufferPointer(rebasing: words[a..<a + width])
      let right = UnsafeBufferPointer(rebasing: words[b..<b + width])
      var exponent = 0
      for word in 0..<pauliWords { exponent -= Self.phase(left[word], right[word]) }
      for word in pauliWords..<2 * pauliWords {
        exponent += Self.phase(left[word], right[word])
      }
      for word in 0..<width { words[a + word] ^= words[b + word] }
      return exponent
    }
    phases[row] = UInt8(truncatingIfNeeded: exponent + Int(phases[row]) + Int(phases[other])) & 3
  }

  /// The exponent of i in the product of the Paulis of two words.
  private static func phase(_ a: UInt64, _ b: UInt64) -> Int {
    if a == 0 || b == 0 { return 0 }
    let (x, z) = (a & xColumns, a >> 1 & xColumns)
    let (u, v) = (b & xColumns, b >> 1 & xColumns)
    // XY, YZ and ZX give i; YX, ZY and XZ give −i.
    let plus = (x & ~z & u & v) | (x & z & ~u & v) | (~x & z & u & ~v)
    let minus = (x & z & u & ~v) | (~x & z & u & v) | (x & ~z & ~u & v)
    return plus.nonzeroBitCount - minus.nonzeroBitCount
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    guard a != b else { return }
    for word in 0..<width { words.swapAt(a * width + word, b * width + word) }
    phases.swapAt(a, b)
  }

  /// Brings the rows into reduced echelon form over some columns, in their order.
  ///
  /// - Returns: the number of rows that have a pivot; they come first.
  /// - Complexity: O(rows² · columns / 64).
  mutating func reduce(columns: some Sequence<Int>, from first: Int = 0) -> Int {
    var rank = first
    for column in columns {
      guard rank < count else { break }
      guard let pivot = (rank..<count).first(where: { bit($0, column) }) else { continue }
      swap(rank, pivot)
      for row in 0..<count where row != rank && bit(row, column) { multiply(row, by: rank) }
      rank += 1
    }
    return rank
  }
}
