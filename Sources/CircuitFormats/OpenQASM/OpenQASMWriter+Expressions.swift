import QuantumCore

// Expressions of the circuit as OpenQASM 3: its integers are int[64], its reals float[64];
// operations that read bit patterns as unsigned go through uint[64].

extension ProgramWriter {
  // MARK: Bits

  /// Bits of classical memory as an expression of type bit or bit[n].
  private func bits(_ start: Int, _ count: Int) throws(Diagnostic) -> String {
    guard let register = bitRegister(start),
      start + count <= register.start + register.count
    else { throw refusal("a value made of several registers") }
    if count == 1 { return bit(start) }
    if start == register.start, count == register.count { return register.name }
    let first = start - register.start
    return "\(register.name)[\(first):\(first + count - 1)]"
  }

  private func indexed(_ start: Int, _ count: Int, _ index: ClassicalExpression)
    throws(Diagnostic) -> String
  {
    guard let register = bitRegister(start), start + count <= register.start + register.count else {
      throw refusal("an index into several registers")
    }
    let offset = start - register.start
    let text = try integer(index)
    return "\(register.name)[\(text)\(offset > 0 ? " + \(offset)" : "")]"
  }

  // MARK: Kinds

  /// Whether an expression is a comparison or the like, of type bool or bit.
  private func isBoolean(_ expression: ClassicalExpression) -> Bool {
    switch expression {
    case .bits(_, let count): return count == 1
    case .bit, .record: return true
    case .unary(let operation, _): return operation == .logicalNot || operation == .toBool
    case .binary(let operation, _, _):
      switch operation {
      case .logicalAnd, .logicalOr, .equal, .notEqual, .less, .lessOrEqual, .unsignedLess,
        .unsignedLessOrEqual:
        return true
      default: return false
      }
    default: return false
    }
  }

  /// Whether an expression's value is a real number.
  func isReal(_ expression: ClassicalExpression) -> Bool {
    switch expression {
    case .literal(let value): if case .real = value { return true } else { return false }
    case .bits, .bit, .record: return false
    case .variable(let index):
      if case .real = circuit.variables[index].initialValue { return true } else { return false }
    case .unary(let operation, let a):
      switch operation {
      case .negate: return isReal(a)
      case .bitwiseNot, .logicalNot, .populationCount, .wrapUnsigned, .wrapSigned, .toInteger,
        .toUnsignedInteger, .toBool:
        return false
      default: return true
      }
    case .binary(let operation, let a, let b):
      switch operation {
      case .add, .subtract, .multiply, .power, .divide, .remainder, .unsignedDivide,
        .unsignedRemainder:
        return isReal(a) || isReal(b)
      case .realDivide, .realRemainder: return true
      default: return false
      }
    case .select(_, let a, let b): return isReal(a) || isReal(b)
    }
  }

  // MARK: Rendering

  /// As a condition.
  func condition(_ expression: ClassicalExpression) throws(Diagnostic) -> String {
    switch expression {
    case .literal(let value): return value.isTrue ? "true" : "false"
    case .bits(let start, 1): return try bits(start, 1)
    case .variable(let index) where isBooleanInput(index): return variableNames[index]
    case .bit(let start, let count, let index): return try indexed(start, count, index)
    case .record(let lookback): return try record(lookback)
    case .unary(.toBool, let inner): return try condition(inner)
    case .unary(.logicalNot, let inner):
      let text = try condition(inner)
      return isSimple(text) ? "!\(text)" : "!(\(text))"
    case .binary(let operation, let a, let b):
      switch operation {
      case .logicalAnd: return "\(try enclosed(a)) && \(try enclosed(b))"
      case .logicalOr: return "\(try enclosed(a)) || \(try enclosed(b))"
      case .equal: return try comparison("==", a, b)
      case .notEqual: return try comparison("!=", a, b)
      case .less: return try comparison("<", a, b)
      case .lessOrEqual: return try comparison("<=", a, b)
      case .unsignedLess: return "\(try unsigned(a)) < \(try unsigned(b))"
      case .unsignedLessOrEqual: return "\(try unsigned(a)) <= \(try unsigned(b))"
      default: break
      }
    default: break
    }
    return "\(try isReal(expression) ? real(expression) : integer(expression)) != 0"
  }

  private func enclosed(_ expression: ClassicalExpression) throws(Diagnostic) -> String {
    let text = try condition(expression)
    return isSimple(text) ? text : "(\(text))"
  }

  private func isSimple(_ text: String) -> Bool {
    var depth = 0
    for character in text {
      if character == "[" || character == "(" { depth += 1 }
      if character == "]" || character == ")" { depth -= 1 }
      if depth == 0, " !&|<>=+-*/".contains(character) { return false }
    }
    return true
  }

  private func comparison(_ sign: String, _ a: ClassicalExpression, _ b: ClassicalExpression)
    throws(Diagnostic) -> String
  {
    if isReal(a) || isReal(b) { return "\(try real(a)) \(sign) \(try real(b))" }
    let isEquality = sign == "==" || sign == "!="
    func side(_ expression: ClassicalExpression, beside other: ClassicalExpression)
      throws(Diagnostic) -> String
    {
      switch (expression, other) {
      case (.bits(let start, 1), .literal(.integer)):
        // The register itself where it is but one bit: what others can read as well.
        if let register = bitRegister(start), register.count == 1 { return register.name }
        return try bits(start, 1)
      case (.bits(let start, let count), _) where count < 64 || isEquality:
        return try bits(start, count)
      case (.literal(.integer(let value)), .bits(_, 64)) where isEquality:
        // Bits read as an unsigned number.
        return "\(UInt64(bitPattern: value))"
      default: return try integer(expression)
      }
    }
    return "\(try side(a, beside: b)) \(sign) \(try side(b, beside: a))"
  }

  private func unsigned(_ expression: ClassicalExpression) throws(Diagnostic) -> String {
    if case .literal(.integer(let value)) = expression, value >= 0 { return "\(value)" }
    return "uint[64](\(try integer(expression)))"
  }

  /// As an int[64].
  func integer(_ expression: ClassicalExpression) throws(Diagnostic) -> String {
    switch expression {
    case .literal(let value):
      let number = value.asInteger
      // Beyond its sign the least integer is no integer of 64 bits.
      if number == .min { return "(\(number + 1) - 1)" }
      return number < 0 ? "(\(number))" : "\(number)"
    case .bits(let start, let count):
      let text = try bits(start, count)
      if count == 1 { return "int[64](\(text))" }
      return "int[64](uint[\(count)](\(text)))"
    case .variable(let index):
      return isReal(expression) ? "int[64](\(variableNames[index]))" : integerText(index)
    case .bit, .record: return "int[64](\(try condition(expression)))"
    case .unary(let operation, let a): return try integer(operation, a, expression)
    case .binary(let operation, let a, let b): return try integer(operation, a, b, expression)
    case .select(let test, let a, let b):
      let text = try condition(test)
      return
        "(int[64](\(text)) * \(try integer(a)) + int[64](!(\(text))) * \(try integer(b)))"
    }
  }

  private func integer(
    _ operation: ClassicalExpression.UnaryOperator, _ a: ClassicalExpression,
    _ whole: ClassicalExpression
  ) throws(Diagnostic) -> String {
    switch operation {
    case .negate where !isReal(a): return "(-\(try integer(a)))"
    case .bitwiseNot: return "(~\(try integer(a)))"
    case .logicalNot, .toBool: return "int[64](\(try condition(whole)))"
    case .populationCount: return "int[64](popcount(uint[64](\(try integer(a)))))"
    case .wrapUnsigned(let width): return "int[64](uint[\(width)](\(try integer(a))))"
    case .wrapSigned(let width): return "int[64](int[\(width)](\(try integer(a))))"
    case .toInteger: return try isReal(a) ? "int[64](\(real(a)))" : integer(a)
    case .toUnsignedInteger:
      return try isReal(a) ? "int[64](uint[64](\(real(a))))" : integer(a)
    default: return "int[64](\(try real(whole)))"
    }
  }

  private func integer(
    _ operation: ClassicalExpression.BinaryOperator, _ a: ClassicalExpression,
    _ b: ClassicalExpression, _ whole: ClassicalExpression
  ) throws(Diagnostic) -> String {
    if isReal(whole) { return "int[64](\(try real(whole)))" }
    func plain(_ sign: String) throws(Diagnostic) -> String {
      "(\(try integer(a)) \(sign) \(try integer(b)))"
    }
    switch operation {
    case .add: return try plain("+")
    case .subtract: return try plain("-")
    case .multiply: return try plain("*")
    case .power: return try plain("**")
    case .divide: return try plain("/")
    case .remainder: return try plain("%")
    case .unsignedDivide: return "int[64](\(try unsigned(a)) / uint[64](\(try integer(b))))"
    case .unsignedRemainder: return "int[64](\(try unsigned(a)) % uint[64](\(try integer(b))))"
    case .bitwiseAnd: return try plain("&")
    case .bitwiseOr: return try plain("|")
    case .bitwiseXor: return try plain("^")
    case .shiftLeft: return try plain("<<")
    case .shiftRightArithmetic: return try plain(">>")
    case .shiftRightLogical: return "int[64](uint[64](\(try integer(a))) >> \(try integer(b)))"
    default: return "int[64](\(try condition(whole)))"
    }
  }

  /// As a float[64].
  func real(_ expression: ClassicalExpression) throws(Diagnostic) -> String {
    guard isReal(expression) else {
      if case .literal(let value) = expression { return number(value.asReal) }
      return "float[64](\(try integer(expression)))"
    }
    switch expression {
    case .literal(let value):
      let text = number(value.asReal)
      return text.contains("/") || text.contains("*") || text.hasPrefix("-") ? "(\(text))" : text
    case .variable(let index): return variableNames[index]
    case .unary(let operation, let a): return try real(operation, a)
    case .binary(let operation, let a, let b):
      let (x, y) = (try real(a), try real(b))
      switch operation {
      case .add: return "(\(x) + \(y))"
      case .subtract: return "(\(x) - \(y))"
      case .multiply: return "(\(x) * \(y))"
      case .power: return "(\(x) ** \(y))"
      case .divide, .unsignedDivide, .realDivide: return "(\(x) / \(y))"
      default: return "mod(\(x), \(y))"
      }
    case .select(let test, let a, let b):
      let text = try condition(test)
      return
        "(float[64](\(text)) * \(try real(a)) + float[64](!(\(text))) * \(try real(b)))"
    case .bits, .bit, .record: return "float[64](\(try integer(expression)))"
    }
  }

  private func real(_ operation: ClassicalExpression.UnaryOperator, _ a: ClassicalExpression)
    throws(Diagnostic) -> String
  {
    let name: String
    switch operation {
    case .negate: return "(-\(try real(a)))"
    case .toReal: return try real(a)
    case .unsignedToReal: return "float[64](\(try unsigned(a)))"
    case .round(let format):
      let text = try isReal(a) ? real(a) : integer(a)
      // Wide again: what it is part of is computed in 64 bits.
      return format == .double ? "float[64](\(text))" : "float[64](float[\(format.width)](\(text)))"
    case .sin: name = "sin"
    case .cos: name = "cos"
    case .tan: name = "tan"
    case .arcsin: name = "arcsin"
    case .arccos: name = "arccos"
    case .arctan: name = "arctan"
    case .exp: name = "exp"
    case .ln: name = "log"
    case .sqrt: name = "sqrt"
    case .floor: name = "floor"
    case .ceiling: name = "ceiling"
    default: return "float[64](\(try integer(.unary(operation, a))))"
    }
    return "\(name)(\(try real(a)))"
  }

  // MARK: Assignments

  func writeAssignment(_ value: ClassicalExpression, _ destination: ClassicalDestination)
    throws(Diagnostic)
  {
    guard version >= 3 else {
      throw refusal("a computation on classical values", hint: "OpenQASM 3 can")
    }
    switch destination {
    case .variable(let index):
      try line("\(variableNames[index]) = \(try assigned(value, to: index));")
    case .bits(let start, let count):
      try line("\(try bits(start, count)) = \(try bitsValue(value, count));")
    case .bit(let start, let count, let index):
      try line("\(try indexed(start, count, index)) = \(try bitsValue(value, 1));")
    }
  }

  func bitsValue(_ value: ClassicalExpression, _ count: Int) throws(Diagnostic) -> String {
    if case .literal(let literal) = value {
      let number = UInt64(bitPattern: literal.asInteger)
      if count == 1 { return "\(number & 1)" }
      let digits = (0..<count).reversed().map { number >> UInt64($0) & 1 == 1 ? "1" : "0" }
      return "\"\(digits.joined())\""
    }
    if case .bits(let start, count) = value { return try bits(start, count) }
    if count == 1, isBoolean(value) { return "bit(\(try condition(value)))" }
    return count == 1
      ? "bit(\(try integer(value)) & 1)" : "bit[\(count)](uint[\(count)](\(try integer(value))))"
  }
}

// Inputs keep the type they were declared with; other variables are int[64] or float[64].
extension ProgramWriter {
  private func inputType(_ index: Int) -> (name: Substring, width: Int?)? {
    guard let type = circuit.variables[index].inputType else { return nil }
    return (type.prefix { $0 != "[" }, Int(type.drop { $0 != "[" }.dropFirst().dropLast()))
  }

  /// Whether a variable is an input that is a condition as it stands.
  private func isBooleanInput(_ index: Int) -> Bool {
    guard let (name, width) = inputType(index) else { return false }
    return name == "bool" || name == "bit" && width == nil
  }

  /// A variable that is not a real number as an int[64].
  private func integerText(_ index: Int) -> String {
    let own = variableNames[index]
    guard let (name, width) = inputType(index) else { return own }
    switch (name, width) {
    case ("int", 64): return own
    case ("bit", let width?): return "int[64](uint[\(width)](\(own)))"
    case ("angle", let width?): return "int[64](uint[\(width)](bit[\(width)](\(own))))"
    default: return "int[64](\(own))"
    }
  }

  /// The right side of an assignment to a variable.
  func assigned(_ value: ClassicalExpression, to index: Int)
    throws(Diagnostic) -> String
  {
    if isReal(.variable(index)) { return try real(value) }
    switch inputType(index) {
    case ("bool", _)?: return "bool(\(try condition(value)))"
    case ("bit", let width)?: return try bitsValue(value, width ?? 1)
    case ("angle", let width?)?: return "angle[\(width)](\(try bitsValue(value, width)))"
    default: return try integer(value)
    }
  }
}
