import RealModule

/// Phase-shift keying, and continuous variables through an untrusted relay.
extension QKDProtocolDefinition {
  static let otherContinuousVariable: [QKDProtocolDefinition] = [phaseShiftKeying, cvRelay]

  private static let phaseShiftKeying = QKDProtocolDefinition(
    "cv-psk", "Phase-shift keying of coherent states and heterodyne detection.",
    family: .continuousVariable, unit: .symbol, sources: ["Denys21"],
    assumptions: [.asymptotic, .collectiveAttacks, .gaussianOptimality],
    parameters: [
      (.lossDBPerKm, nil), (.transmittance, nil), (.detectorEfficiency, 1), (.amplitude, 0.4),
      (.constellationSize, 4), (.excessNoise, 0.005), (.electronicNoise, 0),
      (.reconciliationEfficiency, nil), (.frameErrorRate, nil), (.repetitionRateHz, 1e8),
    ],
    optimizing: [.logarithmic(.amplitude, 0.02...2)],
    problem: {
      // Two states break the symmetry between the quadratures that the covariance matrix assumes.
      $0[.constellationSize] >= 3
        ? nil : "constellation_size is at least 3, not \(Int($0[.constellationSize]))"
    }
  ) { parameters, link in
    let receiver = CoherentReceiver(
      detection: .heterodyne, efficiency: parameters[.detectorEfficiency],
      electronicNoise: parameters[.electronicNoise])
    let channel = receiver.untrusted(
      transmittance: link.transmittance, excessNoise: parameters[.excessNoise])
    let constellation = PhaseConstellation(
      size: Int(parameters[.constellationSize]), amplitude: parameters[.amplitude])
    guard channel.transmittance > 0, channel.excessNoise.isFinite else { return .none }
    let information = constellation.information(
      transmittance: channel.transmittance, excessNoise: channel.excessNoise)
    let holevo = constellation.holevo(
      transmittance: channel.transmittance, excessNoise: channel.excessNoise)
    let secret = parameters[.reconciliationEfficiency] * information - holevo - 1e-14
    return KeyRate(
      margin: (1 - parameters[.frameErrorRate]) * secret, gain: information,
      ["mutual_information": information, "holevo_bound": holevo])
  }

  private static let cvRelay = QKDProtocolDefinition(
    "cv-mdi", "Gaussian modulation at both sides of an untrusted relay.",
    family: .continuousVariable, unit: .symbol, sources: ["Pirandola15"],
    assumptions: [.asymptotic, .collectiveAttacks, .gaussianOptimality, .untrustedRelay],
    parameters: [
      (.lossDBPerKm, nil), (.transmittance, nil), (.relayPosition, 0), (.detectorEfficiency, 0.98),
      (.modulationVariance, 60), (.excessNoise, 0.01), (.reconciliationEfficiency, nil),
      (.frameErrorRate, nil), (.repetitionRateHz, 1e8),
    ],
    optimizing: [.logarithmic(.modulationVariance, 0.1...1000)]
  ) { parameters, link in
    let position = parameters[.relayPosition]
    let efficiency = parameters[.detectorEfficiency]
    guard
      let state = RelayedState(
        variance: 1 + parameters[.modulationVariance],
        alice: efficiency * link.transmittance(ofPart: position),
        bob: efficiency * link.transmittance(ofPart: 1 - position),
        excessNoise: parameters[.excessNoise])
    else { return .none }
    // The key is the outcome of the party nearer to the relay.
    let information = state.information
    let holevo = state.holevo(keyMode: position <= 0.5 ? 0 : 1)
    let secret = parameters[.reconciliationEfficiency] * information - holevo - 1e-13 * (1 + holevo)
    return KeyRate(
      margin: (1 - parameters[.frameErrorRate]) * secret, gain: information,
      ["mutual_information": information, "holevo_bound": holevo])
  }
}

/// M coherent states of one amplitude α, evenly around the circle.
///
/// - Source: [Denys21], Secs. 5 and 6. In the eigenbasis of the mean state τ, with weights λ_k = e^{−α²} Σ_n α^{2(nM+k)}/(nM+k)!, the
///   operator a takes φ_k to α √(λ_{k−1}/λ_k) φ_{k−1}; every trace is a sum over k.
struct PhaseConstellation {
  let size: Int
  let amplitude: Double
  /// tr(τ^½ a τ^½ a†).
  private let correlation: Double
  /// w, what the correlation of another channel could differ by; at least 0.
  private let spread: Double

  init(size: Int, amplitude: Double) {
    self.size = size
    self.amplitude = amplitude
    let mean = amplitude * amplitude
    var weights = [Double](repeating: 0, count: size)
    var term = Double.exp(-mean)
    var n = 0
    while n < size || (term > 1e-300 && n < 400) {
      weights[n % size] += term
      n += 1
      term *= mean / Double(n)
    }
    guard weights.allSatisfy({ $0 > 1e-290 }) else {
      // States too faint to tell apart at all: no correlation can be proved.
      (correlation, spread) = (0, 0)
      return
    }
    // With u_k = √λ_{k−1} and v_k = λ_{k−1}/√λ_k: tr = α² u·v and w = α² |v − (u·v) u|², no difference of large numbers.
    let before = (0..<size).map { weights[($0 + size - 1) % size] }
    let u = before.map { Double.sqrt($0) }
    let v = zip(before, weights).map { $0 / Double.sqrt($1) }
    let overlap = zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
    correlation = mean * overlap
    spread =
      mean
      * zip(u, v).reduce(0) { sum, pair in
        let rest = pair.1 - overlap * pair.0
        return sum + rest * rest
      }
  }

  /// Eve's information for a Gaussian channel, from Z* = 2√T tr(τ^½ a τ^½ a†) − √(2Tξw).
  func holevo(transmittance: Double, excessNoise: Double) -> Double {
    let mean = amplitude * amplitude
    let v = 1 + 2 * mean
    let w = 1 + transmittance * (2 * mean + excessNoise)
    let limit = Double.sqrt((v - 1) * (v + 1))
    let z = min(
      limit,
      max(
        0,
        2 * Double.sqrt(transmittance) * correlation
          - Double.sqrt(2 * transmittance * excessNoise * spread)))
    // ν of ((v, z), (z, w)): ν₁ − ν₂ = |w − v|, ν₁ ν₂ = vw − z².
    let product = v * w - z * z
    let gap = abs(w - v)
    let sum = Double.sqrt(gap * gap + 4 * max(1, product))
    let conditional = v - z * z / (1 + w)
    let value =
      Entropy.symplectic((sum + gap) / 2) + Entropy.symplectic((sum - gap) / 2)
      - Entropy.symplectic(conditional)
    return max(0, value)
  }

  /// I_AB of heterodyne outcomes: states at √(2T) α, variance 1 + Tξ/2 in each quadrature.
  func information(transmittance: Double, excessNoise: Double) -> Double {
    let deviation = Double.sqrt(1 + transmittance * excessNoise / 2)
    let radius = Double.sqrt(2 * transmittance) * amplitude / deviation
    if size == 4 { return 2 * BinaryInput.capacity(amplitude: radius / Double.sqrt(2)) }
    return circularInformation(radius: radius)
  }

  /// log₂ M − E log₂ Σ_k exp(−(|y − s_k|² − |y − s₀|²)/2) by the trapezoidal rule, exact to rounding for such integrands.
  private func circularInformation(radius: Double) -> Double {
    let points = (0..<size).map { place -> (Double, Double) in
      let angle = 2 * Double.pi * Double(place) / Double(size)
      return (radius * Double.cos(angle), radius * Double.sin(angle))
    }
    let (step, reach) = (0.3, 27)
    var sum = 0.0
    for i in -reach...reach {
      for j in -reach...reach {
        let (x, y) = (Double(i) * step, Double(j) * step)
        let weight = Double.exp(-(x * x + y * y) / 2)
        // Σ_k exp(−n·d_k − |d_k|²/2) with d_k = s₀ − s_k, less its first term 1.
        let others = points.dropFirst().reduce(0) { total, point in
          let (dx, dy) = (radius - point.0, -point.1)
          return total + Double.exp(-(x * dx + y * dy) - (dx * dx + dy * dy) / 2)
        }
        sum += weight * Double.log(onePlus: others)
      }
    }
    let average = sum * step * step / (2 * Double.pi) / Entropy.ln2
    return max(0, Double.log2(Double(size)) - average)
  }
}

/// A binary input ±a in Gaussian noise of variance 1.
enum BinaryInput {
  /// 1 − E log₂(1 + e^{−2ay}), y ~ N(a, 1), by the trapezoidal rule.
  static func capacity(amplitude: Double) -> Double {
    guard amplitude > 0 else { return 0 }
    guard amplitude < 12 else { return 1 }
    let step = 0.125
    var sum = 0.0
    for place in -72...72 {
      let noise = Double(place) * step
      let exponent = -2 * amplitude * (amplitude + noise)
      let logarithm =
        exponent > 0
        ? exponent + Double.log(onePlus: Double.exp(-exponent))
        : Double.log(onePlus: Double.exp(exponent))
      sum += Double.exp(-noise * noise / 2) * logarithm
    }
    let average = sum * step / Double.sqrt(2 * .pi) / Entropy.ln2
    return max(0, 1 - average)
  }
}

/// The modes that Alice and Bob keep after the relay has announced its results.
///
/// Each sends half of a two-mode squeezed state; the relay mixes them on a balanced beam splitter and measures x of one output and
/// p of the other. The generic Gaussian route: no formula of a paper is behind it.
package struct RelayedState {
  /// Modes 0 (Alice) and 1 (Bob).
  let state: CovarianceMatrix

  package init?(variance: Double, alice: Double, bob: Double, excessNoise: Double) {
    guard variance > 1, alice > 0, bob > 0 else { return nil }
    let pair = CovarianceMatrix.twoModeSqueezed(variance: variance)
    // Modes: Alice, sent by Alice, Bob, sent by Bob.
    var all = pair.joined(with: pair)
    all.transmit(1, transmittance: alice, excessNoise: excessNoise)
    all.transmit(3, transmittance: bob, excessNoise: excessNoise)
    all.mix(1, 3, transmittance: 0.5)
    state = all.conditioned(onHomodyneOf: 3, quadrature: 0)
      .conditioned(onHomodyneOf: 1, quadrature: 1)
  }

  /// Bits that heterodyne outcomes of both share.
  package var information: Double {
    let alone = state.reduced(to: [0])
    let given = state.conditioned(onHeterodyneOf: 1)
    func determinant(_ mode: CovarianceMatrix) -> Double {
      (mode[0, 0] + 1) * (mode[1, 1] + 1) - mode[0, 1] * mode[1, 0]
    }
    return max(0, Double.log2(determinant(alone) / determinant(given)) / 2)
  }

  /// Eve's information on the heterodyne outcome of a mode: S(AB) − S(other | outcome).
  package func holevo(keyMode: Int) -> Double {
    guard let whole = state.entropy(),
      let rest = state.conditioned(onHeterodyneOf: keyMode).entropy()
    else { return .infinity }
    return max(0, whole - rest)
  }
}
