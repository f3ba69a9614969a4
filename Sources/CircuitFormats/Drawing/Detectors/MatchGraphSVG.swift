import QuantumCore

/// Draws an error model as a graph of detectors.
struct MatchGraphSVG {
  private struct Edge: Hashable {
    let detectors: [UInt64]
    let crosses: Bool
  }

  private let edges: [Edge]
  private var places: [UInt64: (x: Double, y: Double)] = [:]
  private var size = (width: 0.0, height: 0.0)

  private static let margin = 48.0
  private static let step = 56.0
  private static let style = """
    .e{stroke:#3a4150;stroke-width:1.25;stroke-opacity:.8}
    .o{stroke:#c0392b;stroke-width:2}
    .h{stroke:#3465b8;stroke-width:1;stroke-opacity:.5}
    .d{fill:#1f2430}
    .b{fill:#fff;stroke:#3a4150}
    text{font-size:9px;fill:#5b6472}
    """

  init(_ model: DetectorErrorModel, limit: UInt64) throws(Obstacle) {
    guard model.distinctCount <= limit, model.detectorCount <= limit else {
      throw Obstacle(
        .unsupported, "a graph of more than \(limit) mechanisms or detectors is not drawn",
        hint: "draw the model of a smaller circuit, or of fewer rounds")
    }
    var found: Set<Edge> = []
    model.forEachDistinctInstruction { step in
      guard step.instruction.kind == .error else { return }
      for part in step.targets.split(whereSeparator: \.isSeparator) {
        let detectors = part.filter(\.isDetector).map { $0.value + step.detectorOffset }
        guard !detectors.isEmpty else { continue }
        found.insert(
          Edge(detectors: Set(detectors).sorted(), crosses: part.contains(where: \.isObservable)))
      }
    }
    edges = found.sorted {
      if $0.detectors != $1.detectors {
        return $0.detectors.lexicographicallyPrecedes($1.detectors)
      }
      return !$0.crosses && $1.crosses
    }
    place(try model.detectorCoordinates())
  }

  /// Detectors at their coordinates, a third one drawn along a slope; those without any in a
  /// square.
  private mutating func place(_ coordinates: [[Double]]) {
    let side = max(1, Int(Double(coordinates.count).squareRoot().rounded(.up)))
    var raw: [(x: Double, y: Double)] = []
    for (index, exact) in coordinates.enumerated() {
      let place = exact.map { QubitPlaces.bounded($0) }
      let depth = place.count > 2 ? place[2] : 0
      raw.append(
        place.isEmpty
          ? (Double(index % side), Double(index / side))
          : (
            place[0] + 0.45 * depth, (place.count > 1 ? place[1] : 0) - 0.8 * depth
          ))
    }
    let (x, y) = (raw.map(\.x), raw.map(\.y))
    let (left, top) = (x.min() ?? 0, y.min() ?? 0)
    let span = max((x.max() ?? 0) - left, (y.max() ?? 0) - top)
    let scale = min(Self.step, 6000 / max(1, span))
    for (index, point) in raw.enumerated() {
      places[UInt64(index)] = (
        Self.margin + (point.x - left) * scale, Self.margin + (point.y - top) * scale
      )
    }
    size = (
      2 * Self.margin + ((x.max() ?? 0) - left) * scale,
      2 * Self.margin + ((y.max() ?? 0) - top) * scale
    )
  }

  func document() -> String {
    var canvas = SVGCanvas()
    for edge in edges { draw(edge, to: &canvas) }
    for (detector, place) in places.sorted(by: { $0.key < $1.key }) {
      let (x, y) = (SVGCanvas.number(place.x), SVGCanvas.number(place.y))
      canvas.add(
        "<circle class=\"d\" cx=\"\(x)\" cy=\"\(y)\" r=\"4\"><title>D\(detector)</title></circle>")
    }
    return canvas.document(
      width: size.width, height: size.height, label: "Match graph", style: Self.style)
  }

  private func draw(_ edge: Edge, to canvas: inout SVGCanvas) {
    let points = edge.detectors.compactMap { places[$0] }
    let kind = edge.detectors.count > 2 ? "h" : edge.crosses ? "e o" : "e"
    switch points.count {
    case 0: break
    case 1: line(points[0], boundaryPoint(near: points[0]), kind, to: &canvas)
    case 2: line(points[0], points[1], kind, to: &canvas)
    default:
      let middle = (
        x: points.reduce(0) { $0 + $1.x } / Double(points.count),
        y: points.reduce(0) { $0 + $1.y } / Double(points.count)
      )
      for point in points { line(point, middle, kind, to: &canvas) }
    }
  }

  /// A short way towards the nearer side of the picture.
  private func boundaryPoint(near point: (x: Double, y: Double)) -> (x: Double, y: Double) {
    let distances = [
      point.x, size.width - point.x, point.y, size.height - point.y,
    ]
    let stub = 22.0
    switch distances.indices.min(by: { (distances[$0], $0) < (distances[$1], $1) }) {
    case 0: return (point.x - stub, point.y)
    case 1: return (point.x + stub, point.y)
    case 2: return (point.x, point.y - stub)
    default: return (point.x, point.y + stub)
    }
  }

  private func line(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double), _ kind: String,
    to canvas: inout SVGCanvas
  ) {
    canvas.add(
      "<line class=\"\(kind)\" x1=\"\(SVGCanvas.number(a.x))\" y1=\"\(SVGCanvas.number(a.y))\" "
        + "x2=\"\(SVGCanvas.number(b.x))\" y2=\"\(SVGCanvas.number(b.y))\"/>")
  }
}
