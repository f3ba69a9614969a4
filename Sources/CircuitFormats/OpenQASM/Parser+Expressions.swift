import QuantumCore

extension Parser {
  /// Binding strength of a binary operator and what it does; `**` is not among them, it binds
  /// tighter than a sign.
  private func binaryOperation(_ kind: Token.Kind) -> (strength: Int, operation: BinaryOperation)? {
    switch kind {
    case .star: return (10, .multiply)
    case .slash: return (10, .divide)
    case .plus: return (9, .add)
    case .minus: return (9, .subtract)
    default: break
    }
    guard version >= 3 else { return nil }
    return switch kind {
    case .percent: (10, .remainder)
    case .shiftLeft: (8, .shiftLeft)
    case .shiftRight: (8, .shiftRight)
    case .less: (7, .less)
    case .lessEquals: (7, .lessOrEqual)
    case .greater: (7, .greater)
    case .greaterEquals: (7, .greaterOrEqual)
    case .doubleEquals: (6, .equal)
    case .notEquals: (6, .notEqual)
    case .ampersand: (5, .bitwiseAnd)
    case .caret: (4, .bitwiseXor)
    case .bar: (3, .bitwiseOr)
    case .doubleAmpersand: (2, .logicalAnd)
    case .doubleBar: (1, .logicalOr)
    default: nil
    }
  }

  mutating func parseExpression() throws(Diagnostic) -> Expression {
    try descend()
    defer { ascend() }
    return try parseBinary(1)
  }

  private mutating func parseBinary(_ strength: Int) throws(Diagnostic) -> Expression {
    var left = try parseUnary()
    while let (next, _) = binaryOperation(token.kind), next >= strength {
      var links: [Expression.Link] = []
      let first = left
      while let (same, operation) = binaryOperation(token.kind), same == next {
        let span = try advance().span
        var operand = try parseUnary()
        if let (tighter, _) = binaryOperation(token.kind), tighter > next {
          operand = try parseTail(operand, next + 1)
        }
        links.append(.init(operation: operation, span: span, operand: operand))
      }
      left = Expression(.chain(first, links), first.span.through(lastSpan))
    }
    return left
  }

  /// Goes on with an expression that starts with `first`, as long as operators bind with at least
  /// `strength`.
  private mutating func parseTail(_ first: Expression, _ strength: Int) throws(Diagnostic)
    -> Expression
  {
    try descend()
    defer { ascend() }
    var left = first
    while let (next, _) = binaryOperation(token.kind), next >= strength {
      var links: [Expression.Link] = []
      let start = left
      while let (same, operation) = binaryOperation(token.kind), same == next {
        let span = try advance().span
        var operand = try parseUnary()
        if let (tighter, _) = binaryOperation(token.kind), tighter > next {
          operand = try parseTail(operand, next + 1)
        }
        links.append(.init(operation: operation, span: span, operand: operand))
      }
      left = Expression(.chain(start, links), start.span.through(lastSpan))
    }
    return left
  }

  private mutating func parseUnary() throws(Diagnostic) -> Expression {
    let start = token.span
    let operation: UnaryOperation
    switch token.kind {
    case .minus: operation = .negate
    case .plus where version == 2:
      try advance()
      try descend()
      defer { ascend() }
      return try parseUnary()
    case .tilde where version >= 3: operation = .bitwiseNot
    case .exclamation where version >= 3: operation = .logicalNot
    default: return try parsePower()
    }
    try advance()
    try descend()
    defer { ascend() }
    let operand = try parseUnary()
    return Expression(.unary(operation, operand), start.through(lastSpan))
  }

  private mutating func parsePower() throws(Diagnostic) -> Expression {
    let base = try parsePostfix()
    guard isAt(version >= 3 ? .doubleStar : .caret) || isAt(.doubleStar) else { return base }
    try advance()
    try descend()
    defer { ascend() }
    // The exponent may carry a sign: 2 ** -1.
    let exponent = try parseUnary()
    return Expression(.power(base, exponent), base.span.through(lastSpan))
  }

  mutating func parsePostfix() throws(Diagnostic) -> Expression {
    let base = try parsePrimary()
    guard version >= 3, isAt(.leftBracket) else { return base }
    var operations: [IndexOperation] = []
    while isAt(.leftBracket) { operations.append(try parseIndex()) }
    return Expression(.index(base, operations), base.span.through(lastSpan))
  }

  mutating func parseIndex() throws(Diagnostic) -> IndexOperation {
    try descend()
    defer { ascend() }
    let start = try expect(.leftBracket, "[", "before an index").span
    var items: [IndexOperation.Item] = []
    repeat {
      if isAt(.leftBrace) {
        items.append(.set(try parseSet()))
      } else {
        items.append(try parseRangeOrExpression())
      }
    } while try acceptComma(before: .rightBracket)
    try expect(.rightBracket, "]", "after an index")
    return IndexOperation(items: items, span: start.through(lastSpan))
  }

  private mutating func parseRangeOrExpression() throws(Diagnostic) -> IndexOperation.Item {
    let start = token.span
    let first = isAt(.colon) ? nil : try parseExpression()
    guard isAt(.colon) else {
      guard let first else { throw unexpected("expected an index") }
      return .single(first)
    }
    return .range(try parseRangeTail(first, start))
  }

  /// `:stop` or `:step:stop` after the start.
  mutating func parseRangeTail(_ first: Expression?, _ start: SourceSpan) throws(Diagnostic)
    -> RangeSyntax
  {
    try expect(.colon, ":", "in a range")
    func isEnd(_ kind: Token.Kind) -> Bool { kind == .rightBracket || kind == .comma }
    let second = isEnd(token.kind) || isAt(.colon) ? nil : try parseExpression()
    guard try accept(.colon) else {
      return RangeSyntax(start: first, step: nil, stop: second, span: start.through(lastSpan))
    }
    let third = isEnd(token.kind) ? nil : try parseExpression()
    return RangeSyntax(start: first, step: second, stop: third, span: start.through(lastSpan))
  }

  /// `{a, b, c}`.
  mutating func parseSet() throws(Diagnostic) -> [Expression] {
    try expect(.leftBrace, "{", "before a set")
    var elements: [Expression] = []
    while !isAt(.rightBrace) {
      elements.append(try isAt(.leftBrace) ? parseList() : parseExpression())
      guard try accept(.comma) else { break }
    }
    try expect(.rightBrace, "}", "after a set")
    return elements
  }

  /// A nested `{…}` of an array's initial value.
  mutating func parseList() throws(Diagnostic) -> Expression {
    try descend()
    defer { ascend() }
    let start = token.span
    let elements = try parseSet()
    return Expression(.list(elements), start.through(lastSpan))
  }

  /// The right side of a declaration or assignment: an expression, a list or a measurement.
  mutating func parseValue() throws(Diagnostic) -> Expression {
    if isAt(.leftBrace) { return try parseList() }
    if isAt(.measure) {
      let start = try advance().span
      let operand = try parsePostfix()
      return Expression(.measure(operand), start.through(lastSpan))
    }
    return try parseConcatenation()
  }

  /// A comma with more behind it; one right before the end is skipped.
  mutating func acceptComma(before end: Token.Kind) throws(Diagnostic) -> Bool {
    try accept(.comma) && !isAt(end)
  }

  /// `a ++ b ++ c`.
  mutating func parseConcatenation() throws(Diagnostic) -> Expression {
    let first = try parseExpression()
    guard isAt(.doublePlus) else { return first }
    var parts = [first]
    while try accept(.doublePlus) { parts.append(try parseExpression()) }
    return Expression(.concatenation(parts), first.span.through(lastSpan))
  }

  // MARK: Primary

  private mutating func parsePrimary() throws(Diagnostic) -> Expression {
    let start = token.span
    switch token.kind {
    case .integer:
      let words = try integerWords(token)
      try advance()
      return Expression(words.count == 1 ? .integer(words[0]) : .largeInteger(words), start)
    case .real:
      let value = try realValue(token)
      try advance()
      return Expression(.real(value), start)
    case .imaginary:
      let value = try realValue(token)
      try advance()
      return Expression(.imaginary(value), start)
    case .timing:
      let text = lexer.text(token)
      let unit = TimeUnit.allCases.first { text.hasSuffix($0.rawValue) } ?? .seconds
      let value = try realValue(token)
      try advance()
      return Expression(.timing(value, unit), start)
    case .string: return try parseBitString()
    case .physicalQubit:
      let digits = lexer.text(token).dropFirst()
      guard let index = Int(digits), index < Target.qubitLimit else {
        throw Diagnostic(
          "physical qubit \(described(token)) is beyond the limit of \(Target.qubitLimit) qubits",
          code: "too-large", at: start.range)
      }
      try advance()
      return Expression(.physicalQubit(index), start)
    case .leftParenthesis:
      try advance()
      let inner = try parseExpression()
      try expect(.rightParenthesis, ")", "after an expression")
      return Expression(inner.kind, start.through(lastSpan))
    case .identifier: return try parseNamed()
    default: throw unexpected("expected an expression")
    }
  }

  private mutating func parseBitString() throws(Diagnostic) -> Expression {
    let text = lexer.bytes[token.start + 1..<token.end - 1].filter { $0 != UInt8(ascii: "_") }
    guard version >= 3, !text.isEmpty,
      text.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") })
    else {
      throw unexpected("expected an expression", hint: "bit strings look like \"0101\"")
    }
    var words = [UInt64](repeating: 0, count: (text.count + 63) / 64)
    for (index, digit) in text.reversed().enumerated() where digit == UInt8(ascii: "1") {
      words[index / 64] |= 1 << UInt64(index % 64)
    }
    let span = try advance().span
    return Expression(.bitString(words, width: text.count), span)
  }

  private mutating func parseNamed() throws(Diagnostic) -> Expression {
    let start = token.span
    guard let keyword else {
      let name = try advance().name
      guard isAt(.leftParenthesis) else { return Expression(.identifier(name), start) }
      return Expression(.call(name, try parseArguments()), start.through(lastSpan))
    }
    switch keyword {
    case .pi:
      try advance()
      return Expression(.real(.pi), start)
    case .tau:
      try advance()
      return Expression(.real(2 * .pi), start)
    case .euler:
      try advance()
      return Expression(.real(2.718281828459045), start)
    case .true, .false:
      try advance()
      return Expression(.boolean(keyword == .true), start)
    case .bit, .bool, .int, .uint, .float, .angle, .complex, .duration, .array:
      let type = try parseType()
      try expect(.leftParenthesis, "(", "after the type of a conversion")
      let value = try parseExpression()
      try expect(.rightParenthesis, ")", "after a conversion")
      return Expression(.cast(type, value), start.through(lastSpan))
    case .pow:
      // Both a modifier and a function.
      let name = try advance().name
      return Expression(.call(name, try parseArguments()), start.through(lastSpan))
    case .measure:
      throw Diagnostic(
        "'measure' stands alone on the right of '=', not within an expression", code: "syntax",
        at: start.range, hint: "bit b = measure q; first, then use b")
    case .durationof:
      throw Diagnostic(
        "parsed, not simulated: durationof", code: "not-simulated", at: start.range)
    default:
      throw unexpected("expected an expression")
    }
  }

  mutating func parseArguments() throws(Diagnostic) -> [Expression] {
    try expect(.leftParenthesis, "(", "before arguments")
    var arguments: [Expression] = []
    while !isAt(.rightParenthesis) {
      arguments.append(try isAt(.leftBrace) ? parseList() : parseExpression())
      guard try accept(.comma) else { break }
    }
    try expect(.rightParenthesis, ")", "after arguments")
    return arguments
  }

  // MARK: Types

  var isAtClassicalType: Bool {
    switch keyword {
    case .bit, .bool, .int, .uint, .float, .angle, .complex, .duration, .array: true
    default: false
    }
  }

  mutating func parseDesignator() throws(Diagnostic) -> Expression? {
    guard try accept(.leftBracket) else { return nil }
    let size = try parseExpression()
    try expect(.rightBracket, "]", "after a size")
    return size
  }

  mutating func parseType() throws(Diagnostic) -> TypeSyntax {
    let start = token.span
    let kind: TypeSyntax.Kind
    switch keyword {
    case .bit: kind = .bit
    case .bool:
      try advance()
      return TypeSyntax(.bool, width: nil, start)
    case .int: kind = .int
    case .uint: kind = .uint
    case .float: kind = .float
    case .angle: kind = .angle
    case .qubit: kind = .qubit
    case .duration:
      try advance()
      return TypeSyntax(.duration, width: nil, start)
    case .complex:
      try advance()
      if try accept(.leftBracket) {
        guard isAt(.float) else { throw unexpected("expected 'float' in complex[…]") }
        _ = try parseType()
        try expect(.rightBracket, "]", "after complex[float")
      }
      return TypeSyntax(.complex, width: nil, start.through(lastSpan))
    case .array: return try parseArrayType()
    default: throw unexpected("expected a type")
    }
    try advance()
    let width = try parseDesignator()
    return TypeSyntax(kind, width: width, start.through(lastSpan))
  }

  /// `array[int[8], 2, 3]`.
  private mutating func parseArrayType() throws(Diagnostic) -> TypeSyntax {
    let start = try advance().span
    try expect(.leftBracket, "[", "after 'array'")
    guard !isAt(.array) else { throw unexpected("expected the type of the elements") }
    let element = try parseType()
    var sizes: [Expression] = []
    while try acceptComma(before: .rightBracket) { sizes.append(try parseExpression()) }
    try expect(.rightBracket, "]", "after the sizes of an array")
    guard !sizes.isEmpty else {
      throw Diagnostic(
        "an array has at least one size", code: "syntax", at: start.range,
        hint: "array[int[32], 4]")
    }
    return TypeSyntax(.array(element, sizes), width: nil, start.through(lastSpan))
  }

  /// `readonly array[int[8], #dim = 2]` or `mutable array[int[8], 3, 3]`.
  mutating func parseArrayReference() throws(Diagnostic) -> TypeSyntax {
    let start = token.span
    let isMutable = isAt(.mutable)
    try advance()
    guard isAt(.array) else { throw unexpected("expected 'array'") }
    try advance()
    try expect(.leftBracket, "[", "after 'array'")
    let element = try parseType()
    try expect(.comma, ",", "after the type of the elements")
    let dimensions: TypeSyntax.Dimensions
    if try accept(.hash) {
      let (word, span) = try expectName("'dim' after '#'")
      guard lexer.names[word] == "dim" else {
        throw Diagnostic(
          "expected '#dim', not '#\(lexer.names[word])'", code: "syntax", at: span.range)
      }
      try expect(.equals, "=", "after '#dim'")
      dimensions = .count(try parseExpression())
    } else {
      var sizes = [try parseExpression()]
      while try acceptComma(before: .rightBracket) { sizes.append(try parseExpression()) }
      dimensions = .sizes(sizes)
    }
    try expect(.rightBracket, "]", "after an array type")
    return TypeSyntax(
      .arrayReference(isMutable: isMutable, element, dimensions), width: nil,
      start.through(lastSpan))
  }
}
