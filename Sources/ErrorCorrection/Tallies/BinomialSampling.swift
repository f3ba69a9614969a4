import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

extension BinomialEstimate {
  /// A number of successes drawn from the binomial distribution with these trials and a rate.
  ///
  /// Inversion from the mode outwards: exact up to rounding, O(standard deviation) steps.
  static func drawnSuccesses(
    trials: Int, rate: Double, from generator: inout PhiloxGenerator
  ) -> Int {
    guard trials > 0, rate > 0 else { return 0 }
    guard rate < 1 else { return trials }
    let n = Double(trials)
    let mode = min(trials, Int((n + 1) * rate))
    let m = Double(mode)
    let peak = exp(
      lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)
        + m * log(rate) + (n - m) * log1p(-rate))
    let odds = rate / (1 - rate)
    var rest = generator.uniform() - peak
    var (low, high) = (mode, mode)
    var (lowMass, highMass) = (peak, peak)
    while rest > 0, low > 0 || high < trials {
      if high < trials {
        highMass *= odds * Double(trials - high) / Double(high + 1)
        high += 1
        rest -= highMass
        if rest <= 0 { return high }
      }
      if low > 0 {
        lowMass *= Double(low) / (odds * Double(trials - low + 1))
        low -= 1
        rest -= lowMass
        if rest <= 0 { return low }
      }
      // What is left of the mass is below rounding.
      if lowMass < 1e-18, highMass < 1e-18 { return mode }
    }
    return mode
  }
}
