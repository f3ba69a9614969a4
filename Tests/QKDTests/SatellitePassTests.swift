import QKD
import RealModule
import Testing

struct SatellitePassTests {
  @Test func `slant ranges are those of the geometry`() {
    let pass = SatellitePass(altitudeKm: 500)
    #expect(abs(pass.slantRangeKm(elevationDegrees: 90) - 500) < 1e-9)
    // At the horizon √(2Rh + h²).
    #expect(
      abs(pass.slantRangeKm(elevationDegrees: 0) - Double.sqrt(2 * 6371 * 500 + 250_000)) < 1e-9)
    for time in [0.0, 50, 120, 200] {
      let (elevation, range) = pass.position(secondsAfterCulmination: time)
      #expect(abs(pass.slantRangeKm(elevationDegrees: elevation) - range) < 1e-6)
    }
  }

  @Test(arguments: [20.0, 45, 70, 90]) func `a pass culminates where it should`(degrees: Double) {
    let pass = SatellitePass(altitudeKm: 500, highestElevationDegrees: degrees)
    let top = pass.position(secondsAfterCulmination: 0).elevationDegrees
    #expect(abs(top - degrees) < 1e-4)
    let half = pass.halfDuration(aboveDegrees: 10)
    #expect(abs(pass.position(secondsAfterCulmination: half).elevationDegrees - 10) < 1e-6)
    #expect(half > 50 && half < 300)
    #expect(pass.halfDuration(aboveDegrees: degrees) == 0)
  }

  @Test func `light spreads, air absorbs, jitter and turbulence cost`() {
    var optics = FreeSpaceLink()
    optics.pointingJitterMicroradians = 0
    let still = optics.transmittance(rangeKm: 800, elevationDegrees: 40)
    #expect(still < 1 && still > optics.transmittance(rangeKm: 1200, elevationDegrees: 25))
    optics.pointingJitterMicroradians = 3
    #expect(optics.transmittance(rangeKm: 800, elevationDegrees: 40) < still)
    optics.pointingJitterMicroradians = 0
    optics.rytovVariance = 1
    #expect(optics.transmittance(rangeKm: 800, elevationDegrees: 40) < still)
  }

  @Test func `light of the sky adds to the dark counts`() throws {
    let optics = FreeSpaceLink()
    // A square metre's worth of telescope, one photon of 850 nm being 2.337e-19 J.
    let photons = optics.backgroundPhotons(
      radiance: 1, fieldOfViewSteradian: 1e-8, filterMicrometres: 1e-3, gateSeconds: 1e-9)
    #expect(abs(photons / (Double.pi / 4 * 1e-20 / 2.33699e-19) - 1) < 1e-5)
    let definition = try #require(QKDProtocolCatalog.definition(named: "bb84-decoy-finite-two"))
    let parameters = try definition.parameters(settings: [
      ("detector_efficiency", 0.5), ("dark_count_probability", 1e-6),
    ])
    func dark(_ photons: Double) -> Double {
      parameters.addingBackground(photonsPerGate: photons)[.darkCountProbability]
    }
    #expect(dark(0) == 1e-6)
    #expect(abs(dark(4e-6) - 2e-6) < 1e-11)
    #expect(dark(1e3) == 1)
  }

  @Test func `the best cut is at least as good as none, and a longer pass gives more`() throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: "bb84-decoy-finite-two"))
    let parameters = try definition.parameters(settings: [
      ("repetition_rate_hz", 1e8), ("detector_efficiency", 0.5), ("dark_count_probability", 1e-6),
    ])
    let search = KeyRateSearch(definition, parameters)
    func bits(_ elevation: Double) -> Double {
      let pass = SatellitePass(altitudeKm: 500, highestElevationDegrees: elevation)
      let key = SatelliteKey(pass, FreeSpaceLink(), search, step: 5)
      #expect(key.elevationCutDegrees >= 10 && key.elevationCutDegrees < elevation)
      return key.rate["key_length_bits"] ?? 0
    }
    let (low, high) = (bits(40), bits(85))
    #expect(high > low && low > 0)
  }
}
