import QKD
import RealModule
import Testing

struct RepeaterlessBoundsTests {
  @Test func `bounds of a half-lossy channel`() {
    #expect(RepeaterlessBounds.plob(transmittance: 0.5) == 1)
    #expect(abs(RepeaterlessBounds.tgw(transmittance: 0.5) - Double.log2(3)) < 1e-15)
    #expect(abs(RepeaterlessBounds.repeaterChain(transmittance: 0.25, count: 1) - 1) < 1e-15)
  }

  @Test(arguments: [1e-3, 1e-10, 1e-18, 1e-200])
  func `the capacity is 1.44 η at high loss, to all digits`(transmittance: Double) {
    let capacity = RepeaterlessBounds.plob(transmittance: transmittance)
    #expect(abs(capacity / (transmittance / Double.log(2.0)) - 1) < transmittance + 1e-14)
  }

  @Test(arguments: [0.9, 0.5, 0.01, 1e-6]) func `bounds are in order`(transmittance: Double) {
    let plob = RepeaterlessBounds.plob(transmittance: transmittance)
    #expect(plob < RepeaterlessBounds.tgw(transmittance: transmittance))
    var last = plob
    for count in 1...5 {
      let chain = RepeaterlessBounds.repeaterChain(transmittance: transmittance, count: count)
      #expect(chain > last)
      last = chain
    }
    var noisy = plob
    for photons in [1e-9, 1e-4, 0.01, 0.3, 10] {
      let bound = RepeaterlessBounds.thermalLoss(
        transmittance: transmittance, thermalPhotons: photons)
      #expect(bound <= noisy && bound >= 0)
      noisy = bound
    }
    let threshold = transmittance / (1 - transmittance)
    #expect(
      RepeaterlessBounds.thermalLoss(transmittance: transmittance, thermalPhotons: threshold) == 0)
  }

  @Test func `ends of the range`() {
    #expect(RepeaterlessBounds.plob(transmittance: 0) == 0)
    #expect(RepeaterlessBounds.plob(transmittance: 1) == .infinity)
    #expect(RepeaterlessBounds.tgw(transmittance: 1) == .infinity)
  }

  @Test(arguments: [0.9, 0.5, 0.1, 1e-3, 1e-5])
  func `ideal reverse reconciliation reaches half the capacity`(transmittance: Double) throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: "cv-gg02-homodyne"))
    let values = try definition.parameters(settings: [
      ("transmittance", transmittance), ("modulation_variance", 1e8), ("excess_noise", 0),
      ("detector_efficiency", 1), ("electronic_noise", 0), ("reconciliation_efficiency", 1),
    ])
    let rate = definition.rate(values, distanceKm: 0).bitsPerPulse
    let half = RepeaterlessBounds.plob(transmittance: transmittance) / 2
    #expect(abs(rate / half - 1) < 1e-4)
  }
}
