import QSim
import Reporting

/// Threshold analyses as tables and as a chart.
enum ThresholdReport {
  typealias Analyses = [(name: String, analysis: ThresholdAnalysis)]

  static func report(_ analyses: Analyses, parameter: String) -> Report {
    var report = Report(provenance: Provenance(command: "threshold", version: QSimCommand.version))
    report.fields = [
      "methods": [
        "intervals": .string(ThresholdAnalysis.intervalMethod),
        "suppression": .string(ThresholdAnalysis.suppressionMethod),
        "crossings": .string(ThresholdAnalysis.crossingMethod),
        "scaling": .string(ScalingFit.method),
      ]
    ]
    report.tables = [
      rates(analyses, parameter), suppressions(analyses, parameter), crossings(analyses, parameter),
      scaling(analyses, parameter),
    ]
    return report
  }

  /// For text: tables with rows, and of a single group its name above them instead of in every row.
  static func plainTables(_ report: Report, _ analyses: Analyses) -> [ReportTable] {
    let tables = report.tables.filter { !$0.rows.isEmpty }.map { table in
      // Most leave nothing out.
      let isLast = table.columns.last?.key == leftOutColumn.key
      return isLast && table.rows.allSatisfy { $0.last == .null } ? withoutLastColumn(table) : table
    }
    guard analyses.count == 1 else { return tables }
    return tables.enumerated().map { place, table in
      let title = (table.title ?? "") + (place == 0 ? ": \(analyses[0].name)" : "")
      var plain = ReportTable(
        key: table.key, title: title, columns: Array(table.columns.dropFirst()))
      for row in table.rows { plain.append(Array(row.dropFirst())) }
      return plain
    }
  }

  private static func withoutLastColumn(_ table: ReportTable) -> ReportTable {
    var short = ReportTable(
      key: table.key, title: table.title, columns: Array(table.columns.dropLast()))
    for row in table.rows { short.append(Array(row.dropLast())) }
    return short
  }

  // MARK: Tables

  private static let leftOutColumn = ReportTable.Column(
    "left_out", title: "without d", alignment: .left)

  private static let groupColumn = ReportTable.Column("group", alignment: .left)

  private static func columns(
    _ key: String, title: String, digits: Int = 4
  ) -> [ReportTable.Column] {
    [
      .init(key, title: title, digits: digits), .init("\(key)_low", title: "low", digits: 3),
      .init("\(key)_high", title: "high", digits: 3),
    ]
  }

  private static func cells(_ estimate: ThresholdAnalysis.Estimate?) -> [ReportValue] {
    guard let estimate else { return [.null, .null, .null] }
    return [
      .double(estimate.value), .double(estimate.interval.lowerBound),
      .double(estimate.interval.upperBound),
    ]
  }

  private static func rates(_ analyses: Analyses, _ parameter: String) -> ReportTable {
    var table = ReportTable(
      key: "rates", title: "Error rates \(unit(analyses))",
      columns: [
        groupColumn, .init(parameter), .init("d"), .init("r", alignment: .left), .init("shots"),
        .init("errors"),
      ] + columns("rate", title: "ε"))
    for (name, analysis) in analyses {
      for rate in analysis.rates {
        let cycles = rate.cycles.map { DecimalText.rounded($0) }.joined(separator: ",")
        table.append(
          [
            .string(name), ReportValue(rate.parameter), .int(rate.distance), .string(cycles),
            .int(rate.tally.shots), .int(rate.tally.errors),
          ] + cells(rate.rate))
      }
    }
    return table
  }

  /// What rates are per, in words.
  private static func unit(_ analyses: Analyses) -> String {
    let rates = analyses.flatMap(\.analysis.rates)
    if rates.allSatisfy(\.isPerCycle) { return "per cycle" }
    return rates.contains(where: \.isPerCycle)
      ? "per cycle, per experiment where its cycles are not known" : "per experiment"
  }

  private static func suppressions(_ analyses: Analyses, _ parameter: String) -> ReportTable {
    var table = ReportTable(
      key: "suppression", title: "Λ: \(ThresholdAnalysis.suppressionMethod)",
      columns: [groupColumn, .init(parameter), .init("d", alignment: .left)]
        + columns("lambda", title: "Λ") + [leftOutColumn])
    for (name, analysis) in analyses {
      for suppression in analysis.suppressions {
        table.append(
          [.string(name), ReportValue(suppression.parameter), "all"] + cells(suppression.factor)
            + [suppression.leftOut.isEmpty ? .null : .string(text(suppression.leftOut))])
        guard suppression.steps.count > 1 else { continue }
        for step in suppression.steps {
          table.append(
            [.string(name), ReportValue(suppression.parameter), .string(text(step.distances))]
              + cells(step.factor) + [.null])
        }
      }
    }
    return table
  }

  private static func crossings(_ analyses: Analyses, _ parameter: String) -> ReportTable {
    var table = ReportTable(
      key: "crossings", title: "Crossings: \(ThresholdAnalysis.crossingMethod)",
      columns: [groupColumn, .init("d", alignment: .left)] + columns(parameter, title: parameter)
        + [.init("confidence", digits: 3)])
    for (name, analysis) in analyses {
      for crossing in analysis.crossings {
        table.append(
          [.string(name), .string(text(crossing.distances))] + cells(crossing.parameter)
            + [.double(crossing.confidence)])
      }
    }
    return table
  }

  private static func scaling(_ analyses: Analyses, _ parameter: String) -> ReportTable {
    var table = ReportTable(
      key: "scaling", title: "Threshold: \(ScalingFit.method)",
      columns: [groupColumn] + columns("threshold", title: "\(parameter)*")
        + columns("nu", title: "ν")
        + [.init("chi_squared_per_degree", title: "χ²/ν", digits: 3), .init("points")])
    for (name, analysis) in analyses {
      guard let fit = analysis.scaling else { continue }
      table.append(
        [.string(name)] + cells(fit.threshold) + cells(fit.exponent)
          + [.double(fit.reducedChiSquared), .int(fit.pointCount)])
    }
    return table
  }

  private static func text(_ distances: [Int]) -> String {
    distances.map(String.init).joined(separator: ",")
  }

  // MARK: Chart

  /// Error rates against the physical error rate, a line for each distance; against the distance
  /// where nothing is varied.
  static func chart(_ analyses: Analyses, parameter: String) -> Chart {
    let isSweep = analyses.contains { item in
      Set(item.analysis.rates.map(\.parameter)).count > 1
    }
    let rate = Chart.Axis("logical error rate \(unit(analyses))", scale: .logarithmic)
    guard isSweep else { return overDistance(analyses, rate) }
    var chart = Chart(
      title: "Logical error rates",
      x: .init("physical error rate \(parameter)", scale: .logarithmic),
      y: rate)
    for (name, analysis) in analyses {
      let byDistance = Dictionary(grouping: analysis.rates, by: \.distance)
      for (distance, rates) in byDistance.sorted(by: { $0.key < $1.key }) {
        let points = rates.compactMap { rate in point(rate, at: rate.parameter) }
        let prefix = analyses.count > 1 ? "\(name) " : ""
        chart.series.append(
          .init("\(prefix)d = \(distance)", points: points, uncertainty: .band))
      }
      if let crossing = analysis.crossings.last {
        let place = DecimalText.rounded(crossing.parameter.value, digits: 3)
        chart.referenceLines.append(
          .init(
            .x(crossing.parameter.value), label: "d = \(text(crossing.distances)) cross at \(place)"
          ))
      }
    }
    return chart
  }

  private static func overDistance(_ analyses: Analyses, _ rate: Chart.Axis) -> Chart {
    var chart = Chart(title: "Logical error rates", x: .init("distance"), y: rate)
    for (name, analysis) in analyses {
      let points = analysis.rates.compactMap { point($0, at: Double($0.distance)) }
      let factor = analysis.suppressions.first.map {
        ", Λ = \(DecimalText.rounded($0.factor.value, digits: 3))"
      }
      chart.series.append(.init(name + (factor ?? ""), points: points, uncertainty: .band))
    }
    return chart
  }

  private static func point(
    _ rate: ThresholdAnalysis.CycleRate, at x: Double?
  ) -> Chart.Point? {
    guard let x, let estimate = rate.rate, estimate.value > 0 else { return nil }
    return Chart.Point(
      x, estimate.value, low: estimate.interval.lowerBound, high: estimate.interval.upperBound)
  }
}
