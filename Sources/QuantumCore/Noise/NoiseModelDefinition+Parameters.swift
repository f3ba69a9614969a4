/// The value of a parameter of a noise model.
public enum NoiseSetting: Hashable, Sendable {
  case number(Double)
  /// One of the parameter's choices.
  case word(String)
}

extension NoiseSetting: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral
{
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(stringLiteral value: String) { self = .word(value) }
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
    public let name: String
    public let summary: String
    public let defaultValue: NoiseSetting
    public let kind: Kind
    /// Parameters this one stands for, each set to `factor` times it; empty for a parameter of its own.
    public let sets: [String]
    public let factor: Double

    public enum Kind: Hashable, Sendable {
      /// The unit is such as `ns`; empty for probabilities and other pure numbers.
      case number(ClosedRange<Double>, unit: String)
      case choice([String])
    }

    init(
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

    /// The first word is the default.
    init(_ name: String, _ summary: String, choices: [String]) {
      self.name = name
      self.summary = summary
      defaultValue = .word(choices[0])
      kind = .choice(choices)
      sets = []
      factor = 1
    }

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

  /// Values of all parameters.
  public struct Values: Sendable {
    var settings: [String: NoiseSetting] = [:]

    /// - Precondition: the model has a number of that name.
    public subscript(_ name: String) -> Double {
      guard case .number(let value) = settings[name] else {
        preconditionFailure("There is no number \(name)")
      }
      return value
    }

    /// - Precondition: the model has a choice of that name.
    public func choice(_ name: String) -> String {
      guard case .word(let word) = settings[name] else {
        preconditionFailure("There is no choice \(name)")
      }
      return word
    }
  }
}
