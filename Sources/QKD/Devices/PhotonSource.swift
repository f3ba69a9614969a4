import RealModule

/// What sends light: photon numbers of a pulse, as a distribution.
public enum PhotonSource: Sendable, Hashable {
  /// A laser pulse of random phase and mean photon number `intensity`: Poissonian.
  case weakCoherent(intensity: Double)
  /// A single-photon source of mean photon number `brightness`: p₂ = g² B²/2, p₁ = B − 2p₂, the
  /// rest empty.
  case singlePhoton(brightness: Double, g2: Double)
  /// Parametric down-conversion in two polarisations, `meanPairs` = 2λ: P(n) = (n+1)λⁿ/(1+λ)ⁿ⁺².
  case downConversion(meanPairs: Double)

  /// The probability of n photons (pairs) in a pulse.
  ///
  /// - Precondition: n is at least 0.
  public func probability(ofPhotons n: Int) -> Double {
    precondition(n >= 0, "A number of photons is at least 0")
    switch self {
    case .weakCoherent(let intensity):
      return PhotonStatistics.poisson(n, mean: intensity)
    case .singlePhoton(let brightness, let g2):
      let pairs = g2 * brightness * brightness / 2
      return n == 0 ? 1 - brightness + pairs : n == 1 ? brightness - 2 * pairs : n == 2 ? pairs : 0
    case .downConversion(let meanPairs):
      let lambda = meanPairs / 2
      return Double(n + 1) * Double.pow(lambda / (1 + lambda), n) / ((1 + lambda) * (1 + lambda))
    }
  }

  /// Mean photons (pairs) of a pulse.
  public var mean: Double {
    switch self {
    case .weakCoherent(let intensity): intensity
    case .singlePhoton(let brightness, _): brightness
    case .downConversion(let meanPairs): meanPairs
    }
  }
}

/// A source of coherent states for continuous variables.
public enum CoherentModulation: Sendable, Hashable {
  /// Both quadratures drawn from a normal distribution, in shot-noise units.
  case gaussian(variance: Double)
  /// `size` states of one amplitude α, evenly around the circle.
  case phaseShiftKeying(size: Int, amplitude: Double)

  /// Variance of each quadrature's modulation: V_A, which is 2α² for phase-shift keying.
  public var variance: Double {
    switch self {
    case .gaussian(let variance): variance
    case .phaseShiftKeying(_, let amplitude): 2 * amplitude * amplitude
    }
  }
}
