import QuantumCore

/// Published parameter sets. Values that a protocol has no parameter for are left out when the
/// preset is applied to it.
public struct KeyRatePreset: Sendable {
  /// The name, as `--preset` takes it.
  public let name: String
  /// What the numbers describe, in one sentence.
  public let summary: String
  /// The publication that the numbers are from: a key of the references.
  public let source: String
  /// Protocols it is meant for.
  public let protocols: [String]
  /// The parameters that the preset sets, each in its own unit.
  public let values: [(id: KeyRateParameter.ID, value: Double)]

  /// Whether it says something about a protocol.
  public func isFor(_ definition: QKDProtocolDefinition) -> Bool {
    protocols.contains(definition.id)
  }

  init(
    _ name: String, _ summary: String, source: String, protocols: [String],
    _ values: KeyValuePairs<KeyRateParameter.ID, Double>
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.protocols = protocols
    self.values = values.map { (id: $0.key, value: $0.value) }
  }
}

extension KeyRatePreset: CatalogEntry {
  /// The name, also without hyphens or with underscores for them.
  public var catalogNames: [String] {
    let parts = name.split(separator: "-")
    return [name, parts.joined(), parts.joined(separator: "_")]
  }
}

/// All presets. Order: as the reference lists them.
public enum KeyRatePresetCatalog: CatalogList {
  private static let pulses = [
    "bb84-single-photon", "bb84-gllp", "bb84-decoy-infinite", "bb84-decoy-vacuum-weak",
    "bb84-decoy-two", "bb84-decoy-finite-two", "bb84-decoy-finite-one", "six-state", "sarg04",
    "b92", "bbm92", "e91-device-independent",
  ]
  private static let relays = [
    "mdi-infinite", "mdi-three-intensity", "mdi-closed-form", "mdi-finite",
  ]
  private static let twins = [
    "tf-lucamarini", "tf-pm", "tf-sns", "tf-sns-aopp", "tf-cal", "mode-pairing",
  ]
  private static let gaussian = [
    "cv-gg02-homodyne", "cv-gg02-heterodyne", "cv-gg02-finite", "cv-gg02-composable", "cv-psk",
    "cv-mdi",
  ]

  /// The presets in the order in which lists show them.
  public static let all = Catalog("preset", word: "presets", presets)

  private static let presets: [KeyRatePreset] = [
    KeyRatePreset(
      "gys", "The 122 km experiment of Gobby, Yuan and Shields, as [Ma05] models it.",
      source: "Ma05", protocols: pulses,
      [
        .lossDBPerKm: 0.21, .detectorEfficiency: 0.045,
        // 1 − √(1 − 1.7·10⁻⁶): Y₀ = 1.7·10⁻⁶ for two detectors.
        .darkCountProbability: 8.500003612503071e-7, .misalignment: 0.033,
        .errorCorrectionEfficiency: 1.22, .basisProbability: 0.5, .mu: 0.48, .nu: 0.05,
        .repetitionRateHz: 2e6, .firstOrderClicks: 1,
      ]),
    KeyRatePreset(
      "lim-2014", "The receiver of [Lim14], Fig. 1.", source: "Lim14",
      protocols: pulses.filter { $0 != "six-state" && $0 != "e91-device-independent" },
      [
        .lossDBPerKm: 0.2, .detectorEfficiency: 0.1, .darkCountProbability: 6e-7,
        .afterpulseProbability: 0.04, .misalignment: 5e-3, .errorCorrectionEfficiency: 1.16,
        .epsilonCorrectness: 1e-15, .intensity3: 2e-4,
      ]),
    KeyRatePreset(
      "ma-zeng-zhou", "Phase matching as in [Ma18], Fig. 3.", source: "Ma18",
      protocols: twins + relays + pulses,
      [
        .lossDBPerKm: 0.2, .detectorEfficiency: 0.145, .darkCountProbability: 8e-8,
        .errorCorrectionEfficiency: 1.15, .phaseSlices: 16, .misalignment: 0,
        .publishedSliceError: 1,
      ]),
    KeyRatePreset(
      "wang-yu-hu", "Sending or not sending as in [Wang18], Fig. 1, at 15 % misalignment.",
      source: "Wang18", protocols: twins + relays + pulses,
      [
        .lossDBPerKm: 0.2, .detectorEfficiency: 0.8, .darkCountProbability: 1e-11,
        .errorCorrectionEfficiency: 1.1, .misalignment: 0.15,
      ]),
    KeyRatePreset(
      "lodewyck", "25 km of fibre with Gaussian modulation; its transmittance is set.",
      source: "Lodewyck07", protocols: gaussian,
      [
        .transmittance: 0.302, .modulationVariance: 18.5, .detectorEfficiency: 0.606,
        .electronicNoise: 0.041, .excessNoise: 0.005, .reconciliationEfficiency: 0.898,
        .receiverTrusted: 1, .repetitionRateHz: 350e3,
      ]),
    KeyRatePreset(
      "micius",
      "The downlink of the Micius satellite at 1200 km: 43.01 dB with optics and detectors.",
      source: "Liao17", protocols: pulses.filter { $0 != "bb84-decoy-finite-one" },
      [
        // The sifted rate of 1 kbit/s at 1200 km: 10⁸ · 0.5 · 0.8 · ½ · η.
        .transmittance: 5e-5 / 0.08, .detectorEfficiency: 0.08, .darkCountProbability: 5e-8,
        .misalignment: 0.011, .errorCorrectionEfficiency: 1.16, .repetitionRateHz: 1e8, .mu: 0.8,
        .nu: 0.1, .intensity1: 0.8, .intensity2: 0.1, .intensity3: 0, .basisProbability: 0.5,
        .probability1: 0.5, .probability2: 0.25, .probability3: 0.25,
      ]),
    KeyRatePreset(
      "metro-multiplexed",
      "A metropolitan link at 1 GHz beside data channels, their Raman light counted as dark counts.",
      source: "Choi14", protocols: pulses + relays,
      [
        .lossDBPerKm: 0.2, .detectorEfficiency: 0.2, .darkCountProbability: 2e-5,
        .afterpulseProbability: 0.02, .misalignment: 0.015, .errorCorrectionEfficiency: 1.16,
        .repetitionRateHz: 1e9, .basisProbability: 0.9375,
      ]),
    KeyRatePreset(
      "tokyo-network", "A 45 km link of the Tokyo network, partly aerial fibre.",
      source: "Sasaki11",
      protocols: pulses + relays,
      [
        .lossDBPerKm: 0.32, .detectorEfficiency: 0.15, .darkCountProbability: 1e-5,
        .afterpulseProbability: 0.03, .misalignment: 0.02, .errorCorrectionEfficiency: 1.2,
        .repetitionRateHz: 1e9,
      ]),
  ]
}
