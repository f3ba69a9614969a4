import ComplexModule
import DenseSimulation
import QuantumCore

/// A state of any number of qubits as a product of groups that do not share entanglement.
///
/// A qubit whose value is known is in no group. Each group keeps the amplitudes that are not 0.
/// Gates join the groups that they entangle; a qubit whose value becomes known leaves its group. A
/// gate on one qubit of a larger group waits until the qubit is needed, so that a measurement right
/// after it does not see it grow.
///
/// Copies share groups until one of them changes.
package struct SparseState: Sendable {
  package typealias Element = Complex<Double>

  /// Qubits with amplitudes of their own.
  package struct Group: Sendable {
    /// The qubit of each column; −1 for a column that is free.
    package var qubits: [Int32]
    package var store: AmplitudeStore
    /// The columns that are free.
    package var free: [Int32] = []
    /// Amplitudes as they are counted in `storedCount`.
    fileprivate var countedAmplitudes = 0

    package init(qubits: [Int32], store: AmplitudeStore) {
      (self.qubits, self.store) = (qubits, store)
    }

    package var usedCount: Int { qubits.count - free.count }

    /// All the basis states that its qubits have.
    package var mostAmplitudes: Int { usedCount < 62 ? 1 << usedCount : .max }
  }

  package let qubitCount: Int
  package let budget: AmplitudeBudget
  /// For each qubit its group; −1 for qubits whose value is known.
  package private(set) var home: [Int32]
  /// For each qubit in a group its column.
  package private(set) var column: [Int32]
  /// The values of qubits in no group.
  package private(set) var values: [Bool]
  package private(set) var groups: [Group?] = []
  private var freeGroups: [Int] = []
  /// Gates that wait, by qubit: 2 × 2.
  package var waiting: [Int: ComplexMatrix] = [:]
  /// In front of all groups.
  package var phase = Element.one
  /// Amplitudes, and columns of groups, worked on so far.
  package var work: UInt64 = 0
  /// Amplitudes in all groups.
  package private(set) var storedCount = 0
  /// The most that there were at a time, after a gate.
  package private(set) var mostStored = 1

  /// Basis states that may have an amplitude other than 0; saturates.
  package var basisStateCount: Int {
    let stored = groups.reduce(UInt64(1)) { count, group in
      count.saturatingMultiply(UInt64(max(1, group?.store.count ?? 1)))
    }
    let branches: UInt64 = waiting.count < 63 ? 1 << UInt64(waiting.count) : .max
    return Int(clamping: stored.saturatingMultiply(branches))
  }

  /// |0…0⟩.
  package init(qubitCount: Int, budget: AmplitudeBudget) {
    self.qubitCount = qubitCount
    self.budget = budget
    home = [Int32](repeating: -1, count: qubitCount)
    column = home
    values = [Bool](repeating: false, count: qubitCount)
  }

  // MARK: Groups

  /// The index of a group that is added.
  package mutating func add(_ group: Group) -> Int {
    let index = freeGroups.popLast() ?? groups.count
    if index == groups.count { groups.append(nil) }
    var group = group
    group.countedAmplitudes = 0
    for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
      place(Int(qubit), in: index, column)
    }
    groups[index] = group
    count(index)
    return index
  }

  package mutating func remove(_ index: Int) -> Group {
    guard let group = groups[index] else { preconditionFailure("No such group") }
    groups[index] = nil
    freeGroups.append(index)
    storedCount -= group.countedAmplitudes
    return group
  }

  private mutating func place(_ qubit: Int, in index: Int, _ column: Int) {
    (home[qubit], self.column[qubit]) = (Int32(index), Int32(column))
    work += 1
  }

  /// Brings `storedCount` up to date with a group that was changed.
  private mutating func count(_ index: Int) {
    guard let group = groups[index] else { return }
    let stored = group.store.count
    storedCount += stored - group.countedAmplitudes
    mostStored = max(mostStored, storedCount)
    groups[index]?.countedAmplitudes = stored
  }

  package func group(_ index: Int) -> Group {
    guard let group = groups[index] else { preconditionFailure("No such group") }
    return group
  }

  package func isKnown(_ qubit: Int) -> Bool { home[qubit] < 0 }

  /// The columns of qubits of one group.
  package func columns(of qubits: [Int]) -> [Int] { qubits.map { Int(column[$0]) } }

  /// Puts a qubit in the place of another.
  package mutating func move(
    _ qubit: Int, to home: Int32, _ column: Int32, _ value: Bool
  ) {
    (self.home[qubit], self.column[qubit], values[qubit]) = (home, column, value)
    if home >= 0 { groups[Int(home)]?.qubits[Int(column)] = Int32(qubit) }
  }

  package mutating func setValue(of qubit: Int, to value: Bool) { values[qubit] = value }

  /// A store that may be changed in place.
  package mutating func uniqueStore(of index: Int) throws(Obstacle) -> AmplitudeStore {
    guard var group = groups[index].take() else { preconditionFailure("No such group") }
    if !isKnownUniquelyReferenced(&group.store) { group.store = try restoring(group, at: index) }
    let store = group.store
    groups[index] = group
    work += UInt64(store.count)
    return store
  }

  private mutating func restoring(
    _ group: Group, at index: Int
  ) throws(Obstacle) -> AmplitudeStore {
    do throws(Obstacle) {
      return try group.store.copy()
    } catch {
      groups[index] = group
      throw error
    }
  }

  package mutating func replaceStore(of index: Int, by store: AmplitudeStore) {
    groups[index]?.store = store
    work += UInt64(store.count)
    count(index)
  }

  /// Gives a group other columns, with the same amplitudes under other keys.
  package mutating func replace(_ index: Int, by group: Group) {
    var group = group
    group.countedAmplitudes = groups[index]?.countedAmplitudes ?? 0
    for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
      place(Int(qubit), in: index, column)
    }
    groups[index] = group
    count(index)
  }

  /// Appends the qubits of another group, which is removed, to the columns of a group that has no
  /// free ones.
  package mutating func merge(_ other: Int, into index: Int, store: AmplitudeStore) {
    let added = remove(other).qubits
    guard let start = groups[index]?.qubits.count else { preconditionFailure("No such group") }
    for (offset, qubit) in added.enumerated() { place(Int(qubit), in: index, start + offset) }
    groups[index]?.qubits += added
    replaceStore(of: index, by: store)
  }

  /// Gives a qubit a column of a group, a free one if there is one; the column.
  package mutating func addColumn(for qubit: Int, to index: Int) -> Int {
    guard groups[index] != nil else { preconditionFailure("No such group") }
    let column: Int
    if let free = groups[index]?.free.popLast() {
      column = Int(free)
      groups[index]?.qubits[column] = Int32(qubit)
    } else {
      column = groups[index]?.qubits.count ?? 0
      groups[index]?.qubits.append(Int32(qubit))
    }
    place(qubit, in: index, column)
    return column
  }

  /// Lets qubits go whose value has become known, and the group itself if nothing is left.
  ///
  /// - Parameter columns: those that may have become constant; `nil` is all of them.
  package mutating func settle(_ index: Int, columns: [Int]? = nil) throws(Obstacle) {
    let freed: [(column: Int, value: Bool)]
    do {
      let store = group(index).store
      guard store.count > 0 else { return }
      if store.count == 1 { return try dissolve(index) }
      let looked = columns ?? group(index).qubits.indices.map { $0 }
      work += UInt64(looked.count)
      freed = constantColumns(among: looked, of: index)
    }
    guard !freed.isEmpty else { return }
    if freed.contains(where: \.value) {
      let unique = try uniqueStore(of: index)
      for entry in freed where entry.value { unique.clear(entry.column) }
    }
    var qubits: [Int] = []
    for (column, value) in freed {
      let qubit = Int(group(index).qubits[column])
      groups[index]?.qubits[column] = -1
      groups[index]?.free.append(Int32(column))
      home[qubit] = -1
      values[qubit] = value
      qubits.append(qubit)
    }
    for qubit in qubits { try release(qubit) }
  }

  /// Columns with a qubit whose bit is the same in every key.
  private func constantColumns(
    among columns: [Int], of index: Int
  ) -> [(column: Int, value: Bool)] {
    let group = group(index)
    if columns.count <= 6 {
      return columns.compactMap { column in
        guard group.qubits[column] >= 0 else { return nil }
        return group.store.constantBit(column).map { (column, $0) }
      }
    }
    let (isConstant, value) = group.store.constantBits()
    return columns.compactMap { column in
      let (word, shift) = (column >> 6, UInt64(column & 63))
      guard group.qubits[column] >= 0, isConstant[word] >> shift & 1 == 1 else { return nil }
      return (column, value[word] >> shift & 1 == 1)
    }
  }

  /// Takes a group of one amplitude apart.
  private mutating func dissolve(_ index: Int) throws(Obstacle) {
    let group = remove(index)
    phase = phase * group.store.amplitudes[0]
    work += UInt64(group.qubits.count)
    for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
      home[Int(qubit)] = -1
      values[Int(qubit)] = group.store.bit(column, of: 0) == 1
    }
    for qubit in group.qubits where qubit >= 0 { try release(Int(qubit)) }
  }

  /// Applies a gate that waited for a qubit whose value is known now.
  private mutating func release(_ qubit: Int) throws(Obstacle) {
    guard let matrix = waiting.removeValue(forKey: qubit) else { return }
    try applyDense(matrix, to: [qubit], controls: [])
  }
}
