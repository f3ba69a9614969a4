import RealModule

/// A single-photon detector that is open in gates.
public struct GatedDetector: Sendable, Hashable {
  /// Clicks per photon.
  public var efficiency: Double
  /// The rate of clicks without light, in Hz.
  public var darkCountRateHz: Double
  /// The length of a gate in seconds.
  public var gateSeconds: Double
  /// Time without clicks after a click.
  public var deadTimeSeconds: Double
  /// Whether a photon that arrives in the dead time makes it longer.
  public var isParalyzable: Bool
  /// Afterpulses per click.
  public var afterpulseProbability: Double
  /// Standard deviation of the time of a click.
  public var jitterSeconds: Double

  /// A detector; by default without dead time, afterpulses and jitter.
  ///
  /// - Parameters:
  ///   - efficiency: clicks per photon, in 0...1.
  ///   - darkCountRateHz: clicks per second without light.
  ///   - gateSeconds: length of a gate.
  ///   - deadTimeSeconds: time without clicks after a click.
  ///   - isParalyzable: whether photons within the dead time prolong it.
  ///   - afterpulseProbability: afterpulses per click.
  ///   - jitterSeconds: standard deviation of the time of a click.
  public init(
    efficiency: Double, darkCountRateHz: Double, gateSeconds: Double, deadTimeSeconds: Double = 0,
    isParalyzable: Bool = false, afterpulseProbability: Double = 0, jitterSeconds: Double = 0
  ) {
    self.efficiency = efficiency
    self.darkCountRateHz = darkCountRateHz
    self.gateSeconds = gateSeconds
    self.deadTimeSeconds = deadTimeSeconds
    self.isParalyzable = isParalyzable
    self.afterpulseProbability = afterpulseProbability
    self.jitterSeconds = jitterSeconds
  }

  /// p_d of a gate: dark counts, and background photons that make a click.
  ///
  /// - Parameter backgroundPhotons: Mean number in a gate, before the detector.
  public func darkCountProbability(backgroundPhotons: Double = 0) -> Double {
    -Double.expMinusOne(-(darkCountRateHz * gateSeconds + efficiency * backgroundPhotons))
  }

  /// The part of photons whose click falls into a window around its middle: erf(w/(2√2 σ)).
  public func acceptance(windowSeconds: Double) -> Double {
    jitterSeconds > 0 ? Double.erf(windowSeconds / (2 * Double.sqrt(2) * jitterSeconds)) : 1
  }

  /// The part of time the detector is ready, at a rate of clicks it would have without dead time:
  /// 1/(1+Rτ), or e^−Rτ if paralysable.
  public func readiness(clickRateHz: Double) -> Double {
    let load = clickRateHz * deadTimeSeconds
    return isParalyzable ? Double.exp(-load) : 1 / (1 + load)
  }
}
