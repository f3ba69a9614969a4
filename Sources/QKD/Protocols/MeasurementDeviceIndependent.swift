import RealModule

/// Measurement-device-independent protocols: R = s₁₁[1 − h(e₁₁)] − f Q_Z h(E_Z) per pulse pair, key
/// from the Z basis.
extension QKDProtocolDefinition {
  private static let relayParameters: [(KeyRateParameter.ID, Double?)] =
    detectorParameters + [(.relayPosition, nil)]
  private static let relayAssumptions: [Assumption] = [
    .generalAttacks, .untrustedRelay, .phaseRandomized,
  ]

  static let measurementDeviceIndependent: [QKDProtocolDefinition] = [
    mdiInfinite, mdiThreeIntensity, mdiClosedForm, mdiFinite,
  ]

  private static let mdiInfinite = QKDProtocolDefinition(
    "mdi-infinite", "MDI with decoys of all intensities.", family: .measurementDeviceIndependent,
    unit: .pulsePair, sources: ["Lo12", "MaRazavi12"],
    assumptions: [.asymptotic, .infiniteDecoys] + relayAssumptions,
    parameters: relayParameters + [(.mu, 0.3)], optimizing: [.logarithmic(.mu, 1e-3...2)]
  ) { parameters, link in
    let gains = RelayGains(parameters, link)
    let mu = parameters[.mu]
    let single = gains.singlePhotons
    return rate(
      parameters, gains.zBasis(mu, mu), single: mu * mu * Double.exp(-2 * mu) * single.all,
      error: single.errorRate)
  }

  private static let mdiThreeIntensity = QKDProtocolDefinition(
    "mdi-three-intensity", "MDI with three intensities, bounded by linear programmes.",
    family: .measurementDeviceIndependent, unit: .pulsePair, sources: ["Lo12", "MaRazavi12"],
    assumptions: [.asymptotic] + relayAssumptions,
    parameters: relayParameters + [(.intensity1, 0.3), (.intensity2, 0.05), (.intensity3, 0)],
    optimizing: [.logarithmic(.intensity1, 1e-2...1)], isCostly: true,
    problem: IntensityOrder.problem
  ) { parameters, link in
    let gains = RelayGains(parameters, link)
    let intensities = [parameters[.intensity1], parameters[.intensity2], parameters[.intensity3]]
    return rate(
      parameters, gains.zBasis(intensities[0], intensities[0]),
      RelayBounds.asymptotic(gains, intensities), intensities[0])
  }

  private static let mdiClosedForm = QKDProtocolDefinition(
    "mdi-closed-form", "MDI with three intensities, bounded by formulas.",
    family: .measurementDeviceIndependent, unit: .pulsePair, sources: ["Xu13", "MaRazavi12"],
    assumptions: [.asymptotic] + relayAssumptions,
    parameters: relayParameters + [(.intensity1, 0.3), (.intensity2, 0.05), (.intensity3, 0)],
    optimizing: [.logarithmic(.intensity1, 1e-2...1)], problem: IntensityOrder.problem
  ) { parameters, link in
    let gains = RelayGains(parameters, link)
    let intensities = [parameters[.intensity1], parameters[.intensity2], parameters[.intensity3]]
    return rate(
      parameters, gains.zBasis(intensities[0], intensities[0]),
      RelayBounds.closedForm(gains, intensities), intensities[0])
  }

  private static let mdiFinite = QKDProtocolDefinition(
    "mdi-finite", "MDI with three intensities and finite blocks.",
    family: .measurementDeviceIndependent, unit: .pulsePair, sources: ["Curty14", "Yin20"],
    assumptions: [.finiteKey] + relayAssumptions,
    parameters: relayParameters + [
      (.basisProbability, 0.7), (.intensity1, 0.4), (.intensity2, 0.1), (.intensity3, 0),
      (.probability1, 0.6), (.probability2, 0.3), (.probability3, 0.1), (.blockSize, 1e13),
      (.epsilonSecrecy, 1e-9), (.epsilonCorrectness, nil),
    ],
    optimizing: [
      .linear(.basisProbability, 0.2...0.95), .logarithmic(.intensity1, 0.05...1),
      .logarithmic(.intensity2, 0.005...0.4), .linear(.probability1, 0.05...0.9),
      .linear(.probability2, 0.05...0.8),
    ], isCostly: true,
    complete: { $0[.probability3] = 1 - $0[.probability1] - $0[.probability2] },
    problem: { DecoyProbabilities.problem($0) ?? IntensityOrder.problem($0) }
  ) { parameters, link in RelaySession(parameters, link)?.rate() ?? .none }

  private static func rate(
    _ parameters: KeyRateParameters, _ key: RelayGains.Gain, _ bounds: RelayBounds, _ mu: Double
  ) -> KeyRate {
    let weight = mu * mu * Double.exp(-2 * mu)
    return rate(
      parameters, key, single: weight * Clamping.yield(bounds.yield), error: bounds.error,
      slope: weight * min(0, bounds.yield))
  }

  private static func rate(
    _ parameters: KeyRateParameters, _ key: RelayGains.Gain, single: Double, error: Double,
    slope: Double = 0
  ) -> KeyRate {
    let leak =
      parameters[.errorCorrectionEfficiency] * key.all * Entropy.binary(key.errorRate)
    return KeyRate(
      margin: single * Entropy.secrecy(error) - leak + slope, gain: key.all,
      [
        "gain": key.all, "error_rate": key.errorRate, "single_photon_gain": single,
        "single_photon_error": error,
      ])
  }
}

/// Bounds on pulse pairs of one photon each: Y₁₁ of the Z basis from below, e₁₁ of the X basis from
/// above.
struct RelayBounds {
  /// Below 0 where the data say nothing.
  let yield: Double
  /// Y₁₁ of the X basis; below 0 where the data say nothing.
  let testYield: Double
  /// An upper bound on e₁₁ Y₁₁ of the X basis.
  let testErrors: Double

  /// At most 1/2.
  var error: Double { testYield > 0 ? Clamping.errorBound(testErrors / testYield) : 0.5 }

  /// Two decoys, one order of photon numbers eliminated exactly.
  ///
  /// With G(a) = q_aa + q_ωω − q_aω − q_ωa for q = Q e^{a+b}, the combination (μ²−ω²)(μ−ω) G(ν) −
  /// (ν²−ω²)(ν−ω) G(μ) keeps Y₁₁ and makes every other term at most 0.
  /// - Source: [Xu13], Eqs. (10) and (11). Differs in: G is summed over the photons that arrive,
  ///   without cancellation.
  static func closedForm(_ gains: RelayGains, _ intensities: [Double]) -> RelayBounds {
    let (mu, nu, omega) = (intensities[0], intensities[1], intensities[2])
    let arrivals = RelayArrivals(gains: gains)
    func yield(_ outcome: RelayArrivals.Outcome) -> Double {
      let first = (mu + omega) * arrivals.combination(outcome, from: omega, to: nu)
      let second = (nu + omega) * arrivals.combination(outcome, from: omega, to: mu)
      return (first - second) / (mu - nu)
    }
    return RelayBounds(
      yield: yield(.zAll), testYield: yield(.xAll),
      testErrors: arrivals.combination(.xWrong, from: omega, to: nu))
  }

  /// The best bounds that nine gains of each basis allow.
  ///
  /// Those of the formulas hold for the same gains: where rounding keeps a programme from its
  /// optimum, they stand in.
  static func asymptotic(_ gains: RelayGains, _ intensities: [Double]) -> RelayBounds {
    func programme(_ gain: (Double, Double) -> Double) -> YieldProgramme {
      YieldProgramme(intensities, isSymmetric: gains.isSymmetric) { first, second in
        let value = gain(first, second)
        return (value, value)
      }
    }
    let formula = closedForm(gains, intensities)
    let z = programme { gains.zBasis($0, $1).all }
    let x = programme { gains.xBasis($0, $1).all }
    let wrong = programme { gains.xBasis($0, $1).wrong }
    return RelayBounds(
      yield: max(formula.yield, z.leastYield(1, 1) ?? -.infinity),
      testYield: max(formula.testYield, x.leastYield(1, 1) ?? -.infinity),
      testErrors: min(formula.testErrors, wrong.largestYield(1, 1) ?? .infinity))
  }
}

/// A finite session: every count is its expectation, every bound holds for counts within their
/// Chernoff intervals.
///
/// Secrecy is shared by 60 terms: two sides of nine gains in three tables, the single-photon
/// counts, the random sampling of phase errors and privacy amplification. l = s₁₁[1 − h(φ)] − λ_EC
/// − 6 log₂(60/ε_sec) − log₂(2/ε_cor), as in [Lim14].
private struct RelaySession {
  private let parameters: KeyRateParameters
  private let gains: RelayGains
  private let intensities: [Double]
  private let probabilities: [Double]
  private let logTerms: Double

  init?(_ parameters: KeyRateParameters, _ link: Link) {
    self.parameters = parameters
    gains = RelayGains(parameters, link)
    intensities = [parameters[.intensity1], parameters[.intensity2], parameters[.intensity3]]
    probabilities = DecoyProbabilities.names.map { parameters[$0] }
    logTerms = Double.log(60) - Double.log(parameters[.epsilonSecrecy])
    guard probabilities.allSatisfy({ $0 > 0 }), intensities[1] > intensities[2],
      intensities[0] > intensities[1] + intensities[2]
    else { return nil }
  }

  /// Pulse pairs of two intensities in a basis.
  private func trials(_ first: Double, _ second: Double, basis: Double) -> Double {
    guard let a = intensities.firstIndex(of: first), let b = intensities.firstIndex(of: second)
    else { return 0 }
    return parameters[.blockSize] * basis * basis * probabilities[a] * probabilities[b]
  }

  private func programme(
    basis: Double, _ gain: @escaping (Double, Double) -> Double
  ) -> YieldProgramme {
    YieldProgramme(intensities, isSymmetric: gains.isSymmetric) { first, second in
      let trials = trials(first, second, basis: basis)
      guard trials > 0 else { return (0, 1) }
      let interval = TailBounds.chernoff(
        gain(first, second) * trials, logInverseFailure: logTerms)
      return (interval.lower / trials, min(1, interval.upper / trials))
    }
  }

  /// A count at least as large as its expectation allows, or at most.
  private func count(_ expected: Double, _ sign: Double) -> Double {
    let deviation = Double.sqrt(2 * expected * logTerms)
    return sign < 0 ? max(0, expected - deviation) : expected + deviation + logTerms
  }

  func rate() -> KeyRate {
    let basis = parameters[.basisProbability]
    let z = programme(basis: basis) { gains.zBasis($0, $1).all }
    let x = programme(basis: 1 - basis) { gains.xBasis($0, $1).all }
    let wrong = programme(basis: 1 - basis) { gains.xBasis($0, $1).wrong }
    let mu = intensities[0]
    let key = gains.zBasis(mu, mu)
    let keyTrials = trials(mu, mu, basis: basis)
    let pairs = parameters[.blockSize]
    guard let yield = z.leastYield(1, 1), let xYield = x.leastYield(1, 1),
      let errorYield = wrong.largestYield(1, 1)
    else { return .none }
    let single = count(keyTrials * mu * mu * Double.exp(-2 * mu) * Clamping.yield(yield), -1)
    let weight = zip(intensities, probabilities).reduce(0) {
      $0 + $1.1 * $1.0 * Double.exp(-$1.0)
    }
    let testTrials = pairs * (1 - basis) * (1 - basis) * weight * weight
    let test = count(testTrials * Clamping.yield(xYield), -1)
    let errors = count(testTrials * max(0, errorYield), 1)
    var phase = 10.0
    if test > 0, single > 0 {
      let error = min(1, errors / test)
      phase = TailBounds.errorRateOfRest(logTerms, rate: error, sample: test, rest: single)
    }
    let bound = Clamping.errorBound(phase)
    let leak =
      parameters[.errorCorrectionEfficiency] * keyTrials * key.all * Entropy.binary(key.errorRate)
    let cost =
      6 * logTerms / Entropy.ln2 + 1 - Double.log(parameters[.epsilonCorrectness]) / Entropy.ln2
    var length = single * Entropy.secrecy(bound) - leak - cost
    if bound >= 0.5 { length -= keyTrials * key.all * 1e-3 * (min(10, phase) - 0.5) }
    let floored = length >= 1 ? length.rounded(.down) : min(0, length)
    return KeyRate(
      margin: floored / pairs, gain: max(keyTrials, 1) * key.all / pairs,
      [
        "key_length_bits": Clamping.length(floored), "error_rate": key.errorRate,
        "single_photon_events": single, "phase_error": bound, "leaked_bits": leak,
      ])
  }
}
