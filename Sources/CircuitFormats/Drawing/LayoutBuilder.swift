import QuantumCore

/// Packs a circuit into columns.
struct LayoutBuilder {
  var layout = CircuitLayout()
  let circuit: Circuit
  let rows: LayoutWires
  var labels: GateLabels
  var records = SequenceIndex()
  var detectors = SequenceIndex()

  /// First column free on each wire.
  private var frontier: [Int]
  /// First column free on the line of headers.
  private var headerFrontier = 0
  /// Columns before this one are closed: a divider or the edge of a frame is there.
  private var floor = 0
  /// Characters that the columns take in a text drawing, roughly.
  private var characters = 0
  private var columnWidths: [Int] = []
  private(set) var isFull = false

  /// Lines about detectors and observables.
  private var annotationNotes: [String] = []
  private var coordinates: [String] = []
  /// The header that the next detector or observable joins.
  private var openHeader: JoinedHeader?

  /// A header over a run of detectors and observables: `D0..D3, L0`.
  private struct JoinedHeader {
    let index: Int
    /// What comes before the current run.
    var prefix = ""
    var first: String
  }

  private var wasTooDeep = false

  init(_ circuit: Circuit) {
    self.circuit = circuit
    rows = LayoutWires(circuit)
    labels = GateLabels(circuit)
    layout.wires = rows.wires
    frontier = [Int](repeating: 0, count: rows.wires.count)
  }

  static func layout(of circuit: Circuit) -> CircuitLayout {
    var builder = LayoutBuilder(circuit)
    builder.draw(.root, depth: 0)
    return builder.finished()
  }

  private func finished() -> CircuitLayout {
    var result = layout
    // Stable: operations of a column keep their order.
    result.operations = layout.operations.enumerated().sorted {
      ($0.element.column, $0.offset) < ($1.element.column, $1.offset)
    }.map(\.element)
    if !coordinates.isEmpty { result.notes += Self.paragraph("Coordinates:", coordinates) }
    result.notes += annotationNotes + labels.notes + rows.notes
    if wasTooDeep {
      result.notes.append("… blocks nested deeper than \(CircuitLayout.Limit.depth) left out")
    }
    if isFull { result.notes.append("… the rest of the circuit is left out") }
    if layout.wires.isEmpty, layout.columnCount == 0, result.notes.isEmpty {
      result.notes.append("(empty circuit)")
    }
    return result
  }

  /// Entries in lines of about 76 characters.
  private static func paragraph(_ title: String, _ entries: [String]) -> [String] {
    var lines = [title]
    var isFresh = true
    for entry in entries {
      if !isFresh, lines[lines.count - 1].width + entry.width > 76 {
        lines.append(String(repeating: " ", count: title.width))
      }
      lines[lines.count - 1] += (isFresh ? " " : "  ") + entry
      isFresh = false
    }
    return lines
  }

  // MARK: Blocks

  private mutating func draw(_ block: BlockID, depth: Int) {
    guard depth <= CircuitLayout.Limit.depth else {
      wasTooDeep = true
      addHeader("…")
      return
    }
    for node in circuit.nodes(of: block) {
      if isFull { return }
      switch node {
      case .instruction(let instruction): draw(instruction)
      case .repeatBlock(let count, let body, let tag):
        drawRepeat(count: count, body: body, tag: tag, depth: depth)
      case .branch(let condition, let then, let otherwise):
        drawBranch(circuit.expression(condition), then, otherwise, depth: depth)
      case .loop(let condition, let body):
        drawLoop(circuit.expression(condition), body, depth: depth)
      case .assign(let destination, let value):
        drawAssignment(to: destination, circuit.expression(value))
      case .leave(let departure): drawDeparture(departure)
      }
    }
  }

  private mutating func drawRepeat(count: UInt64, body: BlockID, tag: TagID, depth: Int) {
    let tally = SequenceTally(of: body, in: circuit, depth: depth + 1)
    let name = circuit.tag(tag)
    let label =
      name.isEmpty ? "REPEAT" : "REPEAT[\(DrawingText.sanitized(name, limit: 16))]"
    let frame = openFrame("\(label) \(count) ×", depth: depth)
    records.enter(step: tally.records)
    detectors.enter(step: tally.detectors)
    draw(body, depth: depth + 1)
    records.leave(turns: count)
    detectors.leave(turns: count)
    closeFrame(frame)
  }

  private mutating func drawBranch(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?, depth: Int
  ) {
    if otherwise == nil, drawConditionedGate(condition, then) { return }
    let before = (records, detectors)
    let frame = openFrame("if " + conditionText(condition), depth: depth)
    draw(then, depth: depth + 1)
    var tally = SequenceTally(of: then, in: circuit, depth: depth + 1)
    var other = SequenceTally(records: 0, detectors: 0)
    if let otherwise {
      (records, detectors) = before
      addEdge("else", to: frame)
      draw(otherwise, depth: depth + 1)
      other = SequenceTally(of: otherwise, in: circuit, depth: depth + 1)
    }
    closeFrame(frame)
    if tally.records != other.records { tally.records = nil }
    if tally.detectors != other.detectors { tally.detectors = nil }
    (records, detectors) = before
    records.advance(by: tally.records)
    detectors.advance(by: tally.detectors)
  }

  private mutating func drawLoop(_ condition: ClassicalExpression, _ body: BlockID, depth: Int) {
    let tally = SequenceTally(of: body, in: circuit, depth: depth + 1)
    if tally.records != 0 { records.forget() }
    if tally.detectors != 0 { detectors.forget() }
    let frame = openFrame("while " + conditionText(condition), depth: depth)
    draw(body, depth: depth + 1)
    closeFrame(frame)
  }

  private mutating func conditionText(_ condition: ClassicalExpression) -> String {
    let text = DrawingText.sanitized(labels.expressions.condition(condition), limit: 2000)
    return text.width <= 2 * CircuitLayout.Limit.label ? text : labels.reference(to: text)
  }

  /// Draws `if (condition) gate` as a gate joined to a box on the classical wire, where that says
  /// it all.
  private mutating func drawConditionedGate(
    _ condition: ClassicalExpression, _ block: BlockID
  ) -> Bool {
    let nodes = circuit.nodes(of: block)
    guard nodes.count == 1, case .instruction(let instruction) = nodes[0],
      let wire = wire(of: condition)
    else { return false }
    let definition = instruction.gate.definition
    guard definition.isUnitary || [.reset, .resetX, .resetY].contains(instruction.gate),
      definition.shape != .products, circuit.groupCount(of: instruction) == 1
    else { return false }
    let text = DrawingText.sanitized(labels.expressions.condition(condition), limit: 2000)
    guard text.width <= CircuitLayout.Limit.label else { return false }
    var operation: CircuitLayout.Operation?
    let circuit = circuit
    circuit.forEachGroup(of: instruction) { group, _ in
      if let parts = parts(of: group, circuit), parts.allAreVisible {
        operation = unitaryOrReset(instruction, parts)
      }
    }
    guard var operation, let span = operation.span, span.upperBound < wire else { return false }
    operation.classicalLink = span.upperBound...wire
    operation.marks.append(.init(wire: wire, symbol: .box(text, .classical)))
    place(operation)
    return true
  }

  /// The row of the first classical register in an expression.
  private func wire(of expression: ClassicalExpression) -> Int? {
    switch expression {
    case .bits(let start, _): rows.place(ofBit: start)?.row
    case .binary(_, .bits(let start, _), .literal): rows.place(ofBit: start)?.row
    case .unary(.logicalNot, .bits(let start, _)): rows.place(ofBit: start)?.row
    default: nil
    }
  }

  private mutating func drawAssignment(
    to destination: ClassicalDestination, _ value: ClassicalExpression
  ) {
    let row =
      switch destination {
      case .bits(let start, _), .bit(let start, _, _): rows.place(ofBit: start)?.row
      case .variable(let index): rows.row(ofVariable: index)
      }
    let name = labels.expressions.name(of: destination)
    let full = DrawingText.sanitized("\(name) = \(labels.expressions.text(of: value))", limit: 2000)
    let text = full.width <= CircuitLayout.Limit.label ? full : labels.reference(to: full)
    guard let row else { return addHeader(text) }
    place(.init(marks: [.init(wire: row, symbol: .box(text, .classical))]))
  }

  private mutating func drawDeparture(_ departure: Departure) {
    let text =
      switch departure {
      case .endLoop(let levels): levels == 1 ? "break" : "break \(levels)"
      case .nextTurn(let levels): levels == 1 ? "continue" : "continue \(levels)"
      case .halt: "end"
      }
    addDivider(text)
  }
}

// MARK: - Placing

extension LayoutBuilder {
  /// Puts an operation into the first column free on all wires it spans.
  mutating func place(_ operation: CircuitLayout.Operation) {
    guard let span = operation.span, !isFull else { return }
    openHeader = nil
    var operation = operation
    var column = floor
    for wire in span { column = max(column, frontier[wire]) }
    for wire in span { frontier[wire] = column + 1 }
    operation.column = column
    layout.operations.append(operation)
    note(width: operation.width, inColumn: column)
    if layout.operations.count >= CircuitLayout.Limit.operations { isFull = true }
  }

  /// Notes that a column is in use and how wide.
  private mutating func note(width: Int, inColumn column: Int) {
    layout.columnCount = max(layout.columnCount, column + 1)
    while columnWidths.count <= column {
      columnWidths.append(1)
      characters += 2
    }
    if width > columnWidths[column] {
      characters += width - columnWidths[column]
      columnWidths[column] = width
    }
    let height = 3 * layout.wires.count + 2 * CircuitLayout.Limit.depth
    if layout.columnCount >= CircuitLayout.Limit.columns
      || characters >= CircuitLayout.Limit.characters / height
    {
      isFull = true
    }
  }

  /// Takes a column across all wires.
  private mutating func takeColumn(width: Int = 1) -> Int {
    openHeader = nil
    let column = max(floor, layout.columnCount)
    floor = column + 1
    headerFrontier = column + 1
    note(width: width, inColumn: column)
    return column
  }

  mutating func addDivider(_ text: String) {
    guard !layout.wires.isEmpty else { return addHeader(text.isEmpty ? "TICK" : text) }
    layout.dividers.append(.init(column: takeColumn(width: max(1, text.width)), text: text))
  }

  /// Puts a text above the wires, at the columns reached.
  mutating func addHeader(_ text: String) {
    guard !isFull else { return }
    openHeader = nil
    let column = max(floor, headerFrontier, layout.columnCount - 1)
    headerFrontier = column + 1
    layout.headers.append(.init(column: column, text: text))
    note(width: text.width, inColumn: column)
  }

  private mutating func openFrame(_ label: String, depth: Int) -> Int {
    let column = takeColumn()
    layout.frames.append(
      .init(depth: depth, edges: [.init(column: column, label: label)], closingColumn: column))
    note(width: label.width, inColumn: column)
    return layout.frames.count - 1
  }

  private mutating func addEdge(_ label: String, to frame: Int) {
    layout.frames[frame].edges.append(.init(column: takeColumn(), label: label))
  }

  /// Also when the drawing is full: every frame ends somewhere.
  private mutating func closeFrame(_ frame: Int) {
    layout.frames[frame].closingColumn = takeColumn()
  }
}

// MARK: - Annotations

extension LayoutBuilder {
  mutating func drawAnnotation(_ instruction: Instruction) {
    switch instruction.gate {
    case .tick: addDivider("")
    case .detector: drawDetector(instruction)
    case .observableInclude: drawObservable(instruction)
    case .qubitCoords: noteCoordinates(instruction)
    case .shiftCoords: addHeader(labels.text(of: instruction, name: "SHIFT"))
    case .barrier: drawBarrier(instruction)
    case .delay: drawDelay(instruction)
    default: addHeader(labels.text(of: instruction))
    }
  }

  private mutating func drawDetector(_ instruction: Instruction) {
    let name = detectors.text().map { Self.indexed("D", $0) } ?? "D"
    detectors.advance(by: 1)
    addJoinedHeader(name)
    let place = circuit.arguments(of: instruction).map { NumberText.coordinate($0) }
      .joined(separator: ", ")
    addAnnotationNote(
      "\(name)\(tagText(instruction)) = \(recordsText(instruction))"
        + (place.isEmpty ? "" : "  at (\(place))"))
  }

  private mutating func drawObservable(_ instruction: Instruction) {
    let number = circuit.arguments(of: instruction).first ?? 0
    let name = "L\(NumberText.coordinate(number))"
    addJoinedHeader(name)
    addAnnotationNote("\(name)\(tagText(instruction)) += \(recordsText(instruction))")
  }

  private func tagText(_ instruction: Instruction) -> String {
    let tag = circuit.tag(of: instruction)
    return tag.isEmpty ? "" : "[\(DrawingText.sanitized(tag, limit: 64))]"
  }

  private mutating func addAnnotationNote(_ text: String) {
    if annotationNotes.count < CircuitLayout.Limit.notes {
      annotationNotes.append(DrawingText.sanitized(text, limit: 2000))
    } else {
      isFull = true
    }
  }

  /// A run of detectors and observables shares one header.
  private mutating func addJoinedHeader(_ name: String) {
    guard var open = openHeader else {
      addHeader(name)
      if !isFull { openHeader = JoinedHeader(index: layout.headers.count - 1, first: name) }
      return
    }
    let text = layout.headers[open.index].text
    if open.first.prefix(1) != name.prefix(1), text.width < CircuitLayout.Limit.label {
      open.prefix = text + ", "
      open.first = name
    }
    openHeader = open
    let run = open.first == name ? name : "\(open.first)..\(name)"
    layout.headers[open.index].text = open.prefix + run
    note(width: (open.prefix + run).width, inColumn: layout.headers[open.index].column)
  }

  private func recordsText(_ instruction: Instruction) -> String {
    let targets = circuit.targets(of: instruction).prefix(300)
    if targets.isEmpty { return "0" }
    return targets.map { target in
      target.isRecord ? recordText(lookback: target.value) : "\(target)"
    }.joined(separator: " ⊕ ")
  }

  /// `rec[5]` where the place is known, `rec[-2]` elsewhere.
  func recordText(lookback: Int) -> String {
    "rec[\(records.text(back: lookback) ?? "-\(lookback)")]"
  }

  private static func indexed(_ name: String, _ index: String) -> String {
    index.utf8.allSatisfy { (48...57).contains($0) } ? name + index : "\(name)[\(index)]"
  }

  private mutating func noteCoordinates(_ instruction: Instruction) {
    let place = circuit.arguments(of: instruction).map { NumberText.coordinate($0) }
      .joined(separator: ", ")
    for target in circuit.targets(of: instruction) where coordinates.count < 5000 {
      guard let qubit = target.qubit, let row = rows.row(ofQubit: qubit) else { continue }
      coordinates.append("\(layout.wires[row].label) (\(place))")
    }
  }

  /// A box on every wire that waits.
  private mutating func drawDelay(_ instruction: Instruction) {
    let text = labels.text(of: instruction)
    let wires = circuit.targets(of: instruction).compactMap { $0.qubit.flatMap(rows.row(ofQubit:)) }
    guard !wires.isEmpty else { return }
    place(.init(marks: wires.sorted().map { .init(wire: $0, symbol: .box(text, .gate)) }))
  }

  private mutating func drawBarrier(_ instruction: Instruction) {
    let wires = Set(
      circuit.targets(of: instruction).compactMap { $0.qubit.flatMap(rows.row(ofQubit:)) })
    place(.init(marks: wires.sorted().map { .init(wire: $0, symbol: .barrier) }))
  }
}

extension CircuitLayout.Operation {
  /// All wires the operation covers.
  var span: ClosedRange<Int>? {
    var low = Int.max
    var high = Int.min
    func include(_ range: ClosedRange<Int>) {
      low = min(low, range.lowerBound)
      high = max(high, range.upperBound)
    }
    for mark in marks { include(mark.wire...mark.wire) }
    if let block { include(block.wires) }
    if let link { include(link) }
    if let classicalLink { include(classicalLink) }
    return low <= high ? low...high : nil
  }

  /// Characters that the widest part takes in a text drawing, roughly.
  fileprivate var width: Int {
    var width = block.map { $0.label.width + 6 } ?? 1
    for mark in marks {
      if case .box(let text, _) = mark.symbol { width = max(width, text.width + 4) }
    }
    return width
  }
}
