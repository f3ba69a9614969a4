/// Where detectors and observables are sensitive to errors, at the ticks of a circuit.
public struct DetectingRegions: Sendable {
  /// For each detector or observable and each tick, counted from 0, the Pauli product that it
  /// measures there: errors that anticommute with it flip it. Identities are left out.
  public var regions: [DetectorErrorModel.Target: [UInt64: SparsePauliString]] = [:]

  /// No regions: the region of every detector and observable is the identity.
  public init() {}

  /// The region of a detector or observable at a tick; the identity where it has none.
  public subscript(
    _ target: DetectorErrorModel.Target, tick tick: UInt64
  ) -> SparsePauliString {
    regions[target]?[tick] ?? SparsePauliString([])
  }

  /// The regions of some detectors and observables only.
  public func filtered(
    _ isIncluded: (DetectorErrorModel.Target) throws -> Bool
  ) rethrows -> DetectingRegions {
    var result = self
    result.regions = try regions.filter { try isIncluded($0.key) }
    return result
  }

  /// What has a region at a tick, detectors first, in order of number.
  public func slice(atTick tick: UInt64) -> [(
    target: DetectorErrorModel.Target, region: SparsePauliString
  )] {
    regions.compactMap { target, ticks in ticks[tick].map { (target, $0) } }
      .sorted { $0.target < $1.target }
  }
}
