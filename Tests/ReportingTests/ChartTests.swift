import Foundation
import Reporting
import TestSupport
import Testing

struct ChartTests {
  // MARK: Goldens

  private static let scaling = Chart(
    title: "Time per gate <double & single>", x: .init("qubits"),
    y: .init("time per gate", unit: "s", scale: .logarithmic),
    series: [
      .init(
        "qft, 2 threads",
        points: (16...24).map { n in
          let time = 3e-10 * Double(1 << n)
          return .init(Double(n), time, low: time * 0.8, high: time * 1.3)
        }),
      .init("rcs", points: (16...24).map { .init(Double($0), 5e-10 * Double(1 << $0)) }),
      .init(
        "memory bandwidth", points: [.init(16, 6e-5), .init(24, 1.5e-2)], style: .dashedLine),
    ])

  private static let thresholds = Chart(
    title: "Logical error rate", description: "Two code distances that cross at the threshold.",
    x: .init("physical error rate", scale: .logarithmic),
    y: .init("logical error rate", range: 0...0.5),
    series: [
      .init(
        "d = 3",
        points: [.init(1e-3, 0.01, low: 0, high: 0.02), .init(1e-2, 0.3, low: 0.25, high: 0.34)],
        style: .line, uncertainty: .band),
      .init(
        "d = 5",
        points: [.init(1e-3, 0.001), .init(2e-3, .nan), .init(1e-2, 0.4), .init(3e-2, 0.7)]),
      .init("d = 7", points: [.init(4e-3, 0.1, low: -1, high: 2)], style: .points),
    ], referenceLines: [.init(.x(7e-3), label: "threshold"), .init(.y(0.45), label: "guess")])

  private static let empty = Chart(title: "", x: .init("x"), y: .init("y"))

  @Test(arguments: [("scaling", scaling), ("thresholds", thresholds), ("empty", empty)])
  func `a chart is drawn as before`(name: String, chart: Chart) {
    let text = SVGChart().document(chart)
    #expect(Golden.mismatch(of: text, with: "Charts/\(name).svg") == nil)
    #expect(XMLScan(text).problem == nil)
  }

  // MARK: Properties

  @Test func `any numbers give a well-formed chart with every mark inside the plot`() throws {
    var random = SplitMix(state: 5)
    var drawn = 0
    for _ in 0..<1500 {
      let chart = Self.randomChart(&random)
      let (width, height) = (Int(random.next() % 900), Int(random.next() % 700))
      let svg = SVGChart(width: width, height: height)
      let text = svg.document(chart)
      let scan = XMLScan(text)
      #expect(scan.problem == nil, "\(scan.problem ?? "") in \(chart)")
      #expect(!text.contains("nan") && !text.contains("inf"), "\(chart)")
      let frame = ChartDrawing(chart, width: svg.width, height: svg.height)
      for (x, y) in scan.seriesCoordinates {
        drawn += 1
        #expect(
          x >= frame.left - 0.01 && x <= frame.right + 0.01 && y >= frame.top - 0.01
            && y <= frame.bottom + 0.01, "(\(x), \(y)) in \(chart)")
      }
    }
    #expect(drawn > 5000)
  }

  @Test func `points are drawn exactly if they have a place on both axes`() {
    let points: [Chart.Point] = [
      .init(1, 1), .init(2, .nan), .init(.infinity, 3), .init(0, 2), .init(-1, 2), .init(5, 0),
      .init(10, 100), .init(20, 3),
    ]
    let chart = Chart(
      title: "", x: .init("x", scale: .logarithmic, range: 1...10),
      y: .init("y", scale: .logarithmic), series: [.init("s", points: points, style: .points)])
    let text = SVGChart().document(chart)
    #expect(text.ranges(of: "<circle").count == 2)
  }

  @Test func `a missing point breaks its line`() {
    func paths(_ y: Double) -> Int {
      let points = [(1.0, 1.0), (2, 2), (3, y), (4, 2), (5, 1)].map { Chart.Point($0.0, $0.1) }
      let chart = Chart(
        title: "", x: .init("x"), y: .init("y"), series: [.init("s", points: points, style: .line)])
      return SVGChart().document(chart).ranges(of: "class=\"line\"").count
    }
    #expect(paths(3) == 1 && paths(.nan) == 2)
  }

  @Test func `texts of a chart cannot break its markup`() {
    var chart = Self.scaling
    chart.title = "</title><script>alert(1)</script>\u{0}\n\"'"
    chart.series[0].name = "<&>"
    let text = SVGChart().document(chart)
    #expect(XMLScan(text).problem == nil && !text.contains("<script"))
  }

  // MARK: Axes

  @Test func `ticks ascend inside the axis with labels that differ`() {
    var random = SplitMix(state: 9)
    for _ in 0..<3000 {
      let isLogarithmic = random.next() % 2 == 0
      var values = [Self.nasty(&random), Self.nasty(&random)]
      if isLogarithmic { values = values.map(\.magnitude) }
      let scale = AxisScale(
        .init("x", scale: isLogarithmic ? .logarithmic : .linear), values: values)
      let ticks = scale.ticks(count: 6)
      #expect(ticks.count <= 28)
      #expect(ticks.allSatisfy { scale.range.contains($0.value) }, "\(values)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value }, "\(values)")
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(values) \(ticks.map(\.label))")
    }
  }

  @Test(arguments: [
    (0.0, 10.0, false, ["0", "2", "4", "6", "8", "10"]),
    (-0.3, 0.3, false, ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]),
    (1e-7, 1e-2, true, ["10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01"]),
    (10, 1000, true, ["10", "20", "50", "100", "200", "500", "1000"]),
  ])
  func `ticks are round numbers`(low: Double, high: Double, isLogarithmic: Bool, labels: [String]) {
    let axis = Chart.Axis("x", scale: isLogarithmic ? .logarithmic : .linear, range: low...high)
    #expect(AxisScale(axis, values: []).ticks(count: 6).map(\.label) == labels)
  }

  @Test func `the decimal logarithm is that of the C library`() {
    var random = SplitMix(state: 2)
    for _ in 0..<10_000 {
      let value = Double(bitPattern: random.next() >> 1)
      guard value.isFinite, value > 0 else { continue }
      let exact = Foundation.log10(value)
      #expect(abs(AxisScale.log10(value) - exact) <= 4e-15 * max(1, abs(exact)), "\(value)")
    }
  }

  @Test func `positions keep the order of values`() {
    var random = SplitMix(state: 4)
    for _ in 0..<500 {
      let values = (0..<6).map { _ in Self.nasty(&random).magnitude }.filter {
        $0.isFinite && $0 > 0
      }
      for kind in Chart.Axis.Scale.allCases {
        let scale = AxisScale(.init("x", scale: kind), values: values)
        let places = values.sorted().map { scale.position(of: $0) }
        #expect(places.allSatisfy { $0 != nil }, "\(values)")
        #expect(zip(places, places.dropFirst()).allSatisfy { $0! <= $1! }, "\(values)")
      }
    }
  }

  /// No Foundation, and the C library for the clock alone: nothing in the module can ask for a
  /// locale.
  @Test func `the module imports nothing that knows a locale`() throws {
    let folder = Golden.folder.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Reporting").resolvingSymlinksInPath()
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let imports = lines.filter { $0.hasPrefix("import ") || $0.hasPrefix("@_exported import ") }
      let isClock = file.lastPathComponent == "Stopwatch.swift"
      #expect(
        imports.allSatisfy { $0.hasSuffix(" Documents") || isClock && $0 == "import Glibc" },
        "\(file.lastPathComponent)")
    }
    #expect(count >= 10)
  }

  // MARK: Random charts

  private static func nasty(_ random: inout SplitMix) -> Double {
    let special = [
      0, -0.0, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
      .leastNonzeroMagnitude, 1, -1, 1e300, 1e-300, 1e16, 1e16 + 2,
    ]
    switch random.next() % 4 {
    case 0: return special[Int(random.next() % UInt64(special.count))]
    case 1: return Double(bitPattern: random.next())
    default: return Double(Int64(truncatingIfNeeded: random.next()) >> 40) / 1000
    }
  }

  private static func randomChart(_ random: inout SplitMix) -> Chart {
    func axis(_ random: inout SplitMix) -> Chart.Axis {
      var axis = Chart.Axis("a<b", scale: random.next() % 2 == 0 ? .linear : .logarithmic)
      let ends = [nasty(&random), nasty(&random)].filter { !$0.isNaN }.sorted()
      if ends.count == 2, random.next() % 4 == 0 { axis.range = ends[0]...ends[1] }
      return axis
    }
    var chart = Chart(title: random.next() % 2 == 0 ? "t" : "", x: axis(&random), y: axis(&random))
    for index in 0..<random.next() % 4 {
      let points = (0..<random.next() % 12).map { _ in
        Chart.Point(
          nasty(&random), nasty(&random), low: random.next() % 3 == 0 ? nasty(&random) : nil,
          high: random.next() % 3 == 0 ? nasty(&random) : nil)
      }
      let style = Chart.Series.Style.allCases[Int(random.next() % 4)]
      chart.series.append(
        .init(
          "series \(index) with a name longer than the legend", points: points, style: style,
          uncertainty: random.next() % 2 == 0 ? .bars : .band))
    }
    if random.next() % 2 == 0 {
      chart.referenceLines = [
        .init(.x(nasty(&random)), label: "x"), .init(.y(nasty(&random)), label: "y"),
      ]
    }
    return chart
  }
}
