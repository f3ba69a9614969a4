import QuantumCore
import RealModule

/// Rates along a link: at distances, at the best parameters, as far as there is key, and where
/// curves cross.
public struct KeyRateSearch: Sendable {
  /// The protocol whose rates are computed.
  public let definition: QKDProtocolDefinition
  /// The values of the parameters that are not optimised.
  public let parameters: KeyRateParameters
  /// Whether the parameters that the protocol may choose are chosen anew at every distance.
  public let isOptimized: Bool
  /// Parameters that keep their value even when others are optimised.
  public let fixed: Set<KeyRateParameter.ID>

  /// A search along a link.
  ///
  /// - Parameters:
  ///   - definition: the protocol.
  ///   - parameters: Values that come from `definition`.
  ///   - optimizing: whether the parameters that the protocol may choose are chosen anew at every
  ///     distance.
  ///   - fixed: For example those a user has set; 'probability' parameters are fixed together or
  ///     not at all.
  public init(
    _ definition: QKDProtocolDefinition, _ parameters: KeyRateParameters, optimizing: Bool = false,
    keeping fixed: Set<KeyRateParameter.ID> = []
  ) {
    self.definition = definition
    self.parameters = parameters
    isOptimized = optimizing
    let probabilities = Set(DecoyProbabilities.names)
    self.fixed = fixed.isDisjoint(with: probabilities) ? fixed : fixed.union(probabilities)
  }

  /// A rate and the parameters that gave it.
  public struct Point: Sendable {
    /// The length of the link in km.
    public let distanceKm: Double
    /// The link at this distance.
    public let link: Link
    /// The parameters that gave the rate, optimised where the search optimises.
    public let parameters: KeyRateParameters
    /// The key rate at this distance.
    public let rate: KeyRate
  }

  /// The rate at a distance.
  ///
  /// - Precondition: the distance is at least 0.
  public func point(distanceKm: Double) -> Point {
    let link = Link(distanceKm: distanceKm, parameters)
    let best = best { definition.evaluate($0, link) }
    return Point(
      distanceKm: distanceKm, link: link, parameters: best.parameters, rate: best.rate)
  }

  /// One key from pulses sent under changing conditions.
  ///
  /// - Precondition: the protocol has blocks of pulses.
  public func key(of slots: [PulseSlot]) -> (parameters: KeyRateParameters, rate: KeyRate) {
    guard let evaluate = definition.evaluateSlots else {
      preconditionFailure("\(definition.id) has no blocks of pulses")
    }
    return best { evaluate($0, slots, false) }
  }

  private func best(
    _ rate: (KeyRateParameters) -> KeyRate
  ) -> (parameters: KeyRateParameters, rate: KeyRate) {
    let variables = isOptimized ? definition.variables.filter { !fixed.contains($0.id) } : []
    guard !variables.isEmpty else { return (parameters, rate(parameters)) }
    let best = BoxMaximizer(dimension: variables.count, isCostly: definition.isCostly).maximum(
      dimension: variables.count, startingAt: place(of: parameters, variables)
    ) { point in
      let values = chosen(point, variables)
      return definition.problem(values) == nil ? rate(values).merit : -.infinity
    }
    let values = chosen(best.point, variables)
    return (values, rate(values))
  }

  /// The rates at many distances, shared out over threads; the same for any number of them.
  public func points(distancesKm: [Double], threads: Int = 1) -> [Point] {
    var results = [Point?](repeating: nil, count: distancesKm.count)
    results.withUnsafeMutableBufferPointer { buffer in
      let shared = UncheckedSendable(buffer)
      Parallel.forEach(chunks: distancesKm.count, threads: threads) {
        shared.value[$0] = point(distanceKm: distancesKm[$0])
      }
    }
    return results.compactMap { $0 }
  }

  /// Parameters with the variables at a point of the unit cube.
  private func chosen(
    _ point: [Double], _ variables: [QKDProtocolDefinition.Variable]
  ) -> KeyRateParameters {
    var values = parameters
    for (variable, place) in zip(variables, point) {
      let (low, high) = (variable.range.lowerBound, variable.range.upperBound)
      values[variable.id] =
        variable.scale == .linear
        ? low + place * (high - low)
        : Double.exp(Double.log(low) + place * (Double.log(high) - Double.log(low)))
    }
    if fixed.isDisjoint(with: DecoyProbabilities.names) { definition.complete(&values) }
    return values
  }

  private func place(
    of values: KeyRateParameters, _ variables: [QKDProtocolDefinition.Variable]
  ) -> [Double]? {
    let point = variables.map { variable -> Double in
      let (low, high) = (variable.range.lowerBound, variable.range.upperBound)
      let value = min(high, max(low, values[variable.id]))
      return variable.scale == .linear
        ? (value - low) / (high - low)
        : (Double.log(value) - Double.log(low)) / (Double.log(high) - Double.log(low))
    }
    return point.allSatisfy(\.isFinite) ? point : nil
  }

  // MARK: Reach and crossings

  /// How far searches look, in km, and in which steps.
  public static let limitKm = 2000.0
  private static let stepKm = 10.0

  /// The largest distance with key, to a metre; `nil` if there is none at all, `limitKm` if there
  /// is no end before.
  public func reachKm() -> Double? {
    var known: [Double: Point] = [:]
    return reachKm(&known)
  }

  /// Where the rate rises above a curve, and where it falls below it again; to a metre.
  public func crossings(_ bound: (Point) -> Double) -> [(distanceKm: Double, isRising: Bool)] {
    var known: [Double: Point] = [:]
    func isAbove(_ distance: Double) -> Bool {
      let point = point(distanceKm: distance, &known)
      return point.rate.bitsPerPulse > bound(point)
    }
    var crossings: [(distanceKm: Double, isRising: Bool)] = []
    var before = isAbove(0)
    var distance = 0.0
    let end = min(Self.limitKm, (reachKm(&known) ?? 0) + Self.stepKm)
    while distance < end {
      let next = distance + Self.stepKm
      let now = isAbove(next)
      if now != before {
        let place = Self.bisect(distance, next) { isAbove($0) == before }
        crossings.append((place, now))
        before = now
      }
      distance = next
    }
    return crossings
  }

  private func reachKm(_ known: inout [Double: Point]) -> Double? {
    func holds(_ distance: Double) -> Bool {
      point(distanceKm: distance, &known).rate.bitsPerPulse > 0
    }
    if holds(Self.limitKm) { return Self.limitKm }
    var found: Double?
    var misses = 0
    var distance = 0.0
    // A curve may start late (a crossing is a different question), but 40 empty steps are an end.
    while distance < Self.limitKm, misses < 40 {
      if holds(distance) {
        (found, misses) = (distance, 0)
      } else {
        misses += 1
      }
      distance += Self.stepKm
    }
    return found.map { Self.bisect($0, $0 + Self.stepKm, holds) }
  }

  private func point(distanceKm: Double, _ known: inout [Double: Point]) -> Point {
    if let point = known[distanceKm] { return point }
    let point = point(distanceKm: distanceKm)
    known[distanceKm] = point
    return point
  }

  /// The end of what holds between a place where it does and one where it does not.
  private static func bisect(
    _ low: Double, _ high: Double, _ holds: (Double) -> Bool
  ) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<16 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return low
  }
}

extension KeyRateSearch.Point {
  /// −log₂(1−η) of the channel alone.
  public var plob: Double { RepeaterlessBounds.plob(transmittance: link.transmittance) }
  /// The same with the efficiency of the receiver.
  public var plobWithDetectors: Double {
    RepeaterlessBounds.plob(
      transmittance: link.transmittance * (parameters.value(of: .detectorEfficiency) ?? 1))
  }
  /// log₂((1+η)/(1−η)) of the channel alone.
  public var tgw: Double { RepeaterlessBounds.tgw(transmittance: link.transmittance) }
  /// The capacity with one ideal repeater in the middle of the channel.
  public var singleRepeater: Double {
    RepeaterlessBounds.repeaterChain(transmittance: link.transmittance, count: 1)
  }
}
