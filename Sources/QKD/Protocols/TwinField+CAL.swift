import RealModule

/// Twin-field without phase post-selection: coherent states ±α for key, photon numbers for the
/// phase error.
extension QKDProtocolDefinition {
  /// R = 2 p_XX [1 − f h(e_X) − h(e_Z)].
  static let cal = QKDProtocolDefinition(
    "tf-cal", "Twin-field with coherent states for key and decoys for the phase error.",
    family: .twinField, unit: .round, sources: ["Curty19", "Grasselli19"],
    assumptions: [
      .asymptotic, .generalAttacks, .untrustedRelay, .phaseRandomized, .phaseLocked,
      .symmetricArms,
    ],
    // Without intensities the decoys are all there are.
    parameters: detectorParameters + [
      (.amplitude, 0.15), (.intensity1, .nan), (.intensity2, .nan), (.intensity3, .nan),
    ],
    optimizing: [.logarithmic(.amplitude, 5e-3...1)],
    problem: { parameters in
      let given = [KeyRateParameter.ID.intensity1, .intensity2, .intensity3].filter {
        parameters.value(of: $0) != nil
      }
      if given.isEmpty { return nil }
      return given.count < 3
        ? "intensity_1, intensity_2 and intensity_3 are given together"
        : IntensityOrder.problem(parameters)
    }
  ) { parameters, link in
    let clicks = CALClicks(parameters, link)
    let part =
      Entropy.secrecy(clicks.phaseError)
      - parameters[.errorCorrectionEfficiency] * Entropy.binary(clicks.bitError)
    return KeyRate(
      margin: 2 * clicks.gain * part, gain: 2 * clicks.gain,
      ["gain": 2 * clicks.gain, "error_rate": clicks.bitError, "phase_error": clicks.phaseError])
  }
}

/// One detector clicks and the other does not: by coherent states, by photon numbers, and the phase
/// error they leave.
///
/// Misalignment e is a phase mismatch φ with sin²(φ/2) = e; polarisations agree.
/// - Source: [Curty19], Eqs. (8)–(15).
package struct CALClicks {
  let gain: Double
  let bitError: Double
  let phaseError: Double

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let arm = QKDProtocolDefinition.arm(parameters, link)
    let (dark, alpha) = (parameters[.darkCountProbability], parameters[.amplitude])
    let gamma = arm * alpha * alpha
    let error = parameters[.misalignment]
    // Mean photons at the right detector 2γ(1−e), at the wrong one 2γe; one clicks, the other is
    // silent.
    func clicks(_ here: Double, _ there: Double) -> Double {
      (1 - dark) * Double.exp(-there) * (dark * Double.exp(-here) - Double.expMinusOne(-here))
    }
    let right = clicks(2 * gamma * (1 - error), 2 * gamma * error)
    let wrong = clicks(2 * gamma * error, 2 * gamma * (1 - error))
    gain = (right + wrong) / 2
    bitError = gain > 0 ? min(0.5, wrong / (right + wrong)) : 0.5
    let amplitudes = Self.amplitudes(alpha)
    let yields: [Double]
    if let first = parameters.value(of: .intensity1) {
      yields = Self.decoyBounds(
        [first, parameters[.intensity2], parameters[.intensity3]], arm: arm, dark: dark,
        count: amplitudes.count)
    } else {
      yields = Self.yields(count: amplitudes.count, arm: arm, dark: dark)
    }
    let weight = Self.phaseErrorWeight(amplitudes, alpha: alpha, yields)
    phaseError = gain > 0 ? Clamping.errorBound(weight / gain) : 0.5
  }

  /// c_n = e^{−α²/2} αⁿ/√n! until they no longer matter, even beside the roots of the smallest
  /// yields.
  private static func amplitudes(_ alpha: Double) -> [Double] {
    var amplitudes = [Double.exp(-alpha * alpha / 2)]
    while amplitudes.count < 60, amplitudes[amplitudes.count - 1] > 1e-20 || amplitudes.count < 5 {
      amplitudes.append(
        amplitudes[amplitudes.count - 1] * alpha / Double.sqrt(Double(amplitudes.count)))
    }
    return amplitudes
  }

  /// Σ_j [Σ_{n≡m≡j} c_n c_m √Y_nm + Δ_j]², Δ_j from yields of 1 beyond the table.
  private static func phaseErrorWeight(
    _ amplitudes: [Double], alpha: Double, _ yields: [Double]
  ) -> Double {
    let count = amplitudes.count
    // Beyond the table amplitudes fall faster than a geometric row of this ratio.
    let ratio = alpha / Double.sqrt(Double(count))
    let beyond = ratio < 1 ? amplitudes[count - 1] * ratio / (1 - ratio) : 1
    var total = 0.0
    for parity in 0...1 {
      var (sum, reach) = (0.0, 0.0)
      for n in stride(from: parity, to: count, by: 2) {
        reach += amplitudes[n]
        for m in stride(from: parity, to: count, by: 2) {
          sum += amplitudes[n] * amplitudes[m] * Double.sqrt(max(0, yields[n * count + m]))
        }
      }
      sum += beyond * (2 * reach + beyond)
      total += sum * sum
    }
    return total
  }

  /// Y_nm below a photon number: the probability that a given detector alone clicks on n and m
  /// photons.
  ///
  /// With B_nk = C(n,k) tᵏ(1−t)ⁿ⁻ᵏ, what arrives, and H_kl = C(k+l,k)/2ᵏ⁺ˡ, that it all leaves by
  /// one port, Y = (1−p_d) [B H Bᵀ + p_d (1−t)ⁿ⁺ᵐ] with H₀₀ = 0: a sum of positive terms.
  ///
  /// - Complexity: O(count³).
  package static func yields(count: Int, arm: Double, dark: Double) -> [Double] {
    // Pascal's triangles of both.
    var arriving = [Double](repeating: 0, count: count * count)
    var bunching = [Double](repeating: 0, count: count * count)
    for n in 0..<count {
      for k in 0...n {
        let stays = n > k ? arriving[(n - 1) * count + k] * (1 - arm) : 0
        let adds = k > 0 ? arriving[(n - 1) * count + k - 1] * arm : 0
        arriving[n * count + k] = n == 0 ? 1 : stays + adds
      }
      for l in 0..<count {
        let left = n > 0 ? bunching[(n - 1) * count + l] : 0
        let right = l > 0 ? bunching[n * count + l - 1] : 0
        bunching[n * count + l] = n + l == 0 ? 1 : (left + right) / 2
      }
    }
    bunching[0] = 0
    var half = [Double](repeating: 0, count: count * count)
    var yields = half
    for n in 0..<count {
      for l in 0..<count {
        half[n * count + l] = (0...n).reduce(0) {
          $0 + arriving[n * count + $1] * bunching[$1 * count + l]
        }
      }
      for m in 0..<count {
        let sum = (0...m).reduce(0) { $0 + half[n * count + $1] * arriving[m * count + $1] }
        let silent = arriving[n * count] * arriving[m * count]
        yields[n * count + m] = (1 - dark) * (sum + dark * silent)
      }
    }
    return yields
  }

  /// The gain of phase-randomised pulses: (1−p_d) e^{−g} [I₀(√(ab) t) − (1−p_d) e^{−g}], g =
  /// (a+b)t/2.
  package static func randomizedGain(_ a: Double, _ b: Double, arm: Double, dark: Double) -> Double
  {
    let half = (a + b) * arm / 2
    return (1 - dark) * Double.exp(-half)
      * (besselI0MinusOne(Double.sqrt(a * b) * arm) + dark * Double.exp(-half)
        - Double.expMinusOne(-half))
  }

  /// Upper bounds on Y_nm with n + m ≤ 4 from three intensities; 1 beyond.
  private static func decoyBounds(
    _ intensities: [Double], arm: Double, dark: Double, count: Int
  ) -> [Double] {
    let programme = YieldProgramme(intensities) { first, second in
      let gain = randomizedGain(first, second, arm: arm, dark: dark)
      return (gain, gain)
    }
    var bounds = [Double](repeating: 1, count: count * count)
    for n in 0...4 {
      for m in 0...(4 - n) where n % 2 == m % 2 {
        bounds[n * count + m] = programme.largestYield(n, m) ?? 1
      }
    }
    return bounds
  }
}
