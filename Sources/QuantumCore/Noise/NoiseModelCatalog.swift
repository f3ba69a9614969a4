/// One kind of noise model: parsers, `--noise`, reference pages and tests derive from it.
///
/// One of your own is written like those of the catalog: parameters with defaults and ranges, and
/// the rules that follow from their values.
///
///     let biased = NoiseModelDefinition(
///       "biased", "Dephases more than it flips.", details: "After every gate, `PAULI_CHANNEL_1`.",
///       parameters: [.init("p", "a qubit and gate", default: 0.001)]
///     ) { values in
///       [NoiseRule("gates", NoisePlace(.gate), .operation(.zError, [values["p"]]))]
///     }
///     let model = try biased.model(settings: [("p", 0.01)])
///     let noisy = try NoiseModel.applying([model], to: circuit)
public struct NoiseModelDefinition: Sendable {
  /// The name, as commands spell it: in lower case, with dashes.
  public let name: String
  /// What it does, in a sentence.
  public let summary: String
  /// Rule by rule what happens, for the reference; Markdown.
  public let details: String
  /// What sets it up; names are unlike.
  public let parameters: [Parameter]
  private let problem: @Sendable (Values) -> String?
  private let rules: @Sendable (Values) -> [NoiseRule]

  /// A record, which makes the model one like those of the catalog.
  ///
  /// - Parameters:
  ///   - name: as commands spell it, in lower case and with dashes.
  ///   - summary: what it does, in a sentence.
  ///   - details: rule by rule what happens; Markdown.
  ///   - parameters: what sets it up.
  ///   - problem: what is wrong with values that are each in range, such as probabilities whose sum
  ///     is above 1; `nil` for nothing.
  ///   - rules: the rules for given values. Those without effect may be among them: they are left
  ///     out of the model.
  /// - Precondition: no two parameters have the same name, defaults are accepted, and what a
  ///   parameter `sets` are other parameters that are numbers.
  public init(
    _ name: String, _ summary: String, details: String, parameters: [Parameter],
    problem: @escaping @Sendable (Values) -> String? = { _ in nil },
    rules: @escaping @Sendable (Values) -> [NoiseRule]
  ) {
    let names = parameters.map(\.name)
    precondition(Set(names).count == names.count, "Two parameters of \(name) share a name")
    let numbers = Set(parameters.filter { $0.defaultValue.isNumber }.map(\.name))
    for parameter in parameters {
      precondition(
        parameter.accepts(parameter.defaultValue),
        "The default of \(name)'s \(parameter.name) is \(parameter.valuesText)")
      precondition(
        numbers.subtracting([parameter.name]).isSuperset(of: parameter.sets),
        "What \(name)'s \(parameter.name) sets are other numbers of the model")
    }
    self.name = name
    self.summary = summary
    self.details = details
    self.parameters = parameters
    self.problem = problem
    self.rules = rules
  }

  /// A setting by its name.
  public typealias Setting = (name: String, value: NoiseSetting)

  /// The model for given settings; what they leave open keeps its default. Rules without effect are
  /// left out.
  ///
  /// - Throws: a `Diagnostic` naming the setting that is unknown, given twice, out of range or at
  ///   odds with another.
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
      for target in parameters
      where shorthand.sets.contains(target.name) && given[target.name] == nil {
        let share = NoiseSetting.number(value * shorthand.factor)
        guard target.accepts(share) else {
          throw Diagnostic(
            "noise '\(name)': \(shorthand.name) sets \(target.name), which is \(target.valuesText), "
              + "not \(share)", code: "range")
        }
        values.settings[target.name] = share
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

extension NoiseModelDefinition: CatalogEntry {
  /// The one name of the model.
  public var catalogNames: [String] { [name] }
}

/// All noise models. Order: as the reference lists them.
public enum NoiseModelCatalog: CatalogList {
  /// The models in the order in which the reference lists them: channels, devices, codes.
  public static let all = Catalog(
    "noise model", word: "noise",
    NoiseModelDefinition.channels + NoiseModelDefinition.devices + NoiseModelDefinition.codes)
}
