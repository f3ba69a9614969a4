import QSim

extension KeyRateParameter.ID {
  static let addedNoise = Self("added_noise")
}

extension QKDProtocolDefinition {
  /// BB84 with single photons, where Alice flips each bit of her key with a probability before
  /// errors are corrected.
  ///
  /// Her noise costs Bob less than Eve: with q = ½ in the limit there is key up to errors of 12.4 %
  /// instead of 11.0 %. With errors Q, q of noise and Q' = Q (1 − q) + q (1 − Q), a sifted bit is
  /// worth 1 − h(Q) + h(μ) − f h(Q') secret ones, where 2μ = 1 + √((1 − 2Q)² + 4 (1 − 2q)² Q (1 −
  /// Q)) [RennerGisinKraus05].
  static let noisyPreprocessing = QKDProtocolDefinition(
    "bb84-noisy", "BB84 with a single-photon source, and noise that Alice adds to her bits.",
    family: .prepareAndMeasure, sources: ["RennerGisinKraus05"],
    assumptions: [
      .asymptotic, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks,
      Assumption("ideal-single-photons", "Every pulse holds exactly one photon."),
    ],
    parameters: [
      .standard(.lossDBPerKm), .standard(.detectorEfficiency), .standard(.darkCountProbability),
      .standard(.misalignment), .standard(.errorCorrectionEfficiency, default: 1),
      KeyRateParameter(
        "added_noise", "Probability that Alice flips a bit of her key.", in: 0...0.5, default: 0),
    ],
    optimizing: [.linear(.addedNoise, 0...0.499)],
    problem: { $0[.addedNoise] < 0.5 ? nil : "added_noise is below 0.5: no key is left of it" }
  ) { parameters, link in
    let channel = WeakPulseChannel(
      transmittance: link.transmittance * parameters[.detectorEfficiency],
      darkCountProbability: parameters[.darkCountProbability],
      misalignment: parameters[.misalignment])
    let gain = channel.yield(photons: 1)
    let error = gain > 0 ? min(0.5, channel.errorYield(photons: 1) / gain) : 0.5
    let q = parameters[.addedNoise]
    let noisy = error * (1 - q) + q * (1 - error)
    let (a, b) = (1 - 2 * error, 1 - 2 * q)
    let mu = (1 + (a * a + 4 * b * b * error * (1 - error)).squareRoot()) / 2
    let leak = parameters[.errorCorrectionEfficiency] * Entropy.binary(noisy)
    let worth = 1 - Entropy.binary(error) + Entropy.binary(mu) - leak
    return KeyRate(
      margin: gain * worth / 2, gain: gain,
      ["gain": gain, "error_rate": error, "noisy_error_rate": noisy])
  }
}
