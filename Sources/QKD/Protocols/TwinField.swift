import RealModule

/// The twin-field family: the rate falls with the square root of the channel's transmittance.
///
/// `arm` is the transmittance of half the channel with the detectors, √η_ch η_d; the arms are
/// equal. Sending-or-not-sending and CAL count events in which exactly one detector clicks; phase
/// matching and mode pairing 1 − (1−2p_d)e^−x. The two models differ at second order and never meet
/// in one formula.
extension QKDProtocolDefinition {
  private static let twinAssumptions: [Assumption] = [
    .asymptotic, .untrustedRelay, .phaseRandomized, .phaseLocked, .symmetricArms,
  ]
  private static func twinParameters(_ misalignment: Double) -> [(KeyRateParameter.ID, Double?)] {
    detectorParameters.map { $0.0 == .misalignment ? (.misalignment, misalignment) : $0 }
  }

  static let twinField: [QKDProtocolDefinition] = [
    lucamarini, phaseMatching, sendingOrNot, activePairing, cal, modePairing,
  ]

  static func arm(_ parameters: KeyRateParameters, _ link: Link) -> Double {
    Double.sqrt(link.transmittance) * parameters[.detectorEfficiency]
  }

  /// a(1−b) + b(1−a): an odd number of two flips.
  private static func either(_ a: Double, _ b: Double) -> Double { a * (1 - b) + b * (1 - a) }

  /// R = (1/M) R_decoy(μ, L/2) with errors E ⊕ E_M, E_M = 1/2 − sin(2π/M)/(4π/M).
  private static let lucamarini = QKDProtocolDefinition(
    "tf-lucamarini", "The first twin-field proposal; historic, without a complete proof.",
    family: .twinField, unit: .round, sources: ["Lucamarini18"],
    assumptions: twinAssumptions + [.infiniteDecoys, .incompleteProof],
    parameters: twinParameters(0.015) + [(.mu, 0.4), (.phaseSlices, 16)],
    optimizing: [.logarithmic(.mu, 1e-3...2)]
  ) { parameters, link in
    let channel = WeakPulseChannel(
      transmittance: arm(parameters, link),
      darkCountProbability: parameters[.darkCountProbability],
      misalignment: parameters[.misalignment])
    let slices = parameters[.phaseSlices]
    let angle = 2 * Double.pi / slices
    let slice = 0.5 - Double.sin(angle) / (2 * angle)
    let mu = parameters[.mu]
    let gain = channel.gain(mu)
    let error = gain > 0 ? either(min(0.5, channel.errorGain(mu) / gain), slice) : 0.5
    let yield = channel.yield(photons: 1)
    let single = yield > 0 ? either(min(0.5, channel.errorYield(photons: 1) / yield), slice) : 0.5
    let secret = yield * mu * Double.exp(-mu) * Entropy.secrecy(Clamping.errorBound(single))
    let leak = parameters[.errorCorrectionEfficiency] * gain * Entropy.binary(error)
    return KeyRate(
      margin: (secret - leak) / slices, gain: gain / slices,
      ["gain": gain, "error_rate": error, "single_photon_error": single, "slice_error": slice])
  }

  private static let phaseMatching = QKDProtocolDefinition(
    "tf-pm", "Phase matching with sliced phases.", family: .twinField, unit: .round,
    sources: ["Ma18"], assumptions: twinAssumptions + [.generalAttacks, .infiniteDecoys],
    parameters: twinParameters(0.015) + [
      (.mu, 0.1), (.phaseSlices, 16), (.publishedSliceError, nil),
    ],
    optimizing: [.logarithmic(.mu, 1e-5...2)]
  ) { parameters, link in
    let slices = parameters[.phaseSlices]
    let error = either(
      PhaseMatchingClicks.sliceError(
        slices: slices, asPublished: parameters.isSet(.publishedSliceError)),
      parameters[.misalignment])
    let clicks = PhaseMatchingClicks(
      arm: arm(parameters, link), dark: parameters[.darkCountProbability], mu: parameters[.mu],
      error: error)
    let part =
      Entropy.secrecy(Clamping.errorBound(clicks.phaseError))
      - parameters[.errorCorrectionEfficiency] * Entropy.binary(min(0.5, clicks.bitError))
    return KeyRate(
      margin: 2 / slices * clicks.gain * part, gain: 2 / slices * clicks.gain,
      [
        "gain": clicks.gain, "error_rate": clicks.bitError, "phase_error": clicks.phaseError,
        "slice_error": error,
      ])
  }

  private static let sendingParameters: [(KeyRateParameter.ID, Double?)] =
    twinParameters(0.03) + [(.mu, 0.4), (.sendingProbability, 0.05)]
  private static let sendingVariables: [Variable] = [
    .logarithmic(.mu, 1e-3...2), .logarithmic(.sendingProbability, 1e-4...0.5),
  ]

  /// R = 2ε(1−ε) μ e^−μ s₁ [1 − h(e₁)] − f S_Z h(E_Z).
  private static let sendingOrNot = QKDProtocolDefinition(
    "tf-sns", "Sending or not sending.", family: .twinField, unit: .round, sources: ["Wang18"],
    assumptions: twinAssumptions + [.generalAttacks, .infiniteDecoys],
    parameters: sendingParameters, optimizing: sendingVariables
  ) { parameters, link in
    let clicks = SendingClicks(parameters, link)
    let gain = clicks.vacuum + clicks.both + 2 * clicks.one
    let error = gain > 0 ? min(0.5, (clicks.vacuum + clicks.both) / gain) : 0.5
    let single = 2 * clicks.single
    let secret = single * Entropy.secrecy(Clamping.errorBound(clicks.singleError))
    let leak = parameters[.errorCorrectionEfficiency] * gain * Entropy.binary(error)
    return KeyRate(
      margin: secret - leak, gain: gain,
      [
        "gain": gain, "error_rate": error, "single_photon_gain": single,
        "single_photon_error": clicks.singleError,
      ])
  }

  /// - Source: [Xu20], Eqs. (2)–(9).
  private static let activePairing = QKDProtocolDefinition(
    "tf-sns-aopp", "Sending or not sending, bits paired actively by their odd parity.",
    family: .twinField, unit: .round, sources: ["Xu20", "Wang18"],
    assumptions: twinAssumptions + [.generalAttacks, .infiniteDecoys],
    parameters: sendingParameters, optimizing: sendingVariables
  ) { parameters, link in
    let clicks = SendingClicks(parameters, link)
    let (v, b, c) = (clicks.vacuum, clicks.both, clicks.one)
    guard c > 0 else { return .none }
    let pairs = min(c + b, c + v)
    let scale = pairs / ((c + b) * (c + v))
    let survivors = scale * (c * c + b * v)
    let error = min(0.5, b * v / (c * c + b * v))
    let single = scale * clicks.single * clicks.single
    let singleError = min(0.5, clicks.singleError)
    let phase = Clamping.errorBound(2 * singleError * (1 - singleError))
    let leak = parameters[.errorCorrectionEfficiency] * survivors * Entropy.binary(error)
    return KeyRate(
      margin: single * Entropy.secrecy(phase) - leak, gain: survivors,
      [
        "gain": survivors, "error_rate": error, "single_photon_gain": single,
        "single_photon_error": phase,
      ])
  }

  /// R = r_p r_s { q₁₁ [1 − h(e₁₁)] − f h(E_Z) } per round.
  private static let modePairing = QKDProtocolDefinition(
    "mode-pairing", "Mode pairing: clicks are paired after the fact, without a common phase.",
    family: .twinField, unit: .round, sources: ["Zeng22"],
    assumptions: [
      .asymptotic, .generalAttacks, .untrustedRelay, .phaseRandomized, .symmetricArms,
      .infiniteDecoys,
    ],
    parameters: twinParameters(0.04) + [(.mu, 0.4), (.pairingWindow, 2000)],
    optimizing: [.logarithmic(.mu, 1e-3...2)]
  ) { parameters, link in
    let arm = arm(parameters, link)
    let (dark, mu) = (parameters[.darkCountProbability], parameters[.mu])
    func click(_ mean: Double) -> Double {
      2 * dark * Double.exp(-mean) - Double.expMinusOne(-mean)
    }
    let clicks = [0, 1, 2].map { click(arm * mu * Double($0)) }
    let mean = (clicks[0] + 2 * clicks[1] + clicks[2]) / 4
    guard mean > 0 else { return .none }
    let found = -Double.expMinusOne(parameters[.pairingWindow] * Double.log(onePlus: -mean))
    let pairing = 1 / (1 / (mean * found) + 1 / mean)
    let weights = clicks.map { $0 / (4 * mean) }
    let sifted = 2 * weights[1] * weights[1] + 2 * weights[0] * weights[2]
    let error = min(0.5, 2 * weights[0] * weights[2] / sifted)
    func yield(_ n: Int) -> Double {
      let lost = Double.pow(1 - arm, n)
      return 2 * dark * lost + (n == 0 ? 0 : n == 1 ? arm : arm * (2 - arm))
    }
    let weight = mu * Double.exp(-mu)
    let single =
      weight * weight * (2 * yield(1) * yield(1) + 2 * yield(0) * yield(2))
      / (16 * mean * mean * sifted)
    let phase = RelayGains(
      alice: arm, bob: arm, dark: dark, misalignment: parameters[.misalignment]
    ).singlePhotons.errorRate
    let part =
      single * Entropy.secrecy(Clamping.errorBound(phase))
      - parameters[.errorCorrectionEfficiency] * Entropy.binary(error)
    return KeyRate(
      margin: pairing * sifted * part, gain: pairing * sifted,
      [
        "click_probability": mean, "pairing_rate": pairing, "sifted_part": sifted,
        "error_rate": error, "single_photon_part": single, "single_photon_error": phase,
      ])
  }
}

/// Clicks and errors of phase matching; sums over photon numbers in closed form.
///
/// - Source: [Ma18], Eqs. (B12)–(B22). With x = μ(1−t): Σ_odd e^−μ μᵏ/k! Y_k = e^−μ [sinh μ −
///   (1−2p_d) sinh x], its difference of sinh written as 2 cosh(μ − μt/2) sinh(μt/2); even numbers
///   alike.
struct PhaseMatchingClicks {
  let gain: Double
  let bitError: Double
  /// An upper bound on E_X.
  let phaseError: Double

  init(arm: Double, dark: Double, mu: Double, error: Double) {
    let arriving = arm * mu
    let silence = Double.exp(-arriving)
    gain = 2 * dark * silence - Double.expMinusOne(-arriving)
    let vacuumFactor = Double.exp(-mu)
    let rest = mu - arriving
    let middle = mu - arriving / 2
    let small = 2 * Double.sinh(arriving / 2)
    let odd = vacuumFactor * dark * Double.sinh(rest)
    let oddArriving = vacuumFactor * Double.cosh(middle) * small
    let half = Double.sinh(rest / 2)
    let even =
      vacuumFactor * (Double.sinh(middle) * small + 2 * dark * 2 * half * half)
    guard gain > 0 else {
      (bitError, phaseError) = (0.5, 0.5)
      return
    }
    bitError = (dark + arriving * error) * silence / gain
    phaseError = (vacuumFactor * dark + odd + error * oddArriving + even) / gain
  }

  /// The error that slices cause: the mean of sin²(Δφ/2) over two phases in a slice, (1 −
  /// sinc²(π/M))/2, or as published.
  static func sliceError(slices: Double, asPublished: Bool) -> Double {
    let angle = Double.pi / slices
    let sine = Double.sin(angle)
    if asPublished { return angle - sine * sine * sine / (angle * angle) }
    return (1 - sine / angle) * (1 + sine / angle) / 2
  }
}

/// Events in which exactly one detector clicks, by what the parties sent; times the probabilities
/// of sending.
///
/// - Source: [Wang18], with the click model of [Xu20], App. A.
private struct SendingClicks {
  /// Neither sends: V = (1−ε)² S₀₀.
  let vacuum: Double
  /// Both send: B = ε² S₁₁.
  let both: Double
  /// One given party sends alone: C = ε(1−ε) S₀₁.
  let one: Double
  /// One given party sends alone, and a single photon: ε(1−ε) μ e^−μ s₁.
  let single: Double
  let singleError: Double

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let arm = QKDProtocolDefinition.arm(parameters, link)
    let (dark, mu) = (parameters[.darkCountProbability], parameters[.mu])
    let sending = parameters[.sendingProbability]
    let open = 1 - dark
    func click(_ mean: Double) -> Double { dark * Double.exp(-mean) - Double.expMinusOne(-mean) }
    let x = mu * arm
    vacuum = (1 - sending) * (1 - sending) * 2 * dark * open
    one = sending * (1 - sending) * 2 * open * Double.exp(-x / 2) * click(x / 2)
    both = sending * sending * 2 * open * Double.exp(-x) * (besselI0MinusOne(x) + click(x))
    let yield = open * arm + 2 * (1 - arm) * dark * open
    single = sending * (1 - sending) * mu * Double.exp(-mu) * yield
    singleError =
      yield > 0
      ? (open * arm * parameters[.misalignment] + (1 - arm) * dark * open) / yield : 0.5
  }
}
