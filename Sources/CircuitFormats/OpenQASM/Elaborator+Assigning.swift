import QuantumCore

extension Elaborator {
  /// Where an assignment stores its value.
  enum Destination {
    /// Bits of the circuit.
    case bits(IndexList)
    case bitAt(Range<Int>, Payload)
    case cell(Int)
    /// Some bits of a variable, lowest first.
    case cellBits(Int, [Int])
    case cellBitAt(Int, Payload)
    case array(ArrayReference)
    case elementAt(ArrayReference, Payload)
  }

  func destination(_ expression: Expression) throws(Diagnostic) -> Destination {
    let span = expression.span
    if let (kind, operand) = try operand(expression) {
      guard kind == .bits else {
        throw Diagnostic(
          "qubits are not assigned to; expected bits or a variable", code: "type", at: span.range)
      }
      try requireLocal(expression)
      guard let index = operand.index else { return .bits(operand.list) }
      guard case .range(let range) = operand.list else {
        throw Diagnostic(
          "an index computed while running takes a register, not an alias of scattered bits",
          code: "not-simulated", at: span.range)
      }
      return .bitAt(range, index)
    }
    var (root, operations) = (expression, [IndexOperation]())
    if case .index(let base, let own) = expression.kind { (root, operations) = (base, own) }
    guard case .identifier(let name) = root.kind else {
      throw Diagnostic(
        "expected a variable or bits on the left of '='", code: "type", at: span.range)
    }
    guard let entry = lookup(name) else { throw unknownName(name, root.span, "variable") }
    try requireLocal(expression)
    switch entry.symbol {
    case .cell(let cell): return try destination(cell, operations[...], span)
    case .array(let array):
      guard array.isMutable else {
        throw Diagnostic(
          "'\(names[name])' is read only", code: "constant", at: root.span.range)
      }
      return try destination(array, operations[...], span)
    default:
      throw Diagnostic(
        "'\(names[name])' is \(entry.symbol.kindName) and cannot be assigned to", code: "constant",
        at: root.span.range)
    }
  }

  /// Subroutines see what is declared outside, but do not change it.
  private func requireLocal(_ expression: Expression) throws(Diagnostic) {
    guard functionBase > 0 else { return }
    var root = expression
    while case .index(let base, _) = root.kind { root = base }
    guard case .identifier(let name) = root.kind else { return }
    if scopes[functionBase...].contains(where: { $0.entries[name] != nil }) { return }
    throw Diagnostic(
      "a subroutine cannot change '\(names[name])', which is declared outside", code: "constant",
      at: root.span.range, hint: "return the value, or pass a mutable array")
  }

  private func destination(
    _ cell: Int, _ operations: ArraySlice<IndexOperation>, _ span: SourceSpan
  ) throws(Diagnostic) -> Destination {
    if state.cells[cell].isConstant {
      throw Diagnostic(
        "'\(state.cells[cell].name)' is a constant", code: "constant", at: span.range)
    }
    guard let operation = operations.first else { return .cell(cell) }
    guard let width = state.cells[cell].type.bitWidth, operations.count == 1,
      operation.items.count == 1
    else {
      throw Diagnostic(
        "\(state.cells[cell].type.description) has no such elements", code: "type",
        at: operation.span.range)
    }
    switch try position(operation.items[0], count: width, span: operation.span) {
    case .single(let position): return .cellBits(cell, [position])
    case .several(let positions):
      return .cellBits(cell, (0..<positions.count).map { positions[$0] })
    case .running(let index):
      guard state.cells[cell].words.count == 1 else {
        throw Diagnostic(
          "an index computed while running takes a variable of at most 64 bits",
          code: "not-simulated", at: operation.span.range)
      }
      return .cellBitAt(cell, index)
    }
  }

  private func destination(
    _ array: ArrayReference, _ operations: ArraySlice<IndexOperation>, _ span: SourceSpan
  ) throws(Diagnostic) -> Destination {
    guard let operation = operations.first else { return .array(array) }
    switch try select(array, operation) {
    case .known(let part):
      if part.sizes.isEmpty {
        return try destination(part.cells[0], operations.dropFirst(), span)
      }
      return try destination(part, operations.dropFirst(), span)
    case .running(let index):
      guard operations.count == 1, array.cells.count <= 1024 else {
        throw Diagnostic(
          "an index computed while running takes an element of an array of at most 1024",
          code: "not-simulated", at: operation.span.range)
      }
      return .elementAt(array, index)
    }
  }

  // MARK: Assigning

  func assign(
    _ left: Expression, _ operation: BinaryOperation?, _ right: Expression, _ span: SourceSpan
  ) throws(Diagnostic) {
    let place = try destination(left)
    if case .measure(let source) = right.kind {
      guard let operation else { return try measure(source, into: place, span) }
      let result = try measured(source, span)
      return try store(
        apply(operation, evaluate(left), result, span), into: place, right.span)
    }
    if case .list(let elements) = right.kind {
      guard case .array(let array) = place, operation == nil, array.sizes.count == 1,
        elements.count == array.sizes[0]
      else {
        throw Diagnostic(
          "a list is assigned to an array of as many elements", code: "size",
          at: right.span.range)
      }
      let values = try elements.map { element throws(Diagnostic) in try evaluate(element) }
      for (offset, value) in values.enumerated() {
        try store(value, into: .cell(array.cells[offset]), right.span)
      }
      return
    }
    var value = try evaluate(right)
    if let operation { value = try apply(operation, evaluate(left), value, span) }
    try store(value, into: place, right.span)
  }

  /// Refuses bits that are too many for a value, which holds an expression for each word.
  func checkValueWidth(_ bits: Int, _ span: SourceSpan) throws(Diagnostic) {
    let limit = 64 << 12
    guard bits > limit else { return }
    throw Diagnostic(
      "a value of \(bits) bits is too wide", code: "too-large", at: span.range,
      hint: "up to \(limit) bits are computed with; assign more without an operation, as in "
        + "c = measure q")
  }

  /// Measures qubits; the results as a value.
  func measured(_ source: Expression, _ span: SourceSpan) throws(Diagnostic) -> Value {
    let count = try qubits(source).count
    try checkValueWidth(count, source.span)
    let cell = try makeCell("t", .bits(count), span)
    try measure(source, into: .cell(cell), span)
    return cellValue(cell)
  }

  func store(_ value: Value, into destination: Destination, _ span: SourceSpan) throws(Diagnostic) {
    switch destination {
    case .cell(let cell): try store(value, intoCell: cell, span)
    case .bits(let list): try store(value, intoBits: list, span)
    case .bitAt(let range, let index):
      guard case .bits(_, let words) = try convert(value, to: .bits(1), span) else { return }
      forgetBits(.range(range))
      circuit.appendAssign(
        words[0].expression,
        to: .bit(start: range.lowerBound, count: range.count, index: index.expression))
    case .cellBits(let cell, let positions): try store(value, into: cell, at: positions, span)
    case .cellBitAt(let cell, let index):
      guard case .bits(_, let bit) = try convert(value, to: .bits(1), span) else { return }
      let own = state.cells[cell].words[0]
      let mask = try fold(.shiftLeft, .integer(1), index, span).applying(.bitwiseNot)
      let kept = try fold(.bitwiseAnd, own, mask, span)
      let result = try fold(
        .bitwiseOr, kept, fold(.shiftLeft, bit[0], index, span), span)
      try set(cell, [wrapped(result, state.cells[cell].type)], span)
    case .array(let array): try store(value, into: array, span)
    case .elementAt(let array, let index): try store(value, into: array, at: index, span)
    }
  }

  private func store(_ value: Value, intoCell cell: Int, _ span: SourceSpan) throws(Diagnostic) {
    let type = state.cells[cell].type
    if case .bits(let own, _) = value, case .bits(let width) = type, own != width,
      case .bits = value, !fits(value, width)
    {
      throw Diagnostic(
        "bit[\(own)] does not fit bit[\(width)]", code: "size", at: span.range)
    }
    switch try convert(value, to: type, span) {
    case .complex(let number): state.cells[cell].complex = number
    case .scalar(_, let payload): try set(cell, [payload], span)
    case .bits(_, let words): try set(cell, words, span)
    case .array, .nothing: break
    }
  }

  /// Whether bits fit a width without loss, which those of literal integers may.
  private func fits(_ value: Value, _ width: Int) -> Bool {
    guard case .bits(let own, _) = value else { return true }
    return own == width
  }

  /// Gives a cell new words: known ones are remembered, others are computed while running.
  func set(_ cell: Int, _ words: [Payload], _ span: SourceSpan) throws(Diagnostic) {
    if state.cells[cell].pins == 0, words.allSatisfy(\.isKnown) {
      state.cells[cell].words = words
      return
    }
    let (name, type) = (state.cells[cell].name, state.cells[cell].type)
    if state.cells[cell].slots.isEmpty {
      let slots = words.map { _ in allocateSlot(name, type) }
      state.cells[cell].slots = slots
    }
    var sources = words
    if words.count > 1 {
      // The new words may depend on the old ones.
      for index in sources.indices where !sources[index].isKnown {
        let slot = temporarySlot(type)
        emitAssign(sources[index].expression, slot: slot)
        sources[index] = .running(.variable(slot), size: 1)
      }
    }
    for (index, slot) in state.cells[cell].slots.enumerated() {
      let expression = sources[index].expression
      if expression != .variable(slot) { emitAssign(expression, slot: slot) }
      state.cells[cell].words[index] = .running(.variable(slot), size: 1)
    }
  }

  private func store(_ value: Value, into cell: Int, at positions: [Int], _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard case .bits(let width, let words) = try convertToBits(value, positions.count, span),
      width == positions.count
    else { return }
    let type = state.cells[cell].type
    var own = state.cells[cell].words
    for (offset, position) in positions.enumerated() {
      let bit = try fold(
        .bitwiseAnd, shifted(words[offset / 64], by: -(offset % 64), span), .integer(1), span)
      let mask = Payload.integer(~(1 << Int64(position % 64)))
      own[position / 64] = try fold(
        .bitwiseOr, fold(.bitwiseAnd, own[position / 64], mask, span),
        shifted(bit, by: position % 64, span), span)
      own[position / 64] = wrapped(own[position / 64], type)
    }
    try set(cell, own, span)
  }

  private func convertToBits(_ value: Value, _ width: Int, _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    if case .bits(let own, _) = value, own != width {
      throw Diagnostic(
        "\(counted(own, "bit")) cannot be assigned to \(counted(width, "bit"))", code: "size",
        at: span.range)
    }
    return try convert(value, to: .bits(width), span)
  }

  private func store(_ value: Value, intoBits list: IndexList, _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard list.count <= 1 << 18 else {
      throw Diagnostic(
        "at most \(1 << 18) bits are assigned at once", code: "too-large", at: span.range)
    }
    guard case .bits(let width, var words) = try convertToBits(value, list.count, span) else {
      return
    }
    let runs = list.runs(limit: 64)
    var isAligned = runs.count == words.count
    if !isAligned || runs.contains(where: { $0.count != 64 }) && words.count > 1 {
      isAligned =
        words.count == 1 && runs.count == 1 || runs.dropLast().allSatisfy { $0.count == 64 }
    }
    if runs.count > 1, !words.allSatisfy(\.isKnown) {
      // Bits may be read and written at once: c = c << 1.
      for index in words.indices where !words[index].isKnown {
        let slot = temporarySlot(.uint(64))
        emitAssign(words[index].expression, slot: slot)
        words[index] = .running(.variable(slot), size: 1)
      }
    }
    var offset = 0
    for run in runs {
      var piece = try shifted(words[offset / 64], by: -(offset % 64), span)
      if offset % 64 + run.count > 64 {
        piece = try fold(
          .bitwiseOr, piece, shifted(words[offset / 64 + 1], by: 64 - offset % 64, span), span)
      }
      circuit.appendAssign(piece.expression, to: .bits(start: run.lowerBound, count: run.count))
      offset += run.count
    }
    rememberBits(list, width, words)
  }

  private func rememberBits(_ list: IndexList, _ width: Int, _ words: [Payload]) {
    guard version >= 3, width <= 4096 else { return forgetBits(list) }
    for position in 0..<width {
      if let word = words[position / 64].known?.asInteger {
        state.knownBits[list[position]] = word >> Int64(position % 64) & 1 == 1
      } else {
        state.knownBits[list[position]] = nil
      }
    }
  }

  private func store(_ value: Value, into array: ArrayReference, _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard case .array(let source) = value else {
      throw Diagnostic(
        "expected an array, not \(value.description)", code: "type", at: span.range)
    }
    guard source.sizes == array.sizes else {
      throw Diagnostic(
        "an array of \(source.sizeText) cannot be assigned to one of \(array.sizeText)",
        code: "size", at: span.range)
    }
    try noteApplications(array.cells.count, span)
    let values = (0..<source.cells.count).map { cellValue(source.cells[$0]) }
    for (offset, value) in values.enumerated() {
      try store(value, into: .cell(array.cells[offset]), span)
    }
  }

  private func store(
    _ value: Value, into array: ArrayReference, at index: Payload, _ span: SourceSpan
  ) throws(Diagnostic) {
    let converted = try convert(value, to: array.type, span)
    guard array.type.wordCount == 1, array.type != .complex else {
      throw Diagnostic(
        "an index computed while running takes elements of at most 64 bits",
        code: "not-simulated", at: span.range)
    }
    let chosen = temporarySlot(.int(64))
    emitAssign(index.expression, slot: chosen)
    let stored = temporarySlot(array.type)
    emitAssign(try rawPayload(converted).expression, slot: stored)
    for position in 0..<array.cells.count {
      let cell = array.cells[position]
      try materialise(cell, span)
      let outer = circuit.beginBlock()
      emitAssign(.variable(stored), slot: state.cells[cell].slots[0])
      let block = circuit.endBlock(returningTo: outer)
      circuit.appendBranch(
        .binary(.equal, .variable(chosen), .integer(Int64(position))), then: block,
        otherwise: nil)
    }
  }
}
