/// One kind of noise model: parsers, `--noise`, reference pages and tests derive from it.
public struct NoiseModelDefinition: Sendable {
  /// A number that sets a model up.
  public struct Parameter: Sendable {
    public let name: String
    public let summary: String
    public let defaultValue: Double
    public let range: ClosedRange<Double>
    /// Such as `ns`; empty for probabilities and other pure numbers.
    public let unit: String
    /// Parameters this one stands for, each set to `factor` times it; empty for a parameter of its own.
    public let sets: [String]
    public let factor: Double

    init(
      _ name: String, _ summary: String, default value: Double,
      in range: ClosedRange<Double> = 0...1,
      unit: String = "", sets: [String] = [], factor: Double = 1
    ) {
      self.name = name
      self.summary = summary
      defaultValue = value
      self.range = range
      self.unit = unit
      self.sets = sets
      self.factor = factor
    }
  }

  /// Values of all parameters.
  public struct Values: Sendable {
    fileprivate let values: [String: Double]
    /// - Precondition: the model has the parameter.
    public subscript(_ name: String) -> Double {
      guard let value = values[name] else { preconditionFailure("There is no parameter \(name)") }
      return value
    }
  }

  public let name: String
  public let summary: String
  /// Rule by rule what happens, for the reference; Markdown.
  public let details: String
  public let parameters: [Parameter]
  let problem: @Sendable (Values) -> String?
  let rules: @Sendable (Values) -> [NoiseRule]

  init(
    _ name: String, _ summary: String, details: String, _ parameters: [Parameter],
    problem: @escaping @Sendable (Values) -> String? = { _ in nil },
    rules: @escaping @Sendable (Values) -> [NoiseRule]
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.parameters = parameters
    self.problem = problem
    self.rules = rules
  }

  /// The model for given settings; what they leave open keeps its default. Rules without effect are left out.
  ///
  /// - Throws: a `Diagnostic` naming the setting that is unknown, given twice, out of range or at odds with another.
  public func model(settings: [(name: String, value: Double)] = []) throws(Diagnostic) -> NoiseModel
  {
    var given: [String: Double] = [:]
    for (name, value) in settings {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw unknown(name)
      }
      guard given.updateValue(value, forKey: name) == nil else {
        throw Diagnostic("noise '\(self.name)': \(name) is given twice", code: "duplicate")
      }
      guard parameter.range.contains(value) else {
        throw Diagnostic(
          "noise '\(self.name)': \(name) is \(parameter.rangeText), not \(value)", code: "range")
      }
    }
    var values: [String: Double] = [:]
    for parameter in parameters {
      values[parameter.name] = given[parameter.name] ?? parameter.defaultValue
    }
    for shorthand in parameters {
      guard let value = given[shorthand.name] else { continue }
      for name in shorthand.sets where given[name] == nil {
        values[name] = value * shorthand.factor
      }
    }
    let complete = Values(values: values)
    if let problem = problem(complete) {
      throw Diagnostic("noise '\(name)': \(problem)", code: "range")
    }
    return NoiseModel(name: name, rules: rules(complete).filter { !$0.effect.isNothing })
  }

  private func unknown(_ key: String) -> Diagnostic {
    let names = parameters.map(\.name)
    let hint =
      nearestName(to: key, in: names).map { "did you mean '\($0)'?" }
      ?? "its parameters are \(names.joined(separator: ", "))"
    return Diagnostic("noise '\(name)' has no parameter '\(key)'", code: "unknown-key", hint: hint)
  }
}

extension NoiseModelDefinition.Parameter {
  /// `in 0...1`, `at least 0 ns`.
  public var rangeText: String {
    func text(_ value: Double) -> String {
      Int(exactly: value).map(String.init) ?? "\(value)"
    }
    let suffix = unit.isEmpty ? "" : " \(unit)"
    if range.upperBound >= 1e9 {
      return range.lowerBound == 0
        ? "at least 0\(suffix)" : "at least \(text(range.lowerBound))\(suffix)"
    }
    return "in \(text(range.lowerBound))...\(text(range.upperBound))\(suffix)"
  }
}

extension NoiseEffect {
  /// Whether nothing would change.
  var isNothing: Bool {
    switch self {
    case .operation(_, let arguments): !arguments.isEmpty && arguments.allSatisfy { $0 == 0 }
    case .depolarizing(let p), .basisFlip(let p), .resultFlip(let p), .overRotation(let p): p == 0
    case .confusion(let p01, let p10): p01 == 0 && p10 == 0
    case .relaxation: false
    }
  }
}

/// All noise models. Order: as the reference lists them.
public enum NoiseModelCatalog {
  public static let all: [NoiseModelDefinition] =
    NoiseModelDefinition.channels + NoiseModelDefinition.devices + NoiseModelDefinition.codes

  public static func definition(named name: String) -> NoiseModelDefinition? {
    all.first { $0.name == name }
  }
}
