import QuantumCore

extension FrameCompiler {
  /// Turns from which a repeat block without noise and results is replaced by its power.
  private static let powerThreshold: UInt64 = 256
  /// Powers of maps of more rows are not taken.
  private static let powerWidth = 1024

  /// Replaces the operations from `start` on by what they do in `count` turns, where they only add
  /// and exchange rows: such a block takes no longer for a large count.
  ///
  /// - Returns: whether it did.
  /// - Complexity: O(k³ log count) bit operations for k rows.
  mutating func raiseToPower(_ count: UInt64, from start: Int) -> Bool {
    let turn = program.operations[start...]
    guard count >= Self.powerThreshold,
      turn.allSatisfy({ $0.code == .add || $0.code == .exchange })
    else { return false }
    let pairs = turn.flatMap { operation in
      stride(from: operation.start, to: operation.end, by: 2).map {
        RowStep(operation.code, program.operands[$0], program.operands[$0 + 1])
      }
    }
    let rows = Set(pairs.flatMap { [$0.first, $0.second] }).sorted()
    guard rows.count <= Self.powerWidth else { return false }
    let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, UInt32($0)) })
    var map = RowMap(identityOn: rows.count)
    for pair in pairs {
      map.apply(RowStep(pair.code, places[pair.first]!, places[pair.second]!))
    }
    let operandStart = turn.first?.start ?? program.operands.count
    program.operations.removeSubrange(start...)
    program.operands.removeSubrange(operandStart...)
    for step in map.raised(to: count).steps() {
      append(.init(code: step.code), [rows[Int(step.first)], rows[Int(step.second)]])
    }
    return true
  }
}

/// One addition `row[first] ^= row[second]`, or one exchange.
private struct RowStep {
  let code: FrameProgram.Code
  let first: UInt32
  let second: UInt32

  init(_ code: FrameProgram.Code, _ first: UInt32, _ second: UInt32) {
    (self.code, self.first, self.second) = (code, first, second)
  }
}

/// An invertible map over GF(2): row j becomes the sum of the rows in `rows[j]`.
private struct RowMap {
  private var rows: [BitVector]

  init(identityOn count: Int) {
    rows = (0..<count).map { row in
      var bits = BitVector(count: count)
      bits[row] = true
      return bits
    }
  }

  /// This map, and then a step.
  mutating func apply(_ step: RowStep) {
    let (first, second) = (Int(step.first), Int(step.second))
    if step.code == .add {
      rows[first].formSymmetricDifference(rows[second])
    } else {
      rows.swapAt(first, second)
    }
  }

  /// This map, and then another.
  private func then(_ next: RowMap) -> RowMap {
    var result = self
    for row in rows.indices {
      var sum = BitVector(count: rows.count)
      for source in rows.indices where next.rows[row][source] {
        sum.formSymmetricDifference(rows[source])
      }
      result.rows[row] = sum
    }
    return result
  }

  func raised(to exponent: UInt64) -> RowMap {
    var (result, square, rest) = (RowMap(identityOn: rows.count), self, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result.then(square) }
      rest >>= 1
      if rest > 0 { square = square.then(square) }
    }
    return result
  }

  /// Steps that make the map of the identity: those of Gaussian elimination, which each undo
  /// themselves, backwards.
  func steps() -> [RowStep] {
    var (map, steps) = (self, [RowStep]())
    func take(_ step: RowStep) {
      map.apply(step)
      steps.append(step)
    }
    for column in rows.indices {
      guard let pivot = map.rows.indices.first(where: { $0 >= column && map.rows[$0][column] })
      else { preconditionFailure("Row steps can be undone") }
      if pivot != column { take(RowStep(.exchange, UInt32(column), UInt32(pivot))) }
      for row in rows.indices where row != column && map.rows[row][column] {
        take(RowStep(.add, UInt32(row), UInt32(column)))
      }
    }
    return steps.reversed()
  }
}
