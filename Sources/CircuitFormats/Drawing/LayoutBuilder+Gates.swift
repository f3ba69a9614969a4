import QuantumCore

// How each kind of instruction looks.

extension LayoutBuilder {
  /// A group of targets, sorted out: rows of the qubits, texts of classical controls.
  struct Parts {
    struct Part {
      /// `nil` for a classical control.
      var row: Int?
      var isInverted: Bool
      var text: String
    }
    var all: [Part] = []
    /// Whether every qubit has a wire in the drawing.
    var allAreVisible = true
    var rows: [Int] { all.compactMap(\.row) }
  }

  mutating func draw(_ instruction: Instruction) {
    let definition = instruction.gate.definition
    if definition.isAnnotation { return drawAnnotation(instruction) }
    if instruction.gate == .mpad { return drawPadding(instruction) }
    let circuit = circuit
    circuit.forEachGroup(of: instruction) { group, bit in
      if isFull { return }
      let recordText = takeRecord(definition.recordsPerGroup)
      guard let parts = parts(of: group, circuit), parts.allAreVisible else { return }
      switch definition.category {
      case .noise where definition.shape == .whole, .pauliProduct:
        drawProduct(instruction, group, bit: bit, record: recordText)
      case .noise: drawNoise(instruction, parts, bit: bit, record: recordText)
      case .pairMeasurement where definition.shape == .products:
        drawProduct(instruction, group, bit: bit, record: recordText)
      case .collapse where definition.isMeasurement, .pairMeasurement:
        drawMeasurement(instruction, parts, bit: bit, record: recordText)
      default: drawUnitary(instruction, parts)
      }
    }
  }

  /// The name of the record made now, if it is known, and goes on to the next.
  private mutating func takeRecord(_ count: Int) -> String? {
    guard count > 0 else { return nil }
    let text = records.text().map { "rec[\($0)]" }
    records.advance(by: UInt64(count))
    return text
  }

  func parts(of group: ArraySlice<Target>, _ circuit: Circuit) -> Parts? {
    var parts = Parts()
    for target in group {
      if let qubit = target.qubit {
        let row = rows.row(ofQubit: qubit)
        if row == nil { parts.allAreVisible = false }
        parts.all.append(.init(row: row, isInverted: target.isInverted, text: ""))
      } else if target.isRecord {
        parts.all.append(
          .init(row: nil, isInverted: false, text: recordText(lookback: target.value)))
      } else if target.isSweep {
        parts.all.append(.init(row: nil, isInverted: false, text: "sweep[\(target.value)]"))
      }
    }
    return parts
  }

  // MARK: Measurements, noise, products

  private mutating func drawPadding(_ instruction: Instruction) {
    var texts: [String] = []
    let circuit = circuit
    circuit.forEachGroup(of: instruction) { group, bit in
      records.advance(by: 1)
      guard texts.count <= 16 else { return }
      let value = group.first.map { "\($0.value)" } ?? ""
      texts.append(bit.map { "\(value) → \(bitName($0))" } ?? value)
    }
    if texts.count > 16 { texts[16] = "…" }
    addHeader((["MPAD"] + texts).joined(separator: " "))
  }

  private func bitName(_ bit: Int) -> String {
    DrawingText.sanitized(labels.expressions.name(ofBits: bit, count: 1), limit: 32)
  }

  /// Adds the way of a result: down to its bit, or as a text after the first label.
  private func addResult(
    to operation: inout CircuitLayout.Operation, bit: Int?, record: String?
  ) {
    if let bit, let place = rows.place(ofBit: bit), let bottom = operation.span?.upperBound {
      operation.classicalLink = bottom...place.row
      operation.marks.append(.init(wire: place.row, symbol: .bit("\(place.index)")))
      return
    }
    guard let text = bit.map({ "→ " + bitName($0) }) ?? record,
      let first = operation.marks.indices.first,
      case .box(let label, let style) = operation.marks[first].symbol
    else { return }
    operation.marks[first].symbol = .box("\(label) \(text)", style)
  }

  /// Adds a line between the first and the last mark if they are on different wires.
  private func link(_ operation: inout CircuitLayout.Operation) {
    if let span = operation.span, span.count > 1 { operation.link = span }
  }

  private mutating func drawMeasurement(
    _ instruction: Instruction, _ parts: Parts, bit: Int?, record: String?
  ) {
    let text = labels.text(of: instruction)
    var operation = CircuitLayout.Operation()
    for part in parts.all {
      guard let row = part.row else { continue }
      operation.marks.append(
        .init(wire: row, symbol: .box((part.isInverted ? "!" : "") + text, .measurement)))
    }
    link(&operation)
    addResult(to: &operation, bit: bit, record: record)
    place(operation)
  }

  private mutating func drawNoise(
    _ instruction: Instruction, _ parts: Parts, bit: Int?, record: String?
  ) {
    let text = labels.text(of: instruction)
    let isOrdered = parts.all.count > 1 && !instruction.gate.isSymmetricPair
    var operation = CircuitLayout.Operation()
    for (index, part) in parts.all.enumerated() {
      guard let row = part.row else { continue }
      let label = isOrdered ? "\(index):\(text)" : text
      operation.marks.append(.init(wire: row, symbol: .box(label, .noise)))
    }
    link(&operation)
    addResult(to: &operation, bit: bit, record: record)
    place(operation)
  }

  /// Pauli products: one box a wire, `MPP[X]`, joined.
  private mutating func drawProduct(
    _ instruction: Instruction, _ group: ArraySlice<Target>, bit: Int?, record: String?
  ) {
    let definition = instruction.gate.definition
    let style: CircuitLayout.Style =
      definition.isNoise ? .noise : definition.isUnitary ? .gate : .measurement
    let text = labels.text(of: instruction)
    if group.isEmpty { return addHeader(text) }
    var factors: [(row: Int, letters: String)] = []
    for target in group {
      guard let qubit = target.qubit, let row = rows.row(ofQubit: qubit) else { continue }
      let letter = (target.isInverted ? "!" : "") + (target.pauli.map { "\($0.letter)" } ?? "?")
      if let index = factors.firstIndex(where: { $0.row == row }), factors[index].letters.width < 12
      {
        factors[index].letters += "*" + letter
      } else if !factors.contains(where: { $0.row == row }) {
        factors.append((row, letter))
      }
    }
    var operation = CircuitLayout.Operation()
    for factor in factors {
      operation.marks.append(
        .init(wire: factor.row, symbol: .box(Self.inserting(factor.letters, into: text), style)))
    }
    link(&operation)
    addResult(to: &operation, bit: bit, record: record)
    place(operation)
  }

  /// `MPP(0.1)`, `X` → `MPP X(0.1)`.
  private static func inserting(_ letters: String, into text: String) -> String {
    guard let parenthesis = text.lastIndex(of: "("), text.last == ")" else {
      return "\(text) \(letters)"
    }
    return "\(text[..<parenthesis]) \(letters)\(text[parenthesis...])"
  }

  // MARK: Unitaries and resets

  private mutating func drawUnitary(_ instruction: Instruction, _ parts: Parts) {
    guard let operation = unitaryOrReset(instruction, parts), operation.span != nil else {
      // On no qubit at all: a global phase, or a gate between classical bits.
      let texts = parts.all.map(\.text)
      let name = labels.text(of: instruction, name: instruction.gate.definition.name)
      return addHeader(([name] + texts).joined(separator: " "))
    }
    place(operation)
  }

  /// The look of a unitary or reset on one group; `nil` or empty if it acts on no qubit.
  mutating func unitaryOrReset(
    _ instruction: Instruction, _ parts: Parts
  ) -> CircuitLayout.Operation? {
    let definition = instruction.gate.definition
    if parts.rows.isEmpty { return nil }
    if definition.category == .collapse {
      return boxes(labels.text(of: instruction), .reset, parts.rows[...])
    }
    var own = parts.all[...]
    var controls = own.prefix(Int(instruction.controlCount))
    own = own.dropFirst(Int(instruction.controlCount))
    if let pair = definition.controlledPaulis, own.count == 2 {
      return controlledPauli(instruction, pair, controls, Array(own))
    }
    if let form = definition.controlledForm {
      controls += own.prefix(form.controlCount)
      own = own.dropFirst(form.controlCount)
    }
    return assemble(instruction, controls: controls, targets: own)
  }

  /// `PCQ` gates: a Z side is a control, an X side opposite to it a ⊕, others are boxes with the
  /// Pauli.
  private mutating func controlledPauli(
    _ instruction: Instruction, _ paulis: GateDefinition.ControlledPaulis,
    _ controls: ArraySlice<Parts.Part>, _ pair: [Parts.Part]
  ) -> CircuitLayout.Operation? {
    var operation = CircuitLayout.Operation()
    addControls(controls, to: &operation)
    let sides = [paulis.first, paulis.second]
    let classical = (controls + pair).filter { $0.row == nil }.map(\.text)
    let tag = circuit.tag(of: instruction)
    let suffix =
      (tag.isEmpty ? "" : "[\(DrawingText.sanitized(tag, limit: 16))]")
      + classical.map { "^" + $0 }.joined()
    for (index, part) in pair.enumerated() {
      guard let row = part.row else { continue }
      let (mine, other) = (sides[index], sides[1 - index])
      let symbol: CircuitLayout.Symbol
      if pair[1 - index].row == nil {
        // The other side is a classical bit: it controls in the Z basis, whatever the gate's own.
        let isPlain = other == .z
        let name = isPlain ? "\(mine.letter)" : instruction.gate.definition.name
        symbol = .box(name + suffix, .gate)
      } else if mine == .z {
        symbol = .control(isInverted: false)
      } else if mine == .x, other == .z, suffix.isEmpty {
        symbol = .not
      } else {
        symbol = .box("\(mine.letter)" + suffix, .gate)
      }
      operation.marks.append(.init(wire: row, symbol: symbol))
    }
    link(&operation)
    return operation
  }

  private func addControls(
    _ controls: ArraySlice<Parts.Part>, to operation: inout CircuitLayout.Operation
  ) {
    for control in controls {
      guard let row = control.row else { continue }
      operation.marks.append(.init(wire: row, symbol: .control(isInverted: control.isInverted)))
    }
  }

  private mutating func assemble(
    _ instruction: Instruction, controls: ArraySlice<Parts.Part>, targets: ArraySlice<Parts.Part>
  ) -> CircuitLayout.Operation {
    let definition = instruction.gate.definition
    let base = definition.controlledForm?.base ?? definition.gate
    let style: CircuitLayout.Style =
      base != .unitary
        && (definition.argumentCount.upperBound > 0 || definition.category == .rotation)
      ? .rotation : .gate
    var operation = CircuitLayout.Operation()
    addControls(controls, to: &operation)
    let isControlled = !operation.marks.isEmpty
    let classical = (controls + targets).filter { $0.row == nil }.map { "^" + $0.text }.joined()
    let text = labels.text(of: instruction) + classical
    let isPlain = classical.isEmpty && circuit.tag(of: instruction).isEmpty
    let rows = targets.compactMap(\.row)
    switch (base, rows.count) {
    case (_, 0): addPhase(instruction, style, to: &operation)
    case (.x, 1) where isControlled && isPlain:
      operation.marks.append(.init(wire: rows[0], symbol: .not))
    case (.z, 1) where isControlled && isPlain:
      operation.marks.append(.init(wire: rows[0], symbol: .control(isInverted: false)))
    case (.swap, 2) where isPlain:
      operation.marks += rows.map { .init(wire: $0, symbol: .cross) }
    case (_, 1): operation.marks.append(.init(wire: rows[0], symbol: .box(text, style)))
    default: addBox(text, style, rows, isOrdered: !base.isSymmetricPair, to: &operation)
    }
    link(&operation)
    return operation
  }

  /// A phase that only controls see: the last control carries it in a box.
  private mutating func addPhase(
    _ instruction: Instruction, _ style: CircuitLayout.Style,
    to operation: inout CircuitLayout.Operation
  ) {
    guard !operation.marks.isEmpty else { return }
    let index =
      operation.marks.lastIndex { $0.symbol == .control(isInverted: false) }
      ?? operation.marks.count - 1
    let isInverted = operation.marks[index].symbol == .control(isInverted: true)
    let text = labels.text(of: instruction, name: instruction.gate == .globalPhase ? "P" : nil)
    operation.marks[index].symbol = .box(text + (isInverted ? " on 0" : ""), style)
  }

  /// One box over all rows, or boxes with numbers where a control stands between them.
  private func addBox(
    _ text: String, _ style: CircuitLayout.Style, _ rows: [Int], isOrdered: Bool,
    to operation: inout CircuitLayout.Operation
  ) {
    guard let low = rows.min(), let high = rows.max() else { return }
    if operation.marks.contains(where: { (low...high).contains($0.wire) }) {
      for (index, row) in rows.enumerated() {
        let label = isOrdered ? "\(index):\(text)" : text
        operation.marks.append(.init(wire: row, symbol: .box(label, style)))
      }
    } else {
      operation.block = .init(
        wires: low...high, label: text, style: style, members: rows, isOrdered: isOrdered)
    }
  }

  private func boxes(
    _ text: String, _ style: CircuitLayout.Style, _ rows: ArraySlice<Int>
  ) -> CircuitLayout.Operation {
    .init(marks: rows.map { .init(wire: $0, symbol: .box(text, style)) })
  }
}
