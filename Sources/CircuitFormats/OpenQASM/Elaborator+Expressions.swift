import QuantumCore
import RealModule

extension Elaborator {
  func evaluate(_ expression: Expression) throws(Diagnostic) -> Value {
    switch expression.kind {
    case .integer(let value):
      if version == 2 { return .scalar(.real, .real(Double(value))) }
      return value > UInt64(Int64.max)
        ? .scalar(.uint(64), .integer(Int64(bitPattern: value)))
        : .scalar(.int(64), .integer(Int64(value)))
    case .largeInteger(let words):
      if version == 2 {
        throw Diagnostic("this integer is too large", code: "number", at: expression.span.range)
      }
      return .bits(words.count * 64, words.map { .integer(Int64(bitPattern: $0)) })
    case .real(let value): return .scalar(.real, .real(value))
    case .imaginary(let value): return .complex(Complex(0, value))
    case .boolean(let value): return .scalar(.bool, .integer(value ? 1 : 0))
    case .bitString(let words, let width):
      return .bits(width, words.map { .integer(Int64(bitPattern: $0)) })
    case .timing(let number, let unit): return try duration(number, unit, expression.span)
    case .identifier(let name): return try valueOfName(name, expression.span)
    case .physicalQubit:
      throw Diagnostic(
        "expected a number, not a qubit", code: "type", at: expression.span.range)
    default: break
    }
    try descend(expression.span)
    defer { ascend() }
    switch expression.kind {
    case .unary(let operation, let operand):
      if operation == .negate, case .integer(let number) = operand.kind, number == 1 << 63 {
        return .scalar(.int(64), .integer(.min))
      }
      return try apply(operation, evaluate(operand), expression.span)
    case .chain(let first, let links):
      var value = try evaluate(first)
      if version >= 3, links[0].operation == .divide {
        noteInexact(first, links[0].operand, links[0].span)
      }
      for link in links {
        try step(link.span)
        if let decided = decides(link.operation, value) {
          value = .scalar(.bool, .integer(decided ? 1 : 0))
          continue
        }
        value = try apply(link.operation, value, evaluate(link.operand), link.span)
      }
      return value
    case .power(let base, let exponent):
      return try apply(.power, evaluate(base), evaluate(exponent), expression.span)
    case .call(let name, let arguments): return try call(name, arguments, expression.span)
    case .cast(let syntax, let operand):
      return try convert(evaluate(operand), to: scalarType(syntax), expression.span)
    case .index(let base, let operations): return try evaluate(base, operations, expression.span)
    case .concatenation(let parts): return try concatenate(parts, expression.span)
    case .list:
      throw Diagnostic(
        "a list stands on the right of an array's declaration only", code: "type",
        at: expression.span.range)
    case .measure:
      throw Diagnostic(
        "a measurement is assigned to bits", code: "type", at: expression.span.range)
    default: return .nothing
    }
  }

  /// The result of `&&` or `||` where the left side alone decides it.
  private func decides(_ operation: BinaryOperation, _ left: Value) -> Bool? {
    guard operation == .logicalAnd || operation == .logicalOr else { return nil }
    let known: ClassicalValue?
    switch left {
    case .scalar(_, let payload): known = payload.known
    case .bits(_, let words) where words.count == 1: known = words[0].known
    default: known = nil
    }
    guard let known, known.isTrue == (operation == .logicalOr) else { return nil }
    return known.isTrue
  }

  // MARK: Names

  func cellValue(_ index: Int) -> Value {
    let cell = state.cells[index]
    switch cell.type {
    case .bits(let width): return .bits(width, cell.words)
    case .complex: return .complex(cell.complex ?? .zero)
    default: return .scalar(cell.type, cell.words[0])
    }
  }

  private func valueOfName(_ name: Name, _ span: SourceSpan) throws(Diagnostic) -> Value {
    guard let entry = lookup(name) else {
      if version == 2 { throw unknownName(name, span, "parameter") }
      throw unknownName(name, span)
    }
    switch entry.symbol {
    case .constant(let value): return value
    case .cell(let cell): return cellValue(cell)
    case .bits(let list, _): return try bitsValue(list, span)
    case .array(let array): return .array(array)
    case .deviceTime: throw unknownDeviceTime(span)
    case .qubits, .gate, .subroutine:
      throw Diagnostic(
        "'\(names[name])' is \(entry.symbol.kindName), not a number", code: "type", at: span.range)
    }
  }

  /// Classical bits as a value.
  func bitsValue(_ list: IndexList, _ span: SourceSpan) throws(Diagnostic) -> Value {
    let count = list.count
    if !state.knownBits.isEmpty, count <= 4096,
      (0..<count).allSatisfy({ state.knownBits[list[$0]] != nil })
    {
      var words = [UInt64](repeating: 0, count: (count + 63) / 64)
      for position in 0..<count where state.knownBits[list[position]] == true {
        words[position / 64] |= 1 << UInt64(position % 64)
      }
      return .bits(count, words.map { .integer(Int64(bitPattern: $0)) })
    }
    if case .range(let range) = list {
      try checkValueWidth(range.count, span)
      return .bits(
        count,
        list.runs(limit: 64).map {
          .running(.bits(start: $0.lowerBound, count: $0.count), size: 1)
        })
    }
    var words: [Payload] = []
    var start = 0
    while start < count {
      let part = list.part(.range(start..<min(start + 64, count)))
      var word: Payload?
      var offset = 0
      for run in part.runs(limit: 64) {
        let piece = Payload.running(.bits(start: run.lowerBound, count: run.count), size: 1)
        let moved = try shifted(piece, by: offset, span)
        word =
          try word.map { other throws(Diagnostic) in
            try fold(.bitwiseOr, other, moved, span)
          } ?? moved
        offset += run.count
      }
      words.append(word ?? .integer(0))
      start += 64
    }
    return .bits(count, words)
  }

  // MARK: Indices

  private func evaluate(_ base: Expression, _ operations: [IndexOperation], _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    if case .identifier(let name) = base.kind {
      switch lookup(name)?.symbol {
      case .bits:
        guard
          let (_, operand) = try operand(Expression(.index(base, operations), span))
        else { break }
        guard let index = operand.index else { return try bitsValue(operand.list, span) }
        return .bits(1, [try bit(of: operand.list, at: index, span)])
      case .qubits:
        throw Diagnostic(
          "'\(names[name])' is a qubit register; measure it first", code: "type",
          at: base.span.range, hint: "bit b = measure \(names[name])[…];")
      default: break
      }
    }
    var value = try evaluate(base)
    for operation in operations {
      if case .array(let array) = value {
        value = try element(array, operation)
      } else {
        value = try bits(of: value, operation)
      }
    }
    return value
  }

  /// The bit of a list at an index computed while running.
  private func bit(of list: IndexList, at index: Payload, _ span: SourceSpan)
    throws(Diagnostic) -> Payload
  {
    if case .range(let range) = list {
      return .running(
        .bit(start: range.lowerBound, count: range.count, index: index.expression),
        size: index.size + 1)
    }
    let (_, words) = (list.count, try bitsValue(list, span))
    guard case .bits(_, let payloads) = words, payloads.count == 1 else {
      throw Diagnostic(
        "an index computed while running takes an alias of at most 64 bits",
        code: "not-simulated", at: span.range)
    }
    return try fold(
      .bitwiseAnd, fold(.shiftRightLogical, payloads[0], index, span), .integer(1), span)
  }

  /// Bits of an integer, angle or bit variable.
  private func bits(of value: Value, _ operation: IndexOperation) throws(Diagnostic) -> Value {
    guard let type = ScalarType(of: value), let width = type.bitWidth, operation.items.count == 1
    else {
      throw Diagnostic(
        "\(value.description) has no elements", code: "type", at: operation.span.range)
    }
    let words: [Payload]
    if case .bits(_, let own) = value { words = own } else { words = [try rawPayload(value)] }
    func single(_ position: Int) throws(Diagnostic) -> Payload {
      try fold(
        .bitwiseAnd, shifted(words[position / 64], by: -(position % 64), operation.span),
        .integer(1), operation.span)
    }
    switch try position(operation.items[0], count: width, span: operation.span) {
    case .single(let position): return .bits(1, [try single(position)])
    case .several(let positions):
      guard positions.count <= 64 else {
        throw Diagnostic(
          "at most 64 bits of a variable are taken at once", code: "not-simulated",
          at: operation.span.range)
      }
      if case .range(let range) = positions, words.count == 1, !range.isEmpty {
        let low = try shifted(words[0], by: -range.lowerBound, operation.span)
        return .bits(range.count, [wrapped(low, .bits(range.count))])
      }
      var result = Payload.integer(0)
      for offset in 0..<positions.count {
        result = try fold(
          .bitwiseOr, result,
          shifted(single(positions[offset]), by: offset, operation.span), operation.span)
      }
      return .bits(positions.count, [result])
    case .running(let index):
      guard words.count == 1 else {
        throw Diagnostic(
          "an index computed while running takes a variable of at most 64 bits",
          code: "not-simulated", at: operation.span.range)
      }
      return .bits(
        1,
        [
          try fold(
            .bitwiseAnd, fold(.shiftRightLogical, words[0], index, operation.span), .integer(1),
            operation.span)
        ])
    }
  }

  func rawPayload(_ value: Value) throws(Diagnostic) -> Payload {
    switch value {
    case .scalar(_, let payload): payload
    case .bits(_, let words): words.first ?? .integer(0)
    default: .integer(0)
    }
  }

  /// Part of an array; one element once every dimension has an index.
  func element(_ array: ArrayReference, _ operation: IndexOperation) throws(Diagnostic) -> Value {
    switch try select(array, operation) {
    case .known(let part):
      return part.sizes.isEmpty ? cellValue(part.cells[0]) : .array(part)
    case .running(let flat):
      guard array.cells.count <= 1024 else {
        throw Diagnostic(
          "an index computed while running takes an array of at most 1024 elements",
          code: "not-simulated", at: operation.span.range)
      }
      // Stored as a choice among variables: the index first, so that it is computed once.
      let index = temporarySlot(.int(64))
      emitAssign(flat.expression, slot: index)
      let result = temporarySlot(array.type)
      for position in 0..<array.cells.count {
        let outer = circuit.beginBlock()
        emitAssign(
          try rawPayload(cellValue(array.cells[position])).expression, slot: result)
        let block = circuit.endBlock(returningTo: outer)
        circuit.appendBranch(
          .binary(.equal, .variable(index), .integer(Int64(position))), then: block,
          otherwise: nil)
      }
      let payload = Payload.running(.variable(result), size: 1)
      if case .bits(let width) = array.type { return .bits(width, [payload]) }
      return .scalar(array.type, payload)
    }
  }

  enum Selection {
    case known(ArrayReference)
    /// The position of one element, computed while running.
    case running(Payload)
  }

  func select(_ array: ArrayReference, _ operation: IndexOperation) throws(Diagnostic) -> Selection
  {
    let span = operation.span
    guard operation.items.count <= array.sizes.count else {
      throw Diagnostic(
        "the array has \(counted(array.sizes.count, "dimension")), not \(operation.items.count)",
        code: "type", at: span.range)
    }
    var positions: [Position] = []
    for (item, size) in zip(operation.items, array.sizes) {
      positions.append(try position(item, count: size, span: span))
    }
    let isRunning = positions.contains { if case .running = $0 { true } else { false } }
    if isRunning {
      guard positions.count == array.sizes.count else {
        throw Diagnostic(
          "an index computed while running takes a single element of an array",
          code: "not-simulated", at: span.range)
      }
      var flat = Payload.integer(0)
      for (position, size) in zip(positions, array.sizes) {
        let index: Payload
        switch position {
        case .single(let known): index = .integer(Int64(known))
        case .running(let payload): index = payload
        case .several:
          throw Diagnostic(
            "an index computed while running takes a single element of an array",
            code: "not-simulated", at: span.range)
        }
        flat = try fold(
          .add, fold(.multiply, flat, .integer(Int64(size)), span), index, span)
      }
      return .running(flat)
    }
    // Row-major offsets, one dimension after the other.
    var offsets = [0]
    var sizes: [Int] = []
    for (dimension, size) in array.sizes.enumerated() {
      let chosen: IndexList
      if dimension < positions.count {
        switch positions[dimension] {
        case .single(let index): chosen = .range(index..<index + 1)
        case .several(let list):
          chosen = list
          sizes.append(list.count)
        case .running: chosen = .range(0..<0)
        }
      } else {
        chosen = .range(0..<size)
        sizes.append(size)
      }
      try noteApplications(chosen.count, span)
      let before = offsets
      offsets = before.flatMap { offset in
        (0..<chosen.count).map { offset * size + chosen[$0] }
      }
    }
    var part = array
    part.sizes = sizes
    part.cells = .list(offsets.map { array.cells[$0] })
    return .known(part)
  }

  // MARK: Concatenation

  private func concatenate(_ parts: [Expression], _ span: SourceSpan) throws(Diagnostic) -> Value {
    var arrays: [ArrayReference] = []
    var pieces: [(Int, [Payload])] = []
    for part in parts {
      switch try evaluate(part) {
      case .array(let array): arrays.append(array)
      case .bits(let width, let words): pieces.append((width, words))
      case let other:
        throw Diagnostic(
          "'++' joins bits or arrays, not \(other.description)", code: "type",
          at: part.span.range)
      }
    }
    if let first = arrays.first {
      guard pieces.isEmpty,
        arrays.allSatisfy({
          $0.type == first.type && $0.sizes.dropFirst() == first.sizes.dropFirst()
        })
      else {
        throw Diagnostic(
          "'++' joins arrays of one type whose sizes agree after the first", code: "type",
          at: span.range)
      }
      var result = first
      for array in arrays.dropFirst() {
        result.sizes[0] += array.sizes[0]
        result.cells = result.cells.appending(array.cells)
      }
      return .array(result)
    }
    // As with registers, the elements of the first part come first: its bit 0 is that of the whole.
    let width = pieces.reduce(0) { $0 + $1.0 }
    guard width <= 64 else {
      throw Diagnostic(
        "at most 64 bits are joined in a value; an alias joins registers of any size",
        code: "not-simulated", at: span.range)
    }
    var result = Payload.integer(0)
    var offset = 0
    for (count, words) in pieces {
      result = try fold(.bitwiseOr, result, shifted(words[0], by: offset, span), span)
      offset += count
    }
    return .bits(width, [result])
  }

  // MARK: Types

  func size(_ expression: Expression, _ what: String) throws(Diagnostic) -> Int {
    if version == 2 {
      guard case .integer(let value) = expression.kind, value > 0, value <= UInt64(Int.max) else {
        throw Diagnostic(
          "\(what) is an integer from 1 on", code: "range", at: expression.span.range)
      }
      return Int(value)
    }
    let value = try knownInteger(evaluate(expression), expression.span)
    guard value > 0 else {
      throw Diagnostic(
        "\(what) is at least 1, not \(value)", code: "range", at: expression.span.range)
    }
    return Int(value)
  }

  func scalarType(_ syntax: TypeSyntax) throws(Diagnostic) -> ScalarType {
    func width(_ missing: Int) throws(Diagnostic) -> Int {
      guard let expression = syntax.width else { return missing }
      let width = try size(expression, "a width")
      guard width <= 64 else {
        throw Diagnostic(
          "numbers have at most 64 bits, not \(width)", code: "not-simulated",
          at: expression.span.range)
      }
      return width
    }
    switch syntax.kind {
    case .bool: return .bool
    case .int: return .int(try width(64))
    case .uint: return .uint(try width(64))
    case .float:
      let width = try width(64)
      guard let format = FloatFormat(rawValue: width) else {
        throw Diagnostic(
          "a float has 16, 32 or 64 bits, not \(width)", code: "not-simulated",
          at: (syntax.width?.span ?? syntax.span).range)
      }
      return .float(format)
    case .angle: return .angle(syntax.width == nil ? nil : try width(64))
    case .complex: return .complex
    case .duration: return .duration
    case .bit:
      let count =
        try syntax.width.map { expression throws(Diagnostic) in
          try size(expression, "a register's size")
        } ?? 1
      guard count <= 1 << 16 else {
        throw Diagnostic(
          "a bit variable outside the outermost level has at most 65536 bits", code: "too-large",
          at: syntax.span.range)
      }
      return .bits(count)
    case .qubit, .array, .arrayReference:
      throw Diagnostic("expected a classical type here", code: "type", at: syntax.span.range)
    }
  }
}
