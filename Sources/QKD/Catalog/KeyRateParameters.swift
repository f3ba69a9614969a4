import RealModule

/// Values of all parameters a protocol has, each in range.
///
/// `QKDProtocolDefinition.parameters(preset:settings:)` makes them. The catalog's parameters are a
/// dense array, so that an optimiser can change one and evaluate again; the few that a protocol of
/// your own adds are found by name.
public struct KeyRateParameters: Sendable, Hashable {
  /// By place in the catalog; NaN for what has no value.
  private var values: [Double]
  /// Of parameters that are not in the catalog.
  private var ownValues: [KeyRateParameter.ID: Double] = [:]

  init() { values = [Double](repeating: .nan, count: KeyRateParameter.catalog.count) }

  /// The value of a parameter; NaN if it has none.
  public package(set) subscript(_ id: KeyRateParameter.ID) -> Double {
    get { id.place >= 0 ? values[id.place] : ownValues[id] ?? .nan }
    set {
      if id.place >= 0 { values[id.place] = newValue } else { ownValues[id] = newValue }
    }
  }

  /// The value of a parameter, or `nil` if it has none.
  public func value(of id: KeyRateParameter.ID) -> Double? {
    let value = self[id]
    return value.isNaN ? nil : value
  }

  /// Whether a flag is set.
  func isSet(_ id: KeyRateParameter.ID) -> Bool { self[id] > 0.5 }
}

/// A place on a link: how far apart the parties are.
public struct Link: Sendable, Hashable {
  /// Length of the channel from Alice to Bob in km.
  public let distanceKm: Double
  /// Transmittance of the channel alone, detectors excluded.
  public let transmittance: Double

  /// The channel of given parameters at a distance.
  ///
  /// - Precondition: the distance is at least 0.
  public init(distanceKm: Double, _ parameters: KeyRateParameters) {
    precondition(distanceKm >= 0, "A distance is at least 0 km")
    self.distanceKm = distanceKm
    transmittance =
      parameters.value(of: .transmittance)
      ?? QKD.transmittance(ofLossDB: parameters[.lossDBPerKm] * distanceKm)
  }

  /// Loss of the channel in dB; infinite where nothing passes.
  public var lossDB: Double {
    transmittance > 0 ? max(0, 0 - 10 * .log10(transmittance)) : .infinity
  }

  /// The transmittance of a part of the channel, as a fraction of its length.
  func transmittance(ofPart part: Double) -> Double {
    part == 0 ? 1 : Double.pow(transmittance, part)
  }
}
