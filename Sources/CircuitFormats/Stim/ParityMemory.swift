import QuantumCore

/// A bit that is the parity of measurement records, negated or not.
struct Parity {
  var constant: Bool
  /// Records counted from the start of the run.
  var records: Set<UInt64>

  init(constant: Bool) {
    self.constant = constant
    records = []
  }

  init(record: UInt64) {
    constant = false
    records = [record]
  }

  var constantValue: Bool? { records.isEmpty ? constant : nil }

  var negated: Parity {
    var result = self
    result.constant.toggle()
    return result
  }

  static func ^ (a: Parity, b: Parity) -> Parity {
    var result = a
    result.constant = a.constant != b.constant
    result.records.formSymmetricDifference(b.records)
    return result
  }
}

/// A place of classical memory.
enum MemoryKey: Hashable {
  case bit(Int)
  case variable(Int)
}

/// The places that a block writes to.
struct WrittenMemory {
  private(set) var keys: Set<MemoryKey> = []

  mutating func collect(from block: BlockID, of circuit: Circuit) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        for target in circuit.targets(of: instruction) where target.isBit {
          keys.insert(.bit(target.value))
        }
      case .repeatBlock(_, let body, _), .loop(_, let body): collect(from: body, of: circuit)
      case .branch(_, let then, let otherwise):
        collect(from: then, of: circuit)
        if let otherwise { collect(from: otherwise, of: circuit) }
      case .assign(let destination, _): keys.formUnion(Self.keys(of: destination))
      case .leave: break
      }
    }
  }

  static func keys(of destination: ClassicalDestination) -> Set<MemoryKey> {
    switch destination {
    case .bits(let start, let count), .bit(let start, let count, _):
      Set((start..<start + max(0, count)).map { .bit($0) })
    case .variable(let index): [.variable(index)]
    }
  }
}

/// What is known of classical memory without running the circuit.
struct ParityMemory {
  /// Bits are 0 at the start; variables are not followed until assigned. `nil` values are unknown.
  private var known: [MemoryKey: Parity?] = [:]

  subscript(_ key: MemoryKey) -> Parity? {
    if let stored = known[key] { return stored }
    if case .bit = key { return Parity(constant: false) }
    return nil
  }

  mutating func store(_ parity: Parity?, in key: MemoryKey) { known[key] = .some(parity) }

  mutating func forget(_ written: WrittenMemory) {
    for key in written.keys { store(nil, in: key) }
  }

  /// Moves the records of a repeat block's first turn to its last, and forgets what turns with
  /// different distance.
  ///
  /// - Parameter shift: records between the two turns; `nil` if too many to count.
  mutating func moveRecords(from start: UInt64, by shift: UInt64?) {
    for (key, parity) in known {
      guard let parity, !parity.records.isEmpty else { continue }
      guard let shift else {
        known[key] = .some(nil)
        continue
      }
      var moved = parity
      moved.records = Set(parity.records.map { $0 >= start ? $0 + shift : $0 })
      known[key] = .some(moved)
    }
  }

  mutating func assign(
    _ value: ClassicalExpression, to destination: ClassicalDestination, recordCount: UInt64
  ) {
    switch destination {
    case .variable(let index):
      let parity = isBoolean(value) ? parity(of: value, recordCount: recordCount) : nil
      store(parity, in: .variable(index))
    case .bits(let start, 1):
      store(lowBit(of: value, recordCount: recordCount), in: .bit(start))
    case .bit(let start, let count, .literal(.integer(let index)))
    where index >= 0 && index < Int64(count):
      store(lowBit(of: value, recordCount: recordCount), in: .bit(start + Int(index)))
    case .bits(let start, let count):
      for (offset, parity) in bits(of: value, count: count).enumerated() {
        store(parity, in: .bit(start + offset))
      }
    case .bit:
      for key in WrittenMemory.keys(of: destination) { store(nil, in: key) }
    }
  }

  /// The low `count` bits of a value that is a literal or a run of bits.
  private func bits(of value: ClassicalExpression, count: Int) -> [Parity?] {
    switch value {
    case .literal(.integer(let literal)):
      return (0..<count).map { $0 < 64 ? Parity(constant: literal >> Int64($0) & 1 == 1) : nil }
    case .bits(let start, let width):
      return (0..<count).map { $0 < width ? self[.bit(start + $0)] : Parity(constant: false) }
    case .unary(.wrapUnsigned(let width), let inner) where width >= count:
      return bits(of: inner, count: count)
    default: return [Parity?](repeating: nil, count: count)
    }
  }

  private func lowBit(of value: ClassicalExpression, recordCount: UInt64) -> Parity? {
    switch value {
    case .literal(.integer(let literal)): Parity(constant: literal & 1 == 1)
    case .bits(let start, let count) where count >= 1: self[.bit(start)]
    default: isBoolean(value) ? parity(of: value, recordCount: recordCount) : nil
    }
  }

  /// A condition, or another value that is 0 or 1, as a parity; `nil` if it is none.
  func parity(of expression: ClassicalExpression, recordCount: UInt64) -> Parity? {
    func inner(_ part: ClassicalExpression) -> Parity? {
      parity(of: part, recordCount: recordCount)
    }
    switch expression {
    case .literal(let value): return Parity(constant: value.isTrue)
    case .bits(let start, 1): return self[.bit(start)]
    case .bits(let start, let count):
      // True unless all are 0.
      return allEqual(start: start, count: count, value: 0)?.negated
    case .bit(let start, let count, .literal(.integer(let index)))
    where index >= 0 && index < Int64(count):
      return self[.bit(start + Int(index))]
    case .variable(let index): return self[.variable(index)]
    case .record(let lookback):
      guard lookback >= 1, UInt64(lookback) <= recordCount else { return nil }
      return Parity(record: recordCount - UInt64(lookback))
    case .unary(.logicalNot, let a): return inner(a)?.negated
    case .unary(.toBool, let a): return inner(a)
    case .unary(.toInteger, let a) where isBoolean(a): return inner(a)
    case .unary(.toUnsignedInteger, let a) where isBoolean(a): return inner(a)
    case .unary(.wrapUnsigned, let a) where isBoolean(a): return inner(a)
    case .binary(let op, let a, let b): return parity(of: op, a, b, inner)
    default: return nil
    }
  }

  private func parity(
    of op: ClassicalExpression.BinaryOperator, _ a: ClassicalExpression, _ b: ClassicalExpression,
    _ inner: (ClassicalExpression) -> Parity?
  ) -> Parity? {
    switch op {
    case .equal: return equality(a, b, inner) ?? equality(b, a, inner)
    case .notEqual: return (equality(a, b, inner) ?? equality(b, a, inner))?.negated
    case .bitwiseXor:
      guard isBoolean(a), isBoolean(b), let p = inner(a), let q = inner(b) else { return nil }
      return p ^ q
    case .logicalAnd:
      guard let p = inner(a), let q = inner(b) else { return nil }
      return p.constantValue.map { $0 ? q : p } ?? q.constantValue.map { $0 ? p : q }
    case .logicalOr:
      guard let p = inner(a), let q = inner(b) else { return nil }
      return p.constantValue.map { $0 ? p : q } ?? q.constantValue.map { $0 ? q : p }
    default: return nil
    }
  }

  private func equality(
    _ a: ClassicalExpression, _ b: ClassicalExpression,
    _ inner: (ClassicalExpression) -> Parity?
  ) -> Parity? {
    if case .bits(let start, let count) = a, case .literal(.integer(let value)) = b {
      return allEqual(start: start, count: count, value: value)
    }
    guard isBoolean(a), let p = inner(a) else { return nil }
    if case .literal(.integer(let value)) = b {
      return value == 0 ? p.negated : value == 1 ? p : Parity(constant: false)
    }
    guard isBoolean(b), let q = inner(b) else { return nil }
    return (p ^ q).negated
  }

  /// Whether bits hold a value, where at most one of them is not known beforehand.
  private func allEqual(start: Int, count: Int, value: Int64) -> Parity? {
    guard count < 64, value >= 0, value >> Int64(count) == 0 else {
      return count < 64 ? Parity(constant: false) : nil
    }
    var undecided: Parity?
    var hasUnknown = false
    for index in 0..<count {
      guard let bit = self[.bit(start + index)] else {
        hasUnknown = true
        continue
      }
      let matches = value >> Int64(index) & 1 == 1 ? bit : bit.negated
      if let constant = matches.constantValue {
        if !constant { return Parity(constant: false) }
      } else if undecided == nil {
        undecided = matches
      } else {
        hasUnknown = true
      }
    }
    return hasUnknown ? nil : undecided ?? Parity(constant: true)
  }

  /// Whether a value is 0 or 1 whatever memory holds.
  private func isBoolean(_ expression: ClassicalExpression) -> Bool {
    switch expression {
    case .literal(.integer(let value)): value == 0 || value == 1
    case .bits(_, 1), .bit, .record: true
    case .variable(let index): self[.variable(index)] != nil
    case .unary(.logicalNot, _), .unary(.toBool, _), .unary(.wrapUnsigned(1), _): true
    case .unary(.toInteger, let a), .unary(.toUnsignedInteger, let a): isBoolean(a)
    case .binary(.equal, _, _), .binary(.notEqual, _, _), .binary(.logicalAnd, _, _),
      .binary(.logicalOr, _, _), .binary(.less, _, _), .binary(.lessOrEqual, _, _):
      true
    case .binary(.bitwiseXor, let a, let b): isBoolean(a) && isBoolean(b)
    default: false
    }
  }
}
