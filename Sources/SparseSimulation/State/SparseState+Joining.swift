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

  /// Replaces two groups by their product; its index.
  private mutating func product(_ one: Int, _ another: Int) throws(Obstacle) -> Int {
    // The columns of the wider one stay where they are.
    let isWider = group(one).usedCount >= group(another).usedCount
    let (first, second) = isWider ? (one, another) : (another, one)
    for index in [first, second] { try prepareForProduct(index) }
    let (a, b) = (group(first).store, group(second).store)
    let offset = group(first).qubits.count
    let wordCount = max(1, (offset + group(second).qubits.count + 63) / 64)
    let (count, overflow) = a.count.multipliedReportingOverflow(by: b.count)
    guard !overflow, count <= AmplitudeStore.mostAmplitudes else {
      throw budget.obstacle(
        required: AmplitudeStore.bytes(
          wordCount: wordCount, count: overflow ? .max : UInt64(count)))
    }
    let store = try AmplitudeStore(wordCount: wordCount, capacity: count, budget: budget)
    for j in 0..<b.count {
      for i in 0..<a.count {
        let key = store.keys + store.count * wordCount
        for word in 0..<wordCount {
          key[word] = word < a.wordCount ? a.keys[i * a.wordCount + word] : 0
        }
        Self.place(b.keys + j * b.wordCount, b.wordCount, at: offset, in: key, wordCount)
        store.amplitudes[store.count] = a.amplitudes[i] * b.amplitudes[j]
        store.count += 1
      }
    }
    store.isFull = a.isFull && b.isFull && wordCount == 1
    merge(second, into: first, store: store)
    return first
  }

  /// Leaves no free columns, and no amplitudes of 0 among those of a product.
  private mutating func prepareForProduct(_ index: Int) throws(Obstacle) {
    if !group(index).free.isEmpty {
      replace(index, by: try compacted(group(index), spareColumns: 0))
    }
    if group(index).store.isFull, group(index).store.hasZeros {
      try uniqueStore(of: index).dropZeros()
    }
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
  private mutating func compacted(
    _ group: Group, spareColumns: Int
  ) throws(Obstacle) -> Group {
    let wordCount = max(1, (group.usedCount + spareColumns + 63) / 64)
    let used = group.qubits.indices.filter { group.qubits[$0] >= 0 }
    let store = try group.store.rearranged(columns: used, wordCount: wordCount)
    work += UInt64(store.count * used.count)
    return Group(qubits: used.map { group.qubits[$0] }, store: store)
  }

  /// Adds qubits whose value is known to a group.
  private mutating func adopt(_ qubits: [Int], into index: Int) throws(Obstacle) {
    let room = 64 * group(index).store.wordCount - group(index).usedCount
    if room < qubits.count {
      if group(index).free.isEmpty {
        let wordCount = (group(index).usedCount + qubits.count + 63) / 64
        replaceStore(of: index, by: try group(index).store.widened(to: wordCount))
      } else {
        replace(index, by: try compacted(group(index), spareColumns: qubits.count))
      }
    }
    // Half of the basis states of a full group are 0 once it has a further qubit.
    let store = try uniqueStore(of: index)
    if store.isFull { store.dropZeros() }
    var ones: [Int] = []
    for qubit in qubits {
      let column = addColumn(for: qubit, to: index)
      if values[qubit] { ones.append(column) }
    }
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

  /// Whether some of the amplitudes are 0.
  package var hasZeros: Bool {
    for index in 0..<count where amplitudes[index] == .zero { return true }
    return false
  }

  /// The same amplitudes under wider keys.
  fileprivate func widened(to width: Int) throws(Obstacle) -> AmplitudeStore {
    let store = try AmplitudeStore(wordCount: width, capacity: count, budget: budget)
    for index in 0..<count {
      for word in 0..<width {
        store.keys[index * width + word] =
          word < wordCount ? keys[index * wordCount + word] : 0
      }
      store.amplitudes[index] = amplitudes[index]
    }
    store.count = count
    store.isFull = isFull && width == 1
    return store
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
