import QKD
import RealModule
import Testing

struct DeviceTests {
  @Test(
    arguments: [
      PhotonSource.weakCoherent(intensity: 0.6), .singlePhoton(brightness: 0.3, g2: 0.05),
      .downConversion(meanPairs: 0.4),
    ]) func `photon numbers are a distribution of the stated mean`(source: PhotonSource)
  {
    let weights = (0...60).map { source.probability(ofPhotons: $0) }
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    let mean = weights.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    #expect(abs(mean - source.mean) < 1e-10)
  }

  @Test func `g2 of a single-photon source is what it was made with`() {
    let source = PhotonSource.singlePhoton(brightness: 0.4, g2: 0.02)
    // ⟨n(n−1)⟩/⟨n⟩².
    #expect(abs(2 * source.probability(ofPhotons: 2) / (0.4 * 0.4) - 0.02) < 1e-15)
  }

  @Test func `losses add up in decibels`() {
    let fibre = OpticalFibre(lengthKm: 50, lossDBPerKm: 0.2, fixedLossDB: 10)
    #expect(abs(fibre.lossDB - 20) < 1e-12 && abs(fibre.transmittance - 0.01) < 1e-15)
    #expect(fibre.ramanPhotons(filterNm: 1, gateSeconds: 1e-9) == 0)
  }

  @Test func `Raman light against the signal saturates, along it fades`() {
    func photons(_ km: Double, forward: Double, backward: Double) -> Double {
      OpticalFibre(
        lengthKm: km,
        dataChannels: .init(forwardPowerMilliwatts: forward, backwardPowerMilliwatts: backward)
      ).ramanPhotons(filterNm: 0.8, gateSeconds: 1e-9)
    }
    // In a short fibre both directions scatter alike: 1 mW · 2·10⁻⁹/(km nm) · 0.8 nm · 0.01 km over
    // hν.
    let energy = 6.626_070_15e-34 * 299_792_458 / 1550e-9
    let expected = 1e-3 * 2e-9 * 0.8 * 0.01 * 1e-9 / energy
    #expect(abs(photons(0.01, forward: 1, backward: 0) / expected - 1) < 1e-3)
    #expect(abs(photons(0.01, forward: 0, backward: 1) / expected - 1) < 1e-3)
    #expect(photons(200, forward: 1, backward: 0) < photons(25, forward: 1, backward: 0))
    let (far, farther) = (
      photons(200, forward: 0, backward: 1), photons(300, forward: 0, backward: 1)
    )
    #expect(far <= farther && farther < 1.001 * far)
  }

  @Test func `detectors count, miss and tire`() {
    let detector = GatedDetector(
      efficiency: 0.2, darkCountRateHz: 1000, gateSeconds: 1e-9, deadTimeSeconds: 1e-5,
      jitterSeconds: 1e-10)
    #expect(abs(detector.darkCountProbability() / 1e-6 - 1) < 1e-6)
    #expect(abs(detector.darkCountProbability(backgroundPhotons: 5e-6) / 2e-6 - 1) < 1e-5)
    // ±1σ holds 68.27 %.
    #expect(abs(detector.acceptance(windowSeconds: 2e-10) - 0.682_689_5) < 1e-7)
    #expect(abs(detector.readiness(clickRateHz: 1e5) - 0.5) < 1e-15)
    var paralyzable = detector
    paralyzable.isParalyzable = true
    #expect(paralyzable.readiness(clickRateHz: 1e5) < detector.readiness(clickRateHz: 1e5))
  }

  @Test func `modulation variances are in shot-noise units`() {
    #expect(CoherentModulation.gaussian(variance: 4).variance == 4)
    #expect(CoherentModulation.phaseShiftKeying(size: 4, amplitude: 0.5).variance == 0.5)
  }
}
