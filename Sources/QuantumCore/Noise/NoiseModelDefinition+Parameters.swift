/// The value of a parameter of a noise model.
public enum NoiseSetting: Hashable, Sendable {
  /// A number, in the parameter's unit.
  case number(Double)
  /// One of the parameter's choices.
  case word(String)
}

extension NoiseSetting: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral
{
  /// A number from a literal.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number from a whole literal.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A word from a literal.
  public init(stringLiteral value: String) { self = .word(value) }
}

extension NoiseSetting {
  /// Whether it is a number and not a word.
  var isNumber: Bool {
    if case .number = self { true } else { false }
  }
}

extension NoiseSetting: CustomStringConvertible {
  /// `0.001`, `3`, `paper`.
  public var description: String {
    switch self {
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .word(let word): word
    }
  }
}

extension NoiseModelDefinition {
  /// What sets a model up: a number, or one of some words.
  public struct Parameter: Sendable {
    /// The name, as settings spell it: in snake_case, with its unit if it has one.
    public let name: String
    /// What it is, and per what: `a qubit and gate`; for the reference.
    public let summary: String
    /// The value where nobody sets one.
    public let defaultValue: NoiseSetting
    /// The values that the parameter takes.
    public let kind: Kind
    /// Parameters this one stands for, each set to `factor` times it; empty for a parameter of its
    /// own.
    public let sets: [String]
    /// What the parameters it stands for are multiples of.
    public let factor: Double

    /// Which values a parameter takes.
    public enum Kind: Hashable, Sendable {
      /// The unit is such as `ns`; empty for probabilities and other pure numbers.
      case number(ClosedRange<Double>, unit: String)
      /// One of some words.
      case choice([String])
    }

    /// A number.
    ///
    /// - Parameters:
    ///   - name: in snake_case, with its unit if it has one.
    ///   - summary: what it is, and per what.
    ///   - value: the default.
    ///   - range: the values that are accepted.
    ///   - unit: such as `ns`; empty for probabilities and other pure numbers.
    ///   - sets: parameters that this one stands for.
    ///   - factor: times this parameter they are set to.
    public init(
      _ name: String, _ summary: String, default value: Double,
      in range: ClosedRange<Double> = 0...1,
      unit: String = "", sets: [String] = [], factor: Double = 1
    ) {
      self.name = name
      self.summary = summary
      defaultValue = .number(value)
      kind = .number(range, unit: unit)
      self.sets = sets
      self.factor = factor
    }

    /// One of some words, the first of which is the default.
    ///
    /// - Precondition: there is a word.
    public init(_ name: String, _ summary: String, choices: [String]) {
      precondition(!choices.isEmpty, "A choice is among words")
      self.name = name
      self.summary = summary
      defaultValue = .word(choices[0])
      kind = .choice(choices)
      sets = []
      factor = 1
    }

    /// Whether a value is of its kind and in range; NaN never is.
    public func accepts(_ value: NoiseSetting) -> Bool {
      switch (kind, value) {
      case (.number(let range, _), .number(let number)): range.contains(number)
      case (.choice(let choices), .word(let word)): choices.contains(word)
      default: false
      }
    }

    /// `in 0...1`, `at least 0 ns`, `paper or stimflow`.
    public var valuesText: String {
      switch kind {
      case .choice(let choices): return choices.joined(separator: " or ")
      case .number(let range, let unit):
        let suffix = unit.isEmpty ? "" : " \(unit)"
        let least = NoiseSetting.number(range.lowerBound)
        if range.upperBound >= 1e9 { return "at least \(least)\(suffix)" }
        return "in \(least)...\(NoiseSetting.number(range.upperBound))\(suffix)"
      }
    }
  }

  /// Values of all parameters, each in range.
  public struct Values: Sendable {
    var settings: [String: NoiseSetting] = [:]

    /// The value of a number.
    ///
    /// - Precondition: the model has a number of that name.
    public subscript(_ name: String) -> Double {
      guard case .number(let value) = settings[name] else {
        preconditionFailure("There is no number \(name)")
      }
      return value
    }

    /// The word of a choice.
    ///
    /// - Precondition: the model has a choice of that name.
    public func choice(_ name: String) -> String {
      guard case .word(let word) = settings[name] else {
        preconditionFailure("There is no choice \(name)")
      }
      return word
    }
  }
}
