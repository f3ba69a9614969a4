import QuantumCore

/// A batch of commuting measurements on an inverse tableau, collapsed together.
///
/// A measured product P has the image U†PU = i^k Xᵃ Zᵇ. If a = 0 its result is certain. Otherwise
/// pick a column p of a: the state after the measurement is U′|0…0⟩ with U′†PU′ = ±Z_p, which turns
/// every row r into
///
///     r·P without its Z at p, with Z_p in P's place     if r has X at p
///     r without its Z at p                               otherwise
///
/// and the rows that anticommute with P get X at p. So a batch is a Gaussian elimination: pivots
/// are kept reduced by each other (none has X at another's column), and all rows are brought up to
/// date when the panel is closed, by products with the pivots they have columns of. Where many bits
/// are set, eight pivots at a time go through a table of their 256 products (the "method of the
/// four Russians").
///
/// - Source: [Aaronson04] for the update of one measurement.
package final class CollapsePanel {
  let tableau: InverseTableau
  let blocks: Int
  let kernels: RowKernels
  /// Memory for tables, used again and again.
  private(set) var tables: [ProductTable] = []
  @exclusivity(unchecked)
  private(set) var count = 0
  @exclusivity(unchecked)
  private(set) var pivots: PauliRows
  @exclusivity(unchecked)
  private(set) var phases: [UInt8] = []
  @exclusivity(unchecked)
  private(set) var columns: [Int] = []
  /// The value measured for each pivot's product.
  @exclusivity(unchecked)
  private(set) var values: [UInt8] = []
  /// For each pivot the measurements whose product it is, as bits.
  @exclusivity(unchecked)
  private(set) var members: [[UInt64]] = []
  /// The columns of the pivots.
  let mask: PauliRows
  /// Blocks of `mask` that are not 0.
  @exclusivity(unchecked)
  private(set) var activeBlocks: [Int] = []
  @exclusivity(unchecked)
  private(set) var pivotOfColumn: [Int32]
  /// Paulis of the measurements that made a pivot, one after the other.
  @exclusivity(unchecked)
  private var factors: [(letter: UInt8, qubit: Int)] = []
  @exclusivity(unchecked)
  private var factorStarts: [Int] = [0]
  private let scratch: PauliRows
  @exclusivity(unchecked)
  private var scratchPhase: UInt8 = 0
  private var (hits, chances) = (0, 0)
  /// Rows still to be measured, if nothing comes after them: no others are brought up to date.
  @exclusivity(unchecked)
  private var lastRows: [UInt32]?
  /// How many of those have been measured.
  private var lastDone = 0

  /// Pivots a table stands for.
  static var tableBits: Int { 8 }
  private static var mostPivots: Int { 2048 }
  private static var mostDensePivots: Int { 16 }

  package init(_ tableau: InverseTableau) throws(Obstacle) {
    self.tableau = tableau
    kernels = tableau.kernels
    blocks = tableau.rows.blocks
    pivots = try PauliRows(rowCount: 16, blocks: blocks)
    mask = try PauliRows(rowCount: 1, blocks: blocks)
    scratch = try PauliRows(rowCount: 1, blocks: blocks)
    pivotOfColumn = [Int32](repeating: 0, count: tableau.capacity)
  }

  /// Whether the panel still fits its tableau, which may have grown.
  package var isCurrent: Bool { pivotOfColumn.count == tableau.capacity }

  /// Whether a random bit is set in at least an eighth of the places: tables then pay.
  var isDense: Bool { count >= Self.tableBits && hits * 8 > chances }

  // MARK: Measuring

  /// Announces the last measurements of the tableau, which is then of no more use: of these Paulis
  /// in this order.
  package func prepareForLast(_ measurements: [(letter: UInt8, qubit: Int)]) {
    let view = tableau.view
    lastRows = measurements.map {
      UInt32(truncatingIfNeeded: view.row(of: $0.letter, on: $0.qubit))
    }
  }

  /// Measures one of a qubit's Paulis.
  ///
  /// - Parameter choose: gives the result if it is random.
  /// - Throws: `Obstacle` when memory runs out.
  package func measure(
    _ letter: UInt8, on qubit: Int, choose: () -> Bool
  ) throws(Obstacle) -> Bool {
    let view = tableau.view
    let row = view.row(of: letter, on: qubit)
    if lastRows != nil { lastDone += 1 }
    if let value = view.certainValue(ofRow: row) { return value }
    scratch.pointer.update(from: view.x(row), count: 2 * blocks)
    scratchPhase = view.phases[row]
    factors.append((letter, qubit))
    return try resolve(choose)
  }

  /// Measures a Hermitian product of Paulis on several qubits, which commutes with all measured
  /// since the panel was closed.
  ///
  /// - Parameter phase: the product is i^phase times that of the factors in their order.
  package func measure(
    _ product: [(letter: UInt8, qubit: Int)], phase: UInt8, choose: () -> Bool
  ) throws(Obstacle) -> Bool {
    load(product, phase: phase)
    factors += product
    return try resolve(choose)
  }

  /// The value of a Hermitian product if it is certain; `nil` if it is random.
  ///
  /// - Precondition: the panel is closed.
  package func certainValue(
    of product: [(letter: UInt8, qubit: Int)], phase: UInt8
  ) -> Bool? {
    load(product, phase: phase)
    return scratch.pointer.firstBit(blocks: blocks) == nil ? scratchPhase & 2 != 0 : nil
  }

  private func load(_ product: [(letter: UInt8, qubit: Int)], phase: UInt8) {
    scratch.pointer.update(repeating: .zero, count: 2 * blocks)
    scratchPhase = phase
    for factor in product {
      tableau.multiply(
        scratch.pointer, phase: &scratchPhase, by: factor.letter, on: factor.qubit)
    }
  }

  /// The result of measuring the product in `scratch`, whose factors were appended to `factors`.
  private func resolve(_ choose: () -> Bool) throws(Obstacle) -> Bool {
    var newMembers = [UInt64](repeating: 0, count: count / 64 + 1)
    let offset = reduce(&newMembers)
    guard let column = scratch.pointer.firstBit(blocks: blocks) else {
      factors.removeLast(factors.count - factorStarts[count])
      return (scratchPhase >> 1) & 1 ^ offset == 1
    }
    let result = choose()
    newMembers[count / 64] |= 1 << UInt64(count & 63)
    try append(column, value: (result ? 1 : 0) ^ offset, newMembers)
    if count == Self.mostPivots || count >= Self.mostDensePivots && isDense { try update() }
    return result
  }

  /// Multiplies the row at hand by the pivots whose columns it has.
  ///
  /// - Returns: the sum of their values.
  private func reduce(_ newMembers: inout [UInt64]) -> UInt8 {
    var value: UInt8 = 0
    chances += count
    for block in activeBlocks {
      let found = scratch.pointer[block] & mask.pointer[block]
      guard found != .zero else { continue }
      for lane in 0..<8 {
        var word = found[lane]
        while word != 0 {
          let column = block << 9 | lane << 6 | word.trailingZeroBitCount
          word &= word &- 1
          let pivot = Int(pivotOfColumn[column])
          let sign = scratch.pointer.multiply(by: pivots.x(pivot), blocks: blocks, kernels: kernels)
          scratchPhase = (scratchPhase &+ phases[pivot] &+ sign) & 3
          value ^= values[pivot]
          Self.add(members[pivot], to: &newMembers)
          hits += 1
        }
      }
    }
    return value
  }

  private func append(_ column: Int, value: UInt8, _ newMembers: [UInt64]) throws(Obstacle) {
    for pivot in 0..<count where pivots.x(pivot).bit(column) {
      let sign = pivots.x(pivot).multiply(
        by: scratch.pointer, blocks: blocks, kernels: kernels)
      phases[pivot] = (phases[pivot] &+ scratchPhase &+ sign) & 3
      values[pivot] ^= value
      Self.add(newMembers, to: &members[pivot])
    }
    if count == pivots.rowCount {
      let larger = try PauliRows(rowCount: 4 * count, blocks: blocks)
      larger.pointer.update(from: pivots.pointer, count: 2 * count * blocks)
      pivots = larger
    }
    pivots.x(count).update(from: scratch.pointer, count: 2 * blocks)
    phases.append(scratchPhase)
    columns.append(column)
    values.append(value)
    members.append(newMembers)
    factorStarts.append(factors.count)
    if mask.pointer[column >> 9] == .zero { activeBlocks.append(column >> 9) }
    mask.pointer.flip(column)
    pivotOfColumn[column] = Int32(count)
    count += 1
  }

  private static func add(_ other: [UInt64], to set: inout [UInt64]) {
    while set.count < other.count { set.append(0) }
    for index in other.indices { set[index] ^= other[index] }
  }

  // MARK: Closing

  /// Brings all rows of the tableau up to date.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  package func close() throws(Obstacle) {
    if count > 0 { try update() }
    (hits, chances) = (0, 0)
  }

  private func update() throws(Obstacle) {
    if isDense {
      while tables.count * Self.tableBits < count {
        tables.append(try ProductTable(blocks: blocks))
      }
    }
    let update = RowUpdate(self)
    let (lastRows, done) = (lastRows, lastDone)
    let rowCount = lastRows.map { $0.count - done } ?? 2 * tableau.qubitCount
    let threads = rowCount * blocks * min(count, 16) < 1 << 16 ? 1 : tableau.threads
    Parallel.forEach(range: rowCount, minimumChunk: 64, threads: threads) { range in
      if let lastRows {
        update.apply(to: lastRows, range.lowerBound + done..<range.upperBound + done)
      } else {
        update.apply(to: nil, range)
      }
    }
    if lastRows == nil { addAnticommuting() }
    forget()
  }

  /// Sets X at the columns of the pivots that a row anticommutes with.
  private func addAnticommuting() {
    let view = tableau.view
    for measurement in 0..<count {
      let pivots = (0..<count).filter {
        measurement / 64 < members[$0].count
          && members[$0][measurement / 64] >> UInt64(measurement & 63) & 1 == 1
      }
      for factor in factors[factorStarts[measurement]..<factorStarts[measurement + 1]] {
        for row in 2 * factor.qubit...2 * factor.qubit + 1
        where view.letters[row] != factor.letter {
          for pivot in pivots { view.x(row).flip(columns[pivot]) }
        }
      }
    }
  }

  private func forget() {
    for block in activeBlocks { mask.pointer[block] = .zero }
    activeBlocks.removeAll(keepingCapacity: true)
    phases.removeAll(keepingCapacity: true)
    columns.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
    factors.removeAll(keepingCapacity: true)
    factorStarts = [0]
    count = 0
  }
}
