import QuantumCore

/// Generators of a group of flows, one a row: bits of the input Paulis, of the output Paulis, of
/// the records, and a sign.
///
/// Paulis take two columns a qubit, X then Z; the sections start at words of their own. Rows
/// multiply by XOR and a phase.
struct FlowRows: Equatable {
  let qubitCount: Int
  let recordCount: Int
  /// Words of one row of Paulis, and of one row of records.
  let pauliWords: Int
  private let recordWords: Int
  /// Words of a row.
  let width: Int
  private var words: [UInt64] = []
  /// Exponent of i for each row: that of the output less that of the input.
  private var phases: [UInt8] = []
  /// For each qubit the rows, as bits, whose output may act on it.
  private var supports: [[UInt64]]
  /// Products of rows made so far: what the work grows with.
  private(set) var productCount = 0

  private static let xColumns: UInt64 = 0x5555_5555_5555_5555

  init(qubitCount: Int, recordCount: Int) {
    self.qubitCount = qubitCount
    self.recordCount = recordCount
    pauliWords = (2 * qubitCount + 63) / 64
    recordWords = (recordCount + 63) / 64
    width = 2 * pauliWords + recordWords
    supports = [[UInt64]](repeating: [], count: qubitCount)
  }

  var count: Int { phases.count }

  /// Whether both have the same rows in the same order.
  static func == (a: FlowRows, b: FlowRows) -> Bool { a.phases == b.phases && a.words == b.words }

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
    for qubit in outputQubits(of: row) { note(qubit, row, isActing: false) }
    if row != last {
      for qubit in outputQubits(of: last) {
        note(qubit, last, isActing: false)
        note(qubit, row, isActing: true)
      }
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
    note(qubit, row, isActing: pauli != .i)
  }

  private mutating func note(_ qubit: Int, _ row: Int, isActing: Bool) {
    let word = row >> 6
    if word >= supports[qubit].count {
      guard isActing else { return }
      supports[qubit] += [UInt64](repeating: 0, count: word + 1 - supports[qubit].count)
    }
    let bit: UInt64 = 1 << UInt64(row & 63)
    supports[qubit][word] = isActing ? supports[qubit][word] | bit : supports[qubit][word] & ~bit
  }

  private func outputQubits(of row: Int) -> [Int] {
    var qubits: [Int] = []
    for index in 0..<pauliWords {
      let word = words[row * width + pauliWords + index]
      var rest = (word | word >> 1) & Self.xColumns
      while rest != 0 {
        qubits.append(32 * index + rest.trailingZeroBitCount / 2)
        rest &= rest - 1
      }
    }
    return qubits
  }

  /// The rows whose output acts on some qubits, ascending.
  func rows(actingOn qubits: [Int]) -> [Int] {
    var union: [UInt64] = []
    for qubit in qubits {
      let own = supports[qubit]
      if own.count > union.count {
        union += [UInt64](repeating: 0, count: own.count - union.count)
      }
      for word in own.indices { union[word] |= own[word] }
    }
    var rows: [Int] = []
    for word in union.indices {
      var rest = union[word]
      while rest != 0 {
        let row = 64 * word + rest.trailingZeroBitCount
        // Bits may be left of rows that were taken out.
        if row < count { rows.append(row) }
        rest &= rest - 1
      }
    }
    return rows
  }

  /// The records of a row, ascending.
  func records(of row: Int) -> [Int] {
    var records: [Int] = []
    for index in 0..<recordWords {
      var rest = words[row * width + 2 * pauliWords + index]
      while rest != 0 {
        records.append(64 * index + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return records
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
    productCount += 1
    for qubit in outputQubits(of: other) { note(qubit, row, isActing: true) }
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

  /// The first column from a word on whose bit is 1, as a word and a bit.
  private func lead(_ row: Int, from start: Int, below end: Int) -> Int? {
    for word in start..<end where words[row * width + word] != 0 {
      return 64 * word + words[row * width + word].trailingZeroBitCount
    }
    return nil
  }

  /// The words of a row that hold the first columns.
  private func wordCount(ofColumns count: Int) -> Int {
    if count <= 2 * qubitCount { return (count + 63) / 64 }
    if count <= 4 * qubitCount { return pauliWords + (count - 2 * qubitCount + 63) / 64 }
    return 2 * pauliWords + (count - 4 * qubitCount + 63) / 64
  }

  /// Brings the rows into reduced echelon form over the first columns, in their order.
  ///
  /// - Precondition: the columns end with a section.
  /// - Returns: the number of rows that have a pivot; they come first.
  /// - Complexity: as many products as rows have pivots of others, each O(columns / 64).
  mutating func reduce(firstColumns columnCount: Int) -> Int {
    let end = wordCount(ofColumns: columnCount)
    // The rows that begin at each column.
    var rowsByLead = [[Int]](repeating: [], count: 64 * end)
    var rest: [Int] = []
    for row in 0..<count {
      if let lead = lead(row, from: 0, below: end) {
        rowsByLead[lead].append(row)
      } else {
        rest.append(row)
      }
    }
    var leads: [(column: Int, row: Int)] = []
    for column in rowsByLead.indices {
      let rows = rowsByLead[column]
      guard let pivot = sparsest(rows, behind: column, below: end) else { continue }
      leads.append((column, pivot))
      for row in rows where row != pivot {
        multiply(row, by: pivot)
        if let lead = lead(row, from: column >> 6, below: end) {
          rowsByLead[lead].append(row)
        } else {
          rest.append(row)
        }
      }
    }
    let pivots = Dictionary(uniqueKeysWithValues: leads.map { ($0.column, $0.row) })
    for (lead, row) in leads.reversed() { clearPivots(of: row, behind: lead, below: end, pivots) }
    reorder(leads.map(\.row) + rest.sorted())
    return leads.count
  }

  /// Of rows that begin at a column, the one whose next column is furthest behind it: the others
  /// keep most of their columns when they are multiplied by it, so that parities of one result with
  /// each of many others take one product each.
  private func sparsest(_ rows: [Int], behind column: Int, below end: Int) -> Int? {
    guard rows.count > 1 else { return rows.first }
    return rows.max { next($0, behind: column, below: end) < next($1, behind: column, below: end) }
  }

  /// The first column behind one whose bit is 1; `Int.max` if there is none.
  private func next(_ row: Int, behind column: Int, below end: Int) -> Int {
    let first = (column + 1) >> 6
    guard first < end else { return .max }
    let word = words[row * width + first] >> UInt64((column + 1) & 63)
    if word != 0 { return column + 1 + word.trailingZeroBitCount }
    return lead(row, from: first + 1, below: end) ?? .max
  }

  /// Multiplies a row by the pivots whose columns it has behind its own, which is `lead`; by all
  /// where it has none.
  ///
  /// - Precondition: those pivots have no columns of each other.
  private mutating func clearPivots(
    of row: Int, behind lead: Int?, below end: Int, _ pivots: [Int: Int]
  ) {
    let first = lead.map { $0 + 1 } ?? 0
    for word in first >> 6..<max(first >> 6, end) {
      var rest = words[row * width + word]
      while rest != 0 {
        let column = 64 * word + rest.trailingZeroBitCount
        rest &= rest - 1
        if column >= first, let pivot = pivots[column] { multiply(row, by: pivot) }
      }
    }
  }

  /// Multiplies rows behind the first `kept` by those of them whose pivots they have.
  ///
  /// - Precondition: the first rows are in reduced echelon form.
  mutating func reduceRows(from kept: Int) {
    var pivots: [Int: Int] = [:]
    for row in 0..<kept {
      if let lead = lead(row, from: 0, below: width) { pivots[lead] = row }
    }
    for row in kept..<max(kept, count) {
      clearPivots(of: row, behind: nil, below: width, pivots)
    }
  }

  private mutating func reorder(_ order: [Int]) {
    guard order != Array(0..<count) else { return }
    var (newWords, newPhases) = ([UInt64](), [UInt8]())
    newWords.reserveCapacity(words.count)
    for row in order {
      newWords += words[row * width..<(row + 1) * width]
      newPhases.append(phases[row])
    }
    (words, phases) = (newWords, newPhases)
    supports = [[UInt64]](repeating: [], count: qubitCount)
    for row in 0..<count {
      for qubit in outputQubits(of: row) { note(qubit, row, isActing: true) }
    }
  }
}
