/// What a protocol yields at one place, and how it came about.
public struct KeyRate: Sendable, Hashable {
  /// A named intermediate result.
  public struct Quantity: Sendable, Hashable {
    /// The name in snake_case, as JSON and CSV spell it.
    public let name: String
    /// The number, per pulse or as a fraction, as the protocol's formula has it.
    public let value: Double
  }

  /// Secret bits per unit of the protocol (`QKDProtocolDefinition.Unit`); at least 0, and 0 below
  /// 1e-290.
  public let bitsPerPulse: Double
  /// Gains, error rates and bounds behind the rate, in the order they arise.
  public let quantities: [Quantity]

  /// The rate before it stops at 0: how far a setting is from giving key.
  package let margin: Double
  /// What an optimiser climbs: the margin where there is key, else the margin over all that clicks.
  ///
  /// Without the second part faint pulses would look best wherever there is no key: their margin is
  /// a negligible loss.
  package let merit: Double

  /// A rate from a formula, whatever comes of it: below 0, or not a number, is no key.
  ///
  /// - Parameters:
  ///   - margin: secret bits per unit of the protocol before they stop at 0. Optimisers climb it:
  ///     give what the formula says, and not 0, where there is no key.
  ///   - gain: what the rate is a fraction of, such as the clicks per pulse.
  ///   - quantities: intermediate results by name in snake_case, in the order they arise.
  public init(margin: Double, gain: Double, _ quantities: KeyValuePairs<String, Double> = [:]) {
    bitsPerPulse = Clamping.certainLength(margin)
    self.margin = margin.isNaN ? -.infinity : bitsPerPulse > 0 ? margin : min(0, margin)
    let fraction = margin / max(gain, .leastNormalMagnitude)
    merit = bitsPerPulse > 0 ? bitsPerPulse : fraction.isNaN ? -.infinity : min(0, fraction)
    self.quantities = quantities.map { Quantity(name: $0.key, value: $0.value) }
  }

  /// No key, for a reason that is not a matter of degree.
  static let none = KeyRate(margin: -.infinity, gain: 1)

  /// The quantity of a name.
  public subscript(_ name: String) -> Double? { quantities.first { $0.name == name }?.value }
}
