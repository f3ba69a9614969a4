import QSim
import Reporting

/// What `qsim examples willow` found, beside what is published.
struct WillowReport {
  let errorRate: Double
  let decoder: String
  let tallies: [ThresholdAnalysis.Sample]
  let seed: UInt64

  private let analysis: ThresholdAnalysis

  init(
    errorRate: Double, decoder: String, tallies: [ThresholdAnalysis.Sample], seed: UInt64
  ) {
    self.errorRate = errorRate
    self.decoder = decoder
    self.tallies = tallies
    self.seed = seed
    analysis = ThresholdAnalysis(tallies)
  }

  var report: Report {
    var report = Report(
      provenance: Provenance(command: "examples willow", version: QSimCommand.version, seed: seed))
    report.fields = [
      "noise": .string("si1000:p=\(errorRate)"), "decoder": .string(decoder),
      "source":
        "Acharya et al., Nature 638, 920 (2025): Λ, and ε of d = 7; ε of d = 3 and 5 follow from them",
    ]
    report.tables = [experiments, rates, suppressions]
    return report
  }

  private var experiments: ReportTable {
    var table = ReportTable(
      key: "experiments", title: "Experiments",
      columns: [
        .init("d"), .init("r", title: "cycles"), .init("shots"), .init("errors"),
        .init("failure_rate", title: "P", digits: 3),
        .init("detection_fraction", title: "detection fraction", digits: 3),
      ])
    for sample in tallies {
      let counts = sample.tally.customCounts
      let fraction =
        Double(counts["detection_events"] ?? 0) / Double(max(1, counts["detectors_checked"] ?? 0))
      table.append([
        .int(sample.distance), .int(Int(sample.cycles ?? 0)), .int(sample.tally.shots),
        .int(sample.tally.errors), .double(LogicalErrorRate.estimate(sample.tally).rate),
        .double(fraction),
      ])
    }
    return table
  }

  private var rates: ReportTable {
    var table = ReportTable(
      key: "rates", title: "Logical error per cycle",
      columns: [
        .init("d"), .init("rate", title: "ε", digits: 4), .init("low", digits: 4),
        .init("high", digits: 4), .init("willow", title: "Willow", digits: 3),
      ])
    for rate in analysis.rates {
      table.append([
        .int(rate.distance), ReportValue(rate.rate?.value),
        ReportValue(rate.rate?.interval.lowerBound), ReportValue(rate.rate?.interval.upperBound),
        ReportValue(WillowPublished.rate(distance: rate.distance)),
      ])
    }
    return table
  }

  private var suppressions: ReportTable {
    var table = ReportTable(
      key: "suppression", title: "Λ",
      columns: [
        .init("d", alignment: .left), .init("lambda", title: "Λ", digits: 4),
        .init("low", digits: 4),
        .init("high", digits: 4), .init("willow", title: "Willow"),
      ])
    for suppression in analysis.suppressions {
      func row(_ name: String, _ factor: ThresholdAnalysis.Estimate) -> [ReportValue] {
        [
          .string(name), .double(factor.value), .double(factor.interval.lowerBound),
          .double(factor.interval.upperBound), .double(WillowPublished.suppression.value),
        ]
      }
      for step in suppression.steps {
        table.append(row(step.distances.map(String.init).joined(separator: ","), step.factor))
      }
      table.append(row("all", suppression.factor))
    }
    return table
  }

  /// Failures over cycles, measured and by the rates per cycle.
  var chart: Chart {
    var chart = Chart(
      title: "Willow, simulated: si1000 at p = \(errorRate), \(decoder)",
      x: .init("cycles"), y: .init("logical failures", scale: .logarithmic))
    for rate in analysis.rates {
      let points = tallies.filter { $0.distance == rate.distance }.map { sample in
        let estimate = LogicalErrorRate.estimate(sample.tally)
        let interval = estimate.wilsonInterval()
        return Chart.Point(
          sample.cycles ?? 0, estimate.rate, low: interval.lowerBound, high: interval.upperBound)
      }
      chart.series.append(.init("d = \(rate.distance)", points: points, uncertainty: .band))
    }
    let last = tallies.compactMap(\.cycles).max() ?? 1
    for rate in analysis.rates {
      guard let published = WillowPublished.rate(distance: rate.distance) else { continue }
      let points = (1...40).map { step -> Chart.Point in
        let cycles = last * Double(step) / 40
        return Chart.Point(cycles, LogicalErrorRate.perExperiment(published, cycles: cycles))
      }
      chart.series.append(
        .init("d = \(rate.distance), Willow's ε", points: points, style: .dashedLine))
    }
    return chart
  }
}
