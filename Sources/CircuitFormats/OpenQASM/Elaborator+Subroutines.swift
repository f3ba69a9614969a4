import QuantumCore

extension Elaborator {
  /// Calls a subroutine: its body is run in place.
  func call(_ declaration: SubroutineDeclaration, _ arguments: [Expression], _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    let text = names[declaration.name]
    guard arguments.count == declaration.parameters.count else {
      throw Diagnostic(
        "'\(text)' takes \(counted(declaration.parameters.count, "argument")), not \(arguments.count)",
        code: "argument-count", at: span.range)
    }
    if collected != nil {
      throw Diagnostic("a gate cannot call a subroutine", code: "type", at: span.range)
    }
    guard frames.count(where: \.isCall) < 64 else {
      throw Diagnostic(
        "calls are nested more than 64 deep", code: "too-deep", at: span.range,
        hint: "does '\(text)' call itself?")
    }
    try step(span)
    try descend(span)
    defer { ascend() }
    let bindings = try zip(declaration.parameters, arguments).map {
      parameter, argument throws(Diagnostic) in
      try bind(argument, to: parameter)
    }
    try checkQubitsDistinct(bindings, declaration, arguments)
    let (outerBase, outerQubits) = (functionBase, bodyQubits)
    functionBase = scopes.count
    bodyQubits = bindings.flatMap(\.qubits)
    pushScope()
    defer {
      popScope()
      (functionBase, bodyQubits) = (outerBase, outerQubits)
    }
    for (parameter, binding) in zip(declaration.parameters, bindings) {
      try declare(parameter, binding)
    }
    let type = try declaration.result.map { result throws(Diagnostic) in try scalarType(result) }
    let value = try runBody(declaration, type, span)
    state.temporaries += state.pendingResults
    state.pendingResults = []
    return value
  }

  private enum Binding {
    case symbol(Symbol)
    case value(Value, ScalarType, SourceSpan)

    var qubits: [Int] {
      guard case .symbol(.qubits(let list, _)) = self else { return [] }
      return (0..<list.count).map { list[$0] }
    }
  }

  private func bind(_ argument: Expression, to parameter: SubroutineDeclaration.Parameter)
    throws(Diagnostic) -> Binding
  {
    let type = parameter.type
    switch type.kind {
    case .qubit:
      let operand = try qubits(argument)
      guard operand.index == nil else {
        throw Diagnostic(
          "parsed, not simulated: a qubit chosen while running as an argument",
          code: "not-simulated", at: argument.span.range)
      }
      let count = try type.width.map { width throws(Diagnostic) in
        try size(width, "a register's size")
      }
      guard operand.count == count ?? 1 else {
        throw Diagnostic(
          "expected \(counted(count ?? 1, "qubit")), not \(operand.count)", code: "size",
          at: argument.span.range)
      }
      return .symbol(.qubits(operand.list, isSingle: count == nil))
    case .arrayReference(let isMutable, let element, let dimensions):
      guard case .array(var array) = try evaluate(argument) else {
        throw Diagnostic("expected an array", code: "type", at: argument.span.range)
      }
      let wanted = try scalarType(element)
      guard array.type == wanted else {
        throw Diagnostic(
          "expected an array of \(wanted.description), not of \(array.type.description)",
          code: "type", at: argument.span.range)
      }
      switch dimensions {
      case .count(let expression):
        let count = try size(expression, "a number of dimensions")
        guard array.sizes.count == count else {
          throw Diagnostic(
            "expected an array of \(counted(count, "dimension")), not \(array.sizes.count)",
            code: "size", at: argument.span.range)
        }
      case .sizes(let expressions):
        let sizes = try expressions.map { expression throws(Diagnostic) in
          try size(expression, "an array's size")
        }
        guard array.sizes == sizes else {
          throw Diagnostic(
            "expected an array of \(sizes.map(String.init).joined(separator: ", ")), not of \(array.sizeText)",
            code: "size", at: argument.span.range)
        }
      }
      guard !isMutable || array.isMutable else {
        throw Diagnostic(
          "a read-only array cannot be passed as 'mutable'", code: "constant",
          at: argument.span.range)
      }
      array.isMutable = isMutable
      return .symbol(.array(array))
    default:
      let scalar = try scalarType(type)
      return .value(try evaluate(argument), scalar, argument.span)
    }
  }

  private func declare(_ parameter: SubroutineDeclaration.Parameter, _ binding: Binding)
    throws(Diagnostic)
  {
    switch binding {
    case .symbol(let symbol): try declare(parameter.name, symbol, parameter.span)
    case .value(let value, let type, let span):
      let cell = try makeCell(names[parameter.name], type, parameter.span)
      try declare(parameter.name, .cell(cell), parameter.span)
      try store(value, into: .cell(cell), span)
    }
  }

  private func checkQubitsDistinct(
    _ bindings: [Binding], _ declaration: SubroutineDeclaration, _ arguments: [Expression]
  ) throws(Diagnostic) {
    var seen: Set<Int> = []
    for (binding, argument) in zip(bindings, arguments) {
      guard case .symbol(.qubits(let list, _)) = binding else { continue }
      if bindings.count == 1 { return }
      guard list.count <= 1 << 16 else { continue }
      for position in 0..<list.count where !seen.insert(list[position]).inserted {
        throw Diagnostic(
          "\(qubitName(list[position])) is passed twice to '\(names[declaration.name])'",
          code: "duplicate", at: argument.span.range)
      }
    }
  }

  private func runBody(
    _ declaration: SubroutineDeclaration, _ type: ScalarType?, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    let key = ObjectIdentifier(declaration)
    let effects = Effects(of: declaration.body)
    let index = frames.count
    if !leftWhileRunning.contains(key) {
      let snapshot = effects.returns ? self.snapshot() : nil
      frames.append(
        Frame(
          isCall: true, mode: .reading, runtimeDepth: runtimeDepth, loopDepth: loopDepth,
          resultType: type))
      returnValue = .nothing
      let flow = try run(block: declaration.body, span)
      switch flow {
      case .retry(index):
        guard let snapshot else { break }
        restore(snapshot)
        leftWhileRunning.insert(key)
      case .returned, .normal, .left, .ended:
        frames.removeLast(frames.count - index)
        if flow == .ended { try refuseEnd(span) }
        return try result(type, hasReturned: flow == .returned || flow == .left, declaration, span)
      case .breakLoop, .continueLoop, .retry: break
      }
      frames.removeLast(frames.count - index)
    }
    return try runBodyWhileRunning(declaration, type, effects, span)
  }

  private func refuseEnd(_ span: SourceSpan) throws(Diagnostic) {
    throw Diagnostic(
      "parsed, not simulated: 'end' in a subroutine", code: "not-simulated", at: span.range,
      hint: "return, and end the program outside")
  }

  private func result(
    _ type: ScalarType?, hasReturned: Bool, _ declaration: SubroutineDeclaration,
    _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    guard let type else { return .nothing }
    guard hasReturned, ScalarType(of: returnValue) != nil else {
      throw Diagnostic(
        "'\(names[declaration.name])' ends without returning \(type.description)", code: "return",
        at: declaration.span.range)
    }
    return returnValue
  }

  /// Runs a body that is left while running: inside a repeat block, its result in variables.
  private func runBodyWhileRunning(
    _ declaration: SubroutineDeclaration, _ type: ScalarType?, _ effects: Effects,
    _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    var slots: [Int] = []
    if let type {
      guard type != .complex else {
        throw Diagnostic(
          "parsed, not simulated: a complex result that depends on measurements",
          code: "not-simulated", at: span.range)
      }
      slots = (0..<type.wordCount).map { _ in temporarySlot(type) }
      for slot in slots { emitAssign(.literal(type.zero), slot: slot) }
    }
    let pinned = try enterRegion(effects, span)
    defer { leaveRegion(effects, pinned) }
    frames.append(
      Frame(
        isCall: true, mode: .wrapped(hasTurns: false), runtimeDepth: runtimeDepth,
        loopDepth: loopDepth, resultSlots: slots, resultType: type))
    loopDepth += 1
    let outer = circuit.beginBlock()
    let flow = try run(block: declaration.body, span)
    let block = circuit.endBlock(returningTo: outer)
    loopDepth -= 1
    frames.removeLast()
    if flow == .ended { try refuseEnd(span) }
    circuit.appendRepeat(1, body: block)
    guard let type else { return .nothing }
    let words = slots.map { Payload.running(.variable($0), size: 1) }
    if case .bits(let width) = type { return .bits(width, words) }
    return .scalar(type, words[0])
  }

  func runReturn(_ expression: Expression?, _ span: SourceSpan) throws(Diagnostic) -> Flow {
    guard let index = frames.lastIndex(where: \.isCall) else { return .ended }
    let frame = frames[index]
    let isCertain = runtimeDepth == frame.runtimeDepth
    if case .reading = frame.mode, !isCertain { return .retry(index) }
    let words = try resultWords(expression, frame.resultType, span)
    if case .wrapped = frame.mode {
      for (slot, word) in zip(frame.resultSlots, words) {
        emitAssign(word.expression, slot: slot)
      }
      if !isCertain {
        circuit.appendLeave(.endLoop(levels: loopDepth - frame.loopDepth))
        return .left
      }
    }
    return .returned
  }

  /// Evaluates what is returned, into `returnValue` and as words. What is computed while running is
  /// stored, since the variables it is made of end with the call.
  private func resultWords(_ expression: Expression?, _ type: ScalarType?, _ span: SourceSpan)
    throws(Diagnostic) -> [Payload]
  {
    guard let expression else {
      if let type {
        throw Diagnostic(
          "expected a value of type \(type.description) after 'return'", code: "return",
          at: span.range)
      }
      returnValue = .nothing
      return []
    }
    guard let type else {
      throw Diagnostic(
        "this subroutine has no result type", code: "return", at: expression.span.range,
        hint: "def name(…) -> bit { … }")
    }
    var value: Value
    if case .measure(let source) = expression.kind {
      value = try measured(source, expression.span)
    } else {
      value = try evaluate(expression)
    }
    value = try convert(value, to: type, expression.span)
    var words: [Payload] = []
    switch value {
    case .scalar(_, let payload): words = [payload]
    case .bits(_, let own): words = own
    default: break
    }
    words = words.map { word in
      if word.isKnown { return word }
      // Outlives this statement; given back at the end of the one that calls.
      let slot = allocateSlot("t", type)
      state.pendingResults.append((slotKey("t", type), slot))
      emitAssign(word.expression, slot: slot)
      return .running(.variable(slot), size: 1)
    }
    switch value {
    case .scalar(let own, _): returnValue = .scalar(own, words[0])
    case .bits(let width, _): returnValue = .bits(width, words)
    default: returnValue = value
    }
    return words
  }
}
