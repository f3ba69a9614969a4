import RealModule

/// A pass of a satellite on a circular orbit over a ground station.
///
/// - Source: [Bourgoin13], Sec. 2.
public struct SatellitePass: Sendable, Hashable {
  /// Radius of the Earth in km.
  public static let earthRadiusKm = 6371.0
  /// GM of the Earth in km³/s².
  static let gravitationKm3PerS2 = 398_600.4418

  /// Altitude of the orbit in km.
  public let altitudeKm: Double
  /// The highest elevation of the pass in degrees; 90 passes through the zenith.
  public let highestElevationDegrees: Double

  /// A pass of a satellite on a circular orbit.
  ///
  /// - Precondition: the altitude is above 0, the elevation above 0 and at most 90.
  public init(altitudeKm: Double, highestElevationDegrees: Double = 90) {
    precondition(altitudeKm > 0, "The altitude of an orbit is above 0 km")
    precondition(
      highestElevationDegrees > 0 && highestElevationDegrees <= 90,
      "The highest elevation of a pass is above 0 and at most 90 degrees")
    self.altitudeKm = altitudeKm
    self.highestElevationDegrees = highestElevationDegrees
  }

  /// Distance to the satellite at an elevation: √((R sin e)² + 2Rh + h²) − R sin e.
  public func slantRangeKm(elevationDegrees: Double) -> Double {
    let rise = Self.earthRadiusKm * Double.sin(elevationDegrees * .pi / 180)
    let (r, h) = (Self.earthRadiusKm, altitudeKm)
    return Double.sqrt(rise * rise + 2 * r * h + h * h) - rise
  }

  /// Where the satellite stands a time after culmination.
  public func position(secondsAfterCulmination time: Double) -> (
    elevationDegrees: Double, slantRangeKm: Double
  ) {
    let orbit = Self.earthRadiusKm + altitudeKm
    let rate = Double.sqrt(Self.gravitationKm3PerS2 / (orbit * orbit * orbit))
    let angle = Double.acos(
      min(1, max(-1, Double.cos(culminationAngle) * Double.cos(rate * time))))
    let rise = orbit * Double.cos(angle) - Self.earthRadiusKm
    let side = orbit * Double.sin(angle)
    return (Double.atan2(y: rise, x: side) * 180 / .pi, Double.hypot(rise, side))
  }

  /// The angle at the centre of the Earth between station and satellite at culmination: arccos(R
  /// cos e/(R+h)) − e.
  private var culminationAngle: Double {
    let elevation = highestElevationDegrees * .pi / 180
    let orbit = Self.earthRadiusKm + altitudeKm
    return Double.acos(Self.earthRadiusKm * Double.cos(elevation) / orbit) - elevation
  }

  /// Seconds between culmination and the end of what is seen above an elevation; 0 if none is.
  public func halfDuration(aboveDegrees elevation: Double) -> Double {
    guard elevation < highestElevationDegrees else { return 0 }
    var (low, high) = (0.0, 20_000.0)
    // Half an orbit is longer than any pass.
    let orbit = Self.earthRadiusKm + altitudeKm
    high = .pi / Double.sqrt(Self.gravitationKm3PerS2 / (orbit * orbit * orbit))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if position(secondsAfterCulmination: middle).elevationDegrees > elevation {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }
}

/// Optics between a satellite and a ground station; a downlink unless a Rytov variance broadens the
/// beam.
public struct FreeSpaceLink: Sendable, Hashable {
  /// The wavelength in nm.
  public var wavelengthNm = 850.0
  /// Full divergence angle of the beam (1/e² of intensity) in µrad; below the diffraction limit it
  /// is that.
  public var divergenceMicroradians = 10.0
  /// Diameter of the transmitting telescope in m.
  public var transmitterApertureM = 0.3
  /// Diameter of the receiving telescope in m.
  public var receiverApertureM = 1.0
  /// Pointing jitter of each axis in µrad.
  public var pointingJitterMicroradians = 1.0
  /// Transmittance of the atmosphere at the zenith.
  public var zenithTransmittance = 0.7
  /// Everything else between the telescopes, in dB.
  public var fixedLossDB = 3.0
  /// Rytov variance σ_R² of the path; 0 without turbulence.
  public var rytovVariance = 0.0

  /// The telescopes and the atmosphere of the defaults.
  public init() {}

  /// The beam radius w in m at a range, turbulence included.
  ///
  /// A waist of λ/(πθ) has the far-field half angle θ; the aperture allows none larger than D/2.
  /// w_LT² = w² (1 + 1.33 σ_R² Λ^{5/6}), Λ = 2z/(k w²).
  public func beamRadiusM(rangeKm: Double) -> Double {
    let wavelength = wavelengthNm * 1e-9
    let range = rangeKm * 1e3
    let waist = min(
      transmitterApertureM / 2,
      wavelength / (Double.pi * max(1e-12, divergenceMicroradians * 0.5e-6)))
    let spread = range * wavelength / (Double.pi * waist * waist)
    let square = waist * waist * (1 + spread * spread)
    let size = range * wavelength / (Double.pi * square)
    return Double.sqrt(square * (1 + 1.33 * rytovVariance * Double.pow(size, 5.0 / 6)))
  }

  /// The part of the light that the receiving telescope collects without pointing errors: 1 −
  /// exp(−2a²/w²).
  public func collectedFraction(rangeKm: Double) -> Double {
    let radius = beamRadiusM(rangeKm: rangeKm)
    let aperture = receiverApertureM / 2
    return -Double.expMinusOne(-2 * aperture * aperture / (radius * radius))
  }

  /// The mean transmittance at a range and elevation: collection, pointing η₀/(1 + 4s²/w²),
  /// extinction T_zen^{1/sin e}, losses.
  public func transmittance(rangeKm: Double, elevationDegrees: Double) -> Double {
    guard elevationDegrees > 0 else { return 0 }
    let radius = beamRadiusM(rangeKm: rangeKm)
    let jitter = pointingJitterMicroradians * 1e-6 * rangeKm * 1e3
    let pointing = 1 / (1 + 4 * jitter * jitter / (radius * radius))
    let air = Double.pow(zenithTransmittance, 1 / Double.sin(elevationDegrees * .pi / 180))
    return collectedFraction(rangeKm: rangeKm) * pointing * air
      * QKD.transmittance(ofLossDB: fixedLossDB)
  }

  /// Background photons in a gate: N = H Ω A B Δt λ/(hc).
  ///
  /// - Parameters:
  ///   - radiance: H of the sky in W m⁻² sr⁻¹ µm⁻¹: about 10⁻⁶ to 10⁻³ at night, 10⁻² to 10² by
  ///     day.
  ///   - fieldOfViewSteradian: Ω of the receiver.
  ///   - filterMicrometres: B, the width of the filter.
  ///   - gateSeconds: Δt.
  public func backgroundPhotons(
    radiance: Double, fieldOfViewSteradian: Double, filterMicrometres: Double, gateSeconds: Double
  ) -> Double {
    let area = Double.pi * receiverApertureM * receiverApertureM / 4
    let photonEnergy =
      PhysicalConstants.planck * PhysicalConstants.lightSpeed / (wavelengthNm * 1e-9)
    return radiance * fieldOfViewSteradian * area * filterMicrometres * gateSeconds / photonEnergy
  }
}

extension KeyRateParameters {
  /// The parameters with stray light among the dark counts: p_d becomes 1 − (1−p_d) e^{−η_d N/2},
  /// as two detectors share it.
  ///
  /// - Parameter photons: N, the mean number in a gate, before the detectors; at least 0.
  public func addingBackground(photonsPerGate photons: Double) -> KeyRateParameters {
    precondition(photons >= 0, "Background photons are at least 0")
    var values = self
    let (dark, light) = (self[.darkCountProbability], self[.detectorEfficiency] * photons / 2)
    values[.darkCountProbability] = dark - (1 - dark) * Double.expMinusOne(-light)
    return values
  }
}

/// The key of a pass: counts are gathered over the whole pass, and one finite key is made of them.
public struct SatelliteKey: Sendable {
  /// A moment of the pass.
  public struct Sample: Sendable {
    /// The time since the highest point of the pass, in seconds; negative before.
    public let secondsAfterCulmination: Double
    /// The elevation above the horizon, in degrees.
    public let elevationDegrees: Double
    /// The distance to the satellite, in km.
    public let slantRangeKm: Double
    /// The loss of the channel without the receiver's efficiency, in dB.
    public let lossDB: Double
  }

  /// One sample a step, from rise to set.
  public let samples: [Sample]
  /// Light below this elevation is thrown away: worth it where it adds more errors than bits.
  public let elevationCutDegrees: Double
  /// Seconds above the cut.
  public let seconds: Double
  /// The parameters that gave the rate, optimised where the search optimises.
  public let parameters: KeyRateParameters
  /// The finite key of the whole pass.
  public let rate: KeyRate

  /// Finds the best elevation cut and, if the search optimises, the best parameters for it.
  ///
  /// - Parameters:
  ///   - pass: the way of the satellite.
  ///   - optics: telescopes and atmosphere.
  ///   - search: Of a protocol with blocks of pulses.
  ///   - lowestElevationDegrees: The least cut that is tried, at least 0.
  ///   - step: Seconds a sample; above 0.
  /// - Precondition: as above.
  /// - Complexity: about 20 optimisations.
  public init(
    _ pass: SatellitePass, _ optics: FreeSpaceLink, _ search: KeyRateSearch,
    lowestElevationDegrees: Double = 10, step: Double = 2
  ) {
    precondition(
      step > 0 && lowestElevationDegrees >= 0, "Steps are above 0 s, elevations at least 0")
    let half = pass.halfDuration(aboveDegrees: lowestElevationDegrees)
    let count = min(100_000, Int((half / step).rounded(.down)))
    let samples = (half > 0 ? Array(-count...count) : []).map { place -> Sample in
      let time = Double(place) * step
      let (elevation, range) = pass.position(secondsAfterCulmination: time)
      let eta = optics.transmittance(rangeKm: range, elevationDegrees: elevation)
      return Sample(
        secondsAfterCulmination: time, elevationDegrees: elevation, slantRangeKm: range,
        lossDB: eta > 0 ? -10 * .log10(eta) : .infinity)
    }
    self.samples = samples
    let pulses = search.parameters[.repetitionRateHz] * step
    func key(above cut: Double) -> (parameters: KeyRateParameters, rate: KeyRate, bits: Double) {
      let slots = samples.filter { $0.elevationDegrees >= cut }.map {
        PulseSlot(pulses: pulses, transmittance: QKD.transmittance(ofLossDB: $0.lossDB))
      }
      let best = search.key(of: slots)
      return (best.parameters, best.rate, best.rate["key_length_bits"] ?? 0)
    }
    var best = key(above: lowestElevationDegrees)
    var bestCut = lowestElevationDegrees
    for width in [8.0, 2.0, 0.5] {
      let around =
        width == 8
        ? (1...8).map { lowestElevationDegrees + Double($0) * width }
        : [-3.0, -2, -1, 1, 2, 3].map { bestCut + $0 * width }
      for cut in around
      where cut >= lowestElevationDegrees && cut < pass.highestElevationDegrees {
        let candidate = key(above: cut)
        if candidate.bits > best.bits { (best, bestCut) = (candidate, cut) }
      }
    }
    elevationCutDegrees = bestCut
    seconds = Double(samples.count { $0.elevationDegrees >= bestCut }) * step
    parameters = best.parameters
    rate = best.rate
  }
}
