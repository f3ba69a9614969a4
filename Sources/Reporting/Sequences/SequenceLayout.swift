/// Where the lines of a sequence diagram stand, in characters or pixels.
///
/// Every label asks for some distance between two lines, and each line stands as far left as all of
/// that allows.
struct SequenceLayout {
  /// Sizes of a drawing.
  struct Metrics {
    /// The width of a character.
    let character: Int
    /// Room on each side of a text in a box.
    let padding: Int
    /// Room between neighbouring boxes, and from a line to a text beside it.
    let gap: Int
    /// How far the arrow of an action reaches out.
    let loop: Int

    func width(of text: String) -> Int { text.count * character }
    /// The width of a box around a text.
    func boxWidth(of text: String) -> Int { width(of: text) + 2 * padding }
  }

  /// The place of each participant's line.
  let lines: [Int]
  /// The width of everything.
  let width: Int

  private let metrics: Metrics

  init(_ diagram: SequenceDiagram, _ metrics: Metrics) {
    var needs = Needs(participantCount: diagram.participants.count)
    let boxes = diagram.participants.map { (metrics.boxWidth(of: $0) + 1) / 2 }
    for (place, half) in boxes.enumerated() {
      needs.add(left: half, right: half, of: place)
      if place > 0 { needs.add(boxes[place - 1] + half + metrics.gap, between: place - 1, place) }
    }
    var headings = 0
    for event in diagram.events {
      switch event {
      case .message(let from, let to, let label, _):
        needs.add(metrics.width(of: label) + 2 * metrics.gap, between: from, to)
      case .action(let place, let label):
        let reach = metrics.loop + metrics.width(of: label) + 2 * metrics.gap
        needs.add(left: 0, right: reach, of: place)
      case .note(let places, let text):
        let box = Self.noteWidth(text, metrics)
        if places.count > 1 {
          needs.add(box, between: places.lowerBound, places.upperBound)
        } else {
          let half = (box + 1) / 2 + metrics.gap
          needs.add(left: half, right: half, of: places.lowerBound)
        }
      case .phase(let title):
        headings = max(headings, metrics.boxWidth(of: title) + 4 * metrics.gap)
      }
    }
    lines = needs.places
    width = max((lines.last ?? 0) + needs.right, headings)
    self.metrics = metrics
  }

  /// The lines of text in a note.
  static func noteLines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func noteWidth(_ text: String, _ metrics: Metrics) -> Int {
    noteLines(text).map(metrics.boxWidth).max() ?? 0
  }

  /// Both ends of the box of a note.
  func box(ofNote text: String, over places: ClosedRange<Int>) -> (start: Int, end: Int) {
    let (first, last) = (lines[places.lowerBound], lines[places.upperBound])
    let width = max(Self.noteWidth(text, metrics), last - first)
    let start = (first + last) / 2 - width / 2
    return (start, start + width)
  }

  /// The distances that texts ask for.
  private struct Needs {
    private let participantCount: Int
    /// From the left border to the first line.
    private var left = 0
    /// From the last line to the right border.
    private(set) var right = 0
    /// From one line to one further right, by that line.
    private var distances: [[(from: Int, distance: Int)]]

    init(participantCount: Int) {
      self.participantCount = participantCount
      distances = Array(repeating: [], count: participantCount)
    }

    mutating func add(_ distance: Int, between first: Int, _ second: Int) {
      distances[max(first, second)].append((min(first, second), distance))
    }

    /// Room on both sides of a line, up to the neighbouring lines.
    mutating func add(left: Int, right: Int, of place: Int) {
      if place == 0 {
        self.left = max(self.left, left)
      } else {
        add(left, between: place - 1, place)
      }
      if place + 1 == participantCount {
        self.right = max(self.right, right)
      } else {
        add(right, between: place, place + 1)
      }
    }

    /// The leftmost places that keep all distances.
    var places: [Int] {
      var places: [Int] = []
      for needs in distances {
        places.append(needs.map { places[$0.from] + $0.distance }.max() ?? left)
      }
      return places
    }
  }
}
