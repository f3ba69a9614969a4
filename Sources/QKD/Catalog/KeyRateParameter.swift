/// A number that sets a protocol up: command options, help, reference and tests derive from this
/// table.
public struct KeyRateParameter: Sendable, Hashable {
  /// What kind of number it is.
  public enum Kind: String, Sendable, Hashable {
    /// Any number in range.
    case number
    /// A whole number.
    case count
    /// 0 or 1.
    case flag
  }

  /// Which parameter: one of the catalog's, such as `.mu`, or one of a protocol of your own, by its
  /// name.
  ///
  ///     extension KeyRateParameter.ID {
  ///       static let addedNoise = Self("added_noise")
  ///     }
  public struct ID: Sendable, Hashable {
    /// In the catalog; −1 for a parameter that is not in it.
    let place: Int
    /// Of a parameter that is not in the catalog; empty for others.
    private let ownName: String

    /// One of the catalog's.
    init(place: Int) { (self.place, ownName) = (place, "") }

    /// The parameter of a name: the catalog's, if it has one of that name.
    ///
    /// - Parameter name: as options, JSON and CSV spell it: snake_case, with its unit.
    public init(_ name: String) {
      place = KeyRateParameter.catalog.firstIndex { $0.name == name } ?? -1
      ownName = place < 0 ? name : ""
    }

    /// The name, as options, JSON and CSV spell it.
    public var name: String { place < 0 ? ownName : KeyRateParameter.catalog[place].name }

    /// The record of the catalog; `nil` for a parameter that is not in it.
    public var parameter: KeyRateParameter? {
      place < 0 ? nil : KeyRateParameter.catalog[place]
    }
  }

  /// The parameter that the record describes.
  public let id: ID
  /// The name, as options, JSON and CSV spell it: in snake_case, with its unit.
  public let name: String
  /// What it is, in a sentence.
  public let summary: String
  /// The unit, such as `dB/km`; empty for pure numbers.
  public let unit: String
  /// The values that are accepted.
  public let range: ClosedRange<Double>
  /// `nil` where a protocol finds the value itself, or does without.
  public internal(set) var defaultValue: Double?
  /// What kind of number it is.
  public let kind: Kind

  /// A parameter of a protocol of your own.
  ///
  /// - Parameters:
  ///   - name: in snake_case, with its unit if it has one.
  ///   - summary: what it is, in a sentence.
  ///   - unit: such as `dB/km`; empty for pure numbers.
  ///   - range: the values that are accepted.
  ///   - defaultValue: `nil` if the protocol finds the value itself, or does without.
  ///   - kind: whether it is a number, a whole number, or 0 or 1.
  /// - Precondition: the catalog has no parameter of that name, for which see `standard`; the
  ///   default is in range.
  public init(
    _ name: String, _ summary: String, unit: String = "", in range: ClosedRange<Double> = 0...1,
    default defaultValue: Double?, kind: Kind = .number
  ) {
    let id = ID(name)
    precondition(
      id.parameter == nil, "\(name) is a parameter of the catalog: use KeyRateParameter.standard")
    self.init(
      id, name, summary, unit: unit, in: range, default: defaultValue, kind: kind)
    if let defaultValue {
      precondition(accepts(defaultValue), "The default of \(name) is \(rangeText)")
    }
  }

  /// A parameter of the catalog.
  ///
  /// - Parameters:
  ///   - id: one of the catalog's.
  ///   - defaultValue: in place of the catalog's.
  /// - Precondition: the catalog has it, and the default is in range.
  public static func standard(_ id: ID, default defaultValue: Double? = nil) -> KeyRateParameter {
    guard var parameter = id.parameter else {
      preconditionFailure("The catalog has no parameter \(id.name)")
    }
    if let defaultValue {
      precondition(
        parameter.accepts(defaultValue), "The default of \(id.name) is \(parameter.rangeText)")
      parameter.defaultValue = defaultValue
    }
    return parameter
  }

  /// Whether a value is in range and, of a count or a flag, whole; NaN never is.
  public func accepts(_ value: Double) -> Bool {
    range.contains(value) && (kind == .number || value == value.rounded())
  }

  init(
    _ id: ID, _ name: String, _ summary: String, unit: String = "",
    in range: ClosedRange<Double> = 0...1, default defaultValue: Double?, kind: Kind = .number
  ) {
    self.id = id
    self.name = name
    self.summary = summary
    self.unit = unit
    self.range = range
    self.defaultValue = defaultValue
    self.kind = kind
  }

  /// The record of a name.
  public static func named(_ name: String) -> KeyRateParameter? {
    catalog.first { $0.name == name }
  }

  /// The largest intensity of a pulse: formulas stay far from overflow, and no protocol wants as
  /// much.
  static let intensityLimit = 10.0

  /// All parameters, in the order of `ID`.
  public static let catalog: [KeyRateParameter] =
    channel + sources + rounds + finite + continuous + models

  private static let channel: [KeyRateParameter] = [
    .init(
      .lossDBPerKm, "loss_db_per_km", "Loss of the fibre.", unit: "dB/km", in: 0...1000,
      default: 0.2),
    .init(
      .transmittance, "transmittance",
      "Transmittance of the whole channel, whatever the distance; without it, that of the fibre.",
      default: nil),
    .init(
      .detectorEfficiency, "detector_efficiency",
      "Efficiency of the receiver: detectors and the optics before them.", default: 0.2),
    .init(
      .darkCountProbability, "dark_count_probability",
      "Dark counts per detector and gate; with background light.", in: 0...0.5, default: 1e-6),
    .init(
      .afterpulseProbability, "afterpulse_probability", "Afterpulses per click.", default: 0),
    .init(
      .misalignment, "misalignment",
      "Probability that a photon takes the wrong port: optical misalignment, drift of phases.",
      in: 0...0.5, default: 0.015),
    .init(
      .errorCorrectionEfficiency, "error_correction_efficiency",
      "Bits disclosed by error correction, over the Shannon limit.", in: 1...10, default: 1.16),
    .init(
      .repetitionRateHz, "repetition_rate_hz", "Pulses per second.", unit: "Hz", in: 1...1e15,
      default: 1e9),
    .init(
      .basisProbability, "basis_probability", "Probability of the key basis, at both sides.",
      default: 0.5),
  ]

  private static let sources: [KeyRateParameter] = [
    .init(
      .brightness, "brightness", "Mean photons per pulse of a single-photon source.",
      unit: "photons",
      default: 1),
    .init(
      .g2, "g2", "Second-order correlation g²(0) of a single-photon source.", default: 0),
    .init(
      .mu, "mu", "Intensity of signal pulses.", unit: "photons", in: 0...intensityLimit,
      default: 0.5),
    .init(
      .nu, "nu", "Intensity of weak decoy pulses.", unit: "photons", in: 0...intensityLimit,
      default: 0.05),
    .init(
      .intensity1, "intensity_1", "The largest intensity.", unit: "photons",
      in: 0...intensityLimit, default: 0.5),
    .init(
      .intensity2, "intensity_2", "The second intensity.", unit: "photons", in: 0...intensityLimit,
      default: 0.1),
    .init(
      .intensity3, "intensity_3", "The smallest intensity.", unit: "photons",
      in: 0...intensityLimit, default: 0),
    .init(.probability1, "probability_1", "Probability of the largest intensity.", default: 0.7),
    .init(.probability2, "probability_2", "Probability of the second intensity.", default: 0.2),
    .init(.probability3, "probability_3", "Probability of the smallest intensity.", default: 0.1),
    .init(
      .meanPairs, "mean_pairs", "Mean photon pairs per pulse.", unit: "pairs",
      in: 0...intensityLimit,
      default: 0.1),
  ]

  private static let rounds: [KeyRateParameter] = [
    .init(
      .relayPosition, "relay_position",
      "Place of the relay or pair source: 0 at Alice, 1 at Bob.", default: 0.5),
    .init(
      .phaseSlices, "phase_slices", "Slices of the circle in which phases are compared.",
      in: 2...1024, default: 16, kind: .count),
    .init(
      .sendingProbability, "sending_probability", "Probability to send in a signal window.",
      default: 0.1),
    .init(
      .pairingWindow, "pairing_window", "Rounds within which two clicks may be paired.",
      unit: "rounds", in: 1...1e15, default: 1e6),
  ]

  private static let finite: [KeyRateParameter] = [
    .init(
      .blockSize, "block_size",
      "Sifted bits of the key basis per block (BB84); rounds per block (MDI, continuous variables).",
      in: 1...1e18, default: 1e9),
    .init(
      .epsilonSecrecy, "epsilon_secrecy", "Secrecy: trace distance.", in: 1e-300...0.5,
      default: 1e-9),
    .init(
      .epsilonCorrectness, "epsilon_correctness", "Correctness: failure probability.",
      in: 1e-300...0.5, default: 1e-15),
  ]

  private static let continuous: [KeyRateParameter] = [
    .init(
      .modulationVariance, "modulation_variance", "Variance of Alice's Gaussian modulation.",
      unit: "SNU", in: 0...1e9, default: 5),
    .init(
      .excessNoise, "excess_noise", "Excess noise at the input of the channel.", unit: "SNU",
      in: 0...100, default: 0.01),
    .init(
      .electronicNoise, "electronic_noise", "Electronic noise at the output of the receiver.",
      unit: "SNU", in: 0...100, default: 0),
    .init(
      .reconciliationEfficiency, "reconciliation_efficiency",
      "Part of the mutual information that reconciliation keeps.", default: 0.95),
    .init(
      .receiverTrusted, "receiver_trusted",
      "1 if loss and noise of the receiver are out of Eve's reach, 0 if they are hers.", default: 1,
      kind: .flag),
    .init(
      .frameErrorRate, "frame_error_rate", "Frames that reconciliation gives up.", default: 0),
    .init(
      .estimationFraction, "estimation_fraction",
      "Part of a block spent on estimating the channel.",
      default: 0.5),
    .init(
      .constellationSize, "constellation_size", "States of the phase-shift keying.", in: 2...64,
      default: 4, kind: .count),
    .init(
      .amplitude, "amplitude", "Amplitude α of the coherent states; of B92, the overlap parameter.",
      in: 0...3, default: 0.3),
  ]

  private static let models: [KeyRateParameter] = [
    .init(
      .firstOrderClicks, "first_order_clicks",
      "1 for the first-order click model of [Ma05] in place of the exact one.", default: 0,
      kind: .flag),
    .init(
      .publishedSliceError, "published_slice_error",
      "1 for the slice error of [Ma18], Eq. (B19), in place of the exact mean.", default: 0,
      kind: .flag),
    .init(
      .plainClickErrors, "plain_click_errors",
      "1 to take errors per click without afterpulses, 0 per click with them.", default: 0,
      kind: .flag),
    .init(
      .countsBelowZero, "counts_below_zero",
      "1 to let lower limits of counts fall below 0, as the formulas in print do, 0 to stop them there.",
      default: 0, kind: .flag),
  ]
}

extension KeyRateParameter {
  /// `in 0...1`, `at least 1 Hz`; for messages.
  public var rangeText: String {
    if kind == .flag { return "0 or 1" }
    func text(_ value: Double) -> String {
      abs(value) < 1e15 ? Int(exactly: value).map(String.init) ?? "\(value)" : "\(value)"
    }
    let suffix = unit.isEmpty ? "" : " \(unit)"
    let whole = kind == .count ? "a whole number " : ""
    return "\(whole)in \(text(range.lowerBound))...\(text(range.upperBound))\(suffix)"
  }
}
