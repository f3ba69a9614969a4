/// What a key rate takes for granted, in a form that programs can compare.
public enum Assumption: String, Sendable, Hashable, CaseIterable {
  case authenticatedChannel = "authenticated-classical-channel"
  case asymptotic = "asymptotic"
  case finiteKey = "finite-key-composable"
  case collectiveAttacks = "collective-attacks"
  case generalAttacks = "general-attacks"
  case phaseRandomized = "phase-randomized-pulses"
  case infiniteDecoys = "infinitely-many-decoys"
  case trustedDetectors = "trusted-detectors"
  case untrustedRelay = "untrusted-relay"
  case untrustedSource = "untrusted-pair-source"
  case randomizedDoubleClicks = "double-clicks-become-random-bits"
  case fairSampling = "fair-sampling"
  case phaseLocked = "locked-lasers"
  case symmetricArms = "equal-arms"
  case gaussianOptimality = "gaussian-attacks-are-optimal"
  case trustedReceiverOption = "receiver-noise-trusted-on-request"
  case incompleteProof = "no-complete-security-proof"
  case gaussianTails = "gaussian-estimates-of-the-channel"

  /// What it says, in a sentence.
  public var statement: String {
    switch self {
    case .authenticatedChannel:
      "Classical messages are authenticated; the key this costs is not subtracted."
    case .asymptotic: "Blocks are infinitely long: no statistical fluctuations."
    case .finiteKey: "Lengths hold for finite blocks; secrecy and correctness are parameters."
    case .collectiveAttacks: "Eve attacks every round alike; she may measure all rounds together."
    case .generalAttacks: "Eve may do whatever quantum mechanics allows."
    case .phaseRandomized:
      "The phase of every pulse is uniformly random, so that Eve sees photon numbers."
    case .infiniteDecoys: "Yields and errors of each photon number are known exactly."
    case .trustedDetectors:
      "Detectors work as described: efficiency does not depend on basis or on Eve."
    case .untrustedRelay: "Eve may own the measuring station in the middle."
    case .untrustedSource: "Eve may own the source of pairs."
    case .randomizedDoubleClicks: "Double clicks are kept and become random bits."
    case .fairSampling:
      "Pairs that are detected stand for all pairs; without it the rate is zero at these losses."
    case .phaseLocked:
      "Remote lasers share a phase reference; residual drift is in the misalignment."
    case .symmetricArms: "The relay stands in the middle and both arms have the same loss."
    case .gaussianOptimality:
      "Eve's information is that of the Gaussian state of the same covariances."
    case .trustedReceiverOption:
      "With receiver_trusted = 1, loss and noise of the receiver are no leak."
    case .incompleteProof: "Shown for its place in history: no complete proof for this rate."
    case .gaussianTails: "Channel estimates are treated as normally distributed."
    }
  }
}
