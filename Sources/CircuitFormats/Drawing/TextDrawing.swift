import QuantumCore

/// Draws a layout with characters.
struct TextDrawing {
  private let layout: CircuitLayout
  private let ascii: Bool
  private let symbols: Symbols
  /// Width of the labels before the wires.
  private let margin: Int
  private let labels: [String]
  private let columnWidths: [Int]
  /// What a column needs after it in the same part: room for the text of a frame.
  private let reserves: [Int: Int]
  /// Indices of operations by column: those of column c are `starts[c]..<starts[c + 1]`.
  private let starts: [Int]

  private struct Symbols {
    let control, invertedControl, not, cross, barrier, tick, before, after: String
    static let unicode = Symbols(
      control: "●", invertedControl: "○", not: "⊕", cross: "×", barrier: "░", tick: "┊",
      before: "«", after: "»")
    static let ascii = Symbols(
      control: "@", invertedControl: "o", not: "X", cross: "x", barrier: "#", tick: ":",
      before: "<", after: ">")
  }

  init(_ layout: CircuitLayout, ascii: Bool) {
    let layout = ascii ? layout.inASCII() : layout
    self.layout = layout
    self.ascii = ascii
    symbols = ascii ? .ascii : .unicode
    labels = layout.wires.map { wire in
      wire.isClassical ? "\(wire.label):" + (wire.size.map { " \($0)/" } ?? " ") : "\(wire.label): "
    }
    margin = labels.map(\.width).max() ?? 0
    var starts = [Int](repeating: 0, count: layout.columnCount + 1)
    for operation in layout.operations { starts[operation.column + 1] += 1 }
    for column in 0..<layout.columnCount { starts[column + 1] += starts[column] }
    self.starts = starts
    (columnWidths, reserves) = Self.measured(layout)
  }

  /// The drawing, in parts of at most `width` columns (but at least one of the layout's) if `width`
  /// is positive.
  func text(width: Int) -> String {
    var bytes: [UInt8] = []
    if !layout.wires.isEmpty || layout.columnCount > 0 {
      let parts = parts(width: width)
      for (index, part) in parts.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: "\n")) }
        draw(
          part, limit: width > 0 ? width : .max, isFirst: index == 0,
          isLast: index == parts.count - 1, to: &bytes)
      }
    }
    if !layout.notes.isEmpty, !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    for note in layout.notes {
      for line in width > 0 ? DrawingText.wrapped(note, to: max(width, 40)) : [note] {
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Measuring

  private static func measured(_ layout: CircuitLayout) -> (widths: [Int], reserves: [Int: Int]) {
    var widths = [Int](repeating: 1, count: layout.columnCount)
    for operation in layout.operations {
      widths[operation.column] = max(widths[operation.column], width(of: operation))
    }
    for header in layout.headers {
      widths[header.column] = max(widths[header.column], header.text.width)
    }
    for divider in layout.dividers {
      widths[divider.column] = max(widths[divider.column], divider.text.width)
    }
    var reserves: [Int: Int] = [:]
    // Inner frames are after outer ones, and may widen what the outer ones hold.
    for frame in layout.frames.reversed() {
      for (index, edge) in frame.edges.enumerated() {
        let next =
          index + 1 < frame.edges.count ? frame.edges[index + 1].column : frame.closingColumn
        let needed = edge.label.width + 3
        var room = 0
        for column in edge.column..<max(edge.column, next) where room < needed {
          room += widths[column] + 1
        }
        if room < needed { widths[edge.column] += needed - room }
        reserves[edge.column] = needed
      }
    }
    return (widths, reserves)
  }

  private static func width(of operation: CircuitLayout.Operation) -> Int {
    var width = 1
    for mark in operation.marks { width = max(width, Self.width(of: mark.symbol)) }
    if let block = operation.block { width = max(width, self.width(of: block)) }
    return width
  }

  private static func width(of symbol: CircuitLayout.Symbol) -> Int {
    switch symbol {
    case .box(let text, let style): text.width + (isTight(style) ? 2 : 4)
    case .bit(let text): text.width
    case .control, .not, .cross, .barrier: 1
    }
  }

  /// Measurements are narrow, for the stairs that measuring many qubits makes; noise stands in
  /// braces.
  private static func isTight(_ style: CircuitLayout.Style) -> Bool {
    style == .measurement || style == .noise
  }

  private static func width(of block: CircuitLayout.Block) -> Int {
    let pins = block.isOrdered ? "\(block.members.count - 1)".width : 0
    return block.label.width + 4 + pins
  }

  private func parts(width: Int) -> [Range<Int>] {
    guard width > 0 else { return [0..<layout.columnCount] }
    let room = max(1, width - margin - 1)
    var parts: [Range<Int>] = []
    var start = 0
    var used = 0
    for column in 0..<layout.columnCount {
      let needed = max(columnWidths[column] + 1, min(reserves[column] ?? 0, room))
      if column > start, used + needed > room {
        parts.append(start..<column)
        (start, used) = (column, 0)
      }
      used += columnWidths[column] + 1
    }
    parts.append(start..<layout.columnCount)
    return parts
  }

  // MARK: One part

  /// The lines and columns of one part of the drawing.
  private struct Part {
    let columns: Range<Int>
    /// Left end of each column.
    var lefts: [Int] = []
    var width = 0
    /// Line of each wire.
    var wireLines: [Int] = []
    var frameLines = 0
    var headerLine: Int?
    var firstLine = 0
    var lastLine = 0
    var height = 0

    func left(_ column: Int) -> Int { lefts[column - columns.lowerBound] }
  }

  private func operations(in columns: Range<Int>) -> ArraySlice<CircuitLayout.Operation> {
    layout.operations[starts[columns.lowerBound]..<starts[columns.upperBound]]
  }

  private func draw(
    _ columns: Range<Int>, limit: Int, isFirst: Bool, isLast: Bool, to bytes: inout [UInt8]
  ) {
    let part = measuredPart(columns, limit: limit)
    var canvas = TextCanvas(width: part.width, height: part.height)
    for (index, wire) in layout.wires.enumerated() {
      let line = part.wireLines[index]
      canvas.write(labels[index], line: line, x: margin - labels[index].width)
      let arms: TextCanvas.Arms = wire.isClassical ? .horizontal.doubled : .horizontal
      for x in margin..<part.width { canvas.set(arms, line: line, x: x) }
      if !isFirst { canvas.write(symbols.before, line: line, x: margin) }
      if !isLast { canvas.write(symbols.after, line: line, x: part.width - 1) }
    }
    for frame in layout.frames { draw(frame, in: part, on: &canvas) }
    for divider in layout.dividers where columns.contains(divider.column) {
      let x = center(divider.column, part)
      for line in part.firstLine...max(part.firstLine, part.lastLine) {
        canvas.write(symbols.tick, line: line, x: x)
      }
      write(divider.text, inColumn: divider.column, part, on: &canvas)
    }
    for header in layout.headers where columns.contains(header.column) {
      write(header.text, inColumn: header.column, part, on: &canvas)
    }
    for operation in operations(in: columns) { draw(operation, in: part, on: &canvas) }
    canvas.write(to: &bytes, ascii: ascii)
  }

  private func write(
    _ text: String, inColumn column: Int, _ part: Part, on canvas: inout TextCanvas
  ) {
    guard let line = part.headerLine else { return }
    canvas.write(text, line: line, x: center(column, part) - (text.width - 1) / 2)
  }

  private func center(_ column: Int, _ part: Part) -> Int {
    part.left(column) + (columnWidths[column] - 1) / 2
  }

  private func measuredPart(_ columns: Range<Int>, limit: Int) -> Part {
    var part = Part(columns: columns)
    var x = margin + 1
    for column in columns {
      part.lefts.append(x)
      x += columnWidths[column] + 1
    }
    part.width = max(x, margin + 1)
    // The text of a frame may be longer than what is left of the frame in this part.
    for column in columns {
      if let reserve = reserves[column] {
        part.width = max(part.width, min(part.left(column) + reserve, limit))
      }
    }
    for frame in layout.frames where Self.overlaps(frame, columns) {
      part.frameLines = max(part.frameLines, frame.depth + 1)
    }
    let hasHeader =
      layout.headers.contains { columns.contains($0.column) }
      || layout.dividers.contains { columns.contains($0.column) && !$0.text.isEmpty }
    var line = part.frameLines
    if hasHeader {
      part.headerLine = line
      line += 1
    }
    part.firstLine = line
    let gaps = gaps(in: columns)
    line += gaps.above
    for wire in layout.wires.indices {
      part.wireLines.append(line)
      line += 1 + gaps.below[wire]
    }
    part.lastLine = line - 1
    part.height = line + part.frameLines
    return part
  }

  private static func overlaps(_ frame: CircuitLayout.Frame, _ columns: Range<Int>) -> Bool {
    guard let opening = frame.edges.first?.column else { return false }
    return opening < columns.upperBound && frame.closingColumn >= columns.lowerBound
  }

  /// Numbers of lines above the first wire and below each: one between wires, two where boxes of
  /// one column would meet.
  private func gaps(in columns: Range<Int>) -> (above: Int, below: [Int]) {
    let count = layout.wires.count
    var below = [Int](repeating: 1, count: count)
    if count > 0 { below[count - 1] = 0 }
    var above = 0
    var bottoms = [Int](repeating: -1, count: count)
    var tops = [Int](repeating: -1, count: count)
    func occupyTop(_ wire: Int, _ column: Int) {
      tops[wire] = column
      if wire == 0 {
        above = 1
      } else if bottoms[wire - 1] == column {
        below[wire - 1] = 2
      }
    }
    func occupyBottom(_ wire: Int, _ column: Int) {
      bottoms[wire] = column
      if wire == count - 1 {
        below[wire] = 1
      } else if tops[wire + 1] == column {
        below[wire] = 2
      }
    }
    for operation in operations(in: columns) {
      if let block = operation.block {
        occupyTop(block.wires.lowerBound, operation.column)
        occupyBottom(block.wires.upperBound, operation.column)
      }
      for mark in operation.marks {
        switch mark.symbol {
        case .box(_, let style) where style != .noise:
          occupyTop(mark.wire, operation.column)
          occupyBottom(mark.wire, operation.column)
        case .bit: occupyBottom(mark.wire, operation.column)
        default: break
        }
      }
    }
    return (above, below)
  }

  // MARK: Frames

  private func draw(
    _ frame: CircuitLayout.Frame, in part: Part, on canvas: inout TextCanvas
  ) {
    guard Self.overlaps(frame, part.columns), let opening = frame.edges.first?.column else {
      return
    }
    let top = frame.depth
    let bottom = part.height - 1 - frame.depth
    let start = part.columns.contains(opening) ? part.left(opening) : margin
    let closes = part.columns.contains(frame.closingColumn)
    let end = closes ? part.left(frame.closingColumn) : part.width - 1
    for line in [top, bottom] {
      for x in start...max(start, end) { canvas.add(.horizontal, line: line, x: x) }
    }
    for edge in frame.edges where part.columns.contains(edge.column) {
      drawEdge(
        part.left(edge.column), top...bottom, isOpening: edge.column == opening, isClosing: false,
        on: &canvas)
      // Only a text wider than the whole drawing is cut.
      let room = max(0, part.width - part.left(edge.column) - 3)
      canvas.write(
        " " + DrawingText.shortened(edge.label, to: room, ascii: ascii) + " ", line: top,
        x: part.left(edge.column) + 1)
    }
    if closes { drawEdge(end, top...bottom, isOpening: false, isClosing: true, on: &canvas) }
  }

  private func drawEdge(
    _ x: Int, _ lines: ClosedRange<Int>, isOpening: Bool, isClosing: Bool,
    on canvas: inout TextCanvas
  ) {
    var sides: TextCanvas.Arms = []
    if !isOpening { sides.insert(.left) }
    if !isClosing { sides.insert(.right) }
    canvas.set(sides.union(TextCanvas.Arms.down.doubled), line: lines.lowerBound, x: x)
    canvas.set(sides.union(TextCanvas.Arms.up.doubled), line: lines.upperBound, x: x)
    for line in lines.dropFirst().dropLast() {
      canvas.add(TextCanvas.Arms.vertical.doubled, line: line, x: x)
    }
  }

  // MARK: Operations

  /// A part of an operation that links can be tied to.
  private struct Anchor {
    var top: Int
    var bottom: Int
    /// Whether the line ends in an edge rather than at a symbol.
    var joinsAbove: Bool
    var joinsBelow: Bool
    var wire: Int
  }

  private func draw(
    _ operation: CircuitLayout.Operation, in part: Part, on canvas: inout TextCanvas
  ) {
    let x = center(operation.column, part)
    var anchors: [Anchor] = []
    if let block = operation.block {
      anchors.append(draw(block, at: x, in: part, on: &canvas))
    }
    for mark in operation.marks { anchors.append(draw(mark, at: x, in: part, on: &canvas)) }
    anchors.sort { $0.wire < $1.wire }
    for (upper, lower) in zip(anchors, anchors.dropFirst()) {
      if let link = operation.classicalLink, link.upperBound == lower.wire {
        tie(upper, lower, isDouble: true, at: x, on: &canvas)
      } else if operation.link != nil {
        tie(upper, lower, isDouble: false, at: x, on: &canvas)
      } else if lower.wire == upper.wire + 1, upper.bottom < lower.top {
        drawBarrierGap(operation, upper, lower, at: x, on: &canvas)
      }
    }
  }

  private func drawBarrierGap(
    _ operation: CircuitLayout.Operation, _ upper: Anchor, _ lower: Anchor, at x: Int,
    on canvas: inout TextCanvas
  ) {
    guard operation.marks.first?.symbol == .barrier else { return }
    for line in upper.bottom..<lower.top { canvas.write(symbols.barrier, line: line, x: x) }
  }

  private func tie(
    _ upper: Anchor, _ lower: Anchor, isDouble: Bool, at x: Int, on canvas: inout TextCanvas
  ) {
    func arms(_ arms: TextCanvas.Arms) -> TextCanvas.Arms { isDouble ? arms.doubled : arms }
    if upper.joinsBelow { canvas.add(arms(.down), line: upper.bottom, x: x) }
    for line in upper.bottom + 1..<max(upper.bottom + 1, lower.top) {
      canvas.add(arms(.vertical), line: line, x: x)
    }
    if lower.joinsAbove { canvas.add(arms(.up), line: lower.top, x: x) }
  }

  private func draw(
    _ mark: CircuitLayout.Mark, at x: Int, in part: Part, on canvas: inout TextCanvas
  ) -> Anchor {
    let line = part.wireLines[mark.wire]
    var anchor = Anchor(
      top: line, bottom: line, joinsAbove: false, joinsBelow: false, wire: mark.wire)
    switch mark.symbol {
    case .box(let text, .noise):
      canvas.write("{\(text)}", line: line, x: x - (text.width + 1) / 2)
    case .box(let text, let style):
      let width = Self.width(of: mark.symbol)
      let left = x - (width - 1) / 2
      drawBox(
        left..<left + width, line - 1...line + 1,
        wires: [(line, layout.wires[mark.wire].isClassical)], on: &canvas)
      canvas.write(text, line: line, x: left + (Self.isTight(style) ? 1 : 2))
      anchor = Anchor(
        top: line - 1, bottom: line + 1, joinsAbove: true, joinsBelow: true, wire: mark.wire)
    case .control(let isInverted):
      canvas.write(isInverted ? symbols.invertedControl : symbols.control, line: line, x: x)
    case .not: canvas.write(symbols.not, line: line, x: x)
    case .cross: canvas.write(symbols.cross, line: line, x: x)
    case .barrier: canvas.write(symbols.barrier, line: line, x: x)
    case .bit(let text):
      canvas.write(text, line: line + 1, x: x - (text.width - 1) / 2)
      if ascii { canvas.write("v", line: line, x: x) }
      anchor.joinsAbove = true
    }
    return anchor
  }

  /// Draws edges, empties the inside, and ends the wires at the edges.
  private func drawBox(
    _ columns: Range<Int>, _ lines: ClosedRange<Int>, wires: [(line: Int, isClassical: Bool)],
    on canvas: inout TextCanvas
  ) {
    let (left, right) = (columns.lowerBound, columns.upperBound - 1)
    for line in lines {
      for x in columns { canvas.clear(line: line, x: x) }
      canvas.set(.vertical, line: line, x: left)
      canvas.set(.vertical, line: line, x: right)
    }
    for (line, down) in [(lines.lowerBound, true), (lines.upperBound, false)] {
      for x in columns { canvas.set(.horizontal, line: line, x: x) }
      let vertical: TextCanvas.Arms = down ? .down : .up
      canvas.set([vertical, .right], line: line, x: left)
      canvas.set([vertical, .left], line: line, x: right)
    }
    for wire in wires {
      canvas.add(wire.isClassical ? .left.doubled : .left, line: wire.line, x: left)
      canvas.add(wire.isClassical ? .right.doubled : .right, line: wire.line, x: right)
    }
  }

  private func draw(
    _ block: CircuitLayout.Block, at x: Int, in part: Part, on canvas: inout TextCanvas
  ) -> Anchor {
    let (first, last) = (
      part.wireLines[block.wires.lowerBound], part.wireLines[block.wires.upperBound]
    )
    let width = Self.width(of: block)
    let left = x - (width - 1) / 2
    let members = Set(block.members)
    drawBox(
      left..<left + width, first - 1...last + 1,
      wires: block.wires.filter { members.contains($0) }.map { (part.wireLines[$0], false) },
      on: &canvas)
    // Wires that take no part run on, through the box.
    for wire in block.wires where !members.contains(wire) {
      for x in left..<left + width { canvas.add(.horizontal, line: part.wireLines[wire], x: x) }
    }
    var pinWidth = 0
    if block.isOrdered {
      pinWidth = "\(block.members.count - 1)".width
      for (index, wire) in block.members.enumerated() {
        canvas.write("\(index)", line: part.wireLines[wire], x: left + 1)
      }
    }
    let passing = Set(
      block.wires.filter { !members.contains($0) }.map { part.wireLines[$0] })
    let middle = (first + last) / 2
    let line =
      (first...last).filter { !passing.contains($0) }.min { abs($0 - middle) < abs($1 - middle) }
      ?? middle
    canvas.write(block.label, line: line, x: left + 2 + pinWidth)
    return Anchor(
      top: first - 1, bottom: last + 1, joinsAbove: true, joinsBelow: true,
      wire: block.wires.lowerBound)
  }
}

extension DrawingText {
  /// The text, cut to a width.
  static func shortened(_ text: String, to width: Int, ascii: Bool) -> String {
    if text.width <= width { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(max(0, width - 1)) { result.append(scalar) }
    return String(result) + (ascii ? "~" : "…")
  }
}

extension CircuitLayout {
  /// The same layout with every text in ASCII.
  fileprivate func inASCII() -> CircuitLayout {
    var result = self
    for index in wires.indices { result.wires[index].label = DrawingText.ascii(wires[index].label) }
    for (index, operation) in operations.enumerated() {
      for (position, mark) in operation.marks.enumerated() {
        if case .box(let text, let style) = mark.symbol {
          result.operations[index].marks[position].symbol = .box(DrawingText.ascii(text), style)
        }
      }
      if let block = operation.block {
        result.operations[index].block?.label = DrawingText.ascii(block.label)
      }
    }
    for index in frames.indices {
      for edge in frames[index].edges.indices {
        result.frames[index].edges[edge].label = DrawingText.ascii(frames[index].edges[edge].label)
      }
    }
    for index in dividers.indices {
      result.dividers[index].text = DrawingText.ascii(dividers[index].text)
    }
    for index in headers.indices {
      result.headers[index].text = DrawingText.ascii(headers[index].text)
    }
    result.notes = notes.map { DrawingText.ascii($0) }
    return result
  }
}
