import RealModule

/// Weak coherent pulses through a lossy channel onto two threshold detectors: what they measure and what single photons do.
///
/// Exact: arrivals at the two detectors are independent, a double click becomes a random bit. First order: the form of
/// [Ma05], Eqs. (8)–(11), in which a dark count and a photon never meet.
public struct WeakPulseChannel: Sendable, Hashable {
  /// Transmittance of channel and receiver together.
  public let transmittance: Double
  /// Dark counts per detector and gate.
  public let darkCountProbability: Double
  /// Probability that a photon takes the wrong port.
  public let misalignment: Double
  /// Whether the first-order forms are used.
  public let isFirstOrder: Bool

  public init(
    transmittance: Double, darkCountProbability: Double, misalignment: Double,
    isFirstOrder: Bool = false
  ) {
    self.transmittance = transmittance
    self.darkCountProbability = darkCountProbability
    self.misalignment = misalignment
    self.isFirstOrder = isFirstOrder
  }

  init(_ parameters: KeyRateParameters, _ link: Link) {
    self.init(
      transmittance: link.transmittance * parameters[.detectorEfficiency],
      darkCountProbability: parameters[.darkCountProbability],
      misalignment: parameters[.misalignment], isFirstOrder: parameters.isSet(.firstOrderClicks))
  }

  /// Y₀ = 1 − (1−p_d)²: clicks without a photon.
  public var vacuumYield: Double { darkCountProbability * (2 - darkCountProbability) }

  /// Q_k, clicks per pulse of an intensity.
  public func gain(_ intensity: Double) -> Double {
    let arriving = -Double.expMinusOne(-transmittance * intensity)
    return isFirstOrder
      ? vacuumYield + arriving : arriving + vacuumYield * (1 - arriving)
  }

  /// E_k Q_k, wrong clicks per pulse of an intensity.
  public func errorGain(_ intensity: Double) -> Double {
    let x = transmittance * intensity
    if isFirstOrder { return vacuumYield / 2 - misalignment * Double.expMinusOne(-x) }
    let contrast =
      Double.exp(-x * misalignment) * -Double.expMinusOne(-x * (1 - 2 * misalignment))
    return max(0, (gain(intensity) - (1 - darkCountProbability) * contrast) / 2)
  }

  /// Y_n, clicks per pulse of n photons.
  public func yield(photons n: Int) -> Double {
    if isFirstOrder, n == 1 { return vacuumYield + transmittance }
    let arriving = arrival(n)
    return arriving + vacuumYield * (1 - arriving)
  }

  /// e_n Y_n, wrong clicks per pulse of n photons.
  public func errorYield(photons n: Int) -> Double {
    if isFirstOrder { return vacuumYield / 2 + misalignment * arrival(n) }
    let right = Double.pow(1 - transmittance * (1 - misalignment), n)
    let wrong = Double.pow(1 - transmittance * misalignment, n)
    return max(0, (yield(photons: n) - (1 - darkCountProbability) * (wrong - right)) / 2)
  }

  /// 1 − (1−η)ⁿ: at least one of n photons arrives.
  func arrival(_ n: Int) -> Double {
    n == 1
      ? transmittance
      : transmittance < 1
        ? -Double.expMinusOne(Double(n) * Double.log(onePlus: -transmittance)) : n > 0 ? 1 : 0
  }
}

/// Weights of photon numbers.
package enum PhotonStatistics {
  /// e^−μ μⁿ/n!.
  package static func poisson(_ n: Int, mean: Double) -> Double {
    var weight = Double.exp(-mean)
    for k in 0..<n { weight *= mean / Double(k + 1) }
    return weight
  }

  /// The weight of two and more photons, 1 − e^−μ(1+μ), without cancellation.
  static func multiPhoton(mean: Double) -> Double {
    guard mean < 0.5 else { return 1 - Double.exp(-mean) * (1 + mean) }
    var (term, sum) = (mean * mean / 2, 0.0)
    var n = 2.0
    while term > sum * 1e-17 {
      sum += term
      n += 1
      term *= mean / n
    }
    return sum * Double.exp(-mean)
  }
}
