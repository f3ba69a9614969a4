import RealModule

/// Pairs of photons from a source between the parties.
extension QKDProtocolDefinition {
  private static let pairParameters: [(KeyRateParameter.ID, Double?)] =
    detectorParameters + [(.meanPairs, nil), (.relayPosition, nil)]

  static let entanglementBased: [QKDProtocolDefinition] = [bbm92, deviceIndependent]

  private static let bbm92 = QKDProtocolDefinition(
    "bbm92", "BBM92 with a parametric down-conversion source.", family: .entanglement,
    sources: ["Bennett92", "Ma07"],
    assumptions: [
      .asymptotic, .generalAttacks, .trustedDetectors, .untrustedSource, .randomizedDoubleClicks,
    ],
    parameters: pairParameters + [(.basisProbability, 0.5)],
    optimizing: [.logarithmic(.meanPairs, 1e-5...2)]
  ) { parameters, link in
    let pairs = PairCoincidences(parameters, link)
    let entropy = Entropy.binary(pairs.errorRate)
    let cost = (1 + parameters[.errorCorrectionEfficiency]) * entropy
    return KeyRate(
      margin: sifting(parameters) * pairs.gain * (1 - cost), gain: pairs.gain,
      ["gain": pairs.gain, "error_rate": pairs.errorRate])
  }

  /// r = 1 − f h(E) − h([1 + √((S/2)² − 1)]/2) with S = 2√2 (1−2E).
  private static let deviceIndependent = QKDProtocolDefinition(
    "e91-device-independent", "E91, the key priced by the violation of the CHSH inequality.",
    family: .entanglement, sources: ["Ekert91", "Pironio09", "Ma07"],
    assumptions: [.asymptotic, .collectiveAttacks, .fairSampling, .untrustedSource],
    // Three settings at each side, chosen uniformly: two of nine combinations make key.
    parameters: pairParameters + [(.basisProbability, 2.0 / 9)],
    optimizing: [.logarithmic(.meanPairs, 1e-5...2)]
  ) { parameters, link in
    let pairs = PairCoincidences(parameters, link)
    let violation = 2 * Double.sqrt(2) * (1 - 2 * pairs.errorRate)
    let leak = parameters[.errorCorrectionEfficiency] * Entropy.binary(pairs.errorRate)
    let privacy = chshPrivacy(violation: violation)
    // Below a violation of 2 the privacy cost is 1; the error rate still says how far away key is.
    let part = 1 - leak - privacy - max(0, 2 - violation)
    return KeyRate(
      margin: parameters[.basisProbability] * pairs.gain * part, gain: pairs.gain,
      [
        "gain": pairs.gain, "error_rate": pairs.errorRate, "chsh_violation": violation,
        "privacy_cost": privacy,
      ])
  }

  /// Eve's information h([1 + √((S/2)² − 1)]/2) per bit for a CHSH value S; 1 for S ≤ 2.
  ///
  /// - Source: [Pironio09], Eq. (11).
  static func chshPrivacy(violation: Double) -> Double {
    let half = violation / 2
    guard half > 1 else { return 1 }
    return Entropy.binary((1 + Double.sqrt(min(1, (half - 1) * (half + 1)))) / 2)
  }
}

/// Coincidences behind a source of down-conversion pairs, λ = mean pairs / 2.
///
/// - Source: [Ma07], Eqs. (9) and (12). The gain is written as a sum of positive terms: with a =
///   ln(1−Y₀ᴬ) − 2 ln(1+η_Aλ), b alike, and D = 1 + η_Aλ + η_Bλ − η_Aη_Bλ it is (1−eᵃ)(1−eᵇ) + eᵃ⁺ᵇ
///   [(1 + η_Aη_Bλ(1+λ)/D)² − 1].
struct PairCoincidences {
  let gain: Double
  let errorRate: Double

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let position = parameters[.relayPosition]
    let efficiency = parameters[.detectorEfficiency]
    let lambda = parameters[.meanPairs] / 2
    let alice = efficiency * link.transmittance(ofPart: position)
    let bob = efficiency * link.transmittance(ofPart: 1 - position)
    let silence = 2 * Double.log(onePlus: -parameters[.darkCountProbability])
    let a = silence - 2 * Double.log(onePlus: alice * lambda)
    let b = silence - 2 * Double.log(onePlus: bob * lambda)
    let both = 1 + alice * lambda + bob * lambda - alice * bob * lambda
    let common = alice * bob * lambda * (1 + lambda)
    gain =
      Double.expMinusOne(a) * Double.expMinusOne(b)
      + Double.exp(a + b) * Double.expMinusOne(2 * Double.log(onePlus: common / both))
    let correlated =
      2 * (0.5 - parameters[.misalignment]) * common
      / ((1 + alice * lambda) * (1 + bob * lambda) * both)
    errorRate = gain > 0 ? min(0.5, max(0, 0.5 - correlated / gain)) : 0.5
  }
}
