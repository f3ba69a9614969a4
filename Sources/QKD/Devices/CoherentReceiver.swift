/// A homodyne or heterodyne receiver, and the channel before it: what Gaussian protocols see.
public struct CoherentReceiver: Sendable, Hashable {
  /// What is measured of each symbol.
  public enum Detection: String, Sendable, Hashable, CaseIterable {
    /// One quadrature.
    case homodyne
    /// Both, with one unit of noise more.
    case heterodyne
  }

  /// Which quadratures are measured.
  public let detection: Detection
  /// η of detectors and optics.
  public let efficiency: Double
  /// v_el in shot-noise units, at the output.
  public let electronicNoise: Double

  /// A receiver.
  ///
  /// - Parameters:
  ///   - detection: which quadratures are measured.
  ///   - efficiency: η of detectors and optics, in 0...1.
  ///   - electronicNoise: v_el in shot-noise units, at the output.
  public init(detection: Detection, efficiency: Double, electronicNoise: Double) {
    self.detection = detection
    self.efficiency = efficiency
    self.electronicNoise = electronicNoise
  }

  /// χ of the receiver, referred to its input: (1−η+v_el)/η, or (2−η+2v_el)/η.
  public var noise: Double {
    switch detection {
    case .homodyne: (1 - efficiency + electronicNoise) / efficiency
    case .heterodyne: (2 - efficiency + 2 * electronicNoise) / efficiency
    }
  }

  /// An ideal receiver behind a channel that has taken over its loss and noise: T → ηT, ξ → ξ +
  /// v_el/(ηT), twice that for heterodyne detection.
  func untrusted(transmittance: Double, excessNoise: Double) -> (
    receiver: CoherentReceiver, transmittance: Double, excessNoise: Double
  ) {
    let whole = efficiency * transmittance
    let share = detection == .homodyne ? electronicNoise : 2 * electronicNoise
    let noise = share == 0 ? 0 : share / whole
    return (
      CoherentReceiver(detection: detection, efficiency: 1, electronicNoise: 0), whole,
      excessNoise + noise
    )
  }
}
