import QuantumCore

/// Writes classical expressions the way a reader of the circuit's text knows them: `c[0]`,
/// `c == 3`, `rec[-1]`.
///
/// For drawings and messages, not to be read back: widths of conversions and signedness of
/// operators are not all shown, and what is nested very deep or is very long ends in `…`.
package struct ExpressionText {
  private let bitRegisters: [Register]
  private let variables: [ClassicalVariable]

  package init(_ circuit: Circuit) {
    bitRegisters = circuit.bitRegisters
    variables = circuit.variables
  }

  /// The text of an expression.
  package func text(of expression: ClassicalExpression) -> String {
    var budget = Self.partLimit
    return text(of: expression, above: .choice, depth: 0, budget: &budget)
  }

  /// The text of a condition: as `text(of:)`, but a single bit is compared with its value
  /// (`c[0] == 1`).
  package func condition(_ expression: ClassicalExpression) -> String {
    switch expression {
    case .bits(_, 1), .bit, .record: text(of: expression) + " == 1"
    case .unary(.logicalNot, let inner):
      switch inner {
      case .bits(_, 1), .bit, .record: text(of: inner) + " == 0"
      case .bits: text(of: inner) + " == 0"
      default: text(of: expression)
      }
    default: text(of: expression)
    }
  }

  /// The name of classical bits: `c` for a whole register, `c[2]` or `c[0:2]` (both ends included)
  /// for parts.
  package func name(ofBits start: Int, count: Int) -> String {
    guard count > 0, let register = register(ofBit: start) else {
      return count == 1 ? "bit[\(start)]" : "bits[\(start):\(start + max(1, count) - 1)]"
    }
    let first = start - register.start
    if count == 1 { return "\(register.name)[\(first)]" }
    if first == 0, count == register.count { return register.name }
    guard first + count <= register.count else {
      return "{\(name(ofBits: start, count: register.count - first)), …}"
    }
    return "\(register.name)[\(first):\(first + count - 1)]"
  }

  /// The text of the place an assignment stores to.
  package func name(of destination: ClassicalDestination) -> String {
    switch destination {
    case .bits(let start, let count): name(ofBits: start, count: count)
    case .bit(let start, let count, let index):
      text(of: .bit(start: start, count: count, index: index))
    case .variable(let index): name(ofVariable: index)
    }
  }

  package func name(ofVariable index: Int) -> String {
    variables.indices.contains(index) ? variables[index].name : "variable[\(index)]"
  }

  /// The register that holds a bit.
  private func register(ofBit bit: Int) -> Register? {
    bitRegisters.first { $0.indices.contains(bit) }
  }

  /// Binding strength, weakest first.
  private enum Precedence: Int, Comparable {
    case choice, or, and, bitOr, bitXor, bitAnd, equality, comparison, shift, sum, product, power
    case prefix, primary

    static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
  }

  private static let partLimit = 200
  private static let depthLimit = 40

  /// `minimum`: an expression that binds weaker is put in parentheses.
  private func text(
    of expression: ClassicalExpression, above minimum: Precedence, depth: Int, budget: inout Int
  ) -> String {
    budget -= 1
    guard budget > 0, depth < Self.depthLimit else { return "…" }
    switch expression {
    case .literal(.integer(let value)): return "\(value)"
    case .literal(.real(let value)): return NumberText.angle(value)
    case .bits(let start, let count): return name(ofBits: start, count: count)
    case .bit(let start, let count, let index):
      let inner = text(of: index, above: .choice, depth: depth + 1, budget: &budget)
      guard let register = register(ofBit: start), register.start == start, register.count == count
      else { return "\(name(ofBits: start, count: count))[\(inner)]" }
      return "\(register.name)[\(inner)]"
    case .variable(let index): return name(ofVariable: index)
    case .record(let lookback): return "rec[-\(lookback)]"
    case .unary(let op, let a):
      if let symbol = Self.prefixSymbol(op) {
        return symbol + text(of: a, above: .prefix, depth: depth + 1, budget: &budget)
      }
      return Self.functionName(op) + "("
        + text(of: a, above: .choice, depth: depth + 1, budget: &budget) + ")"
    case .binary(let op, let a, let b):
      let (symbol, precedence) = Self.infix(op)
      let isRightAssociative = precedence == .power
      let left = text(
        of: a, above: isRightAssociative ? precedence.next : precedence, depth: depth + 1,
        budget: &budget)
      let right = text(
        of: b, above: isRightAssociative ? precedence : precedence.next, depth: depth + 1,
        budget: &budget)
      let isTight = precedence == .power || precedence == .product
      let joined = isTight ? "\(left)\(symbol)\(right)" : "\(left) \(symbol) \(right)"
      return precedence < minimum ? "(\(joined))" : joined
    case .select(let condition, let a, let b):
      let parts = [condition, a, b].map {
        text(of: $0, above: .or, depth: depth + 1, budget: &budget)
      }
      let joined = "\(parts[0]) ? \(parts[1]) : \(parts[2])"
      return minimum > .choice ? "(\(joined))" : joined
    }
  }

  private static func prefixSymbol(_ op: ClassicalExpression.UnaryOperator) -> String? {
    switch op {
    case .negate: "-"
    case .bitwiseNot: "~"
    case .logicalNot: "!"
    default: nil
    }
  }

  private static func functionName(_ op: ClassicalExpression.UnaryOperator) -> String {
    switch op {
    case .negate, .bitwiseNot, .logicalNot: prefixSymbol(op) ?? ""
    case .populationCount: "popcount"
    case .wrapUnsigned(let width): "uint[\(width)]"
    case .wrapSigned(let width): "int[\(width)]"
    case .toReal, .unsignedToReal: "float"
    case .toInteger: "int"
    case .toUnsignedInteger: "uint"
    case .toBool: "bool"
    case .round(let format): "float[\(format.width)]"
    case .sin: "sin"
    case .cos: "cos"
    case .tan: "tan"
    case .arcsin: "arcsin"
    case .arccos: "arccos"
    case .arctan: "arctan"
    case .exp: "exp"
    case .ln: "ln"
    case .sqrt: "sqrt"
    case .floor: "floor"
    case .ceiling: "ceiling"
    }
  }

  private static func infix(_ op: ClassicalExpression.BinaryOperator) -> (String, Precedence) {
    switch op {
    case .add: ("+", .sum)
    case .subtract: ("-", .sum)
    case .multiply: ("*", .product)
    case .power: ("**", .power)
    case .divide, .unsignedDivide, .realDivide: ("/", .product)
    case .remainder, .unsignedRemainder, .realRemainder: ("%", .product)
    case .bitwiseAnd: ("&", .bitAnd)
    case .bitwiseOr: ("|", .bitOr)
    case .bitwiseXor: ("^", .bitXor)
    case .shiftLeft: ("<<", .shift)
    case .shiftRightLogical, .shiftRightArithmetic: (">>", .shift)
    case .logicalAnd: ("&&", .and)
    case .logicalOr: ("||", .or)
    case .equal: ("==", .equality)
    case .notEqual: ("!=", .equality)
    case .less, .unsignedLess: ("<", .comparison)
    case .lessOrEqual, .unsignedLessOrEqual: ("<=", .comparison)
    }
  }
}
