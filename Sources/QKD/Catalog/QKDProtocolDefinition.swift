import QuantumCore

/// One protocol and its key rate: options, catalog pages, comparisons and laws over all protocols
/// derive from this record.
///
/// One of your own is a record like those of `QKDProtocolCatalog`: parameters of the catalog and
/// parameters that it adds, and a formula. `KeyRateSearch` then finds rates, best settings, reach
/// and crossings, as for any other.
///
///     let bb84 = QKDProtocolDefinition(
///       "bb84-ideal", "BB84 with single photons and perfect detectors.",
///       family: .prepareAndMeasure, sources: ["Shor00"], assumptions: [.asymptotic],
///       parameters: [.standard(.lossDBPerKm), .standard(.misalignment)]
///     ) { parameters, link in
///       let secrecy = 1 - 2 * Entropy.binary(parameters[.misalignment])
///       return KeyRate(margin: link.transmittance * secrecy, gain: link.transmittance)
///     }
public struct QKDProtocolDefinition: Sendable {
  /// What kind of protocol it is.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// One party sends states, the other measures them.
    case prepareAndMeasure = "prepare-and-measure"
    /// Both parties measure halves of entangled pairs.
    case entanglement
    /// Both parties send states to a relay that nobody trusts, which measures pairs.
    case measurementDeviceIndependent = "measurement-device-independent"
    /// Both parties send light to a relay that nobody trusts, where single photons interfere.
    case twinField = "twin-field"
    /// One party sends light, and the other measures its quadratures.
    case continuousVariable = "continuous-variable"
  }

  /// What a rate counts per.
  public enum Unit: String, Sendable, Hashable {
    /// A pulse sent.
    case pulse
    /// A round of the protocol, in which both parties do something.
    case round
    /// A symbol of a continuous-variable protocol.
    case symbol
    /// A pulse of each of both parties.
    case pulsePair = "pulse pair"
  }

  /// A parameter that an optimiser may choose, and where it looks.
  public struct Variable: Sendable {
    enum Scale: Sendable { case linear, logarithmic }
    let id: KeyRateParameter.ID
    let range: ClosedRange<Double>
    let scale: Scale

    /// Looks in steps of equal differences.
    ///
    /// - Parameters:
    ///   - id: the parameter.
    ///   - range: within the parameter's own range.
    public static func linear(
      _ id: KeyRateParameter.ID, _ range: ClosedRange<Double>
    ) -> Variable {
      Variable(id: id, range: range, scale: .linear)
    }

    /// Looks in steps of equal ratios, for what spans orders of magnitude.
    ///
    /// - Parameters:
    ///   - id: the parameter.
    ///   - range: within the parameter's own range, and above 0.
    /// - Precondition: the range is above 0.
    public static func logarithmic(
      _ id: KeyRateParameter.ID, _ range: ClosedRange<Double>
    ) -> Variable {
      precondition(range.lowerBound > 0, "A logarithmic range is above 0")
      return Variable(id: id, range: range, scale: .logarithmic)
    }
  }

  /// The name, as commands spell it.
  public let id: String
  /// What it is, in a sentence.
  public let summary: String
  /// What kind of protocol it is.
  public let family: Family
  /// What its rate counts per.
  public let unit: Unit
  /// Keys of the references.
  public let sources: [String]
  /// What its rate takes for granted; that classical messages are authenticated stands first.
  public let assumptions: [Assumption]
  /// The parameters of the protocol, with its own defaults.
  public let parameters: [KeyRateParameter]
  /// The parameters that optimisation chooses.
  public var optimizedParameters: [KeyRateParameter.ID] { variables.map(\.id) }

  let variables: [Variable]
  /// Whether a rate takes linear programmes or searches of its own.
  let isCostly: Bool
  /// Settles what depends on the optimised parameters, such as the last probability.
  let complete: @Sendable (inout KeyRateParameters) -> Void
  /// What is wrong with values that are each in range, and what would be accepted; `nil` for
  /// nothing.
  package let problem: @Sendable (KeyRateParameters) -> String?
  /// The key of slots of pulses, scaled to the block size or not; `nil` for protocols that have no
  /// blocks of pulses.
  let evaluateSlots: (@Sendable (KeyRateParameters, [PulseSlot], Bool) -> KeyRate)?
  let evaluate: @Sendable (KeyRateParameters, Link) -> KeyRate

  /// A protocol of your own.
  ///
  /// - Parameters:
  ///   - id: in lower case and with dashes.
  ///   - summary: what it is, in a sentence.
  ///   - family: what kind of protocol it is.
  ///   - unit: what its rate counts per.
  ///   - sources: where the formula is from.
  ///   - assumptions: what it takes for granted besides authenticated messages, which every
  ///     protocol does.
  ///   - parameters: what sets it up: `KeyRateParameter.standard` for those of the catalog, and its
  ///     own. `loss_db_per_km`, or `transmittance` with a default, is among them: they make the
  ///     link.
  ///   - variables: what an optimiser may choose.
  ///   - isCostly: whether a rate takes linear programmes or searches of its own; an optimiser then
  ///     asks for fewer.
  ///   - problem: what is wrong with values that are each in range, and what would be accepted;
  ///     `nil` for nothing.
  ///   - rate: the rate for values that are in range and without a problem, over a link; any thread
  ///     may ask, for any distance.
  /// - Precondition: no two parameters have the same name, there is one that makes the link, and
  ///   variables are parameters and stay in their ranges.
  public init(
    _ id: String, _ summary: String, family: Family, unit: Unit = .pulse, sources: [String],
    assumptions: [Assumption], parameters: [KeyRateParameter],
    optimizing variables: [Variable] = [],
    isCostly: Bool = false,
    problem: @escaping @Sendable (KeyRateParameters) -> String? = { _ in nil },
    rate: @escaping @Sendable (KeyRateParameters, Link) -> KeyRate
  ) {
    self.init(
      id, summary, family: family, unit: unit, sources: sources, assumptions: assumptions,
      records: parameters, optimizing: variables, isCostly: isCostly, complete: { _ in },
      problem: problem, rateOfSlots: nil, rate: rate)
  }

  /// One of the catalog's.
  ///
  /// - Parameter parameters: with the default of this protocol; `nil` for that of the catalog, NaN
  ///   for none.
  init(
    _ id: String, _ summary: String, family: Family, unit: Unit = .pulse, sources: [String],
    assumptions: [Assumption], parameters: [(KeyRateParameter.ID, Double?)],
    optimizing variables: [Variable] = [], isCostly: Bool = false,
    complete: @escaping @Sendable (inout KeyRateParameters) -> Void = { _ in },
    problem: @escaping @Sendable (KeyRateParameters) -> String? = { _ in nil },
    rateOfSlots: (@Sendable (KeyRateParameters, [PulseSlot], Bool) -> KeyRate)? = nil,
    rate: @escaping @Sendable (KeyRateParameters, Link) -> KeyRate
  ) {
    let records = parameters.map { id, value in
      var parameter = KeyRateParameter.standard(id)
      let settled = value ?? parameter.defaultValue
      parameter.defaultValue = settled.flatMap { $0.isNaN ? nil : $0 }
      return parameter
    }
    self.init(
      id, summary, family: family, unit: unit, sources: sources, assumptions: assumptions,
      records: records, optimizing: variables, isCostly: isCostly, complete: complete,
      problem: problem, rateOfSlots: rateOfSlots, rate: rate)
  }

  private init(
    _ id: String, _ summary: String, family: Family, unit: Unit, sources: [String],
    assumptions: [Assumption], records: [KeyRateParameter], optimizing variables: [Variable],
    isCostly: Bool, complete: @escaping @Sendable (inout KeyRateParameters) -> Void,
    problem: @escaping @Sendable (KeyRateParameters) -> String?,
    rateOfSlots: (@Sendable (KeyRateParameters, [PulseSlot], Bool) -> KeyRate)?,
    rate: @escaping @Sendable (KeyRateParameters, Link) -> KeyRate
  ) {
    let ids = Set(records.map(\.id))
    precondition(ids.count == records.count, "Two parameters of \(id) share a name")
    let hasLink =
      ids.contains(.lossDBPerKm)
      || records.contains { $0.id == .transmittance && $0.defaultValue != nil }
    precondition(hasLink, "\(id) has loss_db_per_km, or transmittance with a default")
    for variable in variables {
      guard let record = records.first(where: { $0.id == variable.id }) else {
        preconditionFailure("\(id) has no parameter \(variable.id.name) to optimise")
      }
      precondition(
        record.range.lowerBound <= variable.range.lowerBound
          && variable.range.upperBound <= record.range.upperBound,
        "\(record.name) is \(record.rangeText)")
    }
    self.id = id
    self.summary = summary
    self.family = family
    self.unit = unit
    self.sources = sources
    self.assumptions = [.authenticatedChannel] + assumptions
    parameters = records
    self.variables = variables
    self.isCostly = isCostly
    self.complete = complete
    self.problem = problem
    evaluateSlots = rateOfSlots
    evaluate = { parameters, link in
      Self.isTooFaint(parameters, link) ? .none : rate(parameters, link)
    }
  }

  private static let strengths: [KeyRateParameter.ID] = [
    .detectorEfficiency, .brightness, .mu, .nu, .intensity1, .intensity2, .intensity3,
    .meanPairs, .sendingProbability, .modulationVariance, .amplitude,
  ]

  /// Whether what arrives is so little that products of it lose digits: gains of two arms are
  /// products of two intensities, and some bounds hold squares of them.
  private static func isTooFaint(_ parameters: KeyRateParameters, _ link: Link) -> Bool {
    let light = strengths.reduce(link.transmittance) { product, id in
      let strength = parameters[id]
      // What is not there, or 0, is part of no product.
      return strength > 0 && strength < 1 ? product * strength * strength : product
    }
    return light < Clamping.leastProduct
  }

  /// The parameters at their defaults.
  public var defaults: KeyRateParameters {
    var values = KeyRateParameters()
    for parameter in parameters { values[parameter.id] = parameter.defaultValue ?? .nan }
    return values
  }

  /// Whether the protocol has a parameter.
  public func has(_ id: KeyRateParameter.ID) -> Bool { parameters.contains { $0.id == id } }

  /// The rate at a distance.
  ///
  /// - Precondition: the parameters come from this protocol; the distance is at least 0.
  public func rate(_ parameters: KeyRateParameters, distanceKm: Double) -> KeyRate {
    evaluate(parameters, Link(distanceKm: distanceKm, parameters))
  }

  /// Everything that may go wrong in a session of a finite protocol; `nil` for asymptotic ones.
  ///
  /// - Throws: a `Diagnostic` for values that are not probabilities.
  public func ledger(_ parameters: KeyRateParameters) throws(Diagnostic) -> EpsilonLedger? {
    guard let secrecy = parameters.value(of: .epsilonSecrecy) else { return nil }
    var ledger = EpsilonLedger()
    try ledger.add("secrecy", secrecy, as: .traceDistance)
    if let correctness = parameters.value(of: .epsilonCorrectness) {
      try ledger.add("correctness", correctness, as: .failureProbability)
    }
    return ledger
  }

  /// Whether pulses sent under changing conditions can make one key, as in a satellite pass.
  public var hasBlocksOfPulses: Bool { evaluateSlots != nil }

  /// Values from a preset and settings; what they leave open keeps its default.
  ///
  /// - Throws: a `Diagnostic` naming the setting that is unknown, given twice, out of range or at
  ///   odds with another, and what is accepted; or the preset that is not for this protocol.
  public func parameters(
    preset: KeyRatePreset? = nil, settings: [(name: String, value: Double)] = []
  ) throws(Diagnostic) -> KeyRateParameters {
    var values = defaults
    if let preset {
      guard preset.isFor(self) else {
        throw Diagnostic(
          "preset '\(preset.name)' is not for \(id)", code: "preset",
          hint: "it is for \(preset.protocols.joined(separator: ", "))")
      }
      for (id, value) in preset.values where has(id) { values[id] = value }
    }
    var given: Set<KeyRateParameter.ID> = []
    for (name, value) in settings {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw unknown(name)
      }
      guard given.insert(parameter.id).inserted else {
        throw Diagnostic("\(name) is given twice", code: "duplicate")
      }
      guard parameter.accepts(value) else {
        throw Diagnostic("\(name) is \(parameter.rangeText), not \(value)", code: "range")
      }
      values[parameter.id] = value
    }
    if let problem = problem(values) { throw Diagnostic(problem, code: "range") }
    return values
  }

  private func unknown(_ name: String) -> Diagnostic {
    let names = parameters.map(\.name)
    let hint =
      nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
      ?? "its parameters are \(names.joined(separator: ", "))"
    return Diagnostic("\(id) has no parameter '\(name)'", code: "unknown-key", hint: hint)
  }
}

extension QKDProtocolDefinition: CatalogEntry {
  /// The one name of the protocol.
  public var catalogNames: [String] { [id] }
}

/// All protocols. Order: as the reference lists them.
public enum QKDProtocolCatalog: CatalogList {
  /// The protocols in the order in which the reference lists them.
  public static let all = Catalog(
    "protocol", word: "protocols",
    QKDProtocolDefinition.prepareAndMeasure + QKDProtocolDefinition.finiteBB84
      + QKDProtocolDefinition.otherPrepareAndMeasure + QKDProtocolDefinition.entanglementBased
      + QKDProtocolDefinition.measurementDeviceIndependent + QKDProtocolDefinition.twinField
      + QKDProtocolDefinition.gaussianModulation + QKDProtocolDefinition.otherContinuousVariable)
}
