import QuantumCore

extension Elaborator {
  /// Qubits or bits named by an expression.
  struct Operand {
    var list: IndexList
    /// One element rather than a register or part of one.
    var isSingle: Bool
    /// Which element of `list`, where that is known only while running.
    var index: Payload?
    let span: SourceSpan

    var count: Int { isSingle ? 1 : list.count }
  }

  enum OperandKind { case qubits, bits }

  /// What an operand names, qubits or bits; `nil` if it names something else.
  func operand(_ expression: Expression) throws(Diagnostic) -> (OperandKind, Operand)? {
    let span = expression.span
    switch expression.kind {
    case .identifier(let name):
      switch lookup(name)?.symbol {
      case .qubits(let list, let isSingle):
        return (.qubits, Operand(list: list, isSingle: isSingle, span: span))
      case .bits(let list, let isSingle):
        return (.bits, Operand(list: list, isSingle: isSingle, span: span))
      default: return nil
      }
    case .physicalQubit(let index):
      try usePhysicalQubit(span)
      return (.qubits, Operand(list: .range(index..<index + 1), isSingle: true, span: span))
    case .index(let base, let operations):
      guard let (kind, whole) = try operand(base) else { return nil }
      return (kind, try indexed(whole, operations))
    case .concatenation(let parts):
      guard let (kind, first) = try operand(parts[0]) else { return nil }
      var result = first
      result.isSingle = false
      try noteApplications(first.count, span)
      for part in parts.dropFirst() {
        if case .identifier(let name) = part.kind, lookup(name) == nil {
          throw unknownName(name, part.span, "name")
        }
        guard let (other, next) = try operand(part), other == kind, next.index == nil,
          first.index == nil
        else {
          throw Diagnostic(
            "only registers of one kind can be joined with '++'", code: "type", at: part.span.range)
        }
        try noteApplications(next.count, span)
        result.list = result.list.appending(next.list)
      }
      return (kind, result)
    default: return nil
    }
  }

  private func usePhysicalQubit(_ span: SourceSpan) throws(Diagnostic) {
    guard circuit.qubitRegisters.isEmpty else {
      throw Diagnostic(
        "the program declares qubits; physical qubits such as $0 cannot be used besides",
        code: "physical-qubit", at: span.range)
    }
    usesPhysicalQubits = true
  }

  private func indexed(_ whole: Operand, _ operations: [IndexOperation]) throws(Diagnostic)
    -> Operand
  {
    var result = whole
    for operation in operations {
      guard !result.isSingle, result.index == nil else {
        throw Diagnostic(
          "a single qubit or bit has no index", code: "type", at: operation.span.range)
      }
      guard operation.items.count == 1 else {
        throw Diagnostic(
          "a register has one index", code: "type", at: operation.span.range)
      }
      switch try position(operation.items[0], count: result.list.count, span: operation.span) {
      case .single(let position):
        result = Operand(
          list: result.list.part(.range(position..<position + 1)), isSingle: true,
          span: whole.span)
      case .several(let positions):
        result = Operand(list: result.list.part(positions), isSingle: false, span: whole.span)
      case .running(let payload):
        result = Operand(list: result.list, isSingle: true, index: payload, span: whole.span)
      }
    }
    return result
  }

  enum Position {
    case single(Int)
    case several(IndexList)
    case running(Payload)
  }

  /// Which of `count` elements an index names. Negative indices count from the end in version 3.
  func position(_ item: IndexOperation.Item, count: Int, span: SourceSpan) throws(Diagnostic)
    -> Position
  {
    switch item {
    case .single(let expression):
      if version == 2, case .integer(let value) = expression.kind {
        guard value < UInt64(count) else {
          throw outOfRange("\(value)", count, expression.span)
        }
        return .single(Int(value))
      }
      let value = try evaluate(expression)
      if case .array(let array) = value {
        return .several(
          .list(
            try (0..<array.cells.count).map { offset throws(Diagnostic) -> Int in
              let cell = array.cells[offset]
              return try checked(
                knownInteger(cellValue(cell), expression.span), count, expression.span)
            }))
      }
      let payload = try integerPayload(value, expression.span)
      guard let known = payload.known else { return .running(payload) }
      return .single(try checked(known.asInteger, count, expression.span))
    case .set(let expressions):
      return .several(
        .list(
          try expressions.map { expression throws(Diagnostic) -> Int in
            try checked(
              knownInteger(evaluate(expression), expression.span), count, expression.span)
          }))
    case .range(let range):
      let step =
        try range.step.map { expression throws(Diagnostic) in
          try knownInteger(evaluate(expression), expression.span)
        } ?? 1
      guard step != 0 else {
        throw Diagnostic("a range's step is not 0", code: "range", at: range.span.range)
      }
      guard count > 0 else { return .several(.range(0..<0)) }
      func bound(_ expression: Expression?, _ missing: Int) throws(Diagnostic) -> Int {
        guard let expression else { return missing }
        return try checked(
          knownInteger(evaluate(expression), expression.span), count, expression.span)
      }
      let start = try bound(range.start, step > 0 ? 0 : count - 1)
      let stop = try bound(range.stop, step > 0 ? count - 1 : 0)
      if step == 1 { return .several(.range(start..<max(start, stop + 1))) }
      let distance = Int64(stop) - Int64(start)
      guard distance == 0 || (distance > 0) == (step > 0) else { return .several(.range(0..<0)) }
      let length = Int(distance.magnitude / step.magnitude) + 1
      try noteApplications(length, range.span)
      return .several(.list((0..<length).map { start + $0 * Int(step) }))
    }
  }

  private func checked(_ index: Int64, _ count: Int, _ span: SourceSpan) throws(Diagnostic) -> Int {
    let shifted = index < 0 && version >= 3 ? index + Int64(count) : index
    guard shifted >= 0, shifted < Int64(count) else { throw outOfRange("\(index)", count, span) }
    return Int(shifted)
  }

  private func outOfRange(_ index: String, _ count: Int, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      "index \(index) is outside \(count == 0 ? "an empty register" : "0...\(count - 1)")",
      code: "index-out-of-range", at: span.range)
  }

  // MARK: Qubits

  func qubits(_ expression: Expression) throws(Diagnostic) -> Operand {
    // The usual forms first: a name, a name with a number.
    if let (kind, operand) = try operand(expression) {
      guard kind == .qubits else {
        throw Diagnostic(
          "expected qubits; this is classical", code: "type", at: expression.span.range)
      }
      return operand
    }
    var root = expression
    while case .index(let base, _) = root.kind { root = base }
    guard case .identifier(let name) = root.kind else {
      throw Diagnostic("expected a qubit", code: "type", at: expression.span.range)
    }
    guard let entry = lookup(name) else { throw unknownName(name, root.span, "qubit") }
    throw Diagnostic(
      "expected a qubit; '\(names[name])' is \(entry.symbol.kindName)", code: "type",
      at: root.span.range)
  }

  /// Checks that the qubits may be used: text formats limit their indices.
  func target(_ qubit: Int, _ span: SourceSpan) throws(Diagnostic) -> Target {
    guard qubit < Target.qubitLimit else {
      throw Diagnostic(
        "qubit \(qubit) of the program is beyond the limit of \(Target.qubitLimit) qubits in use",
        code: "too-large", at: span.range)
    }
    return .qubit(qubit)
  }

  func checkUsable(_ operand: Operand) throws(Diagnostic) {
    guard case .range(let range) = operand.list, operand.index == nil else { return }
    if range.upperBound > Target.qubitLimit {
      throw Diagnostic(
        "qubits up to \(range.upperBound - 1) are beyond the limit of \(Target.qubitLimit) qubits in use",
        code: "too-large", at: operand.span.range)
    }
  }

  /// Calls `body` with operands whose indices are all known: for those computed while running, once
  /// in a branch for each value.
  func withKnownIndices(
    _ operands: [Operand], _ span: SourceSpan, _ body: ([Operand]) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    guard let which = operands.firstIndex(where: { $0.index != nil }),
      let index = operands[which].index
    else { return try body(operands) }
    let count = operands[which].list.count
    guard count <= 1024 else {
      throw Diagnostic(
        "an index computed while running chooses among at most 1024 elements, not \(count)",
        code: "not-simulated", at: operands[which].span.range)
    }
    let temporary = temporarySlot(.int(64))
    emitAssign(index.expression, slot: temporary)
    runtimeDepth += 1
    defer { runtimeDepth -= 1 }
    for position in 0..<count {
      var chosen = operands
      chosen[which].list = operands[which].list.part(.range(position..<position + 1))
      chosen[which].index = nil
      try step(span)
      // Choices that would use a qubit twice never happen in a correct program.
      let others = chosen.indices.filter { $0 != which && chosen[$0].isSingle }
      if others.contains(where: {
        chosen[$0].index == nil && chosen[$0].list[0] == chosen[which].list[0]
      }) {
        continue
      }
      let outer = circuit.beginBlock()
      try withKnownIndices(chosen, span, body)
      let block = circuit.endBlock(returningTo: outer)
      circuit.appendBranch(
        .binary(.equal, .variable(temporary), .integer(Int64(position))), then: block,
        otherwise: nil)
    }
  }
}
