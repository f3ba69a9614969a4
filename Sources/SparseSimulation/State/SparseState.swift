import ComplexModule
import DenseSimulation
import QuantumCore

/// A state of any number of qubits as a product of groups that do not share entanglement.
///
/// A qubit whose value is known is in no group. Each group keeps the amplitudes that are not 0. Gates join the groups that they
/// entangle; a qubit whose value becomes known leaves its group. A gate on one qubit of a larger group waits until the qubit is
/// needed, so that a measurement right after it does not see it grow.
///
/// Copies share groups until one of them changes.
package struct SparseState: Sendable {
  package typealias Element = Complex<Double>

  /// Qubits with amplitudes of their own.
  package struct Group: Sendable {
    /// The qubit of each column; −1 for a column that is free.
    package var qubits: [Int32]
    package var store: AmplitudeStore

    package var usedCount: Int { qubits.count { $0 >= 0 } }
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
  /// Amplitudes worked on so far.
  package var work: UInt64 = 0

  /// |0…0⟩.
  package init(qubitCount: Int, budget: AmplitudeBudget) {
    self.qubitCount = qubitCount
    self.budget = budget
    home = [Int32](repeating: -1, count: qubitCount)
    column = home
    values = [Bool](repeating: false, count: qubitCount)
  }

  /// Amplitudes in all groups.
  package var amplitudeCount: Int { groups.reduce(0) { $0 + ($1?.store.count ?? 0) } }
  package var groupCount: Int { groups.count { $0 != nil } }

  // MARK: Groups

  /// The index of a group that is added.
  package mutating func add(_ group: Group) -> Int {
    let index = freeGroups.popLast() ?? groups.count
    if index == groups.count { groups.append(nil) }
    for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
      home[Int(qubit)] = Int32(index)
      self.column[Int(qubit)] = Int32(column)
    }
    groups[index] = group
    return index
  }

  package mutating func remove(_ index: Int) -> Group {
    guard let group = groups[index] else { preconditionFailure("No such group") }
    groups[index] = nil
    freeGroups.append(index)
    return group
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
  }

  /// Lets qubits go whose value has become known, and the group itself if nothing is left.
  package mutating func settle(_ index: Int) throws(Obstacle) {
    let group = group(index)
    let store = group.store
    guard store.count > 0 else { return }
    if store.count == 1 { return try dissolve(index) }
    let (isConstant, value) = store.constantBits()
    var freed: [(column: Int, qubit: Int, value: Bool)] = []
    for (column, qubit) in group.qubits.enumerated() where qubit >= 0 {
      let (word, shift) = (column >> 6, UInt64(column & 63))
      guard isConstant[word] >> shift & 1 == 1 else { continue }
      freed.append((column, Int(qubit), value[word] >> shift & 1 == 1))
    }
    guard !freed.isEmpty else { return }
    if freed.contains(where: \.value) {
      let unique = try uniqueStore(of: index)
      for entry in freed where entry.value { unique.clear(entry.column) }
    }
    for (column, qubit, value) in freed {
      groups[index]?.qubits[column] = -1
      home[qubit] = -1
      values[qubit] = value
    }
    for entry in freed { try release(entry.qubit) }
  }

  /// Takes a group of one amplitude apart.
  private mutating func dissolve(_ index: Int) throws(Obstacle) {
    let group = remove(index)
    phase = phase * group.store.amplitudes[0]
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
