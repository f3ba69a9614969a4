import QuantumCore

// Times: literals with a unit, their arithmetic, and the statement that waits.

extension Elaborator {
  /// A time as written.
  func duration(_ number: Double, _ unit: TimeUnit, _ span: SourceSpan) throws(Diagnostic) -> Value
  {
    guard let scale = unit.nanoseconds else { throw unknownDeviceTime(span) }
    guard (number * scale).isFinite else {
      throw Diagnostic("this time is too long", code: "not-finite", at: span.range)
    }
    return .scalar(.duration, .real(number * scale))
  }

  func unknownDeviceTime(_ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      "how long a 'dt' lasts is a matter of the device", code: "device-time", at: span.range,
      hint: "give the time in ns, us, ms or s")
  }

  /// The value of a time; `nil`, with a note the first time, where it is in steps of the device.
  private func knownDuration(_ time: Expression) throws(Diagnostic) -> Value? {
    do {
      return try evaluate(time)
    } catch {
      guard error.code == "device-time" else { throw error }
      if notedIgnored.insert(error.code).inserted {
        warn(
          "times in 'dt' are read and ignored: how long a 'dt' lasts is a matter of the device",
          "ignored", time.span, hint: error.hint)
      }
      return nil
    }
  }

  /// `duration name = value;`
  func declareDuration(
    _ name: Name, _ expression: Expression?, isConstant: Bool, _ span: SourceSpan
  ) throws(Diagnostic) {
    guard let expression else {
      return try declare(name, .cell(makeCell(names[name], .duration, span)), span)
    }
    guard let value = try knownDuration(expression) else {
      return try declare(name, .deviceTime, span)
    }
    let time = try convert(value, to: .duration, expression.span)
    if isConstant {
      guard time.isKnown else {
        throw Diagnostic(
          "the value of a constant is known on reading; this one depends on measurements",
          code: "not-constant", at: expression.span.range)
      }
      return try declare(name, .constant(time), span)
    }
    let cell = try makeCell(names[name], .duration, span)
    try declare(name, .cell(cell), span)
    try store(time, into: .cell(cell), expression.span)
  }

  // MARK: Arithmetic

  /// An operation on times; `nil` where neither side is one.
  func applyDuration(_ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan)
    throws(Diagnostic) -> Value?
  {
    switch (a, b) {
    case (.scalar(.duration, let x), .scalar(.duration, let y)):
      return try applyToDurations(operation, x, y, span)
    case (.scalar(.duration, let x), _):
      switch operation {
      case .multiply:
        return try duration(x, times: realPayload(b, span), span)
      case .divide:
        return .scalar(.duration, try fold(.realDivide, x, realPayload(b, span), span))
      default: throw noOperation(operation, a, b, span)
      }
    case (_, .scalar(.duration, let y)):
      guard operation == .multiply else { throw noOperation(operation, a, b, span) }
      return try duration(y, times: realPayload(a, span), span)
    default: return nil
    }
  }

  private func duration(
    _ time: Payload, times factor: Payload, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    // `t * 1ns` is t: written and read again it stays as it is.
    if time.known?.asReal == 1 { return .scalar(.duration, factor) }
    return .scalar(.duration, try fold(.multiply, factor, time, span))
  }

  private func applyToDurations(
    _ operation: BinaryOperation, _ x: Payload, _ y: Payload, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    switch operation {
    case .add: return .scalar(.duration, try fold(.add, x, y, span))
    case .subtract: return .scalar(.duration, try fold(.subtract, x, y, span))
    case .divide: return .scalar(.real, try fold(.realDivide, x, y, span))
    case .equal: return .scalar(.bool, try fold(.equal, x, y, span))
    case .notEqual: return .scalar(.bool, try fold(.notEqual, x, y, span))
    case .less: return .scalar(.bool, try fold(.less, x, y, span))
    case .lessOrEqual: return .scalar(.bool, try fold(.lessOrEqual, x, y, span))
    case .greater: return .scalar(.bool, try fold(.less, y, x, span))
    case .greaterOrEqual: return .scalar(.bool, try fold(.lessOrEqual, y, x, span))
    default:
      let time = Value.scalar(.duration, x)
      throw noOperation(operation, time, time, span)
    }
  }

  private func noOperation(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      "'\(operation.text)' does not take \(a.description) and \(b.description)", code: "type",
      at: span.range,
      hint: "durations add up, multiply and divide by numbers, and divide into numbers")
  }

  // MARK: Waiting

  /// Lets qubits wait together: where none are named all of the program, or of the gate or
  /// subroutine.
  func delay(_ time: Expression, _ expressions: [Expression], _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard let value = try knownDuration(time) else { return }
    guard case .scalar(.duration, let duration) = value else {
      throw Diagnostic(
        "a delay is a time, not \(value.description)", code: "type", at: time.span.range,
        hint: "delay[100ns] q; the units are ns, us, ms and s")
    }
    if let known = duration.known?.asReal, known < 0 {
      throw Diagnostic(
        "a delay takes time: \(known) ns is less than none", code: "range", at: time.span.range)
    }
    let operands =
      expressions.isEmpty
      ? [try allQubits(span)]
      : try expressions.map { expression throws(Diagnostic) in try qubits(expression) }
    try withKnownIndices(operands, span) { operands throws(Diagnostic) in
      try self.emitDelay(duration, operands, span)
    }
  }

  private func allQubits(_ span: SourceSpan) throws(Diagnostic) -> Operand {
    let list = bodyQubits.map { IndexList.list($0) } ?? .range(0..<circuit.qubitCount)
    return Operand(list: list, isSingle: false, index: nil, span: span)
  }

  private func emitDelay(_ duration: Payload, _ operands: [Operand], _ span: SourceSpan)
    throws(Diagnostic)
  {
    var targets: [Target] = []
    var seen: Set<Int> = []
    for operand in operands {
      try checkUsable(operand)
      try noteApplications(operand.list.count, span)
      for position in 0..<operand.list.count {
        let qubit = operand.list[position]
        guard seen.insert(qubit).inserted else {
          throw Diagnostic(
            "\(qubitName(qubit)) is used twice in one 'delay'", code: "duplicate",
            at: operand.span.range)
        }
        targets.append(try target(qubit, operand.span))
      }
    }
    guard !targets.isEmpty else { return }
    try emit(Primitive(gate: .delay, arguments: [duration], targets: targets), groups: 1, span)
  }
}
