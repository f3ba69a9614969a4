import QuantumCore
import RealModule

/// The numbers of the literature that the key rates are held against; `qsim qkd validate` prints
/// them.
public enum LiteratureTable {
  /// Every row, grouped by what is compared.
  public static let rows: [LiteratureRow] =
    limits + decoys + finite + relays + twinFields + continuous + satellites

  /// Where a decreasing function is zero.
  private static func root(_ low: Double, _ high: Double, _ function: (Double) -> Double) -> Double
  {
    var (low, high) = (low, high)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if function(middle) > 0 { low = middle } else { high = middle }
    }
    return low
  }

  /// A search with a preset and settings; NaN in every result where they do not fit is caught by
  /// the tests.
  static func search(
    _ id: String, preset: String? = nil, _ settings: KeyValuePairs<String, Double> = [:],
    optimizing: Bool = false
  ) -> KeyRateSearch? {
    guard let definition = QKDProtocolCatalog.definition(named: id),
      let parameters = try? definition.parameters(
        preset: preset.flatMap(KeyRatePresetCatalog.definition),
        settings: settings.map { (name: $0.key, value: $0.value) })
    else { return nil }
    let given = Set(settings.compactMap { KeyRateParameter.named($0.key)?.id })
    return KeyRateSearch(definition, parameters, optimizing: optimizing, keeping: given)
  }

  private static func reach(
    _ id: String, preset: String, _ settings: KeyValuePairs<String, Double> = [:],
    optimizing: Bool = false
  ) -> Double {
    search(id, preset: preset, settings, optimizing: optimizing)?.reachKm() ?? .nan
  }

  private static func rate(
    _ id: String, preset: String, _ settings: KeyValuePairs<String, Double> = [:], at km: Double
  ) -> Double {
    search(id, preset: preset, settings)?.point(distanceKm: km).rate.bitsPerPulse ?? .nan
  }

  private static let limits: [LiteratureRow] = [
    .exact(
      "qber-bb84", "error rate at which one-way BB84 ends", unit: "%", source: "Shor00",
      published: 11.0028, within: 5e-5
    ) { 100 * root(0, 0.4) { 1 - 2 * Entropy.binary($0) } },
    .exact(
      "qber-six-state", "error rate at which the six-state protocol ends", unit: "%",
      source: "Scarani09", published: 12.6193, within: 5e-5
    ) {
      100
        * root(0, 0.3) {
          1 - Entropy.binary($0) - QKDProtocolDefinition.sixStatePrivacy(error: $0)
        }
    },
    .exact(
      "qber-device-independent", "error rate at which the CHSH-priced key ends", unit: "%",
      source: "Pironio09", published: 7.1492, within: 5e-5
    ) {
      100
        * root(0, 0.14) {
          1 - Entropy.binary($0)
            - QKDProtocolDefinition.chshPrivacy(violation: 2 * Double.sqrt(2) * (1 - 2 * $0))
        }
    },
    .exact(
      "sarg04-one-photon", "error rate at which SARG04 ends for one photon (digits cut)", unit: "%",
      source: "Fung06", published: 9.68, expected: 9.689, within: 5e-4
    ) { 100 * root(0, 0.2) { 1 - Entropy.binary($0) - SARG04Clicks.singlePhotonCost($0) } },
    .exact(
      "sarg04-two-photons", "error rate at which SARG04 ends for two photons", unit: "%",
      source: "Fung06", published: 2.71, within: 5e-3
    ) { 100 * root(0, 0.2) { 1 - Entropy.binary($0) - SARG04Clicks.twoPhotonCost($0) } },
    .exact(
      "b92-depolarizing", "depolarising rate at which lossless B92 ends", source: "Tamaki04",
      published: 0.034, within: 5e-4
    ) {
      root(0, 0.1) { rate in
        let search = search(
          "b92",
          [
            "misalignment": 2 * rate / 3, "detector_efficiency": 1, "dark_count_probability": 0,
            "error_correction_efficiency": 1,
          ], optimizing: true)
        return search?.point(distanceKm: 0).rate.bitsPerPulse ?? .nan
      }
    },
  ]

  private static let decoys: [LiteratureRow] = [
    .exact(
      "best-intensity-1.22", "best intensity without dark counts, e_d 3.3 %, f 1.22",
      source: "Ma05", published: 0.48, expected: 0.4789, within: 5e-5
    ) { DecoyBounds.bestIntensity(misalignment: 0.033, errorCorrectionEfficiency: 1.22) },
    .exact(
      "best-intensity-1", "best intensity without dark counts, e_d 3.3 %, f 1", source: "Ma05",
      published: 0.54, expected: 0.5441, within: 5e-5
    ) { DecoyBounds.bestIntensity(misalignment: 0.033, errorCorrectionEfficiency: 1) },
    .exact(
      "gys-infinite", "GYS reach with all decoys, mu 0.48", unit: "km", source: "Ma05",
      published: 142.05, expected: 142.01, within: 0.01
    ) { reach("bb84-decoy-infinite", preset: "gys") },
    .exact(
      "gys-infinite-optimized", "GYS reach with all decoys, best mu", unit: "km", source: "Ma05",
      published: 142.05, expected: 142.21, within: 0.01
    ) { reach("bb84-decoy-infinite", preset: "gys", optimizing: true) },
    .exact(
      "gys-vacuum-weak", "GYS reach with vacuum and weak decoy, mu 0.48, nu 0.05", unit: "km",
      source: "Ma05", published: 140.55, expected: 140.62, within: 0.01
    ) { reach("bb84-decoy-vacuum-weak", preset: "gys") },
    .exact(
      "gys-yield-deviation", "GYS at 40 km, nu/mu 0.25: bound on Y1 off by", unit: "%",
      source: "Ma05", published: 3.5, within: 0.05
    ) { gysDeviations().yield },
    .exact(
      "gys-error-deviation", "GYS at 40 km, nu/mu 0.25: bound on e1 off by", unit: "%",
      source: "Ma05", published: 16.8, within: 0.05
    ) { gysDeviations().error },
    .exact(
      "gys-rate-0", "GYS rate at 0 km, all decoys, mu 0.48", unit: "bit/pulse", source: "Ma05",
      published: 2.555e-3, within: 5e-7
    ) { rate("bb84-decoy-infinite", preset: "gys", at: 0) },
    .exact(
      "gys-rate-100", "GYS rate at 100 km, all decoys, mu 0.48", unit: "bit/pulse", source: "Ma05",
      published: 1.718e-5, within: 5e-9
    ) { rate("bb84-decoy-infinite", preset: "gys", at: 100) },
    .exact(
      "gys-gllp", "GYS reach without decoys, best mu", unit: "km", source: "Gottesman04",
      published: 40.2, within: 0.05
    ) { reach("bb84-gllp", preset: "gys", optimizing: true) },
  ]

  private static func gysDeviations() -> (yield: Double, error: Double) {
    guard let search = search("bb84-decoy-vacuum-weak", preset: "gys") else { return (.nan, .nan) }
    let link = Link(distanceKm: 40, search.parameters)
    let channel = WeakPulseChannel(search.parameters, link)
    let bounds = DecoyBounds(channel, mu: 0.48, nu: 0.12)
    let yield = channel.yield(photons: 1)
    let error = channel.errorYield(photons: 1) / yield
    return (100 * abs(bounds.yield / yield - 1), 100 * abs(bounds.error / error - 1))
  }

  /// The settings of the point that two programs computed to all digits.
  static let limPoint: KeyValuePairs<String, Double> = [
    "intensity_1": 0.43, "intensity_2": 0.17, "intensity_3": 2e-4, "probability_1": 0.755,
    "probability_2": 0.157, "probability_3": 0.088, "basis_probability": 0.927,
    "block_size": 1e9, "epsilon_secrecy": 1e-9, "epsilon_correctness": 1e-15,
    "counts_below_zero": 1,
  ]

  /// The rate at 100 km with ε_sec = κ l for the length l it leads to, κ = 10⁻¹⁵.
  static func limRate(blockSize: Double, plainClickErrors: Bool) -> Double {
    var epsilon = 1e-9
    var rate = Double.nan
    for _ in 0..<12 {
      guard
        let search = search(
          "bb84-decoy-finite-two", preset: "lim-2014",
          [
            "block_size": blockSize, "epsilon_secrecy": epsilon, "intensity_3": 2e-4,
            "plain_click_errors": plainClickErrors ? 1 : 0, "counts_below_zero": 1,
          ], optimizing: true)
      else { return .nan }
      let point = search.point(distanceKm: 100)
      rate = point.rate.bitsPerPulse
      let next = max(1e-300, 1e-15 * (point.rate["key_length_bits"] ?? 0))
      if abs(next - epsilon) <= 1e-3 * epsilon { break }
      epsilon = next
    }
    return rate
  }

  private static let finite: [LiteratureRow] = [
    .exact(
      "lim-length", "Lim 2014 key length at 100 km, one point", unit: "bit", source: "Lim14",
      published: 264_691_296, within: 0
    ) { limQuantity("key_length_bits") },
    .exact(
      "lim-phase-error", "Lim 2014 phase error at that point", source: "Lim14",
      published: 0.0448047589, within: 5e-11
    ) { limQuantity("phase_error") },
    .exact(
      "lim-vacuum", "Lim 2014 vacuum events at that point", source: "Lim14",
      published: 1_464_258.26, within: 0.005
    ) { limQuantity("vacuum_events") },
    .exact(
      "lim-single", "Lim 2014 single-photon events at that point", source: "Lim14",
      published: 628_856_085.45, within: 0.005
    ) { limQuantity("single_photon_events") },
    .exact(
      "lim-leak", "Lim 2014 leaked bits at that point", unit: "bit", source: "Lim14",
      published: 199_671_238.12, within: 0.005
    ) { limQuantity("leaked_bits") },
    .inequality(
      "lim-figure-1e9", "Lim 2014 Fig. 1 at 100 km, block 1e9", unit: "bit/pulse", source: "Lim14",
      published: 8.17e-5, in: 8.15e-5...8.25e-5
    ) { limRate(blockSize: 1e9, plainClickErrors: true) },
    .inequality(
      "lim-figure-1e7", "Lim 2014 Fig. 1 at 100 km, block 1e7", unit: "bit/pulse", source: "Lim14",
      published: 4.64e-5, in: 4.5e-5...4.6e-5
    ) { limRate(blockSize: 1e7, plainClickErrors: true) },
    .inequality(
      "lim-figure-1e9-afterpulses", "the same, errors per click with afterpulses, block 1e9",
      unit: "bit/pulse", source: "Lim14", published: 8.17e-5, in: 8.5e-5...8.6e-5
    ) { limRate(blockSize: 1e9, plainClickErrors: false) },
    .inequality(
      "lim-figure-1e7-afterpulses", "the same, errors per click with afterpulses, block 1e7",
      unit: "bit/pulse", source: "Lim14", published: 4.64e-5, in: 4.7e-5...4.85e-5
    ) { limRate(blockSize: 1e7, plainClickErrors: false) },
  ]

  private static func limQuantity(_ name: String) -> Double {
    search("bb84-decoy-finite-two", preset: "lim-2014", limPoint)?
      .point(distanceKm: 100).rate[name] ?? .nan
  }

  private static let relays: [LiteratureRow] = [
    .exact(
      "mdi-yield", "MDI without dark counts: Y11 over (eta_a eta_b/2)", source: "MaRazavi12",
      published: 1, within: 1e-12
    ) {
      RelayGains(alice: 0.1, bob: 0.03, dark: 0, misalignment: 0.015).singlePhotons.all
        / (0.1 * 0.03 / 2)
    },
    .exact(
      "mdi-x-error", "MDI at mu 1e-6, e_d 1.5 %: E^X", source: "MaRazavi12", published: 0.2575,
      within: 5e-8
    ) {
      RelayGains(alice: 0.1, bob: 0.1, dark: 0, misalignment: 0.015).xBasis(1e-6, 1e-6).errorRate
    },
    .exact(
      "mdi-single-error", "MDI without dark counts, e_d 1.5 %: e11", source: "MaRazavi12",
      published: 0.015, within: 1e-12
    ) {
      RelayGains(alice: 0.1, bob: 0.1, dark: 0, misalignment: 0.015).singlePhotons.errorRate
    },
    .exact(
      "mdi-gain-ratio", "MDI at mu 1e-6: Q^X/Q^Z", source: "MaRazavi12", published: 2, within: 1e-6
    ) {
      let gains = RelayGains(alice: 0.1, bob: 0.1, dark: 0, misalignment: 0.015)
      return gains.xBasis(1e-6, 1e-6).all / gains.zBasis(1e-6, 1e-6).all
    },
  ]

  private static func pmCrossing(_ bound: @escaping @Sendable (KeyRateSearch.Point) -> Double)
    -> Double
  {
    search("tf-pm", preset: "ma-zeng-zhou", optimizing: true)?
      .crossings(bound).first { $0.isRising }?.distanceKm ?? .nan
  }

  private static let twinFields: [LiteratureRow] = [
    .exact(
      "pm-reach", "phase-matching reach, published slice error", unit: "km", source: "Ma18",
      published: 418, expected: 418.30, within: 0.01
    ) { reach("tf-pm", preset: "ma-zeng-zhou", optimizing: true) },
    .exact(
      "pm-reach-exact", "phase-matching reach, exact slice error", unit: "km", source: "Ma18",
      published: 418, expected: 415.4, within: 0.05
    ) {
      reach("tf-pm", preset: "ma-zeng-zhou", ["published_slice_error": 0], optimizing: true)
    },
    .exact(
      "pm-crossing-detectors", "phase matching beats PLOB with detectors from", unit: "km",
      source: "Ma18", published: 250, expected: 228.3, within: 0.05
    ) { pmCrossing { $0.plobWithDetectors } },
    .exact(
      "pm-crossing-absolute", "phase matching beats PLOB of the channel from", unit: "km",
      source: "Ma18", published: 317, expected: 317.3, within: 0.05
    ) { pmCrossing { $0.plob } },
    .exact(
      "sns-reach-15", "sending-or-not-sending reach, e_a 15 %", unit: "km", source: "Wang18",
      published: 700, expected: 707.4, within: 0.1
    ) { reach("tf-sns", preset: "wang-yu-hu", optimizing: true) },
    .inequality(
      "sns-reach-35", "sending-or-not-sending reach, e_a 35 %", unit: "km", source: "Wang18",
      published: 500, in: 500...600
    ) { reach("tf-sns", preset: "wang-yu-hu", ["misalignment": 0.35], optimizing: true) },
    .record(
      "tf-1002-km", "twin-field over 1002 km, asymptotic", unit: "bit/pulse", source: "Liu23",
      published: 9.53e-12
    ) {
      search(
        "tf-sns-aopp",
        [
          "loss_db_per_km": 0.157, "detector_efficiency": 0.6, "dark_count_probability": 2e-11,
          "misalignment": 0.05, "error_correction_efficiency": 1.16,
        ], optimizing: true)?.point(distanceKm: 1002).rate.bitsPerPulse ?? .nan
    },
  ]

  private static func lodewyck(_ quantity: String) -> Double {
    guard let rate = search("cv-gg02-homodyne", preset: "lodewyck")?.point(distanceKm: 25).rate
    else { return .nan }
    return 350 * (rate[quantity] ?? rate.bitsPerPulse)
  }

  private static let continuous: [LiteratureRow] = [
    .exact(
      "lodewyck-information", "25 km Gaussian link: mutual information", unit: "kbit/s",
      source: "Lodewyck07", published: 365, expected: 365.28, within: 0.005
    ) { lodewyck("mutual_information") },
    .exact(
      "lodewyck-holevo", "25 km Gaussian link: Eve's information", unit: "kbit/s",
      source: "Lodewyck07", published: 316, expected: 315.72, within: 0.005
    ) { lodewyck("holevo_bound") },
    .exact(
      "lodewyck-rate", "25 km Gaussian link: key rate", unit: "kbit/s", source: "Lodewyck07",
      published: 12.3, expected: 12.304, within: 5e-4
    ) { lodewyck("rate") },
    .exact(
      "ideal-homodyne", "ideal reverse reconciliation over PLOB, 3 dB, homodyne",
      source: "Pirandola17", published: 0.5, within: 1e-6
    ) { idealGaussian("cv-gg02-homodyne", transmittance: 0.5) },
    .exact(
      "ideal-heterodyne", "ideal reverse reconciliation over PLOB, 40 dB, heterodyne",
      source: "Pirandola17", published: 0.5, within: 1e-3
    ) { idealGaussian("cv-gg02-heterodyne", transmittance: 1e-4) },
    .inequality(
      // The finite rate, 6.24 bit/s at 5 MHz, is below; the range is rounded to two digits.
      "zhang-202-km", "202.81 km Gaussian link: asymptotic bound above its finite rate",
      unit: "bit/symbol", source: "Zhang20", published: 5.0e-5, in: 4.95e-5...5.5e-5
    ) {
      search(
        "cv-gg02-homodyne",
        [
          "transmittance": Double.exp10(-3.245), "modulation_variance": 7.65,
          "detector_efficiency": 0.6134, "electronic_noise": 0.2717, "excess_noise": 0.0383,
          "reconciliation_efficiency": 0.98,
        ])?.point(distanceKm: 202.81).rate.bitsPerPulse ?? .nan
    },
    .exact(
      "qpsk-reach-0.005", "four-state reach, excess noise 0.005, best amplitude", unit: "km",
      source: "Denys21", published: 74.4, within: 0.05
    ) { search("cv-psk", ["excess_noise": 0.005], optimizing: true)?.reachKm() ?? .nan },
    .exact(
      "qpsk-reach-0.01", "four-state reach, excess noise 0.01, best amplitude", unit: "km",
      source: "Denys21", published: 26.5, within: 0.05
    ) { search("cv-psk", ["excess_noise": 0.01], optimizing: true)?.reachKm() ?? .nan },
    .inequality(
      "hajomer-100-km", "100 km with a local oscillator at the receiver: asymptotic rate above",
      unit: "kbit/s", source: "Hajomer24", published: 25.4, in: 25.4...1e6
    ) {
      let transmittance = Double.exp10(-1.54)
      return 1e5
        * (search(
          "cv-gg02-heterodyne",
          [
            "transmittance": transmittance, "modulation_variance": 8.41,
            "detector_efficiency": 0.68, "electronic_noise": 0.0627,
            "excess_noise": 2.12e-4 / (0.68 * transmittance), "reconciliation_efficiency": 0.925,
          ])?.point(distanceKm: 100).rate.bitsPerPulse ?? .nan)
    },
  ]

  /// Rate over PLOB without noise, V_A → ∞, β = 1.
  static func idealGaussian(_ id: String, transmittance: Double) -> Double {
    let point = search(
      id,
      [
        "transmittance": transmittance, "modulation_variance": 1e7, "excess_noise": 0,
        "detector_efficiency": 1, "electronic_noise": 0, "reconciliation_efficiency": 1,
      ])?.point(distanceKm: 0)
    return point.map { $0.rate.bitsPerPulse / $0.plob } ?? .nan
  }

  private static let satellites: [LiteratureRow] = [
    .exact(
      "micius-budget", "loss at which Micius sifts 1 kbit/s, optics and detectors included",
      unit: "dB", source: "Liao17", published: 43.01, within: 0.005
    ) { -10 * Double.log10(1e3 / (1e8 * 0.5 * 0.8 * 0.5)) },
    .exact(
      "micius-diffraction", "diffraction loss of 300 mm into 1 m over 1200 km", unit: "dB",
      source: "Liao17", published: 9.95, within: 0.005
    ) {
      var optics = FreeSpaceLink()
      (optics.wavelengthNm, optics.divergenceMicroradians) = (848.6, 0)
      (optics.transmitterApertureM, optics.receiverApertureM) = (0.3, 1)
      return -10 * Double.log10(optics.collectedFraction(rangeKm: 1200))
    },
    .record(
      "micius-geometry", "collection and pointing loss of a 10 µrad beam over 1200 km", unit: "dB",
      source: "Liao17", published: 22
    ) {
      var optics = FreeSpaceLink()
      optics.wavelengthNm = 848.6
      return -10 * Double.log10(optics.collectedFraction(rangeKm: 1200))
    },
  ]
}
