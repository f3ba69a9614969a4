import RealModule

/// A fibre, perhaps with data channels beside the quantum channel.
public struct OpticalFibre: Sendable, Hashable {
  /// Light of data channels that scatters into the quantum channel (spontaneous Raman scattering).
  public struct DataChannels: Sendable, Hashable {
    /// Power launched in the direction of the quantum signal, in mW.
    public var forwardPowerMilliwatts: Double
    /// Power launched against it, in mW.
    public var backwardPowerMilliwatts: Double
    /// Scattering cross-section ρ(λ) in 1/(km nm); about 2·10⁻⁹ within the C band.
    public var crossSectionPerKmNm: Double

    /// Light of data channels in the same fibre.
    ///
    /// - Parameters:
    ///   - forwardPowerMilliwatts: power launched along the quantum signal, in mW.
    ///   - backwardPowerMilliwatts: power launched against it, in mW.
    ///   - crossSectionPerKmNm: the scattering cross-section ρ(λ), in 1/(km nm).
    public init(
      forwardPowerMilliwatts: Double, backwardPowerMilliwatts: Double,
      crossSectionPerKmNm: Double = 2e-9
    ) {
      self.forwardPowerMilliwatts = forwardPowerMilliwatts
      self.backwardPowerMilliwatts = backwardPowerMilliwatts
      self.crossSectionPerKmNm = crossSectionPerKmNm
    }
  }

  /// The length of the fibre in km.
  public var lengthKm: Double
  /// The attenuation of the fibre in dB per km.
  public var lossDBPerKm: Double
  /// The loss of connectors, filters and switches, in dB.
  public var fixedLossDB: Double
  /// Light of data channels in the same fibre; `nil` for a dark fibre.
  public var dataChannels: DataChannels?

  /// A fibre; by default with 0.2 dB per km and no other light.
  ///
  /// - Parameters:
  ///   - lengthKm: length in km.
  ///   - lossDBPerKm: attenuation in dB per km.
  ///   - fixedLossDB: loss of connectors, filters and switches, in dB.
  ///   - dataChannels: light of data channels in the same fibre.
  public init(
    lengthKm: Double, lossDBPerKm: Double = 0.2, fixedLossDB: Double = 0,
    dataChannels: DataChannels? = nil
  ) {
    self.lengthKm = lengthKm
    self.lossDBPerKm = lossDBPerKm
    self.fixedLossDB = fixedLossDB
    self.dataChannels = dataChannels
  }

  /// The loss of the fibre and of what is fixed, in dB.
  public var lossDB: Double { lossDBPerKm * lengthKm + fixedLossDB }
  /// The share of photons that arrives, 10^(−`lossDB`/10).
  public var transmittance: Double { QKD.transmittance(ofLossDB: lossDB) }

  /// Raman photons at the receiver in a gate: P ρ Δλ L e^−αL from light that runs along, P ρ Δλ
  /// (1−e^−2αL)/(2α) from light that runs against.
  ///
  /// - Parameters:
  ///   - filterNm: Width of the receiver's filter.
  ///   - gateSeconds: Length of a gate.
  ///   - wavelengthNm: Of the quantum channel.
  /// - Source: [Eraerds10], Eqs. (5) and (6); one attenuation for all wavelengths.
  public func ramanPhotons(
    filterNm: Double, gateSeconds: Double, wavelengthNm: Double = 1550
  ) -> Double {
    guard let dataChannels else { return 0 }
    let attenuation = lossDBPerKm * Double.log(10) / 10
    let along = lengthKm * Double.exp(-attenuation * lengthKm)
    let against =
      attenuation > 0
      ? -Double.expMinusOne(-2 * attenuation * lengthKm) / (2 * attenuation) : lengthKm
    let power =
      (dataChannels.forwardPowerMilliwatts * along + dataChannels.backwardPowerMilliwatts * against)
      * dataChannels.crossSectionPerKmNm * filterNm * 1e-3
    let energy = PhysicalConstants.planck * PhysicalConstants.lightSpeed / (wavelengthNm * 1e-9)
    return power * QKD.transmittance(ofLossDB: fixedLossDB) * gateSeconds / energy
  }
}

/// Constants of nature in SI units.
enum PhysicalConstants {
  static let planck = 6.626_070_15e-34
  static let lightSpeed = 299_792_458.0
}
