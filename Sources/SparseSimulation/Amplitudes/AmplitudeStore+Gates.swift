import ComplexModule
import QuantumCore

// Goals, in order: every amplitude right; the same sums in the same order whatever the number of
// threads; no allocation for each amplitude. Gates that move or turn amplitudes work in place; a
// dense gate gathers the amplitudes whose keys agree outside its targets by `KeyGroups`, and writes
// the products into a new store.

extension AmplitudeStore {
  /// What is left of a sum that cancels: results below this part of the square of what went in are
  /// 0.
  ///
  /// A dropped amplitude is below 9·10⁻¹⁶ of the amplitudes that it was summed from.
  package static var cancellation: Double { 0x1p-100 }

  /// The bits of some columns as an index, the first column lowest.
  @inline(__always)
  private static func gather(
    _ key: UnsafeMutablePointer<UInt64>, _ columns: UnsafeBufferPointer<Int>
  ) -> Int {
    var index = 0
    for (place, column) in columns.enumerated() {
      index |= Int(key[column >> 6] >> UInt64(column & 63) & 1) << place
    }
    return index
  }

  @inline(__always)
  private static func scatter(
    _ index: Int, to key: UnsafeMutablePointer<UInt64>, _ columns: UnsafeBufferPointer<Int>
  ) {
    for (place, column) in columns.enumerated() {
      let bit = UInt64(1) << UInt64(column & 63)
      if index >> place & 1 == 1 { key[column >> 6] |= bit } else { key[column >> 6] &= ~bit }
    }
  }

  /// Multiplies each amplitude by a factor that its bits in some columns choose.
  package func multiply(by factors: [Element], on columns: [Int], where condition: KeyCondition) {
    columns.withUnsafeBufferPointer { columns in
      factors.withUnsafeBufferPointer { factors in
        for index in 0..<count {
          let key = keys + index * wordCount
          guard condition.holds(for: key) else { continue }
          let factor = factors[Self.gather(key, columns)]
          amplitudes[index] = amplitudes[index] * factor
        }
      }
    }
  }

  /// Moves each amplitude to another key, and turns its phase.
  package func permute(
    by map: [UInt32], phases: [Element], on columns: [Int], where condition: KeyCondition
  ) {
    let turns = phases.contains { $0 != .one }
    columns.withUnsafeBufferPointer { columns in
      for index in 0..<count {
        let key = keys + index * wordCount
        guard condition.holds(for: key) else { continue }
        let old = Self.gather(key, columns)
        let new = Int(map[old])
        if new != old { Self.scatter(new, to: key, columns) }
        if turns { amplitudes[index] = amplitudes[index] * phases[old] }
      }
    }
  }

  /// Applies a matrix to the bits of some columns; the result is a new store.
  ///
  /// - Throws: `Obstacle` if there is no memory.
  package func applying(
    _ matrix: ComplexMatrix, on columns: [Int], where condition: KeyCondition
  ) throws(Obstacle) -> AmplitudeStore {
    let groups = try KeyGroups(of: self, clearing: columns, where: condition)
    let size = matrix.rowCount
    var idleCount = 0
    for index in 0..<count where groups.group[index] == KeyGroups.none { idleCount += 1 }
    let (product, overflow) = groups.groupCount.multipliedReportingOverflow(by: size)
    let capacity = overflow ? .max : product &+ idleCount
    guard !overflow, capacity >= 0 else {
      throw budget.obstacle(required: .max)
    }
    let result = try AmplitudeStore(wordCount: wordCount, capacity: capacity, budget: budget)
    collect(into: result, groups, columns, idleCount: idleCount, size: size)
    result.multiplyGroups(
      by: matrix, on: columns, from: idleCount, groupCount: groups.groupCount)
    return try result.shrunk()
  }

  /// Lays amplitudes out group by group: those left aside first, then `size` places a group.
  private func collect(
    into result: AmplitudeStore, _ groups: KeyGroups, _ columns: [Int], idleCount: Int,
    size: Int
  ) {
    (result.amplitudes + idleCount).update(repeating: .zero, count: groups.groupCount * size)
    var idle = 0
    columns.withUnsafeBufferPointer { columns in
      for index in 0..<count {
        let key = keys + index * wordCount
        let group = groups.group[index]
        if group == KeyGroups.none {
          (result.keys + idle * wordCount).update(from: key, count: wordCount)
          result.amplitudes[idle] = amplitudes[index]
          idle += 1
        } else {
          let start = idleCount + Int(group) * size
          (result.keys + start * wordCount).update(from: key, count: wordCount)
          result.amplitudes[start + Self.gather(key, columns)] = amplitudes[index]
        }
      }
    }
  }

  /// Multiplies each group by a matrix and closes the gaps that zeros leave.
  private func multiplyGroups(
    by matrix: ComplexMatrix, on columns: [Int], from start: Int, groupCount: Int
  ) {
    let size = matrix.rowCount
    var next = start
    withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { inputs in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { base in
        columns.withUnsafeBufferPointer { columns in
          matrix.elements.withUnsafeBufferPointer { elements in
            for group in 0..<groupCount {
              let place = start + group * size
              var weight = 0.0
              for entry in 0..<size {
                let amplitude = amplitudes[place + entry]
                inputs.initializeElement(at: entry, to: amplitude)
                weight += amplitude.lengthSquared
              }
              for word in 0..<wordCount {
                base.initializeElement(at: word, to: keys[place * wordCount + word])
              }
              for row in 0..<size {
                var sum = Element.zero
                for column in 0..<size { sum += elements[row * size + column] * inputs[column] }
                guard sum.lengthSquared > weight * Self.cancellation else { continue }
                let key = keys + next * wordCount
                for word in 0..<wordCount { key[word] = base[word] }
                Self.scatter(row, to: key, columns)
                amplitudes[next] = sum
                next += 1
              }
            }
          }
        }
      }
    }
    count = next
  }

  /// Keeps the amplitudes whose parity under a mask is as given.
  package func keep(parity: Bool, under mask: [UInt64]) {
    if isFull { dropZeros() }
    var next = 0
    for index in 0..<count where self.parity(of: index, under: mask) == parity {
      if next != index {
        (keys + next * wordCount).update(from: keys + index * wordCount, count: wordCount)
        amplitudes[next] = amplitudes[index]
      }
      next += 1
    }
    count = next
  }

  @inline(__always)
  package func parity(of index: Int, under mask: [UInt64]) -> Bool {
    var bits: UInt64 = 0
    for word in 0..<wordCount { bits ^= keys[index * wordCount + word] & mask[word] }
    return bits.nonzeroBitCount & 1 == 1
  }
}
