/// What a key rate takes for granted: a word that programs can compare, and a sentence for people.
public struct Assumption: Sendable, Hashable {
  /// The name in lower case, with dashes: the same word is the same assumption.
  public let id: String
  /// What it says, in a sentence.
  public let statement: String

  /// An assumption of a protocol of your own.
  ///
  /// - Parameters:
  ///   - id: in lower case and with dashes.
  ///   - statement: what it says, in a sentence.
  public init(_ id: String, _ statement: String) { (self.id, self.statement) = (id, statement) }
}

// MARK: - Those of the catalog

extension Assumption {
  /// Classical messages are authenticated; the key this costs is not subtracted.
  public static let authenticatedChannel = Self(
    "authenticated-classical-channel",
    "Classical messages are authenticated; the key this costs is not subtracted.")
  /// Blocks are infinitely long: no statistical fluctuations.
  public static let asymptotic = Self(
    "asymptotic", "Blocks are infinitely long: no statistical fluctuations.")
  /// Lengths hold for finite blocks; secrecy and correctness are parameters.
  public static let finiteKey = Self(
    "finite-key-composable",
    "Lengths hold for finite blocks; secrecy and correctness are parameters.")
  /// Eve attacks every round alike; she may measure all rounds together.
  public static let collectiveAttacks = Self(
    "collective-attacks", "Eve attacks every round alike; she may measure all rounds together.")
  /// Eve may do whatever quantum mechanics allows.
  public static let generalAttacks = Self(
    "general-attacks", "Eve may do whatever quantum mechanics allows.")
  /// The phase of every pulse is uniformly random, so that Eve sees photon numbers.
  public static let phaseRandomized = Self(
    "phase-randomized-pulses",
    "The phase of every pulse is uniformly random, so that Eve sees photon numbers.")
  /// Yields and errors of each photon number are known exactly.
  public static let infiniteDecoys = Self(
    "infinitely-many-decoys", "Yields and errors of each photon number are known exactly.")
  /// Detectors work as described: efficiency does not depend on basis or on Eve.
  public static let trustedDetectors = Self(
    "trusted-detectors",
    "Detectors work as described: efficiency does not depend on basis or on Eve.")
  /// Eve may own the measuring station in the middle.
  public static let untrustedRelay = Self(
    "untrusted-relay", "Eve may own the measuring station in the middle.")
  /// Eve may own the source of pairs.
  public static let untrustedSource = Self(
    "untrusted-pair-source", "Eve may own the source of pairs.")
  /// Double clicks are kept and become random bits.
  public static let randomizedDoubleClicks = Self(
    "double-clicks-become-random-bits", "Double clicks are kept and become random bits.")
  /// Pairs that are detected stand for all pairs; without it the rate is zero at these losses.
  public static let fairSampling = Self(
    "fair-sampling",
    "Pairs that are detected stand for all pairs; without it the rate is zero at these losses.")
  /// Remote lasers share a phase reference; residual drift is in the misalignment.
  public static let phaseLocked = Self(
    "locked-lasers",
    "Remote lasers share a phase reference; residual drift is in the misalignment.")
  /// The relay stands in the middle and both arms have the same loss.
  public static let symmetricArms = Self(
    "equal-arms", "The relay stands in the middle and both arms have the same loss.")
  /// Eve's information is that of the Gaussian state of the same covariances.
  public static let gaussianOptimality = Self(
    "gaussian-attacks-are-optimal",
    "Eve's information is that of the Gaussian state of the same covariances.")
  /// With receiver_trusted = 1, loss and noise of the receiver are not a leak.
  public static let trustedReceiverOption = Self(
    "receiver-noise-trusted-on-request",
    "With receiver_trusted = 1, loss and noise of the receiver are no leak.")
  /// Shown for its place in history: no complete proof for this rate.
  public static let incompleteProof = Self(
    "no-complete-security-proof",
    "Shown for its place in history: no complete proof for this rate.")
  /// Channel estimates are treated as normally distributed.
  public static let gaussianTails = Self(
    "gaussian-estimates-of-the-channel", "Channel estimates are treated as normally distributed.")
}
