import ComplexModule
import QuantumCore

extension SparseState {
  /// Makes one group of the groups of some qubits and of those whose value is known; its index.
  ///
  /// - Throws: `Obstacle` if there is no memory for the product.
  package mutating func join(_ qubits: [Int]) throws(Obstacle) -> Int {
    var indices: [Int] = []
    var known: [Int] = []
    for qubit in qubits {
      let index = Int(home[qubit])
      if index < 0 {
        known.append(qubit)
      } else if !indices.contains(index) {
        indices.append(index)
      }
    }
    var index: Int
    if indices.isEmpty {
      index = try addEmptyGroup()
    } else {
      index = indices[0]
      for other in indices.dropFirst() { index = try product(index, other) }
    }
    if !known.isEmpty { try adopt(known, into: index) }
    return index
  }

  /// A group without qubits: one amplitude, 1.
  private mutating func addEmptyGroup() throws(Obstacle) -> Int {
    let store = try AmplitudeStore(wordCount: 1, capacity: 1, budget: budget)
    (store.keys[0], store.amplitudes[0], store.count) = (0, .one, 1)
    return add(Group(qubits: [], store: store))
  }

  /// Replaces two groups by their product.
  private mutating func product(_ first: Int, _ second: Int) throws(Obstacle) -> Int {
    let a = try compacted(group(first), spareColumns: 0)
    let b = try compacted(group(second), spareColumns: 0)
    let columnCount = a.qubits.count + b.qubits.count
    let wordCount = max(1, (columnCount + 63) / 64)
    let (count, overflow) = a.store.count.multipliedReportingOverflow(by: b.store.count)
    guard !overflow, count <= AmplitudeStore.mostAmplitudes else {
      throw budget.obstacle(
        required: AmplitudeStore.bytes(
          wordCount: wordCount, count: overflow ? .max : UInt64(count)))
    }
    let store = try AmplitudeStore(wordCount: wordCount, capacity: count, budget: budget)
    let offset = a.qubits.count
    for j in 0..<b.store.count {
      for i in 0..<a.store.count {
        let key = store.keys + store.count * wordCount
        for word in 0..<wordCount {
          key[word] = word < a.store.wordCount ? a.store.keys[i * a.store.wordCount + word] : 0
        }
        Self.place(
          b.store.keys + j * b.store.wordCount, b.store.wordCount, at: offset, in: key, wordCount)
        store.amplitudes[store.count] = a.store.amplitudes[i] * b.store.amplitudes[j]
        store.count += 1
      }
    }
    store.isFull = a.store.isFull && b.store.isFull && wordCount == 1
    work += UInt64(count)
    _ = remove(second)
    _ = remove(first)
    return add(Group(qubits: a.qubits + b.qubits, store: store))
  }

  /// Sets the bits of a key from `offset` on, where they are 0, to those of another.
  private static func place(
    _ source: UnsafeMutablePointer<UInt64>, _ sourceCount: Int, at offset: Int,
    in key: UnsafeMutablePointer<UInt64>, _ wordCount: Int
  ) {
    let (first, shift) = (offset >> 6, UInt64(offset & 63))
    for word in 0..<sourceCount {
      if first + word < wordCount { key[first + word] |= source[word] << shift }
      if shift > 0, first + word + 1 < wordCount {
        key[first + word + 1] |= source[word] >> (64 - shift)
      }
    }
  }

  /// A group without free columns; the qubits are in their old order.
  ///
  /// - Parameter spareColumns: how many columns more there will be.
  package mutating func compacted(
    _ group: Group, spareColumns: Int
  ) throws(Obstacle) -> Group {
    let used = group.qubits.indices.filter { group.qubits[$0] >= 0 }
    let wordCount = max(1, (used.count + spareColumns + 63) / 64)
    if used.count == group.qubits.count, wordCount == group.store.wordCount { return group }
    let store = try group.store.rearranged(columns: used, wordCount: wordCount)
    work += UInt64(store.count)
    return Group(qubits: used.map { group.qubits[$0] }, store: store)
  }

  /// Adds qubits whose value is known to a group.
  private mutating func adopt(_ qubits: [Int], into index: Int) throws(Obstacle) {
    var group = group(index)
    let free = group.qubits.indices.filter { group.qubits[$0] < 0 }
    let room = 64 * group.store.wordCount - group.qubits.count
    if free.count + room < qubits.count {
      group = try compacted(group, spareColumns: qubits.count)
    }
    var columns = group.qubits.indices.filter { group.qubits[$0] < 0 }[...]
    var ones: [Int] = []
    for qubit in qubits {
      let place = columns.popFirst() ?? group.qubits.count
      if place == group.qubits.count { group.qubits.append(0) }
      group.qubits[place] = Int32(qubit)
      if values[qubit] { ones.append(place) }
    }
    _ = remove(index)
    let added = add(group)
    precondition(added == index, "A group that is put back keeps its index")
    let store = try uniqueStore(of: index)
    store.isFull = false
    if !ones.isEmpty { store.set(ones) }
  }
}

extension AmplitudeStore {
  /// Sets columns to 1 in every key.
  package func set(_ columns: [Int]) {
    var masks = [UInt64](repeating: 0, count: wordCount)
    for column in columns { masks[column >> 6] |= 1 << UInt64(column & 63) }
    for index in 0..<count {
      for word in 0..<wordCount { keys[index * wordCount + word] |= masks[word] }
    }
  }

  /// The same amplitudes under keys of some of the columns, in the order given.
  package func rearranged(
    columns: [Int], wordCount width: Int
  ) throws(Obstacle) -> AmplitudeStore {
    let store = try AmplitudeStore(wordCount: width, capacity: count, budget: budget)
    for index in 0..<count {
      let (old, new) = (keys + index * wordCount, store.keys + index * width)
      for word in 0..<width { new[word] = 0 }
      for (place, column) in columns.enumerated() {
        new[place >> 6] |= (old[column >> 6] >> UInt64(column & 63) & 1) << UInt64(place & 63)
      }
      store.amplitudes[index] = amplitudes[index]
    }
    store.count = count
    return store
  }
}
