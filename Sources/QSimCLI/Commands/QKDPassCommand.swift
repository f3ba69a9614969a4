import ArgumentParser
import QSim
import Reporting

/// `qsim qkd pass`: the key of one satellite pass.
struct QKDPassCommand: DocumentedCommand {
  static let summary = "Compute the key of one satellite pass."
  static let details = """
    Counts are gathered over the whole pass and make one key of finite length; light below the best elevation is thrown away. \
    loss_db of a row is that between the telescopes, without the receiver's efficiency. Light of the sky adds to the dark counts: \
    H Ω A B t λ/(hc) photons in a gate, shared by two detectors.
    """
  static let examples = [
    "qsim qkd pass --altitude-km 500 --step-s 20 --set repetition_rate_hz=1e8",
    "qsim qkd pass --altitude-km 500 --step-s 20 --set repetition_rate_hz=1e8 --sky-radiance 0.001",
  ]
  static let configuration = configured("pass")

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("bb84-decoy-finite-two or bb84-decoy-finite-one.", valueName: "id"))
  var protocolID = "bb84-decoy-finite-two"

  @OptionGroup var rates: KeyRateOptions

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Altitude of the orbit in km.", valueName: "km"))
  var altitudeKm = 500.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Highest elevation of the pass.", valueName: "degrees"))
  var highestElevationDeg = 90.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Lowest elevation that is tried.", valueName: "degrees"))
  var lowestElevationDeg = 10.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seconds between samples of the pass.", valueName: "s"))
  var stepS = 2.0
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Full divergence of the beam.", valueName: "µrad"))
  var divergenceUrad = 10.0
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Pointing jitter of each axis.", valueName: "µrad"))
  var pointingUrad = 1.0
  @Option(parsing: .unconditional, help: ArgumentHelp("Wavelength.", valueName: "nm"))
  var wavelengthNm = 850.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Diameter of the transmitting telescope.", valueName: "m"))
  var transmitterM = 0.3
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Diameter of the receiving telescope.", valueName: "m"))
  var receiverM = 1.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Transmittance of the air at the zenith.", valueName: "t"))
  var zenithTransmittance = 0.7
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Any other loss between the telescopes.", valueName: "dB"))
  var fixedLossDb = 3.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Light of the sky: 1e-6 to 1e-3 at night, 1e-2 to 100 by day.", valueName: "W/m²/sr/µm"))
  var skyRadiance = 0.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Full field of view of the receiver.", valueName: "µrad"))
  var fieldOfViewUrad = 100.0
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Width of the receiver's filter.", valueName: "nm"))
  var filterNm = 1.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Time a detector is open per pulse.", valueName: "ns"))
  var gateNs = 1.0

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    try checkRanges()
    let background = backgroundPhotons
    let search = try search(background)
    let pass = SatellitePass(
      altitudeKm: altitudeKm, highestElevationDegrees: highestElevationDeg)
    let key = SatelliteKey(
      pass, optics, search, lowestElevationDegrees: lowestElevationDeg, step: stepS)
    var report = Report(
      provenance: Provenance(command: "qkd pass", version: QSimCommand.version))
    let bits = key.rate["key_length_bits"] ?? 0
    report.fields = [
      "protocol": .string(search.definition.id),
      "pass_s": .double(Double(key.samples.count) * stepS),
      "elevation_cut_deg": .double(key.elevationCutDegrees), "used_s": .double(key.seconds),
      "key_length_bits": .double(bits),
      "key_rate_bps": .double(key.seconds > 0 ? bits / key.seconds : 0),
    ]
    if background > 0 { report.fields["background_photons_per_gate"] = .double(background) }
    if output.json {
      report.fields["parameters"] = .object(
        KeyRateTables.parameters(search.definition, key.parameters))
      report.fields["quantities"] = .object(KeyRateTables.quantities(key.rate))
      report.fields["assumptions"] = KeyRateTables.assumptions(search.definition)
    }
    report.tables = [Self.table(key)]
    output.print(report)
  }

  private var optics: FreeSpaceLink {
    var optics = FreeSpaceLink()
    optics.wavelengthNm = wavelengthNm
    optics.divergenceMicroradians = divergenceUrad
    optics.pointingJitterMicroradians = pointingUrad
    optics.transmitterApertureM = transmitterM
    optics.receiverApertureM = receiverM
    optics.zenithTransmittance = zenithTransmittance
    optics.fixedLossDB = fixedLossDb
    return optics
  }

  /// Photons of the sky in a gate, before the detectors.
  private var backgroundPhotons: Double {
    let angle = fieldOfViewUrad * 1e-6
    return optics.backgroundPhotons(
      radiance: skyRadiance, fieldOfViewSteradian: .pi * angle * angle / 4,
      filterMicrometres: filterNm * 1e-3, gateSeconds: gateNs * 1e-9)
  }

  private func checkRanges() throws {
    let ranges: [(name: String, value: Double, range: ClosedRange<Double>, unit: String)] = [
      ("altitude_km", altitudeKm, 100...100_000, "km"),
      ("highest_elevation_deg", highestElevationDeg, 1...90, "degrees"),
      ("lowest_elevation_deg", lowestElevationDeg, 0...89, "degrees"),
      ("step_s", stepS, 0.1...3600, "s"), ("divergence_urad", divergenceUrad, 0...1e5, "µrad"),
      ("pointing_urad", pointingUrad, 0...1e5, "µrad"),
      ("wavelength_nm", wavelengthNm, 100...20_000, "nm"),
      ("transmitter_m", transmitterM, 0.001...100, "m"),
      ("receiver_m", receiverM, 0.001...100, "m"),
      ("zenith_transmittance", zenithTransmittance, 0...1, ""),
      ("fixed_loss_db", fixedLossDb, 0...200, "dB"),
      ("sky_radiance", skyRadiance, 0...1e6, "W/m²/sr/µm"),
      ("field_of_view_urad", fieldOfViewUrad, 0...1e6, "µrad"),
      ("filter_nm", filterNm, 0...1e5, "nm"), ("gate_ns", gateNs, 0...1e9, "ns"),
    ]
    for (name, value, range, unit) in ranges where !range.contains(value) {
      let text = "\(range.lowerBound)...\(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)")
      throw CommandFailure(.usage, "\(name) is in \(text), not \(value)")
    }
    guard lowestElevationDeg < highestElevationDeg else {
      throw CommandFailure(
        .usage,
        "lowest_elevation_deg is below highest_elevation_deg (\(highestElevationDeg)), not \(lowestElevationDeg)"
      )
    }
  }

  private func search(_ background: Double) throws -> KeyRateSearch {
    let settings = try rates.allSettings()
    return try KeyRateScenario.accepting { () throws(Diagnostic) in
      let definition = try KeyRateScenario.definition(named: protocolID)
      guard definition.hasBlocksOfPulses else {
        throw Diagnostic(
          "\(protocolID) has no blocks of pulses", code: "protocol",
          hint: "a pass is for bb84-decoy-finite-two or bb84-decoy-finite-one")
      }
      for name in ["block_size", "transmittance", "loss_db_per_km"]
      where settings.contains(where: { $0.name == name }) {
        throw Diagnostic("\(name) follows from the pass and cannot be set", code: "setting")
      }
      var preset: KeyRatePreset?
      if let name = rates.preset { preset = try KeyRateScenario.preset(named: name) }
      let scenario = KeyRateScenario(
        definition: definition, preset: preset, settings: settings, distancesKm: nil,
        isOptimized: rates.optimize)
      let searches = try scenario.searches()
      guard searches.count == 1 else {
        throw Diagnostic(
          "a pass is for one value of each parameter, not for a range", code: "range")
      }
      let search = searches[0]
      return KeyRateSearch(
        search.definition, search.parameters.addingBackground(photonsPerGate: background),
        optimizing: search.isOptimized, keeping: search.fixed)
    }
  }

  private static func table(_ key: SatelliteKey) -> ReportTable {
    var table = ReportTable(columns: [
      .init("time_s", title: "time", unit: "s"),
      .init("elevation_deg", title: "elevation", unit: "°", digits: 4),
      .init("range_km", title: "range", unit: "km", digits: 5),
      .init("loss_db", title: "loss", unit: "dB", digits: 4), .init("used", alignment: .left),
    ])
    for sample in key.samples {
      table.append([
        .double(sample.secondsAfterCulmination), .double(sample.elevationDegrees),
        .double(sample.slantRangeKm), .double(sample.lossDB),
        .bool(sample.elevationDegrees >= key.elevationCutDegrees),
      ])
    }
    return table
  }
}
