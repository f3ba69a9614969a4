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
    let secret = Clamping.certain(
      parameters[.reconciliationEfficiency] * information - holevo, rounding: 1e-14 * information)
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
      let state = RelayedModes(
        modulation: parameters[.modulationVariance],
        alice: efficiency * link.transmittance(ofPart: position),
        bob: efficiency * link.transmittance(ofPart: 1 - position),
        excessNoise: parameters[.excessNoise])
    else { return .none }
    // The key is the outcome of the party nearer to the relay.
    let information = state.information
    let holevo = state.holevo(keyMode: position <= 0.5 ? 0 : 1)
    let secret = Clamping.certain(
      parameters[.reconciliationEfficiency] * information - holevo, rounding: 1e-14 * information)
    return KeyRate(
      margin: (1 - parameters[.frameErrorRate]) * secret, gain: information,
      ["mutual_information": information, "holevo_bound": holevo])
  }
}

/// M coherent states of one amplitude α, evenly around the circle.
///
/// - Source: [Denys21], Secs. 5 and 6. In the eigenbasis of the mean state τ, with weights λ_k =
///   e^{−α²} Σ_n α^{2(nM+k)}/(nM+k)!, the operator a takes φ_k to α √(λ_{k−1}/λ_k) φ_{k−1}; every
///   trace is a sum over k.
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
    // With u_k = √λ_{k−1} and v_k = λ_{k−1}/√λ_k: tr = α² u·v and w = α² |v − (u·v) u|², no
    // difference of large numbers.
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
    let excess = 2 * amplitude * amplitude
    // Z over √T, and the most that any state could have.
    let limit = Double.sqrt(excess * (excess + 2))
    let z = min(limit, max(0, 2 * correlation - Double.sqrt(2 * excessNoise * spread)))
    let missing = (limit - z) * (limit + z)
    return TwoModeState(
      firstExcess: excess, secondExcess: transmittance * (excess + excessNoise),
      correlation: transmittance * z * z,
      upper: 2 * excess * (1 - transmittance) + transmittance * (missing + excess * excessNoise),
      lower: transmittance * (missing + excessNoise * (excess + 2))
    ).heterodyneInformation
  }

  /// I_AB of heterodyne outcomes: states at √(2T) α, variance 1 + Tξ/2 in each quadrature.
  func information(transmittance: Double, excessNoise: Double) -> Double {
    let deviation = Double.sqrt(1 + transmittance * excessNoise / 2)
    let radius = Double.sqrt(2 * transmittance) * amplitude / deviation
    if size == 4 { return 2 * BinaryInput.capacity(amplitude: radius / Double.sqrt(2)) }
    return circularInformation(radius: radius)
  }

  /// −E log₂ of the mean over k of exp(−(|y − s_k|² − |y − s₀|²)/2) by the trapezoidal rule, exact
  /// to rounding for such integrands.
  ///
  /// Each exponential has mean 1: of faint states, whose mean differs little from 1, its linear
  /// part is left out before it could drown what remains.
  private func circularInformation(radius: Double) -> Double {
    let points = (0..<size).map { place -> (Double, Double) in
      let angle = 2 * Double.pi * Double(place) / Double(size)
      return (radius * Double.cos(angle), radius * Double.sin(angle))
    }
    let isFaint = radius < 0.4
    let (step, reach) = (0.3, 27)
    var sum = 0.0
    for i in -reach...reach {
      for j in -reach...reach {
        let (x, y) = (Double(i) * step, Double(j) * step)
        let weight = Double.exp(-(x * x + y * y) / 2)
        // Σ_k exp(−n·d_k − |d_k|²/2) with d_k = s₀ − s_k, each less 1 for faint states; k = 0 adds
        // 0 or 1.
        let others = points.dropFirst().reduce(0) { total, point in
          let (dx, dy) = (radius - point.0, -point.1)
          let exponent = -(x * dx + y * dy) - (dx * dx + dy * dy) / 2
          return total + (isFaint ? Double.expMinusOne(exponent) : Double.exp(exponent))
        }
        sum +=
          weight
          * (isFaint
            ? Entropy.logarithmBeyondLinear(others / Double(size)) : Double.log(onePlus: others))
      }
    }
    let average = sum * step * step / (2 * Double.pi) / Entropy.ln2
    return max(0, (isFaint ? 0 : Double.log2(Double(size))) - average)
  }
}

/// A binary input ±a in Gaussian noise of variance 1.
enum BinaryInput {
  /// a² − E ln cosh(ay) over ln 2, y ~ N(a, 1), by the trapezoidal rule: 1 − E log₂(1 + e^{−2ay})
  /// without its cancellation at small a.
  static func capacity(amplitude: Double) -> Double {
    guard amplitude > 0 else { return 0 }
    guard amplitude < 12 else { return 1 }
    let step = 0.125
    var sum = 0.0
    for place in -72...72 {
      let noise = Double(place) * step
      let argument = abs(amplitude * (amplitude + noise))
      let half = Double.sinh(min(1, argument) / 2)
      let logarithm =
        argument < 1
        ? Double.log(onePlus: 2 * half * half)
        : argument - Entropy.ln2 + Double.log(onePlus: Double.exp(-2 * argument))
      sum += Double.exp(-noise * noise / 2) * logarithm
    }
    let average = sum * step / Double.sqrt(2 * .pi)
    return min(1, max(0, amplitude * amplitude - average) / Entropy.ln2)
  }
}

/// The modes that Alice and Bob keep after the relay has announced its results.
///
/// Each sends half of a two-mode squeezed state; the relay mixes them on a balanced beam splitter
/// and measures x of one output and p of the other. With θ the sum of the variances that arrive,
/// the modes keep V − τ_A(V²−1)/θ and V − τ_B(V²−1)/θ, correlated by √(τ_Aτ_B)(V²−1)/θ. Written in
/// V − 1 and 1 − τ, so that nothing cancels.
package struct RelayedModes {
  /// Excess variances of Alice's mode and of Bob's.
  private let excesses: (alice: Double, bob: Double)
  /// z².
  private let correlation: Double
  /// (V²−1)/θ times 2(1−τ) + ξ(τ_A+τ_B) of each arm.
  private let losses: (alice: Double, bob: Double)

  package init?(variance: Double, alice: Double, bob: Double, excessNoise: Double) {
    guard variance > 1, alice > 0, bob > 0 else { return nil }
    self.init(modulation: variance - 1, alice: alice, bob: bob, excessNoise: excessNoise)
  }

  /// - Parameter modulation: V − 1.
  init?(modulation m: Double, alice: Double, bob: Double, excessNoise: Double) {
    guard m > 0, alice > 0, bob > 0 else { return nil }
    let arms = alice + bob
    let theta = arms * m + 2 + excessNoise * arms
    let noise = excessNoise * arms
    let (fromAlice, fromBob) = (2 * (1 - alice) + noise, 2 * (1 - bob) + noise)
    excesses = (m * (bob * m + fromAlice) / theta, m * (alice * m + fromBob) / theta)
    let common = m * (m + 2) / theta
    correlation = alice * bob * common * common
    losses = (common * fromAlice, common * fromBob)
  }

  /// Bits that heterodyne outcomes of both share: log₂ of (1+a)(1+b) over (1+a)(1+b) − z².
  package var information: Double {
    let rest = 4 + excesses.alice + excesses.bob + (losses.alice + losses.bob) / 2
    return Double.log(onePlus: correlation / rest) / Entropy.ln2
  }

  /// Eve's information on the heterodyne outcome of a mode, 0 for Alice's: S(AB) − S(other |
  /// outcome).
  package func holevo(keyMode: Int) -> Double {
    let isAlice = keyMode == 0
    return TwoModeState(
      firstExcess: isAlice ? excesses.bob : excesses.alice,
      secondExcess: isAlice ? excesses.alice : excesses.bob, correlation: correlation,
      upper: isAlice ? losses.bob : losses.alice, lower: isAlice ? losses.alice : losses.bob
    ).heterodyneInformation
  }
}
