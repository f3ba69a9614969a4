import QuantumCore

extension Elaborator {
  // MARK: Blocks of the circuit

  /// Builds a block of the circuit that runs conditionally or repeatedly.
  func circuitBlock(_ body: () throws(Diagnostic) -> Flow) throws(Diagnostic)
    -> (BlockID, Flow)
  {
    // What runs the block stands where its statement does, not where the last in the block does.
    let place = circuit.currentPlace
    let outer = circuit.beginBlock()
    let flow = try body()
    circuit.currentPlace = place
    return (circuit.endBlock(returningTo: outer), flow)
  }

  /// Whether a flow ends the block at hand only, or what is around it as well.
  private func isRetry(_ flow: Flow) -> Bool { if case .retry = flow { true } else { false } }

  // MARK: Choices

  func runConditional(
    _ expression: Expression, _ then: [Statement], _ otherwise: [Statement]?,
    _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    let value = try condition(evaluate(expression), expression.span)
    if let known = value.known {
      return try run(block: known.isTrue ? then : otherwise ?? [], statement.span)
    }
    return try branch(value, then, otherwise, statement.effects, statement.span)
  }

  private func branch(
    _ condition: Payload, _ then: [Statement], _ otherwise: [Statement]?, _ effects: Effects,
    _ span: SourceSpan
  ) throws(Diagnostic) -> Flow {
    var condition = condition
    let pinned = try enterRegion(effects, span)
    defer { leaveRegion(effects, pinned) }
    if collected != nil { throw conditionalGate(span) }
    // Preparing the region may have moved variables, never changed them: the condition still holds.
    if condition.size > 200 {
      let slot = temporarySlot(.bool)
      emitAssign(condition.expression, slot: slot)
      condition = .running(.variable(slot), size: 1)
    }
    let (first, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      try run(block: then, span)
    }
    if isRetry(flow) { return flow }
    var second: BlockID?
    if let otherwise {
      for name in effects.assigned {
        if case .bits(let list, _) = lookup(name)?.symbol { forgetBits(list) }
      }
      let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
        try run(block: otherwise, span)
      }
      if isRetry(flow) { return flow }
      second = block
    }
    circuit.appendBranch(condition.expression, then: first, otherwise: second)
    return .normal
  }

  private func conditionalGate(_ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      "parsed, not simulated: a condition that depends on measurements within a modified gate",
      code: "not-simulated", at: span.range)
  }

  /// OpenQASM 2's `if (c == n)`, for registers of any width.
  func runRegisterCondition(
    _ name: Name, _ span: SourceSpan, _ number: [UInt64], _ body: Statement,
    _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    guard let entry = lookup(name) else { throw unknownName(name, span, "register") }
    guard case .bits(let list, _) = entry.symbol else {
      throw Diagnostic(
        "expected a classical register; '\(names[name])' is \(entry.symbol.kindName)",
        code: "type", at: span.range)
    }
    var number = number
    while number.count > 1, number.last == 0 { number.removeLast() }
    let isBeyond =
      number.count > (list.count + 63) / 64
      || list.count < 64 * number.count
        && number[number.count - 1] >> UInt64(list.count - 64 * (number.count - 1)) > 0
    if isBeyond {
      warn(
        "'\(names[name])' has \(counted(list.count, "bit")): it never has this value",
        "never-true", span)
    }
    let left = try bitsValue(list, span)
    let right = Value.bits(
      64 * number.count, number.map { .integer(Int64(bitPattern: $0)) })
    var condition = try rawPayload(apply(.equal, left, right, span))
    if let known = condition.known {
      condition = .running(.literal(known), size: 1)
    }
    return try branch(condition, [body], nil, Effects(of: [body]), statement.span)
  }

  func runChoice(
    _ expression: Expression, _ cases: [SwitchCase], _ otherwise: [Statement]?,
    _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    var value = try evaluate(expression)
    if case .bits(let width, let words) = value, words.count == 1 {
      value = .scalar(.uint(width), words[0])
    }
    var payload = try integerPayload(value, expression.span)
    var seen: Set<Int64> = []
    var values: [[Int64]] = []
    for choice in cases {
      values.append(
        try choice.values.map { expression throws(Diagnostic) in
          let value = try evaluate(expression)
          guard value.isKnown else {
            throw Diagnostic(
              "the value of a case is known on reading; this one depends on measurements",
              code: "not-constant", at: expression.span.range)
          }
          let number = try knownInteger(value, expression.span)
          guard seen.insert(number).inserted else {
            throw Diagnostic(
              "there is a case for \(number) already", code: "duplicate",
              at: expression.span.range)
          }
          return number
        })
    }
    if let known = payload.known?.asInteger {
      for (choice, values) in zip(cases, values) where values.contains(known) {
        return try run(block: choice.body, statement.span)
      }
      return try run(block: otherwise ?? [], statement.span)
    }
    if collected != nil { throw conditionalGate(statement.span) }
    if payload.size > 1, cases.count > 1 {
      let slot = temporarySlot(.int(64))
      emitAssign(payload.expression, slot: slot)
      payload = .running(.variable(slot), size: 1)
    }
    guard cases.count <= 128 else {
      throw Diagnostic(
        "a switch on a value that depends on measurements has at most 128 cases",
        code: "not-simulated", at: statement.span.range)
    }
    let effects = statement.effects
    let pinned = try enterRegion(effects, statement.span)
    defer { leaveRegion(effects, pinned) }
    return try chooseCase(payload, zip(cases, values).map { ($0, $1) }[...], otherwise, statement)
  }

  private func chooseCase(
    _ value: Payload, _ cases: ArraySlice<(SwitchCase, [Int64])>, _ otherwise: [Statement]?,
    _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    for name in statement.effects.assigned {
      if case .bits(let list, _) = lookup(name)?.symbol { forgetBits(list) }
    }
    guard let (choice, numbers) = cases.first else {
      return try run(block: otherwise ?? [], statement.span)
    }
    var condition: Payload?
    for number in numbers {
      let test = try fold(.equal, value, .integer(number), statement.span)
      condition =
        try condition.map { earlier throws(Diagnostic) in
          try fold(.logicalOr, earlier, test, statement.span)
        } ?? test
    }
    guard let condition else { return .normal }
    let (then, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      try run(block: choice.body, statement.span)
    }
    if isRetry(flow) { return flow }
    var rest: BlockID?
    if cases.count > 1 || otherwise != nil {
      let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
        try chooseCase(value, cases.dropFirst(), otherwise, statement)
      }
      if isRetry(flow) { return flow }
      rest = block
    }
    circuit.appendBranch(condition.expression, then: then, otherwise: rest)
    return .normal
  }

  // MARK: Jumps

  func leaveLoop(isBreak: Bool) -> Flow {
    guard let index = frames.lastIndex(where: { !$0.isCall }) else { return .normal }
    let frame = frames[index]
    switch frame.mode {
    case .reading:
      if runtimeDepth == frame.runtimeDepth { return isBreak ? .breakLoop : .continueLoop }
      return .retry(index)
    case .wrapped:
      let levels = loopDepth - frame.loopDepth - (isBreak ? 0 : 1)
      circuit.appendLeave(.endLoop(levels: levels))
    case .running(let hasTurns):
      let levels = loopDepth - frame.loopDepth
      if isBreak {
        circuit.appendLeave(.endLoop(levels: levels))
      } else if hasTurns {
        circuit.appendLeave(.endLoop(levels: levels - 1))
      } else {
        circuit.appendLeave(.nextTurn(levels: levels))
      }
    }
    return .left
  }

  func runEnd() throws(Diagnostic) -> Flow {
    if runtimeDepth == 0 { return .ended }
    try assignOutputs()
    circuit.appendLeave(.halt)
    return .left
  }

  // MARK: Loops done on reading

  /// The state to come back to when a loop or call has to be done in another way.
  struct Snapshot {
    let state: State
    let mark: Circuit.Mark
    let scopeCount: Int
    let frameCount: Int
    let runtimeDepth: Int
    let loopDepth: Int
    let functionBase: Int
    let warningCount: Int
    let notedIgnored: Set<String>
  }

  func snapshot() -> Snapshot {
    Snapshot(
      state: state, mark: circuit.mark, scopeCount: scopes.count, frameCount: frames.count,
      runtimeDepth: runtimeDepth, loopDepth: loopDepth, functionBase: functionBase,
      warningCount: warnings.count, notedIgnored: notedIgnored)
  }

  func restore(_ snapshot: Snapshot) {
    state = snapshot.state
    circuit.rewind(to: snapshot.mark)
    scopes.removeLast(scopes.count - snapshot.scopeCount)
    frames.removeLast(frames.count - snapshot.frameCount)
    runtimeDepth = snapshot.runtimeDepth
    loopDepth = snapshot.loopDepth
    functionBase = snapshot.functionBase
    warnings.removeLast(warnings.count - snapshot.warningCount)
    notedIgnored = snapshot.notedIgnored
  }

  /// One turn after the other, `next` preparing each within its scope until it returns false.
  private func unroll(
    _ body: [Statement], _ statement: Statement, wrapped: Bool,
    _ next: () throws(Diagnostic) -> Bool
  ) throws(Diagnostic) -> Flow {
    let index = frames.count
    let hasTurns = wrapped
    unrolledLoops.append(statement.span)
    frames.append(
      Frame(
        isCall: false, mode: wrapped ? .wrapped(hasTurns: hasTurns) : .reading,
        runtimeDepth: runtimeDepth, loopDepth: wrapped ? loopDepth - 1 : loopDepth))
    defer {
      frames.removeLast(frames.count - index)
      unrolledLoops.removeLast()
    }
    var turn = 0
    while true {
      turn += 1
      grant(turn: turn)
      try step(statement.span)
      let flow = try inScope { () throws(Diagnostic) -> Flow? in
        guard try next() else { return nil }
        guard hasTurns else { return try run(block: body, statement.span) }
        loopDepth += 1
        let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
          try run(block: body, statement.span)
        }
        loopDepth -= 1
        if !isRetry(flow) { circuit.appendRepeat(1, body: block) }
        return flow
      }
      switch flow {
      case nil, .breakLoop?: return .normal
      case .normal?, .continueLoop?: continue
      case .left? where wrapped: continue
      case let flow?: return flow
      }
    }
  }

  /// Unrolls a loop; if it turns out to be left while running, again inside a repeat block that can
  /// be left.
  func unroll(
    _ body: [Statement], _ statement: Statement,
    _ start: () -> () throws(Diagnostic) -> Bool
  ) throws(Diagnostic) -> Flow {
    let key = ObjectIdentifier(statement)
    let effects = Effects(of: body)
    let index = frames.count
    if !leftWhileRunning.contains(key) {
      let canLeave = effects.breaks || effects.continues
      let snapshot = canLeave ? self.snapshot() : nil
      let flow = try unroll(body, statement, wrapped: false, start())
      guard flow == .retry(index), let snapshot else { return flow }
      restore(snapshot)
      leftWhileRunning.insert(key)
    }
    let pinned = try enterRegion(statement.effects, statement.span)
    loopDepth += 1
    let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      try unroll(body, statement, wrapped: true, start())
    }
    loopDepth -= 1
    leaveRegion(statement.effects, pinned)
    if isRetry(flow) { return flow }
    circuit.appendRepeat(1, body: block)
    return flow
  }

  // MARK: for

  func runFor(
    _ type: TypeSyntax, _ name: Name, _ set: LoopSet, _ body: [Statement], _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    let scalar = try scalarType(type)
    func bind(_ value: Value) throws(Diagnostic) {
      let cell = try makeCell(names[name], scalar, statement.nameSpan)
      try declare(name, .cell(cell), statement.nameSpan)
      try store(value, into: .cell(cell), statement.nameSpan)
    }
    switch set {
    case .set(let expressions):
      return try unroll(body, statement) {
        var position = 0
        return { () throws(Diagnostic) -> Bool in
          guard position < expressions.count else { return false }
          position += 1
          try bind(self.evaluate(expressions[position - 1]))
          return true
        }
      }
    case .collection(let expression):
      let values = try elements(of: expression)
      return try unroll(body, statement) {
        var position = 0
        return { () throws(Diagnostic) -> Bool in
          guard position < values.count else { return false }
          position += 1
          try bind(values[position - 1])
          return true
        }
      }
    case .range(let range):
      guard let first = range.start, let last = range.stop else {
        throw Diagnostic(
          "the range of a loop has a start and an end", code: "range", at: range.span.range,
          hint: "[0:9], both ends included")
      }
      let values = [
        try evaluate(first),
        try range.step.map { step throws(Diagnostic) in try evaluate(step) }
          ?? .scalar(.int(64), .integer(1)),
        try evaluate(last),
      ]
      guard values.allSatisfy(\.isKnown) else {
        return try runForWhileRunning(scalar, name, values, range, body, statement)
      }
      if scalar.isReal
        || values.contains(where: { if case .scalar(.float, _) = $0 { true } else { false } })
      {
        return try runForReal(values, range, body, statement, bind)
      }
      let start = try signedInteger(values[0], first.span)
      let step = try signedInteger(values[1], range.span)
      let stop = try signedInteger(values[2], last.span)
      guard step != 0 else {
        throw Diagnostic("a range's step is not 0", code: "range", at: range.span.range)
      }
      return try runFor(from: start, step: step, through: stop, range, body, statement, bind)
    }
  }

  private func runForReal(
    _ values: [Value], _ range: RangeSyntax, _ body: [Statement], _ statement: Statement,
    _ bind: (Value) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Flow {
    let numbers = try values.map { value throws(Diagnostic) in
      try realPayload(value, range.span).known?.asReal ?? 0
    }
    let (start, step, stop) = (numbers[0], numbers[1], numbers[2])
    guard step != 0 else {
      throw Diagnostic("a range's step is not 0", code: "range", at: range.span.range)
    }
    // Rounding must not lose the end of the range, nor may its length overflow; where both
    // quotients do, the difference does not.
    let quotients = stop / step - start / step
    let count = ((quotients.isNaN ? (stop - start) / step : quotients) + 1e-9).rounded(.down)
    let effects = Effects(of: body)
    guard
      count <= Double(stepLimit + Self.grantLimit) || effects.breaks || effects.returns
        || effects.ends
    else {
      throw Diagnostic(
        "the loop takes more than \(stepLimit + Self.grantLimit) turns to unroll",
        code: "too-large", at: range.span.range)
    }
    return try withoutActuallyEscaping(bind) { bind throws(Diagnostic) in
      try unroll(body, statement) {
        var turn = 0.0
        return { () throws(Diagnostic) -> Bool in
          let offset = turn * step
          let value = offset.isFinite ? start + offset : 2 * (start / 2 + turn * (step / 2))
          guard turn <= count, value.isFinite else { return false }
          try bind(.scalar(.real, .real(value)))
          turn += 1
          return true
        }
      }
    }
  }

  /// The values a loop over an array or bits goes through.
  private func elements(of expression: Expression) throws(Diagnostic) -> [Value] {
    switch try evaluate(expression) {
    case .array(let array):
      return try (0..<array.sizes[0]).map { index throws(Diagnostic) in
        let item = IndexOperation.Item.single(
          Expression(.integer(UInt64(index)), expression.span))
        return try element(array, IndexOperation(items: [item], span: expression.span))
      }
    case .bits(let width, let words):
      return try (0..<width).map { position throws(Diagnostic) in
        .bits(
          1,
          [
            try fold(
              .bitwiseAnd, shifted(words[position / 64], by: -(position % 64), expression.span),
              .integer(1), expression.span)
          ])
      }
    case let other:
      throw Diagnostic(
        "a loop goes through a range, a set, an array or bits, not \(other.description)",
        code: "type", at: expression.span.range)
    }
  }

  /// A `for` whose bounds depend on measurements: a loop of the circuit with a counter.
  private func runForWhileRunning(
    _ type: ScalarType, _ name: Name, _ values: [Value], _ range: RangeSyntax,
    _ body: [Statement], _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    let span = range.span
    guard let step = try integerPayload(values[1], span).known?.asInteger, step != 0 else {
      throw Diagnostic(
        "the step of a range is a known number other than 0", code: "not-constant", at: span.range)
    }
    if collected != nil { throw conditionalGate(statement.span) }
    let stop = temporarySlot(.int(64))
    emitAssign(try integerPayload(values[2], span).expression, slot: stop)
    let counter = temporarySlot(.int(64))
    emitAssign(try integerPayload(values[0], span).expression, slot: counter)
    let effects = statement.effects
    let hasTurns = Effects(of: body).continues
    let pinned = try enterRegion(effects, statement.span)
    defer { leaveRegion(effects, pinned) }
    frames.append(
      Frame(
        isCall: false, mode: .running(hasTurns: hasTurns), runtimeDepth: runtimeDepth,
        loopDepth: loopDepth))
    loopDepth += 1
    let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      let flow = try self.runTurn(hasTurns) { () throws(Diagnostic) -> Flow in
        try self.inScope { () throws(Diagnostic) -> Flow in
          let cell = try self.makeCell(self.names[name], type, statement.nameSpan)
          try self.declare(name, .cell(cell), statement.nameSpan)
          try self.store(
            .scalar(.int(64), .running(.variable(counter), size: 1)), into: .cell(cell), span)
          return try self.run(block: body, statement.span)
        }
      }
      self.emitAssign(
        .binary(.add, .variable(counter), .integer(step)), slot: counter)
      return flow
    }
    loopDepth -= 1
    frames.removeLast()
    if isRetry(flow) { return flow }
    let condition: ClassicalExpression =
      step > 0
      ? .binary(.lessOrEqual, .variable(counter), .variable(stop))
      : .binary(.lessOrEqual, .variable(stop), .variable(counter))
    circuit.appendLoop(condition, body: block)
    return .normal
  }

  private func runTurn(_ hasTurns: Bool, _ body: () throws(Diagnostic) -> Flow)
    throws(Diagnostic) -> Flow
  {
    guard hasTurns else { return try body() }
    loopDepth += 1
    let (block, flow) = try circuitBlock(body)
    loopDepth -= 1
    if !isRetry(flow) { circuit.appendRepeat(1, body: block) }
    return flow
  }

  // MARK: while

  func runWhile(_ expression: Expression, _ body: [Statement], _ statement: Statement)
    throws(Diagnostic) -> Flow
  {
    let key = ObjectIdentifier(statement)
    let effects = Effects(of: body)
    let index = frames.count
    if !leftWhileRunning.contains(key) {
      let snapshot = self.snapshot()
      var dependsOnRun = false
      var isFirst = true
      let flow = try unroll(body, statement, wrapped: false) { () throws(Diagnostic) -> Bool in
        let value = try self.condition(self.evaluate(expression), expression.span)
        guard let known = value.known else {
          dependsOnRun = true
          return false
        }
        let leaves = effects.breaks || effects.returns || effects.ends
        if isFirst, known.isTrue, !leaves, effects.assigned.isEmpty, effects.passed.isEmpty {
          throw Diagnostic(
            "this loop never ends: nothing in it changes its condition", code: "endless",
            at: statement.span.range)
        }
        isFirst = false
        return known.isTrue
      }
      if !dependsOnRun, flow != .retry(index) { return flow }
      restore(snapshot)
      leftWhileRunning.insert(key)
      defer { leftWhileRunning.remove(key) }
      return try loopWhileRunning(expression, body, statement)
    }
    return try loopWhileRunning(expression, body, statement)
  }

  private func loopWhileRunning(
    _ expression: Expression, _ body: [Statement], _ statement: Statement
  ) throws(Diagnostic) -> Flow {
    if collected != nil { throw conditionalGate(statement.span) }
    let effects = statement.effects
    let pinned = try enterRegion(effects, statement.span)
    defer { leaveRegion(effects, pinned) }
    // What the condition needs besides its value, such as calls, is done before the loop and again
    // in each turn.
    let mark = circuit.mark
    var condition = try self.condition(evaluate(expression), expression.span)
    let isPlain = circuit.mark.hasSameNodes(as: mark)
    var slot: Int?
    if !isPlain {
      let own = temporarySlot(.bool)
      slot = own
      emitAssign(condition.applying(.toBool).expression, slot: own)
      condition = .running(.variable(own), size: 1)
    }
    let hasTurns = slot != nil && Effects(of: body).continues
    frames.append(
      Frame(
        isCall: false, mode: .running(hasTurns: hasTurns), runtimeDepth: runtimeDepth,
        loopDepth: loopDepth))
    loopDepth += 1
    let (block, flow) = try circuitBlock { () throws(Diagnostic) -> Flow in
      let flow = try self.runTurn(hasTurns) { () throws(Diagnostic) -> Flow in
        try self.run(block: body, statement.span)
      }
      if let slot, !self.isRetry(flow) {
        let again = try self.condition(self.evaluate(expression), expression.span)
        self.emitAssign(again.applying(.toBool).expression, slot: slot)
      }
      return flow
    }
    loopDepth -= 1
    frames.removeLast()
    if isRetry(flow) { return flow }
    circuit.appendLoop(condition.expression, body: block)
    return .normal
  }
}
