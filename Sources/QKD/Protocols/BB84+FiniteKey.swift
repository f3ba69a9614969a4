import RealModule

/// BB84 with weak pulses and finite blocks.
///
/// Counts are expectations: the rate is that of a session whose every count is its mean. Lengths
/// are floored to whole bits.
extension QKDProtocolDefinition {
  private static let finiteAssumptions: [Assumption] = [
    .finiteKey, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks, .phaseRandomized,
  ]
  private static let finiteParameters: [(KeyRateParameter.ID, Double?)] =
    detectorParameters + [
      (.afterpulseProbability, nil), (.plainClickErrors, nil), (.countsBelowZero, nil),
      (.blockSize, nil),
      (.epsilonSecrecy, nil), (.epsilonCorrectness, nil),
    ]

  static let finiteBB84: [QKDProtocolDefinition] = [finiteTwoDecoys, finiteOneDecoy]

  private static let finiteTwoDecoys = QKDProtocolDefinition(
    "bb84-decoy-finite-two", "BB84 with three intensities and finite blocks.",
    family: .prepareAndMeasure, sources: ["Lim14"], assumptions: finiteAssumptions,
    parameters: finiteParameters + [
      (.basisProbability, 0.9), (.intensity1, 0.43), (.intensity2, 0.17), (.intensity3, 2e-4),
      (.probability1, 0.7), (.probability2, 0.2), (.probability3, 0.1),
    ],
    optimizing: [
      .linear(.basisProbability, 0.5...0.999), .logarithmic(.intensity1, 0.02...1),
      .logarithmic(.intensity2, 0.005...0.5), .linear(.probability1, 0.02...0.97),
      .linear(.probability2, 0.01...0.9),
    ],
    complete: { $0[.probability3] = 1 - $0[.probability1] - $0[.probability2] },
    problem: { DecoyProbabilities.problem($0) ?? IntensityOrder.problem($0) },
    rateOfSlots: twoDecoyKey
  ) { parameters, link in
    twoDecoyKey(parameters, [PulseSlot(pulses: 1, transmittance: link.transmittance)], true)
  }

  /// The key of a block that was sent in slots; scaled to the block size on request.
  private static let twoDecoyKey: @Sendable (KeyRateParameters, [PulseSlot], Bool) -> KeyRate = {
    parameters, slots, isScaled in
    let session = FiniteSession(
      parameters, slots, isScaled: isScaled, [.intensity1, .intensity2, .intensity3],
      [.probability1, .probability2, .probability3])
    return session.flatMap { FiniteTwoDecoyKey($0, parameters)?.rate($0) } ?? .none
  }

  private static let oneDecoyKey: @Sendable (KeyRateParameters, [PulseSlot], Bool) -> KeyRate = {
    parameters, slots, isScaled in
    let session = FiniteSession(
      parameters, slots, isScaled: isScaled, [.intensity1, .intensity2],
      [.probability1, .probability2])
    return session.flatMap { FiniteOneDecoyKey($0, parameters)?.rate($0) } ?? .none
  }

  private static let finiteOneDecoy = QKDProtocolDefinition(
    "bb84-decoy-finite-one", "BB84 with two intensities and finite blocks.",
    family: .prepareAndMeasure, sources: ["Rusca18"], assumptions: finiteAssumptions,
    parameters: finiteParameters + [
      (.basisProbability, 0.9), (.intensity1, 0.43), (.intensity2, 0.17),
      (.probability1, 0.7), (.probability2, 0.3),
    ],
    optimizing: [
      .linear(.basisProbability, 0.5...0.999), .logarithmic(.intensity1, 0.02...1),
      .logarithmic(.intensity2, 0.005...0.5), .linear(.probability1, 0.02...0.98),
    ],
    complete: { $0[.probability2] = 1 - $0[.probability1] },
    problem: { parameters in
      if let problem = DecoyProbabilities.problem(parameters) { return problem }
      let (first, second) = (parameters[.intensity1], parameters[.intensity2])
      return first > second && second > 0
        ? nil : "intensity_2 is above 0 and below intensity_1 (\(first)), not \(second)"
    },
    rateOfSlots: oneDecoyKey
  ) { parameters, link in
    oneDecoyKey(parameters, [PulseSlot(pulses: 1, transmittance: link.transmittance)], true)
  }
}

/// Pulses sent while the channel had one transmittance.
public struct PulseSlot: Sendable, Hashable {
  /// The number of pulses sent.
  public let pulses: Double
  /// The transmittance of the channel alone, in 0...1.
  public let transmittance: Double

  /// Pulses sent while the channel had the given transmittance, in 0...1.
  public init(pulses: Double, transmittance: Double) {
    self.pulses = pulses
    self.transmittance = transmittance
  }
}

/// Rules that the probabilities of intensities keep.
enum DecoyProbabilities {
  static let names: [KeyRateParameter.ID] = [.probability1, .probability2, .probability3]

  /// Each above 0, together 1.
  static let problem: @Sendable (KeyRateParameters) -> String? = { parameters in
    let present = names.filter { parameters.value(of: $0) != nil }
    for id in present where parameters[id] <= 0 {
      return "\(id.name) is above 0, not \(parameters[id])"
    }
    let sum = present.reduce(0) { $0 + parameters[$1] }
    let list = present.map(\.name).joined(separator: " + ")
    return abs(sum - 1) <= 1e-9 ? nil : "\(list) is 1, not \(sum)"
  }
}

/// Counts of a session, by basis and intensity.
struct FiniteSession {
  let intensities: [Double]
  let probabilities: [Double]
  /// Counts and errors by intensity in the basis that makes the key.
  let keyCounts: [Double]
  let keyErrors: [Double]
  /// The same in the basis that estimates phase errors.
  let testCounts: [Double]
  let testErrors: [Double]
  /// Pulses sent for them.
  let pulses: Double
  /// n_X of the block.
  let blockSize: Double
  let errorRate: Double
  /// τ₀ and τ₁: the probabilities of no photon and of one.
  let vacuumWeight: Double
  let singleWeight: Double
  /// What limits of counts stop at.
  private let leastLimit: Double

  /// The expected session of slots; `nil` if nothing clicks or a probability is none.
  ///
  /// - Parameters:
  ///   - isScaled: Whether the slots are repeated until the key basis has `block_size` counts;
  ///     otherwise they are all there is.
  /// - Source: [Lim14], Sec. IV, whose error model uses η_sys where it prints η_ch.
  init?(
    _ parameters: KeyRateParameters, _ slots: [PulseSlot], isScaled: Bool,
    _ intensityNames: [KeyRateParameter.ID], _ probabilityNames: [KeyRateParameter.ID]
  ) {
    intensities = intensityNames.map { parameters[$0] }
    probabilities = probabilityNames.map { parameters[$0] }
    leastLimit = parameters.isSet(.countsBelowZero) ? -.infinity : 0
    let basis = parameters[.basisProbability]
    guard probabilities.allSatisfy({ $0 > 0 }), basis > 0 else { return nil }
    let model = AfterpulsingClicks(parameters)
    var (counts, errors, sent) = ([Double](), [Double](), 0.0)
    for slot in slots { sent += slot.pulses }
    for (intensity, probability) in zip(intensities, probabilities) {
      var (count, wrong) = (0.0, 0.0)
      for slot in slots {
        let clicks = model.clicks(intensity, slot.transmittance)
        let part = slot.pulses * basis * basis * probability * clicks.rate
        count += part
        wrong += part * clicks.errorRate
      }
      counts.append(count)
      errors.append(wrong)
    }
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    let scale = isScaled ? parameters[.blockSize] / total : 1
    let testPart = (1 - basis) * (1 - basis) / (basis * basis)
    keyCounts = counts.map { $0 * scale }
    keyErrors = errors.map { $0 * scale }
    testCounts = keyCounts.map { $0 * testPart }
    testErrors = keyErrors.map { $0 * testPart }
    blockSize = total * scale
    pulses = sent * scale
    errorRate = min(0.5, keyErrors.reduce(0, +) / blockSize)
    vacuumWeight = zip(probabilities, intensities).reduce(0) { $0 + $1.0 * Double.exp(-$1.1) }
    singleWeight = zip(probabilities, intensities).reduce(0) {
      $0 + $1.0 * $1.1 * Double.exp(-$1.1)
    }
  }

  /// eᵏ/p_k [counts_k ± √(total/2 ln(1/ε))], and at least 0, as what it bounds is, unless limits may
  /// be below.
  func bound(_ counts: [Double], _ place: Int, _ sign: Double, _ logInverseFailure: Double)
    -> Double
  {
    let deviation = TailBounds.hoeffding(counts.reduce(0, +), logInverseFailure: logInverseFailure)
    let limit = counts[place] + sign * deviation
    return Double.exp(intensities[place]) / probabilities[place] * max(leastLimit, limit)
  }
}

/// Clicks and errors with afterpulses: R_k = D_k (1+p_ap), D_k = 1 − (1−2p_d)e^−ηk.
private struct AfterpulsingClicks {
  private let efficiency: Double
  private let dark: Double
  private let afterpulse: Double
  private let misalignment: Double
  private let isPerPlainClick: Bool

  init(_ parameters: KeyRateParameters) {
    efficiency = parameters[.detectorEfficiency]
    dark = parameters[.darkCountProbability]
    afterpulse = parameters[.afterpulseProbability]
    misalignment = parameters[.misalignment]
    isPerPlainClick = parameters.isSet(.plainClickErrors)
  }

  func clicks(_ intensity: Double, _ transmittance: Double) -> (rate: Double, errorRate: Double) {
    let arriving = -Double.expMinusOne(-transmittance * efficiency * intensity)
    let click = 2 * dark + (1 - 2 * dark) * arriving
    let rate = click * (1 + afterpulse)
    let wrong = dark + misalignment * arriving + afterpulse * click / 2
    let all = isPerPlainClick ? click : rate
    return (rate, all > 0 ? wrong / all : 0.5)
  }
}

/// The last steps that the finite keys share.
private struct FiniteKeyLength {
  var vacuum: Double
  var single: Double
  var testSingle: Double
  var testErrors: Double
  /// s of s/ε_sec: the number of terms that share the secrecy.
  let terms: Double
  var phaseError = 0.5
  var length = 0.0
  var leak = 0.0

  init(vacuum: Double, single: Double, testSingle: Double, testErrors: Double, terms: Double) {
    self.vacuum = vacuum
    self.single = single
    self.testSingle = testSingle
    self.testErrors = testErrors
    self.terms = terms
  }

  /// l = s₀ + s₁[1 − h(φ)] − λ_EC − 6 log₂(s/ε_sec) − log₂(2/ε_cor).
  mutating func settle(_ session: FiniteSession, _ parameters: KeyRateParameters) {
    let logTerms = Double.log(terms) - Double.log(parameters[.epsilonSecrecy])
    var excess = 0.0
    if testSingle > 0, single > 0 {
      let error = max(0, testErrors) / testSingle
      let phase = TailBounds.errorRateOfRest(
        logTerms, rate: error, sample: testSingle, rest: single)
      phaseError = Clamping.errorBound(phase)
      excess = max(0, min(10, phase) - 0.5)
    } else {
      excess = 10 - min(0, testSingle) / session.blockSize
    }
    leak =
      session.blockSize * parameters[.errorCorrectionEfficiency] * Entropy.binary(session.errorRate)
    let cost =
      6 * logTerms / Entropy.ln2 + 1 - Double.log(parameters[.epsilonCorrectness]) / Entropy.ln2
    length =
      Clamping.yield(vacuum) + Clamping.yield(single) * Entropy.secrecy(phaseError) - leak
      - cost
    // Where there is no key, the length also says how far the bounds are from saying anything.
    if phaseError >= 0.5 || single <= 0 {
      length = min(length, 0) + min(0, single) - excess * 1e-3 * session.blockSize
    }
  }

  func rate(_ session: FiniteSession) -> KeyRate {
    let floored = length >= 1 ? length.rounded(.down) : min(length, 0)
    return KeyRate(
      margin: floored / session.pulses, gain: session.blockSize / session.pulses,
      [
        "key_length_bits": Clamping.length(floored), "pulses": session.pulses,
        "error_rate": session.errorRate, "vacuum_events": Clamping.yield(vacuum),
        "single_photon_events": Clamping.yield(single),
        "test_single_photon_events": Clamping.yield(testSingle),
        "test_single_photon_errors": max(0, testErrors), "phase_error": phaseError,
        "leaked_bits": leak,
      ])
  }
}

/// [Lim14], Eqs. (1)–(5).
private struct FiniteTwoDecoyKey {
  private var key: FiniteKeyLength

  init?(_ session: FiniteSession, _ parameters: KeyRateParameters) {
    let logTerms = Double.log(21) - Double.log(parameters[.epsilonSecrecy])
    let mu = session.intensities
    guard mu[1] > mu[2], mu[0] > mu[1] + mu[2] else { return nil }
    func vacuum(_ counts: [Double]) -> Double {
      session.vacuumWeight
        * (mu[1] * session.bound(counts, 2, -1, logTerms)
          - mu[2] * session.bound(counts, 1, 1, logTerms)) / (mu[1] - mu[2])
    }
    func single(_ counts: [Double], _ vacuum: Double) -> Double {
      let ratio = (mu[1] - mu[2]) * (mu[1] + mu[2]) / (mu[0] * mu[0])
      let bound =
        session.bound(counts, 1, -1, logTerms) - session.bound(counts, 2, 1, logTerms)
        - ratio
        * (session.bound(counts, 0, 1, logTerms) - Clamping.yield(vacuum) / session.vacuumWeight)
      return session.singleWeight * mu[0] * bound / ((mu[1] - mu[2]) * (mu[0] - mu[1] - mu[2]))
    }
    let keyVacuum = vacuum(session.keyCounts)
    let errors =
      session.singleWeight
      * (session.bound(session.testErrors, 1, 1, logTerms)
        - session.bound(session.testErrors, 2, -1, logTerms)) / (mu[1] - mu[2])
    key = FiniteKeyLength(
      vacuum: keyVacuum, single: single(session.keyCounts, keyVacuum),
      testSingle: single(session.testCounts, vacuum(session.testCounts)), testErrors: errors,
      terms: 21)
    key.settle(session, parameters)
  }

  func rate(_ session: FiniteSession) -> KeyRate { key.rate(session) }
}

/// [Rusca18], Eqs. (A13)–(A23); (A18) lacks a factor eᵏ/p_k in print.
private struct FiniteOneDecoyKey {
  private var key: FiniteKeyLength

  init?(_ session: FiniteSession, _ parameters: KeyRateParameters) {
    let logTerms = Double.log(19) - Double.log(parameters[.epsilonSecrecy])
    let mu = session.intensities
    guard mu[0] > mu[1], mu[1] > 0 else { return nil }
    func vacuumLimit(_ counts: [Double], _ errors: [Double]) -> Double {
      let deviation = TailBounds.hoeffding(counts.reduce(0, +), logInverseFailure: logTerms)
      let byIntensity = mu.indices.map {
        2 * (session.vacuumWeight * session.bound(errors, $0, 1, logTerms) + deviation)
      }
      return byIntensity.reduce(2 * (errors.reduce(0, +) + deviation)) { min($0, $1) }
    }
    func single(_ counts: [Double], _ errors: [Double]) -> Double {
      let ratio = mu[1] * mu[1] / (mu[0] * mu[0])
      let bound =
        session.bound(counts, 1, -1, logTerms) - ratio * session.bound(counts, 0, 1, logTerms)
        - (1 - ratio) * vacuumLimit(counts, errors) / session.vacuumWeight
      return session.singleWeight * mu[0] / (mu[1] * (mu[0] - mu[1])) * bound
    }
    let vacuum =
      session.vacuumWeight / (mu[0] - mu[1])
      * (mu[0] * session.bound(session.keyCounts, 1, -1, logTerms)
        - mu[1] * session.bound(session.keyCounts, 0, 1, logTerms))
    let errors =
      session.singleWeight / (mu[0] - mu[1])
      * (session.bound(session.testErrors, 0, 1, logTerms)
        - session.bound(session.testErrors, 1, -1, logTerms))
    key = FiniteKeyLength(
      vacuum: vacuum, single: single(session.keyCounts, session.keyErrors),
      testSingle: single(session.testCounts, session.testErrors), testErrors: errors, terms: 19)
    key.settle(session, parameters)
  }

  func rate(_ session: FiniteSession) -> KeyRate { key.rate(session) }
}
