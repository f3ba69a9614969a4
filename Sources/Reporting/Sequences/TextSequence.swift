/// Draws sequence diagrams as text.
///
/// The text is a function of the diagram alone and ends with a line feed. Control characters of
/// labels print as U+FFFD.
public struct TextSequence: Sendable {
  /// Whether only ASCII characters are used for lines; labels stay as they are.
  public var isASCII: Bool

  /// A writer that draws lines with box characters, or with ASCII characters alone.
  public init(isASCII: Bool = false) {
    self.isASCII = isASCII
  }

  /// The diagram as lines of text.
  public func text(_ diagram: SequenceDiagram) -> String {
    var drawing = SequenceTextDrawing(diagram, isASCII ? .ascii : .unicode)
    return drawing.text()
  }
}

/// One drawing in the making: rows of characters over the lines of the participants.
private struct SequenceTextDrawing {
  struct Characters {
    let line, stroke, dash, right, left, cross, phase: Character
    /// Corners from the upper left clockwise, then where a line leaves a box downwards.
    let corners: [Character]

    static let unicode = Characters(
      line: "│", stroke: "─", dash: "╌", right: "▶", left: "◀", cross: "×", phase: "═",
      corners: ["┌", "┐", "┘", "└", "┬"])
    static let ascii = Characters(
      line: "|", stroke: "-", dash: ".", right: ">", left: "<", cross: "x", phase: "=",
      corners: ["+", "+", "+", "+", "+"])
  }

  private let diagram: SequenceDiagram
  private let characters: Characters
  private let layout: SequenceLayout
  private var rows: [[Character]] = []

  private static let metrics = SequenceLayout.Metrics(character: 1, padding: 2, gap: 2, loop: 3)

  init(_ diagram: SequenceDiagram, _ characters: Characters) {
    self.diagram = diagram
    self.characters = characters
    layout = SequenceLayout(diagram, Self.metrics)
  }

  mutating func text() -> String {
    drawParticipants()
    for event in diagram.events { draw(event) }
    if !diagram.participants.isEmpty { addRow() }
    let title = diagram.title.isEmpty ? "" : Self.cleaned(diagram.title) + "\n\n"
    return title
      + rows.map { row in
        String(row[..<(row.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0)]) + "\n"
      }.joined()
  }

  private mutating func drawParticipants() {
    guard !diagram.participants.isEmpty else { return }
    for _ in 0..<3 { rows.append([Character](repeating: " ", count: layout.width + 1)) }
    for (name, line) in zip(diagram.participants, layout.lines) {
      let box = Self.metrics.boxWidth(of: name)
      let start = line - box / 2
      drawBox(rows.count - 3, start, start + box - 1, [name])
      put(characters.corners[4], rows.count - 1, line)
    }
  }

  private mutating func draw(_ event: SequenceDiagram.Event) {
    switch event {
    case .message(let from, let to, let label, let style):
      let (first, last) = (
        min(layout.lines[from], layout.lines[to]), max(layout.lines[from], layout.lines[to])
      )
      addRow()
      put(" \(label) ", rows.count - 1, (first + last + 1) / 2 - label.count / 2 - 1)
      addRow()
      let stroke = style == .dashed ? characters.dash : characters.stroke
      for place in first + 1..<last { put(stroke, rows.count - 1, place) }
      let head = from < to ? characters.right : characters.left
      put(
        style == .crossed ? characters.cross : head, rows.count - 1,
        from < to ? last - 1 : first + 1)
    case .action(let place, let label):
      let line = layout.lines[place]
      addRow()
      for offset in 1..<Self.metrics.loop { put(characters.stroke, rows.count - 1, line + offset) }
      put(characters.corners[1], rows.count - 1, line + Self.metrics.loop)
      put(label, rows.count - 1, line + Self.metrics.loop + Self.metrics.gap)
      addRow()
      put(characters.left, rows.count - 1, line + 1)
      for offset in 2..<Self.metrics.loop { put(characters.stroke, rows.count - 1, line + offset) }
      put(characters.corners[2], rows.count - 1, line + Self.metrics.loop)
    case .note(let places, let text):
      let (start, end) = layout.box(ofNote: text, over: places)
      let lines = SequenceLayout.noteLines(text)
      for _ in 0..<lines.count + 2 { addRow() }
      drawBox(rows.count - lines.count - 2, start, end, lines)
    case .phase(let title):
      addRow()
      rows.append([Character](repeating: characters.phase, count: layout.width + 1))
      put(" \(title) ", rows.count - 1, Self.metrics.gap)
    }
  }

  // MARK: Rows

  /// A row with nothing but the lines of the participants.
  private mutating func addRow() {
    rows.append([Character](repeating: " ", count: layout.width + 1))
    for line in layout.lines { put(characters.line, rows.count - 1, line) }
  }

  private mutating func drawBox(_ row: Int, _ start: Int, _ end: Int, _ lines: [String]) {
    let last = row + lines.count + 1
    for place in max(0, start)...max(0, end) {
      for inside in row + 1..<last { put(" ", inside, place) }
      put(characters.stroke, row, place)
      put(characters.stroke, last, place)
    }
    for (index, line) in lines.enumerated() {
      put(characters.line, row + 1 + index, start)
      put(characters.line, row + 1 + index, end)
      put(line, row + 1 + index, start + Self.metrics.padding)
    }
    for (corner, (y, x)) in [(row, start), (row, end), (last, end), (last, start)].enumerated() {
      put(characters.corners[corner], y, x)
    }
  }

  private mutating func put(_ text: String, _ row: Int, _ start: Int) {
    for (offset, character) in Self.cleaned(text).enumerated() {
      put(character, row, start + offset)
    }
  }

  private mutating func put(_ character: Character, _ row: Int, _ place: Int) {
    guard place >= 0 else { return }
    while rows[row].count <= place { rows[row].append(" ") }
    rows[row][place] = character
  }

  private static func cleaned(_ text: String) -> String {
    String(
      text.map {
        $0.unicodeScalars.contains { $0.value < 0x20 || (0x7f..<0xa0) ~= $0.value }
          ? "\u{fffd}" : $0
      })
  }
}
