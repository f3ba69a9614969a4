import Documents

/// Draws charts as SVG documents.
///
/// The text is a function of the chart alone: no fonts or scripts from elsewhere, no locale,
/// coordinates in hundredths of a pixel. The background is transparent and the colours are readable
/// on light and dark pages; series differ in colour (the palette of [OkabeIto08]) and in the shape
/// of their marks. Title and description are there for screen readers.
public struct SVGChart: Sendable {
  /// The size of the document in pixels.
  public let width: Int
  /// The height of the document in pixels.
  public let height: Int

  /// A drawing of the given size, in pixels.
  ///
  /// - Parameters:
  ///   - width: At least 240 pixels; less is taken as that.
  ///   - height: At least 160 pixels; less is taken as that.
  public init(width: Int = 720, height: Int = 440) {
    self.width = min(16_384, max(240, width))
    self.height = min(16_384, max(160, height))
  }

  /// The chart as a document.
  public func document(_ chart: Chart) -> String {
    ChartDrawing(chart, width: width, height: height).document()
  }
}

/// One drawing in the making.
package struct ChartDrawing {
  private let chart: Chart
  private let width: Int
  private let height: Int
  private let x: AxisScale
  private let y: AxisScale
  private let xTicks: [AxisScale.Tick]
  private let yTicks: [AxisScale.Tick]
  /// The area of the plot in pixels.
  package let left: Double
  package let right: Double
  package let top: Double
  package let bottom: Double

  private static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
  private static let characterWidth = 7.0
  private static let legendLine = 18.0

  package init(_ chart: Chart, width: Int, height: Int) {
    self.chart = chart
    (self.width, self.height) = (width, height)
    var (xs, ys): ([Double], [Double]) = ([], [])
    for point in chart.series.flatMap(\.points) where point.x.isFinite && point.y.isFinite {
      xs.append(point.x)
      ys += [point.y, point.low ?? point.y, point.high ?? point.y]
    }
    for line in chart.referenceLines {
      switch line.place {
      case .x(let value): xs.append(value)
      case .y(let value): ys.append(value)
      }
    }
    x = AxisScale(chart.x, values: xs)
    y = AxisScale(chart.y, values: ys)
    yTicks = y.ticks(count: max(2, height / 60))
    let labelWidth = Double(yTicks.map(\.label.count).max() ?? 1) * Self.characterWidth
    left = 40 + min(Double(width) / 4, labelWidth)
    let names = chart.series.map { Double(min(28, $0.name.count)) * Self.characterWidth }
    let legend = chart.series.count > 1 ? (names.max() ?? 0) + 44 : 16
    right = Double(width) - min(Double(width) / 3, legend)
    top = chart.title.isEmpty ? 16 : 44
    bottom = Double(height) - 52
    xTicks = x.ticks(count: max(2, Int((right - left) / 64)))
  }

  package func document() -> String {
    var text = prologue()
    drawAxes(&text)
    for line in chart.referenceLines { draw(line, &text) }
    for (place, series) in chart.series.enumerated() { draw(series, place, &text) }
    drawLegend(&text)
    return text + "</svg>\n"
  }

  // MARK: Frame

  private func prologue() -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="title desc">
    <title id="title">\(SVGText.escaped(chart.title.isEmpty ? "Chart" : chart.title))</title>
    <desc id="desc">\(SVGText.escaped(chart.description ?? summary))</desc>
    <style>
    text{font:12px system-ui,sans-serif;fill:#757575}
    .heading{font-size:15px;font-weight:600}
    .m{text-anchor:middle}
    .e{text-anchor:end}
    .axis{stroke:#757575;fill:none}
    .grid{stroke:#757575;stroke-opacity:.22;fill:none}
    .reference{stroke:#757575;stroke-dasharray:2 3;fill:none}
    .line{fill:none;stroke-width:1.75;stroke-linejoin:round}
    .dashed{stroke-dasharray:6 4}
    .band{stroke:none;fill-opacity:.18}
    .bar{fill:none;stroke-width:1.25}
    </style>

    """
  }

  /// Axes, and each series with its number of points.
  private var summary: String {
    let names = chart.series.map { "\($0.name) (\($0.points.count) points)" }
    let axes = "\(chart.y.heading) against \(chart.x.heading)"
    return names.isEmpty
      ? "\(axes), no data." : "\(axes). Series: \(names.joined(separator: ", "))."
  }

  private func drawAxes(_ text: inout String) {
    if !chart.title.isEmpty {
      write(chart.title, at: left, 24, class: "heading", &text)
    }
    for tick in yTicks {
      guard let place = y.position(of: tick.value).map(vertical) else { continue }
      line(left, place, right, place, class: "grid", &text)
      write(tick.label, at: left - 6, place + 4, class: "e", &text)
    }
    for tick in xTicks {
      guard let place = x.position(of: tick.value).map(horizontal) else { continue }
      line(place, top, place, bottom, class: "grid", &text)
      write(tick.label, at: place, bottom + 18, class: "m", &text)
    }
    text += "<path class=\"axis\" d=\"M\(SVGText.coordinate(left)) \(SVGText.coordinate(top))"
    text += "V\(SVGText.coordinate(bottom))H\(SVGText.coordinate(right))\"/>\n"
    write(chart.x.heading, at: (left + right) / 2, Double(height) - 12, class: "m", &text)
    let middle = (top + bottom) / 2
    text +=
      "<text class=\"m\" transform=\"translate(16 \(SVGText.coordinate(middle))) rotate(-90)\">"
    text += SVGText.escaped(chart.y.heading) + "</text>\n"
    if !chart.series.contains(where: { $0.points.contains { place(of: $0) != nil } }) {
      write("no data", at: (left + right) / 2, middle, class: "m", &text)
    }
  }

  private func draw(_ reference: Chart.ReferenceLine, _ text: inout String) {
    switch reference.place {
    case .x(let value):
      guard let place = x.position(of: value).map(horizontal) else { return }
      line(place, top, place, bottom, class: "reference", &text)
      write(reference.label, at: place - 4, top + 12, class: "e", &text)
    case .y(let value):
      guard let place = y.position(of: value).map(vertical) else { return }
      line(left, place, right, place, class: "reference", &text)
      write(reference.label, at: right - 4, place - 5, class: "e", &text)
    }
  }

  private func drawLegend(_ text: inout String) {
    guard chart.series.count > 1 else { return }
    for (place, series) in chart.series.enumerated() {
      let height = top + 10 + Double(place) * Self.legendLine
      guard height < bottom else {
        write("…", at: right + 34, height - Self.legendLine / 2, class: "", &text)
        return
      }
      let color = Self.palette[place % Self.palette.count]
      if series.style != .points {
        let kind = series.style == .dashedLine ? "line dashed" : "line"
        line(right + 10, height, right + 28, height, class: kind, color: color, &text)
      }
      if series.style.hasMarks { text += Self.mark(place, right + 19, height, color) }
      let name = series.name.count > 28 ? series.name.prefix(27) + "…" : series.name[...]
      write(String(name), at: right + 34, height + 4, class: "", &text)
    }
  }

  // MARK: Series

  private func draw(_ series: Chart.Series, _ place: Int, _ text: inout String) {
    let color = Self.palette[place % Self.palette.count]
    let runs = series.points.split { self.place(of: $0) == nil }
    text += "<g class=\"series\">\n"
    for run in runs {
      if series.uncertainty == .band { drawBand(run, color, &text) }
      if series.style != .points, run.count > 1 {
        let path = Self.path(run.compactMap(self.place))
        let kind = series.style == .dashedLine ? "line dashed" : "line"
        text += "<path class=\"\(kind)\" stroke=\"\(color)\" d=\"\(path)\"/>\n"
      }
    }
    for point in series.points {
      guard let (across, down) = self.place(of: point) else { continue }
      if series.uncertainty == .bars { drawBar(point, across, color, &text) }
      // A line needs two points; a lone one is marked so that it is seen.
      let isAlone = runs.contains { $0.count == 1 && $0.first == point }
      if series.style.hasMarks || isAlone { text += Self.mark(place, across, down, color) }
    }
    text += "</g>\n"
  }

  private func drawBand(
    _ run: ArraySlice<Chart.Point>, _ color: String, _ text: inout String
  ) {
    let edges = run.compactMap { point -> (x: Double, low: Double, high: Double)? in
      guard let (low, high) = ends(of: point), let place = place(of: point) else { return nil }
      return (place.0, low, high)
    }
    guard edges.count > 1 else { return }
    let outline = edges.map { ($0.x, $0.high) } + edges.reversed().map { ($0.x, $0.low) }
    text += "<path class=\"band\" fill=\"\(color)\" d=\"\(Self.path(outline))Z\"/>\n"
  }

  private func drawBar(
    _ point: Chart.Point, _ across: Double, _ color: String, _ text: inout String
  ) {
    guard let (low, high) = ends(of: point) else { return }
    let (first, last) = (max(left, across - 3), min(right, across + 3))
    text += "<path class=\"bar\" stroke=\"\(color)\" d=\""
    text += "M\(SVGText.coordinate(across)) \(SVGText.coordinate(low))V\(SVGText.coordinate(high))"
    for height in [low, high] {
      text +=
        "M\(SVGText.coordinate(first)) \(SVGText.coordinate(height))H\(SVGText.coordinate(last))"
    }
    text += "\"/>\n"
  }

  /// A circle, square, diamond, triangle, cross or inverted triangle.
  private static func mark(_ kind: Int, _ x: Double, _ y: Double, _ color: String) -> String {
    let shapes = [
      "", "M-3-3h6v6h-6Z", "M0-4.2L4.2 0L0 4.2L-4.2 0Z", "M0-4L4 3H-4Z",
      "M-3.2-3.2L3.2 3.2M3.2-3.2L-3.2 3.2", "M0 4L4-3H-4Z",
    ]
    // The second round of colours comes with other marks.
    let shape = shapes[(kind + kind / palette.count) % shapes.count]
    if shape.isEmpty {
      return
        "<circle cx=\"\(SVGText.coordinate(x))\" cy=\"\(SVGText.coordinate(y))\" r=\"3.2\" fill=\"\(color)\"/>\n"
    }
    return
      "<path transform=\"translate(\(SVGText.coordinate(x)) \(SVGText.coordinate(y)))\" fill=\"\(color)\" "
      + "stroke=\"\(color)\" d=\"\(shape)\"/>\n"
  }

  // MARK: Places

  private func horizontal(_ position: Double) -> Double { left + position * (right - left) }
  private func vertical(_ position: Double) -> Double { bottom - position * (bottom - top) }

  /// Pixels from the left and from the top; `nil` for a point that is not in the plot.
  private func place(of point: Chart.Point) -> (Double, Double)? {
    guard let across = x.position(of: point.x), let up = y.position(of: point.y) else { return nil }
    return (horizontal(across), vertical(up))
  }

  /// The heights of both ends of an uncertainty, at the border of the plot if they are outside;
  /// `nil` for none.
  private func ends(of point: Chart.Point) -> (low: Double, high: Double)? {
    let (low, high) = (point.low ?? .nan, point.high ?? .nan)
    guard !low.isNaN || !high.isNaN else { return nil }
    func height(_ value: Double) -> Double {
      vertical(y.position(of: y.clamped(value.isNaN ? point.y : value)) ?? 0)
    }
    return (height(low), height(high))
  }

  // MARK: Text

  private func write(
    _ string: String, at x: Double, _ y: Double, class kind: String, _ text: inout String
  ) {
    let attribute = kind.isEmpty ? "" : "class=\"\(kind)\" "
    text += "<text \(attribute)x=\"\(SVGText.coordinate(x))\" y=\"\(SVGText.coordinate(y))\">"
    text += SVGText.escaped(string) + "</text>\n"
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class kind: String, color: String = "",
    _ text: inout String
  ) {
    let stroke = color.isEmpty ? "" : " stroke=\"\(color)\""
    text += "<path class=\"\(kind)\"\(stroke) d=\"\(Self.path([(x1, y1), (x2, y2)]))\"/>\n"
  }

  private static func path(_ points: [(Double, Double)]) -> String {
    points.enumerated().map { place, point in
      "\(place == 0 ? "M" : "L")\(SVGText.coordinate(point.0)) \(SVGText.coordinate(point.1))"
    }.joined()
  }
}

extension Chart.Series.Style {
  fileprivate var hasMarks: Bool { self == .points || self == .lineAndPoints }
}
