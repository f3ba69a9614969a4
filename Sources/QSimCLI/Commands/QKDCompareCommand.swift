import ArgumentParser
import QSim
import Reporting

/// `qsim qkd compare`: several protocols against each other and the bounds.
struct QKDCompareCommand: DocumentedCommand {
  static let summary = "Compare key rates of several protocols with what no protocol can exceed."
  static let details = """
    A preset applies to the protocols it is meant for, a setting to those that have the parameter; each must fit at least one. \
    The bounds are those of the channel: PLOB without repeaters, and with one ideal repeater in the middle.
    """
  static let examples = [
    "qsim qkd compare --protocols bb84-decoy-infinite,tf-pm --preset ma-zeng-zhou --optimize --distance 0:450:50"
  ]
  static let configuration = configured("compare")

  @Option(
    name: [.customLong("protocols"), .customLong("protocol")],
    help: ArgumentHelp("Protocols, separated by commas.", valueName: "list"))
  var protocols: [String] = []

  @OptionGroup var rates: KeyRateOptions
  @OptionGroup var distance: DistanceOption

  @Option(
    help: ArgumentHelp("The file to draw the curves into.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let ids = protocols.flatMap { $0.split(separator: ",").map(String.init) }
    guard !ids.isEmpty else {
      throw CommandFailure(
        .usage, "--protocols says which key rates", hint: "'qsim catalog protocols' lists them")
    }
    let searches = try searches(ids)
    let distances = try distance.distances() ?? (0...50).map { Double($0) * 10 }
    guard searches.count * distances.count <= KeyRateScenario.rowLimit else {
      throw CommandFailure(.usage, "there are more than \(KeyRateScenario.rowLimit) rows")
    }
    let curves = searches.map { $0.points(distancesKm: distances, threads: rates.threads) }
    let crossings = searches.map { search in
      search.parameters.value(of: .transmittance) == nil ? search.crossings { $0.plob } : []
    }
    var report = Report(
      provenance: Provenance(command: "qkd compare", version: QSimCommand.version))
    report.provenance.machine = ["threads": .int(rates.threads)]
    report.tables = [
      output.json || output.csv
        ? KeyRateTables.table(
          zip(searches, curves).flatMap { search, curve in
            curve.map { (definition: search.definition, point: $0) }
          }, isFull: true)
        : Self.table(searches, curves, distances), Self.crossingTable(searches, crossings),
    ]
    if output.csv { report.tables.removeLast() }
    if let svg {
      let file = try OutputFile.creating(svg)
      file.write(SVGChart().document(Self.chart(searches, curves, crossings)))
      try file.close()
      report.fields["svg"] = .string(svg)
    }
    output.print(report)
  }

  private func searches(_ ids: [String]) throws -> [KeyRateSearch] {
    let settings = try rates.allSettings()
    return try KeyRateScenario.accepting { () throws(Diagnostic) in
      var definitions: [QKDProtocolDefinition] = []
      for id in ids { definitions.append(try KeyRateScenario.definition(named: id)) }
      var preset: KeyRatePreset?
      if let name = rates.preset {
        let found = try KeyRateScenario.preset(named: name)
        guard definitions.contains(where: { found.isFor($0) }) else {
          throw Diagnostic("preset '\(found.name)' is for none of the protocols", code: "preset")
        }
        preset = found
      }
      for (name, values) in settings {
        let isKnown = definitions.contains { $0.parameters.contains { $0.name == name } }
        guard isKnown else {
          throw Diagnostic("none of the protocols has a parameter '\(name)'", code: "unknown-key")
        }
        guard values.count == 1 else {
          throw Diagnostic(
            "a comparison is for one value of \(name), not for a range", code: "range")
        }
      }
      var searches: [KeyRateSearch] = []
      for definition in definitions {
        let scenario = KeyRateScenario(
          definition: definition, preset: preset.flatMap { $0.isFor(definition) ? $0 : nil },
          settings: settings.filter { setting in
            definition.parameters.contains { $0.name == setting.name }
          }, distancesKm: nil, isOptimized: rates.optimize)
        searches += try scenario.searches()
      }
      return searches
    }
  }

  private static func table(
    _ searches: [KeyRateSearch], _ curves: [[KeyRateSearch.Point]], _ distances: [Double]
  ) -> ReportTable {
    var columns: [ReportTable.Column] = [.init("distance_km", title: "distance", unit: "km")]
    columns += searches.map { .init($0.definition.id, digits: 4) }
    columns += [
      .init("plob", title: "PLOB", digits: 4),
      .init("one_repeater", title: "one repeater", digits: 4),
    ]
    var table = ReportTable(columns: columns)
    for place in distances.indices {
      let first = curves[0][place]
      table.append(
        [.double(distances[place])] + curves.map { .double($0[place].rate.bitsPerPulse) }
          + [.double(first.plob), .double(first.singleRepeater)])
    }
    return table
  }

  private static func crossingTable(
    _ searches: [KeyRateSearch], _ crossings: [[(distanceKm: Double, isRising: Bool)]]
  ) -> ReportTable {
    var table = ReportTable(
      key: "crossings", title: "Where a rate crosses PLOB",
      columns: [
        .init("protocol", alignment: .left), .init("bound", alignment: .left),
        .init("distance_km", title: "distance", unit: "km", digits: 5),
        .init("direction", alignment: .left),
      ])
    for (search, list) in zip(searches, crossings) {
      for crossing in list {
        table.append([
          .string(search.definition.id), "plob", .double(crossing.distanceKm),
          .string(crossing.isRising ? "above" : "below"),
        ])
      }
    }
    return table
  }

  private static func chart(
    _ searches: [KeyRateSearch], _ curves: [[KeyRateSearch.Point]],
    _ crossings: [[(distanceKm: Double, isRising: Bool)]]
  ) -> Chart {
    var chart = Chart(
      title: "Key rates", x: .init("distance", unit: "km"),
      y: .init("rate", unit: "bit/pulse", scale: .logarithmic))
    chart.series = zip(searches, curves).map { search, curve in
      Chart.Series(
        search.definition.id, points: curve.map { .init($0.distanceKm, $0.rate.bitsPerPulse) },
        style: .line)
    }
    let first = curves.first ?? []
    chart.series += [
      .init("PLOB", points: first.map { .init($0.distanceKm, $0.plob) }, style: .dashedLine),
      .init(
        "one repeater", points: first.map { .init($0.distanceKm, $0.singleRepeater) },
        style: .dashedLine),
    ]
    let end = first.last?.distanceKm ?? 0
    for (search, list) in zip(searches, crossings) {
      for crossing in list where crossing.isRising && crossing.distanceKm <= end {
        let place = DecimalText.rounded(crossing.distanceKm, digits: 4)
        chart.referenceLines.append(
          .init(.x(crossing.distanceKm), label: "\(search.definition.id) \(place) km"))
      }
    }
    return chart
  }
}
