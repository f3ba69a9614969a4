/// Option names in either spelling: `--out_format` is `--out-format`.
enum ArgumentSpelling {
  /// The arguments as the parser takes them.
  static func normalized(_ arguments: [String]) -> [String] {
    withDefaultValues(withHyphens(arguments))
  }

  /// Options that may stand without their value, and what that means, by command.
  private static let defaultValues = [
    "analyze_errors": ["--approximate-disjoint-errors": "1"]
  ]

  /// The arguments with values for options that may do without.
  private static func withDefaultValues(_ arguments: [String]) -> [String] {
    guard let options = arguments.first.flatMap({ defaultValues[$0] }) else { return arguments }
    return arguments.enumerated().map { place, argument in
      guard let value = options[argument],
        !arguments.indices.contains(place + 1) || Double(arguments[place + 1]) == nil
      else { return argument }
      return "\(argument)=\(value)"
    }
  }

  /// The arguments with `-` for `_` in option names; values and everything after `--` stay.
  private static func withHyphens(_ arguments: [String]) -> [String] {
    var isOptions = true
    return arguments.map { argument in
      if argument == "--" { isOptions = false }
      guard isOptions, argument.hasPrefix("--"), argument.contains("_") else { return argument }
      let name = argument.prefix { $0 != "=" }
      return name.replacing("_", with: "-") + String(argument.dropFirst(name.count))
    }
  }
}
