import CQSimKernels
import QuantumCore

/// What closing a panel does to the rows of its tableau, each row by itself.
struct RowUpdate: @unchecked Sendable {
  private let view: TableauView
  private let mask: UnsafeMutablePointer<RowBlock>
  private let activeBlocks: [UInt32]
  private let pivots: PauliRows
  private let pivotOfColumn: [Int32]
  /// Of the pivots, their values included.
  private let pivotPhases: [UInt8]
  /// All blocks of the pivots' X halves before this one are 0.
  private let firstBlock: Int
  /// Empty where rows are multiplied pivot by pivot.
  private let tables: [ProductTable]

  init(_ panel: CollapsePanel) {
    view = panel.tableau.view
    mask = panel.mask.pointer
    activeBlocks = panel.activeBlocks.map { UInt32(truncatingIfNeeded: $0) }
    (pivots, pivotOfColumn) = (panel.pivots, panel.pivotOfColumn)
    pivotPhases = zip(panel.phases, panel.values).map { ($0 &+ $1 << 1) & 3 }
    firstBlock = panel.columns.reduce(view.blocks) { min($0, $1 >> 9) }
    guard panel.isDense else {
      tables = []
      return
    }
    let order = (0..<panel.count).sorted { panel.columns[$0] < panel.columns[$1] }
    let groupCount = (order.count + CollapsePanel.tableBits - 1) / CollapsePanel.tableBits
    tables = Array(panel.tables.prefix(groupCount))
    for (index, table) in tables.enumerated() {
      let start = index * CollapsePanel.tableBits
      let group = order[start..<min(order.count, start + CollapsePanel.tableBits)]
      table.fill(
        with: Array(group), of: pivots, phases: pivotPhases, columns: panel.columns,
        kernels: view.kernels)
    }
  }

  /// Brings rows `list[i]`, or rows i without a list, up to date for i in a range.
  func apply(to list: [UInt32]?, _ range: Range<Int>) {
    withUnsafeTemporaryAllocation(of: RowBlock.self, capacity: activeBlocks.count) { found in
      if tables.isEmpty {
        for index in range { apply(to: list.map { Int($0[index]) } ?? index, found) }
      } else {
        applyTables(to: list, range, found)
      }
    }
  }

  private func applyTables(
    to list: [UInt32]?, _ range: Range<Int>, _ found: UnsafeMutableBufferPointer<RowBlock>
  ) {
    guard let found = found.baseAddress else { return }
    let tables = tables.map(\.kernelTable)
    tables.withUnsafeBufferPointer { tables in
      activeBlocks.withUnsafeBufferPointer { active in
        var update = qk_row_update(
          rows: view.rows.words, phases: view.phases, width: 8 * view.blocks,
          first_word: 8 * firstBlock, tables: tables.baseAddress, table_count: tables.count,
          mask: mask.words, active: active.baseAddress, active_count: active.count)
        let kernel = view.kernels.table.pointee.update_rows!
        if let list {
          list.withUnsafeBufferPointer {
            kernel(&update, $0.baseAddress, range.lowerBound, range.upperBound, found.words)
          }
        } else {
          kernel(&update, nil, range.lowerBound, range.upperBound, found.words)
        }
      }
    }
  }

  private func apply(to row: Int, _ found: UnsafeMutableBufferPointer<RowBlock>) {
    let (x, z) = (view.x(row), view.z(row))
    var all = RowBlock.zero
    for place in 0..<found.count {
      let block = Int(activeBlocks[place])
      found[place] = x[block] & mask[block]
      all |= found[place]
    }
    if all != .zero { multiplyByPivots(row, found) }
    for place in 0..<found.count {
      let block = Int(activeBlocks[place])
      z[block] = (z[block] & ~mask[block]) | found[place]
    }
  }

  private func multiplyByPivots(_ row: Int, _ found: UnsafeMutableBufferPointer<RowBlock>) {
    let x = view.x(row)
    var phase = view.phases[row]
    for (place, block) in activeBlocks.enumerated() where found[place] != .zero {
      for lane in 0..<8 {
        var word = found[place][lane]
        while word != 0 {
          let column = Int(block) << 9 | lane << 6 | word.trailingZeroBitCount
          word &= word &- 1
          let pivot = Int(pivotOfColumn[column])
          let sign = x.multiply(
            by: pivots.x(pivot), blocks: view.blocks, kernels: view.kernels)
          phase = (phase &+ pivotPhases[pivot] &+ sign) & 3
        }
      }
    }
    view.phases[row] = phase
  }
}

/// All products of up to eight pivots, numbered by the columns they clear.
final class ProductTable {
  private let rows: PauliRows
  private let phases: UnsafeMutablePointer<UInt8>
  private let columns: UnsafeMutablePointer<UInt32>
  private var columnCount = 0
  /// Where all columns lie in eight neighbouring bits of a word: the word, its shift, and which of
  /// the eight they are.
  private var word: UInt64 = 0
  private var shift: UInt64 = 0
  private var span: UInt64 = 0

  init(blocks: Int) throws(Obstacle) {
    rows = try PauliRows(rowCount: 1 << CollapsePanel.tableBits, blocks: blocks)
    phases = .allocate(capacity: 1 << CollapsePanel.tableBits)
    phases.initialize(repeating: 0, count: 1 << CollapsePanel.tableBits)
    columns = .allocate(capacity: CollapsePanel.tableBits)
  }

  deinit {
    phases.deallocate()
    columns.deallocate()
  }

  /// - Parameter group: pivots in ascending order of their columns.
  func fill(
    with group: [Int], of pivots: PauliRows, phases pivotPhases: [UInt8], columns all: [Int],
    kernels: RowKernels
  ) {
    let own = group.map { all[$0] }
    let (low, high) = (own[0], own[own.count - 1])
    let isNarrow = low >> 6 == high >> 6 && high - low < 8
    (word, shift) = (UInt64(low >> 6), UInt64(low & 63))
    span = isNarrow ? own.reduce(0) { $0 | 1 << UInt64($1 - low) } : 0
    columnCount = own.count
    var filled = [0]
    for (place, pivot) in group.enumerated() {
      columns[place] = UInt32(truncatingIfNeeded: own[place])
      let index = 1 << (isNarrow ? own[place] - low : place)
      for base in filled {
        let parity = kernels.table.pointee.product(
          rows.x(base | index).words, rows.x(base).words, pivots.x(pivot).words, 8 * rows.blocks)
        phases[base | index] = (phases[base] &+ pivotPhases[pivot] &+ UInt8(parity) << 1) & 3
      }
      filled += filled.map { $0 | index }
    }
  }

  var kernelTable: qk_product_table {
    qk_product_table(
      rows: rows.pointer.words, phases: phases, word: word, shift: shift, span: span,
      columns: columns, column_count: columnCount)
  }
}
