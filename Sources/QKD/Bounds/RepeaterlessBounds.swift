import RealModule

/// What no protocol, or no protocol without repeaters, can exceed; in secret bits per use of the
/// channel.
///
/// Each takes a transmittance. Whether it includes the detectors is the caller's word: the
/// *absolute* bound is that of the channel alone, the *practical* one multiplies the efficiency of
/// the detectors in and is lower.
public enum RepeaterlessBounds {
  /// The secret-key capacity −log₂(1−η) of a pure-loss channel; infinite at η = 1.
  ///
  /// - Source: [Pirandola17], Eq. (19). Through log1p: the plain form is wrong by tenths beyond 150
  ///   dB.
  public static func plob(transmittance: Double) -> Double {
    guard transmittance > 0 else { return 0 }
    guard transmittance < 1 else { return .infinity }
    return -Double.log(onePlus: -transmittance) / Entropy.ln2
  }

  /// The capacity with ideal repeaters that cut the channel into equal parts: −log₂(1−η^{1/(N+1)}).
  ///
  /// - Precondition: `count` is at least 0.
  /// - Source: [Pirandola19].
  public static func repeaterChain(transmittance: Double, count: Int) -> Double {
    precondition(count >= 0, "A chain has at least 0 repeaters")
    guard transmittance > 0 else { return 0 }
    return plob(transmittance: Double.pow(transmittance, 1 / Double(count + 1)))
  }

  /// The upper bound −log₂[(1−η)η^n̄] − g(n̄) for a thermal-loss channel of n̄ thermal photons; 0
  /// from n̄ = η/(1−η) on.
  ///
  /// - Source: [Pirandola17], Eq. (23).
  public static func thermalLoss(transmittance: Double, thermalPhotons: Double) -> Double {
    guard transmittance > 0 else { return 0 }
    guard thermalPhotons > 0 else { return plob(transmittance: transmittance) }
    guard transmittance < 1 else { return .infinity }
    guard thermalPhotons < transmittance / (1 - transmittance) else { return 0 }
    let bound =
      plob(transmittance: transmittance)
      - thermalPhotons * Double.log(transmittance) / Entropy.ln2 - Entropy.thermal(thermalPhotons)
    return Clamping.length(bound)
  }

  /// The bound log₂((1+η)/(1−η)) of Takeoka, Guha and Wilde; above the capacity.
  ///
  /// - Source: [Takeoka14].
  public static func tgw(transmittance: Double) -> Double {
    guard transmittance > 0 else { return 0 }
    guard transmittance < 1 else { return .infinity }
    return (Double.log(onePlus: transmittance) - Double.log(onePlus: -transmittance)) / Entropy.ln2
  }
}
