import ArgumentParser
import QSim
import Reporting

/// `qsim qkd rate`: the key rate of one protocol along a link.
struct QKDRateCommand: DocumentedCommand {
  static let summary = "Compute the key rate of a protocol over distance."
  static let details = """
    'qsim catalog protocols' lists protocols, their parameters with units and defaults, and the presets. A scenario file is \
    YAML or JSON with protocol, preset, parameters, distance_km and optimize; options win over it. Parameters that are set keep \
    their value under '--optimize'.
    """
  static let examples = [
    "qsim qkd rate --protocol bb84-decoy-infinite --preset gys --distance 0:140:20",
    "qsim qkd rate --protocol tf-pm --preset ma-zeng-zhou --optimize --max-distance --crossing plob",
  ]
  static let configuration = configured("rate")

  @Argument(help: "A scenario file.", completion: .file())
  var file: String?

  @Option(name: .customLong("protocol"), help: ArgumentHelp("The protocol.", valueName: "id"))
  var protocolID: String?

  @OptionGroup var rates: KeyRateOptions
  @OptionGroup var distance: DistanceOption

  @Flag(help: "Print the largest distance with key.")
  var maxDistance = false

  @Option(help: "Print where the rate crosses a bound.")
  var crossing: BoundChoice?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let scenario = try scenario()
    let searches = try KeyRateScenario.accepting(fault) { () throws(Diagnostic) in
      try scenario.searches()
    }
    let isAsked = maxDistance || crossing != nil
    let distances = scenario.distancesKm ?? (isAsked ? [] : (0...60).map { Double($0) * 5 })
    guard searches.count * max(1, distances.count) <= KeyRateScenario.rowLimit else {
      throw CommandFailure(fault, "there are more than \(KeyRateScenario.rowLimit) rows")
    }
    var report = Report(
      provenance: Provenance(command: "qkd rate", version: QSimCommand.version))
    report.provenance.machine = ["threads": .int(rates.threads)]
    report.fields = fields(scenario)
    if output.json, let search = searches.first {
      report.fields["epsilons"] = try KeyRateScenario.accepting { () throws(Diagnostic) in
        KeyRateTables.epsilons(try scenario.definition.ledger(search.parameters))
      }
    }
    try answer(searches, &report)
    let points = searches.flatMap { search in
      search.points(distancesKm: distances, threads: rates.threads).map {
        (definition: scenario.definition, point: $0)
      }
    }
    if !points.isEmpty || output.json {
      report.tables = [KeyRateTables.table(points, isFull: output.json || output.csv)]
    }
    output.print(report)
  }

  /// What it means that a scenario makes no sense.
  private var fault: ExitStatus { file == nil ? .usage : .badInput }

  private func scenario() throws -> KeyRateScenario {
    let given = try rates.allSettings()
    let isWhole = given.isEmpty && protocolID == nil && rates.preset == nil
    let file = try self.file.map { try KeyRateScenarioFile(reading: $0, isWhole: isWhole) }
    guard let id = protocolID ?? file?.protocolID else {
      throw CommandFailure(
        .usage, "--protocol says which key rate", hint: "'qsim catalog protocols' lists them")
    }
    let names = Set(given.map(\.name))
    let distances = try distance.distances() ?? file?.distancesKm
    return try KeyRateScenario.accepting(fault) { () throws(Diagnostic) in
      let name = rates.preset ?? file?.preset
      var preset: KeyRatePreset?
      if let name { preset = try KeyRateScenario.preset(named: name) }
      return KeyRateScenario(
        definition: try KeyRateScenario.definition(named: id), preset: preset,
        settings: (file?.settings ?? []).filter { !names.contains($0.name) } + given,
        distancesKm: distances, isOptimized: rates.optimize || file?.isOptimized == true)
    }
  }

  private func fields(_ scenario: KeyRateScenario) -> ReportObject {
    var fields: ReportObject = ["protocol": .string(scenario.definition.id)]
    if let preset = scenario.preset { fields["preset"] = .string(preset.name) }
    guard output.json else { return fields }
    fields["unit"] = .string("bit per \(scenario.definition.unit.rawValue)")
    fields["optimized"] = .array(
      scenario.isOptimized
        ? scenario.definition.optimizedParameters.map { .string($0.name) } : [])
    fields["assumptions"] = KeyRateTables.assumptions(scenario.definition)
    return fields
  }

  /// Reach and crossings, of the one search there is.
  private func answer(_ searches: [KeyRateSearch], _ report: inout Report) throws {
    guard maxDistance || crossing != nil else { return }
    guard searches.count == 1 else {
      throw CommandFailure(
        .usage, "--max-distance and --crossing are for one value of each parameter, not for a range"
      )
    }
    if searches[0].parameters.value(of: .transmittance) != nil {
      throw CommandFailure(
        fault, "transmittance is set, so the rate is the same at every distance",
        hint: "leave it out, and loss_db_per_km makes the distance count")
    }
    if maxDistance {
      let reach = searches[0].reachKm()
      report.fields["max_distance_km"] = ReportValue(reach)
      if reach == KeyRateSearch.limitKm {
        report.provenance.warnings.append(
          "there is key at any distance up to the limit of the search")
      }
    }
    if let crossing {
      let crossings = searches[0].crossings(crossing.value)
      report.fields["crossing"] = .string(crossing.rawValue)
      report.fields["crossing_km"] = ReportValue(
        (crossings.first { $0.isRising } ?? crossings.first)?.distanceKm)
      if output.json {
        report.fields["crossings"] = .array(
          crossings.map {
            [
              "bound": .string(crossing.rawValue), "distance_km": .double($0.distanceKm),
              "direction": .string($0.isRising ? "above" : "below"),
            ]
          })
      }
    }
  }
}
