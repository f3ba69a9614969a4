import ComplexModule
import QuantumCore

// A group most of whose basis states have amplitudes is kept as a list of all of them in order:
// gates then find their partners by place instead of by table, in place and on all threads.
// Amplitudes of 0 are kept there.

extension AmplitudeStore {
  /// Groups of fewer amplitudes are never filled up: their qubits still leave when their values
  /// become known.
  private static var leastFull: Int { 1 << 10 }
  private static var mostColumns: Int { 31 }

  /// Whether a group should be filled up: a quarter of its basis states have amplitudes.
  package func isNearlyFull(columnCount: Int) -> Bool {
    !isFull && wordCount == 1 && columnCount <= Self.mostColumns && count >= Self.leastFull
      && count >= 1 << max(0, columnCount - 2)
  }

  /// The same amplitudes with one for every basis state, in order.
  ///
  /// - Throws: `Obstacle` if there is no memory.
  package func filled(columnCount: Int) throws(Obstacle) -> AmplitudeStore {
    let full = try AmplitudeStore(wordCount: 1, capacity: 1 << columnCount, budget: budget)
    for index in 0..<full.capacity {
      full.keys[index] = UInt64(index)
      full.amplitudes[index] = .zero
    }
    for index in 0..<count { full.amplitudes[Int(keys[index])] = amplitudes[index] }
    full.count = full.capacity
    full.isFull = true
    return full
  }

  /// Takes out amplitudes of 0.
  package func dropZeros() {
    isFull = false
    var next = 0
    for index in 0..<count where amplitudes[index] != .zero {
      if next != index {
        (keys + next * wordCount).update(from: keys + index * wordCount, count: wordCount)
        amplitudes[next] = amplitudes[index]
      }
      next += 1
    }
    count = next
  }

  /// Applies a matrix in place.
  ///
  /// - Precondition: the store is full.
  package func applyInPlace(
    _ matrix: ComplexMatrix, on columns: [Int], where condition: KeyCondition
  ) {
    let size = matrix.rowCount
    if size == 2 { return applySingle(matrix, on: columns[0], where: condition) }
    forEachGroup(of: columns, where: condition) { amplitudes, places in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { inputs in
        for entry in 0..<size {
          inputs.initializeElement(at: entry, to: amplitudes[places[entry]])
        }
        matrix.elements.withUnsafeBufferPointer { elements in
          for row in 0..<size {
            var sum = Element.zero
            for column in 0..<size { sum += elements[row * size + column] * inputs[column] }
            amplitudes[places[row]] = sum
          }
        }
      }
    }
  }

  private func applySingle(
    _ matrix: ComplexMatrix, on column: Int, where condition: KeyCondition
  ) {
    let (a, b) = (matrix[0, 0], matrix[0, 1])
    let (c, d) = (matrix[1, 0], matrix[1, 1])
    forEachGroup(of: [column], where: condition) { amplitudes, places in
      let (x, y) = (amplitudes[places[0]], amplitudes[places[1]])
      amplitudes[places[0]] = a * x + b * y
      amplitudes[places[1]] = c * x + d * y
    }
  }

  /// Moves amplitudes in place.
  ///
  /// - Precondition: the store is full.
  package func permuteInPlace(
    by map: [UInt32], phases: [Element], on columns: [Int], where condition: KeyCondition
  ) {
    let size = map.count
    forEachGroup(of: columns, where: condition) { amplitudes, places in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { inputs in
        for entry in 0..<size {
          inputs.initializeElement(at: entry, to: amplitudes[places[entry]])
        }
        for entry in 0..<size {
          amplitudes[places[Int(map[entry])]] = inputs[entry] * phases[entry]
        }
      }
    }
  }

  /// Calls `body` for each choice of the bits outside some columns, with the places of the
  /// amplitudes that differ in them.
  @inline(__always)
  private func forEachGroup(
    of columns: [Int], where condition: KeyCondition,
    _ body: (UnsafeMutablePointer<Element>, UnsafeMutableBufferPointer<Int>) -> Void
  ) {
    let size = 1 << columns.count
    let offsets = (0..<size).map { entry in
      columns.enumerated().reduce(0) { $0 | (entry >> $1.offset & 1) << $1.element }
    }
    let ascending = columns.sorted()
    let (mask, value) = (condition.words.first?.mask ?? 0, condition.words.first?.value ?? 0)
    let groupCount = count >> columns.count
    let threads = groupCount < 1 << 14 ? 1 : budget.threads
    Parallel.forEach(range: groupCount, minimumChunk: 1 << 12, threads: threads) { range in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: size) { places in
        for group in range {
          var base = group
          for column in ascending {
            base = (base >> column) << (column + 1) | base & (1 << column - 1)
          }
          guard UInt64(base) & mask == value else { continue }
          for entry in 0..<size { places.initializeElement(at: entry, to: base | offsets[entry]) }
          body(amplitudes, places)
        }
      }
    }
  }
}
