/// One kind of noise model: parsers, `--noise`, reference pages and tests derive from it.
public struct NoiseModelDefinition: Sendable {
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

  /// A setting by its name.
  public typealias Setting = (name: String, value: NoiseSetting)

  /// The model for given settings; what they leave open keeps its default. Rules without effect are left out.
  ///
  /// - Throws: a `Diagnostic` naming the setting that is unknown, given twice, out of range or at odds with another.
  public func model(settings: [Setting] = []) throws(Diagnostic) -> NoiseModel {
    var given: [String: NoiseSetting] = [:]
    for (name, value) in settings {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw unknown(name)
      }
      guard given.updateValue(value, forKey: name) == nil else {
        throw Diagnostic("noise '\(self.name)': \(name) is given twice", code: "duplicate")
      }
      guard parameter.accepts(value) else {
        throw Diagnostic(
          "noise '\(self.name)': \(name) is \(parameter.valuesText), not \(value)", code: "range",
          hint: "write \(name)=value, such as \(name)=\(parameter.defaultValue)")
      }
    }
    var values = Values()
    for parameter in parameters {
      values.settings[parameter.name] = given[parameter.name] ?? parameter.defaultValue
    }
    for shorthand in parameters {
      guard case .number(let value) = given[shorthand.name] else { continue }
      for name in shorthand.sets where given[name] == nil {
        values.settings[name] = .number(value * shorthand.factor)
      }
    }
    if let problem = problem(values) {
      throw Diagnostic("noise '\(name)': \(problem)", code: "range")
    }
    return NoiseModel(name: name, rules: rules(values).filter { !$0.effect.isNothing })
  }

  private func unknown(_ key: String) -> Diagnostic {
    let names = parameters.map(\.name)
    let hint =
      nearestName(to: key, in: names).map { "did you mean '\($0)'?" }
      ?? "its parameters are \(names.joined(separator: ", "))"
    return Diagnostic("noise '\(name)' has no parameter '\(key)'", code: "unknown-key", hint: hint)
  }
}

extension NoiseEffect {
  /// Whether nothing would change.
  var isNothing: Bool {
    switch self {
    case .operation(_, let arguments): !arguments.isEmpty && arguments.allSatisfy { $0 == 0 }
    case .depolarizing(let p), .basisFlip(let p), .resultFlip(let p), .parityMixing(let p),
      .overRotation(let p):
      p == 0
    case .confusion(let p01, let p10): p01 == 0 && p10 == 0
    case .relaxation: false
    }
  }
}

/// All noise models. Order: as the reference lists them.
public enum NoiseModelCatalog {
  public static let all: [NoiseModelDefinition] =
    NoiseModelDefinition.channels + NoiseModelDefinition.devices + NoiseModelDefinition.codes

  /// Names are found in any case: `SI1000` is `si1000`.
  public static func definition(named name: String) -> NoiseModelDefinition? {
    let name = name.lowercased()
    return all.first { $0.name == name }
  }
}
