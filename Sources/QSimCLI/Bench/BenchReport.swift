import QSim
import Reporting

/// The values of `--format`.
enum BenchFormat: String, CaseIterable {
  case text, json, csv
  case googleBenchmark = "google-benchmark"
}

/// Results of `qsim bench` as tables.
enum BenchReport {
  /// One row a case. Lists of single runs and of values to compare are for JSON only.
  static func table(_ results: [BenchResult], format: BenchFormat) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("suite", alignment: .left), .init("case", alignment: .left), .init("qubits"),
      .init("threads"), .init("precision", alignment: .left), .init("isa", alignment: .left),
      .init("kernel", alignment: .left), .init("gates"),
      .init("plan_s", title: "plan", unit: "s", digits: 3),
      .init("simulate_s", title: "simulate", unit: "s", digits: 3),
      .init("seconds", title: "all", unit: "s", digits: 3),
      .init("least_s", title: "least", unit: "s", digits: 3),
      .init("most_s", title: "most", unit: "s", digits: 3),
      .init("per_gate_s", title: "per gate", unit: "s", digits: 3),
      .init("gflops", title: "rate", unit: "GFLOP/s", digits: 3),
      .init("gbytes_per_s", title: "traffic", unit: "GB/s", digits: 3),
    ]
    let hasLists = format == .json
    if hasLists { columns += [.init("runs_s"), .init("check")] }
    var table = ReportTable(columns: columns)
    for result in results {
      let setting = result.setting
      var row: [ReportValue] = [
        .string(result.suite.rawValue), .string(result.name), .int(setting.qubitCount),
        .int(setting.threads), .string(setting.precision.rawValue),
        .string(setting.instructionSet.rawValue), .string(setting.kernel.rawValue),
        ReportValue(result.gateCount), ReportValue(result.planSeconds),
        .double(result.simulateSeconds), .double(result.median), .double(result.least),
        .double(result.most), ReportValue(result.secondsPerGate), ReportValue(result.gigaflops),
        ReportValue(result.gigabytesPerSecond),
      ]
      if hasLists {
        row += [
          .array(result.seconds.map(ReportValue.double)),
          .array(result.check.map(ReportValue.double)),
        ]
      }
      table.append(row)
    }
    return format == .text ? table.withoutEmptyColumns : table
  }

  /// What `compare.py` of google-benchmark reads: every repetition, then the median.
  static func googleBenchmark(_ results: [BenchResult], threads: Int) -> ReportValue {
    var entries: [ReportValue] = []
    for (family, result) in results.enumerated() {
      let setting = result.setting
      let name =
        "\(result.suite.rawValue)/\(result.name)/n:\(setting.qubitCount)/\(setting.precision.rawValue)/"
        + "\(setting.instructionSet.rawValue)/\(setting.kernel.rawValue)/threads:\(setting.threads)"
      func entry(_ kind: [(String, ReportValue)], _ suffix: String, _ seconds: Double)
        -> ReportValue
      {
        var entry = ReportObject([
          ("name", .string(name + suffix)), ("family_index", .int(family)),
          ("per_family_instance_index", 0), ("run_name", .string(name)),
        ])
        for (key, value) in kind { entry[key] = value }
        entry["threads"] = .int(setting.threads)
        entry["iterations"] = 1
        entry["real_time"] = .double(seconds * 1e9)
        entry["cpu_time"] = .double(seconds * 1e9)
        entry["time_unit"] = "ns"
        return .object(entry)
      }
      let count = ReportValue.int(result.seconds.count)
      for (index, seconds) in result.seconds.enumerated() {
        entries.append(
          entry(
            [("run_type", "iteration"), ("repetitions", count), ("repetition_index", .int(index))],
            "", seconds))
      }
      entries.append(
        entry(
          [
            ("run_type", "aggregate"), ("repetitions", count), ("aggregate_name", "median"),
            ("aggregate_unit", "time"),
          ], "_median", result.median))
    }
    return [
      "context": [
        "date": "", "host_name": "", "executable": "qsim", "num_cpus": .int(threads),
        "mhz_per_cpu": 0, "cpu_scaling_enabled": false, "caches": [], "load_avg": [],
        "library_build_type": "release", "qsim_version": .string(QSimCommand.version),
      ],
      "benchmarks": .array(entries),
    ]
  }

  /// Time per gate against qubits, a line for each case and setting, with what memory alone would
  /// take.
  static func chart(_ results: [BenchResult], bandwidth: [BenchResult]) -> Chart {
    var chart = Chart(
      title: "Time per gate", x: .init("qubits"),
      y: .init("time per gate", unit: "s", scale: .logarithmic))
    let settings = Set(results.map { "\($0.setting.threads) \($0.setting.precision)" })
    for result in results where result.suite != .stream && result.gateCount != nil {
      let threads = result.setting.threads
      var name =
        result.suite == .gates || result.suite == .kernels ? result.name : result.suite.rawValue
      if settings.count > 1 { name += ", \(result.setting.precision), \(threads) thr." }
      let scale = 1 / Double(max(1, result.gateCount ?? 1))
      let point = Chart.Point(
        Double(result.setting.qubitCount), result.median * scale, low: result.least * scale,
        high: result.most * scale)
      append(point, to: name, in: &chart, style: .lineAndPoints)
    }
    let precisions = Set(bandwidth.map(\.setting.precision))
    for result in bandwidth {
      let name = precisions.count > 1 ? "memory, \(result.setting.precision)" : "memory bandwidth"
      append(
        .init(Double(result.setting.qubitCount), result.median), to: name, in: &chart,
        style: .dashedLine)
    }
    for index in chart.series.indices { chart.series[index].points.sort { $0.x < $1.x } }
    return chart
  }

  private static func append(
    _ point: Chart.Point, to name: String, in chart: inout Chart, style: Chart.Series.Style
  ) {
    if let place = chart.series.firstIndex(where: { $0.name == name }) {
      chart.series[place].points.append(point)
    } else {
      chart.series.append(.init(name, points: [point], style: style))
    }
  }
}

extension ReportTable {
  /// The same table without columns that hold nothing.
  fileprivate var withoutEmptyColumns: ReportTable {
    let kept = columns.indices.filter { place in rows.contains { $0[place] != .null } }
    var table = ReportTable(
      key: key, title: title, columns: kept.map { columns[$0] }, barColumn: barColumn)
    for row in rows { table.append(kept.map { row[$0] }) }
    return table
  }
}
