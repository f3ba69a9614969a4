import QKD
import RealModule
import Testing

struct CovarianceMatrixTests {
  @Test(arguments: [1.0, 2, 20, 1e4])
  func `a two-mode squeezed state is pure and its halves are thermal`(variance: Double) throws {
    let state = CovarianceMatrix.twoModeSqueezed(variance: variance)
    let values = try #require(state.symplecticEigenvalues())
    // The state is only as pure as its rounded entries.
    #expect(values.allSatisfy { abs($0 - 1) < 1e-15 * variance * variance + 1e-14 })
    let half = try #require(state.reduced(to: [0]).symplecticEigenvalues())
    #expect(abs(half[0] / variance - 1) < 1e-14)
  }

  @Test func `a matrix that is no state has no eigenvalues`() {
    let matrix = CovarianceMatrix(modeCount: 1, elements: [1, 0, 0, -1])
    #expect(matrix.symplecticEigenvalues() == nil && matrix.entropy() == nil)
  }

  /// The formulas of GG02 against purification, channel, beam splitter and measurement.
  @Test(
    arguments: [CoherentReceiver.Detection.homodyne, .heterodyne],
    [(5.0, 0.5, 0.01, 0.6, 0.05), (18.5, 0.302, 0.005, 0.606, 0.041), (1, 0.05, 0.02, 0.9, 0.01)])
  func `Gaussian states by eigenvalues agree with formulas`(
    detection: CoherentReceiver.Detection, setup: (Double, Double, Double, Double, Double)
  ) throws {
    let (modulation, transmittance, noise, efficiency, electronic) = setup
    let channel = GaussianChannel(
      modulation: modulation, transmittance: transmittance, excessNoise: noise,
      receiver: CoherentReceiver(
        detection: detection, efficiency: efficiency, electronicNoise: electronic))
    var sent = CovarianceMatrix.twoModeSqueezed(variance: modulation + 1)
    sent.transmit(1, transmittance: transmittance, excessNoise: noise)
    let whole = try #require(sent.entropy())
    // Loss and noise of the receiver: half of a two-mode squeezed state on its beam splitter.
    let share = detection == .homodyne ? electronic : 2 * electronic
    let trusted = 1 + share / (1 - efficiency)
    var state = sent.joined(with: .twoModeSqueezed(variance: trusted))
    state.mix(1, 2, transmittance: efficiency)
    let given =
      detection == .homodyne
      ? state.conditioned(onHomodyneOf: 1, quadrature: 0) : state.conditioned(onHeterodyneOf: 1)
    let rest = try #require(given.entropy())
    #expect(abs(channel.holevo().value - (whole - rest)) < 1e-12)
  }

  /// The modes of Alice and Bob by the generic route: two squeezed states, two arms, a beam
  /// splitter, two measurements.
  private func relayed(
    _ variance: Double, _ alice: Double, _ bob: Double, _ noise: Double
  ) -> CovarianceMatrix {
    let pair = CovarianceMatrix.twoModeSqueezed(variance: variance)
    // Modes: Alice, sent by Alice, Bob, sent by Bob.
    var all = pair.joined(with: pair)
    all.transmit(1, transmittance: alice, excessNoise: noise)
    all.transmit(3, transmittance: bob, excessNoise: noise)
    all.mix(1, 3, transmittance: 0.5)
    return all.conditioned(onHomodyneOf: 3, quadrature: 0)
      .conditioned(onHomodyneOf: 1, quadrature: 1)
  }

  @Test(arguments: [(20.0, 0.8, 0.8, 0.01), (3, 0.9, 0.3, 0), (61, 0.2, 0.95, 0.02)])
  func `the formulas of a relay agree with its covariance matrix`(
    setup: (Double, Double, Double, Double)
  ) throws {
    let (variance, alice, bob, noise) = setup
    let modes = try #require(
      RelayedModes(variance: variance, alice: alice, bob: bob, excessNoise: noise))
    let state = relayed(variance, alice, bob, noise)
    let whole = try #require(state.entropy())
    for mode in [0, 1] {
      let rest = try #require(state.conditioned(onHeterodyneOf: mode).entropy())
      #expect(abs(modes.holevo(keyMode: mode) - (whole - rest)) < 1e-11)
    }
    let (alone, given) = (state[0, 0] + 1, state.conditioned(onHeterodyneOf: 1)[0, 0] + 1)
    #expect(abs(modes.information - Double.log2(alone / given)) < 1e-12)
  }

  @Test func `the relay state of symmetric arms is symmetric`() throws {
    let state = try #require(RelayedModes(variance: 20, alice: 0.8, bob: 0.8, excessNoise: 0.01))
    #expect(state.holevo(keyMode: 0) == state.holevo(keyMode: 1))
  }

  @Test func `an untrusted relay gives key at any loss of the far arm only`() throws {
    // V → ∞: τ = 1 on the key party's arm gives key; τ = 1 on the other arm ends at e/(1+e) =
    // 0.7311.
    func key(_ alice: Double, _ bob: Double) throws -> Double {
      let state = try #require(
        RelayedModes(variance: 1e6, alice: alice, bob: bob, excessNoise: 0))
      return state.information - state.holevo(keyMode: 0)
    }
    for far in [0.9, 0.5, 0.1, 0.01] { #expect(try key(1, far) > 0) }
    let limit = Double.exp(1) / (1 + Double.exp(1))
    #expect(try key(limit + 0.002, 1) > 0)
    #expect(try key(limit - 0.002, 1) < 0)
  }
}
