import Documents

/// Draws sequence diagrams as SVG documents.
///
/// Like `SVGChart`: the text is a function of the diagram alone, the background is transparent and
/// the colours are readable on light and dark pages. Title and description are there for screen
/// readers.
public struct SVGSequence: Sendable {
  /// A writer, which has no options.
  public init() {}

  /// The diagram as a document.
  public func document(_ diagram: SequenceDiagram) -> String {
    var drawing = SequenceSVGDrawing(diagram)
    return drawing.document()
  }
}

/// One drawing in the making, from top to bottom.
private struct SequenceSVGDrawing {
  private let diagram: SequenceDiagram
  private let layout: SequenceLayout
  /// How far down the drawing has come, in pixels.
  private var y: Int
  private var body = ""

  private static let metrics = SequenceLayout.Metrics(character: 7, padding: 12, gap: 14, loop: 26)
  private static let margin = 16
  private static let boxHeight = 30
  private static let lineHeight = 16

  init(_ diagram: SequenceDiagram) {
    self.diagram = diagram
    layout = SequenceLayout(diagram, Self.metrics)
    y = diagram.title.isEmpty ? Self.margin : 44
  }

  mutating func document() -> String {
    for (name, line) in zip(diagram.participants, layout.lines) {
      let box = Self.metrics.boxWidth(of: name)
      rectangle(line - box / 2, y, box, Self.boxHeight, class: "box")
      write(name, line, y + 20, class: "m name")
    }
    let top = y + Self.boxHeight
    y = top + 10
    for event in diagram.events { draw(event) }
    let bottom = y + 10
    var text = prologue(height: bottom + Self.margin)
    for line in layout.lines {
      text += "<path class=\"life\" d=\"M\(shifted(line)) \(top)V\(bottom)\"/>\n"
    }
    return text + body + "</svg>\n"
  }

  private func prologue(height: Int) -> String {
    let title = SVGText.escaped(diagram.title)
    let width = max(240, layout.width + 2 * Self.margin, 9 * diagram.title.count + 2 * Self.margin)
    let heading =
      title.isEmpty ? "" : "<text class=\"heading\" x=\"\(Self.margin)\" y=\"24\">\(title)</text>\n"
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="title desc">
      <title id="title">\(title.isEmpty ? "Sequence diagram" : title)</title>
      <desc id="desc">\(SVGText.escaped(diagram.description ?? diagram.summary))</desc>
      <style>
      text{font:12px system-ui,sans-serif;fill:#757575}
      .heading{font-size:15px;font-weight:600}
      .name{font-weight:600}
      .m{text-anchor:middle}
      .box{stroke:#0072b2;fill:#0072b2;fill-opacity:.12}
      .life{stroke:#757575;stroke-opacity:.4;fill:none}
      .arrow{stroke:#757575;stroke-width:1.5;fill:none}
      .dashed{stroke-dasharray:5 4}
      .crossed{stroke:#d55e00}
      .head{stroke:none;fill:#757575}
      .note{stroke:#e69f00;fill:#e69f00;fill-opacity:.16}
      .phase{stroke:#757575;stroke-opacity:.6;fill:none}
      </style>
      \(heading)
      """
  }

  private mutating func draw(_ event: SequenceDiagram.Event) {
    switch event {
    case .message(let from, let to, let label, let style):
      let (start, end) = (layout.lines[from], layout.lines[to])
      write(label, (start + end) / 2, y + 14, class: "m")
      arrow(from: start, to: end, at: y + 22, style)
      y += 36
    case .action(let place, let label):
      let (line, reach) = (layout.lines[place], layout.lines[place] + Self.metrics.loop)
      path(
        "M\(shifted(line)) \(y + 8)H\(shifted(reach))V\(y + 24)H\(shifted(line + 6))",
        class: "arrow")
      head(line, y + 24, pointsRight: false)
      write(label, reach + Self.metrics.gap / 2, y + 20)
      y += 36
    case .note(let places, let text):
      let (start, end) = layout.box(ofNote: text, over: places)
      let lines = SequenceLayout.noteLines(text)
      rectangle(start, y + 4, end - start, lines.count * Self.lineHeight + 12, class: "note")
      for (index, line) in lines.enumerated() {
        write(line, (start + end) / 2, y + 22 + index * Self.lineHeight, class: "m")
      }
      y += lines.count * Self.lineHeight + 26
    case .phase(let title):
      let end = layout.width - Self.metrics.gap
      let text = Self.metrics.boxWidth(of: title) + Self.metrics.gap
      write(title, Self.metrics.gap + Self.metrics.padding, y + 22, class: "name")
      path("M\(shifted(0)) \(y + 18)H\(shifted(Self.metrics.gap))", class: "phase")
      path("M\(shifted(text)) \(y + 18)H\(shifted(max(end, text)))", class: "phase")
      y += 38
    }
  }

  private mutating func arrow(
    from start: Int, to end: Int, at y: Int, _ style: SequenceDiagram.ArrowStyle
  ) {
    let pointsRight = start < end
    let kind = style == .dashed ? " dashed" : style == .crossed ? " crossed" : ""
    let tip = pointsRight ? end - 6 : end + 6
    path("M\(shifted(start)) \(y)H\(shifted(tip))", class: "arrow\(kind)")
    if style == .crossed {
      let x = shifted(tip)
      path("M\(x - 5) \(y - 5)L\(x + 5) \(y + 5)", class: "arrow crossed")
      path("M\(x - 5) \(y + 5)L\(x + 5) \(y - 5)", class: "arrow crossed")
    } else {
      head(end, y, pointsRight: pointsRight)
    }
  }

  private mutating func head(_ x: Int, _ y: Int, pointsRight: Bool) {
    let back = shifted(pointsRight ? x - 9 : x + 9)
    path("M\(shifted(x)) \(y)L\(back) \(y - 5)V\(y + 5)Z", class: "head")
  }

  private mutating func path(_ path: String, class kind: String) {
    body += "<path class=\"\(kind)\" d=\"\(path)\"/>\n"
  }

  private mutating func rectangle(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, class kind: String
  ) {
    body += "<rect class=\"\(kind)\" x=\"\(shifted(x))\" y=\"\(y)\" "
    body += "width=\"\(width)\" height=\"\(height)\" rx=\"3\"/>\n"
  }

  private mutating func write(_ text: String, _ x: Int, _ y: Int, class kind: String = "") {
    let attribute = kind.isEmpty ? "" : "class=\"\(kind)\" "
    body += "<text \(attribute)x=\"\(shifted(x))\" y=\"\(y)\">\(SVGText.escaped(text))</text>\n"
  }

  private func shifted(_ x: Int) -> Int { x + Self.margin }
}
