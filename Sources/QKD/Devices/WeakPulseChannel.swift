import RealModule

/// Weak coherent pulses through a lossy channel onto two threshold detectors: what they measure and
/// what single photons do.
///
/// Exact: arrivals at the two detectors are independent, a double click becomes a random bit. First
/// order: the form of [Ma05], Eqs. (8)–(11), in which a dark count and a photon never meet.
public struct WeakPulseChannel: Sendable, Hashable {
  /// Transmittance of channel and receiver together.
  public let transmittance: Double
  /// Dark counts per detector and gate.
  public let darkCountProbability: Double
  /// Probability that a photon takes the wrong port.
  public let misalignment: Double
  /// Whether the first-order forms are used.
  public let isFirstOrder: Bool

  /// A channel with its detectors.
  ///
  /// - Parameters:
  ///   - transmittance: of channel and receiver together, in 0...1.
  ///   - darkCountProbability: dark counts per detector and gate.
  ///   - misalignment: probability that a photon takes the wrong port.
  ///   - isFirstOrder: whether the first-order forms are used.
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
  ///
  /// With a = e^{−ηke} and b = e^{−ηk(1−e)}, the silence of the wrong and of the right detector but
  /// for dark counts, and p = 1 − p_d: (1 − pa)(1 + pb)/2, a product of what does not cancel.
  public func errorGain(_ intensity: Double) -> Double {
    let x = transmittance * intensity
    if isFirstOrder { return vacuumYield / 2 - misalignment * Double.expMinusOne(-x) }
    let open = 1 - darkCountProbability
    let wrong = x * misalignment
    let click = darkCountProbability * Double.exp(-wrong) - Double.expMinusOne(-wrong)
    return click * (1 + open * Double.exp(-x * (1 - misalignment))) / 2
  }

  /// Y_n, clicks per pulse of n photons.
  public func yield(photons n: Int) -> Double {
    if isFirstOrder, n == 1 { return vacuumYield + transmittance }
    let arriving = arrival(n)
    return arriving + vacuumYield * (1 - arriving)
  }

  /// e_n Y_n, wrong clicks per pulse of n photons.
  ///
  /// Photon by photon, as a sum of positive terms: what arrives at neither detector, at one of them
  /// alone, at both.
  public func errorYield(photons n: Int) -> Double {
    if isFirstOrder { return vacuumYield / 2 + misalignment * arrival(n) }
    let (toWrong, toRight) = (transmittance * misalignment, transmittance * (1 - misalignment))
    var (none, right, wrong, both) = (1.0, 0.0, 0.0, 0.0)
    for _ in 0..<n {
      both += right * toWrong + wrong * toRight
      right = right * (1 - toWrong) + none * toRight
      wrong = wrong * (1 - toRight) + none * toWrong
      none *= 1 - transmittance
    }
    let dark = darkCountProbability
    let double = both + dark * (right + wrong) + dark * dark * none
    return (1 - dark) * (wrong + dark * none) + double / 2
  }

  /// 1 − (1−η)ⁿ: at least one of n photons arrives.
  func arrival(_ n: Int) -> Double {
    n == 1
      ? transmittance
      : transmittance < 1
        ? -Double.expMinusOne(Double(n) * Double.log(onePlus: -transmittance)) : n > 0 ? 1 : 0
  }

  // MARK: Differences between intensities

  /// e^a Q_a − e^b Q_b for a ≥ b: what decoy bounds are made of. The vacuum is gone from it before
  /// anything is subtracted.
  func gainRise(from b: Double, to a: Double) -> Double {
    let photons = Self.rise(growth: 1, arriving: transmittance, from: b, to: a)
    let vacuum = vacuumYield * Self.rise(growth: 1, from: b, to: a)
    return isFirstOrder ? vacuum + photons : vacuum + (1 - vacuumYield) * photons
  }

  /// e^a E_a Q_a − e^b E_b Q_b for a ≥ b, as a sum of positive terms.
  func errorGainRise(from b: Double, to a: Double) -> Double {
    if isFirstOrder {
      return vacuumYield / 2 * Self.rise(growth: 1, from: b, to: a)
        + misalignment * Self.rise(growth: 1, arriving: transmittance, from: b, to: a)
    }
    let (dark, open) = (darkCountProbability, 1 - darkCountProbability)
    let toWrong = transmittance * misalignment
    // What is left where photons go to the right detector only.
    let left = 1 - transmittance * (1 - misalignment)
    let darkPart =
      Self.rise(growth: 1, from: b, to: a) + open * Self.rise(growth: left, from: b, to: a)
    let lightPart =
      Self.rise(growth: 1, arriving: toWrong, from: b, to: a)
      + open * Self.rise(growth: left, arriving: toWrong, from: b, to: a)
    return (dark * darkPart + open * lightPart) / 2
  }

  /// e^{ca} − e^{cb}.
  private static func rise(growth c: Double, from b: Double, to a: Double) -> Double {
    Double.exp(c * b) * Double.expMinusOne(c * (a - b))
  }

  /// e^{ca}(1 − e^{−ra}) − e^{cb}(1 − e^{−rb}).
  private static func rise(
    growth c: Double, arriving r: Double, from b: Double, to a: Double
  ) -> Double {
    let grown = Double.expMinusOne(c * (a - b)) * -Double.expMinusOne(-r * a)
    let added = Double.exp(-r * b) * -Double.expMinusOne(-r * (a - b))
    return Double.exp(c * b) * (grown + added)
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
