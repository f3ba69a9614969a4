import QuantumCore

// Goals, in order: right; a gate costs at most two products of rows; a batch of measurements is one
// elimination; memory of n qubits is n²/2 bytes.

/// A stabilizer state U|0…0⟩ as the inverse of U: for every qubit what U† P U is, for two of its
/// Paulis P.
///
/// Which two is free: a gate on one qubit only renames them, a controlled Pauli takes the two it
/// needs (the third is their product). U may be changed by any V that keeps |0…0⟩, which
/// measurement does: see `CollapsePanel`.
///
/// - Source: [Gidney21] for the inverse tableau, where a measurement with a certain result is read
///   off one row.
package final class InverseTableau: @unchecked Sendable {
  @exclusivity(unchecked)
  package private(set) var qubitCount: Int
  @exclusivity(unchecked)
  package private(set) var capacity: Int
  /// Rows 2q and 2q + 1 belong to qubit q.
  @exclusivity(unchecked)
  private(set) var rows: PauliRows
  @exclusivity(unchecked)
  private(set) var phases: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked)
  private(set) var letters: UnsafeMutablePointer<UInt8>
  /// How many threads share the work on large tableaus; the results are the same for any.
  package var threads = 1
  package let kernels: RowKernels

  /// The state |0…0⟩.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  package init(
    qubitCount: Int, capacity: Int = 0, kernels: RowKernels = .best
  ) throws(Obstacle) {
    self.kernels = kernels
    let capacity = max(capacity, qubitCount)
    (self.qubitCount, self.capacity) = (0, capacity)
    rows = try PauliRows(rowCount: 2 * capacity, blocks: rowBlockCount(columns: capacity))
    phases = .allocate(capacity: 2 * capacity + 2)
    letters = .allocate(capacity: 2 * capacity + 2)
    for _ in 0..<qubitCount { addWithinCapacity() }
  }

  deinit {
    phases.deallocate()
    letters.deallocate()
  }

  package func copy() throws(Obstacle) -> InverseTableau {
    let copy = try InverseTableau(qubitCount: 0, capacity: capacity, kernels: kernels)
    copy.threads = threads
    copy.copyContents(from: self)
    return copy
  }

  /// - Precondition: both have the same capacity.
  package func copyContents(from other: InverseTableau) {
    precondition(capacity == other.capacity, "Tableaus differ in capacity")
    qubitCount = other.qubitCount
    rows.copyContents(from: other.rows)
    phases.update(from: other.phases, count: 2 * qubitCount)
    letters.update(from: other.letters, count: 2 * qubitCount)
  }

  /// Adds a qubit in |0⟩.
  package func addQubit() throws(Obstacle) {
    if qubitCount == capacity { try grow(to: max(8, 2 * capacity)) }
    addWithinCapacity()
  }

  private func addWithinCapacity() {
    let new = qubitCount
    qubitCount += 1
    for (row, letter) in [(2 * new, Pauli.x), (2 * new + 1, .z)] {
      letters[row] = letter.rawValue
      phases[row] = 0
    }
    rows.x(2 * new).flip(new)
    rows.z(2 * new + 1).flip(new)
  }

  private func grow(to larger: Int) throws(Obstacle) {
    let wider = try PauliRows(rowCount: 2 * larger, blocks: rowBlockCount(columns: larger))
    for row in 0..<2 * qubitCount {
      wider.x(row).update(from: rows.x(row), count: rows.blocks)
      wider.z(row).update(from: rows.z(row), count: rows.blocks)
    }
    rows = wider
    phases = Self.moved(phases, count: 2 * qubitCount, capacity: 2 * larger + 2)
    letters = Self.moved(letters, count: 2 * qubitCount, capacity: 2 * larger + 2)
    capacity = larger
  }

  private static func moved<Element>(
    _ old: UnsafeMutablePointer<Element>, count: Int, capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.moveInitialize(from: old, count: count)
    old.deallocate()
    return new
  }

  package var view: TableauView {
    TableauView(
      rows: rows.pointer, blocks: rows.blocks, phases: phases, letters: letters,
      kernels: kernels)
  }

  // MARK: Reading

  /// Multiplies a row by the image of one of a qubit's Paulis.
  ///
  /// - Parameter phase: the row's exponent of i.
  package func multiply(
    _ row: UnsafeMutablePointer<RowBlock>, phase: inout UInt8, by letter: UInt8, on qubit: Int
  ) {
    let view = view
    let factor = view.row(of: letter, on: qubit)
    let sign = row.multiply(
      by: view.x(factor), blocks: view.blocks, kernels: view.kernels)
    phase = (phase &+ view.phases[factor] &+ sign) & 3
  }
}
