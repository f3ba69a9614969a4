import RealModule

/// Asymptotic rates of BB84 with single photons or weak pulses.
///
/// R = q {−Q f h(E) + Q₁ [1 − h(e₁)]} throughout ([Lo05], [Ma05]); they differ in what is known of
/// Q₁ and e₁. With basis probability p at both sides, q = p² + (1−p)².
extension QKDProtocolDefinition {
  static let detectorParameters: [(KeyRateParameter.ID, Double?)] = [
    (.lossDBPerKm, nil), (.transmittance, nil), (.detectorEfficiency, nil),
    (.darkCountProbability, nil), (.misalignment, nil), (.errorCorrectionEfficiency, nil),
    (.repetitionRateHz, nil),
  ]
  private static let pulseParameters =
    detectorParameters + [(.basisProbability, 0.5), (.firstOrderClicks, nil)]
  static let pulseAssumptions: [Assumption] = [
    .asymptotic, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks, .phaseRandomized,
  ]

  /// The part of pulses whose bases agree.
  static func sifting(_ parameters: KeyRateParameters) -> Double {
    let p = parameters[.basisProbability]
    return p * p + (1 - p) * (1 - p)
  }

  static let prepareAndMeasure: [QKDProtocolDefinition] = [
    singlePhoton, withoutDecoys, infiniteDecoys, vacuumAndWeak, twoDecoys,
  ]

  private static let singlePhoton = QKDProtocolDefinition(
    "bb84-single-photon", "BB84 with a single-photon source of given brightness and g²(0).",
    family: .prepareAndMeasure, sources: ["Shor00", "Gottesman04"],
    assumptions: [.asymptotic, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks],
    parameters: detectorParameters + [(.brightness, nil), (.g2, nil), (.basisProbability, 0.5)],
    problem: SinglePhotonPulse.problem
  ) { parameters, link in
    let pulse = SinglePhotonPulse(parameters, link)
    let margin =
      sifting(parameters)
      * (pulse.singlePhotonGain * Entropy.secrecy(pulse.singlePhotonErrorBound)
        - parameters[.errorCorrectionEfficiency] * pulse.gain * Entropy.binary(pulse.errorRate))
    return KeyRate(
      margin: margin, gain: pulse.gain,
      [
        "gain": pulse.gain, "error_rate": pulse.errorRate,
        "single_photon_gain": pulse.singlePhotonGain,
        "single_photon_error": pulse.singlePhotonErrorBound,
      ])
  }

  private static let withoutDecoys = QKDProtocolDefinition(
    "bb84-gllp", "BB84 with weak pulses and no decoys: every multi-photon pulse is lost to Eve.",
    family: .prepareAndMeasure, sources: ["Gottesman04", "Ma05"], assumptions: pulseAssumptions,
    parameters: pulseParameters + [(.mu, 0.05)],
    optimizing: [.logarithmic(.mu, 1e-6...1)]
  ) { parameters, link in
    let channel = WeakPulseChannel(parameters, link)
    let mu = parameters[.mu]
    let gain = channel.gain(mu)
    let errorGain = channel.errorGain(mu)
    // Ω Q, and E/Ω as far as it can be known.
    let single = gain - PhotonStatistics.multiPhoton(mean: mu)
    let error = single > 0 ? Clamping.errorBound(errorGain / single) : 0.5
    return rate(
      parameters, gain: gain, errorGain: errorGain, single: single > 0 ? single : 0, error: error,
      slope: min(0, single))
  }

  private static let infiniteDecoys = QKDProtocolDefinition(
    "bb84-decoy-infinite", "BB84 with weak pulses and decoys of all intensities.",
    family: .prepareAndMeasure, sources: ["Lo05", "Ma05"],
    assumptions: pulseAssumptions + [.infiniteDecoys],
    parameters: pulseParameters + [(.mu, 0.5)], optimizing: [.logarithmic(.mu, 1e-4...2)]
  ) { parameters, link in
    let channel = WeakPulseChannel(parameters, link)
    let mu = parameters[.mu]
    let yield = channel.yield(photons: 1)
    let error = Clamping.errorBound(channel.errorYield(photons: 1) / yield)
    return rate(
      parameters, gain: channel.gain(mu), errorGain: channel.errorGain(mu),
      single: yield * mu * Double.exp(-mu), error: error)
  }

  private static let vacuumAndWeak = QKDProtocolDefinition(
    "bb84-decoy-vacuum-weak", "BB84 with weak pulses, one weak decoy and the vacuum.",
    family: .prepareAndMeasure, sources: ["Ma05"], assumptions: pulseAssumptions,
    parameters: pulseParameters + [(.mu, 0.5), (.nu, 0.05)],
    optimizing: [.logarithmic(.mu, 1e-3...2), .logarithmic(.nu, 1e-4...0.5)],
    problem: {
      $0[.mu] > $0[.nu] && $0[.nu] > 0
        ? nil : "nu is above 0 and below mu (\($0[.mu])), not \($0[.nu])"
    }
  ) { parameters, link in
    let channel = WeakPulseChannel(parameters, link)
    let bounds = DecoyBounds(channel, mu: parameters[.mu], nu: parameters[.nu])
    return rate(
      parameters, gain: channel.gain(parameters[.mu]),
      errorGain: channel.errorGain(parameters[.mu]), bounds: bounds, mu: parameters[.mu])
  }

  private static let twoDecoys = QKDProtocolDefinition(
    "bb84-decoy-two", "BB84 with weak pulses of three intensities, the first for the key.",
    family: .prepareAndMeasure, sources: ["Ma05"], assumptions: pulseAssumptions,
    parameters: pulseParameters + [(.intensity1, 0.5), (.intensity2, 0.1), (.intensity3, 0.001)],
    optimizing: [.logarithmic(.intensity1, 1e-3...2), .logarithmic(.intensity2, 1e-4...0.5)],
    problem: IntensityOrder.problem
  ) { parameters, link in
    let channel = WeakPulseChannel(parameters, link)
    let bounds = DecoyBounds(
      channel, mu: parameters[.intensity1], nu1: parameters[.intensity2],
      nu2: parameters[.intensity3])
    return rate(
      parameters, gain: channel.gain(parameters[.intensity1]),
      errorGain: channel.errorGain(parameters[.intensity1]), bounds: bounds,
      mu: parameters[.intensity1])
  }

  private static func rate(
    _ parameters: KeyRateParameters, gain: Double, errorGain: Double, bounds: DecoyBounds,
    mu: Double
  ) -> KeyRate {
    let weight = mu * Double.exp(-mu)
    return rate(
      parameters, gain: gain, errorGain: errorGain, single: Clamping.yield(bounds.yield) * weight,
      error: bounds.error, slope: min(0, bounds.yield) * weight)
  }

  /// - Parameter slope: Added to the margin, for settings whose bounds are worthless: how
  ///   worthless.
  private static func rate(
    _ parameters: KeyRateParameters, gain: Double, errorGain: Double, single: Double,
    error: Double, slope: Double = 0
  ) -> KeyRate {
    let errorRate = gain > 0 ? min(0.5, errorGain / gain) : 0.5
    let leak = parameters[.errorCorrectionEfficiency] * gain * Entropy.binary(errorRate)
    return KeyRate(
      margin: sifting(parameters) * (single * Entropy.secrecy(error) - leak + slope),
      gain: gain,
      [
        "gain": gain, "error_rate": errorRate, "single_photon_gain": single,
        "single_photon_error": error,
      ])
  }
}

/// Rules that intensities keep.
enum IntensityOrder {
  /// [Ma05], Eq. (27): the first exceeds the sum of the others, the second the third.
  static let problem: @Sendable (KeyRateParameters) -> String? = { parameters in
    let (first, second, third) =
      (parameters[.intensity1], parameters[.intensity2], parameters[.intensity3])
    if second <= third { return "intensity_2 is above intensity_3 (\(third)), not \(second)" }
    if first <= second + third {
      return "intensity_1 is above intensity_2 + intensity_3 (\(second + third)), not \(first)"
    }
    return nil
  }
}

/// Bounds on single photons from a few intensities; asymptotic.
public struct DecoyBounds: Sendable, Hashable {
  /// A lower bound on Y₁; below 0 where the data say nothing.
  public let yield: Double
  /// An upper bound on e₁, at most 1/2.
  public let error: Double

  /// Vacuum and weak decoy.
  ///
  /// - Precondition: `mu` > `nu` > 0.
  /// - Source: [Ma05], Eqs. (34) and (37). Differs in: the vacuum is taken out of each gain before
  ///   gains are subtracted.
  public init(_ channel: WeakPulseChannel, mu: Double, nu: Double) {
    let rise = channel.gainRise(from: 0, to: nu) / nu
    yield = (mu * rise - nu * channel.gainRise(from: 0, to: mu) / mu) / (mu - nu)
    let errors = channel.errorGainRise(from: 0, to: nu) / nu
    error = yield > 0 ? Clamping.errorBound(errors / yield) : 0.5
  }

  /// Two decoys of any intensities.
  ///
  /// - Precondition: `nu1` > `nu2` ≥ 0 and `mu` > `nu1` + `nu2`.
  /// - Source: [Ma05], Eqs. (18), (21) and (25). Differs in: differences of gains are formed
  ///   without cancellation.
  public init(_ channel: WeakPulseChannel, mu: Double, nu1: Double, nu2: Double) {
    let width = nu1 - nu2
    let rise = channel.gainRise(from: nu2, to: nu1) / width
    // What the vacuum estimate, at least 0, falls short of Y₀.
    let slopes =
      nu2 > 0
      ? channel.gainRise(from: 0, to: nu1) / nu1 - channel.gainRise(from: 0, to: nu2) / nu2 : 0
    let shortfall = min(channel.vacuumYield, nu1 * nu2 * max(0, slopes) / width)
    let above = channel.gainRise(from: 0, to: mu) + shortfall
    yield = (mu * rise - (nu1 + nu2) * above / mu) / (mu - nu1 - nu2)
    let errors = channel.errorGainRise(from: nu2, to: nu1) / width
    error = yield > 0 ? Clamping.errorBound(errors / yield) : 0.5
  }

  /// The intensity that is best without dark counts: (1−μ)e^−μ = f h(e_d)/(1−h(e_d)).
  ///
  /// - Source: [Ma05], Eq. (12).
  public static func bestIntensity(
    misalignment: Double, errorCorrectionEfficiency: Double
  ) -> Double {
    let entropy = Entropy.binary(misalignment)
    let target = errorCorrectionEfficiency * entropy / (1 - entropy)
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if (1 - middle) * Double.exp(-middle) > target { low = middle } else { high = middle }
    }
    return low
  }
}

/// Pulses of a single-photon source: p₂ = g² B²/2, p₁ = B − 2p₂, the rest empty.
struct SinglePhotonPulse {
  let gain: Double
  let errorRate: Double
  /// Clicks that are certainly not from pairs of photons.
  let singlePhotonGain: Double
  /// All errors blamed on them.
  let singlePhotonErrorBound: Double

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let channel = WeakPulseChannel(
      transmittance: link.transmittance * parameters[.detectorEfficiency],
      darkCountProbability: parameters[.darkCountProbability],
      misalignment: parameters[.misalignment])
    let source = PhotonSource.singlePhoton(
      brightness: parameters[.brightness], g2: parameters[.g2])
    let weights = (0...2).map { source.probability(ofPhotons: $0) }
    let pairs = weights[2]
    gain = (0...2).reduce(0) { $0 + weights[$1] * channel.yield(photons: $1) }
    let errors = (0...2).reduce(0) { $0 + weights[$1] * channel.errorYield(photons: $1) }
    errorRate = gain > 0 ? min(0.5, errors / gain) : 0.5
    singlePhotonGain = Clamping.yield(gain - pairs)
    singlePhotonErrorBound =
      singlePhotonGain > 0 ? Clamping.errorBound(errors / singlePhotonGain) : 0.5
  }

  static let problem: @Sendable (KeyRateParameters) -> String? = { parameters in
    let limit = parameters[.brightness] > 0 ? min(1, 1 / parameters[.brightness]) : 1
    return parameters[.g2] <= limit
      ? nil : "g2 is in 0...\(limit) at this brightness, not \(parameters[.g2])"
  }
}
