import QuantumCore

/// Draws a layout as an SVG document. All lengths are whole pixels, so that the text is the same
/// everywhere.
struct SVGDrawing {
  private let layout: CircuitLayout
  private let margin: Int
  private let columnWidths: [Int]
  private let reserves: [Int: Int]
  private let starts: [Int]

  /// Lengths in pixels.
  private enum Size {
    static let wire = 46
    static let box = 30
    static let gap = 12
    static let edge = 10
    static let header = 20
    static let footer = 8
    static let padding = 16
    static let partGap = 26
    static let noteLine = 17
    /// In characters.
    static let noteWidth = 140
    /// Widest part of the drawing, if its columns allow.
    static let page = 1180
    static let minimumColumn = 16
    /// Width of ten characters at 13 px in a monospaced font, rounded up.
    static let tenCharacters = 79
  }

  init(_ layout: CircuitLayout) {
    self.layout = layout
    margin =
      Size.padding + Self.width(of: layout.wires.map(\.label).max { $0.width < $1.width } ?? "")
      + 14
    var starts = [Int](repeating: 0, count: layout.columnCount + 1)
    for operation in layout.operations { starts[operation.column + 1] += 1 }
    for column in 0..<layout.columnCount { starts[column + 1] += starts[column] }
    self.starts = starts
    (columnWidths, reserves) = Self.measured(layout)
  }

  func document() -> String {
    let parts = layout.wires.isEmpty && layout.columnCount == 0 ? [] : parts()
    var body = ""
    var top = Size.padding
    var right = 0
    for (index, columns) in parts.enumerated() {
      let part = measuredPart(
        columns, top: top, isFirst: index == 0, isLast: index == parts.count - 1)
      draw(part, to: &body)
      top = part.bottom + Size.partGap
      right = max(right, part.right)
    }
    if !parts.isEmpty { top -= Size.partGap - 12 }
    for note in layout.notes.flatMap({ DrawingText.wrapped($0, to: Size.noteWidth) }) {
      top += Size.noteLine
      body += Self.textElement(note, x: Size.padding, y: top - 4, kind: "note")
      right = max(right, Size.padding + Self.width(of: note))
    }
    let (width, height) = (right + Size.padding, top + Size.padding)
    return Self.prologue(width: width, height: height) + body + "</svg>\n"
  }

  private static func prologue(width: Int, height: Int) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" role="img" aria-label="Quantum circuit">
    <style>
    text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;\
    fill:#1f2430;white-space:pre}
    .c{text-anchor:middle}
    .l{text-anchor:end}
    .s{font-size:11px;fill:#5b6472}
    .f{font-size:12px;font-weight:600;fill:#3d4a66}
    .note{font-size:12px;fill:#3a4150}
    path,line{fill:none;stroke:#3a4150;stroke-width:1.25}
    .d{stroke-width:1}
    .wide{stroke:#3a4150;stroke-width:3.6}
    .core{stroke:#fff;stroke-width:1.4}
    .tick{stroke:#b4bac5;stroke-width:1;stroke-dasharray:3 3}
    .frame{fill:#5470b0;fill-opacity:.06;stroke:none}
    .edge{stroke:#6f83b3;stroke-width:1.25}
    .dot{fill:#1f2430;stroke:#1f2430;stroke-width:1.25}
    .hole{fill:#fff;stroke:#1f2430;stroke-width:1.5}
    .barrier{fill:#8a93a3;fill-opacity:.28;stroke:none}
    .gate{fill:#e3ecfb;stroke:#3465b8}
    .rotation{fill:#eee6fa;stroke:#7447b3}
    .measurement{fill:#eceef1;stroke:#4a5261}
    .reset{fill:#e0f2e7;stroke:#2c7a4b}
    .noise{fill:#fdecea;stroke:#c0392b;stroke-dasharray:4 2}
    .classical{fill:#fff6dc;stroke:#a9790a}
    rect{stroke-width:1.25}
    </style>
    <rect width="100%" height="100%" fill="#fff"/>

    """
  }

  // MARK: Measuring

  private static func width(of text: String) -> Int { (text.width * Size.tenCharacters + 9) / 10 }

  private static func width(of symbol: CircuitLayout.Symbol) -> Int {
    switch symbol {
    case .box(let text, _): max(Size.box, width(of: text) + 16)
    case .bit(let text): width(of: text)
    case .control, .not, .cross, .barrier: Size.minimumColumn
    }
  }

  private static func width(of block: CircuitLayout.Block) -> Int {
    let pins = block.isOrdered ? width(of: "\(block.members.count - 1)") + 6 : 0
    return max(Size.box, width(of: block.label) + 16 + pins)
  }

  private static func measured(_ layout: CircuitLayout) -> (widths: [Int], reserves: [Int: Int]) {
    var widths = [Int](repeating: Size.minimumColumn, count: layout.columnCount)
    func widen(_ column: Int, _ width: Int) { widths[column] = max(widths[column], width) }
    for operation in layout.operations {
      for mark in operation.marks { widen(operation.column, width(of: mark.symbol)) }
      if let block = operation.block { widen(operation.column, width(of: block)) }
    }
    for header in layout.headers { widen(header.column, width(of: header.text)) }
    for divider in layout.dividers { widen(divider.column, width(of: divider.text)) }
    for frame in layout.frames {
      for edge in frame.edges { widths[edge.column] = Size.edge }
      widths[frame.closingColumn] = Size.edge
    }
    var reserves: [Int: Int] = [:]
    for frame in layout.frames.reversed() {
      for (index, edge) in frame.edges.enumerated() {
        let next =
          index + 1 < frame.edges.count ? frame.edges[index + 1].column : frame.closingColumn
        let needed = width(of: edge.label) + 20
        var room = 0
        for column in edge.column..<max(edge.column, next) where room < needed {
          room += widths[column] + Size.gap
        }
        if room < needed { widths[edge.column] += needed - room }
        reserves[edge.column] = needed
      }
    }
    return (widths, reserves)
  }

  private func parts() -> [Range<Int>] {
    let room = max(1, Size.page - margin - Size.padding)
    var parts: [Range<Int>] = []
    var start = 0
    var used = 0
    for column in 0..<layout.columnCount {
      let own = columnWidths[column] + Size.gap
      if column > start, used + max(own, min(reserves[column] ?? 0, room)) > room {
        parts.append(start..<column)
        (start, used) = (column, 0)
      }
      used += own
    }
    parts.append(start..<layout.columnCount)
    return parts
  }

  /// The places of one part of the drawing.
  private struct Part {
    let columns: Range<Int>
    let isFirst: Bool
    let isLast: Bool
    var lefts: [Int] = []
    var top = 0
    var headerY = 0
    /// Height of the first wire.
    var firstWire = 0
    var lastWire = 0
    var wiresBottom = 0
    var frameLines = 0
    var bottom = 0
    var left = 0
    var right = 0

    func y(_ wire: Int) -> Int { firstWire + wire * Size.wire }
  }

  private func measuredPart(
    _ columns: Range<Int>, top: Int, isFirst: Bool, isLast: Bool
  ) -> Part {
    var part = Part(columns: columns, isFirst: isFirst, isLast: isLast)
    part.left = margin
    var x = margin + Size.gap
    for column in columns {
      part.lefts.append(x)
      x += columnWidths[column] + Size.gap
    }
    part.right = x
    // The text of a frame may be longer than what is left of the frame in this part.
    for column in columns {
      if let reserve = reserves[column] {
        part.right = max(part.right, part.lefts[column - columns.lowerBound] + reserve)
      }
    }
    for frame in layout.frames where Self.overlaps(frame, columns) {
      part.frameLines = max(part.frameLines, frame.depth + 1)
    }
    let hasHeader =
      layout.headers.contains { columns.contains($0.column) }
      || layout.dividers.contains { columns.contains($0.column) && !$0.text.isEmpty }
    part.top = top
    var y = top + part.frameLines * Size.header
    if hasHeader {
      part.headerY = y + Size.header / 2
      y += Size.header
    }
    part.firstWire = y + Size.wire / 2
    part.lastWire = part.y(max(0, layout.wires.count - 1))
    part.wiresBottom = layout.wires.isEmpty ? y : part.lastWire + Size.wire / 2
    part.bottom = part.wiresBottom + part.frameLines * Size.footer
    return part
  }

  private static func overlaps(_ frame: CircuitLayout.Frame, _ columns: Range<Int>) -> Bool {
    guard let opening = frame.edges.first?.column else { return false }
    return opening < columns.upperBound && frame.closingColumn >= columns.lowerBound
  }

  private func center(_ column: Int, _ part: Part) -> Int {
    part.lefts[column - part.columns.lowerBound] + columnWidths[column] / 2
  }

  // MARK: Drawing

  private func draw(_ part: Part, to body: inout String) {
    for frame in layout.frames { drawGround(of: frame, in: part, to: &body) }
    for (index, wire) in layout.wires.enumerated() { draw(wire, index, in: part, to: &body) }
    for frame in layout.frames { drawEdges(of: frame, in: part, to: &body) }
    for divider in layout.dividers where part.columns.contains(divider.column) {
      let x = center(divider.column, part)
      let (top, bottom) = (part.firstWire - 18, part.lastWire + 18)
      body += "<line class=\"tick\" x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(bottom)\"/>\n"
      if !divider.text.isEmpty { drawHeader(divider.text, x, part, to: &body) }
    }
    for header in layout.headers where part.columns.contains(header.column) {
      drawHeader(header.text, center(header.column, part), part, to: &body)
    }
    for operation in layout.operations[
      starts[part.columns.lowerBound]..<starts[part.columns.upperBound]]
    {
      draw(operation, in: part, to: &body)
    }
  }

  private func drawHeader(_ text: String, _ x: Int, _ part: Part, to body: inout String) {
    body += Self.textElement(text, x: x, y: part.headerY, kind: "c s")
  }

  private func draw(
    _ wire: CircuitLayout.Wire, _ index: Int, in part: Part, to body: inout String
  ) {
    let y = part.y(index)
    body += Self.textElement(wire.label, x: margin - 10, y: y, kind: "l")
    if wire.isClassical {
      body += Self.doubleLine(part.left, y, part.right, y)
    } else {
      body += "<line x1=\"\(part.left)\" y1=\"\(y)\" x2=\"\(part.right)\" y2=\"\(y)\"/>\n"
    }
    if let size = wire.size, part.isFirst {
      body += "<line class=\"d\" x1=\"\(part.left + 3)\" y1=\"\(y + 6)\" "
      body += "x2=\"\(part.left + 9)\" y2=\"\(y - 6)\"/>\n"
      body += Self.textElement("\(size)", x: part.left + 8, y: y - 12, kind: "c s")
    }
    // Where the wire goes on in the next part, and comes from the one before.
    if !part.isLast { body += Self.chevron(part.right + 3, y) }
    if !part.isFirst { body += Self.chevron(part.left - 3, y) }
  }

  private static func chevron(_ x: Int, _ y: Int) -> String {
    "<path class=\"d\" d=\"M\(x - 2) \(y - 4)l4 4l-4 4\"/>\n"
  }

  private static func doubleLine(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int) -> String {
    let ends = "x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\""
    return "<line class=\"wide\" \(ends)/><line class=\"core\" \(ends)/>\n"
  }

  // MARK: Frames

  private func extent(
    of frame: CircuitLayout.Frame, in part: Part
  ) -> (x1: Int, y1: Int, x2: Int, y2: Int, opens: Bool, closes: Bool)? {
    guard Self.overlaps(frame, part.columns), let opening = frame.edges.first?.column else {
      return nil
    }
    let opens = part.columns.contains(opening)
    let closes = part.columns.contains(frame.closingColumn)
    return (
      opens ? edgeX(opening, part) : part.left, part.top + frame.depth * Size.header + 2,
      closes ? edgeX(frame.closingColumn, part) : part.right,
      part.bottom - frame.depth * Size.footer - 2, opens, closes
    )
  }

  private func edgeX(_ column: Int, _ part: Part) -> Int {
    part.lefts[column - part.columns.lowerBound] + Size.edge / 2
  }

  private func drawGround(of frame: CircuitLayout.Frame, in part: Part, to body: inout String) {
    guard let area = extent(of: frame, in: part) else { return }
    body += "<rect class=\"frame\" x=\"\(area.x1)\" y=\"\(area.y1)\" "
    body += "width=\"\(max(0, area.x2 - area.x1))\" height=\"\(area.y2 - area.y1)\"/>\n"
  }

  private func drawEdges(of frame: CircuitLayout.Frame, in part: Part, to body: inout String) {
    guard let area = extent(of: frame, in: part) else { return }
    var path = area.opens ? "M\(area.x1) \(area.y2)V\(area.y1)" : "M\(area.x1) \(area.y1)"
    path += "H\(area.x2)" + (area.closes ? "V\(area.y2)" : "M\(area.x2) \(area.y2)")
    path += "H\(area.x1)"
    body += "<path class=\"edge\" d=\"\(path)\"/>\n"
    for (index, edge) in frame.edges.enumerated() where part.columns.contains(edge.column) {
      let x = edgeX(edge.column, part)
      if index > 0 { body += "<path class=\"edge\" d=\"M\(x) \(area.y1)V\(area.y2)\"/>\n" }
      body += Self.textElement(edge.label, x: x + 7, y: area.y1 + 14, kind: "f")
    }
  }

  // MARK: Operations

  private func draw(
    _ operation: CircuitLayout.Operation, in part: Part, to body: inout String
  ) {
    let x = center(operation.column, part)
    if let link = operation.link {
      body += "<line x1=\"\(x)\" y1=\"\(part.y(link.lowerBound))\" "
      body += "x2=\"\(x)\" y2=\"\(part.y(link.upperBound))\"/>\n"
    }
    if let link = operation.classicalLink {
      body += Self.doubleLine(x, part.y(link.lowerBound), x, part.y(link.upperBound))
    }
    if let block = operation.block { draw(block, x, in: part, to: &body) }
    if operation.marks.first?.symbol == .barrier {
      drawBarrier(operation.marks.map(\.wire), x, in: part, to: &body)
    }
    for mark in operation.marks { draw(mark, x, part.y(mark.wire), to: &body) }
  }

  private func draw(_ mark: CircuitLayout.Mark, _ x: Int, _ y: Int, to body: inout String) {
    switch mark.symbol {
    case .box(let text, let style):
      let width = Self.width(of: mark.symbol)
      body += Self.rectangle(x - width / 2, y - Size.box / 2, width, Size.box, style)
      if text == "M" {
        body += Self.meter(x, y)
      } else {
        body += Self.textElement(text, x: x, y: y, kind: "c")
      }
    case .control(let isInverted):
      body +=
        "<circle class=\"\(isInverted ? "hole" : "dot")\" cx=\"\(x)\" cy=\"\(y)\" r=\"4.5\"/>\n"
    case .not:
      body += "<circle class=\"hole\" cx=\"\(x)\" cy=\"\(y)\" r=\"10\"/>"
      body += "<path d=\"M\(x - 10) \(y)h20M\(x) \(y - 10)v20\"/>\n"
    case .cross:
      body += "<path stroke-width=\"2\" d=\"M\(x - 6) \(y - 6)l12 12M\(x - 6) \(y + 6)l12 -12\"/>\n"
    case .barrier: break
    case .bit(let text):
      body += "<path class=\"dot\" d=\"M\(x - 5) \(y - 9)h10l-5 8z\"/>\n"
      body += Self.textElement(text, x: x, y: y + 12, kind: "c s")
    }
  }

  private static func rectangle(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ style: CircuitLayout.Style
  ) -> String {
    let kind =
      switch style {
      case .gate: "gate"
      case .rotation: "rotation"
      case .measurement: "measurement"
      case .reset: "reset"
      case .noise: "noise"
      case .classical: "classical"
      }
    return
      "<rect class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"3\"/>\n"
  }

  /// The dial of a plain measurement.
  private static func meter(_ x: Int, _ y: Int) -> String {
    "<path d=\"M\(x - 9) \(y + 6)a9 9 0 0 1 18 0M\(x) \(y + 6)l7 -12\"/>\n"
  }

  private func drawBarrier(_ wires: [Int], _ x: Int, in part: Part, to body: inout String) {
    var runs: [ClosedRange<Int>] = []
    for wire in wires {
      if let last = runs.last, wire == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...wire
      } else {
        runs.append(wire...wire)
      }
    }
    for run in runs {
      let (top, bottom) = (part.y(run.lowerBound) - 18, part.y(run.upperBound) + 18)
      body += "<rect class=\"barrier\" x=\"\(x - 6)\" y=\"\(top)\" width=\"12\" "
      body += "height=\"\(bottom - top)\"/>\n"
      body += "<line class=\"tick\" x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(bottom)\"/>\n"
    }
  }

  private func draw(
    _ block: CircuitLayout.Block, _ x: Int, in part: Part, to body: inout String
  ) {
    let width = Self.width(of: block)
    let (top, bottom) = (
      part.y(block.wires.lowerBound) - Size.box / 2, part.y(block.wires.upperBound) + Size.box / 2
    )
    body += Self.rectangle(x - width / 2, top, width, bottom - top, block.style)
    let members = Set(block.members)
    for wire in block.wires where !members.contains(wire) {
      let y = part.y(wire)
      body +=
        "<line x1=\"\(x - width / 2)\" y1=\"\(y)\" x2=\"\(x - width / 2 + width)\" y2=\"\(y)\"/>\n"
    }
    var labelX = x
    if block.isOrdered {
      for (index, wire) in block.members.enumerated() {
        let text = "\(index)"
        body += Self.textElement(
          text, x: x - width / 2 + 4 + Self.width(of: text) / 2, y: part.y(wire), kind: "c s")
      }
      labelX += Self.width(of: "\(block.members.count - 1)") / 2 + 2
    }
    body += Self.textElement(block.label, x: labelX, y: labelY(of: block, in: part), kind: "c")
  }

  /// The middle of a block, out of the way of wires that pass through.
  private func labelY(of block: CircuitLayout.Block, in part: Part) -> Int {
    let middle = (part.y(block.wires.lowerBound) + part.y(block.wires.upperBound)) / 2
    let passes = block.wires.contains { !block.members.contains($0) && part.y($0) == middle }
    return passes ? middle + Size.wire / 2 : middle
  }

  private static func textElement(_ text: String, x: Int, y: Int, kind: String) -> String {
    // Centred through the baseline: not every viewer knows better ways.
    let baseline = kind.hasPrefix("c") || kind == "l" ? y + 4 : y
    return "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(baseline)\">\(SVGText.escaped(text))</text>\n"
  }
}
