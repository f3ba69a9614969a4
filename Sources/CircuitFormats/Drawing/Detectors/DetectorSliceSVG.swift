import QuantumCore

/// Draws regions as areas over the places of qubits, a panel for each tick.
struct DetectorSliceSVG {
  private let regions: DetectingRegions
  private let ticks: Range<UInt64>
  private let places: QubitPlaces
  private let scale: Double
  private let origin: (x: Double, y: Double)
  private let panel: (width: Double, height: Double)

  private static let margin = 32.0
  private static let caption = 22.0
  private static let style = """
    .x{fill:#e8837e;stroke:#b3302a}
    .y{fill:#86c99a;stroke:#2c7a4b}
    .z{fill:#86a8e0;stroke:#2f5aa8}
    .m{fill:#c9ccd3;stroke:#5b6472}
    .area{fill-opacity:.75;stroke-width:1}
    .band{fill:none;stroke-width:14;stroke-linecap:round;stroke-opacity:.6}
    .dot{fill:#1f2430}
    .l{stroke-width:3;stroke-dasharray:5 3}
    """

  init(_ regions: DetectingRegions, ticks: Range<UInt64>, places: QubitPlaces) {
    self.regions = regions
    self.ticks = ticks
    self.places = places
    let (x, y) = (places.places.map(\.x).sorted(), places.places.map(\.y).sorted())
    let gap = [x, y].flatMap { zip($0, $0.dropFirst()).map { $1 - $0 } }.filter { $0 > 1e-6 }.min()
    scale = min(48, max(6, 32 / (gap ?? 1)))
    let span = (
      x: (x.last ?? 0) - (x.first ?? 0), y: (y.last ?? 0) - (y.first ?? 0)
    )
    let reach = 20_000.0
    panel = (
      min(reach, span.x * scale) + 2 * Self.margin,
      min(reach, span.y * scale) + 2 * Self.margin + Self.caption
    )
    origin = (x.first ?? 0, y.first ?? 0)
  }

  func document() -> String {
    var canvas = SVGCanvas()
    let count = Int(min(ticks.upperBound - ticks.lowerBound, 4096))
    let perRow = max(1, Int(Double(count).squareRoot().rounded(.up)))
    for index in 0..<count {
      let corner = (
        x: Double(index % perRow) * panel.width, y: Double(index / perRow) * panel.height
      )
      draw(ticks.lowerBound + UInt64(index), at: corner, to: &canvas)
    }
    let rows = (max(1, count) + perRow - 1) / perRow
    return canvas.document(
      width: panel.width * Double(perRow), height: panel.height * Double(rows),
      label: "Detector slices", style: Self.style)
  }

  private func draw(_ tick: UInt64, at corner: (x: Double, y: Double), to canvas: inout SVGCanvas) {
    func point(_ qubit: Int) -> (x: Double, y: Double)? {
      places[qubit].map {
        (
          corner.x + Self.margin + ($0.x - origin.x) * scale,
          corner.y + Self.margin + Self.caption + ($0.y - origin.y) * scale
        )
      }
    }
    canvas.add(
      "<text x=\"\(SVGCanvas.number(corner.x + 12))\" y=\"\(SVGCanvas.number(corner.y + 20))\">"
        + "tick \(tick)</text>")
    // Large areas first, so that small ones stay in sight.
    let slice = regions.slice(atTick: tick).enumerated().sorted {
      ($1.element.region.weight, $0.offset) < ($0.element.region.weight, $1.offset)
    }
    for (_, entry) in slice { draw(entry.target, entry.region, point, to: &canvas) }
    for place in places.places {
      guard let (x, y) = point(place.qubit) else { continue }
      canvas.add(circle(x, y, 2.5, kind: "dot"))
    }
  }

  private func circle(_ x: Double, _ y: Double, _ radius: Double, kind: String) -> String {
    "<circle class=\"\(kind)\" cx=\"\(SVGCanvas.number(x))\" cy=\"\(SVGCanvas.number(y))\" "
      + "r=\"\(SVGCanvas.number(radius))\"/>"
  }

  private func draw(
    _ target: DetectorErrorModel.Target, _ region: SparsePauliString,
    _ point: (Int) -> (x: Double, y: Double)?, to canvas: inout SVGCanvas
  ) {
    let corners = region.factors.compactMap { factor in
      point(factor.qubit).map { (x: $0.x, y: $0.y, pauli: factor.pauli) }
    }
    let kinds = Set(corners.map(\.pauli))
    let kind = kinds.count == 1 ? Self.kind(of: kinds.first!) : "m"
    let name = "\(target.isDetector ? "D" : "L")\(target.value)"
    canvas.add("<g\(target.isObservable ? " class=\"l\"" : "")><title>\(name) \(region)</title>")
    switch corners.count {
    case 0: break
    case 1: canvas.add(circle(corners[0].x, corners[0].y, 9, kind: "\(kind) area"))
    case 2:
      let path = Self.path(corners.map { ($0.x, $0.y) }, isClosed: false)
      canvas.add("<path class=\"\(kind) band\" d=\"\(path)\"/>")
    default:
      let outline = Self.hull(corners.map { ($0.x, $0.y) })
      let path = Self.path(outline, isClosed: true)
      canvas.add("<path class=\"\(kind) area\" d=\"\(path)\"/>")
      // Qubits inside would not be seen to take part.
      for corner in corners where kinds.count == 1 {
        guard !outline.contains(where: { $0.x == corner.x && $0.y == corner.y }) else { continue }
        canvas.add(circle(corner.x, corner.y, 6, kind: "\(kind) area"))
      }
    }
    if kinds.count > 1 {
      for corner in corners {
        canvas.add(circle(corner.x, corner.y, 6, kind: "\(Self.kind(of: corner.pauli)) area"))
      }
    }
    canvas.add("</g>")
  }

  private static func kind(of pauli: Pauli) -> String { String(pauli.letter).lowercased() }

  /// The corners of the convex hull, in order around it.
  private static func hull(
    _ points: [(x: Double, y: Double)]
  ) -> [(x: Double, y: Double)] {
    let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    func chain(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
      var chain: [(x: Double, y: Double)] = []
      for point in points {
        while chain.count > 1 {
          let (a, b) = (chain[chain.count - 2], chain[chain.count - 1])
          let turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
          guard turn <= 0 else { break }
          chain.removeLast()
        }
        chain.append(point)
      }
      return chain.dropLast()
    }
    return chain(sorted) + chain(sorted.reversed())
  }

  private static func path(_ points: [(x: Double, y: Double)], isClosed: Bool) -> String {
    let texts = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(SVGCanvas.number(point.x)) \(SVGCanvas.number(point.y))"
    }
    return texts.joined() + (isClosed ? "Z" : "")
  }
}
