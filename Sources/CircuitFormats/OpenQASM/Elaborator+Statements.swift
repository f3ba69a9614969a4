import QuantumCore

extension Elaborator {
  /// Runs a statement; its place is that of what it adds to the circuit.
  func run(_ statement: Statement) throws(Diagnostic) -> Flow {
    try step(statement.span)
    let temporaries = state.temporaries.count
    defer { releaseTemporaries(downTo: temporaries) }
    if collected == nil, functionBase == 0 { setPlace(statement.span) }
    switch statement.kind {
    case .gateCall(let call):
      if let value = self.value(namedBy: call) {
        try runExpression(value)
      } else {
        try apply(call, statement.span)
      }
    case .measure(let source, let destination):
      try measure(source, into: destination, statement.span)
    case .include(let file): try include(file, statement.nameSpan)
    case .qubits(let name, let size): try declareQubits(name, size, statement.nameSpan)
    case .declaration(let type, let name, let value, let isConstant):
      try declare(type, name, value, isConstant: isConstant, statement.nameSpan)
    case .port(let isInput, let type, let name):
      try isInput
        ? declareInput(type, name, statement.nameSpan)
        : declareOutput(type, name, statement.nameSpan)
    case .alias(let name, let value): try declareAlias(name, value, statement.nameSpan)
    case .assignment(let destination, let operation, let value):
      try assign(destination, operation, value, statement.span)
    case .reset(let operands): try reset(operands, statement.span)
    case .barrier(let operands): try barrier(operands, statement.span)
    case .delay(let time, let operands): try delay(time, operands, statement.span)
    case .expression(let value): try runExpression(value)
    case .gate(let declaration): try declare(declaration)
    case .subroutine(let declaration):
      try declare(declaration.name, .subroutine(declaration), declaration.span)
    case .ignored(let what): note(ignored: what, statement.span)
    case .block(let body): return try run(block: body, statement.span)
    case .conditional(let value, let then, let otherwise):
      return try runConditional(value, then, otherwise, statement)
    case .registerCondition(let name, let span, let number, let body):
      return try runRegisterCondition(name, span, number, body, statement)
    case .forLoop(let type, let name, let set, let body):
      return try runFor(type, name, set, body, statement)
    case .whileLoop(let condition, let body): return try runWhile(condition, body, statement)
    case .choice(let value, let cases, let otherwise):
      return try runChoice(value, cases, otherwise, statement)
    case .breakLoop: return leaveLoop(isBreak: true)
    case .continueLoop: return leaveLoop(isBreak: false)
    case .returns(let value): return try runReturn(value, statement.span)
    case .end: return try runEnd()
    }
    return .normal
  }

  /// Runs statements in a scope of their own.
  func run(block body: [Statement], _ span: SourceSpan) throws(Diagnostic) -> Flow {
    try descend(span)
    defer { ascend() }
    return try inScope { () throws(Diagnostic) -> Flow in
      for statement in body {
        let flow = try run(statement)
        if flow != .normal { return flow }
      }
      return .normal
    }
  }

  /// A statement such as `x;`, where a name other than a gate's stands alone.
  private func value(namedBy call: GateCall) -> Expression? {
    guard call.operands.isEmpty, call.arguments.isEmpty, call.modifiers.isEmpty, version >= 3
    else { return nil }
    switch lookup(call.name)?.symbol {
    case .bits, .cell, .array, .constant: return Expression(.identifier(call.name), call.nameSpan)
    default: return nil
    }
  }

  private func runExpression(_ value: Expression) throws(Diagnostic) {
    if case .identifier(let name) = value.kind, lookup(name) == nil {
      throw unknownName(name, value.span)
    }
    _ = try evaluate(value)
    if case .call = value.kind { return }
    warn(
      "the value of this statement is not used", "unused-value", value.span,
      hint: "assign it, or leave the statement out")
  }

  private func note(ignored what: String, _ span: SourceSpan) {
    guard notedIgnored.insert(what).inserted else { return }
    let text: String
    switch what {
    case "box": text = "'box' is read and ignored: its body runs as it stands"
    default: text = "\(what)s are read and ignored"
    }
    warn(text, "ignored", span)
  }

  private func include(_ file: String, _ span: SourceSpan) throws(Diagnostic) {
    guard let added = StandardGates.sources(ofInclude: file, strict: strict && version == 2) else {
      throw Diagnostic(
        "'\(file)' is not known; nothing is read from disk", code: "include", at: span.range,
        hint: "'qelib1.inc' and 'stdgates.inc' are known; put other definitions into the file")
    }
    if version == 2, file == "stdgates.inc" {
      throw Diagnostic(
        "'stdgates.inc' belongs to OpenQASM 3", code: "include", at: span.range,
        hint: "include \"qelib1.inc\";")
    }
    let decisive = version == 2 ? added.intersection(.paper) : added
    for (name, entry) in scopes[0].entries {
      guard let (_, own) = GateCatalog.openQASMNames[names[name]], !own.isDisjoint(with: decisive)
      else { continue }
      throw Diagnostic(
        "'\(names[name])' of '\(file)' is already declared on line \(entry.span.line)",
        code: "duplicate", at: span.range, hint: "include the file first, or rename it")
    }
    sources.formUnion(added)
    standardGates.removeAll()
  }

  // MARK: Declarations

  private func declareQubits(_ name: Name, _ size: Expression?, _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard !usesPhysicalQubits else {
      throw Diagnostic(
        "the program uses physical qubits such as $0; qubits cannot be declared besides",
        code: "physical-qubit", at: span.range)
    }
    let count =
      try size.map { expression throws(Diagnostic) in
        try self.size(expression, "a register's size")
      } ?? 1
    guard !circuit.qubitCount.addingReportingOverflow(count).overflow,
      circuit.qubitCount + count <= 1 << 62
    else {
      throw Diagnostic(
        "the program declares more than 2^62 qubits", code: "too-large", at: span.range)
    }
    let range = circuit.qubitCount..<circuit.qubitCount + count
    try declare(name, .qubits(.range(range), isSingle: size == nil), span)
    circuit.declareQubits(names[name], count: count)
  }

  private func declareBits(_ name: Name, _ size: Expression?, _ span: SourceSpan)
    throws(Diagnostic) -> Range<Int>
  {
    let count =
      try size.map { expression throws(Diagnostic) in
        try self.size(expression, "a register's size")
      } ?? 1
    guard count <= Target.valueLimit - circuit.bitCount else {
      throw Diagnostic(
        "the program declares more than \(Target.valueLimit) classical bits", code: "too-large",
        at: span.range)
    }
    let range = circuit.bitCount..<circuit.bitCount + count
    try declare(name, .bits(.range(range), isSingle: size == nil), span)
    return circuit.declareBits(names[name], count: count)
  }

  private func declare(
    _ type: TypeSyntax, _ name: Name, _ value: Expression?, isConstant: Bool, _ span: SourceSpan
  ) throws(Diagnostic) {
    switch type.kind {
    case .duration:
      return try declareDuration(name, value, isConstant: isConstant, span)
    case .array(let element, let sizes):
      return try declareArray(element, sizes, name, value, isConstant: isConstant, span)
    case .bit where scopes.count == 1 && !isConstant:
      // The value comes first: the name is not yet visible in it.
      var known: Value?
      if let value, !isMeasurement(value) { known = try evaluate(value) }
      let bits = try declareBits(name, type.width, span)
      guard let value else { return }
      let destination = Destination.bits(.range(bits))
      if let known {
        try store(known, into: destination, value.span)
      } else if case .measure(let source) = value.kind {
        try measure(source, into: destination, value.span)
      }
      return
    default: break
    }
    let scalar = try scalarType(type)
    if isConstant, let value {
      let result = try convert(evaluate(value), to: scalar, value.span)
      guard result.isKnown else {
        throw Diagnostic(
          "the value of a constant is known on reading; this one depends on measurements",
          code: "not-constant", at: value.span.range)
      }
      return try declare(name, .constant(result), span)
    }
    var initial: Value?
    if let value, !isMeasurement(value) { initial = try evaluate(value) }
    let cell = try makeCell(names[name], scalar, span)
    try declare(name, .cell(cell), span)
    guard let value else { return }
    noteLoss(value, scalar)
    if let initial {
      try store(initial, into: .cell(cell), value.span)
    } else if case .measure(let source) = value.kind {
      try measure(source, into: .cell(cell), value.span)
    }
  }

  private func isMeasurement(_ value: Expression) -> Bool {
    if case .measure = value.kind { true } else { false }
  }

  private func declareArray(
    _ element: TypeSyntax, _ sizes: [Expression], _ name: Name, _ value: Expression?,
    isConstant: Bool, _ span: SourceSpan
  ) throws(Diagnostic) {
    let type = try scalarType(element)
    let counts = try arraySizes(sizes, span)
    var elements: [Value]?
    if let value { elements = try arrayElements(value, counts[...], type) }
    let cells = try declareArray(name, type, counts, isMutable: !isConstant, span)
    if let elements, let value {
      for (cell, element) in zip(cells, elements) {
        try store(element, into: .cell(cell), value.span)
      }
    }
    if isConstant { for cell in cells { state.cells[cell].isConstant = true } }
  }

  /// The sizes of an array, all known and not too many elements.
  func arraySizes(_ sizes: [Expression], _ span: SourceSpan) throws(Diagnostic) -> [Int] {
    guard sizes.count <= 7 else {
      throw Diagnostic("an array has at most 7 dimensions", code: "too-large", at: span.range)
    }
    var counts: [Int] = []
    var total = 1
    for size in sizes {
      let count = try self.size(size, "an array's size")
      let (product, overflow) = total.multipliedReportingOverflow(by: count)
      guard !overflow, product <= Self.cellLimit / 2 else {
        throw Diagnostic(
          "an array has at most \(Self.cellLimit / 2) elements", code: "too-large",
          at: size.span.range)
      }
      total = product
      counts.append(count)
    }
    return counts
  }

  /// Declares an array of zeros.
  ///
  /// - Returns: its cells, row by row.
  func declareArray(
    _ name: Name, _ type: ScalarType, _ sizes: [Int], isMutable: Bool, _ span: SourceSpan
  ) throws(Diagnostic) -> Range<Int> {
    let (start, total) = (state.cells.count, sizes.reduce(1, *))
    try noteApplications(total / 16, span)
    for _ in 0..<total {
      _ = try makeCell(names[name], type, span)
      if state.cells.count % 1024 == 0 { try checkMemory(span) }
    }
    let cells = start..<start + total
    let array = ArrayReference(
      type: type, sizes: sizes, cells: .range(cells), isMutable: isMutable)
    try declare(name, .array(array), span)
    return cells
  }

  /// The elements of an array's initial value, row by row.
  private func arrayElements(_ value: Expression, _ sizes: ArraySlice<Int>, _ type: ScalarType)
    throws(Diagnostic) -> [Value]
  {
    guard let size = sizes.first else {
      return [try convert(evaluate(value), to: type, value.span)]
    }
    if case .list(let parts) = value.kind {
      guard parts.count == size else {
        throw Diagnostic(
          "expected \(counted(size, "element")), not \(parts.count)", code: "size",
          at: value.span.range)
      }
      var elements: [Value] = []
      for part in parts { elements += try arrayElements(part, sizes.dropFirst(), type) }
      return elements
    }
    guard case .array(let array) = try evaluate(value), array.sizes == Array(sizes) else {
      throw Diagnostic(
        "expected a list of \(counted(size, "element")) in braces", code: "type",
        at: value.span.range)
    }
    return try (0..<array.cells.count).map { offset throws(Diagnostic) in
      try convert(cellValue(array.cells[offset]), to: type, value.span)
    }
  }

  private func declareAlias(_ name: Name, _ value: Expression, _ span: SourceSpan)
    throws(Diagnostic)
  {
    if let (kind, operand) = try operand(value) {
      guard operand.index == nil else {
        throw Diagnostic(
          "the index of an alias is known on reading; this one depends on measurements",
          code: "not-constant", at: value.span.range)
      }
      return try declare(
        name,
        kind == .qubits
          ? .qubits(operand.list, isSingle: operand.isSingle)
          : .bits(operand.list, isSingle: operand.isSingle), span)
    }
    switch value.kind {
    case .identifier(let other):
      guard let entry = lookup(other) else { throw unknownName(other, value.span) }
      if case .cell = entry.symbol { return try declare(name, entry.symbol, span) }
      if case .array = entry.symbol { return try declare(name, entry.symbol, span) }
    case .index, .concatenation:
      if case .array(let array) = try evaluate(value) {
        return try declare(name, .array(array), span)
      }
    default: break
    }
    throw Diagnostic(
      "an alias names qubits, bits or an array", code: "type", at: value.span.range)
  }

  private func declareOutput(_ type: TypeSyntax, _ name: Name, _ span: SourceSpan)
    throws(Diagnostic)
  {
    if case .bit = type.kind {
      let bits = try declareBits(name, type.width, span)
      outputs.append(Output(name: names[name], cell: nil, bits: bits))
      return
    }
    if case .array = type.kind {
      throw Diagnostic(
        "parsed, not simulated: an array as output", code: "not-simulated", at: span.range)
    }
    let scalar = try scalarType(type)
    let width: Int
    switch scalar {
    case .bool: width = 1
    case .int(let count), .uint(let count), .bits(let count), .angle(let count?): width = count
    case .float, .angle(nil), .complex, .duration:
      throw Diagnostic(
        "parsed, not simulated: an output of type \(scalar.description)", code: "not-simulated",
        at: span.range, hint: "outputs are bits, integers or sized angles")
    }
    guard width <= Target.valueLimit - circuit.bitCount else {
      throw Diagnostic("too many classical bits", code: "too-large", at: span.range)
    }
    let cell = try makeCell(names[name], scalar, span)
    try declare(name, .cell(cell), span)
    let bits = circuit.declareBits(names[name], count: width)
    outputs.append(Output(name: names[name], cell: cell, bits: bits))
  }

  // MARK: Quantum statements

  private func reset(_ expressions: [Expression], _ span: SourceSpan) throws(Diagnostic) {
    for expression in expressions {
      let operand = try qubits(expression)
      try checkUsable(operand)
      try withKnownIndices([operand], span) { operands throws(Diagnostic) in
        let operand = operands[0]
        try self.noteApplications(operand.count, span)
        var targets: [Target] = []
        for position in 0..<operand.count {
          targets.append(try self.target(operand.list[position], operand.span))
        }
        try self.append(.reset, targets, span)
      }
    }
  }

  private func barrier(_ expressions: [Expression], _ span: SourceSpan) throws(Diagnostic) {
    var targets: [Target] = []
    var seen: Set<Int> = []
    for expression in expressions {
      var operand = try qubits(expression)
      operand.index = nil
      try checkUsable(operand)
      try noteApplications(operand.list.count, span)
      for position in 0..<operand.list.count {
        let qubit = operand.list[position]
        if seen.insert(qubit).inserted { targets.append(try target(qubit, operand.span)) }
      }
    }
    if expressions.isEmpty, let bodyQubits {
      guard !bodyQubits.isEmpty else { return }
      targets = try bodyQubits.map { qubit throws(Diagnostic) in try target(qubit, span) }
    }
    if collected != nil {
      collected?.append(Primitive(gate: .barrier, arguments: [], targets: targets))
    } else {
      try append(.barrier, targets, span)
    }
  }

  private func append(_ gate: Gate, _ targets: [Target], _ span: SourceSpan) throws(Diagnostic) {
    do {
      try circuit.appendChecked(gate, targets: targets)
    } catch {
      throw Diagnostic(error.message, code: error.code, at: span.range, hint: error.hint)
    }
  }

  private func measure(_ source: Expression, into expression: Expression?, _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard let expression else { return try measure(source, into: Destination?.none, span) }
    if version == 2 {
      guard case (.bits, _)? = try operand(expression) else {
        throw notBits(expression)
      }
    }
    try measure(source, into: try destination(expression), span)
  }

  private func notBits(_ expression: Expression) -> Diagnostic {
    var root = expression
    while case .index(let base, _) = root.kind { root = base }
    guard case .identifier(let name) = root.kind else {
      return Diagnostic("expected a bit", code: "type", at: expression.span.range)
    }
    guard let entry = lookup(name) else { return unknownName(name, root.span, "register") }
    return Diagnostic(
      "expected bits; '\(names[name])' is \(entry.symbol.kindName)", code: "type",
      at: root.span.range)
  }

  /// Measures qubits; the results go to the record and to `destination`.
  func measure(_ source: Expression, into destination: Destination?, _ span: SourceSpan)
    throws(Diagnostic)
  {
    let operand = try qubits(source)
    try checkUsable(operand)
    if case .bits(let bits)? = destination, bits.count != operand.count {
      throw Diagnostic(
        "\(counted(operand.count, "qubit")) cannot be measured into \(counted(bits.count, "bit"))",
        code: "size", at: span.range)
    }
    guard operand.count <= Self.applicationLimit else {
      return try noteApplications(.max / 4, span)
    }
    if operand.index != nil, case .cell(let cell)? = destination { try materialise(cell, span) }
    try withKnownIndices([operand], span) { operands throws(Diagnostic) in
      try self.emitMeasurement(operands[0], destination, span)
    }
  }

  private func emitMeasurement(
    _ operand: Operand, _ destination: Destination?, _ span: SourceSpan
  ) throws(Diagnostic) {
    try noteApplications(operand.count, span)
    var targets: [Target] = []
    var seen: Set<Int> = []
    for position in 0..<operand.count {
      targets.append(try target(operand.list[position], operand.span))
      if case .bits(let bits)? = destination {
        targets.append(.bit(bits[position]))
        if case .list = bits, !seen.insert(bits[position]).inserted {
          throw Diagnostic(
            "a bit stores two results of one measurement", code: "duplicate", at: span.range)
        }
      }
    }
    try append(.m, targets, span)
    switch destination {
    case nil: return
    case .bits(let bits)?: forgetBits(bits)
    case let destination?:
      var words: [Payload] = []
      for position in 0..<operand.count {
        let record = Payload.running(.record(operand.count - position), size: 1)
        if position % 64 == 0 {
          words.append(record)
        } else {
          words[words.count - 1] = try fold(
            .bitwiseOr, words[words.count - 1], shifted(record, by: position % 64, span), span)
        }
      }
      try store(.bits(operand.count, words), into: destination, span)
    }
  }
}
