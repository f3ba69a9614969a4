import RealModule

/// A number held by classical memory while a circuit runs.
///
/// Booleans and bits are the integers 0 and 1. Unsigned 64-bit values are kept as the bit pattern
/// of an `Int64`; the operators that care come in an unsigned variant.
public enum ClassicalValue: Hashable, Sendable {
  /// A whole number of 64 bits, signed or the bit pattern of an unsigned one.
  case integer(Int64)
  /// A real number.
  case real(Double)

  /// Whether the number is not 0.
  public var isTrue: Bool {
    switch self {
    case .integer(let value): value != 0
    case .real(let value): value != 0
    }
  }

  /// The nearest real number; integers are read as signed.
  public var asReal: Double {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    }
  }

  /// Truncates towards zero; saturates, and NaN is 0.
  public var asInteger: Int64 {
    switch self {
    case .integer(let value): value
    case .real(let value):
      if value.isNaN {
        0
      } else {
        Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
      }
    }
  }
}

/// A classical computation over measured bits and variables, evaluated while a circuit runs.
///
/// A circuit whose conditions are all known when it is read holds none of these.
public indirect enum ClassicalExpression: Hashable, Sendable {
  /// A number that does not change.
  case literal(ClassicalValue)
  /// Bits `start ..< start + count` of classical memory as an unsigned number, lowest bit first;
  /// count ≤ 64.
  case bits(start: Int, count: Int)
  /// Bit `start + index` of classical memory where `index` is in `0..<count`; outside is an error
  /// when run.
  case bit(start: Int, count: Int, index: ClassicalExpression)
  /// A variable declared by the circuit.
  case variable(Int)
  /// The measurement record `lookback` places back: `rec[-lookback]`.
  case record(Int)
  /// An operation on one value.
  case unary(UnaryOperator, ClassicalExpression)
  /// An operation on two values, the left one first.
  case binary(BinaryOperator, ClassicalExpression, ClassicalExpression)
  /// `condition ? then : otherwise`.
  case select(ClassicalExpression, ClassicalExpression, ClassicalExpression)

  /// Operations on one value; angles are in radians.
  public enum UnaryOperator: Hashable, Sendable {
    /// Minus the value; integers wrap modulo 2⁶⁴.
    case negate
    /// Every one of 64 bits flipped; a real number is truncated first.
    case bitwiseNot
    /// 1 for a value of 0, else 0.
    case logicalNot
    /// The number of bits that are 1, among 64; a real number is truncated first.
    case populationCount
    /// Keeps the low `n` bits, unsigned. `n` in 1...64.
    case wrapUnsigned(Int)
    /// Keeps the low `n` bits, sign-extended. `n` in 1...64.
    case wrapSigned(Int)
    /// Conversions; `unsignedToReal` reads the 64-bit pattern as unsigned, and `toUnsignedInteger`
    /// makes one of a real number.
    case toReal, unsignedToReal, toInteger, toUnsignedInteger, toBool
    /// The nearest real number of a format; an integer is rounded once.
    case round(FloatFormat)
    /// The function of that name on the value as a real number; the result is real.
    case sin, cos, tan, arcsin, arccos, arctan, exp
    /// The natural logarithm of the value as a real number.
    case ln
    /// The square root of the value as a real number.
    case sqrt
    /// The nearest whole number below or above, as a real number.
    case floor, ceiling
  }

  /// Operations on two values.
  public enum BinaryOperator: Hashable, Sendable {
    /// Integer arithmetic wraps modulo 2⁶⁴; if either side is real the operation is real, and so is
    /// a negative power.
    case add, subtract, multiply, power
    /// Integer division truncates; dividing integers by zero is an error when run.
    case divide, remainder, unsignedDivide, unsignedRemainder
    /// `a / b` in the reals, whatever the operands.
    case realDivide
    /// `floor`-style real modulus.
    case realRemainder
    /// Each of 64 bits on its own; real numbers are truncated first, if either side is real.
    case bitwiseAnd, bitwiseOr, bitwiseXor
    /// Shifts by 64 or more, or by less than 0, give 0 (or the sign for the arithmetic shift).
    case shiftLeft, shiftRightLogical, shiftRightArithmetic
    /// Logical operations give 1 or 0; the right side is evaluated only where the left one does not
    /// decide.
    case logicalAnd, logicalOr
    /// Comparisons give 1 or 0; they are of real numbers if either side is real, else of signed
    /// integers.
    case equal, notEqual, less, lessOrEqual
    /// Comparisons of 64-bit patterns as unsigned integers, which give 1 or 0.
    case unsignedLess, unsignedLessOrEqual
  }
}

extension ClassicalExpression {
  /// The literal of a whole number.
  public static func integer(_ value: Int64) -> Self { .literal(.integer(value)) }
  /// The literal of a real number.
  public static func real(_ value: Double) -> Self { .literal(.real(value)) }
  /// One bit of classical memory.
  public static func bit(_ index: Int) -> Self { .bits(start: index, count: 1) }

  /// The number that the expression is written as; `nil` for every other expression, even if its
  /// value is known.
  public var literalValue: ClassicalValue? {
    if case .literal(let value) = self { value } else { nil }
  }

  /// The number of operators, operands and literals that the expression is made of, up to a limit:
  /// parts that are shared count as often as they occur, which may be exponentially often.
  ///
  /// - Complexity: O(the number returned).
  package func partCount(upTo limit: Int) -> Int {
    var rest = limit
    takeParts(from: &rest)
    return limit - rest
  }

  private func takeParts(from rest: inout Int) {
    guard rest > 0 else { return }
    rest -= 1
    switch self {
    case .literal, .bits, .variable, .record: break
    case .bit(_, _, let index): index.takeParts(from: &rest)
    case .unary(_, let a): a.takeParts(from: &rest)
    case .binary(_, let a, let b):
      a.takeParts(from: &rest)
      b.takeParts(from: &rest)
    case .select(let a, let b, let c):
      a.takeParts(from: &rest)
      b.takeParts(from: &rest)
      c.takeParts(from: &rest)
    }
  }

  /// Calls `visit` on this expression and every part of it, outside in.
  public func forEachPart(_ visit: (ClassicalExpression) -> Void) {
    visit(self)
    switch self {
    case .literal, .bits, .variable, .record: break
    case .bit(_, _, let index): index.forEachPart(visit)
    case .unary(_, let a): a.forEachPart(visit)
    case .binary(_, let a, let b):
      a.forEachPart(visit)
      b.forEachPart(visit)
    case .select(let a, let b, let c):
      a.forEachPart(visit)
      b.forEachPart(visit)
      c.forEachPart(visit)
    }
  }

  /// The value in `memory`.
  ///
  /// - Throws: `Diagnostic` for an integer division by zero, a shift by less than 0, a result that
  ///   is not finite or fits no integer, an index out of range, or a record before the start.
  /// - Complexity: O(size of the expression).
  public func evaluated(in memory: ClassicalMemory) throws(Diagnostic) -> ClassicalValue {
    switch self {
    case .literal(let value): return value
    case .bits(let start, let count): return .integer(memory.bits.word(at: start, count: count))
    case .bit(let start, let count, let index):
      let i = try index.evaluated(in: memory).asInteger
      guard i >= 0, i < count else {
        throw Diagnostic("bit index \(i) is outside 0..<\(count)", code: "index-out-of-range")
      }
      return .integer(memory.bits[start + Int(i)] ? 1 : 0)
    case .variable(let index): return memory.variables[index]
    case .record(let lookback):
      guard lookback <= memory.record.count else {
        throw Diagnostic(
          "rec[-\(lookback)] reaches before the first of \(memory.record.count) measurements",
          code: "record-before-start")
      }
      return .integer(memory.record[memory.record.count - lookback] ? 1 : 0)
    case .unary(let op, let a): return try op.applyChecked(a.evaluated(in: memory))
    case .binary(.logicalAnd, let a, let b):
      guard try a.evaluated(in: memory).isTrue else { return .integer(0) }
      return .integer(try b.evaluated(in: memory).isTrue ? 1 : 0)
    case .binary(.logicalOr, let a, let b):
      if try a.evaluated(in: memory).isTrue { return .integer(1) }
      return .integer(try b.evaluated(in: memory).isTrue ? 1 : 0)
    case .binary(let op, let a, let b):
      let (x, y) = (try a.evaluated(in: memory), try b.evaluated(in: memory))
      return try op.applyChecked(x, y)
    case .select(let condition, let a, let b):
      return try condition.evaluated(in: memory).isTrue
        ? a.evaluated(in: memory) : b.evaluated(in: memory)
    }
  }
}

extension ClassicalValue {
  /// This value, unless it is infinite or no number.
  package func checkedFinite() throws(Diagnostic) -> ClassicalValue {
    guard case .real(let number) = self, !number.isFinite else { return self }
    throw Diagnostic(
      "the result is not a finite number", code: "not-finite",
      hint: "division by zero, a root or logarithm outside its domain, or a number beyond 1.8e308")
  }

  /// The integer a real number truncates to, as 64 bits, if they hold it: signed, or unsigned where
  /// `isUnsigned`.
  package func truncated(isUnsigned: Bool) throws(Diagnostic) -> Int64 {
    guard case .real(let number) = self else { return asInteger }
    let whole = number.rounded(.towardZero)
    if let integer = Int64(exactly: whole) { return integer }
    if isUnsigned, let integer = UInt64(exactly: whole) { return Int64(bitPattern: integer) }
    throw Diagnostic(
      "\(number) does not fit an integer of 64 bits", code: "range",
      hint: isUnsigned ? "0 to 18446744073709551615 do" : "numbers from -2^63 to 2^63 - 1 do")
  }
}

extension ClassicalExpression.UnaryOperator {
  /// The operation on a value met while running.
  ///
  /// - Throws: `Diagnostic` where `apply` would saturate, or give what is not a finite number.
  fileprivate func applyChecked(_ a: ClassicalValue) throws(Diagnostic) -> ClassicalValue {
    if self == .toInteger || self == .toUnsignedInteger {
      return .integer(try a.truncated(isUnsigned: self == .toUnsignedInteger))
    }
    if case .round(let format) = self { return try format.rounded(a) }
    return try apply(a).checkedFinite()
  }

  /// The operation on a known value; also what constant folding uses.
  public func apply(_ a: ClassicalValue) -> ClassicalValue {
    switch self {
    case .negate:
      if case .real(let value) = a { return .real(-value) }
      return .integer(0 &- a.asInteger)
    case .bitwiseNot: return .integer(~a.asInteger)
    case .logicalNot: return .integer(a.isTrue ? 0 : 1)
    case .populationCount: return .integer(Int64(a.asInteger.nonzeroBitCount))
    case .wrapUnsigned(let width):
      return .integer(a.asInteger & Int64(bitPattern: .max >> UInt64(max(0, 64 - width))))
    case .wrapSigned(let width):
      let shift = Int64(max(0, 64 - width))
      return .integer((a.asInteger << shift) >> shift)
    case .toReal: return .real(a.asReal)
    case .unsignedToReal: return .real(Double(UInt64(bitPattern: a.asInteger)))
    case .toInteger, .toUnsignedInteger: return .integer(a.asInteger)
    case .toBool: return .integer(a.isTrue ? 1 : 0)
    case .round(let format):
      switch a {
      case .integer(let value): return .real(format.nearest(value))
      case .real(let value): return .real(format.nearest(value))
      }
    case .sin: return .real(.sin(a.asReal))
    case .cos: return .real(.cos(a.asReal))
    case .tan: return .real(.tan(a.asReal))
    case .arcsin: return .real(.asin(a.asReal))
    case .arccos: return .real(.acos(a.asReal))
    case .arctan: return .real(.atan(a.asReal))
    case .exp: return .real(.exp(a.asReal))
    case .ln: return .real(.log(a.asReal))
    case .sqrt: return .real(a.asReal.squareRoot())
    case .floor: return .real(a.asReal.rounded(.down))
    case .ceiling: return .real(a.asReal.rounded(.up))
    }
  }
}

extension ClassicalExpression.BinaryOperator {
  /// The operation on values met while running.
  ///
  /// - Throws: `Diagnostic` where `apply` does, for a shift by less than 0, and for a result that
  ///   is not finite.
  fileprivate func applyChecked(_ a: ClassicalValue, _ b: ClassicalValue) throws(Diagnostic)
    -> ClassicalValue
  {
    switch self {
    case .shiftLeft, .shiftRightLogical, .shiftRightArithmetic:
      guard b.asInteger >= 0 else {
        throw Diagnostic("a shift is by 0 or more, not \(b.asInteger)", code: "range")
      }
    default: break
    }
    return try apply(a, b).checkedFinite()
  }

  /// The operation on known values; also what constant folding uses.
  ///
  /// - Throws: `Diagnostic` for an integer division by zero.
  public func apply(_ a: ClassicalValue, _ b: ClassicalValue) throws(Diagnostic) -> ClassicalValue {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): return try apply(integers: a, b)
    default: return apply(reals: a, b)
    }
  }

  private func apply(integers a: Int64, _ b: Int64) throws(Diagnostic) -> ClassicalValue {
    switch self {
    case .add: return .integer(a &+ b)
    case .subtract: return .integer(a &- b)
    case .multiply: return .integer(a &* b)
    case .power:
      if b < 0 { return apply(reals: .integer(a), .integer(b)) }
      return .integer(Self.wrappingPower(a, UInt64(b)))
    case .divide, .remainder, .unsignedDivide, .unsignedRemainder:
      guard b != 0 else { throw Diagnostic("integer division by zero", code: "division-by-zero") }
      let (ua, ub) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
      return switch self {
      case .divide: .integer(a.dividedReportingOverflow(by: b).partialValue)
      case .remainder: .integer(a.remainderReportingOverflow(dividingBy: b).partialValue)
      case .unsignedDivide: .integer(Int64(bitPattern: ua / ub))
      default: .integer(Int64(bitPattern: ua % ub))
      }
    case .realDivide: return .real(Double(a) / Double(b))
    case .realRemainder: return apply(reals: .real(Double(a)), .real(Double(b)))
    case .bitwiseAnd: return .integer(a & b)
    case .bitwiseOr: return .integer(a | b)
    case .bitwiseXor: return .integer(a ^ b)
    case .shiftLeft: return .integer((0..<64).contains(b) ? a << b : 0)
    case .shiftRightLogical:
      return .integer(
        (0..<64).contains(b) ? Int64(bitPattern: UInt64(bitPattern: a) >> UInt64(b)) : 0)
    case .shiftRightArithmetic: return .integer((0..<64).contains(b) ? a >> b : (a < 0 ? -1 : 0))
    case .logicalAnd: return .integer(a != 0 && b != 0 ? 1 : 0)
    case .logicalOr: return .integer(a != 0 || b != 0 ? 1 : 0)
    case .equal: return .integer(a == b ? 1 : 0)
    case .notEqual: return .integer(a != b ? 1 : 0)
    case .less: return .integer(a < b ? 1 : 0)
    case .lessOrEqual: return .integer(a <= b ? 1 : 0)
    case .unsignedLess: return .integer(UInt64(bitPattern: a) < UInt64(bitPattern: b) ? 1 : 0)
    case .unsignedLessOrEqual:
      return .integer(UInt64(bitPattern: a) <= UInt64(bitPattern: b) ? 1 : 0)
    }
  }

  private func apply(reals left: ClassicalValue, _ right: ClassicalValue) -> ClassicalValue {
    let (a, b) = (left.asReal, right.asReal)
    switch self {
    case .add: return .real(a + b)
    case .subtract: return .real(a - b)
    case .multiply: return .real(a * b)
    case .power:
      // Double.pow of a negative base is NaN even for integral exponents.
      if a < 0, b == b.rounded() {
        return .real((b.remainder(dividingBy: 2) == 0 ? 1 : -1) * .pow(-a, b))
      }
      return .real(.pow(a, b))
    case .divide, .unsignedDivide, .realDivide: return .real(a / b)
    case .remainder, .unsignedRemainder, .realRemainder:
      return .real(floorRemainder(a, b))
    case .logicalAnd: return .integer(a != 0 && b != 0 ? 1 : 0)
    case .logicalOr: return .integer(a != 0 || b != 0 ? 1 : 0)
    case .equal: return .integer(a == b ? 1 : 0)
    case .notEqual: return .integer(a != b ? 1 : 0)
    case .less, .unsignedLess: return .integer(a < b ? 1 : 0)
    case .lessOrEqual, .unsignedLessOrEqual: return .integer(a <= b ? 1 : 0)
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRightLogical,
      .shiftRightArithmetic:
      // Not meaningful on reals; front ends refuse it. Defined through truncation so that nothing
      // traps.
      return (try? apply(integers: left.asInteger, right.asInteger)) ?? .integer(0)
    }
  }

  /// a − b⌊a/b⌋ without a quotient that could overflow or lose digits; NaN for b = 0.
  private func floorRemainder(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  /// baseᵉ modulo 2⁶⁴.
  package static func wrappingPower(_ base: Int64, _ exponent: UInt64) -> Int64 {
    var (result, square, rest) = (Int64(1), base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }
}

/// The classical side of a running circuit.
public struct ClassicalMemory: Hashable, Sendable {
  /// The declared classical bits, all 0 at the start.
  public var bits: BitVector
  /// The values of the circuit's variables, in its order.
  public var variables: [ClassicalValue]
  /// The measurement record so far, in the order measured.
  public var record: BitVector

  /// The memory at the start of a run: bits are 0, variables have their initial values, and nothing
  /// is measured yet.
  public init(for circuit: Circuit) {
    bits = BitVector(count: circuit.bitCount)
    variables = circuit.variables.map(\.initialValue)
    record = BitVector(count: 0)
  }
}
