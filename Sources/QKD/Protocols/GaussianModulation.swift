import RealModule

/// GG02: coherent states modulated in both quadratures, reverse reconciliation: K = β I_AB − χ_BE
/// bits per symbol.
extension QKDProtocolDefinition {
  private static let gaussianParameters: [(KeyRateParameter.ID, Double?)] = [
    (.lossDBPerKm, nil), (.transmittance, nil), (.detectorEfficiency, 0.6),
    (.modulationVariance, nil), (.excessNoise, nil), (.electronicNoise, 0.01),
    (.reconciliationEfficiency, nil), (.receiverTrusted, nil), (.frameErrorRate, nil),
    (.repetitionRateHz, 1e8),
  ]
  private static let gaussianVariables: [Variable] = [
    .logarithmic(.modulationVariance, 1e-2...1000)
  ]
  private static let gaussianAssumptions: [Assumption] = [
    .collectiveAttacks, .gaussianOptimality, .trustedReceiverOption,
  ]

  static let gaussianModulation: [QKDProtocolDefinition] = [
    gaussian("cv-gg02-homodyne", "Gaussian modulation and homodyne detection.", .homodyne),
    gaussian("cv-gg02-heterodyne", "Gaussian modulation and heterodyne detection.", .heterodyne),
    finiteGaussian, composableGaussian,
  ]

  private static func gaussian(
    _ id: String, _ summary: String, _ detection: CoherentReceiver.Detection
  ) -> QKDProtocolDefinition {
    QKDProtocolDefinition(
      id, summary, family: .continuousVariable, unit: .symbol,
      sources: ["Grosshans02", "Lodewyck07", "Weedbrook12"],
      assumptions: [.asymptotic] + gaussianAssumptions, parameters: gaussianParameters,
      optimizing: gaussianVariables
    ) { parameters, link in
      let channel = GaussianChannel(parameters, link, detection)
      let margin = (1 - parameters[.frameErrorRate]) * channel.key(parameters)
      return KeyRate(margin: margin, gain: channel.information, channel.quantities)
    }
  }

  /// K = (n/N)[β I − χ(T_min, ξ_max) − Δ(n)].
  private static let finiteGaussian = QKDProtocolDefinition(
    "cv-gg02-finite",
    "Gaussian modulation and homodyne detection, channel estimated from finite blocks.",
    family: .continuousVariable, unit: .symbol, sources: ["Leverrier10"],
    assumptions: gaussianAssumptions + [.gaussianTails],
    parameters: gaussianParameters + [
      (.blockSize, nil), (.estimationFraction, nil), (.epsilonSecrecy, 3e-10),
    ],
    optimizing: gaussianVariables + [.linear(.estimationFraction, 0.01...0.9)]
  ) { parameters, link in
    let channel = GaussianChannel(parameters, link, .homodyne)
    let (total, part) = (parameters[.blockSize], parameters[.estimationFraction])
    let key = total * (1 - part)
    // Thirds of the secrecy: channel estimate, smoothing, privacy amplification.
    let epsilon = parameters[.epsilonSecrecy] / 3
    guard
      let worst = channel.worstCase(
        samples: total * part, quantile: TailBounds.gaussianQuantile(twoSided: epsilon)), key > 0
    else { return .none }
    let logarithm = -Double.log2(epsilon)
    let penalty = 7 * Double.sqrt((1 + logarithm) / key) + 2 / key * logarithm
    let secret =
      parameters[.reconciliationEfficiency] * channel.information - worst.holevo - penalty
    return KeyRate(
      margin: (1 - parameters[.frameErrorRate]) * (1 - part)
        * Clamping.certain(secret, rounding: worst.rounding),
      gain: channel.information,
      [
        "mutual_information": channel.information, "holevo_bound": worst.holevo,
        "worst_transmittance": worst.transmittance, "worst_excess_noise": worst.excessNoise,
        "finite_size_penalty": penalty, "signal_to_noise": channel.signalToNoise,
      ])
  }

  /// R = r p_EC [β I − χ_PE − Δ_AEP/√n + Θ/n], r = n/N.
  private static let composableGaussian = QKDProtocolDefinition(
    "cv-gg02-composable", "Gaussian modulation and homodyne detection, composable and finite.",
    family: .continuousVariable, unit: .symbol, sources: ["Pirandola21", "Leverrier15"],
    assumptions: [.finiteKey] + gaussianAssumptions + [.gaussianTails],
    parameters: gaussianParameters + [
      (.blockSize, nil), (.estimationFraction, nil), (.epsilonSecrecy, 3e-10),
    ],
    optimizing: gaussianVariables + [.linear(.estimationFraction, 0.01...0.9)]
  ) { parameters, link in
    let channel = GaussianChannel(parameters, link, .homodyne)
    let (total, part) = (parameters[.blockSize], parameters[.estimationFraction])
    let key = total * (1 - part)
    let corrected = 1 - parameters[.frameErrorRate]
    // Thirds of the secrecy: smoothing ε_s, hashing ε_h, channel estimate.
    let epsilon = parameters[.epsilonSecrecy] / 3
    guard corrected > 0, key > 0,
      let worst = channel.worstCase(
        samples: total * part, quantile: TailBounds.gaussianQuantile(twoSided: 2 * epsilon))
    else { return .none }
    let logarithm = Double.log2(epsilon)
    // Quadratures digitised to 5 bits: d = 2⁵.
    let smoothing =
      4 * Double.log2(Double.sqrt(32) + 2)
      * Double.sqrt(max(0, Double.log2(18 / (corrected * corrected)) - 4 * logarithm))
    let hashing = Double.log2(corrected * (1 - epsilon * epsilon / 3)) + 1 + 2 * logarithm
    let secret =
      parameters[.reconciliationEfficiency] * channel.information - worst.holevo
      - smoothing / Double.sqrt(key) + hashing / key
    return KeyRate(
      margin: corrected * (1 - part) * Clamping.certain(secret, rounding: worst.rounding),
      gain: channel.information,
      [
        "mutual_information": channel.information, "holevo_bound": worst.holevo,
        "worst_transmittance": worst.transmittance, "worst_excess_noise": worst.excessNoise,
        "smoothing_penalty": smoothing / Double.sqrt(key),
        "signal_to_noise": channel.signalToNoise,
      ])
  }
}

/// A Gaussian channel and receiver: what Alice and Bob share, what Eve may hold. Shot-noise units
/// throughout.
package struct GaussianChannel {
  let modulation: Double
  let transmittance: Double
  let excessNoise: Double
  let receiver: CoherentReceiver
  /// I_AB in bits per symbol.
  let information: Double
  /// Signal over noise per measured quadrature.
  let signalToNoise: Double

  init(
    _ parameters: KeyRateParameters, _ link: Link, _ detection: CoherentReceiver.Detection
  ) {
    let receiver = CoherentReceiver(
      detection: detection, efficiency: parameters[.detectorEfficiency],
      electronicNoise: parameters[.electronicNoise])
    let noise = parameters[.excessNoise]
    if parameters.isSet(.receiverTrusted) {
      self.init(
        modulation: parameters[.modulationVariance], transmittance: link.transmittance,
        excessNoise: noise, receiver: receiver)
    } else {
      let whole = receiver.untrusted(transmittance: link.transmittance, excessNoise: noise)
      self.init(
        modulation: parameters[.modulationVariance], transmittance: whole.transmittance,
        excessNoise: whole.excessNoise, receiver: whole.receiver)
    }
  }

  package init(
    modulation: Double, transmittance: Double, excessNoise: Double, receiver: CoherentReceiver
  ) {
    self.modulation = modulation
    self.transmittance = transmittance
    self.excessNoise = excessNoise
    self.receiver = receiver
    // V_A over the noise at the channel's input, 1 + χ_tot = 1/T + ξ + χ_h/T.
    let noise = (1 + receiver.noise) / transmittance + excessNoise
    let ratio = transmittance > 0 && noise.isFinite ? modulation / noise : 0
    signalToNoise = ratio
    let bits = Double.log(onePlus: ratio) / Entropy.ln2
    information = receiver.detection == .homodyne ? bits / 2 : bits
  }

  /// Eve's information χ_BE, and what rounding may have taken from it.
  package func holevo() -> (value: Double, rounding: Double) {
    guard transmittance > 0, receiver.efficiency > 0 else { return (0, 0) }
    return GaussianLeak(self).information
  }

  /// K = β I − χ.
  func key(_ parameters: KeyRateParameters) -> Double {
    let (holevo, rounding) = holevo()
    return Clamping.certain(
      parameters[.reconciliationEfficiency] * information - holevo, rounding: rounding)
  }

  var quantities: KeyValuePairs<String, Double> {
    [
      "mutual_information": information, "holevo_bound": holevo().value,
      "signal_to_noise": signalToNoise,
    ]
  }

  /// Eve's information at the ends of the confidence intervals of T and ξ; `nil` if nothing is
  /// known.
  ///
  /// - Parameters:
  ///   - samples: Symbols spent on the estimate.
  ///   - quantile: Deviations of the normal distribution.
  /// - Source: [Leverrier10], Eqs. (13)–(17).
  func worstCase(samples: Double, quantile: Double) -> (
    holevo: Double, transmittance: Double, excessNoise: Double, rounding: Double
  )? {
    let (efficiency, electronic) = (receiver.efficiency, receiver.electronicNoise)
    let signal = efficiency * transmittance
    guard signal > 0, samples > 0, modulation > 0 else { return nil }
    let variance = 1 + electronic + signal * excessNoise
    let least = Double.sqrt(signal) - quantile * Double.sqrt(variance / (samples * modulation))
    guard least > 0 else { return nil }
    let most = variance * (1 + quantile * Double.sqrt(2 / samples))
    let noise = (most - 1 - electronic) / (least * least)
    let transmittance = min(1, least * least / efficiency)
    let worst = GaussianChannel(
      modulation: modulation, transmittance: transmittance, excessNoise: noise, receiver: receiver
    ).holevo()
    return (worst.value, transmittance, noise, worst.rounding)
  }
}
