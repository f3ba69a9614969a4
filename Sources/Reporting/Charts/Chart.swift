/// A chart: series of points over two axes, with uncertainties and reference lines.
///
/// A plain value like `Report`; `SVGChart` draws it. Any numbers are allowed: a point that has no
/// place on its axes (NaN, an infinity, zero or less on a logarithmic axis, outside a given range)
/// is left out and breaks the line it is on.
///
///     var chart = Chart(
///       title: "Fourier transform", x: .init("qubits"), y: .init("time", unit: "s", scale: .logarithmic))
///     chart.series = [.init("two threads", points: [.init(20, 0.01), .init(24, 0.2)])]
public struct Chart: Sendable, Hashable {
  /// A value of both axes, and how uncertain y is.
  public struct Point: Sendable, Hashable {
    /// The value along the horizontal axis.
    public var x: Double
    /// The value along the vertical axis.
    public var y: Double
    /// The lower end of the uncertainty of y; `nil` for none.
    public var low: Double?
    /// The upper end of the uncertainty of y; `nil` for none.
    public var high: Double?

    /// Makes a point; `low` and `high` are values of y, not distances from it.
    public init(_ x: Double, _ y: Double, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// Points that belong together.
  public struct Series: Sendable, Hashable {
    /// What joins the points or marks them.
    public enum Style: Sendable, Hashable, CaseIterable {
      /// A line through the points, without marks.
      case line
      /// Marks alone.
      case points
      /// Marks joined by a line.
      case lineAndPoints
      /// A broken line without marks.
      case dashedLine
    }
    /// How `low` and `high` of the points are shown.
    public enum Uncertainty: Sendable, Hashable, CaseIterable {
      /// An error bar at each point.
      case bars
      /// A shaded band along the line.
      case band
    }

    /// The name in the legend.
    public var name: String
    /// The points in the order in which the line runs.
    public var points: [Point]
    /// What joins the points or marks them.
    public var style: Style
    /// How `low` and `high` of the points are shown.
    public var uncertainty: Uncertainty

    /// Makes a series.
    public init(
      _ name: String, points: [Point], style: Style = .lineAndPoints,
      uncertainty: Uncertainty = .bars
    ) {
      self.name = name
      self.points = points
      self.style = style
      self.uncertainty = uncertainty
    }
  }

  /// One axis.
  public struct Axis: Sendable, Hashable {
    /// How values are spread along an axis.
    public enum Scale: Sendable, Hashable, CaseIterable {
      /// Values lie in proportion to their differences.
      case linear
      /// Values lie in proportion to their ratios; those that are not positive have no place.
      case logarithmic
    }

    /// What is plotted, without its unit.
    public var title: String
    /// The unit, printed in brackets; `nil` for pure numbers.
    public var unit: String?
    /// How values are spread along the axis.
    public var scale: Scale
    /// The values the axis covers; `nil` for what the points need.
    public var range: ClosedRange<Double>?

    /// Makes an axis.
    public init(
      _ title: String, unit: String? = nil, scale: Scale = .linear,
      range: ClosedRange<Double>? = nil
    ) {
      self.title = title
      self.unit = unit
      self.scale = scale
      self.range = range
    }

    /// Title and unit as one heading: `time [s]`.
    public var heading: String { unit.map { "\(title) [\($0)]" } ?? title }
  }

  /// A line across the whole plot at one value of an axis, such as a threshold.
  public struct ReferenceLine: Sendable, Hashable {
    /// Where the line stands.
    public enum Place: Sendable, Hashable {
      /// Vertical, at this x.
      case x(Double)
      /// Horizontal, at this y.
      case y(Double)
    }

    /// Where the line stands.
    public var place: Place
    /// The text beside the line.
    public var label: String

    /// Makes a line.
    public init(_ place: Place, label: String) {
      self.place = place
      self.label = label
    }
  }

  /// What the chart shows, in a few words.
  public var title: String
  /// What a reader who does not see the drawing should know; `nil` for a list of axes and series.
  public var description: String?
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// The series, drawn in order, the last one on top.
  public var series: [Series]
  /// Lines across the whole chart, such as a threshold.
  public var referenceLines: [ReferenceLine]

  /// Makes a chart.
  public init(
    title: String, description: String? = nil, x: Axis, y: Axis, series: [Series] = [],
    referenceLines: [ReferenceLine] = []
  ) {
    self.title = title
    self.description = description
    self.x = x
    self.y = y
    self.series = series
    self.referenceLines = referenceLines
  }
}
