import QuantumCore

extension Parser {
  /// The next statement of the outermost level; `nil` at the end.
  mutating func parseStatement() throws(Diagnostic) -> Statement? {
    try skipEmptyStatements()
    if isAt(.endOfFile) { return nil }
    return version == 2 ? try parseStatement2() : try parseStatement3()
  }

  // MARK: OpenQASM 2

  /// The paper's grammar of OpenQASM 2 has no empty statements; the readers of others take them.
  private mutating func skipEmptyStatements() throws(Diagnostic) {
    guard version == 2, !strict else { return }
    while try accept(.semicolon) {}
  }

  private mutating func parseStatement2() throws(Diagnostic) -> Statement {
    let start = token.span
    switch keyword {
    case .include: return try parseInclude()
    case .openqasm:
      throw Diagnostic(
        "the version line stands once, before everything else", code: "syntax", at: start.range)
    case .qreg, .creg: return try parseOldRegister()
    case .gate: return try parseGate()
    case .opaque: return try parseOpaque()
    case .if: return try parseRegisterCondition()
    default: return try parseOperation2()
    }
  }

  /// A gate application, `measure`, `reset` or `barrier`.
  private mutating func parseOperation2() throws(Diagnostic) -> Statement {
    let start = token.span
    switch keyword {
    case .measure:
      try advance()
      let source = try parseOperand()
      try expect(.arrow, "->", "after the measured qubits")
      let destination = try parseOperand()
      try expectSemicolon("after a measurement")
      return Statement(.measure(source, into: destination), start.through(lastSpan))
    case .reset:
      try advance()
      let operands = try parseOperands()
      try expectSemicolon("after 'reset'")
      return Statement(.reset(operands), start.through(lastSpan))
    case .barrier: return try parseBarrier()
    case nil where isAt(.identifier): return try parseGateCall2()
    default:
      throw unexpected(
        "expected a statement", hint: isAt(.semicolon) ? "leave out the second ';'" : nil)
    }
  }

  private mutating func parseGateCall2() throws(Diagnostic) -> Statement {
    let start = token.span
    let name = try advance().name
    let arguments = try isAt(.leftParenthesis) ? parseArguments() : []
    let operands: [Expression]
    do throws(Diagnostic) {
      guard isAt(.identifier) else {
        throw unexpected("expected a qubit after '\(lexer.names[name])'")
      }
      operands = try parseOperands()
      try expectSemicolon("after a gate")
    } catch {
      var error = error
      error.hint = error.hint ?? laterHint(name)
      throw error
    }
    let call = GateCall(
      modifiers: [], name: name, nameSpan: start, arguments: arguments, operands: operands)
    return Statement(.gateCall(call), start.through(lastSpan), nameSpan: start)
  }

  /// For words of version 3 met in version 2.
  private func laterHint(_ name: Name) -> String? {
    guard let word = Keyword(rawValue: name), word.rawValue >= Keyword.firstOfVersion3 else {
      return nil
    }
    return "'\(word.text)' is OpenQASM 3; start the text with 'OPENQASM 3.0;'"
  }

  /// `if (c == n) operation`.
  private mutating func parseRegisterCondition() throws(Diagnostic) -> Statement {
    let start = try advance().span
    try expect(.leftParenthesis, "(", "after 'if'")
    let (name, span) = try expectName("a register")
    guard isAt(.doubleEquals) else {
      throw unexpected(
        "OpenQASM 2 compares a register with a number",
        hint: "if (\(lexer.names[name]) == 1) …; OpenQASM 3 has other conditions")
    }
    try advance()
    guard isAt(.integer) else { throw unexpected("expected a number from 0 on") }
    let words = try integerWords(token)
    try advance()
    try expect(.rightParenthesis, ")", "after the condition")
    if isAt(.leftBrace) {
      throw unexpected(
        "expected one operation after the condition",
        hint: "blocks in braces are OpenQASM 3: start the text with 'OPENQASM 3.0;', or repeat "
          + "the condition before each operation")
    }
    let body = try parseOperation2()
    return Statement(
      .registerCondition(name, span, words, body), start.through(lastSpan), nameSpan: span)
  }

  private mutating func parseOpaque() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let (name, span) = try expectName("the name of a gate")
    let parameters =
      try accept(.leftParenthesis) ? try parseNames(until: .rightParenthesis, ")") : []
    let qubits = try parseNames(until: .semicolon, ";")
    guard !qubits.isEmpty else { throw withoutQubits(span) }
    return Statement(
      .gate(
        GateDeclaration(
          name: name, parameters: parameters, qubits: qubits, body: [], isOpaque: true, span: span)),
      start, nameSpan: span)
  }

  // MARK: Both versions

  private mutating func parseInclude() throws(Diagnostic) -> Statement {
    let start = try advance().span
    guard isAt(.string) else { throw unexpected("expected a file name in quotes") }
    let text = lexer.text(token)
    let span = try advance().span
    try expectSemicolon("after the file name")
    return Statement(.include(String(text.dropFirst().dropLast())), start, nameSpan: span)
  }

  private mutating func parseOldRegister() throws(Diagnostic) -> Statement {
    let start = token.span
    let isQuantum = isAt(.qreg)
    try advance()
    let (name, span) = try expectName("the name of a register")
    let size: Expression?
    if version == 2 {
      try expect(.leftBracket, "[", "before the size of a register")
      guard isAt(.integer) else { throw unexpected("expected the size of a register") }
      size = try parseExpression()
      try expect(.rightBracket, "]", "after the size of a register")
    } else {
      size = try parseDesignator()
    }
    try expectSemicolon("after a declaration")
    let whole = start.through(lastSpan)
    if isQuantum { return Statement(.qubits(name, size: size), whole, nameSpan: span) }
    let type = TypeSyntax(.bit, width: size, start)
    return Statement(.declaration(type, name, nil, isConstant: false), whole, nameSpan: span)
  }

  private mutating func parseNames(until end: Token.Kind, _ text: String) throws(Diagnostic)
    -> [Name]
  {
    var names: [Name] = []
    while !isAt(end) {
      let (name, span) = try expectName("a name")
      if names.contains(name) {
        throw Diagnostic(
          "'\(lexer.names[name])' is named twice", code: "duplicate", at: span.range)
      }
      names.append(name)
      if names.count > 10_000 {
        throw Diagnostic("a gate has at most 10000 names", code: "too-large", at: span.range)
      }
      guard try accept(.comma) else { break }
    }
    try expect(end, text, "after the names")
    return names
  }

  private mutating func parseGate() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let (name, span) = try expectName("the name of a gate")
    let parameters =
      try accept(.leftParenthesis) ? try parseNames(until: .rightParenthesis, ")") : []
    let qubits = try parseNames(until: .leftBrace, "{")
    guard !qubits.isEmpty || version >= 3 else { throw withoutQubits(span) }
    var body: [Statement] = []
    while true {
      try skipEmptyStatements()
      if isAt(.rightBrace) { break }
      if isAt(.endOfFile) { throw unexpected("expected '}' at the end of a gate") }
      body.append(try parseGateBodyStatement())
    }
    try advance()
    return Statement(
      .gate(
        GateDeclaration(
          name: name, parameters: parameters, qubits: qubits, body: body, isOpaque: false,
          span: span)), start, nameSpan: span)
  }

  private func withoutQubits(_ span: SourceSpan) -> Diagnostic {
    Diagnostic("a gate acts on at least one qubit", code: "syntax", at: span.range)
  }

  private mutating func parseGateBodyStatement() throws(Diagnostic) -> Statement {
    let start = token.span
    if version == 2 {
      switch keyword {
      case .barrier: return try parseBarrier()
      case nil where isAt(.identifier): return try parseGateCall2()
      default: throw unexpected("a gate's body holds gates and barriers only")
      }
    }
    let statement = try nested { parser throws(Diagnostic) in try parser.parseStatement3() }
    switch statement.kind {
    case .gateCall, .barrier, .delay, .ignored, .forLoop, .whileLoop, .conditional, .declaration,
      .assignment, .block, .choice, .alias:
      return statement
    default:
      throw Diagnostic(
        "a gate's body holds gates only", code: "syntax", at: start.range,
        hint: "what measures or resets is a subroutine: def name(qubit q) { … }")
    }
  }

  private mutating func parseBarrier() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let operands = isAt(.semicolon) ? [] : try parseOperands()
    try expectSemicolon("after 'barrier'")
    return Statement(.barrier(operands), start.through(lastSpan))
  }

  private mutating func parseOperands() throws(Diagnostic) -> [Expression] {
    var operands = [try parseOperand()]
    while try accept(.comma) {
      // Both versions' readers skip a comma at the end, but for the paper's grammar.
      if isAt(.semicolon), !strict || version >= 3 { break }
      operands.append(try parseOperand())
    }
    return operands
  }

  /// A register, one of its elements, or in version 3 any expression that names qubits or bits.
  private mutating func parseOperand() throws(Diagnostic) -> Expression {
    if version >= 3 {
      guard isAt(.identifier) || isAt(.physicalQubit) else { throw unexpected("expected a qubit") }
      return try parsePostfix()
    }
    let (name, span) = try expectName("a register")
    let base = Expression(.identifier(name), span)
    guard isAt(.leftBracket) else { return base }
    try advance()
    guard isAt(.integer) else { throw unexpected("expected an index") }
    let index = try parseExpression()
    try expect(.rightBracket, "]", "after an index")
    let whole = span.through(lastSpan)
    return Expression(
      .index(base, [IndexOperation(items: [.single(index)], span: index.span)]), whole)
  }

  // MARK: OpenQASM 3

  private mutating func nested<T>(
    _ body: (inout Parser) throws(Diagnostic) -> T
  ) throws(Diagnostic) -> T {
    try descend()
    let wasGlobal = context.isGlobal
    context.isGlobal = false
    defer {
      context.isGlobal = wasGlobal
      ascend()
    }
    return try body(&self)
  }

  /// A block in braces, or one statement.
  private mutating func parseBody() throws(Diagnostic) -> [Statement] {
    try nested { parser throws(Diagnostic) in
      guard parser.isAt(.leftBrace) else {
        if parser.isAt(.endOfFile) { throw parser.unexpected("expected a statement") }
        // An annotation belongs to the statement after it: both are the body.
        var body: [Statement] = []
        while parser.isAt(.at) { body.append(try parser.parseStatement3()) }
        body.append(try parser.parseStatement3())
        return body
      }
      return try parser.parseBraces()
    }
  }

  /// Reads `@name` and the rest of its line; a statement must follow.
  private mutating func skipAnnotation() throws(Diagnostic) {
    let sign = token
    let name = try lexer.next()
    guard name.kind == .identifier, name.start == sign.end else {
      throw Diagnostic(
        "expected the name of an annotation right after '@'", code: "syntax", at: sign.span.range,
        hint: "an annotation is a line of its own: @name and what it says")
    }
    try skipLine()
    guard !isAt(.endOfFile), !isAt(.rightBrace) else {
      throw Diagnostic(
        "no statement follows this annotation", code: "syntax", at: sign.span.range,
        hint: "an annotation stands on the line before the statement it describes")
    }
  }

  private mutating func parseBraces() throws(Diagnostic) -> [Statement] {
    let opening = try expect(.leftBrace, "{", "before a block")
    var body: [Statement] = []
    while !isAt(.rightBrace) {
      if isAt(.endOfFile) {
        throw Diagnostic(
          "this block has no end", code: "syntax", at: opening.span.range, hint: "close it with '}'"
        )
      }
      body.append(try parseStatement3())
    }
    try advance()
    return body
  }

  private mutating func parseLoopBody() throws(Diagnostic) -> [Statement] {
    context.loops += 1
    defer { context.loops -= 1 }
    return try parseBody()
  }

  private func requireGlobal(_ what: String) throws(Diagnostic) {
    guard context.isGlobal else {
      throw Diagnostic(
        "\(what) stands at the outermost level only", code: "syntax", at: token.span.range)
    }
  }

  private mutating func parseStatement3() throws(Diagnostic) -> Statement {
    let start = token.span
    switch token.kind {
    case .at:
      try skipAnnotation()
      return Statement(.ignored("annotation"), start)
    case .hash:
      let next = try lexer.next()
      guard next.kind == .identifier, next.name == Keyword.pragma.rawValue else {
        throw unexpected("expected a statement", hint: "'#pragma' starts a pragma")
      }
      try skipLine()
      return Statement(.ignored("pragma"), start)
    case .leftBrace:
      return Statement(
        .block(try nested { parser throws(Diagnostic) in try parser.parseBraces() }), start)
    case .physicalQubit, .leftParenthesis, .integer, .real, .imaginary, .timing, .minus, .string,
      .exclamation, .tilde:
      return try parseExpressionStatement()
    case .identifier: break
    default:
      throw unexpected(
        "expected a statement", hint: isAt(.semicolon) ? "leave out the second ';'" : nil)
    }
    guard let keyword else { return try parseNamedStatement() }
    return try parseKeywordStatement(keyword, start)
  }

  private mutating func parseKeywordStatement(_ keyword: Keyword, _ start: SourceSpan)
    throws(Diagnostic) -> Statement
  {
    switch keyword {
    case .pragma:
      try skipLine()
      return Statement(.ignored("pragma"), start)
    case .openqasm:
      throw Diagnostic(
        "the version line stands once, before everything else", code: "syntax", at: start.range)
    case .include:
      try requireGlobal("'include'")
      return try parseInclude()
    case .qreg, .creg:
      if keyword == .qreg { try requireGlobal("'qreg'") }
      return try parseOldRegister()
    case .qubit:
      try requireGlobal("a declaration of qubits")
      try advance()
      let size = try parseDesignator()
      let (name, span) = try expectName("the name of a register")
      try refuseSizeBehindName("qubit", name)
      try expectSemicolon("after a declaration")
      return Statement(.qubits(name, size: size), start.through(lastSpan), nameSpan: span)
    case .bit, .bool, .int, .uint, .float, .angle, .complex, .duration, .array:
      return try parseDeclaration(isConstant: false)
    case .const:
      try advance()
      try refuseUntypedConstant()
      return try parseDeclaration(isConstant: true)
    case .input, .output:
      try requireGlobal("'\(keyword.text)'")
      try advance()
      let typeStart = token
      let type = try parseType()
      let (name, span) = try expectName("the name of a variable")
      try refuseSizeBehindName(lexer.text(typeStart), name)
      try expectSemicolon("after a declaration")
      return Statement(
        .port(isInput: keyword == .input, type, name), start.through(lastSpan), nameSpan: span)
    case .let: return try parseAlias()
    case .gate:
      try requireGlobal("'gate'")
      return try parseGate()
    case .def:
      try requireGlobal("'def'")
      return try parseSubroutine()
    case .measure: return try parseMeasure()
    case .reset:
      try advance()
      let operands = try parseOperands()
      try expectSemicolon("after 'reset'")
      return Statement(.reset(operands), start.through(lastSpan))
    case .barrier: return try parseBarrier()
    case .ctrl, .negctrl, .inv, .pow, .gphase: return try parseModifiedCall()
    case .if: return try parseConditional()
    case .for: return try parseFor()
    case .while:
      try advance()
      let condition = try parseParenthesised("after 'while'")
      let body = try parseLoopBody()
      return Statement(.whileLoop(condition, body), start)
    case .switch: return try parseSwitch()
    case .break, .continue: return try parseJump(keyword)
    case .end:
      try advance()
      try expectSemicolon("after 'end'")
      return Statement(.end, start)
    case .return: return try parseReturn()
    case .delay, .box, .nop: return try parseTiming(keyword)
    case .cal, .defcal, .defcalgrammar, .extern, .stretch, .durationof:
      throw Diagnostic(
        "parsed, not simulated: \(keyword.text)", code: "not-simulated", at: start.range,
        hint: keyword == .stretch ? "give the duration as a number" : nil)
    case .opaque:
      throw Diagnostic("'opaque' is OpenQASM 2", code: "syntax", at: start.range)
    case .else, .case, .default, .in, .readonly, .mutable, .void, .im:
      throw unexpected("expected a statement")
    case .pi, .tau, .euler, .true, .false: return try parseExpressionStatement()
    }
  }

  /// An expression as a statement: a call, or a value that nobody uses.
  private mutating func parseExpressionStatement() throws(Diagnostic) -> Statement {
    let start = token.span
    let value = try parseConcatenation()
    try expectSemicolon("after an expression")
    return Statement(.expression(value), start.through(lastSpan))
  }

  private mutating func parseDeclaration(isConstant: Bool) throws(Diagnostic) -> Statement {
    let start = token.span
    guard isAtClassicalType else { throw unexpected("expected a type") }
    let (mark, typeStart) = (self, token)
    let type = try parseType()
    if isAt(.leftParenthesis), !isConstant {
      // A conversion whose value is not used.
      self = mark
      return try parseExpressionStatement()
    }
    let (name, span) = try expectName("the name of a variable")
    try refuseSizeBehindName(lexer.text(typeStart), name)
    var value: Expression?
    if try accept(.equals) { value = try parseValue() }
    if isConstant, value == nil { throw unexpected("expected '=' and the value of a constant") }
    try expectSemicolon("after a declaration")
    return Statement(
      .declaration(type, name, value, isConstant: isConstant), start.through(lastSpan),
      nameSpan: span)
  }

  private mutating func parseAlias() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let (name, span) = try expectName("the name of an alias")
    try expect(.equals, "=", "after the name of an alias")
    let value = try parseConcatenation()
    try refuseBarsInAlias(value)
    try expectSemicolon("after an alias")
    return Statement(.alias(name, value), start.through(lastSpan), nameSpan: span)
  }

  private mutating func parseMeasure() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let source = try parseOperand()
    let destination = try accept(.arrow) ? try parseOperand() : nil
    try expectSemicolon("after a measurement")
    return Statement(.measure(source, into: destination), start.through(lastSpan))
  }

  private mutating func parseParenthesised(_ context: String) throws(Diagnostic) -> Expression {
    try expect(.leftParenthesis, "(", context)
    let value = try parseExpression()
    if isAt(.equals) {
      throw Diagnostic(
        "'=' assigns; a comparison is written '=='", code: "syntax", at: token.span.range,
        hint: "use '=='")
    }
    try expect(.rightParenthesis, ")", "after a condition")
    return value
  }

  private mutating func parseConditional() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let condition = try parseParenthesised("after 'if'")
    let then = try parseBody()
    var otherwise: [Statement]?
    if try accept(.else) { otherwise = try parseBody() }
    return Statement(.conditional(condition, then, otherwise), start)
  }

  private mutating func parseFor() throws(Diagnostic) -> Statement {
    let start = try advance().span
    if isAt(.identifier), keyword == nil, try keyword(of: peekNext()) == .in {
      let name = lexer.text(token)
      throw Diagnostic(
        "the loop variable '\(name)' needs a type", code: "syntax", at: token.span.range,
        hint: "write 'for int \(name) in'")
    }
    let type = try parseType()
    let (name, span) = try expectName("the name of the loop variable")
    guard try accept(.in) else { throw unexpected("expected 'in' after the loop variable") }
    let set: LoopSet
    if isAt(.leftBrace) {
      set = .set(try parseSet())
    } else if isAt(.leftBracket) {
      let opening = try advance().span
      let first = isAt(.colon) ? nil : try parseExpression()
      set = .range(try parseRangeTail(first, opening))
      try expect(.rightBracket, "]", "after a range")
    } else {
      set = .collection(try parseConcatenation())
    }
    let body = try parseLoopBody()
    return Statement(.forLoop(type, name, set, body), start, nameSpan: span)
  }

  private mutating func parseSwitch() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let value = try parseParenthesised("after 'switch'")
    try expect(.leftBrace, "{", "before the cases")
    var cases: [SwitchCase] = []
    var otherwise: [Statement]?
    while !isAt(.rightBrace) {
      let span = token.span
      if try accept(.case) {
        if otherwise != nil {
          throw Diagnostic("'default' is the last case", code: "syntax", at: span.range)
        }
        var values = [try parseExpression()]
        while try acceptComma(before: .leftBrace) { values.append(try parseExpression()) }
        cases.append(SwitchCase(values: values, body: try parseCaseBody()))
      } else if try accept(.default) {
        if otherwise != nil {
          throw Diagnostic("a switch has one 'default'", code: "syntax", at: span.range)
        }
        otherwise = try parseCaseBody()
      } else {
        throw unexpected("expected 'case', 'default' or '}'")
      }
    }
    try advance()
    return Statement(.choice(value, cases, otherwise), start)
  }

  private mutating func parseCaseBody() throws(Diagnostic) -> [Statement] {
    guard isAt(.leftBrace) else {
      throw unexpected(
        "expected '{' after the values of a case", hint: "case 1 { … } as in OpenQASM 3.1")
    }
    return try nested { parser throws(Diagnostic) in try parser.parseBraces() }
  }

  private mutating func parseJump(_ keyword: Keyword) throws(Diagnostic) -> Statement {
    let start = token.span
    guard context.loops > 0 else {
      throw Diagnostic(
        "'\(keyword.text)' stands in a loop only", code: "syntax", at: start.range)
    }
    try advance()
    try expectSemicolon("after '\(keyword.text)'")
    return Statement(keyword == .break ? .breakLoop : .continueLoop, start)
  }

  private mutating func parseReturn() throws(Diagnostic) -> Statement {
    let start = token.span
    guard context.isInSubroutine else {
      throw Diagnostic("'return' stands in a subroutine only", code: "syntax", at: start.range)
    }
    try advance()
    let value = isAt(.semicolon) ? nil : try parseValue()
    try expectSemicolon("after 'return'")
    return Statement(.returns(value), start.through(lastSpan))
  }

  private mutating func parseSubroutine() throws(Diagnostic) -> Statement {
    let start = try advance().span
    let (name, span) = try expectName("the name of a subroutine")
    guard isAt(.leftParenthesis) else { throw oldSubroutine(name) }
    try advance()
    var parameters: [SubroutineDeclaration.Parameter] = []
    while !isAt(.rightParenthesis) {
      parameters.append(try parseParameter())
      guard try accept(.comma) else { break }
    }
    try expect(.rightParenthesis, ")", "after the parameters")
    guard isAt(.arrow) || isAt(.leftBrace) else { throw oldSubroutine(name) }
    let result = try accept(.arrow) ? try parseType() : nil
    let outer = context
    context = Context(isInSubroutine: true, loops: 0, isGlobal: false)
    defer { context = outer }
    let body = try nested { parser throws(Diagnostic) in try parser.parseBraces() }
    let declaration = SubroutineDeclaration(
      name: name, parameters: parameters, result: result, body: body, span: span)
    return Statement(.subroutine(declaration), start, nameSpan: span)
  }

  private mutating func parseParameter() throws(Diagnostic) -> SubroutineDeclaration.Parameter {
    let typeStart = token
    let type: TypeSyntax
    switch keyword {
    case .readonly, .mutable: type = try parseArrayReference()
    case .qreg, .creg:
      // As in OpenQASM 2 the size follows the name.
      let (start, isQuantum) = (token.span, isAt(.qreg))
      try advance()
      let (name, span) = try expectName("the name of a parameter")
      let size = try parseDesignator()
      let type = TypeSyntax(isQuantum ? .qubit : .bit, width: size, start)
      return .init(type: type, name: name, span: span)
    case .array:
      throw Diagnostic(
        "an array parameter is 'readonly' or 'mutable'", code: "syntax", at: token.span.range,
        hint: "readonly array[int[32], #dim = 1] a")
    default: type = try parseType()
    }
    if isAt(.colon) { throw oldParameter }
    let (name, span) = try expectName("the name of a parameter")
    try refuseSizeBehindName(lexer.text(typeStart), name)
    return .init(type: type, name: name, span: span)
  }

  private mutating func parseTiming(_ keyword: Keyword) throws(Diagnostic) -> Statement {
    let start = try advance().span
    switch keyword {
    case .box:
      _ = try parseDesignator()
      let body = try nested { parser throws(Diagnostic) in try parser.parseBraces() }
      return Statement(
        .block([Statement(.ignored("box"), start)] + body), start)
    case .nop:
      if !isAt(.semicolon) { _ = try parseOperands() }
      try expectSemicolon("after 'nop'")
      return Statement(.block([]), start)
    default:
      guard isAt(.leftBracket), let time = try parseDesignator() else {
        throw unexpected("expected '[' and a duration")
      }
      let operands = isAt(.semicolon) ? [] : try parseOperands()
      try expectSemicolon("after 'delay'")
      return Statement(.delay(time, operands), start.through(lastSpan))
    }
  }

  // MARK: Gates and assignments

  private mutating func parseModifiedCall() throws(Diagnostic) -> Statement {
    let start = token.span
    var modifiers: [Modifier] = []
    while let keyword, [.ctrl, .negctrl, .inv, .pow].contains(keyword) {
      let span = try advance().span
      if modifiers.count >= 1000 {
        throw Diagnostic("a gate has at most 1000 modifiers", code: "too-deep", at: span.range)
      }
      var argument: Expression?
      if try accept(.leftParenthesis) {
        argument = try parseExpression()
        try expect(.rightParenthesis, ")", "after a modifier")
      }
      try expect(.at, "@", "after the modifier '\(keyword.text)'")
      let kind: Modifier.Kind
      switch keyword {
      case .inv:
        guard argument == nil else {
          throw Diagnostic("'inv' takes no argument", code: "syntax", at: span.range)
        }
        kind = .inverse
      case .pow:
        guard let argument else {
          throw Diagnostic(
            "'pow' needs an exponent", code: "syntax", at: span.range, hint: "pow(2) @ x q;")
        }
        kind = .power(argument)
      default: kind = .control(argument, isNegative: keyword == .negctrl)
      }
      modifiers.append(Modifier(kind: kind, span: span.through(lastSpan)))
    }
    guard isAt(.identifier), keyword == nil || isAt(.gphase) else {
      throw unexpected("expected a gate after '@'")
    }
    return try parseGateCall(modifiers, start)
  }

  private mutating func parseGateCall(_ modifiers: [Modifier], _ start: SourceSpan)
    throws(Diagnostic) -> Statement
  {
    let name = try advance()
    let arguments = try isAt(.leftParenthesis) ? parseArguments() : []
    let operands: [Expression]
    do throws(Diagnostic) {
      operands = isAt(.semicolon) ? [] : try parseOperands()
      try expectSemicolon("after a gate")
    } catch {
      var error = error
      error.hint = error.hint ?? Self.draftWordHint(lexer.names[name.name])
      throw error
    }
    let call = GateCall(
      modifiers: modifiers, name: name.name, nameSpan: name.span, arguments: arguments,
      operands: operands)
    return Statement(.gateCall(call), start.through(lastSpan), nameSpan: name.span)
  }

  /// A statement that starts with a name: a gate, an assignment or an expression.
  private mutating func parseNamedStatement() throws(Diagnostic) -> Statement {
    let (start, mark) = (token.span, self)
    switch try peekNext().kind {
    case .identifier, .physicalQubit, .semicolon: return try parseGateCall([], start)
    case .leftParenthesis:
      let name = try advance()
      let arguments = try parseArguments()
      guard isAt(.identifier) || isAt(.physicalQubit) else { break }
      let operands = try parseOperands()
      try expectSemicolon("after a gate")
      let call = GateCall(
        modifiers: [], name: name.name, nameSpan: name.span, arguments: arguments,
        operands: operands)
      return Statement(.gateCall(call), start.through(lastSpan), nameSpan: start)
    default:
      let destination = try parsePostfix()
      if let operation = assignmentOperation(token.kind) {
        try advance()
        let value = try parseValue()
        try expectSemicolon("after an assignment")
        return Statement(
          .assignment(destination, operation.operation, value), start.through(lastSpan),
          nameSpan: destination.span)
      }
      if isAt(.identifier) || isAt(.physicalQubit), case .index = destination.kind {
        throw Diagnostic(
          "parsed, not simulated: a gate with a duration", code: "not-simulated", at: start.range)
      }
    }
    // Neither: read again, as an expression.
    self = mark
    return try parseExpressionStatement()
  }

  private func assignmentOperation(_ kind: Token.Kind) -> (operation: BinaryOperation?, Void)? {
    switch kind {
    case .equals: (nil, ())
    case .plusEquals: (.add, ())
    case .minusEquals: (.subtract, ())
    case .starEquals: (.multiply, ())
    case .slashEquals: (.divide, ())
    case .percentEquals: (.remainder, ())
    case .doubleStarEquals: (.power, ())
    case .ampersandEquals: (.bitwiseAnd, ())
    case .barEquals: (.bitwiseOr, ())
    case .caretEquals: (.bitwiseXor, ())
    case .shiftLeftEquals: (.shiftLeft, ())
    case .shiftRightEquals: (.shiftRight, ())
    default: nil
    }
  }
}
