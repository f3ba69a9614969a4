import RealModule

/// Six-state, SARG04 and B92.
extension QKDProtocolDefinition {
  static let otherPrepareAndMeasure: [QKDProtocolDefinition] = [sixState, sarg04, b92]

  /// r = 1 − f h(Q) − Q − (1−Q) h((1−3Q/2)/(1−Q)) for single photons.
  private static let sixState = QKDProtocolDefinition(
    "six-state", "The six-state protocol with a single-photon source.",
    family: .prepareAndMeasure, sources: ["Bruss98", "Scarani09"],
    assumptions: [.asymptotic, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks],
    parameters: detectorParameters + [
      (.brightness, nil), (.g2, nil), (.basisProbability, 1.0 / 3),
    ],
    problem: SinglePhotonPulse.problem
  ) { parameters, link in
    let pulse = SinglePhotonPulse(parameters, link)
    let p = parameters[.basisProbability]
    let sifting = p * p + (1 - p) * (1 - p) / 2
    let leak = parameters[.errorCorrectionEfficiency] * pulse.gain * Entropy.binary(pulse.errorRate)
    let privacy = sixStatePrivacy(error: pulse.singlePhotonErrorBound)
    return KeyRate(
      margin: sifting * (pulse.singlePhotonGain * (1 - privacy) - leak), gain: pulse.gain,
      [
        "gain": pulse.gain, "error_rate": pulse.errorRate,
        "single_photon_gain": pulse.singlePhotonGain, "privacy_cost": privacy,
      ])
  }

  /// Eve's information Q + (1−Q) h((1−3Q/2)/(1−Q)) per bit, by h(x) = h(1−x); 1 from Q = 1/3 on.
  ///
  /// - Source: [Scarani09], Eq. (A6).
  static func sixStatePrivacy(error: Double) -> Double {
    guard error < 1.0 / 3 else { return 1 }
    return error + (1 - error) * Entropy.binary(error / (2 * (1 - error)))
  }

  /// Key from pulses of one photon and of two.
  private static let sarg04 = QKDProtocolDefinition(
    "sarg04",
    "SARG04 with weak pulses and decoys of all intensities: key from one and two photons.",
    family: .prepareAndMeasure, sources: ["Scarani04", "Fung06"],
    assumptions: pulseAssumptions + [.infiniteDecoys],
    parameters: detectorParameters + [(.mu, 0.2)], optimizing: [.logarithmic(.mu, 1e-4...2)]
  ) { parameters, link in
    let clicks = SARG04Clicks(parameters, link)
    let mu = parameters[.mu]
    let (gain, wrong) = clicks.gain(mean: mu)
    let error = wrong / max(gain, .leastNormalMagnitude)
    let leak = parameters[.errorCorrectionEfficiency] * gain * Entropy.binary(min(0.5, error))
    var margin = -leak
    var gains: [Double] = []
    for n in 1...2 {
      let (yield, errors) = clicks.yield(photons: n)
      let single = PhotonStatistics.poisson(n, mean: mu) * yield
      let rate = yield > 0 ? errors / yield : 0.5
      let cost = n == 1 ? SARG04Clicks.singlePhotonCost(rate) : SARG04Clicks.twoPhotonCost(rate)
      gains.append(single)
      margin += single * (1 - cost)
    }
    return KeyRate(
      margin: margin, gain: gain,
      [
        "gain": gain, "error_rate": error, "single_photon_gain": gains[0],
        "two_photon_gain": gains[1],
      ])
  }

  /// Single photons in two nonorthogonal states.
  private static let b92 = QKDProtocolDefinition(
    "b92", "B92 with single photons and a local filter.",
    family: .prepareAndMeasure, sources: ["Tamaki04"],
    assumptions: [.asymptotic, .generalAttacks, .trustedDetectors, .randomizedDoubleClicks],
    // Lost photons let Eve discriminate the states: only the best receivers make key.
    parameters: detectorParameters.map {
      $0.0 == .detectorEfficiency ? (.detectorEfficiency, 0.98) : $0
    } + [(.amplitude, 0.4)],
    optimizing: [.linear(.amplitude, 0.05...0.7)], isCostly: true,
    problem: {
      $0[.amplitude] > 0 && $0[.amplitude] < 0.7071
        ? nil : "amplitude is above 0 and below 0.7071 for b92, not \($0[.amplitude])"
    }
  ) { parameters, link in
    let filter = B92Filter(parameters, link)
    let (bit, phase) = (filter.bitErrorRate, filter.phaseErrorRate)
    let leak = parameters[.errorCorrectionEfficiency] * Entropy.binary(bit)
    return KeyRate(
      margin: filter.conclusive * (1 - leak - Entropy.binary(phase)), gain: filter.conclusive,
      ["gain": filter.conclusive, "error_rate": bit, "phase_error": phase])
  }
}

/// Conclusive results of SARG04: a quarter of all clicks, and half of the wrong ones.
///
/// Bob measures in the basis of Alice's state half of the time, where only wrong clicks are
/// conclusive, and in the other one, where either detector clicks as often as the other and one of
/// them is conclusive. Of single photons that is 1/4 + e_d/2, of which e_d/2 wrong; of dark counts
/// 1/2, half of them wrong. Several photons may make both detectors click: a random bit, as
/// `WeakPulseChannel` has it.
struct SARG04Clicks {
  private let channel: WeakPulseChannel

  init(_ parameters: KeyRateParameters, _ link: Link) {
    channel = WeakPulseChannel(
      transmittance: link.transmittance * parameters[.detectorEfficiency],
      darkCountProbability: parameters[.darkCountProbability],
      misalignment: parameters[.misalignment])
  }

  func yield(photons n: Int) -> (all: Double, wrong: Double) {
    conclusive(of: channel.yield(photons: n), wrong: channel.errorYield(photons: n))
  }

  func gain(mean: Double) -> (all: Double, wrong: Double) {
    conclusive(of: channel.gain(mean), wrong: channel.errorGain(mean))
  }

  private func conclusive(of clicks: Double, wrong: Double) -> (all: Double, wrong: Double) {
    (clicks / 4 + wrong / 2, wrong / 2)
  }

  /// The phase entropy given bit errors: Bell weights (1−2e, e/2, e/2, e) on (I, X, Y, Z); reaches
  /// its limit at e = 9.68 %.
  ///
  /// - Source: [Fung06], Sec. IV.
  static func singlePhotonCost(_ e: Double) -> Double {
    guard e < 0.25 else { return 1 }
    return min(1, Entropy.shannon([1 - 2 * e, e / 2, e / 2, e]) - Entropy.binary(e))
  }

  /// h(e_p) with e_p = min_x [x e + g(x)], g(x) = (3 − 2x + √(6 − 6√2 x + 4x²))/6; limit at e =
  /// 2.71 %.
  ///
  /// The minimum in closed form: with y = 2x − 3/√2 its slope vanishes at y/√(y² + 3/2) = 1 − 3e.
  /// - Source: [Fung06], Sec. IV.
  static func twoPhotonCost(_ e: Double) -> Double {
    guard e > 0 else { return Entropy.binary((3 - 3 / Double.sqrt(2)) / 6) }
    guard e < 1.0 / 3 else { return 1 }
    let slope = 1 - 3 * e
    let y = slope * Double.sqrt(1.5 / (3 * e * (2 - 3 * e)))
    let x = (y + 3 / Double.sqrt(2)) / 2
    let phase = e * x + (3 - 3 / Double.sqrt(2) + 1.5 / (Double.sqrt(y * y + 1.5) + y)) / 6
    return Entropy.binary(Clamping.errorBound(phase))
  }
}

/// What the local filter of B92 lets through, and how many phase errors may be among it.
///
/// Alice holds β|0ₓ⟩|0ₓ⟩ + α|1ₓ⟩|1ₓ⟩; Bob's filter is α|0ₓ⟩⟨0ₓ| + β|1ₓ⟩⟨1ₓ|. What is known: Alice's
/// weights, the part that arrives, the part the filter passes, the bit errors. The phase error rate
/// is the largest that these leave open ([Tamaki04]). Channel noise is depolarising: misalignment e
/// is a rate of 3e/2, and a dark count is a random bit.
private struct B92Filter {
  let conclusive: Double
  let bitErrorRate: Double
  let phaseErrorRate: Double

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let alpha = parameters[.amplitude]
    let (a2, b2) = (alpha * alpha, 1 - alpha * alpha)
    let channel = WeakPulseChannel(
      transmittance: link.transmittance * parameters[.detectorEfficiency],
      darkCountProbability: parameters[.darkCountProbability], misalignment: 0)
    let detected = channel.yield(photons: 1)
    let dark = (1 - channel.transmittance) * channel.vacuumYield
    // The part of detected events in which the qubit is replaced by noise.
    let noise =
      detected > 0
      ? (channel.transmittance * min(1, 2 * parameters[.misalignment]) + dark) / detected : 1
    let filtered = detected * ((1 - noise) * 2 * a2 * b2 + noise / 2)
    conclusive = filtered
    let bit = detected * noise / 4
    bitErrorRate = filtered > 0 ? min(0.5, bit / filtered) : 0.5
    let problem = B92PhaseErrors(a2: a2, b2: b2, detected: detected, filtered: filtered, bit: bit)
    phaseErrorRate = filtered > 0 ? Clamping.errorBound(problem.largest() / filtered) : 0.5
  }
}

/// max α²A + β²B over what Alice's and Bob's x values may be: A = P(1,0), B = P(0,1), s = P(1,·)
/// among detected events.
private struct B92PhaseErrors {
  let a2: Double
  let b2: Double
  let detected: Double
  let filtered: Double
  let bit: Double

  /// - Complexity: a few thousand evaluations; the feasible set is convex, so both searches are
  ///   bisections.
  func largest() -> Double {
    // s is at most α², and Alice's other value at most β².
    let (low, high) = (max(0, detected - b2), min(a2, detected))
    guard high > low else { return value(s: high) }
    var (left, right) = (low, high)
    let golden = 0.618_033_988_749_894_9
    var (x, y) = (right - golden * (right - left), left + golden * (right - left))
    var (fx, fy) = (value(s: x), value(s: y))
    for _ in 0..<40 {
      if fx > fy {
        (right, y, fy) = (y, x, fx)
        x = right - golden * (right - left)
        fx = value(s: x)
      } else {
        (left, x, fx) = (x, y, fy)
        y = left + golden * (right - left)
        fy = value(s: y)
      }
    }
    return max(max(fx, fy), max(value(s: low), value(s: high)))
  }

  /// The largest phase error weight for a given s; below 0, and the further the less fits, if none
  /// does.
  private func value(s: Double) -> Double {
    // filtered = α²(detected − s − B + A) + β²(B + s − A) fixes B − A.
    let difference = (filtered - a2 * detected) / (b2 - a2) - s
    let low = max(0, -difference)
    let high = min(s, detected - s - difference)
    // The excess is at most 1.
    guard high >= low else { return high - low - 2 }
    func excess(_ a: Double) -> Double {
      let b = a + difference
      let first = Double.sqrt(a2 * a) - Double.sqrt(b2 * max(0, b))
      let second =
        Double.sqrt(a2 * max(0, detected - s - b)) - Double.sqrt(b2 * max(0, s - a))
      return (first * first + second * second) / 2 - bit * (1 + 1e-12)
    }
    // The excess is convex in A: find its lowest point, then the first A behind those that fit.
    var (left, right) = (low, high)
    for _ in 0..<60 {
      let third = (right - left) / 3
      if excess(left + third) < excess(right - third) { right -= third } else { left += third }
    }
    // Without noise only the lowest point fits, and it may be an end, which thirds only come near.
    var inside = (left + right) / 2
    for end in [low, high] where excess(end) < excess(inside) { inside = end }
    guard excess(inside) <= 1e-13 else { return -excess(inside) }
    if excess(high) <= 0 { return a2 * high + b2 * (high + difference) }
    var outside = high
    for _ in 0..<60 {
      let middle = (inside + outside) / 2
      if excess(middle) <= 0 { inside = middle } else { outside = middle }
    }
    return a2 * outside + b2 * (outside + difference)
  }
}
