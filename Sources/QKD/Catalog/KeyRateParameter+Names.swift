// The parameters of the catalog by name. A place is that of the record in
// `KeyRateParameter.catalog`.

extension KeyRateParameter.ID {
  /// Loss of the fibre, in dB/km.
  public static var lossDBPerKm: Self { Self(place: 0) }
  /// Transmittance of the whole channel, whatever the distance; without it, that of the fibre.
  public static var transmittance: Self { Self(place: 1) }
  /// Efficiency of the receiver: detectors and the optics before them.
  public static var detectorEfficiency: Self { Self(place: 2) }
  /// Dark counts per detector and gate; with background light.
  public static var darkCountProbability: Self { Self(place: 3) }
  /// Afterpulses per click.
  public static var afterpulseProbability: Self { Self(place: 4) }
  /// Probability that a photon takes the wrong port: optical misalignment, drift of phases.
  public static var misalignment: Self { Self(place: 5) }
  /// Bits disclosed by error correction, over the Shannon limit.
  public static var errorCorrectionEfficiency: Self { Self(place: 6) }
  /// Pulses per second, in Hz.
  public static var repetitionRateHz: Self { Self(place: 7) }
  /// Probability of the key basis, at both sides.
  public static var basisProbability: Self { Self(place: 8) }
  /// Mean photons per pulse of a single-photon source.
  public static var brightness: Self { Self(place: 9) }
  /// Second-order correlation g²(0) of a single-photon source.
  public static var g2: Self { Self(place: 10) }
  /// Intensity of signal pulses, in photons.
  public static var mu: Self { Self(place: 11) }
  /// Intensity of weak decoy pulses, in photons.
  public static var nu: Self { Self(place: 12) }
  /// The largest intensity, in photons.
  public static var intensity1: Self { Self(place: 13) }
  /// The second intensity, in photons.
  public static var intensity2: Self { Self(place: 14) }
  /// The smallest intensity, in photons.
  public static var intensity3: Self { Self(place: 15) }
  /// Probability of the largest intensity.
  public static var probability1: Self { Self(place: 16) }
  /// Probability of the second intensity.
  public static var probability2: Self { Self(place: 17) }
  /// Probability of the smallest intensity.
  public static var probability3: Self { Self(place: 18) }
  /// Mean photon pairs per pulse.
  public static var meanPairs: Self { Self(place: 19) }
  /// Place of the relay or pair source: 0 at Alice, 1 at Bob.
  public static var relayPosition: Self { Self(place: 20) }
  /// Slices of the circle in which phases are compared.
  public static var phaseSlices: Self { Self(place: 21) }
  /// Probability to send in a signal window.
  public static var sendingProbability: Self { Self(place: 22) }
  /// Rounds within which two clicks may be paired, in rounds.
  public static var pairingWindow: Self { Self(place: 23) }
  /// Sifted bits of the key basis per block (BB84); rounds per block (MDI, continuous variables).
  public static var blockSize: Self { Self(place: 24) }
  /// Secrecy: trace distance.
  public static var epsilonSecrecy: Self { Self(place: 25) }
  /// Correctness: failure probability.
  public static var epsilonCorrectness: Self { Self(place: 26) }
  /// Variance of Alice's Gaussian modulation, in SNU.
  public static var modulationVariance: Self { Self(place: 27) }
  /// Excess noise at the input of the channel, in SNU.
  public static var excessNoise: Self { Self(place: 28) }
  /// Electronic noise at the output of the receiver, in SNU.
  public static var electronicNoise: Self { Self(place: 29) }
  /// Part of the mutual information that reconciliation keeps.
  public static var reconciliationEfficiency: Self { Self(place: 30) }
  /// 1 if loss and noise of the receiver are out of Eve's reach, 0 if they are hers.
  public static var receiverTrusted: Self { Self(place: 31) }
  /// Frames that reconciliation gives up.
  public static var frameErrorRate: Self { Self(place: 32) }
  /// Part of a block spent on estimating the channel.
  public static var estimationFraction: Self { Self(place: 33) }
  /// States of the phase-shift keying.
  public static var constellationSize: Self { Self(place: 34) }
  /// Amplitude α of the coherent states; of B92, the overlap parameter.
  public static var amplitude: Self { Self(place: 35) }
  /// 1 for the first-order click model of [Ma05] in place of the exact one.
  public static var firstOrderClicks: Self { Self(place: 36) }
  /// 1 for the slice error of [Ma18], Eq. (B19), in place of the exact mean.
  public static var publishedSliceError: Self { Self(place: 37) }
  /// 1 to take errors per click without afterpulses, 0 per click with them.
  public static var plainClickErrors: Self { Self(place: 38) }
  /// 1 to let lower limits of counts fall below 0, 0 to stop them there.
  public static var countsBelowZero: Self { Self(place: 39) }
}
